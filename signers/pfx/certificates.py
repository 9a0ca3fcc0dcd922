"""What a certificate says, as plain values (RFC 5280, section 4.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signers.der import Limits, Reader, context
from signers.pfx.errors import UnreadableCertificate
from signers.pfx.quiet import quiet

__all__ = ["Attribute", "Certificate", "certificate", "public_key_info"]

_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
_BEFORE_KEY = 5
"""Elements between a certificate's version and its public key."""
_T = TypeVar("_T")
_COMMON_NAME = NameOID.COMMON_NAME.dotted_string


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a name."""

    oid: str
    """In dotted decimals: 2.5.4.3 is CN."""
    name: str
    """As RFC 4514 abbreviates it (CN, O, OU, C), else the identifier again."""
    value: str
    """The text; hexadecimal for the rare bit string."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate's facts; whether it is valid or trusted is not looked at."""

    x509: x509.Certificate
    """As the library holds it."""
    subject: tuple[Attribute, ...]
    """In the order of the certificate."""
    issuer: tuple[Attribute, ...]
    serial: int
    not_before: datetime
    """With time zone, UTC."""
    not_after: datetime
    """The last second at which it is valid; with time zone, UTC."""
    key_type: str
    """`RSA`, `EC`, `DSA`, the name of another, or `unknown`."""
    key_bits: int | None
    """None where the algorithm has one size only, or is unknown."""
    curve: str | None
    """Of an EC key, as the library names it: `secp256r1`."""
    key_usage: tuple[str, ...] | None
    """As the library names them, `digital_signature` first; None without the extension."""
    is_issuer: bool | None
    """Whether it may issue certificates (basicConstraints); None where it does not say."""
    extensions_readable: bool
    """False where an extension breaks the rules: the two before are None then."""

    @property
    def common_name(self) -> str | None:
        """The first CN of the subject; None without one."""
        return _first(self.subject)

    @property
    def issuer_common_name(self) -> str | None:
        """The first CN of the issuer; None without one."""
        return _first(self.issuer)

    @property
    def der(self) -> bytes:
        """The certificate itself."""
        return self.x509.public_bytes(Encoding.DER)


def certificate(found: x509.Certificate) -> Certificate:
    """Return what *found* says; raises UnreadableCertificate."""
    with quiet():
        usage, is_issuer, readable = _extensions(found)
        return Certificate(
            found,
            _part("subject", lambda: _attributes(found.subject)),
            _part("issuer", lambda: _attributes(found.issuer)),
            _part("serial number", lambda: found.serial_number),
            _part("validity", lambda: found.not_valid_before_utc),
            _part("validity", lambda: found.not_valid_after_utc),
            *_key(found),
            usage,
            is_issuer,
            readable,
        )


def public_key_info(found: x509.Certificate) -> bytes:
    """Return the SubjectPublicKeyInfo as it is in the certificate, of whatever algorithm."""
    octets = found.tbs_certificate_bytes
    body = Reader(octets, Limits(octets=len(octets))).enter()
    if body.peek() == context(0):
        body.skip()
    for _ in range(_BEFORE_KEY):
        body.skip()
    return body.element()


def _part(name: str, call: Callable[[], _T]) -> _T:
    try:
        return call()
    except (ValueError, TypeError, OverflowError):
        pass
    raise UnreadableCertificate(name)


def _first(name: tuple[Attribute, ...]) -> str | None:
    return next((one.value for one in name if one.oid == _COMMON_NAME), None)


def _attributes(name: x509.Name) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            one.oid.dotted_string,
            one.rfc4514_attribute_name,
            one.value if isinstance(one.value, str) else one.value.hex(),
        )
        for one in name
    )


def _key(found: x509.Certificate) -> tuple[str, int | None, str | None]:
    try:
        key = found.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return "unknown", None, None
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size, None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size, key.curve.name
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size, None
    return type(key).__name__.removesuffix("PublicKey"), None, None


def _extensions(found: x509.Certificate) -> tuple[tuple[str, ...] | None, bool | None, bool]:
    try:
        extensions = list(found.extensions)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None, None, False
    usage: tuple[str, ...] | None = None
    is_issuer: bool | None = None
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage):
            usage = tuple(name for name in _USAGES if getattr(value, name))
        elif isinstance(value, x509.BasicConstraints):
            is_issuer = value.ca
    return usage, is_issuer, True
