"""Mistakes in the envelope: its prefix, the order of its parts, and how each is written."""

import base64
from collections.abc import Callable
from urllib.parse import quote_from_bytes

from signproof.mistakes.base import Edit
from signproof.mistakes.shioaji_ca.catalogue import Change, Envelope, add, encoded, envelope

__all__: list[str] = []

_BASE64 = "Write each part in standard base64 with its padding, in one line."
_PARTS = "Join `pkcs1`, signature, signed text and certificate with dots, each once."
_PREFIX = "Begin with `pkcs1.`, which names the kind of signature that follows."
_DER = "Send the leaf's certificate in DER, in base64 once."
_WHOLE = "Send the envelope as it is, with nothing around it and without further encoding."
_MIME, _PEM = 76, 64

_BAD_BASE64 = "malformed-base64"
_LENGTH = "wrong-signature-length"
_COUNT = "wrong-part-count"
_NO_CERTIFICATE = "malformed-certificate"
_UNKNOWN = "unknown-prefix"
"""What a verifier says, first of what it cannot read."""


def _lines(octets: bytes, length: int) -> bytes:
    """Return *octets* in lines, each ended by a newline."""
    starts = range(0, len(octets), length)
    return b"".join(octets[at : at + length] + b"\n" for at in starts)


def _url_safe(written: bytes) -> bytes:
    return written.translate(bytes.maketrans(b"+/", b"-_"))


def _unpadded(written: bytes) -> bytes:
    return written.rstrip(b"=")


def _hex(octets: bytes) -> bytes:
    return octets.hex().encode()


def _twice(octets: bytes) -> bytes:
    return base64.b64encode(base64.b64encode(octets))


def _pem(certificate: bytes) -> bytes:
    """Return PEM as the openssl command writes it."""
    body = _lines(base64.b64encode(certificate), _PEM)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"


def _written(change: Change) -> Edit:
    """Return the edit after which every part's base64 is changed."""
    return envelope(lambda made: made.writes.append(change))


def _part(name: str, encode: Change) -> Edit:
    """Return the edit after which a part is written in another way."""

    def change(made: Envelope) -> None:
        made.encode[name] = encode

    return envelope(change)


def _holding(name: str, hold: Callable[[Envelope], bytes]) -> Edit:
    """Return the edit after which a part holds something else."""

    def change(made: Envelope) -> None:
        made.octets[name] = hold(made)

    return envelope(change)


def _ordered(*order: str) -> Edit:
    """Return the edit that puts the parts into this order; what was left out stays out."""
    return envelope(lambda made: made.order.sort(key=order.index))


def _without(name: str) -> Edit:
    def change(made: Envelope) -> None:
        made.order = [part for part in made.order if part != name]

    return envelope(change)


def _prefixed(prefix: bytes) -> Edit:
    def change(made: Envelope) -> None:
        made.prefix = prefix

    return envelope(change)


def _separated(separator: bytes) -> Edit:
    def change(made: Envelope) -> None:
        made.separator = separator

    return envelope(change)


def _finished(change: Change) -> Edit:
    return envelope(lambda made: made.finishes.append(change))


def _add_base64() -> None:
    for id_, words, change, evidence in (
        ("url-safe", "with `-` and `_`", _url_safe, "derived"),
        ("unpadded", "without its `=`", _unpadded, "derived"),
        (
            "url-safe-unpadded",
            "with `-` and `_`, without its `=`",
            lambda written: _unpadded(_url_safe(written)),
            "derived: as in JSON Web Tokens, which look alike",
        ),
        (
            "wrapped-at-76",
            "in lines of 76, each ended by a newline",
            lambda written: _lines(written, _MIME),
            "derived: Python's encodebytes",
        ),
        (
            "wrapped-at-64",
            "in lines of 64, each ended by a newline",
            lambda written: _lines(written, _PEM),
            "derived: the command openssl base64",
        ),
    ):
        add(
            f"envelope-{id_}",
            f"The parts are written in base64 {words}.",
            _written(change),
            fix=_BASE64,
            evidence=evidence,
            refusal=_BAD_BASE64,
        )


def _add_writings() -> None:
    rows: tuple[tuple[str, str, Edit, str, str], ...] = (
        (
            "signature-hex",
            "The signature is written in hex.",
            _part("signature", _hex),
            _BASE64,
            _LENGTH,
        ),
        (
            "signature-base64-of-hex",
            "The signature is written in hex, and that in base64.",
            _part("signature", lambda octets: base64.b64encode(_hex(octets))),
            _BASE64,
            _LENGTH,
        ),
        (
            "signature-base64-twice",
            "The signature is written in base64, and that again in base64.",
            _part("signature", _twice),
            _BASE64,
            _LENGTH,
        ),
        (
            "signed-text-raw",
            "The signed text stands in the envelope as it is, not in base64.",
            _part("text", bytes),
            _BASE64,
            _COUNT,  # for the dots of the address
        ),
        (
            "signed-text-hex",
            "The signed text is written in hex.",
            _part("text", _hex),
            _BASE64,
            "",
        ),
        (
            "signed-text-base64-twice",
            "The signed text is written in base64, and that again in base64.",
            _part("text", _twice),
            _BASE64,
            "",
        ),
        (
            "certificate-pem",
            "The certificate is sent in PEM, and that in base64.",
            _part("certificate", lambda octets: base64.b64encode(_pem(octets))),
            _DER,
            _NO_CERTIFICATE,
        ),
        (
            "certificate-pem-raw",
            "The certificate is sent in PEM, with its lines.",
            _part("certificate", _pem),
            _DER,
            _BAD_BASE64,
        ),
        (
            "certificate-hex",
            "The certificate is written in hex.",
            _part("certificate", _hex),
            _DER,
            _NO_CERTIFICATE,
        ),
        (
            "envelope-with-plain-text",
            "The envelope holds the plain text alone, not all that was signed.",
            _holding("text", lambda made: encoded(made.plain_text)),
            "Send the very octets that were signed, with person id, IP address and time.",
            "",
        ),
    )
    for id_, text, edit, fix, refusal in rows:
        add(id_, text, edit, fix=fix, refusal=refusal)


def _add_parts() -> None:
    for id_, words, edit, refusal in (
        (
            "text-first",
            "The text stands before the signature in the envelope.",
            ("text", "signature"),
            _LENGTH,
        ),
        (
            "certificate-first",
            "The certificate stands first in the envelope.",
            ("certificate", "signature"),
            _NO_CERTIFICATE,
        ),
        (
            "text-last",
            "The text stands behind the certificate in the envelope.",
            ("signature", "certificate"),
            _NO_CERTIFICATE,
        ),
        (
            "reversed",
            "The parts of the envelope stand in reverse order.",
            ("certificate", "text", "signature"),
            _NO_CERTIFICATE,
        ),
    ):
        rest = [part for part in ("signature", "text", "certificate") if part not in edit]
        add(f"envelope-{id_}", words, _ordered(*edit, *rest), fix=_PARTS, refusal=refusal)
    for part, words in (
        ("signature", "The signature is left out of the envelope."),
        ("text", "The signed text is left out of the envelope."),
        ("certificate", "The certificate is left out of the envelope."),
    ):
        add(f"envelope-without-{part}", words, _without(part), fix=_PARTS, refusal=_COUNT)
    add(
        "envelope-detached",
        "The signed text is left out of the envelope, but its two dots are there.",
        _holding("text", lambda _: b""),
        fix=_PARTS,
        evidence="derived: as a detached CMS, which was collected without a report to link to",
        refusal=_BAD_BASE64,
    )
    for name, character in (
        ("commas", b","),
        ("colons", b":"),
        ("bars", b"|"),
        ("newlines", b"\n"),
    ):
        add(
            f"envelope-joined-with-{name}",
            f"The parts of the envelope are joined with {name}.",
            _separated(character),
            fix=_PARTS,
            refusal=_UNKNOWN,
        )


def _add_prefixes() -> None:
    for id_, words, prefix in (
        ("missing", "The envelope has no prefix.", b""),
        ("uppercase", "The envelope begins with `PKCS1.`.", b"PKCS1"),
        ("pkcs7", "The envelope begins with `pkcs7.`, but it holds no CMS.", b"pkcs7"),
        ("with-hash", "The envelope begins with `pkcs#1.`.", b"pkcs#1"),
    ):
        # Under the other prefix a verifier looks for CMS.
        refusal = "malformed-cms" if id_ == "pkcs7" else _UNKNOWN
        add(f"prefix-{id_}", words, _prefixed(prefix), fix=_PREFIX, refusal=refusal)


def _add_wholes() -> None:
    wholes: tuple[tuple[str, str, Change, str, str], ...] = (
        (
            "percent-encoded",
            "The envelope is percent-encoded, such as `%2B` for `+`.",
            lambda whole: quote_from_bytes(whole, safe="").encode(),
            "observed: the older envelope is percent-encoded, this one is not",
            _BAD_BASE64,
        ),
        (
            "plus-as-space",
            "Each `+` of the envelope has become a space.",
            lambda whole: whole.replace(b"+", b" "),
            "derived: a form is decoded so",
            _BAD_BASE64,
        ),
        (
            "base64",
            "The whole envelope is encoded in base64 again.",
            base64.b64encode,
            "derived",
            _UNKNOWN,
        ),
        (
            "with-newline",
            "The envelope is sent with a newline behind it.",
            lambda whole: whole + b"\n",
            "derived",
            _BAD_BASE64,
        ),
        (
            "with-dot",
            "The envelope ends with a dot.",
            lambda whole: whole + b".",
            "derived",
            _COUNT,
        ),
        (
            "quoted",
            "The envelope stands between quotation marks.",
            lambda whole: b'"' + whole + b'"',
            "derived",
            _UNKNOWN,
        ),
        (
            "as-bytes-literal",
            "The envelope is sent as Python prints octets: `b'pkcs1.…'`.",
            lambda whole: b"b'" + whole + b"'",
            "derived",
            _UNKNOWN,
        ),
    )
    for id_, text, change, evidence, refusal in wholes:
        add(
            f"envelope-{id_}",
            text,
            _finished(change),
            fix=_WHOLE,
            evidence=evidence,
            refusal=refusal,
        )


_add_base64()
_add_writings()
_add_parts()
_add_prefixes()
_add_wholes()
