"""What can be wrong with settings: a closed list, what to do, and the error that carries it.

A finding says a line, a known key or variable, and a detail out of a closed list. No finding and no
error holds a value, nor a key that is not known: a broken private key may stand where keys do.
"""

import enum
from dataclasses import dataclass

from signers.errors import InvalidInput

__all__ = ["Difference", "Finding", "SettingsRefused", "Trap"]


class Trap(enum.StrEnum):
    """Something that goes wrong, or soon will; the value is the reason's identifier."""

    FILE_MISSING = "file-missing"
    """There is nothing at the path."""
    FOLDER_WITHOUT_FILE = "folder-without-file"
    """The path is a folder that has no settings file in it."""
    FOLDER = "folder"
    """A folder has the settings file's name."""
    FILE_UNREADABLE = "file-unreadable"
    """The file cannot be opened or read, or is no ordinary file."""
    TOO_LARGE = "too-large"
    """More octets or lines than any settings have."""
    NOT_UTF8 = "not-utf-8"
    """Octets that are not UTF-8; the detail is `utf-16` where they say so themselves."""
    BYTE_ORDER_MARK = "byte-order-mark"
    """U+FEFF at the start: part of the first key to Python, skipped by Java (sdk, source)."""
    BAD_ESCAPE = "bad-escape"
    r"""A ``\u`` without four hexadecimal digits, or half a pair: Python reads nothing (sdk)."""
    METADATA_COMMENT = "metadata-comment"
    """A comment ``#:`` or ``!:`` that names nothing: the parser of the Python SDK raises (sdk)."""
    DUPLICATE_KEY = "duplicate-key"
    """A key that stood on an earlier line; the detail is that line. The last counts (source)."""
    UNKNOWN_KEY = "unknown-key"
    """A key that no SDK is known to read; the detail is the known one that it resembles."""
    READ_DIFFERENTLY = "read-differently"
    """Python and Java read the line differently; the detail is a `Difference`."""
    OVERRIDDEN = "overridden"
    """An environment variable, the detail, has another value and beats the file (source)."""
    INLINE_COMMENT = "inline-comment"
    """A ``#`` in a value: properties have no such comments, it stays in the value (sdk)."""
    TRAILING_SPACE = "trailing-space"
    """White space at an end of a value; it stays, except with Java (sdk, source)."""
    QUOTED = "quoted"
    """Quotation marks around a value; they stay."""
    GLUED_TEXT = "glued-text"
    """Text right after a value, as in the page's ``env=PRODFor …`` (seed); what should stand is
    the detail, where it is no secret."""
    SETTING_MISSING = "setting-missing"
    """Absent or empty; without tiger_id and private key nothing can be signed."""
    MALFORMED_VALUE = "malformed-value"
    """Not what this key takes. Python skips such numbers and languages in silence (source)."""
    UNKNOWN_LICENCE = "unknown-licence"
    """None of `Licence`."""
    UNKNOWN_ENVIRONMENT = "unknown-environment"
    """None of `Environment`, which Python takes for the real one (source)."""
    ACCOUNT_SHAPE = "account-shape"
    """No known shape of account numbers (seed, sdk)."""
    SECRET_KEY_SHAPE = "secret-key-shape"  # noqa: S105 - a reason's name
    """Not a UUID, as the page's example is (seed); that all are is inferred."""
    SECRET_KEY_MISSING = "secret-key-missing"  # noqa: S105
    """Empty, or absent although said to be an institution's settings (seed)."""
    TOKEN_SHAPE = "token-shape"  # noqa: S105
    """Not a TBHK token; the detail is the reason of `parse_token`."""
    KEY_UNREADABLE = "key-unreadable"
    """No private key; the detail is the reason of `signers.rsa_keys`."""
    KEY_NOT_WELL_FORMED = "key-not-well-formed"
    """Right once repaired; the detail names the repairs of `signers.rsa_keys`."""
    KEY_FORM = "key-form"
    """A PKCS#1 key under the name of PKCS#8 or the reverse; the detail is the form found."""
    KEYS_DIFFER = "keys-differ"
    """The keys in the file are not one and the same; the detail is the other's name."""
    HOST_MISMATCH = "host-mismatch"
    """TBUS with the others' gateway, or the reverse (sdk, inferred); the detail is the licence."""


class Difference(enum.StrEnum):
    """How Python (tigeropen 3.8.0, sdk) and Java (2.2.4, source) read one line."""

    ONLY_PYTHON = "only-python"
    """Java reads no setting here: it knows no separator but ``=``."""
    ONLY_JAVA = "only-java"
    """Python reads none: a comment with ``!``, a continued line, or one with a broken escape."""
    KEYS = "keys"
    """Both read a setting, under different keys."""
    VALUES = "values"
    """Both read this key, with different values: escapes, continued lines, trailing space."""


_ADVICE = {
    Trap.FILE_MISSING: "there is no such file: download tiger_openapi_config.properties, or pass "
    "the folder that holds it",
    Trap.FOLDER_WITHOUT_FILE: "the folder holds no tiger_openapi_config.properties: put it there, "
    "or pass the file's path",
    Trap.FOLDER: "a folder has the name of the settings file: pass the file's own path",
    Trap.FILE_UNREADABLE: "the file cannot be read: check its permissions and that it is an "
    "ordinary file",
    Trap.TOO_LARGE: "this is too large for settings: pass tiger_openapi_config.properties",
    Trap.NOT_UTF8: "this is not UTF-8, and the Python SDK then reads nothing: save it as UTF-8",
    Trap.BYTE_ORDER_MARK: "a byte order mark hides the first key from the Python SDK: save the "
    "file as UTF-8 without it",
    Trap.BAD_ESCAPE: "a \\u is not followed by four hexadecimal digits or is half a pair, and the "
    "Python SDK then reads nothing: write \\\\ for a backslash",
    Trap.METADATA_COMMENT: "a comment that starts so stops the Python SDK from reading anything: "
    "take the colon away",
    Trap.DUPLICATE_KEY: "the key also stands on line {detail}, and the later one counts: keep one",
    Trap.UNKNOWN_KEY: "no SDK is known to read this key, which resembles {detail}: correct it",
    Trap.READ_DIFFERENTLY: "the SDKs for Python and Java do not read this line alike ({detail}): "
    "write it as key=value in one line, without spaces and backslashes",
    Trap.OVERRIDDEN: "{detail} has another value and is used instead: unset it or correct one",
    Trap.INLINE_COMMENT: "the comment is part of the value: put it on a line of its own",
    Trap.TRAILING_SPACE: "white space at an end is part of the value: take it away",
    Trap.QUOTED: "the quotation marks are part of the value: take them away",
    Trap.GLUED_TEXT: "there is text right after the value {detail}: end the line before it",
    Trap.SETTING_MISSING: "it is missing or empty: copy it from the developer page",
    Trap.MALFORMED_VALUE: "this key does not take such a value: correct or remove it",
    Trap.UNKNOWN_LICENCE: "the licence is none of TBNZ, TBSG, TBHK, TBAU, TBUS: copy it anew",
    Trap.UNKNOWN_ENVIRONMENT: "the environment is none of PROD, SANDBOX, TEST, and the Python SDK "
    "would take it for the real one: write PROD",
    Trap.ACCOUNT_SHAPE: "an account has 5 to 10 digits (prime), 17 (paper), or U, DU, F or DF and "
    "digits (global): copy it anew",
    Trap.SECRET_KEY_SHAPE: "the secret_key is not a UUID: copy it anew from the Institutional Hub",
    Trap.SECRET_KEY_MISSING: "institutions need a secret_key: copy it from the Institutional Hub",
    Trap.TOKEN_SHAPE: "this is not a token ({detail}): copy it anew, without `Bearer`",
    Trap.KEY_UNREADABLE: "no private key can be read here ({detail}): copy it anew, in one line",
    Trap.KEY_NOT_WELL_FORMED: "the key is right but not well-formed ({detail}), which some SDKs "
    "refuse: convert it",
    Trap.KEY_FORM: "the key's form is {detail}, not the one in this key's name, which some SDKs "
    "refuse: swap or convert it",
    Trap.KEYS_DIFFER: "this is not the same key as {detail}, and SDKs differ in which they use: "
    "keep the one whose public key is registered",
    Trap.HOST_MISMATCH: "this gateway is not the one of the licence {detail}: remove server_url or "
    "correct one of them",
}  # fmt: skip
_NO_DETAIL = {
    Trap.UNKNOWN_KEY: "no SDK is known to read this key: correct or remove it",
    Trap.GLUED_TEXT: "there is text right after the value: end the line before it",
    Trap.OVERRIDDEN: "an environment variable is used instead: unset it or correct one",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One trap, where it is, and whether the settings can be used all the same."""

    trap: Trap
    line: int | None = None
    """From 1; None for a variable, for what is absent, and for the file as a whole."""
    key: str | None = None
    """The known key or environment variable; None where there is none."""
    fatal: bool = True
    """Whether `read` raises for it. What is not used, or is a matter of taste, is not fatal."""
    detail: str | None = None
    """A reason, name or number that depends on the trap; never a part of a secret value."""

    @property
    def advice(self) -> str:
        """What is wrong and what to do, in one sentence."""
        if self.detail is None:
            return _NO_DETAIL.get(self.trap, _ADVICE[self.trap])
        return _ADVICE[self.trap].format(detail=self.detail)

    def __str__(self) -> str:
        line = None if self.line is None else f"line {self.line}"
        where = ", ".join(part for part in (line, self.key) if part)
        return f"{where}: {self.advice}" if where else self.advice


class SettingsRefused(InvalidInput):
    """The settings cannot be used as they are."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        """All findings, those that are not fatal included, in the order of the lines."""
        fatal = [finding for finding in findings if finding.fatal]
        self.reason = fatal[0].trap.value
        more = f" (and {len(fatal) - 1} more; see inspect)" if len(fatal) > 1 else ""
        super().__init__(f"{fatal[0]}{more}")
