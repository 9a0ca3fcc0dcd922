"""The command `doctor` on Shioaji's `.env`, and on the pfx that it names."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import msgspec
import pytest

from signers.secret import Secret
from signproof.codec import decode_octets
from signproof.doctor import DoctorReport, Examination, Options, diagnose, read_source
from signproof.doctor.env_view import ReadState, ValueView
from signproof.doctor.files import Source
from signproof.oracles.shioaji_ca.files import PASSWORD, fixture

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

VECTORS = Path(__file__).parents[2] / "vectors/shioaji-ca"
KEY, SECRET = "EXAMPLEkeyMadeUp99", "5fhBhHtTASNTCjSRL7FfoiHqrNPgi2SxynGXf8WipKzk"
HEAD = f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={SECRET}\n"
CA = "SJ_CA_PATH=ca.pfx\n"
NOW = 1_768_440_600


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PATH", "SJ_CA_PASSWD", "cd"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("signproof.cli.doctor.time", SimpleNamespace(time=lambda: NOW))


def placed(name: str, content: str | bytes, mode: int = 0o600) -> str:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return name


def vectors(topic: str) -> dict[str, dict[str, Any]]:
    found = json.loads((VECTORS / f"{topic}.json").read_bytes())["vectors"]
    return {one["id"].removeprefix(f"shioaji-ca/{topic}/"): one for one in found}


INSPECT, READ = vectors("inspect-env"), vectors("read-env")


def examined(input_: dict[str, Any]) -> Examination:
    """Examine the file of a vector."""
    source = Source(Path(".env"), Secret(decode_octets(input_["file_b64"])), 0o600)
    return diagnose(
        [source], Options(environment=dict(input_.get("environment", ())))
    ).examinations[0]


FOLDERS = (
    "  folder   python-dotenv: the root of the Python project, next to pyproject.toml "
    "(documented); load_dotenv() looks in the folder of the file that calls it, then in each "
    "folder above\n"
    "  folder   server: the folder in which `shioaji server start` is run (documented)\n\n"
)


def head(word: str, python: int, server: int) -> str:
    return (
        f"{word} .env: Shioaji's .env; of the page's 4 settings python-dotenv reads {python}, the "
        f"server reads {server}\n"
    )


NO_FILE = "no pfx can be read at this path (No such file or directory): check it"
STOPS = "silently: put the value in single quotes, write paths with forward slashes, save as UTF-8"
NOT_REACHED = (
    "  wrong    line 4, SJ_CA_PASSWD: the server does not read this, since it stopped at line 3: "
    "correct that line\n"
)
MALFORMED = (
    "no such value is documented for this key: SJ_PRODUCTION and SJ_HTTP_AUTH are true or false, "
    "SJ_RECEIVE_WINDOW milliseconds, 1 or more"
)
MISSING = "it is missing or empty: set it as the page shows"
ONLY_SERVER = (
    "python-dotenv and the server read this differently (only-server): put the value in single "
    "quotes, in one line, with forward slashes"
)
FILES: dict[str, tuple[str | bytes, int, str]] = {
    "as on the page": (
        f"{HEAD}SJ_CA_PATH=/EXAMPLE/no/ca.pfx\nSJ_CA_PASSWD=secret99\n",
        1,
        head("wrong", 4, 4) + f"  wrong    line 3, SJ_CA_PATH: {NO_FILE}\n" + FOLDERS,
    ),
    "simulation": (
        HEAD,
        0,
        head("right", 2, 2)
        + f"  note     SJ_CA_PASSWD: {MISSING}\n  note     SJ_CA_PATH: {MISSING}\n" + FOLDERS,
    ),
    "a Windows path": (
        f"{HEAD}SJ_CA_PATH=C:\\temp\\new.pfx\nSJ_CA_PASSWD=secret99\n",
        1,
        head("wrong", 4, 2)
        + f"  wrong    line 3, SJ_CA_PATH: the server stops reading here (backslash), {STOPS}\n"
        + NOT_REACHED
        + f"  wrong    line 3, SJ_CA_PATH: {NO_FILE}; it has backslashes, which separate folders "
        "on Windows only: write /\n"
        "  note     line 3, SJ_CA_PATH: as python-dotenv reads it: write the path with forward "
        "slashes\n"
        "  line 3   SJ_CA_PATH: python-dotenv reads C:\\temp\\new.pfx, the server nothing\n"
        "  line 4   SJ_CA_PASSWD: python-dotenv reads 8 characters, the server nothing\n" + FOLDERS,
    ),
    "a Windows path in double quotes": (
        f'{HEAD}SJ_CA_PATH="C:\\temp\\new.pfx"\nSJ_CA_PASSWD=secret99\n',
        1,
        head("wrong", 4, 2)
        + f"  wrong    line 3, SJ_CA_PATH: the server stops reading here (backslash), {STOPS}\n"
        "  wrong    line 3, SJ_CA_PATH: as python-dotenv reads it: a backslash in double quotes "
        "became a control character: write the path with forward slashes\n"
        + NOT_REACHED
        + f"  wrong    line 3, SJ_CA_PATH: {NO_FILE}; it has control characters in it: a \\t or "
        "\\n of a Windows path was read as a tab or a newline; write / or double the backslashes\n"
        "  line 3   SJ_CA_PATH: python-dotenv reads 13 characters, the server nothing\n"
        "  line 4   SJ_CA_PASSWD: python-dotenv reads 8 characters, the server nothing\n" + FOLDERS,
    ),
    "a dollar sign": (
        f"{HEAD}SJ_CA_PASSWD=ab$cd\n",
        1,
        head("wrong", 3, 3)
        + "  wrong    line 3, SJ_CA_PASSWD: python-dotenv and the server read this differently "
        "(dollar): put the value in single quotes, in one line, with forward slashes\n"
        "  wrong    line 3, SJ_CA_PASSWD: the $ and the name after it are replaced by a variable "
        "(server): put the value in single quotes; for python-dotenv also write no braces after a "
        "$\n"
        f"  note     SJ_CA_PATH: {MISSING}\n"
        "  line 3   SJ_CA_PASSWD: python-dotenv reads 5 characters, the server 2 characters; they "
        "differ in letters, dollar signs\n" + FOLDERS,
    ),
    "missing, and before it the server stops": (
        f"{HEAD}SJ_CA_PATH=my ca.pfx\n",
        1,
        head("wrong", 3, 2)
        + f"  wrong    line 3, SJ_CA_PATH: the server stops reading here (space), {STOPS}\n"
        f"  wrong    line 3, SJ_CA_PATH: {NO_FILE}\n"
        f"  note     SJ_CA_PASSWD: {MISSING}\n"
        "  line 3   SJ_CA_PATH: python-dotenv reads my ca.pfx, the server nothing\n" + FOLDERS,
    ),
    "in doubt": (
        f"{HEAD}SJ_CA_PASSWD=x$Ⓐ\nSJ_CA_PASSWD=secret#9\nOTHER=$Ⓐ\n",
        1,
        head("wrong", 3, 2)
        + "  wrong    line 3, SJ_CA_PASSWD: as the server reads it: what is read here is not known "
        "(name): put the value in single quotes, in one line\n"
        "  wrong    line 4, SJ_CA_PASSWD: the key also stands on line 3, and python-dotenv takes "
        "the last, the server the first: keep one\n"
        "  note     line 5: as the server reads it: what is read here is not known (name): put "
        "the value in single quotes, in one line\n"
        f"  note     SJ_CA_PATH: {MISSING}\n"
        "  line 3   SJ_CA_PASSWD: python-dotenv reads 3 characters, the server what is not known "
        "(name)\n" + FOLDERS,
    ),
    "a quotation mark that is not closed": (
        f"{HEAD}SJ_CA_PATH='/ca.pfx\nSJ_CA_PASSWD='secret99'\n",
        1,
        head("wrong", 2, 2)
        + "  wrong    line 3: the server stops reading here (unclosed), silently: close quotation "
        "marks and braces, and write none in comments\n"
        "  wrong    line 3: python-dotenv cannot read this and skips it: check its quotation "
        "marks\n"
        f"  note     SJ_CA_PASSWD: {MISSING}\n"
        f"  note     SJ_CA_PATH: {MISSING}\n" + FOLDERS,
    ),
    "text behind a quoted value": (
        f"{HEAD}SJ_HTTP_ADDR='x'y\n",
        1,
        head("wrong", 2, 2)
        + "  wrong    line 3: python-dotenv cannot read this and skips it: check its quotation "
        "marks\n"
        f"  wrong    line 3, SJ_HTTP_ADDR: {ONLY_SERVER}\n"
        f"  note     SJ_CA_PASSWD: {MISSING}\n"
        f"  note     SJ_CA_PATH: {MISSING}\n"
        "  line 3   SJ_HTTP_ADDR: python-dotenv reads nothing, the server 2 characters\n" + FOLDERS,
    ),
    "Big5": (
        HEAD.encode() + b"SJ_CA_PASSWD=\xb1K\xbdX\n",
        1,
        head("wrong", 0, 2)
        + "  wrong    line 3: this is not UTF-8: save the file as UTF-8\n"
        f"  wrong    line 3: the server stops reading here (not-utf-8), {STOPS}\n"
        "  line 1   SJ_API_KEY: python-dotenv reads nothing, the server 18 characters\n"
        "  line 2   SJ_SEC_KEY: python-dotenv reads nothing, the server 44 characters\n" + FOLDERS,
    ),
    "misspelt, and a bad value": (
        f"{HEAD}SJ_CA_PASSWORD=x\nSJ_UNHEARD_OF_THING=1\nSJ_PRODUCTION=yes\nSJ_HTTP_AUTH=1\n",
        1,
        head("wrong", 2, 2)
        + "  wrong    line 3: this key is not known, but resembles SJ_CA_PASSWD: correct it\n"
        f"  wrong    line 5, SJ_PRODUCTION: {MALFORMED}\n"
        f"  wrong    line 6, SJ_HTTP_AUTH: {MALFORMED}\n"
        "  note     line 4: this key is not known here: check its spelling\n"
        f"  note     SJ_CA_PASSWD: {MISSING}\n  note     SJ_CA_PATH: {MISSING}\n" + FOLDERS,
    ),
    "too large": (
        HEAD + "#" * 16_384,
        1,
        ("wrong .env: Shioaji's .env\n"
        "  wrong    this is too large for settings: pass the .env itself\n\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_files(run: Run, case: str) -> None:
    content, code, output = FILES[case]
    assert run("doctor", placed(".env", content)) == (code, output, "")


@pytest.mark.parametrize("name", INSPECT)
def test_every_trap_of_the_vectors(name: str) -> None:
    """Each with its line and key; that what is not reached is missing as well is left out."""
    input_, expected = INSPECT[name]["input"], INSPECT[name]["expected"]["output"]["findings"]
    found = {(one.id, one.line, one.setting or None) for one in examined(input_).matters}
    named = {(one["trap"], one["line"], one["key"]) for one in expected}
    missing = {one for one in named if one[0] == "setting-missing"}
    # The files of the vectors name a pfx that is nowhere.
    of_file = {one for one in found if one[0] == "ca-file"}
    assert found - of_file == named - {one for one in missing if is_told(name, str(one[2]))}


def is_told(name: str, key: str) -> bool:
    """Tell whether that a reader stopped says already why it lacks a key."""
    outputs = [
        READ[f"{name}-{reader}"]["expected"]["output"] if f"{name}-{reader}" in READ else None
        for reader in ("python", "server")
    ]
    python, server = outputs
    if python and python["stopped_at"] is not None:
        return True
    stopped = server is not None and server["stopped_at"] is not None
    return bool(stopped and python and key in dict(python["values"]))


def both(name: str) -> list[dict[str, str]]:
    """Return what the two readers read of the same file, by key."""
    return [
        dict(READ[f"{name}-{reader}"]["expected"]["output"]["values"])
        for reader in ("python", "server")
    ]


@pytest.mark.parametrize(
    "name", [one.removesuffix("-server") for one in READ
             if one.endswith("-server") and f"{one.removesuffix('-server')}-python" in READ
             # Of a key that stands twice each line is the same for both.
             and one != "twice-server"]
)  # fmt: skip
def test_every_line_that_the_two_read_differently(name: str) -> None:
    """As the oracle reads the vectors' files: the lengths, and whether there is anything."""
    python, server = both(name)
    found = examined(READ[f"{name}-server"]["input"]).env
    assert found is not None
    assert {line.setting: (line.python.characters, line.server.characters)
            for line in found.lines} == {
        key: tuple(len(one[key]) if key in one else None for one in (python, server))
        for key in python.keys() | server.keys()
        if python.get(key) != server.get(key)
    }  # fmt: skip
    stopped = [READ[f"{name}-{one}"]["expected"]["output"]["stopped_at"]
               for one in ("python", "server")]  # fmt: skip
    assert [one.stopped_at for one in found.readers] == stopped


def ca(name: str, octets: str = "aes-256.pfx") -> str:
    return placed(name, fixture(octets))


OPENED = (
    "right {}: PKCS#12 (pfx), 1762 octets, opened\n"
    "  opened   with SJ_CA_PASSWD of the .env, as the server reads it\n"
    "  person   Z199999999, of the CN Z199999999-01-001::EXAMPLE\n"
)
WRONG = "the password does not open the pfx, or the file was altered: type the password anew"
NAMED: dict[str, tuple[str, str, list[str]]] = {
    "opened": (CA, f"SJ_CA_PASSWD={PASSWORD}\n", [
        head("right", 4, 4), OPENED.format("conf/ca.pfx"), "2 files · 2 right\n"]),
    "by a path from the root": ("SJ_CA_PATH={}/conf/ca.pfx\n", f"SJ_CA_PASSWD={PASSWORD}\n", [
        head("right", 4, 4), OPENED.format("{}/conf/ca.pfx"), "2 files · 2 right\n"]),
    "a wrong password": (CA, "SJ_CA_PASSWD=other\n", [
        ("wrong conf/ca.pfx: PKCS#12 (pfx), 1762 octets, not opened\n"
        f"  wrong    SJ_CA_PASSWD: {WRONG}\n")]),
    "a password with a dollar sign": (CA, "SJ_CA_PASSWD=EXAMPLE-pass$word\n", [
        f"  wrong    SJ_CA_PASSWD: {WRONG}\n"]),
    "no password": (CA, "", [
        ("  wrong    SJ_CA_PASSWD: the server reads none, or none that is known, to open the pfx "
        "with: set it once, in single quotes\n"),
        ("right conf/ca.pfx: PKCS#12 (pfx), 1762 octets, not opened\n  note     its password is "
        "needed")]),
    "a path that python-dotenv alone reads": (
        "SJ_CA_PATH=my ca.pfx\n", f"SJ_CA_PASSWD={PASSWORD}\n", [
            "  wrong    SJ_CA_PASSWD: the server reads none, or none",
            "  line 3   SJ_CA_PATH: python-dotenv reads my ca.pfx, the server nothing\n",
            "right conf/my ca.pfx: PKCS#12 (pfx), 1762 octets, not opened\n"]),
    "no pfx": ("SJ_CA_PATH=words\n", f"SJ_CA_PASSWD={PASSWORD}\n", [
        "wrong conf/words: no readable pfx\n"]),
    "a folder": ("SJ_CA_PATH=.\n", f"SJ_CA_PASSWD={PASSWORD}\n", [
        ("  wrong    line 3, SJ_CA_PATH: no pfx can be read at this path (no ordinary file): check "
        "it\n")]),
    "home": ("SJ_CA_PATH=~/ca.pfx\n", f"SJ_CA_PASSWD={PASSWORD}\n", [
        (f"  wrong    line 3, SJ_CA_PATH: {NO_FILE}; it begins with ~, which only a shell "
        "replaces: write the whole path\n")]),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMED)
def test_the_pfx_that_it_names(run: Run, tmp_path: Path, case: str) -> None:
    """A relative path is from the folder of the .env."""
    path, password, expected = NAMED[case]
    Path("conf").mkdir()
    for name in ("conf/ca.pfx", "conf/my ca.pfx"):
        ca(name)
    placed("conf/words", "words")
    name = placed("conf/.env", HEAD + path.format(tmp_path) + password)
    _, output, error = run("doctor", name)
    expected = [part.format(tmp_path).replace(" .env:", f" {name}:") for part in expected]
    assert ([part for part in expected if part not in output], error) == ([], "")


def test_a_pfx_that_is_also_given(run: Run) -> None:
    """It is examined as it is given and as it is named, and is no second place of its key."""
    name = placed(".env", f"{HEAD}{CA}SJ_CA_PASSWD={PASSWORD}\n")
    given = placed("pass", PASSWORD)
    code, output, _ = run("doctor", name, ca("ca.pfx"), "--password-file", given)
    assert (code, output.count("right ca.pfx: "), "same key" in output) == (0, 2, False)


def test_the_environment_counts_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It beats the file for both readers; a password in it opens a pfx without being asked."""
    name = placed(".env", f"{HEAD}SJ_CA_PATH={ca('ca.pfx')}\nSJ_CA_PASSWD=other\n")
    monkeypatch.setenv("SJ_CA_PASSWD", PASSWORD)
    assert run("doctor", name)[0] == 1
    code, output, _ = run("doctor", name, "--environment")
    beaten = (
        "  note     line 4, SJ_CA_PASSWD: an environment variable of this name has another value "
        "and is used instead: unset it or correct one\n"
    )
    assert (code, beaten in output, OPENED.format("ca.pfx") in output) == (0, True, True)
    placed(".env", f"{HEAD}SJ_CA_PATH=ca.pfx\n")
    assert "  opened   with the password in the variable SJ_CA_PASSWD\n" in run("doctor", name)[1]
    monkeypatch.setenv("SJ_CA_PATH", "\udcff.pfx")
    told = f"  wrong    SJ_CA_PATH: {NO_FILE}\n"
    assert told in run("doctor", placed(".env", HEAD), "--environment")[1]


PATHS: dict[str, tuple[str, str | None]] = {
    "a path": ("SJ_CA_PATH=C:\\ca.pfx", "C:\\ca.pfx"),
    "a name": ("SJ_CA_PATH=my ca.P12", "my ca.P12"),
    "a path beyond ASCII": ("SJ_CA_PATH=/我的 憑證/ca.pfx", "/我的 憑證/ca.pfx"),
    "a password in its place": ("SJ_CA_PATH=secret 99", None),
    "two settings on one line": ("SJ_CA_PATH=/ca.pfx SJ_CA_PASSWD=other77", None),
    "a comment": ("SJ_CA_PATH=/my ca.pfx#other77", None),
    "a variable": ("OTHER=other77\nSJ_CA_PATH=/my ca/${OTHER}.pfx", None),
    "the password within": ("SJ_CA_PATH=/my secret99/ca.pfx", None),
    "a control character": ('SJ_CA_PATH="C:\\temp\\new.pfx"', None),
}


@pytest.mark.parametrize("case", PATHS)
def test_a_path_is_shown_where_it_is_one(case: str) -> None:
    line, text = PATHS[case]
    octets = Secret(f"{HEAD}SJ_CA_PASSWD=secret99\n{line}\n")
    found = diagnose([Source(Path(".env"), octets, 0o600)], Options()).examinations[0].env
    assert found is not None
    assert [(one.setting, one.python.text) for one in found.lines] == [("SJ_CA_PATH", text)]


def test_no_other_value_is_shown() -> None:
    """Not even one that looks like a path."""
    octets = Secret(f"{HEAD}SJ_CA_PASSWD=/ x\n")
    found = diagnose([Source(Path(".env"), octets, 0o600)], Options()).examinations[0].env
    assert found is not None
    assert [(one.setting, one.python) for one in found.lines] == [
        ("SJ_CA_PASSWD", ValueView(state=ReadState.VALUE, characters=3))
    ]


@pytest.mark.parametrize("value", ["ab$cd", "$cd", "密$cd"])
def test_the_kinds_in_which_values_differ(value: str) -> None:
    """The server puts in for $cd what the environment has, python-dotenv leaves it."""
    octets = Secret(f"{HEAD}SJ_CA_PASSWD={value}\n")
    kinds = {}
    for text in ("", "cd", "1", " \\'\t密-"):
        options = Options(environment={"cd": text})
        found = diagnose([Source(Path(".env"), octets, 0o600)], options).examinations[0].env
        assert found is not None
        kinds[text] = [one.differ_in for one in found.lines]
    assert kinds == {
        "": [("letters", "dollar signs")],
        "cd": [("dollar signs",)],
        "1": [("letters", "digits", "dollar signs")],
        " \\'\t密-": [
            (
                "letters",
                "spaces",
                "dollar signs",
                "backslashes",
                "quotation marks",
                "control characters",
                "other signs",
                "characters beyond ASCII",
            )
        ],
    }


TIGER = "tiger_openapi_config.properties"
NAMES: dict[str, tuple[str, str, str]] = {
    "its name": (".env", "", "shioaji-env"),
    "another name": ("prod.env", "OTHER=1\n", "shioaji-env"),
    "its content": ("settings.txt", "# mine\n  export  SJ_SEC_KEY = x\n", "shioaji-env"),
    "in UTF-16": ("settings.txt", "SJ_API_KEY=x\n", "shioaji-env"),
    "Tiger's in a .env": (".env", "tiger_id=20150001\n", "tiger-settings"),
    "both brokers'": (".env", "tiger_id=20150001\nSJ_API_KEY=x\n", "shioaji-env"),
    "Tiger's name": (TIGER, "SJ_API_KEY=x\n", "tiger-settings"),
    "a key": ("key.txt", "MIIabc\nSJ_API_KEY=x\n", "key"),
    "a word": ("words.txt", "my SJ_API_KEY=x\n", "key"),
}


@pytest.mark.parametrize("case", NAMES)
def test_what_is_a_env(case: str) -> None:
    name, content, subject = NAMES[case]
    octets = content.encode("utf-16" if case == "in UTF-16" else "utf-8")
    found = diagnose([read_source(Path(placed(name, octets)))], Options())
    assert found.examinations[0].subject == subject


def test_another_name_and_a_file_that_others_may_use(run: Run) -> None:
    code, output, _ = run("doctor", placed("my.env", HEAD, 0o644))
    assert (code, output) == (
        0,
        (
            head("right", 2, 2).replace(".env:", "my.env:", 1)
            + f"  note     SJ_CA_PASSWD: {MISSING}\n  note     SJ_CA_PATH: {MISSING}\n"
            "  note     both readers look for a file named .env: name it so where it is to be "
            "used\n"
            "  note     others on this machine may use the file: its secrets are its owner's "
            f"alone\n  run      chmod 600 my.env\n{FOLDERS}"
        ),
    )


def test_nothing_secret_is_shown(run: Run) -> None:
    """Of all the files above and of the vectors, as text and as JSON."""
    files = [content for content, _, _ in FILES.values()]
    files += [decode_octets(one["input"]["file_b64"]) for one in (INSPECT | READ).values()]
    files += [f"{HEAD}SJ_CA_PASSWD=secret99\n{line}\n" for line, _ in PATHS.values()]
    files += [(HEAD + path + word) for path, word, _ in NAMED.values()]
    ca("ca.pfx")
    hidden = {
        KEY,
        SECRET,
        SECRET[4:20],
        PASSWORD,
        "secret99",
        "other77",
        "ab$cd",
        "密碼EXAMPLE",
        "EX AM",
    }
    for number, content in enumerate(files):
        name = placed(f"{number}.env", content)
        for options in ([], ["--json"], ["--environment"]):
            _, output, error = run("doctor", name, *options)
            assert ({one for one in hidden if one in output}, error) == (set(), "")


JSON = {
    "format": 1,
    "examinations": [
        {
            "path": ".env",
            "subject": "shioaji-env",
            "what": "Shioaji's .env; of the page's 4 settings python-dotenv reads 4, the server "
            "reads 3",
            "matters": [
                {
                    "level": level,
                    "id": id_,
                    "message": message,
                    "setting": "SJ_CA_PATH",
                    "line": 4,
                    "last_line": None,
                    "command": "",
                }
                for level, id_, message in (
                    ("wrong", "server-stops", f"the server stops reading here (space), {STOPS}"),
                    ("wrong", "ca-file", NO_FILE),
                )
            ],
            "keys": [],
            "sdks": [],
            "conversions": [],
            "pfx": None,
            "env": {
                "readers": [
                    {
                        "dialect": "python-dotenv",
                        "settings": ["SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PATH", "SJ_CA_PASSWD"],
                        "stopped_at": None,
                        "stop_reason": None,
                        "skipped": [],
                        "folder": "the root of the Python project, next to pyproject.toml",
                        "evidence": "documented",
                        "note": "load_dotenv() looks in the folder of the file that calls it, then "
                        "in each folder above",
                    },
                    {
                        "dialect": "server",
                        "settings": ["SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PASSWD"],
                        "stopped_at": 4,
                        "stop_reason": "space",
                        "skipped": [],
                        "folder": "the folder in which `shioaji server start` is run",
                        "evidence": "documented",
                        "note": "",
                    },
                ],
                "lines": [
                    {
                        "line": 4,
                        "setting": "SJ_CA_PATH",
                        "python": {
                            "state": "value",
                            "characters": 9,
                            "text": "my ca.pfx",
                            "doubt": None,
                        },
                        "server": {
                            "state": "nothing",
                            "characters": None,
                            "text": None,
                            "doubt": None,
                        },
                        "differ_in": [],
                    }
                ],
            },
        }
    ],
    "same": [],
    "unreadable": [],
}


def test_the_examination_as_json(run: Run) -> None:
    name = placed(".env", f"{HEAD}SJ_CA_PASSWD=secret99\nSJ_CA_PATH=my ca.pfx\n")
    code, output, error = run("doctor", name, "--json")
    assert (code, json.loads(output), error) == (1, JSON, "")
    report = msgspec.json.decode(output, type=DoctorReport)
    assert msgspec.json.format(msgspec.json.encode(report)).decode() == output.rstrip("\n")
    jsonschema.validate(JSON, msgspec.json.schema(DoctorReport))
