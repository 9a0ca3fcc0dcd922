"""What can go wrong with a ``.env``: a closed list, and what to do.

A finding says a line, a known key, who reads it so, and a detail out of a closed list. None holds
a value, nor a key that is not known.
"""

import enum
from dataclasses import dataclass

from signers.shioaji.env.model import Dialect, StopReason

__all__ = ["Difference", "Finding", "Trap"]


class Trap(enum.StrEnum):
    """Something that goes wrong, or soon will; the value is its identifier."""

    TOO_LARGE = "too-large"
    """More octets than any settings have."""
    NOT_UTF8 = "not-utf-8"
    """The library reads nothing and raises; the server's reader stops at the line. The detail is
    ``utf-16`` where the octets say so themselves."""
    BYTE_ORDER_MARK = "byte-order-mark"
    """U+FEFF at the start: fine for the server (sdk), and for python-dotenv from 1.2.3 on; before,
    it is part of the first key."""
    SERVER_STOPS = "server-stops"
    """The server's reader stops here without a word; the detail is a `StopReason` (sdk)."""
    NOT_REACHED = "not-reached"
    """A known key after the line at which the server's reader stops; the detail is that line."""
    PYTHON_SKIPS = "python-skips"
    """A line that python-dotenv leaves out with a warning in the log."""
    READ_DIFFERENTLY = "read-differently"
    """The two read the line differently; the detail is a `Difference`."""
    IN_DOUBT = "in-doubt"
    """What a reader makes of the line is not known; the detail is a `Doubt`."""
    SUBSTITUTED = "substituted"
    """A variable is put into the value in place of its name; the detail says who does so."""
    SPACED_COMMENT = "spaced-comment"
    """A comment right after ``= ``: no value, but python-dotenv before 1.2.4 takes it for one."""
    DUPLICATE_KEY = "duplicate-key"
    """A key that stood on an earlier line, the detail: for python-dotenv the last counts, for the
    server the first."""
    OVERRIDDEN = "overridden"
    """The process's environment has another value, and wins."""
    UNKNOWN_KEY = "unknown-key"
    """A key like the SDK's that is not known here; the detail is the known one it resembles."""
    SETTING_MISSING = "setting-missing"
    """Absent or empty. Key and secret are always needed, the CA for production orders only."""
    CREDENTIAL = "credential"
    """Not a key, or not a secret; the detail is a `CredentialTrap`."""
    MALFORMED_VALUE = "malformed-value"
    """Not what the key takes (documented): SJ_PRODUCTION and SJ_HTTP_AUTH are only ``true`` or
    ``false``, SJ_RECEIVE_WINDOW milliseconds; of 0 shioaji-cli 1.7.9 says so itself (sdk)."""
    PATH_CONTROL = "path-control"
    """A tab, newline or the like in the CA's path: a backslash and a letter in double quotes."""
    PATH_BACKSLASH = "path-backslash"
    """Backslashes in the CA's path: the page says to write others (documented)."""
    PATH_NOT_ASCII = "path-not-ascii"
    """Characters in the CA's path that users reported not to work."""


class Difference(enum.StrEnum):
    """How the two readings of one line differ."""

    ONLY_PYTHON = "only-python"
    """The server's reader reads nothing there."""
    ONLY_SERVER = "only-server"
    """python-dotenv reads nothing there: it is inside of what it reads as one value, or skipped."""
    DOLLAR = "dollar"
    """The values differ by what is put in for ``$``."""
    BACKSLASH = "backslash"
    """The values differ by what becomes of a backslash."""
    VALUES = "values"
    """The values differ otherwise."""


_ADVICE = {
    Trap.TOO_LARGE: "this is too large for settings: pass the .env itself",
    Trap.NOT_UTF8: "this is not UTF-8: save the file as UTF-8",
    Trap.BYTE_ORDER_MARK: "a byte order mark hides the first key from older versions of "
    "python-dotenv: save the file as UTF-8 without it",
    Trap.SERVER_STOPS: "the server stops reading here ({detail}), silently: put the value in "
    "single quotes, write paths with forward slashes, save as UTF-8",
    Trap.NOT_REACHED: "the server does not read this, since it stopped at line {detail}: correct "
    "that line",
    Trap.PYTHON_SKIPS: "python-dotenv cannot read this and skips it: check its quotation marks",
    Trap.READ_DIFFERENTLY: "python-dotenv and the server read this differently ({detail}): put the "
    "value in single quotes, in one line, with forward slashes",
    Trap.IN_DOUBT: "what is read here is not known ({detail}): put the value in single "
    "quotes, in one line",
    Trap.SUBSTITUTED: "the $ and the name after it are replaced by a variable ({detail}): put the "
    "value in single quotes; for python-dotenv also write no braces after a $",
    Trap.SPACED_COMMENT: "older versions of python-dotenv take this comment for the value: put it "
    "on a line of its own",
    Trap.DUPLICATE_KEY: "the key also stands on line {detail}, and python-dotenv takes the last, "
    "the server the first: keep one",
    Trap.OVERRIDDEN: "an environment variable of this name has another value and is used instead: "
    "unset it or correct one",
    Trap.UNKNOWN_KEY: "this key is not known, but resembles {detail}: correct it",
    Trap.SETTING_MISSING: "it is missing or empty: set it as the page shows",
    Trap.CREDENTIAL: "this cannot be right ({detail}): copy it from the API management page",
    Trap.MALFORMED_VALUE: "no such value is documented for this key: SJ_PRODUCTION and "
    "SJ_HTTP_AUTH are true or false, SJ_RECEIVE_WINDOW milliseconds, 1 or more",
    Trap.PATH_CONTROL: "a backslash in double quotes became a control character: write the path "
    "with forward slashes",
    Trap.PATH_BACKSLASH: "write the path with forward slashes",
    Trap.PATH_NOT_ASCII: "the path has characters that are not ASCII: move the file",
}  # fmt: skip
_STOPS = {
    StopReason.KEY: "write keys of letters, digits and _ alone",
    StopReason.UNCLOSED: "close quotation marks and braces, and write none in comments",
    StopReason.NO_LINE_END: "end the file with a line end",
    StopReason.NUL: "leave out the NUL",
}
_NO_DETAIL = {
    Trap.UNKNOWN_KEY: "this key is not known here: check its spelling",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One trap and where it is."""

    trap: Trap
    line: int | None = None
    """From 1; None for the environment, for what is absent, and for the file as a whole."""
    key: str | None = None
    """The known key; None where there is none."""
    dialect: Dialect | None = None
    """Who reads it so; None for both."""
    detail: str | None = None
    """A word, name or number that depends on the trap; never a part of a value."""

    @property
    def advice(self) -> str:
        """What is wrong and what to do, in one sentence."""
        if self.detail is None:
            return _NO_DETAIL.get(self.trap, _ADVICE[self.trap])
        text = _ADVICE[self.trap].format(detail=self.detail)
        if self.trap is Trap.SERVER_STOPS and self.detail in _STOPS:
            return f"{text.partition(': ')[0]}: {_STOPS[StopReason(self.detail)]}"
        return text

    def __str__(self) -> str:
        line = None if self.line is None else f"line {self.line}"
        where = ", ".join(part for part in (line, self.key, self.dialect) if part)
        return f"{where}: {self.advice}" if where else self.advice
