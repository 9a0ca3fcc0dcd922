"""Which files of a folder are examined where the folder is named."""

from pathlib import Path

from signers.tiger.settings import FILE_NAME
from signproof.doctor.env import ENV_NAME, settings_in
from signproof.doctor.files import SourceUnreadable, read_file
from signproof.doctor.pfx import SUFFIXES

__all__ = ["files_of"]


def files_of(path: Path) -> tuple[Path, ...]:
    """Return *path* itself, or the files to examine in the folder there.

    These are Tiger's settings file and Shioaji's ``.env``, and every pfx unless the ``.env`` says
    which one counts. Raises SourceUnreadable where there is none of them, or it cannot be read.
    """
    try:
        return _found(path) if path.is_dir() else (path,)
    except OSError as error:
        raise SourceUnreadable(path, error.strerror or "it cannot be read") from None


def _found(folder: Path) -> tuple[Path, ...]:
    tiger, env = folder / FILE_NAME, folder / ENV_NAME
    found = [tiger] if tiger.is_file() else []
    settings = _settings(env) if env.is_file() else set()
    if settings is None or settings:
        found.append(env)
    if settings is None or "SJ_CA_PATH" not in settings:
        found += sorted(filter(_is_pfx, folder.iterdir()))
    if not found:
        what = f"a folder without {FILE_NAME}, a {ENV_NAME} with SJ_* settings or a pfx"
        raise SourceUnreadable(folder, what, "name a file")
    return tuple(found)


def _is_pfx(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _settings(path: Path) -> set[str] | None:
    """Return which of Shioaji's settings a file has; many programs have a ``.env``.

    None for one that cannot be read: to examine it says why.
    """
    try:
        return settings_in(read_file(path))
    except SourceUnreadable:
        return None
