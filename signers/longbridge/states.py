"""Hash states that are prepared once and copied for each request: a copy costs least of all."""

from hashlib import sha1, sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

    NewHash = Callable[[], _Hash]
    """Returns a copy of a state."""

__all__ = ["hmac_states", "new_sha1"]

_INNER_PAD = bytes(octet ^ 0x36 for octet in range(256))
_OUTER_PAD = bytes(octet ^ 0x5C for octet in range(256))
_SHA256_BLOCK = 64

new_sha1: "NewHash" = sha1(usedforsecurity=False).copy
"""Returns a new SHA-1 state."""


def hmac_states(key: bytes, start: bytes = b"") -> "tuple[NewHash, NewHash]":
    """Return what copies the inner and the outer state of an HMAC-SHA256 with *key* (RFC 2104).

    The inner one has taken *start*, with which every message begins. Copying the two costs half of
    what copying the library's HMAC object does.
    """
    block = (sha256(key).digest() if len(key) > _SHA256_BLOCK else key).ljust(_SHA256_BLOCK, b"\0")
    inner, outer = sha256(block.translate(_INNER_PAD)), sha256(block.translate(_OUTER_PAD))
    inner.update(start)
    return inner.copy, outer.copy
