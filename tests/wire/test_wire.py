"""`signproof wire`: what any program sends, judged."""

import base64
import json
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from signproof.scheme import Scheme
from signproof.schemes.longbridge_hmac.sending import PROGRAM
from signproof.wire import Ended, fill, program_environment
from signproof.wire import run as run_program

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = [pytest.mark.once, pytest.mark.unmeasured]

Run = Callable[..., tuple[int, str, str]]
Client = Callable[..., list[str]]

SCHEME = "longbridge-hmac"
WIRE = ("wire", SCHEME, "--no-sandbox")
SECRETS = (PROGRAM.credential["app_secret"], PROGRAM.credential["access_token"])
NAMES = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp"
SIGNED = "the signature is right, over the path as sent"
NO_PATH = f"this mock does not have this path ({SIGNED})"
RIGHT = f"""\
   1 right GET /v1/asset/stock?symbol=700.HK → 200
   2 refused POST /v1/nowhere → 404: {NO_PATH}
2 requests · 1 signed right but refused · 1 right
"""
HINT = (
    ": it has the address in LONGBRIDGE_HTTP_URL and LONGPORT_HTTP_URL; give it by --env or "
    "{base_url} where it reads another\n"
)
NOTHING = f"the command sent no request to the mock{HINT}"
MISMATCH = (
    "the signature does not match the request as received: the secret differs, or what was signed "
    "is not what was sent"
)


def no_secrets(*texts: str) -> None:
    for text in texts:
        for secret in SECRETS:
            assert secret not in text


def shown(run: Run, client: Client, *words: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
    """Return exit code and output, in which there is neither a secret nor an error."""
    code, out, err = run(*WIRE, *options, "--", *client(*words))
    no_secrets(out)
    assert err == ""
    return code, out


def test_right(run: Run, client: Client) -> None:
    assert shown(run, client, "right") == (0, RIGHT)


@pytest.mark.parametrize(
    ("words", "options", "code", "output"),
    [
        (["nothing"], [], 3, NOTHING),
        (
            ["right-then-fails"],
            [],
            1,
            RIGHT.replace(
                "2 requests", "the command failed: it ended with exit code 7\n2 requests"
            ),
        ),
        (["killed"], [], 3, "the command failed: it was ended by signal 9\n"),
    ],
)
def test_ends(
    run: Run, client: Client, words: list[str], options: list[str], code: int, output: str
) -> None:
    assert shown(run, client, *words, options=tuple(options)) == (code, output)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["/no/such/program"], "No such file or directory"),
        (["/"], "Permission denied"),
        (["{app_key}"], "No such file or directory"),
    ],
)
def test_what_cannot_be_started(run: Run, command: list[str], why: str) -> None:
    failed = f"the command failed: it cannot be started: {why}\n"
    assert run(*WIRE, "--", *command) == (3, failed, "")


def test_a_nul_cannot_be_handed_over(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "credential.json"
    file.write_text(json.dumps({**PROGRAM.credential, "access_token": "a\0b"}))
    failed = "the command failed: it cannot be started: embedded null byte\n"
    assert run(*WIRE, "--credentials", str(file), "--", "true") == (3, failed, "")


@pytest.mark.parametrize("words", [WIRE, ("serve", SCHEME), ("record", SCHEME, "--out", "new")])
def test_a_credential_that_no_mock_takes(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "credential.json"
    file.write_text(json.dumps({**PROGRAM.credential, "app_key": "a b"}))
    more = [] if words[0] == "serve" else ["--", "true"]
    more = ["--client", "c", *more] if words[0] == "record" else more
    problem = (
        "Error: the app key holds white space, a control or a non-ASCII character, which would not "
        "arrive as it was signed: take it out\n"
    )
    assert run(*words, "--credentials", str(file), *more) == (2, "", problem)


def test_wrong(run: Run, client: Client) -> None:
    code, out = shown(run, client, "wrong")
    port, signature = "PORT", "SIGNATURE"
    lines = out.splitlines()
    for at, line in enumerate(lines):
        if "Host: " in line:
            lines[at] = line.partition("127.0.0.1:")[0] + port
        if "Signature=" in line:
            lines[at] = line.partition("Signature=")[0] + signature
    stars = "*" * len(SECRETS[1])
    assert code == 1
    assert lines == [
        f"   1 WRONG GET /v1/asset/stock → 403: {MISMATCH}",
        "  received GET /v1/asset/stock",
        "           Host: PORT",
        "           Accept-Encoding: identity",
        f"           X-Api-Key: {PROGRAM.credential['app_key']}",
        f"           Authorization: {stars}",
        "           X-Timestamp: 1700000000",
        f"           X-Api-Signature: {NAMES}, SIGNATURE",
        "  where    canonical_request, octet 0",
        "  expected GET|/v1/asset/stock||aut…",
        "  got      get|/v1/asset/stock||aut…",
        "  cause    method-lowercase: The method is signed in lower case.",
        "  fix      Sign the method of the request that is sent, in upper case.",
        "",
        "1 request · 1 wrong",
        "     1  method-lowercase",
    ]


def test_the_same_cause_is_shown_once(run: Run, client: Client) -> None:
    code, out = shown(run, client, "wrong-thrice")
    wrong = f" WRONG GET /v1/asset/stock → 403: {MISMATCH}\n"
    cause = "  cause    method-lowercase"
    whole, _, rest = out.partition(f"   2{wrong}")
    assert code == 1
    assert whole.startswith(f"   1{wrong}  received GET /v1/asset/stock\n")
    assert whole.count(cause) == 1
    first, _, rest = rest.partition("   3 WRONG GET /v1/a?token=")
    assert first == f"{cause}, as request 1\n\n"
    third, _, rest = rest.partition("   4 WRONG (no request) HELLO")
    assert third.endswith(f"{MISMATCH}\n{cause}, as request 1\n\n")
    assert rest.endswith(
        "\n"
        "5 requests · 1 no request · 3 wrong · 1 signed right but refused\n"
        "     3  method-lowercase\n"
    )


def test_causes_are_counted_the_most_frequent_first(run: Run, client: Client) -> None:
    code, out = shown(run, client, "two-causes")
    assert code == 1
    assert out.endswith(
        "\n3 requests · 3 wrong\n     2  method-lowercase\n     1  query-left-out\n"
    )


def test_what_has_no_cause_is_shown_each_time(run: Run, client: Client) -> None:
    code, out = shown(run, client, "junk", "twice")
    assert code == 1
    assert out.count("\n  received HELLO\\r\\nAuthorization: ") == 2
    assert out.endswith("\n\n2 requests · 2 no request\n")


def test_what_cannot_be_read(run: Run, client: Client) -> None:
    code, out = shown(run, client, "junk")
    stars = "*" * len(SECRETS[1])
    assert code == 1
    clipped = f"{stars[:28]}… ({26 + len(stars)} octets)"
    assert out == (
        f"   1 WRONG (no request) HELLO\\r\\nAuthorization: {clipped} → 400: illegal request line\n"
        f"  received HELLO\\r\\nAuthorization: {stars}\\r\\n\\r\\n\n"
        "\n"
        "1 request · 1 no request\n"
    )


def test_another_token_is_a_secret_too(run: Run, client: Client) -> None:
    code, out = shown(run, client, "other-token")
    assert code == 1
    assert "t0ken-of-the-users-own" not in out
    stars = "*" * len("t0ken-of-the-users-own")
    assert f"WRONG GET /v1/a?t={stars} → 403: " in out
    assert f"           Authorization: {'*' * len('Bearer ')}{stars}\n" in out


def test_a_token_in_the_query_is_masked(run: Run, client: Client) -> None:
    code, out = shown(run, client, "token-in-query")
    assert code == 1
    assert f"   1 WRONG GET /v1/a?token={'*' * len(SECRETS[1])} → 403" in out


def test_a_body_is_clipped(run: Run, client: Client) -> None:
    code, out = shown(run, client, "unsigned-post")
    assert code == 1
    assert f"\n           \n           \\xff{'a' * 396}… (501 octets)\n" in out


# What the command gets.


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("{a} {b} {} {c} {{a}}", {"a": "1", "b": "{a}"}, "1 {a} {} {c} {1}"),
        ("", {"a": "1"}, ""),
        ("{a}", {}, "{a}"),
    ],
)
def test_braces(text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


def test_the_variables(scheme: Scheme) -> None:
    credential = {"app_key": "k", "app_secret": "s", "access_token": "t"}
    variables = program_environment(scheme, credential, "https://127.0.0.1:1")
    assert variables == {
        f"{prefix}_{name}": value
        for prefix in ("LONGBRIDGE", "LONGPORT")
        for name, value in (
            ("APP_KEY", "k"),
            ("APP_SECRET", "s"),
            ("ACCESS_TOKEN", "t"),
            ("HTTP_URL", "https://127.0.0.1:1"),
            ("REGION", "hk"),
            ("QUOTE_WS_URL", "wss://127.0.0.1:1/v2"),
            ("TRADE_WS_URL", "wss://127.0.0.1:1/v2"),
            ("QUOTE_URL", "wss://127.0.0.1:1/v2"),
            ("TRADE_URL", "wss://127.0.0.1:1/v2"),
        )
    }


def test_templates_stand_for_their_values(
    run: Run, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    words = client("told", "{host}:{port}", "{base_url}", "{app_key}", "{other}")
    told = ("--port", str(port), "--env", "TOLD=no", "--env", "TOLD=at={base_url}")
    assert run(*WIRE, *told, "--", *words) == (3, NOTHING, "")
    key = PROGRAM.credential["app_key"]
    url = f"http://127.0.0.1:{port}"
    assert capfd.readouterr().out == f"127.0.0.1:{port} {url} {key} {{other}} at={url}\n"


def test_a_credential_of_ones_own(run: Run, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "credential.json"
    own = {"app_key": "own-key", "app_secret": "own-secret", "access_token": "own-token"}
    file.write_text(json.dumps(own))
    code, out = shown(run, client, "wrong", options=("--credentials", str(file)))
    assert code == 1
    assert "X-Api-Key: own-key" in out
    assert "own-secret" not in out
    assert "own-token" not in out


# Files.


def test_a_har_is_read_by_explain(run: Run, client: Client, tmp_path: Path) -> None:
    har, credential = tmp_path / "seen.har", tmp_path / "credential.json"
    credential.write_text(json.dumps(dict(PROGRAM.credential)))
    shown(run, client, "wrong", options=("--har", str(har)))
    for whose in (["--credentials", str(credential)], ["--made-up"]):
        shown_again = run("explain", SCHEME, *whose, str(har))
        assert shown_again[0] == 1
        assert "cause    method-lowercase" in shown_again[1]
    shown(run, client, "right", options=("--har", str(har)))
    right = "right: the signature belongs to this request\n"
    for entry in ("0", "1"):
        assert run("explain", SCHEME, "--entry", entry, "--made-up", str(har)) == (0, right, "")
    assert run("explain", SCHEME, "--made-up", str(har)) == (
        0,
        f"entry 0, /v1/asset/stock?symbol=700.HK: {right}entry 1, /v1/nowhere: {right}",
        "",
    )
    entries = json.loads(har.read_bytes())["log"]["entries"]
    raw = base64.b64decode(entries[1]["_raw_b64"])
    assert raw.startswith(b"POST /v1/nowhere HTTP/1.1\r\n")
    assert raw.endswith(b'\r\n\r\n{"order_id":"1"}')


def again(run: Run, client: Client, how: str, *options: str) -> list[str]:
    out = shown(run, client, how, options=options)[1]
    return [line for line in out.splitlines() if line.startswith("again: ")]


def test_how_to_explain_it_again(run: Run, client: Client, tmp_path: Path) -> None:
    har, credential = tmp_path / "it's seen.har", tmp_path / "credential.json"
    credential.write_text(json.dumps(dict(PROGRAM.credential)))
    told = f"again: signproof explain {SCHEME} {shlex.quote(str(har))}"
    assert again(run, client, "wrong") == []
    assert again(run, client, "right", "--har", str(har)) == []
    assert again(run, client, "nothing", "--har", str(har)) == []
    assert again(run, client, "wrong", "--har", str(har)) == [f"{told} --made-up"]
    own = ("--har", str(har), "--credentials", str(credential))
    assert again(run, client, "wrong", *own) == [f"{told} --credentials {credential}"]
    junk = again(run, client, "junk", "--har", str(har))
    words = shlex.split(junk[0].removeprefix("again: signproof "))
    assert run(*words) == (1, "wrong (no-request): what arrived is no request\n", "")


def test_the_reports(run: Run, client: Client, tmp_path: Path) -> None:
    as_json, as_junit = tmp_path / "report.json", tmp_path / "report.xml"
    shown(run, client, "right", options=("--json", str(as_json), "--junit", str(as_junit)))
    report: Any = json.loads(as_json.read_bytes())
    assert report.pop("signproof")
    assert report == {
        "format": 1,
        "set_version": "",
        "scheme": SCHEME,
        "implementation": {"name": Path(sys.executable).name},
        "complete": True,
        "counts": {"pass": 2},
        "exit_code": 0,
        "results": [
            {
                "id": f"{SCHEME}/wire/request-0001",
                "operation": "request",
                "importance": "must",
                "outcome": "pass",
                "note": SIGNED,
            },
            {
                "id": f"{SCHEME}/wire/request-0002",
                "operation": "request",
                "importance": "must",
                "outcome": "pass",
                "note": NO_PATH,
            },
        ],
    }
    assert ET.parse(as_junit).getroot().attrib == {
        "name": "signproof",
        "tests": "2",
        "errors": "0",
        "failures": "0",
        "skipped": "0",
    }
    no_secrets(as_json.read_text(), as_junit.read_text())


def report_of(run: Run, folder: Path, *command: str) -> tuple[Any, list[dict[str, str]]]:
    """Return the report as JSON, and of that as JUnit the counts and each error."""
    as_json, as_junit = folder / "report.json", folder / "report.xml"
    run(*WIRE, "--json", str(as_json), "--junit", str(as_junit), "--", *command)
    root = ET.parse(as_junit).getroot()
    return json.loads(as_json.read_bytes()), [
        root.attrib,
        *(error.attrib for error in root.iter("error")),
    ]


@pytest.mark.parametrize(
    ("command", "code", "passed", "message"),
    [
        ([], 3, {}, "it sent nothing to the mock"),
        (["killed"], 3, {}, "the command failed: it was ended by signal 9"),
        (["right-then-fails"], 1, {"pass": 2}, "the command failed: it ended with exit code 7"),
        (
            ["/no/such/program"],
            3,
            {},
            "the command failed: it cannot be started: No such file or directory",
        ),
    ],
)
def test_a_command_that_fails_is_in_the_reports(
    run: Run,
    client: Client,
    tmp_path: Path,
    command: list[str],
    code: int,
    passed: dict[str, int],
    message: str,
) -> None:
    words = command if command[:1] == ["/no/such/program"] else client(*(command or ["nothing"]))
    report, junit = report_of(run, tmp_path, *words)
    assert report["exit_code"] == code
    assert report["counts"] == {**passed, "error": 1}
    assert report["results"][-1] == {
        "id": f"{SCHEME}/wire/command",
        "operation": "command",
        "importance": "must",
        "outcome": "error",
        "message": message,
    }
    tests = sum(passed.values()) + 1
    whole = {"tests": str(tests), "errors": "1", "failures": "0", "skipped": "0"}
    assert junit == [
        {"name": "signproof", **whole},
        {"message": message, "type": "error (must)"},
    ]


TLS = """
import os, ssl, sys, urllib.request
url = os.environ["LONGBRIDGE_HTTP_URL"]
assert url.startswith("https://"), url
try:
    urllib.request.urlopen(url + "/v1/a")
except urllib.error.HTTPError as error:
    print(error.code)
"""
TLS_HTTPX = """
import httpx, os, ssl
trusted = ssl.create_default_context()
print(httpx.get(os.environ["LONGPORT_HTTP_URL"] + "/v1/a", verify=trusted).status_code)
"""


@pytest.mark.parametrize("code", [TLS, TLS_HTTPX])
def test_tls(run: Run, capfd: pytest.CaptureFixture[str], code: str) -> None:
    exit_code, out, err = run(*WIRE, "--tls", "--", sys.executable, "-c", code)
    assert capfd.readouterr().out == "403\n"
    assert (exit_code, err) == (1, "")
    assert out.startswith("   1 WRONG GET /v1/a → 403: ")


# What is wrong with what was asked.


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["wire", SCHEME], "there is no command: put it behind `--`"),
        (
            ["wire", SCHEME, "--"],
            "there is no command behind `--`: name one, or take the `--` away",
        ),
        (
            ["wire", SCHEME, "--", ""],
            "there is no command behind `--`: name one, or take the `--` away",
        ),
        ([*WIRE, "--env", "A", "--", "true"], "--env A: write NAME=TEXT"),
        ([*WIRE, "--env", "=A", "--", "true"], "--env =A: write NAME=TEXT"),
        ([*WIRE, "--timeout", "0", "--", "true"], "--timeout 0: it must be more than 0"),
        ([*WIRE, "--timeout", "nan", "--", "true"], "--timeout nan: it must be more than 0"),
        (
            [*WIRE, "--credentials", "/no/such/file", "--", "true"],
            "/no/such/file: No such file or directory",
        ),
    ],
)
def test_a_problem_is_one_line(run: Run, words: list[str], problem: str) -> None:
    assert run(*words) == (2, "", f"Error: {problem}\n")


USAGE = """\
Usage: signproof wire [OPTIONS] SCHEME -- COMMAND...
Try 'signproof wire --help' for help.

Error: {}
"""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["python", "a.py"],
            "Got unexpected extra arguments (python a.py): put the command behind `--`",
        ),
        (["a", "--", "b"], "Got unexpected extra argument (a): put the command behind `--`"),
        *(
            (
                [option, "/no/such/folder/x", "--", "touch", "{ran}"],
                (
                    f"Invalid value for '{option}': /no/such/folder/x: there is no folder "
                    "/no/such/folder to write to"
                ),
            )
            for option in ("--har", "--json", "--junit")
        ),
    ],
)
def test_wrong_usage(run: Run, tmp_path: Path, words: list[str], problem: str) -> None:
    ran = tmp_path / "ran"
    given = [word.replace("{ran}", str(ran)) for word in words]
    code, out, err = run(*WIRE, *given)
    # Which spelling of the help option the hint names is click's own affair.
    assert (code, out, err.replace(" -h'", " --help'")) == (2, "", USAGE.format(problem))
    assert not ran.exists()


def test_a_scheme_that_does_not_exist(run: Run) -> None:
    code, out, err = run("wire", "guess", "--", "true")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        problem = f"Error: port {port}: Address already in use: choose another --port\n"
        assert run(*WIRE, "--port", str(port), "--", "true") == (2, "", problem)


# Time and interrupts.


def test_it_runs_too_long(run: Run, client: Client) -> None:
    code, out = shown(run, client, "waits", os.devnull, options=("--timeout", "0.01"))
    assert code == 3
    assert out == "the command failed: it ran longer than 0.01 s and was ended\n"


def test_what_does_not_want_to_end_is_ended(
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pids = tmp_path / "pids"
    stubborn = (
        f"trap '' TERM; sh -c 'trap \"\" TERM; echo $$ $PPID > {pids}; sleep 600 & wait' & wait"
    )
    monkeypatch.setattr("signproof.wire._GRACE_S", 0.05)
    really: Callable[..., int] = __import__("subprocess").Popen.wait
    waited: list[float | None] = []

    def wait(process: Any, timeout: float | None = None) -> int:
        if not waited:
            assert wait_for(lambda: pids.exists() and pids.read_text().endswith("\n"))
        waited.append(timeout)
        return really(process, 0 if len(waited) == 1 else timeout)

    monkeypatch.setattr("subprocess.Popen.wait", wait)
    ended = run_program(["sh", "-c", stubborn], {"PATH": os.environ["PATH"]}, timeout_s=30)
    assert ended == Ended(None, "it ran longer than 30 s and was ended")
    assert wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


@pytest.mark.parametrize(
    ("mode", "counts", "summary"),
    [
        ("waits", {}, ""),
        ("right-then-waits", {"pass": 2}, RIGHT.splitlines(keepends=True)[-1]),
    ],
)
def test_an_interrupt_ends_the_whole_group(
    start: Callable[..., Any],
    client: Client,
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
    mode: str,
    counts: dict[str, int],
    summary: str,
) -> None:
    pids, report = tmp_path / "pids", tmp_path / "report.json"
    process = start(*WIRE, "--json", str(report), "--", *client(mode, str(pids)))
    assert wait_for(lambda: pids.exists() and pids.read_text().count(" ") == 1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    interrupted = "interrupted: the command was ended\n"
    assert out.endswith(interrupted + summary)
    made = json.loads(report.read_bytes())
    assert (made["counts"], made["complete"], made["exit_code"]) == (counts, False, 130)
    assert wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


def test_an_end_takes_the_command_along(
    start: Callable[..., Any],
    client: Client,
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
) -> None:
    pids = tmp_path / "pids"
    process = start(*WIRE, "--", *client("waits", str(pids)))
    assert wait_for(lambda: pids.exists() and pids.read_text().count(" ") == 1)
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (143, "", "")
    assert wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


def test_as_a_command_of_its_own(command: Run, client: Client) -> None:
    """In the sandbox where there is one; what the program prints comes before the judgement."""
    code, out, _ = command("wire", SCHEME, "--", *client("right"))
    assert (code, out) == (0, RIGHT)
