"""A value that must not be seen: an application secret, an access token, a password."""

import hmac
from typing import NoReturn, Self

from signers.errors import NotUtf8

__all__ = ["Secret"]

_MASK = "Secret('***')"


def _octets(value: object) -> bytes | None:
    """Return the octets of *value*, None where it has none.

    It never raises: its frame, and the codec's own error, would hold the value.
    """
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if not isinstance(value, str):
        return None
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        return None


class Secret:
    """Holds octets and shows them only when asked by name.

    ``repr``, ``str`` and ``format`` give a mask, so that logs, error messages and tracebacks with
    local variables stay clean. It cannot be pickled. Text is held as its UTF-8 octets.
    """

    __slots__ = ("_octets",)

    def __init__(self, value: "str | bytes | Secret") -> None:
        """Take text, octets or another secret (whose octets are shared).

        Raises NotUtf8 for text that has no UTF-8 (a lone surrogate), TypeError for other types.
        """
        octets = _octets(value)
        is_text = isinstance(value, str)
        del value  # a traceback that shows local variables must not show it
        if octets is None:
            raise NotUtf8 if is_text else TypeError("a Secret takes str, bytes or a Secret")
        self._octets: bytes = octets

    def reveal(self) -> bytes:
        """Return the octets themselves."""
        return self._octets

    def reveal_text(self) -> str:
        """Return the octets read as UTF-8; raises NotUtf8 where they are not."""
        text = self._text()
        if text is None:
            raise NotUtf8
        return text

    def _text(self) -> str | None:
        # Apart from what raises: the codec's own error holds all the octets.
        try:
            return self._octets.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def __len__(self) -> int:
        """Return the number of octets."""
        return len(self._octets)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time; a secret equals only another secret."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._octets, other.reveal())

    # A hash would let the value be confirmed by guessing; nothing here needs secrets as keys.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return _MASK

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return _MASK

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "a Secret cannot be pickled: pass the credential by environment or file instead"
        raise TypeError(message)
