"""The file itself: where it is, and its octets. Only this module touches the disk."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from signers.tiger.settings.findings import Finding, Trap
from signers.tiger.settings.judging import LARGEST, Judgement, judge
from signers.tiger.settings.model import FILE_NAME, PATH_VARIABLE

__all__ = ["judge_file", "with_key"]

_KEY_VARIABLE = "TIGEROPEN_PRIVATE_KEY"


def judge_file(
    path: str | os.PathLike[str] | None,
    environment: Mapping[str, str] | None,
    *,
    institutional: bool,
) -> Judgement:
    """Judge the file at *path* or in the folder there, as `read_file` describes it."""
    variables = environment or {}
    octets = _octets(Path(variables.get(PATH_VARIABLE) or path or "."))
    if isinstance(octets, Trap):
        return Judgement((Finding(octets),), None)
    return judge(octets, with_key(variables), institutional=institutional)


def _octets(path: Path) -> bytes | Trap:
    """Return the file's octets, few more than are taken, or why there are none."""
    missing = Trap.FILE_MISSING
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            missing = Trap.FOLDER if path.name == FILE_NAME else Trap.FOLDER_WITHOUT_FILE
            path = path / FILE_NAME
            status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return Trap.FOLDER
        # A pipe or a device would block, or never end.
        return _head(path) if stat.S_ISREG(status.st_mode) else Trap.FILE_UNREADABLE
    except (FileNotFoundError, NotADirectoryError):
        return missing
    except (OSError, ValueError):
        return Trap.FILE_UNREADABLE


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def with_key(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables with the key itself where one names the key's file (source: Python)."""
    given = variables.get(_KEY_VARIABLE)
    if not given:
        return variables
    octets = _octets(Path(given))
    if isinstance(octets, Trap):
        return variables
    return {**variables, _KEY_VARIABLE: octets.decode("utf-8", "surrogateescape")}
