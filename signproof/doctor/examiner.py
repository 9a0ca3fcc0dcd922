"""What every examiner is given and gives: the seam where further kinds of files are added."""

import shlex
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from signers.pfx import DEFAULT_LIMITS, Limits
from signers.rsa_keys import Kind
from signers.secret import Secret
from signproof.doctor.files import Source, shown
from signproof.doctor.model import Examination, KeyView, Level, Matter
from signproof.doctor.pfx_view import PasswordFrom

__all__ = [
    "Examiner",
    "Options",
    "argument",
    "matters_of_mode",
    "open_to_others",
    "wrong_first",
]

_PRIVATE = {Kind.RSA_PRIVATE_KEY, Kind.ENCRYPTED_KEY, Kind.OTHER_KEY, Kind.CONTAINER}


@dataclass(frozen=True, slots=True)
class Options:
    """What the user said besides the files; a repr of it shows no secret."""

    passphrase: Secret | None = None
    """It opens encrypted keys, and is not looked at otherwise."""
    passphrase_file: Path | None = None
    """Where it came from, for the commands that are shown."""
    password: Secret | None = None
    """It opens PKCS#12 files, and is not looked at otherwise."""
    password_from: PasswordFrom | None = None
    limits: Limits = DEFAULT_LIMITS
    """Of PKCS#12 files."""
    clock: Callable[[], float] = time.time
    """Unix seconds, by which a certificate has begun or ended."""
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    """The variables that count beside a settings file; None where they do not."""
    institutional: bool = False
    """Whether the settings are an institution's, which need a secret_key."""


Examiner = Callable[[Source, Options], tuple[Examination, ...]]
"""Returns nothing for what it does not recognise; else the file, and behind it those it names."""


def argument(path: Path) -> str:
    """Return the path as one word of a command line; it never reads as an option."""
    text = shown(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def matters_of_mode(source: Source, keys: Iterable[KeyView]) -> list[Matter]:
    """Return a note where a private key lies open to others on the machine."""
    if not any(key.kind in _PRIVATE for key in keys):
        return []
    return open_to_others(source, "a private key is its owner's alone")


def open_to_others(source: Source, why: str) -> list[Matter]:
    """Return a note where a file with something secret lies open, and *why* it should not."""
    if not source.is_open_to_others:
        return []
    message = f"others on this machine may use the file: {why}"
    command = f"chmod 600 {argument(source.path)}"
    return [Matter(level=Level.NOTE, id="open-to-others", message=message, command=command)]


def wrong_first(matters: Iterable[Matter]) -> tuple[Matter, ...]:
    """Return what is wrong before the notes, each in the order given."""
    return tuple(sorted(matters, key=lambda matter: matter.level is not Level.WRONG))
