"""The stdio protocol of docs/protocol.md for drivers that do several operations of one scheme."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

from __future__ import annotations

import json
import os
import platform
import sys
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Operation = Callable[[dict[str, str], dict[str, Any]], dict[str, Any]]


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
    features: Sequence[str] = (),
    language: str = "Python",
    runtime: str | None = None,
) -> None:
    """Answer signproof until the input ends; an operation gets a credential and an input.

    The credential is empty for an operation that takes none. *runtime* is this Python's version
    where nothing else is said.
    """
    # Standard output belongs to the protocol: what native code prints goes to standard error, too.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    introduction = {
        "protocol": 1,
        "implementation": {
            "name": name,
            "version": version,
            "language": language,
            "runtime": platform.python_version() if runtime is None else runtime,
        },
        "operations": {scheme: sorted(operations)},
        "features": [*features],
        "window": 1,
    }
    credentials: dict[str | None, dict[str, str]] = {}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"status": "skipped", "message": "this driver does not know it"}
        match message:
            case {"type": "start"}:
                reply = introduction
            case {"type": "prepare", "credential": credential, "values": values}:
                credentials[credential] = values
                reply = {"status": "output"}
            case {"type": "run", "operation": operation} if message["scheme"] == scheme:
                if operation in operations:
                    credential = credentials.get(message["credential"], {})
                    reply = outcome(partial(operations[operation], credential, message["input"]))
        replies.write(json.dumps({"seq": message["seq"], **reply}).encode() + b"\n")
        replies.flush()


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
