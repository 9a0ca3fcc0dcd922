"""The base classes of every error that a signer raises.

A scheme's own errors derive from these, carry the values they speak of as attributes, and say in
their message what is wrong and what to do next. No message ever holds a secret, a token or the
signature that would have been right.
"""

from typing import TypeVar

__all__ = [
    "InvalidInput",
    "NotUtf8",
    "PeerError",
    "ResponseError",
    "SignerError",
    "VerificationError",
    "without_frames",
]

_Error = TypeVar("_Error", bound="SignerError")


class SignerError(Exception):
    """Anything that a signer refuses or cannot do."""

    reason: str = "error"
    """A stable identifier in kebab case, the same one that the vectors use for a rejection."""


class InvalidInput(SignerError, ValueError):
    """The caller passed something that cannot be signed correctly."""


class NotUtf8(InvalidInput):
    """A secret is not UTF-8 text."""

    reason = "not-utf-8"

    def __init__(self) -> None:
        super().__init__(
            "a secret is not UTF-8 text: copy it anew, and read its file or variable as UTF-8"
        )


class PeerError(SignerError):
    """What came from the other side is wrong."""


class VerificationError(PeerError):
    """A request's authentication is missing, unreadable or wrong."""


class ResponseError(PeerError):
    """A response is not in the documented form, or reports an error."""


def without_frames(error: _Error) -> _Error:
    """Return the error without the frames and the context, which hold what was given.

    Raised anew elsewhere, its traceback shows no key, password or body among the local variables.
    """
    error.__context__ = None
    return error.with_traceback(None)
