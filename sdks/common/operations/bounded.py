"""An SDK's call in a process of its own, which is ended where the call does not end."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

from __future__ import annotations

import json
import os
import select
import signal
import time
from typing import TYPE_CHECKING, Any

from protocol import Broke, Rejected, Skipped, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65536


class Overdue(Exception):
    """The call did not end in its time."""


def bounded(call: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Return what *call*, made in a child of this process, returns within *seconds*.

    Native code cannot be interrupted, and a client keeps threads and caches: each call has a
    process of its own. No thread may have been started before. Raises Skipped and Rejected as
    *call* does, Broke where it raises another error or ends the process, and Overdue.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(outcome(call)).encode())
        os._exit(0)  # the client's threads and its cleaning up are not waited for
    os.close(writing)
    try:
        octets = _read(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if octets is None:
        raise Overdue(f"it did not end within {seconds:g} s")
    if not octets:
        raise Broke(f"it ended the process ({_ended(status)})")
    reply = json.loads(octets)
    match reply["status"]:
        case "output":
            output: dict[str, Any] = reply["output"]
            return output
        case "skipped":
            raise Skipped(reply["message"])
        case "rejected":
            raise Rejected(reply["message"])
    raise Broke(reply["message"])


def _read(pipe: int, deadline: float) -> bytes | None:
    """Return all that comes until the pipe is closed; None where that is later than *deadline*."""
    octets = b""
    while select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            return octets
        octets += chunk
    return None


def _ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit code {os.waitstatus_to_exitcode(status)}"
