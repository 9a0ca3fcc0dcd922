"""As much of DER as it takes to tell keys apart and to find a modulus."""

import base64
from functools import lru_cache

__all__ = ["element", "modulus_bits", "structure"]

_INTEGER, _SEQUENCE = 0x02, 0x30
_LONG = 0x80


def element(octets: bytes, at: int) -> tuple[int, int, int]:
    """Return tag, start and end of the contents of the element at *at*; tag -1 for none there."""
    head = octets[at : at + 2]
    if len(head) != 2:  # noqa: PLR2004 - tag and length
        return -1, len(octets), len(octets)
    tag, size = head
    start = at + 2
    if size >= _LONG:
        count = size - _LONG
        size = int.from_bytes(octets[start : start + count])
        start += count
    return tag, start, start + size


def structure(der: bytes) -> str:
    """Return `pkcs1`, `pkcs8`, `encrypted`, or nothing where it is none of these."""
    tag, start, _ = element(der, 0)
    if tag != _SEQUENCE:
        return ""
    first, _, end = element(der, start)
    if first == _SEQUENCE:
        return "encrypted"
    if first != _INTEGER:
        return ""
    return {_SEQUENCE: "pkcs8", _INTEGER: "pkcs1"}.get(element(der, end)[0], "")


@lru_cache(maxsize=64)
def modulus_bits(key: str | None) -> int:
    """Return the length of the modulus of a base64 line of PKCS#1 in bits; 0 for no key."""
    der = base64.b64decode(key or "")
    _, start, _ = element(der, 0)
    _, _, end = element(der, start)
    _, start, end = element(der, end)
    return int.from_bytes(der[start:end]).bit_length()
