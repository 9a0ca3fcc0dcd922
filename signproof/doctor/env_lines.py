"""From the two readings of a ``.env`` to what is shown of them: no secret, and no part of one."""

from collections import Counter
from collections.abc import Iterator, Sequence

from signers.shioaji.env import KEYS, PAGE_KEYS, PLACES, Dialect, Entry, Reading
from signproof.doctor.env_view import (
    CharacterKind,
    EnvLine,
    EnvView,
    ReaderView,
    ReadState,
    ValueView,
)

__all__ = ["env_view"]

_SHOWN = "SJ_CA_PATH"
_NOT_IN_A_PATH = frozenset("=#\"'\n;")
_ENDINGS = (".pfx", ".p12")
_LEAST = 4
"""Characters of a value that is looked for in the path: a shorter one may stand there by chance."""
_PLAIN = {
    " ": CharacterKind.SPACE,
    "$": CharacterKind.DOLLAR,
    "\\": CharacterKind.BACKSLASH,
    "'": CharacterKind.QUOTE,
    '"': CharacterKind.QUOTE,
}


def env_view(readings: Sequence[Reading]) -> EnvView:
    """Return what is shown of the readings of one file, one for each dialect or none at all."""
    return EnvView(
        readers=tuple(map(_reader, readings)), lines=tuple(_lines(*readings)) if readings else ()
    )


def _reader(reading: Reading) -> ReaderView:
    place = next(one for one in PLACES if one.dialect is reading.dialect)
    return ReaderView(
        dialect=reading.dialect,
        settings=tuple(key for key in PAGE_KEYS if reading.values.get(key)),
        stopped_at=reading.stopped_at,
        stop_reason=reading.stop_reason,
        skipped=reading.skipped,
        folder=place.folder,
        evidence=place.evidence,
        note=place.note,
    )


def _lines(python: Reading, server: Reading) -> Iterator[EnvLine]:
    """Yield the lines at which the two differ, or may."""
    secrets = [
        secret.reveal().decode("utf-8", "replace")
        for reading in (python, server)
        for key, secret in reading.values.items()
        if key != _SHOWN and len(secret) >= _LEAST
    ]
    read = {
        reading.dialect: {(one.line, one.key): one for one in reading.entries}
        for reading in (python, server)
    }
    both = read[Dialect.PYTHON].keys() | read[Dialect.SERVER].keys()
    for line, key in sorted((line, key) for line, key in both if key in KEYS and key):
        one, other = (read[dialect].get((line, key)) for dialect in Dialect)
        values = [entry.value if entry else None for entry in (one, other)]
        if values[0] is not None and values[0] == values[1]:
            continue
        yield EnvLine(
            line=line,
            setting=key,
            python=_value(one, secrets),
            server=_value(other, secrets),
            differ_in=() if None in values else _kinds(*map(str, values)),
        )


def _value(entry: Entry | None, secrets: Sequence[str]) -> ValueView:
    if entry is None:
        return ValueView(state=ReadState.NOTHING)
    if entry.value is None:
        return ValueView(state=ReadState.UNKNOWN, doubt=entry.doubt)
    text = entry.value if _is_path(entry, entry.value, secrets) else None
    return ValueView(state=ReadState.VALUE, characters=len(entry.value), text=text)


def _is_path(entry: Entry, value: str, secrets: Sequence[str]) -> bool:
    """Tell whether a value is the CA's path and nothing besides.

    A quotation mark that is not closed, two settings on one line, a comment or a variable may have
    put a password into it, or somebody may have written one there.
    """
    return (
        entry.key == _SHOWN
        and not entry.substituted
        and value.isprintable()
        and not _NOT_IN_A_PATH & {*entry.raw.partition("=")[2].strip().strip("'\"")}
        and ("/" in value or "\\" in value or value.lower().endswith(_ENDINGS))
        and not any(secret in value for secret in secrets)
    )


def _kinds(one: str, other: str) -> tuple[CharacterKind, ...]:
    """Return the kinds of which the two have different numbers."""
    counts = [Counter(map(_kind, text)) for text in (one, other)]
    return tuple(kind for kind in CharacterKind if counts[0][kind] != counts[1][kind])


def _kind(character: str) -> CharacterKind:
    if not character.isascii():
        return CharacterKind.NOT_ASCII
    if character in _PLAIN:
        return _PLAIN[character]
    if character.isalpha():
        return CharacterKind.LETTER
    if character.isdigit():
        return CharacterKind.DIGIT
    return CharacterKind.SIGN if character.isprintable() else CharacterKind.CONTROL
