"""`signproof serve`, as a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signproof.cli import serve
from signproof.schemes.longbridge_hmac.sending import PROGRAM

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]
Client = Callable[..., list[str]]

SCHEME = "longbridge-hmac"
LAST = "Ctrl-C or SIGTERM ends it.\n"
HINT = "(--write-env FILE writes these and the others that SDKs read)\n"
TIME = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)


def until(process: Any, last: str) -> str:
    """Read the output up to a line."""
    read = ""
    while not read.endswith(last):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        read += line
    return read


def exported(head: str) -> dict[str, str]:
    return dict(re.findall(r"^export (\w+)=(.*)$", head, re.MULTILINE))


def sent(client: Client, head: str, how: str) -> None:
    told = exported(head)
    told["LONGPORT_ACCESS_TOKEN"] = told["LONGBRIDGE_ACCESS_TOKEN"]
    subprocess.run(client(how), env={**os.environ, **told}, check=True)


def ended(process: Any, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_it_judges_while_it_serves(
    start: Callable[..., Any], client: Client, tmp_path: Path
) -> None:
    har = tmp_path / "seen.har"
    process = start("serve", SCHEME, "--port", "0", "--har", str(har))
    head = until(process, LAST)
    first = re.match(
        r"Longbridge / LongPort.*: a mock at (http://127\.0\.0\.1:\d+), which verifies every "
        r"request\n",
        head,
    )
    assert first
    assert head.removeprefix(first[0]) == (
        f"export LONGBRIDGE_HTTP_URL={first[1]}\n"
        f"export LONGBRIDGE_APP_KEY={PROGRAM.credential['app_key']}\n"
        f"export LONGBRIDGE_APP_SECRET={PROGRAM.credential['app_secret']}\n"
        f"export LONGBRIDGE_ACCESS_TOKEN={PROGRAM.credential['access_token']}\n"
        f"{HINT}{LAST}"
    )
    sent(client, head, "right")
    sent(client, head, "wrong")
    log = TIME.sub("", until(process, "\n\n"))
    assert log.startswith(
        "   1 right GET /v1/asset/stock?symbol=700.HK → 200\n   2 refused POST /v1/nowhere → 404: "
    )
    assert "\n   3 WRONG GET /v1/asset/stock → 403: " in log
    assert "\nrequest 3:\n  received GET /v1/asset/stock\n" in log
    assert "\n  cause    method-lowercase: The method is signed in lower case.\n" in log
    assert PROGRAM.credential["app_secret"] not in log
    assert PROGRAM.credential["access_token"] not in log
    assert ended(process) == (0, "\n", "")
    entries = json.loads(har.read_bytes())["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 404, 403]


def test_told_to_end_it_writes_the_har_as_well(start: Callable[..., Any], tmp_path: Path) -> None:
    har = tmp_path / "seen.har"
    process = start("serve", SCHEME, "--port", "0", "--har", str(har))
    until(process, LAST)
    assert ended(process, signal.SIGTERM) == (143, "", "")
    assert json.loads(har.read_bytes())["log"]["entries"] == []


def test_started_in_the_background_an_interrupt_ends_it(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    """A shell starts what stands before `&` with the signal ignored."""
    har = tmp_path / "seen.har"
    ignored = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    process = start("serve", SCHEME, "--port", "0", "--har", str(har), code=ignored)
    until(process, LAST)
    assert ended(process) == (0, "\n", "")
    assert json.loads(har.read_bytes())["log"]["entries"] == []


def test_all_variables_are_written_to_a_file(start: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "env.sh"
    process = start("serve", SCHEME, "--port", "0", "--tls", "--write-env", str(file))
    head = until(process, LAST)
    assert HINT not in head
    shown = exported(head)
    url = shown["LONGBRIDGE_HTTP_URL"]
    assert list(shown) == [
        "LONGBRIDGE_HTTP_URL",
        "LONGBRIDGE_APP_KEY",
        "LONGBRIDGE_APP_SECRET",
        "LONGBRIDGE_ACCESS_TOKEN",
        "SSL_CERT_FILE",
    ]
    text = file.read_text()
    assert re.fullmatch(r"(export \w+=\S+\n)+", text)
    assert exported(text) == {
        f"{prefix}_{name}": value
        for prefix in ("LONGBRIDGE", "LONGPORT")
        for name, value in (
            ("APP_KEY", PROGRAM.credential["app_key"]),
            ("APP_SECRET", PROGRAM.credential["app_secret"]),
            ("ACCESS_TOKEN", PROGRAM.credential["access_token"]),
            ("HTTP_URL", url),
            ("REGION", "hk"),
            *(
                (name, f"wss{url.removeprefix('https')}/v2")
                for name in ("QUOTE_WS_URL", "TRADE_WS_URL", "QUOTE_URL", "TRADE_URL")
            ),
        )
    } | {"SSL_CERT_FILE": shown["SSL_CERT_FILE"]}
    assert ended(process)[0] == 0


@pytest.mark.parametrize("option", ["--write-env", "--har"])
def test_a_file_that_cannot_be_written(run: Run, option: str) -> None:
    code, out, err = run("serve", SCHEME, "--port", "0", option, "/no/such/file")
    why = "/no/such/file: there is no folder /no/such to write to"
    assert (code, out) == (2, "")
    assert err.endswith(f"\n\nError: Invalid value for '{option}': {why}\n")


GET = "import os, urllib.request; print(urllib.request.urlopen(os.environ['URL']).status)"


def test_tls_and_a_credential_of_ones_own(start: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "credential.json"
    own = {"app_key": "own-key", "app_secret": "own-secret", "access_token": "own-token"}
    file.write_text(json.dumps(own))
    written = tmp_path / "env.sh"
    options = ("--tls", "--credentials", str(file), "--write-env", str(written))
    process = start("serve", SCHEME, "--port", "0", *options)
    head = until(process, LAST) + written.read_text()
    variables = exported(head)
    assert variables["LONGBRIDGE_APP_KEY"] == "own-key"
    assert variables["LONGBRIDGE_HTTP_URL"].startswith("https://127.0.0.1:")
    assert not [name for name in variables if "SECRET" in name or "TOKEN" in name]
    assert "own-secret" not in head
    assert "own-token" not in head
    asked = subprocess.run(
        [sys.executable, "-c", GET],
        env={**os.environ, **variables, "URL": f"{variables['LONGBRIDGE_HTTP_URL']}/v1/a"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "HTTP Error 403: Forbidden" in asked.stderr  # the certificate was trusted
    until(process, "\n\n")
    assert ended(process)[0] == 0
    assert not Path(variables["SSL_CERT_FILE"]).exists()


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        problem = f"Error: port {port}: Address already in use: choose another --port\n"
        assert run("serve", SCHEME, "--port", str(port)) == (2, "", problem)


def test_a_port_that_is_none(run: Run) -> None:
    code, _, err = run("serve", SCHEME, "--port", "65536")
    assert (code, "65536 is not in the range 0<=x<=65535" in err) == (2, True)


def test_wrong_requests_that_wait_too_long_are_only_logged(
    run: Run, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is explained before all have come: then as many as may wait are."""
    taken: list[int] = []

    def explain(*context: Any) -> None:
        wrong = context[-1]
        variables = {"LONGBRIDGE_HTTP_URL": address[0], **os.environ}
        variables |= {"LONGBRIDGE_APP_KEY": "k", "LONGBRIDGE_APP_SECRET": "s"}
        variables |= {"LONGPORT_ACCESS_TOKEN": "t", "LONGBRIDGE_ACCESS_TOKEN": "t"}
        for _ in range(3):
            subprocess.run(client("wrong"), env=variables, check=True)
        while not wrong.empty():
            taken.append(wrong.get().number)
        raise KeyboardInterrupt

    def environment(_s: object, _c: object, base_url: str) -> dict[str, str]:
        address.append(base_url)
        return {}

    address: list[str] = []
    monkeypatch.setattr(serve, "_WAITING", 2)
    monkeypatch.setattr(serve, "_explain", explain)
    monkeypatch.setattr(serve, "program_environment", environment)
    code, out, err = run("serve", SCHEME, "--port", "0")
    assert (code, err, taken) == (0, "", [1, 2])
    assert len(TIME.findall(out)) == 3
