"""The examination of PKCS#12 files: what shows without the password, and with it for whom."""

import binascii
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding as KeyEncoding
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat
from msgspec.structs import replace

from signers.pfx import (
    BagKind,
    CostlyDerivation,
    Description,
    Encoding,
    Note,
    PasswordNeeded,
    PathGiven,
    Pfx,
    PfxRefused,
    look,
    open_pfx,
)
from signers.pfx import Kind as PfxKind
from signers.rsa_keys import Kind
from signers.secret import Secret
from signers.shioaji import PersonIdNotFound
from signproof.doctor.examiner import Options, argument, matters_of_mode, wrong_first
from signproof.doctor.files import Source, shown
from signproof.doctor.keys import see_key
from signproof.doctor.model import Examination, KeyView, Level, Matter, Subject
from signproof.doctor.pfx_facts import certificate_view, encryption_view, mac_view, tool_views
from signproof.doctor.pfx_view import CertificateView, PasswordFrom, PfxView, Validity

__all__ = ["SUFFIXES", "examine_pfx", "see_pfx"]

SUFFIXES = {".pfx", ".p12"}
_KINDS = {
    PfxKind.PFX: "PKCS#12 (pfx)",
    PfxKind.EMPTY: "nothing",
    PfxKind.WEB_PAGE: "web page",
    PfxKind.PEM_CERTIFICATE: "certificate in PEM",
    PfxKind.PEM_KEY: "private key in PEM",
    PfxKind.PEM: "PEM",
    PfxKind.CERTIFICATE: "certificate, or a request for one",
    PfxKind.KEY: "key in DER",
    PfxKind.CMS: "PKCS#7",
    PfxKind.KEYSTORE: "Java key store",
    PfxKind.ZIP: "ZIP archive",
    PfxKind.BASE64: "base64 text",
    PfxKind.UTF_16: "text in UTF-16",
    PfxKind.PATH: "path of a file",
    PfxKind.UNKNOWN: "no readable pfx",
}
_NOTES = {
    Note.NO_MAC: "it has no MAC, and the SDK's CA library refuses it as a wrong password: export "
    "it again",
    Note.LEGACY_ENCRYPTION: "it is encrypted with RC2, RC4 or DES, which OpenSSL 3 refuses without "
    "-legacy: export it again with AES-256 where such programs are to open it",
    Note.BER: "it is BER and not DER, which some programs need: export it again",
    Note.TRAILING_OCTETS: "something follows its end, which some programs refuse: copy it anew",
    Note.SEVERAL_LEAVES: "it also holds a certificate of another holder, which some programs may "
    "take: export the one that is meant by itself",
    Note.EMPTY_PASSWORD: "the empty password opens it: whoever has the file has the key; export it "
    "with a password",
    Note.PASSWORD_NOT_NEEDED: "it is not encrypted: whoever has the file has the key; export it "
    "with a password",
    Note.NON_ASCII_PASSWORD: "its password has characters other than ASCII, which programs encode "
    "differently: export it with a password of ASCII",
    Note.NON_ASCII_PATH: "users reported that the SDK does not open a path with other characters "
    "than ASCII: move the file",
}
"""In the order of the report."""
_KEY_OPEN = (
    "the key lies in it without encryption: whoever has the file has the key; export it with a "
    "password"
)
_NEEDED = (
    "its password is needed to see for whom and until when its certificate is, and whether the key "
    "is the certificate's"
)
_PATH = "this is a file's path, not what is in the file: name the file at that path"
_SELF_SIGNED = (
    "the certificate is its own issuer: the SDK's CA library takes it; whether the broker does is "
    "not known"
)
_EC = (
    "the key is EC and not RSA: the SDK's CA library activates it; whether the broker takes what "
    "it signs is not known"
)
_OTHER_KEY = "the key is no RSA key: what the SDK's CA library does with it was not seen"
_NO_PERSON = "the SDK's CA library then says that the person id is not found"


def examine_pfx(source: Source, options: Options) -> tuple[Examination, ...]:
    """Examine PKCS#12, and whatever a file named ``.pfx`` or ``.p12`` is instead."""
    named = source.path.suffix.lower() in SUFFIXES
    return (see_pfx(source, options),) if named or _is_pfx(source.octets) else ()


def _is_pfx(octets: Secret) -> bool:
    kind = look(octets).kind
    if kind is PfxKind.BASE64:
        try:
            kind = look(binascii.a2b_base64(octets.reveal())).kind
        except binascii.Error:
            return False
    return kind is PfxKind.PFX


def see_pfx(source: Source, options: Options) -> Examination:
    """Examine a file that is PKCS#12, or should be."""
    found = look(source.octets, limits=options.limits)
    ca, refusal = _opened(source, options, found)
    matters = [*_refused(source, options, found, refusal), *_notes(source, found, ca)]
    keys: tuple[KeyView, ...] = ()
    certificate = None
    if ca is not None:
        certificate = certificate_view(ca.leaf, int(options.clock()))
        view, of_key = _key(ca, options)
        keys = (view,)
        matters += [*of_key, *_certificate_matters(ca, certificate)]
    elif found.kind is PfxKind.PFX:
        keys = (KeyView(kind=Kind.CONTAINER, encrypted=bool(found.encryptions)),)
    return Examination(
        path=shown(source.path),
        subject=Subject.PFX,
        what=_what(found, opened=ca is not None),
        matters=wrong_first([*matters, *matters_of_mode(source, keys)]),
        keys=keys,
        sdks=(),
        conversions=(),
        pfx=PfxView(
            kind=found.kind,
            octets=found.size,
            encoding=found.encoding,
            encryptions=tuple(map(encryption_view, found.encryptions)),
            mac=mac_view(found.mac),
            iterations=found.iterations,
            tools=tool_views(found),
            refusal=refusal.reason if refusal else "",
            password=None if found.refusal or options.password is None else options.password_from,
            certificate=certificate,
            chain=tuple(one.common_name or "" for one in ca.chain) if ca else (),
            others=len(ca.others) if ca else 0,
        ),
    )


def _opened(
    source: Source, options: Options, found: Description
) -> tuple[Pfx | None, PfxRefused | None]:
    """Return what is in the file, or why it is not opened.

    Without a password the empty one is tried, which is as good as none.
    """
    if found.refusal is not None:
        return None, found.refusal
    try:
        ca = open_pfx(source.octets, options.password, limits=options.limits, lenient=True)
    except PfxRefused as error:
        return None, error
    return ca, None


def _what(found: Description, *, opened: bool) -> str:
    parts = [_KINDS[found.kind]]
    if found.kind is PfxKind.PFX:
        parts += [f"{found.size} octets", "opened" if opened else "not opened"]
    return ", ".join(parts)


def _refused(
    source: Source, options: Options, found: Description, refusal: PfxRefused | None
) -> Iterator[Matter]:
    """Yield why it is not opened; that the password was not given is no fault of the file."""
    if refusal is None:
        return
    level, message, command, setting = Level.WRONG, str(refusal), "", ""
    if isinstance(refusal, PasswordNeeded):
        command = f"signproof doctor {argument(source.path)} --ask-password"
        level, message = Level.NOTE, _NEEDED
    elif isinstance(refusal, CostlyDerivation):
        message = _costly(refusal, found)
    elif isinstance(refusal, PathGiven):
        message = _PATH
    elif options.password_from in {PasswordFrom.VARIABLE, PasswordFrom.ENV}:
        setting = "SJ_CA_PASSWD" if "password" in refusal.reason else ""
    yield Matter(level=level, id=refusal.reason, message=message, setting=setting, command=command)


def _costly(refusal: CostlyDerivation, found: Description) -> str:
    """Return the refusal with the option of the command line, whose limit is half of the sum's."""
    single = 0 if refusal.total else refusal.iterations
    needed = max(single, -(-found.iterations // 2))
    return (
        f"the file wants the password hashed {refusal.iterations} times "
        f"{'in sum' if refusal.total else 'at once'} (at most {refusal.most}), which would keep "
        f"the machine busy: export it again, or use --max-iterations {needed}"
    )


def _notes(source: Source, found: Description, ca: Pfx | None) -> Iterator[Matter]:
    """Yield what is worth saying of the file, opened or not."""
    readable = found.encoding is not None and found.refusal is None
    holds = {
        Note.NO_MAC: readable and found.mac is None,
        Note.LEGACY_ENCRYPTION: found.legacy,
        Note.BER: found.encoding is Encoding.BER,
        Note.TRAILING_OCTETS: found.trailing > 0,
        Note.NON_ASCII_PATH: found.kind is PfxKind.PFX and not shown(source.path).isascii(),
    }
    notes = ca.notes if ca else ()
    for note, message in _NOTES.items():
        if holds.get(note) or note in notes:
            level = Level.WRONG if note is Note.NO_MAC else Level.NOTE
            yield Matter(level=level, id=note.value, message=message)
    bags = [bag.kind for content in found.contents for bag in content.bags or ()]
    if BagKind.KEY in bags and not {Note.PASSWORD_NOT_NEEDED, Note.EMPTY_PASSWORD} & {*notes}:
        yield Matter(level=Level.NOTE, id="key-open", message=_KEY_OPEN)


def _key(ca: Pfx, options: Options) -> tuple[KeyView, list[Matter]]:
    """Return the key as far as it may be shown, and what is wrong with it."""
    encrypted = bool(ca.description.encryptions)
    if not isinstance(ca.key, RSAPrivateKey):
        message = _EC if ca.leaf.key_type == "EC" else _OTHER_KEY
        matter = Matter(level=Level.NOTE, id="not-rsa", message=message)
        return KeyView(kind=Kind.OTHER_KEY, encrypted=encrypted), [matter]
    der = Secret(ca.key.private_bytes(KeyEncoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    seen = see_key(der, options)
    return replace(seen.view, form=None, armour=None, encrypted=encrypted), seen.matters


def _certificate_matters(ca: Pfx, seen: CertificateView) -> Iterator[Matter]:
    """Yield what is wrong with the certificate."""
    told = _out_of_time(seen)
    if told:
        yield Matter(level=Level.WRONG, id=seen.validity.value, message=told)
    if seen.person_id is None:
        missing = PersonIdNotFound()
        yield Matter(level=Level.WRONG, id=missing.reason, message=f"{missing}; {_NO_PERSON}")
    if ca.leaf.issuer == ca.leaf.subject:
        yield Matter(level=Level.NOTE, id="self-signed", message=_SELF_SIGNED)


def _out_of_time(seen: CertificateView) -> str:
    """Return why a certificate is not valid now; empty where it is."""
    return {
        Validity.NEVER: f"the certificate ends, on {seen.not_after}, before it begins: get another "
        "from the broker",
        Validity.EXPIRED: f"the certificate ended on {seen.not_after}: get a new one from the "
        "broker; the SDK's CA library activates it all the same",
        Validity.NOT_YET: f"the certificate begins on {seen.not_before} only: wait, or set this "
        "machine's clock; the SDK's CA library activates it all the same",
    }.get(seen.validity, "")
