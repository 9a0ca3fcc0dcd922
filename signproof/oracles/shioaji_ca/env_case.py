"""What the tables of `.env` files are made of: the page's four lines, and what is read of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from signproof.oracles.shioaji_ca.base58 import API_KEY, SECRET
from signproof.oracles.shioaji_ca.files import Pairs

__all__ = [
    "HEAD",
    "KEY",
    "NOTHING",
    "NO_PW",
    "PAGE",
    "PASSWD",
    "PATH",
    "PW",
    "READ",
    "SEC",
    "Case",
    "Findings",
    "K",
    "P",
    "S",
    "missing",
    "passwd",
]

KEY, SEC = f"SJ_API_KEY={API_KEY}\n", f"SJ_SEC_KEY={SECRET}\n"
PATH, PASSWD = "SJ_CA_PATH=/EXAMPLE/Sinopac.pfx\n", "SJ_CA_PASSWD=EXAMPLE\n"
HEAD = KEY + SEC + PATH
PAGE = HEAD + PASSWD
READ = {
    "SJ_API_KEY": API_KEY,
    "SJ_SEC_KEY": SECRET,
    "SJ_CA_PATH": "/EXAMPLE/Sinopac.pfx",
    "SJ_CA_PASSWD": "EXAMPLE",
}
PW, P, K, S = "SJ_CA_PASSWD", "SJ_CA_PATH", "SJ_API_KEY", "SJ_SEC_KEY"
NO_PW: dict[str, str | None] = {PW: None}
NOTHING: dict[str, str | None] = dict.fromkeys(READ)

Findings = tuple[tuple[str, int | None, str | None], ...]
"""Trap, line, key."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file."""

    name: str
    comment: str
    file: bytes
    python: Mapping[str, str | None] | None = field(default_factory=dict)
    """What the library reads other than the page's values, None for what it does not read; as a
    whole None where that depends on its version."""
    server: Mapping[str, str | None] = field(default_factory=dict)
    """What the server reads other than the page's values, None for what it does not read."""
    stopped_at: int | None = None
    """The line at which the server's reader stops."""
    python_stopped_at: int | None = None
    findings: Findings = ()
    environment: tuple[tuple[str, str], ...] = ()

    def stop(self, dialect: str) -> int | None:
        """Return the line at which reading stops, None where it does not."""
        return self.python_stopped_at if dialect == "python-dotenv" else self.stopped_at

    def pairs(self, dialect: str) -> Pairs:
        """Return what is read, sorted by key; nothing where it is unknown."""
        changes = self.python if dialect == "python-dotenv" else self.server
        if changes is None:
            return ()
        values = {**READ, **changes}
        return tuple(sorted((key, value) for key, value in values.items() if value is not None))


def missing(*keys: str) -> Findings:
    """Return these keys as missing."""
    return tuple(("setting-missing", None, key) for key in keys)


def passwd(line: str) -> bytes:
    """Return a file with this for its last line, or lines, in the place of the password's."""
    return (HEAD + line).encode()
