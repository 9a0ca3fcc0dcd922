"""Envelopes of both kinds, put together from their parts."""

import base64
from typing import Any

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca import cms
from signproof.oracles.shioaji_ca.cms import Shape
from signproof.oracles.shioaji_ca.common import IP, NOW, TEXT
from signproof.oracles.shioaji_ca.files import opened
from signproof.oracles.shioaji_ca.x509 import Attribute, certificate, name

__all__ = [
    "MAIN",
    "PERSON",
    "SIGNED",
    "Row",
    "b64",
    "issued",
    "joined",
    "of_kind",
    "older",
    "pkcs1",
    "pkcs7",
]

PERSON = "Z199999999"
SIGNED = f"{PERSON}{IP}{TEXT}{NOW}".encode()
MAIN = "aes-256.pfx"

Row = tuple[str, str, str, str, dict[str, Any]]
"""Name, reason, comment, envelope, what is expected of it."""


def issued(*attributes: Attribute) -> bytes:
    """Return a certificate with this subject, by the main key for itself."""
    key = opened(MAIN).key
    subject = name(attributes)
    return certificate(
        subject=subject,
        public_key=openssl.key_shape(key, "spki", "der"),
        issuer=subject,
        issuer_key=key,
        serial=7,
        validity=("20250101000000", "20350913155959"),
    )


def b64(octets: bytes) -> str:
    """Return padded base64."""
    return base64.b64encode(octets).decode()


def joined(kind: str, first: bytes, text: bytes = SIGNED, file: str = MAIN) -> str:
    """Return an envelope of a kind, with the certificate of a fixture."""
    return ".".join((kind, b64(first), b64(text), b64(opened(file).certificate)))


def pkcs1(text: bytes = SIGNED, file: str = MAIN, digest: str = "sha1") -> str:
    """Return a ``pkcs1.`` envelope over *text*."""
    return joined("pkcs1", openssl.sign(opened(file).key, text, digest), text, file)


def pkcs7(text: bytes = SIGNED, file: str = MAIN, **shape: Any) -> str:
    """Return a ``pkcs7.`` envelope over *text*; *shape* is what is other than usual."""
    made = cms.signed_data(opened(file), text, NOW, Shape(**shape))
    return joined("pkcs7", made, text, file)


def older(made: bytes) -> str:
    """Return CMS as the older envelope."""
    text = b64(made)
    for character, escape in (("+", "%2B"), ("/", "%2F"), ("=", "%3D")):
        text = text.replace(character, escape)
    return text


def of_kind(operation: str, text: bytes = SIGNED, file: str = MAIN) -> str:
    """Return an envelope of the kind that *operation* verifies."""
    return pkcs1(text, file) if operation == "verify-pkcs1" else pkcs7(text, file)
