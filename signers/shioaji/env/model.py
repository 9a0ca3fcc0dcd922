"""What a ``.env`` holds for the SDK, and who reads which file how."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from signers.evidence import Evidence
from signers.secret import Secret

__all__ = [
    "DOCUMENTED",
    "KEYS",
    "LARGEST",
    "PAGE_KEYS",
    "PLACES",
    "Dialect",
    "Doubt",
    "Entry",
    "Place",
    "Reading",
    "StopReason",
]

PAGE_KEYS = ("SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PATH", "SJ_CA_PASSWD")
"""The page's own (documented)."""

DOCUMENTED = ("SJ_PRODUCTION", "SJ_HTTP_ADDR", "SJ_HTTP_AUTH", "SJ_RECEIVE_WINDOW")
"""Others that the broker documents for its server."""

KEYS = (*PAGE_KEYS, *DOCUMENTED)
"""Every key that is known here; the broker documents more."""


LARGEST = 16_384
"""Octets of a file that is judged, and characters of a value once variables are put in."""


class Dialect(enum.StrEnum):
    """Who reads the file."""

    PYTHON = "python-dotenv"
    """The library python-dotenv: the page's route for Python."""
    SERVER = "server"
    """The SDK's own reader, of ``shioaji server start``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dialect's file is looked for."""

    dialect: Dialect
    folder: str
    """In words."""
    evidence: Evidence
    note: str = ""


PLACES = (
    Place(
        Dialect.PYTHON,
        "the root of the Python project, next to pyproject.toml",
        Evidence.DOCUMENTED,
        "load_dotenv() looks in the folder of the file that calls it, then in each folder above",
    ),
    Place(
        Dialect.SERVER,
        "the folder in which `shioaji server start` is run",
        Evidence.DOCUMENTED,
    ),
)
"""The page, "Confirm The API Key And Certificate"; the note is the library's own rule."""


class StopReason(enum.StrEnum):
    """At what the SDK's reader stops, silently: neither this line nor any after it is read."""

    BACKSLASH = "backslash"
    """A Windows path without quotes or in double ones (sdk)."""
    SPACE = "space"
    """A space in a value without quotes (sdk)."""
    NOT_UTF8 = "not-utf-8"
    """Octets that are not UTF-8, such as Big5 or UTF-16 (sdk)."""
    NO_EQUALS_SIGN = "no-equals-sign"
    """A line that is neither empty, nor a comment, nor a setting (inferred)."""


class Doubt(enum.StrEnum):
    """Why it is not known what a reader, nearly always the SDK's, makes of a line.

    That it goes on after it is inferred.
    """

    BACKSLASH = "backslash"
    r"""``\n``, or a backslash before something that is no letter or digit, such as another one."""
    DOLLAR = "dollar"
    """A ``$`` in double quotes, or before something that is no name; and, for both readers, a
    variable that makes the value longer than `LARGEST`, or comes from such a one."""
    COMMENT = "comment"
    """A ``#`` right after other characters, or at the start of the value."""
    QUOTE = "quote"
    """A quotation mark inside a value, or text after a quoted one."""
    UNCLOSED = "unclosed"
    """A quotation mark without its other half on the line."""
    KEY = "key"
    """A key of other characters than letters, digits and ``_``, or ``.``."""
    CARRIAGE_RETURN = "carriage-return"
    """A carriage return inside the line."""
    DUPLICATE = "duplicate"
    """The key stood on an earlier line."""


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A setting as it was read; a repr of it shows nothing."""

    line: int
    """Its first line, from 1."""
    key: str | None
    """None where it is not known."""
    value: str | None
    """None where it is not known; see *doubt*."""
    doubt: Doubt | None = None
    substituted: tuple[str, ...] = ()
    """The names of variables that were put into the value, or left out of it."""
    raw: str = ""
    """The line, or the lines, as they stand."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """All that one dialect reads."""

    dialect: Dialect
    entries: tuple[Entry, ...]
    values: Mapping[str, Secret]
    """By known key, what counts in the end: the process's environment beats the file, in both
    dialects (sdk; the library, called as on the page)."""
    in_doubt: frozenset[str] = frozenset()
    """Known keys whose value is not known, and not in *values*."""
    skipped: tuple[int, ...] = ()
    """Lines that are left out with a warning in the log: the library's way with what it cannot
    read."""
    stopped_at: int | None = None
    """The line at which reading ended; 1 for the library where the octets are not UTF-8, since it
    then reads nothing and raises."""
    stop_reason: StopReason | None = None
