"""What is left behind: no process, no thread, no descriptor, no unbounded memory."""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha1
from pathlib import Path

import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations import child as child_module
from signproof.implementations.child import Child, Ended, TooLong
from signproof.implementations.stdio import Stdio
from signproof.model import LINE_LIMIT, Report
from signproof.verify import verify

Run = Callable[..., Report]
Command = Callable[..., list[str]]

PATIENCE_S = 20
LARGE = b"x" * 5_000_000 + b"\n"


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}


def ends(pid: int) -> bool:
    """Wait until the process is gone; a killed one may take a moment."""
    deadline = time.monotonic() + PATIENCE_S
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def python() -> Iterator[Callable[[str], Child]]:
    """Return what starts a child that runs a line of Python."""
    children = []

    def start(code: str) -> Child:
        child = Child([sys.executable, "-I", "-S", "-c", code])
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()


@pytest.mark.parametrize("name", ["Grandchild", "Forks"])
def test_the_whole_group_is_gone(
    name: str, run: Run, command: Command, few: list[Case], tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    assert run(command(name, str(file)), few).counts == {"pass": 5}
    assert ends(int(file.read_text()))


def test_a_grandchild_that_left_the_group_holds_nobody_up(
    run: Run, command: Command, few: list[Case], tmp_path: Path
) -> None:
    # It keeps all three pipes open: waiting for their end would last for ever.
    file = tmp_path / "pid"
    before = descriptors()
    try:
        assert run(command("EscapedGrandchild", str(file)), few).counts == {"pass": 5}
        assert descriptors() == before
    finally:
        with contextlib.suppress(OSError):
            os.kill(int(file.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("name", ["Good", "CrashAlways", "BabbleAlways", "FloodsStderr"])
def test_nothing_is_left(name: str, run: Run, command: Command, few: list[Case]) -> None:
    before = descriptors(), threading.active_count()
    run(command(name), few)
    assert (descriptors(), threading.active_count()) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # every child has been waited for


def test_a_start_that_fails_leaves_nothing(command: Command) -> None:
    before = descriptors()
    for name in ("Banner", "Protocol2", "ExitAtOnce"):
        with pytest.raises(RuntimeError):
            Stdio(command(name))
    assert descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_interrupt_in_start_leaves_nothing(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_child: Child, _timeout_s: float) -> bytes:
        raise KeyboardInterrupt

    before = descriptors()
    monkeypatch.setattr(Child, "receive", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Stdio(command("Good"))
    assert descriptors() == before


def test_standard_error_is_kept_to_its_end(run: Run, command: Command, few: list[Case]) -> None:
    report = run(command("FloodsStderr"), few)
    assert report.stderr == (("x" * 99 + "\n") * 700)[-65536 + 8 :] + "the end\n"


def test_stages_of_a_mebibyte_are_shown_in_an_excerpt(
    run: Run, command: Command, few: list[Case]
) -> None:
    shown = [result.difference for result in run(command("HugeStages"), few).results]
    assert [difference.stage if difference else None for difference in shown] == [
        *["canonical_headers"] * 4,
        None,
    ]
    assert all(len(difference.got) < 50 for difference in shown if difference)


def test_a_child_that_reads_nothing_is_written_to_and_ended(
    python: Callable[[str], Child],
) -> None:
    child = python("import time; time.sleep(1000)")
    for _ in range(4):
        child.send(b"x" * 1_000_000 + b"\n")  # far more than a pipe holds
    with pytest.raises(TimeoutError):
        child.receive(0.05)
    child.kill()
    with pytest.raises(Ended):
        child.receive(0)


def test_what_is_in_the_pipes_at_the_end_is_read(python: Callable[[str], Child]) -> None:
    child = python("import sys; print(1); sys.stderr.write('x' * 1000)")
    child._process.wait()
    child.kill()
    assert child.receive(0) == b"1"
    assert child.stderr == "x" * 1000


def test_a_large_line_goes_through_whole(python: Callable[[str], Child]) -> None:
    child = python(
        "import sys, hashlib\n"
        "for line in sys.stdin.buffer: print(len(line), hashlib.sha1(line).hexdigest(), flush=True)"
    )
    child.send(LARGE)
    child.send(b"second\n")
    assert child.receive(PATIENCE_S) == f"5000001 {sha1(LARGE).hexdigest()}".encode()
    assert child.receive(PATIENCE_S).startswith(b"7 ")
    child.close()


def test_what_waits_to_be_written_is_written_before_the_end(
    python: Callable[[str], Child],
) -> None:
    child = python(
        "import sys, time; time.sleep(.1); sys.stderr.write(str(len(sys.stdin.buffer.read())))"
    )
    child.send(b"x" * 1_000_000)
    child.close()
    assert child.stderr == "1000000"


def test_writing_to_a_child_that_closed_its_input_is_no_error(
    python: Callable[[str], Child],
) -> None:
    child = python("import os; os.close(0); print(1, flush=True); import time; time.sleep(1000)")
    assert child.receive(PATIENCE_S) == b"1"
    child.send(b"one\n")
    child.send(b"two\n")
    with pytest.raises(TimeoutError):
        child.receive(0)


def test_a_flood_of_lines_waits_in_the_pipe(python: Callable[[str], Child]) -> None:
    child = python("import os\nwhile True: os.write(1, b'y\\n' * 30000)")
    assert child.receive(PATIENCE_S) == b"y"
    time.sleep(0.1)
    assert len(child._lines) < 65536


def test_a_flood_of_errors_does_not_put_the_deadline_off(python: Callable[[str], Child]) -> None:
    child = python("import os\nwhile True: os.write(2, b'y\\n' * 30000)")
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        child.receive(0.1)
    assert time.monotonic() - started < PATIENCE_S


def test_a_flood_while_it_ends_is_cut(
    python: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "_GRACE_S", 1)
    child = python("import os\nwhile True: os.write(1, b'y\\n' * 30000)")
    assert child.receive(PATIENCE_S) == b"y"
    child.close()
    assert 100_000 < len(child._lines) < 2 * LINE_LIMIT / 64 + 65536


@pytest.mark.parametrize(
    ("octets", "lines", "last"),
    [
        ("b''", [], Ended),
        ("b'a'", [b"a"], Ended),
        ("b'a\\n'", [b"a"], Ended),
        ("b'a\\r\\n\\nb'", [b"a\r", b"", b"b"], Ended),
        ("b'x' * (2**23 - 1) + b'\\n'", [b"x" * (2**23 - 1)], Ended),
        ("b'x' * 2**23 + b'\\n'", [], TooLong),
        ("b'a\\n' + b'x' * (2**23 + 10**6)", [b"a"], TooLong),
        ("b'a\\n' + b'x' * 2**23 + b'\\n'", [b"a"], TooLong),
        ("b'a\\n' + b'x' * (2**23 - 2)", [b"a", b"x" * (2**23 - 2)], Ended),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lines(
    octets: str, lines: list[bytes], last: type[Exception], python: Callable[[str], Child]
) -> None:
    child = python(f"import sys; sys.stdout.buffer.write({octets})")
    assert [child.receive(PATIENCE_S) for _ in lines] == lines
    with pytest.raises(last):
        child.receive(PATIENCE_S)
    with pytest.raises(last):  # it stays so
        child.receive(PATIENCE_S)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("import sys; sys.exit(0)", "it ended with exit code 0"),
        ("import sys; sys.exit(77)", "it ended with exit code 77"),
        ("import os; os.kill(os.getpid(), 6)", "it was ended by SIGABRT"),
        (
            "import os, time; os.close(1); os.close(2); time.sleep(1000)",
            "it closed its output but runs on",
        ),
        (
            # More than a pipe holds after the output is closed: it is read while it ends.
            "import os, sys; os.close(1); sys.stderr.write('x' * 300_000); os._exit(4)",
            "it ended with exit code 4",
        ),
    ],
)
def test_endings(
    code: str, ending: str, python: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "_GRACE_S", 0.3 if "runs on" in ending else PATIENCE_S)
    child = python(code)
    with pytest.raises(Ended):
        child.receive(PATIENCE_S)
    assert child.ending() == ending


def test_killing_twice_signals_once(
    python: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    # After the first time the number may belong to somebody else.
    child = python("import time; time.sleep(1000)")
    signalled: list[tuple[int, int]] = []
    real = os.killpg

    def killpg(group: int, number: int) -> None:
        signalled.append((group, number))
        real(group, number)

    monkeypatch.setattr(os, "killpg", killpg)
    child.kill()
    child.kill()
    assert signalled == [(child._process.pid, signal.SIGKILL)]


def test_the_window_is_never_exceeded(
    corpus: Corpus, command: Command, many: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    for asked, expected in ((None, 16), (5, 5), (1024, 16)):
        driver = Stdio(command("Good"), window=asked)
        most = 0
        real = driver._ask

        def ask(case: Case, driver: Stdio = driver, real: Callable[[Case], None] = real) -> None:
            nonlocal most
            real(case)
            most = max(most, len(driver._in_flight))

        monkeypatch.setattr(driver, "_ask", ask)
        assert verify(driver, corpus, many).counts == {"pass": 36}
        assert most == expected
