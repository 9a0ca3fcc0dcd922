"""The one entry for keys of any shape, and what is done with a loaded key."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from signers.der import Tag, encode, encode_integer
from signers.errors import NotUtf8, without_frames
from signers.rsa_keys.encrypted import decrypted
from signers.rsa_keys.errors import (
    FailsFullCheck,
    KeyRefused,
    NeedsRepair,
    NotAKey,
    WrongSize,
)
from signers.rsa_keys.shapes import Armour, Form, Kind, Repair
from signers.rsa_keys.structure import (
    ALGORITHM,
    LARGEST_BITS,
    SMALLEST_BITS,
    EncryptedKey,
    RsaPrivate,
    pkcs8_of,
    private,
    public,
)
from signers.rsa_keys.text import Unwrapped, pem, unwrap
from signers.secret import Secret

__all__ = [
    "Description",
    "PrivateKey",
    "PublicKey",
    "check_fully",
    "convert",
    "generate",
    "is_pair",
    "load",
    "load_public",
    "look",
    "public_line",
    "public_pem",
]

_EXPONENT = 65537
_LABELS = {
    (Form.PKCS1, False): "RSA PRIVATE KEY",
    (Form.PKCS8, False): "PRIVATE KEY",
    (Form.PKCS8, True): "ENCRYPTED PRIVATE KEY",
    (Form.PKCS1, True): "RSA PRIVATE KEY",
}
_PUBLIC_LABELS = {Form.PKCS1: "RSA PUBLIC KEY", Form.SPKI: "PUBLIC KEY"}


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """An RSA public key; two are equal when their numbers are."""

    modulus: int
    exponent: int

    @property
    def bits(self) -> int:
        """The length of the modulus."""
        return self.modulus.bit_length()

    @property
    def rsa(self) -> rsa.RSAPublicKey:
        """The key as the library uses it."""
        return rsa.RSAPublicNumbers(self.exponent, self.modulus).public_key()

    @property
    def der(self) -> bytes:
        """The SubjectPublicKeyInfo."""
        numbers = encode(Tag.SEQUENCE, encode_integer(self.modulus), encode_integer(self.exponent))
        return encode(Tag.SEQUENCE, ALGORITHM, encode(Tag.BIT_STRING, b"\0", numbers))

    def __repr__(self) -> str:
        return f"<PublicKey RSA {self.bits} bits>"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PrivateKey:
    """A loaded key, ready to sign: ``key.rsa.sign(…)``. It shows no number and has no pickle."""

    rsa: rsa.RSAPrivateKey
    bits: int
    """The length of the modulus."""
    form: Form
    """PKCS1 or PKCS8."""
    armour: Armour
    encrypted: bool
    """Whether a passphrase was needed."""
    repairs: tuple[Repair, ...]
    """What was repaired; empty for a well-formed key."""
    pkcs1: Secret
    """The DER of the RSAPrivateKey (RFC 8017, section A.1.2)."""

    @property
    def public(self) -> PublicKey:
        """The other half."""
        numbers = self.rsa.public_key().public_numbers()
        return PublicKey(numbers.n, numbers.e)

    def __repr__(self) -> str:
        return f"<PrivateKey RSA {self.bits} bits {self.form} {self.armour}>"


@dataclass(frozen=True, slots=True)
class Description:
    """What something is, without loading it."""

    kind: Kind
    form: Form | None
    """None where no RSA key was recognised; SPKI and PKCS1 for public ones."""
    armour: Armour | None
    encrypted: bool
    bits: int | None
    repairs: tuple[Repair, ...]
    """What is not well-formed and would be repaired."""
    refusal: KeyRefused | None
    """Why the lenient way does not take it as a private key; None where it does."""
    public: PublicKey | None
    """The public key, where there is one to see."""


def load(
    data: str | bytes | Secret, *, lenient: bool = False, passphrase: Secret | None = None
) -> PrivateKey:
    """Return the RSA private key in *data*, whatever its shape.

    The strict way takes what is well-formed (see `signers.rsa_keys.text`), the lenient way also
    what can be repaired without a guess, and says so in `PrivateKey.repairs`. *passphrase* opens an
    encrypted key and is not looked at otherwise.

    The numbers are checked against each other (`Rule`), which takes microseconds; whether the
    factors are prime is for `check_fully`.

    Raises KeyRefused, TypeError for other types.
    """
    try:
        return _load(_masked(data), passphrase, lenient=lenient)
    except KeyRefused as error:
        problem = without_frames(error)
    finally:
        del data  # a traceback that shows local variables must not show it
    raise problem


def load_public(data: str | bytes | Secret, *, lenient: bool = False) -> PublicKey:
    """Return the RSA public key in *data*: SPKI or PKCS#1 in DER, PEM or base64.

    Strict and lenient as in `load`. Raises KeyRefused, TypeError for other types.
    """
    try:
        unwrapped = unwrap(_masked(data).reveal())
        found = public(unwrapped.der)
        repairs = _repairs(unwrapped, _PUBLIC_LABELS[found.form])
        if repairs and not lenient:
            raise NeedsRepair(Kind.PUBLIC_KEY, repairs)
        return PublicKey(found.modulus, found.exponent)
    except KeyRefused as error:
        problem = without_frames(error)
    finally:
        del data
    raise problem


def look(data: str | bytes | Secret, *, passphrase: Secret | None = None) -> Description:
    """Return what *data* is and what is wrong with it; raises TypeError only, for other types."""
    try:
        octets = _masked(data)
    except KeyRefused as error:
        return _refused(without_frames(error), None)
    finally:
        del data
    try:
        key = _load(octets, passphrase, lenient=True)
    except KeyRefused as error:
        return _refused(without_frames(error), octets)
    return Description(
        Kind.RSA_PRIVATE_KEY,
        key.form,
        key.armour,
        key.encrypted,
        key.bits,
        key.repairs,
        None,
        key.public,
    )


def convert(key: PrivateKey, form: Form, armour: Armour) -> bytes:
    """Return the key in another shape, octet for octet as the openssl command writes it.

    PEM ends with a newline; BASE64 is one line without one. Nothing is encrypted. Raises ValueError
    for the form SPKI, which is for public keys.
    """
    if form is Form.SPKI:
        message = "a private key has the form PKCS1 or PKCS8; see public_line and public_pem"
        raise ValueError(message)
    der = key.pkcs1.reveal()
    return _armoured(der if form is Form.PKCS1 else pkcs8_of(der), armour, _LABELS[form, False])


def public_line(key: PrivateKey | PublicKey) -> str:
    """Return the public key as the developer page takes it: one base64 line of SPKI."""
    return _armoured(_public(key).der, Armour.BASE64, "").decode("ascii")


def public_pem(key: PrivateKey | PublicKey) -> str:
    """Return the public key in PEM (SPKI), newline at the end included."""
    return pem("PUBLIC KEY", _public(key).der)


def is_pair(private_key: PrivateKey, public_key: PublicKey | PrivateKey) -> bool:
    """Tell whether the two belong together."""
    return private_key.public == _public(public_key)


def check_fully(key: PrivateKey) -> None:
    """Make the library's full check, which looks whether the factors are prime.

    It takes 8 ms at 1024 bits, 46 at 2048, 300 at 4096. Raises FailsFullCheck.
    """
    try:
        load_der_private_key(key.pkcs1.reveal(), None)
    except ValueError:
        pass
    else:
        return
    raise FailsFullCheck


def generate(bits: int = 2048) -> PrivateKey:
    """Return a new key of *bits*, with public exponent 65537. The only function that is random.

    Raises WrongSize for less than 1024 or more than 8192.
    """
    if not SMALLEST_BITS <= bits <= LARGEST_BITS:
        raise WrongSize(bits, SMALLEST_BITS, LARGEST_BITS)
    key = rsa.generate_private_key(_EXPONENT, bits)
    pkcs1 = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return PrivateKey(key, bits, Form.PKCS8, Armour.DER, False, (), Secret(pkcs1))  # noqa: FBT003


def _masked(data: str | bytes | Secret) -> Secret:
    try:
        return Secret(data)
    except NotUtf8:
        pass
    finally:
        del data
    raise NotAKey


def _load(octets: Secret, passphrase: Secret | None, *, lenient: bool) -> PrivateKey:
    unwrapped = unwrap(octets.reveal())
    found, encrypted = _found(unwrapped, passphrase)
    repairs = _repairs(unwrapped, _LABELS[found.form, encrypted])
    if repairs and not lenient:
        raise NeedsRepair(Kind.RSA_PRIVATE_KEY, repairs)
    key = load_der_private_key(found.pkcs1, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - what was read is PKCS#1
    return PrivateKey(
        key, found.bits, found.form, unwrapped.armour, encrypted, repairs, Secret(found.pkcs1)
    )


def _found(unwrapped: Unwrapped, passphrase: Secret | None) -> tuple[RsaPrivate, bool]:
    """Return the key and whether it was encrypted."""
    found = EncryptedKey(b"") if unwrapped.legacy else private(unwrapped.der)
    if isinstance(found, RsaPrivate):
        return found, False
    opened = private(decrypted(unwrapped.legacy or found, passphrase))
    assert isinstance(opened, RsaPrivate)  # noqa: S101 - it was written without encryption
    form = Form.PKCS1 if unwrapped.legacy else Form.PKCS8
    return RsaPrivate(opened.pkcs1, opened.bits, form), True


def _repairs(unwrapped: Unwrapped, label: str | None) -> tuple[Repair, ...]:
    """Return what was repaired, in the order of the list; *label* is what PEM should say."""
    repairs = unwrapped.repairs
    if label and any(found != label for found in unwrapped.labels):
        repairs.add(Repair.WRONG_LABEL)
    return tuple(repair for repair in Repair if repair in repairs) if repairs else ()


def _refused(refusal: KeyRefused, octets: Secret | None) -> Description:
    """Describe what is no private key; a public one is looked at a second time."""
    try:
        unwrapped = unwrap(octets.reveal()) if octets else None
    except KeyRefused:
        unwrapped = None
    armour = unwrapped.armour if unwrapped else None
    kind, encrypted = refusal.kind, refusal.kind is Kind.ENCRYPTED_KEY
    seen: PublicKey | None = None
    form: Form | None = None
    repairs = _repairs(unwrapped, None) if unwrapped else ()
    if unwrapped and encrypted:
        form = Form.PKCS1 if unwrapped.legacy else Form.PKCS8
        repairs = _repairs(unwrapped, _LABELS[form, True])
    if unwrapped and kind is Kind.PUBLIC_KEY:
        try:
            found = public(unwrapped.der)
        except KeyRefused:
            pass
        else:
            seen, form = PublicKey(found.modulus, found.exponent), found.form
            repairs = _repairs(unwrapped, _PUBLIC_LABELS[form])
    bits = seen.bits if seen else None
    return Description(kind, form, armour, encrypted, bits, repairs, refusal, seen)


def _public(key: PrivateKey | PublicKey) -> PublicKey:
    return key.public if isinstance(key, PrivateKey) else key


def _armoured(der: bytes, armour: Armour, label: str) -> bytes:
    if armour is Armour.DER:
        return der
    text = pem(label, der)
    if armour is Armour.BASE64:
        text = "".join(text.splitlines()[1:-1])
    return text.encode("ascii")
