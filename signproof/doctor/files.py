"""The file itself: what a path names, and its octets, few and without blocking."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from signers.rsa_keys.text import LARGEST_INPUT
from signers.secret import Secret
from signers.tiger.settings import FILE_NAME, LARGEST

__all__ = ["MOST", "Source", "SourceUnreadable", "read_source", "shown"]

MOST = max(LARGEST_INPUT, LARGEST)
"""Octets: as many as the largest thing that is examined may have."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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


class SourceUnreadable(Exception):
    """There is no file to examine; the message is one line."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{shown(path)}: {problem}")


def shown(path: Path) -> str:
    """Return the path as text that every encoding of Unicode can hold."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_source(path: Path) -> Source:
    """Return the file at *path*, or the settings file in the folder there.

    Nothing else than an ordinary file is opened: a pipe would block and a device never end. Raises
    SourceUnreadable.
    """
    try:
        if path.is_dir():
            path /= FILE_NAME
            if not path.exists():
                raise SourceUnreadable(path.parent, f"a folder without {FILE_NAME}: name a file")
        return _read(path)
    except OSError as error:
        problem = error.strerror or "it cannot be read"
    except ValueError:  # an octet 0
        problem = "no file has such a name"
    raise SourceUnreadable(path, problem)


def _read(path: Path) -> Source:
    if not stat.S_ISREG(path.stat().st_mode):
        raise SourceUnreadable(path, "no ordinary file: name a file, or a folder with one")
    # Without blocking: by now it may be something else.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        octets = Secret(file.read(MOST + 1))
    if len(octets) > MOST:
        raise SourceUnreadable(
            path, f"more than {MOST} octets: no key and no settings are so large"
        )
    return Source(path, octets, mode)
