"""Reading what an adapter says; what is no message is its fault and said in one line."""

from typing import TypeVar

import msgspec

from signproof import codec
from signproof.model import Outcome

__all__ = ["SHOWN", "Trouble", "clipped", "read_message", "seq_of"]

SHOWN = 120
"""As much of a line is shown, in octets or characters."""

_Message = TypeVar("_Message", bound=msgspec.Struct)


class Trouble(Exception):
    """The child broke the protocol, hung or died; which case did it is not known yet."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        self.outcome = outcome
        self.message = message
        super().__init__(message)


def read_message(line: bytes, model: type[_Message]) -> _Message:
    """Read one message; raises Trouble with the line's beginning."""
    try:
        return msgspec.convert(codec.read(line), model)
    except (codec.CodecError, msgspec.ValidationError, RecursionError) as error:
        shown = line[:SHOWN].decode("utf-8", "backslashreplace")
        raise Trouble(
            Outcome.ERROR,
            f"it wrote to standard output what is not a reply: {shown!r} ({clipped(str(error))})",
        ) from None


def seq_of(line: bytes) -> object:
    """Return the member `seq` of a line, None where there is none."""
    try:
        message = codec.read(line)
    except (codec.CodecError, RecursionError):
        return None
    return message.get("seq") if isinstance(message, dict) else None


def clipped(text: str) -> str:
    """Return a text in a length that a line can bear."""
    return text if len(text) <= 2 * SHOWN else text[: 2 * SHOWN] + "…"
