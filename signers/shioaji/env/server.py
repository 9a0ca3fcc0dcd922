"""The route of ``shioaji server start``: the SDK's own reader, as far as it was watched.

Seen (sdk): reading stops silently at the first bad line; a ``$`` in a value without quotes puts a
variable in, single quotes prevent that; line ends of Windows, a byte order mark, ``export``, spaces
around ``=`` and comments are fine; the real environment wins. What was not watched is a `Doubt`,
and gives no value.
"""

import re
from collections.abc import Container, Mapping

from signers.secret import Secret
from signers.shioaji.env.model import KEYS, LARGEST, Dialect, Doubt, Entry, Reading, StopReason

__all__ = ["read_server"]

_MARK = "\ufeff"
_BLANK = " \t"
_EXPORT = re.compile(r"export[ \t]+")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_TAIL = re.compile(r"[ \t]*|[ \t]+#.*")
_SPACED = re.compile(r"[ \t]+(#)?")
_NAME = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_DOUBLED = "\\\\"
_WINDOWS = re.compile(r"\\(?!n)[A-Za-z0-9_]")

_Read = tuple[str, tuple[str, ...]] | Doubt | StopReason


def read_server(octets: bytes, environment: Mapping[str, str]) -> Reading:
    """Return what the SDK's reader reads, up to where it stops."""
    entries: list[Entry] = []
    known: dict[str, str | None] = {}
    variables: dict[str, str | None] = dict(environment)
    stop = None
    for number, raw in enumerate(octets.split(b"\n"), 1):
        read = _line(raw, number, known, variables)
        if isinstance(read, StopReason):
            stop = number, read
            break
        if read is not None:
            entries.append(read)
            if read.key is not None:
                known[read.key] = read.value
                if read.key not in environment:
                    variables[read.key] = read.value
    stopped_at, reason = stop or (None, None)
    doubtful = {key for key in KEYS if key not in environment and known.get(key, "") is None}
    values = {}
    for key in KEYS:
        text = environment.get(key, known.get(key))
        if text is not None:
            values[key] = Secret(text.encode("utf-8", "surrogatepass"))
    return Reading(
        Dialect.SERVER,
        tuple(entries),
        values,
        frozenset(doubtful),
        stopped_at=stopped_at,
        stop_reason=reason,
    )


def _line(
    raw: bytes, number: int, known: Container[str], variables: Mapping[str, str | None]
) -> Entry | StopReason | None:
    """Return the setting of a line, None where there is none."""
    text = _decoded(raw)
    if text is None:
        return StopReason.NOT_UTF8
    text = text.removesuffix("\r")
    if number == 1:
        text = text.removeprefix(_MARK)
    text = text.strip(_BLANK)
    if not text or text.startswith("#"):
        return None
    key = _key(text)
    if "\r" in text:
        return Entry(number, key, None, Doubt.CARRIAGE_RETURN, raw=text)
    if "=" not in text:
        return StopReason.NO_EQUALS_SIGN
    if key is None:
        return Entry(number, None, None, Doubt.KEY, raw=text)
    return _setting(key, text, number, known, variables)


def _setting(
    key: str,
    text: str,
    number: int,
    known: Container[str],
    variables: Mapping[str, str | None],
) -> Entry | StopReason:
    """Return what is read of a line with a key."""
    written = text.partition("=")[2].lstrip(_BLANK)
    read = _value(written, variables)
    if isinstance(read, StopReason):
        return read
    if isinstance(read, Doubt):
        return Entry(number, key, None, read, raw=text)
    if key in known:
        return Entry(number, key, None, Doubt.DUPLICATE, raw=text)
    value, names = read
    return Entry(number, key, value, None, names, text)


def _key(text: str) -> str | None:
    bare = _EXPORT.sub("", text, count=1) if _EXPORT.match(text) else text
    name = bare.partition("=")[0].rstrip(_BLANK)
    return name if _KEY.fullmatch(name) else None


def _value(written: str, variables: Mapping[str, str | None]) -> _Read:
    mark = written[:1]
    if mark not in {"'", '"'}:
        return Doubt.COMMENT if mark == "#" else _unquoted(written, variables)
    inside, closing, tail = written[1:].partition(mark)
    if mark == '"' and _WINDOWS.search(inside.replace(_DOUBLED, "")):
        return StopReason.BACKSLASH
    if mark == '"' and "\\" in inside:
        return Doubt.BACKSLASH
    if not closing:
        return Doubt.UNCLOSED
    if not _TAIL.fullmatch(tail):
        return Doubt.QUOTE
    if mark == '"' and "$" in inside:
        return Doubt.DOLLAR
    return inside, ()


def _unquoted(written: str, variables: Mapping[str, str | None]) -> _Read:
    """Read a value without quotes, from left to right; a doubt yields to a later stop."""
    value, names, at = "", [], 0
    doubt: Doubt | None = None
    while at < len(written):
        character = written[at]
        if spaced := _SPACED.match(written, at):
            if not spaced[1]:
                return StopReason.SPACE
            break
        if written.startswith(_DOUBLED, at):
            doubt = doubt or Doubt.BACKSLASH
            at += len(_DOUBLED)
            continue
        if _WINDOWS.match(written, at):
            return StopReason.BACKSLASH
        if character == "$" and (name := _NAME.match(written, at)):
            names.append(name[1] or name[2])
            put = variables.get(names[-1], "")
            if put is None or len(value) + len(put) > LARGEST:
                doubt, put = doubt or Doubt.DOLLAR, ""
            value += put
            at = name.end()
            continue
        doubt = doubt or _DOUBTS.get(character)
        value += character
        at += 1
    return doubt or (value, tuple(names))


_DOUBTS = {
    "\\": Doubt.BACKSLASH,
    "$": Doubt.DOLLAR,
    "#": Doubt.COMMENT,
    "'": Doubt.QUOTE,
    '"': Doubt.QUOTE,
}


def _decoded(octets: bytes) -> str | None:
    """Return the text of a line; None where it is not UTF-8, or has the zeros of UTF-16."""
    try:
        return None if b"\0" in octets else octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
