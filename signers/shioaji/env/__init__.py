"""The ``.env`` of the page, which two programs read in two ways.

`read` returns what one `Dialect` makes of a file's octets; `inspect` returns, line by line, where
the two differ and what else is wrong. `PLACES` says which folder each reads. Files are not opened
here, and the process's own environment is never looked at: pass ``os.environ`` where it shall
count. No finding holds a value.
"""

from collections.abc import Mapping

from signers.shioaji.env.findings import Difference, Finding, Trap
from signers.shioaji.env.judging import judge
from signers.shioaji.env.model import (
    DOCUMENTED,
    KEYS,
    LARGEST,
    OTHERS,
    PAGE_KEYS,
    PLACES,
    Dialect,
    Doubt,
    Entry,
    Place,
    Reading,
    StopReason,
)
from signers.shioaji.env.python import read_python
from signers.shioaji.env.server import read_server

__all__ = [
    "DOCUMENTED",
    "KEYS",
    "LARGEST",
    "OTHERS",
    "PAGE_KEYS",
    "PLACES",
    "Dialect",
    "Difference",
    "Doubt",
    "Entry",
    "Finding",
    "Place",
    "Reading",
    "StopReason",
    "Trap",
    "inspect",
    "read",
]

_READERS = {Dialect.PYTHON: read_python, Dialect.SERVER: read_server}


def read(octets: bytes, dialect: Dialect, environment: Mapping[str, str] | None = None) -> Reading:
    """Return what *dialect* reads in a file's octets, with the variables of *environment*."""
    return _READERS[dialect](octets, environment or {})


def inspect(octets: bytes, environment: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Return all that is wrong or read differently, by line, what has no line at the end."""
    return judge(octets, environment or {})
