"""The CMS of ``pkcs7.`` (RFC 5652): written, and read by rules of its own.

One shape is known (sdk): signed-data of version 1, the text attached, SHA-256, the leaf alone, one
signer by issuer and serial number, and signed attributes contentType, signingTime, messageDigest
and S/MIME capabilities. It is written here rather than by the library's builder, since that one
takes its signing time from the clock. Which capabilities are listed is the library's choice; they
were seen to differ between libraries, and are not read.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from signers.der import Limits, MalformedDer, Reader, Tag, context, encode, encode_integer
from signers.shioaji.ca.flaws import EnvelopeRefused, Flaw, Part

__all__ = ["CERTIFICATES", "LIMITS", "SignedData", "build", "issuer_and_serial_number", "read"]

LIMITS = Limits(octets=131_072, depth=8, elements=400)
"""Octets of the whole CMS, nesting, and elements read."""

CERTIFICATES = 8
"""How many certificates are counted at most."""

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_DATA = "1.2.840.113549.1.7.1"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_RSA = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11")
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_CAPABILITIES = "1.2.840.113549.1.9.15"
_AES_CBC = tuple(f"2.16.840.1.101.3.4.1.{number}" for number in (42, 22, 2))
_NEEDED = {
    _CONTENT_TYPE: "contentType",
    _MESSAGE_DIGEST: "messageDigest",
    _SIGNING_TIME: "signingTime",
}
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_TIMES = {
    _UTC_TIME: re.compile(rb"[0-9]{12}Z"),
    _GENERALIZED_TIME: re.compile(rb"[0-9]{14}Z"),
}
_PIVOT = 50
"""Two-digit years from here on are of the 20th century (RFC 5280, section 4.1.2.5.1)."""


@dataclass(frozen=True, slots=True, repr=False)
class SignedData:
    """What was read; the signature itself is not verified yet."""

    content: bytes
    """The attached text."""
    certificate: bytes
    """The leaf, in DER."""
    issuer: bytes
    """The signer's, in DER."""
    serial_number: int
    signed_attributes: bytes
    """As they are signed: a SET in DER."""
    signing_time: int
    """Unix seconds."""
    signature: bytes


def issuer_and_serial_number(certificate: bytes) -> tuple[bytes, int]:
    """Return what names a certificate in CMS: its issuer in DER as it stands, and its number.

    Raises MalformedDer.
    """
    tbs = Reader(certificate, LIMITS).enter().enter()
    if tbs.peek() == context(0):
        tbs.skip()
    serial_number = tbs.integer()
    tbs.skip(Tag.SEQUENCE)
    return tbs.element(), serial_number


def build(key: RSAPrivateKey, certificate: bytes, content: bytes, seconds: int) -> bytes:
    """Return the CMS over *content* with the signing time *seconds*, Unix time; DER.

    *certificate* is the leaf in DER; raises MalformedDer where it is not.
    """
    digest = hashlib.sha256(content).digest()
    sha256 = encode(Tag.SEQUENCE, _oid(_SHA256), encode(Tag.NULL))
    capabilities = (encode(Tag.SEQUENCE, _oid(name)) for name in _AES_CBC)
    attributes = sorted(
        (
            _attribute(_CONTENT_TYPE, _oid(_DATA)),
            _attribute(_SIGNING_TIME, _time(seconds)),
            _attribute(_MESSAGE_DIGEST, encode(Tag.OCTET_STRING, digest)),
            _attribute(_CAPABILITIES, encode(Tag.SEQUENCE, *capabilities)),
        )
    )
    signature = key.sign(encode(Tag.SET, *attributes), PKCS1v15(), SHA256())
    issuer, serial_number = issuer_and_serial_number(certificate)
    signer = encode(
        Tag.SEQUENCE,
        encode_integer(1),
        encode(Tag.SEQUENCE, issuer, encode_integer(serial_number)),
        sha256,
        encode(context(0), *attributes),
        encode(Tag.SEQUENCE, _oid(_RSA[0]), encode(Tag.NULL)),
        encode(Tag.OCTET_STRING, signature),
    )
    attached = encode(context(0), encode(Tag.OCTET_STRING, content))
    signed_data = encode(
        Tag.SEQUENCE,
        encode_integer(1),
        encode(Tag.SET, sha256),
        encode(Tag.SEQUENCE, _oid(_DATA), attached),
        encode(context(0), certificate),
        encode(Tag.SET, signer),
    )
    return encode(Tag.SEQUENCE, _oid(_SIGNED_DATA), encode(context(0), signed_data))


def read(octets: bytes) -> SignedData:
    """Return what a CMS of the known shape holds.

    Raises EnvelopeRefused. That the digest in the attributes is the content's is checked; that the
    signature and the signer are the certificate's is left to the caller.
    """
    try:
        return _read(octets)
    except MalformedDer as error:
        detail = error.problem.value
    del octets  # a traceback that shows local variables need not show an order
    raise EnvelopeRefused(Flaw.MALFORMED_CMS, Part.SIGNATURE, detail)


def _read(octets: bytes) -> SignedData:
    whole = Reader(octets, LIMITS)
    outer = whole.enter()
    whole.end()
    _insist(outer.oid() == _SIGNED_DATA, Flaw.CMS_NOT_SIGNED_DATA)
    explicit = outer.enter(context(0))
    outer.end()
    signed = explicit.enter()
    explicit.end()
    _insist(signed.integer() == 1, Flaw.CMS_VERSION)
    algorithms = signed.enter(Tag.SET)
    _insist(_algorithm(algorithms) == _SHA256 and algorithms.at_end, Flaw.CMS_DIGEST_ALGORITHM)
    content = _content(signed.enter())
    certificate = _certificate(signed)
    signers = signed.enter(Tag.SET)
    signed.end()
    signer = signers.enter() if not signers.at_end else None
    if signer is None or not signers.at_end:
        count = 0 if signer is None else 1 + _count(signers)
        raise EnvelopeRefused(Flaw.CMS_SIGNERS, Part.SIGNATURE, str(count))
    return _signer(signer, content, certificate)


def _content(reader: Reader) -> bytes:
    _insist(reader.oid() == _DATA, Flaw.CMS_CONTENT_TYPE)
    _insist(not reader.at_end, Flaw.CMS_DETACHED)
    explicit = reader.enter(context(0))
    reader.end()
    content = explicit.octet_string()
    explicit.end()
    return content


def _certificate(reader: Reader) -> bytes:
    found: list[bytes] = []
    if reader.peek() == context(0):
        certificates = reader.enter(context(0))
        while not certificates.at_end and len(found) <= CERTIFICATES:
            found.append(certificates.element())
    if len(found) != 1:
        count = str(len(found)) if len(found) <= CERTIFICATES else f"over {CERTIFICATES}"
        raise EnvelopeRefused(Flaw.CMS_CERTIFICATES, Part.SIGNATURE, count)
    return found[0]


def _signer(reader: Reader, content: bytes, certificate: bytes) -> SignedData:
    _insist(reader.integer() == 1, Flaw.CMS_VERSION)
    name = reader.enter()
    issuer, serial_number = name.element(), name.integer()
    name.end()
    _insist(_algorithm(reader) == _SHA256, Flaw.CMS_DIGEST_ALGORITHM)
    _insist(reader.peek() == context(0), Flaw.CMS_NO_SIGNED_ATTRIBUTES)
    raw = reader.enter(context(0))
    elements = []
    while not raw.at_end:
        elements.append(raw.element())
    _insist(elements == sorted(elements), Flaw.CMS_UNSORTED_ATTRIBUTES)
    attributes = _attributes(elements)
    _insist(_algorithm(reader) in _RSA, Flaw.CMS_SIGNATURE_ALGORITHM)
    signature = reader.octet_string()
    reader.end()
    content_type = Reader(attributes[_CONTENT_TYPE], LIMITS).oid()
    _insist(content_type == _DATA, Flaw.CMS_ATTRIBUTE_CONTENT_TYPE)
    digest = Reader(attributes[_MESSAGE_DIGEST], LIMITS).octet_string()
    _insist(digest == hashlib.sha256(content).digest(), Flaw.CMS_MESSAGE_DIGEST)
    signing_time = _seconds(attributes[_SIGNING_TIME])
    if signing_time is None:
        raise EnvelopeRefused(Flaw.CMS_SIGNING_TIME, Part.SIGNATURE)
    signed = encode(Tag.SET, *elements)
    return SignedData(content, certificate, issuer, serial_number, signed, signing_time, signature)


def _attributes(elements: list[bytes]) -> dict[str, bytes]:
    """Return the one value of each signed attribute, by its identifier."""
    found: dict[str, bytes] = {}
    for element in elements:
        attribute = Reader(element, LIMITS).enter()
        identifier, values = attribute.oid(), attribute.enter(Tag.SET)
        attribute.end()
        value = values.element()
        known = identifier in _NEEDED or identifier == _CAPABILITIES
        _insist(known and identifier not in found and values.at_end, Flaw.CMS_UNEXPECTED_ATTRIBUTE)
        found[identifier] = value
    for identifier, name in _NEEDED.items():
        if identifier not in found:
            raise EnvelopeRefused(Flaw.CMS_MISSING_ATTRIBUTE, Part.SIGNATURE, name)
    return found


def _algorithm(reader: Reader) -> str:
    """Read an AlgorithmIdentifier whose parameters are NULL or absent; return its identifier."""
    algorithm = reader.enter()
    identifier = algorithm.oid()
    if not algorithm.at_end and algorithm.peek() != Tag.NULL:
        return ""
    if not algorithm.at_end:
        algorithm.null()
    algorithm.end()
    return identifier


def _count(reader: Reader) -> int:
    count = 0
    while not reader.at_end:
        reader.skip()
        count += 1
    return count


def _seconds(element: bytes) -> int | None:
    """Return the Unix seconds of a time in UTC, None where it is none."""
    tag = element[0]
    if tag not in _TIMES:
        return None
    text = Reader(element, LIMITS).value(tag)
    if not _TIMES[tag].fullmatch(text):
        return None
    digits = text[:-1].decode("ascii")
    if tag == _UTC_TIME:
        digits = ("19" if int(digits[:2]) >= _PIVOT else "20") + digits
    year, (month, day, hour, minute, second) = int(digits[:4]), _pairs(digits[4:])
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _pairs(digits: str) -> list[int]:
    return [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]


def _time(seconds: int) -> bytes:
    """Return a Time: UTCTime up to the year 2049, GeneralizedTime after it (RFC 5652)."""
    instant = datetime.fromtimestamp(seconds, UTC)
    if instant.year < 2000 + _PIVOT:
        return encode(_UTC_TIME, f"{instant:%y%m%d%H%M%SZ}".encode("ascii"))
    return encode(_GENERALIZED_TIME, f"{instant:%Y%m%d%H%M%SZ}".encode("ascii"))


def _attribute(identifier: str, value: bytes) -> bytes:
    return encode(Tag.SEQUENCE, _oid(identifier), encode(Tag.SET, value))


@lru_cache(maxsize=32)  # all that are written are named above
def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for part in (40 * first + second, *rest):
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(part & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return encode(Tag.OID, bytes(octets))


def _insist(right: bool, flaw: Flaw) -> None:  # noqa: FBT001 - the condition itself
    if not right:
        raise EnvelopeRefused(flaw, Part.SIGNATURE)
