"""The few lines of DER (X.690) that it takes to write certificates, CMS and PKCS#12 by hand."""

__all__ = [
    "NULL",
    "element",
    "inside",
    "integer",
    "octet_string",
    "oid",
    "sequence",
    "set_of",
    "tagged",
]

_LONG = 0x80
"""Lengths from here on take octets of their own (X.690, section 8.1.3.4)."""


def element(tag: int, *contents: bytes) -> bytes:
    """Return an element with this identifier octet."""
    content = b"".join(contents)
    size = len(content)
    if size < _LONG:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _LONG | len(length)]) + length + content


NULL = element(0x05)


def sequence(*contents: bytes) -> bytes:
    """Return a SEQUENCE."""
    return element(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """Return a SET in the order given, which DER wants sorted."""
    return element(0x31, *contents)


def tagged(number: int, *contents: bytes) -> bytes:
    """Return a constructed element of the context's own tag *number*."""
    return element(0xA0 | number, *contents)


def octet_string(*contents: bytes) -> bytes:
    """Return an OCTET STRING."""
    return element(0x04, *contents)


def integer(number: int) -> bytes:
    """Return a number of at least 0."""
    return element(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    octets = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc > 0x7F:  # noqa: PLR2004 - seven bits an octet
            arc >>= 7  # noqa: PLW2901 - what is left of it
            groups.append(_LONG | arc & 0x7F)
        octets += bytes(reversed(groups))
    return element(0x06, octets)


def inside(octets: bytes) -> list[bytes]:
    """Return the elements, whole, in the content of the element that *octets* are."""
    content = octets[_start(octets) :]
    found = []
    while content:
        end = _start(content) + _size(content)
        found.append(content[:end])
        content = content[end:]
    return found


def _start(octets: bytes) -> int:
    return 2 + (octets[1] & 0x7F if octets[1] >= _LONG else 0)


def _size(octets: bytes) -> int:
    return octets[1] if octets[1] < _LONG else int.from_bytes(octets[2 : _start(octets)])
