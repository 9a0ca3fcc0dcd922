"""The structure of a PKCS#12 file, read without its password and before anything is derived.

Sources: RFC 7292, sections 4 and 5; RFC 5652 (the content types); RFC 9579 (PBMAC1). The types of
attributes are checked as well, since libraries have been careless with them (CVE-2026-22795).
"""

import re
from dataclasses import dataclass

from signers.der import Limits as DerLimits
from signers.der import MalformedDer, Problem, Reader, Tag, context, encode, encode_integer
from signers.pfx.algorithms import (
    Derivation,
    Encryption,
    Mac,
    Pbkdf2,
    encryption,
    mac_algorithm,
    pbmac1,
)
from signers.pfx.ber import definite
from signers.pfx.errors import (
    CertificateGiven,
    CmsGiven,
    CostlyDerivation,
    KeyGiven,
    MalformedPfx,
    NotAPfx,
    PfxRefused,
    Truncated,
    UnsupportedEncryption,
    UnsupportedMac,
    UnsupportedProtection,
    WrongVersion,
)
from signers.pfx.shapes import BagKind, ContentKind, Encoding

__all__ = ["Bag", "Content", "Limits", "MacData", "Structure", "read"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken; what is beyond is refused before anything is derived."""

    octets: int = 1_048_576
    """Length of the file. A usual one has 3,000."""
    depth: int = 32
    """How many elements may be nested; a usual file has 17."""
    elements: int = 10_000
    """How many elements may be read."""
    iterations: int = 1_000_000
    """Of one derivation. The openssl command and Windows write 2,048 and 2,000, and today's advice
    for PBKDF2 is 600,000; a million takes about half a second."""
    total: int = 2_000_000
    """Of all derivations that can be seen, MAC included."""


@dataclass(frozen=True, slots=True)
class Bag:
    """What can be seen of a bag."""

    kind: BagKind
    encryption: Encryption | None = None
    """How a shrouded key is encrypted; None for other bags."""


@dataclass(frozen=True, slots=True)
class Content:
    """One part of the authenticated safe."""

    kind: ContentKind
    bags: tuple[Bag, ...] | None
    """Bags within bags included, after the one that holds them; None where they are encrypted."""
    encryption: Encryption | None
    """How the part is encrypted as a whole."""


@dataclass(frozen=True, slots=True, repr=False)
class MacData:
    """What is needed to check a MAC; a repr of it shows nothing."""

    mac: Mac
    algorithm: bytes
    """The digest's AlgorithmIdentifier as it is in the file."""
    digest: bytes
    salt: bytes
    """Of the MAC's own derivation; PBMAC1 does not use it."""
    iterations: int
    pbkdf2: Pbkdf2 | None
    """The derivation of PBMAC1."""


@dataclass(slots=True, repr=False)
class Structure:
    """What was read; a repr of it shows nothing, since a key may lie in it openly."""

    encoding: Encoding
    contents: tuple[Content, ...]
    mac: MacData | None
    """None where there is none, and where it is unknown, which `refusal` says."""
    safe: bytes
    """The octets under the MAC."""
    trailing: int
    """How many octets follow the end."""
    encryptions: tuple[Encryption, ...]
    """Those that are known, in the order of the file."""
    refusal: PfxRefused | None
    """Why it cannot be opened, although it could be read: unknown or too costly algorithms."""

    @property
    def loadable(self) -> bytes:
        """The file in DER, for a library that takes nothing else; under the MAC it is the same."""
        safe = encode(Tag.SEQUENCE, _DATA, encode(context(0), encode(Tag.OCTET_STRING, self.safe)))
        return encode(Tag.SEQUENCE, encode_integer(3), safe, self._mac_data())

    def _mac_data(self) -> bytes:
        if self.mac is None:
            return b""
        info = encode(Tag.SEQUENCE, self.mac.algorithm, encode(Tag.OCTET_STRING, self.mac.digest))
        # 1 is the default, which DER leaves out.
        count = encode_integer(self.mac.iterations) if self.mac.iterations != 1 else b""
        return encode(Tag.SEQUENCE, info, encode(Tag.OCTET_STRING, self.mac.salt), count)


_PKCS7 = "1.2.840.113549.1.7."
_DATA = encode(Tag.OID, bytes.fromhex("2a864886f70d010701"))
_BAGS = {
    f"1.2.840.113549.1.12.10.1.{number}": kind
    for number, kind in enumerate(
        (
            BagKind.KEY,
            BagKind.SHROUDED_KEY,
            BagKind.CERTIFICATE,
            BagKind.CRL,
            BagKind.SECRET,
            BagKind.SAFE,
        ),
        start=1,
    )
}
_X509 = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
_BMP_STRING = 0x1E
_BEYOND = {Problem.TOO_LARGE, Problem.TOO_MANY, Problem.TOO_DEEP}
_HEAD = re.compile(
    rb"0(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03(?:0|\Z)", re.DOTALL
)
"""How PKCS#12 begins, whatever its length says."""


def read(octets: bytes, limits: Limits) -> Structure:
    """Return the structure of the DER or BER in *octets*.

    Raises PfxRefused: what it is instead, or what is broken.
    """
    bounds = DerLimits(octets=limits.octets, depth=limits.depth, elements=limits.elements)
    problem: MalformedDer
    try:
        return _Reading(octets, limits).structure(Reader(octets, bounds))
    except MalformedDer as error:
        problem = error
    if problem.problem in _BEYOND:
        raise _told(problem, octets)
    return _other_form(octets, limits, bounds, problem)


def _other_form(
    octets: bytes, limits: Limits, bounds: DerLimits, problem: MalformedDer
) -> Structure:
    """Read BER; raise what DER was refused for where it is not BER either."""
    rewritten = octets
    try:
        rewritten, end = definite(octets, bounds, deep=True)
        flat, _ = definite(octets, bounds, deep=False)
    except MalformedDer as error:
        raise _told(
            error if problem.problem is Problem.INDEFINITE_LENGTH else problem, octets
        ) from None
    if rewritten == octets[:end]:
        raise _told(problem, octets)
    try:
        found = _Reading(rewritten, limits).structure(Reader(rewritten, bounds))
    except MalformedDer as error:
        raise MalformedPfx(error.problem, error.offset) from None
    found.safe = _safe_of(Reader(flat, bounds))
    found.encoding = Encoding.BER
    found.trailing = len(octets) - end
    return found


def _told(error: MalformedDer, octets: bytes) -> PfxRefused:
    """Return what is said of octets that are not DER."""
    if not _HEAD.match(octets):
        return NotAPfx()
    if error.problem is Problem.CUT_OFF and octets[1] != 0x80:  # noqa: PLR2004
        count = octets[1] & 0x7F if octets[1] > 0x80 else 0  # noqa: PLR2004
        stated = int.from_bytes(octets[2 : 2 + count], "big") if count else octets[1]
        return Truncated(len(octets), 2 + count + stated)
    return MalformedPfx(error.problem, error.offset)


def _safe_of(outer: Reader) -> bytes:
    """Return the octets under the MAC of a file whose structure was read before."""
    inside = outer.enter()
    inside.skip()
    authenticated = inside.enter()
    authenticated.skip()
    return authenticated.enter(context(0)).octet_string()


def _something_else(inside: Reader) -> PfxRefused:
    """Return what a SEQUENCE is that does not begin with a version."""
    if inside.peek() == Tag.OID:
        return CmsGiven() if inside.oid().startswith(_PKCS7) else NotAPfx()
    if inside.peek() != Tag.SEQUENCE:
        return NotAPfx()
    inside.skip()
    follows = inside.peek()
    if follows in {Tag.BIT_STRING, Tag.OCTET_STRING}:
        return KeyGiven()
    return CertificateGiven() if follows == Tag.SEQUENCE else NotAPfx()


class _Reading:
    """One pass over a file: what is gathered on the way."""

    def __init__(self, octets: bytes, limits: Limits) -> None:
        self._octets = octets
        self._limits = limits
        self._encryptions: list[Encryption] = []
        self._refusals: list[PfxRefused] = []

    def structure(self, outer: Reader) -> Structure:
        """Read a PFX (RFC 7292, section 4)."""
        inside = outer.enter()
        authenticated = self._authenticated(inside)
        explicit = authenticated.enter(context(0))
        authenticated.end()
        body = explicit.enter(Tag.OCTET_STRING)
        safe = self._octets[body.offset : explicit.offset]
        explicit.end()
        parts = body.enter()
        body.end()
        contents = []
        while not parts.at_end:
            contents.append(self._content(parts.enter()))
        mac = None if inside.at_end else self._mac(inside.enter())
        inside.end()
        self._count(mac)
        return Structure(
            Encoding.DER,
            tuple(contents),
            mac,
            safe,
            len(self._octets) - outer.offset,
            tuple(self._encryptions),
            self._refusals[0] if self._refusals else None,
        )

    @staticmethod
    def _authenticated(inside: Reader) -> Reader:
        """Return a reader of the ContentInfo around the safe, after its type."""
        if inside.peek() != Tag.INTEGER:
            raise _something_else(inside)
        version = inside.integer()
        if inside.peek() in {Tag.INTEGER, Tag.OCTET_STRING}:
            raise KeyGiven
        if inside.peek() != Tag.SEQUENCE:
            raise NotAPfx
        authenticated = inside.enter()
        kind = authenticated.oid()
        if not kind.startswith(_PKCS7):
            raise KeyGiven
        if version != 3:  # noqa: PLR2004
            raise WrongVersion
        if kind != f"{_PKCS7}1":
            raise UnsupportedProtection
        return authenticated

    def _count(self, mac: MacData | None) -> None:
        """Refuse what costs too much."""
        counts = [one.iterations for one in self._encryptions]
        if mac is not None:
            counts.append(mac.mac.iterations)
        most, limits = max(counts, default=0), self._limits
        if most > limits.iterations:
            self._refusals.append(CostlyDerivation(most, limits.iterations, total=False))
        elif sum(counts) > limits.total:
            self._refusals.append(CostlyDerivation(sum(counts), limits.total, total=True))

    def _content(self, part: Reader) -> Content:
        """Read a ContentInfo (RFC 5652, section 3)."""
        offset = part.offset
        kind = part.oid()
        explicit = part.enter(context(0))
        part.end()
        if kind == f"{_PKCS7}1":
            body = explicit.enter(Tag.OCTET_STRING)
            explicit.end()
            bags: list[Bag] = []
            self._bags(body.enter(), bags)
            body.end()
            return Content(ContentKind.DATA, tuple(bags), None)
        if kind == f"{_PKCS7}6":
            return Content(ContentKind.ENCRYPTED, None, self._encrypted(explicit))
        if kind == f"{_PKCS7}3":
            explicit.skip()
            explicit.end()
            self._refusals.append(UnsupportedProtection())
            return Content(ContentKind.ENVELOPED, None, None)
        raise MalformedDer(Problem.BAD_OID, offset)

    def _encryption(self, algorithm: Reader) -> Encryption | None:
        """Read how something is encrypted; None where it is unknown."""
        try:
            found = encryption(algorithm)
        except UnsupportedEncryption as error:
            self._refusals.append(error.with_traceback(None))
            return None
        self._encryptions.append(found)
        return found

    def _encrypted(self, explicit: Reader) -> Encryption | None:
        """Read an EncryptedData (RFC 5652, section 8)."""
        body = explicit.enter()
        explicit.end()
        body.integer()
        info = body.enter()
        if not body.at_end:
            body.skip(context(1))
        body.end()
        info.oid()
        found = self._encryption(info.enter())
        if info.peek() == context(0):
            pieces = info.enter(context(0))
            while not pieces.at_end:
                pieces.skip(Tag.OCTET_STRING)
        else:
            info.skip(context(0, constructed=False))
        info.end()
        return found

    def _bags(self, bags: Reader, found: list[Bag]) -> None:
        """Read a SafeContents (RFC 7292, section 4.2)."""
        while not bags.at_end:
            bag = bags.enter()
            kind = _BAGS.get(bag.oid(), BagKind.UNKNOWN)
            value = bag.enter(context(0))
            if kind is BagKind.SHROUDED_KEY:
                shrouded = value.enter()
                found.append(Bag(kind, self._encryption(shrouded.enter())))
                shrouded.skip(Tag.OCTET_STRING)
                shrouded.end()
            else:
                found.append(Bag(kind))
                self._other_bag(kind, value, found)
            value.end()
            if not bag.at_end:
                _attributes(bag.enter(Tag.SET))
            bag.end()

    def _other_bag(self, kind: BagKind, value: Reader, found: list[Bag]) -> None:
        if kind is BagKind.SAFE:
            self._bags(value.enter(), found)
        elif kind is BagKind.CERTIFICATE:
            certificate = value.enter()
            offset = certificate.offset
            if certificate.oid() != _X509:
                raise MalformedDer(Problem.BAD_OID, offset)
            explicit = certificate.enter(context(0))
            certificate.end()
            explicit.skip(Tag.OCTET_STRING)
            explicit.end()
        else:
            value.skip(Tag.SEQUENCE if kind is BagKind.KEY else None)

    def _mac(self, data: Reader) -> MacData | None:
        """Read a MacData (RFC 7292, section 4)."""
        info = data.enter()
        start = info.offset
        algorithm = info.enter()
        whole = self._octets[start : info.offset]
        digest = info.octet_string()
        info.end()
        salt = data.octet_string()
        offset = data.offset
        iterations = 1 if data.at_end else data.integer()
        if iterations <= 0:
            raise MalformedDer(Problem.BAD_INTEGER, offset)
        data.end()
        try:
            mac, derivation = _mac_of(algorithm, len(salt), iterations)
        except UnsupportedMac as error:
            self._refusals.append(error.with_traceback(None))
            return None
        return MacData(mac, whole, digest, salt, iterations, derivation)


def _mac_of(algorithm: Reader, salt_length: int, iterations: int) -> tuple[Mac, Pbkdf2 | None]:
    name, parameters = mac_algorithm(algorithm)
    if parameters is None:
        return Mac("HMAC", name, Derivation.PKCS12, name, salt_length, iterations), None
    found, digest = pbmac1(parameters)
    mac = Mac(name, digest, Derivation.PBKDF2, found.prf, len(found.salt), found.iterations)
    return mac, found


def _attributes(attributes: Reader) -> None:
    """Read the attributes of a bag, and make sure of the types that are known."""
    while not attributes.at_end:
        attribute = attributes.enter()
        name = attribute.oid()
        values = attribute.enter(Tag.SET)
        attribute.end()
        while not values.at_end:
            offset = values.offset
            if name == _FRIENDLY_NAME and len(values.value(_BMP_STRING)) % 2:
                raise MalformedDer(Problem.OVERRUN, offset)
            if name != _FRIENDLY_NAME:
                values.skip(Tag.OCTET_STRING if name == _LOCAL_KEY_ID else None)
