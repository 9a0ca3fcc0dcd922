"""Which files of a folder are examined where the folder is named."""

from pathlib import Path

from signers.tiger.settings import FILE_NAME
from signproof.doctor.env import ENV_NAME, has_settings
from signproof.doctor.files import SourceUnreadable, read_file
from signproof.doctor.pfx import SUFFIXES

__all__ = ["files_of"]


def files_of(path: Path) -> tuple[Path, ...]:
    """Return *path* itself, or the files to examine in the folder there.

    These are Tiger's settings file and Shioaji's ``.env``, and, where no ``.env`` says which one
    counts, every pfx. Raises SourceUnreadable where there is none of them, or no look to be had.
    """
    try:
        return _found(path) if path.is_dir() else (path,)
    except OSError as error:
        raise SourceUnreadable(path, error.strerror or "it cannot be read") from None


def _found(folder: Path) -> tuple[Path, ...]:
    tiger, env = folder / FILE_NAME, folder / ENV_NAME
    others = [env] if _is_shioajis(env) else sorted(filter(_is_pfx, folder.iterdir()))
    found = (*([tiger] if tiger.is_file() else []), *others)
    if not found:
        what = f"a folder without {FILE_NAME}, a {ENV_NAME} with SJ_* settings or a pfx"
        raise SourceUnreadable(folder, what, "name a file")
    return found


def _is_pfx(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _is_shioajis(path: Path) -> bool:
    """Tell whether a file is Shioaji's; many programs have a ``.env``, and some a folder so named.

    One that cannot be read counts: reading it says why.
    """
    if not path.is_file():
        return False
    try:
        return has_settings(read_file(path))
    except SourceUnreadable:
        return True
