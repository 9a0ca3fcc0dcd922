"""Mistakes in reading a `.env`: which settings are found, and which of two counts.

Reading is the scheme's own matter. A mistake changes what it finds, by a look at lines that hold a
setting in the plainest sense, without regard to quotes that span lines.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from signproof.mistakes.base import Edit
from signproof.mistakes.edits import edits, function_of, input_changed
from signproof.mistakes.shioaji_ca.catalogue import add
from signproof.pipeline import Pipeline

__all__ = ["Line", "Pairs", "counting", "lines", "read_with"]

Pairs = tuple[tuple[str, str], ...]

_KEYS = (
    *("SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PATH", "SJ_CA_PASSWD"),
    *("SJ_PRODUCTION", "SJ_HTTP_ADDR", "SJ_HTTP_AUTH", "SJ_RECEIVE_WINDOW"),
)
"""Those of the page, then others that the broker documents."""

_MARK = "\ufeff"
_SETTING = re.compile(
    r"(?P<indent>[ \t]*)(?P<export>export[ \t]+)?(?P<key>[A-Za-z_]\w*)"
    r"(?P<before>[ \t]*)=(?P<after>[ \t]*)(?P<written>.*)",
    re.ASCII,
)
_COMMENT = re.compile(r"[ \t]+#.*")


@dataclass(frozen=True, slots=True)
class Line:
    """A setting as it stands in the file."""

    export: bool
    key: str
    before: str
    """White space between the key and `=`."""
    after: str
    """White space between `=` and the value."""
    written: str
    """The value with quotes and comment, without white space at its end."""
    ending: str
    """What ends the line: a carriage return or nothing."""

    @property
    def mark(self) -> str:
        """The quotation mark that the value begins with; empty for none."""
        return self.written[:1] if self.written[:1] in {'"', "'"} else ""

    @property
    def bare(self) -> str:
        """The value without its quotes and comment."""
        if self.mark:
            return self.written[1:].partition(self.mark)[0]
        return "" if self.written.startswith("#") else _COMMENT.sub("", self.written, count=1)

    @property
    def comment(self) -> str:
        """The comment behind a value without quotes, with the white space before it."""
        return "" if self.mark else self.written[len(self.bare) :]


def lines(file: bytes) -> list[Line]:
    """Return the lines that hold a known setting; what is not UTF-8 is replaced."""
    found = []
    for raw in file.decode("utf-8", "replace").removeprefix(_MARK).split("\n"):
        line = raw.removesuffix("\r")
        match = _SETTING.fullmatch(line)
        if match and match["key"].upper() in _KEYS:
            found.append(
                Line(
                    bool(match["export"]),
                    match["key"],
                    match["before"],
                    match["after"],
                    match["written"].rstrip(" \t"),
                    raw[len(line) :],
                )
            )
    return found


def counting(file: bytes, dialect: str) -> dict[str, Line]:
    """Return the line of each key that counts: the last for python-dotenv, the first else."""
    found = lines(file)
    return {line.key: line for line in (found if dialect == "python-dotenv" else found[::-1])}


Change = Callable[[dict[str, str], bytes, str], None]
"""Takes what the file gave by key, to be changed, and file and dialect."""


def read_with(change: Change) -> Edit:
    """Return the edit after which a file gives something else; the environment still wins."""

    def edit(pipeline: Pipeline) -> Pipeline:
        reader = function_of(pipeline, "env")

        def read(file: bytes, dialect: str, environment: Mapping[str, str]) -> Pairs:
            values = dict(reader(file, dialect, environment))
            held = {key: values.pop(key) for key in environment if key in values}
            change(values, file, dialect)
            known = {key: value for key, value in (values | held).items() if key in _KEYS}
            return tuple(sorted(known.items()))

        return pipeline.replace("env", read)

    return edit


def _lacking(lost: Callable[[Line], bool]) -> Edit:
    """Return the edit after which keys are not found whose line is lost."""

    def change(values: dict[str, str], file: bytes, dialect: str) -> None:
        counts = counting(file, dialect)
        for key in [key for key in values if key in counts and lost(counts[key])]:
            del values[key]

    return read_with(change)


def _first_line_lost(values: dict[str, str], file: bytes, _: str) -> None:
    first = file.partition(b"\n")[0]
    if first.startswith(_MARK.encode()):
        for line in lines(first):
            values.pop(line.key, None)


def _last_line(file: bytes) -> bytes:
    """Return a file without what stands behind its last newline."""
    return file[: file.rfind(b"\n") + 1]


def _uppercased(values: dict[str, str], file: bytes, _: str) -> None:
    for line in lines(file):
        if line.key != line.key.upper():
            values[line.key.upper()] = line.bare


def _first_wins(values: dict[str, str], file: bytes, dialect: str) -> None:
    seen: set[str] = set()
    if dialect == "server":
        return
    for line in lines(file):
        if line.key in values and line.key not in seen:
            values[line.key] = line.bare
        seen.add(line.key)


def _going_on(values: dict[str, str], file: bytes, dialect: str) -> None:
    if dialect == "server":
        for line in lines(file):
            values.setdefault(line.key, line.bare)


def _stopping_nowhere(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline in which the server's reader stops at no line."""
    stop = function_of(pipeline, "stopped_at")

    def stopped_at(file: bytes, dialect: str, environment: Mapping[str, str]) -> int | None:
        found: int | None = stop(file, dialect, environment)
        return None if dialect == "server" else found

    return pipeline.replace("stopped_at", stopped_at)


def _uncommented(values: dict[str, str], file: bytes, _: str) -> None:
    for row in file.split(b"\n"):
        if row.lstrip().startswith(b"#"):
            for line in lines(row.lstrip(b"# \t")):
                values.setdefault(line.key, line.bare)


def _without_empty(values: dict[str, str], *_: object) -> None:
    for key in [key for key, value in values.items() if not value]:
        del values[key]


def _file_first(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline in which the file beats the environment."""
    reader = function_of(pipeline, "env")

    def read(file: bytes, dialect: str, environment: Mapping[str, str]) -> Pairs:
        others = {key: value for key, value in environment.items() if key not in _KEYS}
        values = dict(reader(file, dialect, environment)) | dict(reader(file, dialect, others))
        return tuple(sorted(values.items()))

    return pipeline.replace("env", read)


def _add() -> None:
    wins = "Let the environment's variable win, and the file where there is none."
    rows: tuple[tuple[str, str, Edit, str, str], ...] = (
        (
            "export-not-understood",
            "A line that begins with `export` is not read.",
            _lacking(lambda line: line.export),
            "Skip the word `export` before a key.",
            "derived",
        ),
        (
            "byte-order-mark-kept",
            "The byte order mark is taken for a part of the first key, which is so not found.",
            read_with(_first_line_lost),
            "Read the file as `utf-8-sig`, which takes the byte order mark away.",
            "observed: python-dotenv before 1.2.3",
        ),
        (
            "space-before-equals-kept",
            "White space before `=` is taken for a part of the key, which is so not found.",
            _lacking(lambda line: bool(line.before)),
            "Cut white space off on both sides of the key.",
            "derived",
        ),
        (
            "last-line-lost",
            "A last line without a newline behind it is not read.",
            edits(
                input_changed("env", "file", _last_line),
                input_changed("stopped_at", "file", _last_line),
            ),
            "Read the last line, too, whether or not a newline ends it.",
            "derived",
        ),
        (
            "keys-uppercased",
            "A key in lower case is taken for the one in upper case.",
            read_with(_uppercased),
            "Compare keys as they are written.",
            "derived",
        ),
        (
            "first-line-of-a-key-wins",
            "Of two lines with the same key the first counts for python-dotenv, too.",
            read_with(_first_wins),
            "Let the last line of a key count, as python-dotenv does.",
            "derived",
        ),
        (
            "goes-on-after-a-bad-line",
            "Lines are read at which the server's reader stops, and all behind them.",
            edits(read_with(_going_on), _stopping_nowhere),
            "Stop at the first line that the server cannot read: it never sees what follows.",
            "observed: python-dotenv reads on where the server's reader stops",
        ),
        (
            "comments-read",
            "A setting in a comment is read where no other line has its key.",
            read_with(_uncommented),
            "Skip lines that begin with `#`.",
            "derived",
        ),
        (
            "empty-values-left-out",
            "A key with an empty value is left out.",
            read_with(_without_empty),
            "Keep a key with nothing behind its `=`, with the empty text for a value.",
            "derived",
        ),
        (
            "file-beats-environment",
            "The file's value is used where the environment has another one.",
            _file_first,
            wins,
            "derived: load_dotenv(override=True)",
        ),
        (
            "environment-ignored",
            "The environment is not looked at, only the file.",
            input_changed("env", "environment", lambda _: {}),
            wins,
            "derived: dotenv_values()",
        ),
    )
    for id_, text, edit, fix, evidence in rows:
        add(f"env-{id_}", text, edit, fix=fix, evidence=evidence, refusal=None)


_add()
