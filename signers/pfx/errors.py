"""Why a PKCS#12 file is refused: a closed list, each with its reason's identifier and what to do.

No message and no attribute holds a password or a part of the file; a path is named.
"""

from typing import ClassVar

from signers.der import Problem
from signers.errors import InvalidInput
from signers.pfx.shapes import Kind, PasswordProblem, PathHint, Variant

__all__ = [
    "Base64Given",
    "CertificateGiven",
    "CmsGiven",
    "CostlyDerivation",
    "DamagedContents",
    "EmptyFile",
    "EmptyPassword",
    "FileMissing",
    "FileUnreadable",
    "InputTooLarge",
    "KeyGiven",
    "KeyMismatch",
    "KeystoreGiven",
    "MalformedPfx",
    "NoCertificate",
    "NoKey",
    "NoMac",
    "NotAFile",
    "NotAPfx",
    "NothingInside",
    "PasswordNeeded",
    "PathGiven",
    "PemGiven",
    "PfxRefused",
    "SeveralKeys",
    "SeveralLeaves",
    "TrailingOctets",
    "Truncated",
    "UnreadableCertificate",
    "UnsupportedEncryption",
    "UnsupportedKey",
    "UnsupportedMac",
    "UnsupportedProtection",
    "UnusablePassword",
    "Utf16Given",
    "WebPageGiven",
    "WrongPassword",
    "WrongVersion",
    "ZipGiven",
]


class PfxRefused(InvalidInput):
    """The base of every refusal of a PKCS#12 file."""

    reason = "pfx-refused"
    kind: Kind = Kind.PFX
    """What was given, as far as it was recognised."""


class _Plain(PfxRefused):
    """A refusal that needs no values: the class says it all."""

    message: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.message)


# It is something else.


class EmptyFile(_Plain):
    """Nothing, or white space only."""

    reason = "empty"
    kind = Kind.EMPTY
    message = "the file is empty: download or export the certificate anew"


class WebPageGiven(_Plain):
    """HTML."""

    reason = "web-page"
    kind = Kind.WEB_PAGE
    message = (
        "this is a web page, not a pfx file: the download was an error or a login page; log in and "
        "download it again"
    )


class PemGiven(PfxRefused):
    """PEM of whatever."""

    reason = "pem"

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        told = {
            Kind.PEM_CERTIFICATE: "a certificate in PEM, without its key",
            Kind.PEM_KEY: "a private key in PEM",
        }.get(kind, "PEM")
        super().__init__(
            f"this is {told}, not a pfx file: make one of key and certificate with "
            "`openssl pkcs12 -export -inkey KEY -in CERTIFICATE -out FILE`"
        )


class CertificateGiven(_Plain):
    """A certificate in DER, or a request for one."""

    reason = "certificate"
    kind = Kind.CERTIFICATE
    message = (
        "this is a certificate (.cer, .crt) without its key, not a pfx file: export it again with "
        "the private key"
    )


class KeyGiven(_Plain):
    """A key in DER."""

    reason = "key"
    kind = Kind.KEY
    message = (
        "this is a key without its certificate, not a pfx file: make one of both with "
        "`openssl pkcs12 -export -inkey KEY -in CERTIFICATE -out FILE`"
    )


class CmsGiven(_Plain):
    """PKCS#7 in DER."""

    reason = "cms"
    kind = Kind.CMS
    message = (
        "this is PKCS#7 (.p7b, .p7s), which has certificates and no key, not a pfx file: export "
        "the certificate again with the private key"
    )


class KeystoreGiven(_Plain):
    """A key store of Java's own kind."""

    reason = "keystore"
    kind = Kind.KEYSTORE
    message = (
        "this is a Java key store, not a pfx file: convert it with `keytool -importkeystore "
        "-srckeystore STORE -destkeystore FILE -deststoretype PKCS12`"
    )


class ZipGiven(_Plain):
    """A ZIP archive."""

    reason = "zip"
    kind = Kind.ZIP
    message = "this is a ZIP archive, not a pfx file: unpack it and pass the pfx that is in it"


class Base64Given(_Plain):
    """Base64 text of octets that begin like PKCS#12."""

    reason = "base64"
    kind = Kind.BASE64
    message = "this is base64 text, perhaps of a pfx file: decode it with `base64 -d`"


class Utf16Given(_Plain):
    """Text in UTF-16."""

    reason = "utf-16"
    kind = Kind.UTF_16
    message = (
        "this is text in UTF-16, not a pfx file: a program read the file as text and wrote it "
        "anew, which spoils it; copy or download it again"
    )


class PathGiven(_Plain):
    """The name of a file."""

    reason = "path"
    kind = Kind.PATH
    message = "this is a file's path, not what is in the file: read it, or use open_file"


class NotAPfx(_Plain):
    """Text or octets in which nothing can be recognised."""

    reason = "not-a-pfx"
    kind = Kind.UNKNOWN
    message = (
        "this is not a pfx file: it does not begin like PKCS#12; download or export it anew, and "
        "copy it as octets, not as text"
    )


# It is broken or beyond what is taken.


class InputTooLarge(PfxRefused):
    """More octets than the limit."""

    reason = "input-too-large"
    kind = Kind.UNKNOWN

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        """Octets, as far as they were counted."""
        self.most = most
        super().__init__(
            f"{size} octets are too many for a pfx file (at most {most}, a usual one has 3,000): "
            "is it the right file? Else raise the limit `octets`"
        )


class Truncated(PfxRefused):
    """The end is missing."""

    reason = "truncated"

    def __init__(self, present: int, needed: int) -> None:
        self.present = present
        """How many octets are there."""
        self.needed = needed
        """How many the file says it has."""
        super().__init__(
            f"the pfx is cut off after {present} of {needed} octets: download or copy it again"
        )


class MalformedPfx(PfxRefused):
    """The structure is not what RFC 7292 says."""

    reason = "malformed-pfx"

    def __init__(self, problem: Problem, offset: int) -> None:
        self.problem = problem
        """What is wrong with the DER."""
        self.offset = offset
        """At which octet of the file; of its definite form, where the file is BER."""
        super().__init__(
            f"the structure of the pfx is broken ({problem.value}, at octet {offset}): it was "
            "altered; download or export it again"
        )


class WrongVersion(_Plain):
    """A version other than 3."""

    reason = "wrong-version"
    message = "the pfx says that it is not of version 3, the only one there is: export it again"


class TrailingOctets(PfxRefused):
    """Something follows the file's own end."""

    reason = "trailing-octets"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"{count} octets follow the end of the pfx: copy it anew, or open it leniently"
        )


class CostlyDerivation(PfxRefused):
    """The password would be hashed too often."""

    reason = "costly-derivation"

    def __init__(self, iterations: int, most: int, *, total: bool) -> None:
        self.iterations = iterations
        """What the file asks for; for scrypt the product N * r * p."""
        self.most = most
        """The limit."""
        self.total = total
        """Whether it is the sum over the file that is too large."""
        of, limit = ("in sum", "total") if total else ("at once", "iterations")
        super().__init__(
            f"the file wants the password hashed {iterations} times {of} (at most {most}), which "
            f"would keep the machine busy: export it again, or raise the limit `{limit}`"
        )


class UnsupportedEncryption(PfxRefused):
    """An encryption that is unknown or that this build of the library lacks."""

    reason = "unsupported-encryption"

    def __init__(self, name: str) -> None:
        self.name = name
        """Its name, or its object identifier."""
        super().__init__(
            f"the encryption {name} cannot be opened here: export the file again with AES-256, or "
            "convert it where it was made"
        )


class UnsupportedMac(PfxRefused):
    """A MAC of a digest that is unknown, or with parameters that make no sense."""

    reason = "unsupported-mac"

    def __init__(self, name: str) -> None:
        self.name = name
        """Its name, or its object identifier."""
        super().__init__(
            f"the MAC {name} cannot be checked here: export the file again with the MAC SHA-256"
        )


class UnsupportedProtection(_Plain):
    """Public keys instead of a password (RFC 7292, section 3.1)."""

    reason = "unsupported-protection"
    message = (
        "the pfx is protected by public keys, not by a password, which programs do not open: "
        "export it again with a password"
    )


# The password.


class PasswordNeeded(_Plain):
    """None was given."""

    reason = "password-needed"
    message = "the pfx needs its password: pass it"


class EmptyPassword(_Plain):
    """The empty one was given and does not open it."""

    reason = "empty-password"
    message = (
        "the password given is empty and does not open the pfx: is the variable or the setting "
        "that should have it set?"
    )


class UnusablePassword(PfxRefused):
    """What was given cannot be the password of any pfx."""

    reason = "unusable-password"

    def __init__(self, problem: PasswordProblem) -> None:
        self.problem = problem
        super().__init__(
            f"what was given cannot be a password ({problem.value}): was the file passed instead, "
            "or read in another charset?"
        )


class WrongPassword(PfxRefused):
    """The password does not open it."""

    reason = "wrong-password"

    def __init__(
        self, *, would_open: Variant | None = None, ascii_only: bool = True, has_mac: bool = True
    ) -> None:
        self.would_open = would_open
        """How the password would have to be altered; None where that is not known."""
        self.ascii_only = ascii_only
        self.has_mac = has_mac
        """Without a MAC an altered file looks like a wrong password."""
        message = "the password does not open the pfx"
        if would_open:
            message += f": it is right {would_open.value}"
        else:
            message += ", or the file was altered: type the password anew"
        if not (would_open or ascii_only):
            message += "; it has characters other than ASCII, which programs encode differently"
        if not has_mac:
            message += "; the file has no MAC that would tell the two apart"
        super().__init__(message)


# What is in it.


class NoMac(_Plain):
    """Nothing tells whether the file was altered."""

    reason = "no-mac"
    message = (
        "the pfx has no MAC: whether it was altered cannot be told, and the SDK's CA library "
        "refuses it as a wrong password; export it again, or open it leniently"
    )


class DamagedContents(_Plain):
    """The password is right and what is in the file cannot be read."""

    reason = "damaged-contents"
    message = (
        "the password is right, yet a key or certificate in the pfx cannot be read: it was made "
        "wrongly, or with another password for its contents than for its MAC; export it again"
    )


class NothingInside(_Plain):
    """Neither key nor certificate."""

    reason = "nothing-inside"
    message = "the pfx holds neither key nor certificate: export it again with both"


class NoKey(_Plain):
    """A certificate without key."""

    reason = "no-key"
    message = (
        "the pfx holds a certificate and no private key, so that it cannot sign: export it again "
        "with the private key"
    )


class NoCertificate(_Plain):
    """A key without certificate."""

    reason = "no-certificate"
    message = "the pfx holds a private key and no certificate: export it again with the certificate"


class KeyMismatch(PfxRefused):
    """No certificate in the file is for the key in the file."""

    reason = "key-mismatch"

    def __init__(self, certificates: int) -> None:
        self.certificates = certificates
        """How many certificates there are."""
        super().__init__(
            "the key in the pfx belongs to another certificate than the "
            f"{certificates} in it: export key and certificate together again"
        )


class SeveralKeys(PfxRefused):
    """More than one private key; which one is meant would be a guess."""

    reason = "several-keys"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"the pfx holds {count} private keys, of which programs take different ones: export "
            "the one that is meant by itself"
        )


class SeveralLeaves(PfxRefused):
    """More than one certificate that is no issuer's."""

    reason = "several-leaves"

    def __init__(self, count: int, matching: int) -> None:
        self.count = count
        self.matching = matching
        """How many of them are for the key."""
        super().__init__(
            f"the pfx holds {count} certificates of holders, {matching} of them for its key: "
            "export the one that is meant by itself"
        )


class UnsupportedKey(_Plain):
    """A key of an algorithm or curve that the library does not know."""

    reason = "unsupported-key"
    message = "the key or a certificate in the pfx is of an unknown algorithm: use RSA of 2048 bits"


class UnreadableCertificate(PfxRefused):
    """A part of the leaf certificate breaks the rules of X.509."""

    reason = "unreadable-certificate"

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(
            f"the certificate's {part} cannot be read: it was made wrongly; ask its issuer for "
            "another one"
        )


# The path.


class FileMissing(PfxRefused):
    """Nothing is at the path."""

    reason = "file-missing"
    kind = Kind.UNKNOWN

    def __init__(self, path: str, hints: tuple[PathHint, ...]) -> None:
        self.path = path
        self.hints = hints
        """What may be wrong with the path."""
        told = "".join(f"; {hint.value}" for hint in hints)
        super().__init__(f"there is no file {path!r}: check the path{told}")


class NotAFile(PfxRefused):
    """A folder, a pipe or a device."""

    reason = "not-a-file"
    kind = Kind.UNKNOWN

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.what = what
        """What it is: `a folder`, `a pipe`, `a device`, `a socket`."""
        super().__init__(f"{path!r} is {what}: pass the path of the pfx file itself")


class FileUnreadable(PfxRefused):
    """It is there and cannot be read."""

    reason = "file-unreadable"
    kind = Kind.UNKNOWN

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        """What the system says."""
        super().__init__(f"{path!r} cannot be read ({why}): check its owner and permissions")
