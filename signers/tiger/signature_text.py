"""The base64 line of a signature, read strictly, and what is wrong with one that is not."""

import re
from base64 import b64decode, b64encode

__all__ = ["read_signature"]

_LINE = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


def read_signature(text: str, length: int) -> bytes | str:
    """Return the signature's octets, or what keeps *text* from being that, for a message.

    It must be standard padded base64 in one line (RFC 4648, section 4), unused bits zero, of
    *length* octets, the modulus's. Never raises.
    """
    if re.fullmatch(rf"[0-9A-Fa-f]{{{2 * length}}}", text):
        return "is hexadecimal"
    if not _LINE.fullmatch(text):
        return _problem(text)
    if len(text) % 4:
        return "is no whole number of groups of four (its padding is missing, or it was cut off)"
    octets = b64decode(text)
    if b64encode(octets).decode() != text:
        return "has stray bits before its padding"
    if len(octets) != length:
        return f"has {len(octets)} octets, the key {length}"
    return octets


def _problem(text: str) -> str:
    if re.search(r"\s", text):
        return "holds white space or line breaks"
    if re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", text):
        return "is in the URL-safe alphabet"
    return "is not base64"
