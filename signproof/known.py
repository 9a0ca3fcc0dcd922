"""Known-failing files: which vectors may fail, each with its reason.

A file is TOML with a table ``[[known]]`` for each vector: ``id``, ``reason`` and, where wanted,
``link`` and ``says``, a part of the failure's message: another failure is then no known one. The
list is strict: an id that does not exist is an error, and a vector that passes though it is listed
fails the run, so that no exclusion outlives its reason.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["Known", "KnownError", "read"]

_Text = Annotated[str, Meta(min_length=1)]


class KnownError(ValueError):
    """A known-failing file that cannot be used."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    reason: _Text
    link: str = ""
    says: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    known: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Known:
    """Why a vector may fail."""

    reason: str
    """With its link, if there is one."""
    says: str = ""
    """What the failure's message has to contain; empty where any failure is the known one."""


def read(path: Path, ids: Iterable[str]) -> dict[str, Known]:
    """Return why each listed vector may fail, by its id; *ids* exist. Raises KnownError."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except OSError as error:
        raise KnownError(f"{path}: {error.strerror}") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise KnownError(f"{path}: {error}") from None
    existing = set(ids)
    reasons: dict[str, Known] = {}
    for entry in file.known:
        if entry.id not in existing:
            raise KnownError(f"{path}: there is no vector {entry.id}: take the entry out")
        if entry.id in reasons:
            raise KnownError(f"{path}: {entry.id} is listed twice")
        reason = f"{entry.reason} ({entry.link})" if entry.link else entry.reason
        reasons[entry.id] = Known(reason, entry.says)
    return reasons
