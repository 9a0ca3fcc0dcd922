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
    "OTHERS",
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
"""Every key whose value is looked at here."""

OTHERS = (
    # Documented: the help of shioaji-cli 1.7.9.
    "SJ_PROXY",
    "SJ_HOME_PATH",
    "SJ_TIMEOUT",
    "SJ_AGENT_HARNESS",
    "SJ_AGENT_HARNESS_SECRET",
    "SJ_AGENT_HARNESS_INITIAL_ENABLED",
    "SJ_AGENT_HARNESS_BROKER_SOCKET",
    "SJ_AGENT_HARNESS_BROKER_URL",
    "SJ_AGENT_HARNESS_BROKER_TOKEN",
    "SJ_HTTP_ALLOWED_ORIGINS",
    "SJ_HTTP_CORS",
    "SJ_HTTP_TIMEOUT",
    "SJ_HTTP_LOG",
    "SJ_HTTP_TLS_CERT",
    "SJ_HTTP_TLS_KEY",
    "SJ_HTTP_ACME_DOMAINS",
    "SJ_HTTP_ACME_CONTACTS",
    "SJ_HTTP_ACME_CACHE",
    "SJ_HTTP_ACME_DIRECTORY_NAME",
    "SJ_HTTP_ACME_DIRECTORY_URL",
    "SJ_HTTP3",
    # Documented: the broker's CLI.md, that package's page on PyPI, the type stubs of shioaji 1.7.9.
    "SJ_UDS_PATH",
    "SJ_UDS_DISABLE",
    "SJ_LOG_DIR",
    "SJ_CONTRACTS_PATH",
    # Observed: shioaji 1.3.3 logs into the one; the folder of shioaji-cli 1.7.9 for logs has the
    # port of the other in its name where SJ_HTTP_ADDR is not set.
    "SJ_LOG_PATH",
    "SJ_BIND_ADDR",
)
"""Further settings that the broker's programs know, by name alone."""


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
    """At what the SDK's reader stops, silently: neither this line nor any after it is read.

    All of them were seen with shioaji-cli 1.7.9.
    """

    BACKSLASH = "backslash"
    """A backslash that is neither in single quotes nor before ``n``, ``$``, a quotation mark, a
    space or a backslash: a Windows path without quotes or in double ones."""
    SPACE = "space"
    """Behind the first space of a value without quotes, or behind a quoted one and a space, stands
    something that is no comment."""
    NOT_UTF8 = "not-utf-8"
    """Octets that are not UTF-8, such as Big5 or UTF-16."""
    NO_EQUALS_SIGN = "no-equals-sign"
    """A line that is neither empty, nor a comment, nor a setting."""
    KEY = "key"
    """A key of other characters than letters, digits, ``_`` and ``.``, or one that begins with a
    digit or ``.``."""
    UNCLOSED = "unclosed"
    """A quotation mark or a ``${`` without its other half, be it lines below. A backslash before
    the other half hides it in single quotes, too; and a ``$name`` right before it takes it."""
    NO_LINE_END = "no-line-end"
    """The file ends with a space or a backslash, without a line end."""
    NUL = "nul"
    """A value with a NUL: the program itself ends here with an error."""


class Doubt(enum.StrEnum):
    """Why it is not known what a reader makes of a line.

    That it goes on after it is inferred.
    """

    DOLLAR = "dollar"
    """For both readers, a variable that makes the value longer than `LARGEST`, or comes from such
    a one."""
    NAME = "name"
    """For the server, a ``$`` and a name without braces, and right behind it a mark or symbol that
    is not ASCII: some of them are part of the name."""


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
    """The names of variables that were put into the value, or left out of it; a ``$`` alone has an
    empty one."""
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
