"""Base58 as Bitcoin has it, and the made-up credentials."""

__all__ = ["API_KEY", "SECRET", "encoded"]

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encoded(octets: bytes) -> str:
    """Return the base58 of *octets*; each leading zero is a ``1``."""
    number, text = int.from_bytes(octets), ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    zeros = len(octets) - len(octets.lstrip(b"\0"))
    return _ALPHABET[0] * zeros + text


API_KEY = "EXAMPLEkeyMadeUp99"
SECRET = encoded(b"EXAMPLE secret, made up: 32 byte")
