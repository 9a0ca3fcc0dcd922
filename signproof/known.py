"""Known-failing files: which vectors may fail, each with its reason.

A file is TOML with a table ``[[known]]`` for each vector: ``id``, ``reason`` and, if there is one,
``link``. The list is strict: an id that does not exist is an error, and a vector that passes though
it is listed fails the run, so that no exclusion outlives its reason.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["KnownError", "read"]

_Text = Annotated[str, Meta(min_length=1)]


class KnownError(ValueError):
    """A known-failing file that cannot be used."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    reason: _Text
    link: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    known: list[_Entry] = []


def read(path: Path, ids: Iterable[str]) -> dict[str, str]:
    """Return reason (and link) by vector id; *ids* are those that exist. Raises KnownError."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except OSError as error:
        raise KnownError(f"{path}: {error.strerror}") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise KnownError(f"{path}: {error}") from None
    existing = set(ids)
    reasons: dict[str, str] = {}
    for entry in file.known:
        if entry.id not in existing:
            raise KnownError(f"{path}: there is no vector {entry.id}: take the entry out")
        if entry.id in reasons:
            raise KnownError(f"{path}: {entry.id} is listed twice")
        reasons[entry.id] = f"{entry.reason} ({entry.link})" if entry.link else entry.reason
    return reasons
