"""Write a private key to a new file: whole or not at all, and for its owner's eyes."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["AlreadyThere", "write_private"]

_MODE = stat.S_IRUSR | stat.S_IWUSR


class AlreadyThere(FileExistsError):
    """There is something at the path that must not be written over; the message says what."""


def write_private(path: Path, octets: bytes, *, force: bool) -> None:
    """Write *octets* to a new file at *path* that its owner alone may read and write.

    With *force* an ordinary file there is replaced at once, never partly. A symbolic link, folder,
    pipe or device is not written over or through. What was begun is removed where it fails. Raises
    AlreadyThere and other OSErrors.
    """
    if _is_free(path, force=force):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        _written(os.open(path, flags, _MODE), path, octets)
        return
    descriptor, name = tempfile.mkstemp(prefix=".signproof-", dir=path.parent)
    begun = Path(name)
    _written(descriptor, begun, octets)
    try:
        begun.replace(path)
    except BaseException:
        begun.unlink()
        raise


def _is_free(path: Path, *, force: bool) -> bool:
    """Tell whether nothing is at *path*; raises AlreadyThere for what may not be replaced."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return True
    if stat.S_ISLNK(mode):
        raise AlreadyThere("it is a symbolic link: name a new file")
    if not stat.S_ISREG(mode):
        raise AlreadyThere("it exists and is no ordinary file: name a new file")
    if not force:
        raise AlreadyThere("it exists already: name a new file, or replace it with --force")
    return False


def _written(descriptor: int, path: Path, octets: bytes) -> None:
    """Write and close; the file is removed where that fails."""
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _MODE)  # whatever the umask took away
            file.write(octets)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
