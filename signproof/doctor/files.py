"""The file itself: what a path names, and its octets, few and without blocking."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from signers.pfx import DEFAULT_LIMITS
from signers.rsa_keys.text import LARGEST_INPUT
from signers.secret import Secret
from signers.shioaji import env
from signers.tiger.settings import FILE_NAME, LARGEST

__all__ = [
    "LARGEST_SECRET",
    "MOST",
    "Source",
    "SourceUnreadable",
    "read_file",
    "read_source",
    "shown",
]

MOST = max(LARGEST_INPUT, LARGEST, env.LARGEST, DEFAULT_LIMITS.octets)
"""Octets: as many as the largest thing that is examined may have, which is a pfx."""
LARGEST_SECRET = 65_536
"""Octets of a file with a passphrase or a password."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_UTF_16 = {b"\xff\xfe", b"\xfe\xff"}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file that was read; a repr of it shows no octet."""

    path: Path
    octets: Secret
    mode: int
    """The permission bits."""

    @property
    def is_open_to_others(self) -> bool:
        """Whether more than its owner may use it."""
        return bool(self.mode & _OTHERS)

    @property
    def text(self) -> str:
        """What stands in it, to be recognised: without a byte order mark, and never refused."""
        octets = self.octets.reveal()
        charset = "utf-16" if octets[:2] in _UTF_16 else "utf-8"
        return octets.decode(charset, "replace").removeprefix("\ufeff")


class SourceUnreadable(Exception):
    """There is no file to examine; the message is one line."""

    def __init__(self, path: Path, what: str, advice: str = "") -> None:
        self.path = path
        self.what = what
        """What is wrong."""
        self.problem = f"{what}: {advice}" if advice else what
        """The same, with what to do."""
        super().__init__(f"{shown(path)}: {self.problem}")


def shown(path: Path) -> str:
    """Return the path as text that every encoding of Unicode can hold."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_source(path: Path) -> Source:
    """Return the file at *path*, or Tiger's settings file in the folder there.

    Raises SourceUnreadable.
    """
    with suppress(OSError, ValueError):  # `read_file` says what it is
        if path.is_dir():
            folder, path = path, path / FILE_NAME
            if not path.exists():
                raise SourceUnreadable(folder, f"a folder without {FILE_NAME}", "name a file")
    return read_file(path)


def read_file(path: Path, most: int = MOST) -> Source:
    """Return the file at *path*, of *most* octets.

    Nothing else than an ordinary file is opened: a pipe would block and a device never end. What is
    too large is not read. Raises SourceUnreadable.
    """
    try:
        return _read(path, most)
    except OSError as error:
        problem = error.strerror or "it cannot be read"
    except ValueError:  # an octet 0
        problem = "no file has such a name"
    raise SourceUnreadable(path, problem)


def _read(path: Path, most: int) -> Source:
    if not stat.S_ISREG(path.stat().st_mode):
        raise SourceUnreadable(path, "no ordinary file", "name a file, or a folder with one")
    # Without blocking: by now it may be something else.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        # A file may also grow, or say nothing of its size.
        octets = Secret(b"" if found.st_size > most else file.read(most + 1))
    if max(found.st_size, len(octets)) > most:
        advice = "no key, no pfx and no settings are so large"
        raise SourceUnreadable(path, f"more than {most} octets", advice)
    return Source(path, octets, stat.S_IMODE(found.st_mode))
