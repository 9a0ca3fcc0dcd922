"""API key and secret key, checked as the SDK does before it sends anything, and a little more.

What the SDK refuses was seen with shioaji 1.7.9; its messages are kept as they are. That it takes
something else for a key does not make it one: what people paste by mistake is named too.
"""

import enum
import re
from dataclasses import dataclass, field

from signers.errors import InvalidInput, NotUtf8
from signers.evidence import Evidence
from signers.secret import Secret
from signers.shioaji import base58

__all__ = [
    "API_KEY_LENGTH",
    "SECRET_OCTETS",
    "CredentialFinding",
    "CredentialTrap",
    "Credentials",
    "CredentialsRefused",
    "check_credentials",
    "is_national_id",
]

API_KEY_LENGTH = 10
"""Characters that an API key has at least (sdk)."""

SECRET_OCTETS = 32
"""Octets of a secret key once decoded (sdk)."""

_LONGEST = 1_000
_NATIONAL_ID = re.compile(r"[A-Za-z][0-9]{9}")
_HEX = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")  # of 32 octets, however it ends
_PLACEHOLDER = re.compile(r"<.*>|YOUR[ _].*|.*\bfrom above\b.*", re.DOTALL)
_KEY = re.compile(r"[!-9;-~]+")
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)


class CredentialTrap(enum.StrEnum):
    """What is wrong with a credential; the value is the reason's identifier."""

    EMPTY = "empty"
    """Nothing there."""
    PLACEHOLDER = "placeholder"
    """The page's own words, such as ``<API Key from above>``."""
    QUOTED = "quoted"
    """Quotation marks around it, as a reader of ``.env`` may leave them."""
    WHITE_SPACE = "white-space"
    """White space around or in it. The SDK refuses a secret with a space or newline after it (sdk);
    the rest is inferred."""
    KEY_CHARACTERS = "key-characters"
    """A colon, or something else than visible ASCII, in an API key: the header Authorization has no
    room for it (inferred)."""
    KEY_TOO_SHORT = "key-too-short"
    """An API key below `API_KEY_LENGTH`; the detail is its length (sdk)."""
    NATIONAL_ID = "national-id"
    """A Taiwanese id, letter and nine digits, in the key's place. Its ten characters are enough for
    the SDK; the broker then knows no such key (inferred from users' reports)."""
    SECRET_NOT_BASE58 = "secret-not-base58"  # noqa: S105 - a reason's name
    """A character that base58 does not have (sdk)."""
    SECRET_LENGTH = "secret-length"  # noqa: S105
    """Base58 of another number of octets than 32; the detail is that number (sdk)."""
    SECRET_IN_HEX = "secret-in-hex"  # noqa: S105
    """64 hexadecimal digits, which are 32 octets."""
    SECRET_IN_BASE64 = "secret-in-base64"  # noqa: S105
    """Base64 of 32 octets."""
    SECRET_IS_PASSWORD = "secret-is-password"  # noqa: S105
    """No secret, beside a national id for a key: most likely the login password (inferred)."""
    SAME_TWICE = "same-twice"
    """Key and secret are one and the same."""


_ADVICE = {
    CredentialTrap.EMPTY: "it is empty: copy it from the API management page",
    CredentialTrap.PLACEHOLDER: "it is the page's placeholder: put the real value in its place",
    CredentialTrap.QUOTED: "it has quotation marks around it: take them away",
    CredentialTrap.WHITE_SPACE: "it has white space around or in it: copy it anew, in one line",
    CredentialTrap.KEY_CHARACTERS: "it has a colon or something else than visible ASCII: copy it "
    "anew",
    CredentialTrap.KEY_TOO_SHORT: "an API key has at least 10 characters, this has {detail}: copy "
    "it whole",
    CredentialTrap.NATIONAL_ID: "this is a national id, with which one logs in to the web site: "
    "make an API key on the API management page",
    CredentialTrap.SECRET_NOT_BASE58: "a secret key is base58, without 0, O, I, l and signs: copy "
    "it anew; a lost secret cannot be shown again, make a new key",
    CredentialTrap.SECRET_LENGTH: "a secret key is base58 of 32 octets, this is of {detail}: copy "
    "it whole; a lost secret cannot be shown again, make a new key",
    CredentialTrap.SECRET_IN_HEX: "this is hexadecimal: pass the secret in base58, as it was shown",
    CredentialTrap.SECRET_IN_BASE64: "this is base64: pass the secret in base58, as it was shown",
    CredentialTrap.SECRET_IS_PASSWORD: "this looks like the password that goes with the national "
    "id: pass the secret key that was shown when the API key was made",
    CredentialTrap.SAME_TWICE: "key and secret are the same: copy each from its own line",
}


@dataclass(frozen=True, slots=True)
class CredentialFinding:
    """One thing that is wrong, without the value."""

    trap: CredentialTrap
    name: str
    """``api_key`` or ``secret_key``."""
    detail: str | None = None
    """A number, where the trap says so."""
    sdk_message: str | None = None
    """What the SDK says of it (sdk), up to where its base58 library goes on; None where it says
    nothing, or where what it says was not seen."""
    evidence: Evidence = Evidence.SDK
    """How it is known that this is refused."""

    @property
    def advice(self) -> str:
        """What is wrong and what to do."""
        return f"{self.name}: {_ADVICE[self.trap].format(detail=self.detail)}"


class CredentialsRefused(InvalidInput):
    """The credentials cannot be used.

    The reason is the first finding's, but for `CredentialTrap.SECRET_IS_PASSWORD`, which speaks of
    key and secret.
    """

    def __init__(self, findings: tuple[CredentialFinding, ...]) -> None:
        self.findings = findings
        traps = [finding.trap for finding in findings]
        both = CredentialTrap.SECRET_IS_PASSWORD
        self.reason = (both if both in traps else traps[0]).value
        super().__init__("; ".join(finding.advice for finding in findings))


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key and its secret; make them with `load`."""

    api_key: str = field(repr=False)
    secret_key: Secret

    @classmethod
    def load(cls, api_key: str, secret_key: str | Secret) -> "Credentials":
        """Return the credentials; raises CredentialsRefused, or NotUtf8 for a lone surrogate."""
        secret = _read(secret_key)
        del secret_key  # a traceback that shows local variables must not show it
        if secret is None:
            raise NotUtf8
        findings = check_credentials(api_key, secret)
        if findings:
            del api_key
            raise CredentialsRefused(findings)
        return cls(api_key, secret)

    @property
    def secret_octets(self) -> Secret:
        """The 32 octets."""
        return Secret(base58.decode(self.secret_key.reveal_text()) or b"")


def is_national_id(text: str) -> bool:
    """Tell whether *text* has the form of a Taiwanese id: a letter and nine digits."""
    return _NATIONAL_ID.fullmatch(text) is not None


def check_credentials(api_key: str, secret_key: str | Secret) -> tuple[CredentialFinding, ...]:
    """Return what is wrong with key and secret, at most one finding each, and one for both.

    Raises NotUtf8 for a secret that is no text.
    """
    secret = _read(secret_key)
    del secret_key  # a traceback that shows local variables must not show it
    if secret is None:
        raise NotUtf8
    found = [_check_key(api_key), _check_secret(secret.reveal_text())]
    if found[0] and found[0].trap is CredentialTrap.NATIONAL_ID and found[1]:
        trap = CredentialTrap.SECRET_IS_PASSWORD
        old = found[1]
        if old.trap in {CredentialTrap.SECRET_NOT_BASE58, CredentialTrap.SECRET_LENGTH}:
            found[1] = CredentialFinding(trap, old.name, None, old.sdk_message)
    if api_key and secret == Secret(api_key.encode("utf-8", "surrogatepass")):
        found.append(
            CredentialFinding(CredentialTrap.SAME_TWICE, "secret_key", evidence=Evidence.INFERRED)
        )
    return tuple(finding for finding in found if finding)


def _read(secret_key: str | Secret) -> Secret | None:
    """Return the secret, None where it is not UTF-8 text: this frame is gone when it is said."""
    try:
        secret = Secret(secret_key)
        secret.reveal_text()
    except NotUtf8:
        return None
    return secret


def _check_key(text: str) -> CredentialFinding | None:
    name = "api_key"
    count = len(text)
    message = None
    if count < API_KEY_LENGTH:
        message = f"api_key must be at least {API_KEY_LENGTH} characters, got {count}"
    evidence = Evidence.SDK if message else Evidence.INFERRED
    trap = _wrapped(text)
    if trap is None and is_national_id(text):
        trap = CredentialTrap.NATIONAL_ID
    if trap is None and not _KEY.fullmatch(text):
        trap = CredentialTrap.KEY_CHARACTERS
    if trap is not None:
        return CredentialFinding(trap, name, None, message, evidence)
    if message is None:
        return None
    return CredentialFinding(CredentialTrap.KEY_TOO_SHORT, name, str(count), message)


def _check_secret(text: str) -> CredentialFinding | None:
    name = "secret_key"
    octets = base58.decode(text) if len(text) <= _LONGEST else None
    if octets is not None and len(octets) == SECRET_OCTETS:
        return None
    if octets is None:
        trap, detail = CredentialTrap.SECRET_NOT_BASE58, None
        message = "invalid secret_key (base58 decode failed): "
    else:
        trap, detail = CredentialTrap.SECRET_LENGTH, str(len(octets))
        message = (
            f"invalid secret_key (expected {SECRET_OCTETS} bytes after base58 decode, got {detail})"
        )
    named = _wrapped(text)
    if named is None and _HEX.fullmatch(text):
        named = CredentialTrap.SECRET_IN_HEX
    elif named is None and _BASE64.fullmatch(text):
        named = CredentialTrap.SECRET_IN_BASE64
    return CredentialFinding(named or trap, name, None if named else detail, message)


def _wrapped(text: str) -> CredentialTrap | None:
    """Return what was copied along with a value, or stands in its place."""
    if not text:
        return CredentialTrap.EMPTY
    if _PLACEHOLDER.fullmatch(text.strip()):
        return CredentialTrap.PLACEHOLDER
    if _QUOTED.fullmatch(text.strip()):
        return CredentialTrap.QUOTED
    return CredentialTrap.WHITE_SPACE if len(text.split()) != 1 or text != text.strip() else None
