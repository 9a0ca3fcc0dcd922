"""The stages of a Tiger signature, each a pure function.

::

    parameters ─ biz_content ─ signed_values ─ sign_content ─┐
    request timestamp ─ response_content ─────────────────────┤
    tiger_id ─ push_login_content ────────────────────────────┴ digest ─ encoded_message ─ signature

Kinds of evidence, as in docs/findings/tiger.md: *doc* a published page, *sdk* what official SDKs
were seen to do, *source* read in an SDK's source, *inferred*, *unknown*. The broker publishes no
description of the sign content itself: what is said of it here is *sdk* where not marked otherwise.
"""

import enum
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha1

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from signers.tiger.errors import InvalidBizContent, KeyTooSmall, Unencodable, UnsignableValue

__all__ = [
    "DIGEST_INFO",
    "SIGN_TYPE",
    "Charset",
    "EmptyValues",
    "Fields",
    "Value",
    "biz_content",
    "check_names",
    "digest",
    "encoded_message",
    "joined",
    "push_login_content",
    "request_body",
    "response_content",
    "sign_content",
    "signature",
    "signed_values",
]

SIGN_TYPE = "RSA"
"""The only value of the field ``sign_type``; it means PKCS#1 v1.5 with SHA-1."""

DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
"""What stands before a SHA-1 digest (RFC 8017, section 9.2, note 1)."""

_FEWEST_PADDING = 8  # RFC 8017, section 9.2, step 4

Value = str | bytes | int | None
"""A top-level value: text, its octets in the charset, an integer or boolean, or null."""

Fields = Mapping[str, Value]
"""The top-level keys of a request's body."""


class Charset(enum.StrEnum):
    """What the field ``charset`` names, and the sign content is encoded with."""

    UTF_8 = "UTF-8"
    """What every SDK sends unless told otherwise."""
    GBK = "GBK"
    """Observed to sign GBK octets; Python's codec of that name, which has no euro sign."""

    @property
    def codec(self) -> str:
        """The name of Python's codec."""
        return "utf-8" if self is Charset.UTF_8 else "gbk"


class EmptyValues(enum.StrEnum):
    """What becomes of null and of the empty text in the sign content: SDKs disagree."""

    KEPT = "kept"
    """``key=`` and ``key=null`` (Python, Go, TypeScript, C++)."""
    LEFT_OUT = "left-out"
    """Neither key nor value (Java). Whether text of white space only counts as empty there is
    unknown; here it does not."""


def biz_content(parameters: Mapping[str, object], *, charset: Charset = Charset.UTF_8) -> bytes:
    """Return the parameters as JSON text in *charset*.

    Names sorted at every depth, no white space, characters raw: one form of many, since the
    signature covers the text sent, whatever it is. (Go writes ``&``, ``<`` and ``>`` escaped.)

    Raises InvalidBizContent for what JSON cannot express, Unencodable for a character that
    *charset* lacks and for a lone surrogate.
    """
    try:
        text = json.dumps(
            parameters, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
    except (TypeError, ValueError, RecursionError) as error:
        kind = type(error).__name__
    else:
        return _encoded("biz_content", text, charset)
    raise InvalidBizContent(
        "it holds a value that JSON cannot express, names that are not all text, a reference to "
        f"itself, or too much depth ({kind})"
    )


def sign_content(
    fields: Fields,
    *,
    empty_values: EmptyValues = EmptyValues.KEPT,
    charset: Charset = Charset.UTF_8,
) -> bytes:
    """Return every field but ``sign``, sorted by name, as ``name=value`` joined with ``&``.

    Nothing is URL-encoded or escaped, and ``biz_content`` is the exact text sent. Names are sorted
    by code points, for UTF-8 the same as by octets; Java and TypeScript sort by UTF-16 units,
    which differs only for characters beyond U+FFFF. All known names are ASCII, so which order the
    gateway takes is unknown.

    Null is written ``null``. Booleans and integers are written as in JSON (source: the Python SDK;
    whether the gateway accepts them is unknown). Fractions, objects and lists are refused: SDKs
    write these differently, and none sends them.

    *empty_values* is KEPT unless told otherwise, as four of the five SDKs observed do; the rule is
    not documented. Raises Unencodable and UnsignableValue.
    """
    return joined(signed_values(fields, empty_values=empty_values, charset=charset), charset)


def signed_values(
    fields: Fields,
    *,
    empty_values: EmptyValues = EmptyValues.KEPT,
    charset: Charset = Charset.UTF_8,
) -> tuple[tuple[str, str], ...]:
    """Return name and text of what is signed, in its order; as of `sign_content`.

    *charset* is what octets among the values are read with. Raises Unencodable, UnsignableValue.
    """
    check_names(fields)
    pairs = []
    for name in sorted(fields):
        value = fields[name]
        left_out = empty_values is EmptyValues.LEFT_OUT and (value is None or value in ("", b""))
        if name != "sign" and not left_out:
            pairs.append((name, _text(name, value, charset)))
    return tuple(pairs)


def joined(pairs: Iterable[tuple[str, str]], charset: Charset = Charset.UTF_8) -> bytes:
    """Return `signed_values` as ``name=value`` joined with ``&``, in *charset*.

    Raises Unencodable.
    """
    parts = [(name, name + "=" + text) for name, text in pairs]
    try:
        return "&".join([part for _, part in parts]).encode(charset.codec)
    except UnicodeEncodeError:
        pass  # raised below, by the part that is to blame and without its text
    return b"&".join([_encoded(name, part, charset) for name, part in parts])


def check_names(fields: Fields) -> None:
    """Raise UnsignableValue for a name that is not text."""
    for name in fields:
        if not isinstance(name, str):
            raise UnsignableValue(name, "field whose name is not text")


def digest(content: bytes) -> bytes:
    """Return the SHA-1 of the content, 20 octets."""
    return sha1(content, usedforsecurity=False).digest()


def encoded_message(digest: bytes, length: int) -> bytes:
    """Return EMSA-PKCS1-v1_5 of a SHA-1 digest (RFC 8017, section 9.2).

    *length* is that of the modulus in octets. Raises KeyTooSmall.
    """
    padding = length - 3 - len(DIGEST_INFO) - len(digest)
    if padding < _FEWEST_PADDING:
        raise KeyTooSmall(length)
    return b"\x00\x01" + b"\xff" * padding + b"\x00" + DIGEST_INFO + digest


def signature(encoded_message: bytes, private_key: RSAPrivateKey) -> bytes:
    """Return the signature as standard padded base64 in one line (RFC 8017, section 5.2.1).

    The arithmetic is done here and not by the library, for vectors to show and for a test to hold
    the library's answer against. It takes time that depends on the key: `signers.tiger.Signer`
    signs for use. Raises KeyTooSmall where the message is not below the modulus.
    """
    numbers = private_key.private_numbers()
    modulus = numbers.public_numbers.n
    representative = int.from_bytes(encoded_message)
    if representative >= modulus:
        raise KeyTooSmall(len(encoded_message))
    length = (modulus.bit_length() + 7) // 8
    return b64encode(pow(representative, numbers.d, modulus).to_bytes(length))


def request_body(fields: Fields, signature: bytes, *, charset: Charset = Charset.UTF_8) -> bytes:
    r"""Return the JSON body: the fields in their order without ``sign``, then ``sign``.

    Compact, in UTF-8; with the charset GBK every character beyond ASCII is written ``\uXXXX``, so
    that the body reads the same in both. Any order and any JSON form of the same strings is as
    good: a verifier decodes the body. Raises Unencodable and UnsignableValue.
    """
    body = {
        name: _json_value(name, value, charset) for name, value in fields.items() if name != "sign"
    }
    body["sign"] = signature.decode("ascii")
    text = json.dumps(body, ensure_ascii=charset is not Charset.UTF_8, separators=(",", ":"))
    return text.encode("utf-8")


def response_content(timestamp: str) -> bytes:
    """Return what the gateway signs in its answer: the request's own timestamp, as text.

    Neither the answer's timestamp nor its body is covered. Raises Unencodable.
    """
    return _encoded("timestamp", timestamp, Charset.UTF_8)


def push_login_content(tiger_id: str) -> bytes:
    """Return what is signed to log in for pushes: exactly the tiger_id. Raises Unencodable."""
    return _encoded("tiger_id", tiger_id, Charset.UTF_8)


def _text(name: str, value: Value, charset: Charset) -> str:
    """Return a value as it stands in the sign content."""
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration's member, its value
    if isinstance(value, bytes):
        return _decoded(name, value, charset)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        try:
            return int.__repr__(value)
        except ValueError:  # more digits than Python writes
            pass
    raise UnsignableValue(name, type(value).__name__)


def _json_value(name: str, value: Value, charset: Charset) -> Value:
    """Return a value as the JSON encoder takes it, refused as in the sign content."""
    text = _text(name, value, charset)
    _encoded(name, name + "=" + text, charset)
    return text if isinstance(value, str | bytes) else value


def _encoded(name: str, text: str, charset: Charset) -> bytes:
    # Raised apart from the codec's own error, which holds all the text.
    try:
        return text.encode(charset.codec)
    except UnicodeEncodeError as error:
        code_point = ord(text[error.start])
    raise Unencodable(name, charset.value, f"the character U+{code_point:04X}")


def _decoded(name: str, octets: bytes, charset: Charset) -> str:
    try:
        return octets.decode(charset.codec)
    except UnicodeDecodeError as error:
        start = error.start
    raise Unencodable(name, charset.value, f"the octet 0x{octets[start]:02X} at {start}")
