"""Mistakes in reading a `.env`: what the value of a setting is."""

from collections.abc import Callable

from signproof.mistakes.base import Edit
from signproof.mistakes.shioaji_ca.catalogue import COLLECTED, add
from signproof.mistakes.shioaji_ca.env import Line, counting, read_with

__all__: list[str] = []

_QUOTED = "Take what stands between the quotation marks for the value."
_TRIMMED = "Cut white space and the end of the line off a value without quotes."
_COMMENTS = "Take a `#` for a comment only where white space stands before it."


def _valued(change: Callable[[Line, str], str | None]) -> Edit:
    """Return the edit after which the line of each key that counts gives another value.

    The change takes the line and the value read so far; None leaves it as it is.
    """

    def changed(values: dict[str, str], file: bytes, dialect: str) -> None:
        for key, line in counting(file, dialect).items():
            if key in values:
                value = change(line, values[key])
                values[key] = values[key] if value is None else value

    return read_with(changed)


def _quotes_kept(line: Line, value: str) -> str | None:
    return line.mark + value + line.mark if line.mark else None


def _cut_at_hash(line: Line, value: str) -> str | None:
    del line
    return value.partition("#")[0].rstrip()


def _dollar_kept(line: Line, _: str) -> str | None:
    return line.bare if "$" in line.bare else None


def _backslashes_kept(line: Line, _: str) -> str | None:
    return line.bare if line.mark and "\\" in line.bare else None


_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\b": "\b", r"\f": "\f", r"\v": "\v"}


def _backslashes_read(line: Line, value: str) -> str | None:
    if line.mark == '"':
        return None
    for written, character in _ESCAPES.items():
        value = value.replace(written, character)
    return value


def _add() -> None:
    rows: tuple[tuple[str, str, Callable[[Line, str], str | None], str, str], ...] = (
        (
            "comments-kept",
            "The comment behind a value is taken for a part of it.",
            lambda line, value: value + line.comment if line.comment else None,
            _COMMENTS,
            "derived",
        ),
        (
            "cut-at-hash",
            "A value is cut at a `#` inside it, as though a comment began there.",
            _cut_at_hash,
            _COMMENTS,
            "derived",
        ),
        (
            "quotes-kept",
            "The quotation marks around a value are taken for a part of it.",
            _quotes_kept,
            _QUOTED,
            "derived",
        ),
        (
            "quoted-values-trimmed",
            "White space inside of the quotation marks is cut off.",
            lambda line, value: value.strip() if line.mark else None,
            _QUOTED,
            "derived",
        ),
        (
            "carriage-returns-kept",
            "The carriage return at the end of a line is taken for a part of the value.",
            lambda line, value: value + line.ending,
            _TRIMMED,
            "derived",
        ),
        (
            "space-after-equals-kept",
            "White space behind `=` is taken for a part of the value.",
            lambda line, value: line.after + value,
            _TRIMMED,
            "derived",
        ),
        (
            "cut-at-second-equals",
            "The value is cut at an `=` inside it.",
            lambda _, value: value.partition("=")[0],
            "Split a line at its first `=` alone.",
            "derived",
        ),
        (
            "dollar-kept",
            "A variable named behind `$` is not put in.",
            _dollar_kept,
            "Put variables in as the program does whose file it is, or use single quotes.",
            COLLECTED,
        ),
        (
            "backslashes-kept",
            "Escapes between quotation marks are not read: a backslash stays a backslash.",
            _backslashes_kept,
            "Read escapes between quotation marks, or write paths with forward slashes.",
            "observed: python-dotenv reads `\\t` in double quotes as a tab",
        ),
        (
            "backslashes-read-outside-quotes",
            "Escapes such as `\\t` are read where no double quotes stand around them.",
            _backslashes_read,
            "Read escapes only in double quotes, or write paths with forward slashes.",
            COLLECTED,
        ),
    )
    for id_, text, change, fix, evidence in rows:
        add(f"env-{id_}", text, _valued(change), fix=fix, evidence=evidence, refusal=None)


_add()
