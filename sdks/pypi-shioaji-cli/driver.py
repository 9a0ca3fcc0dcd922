"""Runs the command of the package shioaji-cli, with a home and a working folder of its own."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "common" / "operations"))
from protocol import Broke, Skipped, serve

_LIMIT_S = 15.0
_SPAWN_S = 2.0
_POLL_S = 0.0005
_TRIES = 6
"""A server that refuses its settings ends within milliseconds, and may not be seen."""
_COMMAND = str(Path(sys.executable).with_name("shioaji"))
_OWN = {name: text for name, text in os.environ.items() if not name.startswith("SJ_")}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MEMBERS = dict[str, Any]

_KNOWN = frozenset(
    f"SJ_{name}"
    for name in (
        *("API_KEY", "SEC_KEY", "CA_PATH", "CA_PASSWD"),
        *("PRODUCTION", "HTTP_ADDR", "HTTP_AUTH", "RECEIVE_WINDOW"),
    )
)
_CALLS = {
    "server-check": ("server", "check"),
    "server-status": ("server", "status"),
    "server-accounts": ("--format", "json", "auth", "accounts"),
    "server-usage": ("--format", "json", "auth", "usage"),
    "server-ca-expiretime": ("--format", "json", "auth", "ca-expiretime", "--person-id"),
}


class _Place:
    """A home folder, a working folder, and the processes that were started in them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.work = folder / "home", folder / "work"
        (self.home / ".shioaji").mkdir(parents=True)
        self.work.mkdir()
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start the command."""
        process = subprocess.Popen(  # noqa: S603 - the command under test
            [_COMMAND, *arguments],
            cwd=self.work,
            env={**_OWN, "HOME": str(self.home), "NO_COLOR": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """End what still runs; the command starts a server that would outlive it."""
        for process in self._started:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGSTOP)  # so that it starts no other meanwhile
                for pid in [*_children(process.pid), process.pid]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            process.communicate()


@contextmanager
def _place() -> Iterator[_Place]:
    with tempfile.TemporaryDirectory() as folder:
        place = _Place(Path(folder))
        try:
            yield place
        finally:
            place.end()


def _children(parent: int) -> list[int]:
    """Return the processes that *parent*, which was not waited for, has started."""
    try:
        lists = [
            path.read_text("ascii") for path in Path(f"/proc/{parent}").glob("task/*/children")
        ]
    except OSError:
        return []
    return [int(pid) for text in lists for pid in text.split()]


def _run(place: _Place, *arguments: str, **environment: str) -> _MEMBERS:
    """Return what the command printed, its error as it tells it, and its exit code."""
    start = time.monotonic()
    process = place.start(*arguments, **environment)
    try:
        printed, told = process.communicate(timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise Broke(f"it did not end within {_LIMIT_S:g} s") from None
    elapsed = time.monotonic() - start
    errors = re.findall(r"^error: .*|^Error: .*", _COLOUR.sub("", told), re.MULTILINE)
    return {
        "error": errors[-1].partition(": ")[2] if errors else "",
        "value": _COLOUR.sub("", printed),
        "exit_code": process.returncode,
        "elapsed_ms": round(elapsed * 1000),
    }


def send(credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Run a command that speaks to a local server, or start one from a `.env`."""
    call = input_["call"]
    with _place() as place:
        if call == "server-start":
            (place.work / ".env").write_bytes(base64.b64decode(input_["env_b64"]))
            return _run(place, "server", "start", "--no-open")
        if call not in _CALLS:
            raise Skipped("the command has no such call")
        address = input_["base_url"].removeprefix("http://")
        # Without this file the command would start a server of its own.
        number = address.rpartition(":")[2]
        (place.home / ".shioaji" / f"server-{number}.pid").write_text(str(os.getpid()), "ascii")
        person = [credential["person_id"]] if call == "server-ca-expiretime" else []
        keys = {"SJ_API_KEY": credential["api_key"], "SJ_SEC_KEY": credential["secret_key"]}
        return _run(place, *_CALLS[call], *person, SJ_HTTP_ADDR=address, **keys)


def read_env(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Read a `.env` and see what the command hands on to the server that it starts."""
    if input_["dialect"] != "server":
        raise Skipped("the command has one reader, the server's")
    for _ in range(_TRIES):
        with _place() as place:
            (place.work / ".env").write_bytes(base64.b64decode(input_["file_b64"]))
            environment = dict(input_.get("environment", []))
            read = _handed_on(place.start("auth", "accounts", **environment))
        if read is not None:
            values = sorted([name, text] for name, text in read.items() if name in _KNOWN)
            return {"values": values}
    raise Broke(f"in {_TRIES} runs it was not seen to start a server")


def _handed_on(process: "subprocess.Popen[str]") -> Mapping[str, str] | None:
    """Return the variables with which *process* starts a server; None where that was not seen."""
    deadline = time.monotonic() + _SPAWN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Broke(f"it ended with exit code {process.returncode} and started no server")
        for pid in _children(process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                variables = Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if command[1:3] == [b"server", b"start"] and variables:
                texts = variables.decode(errors="replace").split("\0")
                return {name: text for name, _, text in (one.partition("=") for one in texts)}
        time.sleep(_POLL_S)
    return None


serve(
    "shioaji-cli",
    version("shioaji-cli"),
    "shioaji-ca",
    {"read-env": read_env, "send": send},
    language="Rust",
)
