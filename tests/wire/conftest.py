"""Programs under test, the command line in and out of this process, and a door that stays open.

A network namespace cannot be left, so nothing here enters one in this process.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from signproof import sandbox, schemes
from signproof.cli import signproof
from signproof.corpus import Case, Corpus
from signproof.environments import Sdk, read_sdks
from signproof.scheme import HttpSigning, Scheme
from signproof.server import Server

Run = Callable[..., tuple[int, str, str]]

PROGRAMS = Path(__file__).parent / "programs"
PATIENCE_S = 60

MANIFEST = """\
package = "made-up"
version = "1.2.3"
ecosystem = "pypi"
language = "Python"
schemes = ["longbridge-hmac"]
required = true
tools = []
common = ["operations", "python"]
install_budget_s = 60
disk_mib = 1
"""


@pytest.fixture(autouse=True)
def _door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test enter a namespace here; a command that would is told that there is none."""

    def enter() -> None:
        raise AssertionError("the sandbox would hold for every test that follows")

    monkeypatch.setattr(sandbox, "enter", enter)
    monkeypatch.setattr(sandbox, "unavailable", lambda: "the tests keep it open")


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return schemes.get("longbridge-hmac")


@pytest.fixture(scope="session")
def http(scheme: Scheme) -> HttpSigning:
    return scheme.signing()


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus.open()


@pytest.fixture(scope="session")
def by_name(corpus: Corpus) -> dict[str, Case]:
    """Every case by its id without the scheme."""
    return {case.id.partition("/")[2]: case for case in corpus.cases("longbridge-hmac")}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(clock=lambda: 1700000000.0) as server:
        yield server


@pytest.fixture
def run() -> Run:
    """Run a command; what it gives is exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(signproof, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture(scope="session")
def client() -> Callable[..., list[str]]:
    """Return the command of the client that is wrong in the way named."""
    return lambda *words: [sys.executable, "-S", str(PROGRAMS / "client.py"), *words]


@pytest.fixture(scope="session")
def driver() -> Callable[..., list[str]]:
    """Return the command of the driver that is wrong in the way named."""
    return lambda *words: [sys.executable, "-S", str(PROGRAMS / "driver.py"), *words]


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start the command in a process of its own, in a group of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, code: str = "", **changes: str) -> subprocess.Popen[str]:
        program = f"{code}\nfrom signproof.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", program, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **changes},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def command(start: Callable[..., Any]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in a process of its own to its end."""

    def command(*words: str, **changes: str) -> tuple[int, str, str]:
        process = start(*words, **changes)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err

    return command


@pytest.fixture(scope="session")
def wait_for() -> Callable[[Callable[[], object]], bool]:
    def wait_for(condition: Callable[[], object]) -> bool:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    return wait_for


@pytest.fixture(scope="session")
def is_alive() -> Callable[[int], bool]:
    def is_alive(pid: int) -> bool:
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        return text.rpartition(")")[2].split()[0] not in {"Z", "X"}

    return is_alive


@pytest.fixture
def make_sdk(tmp_path: Path) -> Callable[..., Sdk]:
    """Write a made-up SDK whose driver is wrong in the way named, and return it."""
    root = tmp_path / "sdks"

    def make(
        id_: str = "pypi-made-up",
        how: str = "",
        *,
        lines: str = "",
        replace: Mapping[str, str] | None = None,
    ) -> Sdk:
        folder = root / id_
        folder.mkdir(parents=True)
        common = root / "common"
        for name in ("operations", "python"):
            if not (common / name).is_dir():
                shutil.copytree(PROGRAMS.parents[2] / "sdks" / "common" / name, common / name)
        for name in ("driver.py", "client.py"):
            shutil.copy(PROGRAMS / name, folder)
        manifest = MANIFEST
        for old, new in (replace or {}).items():
            assert old in manifest
            manifest = manifest.replace(old, new)
        run = f'run = ["{sys.executable}", "-S", "driver.py", "{how}"]\n'
        (folder / "sdk.toml").write_text(manifest + run + lines)
        return next(sdk for sdk in read_sdks(root) if sdk.id == id_)

    return make
