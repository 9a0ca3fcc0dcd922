"""Mistakes in how the signature is written."""

import base64
import binascii
from collections.abc import Callable
from urllib.parse import quote

from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, output_changed

__all__: list[str] = []

_Change = Callable[[bytes], bytes]

_FIX = "Write the signature in standard base64 with its padding, in one line."
_MIME, _PEM = 76, 64


def _octets(signature: bytes) -> bytes:
    """Return what the base64 stands for; what is none stays, so that mistakes can meet."""
    try:
        return base64.b64decode(signature, validate=True)
    except binascii.Error:
        return signature


def _lines(signature: bytes, length: int) -> list[bytes]:
    return [signature[at : at + length] for at in range(0, len(signature), length)]


def _url_safe(signature: bytes) -> bytes:
    return signature.translate(bytes.maketrans(b"+/", b"-_"))


def _unpadded(signature: bytes) -> bytes:
    return signature.rstrip(b"=")


def _hex(signature: bytes) -> bytes:
    return _octets(signature).hex().encode()


def _add() -> None:
    seen = "collected, without a report to link to"
    malformed = "malformed-signature"
    writings: tuple[tuple[str, str, _Change, str, str], ...] = (
        ("url-safe", "in base64 with `-` and `_`", _url_safe, seen, malformed),
        ("unpadded", "in base64 without its `=`", _unpadded, seen, malformed),
        (
            "url-safe-unpadded",
            "in base64 with `-` and `_`, without its `=`",
            lambda signature: _unpadded(_url_safe(signature)),
            "derived",
            malformed,
        ),
        (
            "wrapped-at-76-crlf",
            "in base64 in lines of 76, CRLF between them",
            lambda signature: b"\r\n".join(_lines(signature, _MIME)),
            "derived: Java's MIME encoder",
            malformed,
        ),
        (
            "wrapped-at-76",
            "in base64 in lines of 76, each ended by a newline",
            lambda signature: b"".join(line + b"\n" for line in _lines(signature, _MIME)),
            "derived: Python's encodebytes",
            malformed,
        ),
        (
            "wrapped-at-64",
            "in base64 in lines of 64, each ended by a newline",
            lambda signature: b"".join(line + b"\n" for line in _lines(signature, _PEM)),
            "derived: the command openssl base64",
            malformed,
        ),
        (
            "with-newline",
            "in base64 with a newline behind it",
            lambda signature: signature + b"\n",
            "derived",
            malformed,
        ),
        ("hex", "in lower-case hex", _hex, seen, malformed),
        (
            "uppercase-hex",
            "in upper-case hex",
            lambda signature: _hex(signature).upper(),
            "derived",
            malformed,
        ),
        (
            "base64-of-hex",
            "in hex, and that again in base64",
            lambda signature: base64.b64encode(_hex(signature)),
            "derived",
            malformed,
        ),
        (
            "base64-twice",
            "in base64, and that again in base64",
            base64.b64encode,
            "derived",
            malformed,
        ),
        (
            "url-encoded",
            "in base64 that is URL-encoded, such as `%2B` for `+`",
            lambda signature: quote(signature, safe="").encode(),
            "derived",
            malformed,
        ),
        (
            "plus-as-space",
            "in base64 in which each `+` has become a space",
            lambda signature: signature.replace(b"+", b" "),
            "derived",
            malformed,
        ),
        (
            "reversed",
            "in base64 of its octets in reverse order, little endian",
            lambda signature: base64.b64encode(_octets(signature)[::-1]),
            "derived: Windows' cryptography functions",
            "wrong-signature",
        ),
    )
    for id_, text, change, evidence, refusal in writings:
        CATALOGUE.add(
            f"signature-{id_}",
            f"The signature is written {text}.",
            output_changed("signature", change),
            fix=_FIX,
            evidence=evidence,
            refusal=refusal,
        )


_add()
