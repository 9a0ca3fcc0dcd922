"""Ctrl-C and SIGTERM in the middle of a run of the command."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations.child import Child
from signproof.implementations.stdio import Stdio
from signproof.verify import verify

PATIENCE_S = 60


def state(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "X"
    return text.rpartition(")")[2].split()[0]


def is_alive(pid: int) -> bool:
    return state(pid) not in {"Z", "X"}


def rests(pid: int) -> bool:
    """Tell whether the process has nothing to do for a while: it waits for its adapter."""
    for _ in range(10):
        if state(pid) != "S":
            return False
        time.sleep(0.01)
    return True


def wait_for(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def interrupted(
    number: signal.Signals, adapter: list[str], pid_file: Path, *options: str
) -> tuple[int, str, str, int]:
    """Send the group of a run the signal when its adapter waits in the sixth case.

    Return exit code, standard output, standard error and the adapter's process id.
    """
    words = [sys.executable, "-m", "signproof", "verify", "longbridge-hmac", *options]
    words[1:3] = ["-c", "from signproof.cli import main; main()"]
    with subprocess.Popen(
        [*words, "--timeout", "600", "--topic", "timestamp", "--", *adapter],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert wait_for(lambda: pid_file.exists() and pid_file.read_text())
            assert wait_for(lambda: rests(process.pid))
            os.killpg(process.pid, number)
            out, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    return process.returncode, out, err, int(pid_file.read_text())


def test_an_interrupt_leaves_the_results_so_far(
    command: Callable[..., list[str]], tmp_path: Path
) -> None:
    pid_file, report_file = tmp_path / "pid", tmp_path / "report.json"
    code, out, err, pid = interrupted(
        signal.SIGINT,
        command("TellsItsPid", str(pid_file)),
        pid_file,
        "--json",
        str(report_file),
        "--junit",
        str(tmp_path / "report.xml"),
    )
    report = json.loads(report_file.read_bytes())
    assert (code, err) == (130, "")
    assert (report["exit_code"], report["complete"]) == (130, False)
    assert report["counts"] == {"pass": 5}
    assert len(report["results"]) == 5
    assert "interrupted: the rest was not run" in out
    assert (tmp_path / "report.xml").read_bytes().count(b"<testcase") == 5
    assert wait_for(lambda: not is_alive(pid))


@pytest.mark.parametrize("number", [signal.SIGTERM])
def test_an_end_takes_the_adapter_along(
    number: signal.Signals, command: Callable[..., list[str]], tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    code, out, err, pid = interrupted(number, command("TellsItsPid", str(pid_file)), pid_file)
    assert (code, out, err) == (128 + number, "", "")
    assert wait_for(lambda: not is_alive(pid))


def test_what_the_adapter_had_said_before_an_interrupt_counts(
    command: Callable[..., list[str]],
    many: list[Case],
    corpus: Corpus,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    pid_file = tmp_path / "pid"
    driver = Stdio(command("TellsItsPid", str(pid_file)))
    receive = Child.receive
    interrupts = iter([KeyboardInterrupt])

    def interrupted_once(child: Child, timeout_s: float) -> bytes:
        if len(driver.replies) == 1:
            # Four more replies are in the pipe by the time the adapter waits.
            assert wait_for(lambda: pid_file.exists() and pid_file.read_text())
            for interrupt in interrupts:
                raise interrupt
        return receive(child, timeout_s)

    monkeypatch.setattr(Child, "receive", interrupted_once)
    report = verify(driver, corpus, many)
    assert (report.counts, report.complete, report.exit_code) == ({"pass": 5}, False, 130)
