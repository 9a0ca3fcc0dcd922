"""The stdio protocol of docs/protocol.md for drivers that do several operations of one scheme."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

from __future__ import annotations

import json
import os
import platform
import sys
import traceback
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from laps import Laps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Operation = Callable[[dict[str, str], dict[str, Any]], dict[str, Any]]
    Repeated = Callable[[dict[str, str], dict[str, Any], Laps], dict[str, Any]]


class Skipped(Exception):
    """The SDK's public interface cannot express the case; the text says why."""


class Rejected(Exception):
    """The SDK refused the case; the text is the SDK's."""


class Broke(Exception):
    """The SDK broke in another process; the text says how."""


def serve(
    name: str,
    version: str,
    scheme: str,
    operations: Mapping[str, Operation],
    *,
    repeated: Mapping[str, Repeated] | None = None,
    features: Sequence[str] = (),
    language: str = "Python",
    runtime: str | None = None,
    at_once: int = 1,
) -> None:
    """Answer signproof until the input ends; an operation gets a credential and an input.

    One that is *repeated* also gets laps, and makes the SDK's call once for each of them: for these
    the driver answers `bench`, too.

    The credential is empty for an operation that takes none. *runtime* is this Python's version
    where nothing else is said. With *at_once* more than 1 so many calls are made at a time, each
    in a child of this process: for an SDK that waits long; no thread may have been started before.
    """
    # Standard output belongs to the protocol: what native code prints goes to standard error, too.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    repeatable = repeated or {}
    introduction = {
        "protocol": 1,
        "implementation": {
            "name": name,
            "version": version,
            "language": language,
            "runtime": platform.python_version() if runtime is None else runtime,
        },
        "operations": {scheme: sorted({*operations, *repeatable})},
        "features": [*(["bench"] if repeatable else []), *features],
        "window": at_once,
    }
    credentials: dict[str | None, dict[str, str]] = {}
    children = _Children(replies)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"status": "skipped", "message": "this driver does not know it"}
        match message:
            case {"type": "start"}:
                reply = introduction
            case {"type": "prepare", "credential": credential, "values": values}:
                credentials[credential] = values
                reply = {"status": "output"}
            case {"type": "run" | "bench", "operation": operation} if (
                message["scheme"] == scheme and operation in repeatable
            ):
                reply = _repeated(repeatable[operation], credentials, message)
            case {"type": "run", "operation": operation} if message["scheme"] == scheme:
                if operation in operations:
                    credential = credentials.get(message["credential"], {})
                    call = partial(operations[operation], credential, message["input"])
                    if at_once > 1:
                        children.answer(message["seq"], call)
                        continue
                    reply = outcome(call)
        _write(replies, message["seq"], reply)
    children.wait()


def _repeated(
    operation: Repeated, credentials: Mapping[str | None, dict[str, str]], message: dict[str, Any]
) -> dict[str, Any]:
    laps = Laps(message.get("min_ms", 0))
    credential = credentials.get(message["credential"], {})
    reply = outcome(lambda: operation(credential, message["input"], laps))
    if message["type"] == "run":
        return reply
    error = reply["output"].get("error") if reply["status"] == "output" else None
    if error:  # a call that failed is nothing to measure
        return {"status": "errored", "message": error}
    return reply | laps.measured()


def _write(replies: IO[bytes], seq: int, reply: dict[str, Any]) -> None:
    replies.write(json.dumps({"seq": seq, **reply}).encode() + b"\n")
    replies.flush()


class _Children:
    """Children that make a call each and write their replies themselves, one line at a time."""

    def __init__(self, replies: IO[bytes]) -> None:
        self._replies = replies
        # A lock that outlives the fork: a line longer than a pipe takes at once stays whole.
        self._turn, self._pass = os.pipe()
        os.write(self._pass, b".")

    def answer(self, seq: int, call: Callable[[], dict[str, Any]]) -> None:
        """Let a child make *call* and reply."""
        self._reap(os.WNOHANG)
        if os.fork():
            return
        reply = outcome(call)
        os.read(self._turn, 1)
        _write(self._replies, seq, reply)
        os.write(self._pass, b".")
        os._exit(0)  # the client's threads and its cleaning up are not waited for

    def wait(self) -> None:
        """Wait for all."""
        self._reap(0)

    def _reap(self, how: int) -> None:
        with suppress(ChildProcessError):
            while os.waitpid(-1, how)[0]:
                pass


def outcome(operation: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the reply to a case that *operation* does."""
    try:
        return {"status": "output", "output": operation()}
    except Skipped as skipped:
        return {"status": "skipped", "message": str(skipped)}
    except Rejected as rejected:
        return {"status": "rejected", "message": str(rejected)}
    except Broke as broke:
        return {"status": "errored", "message": str(broke)}
    except BaseException as error:  # noqa: BLE001 - the SDK may call sys.exit
        traceback.print_exc()
        return {"status": "errored", "message": f"{type(error).__name__}: {error}"}
