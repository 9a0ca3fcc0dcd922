"""Base58, in which secret keys are written.

That it is the alphabet of Bitcoin, the usual one, is inferred: the SDK's message says base58 only.
"""

__all__ = ["ALPHABET", "decode"]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Without ``0``, ``O``, ``I`` and ``l``."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def decode(text: str) -> bytes | None:
    """Return the octets that *text* stands for, None where it is not base58.

    It never raises: an error's frame would hold a secret. The time grows with the square of the
    length, which the caller limits.
    """
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
