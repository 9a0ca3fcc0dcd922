"""Settings from files; nothing secret is shown; any octets are judged without a crash."""

import base64
import dataclasses
import os
import pickle
import stat
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret
from signers.tiger.settings import (
    FILE_NAME,
    KEYS,
    LARGEST,
    VARIABLES,
    Finding,
    Settings,
    SettingsRefused,
    Trap,
    inspect,
    inspect_file,
    read,
    read_file,
)

LINES = (Path(__file__).parents[1] / "keys/page-EXAMPLE.properties").read_text().splitlines()
PK1, PK8 = (line.split("=", 1)[1] for line in LINES)
REST = "\ntiger_id=20150001\naccount=12345678\n"
GOOD = f"private_key={PK8}{REST}"
EXPECTED = Settings("20150001", Secret(PK8), "private_key", account="12345678")


def placed(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_of_any_name(tmp_path: Path) -> None:
    path = placed(tmp_path / "mine.txt")
    assert read_file(path) == EXPECTED
    assert read_file(str(path)) == EXPECTED
    assert inspect_file(path) == []


def test_a_folder(tmp_path: Path) -> None:
    placed(tmp_path / FILE_NAME)
    assert read_file(tmp_path) == EXPECTED
    assert read_file(f"{tmp_path}/") == EXPECTED


def test_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed(tmp_path / FILE_NAME)
    monkeypatch.chdir(tmp_path)
    assert read_file() == EXPECTED


def test_the_variable_beats_the_path(tmp_path: Path) -> None:
    placed(tmp_path / FILE_NAME)
    environment = {"TIGEROPEN_PROPS_PATH": str(tmp_path)}
    assert read_file("/nowhere", environment) == EXPECTED
    assert inspect_file("/nowhere", environment) == []


def test_a_folder_of_the_file_s_name_may_hold_it(tmp_path: Path) -> None:
    placed(tmp_path / FILE_NAME / FILE_NAME)
    assert read_file(tmp_path / FILE_NAME) == EXPECTED


def test_the_disk_s_traps(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / FILE_NAME).mkdir(parents=True)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    placed(tmp_path / "file")
    table: dict[str | Path, Trap] = {
        tmp_path / "nothing": Trap.FILE_MISSING,
        tmp_path / "file" / FILE_NAME: Trap.FILE_MISSING,
        tmp_path / "empty": Trap.FOLDER_WITHOUT_FILE,
        tmp_path / "a": Trap.FOLDER,
        tmp_path / "a" / FILE_NAME: Trap.FOLDER,
        tmp_path / "loop": Trap.FILE_UNREADABLE,
        tmp_path / "pipe": Trap.FILE_UNREADABLE,
        "nul\0": Trap.FILE_UNREADABLE,
        "/proc/self/mem": Trap.FILE_UNREADABLE,
        "x" * 5000: Trap.FILE_UNREADABLE,
    }
    for path, trap in table.items():
        assert inspect_file(path) == [Finding(trap)]
        with pytest.raises(SettingsRefused) as caught:
            read_file(path)
        assert (caught.value.reason, caught.value.findings) == (trap.value, (Finding(trap),))
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert stat.S_ISREG(Path("/proc/self/mem").stat().st_mode)


def test_a_huge_file(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert inspect_file(tmp_path) == [Finding(Trap.TOO_LARGE)]


def test_a_variable_that_names_the_key_s_file(tmp_path: Path) -> None:
    placed(tmp_path / FILE_NAME, REST)
    path = placed(tmp_path / "key", PK1)
    variable = "TIGEROPEN_PRIVATE_KEY"
    settings = Settings("20150001", Secret(PK1), variable, account="12345678")
    assert read_file(tmp_path, {variable: str(path)}) == settings
    assert read_file(tmp_path, {variable: PK1}) == settings
    path.write_bytes(base64.b64decode(PK1))
    table = {
        str(path): Finding(Trap.NOT_UTF8, None, variable),
        str(tmp_path / "no.pem"): Finding(Trap.KEY_UNREADABLE, None, variable, detail="path"),
    }
    for given_, finding in table.items():
        assert inspect_file(tmp_path, {variable: given_}) == [finding]
    path = placed(tmp_path / "large", "#" * (LARGEST + 1))
    assert [found.trap for found in inspect_file(tmp_path, {variable: str(path)})] == [
        Trap.KEY_UNREADABLE
    ]


# Nothing secret is shown.

HIDDEN = {
    "hidden-account",
    "hidden-secret",
    "hidden-token",
    "hidden-host",
    PK1[40:60],
    PK8[40:60],
    other := "aGlkZGVu",
}
SECRETS = f"account=hidden-account\nsecret_key=hidden-secret\ntoken=hidden-token\n{other}=1\n"
FAILING = {
    "a missing tiger_id": f"private_key={PK8}\n{SECRETS}",
    "keys that do not load": f"private_key_pk1={PK1}A\nprivate_key_pk8={PK8[:-8]}\n{SECRETS}",
    "a key over several lines": f"private_key={PK8[:64]}\n{PK8[64:]}\n{PK1}{REST}{SECRETS}",
    "values with spaces": f"{GOOD}{SECRETS.replace('hidden-', 'x hidden-')}",
    "an address": f"{GOOD}server_url=https://hidden-token:hidden-secret@hidden-host/\n",
    "escapes": f"{GOOD}{SECRETS}private_key=\\u{PK8}\ntoken=\\ud800hidden-token",
    "comments": f"{GOOD}{SECRETS}token=x # hidden-token",
    "not UTF-8": f"{GOOD}{SECRETS}\ud800",
    "glued": f"{GOOD}env=PRODhidden-secret\nlicense=TBHKhidden-token\n{SECRETS}",
}


def shown(error: BaseException) -> Iterator[str]:
    """Yield what crash reporters see: texts, attributes, and the variables of every frame."""
    yield from (str(error), repr(error), repr(error.__dict__), repr(error.args))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename != __file__:
            yield repr(frame.f_locals)


@pytest.mark.parametrize("text", FAILING.values(), ids=FAILING)
def test_no_error_and_no_finding_shows_a_value(text: str, tmp_path: Path) -> None:
    octets = text.encode("utf-8", "surrogatepass")
    path = tmp_path / FILE_NAME
    path.write_bytes(octets)
    environment = {"TIGEROPEN_TOKEN": "x hidden-token", "TIGEROPEN_PRIVATE_KEY": PK1[:90]}
    texts = [repr(inspect(text)), *map(str, inspect(text)), repr(inspect_file(path, environment))]
    calls: list[Callable[[], object]] = [
        lambda: read(text),
        lambda: read(octets, environment),
        lambda: read_file(path, environment),
    ]
    for call in calls:
        with pytest.raises(SettingsRefused) as caught:
            call()
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        texts += shown(caught.value)
    for seen in texts:
        assert not [hidden for hidden in HIDDEN if hidden in seen]


def test_settings_show_no_secret() -> None:
    settings = read(f"{GOOD}{SECRETS}".replace(f"{other}=1", "").replace("account=12345678", ""))
    assert settings.account == "hidden-account"
    assert settings.token == Secret("hidden-token")
    for seen in (repr(settings), str(settings), f"{settings}"):
        assert not [hidden for hidden in HIDDEN if hidden in seen]
    with pytest.raises(TypeError):
        pickle.dumps(settings)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.tiger_id = "1"  # type: ignore[misc]


# Any octets.

PIECES = st.sampled_from(
    [
        *(f"{key}=" for key in KEYS),
        *("\n", "\r\n", "\r", "\\", "\\\n", "\\u", "\\ud800", "\\u0041", ":", " ", "\t", "\f"),
        *("#", "!", "#:", "=", "\ufeff", "'", '"', PK1, PK8, PK8[:300], "PROD", "TBHK", "TBUS"),
        *("https://openapi.tradeup.com/gateway", "12345678", "ssl,h,1", "9", "\u00a0", "\x00"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)
ENVIRONMENTS = st.dictionaries(
    st.sampled_from([*VARIABLES]), PIECES | st.text(st.characters(), max_size=9), max_size=4
)


def judged(data: str | bytes, environment: dict[str, str]) -> None:
    """Check what holds of any input: read refuses what inspect calls fatal, and nothing else."""
    findings = inspect(data, environment)
    lines = [finding.line for finding in findings if finding.line is not None]
    assert lines == sorted(lines)
    if any(finding.fatal for finding in findings):
        with pytest.raises(SettingsRefused) as caught:
            read(data, environment)
        assert caught.value.findings == tuple(findings)
    else:
        settings = read(data, environment)
        assert settings.tiger_id
        assert len(settings.private_key) > 0
    for finding in findings:
        assert finding.key is None or finding.key in KEYS or finding.key in VARIABLES
        assert PK8[:300] not in str(finding) + repr(finding)


@given(st.binary(max_size=300), ENVIRONMENTS)
def test_any_octets(octets: bytes, environment: dict[str, str]) -> None:
    judged(octets, environment)


@given(TEXTS, ENVIRONMENTS)
def test_any_text(text: str, environment: dict[str, str]) -> None:
    judged(text, environment)


@given(TEXTS.filter(str.isprintable), ENVIRONMENTS)
def test_text_and_octets_follow_one_set_of_rules(text: str, environment: dict[str, str]) -> None:
    assert inspect(text, environment) == inspect(text.encode(), environment)
