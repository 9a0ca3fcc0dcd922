"""Verify CA signatures, and say which part of one is wrong."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import (
    MD5,
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from signers.errors import without_frames
from signers.shioaji.ca import cms
from signers.shioaji.ca.flaws import EnvelopeRefused, Flaw, Part
from signers.shioaji.ca.keys import rsa_key
from signers.shioaji.ca.stages import Method, method_of
from signers.shioaji.ca.text import Expected, SignedText, read_text
from signers.shioaji.certificate import read_certificate
from signers.shioaji.person_id import find_person_id

__all__ = ["LARGEST", "Verified", "verify"]

LARGEST = 524_288
"""Characters of an envelope."""

_PARTS = (Part.SIGNATURE, Part.TEXT, Part.CERTIFICATE)
_ALPHABET = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_OLDER = re.compile(r"(?:[A-Za-z0-9]|%2B|%2F)*(?:%3D){0,2}")
_ESCAPES = {"%2B": "+", "%2F": "/", "%3D": "="}
_PADDING = PKCS1v15()
_SHA1 = SHA1()  # noqa: S303 - the scheme's digest
_OTHERS: tuple[HashAlgorithm, ...] = (SHA256(), MD5(), SHA224(), SHA384(), SHA512())  # noqa: S303


@dataclass(frozen=True, slots=True)
class Verified:
    """What a good signature vouches for: that the holder of this certificate's key signed it.

    Whether the certificate is genuine, valid at the time, or that person's is not looked at.
    """

    method: Method
    text: SignedText
    certificate: Certificate = field(repr=False)
    signing_time: int | None
    """Unix seconds, of the CMS; None for `Method.PKCS1`. It should be about the text's own."""


def verify(
    envelope: str,
    *,
    certificate: Certificate | None = None,
    expected: Expected | None = None,
) -> Verified:
    """Check an envelope of any kind.

    *certificate* is the one that it must hold; without one, any RSA certificate with a person id
    will do. *expected* says what the signed text must hold beside the person id.

    Raises EnvelopeRefused: first for what cannot be read, then for the signature, the signed text
    last.
    """
    outcome = _verified(envelope, certificate, expected or Expected())
    if isinstance(outcome, Verified):
        return outcome
    del envelope, expected  # a traceback that shows local variables need not show an order
    raise outcome


def _verified(
    envelope: str, certificate: Certificate | None, expected: Expected
) -> Verified | EnvelopeRefused:
    """Return the outcome; the frames that hold the parts are gone when it is raised."""
    try:
        return _verify(envelope, certificate, expected)
    except EnvelopeRefused as error:
        return without_frames(error)


def _verify(envelope: str, certificate: Certificate | None, expected: Expected) -> Verified:
    if len(envelope) > LARGEST:
        raise EnvelopeRefused(Flaw.TOO_LARGE, Part.ENVELOPE)
    if not envelope.isascii():
        raise EnvelopeRefused(Flaw.NOT_ASCII, Part.ENVELOPE)
    method = method_of(envelope)
    if method is None:
        raise EnvelopeRefused(Flaw.UNKNOWN_PREFIX, Part.ENVELOPE)
    signed_data: cms.SignedData | None = None
    first = b""
    if method is Method.OLDER:
        signed_data = cms.read(_older(envelope))
        text, der = signed_data.content, signed_data.certificate
    else:
        first, text, der = _parts(envelope)
        if method is Method.PKCS7:
            signed_data = cms.read(first)
    found = _certificate(der, certificate)
    key = rsa_key(found)
    if key is None:
        raise EnvelopeRefused(Flaw.UNSUPPORTED_KEY, Part.CERTIFICATE)
    if signed_data is None:
        _check_pkcs1(key, first, text)
    else:
        _check_cms(key, signed_data, text, der)
    person_id = find_person_id(found)
    if person_id is None:
        raise EnvelopeRefused(Flaw.NO_PERSON_ID, Part.CERTIFICATE)
    signing_time = None if signed_data is None else signed_data.signing_time
    return Verified(method, read_text(text, person_id, expected), found, signing_time)


def _parts(envelope: str) -> list[bytes]:
    parts = envelope.split(".")[1:]
    if len(parts) != len(_PARTS):
        raise EnvelopeRefused(Flaw.WRONG_PART_COUNT, Part.ENVELOPE, str(len(parts)))
    return [_decoded(text, part) for text, part in zip(parts, _PARTS, strict=True)]


def _older(envelope: str) -> bytes:
    if not _OLDER.fullmatch(envelope):
        raise EnvelopeRefused(Flaw.MALFORMED_PERCENT, Part.ENVELOPE)
    for escape, character in _ESCAPES.items():
        envelope = envelope.replace(escape, character)
    return _decoded(envelope, Part.SIGNATURE)


def _decoded(text: str, part: Part) -> bytes:
    problem = None
    if not text:
        problem = "empty"
    elif text.split() != [text]:
        problem = "white space"
    elif not _ALPHABET.fullmatch(text):
        problem = "URL-safe alphabet" if re.search("[-_]", text) else "alphabet"
    elif len(text) % 4:
        problem = "padding"
    if problem is None:
        octets = binascii.a2b_base64(text)
        # Bits that are lost in decoding must be zero.
        if base64.b64encode(octets).decode("ascii") == text:
            return octets
        problem = "superfluous bits"
    raise EnvelopeRefused(Flaw.MALFORMED_BASE64, part, problem)


def _certificate(der: bytes, expected: Certificate | None) -> Certificate:
    found = read_certificate(der)
    if found is None:
        raise EnvelopeRefused(Flaw.MALFORMED_CERTIFICATE, Part.CERTIFICATE)
    if expected is not None and expected.public_bytes(Encoding.DER) != der:
        raise EnvelopeRefused(Flaw.OTHER_CERTIFICATE, Part.CERTIFICATE)
    return found


def _check_pkcs1(key: RSAPublicKey, signature: bytes, text: bytes) -> None:
    if len(signature) != (key.key_size + 7) // 8:
        detail = str(len(signature))
        raise EnvelopeRefused(Flaw.WRONG_SIGNATURE_LENGTH, Part.SIGNATURE, detail)
    if _is_signed(key, signature, text, _SHA1):
        return
    for digest in _OTHERS:
        if _is_signed(key, signature, text, digest):
            raise EnvelopeRefused(Flaw.WRONG_DIGEST_ALGORITHM, Part.SIGNATURE, digest.name)
    raise EnvelopeRefused(Flaw.WRONG_SIGNATURE, Part.SIGNATURE)


def _check_cms(key: RSAPublicKey, signed: cms.SignedData, text: bytes, der: bytes) -> None:
    if signed.content != text:
        raise EnvelopeRefused(Flaw.CMS_CONTENT_DIFFERS, Part.SIGNATURE)
    if signed.certificate != der:
        raise EnvelopeRefused(Flaw.CMS_CERTIFICATE_DIFFERS, Part.SIGNATURE)
    # The library has read the certificate, so this cannot fail.
    if (signed.issuer, signed.serial_number) != cms.issuer_and_serial_number(der):
        raise EnvelopeRefused(Flaw.CMS_SIGNER_DIFFERS, Part.SIGNATURE)
    if not _is_signed(key, signed.signature, signed.signed_attributes, SHA256()):
        raise EnvelopeRefused(Flaw.WRONG_SIGNATURE, Part.SIGNATURE)


def _is_signed(key: RSAPublicKey, signature: bytes, text: bytes, digest: HashAlgorithm) -> bool:
    try:
        key.verify(signature, text, _PADDING, digest)
    except InvalidSignature:
        return False
    return True
