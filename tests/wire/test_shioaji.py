"""shioaji-ca over the wire: the page's steps on the mock, and made-up SDKs asked directly."""

import base64
import json
import os
import re
import shutil
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signproof import environments
from signproof.cli import sdks as cli_sdks
from signproof.corpus import Case, Corpus
from signproof.environments import Sdk, read_sdks
from signproof.schemes.shioaji_ca.check import at_its_time
from signproof.schemes.shioaji_ca.program import PROGRAM

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]

SCHEME = "shioaji-ca"
DRIVER = Path(__file__).parent / "programs" / "shioaji.py"
FIXTURES = Path(__file__).parents[2] / "vectors" / SCHEME / "fixtures"
CA = "EXAMPLE-aes-256.pfx"
KEY, SECRET = PROGRAM.credential["api_key"], PROGRAM.credential["secret_key"]
ENV = f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={SECRET}\nSJ_CA_PATH={CA}\nSJ_CA_PASSWD=EXAMPLE-password\n"
LAST = "Ctrl-C or SIGTERM ends it.\n"
TITLE = "Shioaji / SinoPac: API key, CA activation and CA signatures: a mock at "
ORDER = {
    "contract": {"security_type": "STK", "exchange": "TSE", "code": "2330"},
    "stock_order": {
        "action": "Buy",
        "price": 500,
        "quantity": 1,
        "price_type": "LMT",
        "order_type": "ROD",
    },
}


# `serve`.


def until(process: Any, last: str) -> str:
    """Read the output up to a line."""
    read = ""
    while not read.endswith(last):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        read += line
    return read


def ended(process: Any) -> tuple[int, str, str]:
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def asked(url: str, body: Json | None = None, **headers: str) -> tuple[int, bytes]:
    octets = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, octets, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder with a CA and the page's `.env`, with no such variable set outside."""
    shutil.copy(FIXTURES / CA, tmp_path)
    (tmp_path / ".env").write_text(ENV)
    monkeypatch.chdir(tmp_path)
    for name in PROGRAM.withheld:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


STATE = "CA_ACTIVE, Z199999999 until 2035-09-13T15:59:59 UTC\n"


@pytest.mark.parametrize("mode", ["simulation", "production"])
def test_the_pages_steps(start: Callable[..., Any], folder: Path, mode: str) -> None:
    """The `.env` is read, the login and the activation are done, and the answer is to the octet."""
    with (folder / ".env").open("a") as file:
        file.write(f"SJ_PRODUCTION={'true' if mode == 'production' else 'false'}\n")
    har = folder / "seen.har"
    har.touch(0o644)
    words = ("--env-file", str(folder), "--port", "0", "--har", str(har))
    process = start("serve", SCHEME, *words)
    head = until(process, LAST)
    base = re.search(r"http://127\.0\.0\.1:\d+", head)
    assert base
    assert head == (
        f"{TITLE}{base[0]}, which verifies every request\nstarted: {mode}, {STATE}{LAST}"
    )
    at = f"{base[0]}/api/v1/auth/ca_expiretime?person_id="
    assert asked(f"{at}Z199999999") == (
        200,
        b'{"person_id":"Z199999999","expire_time":"2035-09-13T15:59:59"}',
    )
    assert asked(f"{at}Z188888888") == (
        400,
        b'{"code":400,"message":"CA not activated for: Z188888888","details":null}',
    )
    assert asked(f"{base[0]}/api/v1/order/place_order", ORDER)[0] == 200
    assert asked(f"{base[0]}/{SECRET}")[0] == 404
    log = "".join(process.stdout.readline()[9:] for _ in range(4))
    assert log.splitlines()[0] == (
        "   1 right GET /api/v1/auth/ca_expiretime?person_id=Z199999999 → 200"
    )
    assert log.splitlines()[1] == (
        "   2 refused GET /api/v1/auth/ca_expiretime?person_id=Z188888888 → 400: activate the CA "
        "of this person before production orders; download the certificate with `Download "
        "Certificate` on the API management page, or with eleader (here nobody is asked for key "
        "and secret: they were not compared)"
    )
    assert log.splitlines()[2] == "   3 right POST /api/v1/order/place_order → 200"
    assert ended(process) == (0, "\n", "")
    assert SECRET not in head + log
    assert (har.stat().st_mode & 0o777, SECRET in har.read_text()) == (0o600, True)


def test_it_starts_where_the_ca_cannot_be_activated(
    start: Callable[..., Any], folder: Path
) -> None:
    """As the original (inferred), and production orders are refused then."""
    text = ENV.replace("EXAMPLE-password", "another")
    address = "SJ_HTTP_ADDR=0.0.0.0:{}\n"
    (folder / ".env").write_text(f"{text}SJ_PRODUCTION=true\n{address.format(0)}")
    process = start("serve", SCHEME, "--env-file", ".env")
    head = until(process, LAST)
    base = re.search(r"http://127\.0\.0\.1:(\d+)", head)
    assert base
    assert head == (
        f"{TITLE}{base[0]}, which verifies every request\n"
        "started: production, LOGGED_IN\n"
        "note: the CA was not activated (Ca Password Incorrect): the password does not open the "
        "pfx, or the file was altered: type the password anew\n"
        f"note: told to listen at 0.0.0.0:0; it does at 127.0.0.1:{base[1]}\n{LAST}"
    )
    place = f"{base[0]}/api/v1/order/place_order"
    assert asked(place, ORDER) == (
        401,
        b'{"code":401,"message":"Missing Authorization header","details":null}',
    )
    assert asked(place, ORDER, Authorization=f"Bearer {KEY}:{SECRET}") == (
        400,
        b'{"code":400,"message":"CA not activated for: Z199999999","details":null}',
    )
    assert process.stdout.readline()[9:].startswith(
        "   1 WRONG POST /api/v1/order/place_order → 401: "
    )
    assert ended(process)[0] == 0


def test_without_a_file_it_is_a_simulation(start: Callable[..., Any]) -> None:
    process = start("serve", SCHEME, "--port", "0")
    head = until(process, LAST)
    base = re.search(r"http://127\.0\.0\.1:\d+", head)
    assert base
    assert head == (
        f"{TITLE}{base[0]}, which verifies every request\n"
        f"export SJ_HTTP_ADDR={base[0].removeprefix('http://')}\n"
        f"export SJ_API_KEY={KEY}\n"
        f"export SJ_SEC_KEY={SECRET}\n"
        f"(--write-env FILE writes these and the others that SDKs read)\n{LAST}"
    )
    accounts = f"{base[0]}/api/v1/auth/accounts"
    assert asked(accounts)[0] == 401
    assert asked(accounts, Authorization=f"Bearer {KEY}:{SECRET}")[0] == 200
    assert ended(process)[0] == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--env-file", "none"], "none: No such file or directory"),
        (
            ["--env-file", ".env", "--write-env", "out"],
            "--env-file says all: leave out --credentials and --write-env",
        ),
        (
            ["--credentials", "c.json"],
            "--credentials: shioaji-ca starts from a .env: use --env-file",
        ),
        (
            ["--env-file", "short.env"],
            "short.env: api_key: an API key has at least 10 characters, this has 5: copy it whole",
        ),
        (
            ["--env-file", "stops.env"],
            (
                "stops.env: line 1: the server stops reading here, silently, before it has key and "
                "secret: mend the line (`signproof doctor` says what is wrong with it)"
            ),
        ),
    ],
)
def test_it_does_not_start(run: Run, folder: Path, words: list[str], problem: str) -> None:
    (folder / "stops.env").write_text(f"SJ_CA_PATH=C:\\EXAMPLE\\a b.pfx\n{ENV}")
    (folder / "short.env").write_text(f"SJ_API_KEY=short\nSJ_SEC_KEY={SECRET}\n")
    assert run("serve", SCHEME, "--port", "0", *words) == (2, "", f"Error: {problem}\n")


def test_another_scheme_has_no_local_server(run: Run, folder: Path) -> None:
    problem = "--env-file: tiger-rsa has no local server that reads a .env: leave it out"
    words = ("serve", "tiger-rsa", "--env-file", str(folder / ".env"))
    assert run(*words) == (2, "", f"Error: {problem}\n")


# `matrix`.


def cases(*names: str) -> list[Case]:
    every = {case.id.partition("/")[2]: case for case in Corpus.open().cases(SCHEME)}
    return [every[name] for name in names]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sdk]:
    """Write a made-up SDK whose driver is wrong in the way named, and return it."""
    root = tmp_path / "sdks"
    few = cases("open-ca/aes-256", "open-ca/ends-15-59-59", "sign-pkcs1/usual")
    monkeypatch.setattr(Corpus, "cases", lambda *_: few)
    monkeypatch.setattr(environments, "default_root", lambda: root)
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(environments, "_STEPS", {"pypi": lambda *_: []})
    for module in (cli_sdks.__name__, "signproof.matrix", "signproof.cli.matrix"):
        monkeypatch.setattr(f"{module}.questions", lambda _: ())

    def make(how: str) -> Sdk:
        folder = root / "a-made-up"
        folder.mkdir(parents=True)
        run = f"run = {json.dumps([sys.executable, str(DRIVER), how])}\n"
        (folder / "sdk.toml").write_text(MANIFEST + run)
        return next(sdk for sdk in read_sdks(root) if sdk.id == "a-made-up")

    return make


MANIFEST = """\
package = "made-up"
version = "1.2.3"
ecosystem = "pypi"
language = "Python"
schemes = ["shioaji-ca"]
required = true
tools = []
install_budget_s = 60
disk_mib = 1
"""


@pytest.fixture
def _closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command think that it is in a sandbox."""
    monkeypatch.setattr(cli_sdks, "enter_sandbox", lambda _: True)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    ("how", "results"),
    [
        ("own-time", {}),
        ("told", {}),
        (
            "milliseconds",
            {"sign-pkcs1/usual": ("fail", "envelope is wrong", "signed_text")},
        ),
        (
            "an-hour-late",
            {"sign-pkcs1/usual": ("fail", "its time is …, while it was asked between …", "")},
        ),
        ("sha-256", {"sign-pkcs1/usual": ("fail", "envelope is wrong", "signature")}),
        ("no-envelope", {"sign-pkcs1/usual": ("fail", "envelope is wrong", "envelope")}),
        (
            "wrong-begin",
            {
                "open-ca/aes-256": ("fail", "not_before is wrong", "not_before"),
                "open-ca/ends-15-59-59": ("fail", "not_before is wrong", "not_before"),
            },
        ),
    ],
)
def test_it_is_judged_at_its_own_time(
    run: Run,
    fake: Callable[..., Sdk],
    tmp_path: Path,
    how: str,
    results: dict[str, tuple[str, str, str]],
) -> None:
    """And a member that it does not tell is not held against it."""
    fake(how)
    report = tmp_path / "report.json"
    code, _, _ = run("matrix", SCHEME, "--json", str(report))
    (entry,) = json.loads(report.read_bytes())["entries"]
    wrong = {
        one["id"].partition("/")[2]: (
            one["outcome"],
            re.sub(r"\d{10}(, in Unix seconds| and \d{10})?", "…", one["message"]),
            (one.get("difference") or {"stage": ""})["stage"],
        )
        for one in entry["report"]["results"]
        if one["outcome"] != "pass"
    }
    assert (code, wrong) == (1 if results else 0, results)
    assert len(entry["report"]["results"]) == 3


def test_without_a_sandbox_none_is_run(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("own-time")
    why = "skipped a-made-up 1.2.3: it would reach the broker, for there is no sandbox here\n"
    code, out, err = run("matrix", SCHEME)
    assert (code, why in out, "judging" in err) == (3, True, False)
    assert run("matrix", SCHEME, "--no-skip")[0] == 1


@pytest.mark.parametrize(
    ("envelope", "seconds"),
    [
        (b"A1.2.3.411700000123", 1700000123),
        (b"A1.2.3.411700000123456", 1700000123),
        (b"A|1.2.3.4|1|1700000123", 1700000123),
        (b"A", None),
        ("pkcs1.AA==.A.AA==", None),
        ("pkcs1", None),
        (1, None),
        (None, None),
    ],
)
def test_the_time_in_an_envelope(envelope: object, seconds: int | None) -> None:
    if isinstance(envelope, bytes):
        envelope = f"pkcs1.AA==.{base64.b64encode(envelope).decode()}.AA=="
    asked = {"ip": "1.2.3.4", "plain_text": "1"}
    expected = None if seconds is None else ({**asked, "seconds": seconds}, seconds)
    output = {} if envelope is None else {"envelope": envelope}
    assert at_its_time({**asked, "seconds": 1}, output) == expected


def test_the_time_behind_nothing() -> None:
    asked = {"ip": "", "plain_text": ""}
    envelope = f"pkcs1.AA==.{base64.b64encode(b'Z1999999991700000123').decode()}.AA=="
    expected = ({**asked, "seconds": 1700000123}, 1700000123)
    assert at_its_time({**asked, "seconds": 1}, {"envelope": envelope}) == expected
