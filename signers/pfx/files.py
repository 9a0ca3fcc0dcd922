"""Open a PKCS#12 file by its path, and say what is wrong with the path."""

import dataclasses
import os
import re
import stat
import unicodedata

from signers.errors import without_frames
from signers.pfx.errors import FileMissing, FileUnreadable, InputTooLarge, NotAFile, PfxRefused
from signers.pfx.opening import DEFAULT_LIMITS, Pfx, open_pfx
from signers.pfx.shapes import Note, PathHint
from signers.pfx.structure import Limits
from signers.secret import Secret

__all__ = ["open_file", "path_hints", "read_file"]

_WHAT = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"\$\{?\w|%\w+%")
# A pipe that nobody writes to does not open otherwise. Not every system has these.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PIECE = 65_536


def open_file(
    path: str | os.PathLike[str],
    password: Secret | None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lenient: bool = False,
) -> Pfx:
    """Return the key and the certificates in the file at *path*: see `open_pfx`.

    Raises PfxRefused, of the path as well; TypeError for other types.
    """
    name = os.fspath(path)
    octets = Secret(read_file(name, limits=limits))
    found = open_pfx(octets, password, limits=limits, lenient=lenient)
    if name.isascii():
        return found
    return dataclasses.replace(found, notes=(*found.notes, Note.NON_ASCII_PATH))


def read_file(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return what is in the file at *path*, which is a file and within the limit of octets.

    What is too large is not read, and what is no file is not opened. Raises FileMissing, NotAFile,
    FileUnreadable, InputTooLarge.
    """
    name = os.fspath(path)
    problem: PfxRefused
    try:
        return _read(name, limits.octets)
    except PfxRefused as error:
        problem = without_frames(error)
    except (FileNotFoundError, ValueError):
        # ValueError is for a NUL in the path.
        problem = FileMissing(name, path_hints(name))
    except OSError as error:
        problem = FileUnreadable(name, error.strerror or type(error).__name__)
    raise problem


def path_hints(path: str) -> tuple[PathHint, ...]:
    """Return what may be wrong with a path at which nothing is."""
    if not path:
        return (PathHint.EMPTY,)
    bare = path.strip()
    holds = {
        PathHint.BACKSLASHES: os.sep != "\\" and "\\" in path,
        PathHint.CONTROL_CHARACTERS: _CONTROL.search(bare) is not None,
        PathHint.SPACE: bare != path,
        PathHint.QUOTES: len(bare) > 1 and bare[0] in "\"'" and bare[-1] == bare[0],
        PathHint.HOME: bare.startswith("~"),
        PathHint.VARIABLE: _VARIABLE.search(path) is not None,
        PathHint.URL: bare.lower().startswith("file:"),
        PathHint.UNICODE_FORM: _spelt_otherwise(path),
    }
    return tuple(hint for hint in PathHint if holds.get(hint))


def _spelt_otherwise(path: str) -> bool:
    """Tell whether a file is there whose name is the same text in another Unicode form."""
    others = {unicodedata.normalize(form, path) for form in ("NFC", "NFD")} - {path}
    return "\0" not in path and any(os.path.exists(other) for other in others)  # noqa: PTH110 - of text as it is


def _read(path: str, most: int) -> bytes:
    _check(path, os.stat(path), most)  # noqa: PTH116 - pathlib would tidy the path
    descriptor = os.open(path, _FLAGS)
    try:
        # Another thing may be there by now.
        _check(path, os.fstat(descriptor), most)
        # A file may also grow, or say nothing of its size.
        octets = bytearray()
        while piece := os.read(descriptor, _PIECE):
            octets += piece
            if len(octets) > most:
                raise InputTooLarge(len(octets), most)
    finally:
        os.close(descriptor)
    return bytes(octets)


def _check(path: str, found: os.stat_result, most: int) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise NotAFile(path, _WHAT.get(kind, "no file"))
    if found.st_size > most:
        raise InputTooLarge(found.st_size, most)
