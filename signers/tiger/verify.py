"""Verify a signed Tiger request and say what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1

from signers.errors import VerificationError
from signers.request import SignedRequest
from signers.tiger import stages
from signers.tiger.body import read_object
from signers.tiger.errors import (
    MalformedField,
    MalformedJson,
    MalformedSignature,
    MalformedTimestamp,
    MissingField,
    Unencodable,
    UnencodableField,
    UnknownCharset,
    UnknownTigerId,
    UnsignableField,
    UnsignableValue,
    WrongKeyType,
    WrongSignature,
    WrongSignType,
)
from signers.tiger.signature_text import read_signature
from signers.tiger.stages import Charset, EmptyValues
from signers.tiger.timestamp import is_timestamp

__all__ = ["REQUIRED", "Verified", "Verifier", "matches"]

REQUIRED = ("method", "version", "timestamp", "tiger_id", "charset", "sign_type", "sign")
"""The fields that every SDK sends, as text. That the gateway insists on each is inferred from the
documented message about empty fields (error 1000); which ones it means is unknown."""

_PADDING = PKCS1v15()
_SHA1 = Prehashed(SHA1())  # noqa: S303 - the scheme's digest
# An enumeration is slow to walk and to search.
_CHARSETS = {one.value: one for one in Charset}
_RULES = tuple(EmptyValues)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a good signature vouches for."""

    tiger_id: str
    method: str
    timestamp: str
    """As signed. No window, zone or replay rule is documented, so none is checked."""
    charset: Charset
    empty_values: EmptyValues
    """The rule that was signed by; KEPT where both give the same content."""
    fields: Mapping[str, Any] = field(repr=False)
    """Every field of the body, ``sign`` too, decoded; a number is text as written. It may hold an
    institution's secret key, hence it is not in the repr."""


class Verifier:
    """Verifies requests of the tiger_ids whose public keys it holds."""

    __slots__ = ("_public_keys",)

    def __init__(self, public_keys: Mapping[str, RSAPublicKey]) -> None:
        """Prepare a verifier of a tiger_id's public key each; raises WrongKeyType."""
        for key in public_keys.values():
            if not isinstance(key, RSAPublicKey):
                raise WrongKeyType("RSA public key", type(key).__name__)
        self._public_keys = dict(public_keys)

    def __repr__(self) -> str:
        return f"<Verifier tiger tiger_ids={list(self._public_keys)!r}>"

    def verify(self, request: SignedRequest) -> Verified:
        """Check a request as received, by its body alone: nothing else of it is signed.

        The content is what the decoded strings of the body give, never re-serialised. The body is
        UTF-8, or GBK where it is not UTF-8 or not verified so, and names the charset GBK.

        In this order (the gateway's own order is unknown) it raises MalformedJson, DuplicateField,
        MissingField, MalformedField, UnknownCharset, WrongSignType, MalformedTimestamp,
        UnknownTigerId, MalformedSignature, UnsignableField, UnencodableField or WrongSignature.
        """
        outcome = self._read(request.body, Charset.UTF_8)
        if not isinstance(outcome, Verified) and not request.body.isascii():
            other = self._read(request.body, Charset.GBK)
            if isinstance(other, Verified) or isinstance(outcome, MalformedJson):
                outcome = other
        if isinstance(outcome, Verified):
            return outcome
        raise outcome

    def _read(self, body: bytes, encoding: Charset) -> Verified | VerificationError:
        """Return the outcome for a body in this encoding."""
        fields = read_object(body, encoding, numbers_as_text=True)
        if not isinstance(fields, dict):
            return fields
        if encoding is Charset.GBK and _charset(fields.get("charset")) is not Charset.GBK:
            return MalformedJson("not UTF-8, and does not name the charset GBK")
        return _field_problem(fields) or self._judge(fields)

    def _judge(self, fields: dict[str, Any]) -> Verified | VerificationError:
        """Return the outcome for fields whose own form is right."""
        tiger_id = fields["tiger_id"]
        key = self._public_keys.get(tiger_id)
        if key is None:
            return UnknownTigerId()
        octets = read_signature(fields["sign"], (key.key_size + 7) // 8)
        if isinstance(octets, str):
            return MalformedSignature(octets)
        charset = _CHARSETS[fields["charset"].upper()]
        for rule in _RULES:
            try:
                content = stages.sign_content(fields, empty_values=rule, charset=charset)
            except Unencodable as error:
                return UnencodableField(error.name, error.charset, error.what)
            except UnsignableValue as error:
                return UnsignableField(str(error.name), error.found)
            if matches(key, octets, content):
                return Verified(
                    tiger_id, fields["method"], fields["timestamp"], charset, rule, fields
                )
        return WrongSignature()


def matches(public_key: RSAPublicKey, signature: bytes, content: bytes) -> bool:
    """Tell whether *signature* (octets) is the key's over *content*."""
    try:
        public_key.verify(signature, stages.digest(content), _PADDING, _SHA1)
    except InvalidSignature:
        return False
    return True


def _charset(name: object) -> Charset | None:
    """Return the charset of that name; its case does not matter (inferred: codecs ignore it)."""
    return _CHARSETS.get(name.upper()) if isinstance(name, str) else None


def _field_problem(fields: dict[str, Any]) -> VerificationError | None:
    """Return what is wrong with the form of a required field."""
    for name in REQUIRED:
        if fields.get(name) in (None, ""):
            return MissingField(name)
    for name in REQUIRED:
        if type(fields[name]) is not str:  # a NumberText was no JSON string
            return MalformedField(name)
    if _charset(fields["charset"]) is None:
        return UnknownCharset(fields["charset"])
    if fields["sign_type"] != stages.SIGN_TYPE:
        return WrongSignType(fields["sign_type"])
    if not is_timestamp(fields["timestamp"]):
        return MalformedTimestamp()
    return None
