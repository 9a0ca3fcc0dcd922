"""The few lines of DER (X.690) that it takes to alter a key: sequences of numbers, and PKCS#8."""

from collections.abc import Sequence

__all__ = ["element", "integer", "numbers_of", "rsa_private_key"]


def numbers_of(pkcs1: bytes) -> list[int]:
    """Return the numbers of an RSAPrivateKey, its version first."""
    content = _content(pkcs1)
    numbers = []
    while content:
        value = _content(content)
        numbers.append(int.from_bytes(value))
        content = content[len(element(0x02, value)) :]
    return numbers


def rsa_private_key(numbers: Sequence[int]) -> bytes:
    """Return the RSAPrivateKey of these numbers, which need not belong together."""
    return element(0x30, b"".join(integer(number) for number in numbers))


def integer(number: int) -> bytes:
    """Return a number of at least 0."""
    return element(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def element(tag: int, content: bytes) -> bytes:
    """Return an element with this identifier octet."""
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - X.690, section 8.1.3.4
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def _content(octets: bytes) -> bytes:
    """Return the content of the element at the start of *octets*."""
    size, start = octets[1], 2
    if size >= 0x80:  # noqa: PLR2004 - as above
        start += size & 0x7F
        size = int.from_bytes(octets[2:start])
    return octets[start : start + size]
