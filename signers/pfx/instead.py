"""What something is that does not begin like PKCS#12."""

import binascii
import re
from collections.abc import Callable

from signers.pfx.errors import (
    Base64Given,
    EmptyFile,
    KeystoreGiven,
    NotAPfx,
    PathGiven,
    PemGiven,
    PfxRefused,
    Utf16Given,
    WebPageGiven,
    ZipGiven,
)
from signers.pfx.shapes import Kind

__all__ = ["instead"]

_DER = re.compile(rb"0[\x80-\x84]")
"""No text begins so."""
_SPACE = b" \t\r\n\v\f\0"
_MARK = b"\xef\xbb\xbf"
_LOOKED_AT = 4096
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----")
_BASE64 = re.compile(rb"[\"']?M[A-Za-z0-9+/_-]{11,}", re.ASCII)
_STARTS: tuple[tuple[tuple[bytes, ...], Callable[[], PfxRefused]], ...] = (
    ((b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"), KeystoreGiven),
    ((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), ZipGiven),
    ((b"\xff\xfe", b"\xfe\xff"), Utf16Given),
)
_PATH = re.compile(
    rb"[\"']?(?:~?/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|file:)[^\r\n]*"
    rb"|[^\r\n=]*\.(?:pfx|p12|pem|cer|crt|der|key)[\"']?",
    re.IGNORECASE,
)


def instead(octets: bytes) -> PfxRefused | None:
    """Return what *octets* are; None where they may be DER."""
    if _DER.match(octets):
        return None
    if not octets.strip(_SPACE):
        return EmptyFile()
    for starts, refusal in _STARTS:
        if octets.startswith(starts):
            return refusal()
    if _is_wide(octets[:_LOOKED_AT]):
        return Utf16Given()
    labels = {label.decode("ascii") for label in _PEM.findall(octets)}
    if labels:
        return PemGiven(_pem(labels))
    return _text(octets[:_LOOKED_AT].removeprefix(_MARK).strip(_SPACE))


def _text(head: bytes) -> PfxRefused | None:
    """Return what the text is that begins with *head*."""
    if head.startswith(b"<"):
        return WebPageGiven()
    if _BASE64.match(head) and _begins(head):
        return Base64Given()
    if _PATH.fullmatch(head):
        return PathGiven()
    return None if head.startswith(b"0") else NotAPfx()


def _is_wide(head: bytes) -> bool:
    """Tell whether it is Latin text in UTF-16 without a byte order mark."""
    least = 8
    for first in (0, 1):
        letters, zeros = head[first::2], head[1 - first :: 2]
        if len(zeros) >= least and not any(zeros) and letters.isascii() and all(letters):
            return True
    return False


def _pem(labels: set[str]) -> Kind:
    if any(label.endswith("PRIVATE KEY") for label in labels):
        return Kind.PEM_KEY
    certificates = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
    return Kind.PEM_CERTIFICATE if labels & certificates else Kind.PEM


def _begins(head: bytes) -> bool:
    """Tell whether base64 text decodes to the beginning of a SEQUENCE."""
    text = head.lstrip(b"\"'")[:12].replace(b"-", b"+").replace(b"_", b"/")
    octets = binascii.a2b_base64(text)
    return octets[:1] == b"0" and octets[1] in {0x80, 0x81, 0x82, 0x83, 0x84}
