"""The route of ``shioaji server start``: the SDK's own reader (observed, shioaji-cli 1.7.9).

Seen by what the command hands on to the server that it starts: reading stops silently at the first
bad line; each value goes into the process's environment at once, where the first of two stays; a
``$`` puts a variable in wherever no single quotes prevent it, and a name without braces has letters
and digits only, so that it ends at ``_``. What was not seen is a `Doubt`, and gives no value.
"""

import re
import unicodedata
from collections.abc import Mapping

from signers.secret import Secret
from signers.shioaji.env.model import KEYS, LARGEST, Dialect, Doubt, Entry, Reading, StopReason
from signers.shioaji.env.statements import WHITE, Statement, statements

__all__ = ["read_server"]

_MARK = "\ufeff"
_SETTING = re.compile(
    rf"(?:export[{WHITE}]+)?([A-Za-z_][A-Za-z0-9_.]*)[{WHITE}]*=[{WHITE}]*(.*)", re.DOTALL
)
_TAIL = re.compile(r"[ \t]+(?:#.*)?", re.DOTALL)
_ESCAPED = {"n": "\n", **{character: character for character in "\\'\"$ "}}


class _StopsError(Exception):
    """The value cannot be read."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


class _DoubtError(Exception):
    """What is read is not known."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt)
        self.doubt = doubt


def read_server(octets: bytes, environment: Mapping[str, str]) -> Reading:
    """Return what the SDK's reader reads, up to where it stops."""
    entries: list[Entry] = []
    known: dict[str, str | None] = {}
    variables: dict[str, str | None] = dict(environment)
    text, undecodable = _decoded(octets)
    stop = None
    for statement in statements(text.removeprefix(_MARK)):
        read = _setting(statement, variables)
        if isinstance(read, StopReason):
            stop = statement.line, read
            break
        entries.append(read)
        key = read.key or ""
        variables.setdefault(key, read.value)
        known.setdefault(key, variables[key])
    else:
        if undecodable:
            stop = text.count("\n") + 1, StopReason.NOT_UTF8
    stopped_at, reason = stop or (None, None)
    doubtful = {key for key in KEYS if key not in environment and known.get(key, "") is None}
    values = {}
    for key in KEYS:
        value = environment.get(key, known.get(key))
        if value is not None:
            values[key] = Secret(value.encode("utf-8", "surrogatepass"))
    return Reading(
        Dialect.SERVER,
        tuple(entries),
        values,
        frozenset(doubtful),
        stopped_at=stopped_at,
        stop_reason=reason,
    )


def _decoded(octets: bytes) -> tuple[str, bool]:
    """Return the text up to the first line that is not UTF-8, and whether there is one."""
    try:
        return octets.decode("utf-8"), False
    except UnicodeDecodeError as error:
        return octets[: octets.rfind(b"\n", 0, error.start) + 1].decode("utf-8"), True


def _setting(statement: Statement, variables: Mapping[str, str | None]) -> Entry | StopReason:
    """Return what is read of a statement."""
    if statement.stops is not None:
        return statement.stops
    found = _SETTING.fullmatch(statement.text)
    if found is None:
        return StopReason.KEY if "=" in statement.text else StopReason.NO_EQUALS_SIGN
    key, written = found.groups()
    try:
        value, names = _value(written, variables)
    except _StopsError as error:
        return error.reason
    except _DoubtError as error:
        return Entry(statement.line, key, None, error.doubt, raw=statement.raw)
    if "\0" in value and key not in variables:
        return StopReason.NUL
    return Entry(statement.line, key, value, None, names, statement.raw)


def _value(written: str, variables: Mapping[str, str | None]) -> tuple[str, tuple[str, ...]]:
    """Return a value, and the names of the variables that were put into it."""
    value, names, at = "", [], 0
    quoted = False
    if written.startswith("#"):
        return "", ()
    while at < len(written):
        character = written[at]
        at += 1
        if character == "$":
            name, put, at = _reference(written, at)
            names.append(name)
            value += _variable(name, variables, LARGEST - len(value)) + put
        elif character == "\\":
            value += _escaped(written[at : at + 1])
            at += 1
        elif character == '"':
            quoted = not quoted
        elif character == "'" and not quoted:
            inside, at = _until("'", written, at)
            value += inside
        elif character in {" ", "\t"} and not quoted:
            if not _TAIL.fullmatch(written, at - 1):
                raise _StopsError(StopReason.SPACE)
            break
        else:
            value += character
    if quoted:
        raise _StopsError(StopReason.UNCLOSED)
    return value, tuple(names)


def _until(mark: str, written: str, start: int) -> tuple[str, int]:
    """Return what stands up to a mark, and where that ends."""
    end = written.find(mark, start)
    if end < 0:
        raise _StopsError(StopReason.UNCLOSED)
    return written[start:end], end + 1


def _escaped(character: str) -> str:
    """Return what a backslash and the character behind it mean; the last one in a value nothing."""
    if not character:
        return ""
    if character not in _ESCAPED:
        raise _StopsError(StopReason.BACKSLASH)
    return _ESCAPED[character]


def _reference(written: str, start: int) -> tuple[str, str, int]:
    """Return the name behind a ``$``, a character kept as it is, and where both end.

    What ends a name without braces has no meaning of its own, except for another ``$``: after
    ``"$a"`` the value is still open.
    """
    if written[start : start + 1] == "{":
        name, end = _until("}", written, start + 1)
        return name, "", end
    end = start
    while end < len(written) and unicodedata.category(written[end])[0] in "LN":
        end += 1
    behind = written[end : end + 1]
    if not behind.isascii() and unicodedata.category(behind) in _NAMED_PERHAPS:
        raise _DoubtError(Doubt.NAME)
    kept = "" if behind == "$" else behind
    return written[start:end], kept, end + len(kept)


_NAMED_PERHAPS = {"Mc", "Me", "Mn", "Sc", "Sk", "Sm", "So", "Cn"}
"""Categories of which some characters were seen to be part of a name and others were not."""


def _variable(name: str, variables: Mapping[str, str | None], room: int) -> str:
    put = variables.get(name, "")
    # A few lines that each name the one before twice would fill any memory.
    if put is None or len(put) > room:
        raise _DoubtError(Doubt.DOLLAR)
    return put
