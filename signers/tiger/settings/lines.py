"""Two readings of the same text, with line numbers: real Java properties, and the Java SDK's own.

Python's SDK (tigeropen 3.8.0) parses properties as Java's own class does; the Java SDK (2.2.4) does
not use that class, but takes each line by itself (source: ConfigFileUtil; seen in its jar too). How
the parsers of the other SDKs read is not known.
"""

import io
import re
from dataclasses import dataclass

from javaproperties import Comment, InvalidUEscapeError, KeyValue, PropertiesElement, parse

from signers.tiger.settings.findings import Difference, Finding, Trap
from signers.tiger.settings.model import KEYS

__all__ = ["MARK", "Entry", "as_java", "as_properties", "differences", "line_count", "line_of"]

MARK = "\ufeff"

_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JAVA_SPACE = "".join(map(chr, range(0x21)))
_METADATA = re.compile(r"[ \t\f]*[#!]:[ \t\f]*(?:[=:\\\r\n]|\Z)")


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A setting as it was read; a repr of it shows nothing."""

    line: int
    """Its first line, from 1."""
    key: str
    value: str


class _Counted(io.StringIO):
    """Text that knows how many of its lines were taken: the library keeps no line numbers."""

    def __init__(self, text: str) -> None:
        super().__init__(text, newline="")
        self.taken = 0

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed
        self.taken += 1
        return super().readline(-1 if size is None else size)


def line_count(text: str) -> int:
    """Return how many lines *text* has."""
    return len(_LINE_END.findall(text)) + 1


def line_of(octets: bytes, offset: int) -> int:
    """Return on which line, from 1, the octet at *offset* is."""
    return line_count(octets[:offset].decode("latin-1"))


def as_properties(text: str) -> tuple[list[Entry], list[Finding]]:
    """Return the settings as java.util.Properties reads them, and what no parser takes.

    A line with a broken escape is left out; the Python SDK then reads nothing at all.
    """
    source = _Counted(text)
    elements = parse(source)
    entries: list[Entry] = []
    findings: list[Finding] = []
    while True:
        line = source.taken + 1
        try:
            element: PropertiesElement | None = next(elements, None)
        except InvalidUEscapeError:
            findings.append(Finding(Trap.BAD_ESCAPE, line))
            elements = parse(source)
            continue
        if element is None:
            return entries, findings
        if isinstance(element, Comment) and _METADATA.match(element.source):
            findings.append(Finding(Trap.METADATA_COMMENT, line, fatal=False))
        elif isinstance(element, KeyValue):
            if _is_text(element.key + element.value):
                entries.append(Entry(line, element.key, element.value))
            else:
                findings.append(Finding(Trap.BAD_ESCAPE, line))


def as_java(text: str) -> list[Entry]:
    """Return the settings as the Java SDK reads them, lines that it skips left out."""
    entries = []
    for number, whole in enumerate(_LINE_END.split(text), 1):
        line = whole.removeprefix(MARK).strip(_JAVA_SPACE)
        key, separator, value = line.partition("=")
        if key and separator and value and not line.startswith("#"):
            entries.append(Entry(number, key.strip(_JAVA_SPACE), value.strip(_JAVA_SPACE)))
    return entries


def differences(text: str, properties: list[Entry]) -> list[Finding]:
    """Return a finding for each line whose two readings differ in a known key.

    *properties* is what `as_properties` made of *text*. An empty value counts as no setting, as
    both SDKs have it, unless it takes away what stood above.
    """
    python: dict[int, Entry] = {}
    seen = set()
    for entry in properties:
        if entry.value or entry.key in seen:
            python[entry.line] = entry
            seen.add(entry.key)
    java = {entry.line: entry for entry in as_java(text)}
    findings = []
    for line in sorted(python.keys() | java.keys()):
        one, other = python.get(line), java.get(line)
        known = [entry.key for entry in (one, other) if entry and entry.key in KEYS]
        difference = _difference(one, other)
        if known and difference:
            found = Finding(Trap.READ_DIFFERENTLY, line, known[0], fatal=False, detail=difference)
            findings.append(found)
    return findings


def _difference(python: Entry | None, java: Entry | None) -> Difference | None:
    if python is None:
        return Difference.ONLY_JAVA
    if java is None:
        return Difference.ONLY_PYTHON
    if python.key != java.key:
        return Difference.KEYS
    return None if python.value == java.value else Difference.VALUES


def _is_text(text: str) -> bool:
    """Tell whether *text* has a UTF-8 form: half of a surrogate pair has none."""
    return text.isascii() or not _SURROGATE.search(text)
