"""A child process that talks in lines: bounded reading, and an end for its whole group."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Sequence

from signproof.model import LINE_LIMIT

__all__ = ["Child", "Ended", "TooLong"]

_CHUNK = 65536
_STDERR_KEPT = 65536
_GRACE_S = 2.0


class Ended(Exception):
    """The child closed its output."""


class TooLong(Exception):
    """A line is longer than the protocol allows."""


class Child:
    """Runs a command in a process group of its own.

    Three threads move octets, so that a child that does not read, floods its standard error or
    writes without end can block nothing; what is kept of each stream is bounded.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start *command*; raises OSError where it cannot be started."""
        self._process = subprocess.Popen(  # noqa: S603 - running the user's program is the job
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._incoming: queue.SimpleQueue[list[bytes] | Exception] = queue.SimpleQueue()
        self._lines: list[bytes] = []
        self._stderr = bytearray()
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._write, self._read, self._drain)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, line: bytes) -> None:
        """Queue a line; never blocks."""
        self._outgoing.put(line)

    def receive(self, timeout_s: float) -> bytes:
        """Return the next line without its end; raises TimeoutError, Ended or TooLong."""
        if not self._lines:
            try:
                arrived = self._incoming.get(timeout=max(timeout_s, 0))
            except queue.Empty:
                raise TimeoutError from None
            if isinstance(arrived, Exception):
                self._incoming.put(arrived)  # it stays true
                raise arrived
            self._lines = arrived[::-1]
        return self._lines.pop()

    @property
    def stderr(self) -> str:
        """The last 64 KiB of standard error."""
        return self._stderr.decode("utf-8", "replace")

    def close(self) -> str:
        """End the input, wait a little, then end the whole group; return how the child ended."""
        self._outgoing.put(None)
        deadline = time.monotonic() + _GRACE_S
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(deadline - time.monotonic())
        return self.kill()

    def kill(self) -> str:
        """End the whole group at once; return how the child ended."""
        ended = self._process.poll()
        # The group may outlive its leader, so it is signalled in any case.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(_GRACE_S)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr] # all three are pipes
        return "" if ended is None else _ending(ended)

    def ending(self) -> str:
        """Wait a moment for a child that closed its output, and return how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return _ending(self._process.wait(_GRACE_S))
        return "it closed its output but runs on"

    def _write(self) -> None:
        stdin = self._process.stdin
        while (line := self._outgoing.get()) is not None:
            lines = [line]
            with contextlib.suppress(queue.Empty):
                while (more := self._outgoing.get_nowait()) is not None:
                    lines.append(more)
                self._outgoing.put(None)
            with contextlib.suppress(OSError, ValueError):
                stdin.write(b"".join(lines))  # type: ignore[union-attr]
                stdin.flush()  # type: ignore[union-attr]
        with contextlib.suppress(OSError):
            stdin.close()  # type: ignore[union-attr]

    def _read(self) -> None:
        descriptor = self._process.stdout.fileno()  # type: ignore[union-attr]
        rest = bytearray()
        while chunk := _read_chunk(descriptor):
            head, newline, tail = chunk.rpartition(b"\n")
            if newline:
                lines = bytes(rest + head).split(b"\n")
                rest = bytearray(tail)
                self._incoming.put(lines)
            else:
                rest += chunk
            if len(rest) > LINE_LIMIT:
                self._incoming.put(TooLong())
                return
        if rest:
            self._incoming.put([bytes(rest)])
        self._incoming.put(Ended())

    def _drain(self) -> None:
        descriptor = self._process.stderr.fileno()  # type: ignore[union-attr]
        while chunk := _read_chunk(descriptor):
            self._stderr += chunk
            del self._stderr[:-_STDERR_KEPT]


def _read_chunk(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:
        return b""


def _ending(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
