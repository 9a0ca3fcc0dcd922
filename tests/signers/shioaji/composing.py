"""CMS put together part by part, so that each part can be wrong on purpose."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from signers.der import Tag, context, encode, encode_integer

OIDS = {
    "data": "2a864886f70d010701",
    "signedData": "2a864886f70d010702",
    "envelopedData": "2a864886f70d010703",
    "contentType": "2a864886f70d010903",
    "messageDigest": "2a864886f70d010904",
    "signingTime": "2a864886f70d010905",
    "countersignature": "2a864886f70d010906",
    "smimeCapabilities": "2a864886f70d01090f",
    "sha256": "608648016503040201",
    "sha384": "608648016503040202",
    "rsa": "2a864886f70d010101",
    "sha256WithRSA": "2a864886f70d01010b",
    "ecdsa": "2a8648ce3d040302",
}
NULL = encode(Tag.NULL)


def oid(name: str) -> bytes:
    return encode(Tag.OID, bytes.fromhex(OIDS[name]))


def algorithm(name: str, *parameters: bytes) -> bytes:
    return encode(Tag.SEQUENCE, oid(name), *parameters)


def attribute(name: str, *values: bytes) -> bytes:
    return encode(Tag.SEQUENCE, oid(name), encode(Tag.SET, *values))


def utc_time(seconds: int) -> bytes:
    return encode(0x17, datetime.fromtimestamp(seconds, UTC).strftime("%y%m%d%H%M%SZ").encode())


@dataclass
class Composed:
    """The parts of a good CMS; what is set beforehand, or put into `more`, is wrong on purpose."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    text: bytes
    seconds: int
    content_type: str = "signedData"
    inner_type: str = "data"
    version: int = 1
    signer_version: int = 1
    digests: tuple[bytes, ...] = (algorithm("sha256", NULL),)
    signer_digest: bytes = algorithm("sha256", NULL)
    signature_algorithm: bytes = algorithm("rsa", NULL)
    attached: bool = True
    certificates: tuple[bytes, ...] | None = None
    signers: int = 1
    serial_number: int | None = None
    issuer: bytes | None = None
    attributes: dict[str, bytes] = field(default_factory=dict)
    """By name, what is there instead; empty octets take the attribute away."""
    reverse: bool = False
    without_attributes: bool = False
    more: dict[str, bytes] = field(default_factory=dict)
    """What follows at the end of: whole, outer, explicit, signed, content, text, sid, signer,
    digest."""

    def der(self) -> bytes:
        leaf = self.certificate.public_bytes(Encoding.DER)
        certificates = (leaf,) if self.certificates is None else self.certificates
        text = encode(context(0), encode(Tag.OCTET_STRING, self.text), self.more.get("text", b""))
        content = encode(
            Tag.SEQUENCE,
            oid(self.inner_type),
            text if self.attached else b"",
            self.more.get("content", b""),
        )
        signed = encode(
            Tag.SEQUENCE,
            encode_integer(self.version),
            encode(Tag.SET, *self.digests),
            content,
            encode(context(0), *certificates) if certificates else b"",
            encode(Tag.SET, *[self.signer()] * self.signers),
            self.more.get("signed", b""),
        )
        explicit = encode(context(0), signed, self.more.get("explicit", b""))
        outer = encode(Tag.SEQUENCE, oid(self.content_type), explicit, self.more.get("outer", b""))
        return outer + self.more.get("whole", b"")

    def signed_attributes(self) -> list[bytes]:
        digest = encode(Tag.OCTET_STRING, hashlib.sha256(self.text).digest())
        good = {
            "contentType": attribute("contentType", oid("data")),
            "signingTime": attribute("signingTime", utc_time(self.seconds)),
            "messageDigest": attribute("messageDigest", digest),
        }
        found = sorted({**good, **self.attributes}.values())
        return [one for one in (reversed(found) if self.reverse else found) if one]

    def signer(self) -> bytes:
        attributes = self.signed_attributes()
        signed = self.text if self.without_attributes else encode(Tag.SET, *attributes)
        issuer = self.issuer or self.certificate.issuer.public_bytes()
        number = self.serial_number or self.certificate.serial_number
        return encode(
            Tag.SEQUENCE,
            encode_integer(self.signer_version),
            encode(Tag.SEQUENCE, issuer, encode_integer(number), self.more.get("sid", b"")),
            self.signer_digest,
            b"" if self.without_attributes else encode(context(0), *attributes),
            self.signature_algorithm,
            encode(Tag.OCTET_STRING, self.key.sign(signed, PKCS1v15(), SHA256())),
            self.more.get("signer", b""),
        )
