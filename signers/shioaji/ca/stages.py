"""The steps of a CA signature, each a function of its own over octets.

Source: the CA library under the broker's SDK, as it was seen to sign (sdk). Which of the envelopes
the current SDK sends, what the text of an order is and which IP address is meant is unknown.
"""

import base64
import enum
import re

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1

from signers.errors import NotUtf8
from signers.shioaji.errors import InvalidSignedText

__all__ = [
    "Method",
    "join",
    "method_of",
    "percent_encode",
    "pkcs1_signature",
    "signed_text",
]

_SECONDS = range(10**9, 10**10)
"""What is written with ten digits: 2001 to 2286."""

_OLDER = re.compile(r"[A-Za-z0-9%]+")
_ESCAPES = {"+": "%2B", "/": "%2F", "=": "%3D"}


class Method(enum.StrEnum):
    """The kinds of envelope (sdk)."""

    PKCS1 = "pkcs1"
    """``pkcs1.`` signature ``.`` text ``.`` certificate: RSA PKCS#1 v1.5 with SHA-1."""
    PKCS7 = "pkcs7"
    """``pkcs7.`` CMS ``.`` text ``.`` certificate: CMS with the text attached, SHA-256."""
    OLDER = "older"
    """The same CMS alone, in base64, percent-encoded."""


def signed_text(person_id: str, ip: str, plain_text: str, seconds: int) -> bytes:
    """Return what is signed: the four in a row, without separators, in UTF-8.

    *seconds* is Unix time. Raises InvalidSignedText for an empty person id, or a time that has not
    ten digits (milliseconds have thirteen), NotUtf8 for a lone surrogate.
    """
    if not person_id:
        raise InvalidSignedText("person_id", "is empty: take it from the certificate")
    if seconds not in _SECONDS:
        raise InvalidSignedText("seconds", "has not ten digits: pass Unix seconds")
    octets = _encoded(f"{person_id}{ip}{plain_text}{seconds}")
    if octets is None:
        raise NotUtf8
    return octets


def pkcs1_signature(key: RSAPrivateKey, text: bytes) -> bytes:
    """Return the signature of ``pkcs1.``: PKCS#1 v1.5 with SHA-1, of the key's length."""
    return key.sign(text, PKCS1v15(), SHA1())  # noqa: S303 - the scheme's digest


def join(method: Method, first: bytes, text: bytes, certificate: bytes) -> str:
    """Return an envelope of `Method.PKCS1` or `Method.PKCS7` from the octets of its parts."""
    parts = (base64.b64encode(part).decode("ascii") for part in (first, text, certificate))
    return ".".join((method.value, *parts))


def percent_encode(cms: bytes) -> str:
    """Return the envelope of `Method.OLDER`: only ``%2B``, ``%2F`` and ``%3D`` occur."""
    text = base64.b64encode(cms).decode("ascii")
    return "".join(_ESCAPES.get(character, character) for character in text)


def method_of(envelope: str) -> Method | None:
    """Tell which kind of envelope a text is meant to be, None where it is none."""
    prefix, dot, _ = envelope.partition(".")
    if dot:
        return {"pkcs1": Method.PKCS1, "pkcs7": Method.PKCS7}.get(prefix)
    # Base64 of anything that DER begins with a long SEQUENCE starts so.
    older = envelope.startswith("MI") and _OLDER.match(envelope)
    return Method.OLDER if older else None


def _encoded(text: str) -> bytes | None:
    """Return the UTF-8; the codec's own error would hold the whole text."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None
