"""A child process that talks in lines: bounded reading, and an end for its whole group."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from signproof.model import LINE_LIMIT

__all__ = ["Child", "Ended", "TooLong"]

_CHUNK = 65536
_STDERR_KEPT = 65536
_LINE_COST = 64
"""What a line takes in memory besides its octets, roughly."""
_GRACE_S = 2.0
_LONGEST_PAUSE_S = 0.05


class Ended(Exception):
    """The child closed its output."""


class TooLong(Exception):
    """A line is longer than the protocol allows."""


class Child:
    """Runs a command in a process group of its own.

    The pipes do not block and are served while something is awaited, so that a child that does not
    read, floods its standard error or writes without end can block nothing; what is kept of each
    stream is bounded. There are no threads: a pipe that outlives the group, because a grandchild
    left it, holds nobody up.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start *command*, by default with this process's environment variables and in its folder.

        Raises OSError where it cannot be started.
        """
        self._process = subprocess.Popen(  # noqa: S603 - running the user's program is the job
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self._stdout, self._stderr = cast(
            "tuple[IO[bytes], IO[bytes], IO[bytes]]", pipes
        )
        self._outgoing = bytearray()
        self._closing = False
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._partial = bytearray()
        self._last: Ended | TooLong | None = None
        self._words = bytearray()
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._poll.register(self._stderr, select.POLLIN)

    def send(self, line: bytes) -> None:
        """Write a line, or keep what the child does not read yet; never blocks."""
        waits = bool(self._outgoing)
        self._outgoing += line
        if not waits:
            self._write()

    def receive(self, timeout_s: float) -> bytes:
        """Return the next line without its end; raises TimeoutError, Ended or TooLong."""
        deadline = time.monotonic() + timeout_s
        while not self._lines:
            if self._last is not None:
                raise self._last
            left = deadline - time.monotonic()
            self._serve(left)
            if left <= 0 and not self._lines:
                raise TimeoutError
        line = self._lines.popleft()
        self._held -= len(line) + _LINE_COST
        return line

    @property
    def stderr(self) -> str:
        """The last 64 KiB of standard error."""
        return self._words.decode("utf-8", "replace")

    def close(self) -> None:
        """End the input, wait a little, then end the whole group."""
        self._closing = True
        self._write()
        self._wait()
        self.kill()

    def kill(self) -> None:
        """End the whole group at once and read what it left in the pipes."""
        if self._stdout.closed:
            return
        # The group may outlive its leader, so it is signalled in any case.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._shut_input()
        # What was in the pipes is there now; a program that left the group may go on writing.
        self._closing = True
        deadline = time.monotonic() + _GRACE_S
        while self._serve(0) and time.monotonic() < deadline:
            pass
        self._end_output(Ended())
        self._forget(self._stderr)
        self._stdout.close()
        self._stderr.close()

    def ending(self) -> str:
        """Wait a moment for a child that closed its output, and return how it ended."""
        code = self._wait()
        return "it closed its output but runs on" if code is None else _ending(code)

    def _wait(self) -> int | None:
        """Serve the pipes until the child ends, for a moment; return its exit code."""
        deadline = time.monotonic() + _GRACE_S
        pause = 0.001
        while (code := self._process.poll()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self._serve(min(pause, left))
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        return code

    def _serve(self, timeout_s: float) -> bool:
        """Move octets wherever a pipe is ready; tell whether any was."""
        ready = self._poll.poll(max(timeout_s, 0) * 1000)
        for descriptor, _ in ready:
            if descriptor == self._stdout.fileno():
                self._read()
            elif descriptor == self._stderr.fileno():
                self._drain()
            else:
                self._write()
        return bool(ready)

    def _write(self) -> None:
        if self._stdin.closed:
            return
        try:
            while self._outgoing:
                del self._outgoing[: os.write(self._stdin.fileno(), self._outgoing)]
        except BlockingIOError:
            self._poll.register(self._stdin, select.POLLOUT)
            return
        except OSError:  # the child no longer reads
            self._shut_input()
            return
        if self._closing:
            self._shut_input()
        else:
            self._forget(self._stdin)

    def _read(self) -> None:
        chunk = os.read(self._stdout.fileno(), _CHUNK)
        if not chunk:
            if self._partial:
                self._keep([bytes(self._partial)])
            self._end_output(Ended())
            return
        head, newline, tail = chunk.rpartition(b"\n")
        if newline:
            lines = (self._partial + head).split(b"\n")
            self._partial = bytearray(tail)
            if len(lines[0]) >= LINE_LIMIT:
                self._end_output(TooLong())
                return
            self._keep([bytes(line) for line in lines])
        else:
            self._partial += chunk
        if len(self._partial) >= LINE_LIMIT:
            self._end_output(TooLong())

    def _keep(self, lines: list[bytes]) -> None:
        self._lines += lines
        self._held += sum(map(len, lines)) + _LINE_COST * len(lines)
        if self._held > 2 * LINE_LIMIT and self._closing:
            # Nobody takes lines while the child is given time to end; it has had its say.
            self._end_output(TooLong())

    def _end_output(self, why: Ended | TooLong) -> None:
        """Read no more."""
        if self._last is None:
            self._last = why
            self._forget(self._stdout)

    def _drain(self) -> None:
        chunk = os.read(self._stderr.fileno(), _CHUNK)
        self._words += chunk
        del self._words[:-_STDERR_KEPT]
        if not chunk:
            self._forget(self._stderr)

    def _shut_input(self) -> None:
        self._outgoing.clear()
        if not self._stdin.closed:
            self._forget(self._stdin)
            self._stdin.close()

    def _forget(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(KeyError):  # it was not waited for
            self._poll.unregister(stream)


def _ending(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
