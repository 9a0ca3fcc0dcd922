"""Certificates (RFC 5280), assembled by hand: so any subject and any validity can be had."""

from collections.abc import Sequence
from dataclasses import dataclass

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.der import (
    NULL,
    element,
    integer,
    octet_string,
    oid,
    sequence,
    set_of,
    tagged,
)

__all__ = ["BMP", "IA5", "PRINTABLE", "UTF8", "Attribute", "certificate", "name"]

UTF8, PRINTABLE, IA5, BMP = 0x0C, 0x13, 0x16, 0x1E
"""The identifier octets of the kinds of strings."""

_ENCODINGS = {UTF8: "utf-8", PRINTABLE: "ascii", IA5: "ascii", BMP: "utf-16-be"}
_OIDS = {
    "C": "2.5.4.6",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": "2.5.4.3",
    "serialNumber": "2.5.4.5",
    "UID": "0.9.2342.19200300.100.1.1",
    "emailAddress": "1.2.840.113549.1.9.1",
}
_SHA256_RSA = sequence(oid("1.2.840.113549.1.1.11"), NULL)
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_TRUE = element(0x01, b"\xff")
_LEAF = (b"", b"\x06\xc0")
_ISSUER = (_TRUE, b"\x01\x06")
"""Content of basicConstraints; keyUsage: digitalSignature and nonRepudiation, or keyCertSign and
cRLSign, with the number of unused bits before."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name."""

    kind: str
    """``CN`` and the like."""
    value: str | bytes
    """Text, or the octets themselves where they shall break a rule."""
    string: int = UTF8


def name(attributes: Sequence[Attribute]) -> bytes:
    """Return a Name with one attribute a part."""
    parts = []
    for one in attributes:
        octets = one.value
        if isinstance(octets, str):
            octets = octets.encode(_ENCODINGS[one.string])
        value = element(one.string, octets)
        parts.append(set_of(sequence(oid(_OIDS[one.kind]), value)))
    return sequence(*parts)


def certificate(
    *,
    subject: bytes,
    public_key: bytes,
    issuer: bytes,
    issuer_key: bytes,
    serial: int,
    validity: tuple[str, str],
    is_issuer: bool = False,
) -> bytes:
    """Return a certificate in DER.

    *subject* and *issuer* are names, *public_key* is SPKI in DER, *issuer_key* an RSA key in PEM;
    *validity* is two instants as fourteen digits, UTC.
    """
    constraints, usage = _ISSUER if is_issuer else _LEAF
    extensions = sequence(
        _extension("2.5.29.19", sequence(constraints)),
        _extension("2.5.29.15", element(0x03, usage)),
    )
    signed = sequence(
        tagged(0, integer(2)),
        integer(serial),
        _SHA256_RSA,
        issuer,
        sequence(*(_time(digits) for digits in validity)),
        subject,
        public_key,
        tagged(3, extensions),
    )
    signature = openssl.sign(issuer_key, signed, "sha256")
    return sequence(signed, _SHA256_RSA, element(0x03, b"\0", signature))


def _extension(dotted: str, value: bytes) -> bytes:
    """Return a critical extension."""
    return sequence(oid(dotted), _TRUE, octet_string(value))


def _time(digits: str) -> bytes:
    """Return UTCTime up to 2049, GeneralizedTime after it (RFC 5280, section 4.1.2.5)."""
    if "1950" <= digits[:4] < "2050":
        return element(_UTC_TIME, f"{digits[2:]}Z".encode())
    return element(_GENERALIZED_TIME, f"{digits}Z".encode())
