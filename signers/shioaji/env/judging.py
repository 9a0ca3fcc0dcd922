"""From octets and variables to findings. Nothing here raises for what they hold."""

import difflib
import re
from collections.abc import Iterator, Mapping

from signers.secret import Secret
from signers.shioaji.credentials import CredentialTrap, check_credentials
from signers.shioaji.env.findings import Difference, Finding, Trap
from signers.shioaji.env.model import KEYS, LARGEST, OTHERS, PAGE_KEYS, Dialect, Entry, Reading
from signers.shioaji.env.python import read_python
from signers.shioaji.env.server import read_server

__all__ = ["judge"]

_NAMES = (*KEYS, *OTHERS)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARK = b"\xef\xbb\xbf"
_LIKE_OURS = re.compile(r"SJ_[A-Z_]+", re.IGNORECASE)
_RESEMBLING = 0.75
_LONGEST_KEY = 40
_SPACED_COMMENT = re.compile(r"[^=\n]*=[^\S\n]+#")
_MILLISECONDS = re.compile(r"(?=.*[1-9])[0-9]{1,9}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def judge(octets: bytes, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return every finding, by line, what has no line at the end."""
    if len(octets) > LARGEST:
        return (Finding(Trap.TOO_LARGE),)
    python, server = read_python(octets, environment), read_server(octets, environment)
    found = [
        *_file(octets),
        *_lines(python, server),
        *_keys(python, server, environment),
        *_values(python, server),
    ]
    return tuple(sorted(found, key=_place))


def _place(finding: Finding) -> tuple[float, int, str, str]:
    line = float("inf") if finding.line is None else finding.line
    return line, [*Trap].index(finding.trap), finding.key or "", finding.dialect or ""


def _file(octets: bytes) -> Iterator[Finding]:
    """Note what is wrong with the file as a whole."""
    offset = _not_utf8(octets)
    if offset is not None:
        line = octets[:offset].count(b"\n") + 1
        yield Finding(Trap.NOT_UTF8, line, detail="utf-16" if octets[:2] in _UTF16 else None)
    if octets.startswith(_MARK):
        yield Finding(Trap.BYTE_ORDER_MARK, 1, dialect=Dialect.PYTHON)


def _not_utf8(octets: bytes) -> int | None:
    """Return where *octets* stop being UTF-8; the codec's own error would hold them all."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _lines(python: Reading, server: Reading) -> Iterator[Finding]:
    """Compare the two readings line by line."""
    for line in python.skipped:
        yield Finding(Trap.PYTHON_SKIPS, line, dialect=Dialect.PYTHON)
    stop = server.stopped_at
    if stop is not None:
        key = _known(next((entry for entry in python.entries if entry.line == stop), None))
        yield Finding(Trap.SERVER_STOPS, stop, key, Dialect.SERVER, server.stop_reason)
    one = {entry.line: entry for entry in python.entries}
    other = {entry.line: entry for entry in server.entries}
    for line in sorted(one.keys() | other.keys()):
        yield from _line(line, one.get(line), other.get(line), stop, python)


def _line(
    line: int, one: Entry | None, other: Entry | None, stop: int | None, python: Reading
) -> Iterator[Finding]:
    """Compare what python-dotenv, *one*, and the server, *other*, read on a line."""
    key = _known(one) or _known(other)
    if one is not None and key and _SPACED_COMMENT.match(one.raw):
        yield Finding(Trap.SPACED_COMMENT, line, key, Dialect.PYTHON)
    if stop is not None and line > stop and key:
        yield Finding(Trap.NOT_REACHED, line, key, Dialect.SERVER, str(stop))
    if other is not None and other.doubt:
        yield Finding(Trap.IN_DOUBT, line, key, Dialect.SERVER, other.doubt)
    if one is not None and one.doubt:
        yield Finding(Trap.IN_DOUBT, line, key, Dialect.PYTHON, one.doubt)
    if key is None:
        return
    who = [entry is not None and bool(entry.substituted) for entry in (one, other)]
    if any(who):
        detail = "both" if all(who) else (Dialect.PYTHON if who[0] else Dialect.SERVER)
        yield Finding(Trap.SUBSTITUTED, line, key, detail=detail)
    difference = _difference(one, other)
    reached = stop is None or line < stop
    if difference and reached and python.stopped_at is None:
        yield Finding(Trap.READ_DIFFERENTLY, line, key, detail=difference)


def _difference(one: Entry | None, other: Entry | None) -> Difference | None:
    if one is None:
        return Difference.ONLY_SERVER
    if other is None:
        return Difference.ONLY_PYTHON
    if one.value is None or other.value is None or one.value == other.value:
        return None
    if other.substituted or one.substituted:
        return Difference.DOLLAR
    return Difference.BACKSLASH if "\\" in one.raw else Difference.VALUES


def _keys(python: Reading, server: Reading, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Note keys that stand twice, are beaten, misspelt or missing."""
    # Where the library reads nothing, the server still reads some.
    entries = python.entries or server.entries
    first: dict[str, int] = {}
    for entry in entries:
        key = entry.key or ""
        if key in KEYS and key in first:
            yield Finding(Trap.DUPLICATE_KEY, entry.line, key, detail=str(first[key]))
        first.setdefault(key, entry.line)
        if key in KEYS and environment.get(key, entry.value) != entry.value:
            yield Finding(Trap.OVERRIDDEN, entry.line, key)
        if key not in _NAMES and _LIKE_OURS.fullmatch(key):
            yield Finding(Trap.UNKNOWN_KEY, entry.line, detail=_nearest(key))
    for reading in (python, server):
        for key in PAGE_KEYS:
            if key not in reading.in_doubt and not reading.values.get(key):
                yield Finding(Trap.SETTING_MISSING, None, key, reading.dialect)


def _values(python: Reading, server: Reading) -> Iterator[Finding]:
    """Note values that are not what their keys take, as each of the two reads them."""
    traps = {reading.dialect: set(_value_traps(reading)) for reading in (python, server)}
    both = traps[Dialect.PYTHON] & traps[Dialect.SERVER]
    for reading in (python, server):
        # Of a key that stands twice the last counts for the library, the first for the server.
        entries = reading.entries if reading is python else reversed(reading.entries)
        lines = {entry.key: entry.line for entry in entries}
        for trap, key, detail in sorted(traps[reading.dialect]):
            shared = (trap, key, detail) in both
            if not shared or reading is python:
                dialect = None if shared else reading.dialect
                yield Finding(trap, lines.get(key), key, dialect, detail or None)


def _value_traps(reading: Reading) -> Iterator[tuple[Trap, str, str]]:
    values = {key: _text(secret) for key, secret in reading.values.items()}
    names = {"api_key": "SJ_API_KEY", "secret_key": "SJ_SEC_KEY"}
    key, secret = (values.get(name, "") for name in names.values())
    for finding in check_credentials(key, Secret(secret)):
        if finding.trap is not CredentialTrap.EMPTY:
            yield Trap.CREDENTIAL, names[finding.name], finding.trap
    for name in ("SJ_PRODUCTION", "SJ_HTTP_AUTH"):
        if values.get(name, "true") not in {"true", "false"}:
            yield Trap.MALFORMED_VALUE, name, ""
    if not _MILLISECONDS.fullmatch(values.get("SJ_RECEIVE_WINDOW", "1")):
        yield Trap.MALFORMED_VALUE, "SJ_RECEIVE_WINDOW", ""
    path = values.get("SJ_CA_PATH", "")
    if _CONTROL.search(path):
        yield Trap.PATH_CONTROL, "SJ_CA_PATH", ""
    if "\\" in path:
        yield Trap.PATH_BACKSLASH, "SJ_CA_PATH", ""
    if not path.isascii():
        yield Trap.PATH_NOT_ASCII, "SJ_CA_PATH", ""


def _text(secret: Secret) -> str:
    return secret.reveal().decode("utf-8", "replace")


def _known(entry: Entry | None) -> str | None:
    return entry.key if entry is not None and entry.key in KEYS else None


def _nearest(key: str) -> str | None:
    if len(key) > _LONGEST_KEY:
        return None
    near = difflib.get_close_matches(key.upper(), _NAMES, 1, _RESEMBLING)
    return near[0] if near else None
