"""Look at a PKCS#12 file, and open it: the one entry for octets, whatever they are."""

from dataclasses import dataclass
from typing import NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from signers.errors import NotUtf8, without_frames
from signers.pfx.algorithms import Encryption, Mac
from signers.pfx.certificates import Certificate, certificate, public_key_info
from signers.pfx.errors import (
    DamagedContents,
    InputTooLarge,
    KeyMismatch,
    NoCertificate,
    NoKey,
    NoMac,
    NotAPfx,
    NothingInside,
    PfxRefused,
    SeveralKeys,
    SeveralLeaves,
    TrailingOctets,
    UnsupportedEncryption,
    UnsupportedKey,
)
from signers.pfx.instead import instead
from signers.pfx.passwords import check_usable, why_not
from signers.pfx.quiet import quiet
from signers.pfx.shapes import BagKind, Encoding, Kind, Note
from signers.pfx.structure import Content, Limits, Structure, read
from signers.secret import Secret

__all__ = ["DEFAULT_LIMITS", "Description", "Pfx", "look", "open_pfx"]

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Description:
    """What something is, as far as can be seen without its password."""

    kind: Kind
    """PFX, or what it is instead."""
    size: int
    """Octets."""
    encoding: Encoding | None
    """None where the structure could not be read; what follows is empty then."""
    contents: tuple[Content, ...]
    """The parts in the order of the file, with their bags where these are not encrypted."""
    encryptions: tuple[Encryption, ...]
    """Every encryption that is known, in the order of the file. What is encrypted within what is
    encrypted cannot be seen."""
    mac: Mac | None
    """None without one, and where it is unknown, which `refusal` says."""
    trailing: int
    """How many octets follow the end."""
    legacy: bool
    """Whether a part is encrypted with RC2, RC4 or DES."""
    refusal: PfxRefused | None
    """Why it is not opened whatever the password, not even leniently; None where it may be."""

    @property
    def iterations(self) -> int:
        """The sum over all derivations that can be seen."""
        mac = self.mac.iterations if self.mac else 0
        return mac + sum(one.iterations for one in self.encryptions)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pfx:
    """An opened file. It shows no key and has no pickle."""

    key: PrivateKeyTypes
    """The private key, ready to use."""
    leaf: Certificate
    """The certificate of the key."""
    chain: tuple[Certificate, ...]
    """From the leaf's issuer upwards, as far as they are in the file, by name: signatures are not
    verified."""
    others: tuple[Certificate, ...]
    """Further certificates, in the order of the file, each once."""
    notes: tuple[Note, ...]
    """What is worth saying, in the order of `Note`."""
    description: Description

    def __repr__(self) -> str:
        key = f"{self.leaf.key_type} {self.leaf.key_bits or ''}".strip()
        return f"<Pfx {key}, {1 + len(self.chain) + len(self.others)} certificates>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "an opened pfx cannot be pickled: pass the file instead"
        raise TypeError(message)


def look(data: str | bytes | Secret, *, limits: Limits = DEFAULT_LIMITS) -> Description:
    """Return what *data* is, without a password; raises TypeError only, for other types.

    Nothing is derived or decrypted.
    """
    try:
        octets = _masked(data, limits)
    except PfxRefused as error:
        size = error.size if isinstance(error, InputTooLarge) else 0
        return _refused(without_frames(error), size)
    finally:
        del data
    try:
        structure = _structure(octets.reveal(), limits)
    except PfxRefused as error:
        return _refused(without_frames(error), len(octets))
    return _described(structure, len(octets))


def open_pfx(
    data: str | bytes | Secret,
    password: Secret | None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lenient: bool = False,
) -> Pfx:
    """Return the key and the certificates in *data*.

    *password* None is none at all, which opens what an empty one opens. The strict way refuses a
    file without MAC, with octets after its end, or with certificates of other holders; the lenient
    way takes it and says so in `Pfx.notes`. Legacy encryption is opened both ways.

    What is beyond *limits* is refused before anything is derived. They hold for what can be seen
    without the password: a key encrypted within an encrypted part cannot be.

    Raises PfxRefused, TypeError for other types.
    """
    try:
        return _open(_masked(data, limits), password, limits, lenient=lenient)
    except PfxRefused as error:
        problem = without_frames(error)
    finally:
        del data  # a traceback that shows local variables must not show it
    raise problem


def _masked(data: str | bytes | Secret, limits: Limits) -> Secret:
    size = len(data) if hasattr(data, "__len__") else 0
    problem: PfxRefused = NotAPfx()
    if size > limits.octets:
        problem = InputTooLarge(size, limits.octets)
        del data  # a traceback that shows local variables must not show it
        raise problem
    try:
        return Secret(data)
    except NotUtf8:
        pass
    finally:
        del data
    raise problem


def _structure(octets: bytes, limits: Limits) -> Structure:
    if len(octets) > limits.octets:
        raise InputTooLarge(len(octets), limits.octets)
    refusal = instead(octets)
    if refusal is not None:
        raise refusal
    return read(octets, limits)


def _refused(refusal: PfxRefused, size: int) -> Description:
    return Description(refusal.kind, size, None, (), (), None, 0, False, refusal)  # noqa: FBT003


def _described(structure: Structure, size: int) -> Description:
    refusal = structure.refusal
    keys = _keys(structure)
    if refusal is None and keys > 1:
        refusal = SeveralKeys(keys)
    return Description(
        Kind.PFX,
        size,
        structure.encoding,
        structure.contents,
        structure.encryptions,
        structure.mac.mac if structure.mac else None,
        structure.trailing,
        any(one.legacy for one in structure.encryptions),
        refusal,
    )


def _keys(structure: Structure) -> int:
    """Return how many keys can be seen."""
    return sum(
        bag.kind in {BagKind.KEY, BagKind.SHROUDED_KEY}
        for content in structure.contents
        for bag in content.bags or ()
    )


def _open(octets: Secret, password: Secret | None, limits: Limits, *, lenient: bool) -> Pfx:
    structure = _structure(octets.reveal(), limits)
    description = _described(structure, len(octets))
    if description.refusal is not None:
        raise description.refusal
    if not lenient and structure.trailing:
        raise TrailingOctets(structure.trailing)
    if not lenient and structure.mac is None:
        raise NoMac
    if password is not None:
        check_usable(password)
    bundle = _loaded(structure, password, limits)
    found = bundle.cert.certificate if bundle.cert else None
    additional = [one.certificate for one in bundle.additional_certs]
    if bundle.key is None:
        raise NoKey if found or additional else NothingInside
    if found is None:
        raise KeyMismatch(len(additional)) if additional else NoCertificate
    leaf = certificate(found)
    others = [certificate(one) for one in dict.fromkeys(additional) if one != found]
    several = _several_leaves(leaf, others)
    if several and (not lenient or several.matching > 1):
        raise several
    chain = _chain(leaf, others)
    rest = tuple(one for one in others if one not in chain)
    notes = _notes(structure, password, several=several is not None)
    return Pfx(bundle.key, leaf, chain, rest, notes, description)


def _loaded(
    structure: Structure, password: Secret | None, limits: Limits
) -> pkcs12.PKCS12KeyAndCertificates:
    """Let the library open it; raise why it does not."""
    problem: PfxRefused | None = None
    with quiet():
        try:
            return pkcs12.load_pkcs12(structure.loadable, password.reveal() if password else None)
        except UnsupportedAlgorithm:
            problem = UnsupportedKey()
        except Exception:  # noqa: BLE001, S110 - whatever: the octets are anybody's
            pass
    problem = problem or why_not(structure, password, limits.total)
    # Without the library's legacy provider these fail although the password is right.
    legacy = [one.scheme for one in structure.encryptions if one.legacy]
    if problem is None and legacy:
        problem = UnsupportedEncryption(legacy[0])
    raise problem or DamagedContents()


def _several_leaves(leaf: Certificate, others: list[Certificate]) -> SeveralLeaves | None:
    """Return what is said where there is more than one certificate of a holder."""
    issuers = {one.issuer for one in (leaf, *others) if one.issuer != one.subject}
    more = [
        one
        for one in others
        if one.is_issuer is False or (one.is_issuer is None and one.subject not in issuers)
    ]
    if not more:
        return None
    key = public_key_info(leaf.x509)
    return SeveralLeaves(1 + len(more), 1 + sum(public_key_info(one.x509) == key for one in more))


def _chain(leaf: Certificate, others: list[Certificate]) -> tuple[Certificate, ...]:
    """Return the certificates from the leaf's issuer upwards."""
    chain: list[Certificate] = []
    below = leaf
    while True:
        above = [
            one
            for one in others
            if one.subject == below.issuer and one is not below and one not in chain
        ]
        if not above or below.issuer == below.subject:
            return tuple(chain)
        below = above[0]
        chain.append(below)


def _notes(structure: Structure, password: Secret | None, *, several: bool) -> tuple[Note, ...]:
    locked = bool(structure.encryptions or structure.mac)
    empty = password is None or not len(password)
    holds = {
        Note.LEGACY_ENCRYPTION: any(one.legacy for one in structure.encryptions),
        Note.BER: structure.encoding is Encoding.BER,
        Note.NO_MAC: structure.mac is None,
        Note.TRAILING_OCTETS: structure.trailing > 0,
        Note.SEVERAL_LEAVES: several,
        Note.EMPTY_PASSWORD: locked and empty,
        Note.PASSWORD_NOT_NEEDED: not locked,
        Note.NON_ASCII_PASSWORD: password is not None and not password.reveal().isascii(),
    }
    return tuple(note for note in Note if holds.get(note))
