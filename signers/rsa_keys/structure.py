"""What DER turns out to be, and the structures of RSA keys, read and checked and written.

Sources: RFC 8017, sections 3 and A.1 (the key's own structures, and what holds between its
numbers); RFC 5208 and RFC 5958 (PKCS#8); RFC 5280, section 4.1 (public keys).
"""

from dataclasses import dataclass

from signers.der import Limits, MalformedDer, Problem, Reader, Tag, context, encode, encode_integer
from signers.rsa_keys.errors import (
    CertificateGiven,
    InconsistentKey,
    KeyRefused,
    MalformedKey,
    MultiPrime,
    NotAKey,
    NotRsa,
    OtherContainer,
    PrivateKeyGiven,
    PublicKeyGiven,
    Truncated,
    WrongParameters,
    WrongSize,
    WrongVersion,
)
from signers.rsa_keys.shapes import Form, Rule

__all__ = [
    "ALGORITHM",
    "LARGEST_BITS",
    "SMALLEST_BITS",
    "EncryptedKey",
    "RsaPrivate",
    "RsaPublic",
    "pkcs8_of",
    "private",
    "public",
]

SMALLEST_BITS = 1024
"""The length of the example key on the broker's page; shorter ones can be broken."""
LARGEST_BITS = 8192
"""A full check takes seconds at this length, and minutes at twice of it."""

_LIMITS = Limits()
_RSA = "1.2.840.113549.1.1.1"
_ALGORITHMS = {
    "1.2.840.113549.1.1.10": "RSA-PSS only",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.113549.1.3.1": "Diffie-Hellman",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_PKCS12_COMMAND = "openssl pkcs12 -in FILE -nocerts -noenc -out KEY"
ALGORITHM = encode(
    Tag.SEQUENCE,
    encode(Tag.OID, bytes.fromhex("2a864886f70d010101")),
    encode(Tag.NULL),
)
_PKCS12_VERSION = 3
_DSA_INTEGERS = 6


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RsaPrivate:
    """The octets of a checked RSAPrivateKey; a repr of it shows none."""

    pkcs1: bytes
    bits: int
    form: Form


@dataclass(frozen=True, slots=True)
class RsaPublic:
    """A public key's numbers."""

    modulus: int
    exponent: int
    form: Form


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EncryptedKey:
    """An EncryptedPrivateKeyInfo (RFC 5958, section 3), not yet opened; a repr shows nothing."""

    der: bytes


def private(der: bytes) -> RsaPrivate | EncryptedKey:
    """Return the RSA private key in *der*, checked; raises what refuses it."""
    try:
        return _private(der)
    except MalformedDer as error:
        problem = _told(error, der)
    raise problem


def public(der: bytes) -> RsaPublic:
    """Return the RSA public key in *der*; raises what refuses it."""
    try:
        return _public(der)
    except MalformedDer as error:
        problem = _told(error, der)
    raise problem


def pkcs8_of(pkcs1: bytes) -> bytes:
    """Return the PrivateKeyInfo, version 0 and without attributes, that wraps *pkcs1*."""
    return encode(Tag.SEQUENCE, encode_integer(0), ALGORITHM, encode(Tag.OCTET_STRING, pkcs1))


def _told(error: MalformedDer, der: bytes) -> KeyRefused:
    """Return what is said of a key whose DER is broken."""
    if error.problem is not Problem.CUT_OFF:
        return MalformedKey(error.problem, error.offset)
    return Truncated(len(der), _stated_size(der))


def _stated_size(der: bytes) -> int | None:
    """Return how many octets the outermost element says it has."""
    if len(der) < 2:  # noqa: PLR2004
        return None
    count = der[1] & 0x7F if der[1] >= 0x80 else 0  # noqa: PLR2004
    if len(der) < 2 + count:
        return None
    return 2 + count + (int.from_bytes(der[2 : 2 + count], "big") if count else der[1])


def _whole(der: bytes) -> Reader:
    """Return a reader of what is in the one SEQUENCE that *der* is."""
    if der[:1] != b"\x30":
        raise NotAKey
    outer = Reader(der, _LIMITS)
    inside = outer.enter()
    outer.end()
    return inside


def _private(der: bytes) -> RsaPrivate | EncryptedKey:
    inside = _whole(der)
    if inside.peek() == Tag.INTEGER:
        return _with_version(der, inside)
    head, rest = _two_tags(der)
    if head == Tag.SEQUENCE and rest == Tag.OCTET_STRING:
        return EncryptedKey(der)
    if head == Tag.SEQUENCE and rest == Tag.BIT_STRING:
        raise PublicKeyGiven
    if head == rest == Tag.SEQUENCE:
        raise CertificateGiven
    raise MalformedKey(Problem.WRONG_TAG, inside.offset)


def _two_tags(der: bytes) -> tuple[int | None, int | None]:
    """Return the tags of the first two elements inside."""
    inside = _whole(der)
    head = inside.peek()
    inside.skip()
    return head, inside.peek()


def _with_version(der: bytes, inside: Reader) -> RsaPrivate:
    """Read what starts with a number: PKCS#1, PKCS#8, and what is mistaken for them."""
    version = inside.integer()
    follows = inside.peek()
    if follows == Tag.SEQUENCE:
        return _pkcs8(version, inside)
    if follows == Tag.OCTET_STRING:
        raise NotRsa("EC")
    tags = _tags(der)
    if tags == [Tag.INTEGER] * 2:
        raise PublicKeyGiven
    if tags == [Tag.INTEGER] * _DSA_INTEGERS:
        raise NotRsa("DSA")
    return RsaPrivate(der, _pkcs1(version, inside), Form.PKCS1)


def _tags(der: bytes) -> list[int]:
    inside = _whole(der)
    tags = []
    while (tag := inside.peek()) is not None:
        tags.append(tag)
        inside.skip()
    return tags


def _pkcs8(version: int, inside: Reader) -> RsaPrivate:
    algorithm = inside.enter()
    if version == _PKCS12_VERSION and inside.peek() != Tag.OCTET_STRING:
        raise OtherContainer("a PKCS#12 file", _PKCS12_COMMAND)
    name = algorithm.oid()
    if name != _RSA:
        raise NotRsa(_ALGORITHMS.get(name, "another algorithm"))
    # Version 1 would add a public key (RFC 5958), which no tool writes for RSA.
    if version != 0:
        raise WrongVersion(_short(version))
    if algorithm.at_end:
        raise WrongParameters
    algorithm.null()
    algorithm.end()
    pkcs1 = inside.octet_string()
    if not inside.at_end:
        _attributes(inside)
    inside.end()
    inner = _whole_inside(pkcs1)
    return RsaPrivate(pkcs1, _pkcs1(inner.integer(), inner), Form.PKCS8)


def _whole_inside(pkcs1: bytes) -> Reader:
    """Return a reader of the key inside PKCS#8; cut off there is broken, not truncated."""
    try:
        outer = Reader(pkcs1, _LIMITS)
        inside = outer.enter()
        outer.end()
    except MalformedDer as error:
        problem = Problem.OVERRUN if error.problem is Problem.CUT_OFF else error.problem
        raise MalformedKey(problem, error.offset) from None
    return inside


def _attributes(inside: Reader) -> None:
    """Read over the attributes of PKCS#8, [0] IMPLICIT SET OF: Windows writes the key's usage."""
    attributes = inside.enter(context(0))
    while not attributes.at_end:
        attribute = attributes.enter()
        attribute.oid()
        attribute.skip(Tag.SET)
        attribute.end()


def _short(version: int) -> int | None:
    """Return a number fit for a message; one of many digits could be a part of a key."""
    return version if 0 <= version < 256 else None  # noqa: PLR2004


def _pkcs1(version: int, inside: Reader) -> int:
    """Read and check the numbers of a key after its version; return the bits of the modulus."""
    if version == 1:
        raise MultiPrime
    if version != 0:
        raise WrongVersion(_short(version))
    numbers = [inside.integer() for _ in range(8)]
    inside.end()
    if numbers[0] < 0:  # a zero octet was lost: the key was altered, its size is not the matter
        raise InconsistentKey(Rule.MODULUS)
    bits = _size(numbers[0])
    broken = _broken_rule(*numbers)
    if broken is not None:
        raise InconsistentKey(broken)
    return bits


def _size(modulus: int) -> int:
    bits = modulus.bit_length()
    if not SMALLEST_BITS <= bits <= LARGEST_BITS:
        raise WrongSize(bits, SMALLEST_BITS, LARGEST_BITS)
    return bits


def _broken_rule(  # noqa: PLR0911 - a row of rules
    n: int, e: int, d: int, p: int, q: int, dp: int, dq: int, qi: int
) -> Rule | None:
    """Return the first rule that does not hold between the numbers.

    That p and q are prime is not looked at, since it takes a thousand times as long.
    """
    if p <= 1 or q <= 1 or not p & q & 1:
        return Rule.FACTORS
    if p * q != n:
        return Rule.MODULUS
    if not 3 <= e < n or not e & 1:  # noqa: PLR2004
        return Rule.PUBLIC_EXPONENT
    if not 0 < d < n:
        return Rule.EXPONENT_RANGE
    if not (0 < dp < p - 1 and 0 < dq < q - 1 and 0 < qi < p):
        return Rule.CRT_RANGE
    if e * dp % (p - 1) != 1 or e * dq % (q - 1) != 1:
        return Rule.EXPONENTS
    if d % (p - 1) != dp or d % (q - 1) != dq:
        return Rule.CRT_EXPONENTS
    if qi * q % p != 1:
        return Rule.COEFFICIENT
    return None


def _public(der: bytes) -> RsaPublic:
    inside = _whole(der)
    if inside.peek() == Tag.INTEGER:
        if _tags(der) != [Tag.INTEGER] * 2:
            _private(der)
            raise PrivateKeyGiven
        return _numbers(inside, Form.PKCS1)
    if inside.peek() != Tag.SEQUENCE or _two_tags(der)[1] != Tag.BIT_STRING:
        _private(der)
        raise PrivateKeyGiven
    algorithm = inside.enter()
    name = algorithm.oid()
    if name != _RSA:
        raise NotRsa(_ALGORITHMS.get(name, "another algorithm"))
    if algorithm.at_end:
        raise WrongParameters
    algorithm.null()
    algorithm.end()
    octets, unused = inside.bit_string()
    inside.end()
    if unused:
        raise MalformedKey(Problem.BAD_BIT_STRING, inside.offset)
    return _numbers(_whole_inside(octets), Form.SPKI)


def _numbers(inside: Reader, form: Form) -> RsaPublic:
    modulus, exponent = inside.integer(), inside.integer()
    inside.end()
    _size(modulus)
    if not modulus & 1:
        raise InconsistentKey(Rule.FACTORS)
    if not 3 <= exponent < modulus or not exponent & 1:  # noqa: PLR2004
        raise InconsistentKey(Rule.PUBLIC_EXPONENT)
    return RsaPublic(modulus, exponent, form)
