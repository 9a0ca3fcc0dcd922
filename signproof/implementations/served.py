"""What runs in this process, as an adapter that answers `bench` over stdio and nothing else.

So the reference and Python objects run in several processes at once as any other program does:
``python -m signproof.implementations.served [MODULE:OBJECT]``, without an object the reference.
"""

import os
import sys
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from signproof import codec
from signproof.implementations.base import Benched, Broken
from signproof.implementations.python_object import PythonObject
from signproof.implementations.reference import Reference
from signproof.implementations.stdio_bench import FEATURE
from signproof.model import (
    PROTOCOL,
    Bench,
    BenchReply,
    Implementation,
    Prepare,
    PrepareReply,
    Start,
    StartReply,
    Status,
)

__all__ = ["command", "served"]


class _Repeater(Protocol):
    implementation: Implementation

    def repeat(
        self,
        scheme_id: str,
        operation: str,
        credential: dict[str, Any] | None,
        input_: dict[str, Any],
        min_ms: int,
        /,
    ) -> Benched:
        """Do an operation for at least *min_ms* milliseconds."""


def command(python_object: str | None) -> list[str]:
    """Return the command that serves the object, or the reference."""
    return [sys.executable, "-m", __name__, *([python_object] if python_object else [])]


def served(repeater: _Repeater, lines: Iterable[bytes]) -> Iterable[bytes]:
    """Answer each message; raises ValidationError for what the harness does not ask here."""
    credentials: dict[str | None, dict[str, Any] | None] = {None: None}
    for line in lines:
        message = msgspec.json.decode(line, type=Start | Prepare | Bench)
        if isinstance(message, Start):
            yield codec.write_line(_introduction(repeater, message))
        elif isinstance(message, Prepare):
            credentials[message.credential] = message.values
            yield codec.write_line(PrepareReply(seq=message.seq))
        else:
            yield codec.write_line(_reply(repeater, message, credentials[message.credential]))


def _introduction(repeater: _Repeater, message: Start) -> StartReply:
    return StartReply(
        seq=message.seq,
        protocol=PROTOCOL,
        implementation=repeater.implementation,
        operations={},  # for `run`, which is not asked
        features=[FEATURE],
    )


def _reply(repeater: _Repeater, message: Bench, credential: dict[str, Any] | None) -> BenchReply:
    done = repeater.repeat(
        message.scheme, message.operation, credential, message.input, message.min_ms
    )
    if isinstance(done.reply, Broken):
        return BenchReply(seq=message.seq, status=Status.ERRORED, message=done.reply.message)
    return BenchReply(
        seq=message.seq,
        iterations=done.calls,
        elapsed_ns=done.elapsed_ns,
        **msgspec.structs.asdict(done.reply),
    )


def main() -> None:
    """Serve until the input ends; what the object prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    repeater = PythonObject(sys.argv[1]) if sys.argv[1:] else Reference()
    for line in served(repeater, sys.stdin.buffer):
        replies.write(line)
        replies.flush()


if __name__ == "__main__":
    main()
