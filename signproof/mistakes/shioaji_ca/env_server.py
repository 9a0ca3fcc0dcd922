"""Mistakes in reading a `.env` as the server's reader does, which has rules of its own."""

import re
from collections.abc import Callable

from signproof.mistakes.base import Edit
from signproof.mistakes.shioaji_ca.catalogue import add
from signproof.mistakes.shioaji_ca.env import Line, counting, lines, read_with

__all__: list[str] = []

_SEEN = "observed: shioaji-cli 1.7.9 reads otherwise"
_NAME = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)


def _valued(change: Callable[[Line, str, bytes], str | None]) -> Edit:
    """Return the edit after which the line of each key that counts gives the server another value.

    The change takes the line, the value read so far and the file; None leaves it as it is.
    """

    def changed(values: dict[str, str], file: bytes, dialect: str) -> None:
        if dialect != "server":
            return
        for key, line in counting(file, dialect).items():
            value = change(line, values[key], file) if key in values else None
            if value is not None:
                values[key] = value

    return read_with(changed)


def _last_wins(values: dict[str, str], file: bytes, dialect: str) -> None:
    found = lines(file) if dialect == "server" else []
    keys = [line.key for line in found]
    for line in found:
        if line.key in values and keys.count(line.key) > 1:
            values[line.key] = line.bare


def _cut_at_its_line(values: dict[str, str], file: bytes, dialect: str) -> None:
    for key, line in counting(file, dialect).items():
        if key in values and line.mark and line.mark not in line.written[1:]:
            del values[key]


def _whole_names(line: Line, _: str, file: bytes) -> str | None:
    if line.mark or not any("_" in name for name in _NAME.findall(line.bare)):
        return None
    known = {one.key: one.bare for one in lines(file)}
    return _NAME.sub(lambda name: known.get(name[1], ""), line.bare)


def _dollar_kept(line: Line, _: str, __: bytes) -> str | None:
    return line.bare if line.mark == '"' and "$" in line.bare else None


def _backslashes_kept(line: Line, _: str, __: bytes) -> str | None:
    return line.bare if not line.mark and "\\" in line.bare else None


def _halved(line: Line, value: str, _: bytes) -> str | None:
    return value.replace("\\\\", "\\") if line.mark == "'" else None


def _line_ends_changed(_: Line, value: str, __: bytes) -> str:
    return value.replace("\r\n", "\n")


def _hash_kept(line: Line, _: str, __: bytes) -> str | None:
    return line.written if line.written.startswith("#") else None


def _quotes_kept(line: Line, _: str, __: bytes) -> str | None:
    return line.written if not line.mark and '"' in line.bare else None


def _add() -> None:
    rows: tuple[tuple[str, str, Edit, str], ...] = (
        (
            "last-line-of-a-key-wins",
            "Of two lines with the same key the last counts for the server, too.",
            read_with(_last_wins),
            "Let the first line of a key count, as the server does.",
        ),
        (
            "value-ends-with-its-line",
            "A quoted value of two lines is not read.",
            read_with(_cut_at_its_line),
            "Read on to the other quotation mark, also over the end of a line.",
        ),
        (
            "line-ends-of-values-changed",
            "A carriage return inside a quoted value of two lines is left out.",
            _valued(_line_ends_changed),
            "Keep the octets between quotation marks as they are, as the server does.",
        ),
        (
            "names-with-underscores",
            "A variable's name without braces has underscores.",
            _valued(_whole_names),
            "End a name without braces at the first character that is no letter or digit.",
        ),
        (
            "dollar-kept-in-double-quotes",
            "A variable named in double quotes is not put in.",
            _valued(_dollar_kept),
            "Put variables in between double quotes as well, as the server does.",
        ),
        (
            "backslashes-kept-without-quotes",
            "A backslash in a value without quotes stays one, whatever stands behind it.",
            _valued(_backslashes_kept),
            "Take a backslash and what it is put before for one character, as the server does.",
        ),
        (
            "backslashes-read-in-single-quotes",
            "Of two backslashes in single quotes one is left out for the server, too.",
            _valued(_halved),
            "Keep every character between single quotes, as the server does.",
        ),
        (
            "hash-kept-at-the-start",
            "A `#` right behind the `=` is taken for the first character of the value.",
            _valued(_hash_kept),
            "Take a value that begins with `#` for empty, as the server does.",
        ),
        (
            "quotes-inside-kept",
            "Quotation marks inside a value without others are taken for a part of it.",
            _valued(_quotes_kept),
            "Leave out quotation marks wherever they stand in a value, as the server does.",
        ),
    )
    for id_, text, edit, fix in rows:
        add(f"env-{id_}", text, edit, fix=fix, evidence=_SEEN, refusal=None)


_add()
