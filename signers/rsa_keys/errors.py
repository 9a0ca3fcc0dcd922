"""Why a key is refused: a closed list, each with its reason's identifier and what to do.

No message and no attribute holds a part of what was given.
"""

from typing import ClassVar

from signers.der import Problem
from signers.errors import InvalidInput
from signers.rsa_keys.shapes import Kind, Repair, Rule

__all__ = [
    "CertificateGiven",
    "EmptyKey",
    "FailsFullCheck",
    "InconsistentKey",
    "InputTooLarge",
    "KeyRefused",
    "MalformedArmour",
    "MalformedBase64",
    "MalformedKey",
    "MultiPrime",
    "NeedsRepair",
    "NotAKey",
    "NotRsa",
    "OtherContainer",
    "PassphraseNeeded",
    "PathGiven",
    "PrivateKeyGiven",
    "PublicKeyGiven",
    "SettingsGiven",
    "SeveralKeys",
    "Truncated",
    "UnsupportedEncryption",
    "WebPageGiven",
    "WrongParameters",
    "WrongPassphrase",
    "WrongSize",
    "WrongVersion",
]


class KeyRefused(InvalidInput):
    """The base of every refusal of a key."""

    reason = "key-refused"
    kind: Kind = Kind.UNKNOWN
    """What was given, as far as it was recognised."""


class _Plain(KeyRefused):
    """A refusal that needs no values: the class says it all."""

    message: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.message)


class EmptyKey(_Plain):
    """Nothing, or white space only."""

    reason = "empty"
    kind = Kind.EMPTY
    message = "there is no key: the file, variable or setting is empty"


class InputTooLarge(KeyRefused):
    """More octets than any key has."""

    reason = "input-too-large"

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        self.most = most
        super().__init__(
            f"{size} octets are too many for a key (at most {most}): pass the key only"
        )


class NotAKey(_Plain):
    """Text or octets in which no key can be recognised."""

    reason = "not-a-key"
    message = (
        "this is not a key in any known shape: a private key is PEM, a base64 line that starts "
        "with MII, or DER; copy it anew from the developer page"
    )


class WebPageGiven(_Plain):
    """HTML."""

    reason = "web-page"
    kind = Kind.WEB_PAGE
    message = "this is a web page, not a key: the download was an error or a login page"


class PathGiven(_Plain):
    """The name of a file."""

    reason = "path"
    kind = Kind.PATH
    message = "this is a file's path, not a key: pass what is in the file"


class SettingsGiven(_Plain):
    """A line `name=value` of a settings file, or more of them."""

    reason = "settings"
    kind = Kind.SETTINGS
    message = "this is a settings file or a line of one: pass the value after the `=` only"


class SeveralKeys(KeyRefused):
    """More than one private key; which one is meant would be a guess."""

    reason = "several-keys"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"there are {count} keys here: pass one")


class PublicKeyGiven(_Plain):
    """A public key where a private one is needed."""

    reason = "public-key"
    kind = Kind.PUBLIC_KEY
    message = "this is a public key, which cannot sign: pass the private key of the pair"


class PrivateKeyGiven(_Plain):
    """A private key where a public one is needed."""

    reason = "private-key"
    kind = Kind.RSA_PRIVATE_KEY
    message = "this is a private key: keep it to yourself and pass its public key"


class CertificateGiven(_Plain):
    """A certificate or a request for one."""

    reason = "certificate"
    kind = Kind.CERTIFICATE
    message = "this is a certificate or a request for one, not a key: pass the key it was made for"


class NotRsa(KeyRefused):
    """A key of another algorithm, or RSA bound to another signature scheme."""

    reason = "not-rsa"
    kind = Kind.OTHER_KEY

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        super().__init__(
            f"this is a key for {algorithm}: the API takes RSA keys (rsaEncryption) only; "
            "generate one"
        )


class OtherContainer(KeyRefused):
    """A container that may hold a key, but is no PKCS#1 and no PKCS#8."""

    reason = "other-container"
    kind = Kind.CONTAINER

    def __init__(self, container: str, command: str) -> None:
        self.container = container
        self.command = command
        super().__init__(f"this is {container}: take the key out of it with `{command}`")


class PassphraseNeeded(_Plain):
    """The key is encrypted and no passphrase was given."""

    reason = "passphrase-needed"
    kind = Kind.ENCRYPTED_KEY
    message = (
        "the key is encrypted: pass its passphrase, or decrypt it with "
        "`openssl pkey -in KEY -out PLAIN`"
    )


class WrongPassphrase(_Plain):
    """Decrypting gave no key."""

    reason = "wrong-passphrase"
    kind = Kind.ENCRYPTED_KEY
    message = (
        "the passphrase does not open the key, or the key was altered or encrypted in an unusual "
        "way: try `openssl pkey -in KEY -out PLAIN`"
    )


class UnsupportedEncryption(_Plain):
    """An encryption that is unknown, or so costly that it would hang."""

    reason = "unsupported-encryption"
    kind = Kind.ENCRYPTED_KEY
    message = (
        "the key is encrypted in an unknown way or with too costly parameters: decrypt it with "
        "`openssl pkey -in KEY -out PLAIN`"
    )


class MalformedArmour(_Plain):
    """The lines around a PEM body are broken."""

    reason = "malformed-armour"
    message = (
        "the -----BEGIN/END----- lines are broken or something other than base64 stands between "
        "them: copy the key anew, both lines included"
    )


class MalformedBase64(KeyRefused):
    """A character that is not base64, or bits that no encoder writes."""

    reason = "malformed-base64"

    def __init__(self, position: int) -> None:
        self.position = position
        """Which character of the base64 text, white space not counted, from 0."""
        super().__init__(
            f"the base64 text is broken at character {position} (white space not counted): it was "
            "altered; copy it anew"
        )


class Truncated(KeyRefused):
    """The end is missing."""

    reason = "truncated"

    def __init__(self, present: int, needed: int | None) -> None:
        self.present = present
        """How many octets are there."""
        self.needed = needed
        """How many the key says it has; None where even that is cut off."""
        of = "" if needed is None else f" of {needed}"
        super().__init__(f"the key is cut off after {present}{of} octets: copy the whole of it")


class MalformedKey(KeyRefused):
    """The structure is not what the standards say."""

    reason = "malformed-key"

    def __init__(self, problem: Problem, offset: int) -> None:
        self.problem = problem
        """What is wrong with the DER."""
        self.offset = offset
        """At which octet of the DER."""
        super().__init__(
            f"the key's structure is broken ({problem.value}, at octet {offset}): it was altered; "
            "copy it anew"
        )


class WrongVersion(KeyRefused):
    """A version number that the standards do not have here."""

    reason = "wrong-version"
    kind = Kind.RSA_PRIVATE_KEY

    def __init__(self, version: int | None) -> None:
        self.version = version
        """The number found; None where it is too large to name."""
        super().__init__("the key's version is not 0: it was altered; copy or export it anew")


class MultiPrime(_Plain):
    """An RSA key of more than two factors (RFC 8017, section A.1.2, version 1)."""

    reason = "multi-prime"
    kind = Kind.RSA_PRIVATE_KEY
    message = "the key has more than two prime factors, which the SDKs cannot use: generate another"


class WrongParameters(_Plain):
    """rsaEncryption without its NULL (RFC 8017, section A.1)."""

    reason = "wrong-parameters"
    message = (
        "the algorithm identifier has no NULL parameter, which some programs refuse: write the "
        "key anew with `openssl pkey -in KEY -out NEW`"
    )


class WrongSize(KeyRefused):
    """A modulus too short to be safe or too long to be used in bounded time."""

    reason = "wrong-size"

    def __init__(self, bits: int, least: int, most: int) -> None:
        self.bits = bits
        self.least = least
        self.most = most
        super().__init__(f"a key of {bits} bits is not taken ({least} to {most}): use 2048")


class InconsistentKey(KeyRefused):
    """The numbers of the key do not belong together."""

    reason = "inconsistent-key"
    kind = Kind.RSA_PRIVATE_KEY

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        """The first rule that does not hold."""
        super().__init__(
            f"the key's numbers do not belong together ({rule.value}): it was altered and would "
            "sign wrongly; copy it anew"
        )


class FailsFullCheck(_Plain):
    """The numbers fit, but the library's full check fails: a factor is not prime."""

    reason = "fails-full-check"
    kind = Kind.RSA_PRIVATE_KEY
    message = "a factor of the key is not prime: the key is not safe and signs wrongly; replace it"


class NeedsRepair(KeyRefused):
    """Right, but not well-formed: the lenient way takes it, the strict one does not."""

    reason = "needs-repair"

    def __init__(self, kind: Kind, repairs: tuple[Repair, ...]) -> None:
        self.kind = kind
        self.repairs = repairs
        """What the lenient way would repair, in order."""
        names = ", ".join(repair.value for repair in repairs)
        super().__init__(f"the key is right but not well-formed ({names}): convert it to be clean")
