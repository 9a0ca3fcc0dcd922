"""CMS (RFC 5652), assembled by hand with the signing time asked for; signed by the command.

The shape is the one that pyrsca was seen to write. What is not None in `Shape` alters it in one
place, and where that is before the signature, it is signed as altered.
"""

import time
from dataclasses import dataclass

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.der import (
    NULL,
    element,
    inside,
    integer,
    octet_string,
    oid,
    sequence,
    set_of,
    tagged,
)
from signproof.oracles.shioaji_ca.files import Opened

__all__ = ["CAPABILITIES", "CONTENT_TYPE", "DIGEST", "TIME", "Shape", "attribute", "signed_data"]

_DATA, _SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
_SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
_RSA = sequence(oid("1.2.840.113549.1.1.1"), NULL)
CONTENT_TYPE, DIGEST, TIME, CAPABILITIES = (
    f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5, 15)
)
_AES_256 = sequence(oid("2.16.840.1.101.3.4.1.42"))
_UTC_TIME = 0x17
_TBS_ISSUER, _TBS_SERIAL = 3, 1
"""Places in a TBSCertificate that begins with its version."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is other than usual; None for the usual."""

    version: int = 1
    signer_version: int = 1
    content_type: str = _DATA
    content: bytes | None = None
    """What is attached, in the place of the text."""
    attributes: tuple[tuple[str, bytes], ...] = ()
    """Attributes in the place of, or beside, those of the same identifier; empty for none."""
    more: tuple[bytes, ...] = ()
    """Further attributes, whole."""
    is_sorted: bool = True
    certificates: tuple[bytes, ...] | None = None
    signers: int = 1
    signer: tuple[bytes, int] | None = None
    """Issuer and serial number."""
    signature: bytes | None = None


def signed_data(ca: Opened, text: bytes, seconds: int, shape: Shape | None = None) -> bytes:
    """Return the CMS in DER over *text*, signed at *seconds*, Unix time."""
    shape = shape or Shape()
    digest = bytes.fromhex(openssl.sha256(text).decode())
    values = {
        CONTENT_TYPE: oid(_DATA),
        DIGEST: octet_string(digest),
        TIME: _time(seconds),
        CAPABILITIES: sequence(_AES_256),
        **dict(shape.attributes),
    }
    attributes = [attribute(name, value) for name, value in values.items() if value]
    attributes = sorted([*attributes, *shape.more], reverse=not shape.is_sorted)
    signature = shape.signature or openssl.sign(ca.key, set_of(*attributes), "sha256")
    issuer, serial = _issuer_and_serial(ca.certificate)
    if shape.signer is not None:
        issuer, serial = shape.signer[0], integer(shape.signer[1])
    signer = sequence(
        integer(shape.signer_version),
        sequence(issuer, serial),
        _SHA256,
        tagged(0, *attributes),
        _RSA,
        octet_string(signature),
    )
    content = text if shape.content is None else shape.content
    certificates = (ca.certificate,) if shape.certificates is None else shape.certificates
    whole = sequence(
        integer(shape.version),
        set_of(_SHA256),
        sequence(oid(shape.content_type), tagged(0, octet_string(content))),
        *([tagged(0, *certificates)] if certificates else []),
        set_of(*[signer] * shape.signers),
    )
    return sequence(oid(_SIGNED_DATA), tagged(0, whole))


def attribute(name: str, *values: bytes) -> bytes:
    """Return a signed attribute."""
    return sequence(oid(name), set_of(*values))


def _issuer_and_serial(certificate: bytes) -> tuple[bytes, bytes]:
    parts = inside(inside(certificate)[0])
    return parts[_TBS_ISSUER], parts[_TBS_SERIAL]


def _time(seconds: int) -> bytes:
    return element(_UTC_TIME, time.strftime("%y%m%d%H%M%SZ", time.gmtime(seconds)).encode())
