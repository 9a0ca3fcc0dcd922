"""What the signed text of an envelope holds, in words: its parts, and what is not as asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

__all__ = ["Asked", "read_as_text", "text_words"]

_SHOWN = 24
_TAIPEI = timedelta(hours=8)
_CODECS = {
    "big5": "Big5",
    "utf-16-le": "UTF-16, little endian",
    "utf-16-be": "UTF-16, big endian",
    "latin-1": "Latin-1",
}
"""What else a text is found encoded in, by codec; Latin-1 is last, since it reads anything."""

_FEWEST = 3
"""Gaps, with those at both ends, of which one may be said to be what everything is joined with."""

_MARKS = {"\ufeff": "a byte order mark", "\n": "a newline", "\0": "a zero"}
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was to be signed."""

    person_id: str
    common_name: str
    """The whole CN, which the id is often taken for."""
    ip: str
    plain_text: str
    seconds: int
    """Unix time."""

    @property
    def octets(self) -> bytes:
        """The right text."""
        whole = f"{self.person_id}{self.ip}{self.plain_text}{self.seconds}"
        return whole.encode("utf-8", "surrogatepass")

    def writings(self, part: str) -> Iterator[tuple[str, str]]:
        """Yield other ways to write a part, and how each is called."""
        now, plain = self.seconds, self.plain_text
        if part == "the time":
            for power, unit in ((9, "nanoseconds"), (6, "microseconds"), (3, "milliseconds")):
                yield f"{now * 10**power}", f"in {unit}"
            yield f"{now}.0", "with a fraction"
            yield from ((text, "as a date") for text in _dates(now))
            yield str(now + _TAIPEI.seconds), "eight hours late"
            yield str(now - _TAIPEI.seconds), "eight hours early"
        elif part == "the person id":
            yield self.common_name, "as the whole CN"
            yield self.person_id.lower(), "in lower case"
            yield self.person_id.upper(), "in upper case"
        elif part == "the plain text":
            yield plain.strip(), "without white space around it"
            yield plain.replace("\n", "\r\n"), "with CRLF for each newline"

    def right(self) -> dict[str, str]:
        """Return the right writing of each part, in the right order."""
        return {
            "the person id": self.person_id,
            "the IP address": self.ip,
            "the plain text": self.plain_text,
            "the time": str(self.seconds),
        }


def _dates(seconds: int) -> Iterator[str]:
    try:
        instant = datetime.fromtimestamp(seconds, UTC)
        for moved in (instant, instant + _TAIPEI):
            yield from (moved.strftime(form) for form in _FORMS)
    except (OverflowError, ValueError, OSError):
        return


@dataclass(frozen=True, slots=True)
class _Found:
    part: str
    start: int
    end: int
    how: str
    """How it is written; empty for the right way."""


def read_as_text(octets: bytes, asked: Asked) -> bool:
    """Tell whether octets hold something of what was to be signed."""
    parts = (asked.person_id, asked.ip, asked.plain_text, str(asked.seconds))
    return any(part and part.encode("utf-8", "surrogatepass") in octets for part in parts)


def text_words(octets: bytes, asked: Asked) -> str:
    """Return what a signed text holds, and what of it is not as asked."""
    if octets == asked.octets:
        return "as asked"
    if not octets:
        return "empty"
    text, charset = _decoded(octets, asked)
    found = _parts(text, asked)
    if not found:
        return f"{charset}nothing of what was asked: {_shown(text)}"
    words = [charset.removesuffix(": ")] if charset else []
    return ", ".join([*words, *_order(found, asked), *_between(text, found, asked)])


def _decoded(octets: bytes, asked: Asked) -> tuple[str, str]:
    """Return the text, and what is wrong with its charset."""
    # Text in UTF-16 is mostly UTF-8 too, with zeros in it.
    wide = [codec for codec in _CODECS if codec.startswith("utf-16") and b"\0" in octets]
    for codec in (*wide, "utf-8", *_CODECS):
        try:
            text = octets.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec == "utf-8":
            return text, ""
        if _may_be(text, asked):
            return text, f"in {_CODECS[codec]}, not UTF-8: "
    return octets.decode("utf-8", "backslashreplace"), "not UTF-8: "


def _may_be(text: str, asked: Asked) -> bool:
    """Tell whether a text holds something of what was asked, and no character from elsewhere."""
    known = set(asked.octets.decode("utf-8", "replace"))
    foreign = any(not one.isascii() and one not in known for one in text)
    return not foreign and read_as_text(text.encode("utf-8"), asked)


def _parts(text: str, asked: Asked) -> list[_Found]:
    """Return what stands in the text of each part that is not empty, in the text's order."""
    found: list[_Found] = []
    wanted = asked.right()
    # The plain text first: it may hold an address or digits of its own.
    for part in ("the plain text", "the IP address", "the person id", "the time"):
        right = wanted[part]
        others = [way for way in asked.writings(part) if way[0] != right]
        # What the right way is only a piece of comes before it.
        longer = [way for way in others if right in way[0]]
        ways = [*longer, (right, ""), *(way for way in others if way not in longer)]
        places = (place for way in ways if way[0] for place in _places(text, part, way, found))
        place = next(places, None)
        if place is not None:
            found.append(place)
    return sorted(found, key=lambda one: one.start)


def _places(text: str, part: str, way: tuple[str, str], taken: list[_Found]) -> Iterator[_Found]:
    """Yield where a writing stands in the text, where nothing else does."""
    writing, how = way
    # The time is the last of all where it stands twice, everything else the first.
    matches = list(re.finditer(re.escape(writing), text))
    for match in reversed(matches) if part == "the time" else matches:
        start, end = match.span()
        if all(end <= one.start or start >= one.end for one in taken):
            yield _Found(part, start, end, how)


def _order(found: list[_Found], asked: Asked) -> list[str]:
    """Say in which order the parts stand where that is wrong, and how each is written."""
    there = [one.part for one in found]
    words = []
    if there != [part for part in asked.right() if part in there]:
        words.append(f"in the order {', '.join(part.removeprefix('the ') for part in there)}")
    return words + [f"{one.part} {one.how}" for one in found if one.how]


def _between(text: str, found: list[_Found], asked: Asked) -> list[str]:
    """Say what is missing, and what stands before, between and behind the parts."""
    ends = [_Found("", 0, 0, ""), *found, _Found("", len(text), len(text), "")]
    gaps = [
        (before.part, text[before.end : behind.start], behind.part)
        for before, behind in pairwise(ends)
    ]
    words = []
    right = ["", *(part for part, writing in asked.right().items() if writing), ""]
    missing = [part for part in right[1:-1] if part not in [one.part for one in found]]
    for part in list(missing):
        place = right.index(part)
        around = right[place - 1], right[place + 1]
        instead = next((gap for gap in gaps if (gap[0], gap[2]) == around and gap[1]), None)
        if instead is not None:
            words.append(f"{_named(instead[1])} in the place of {part}")
            missing.remove(part)
            gaps.remove(instead)
    if missing:
        words.append(f"without {', '.join(missing)}")
    inner = {gap for before, gap, behind in gaps if before and behind}
    if len(inner) == 1 and len(gaps) > _FEWEST and "" not in inner:
        words.append(f"joined with {_named(inner.pop())}")
        gaps = [gap for gap in gaps if not (gap[0] and gap[2])]
    return words + [_gap(*gap) for gap in gaps if gap[1]]


def _gap(before: str, gap: str, behind: str) -> str:
    if before and behind:
        return f"{_named(gap)} between {before} and {behind}"
    return f"{_named(gap)} {'behind' if before else 'in front'}"


def _named(text: str) -> str:
    return _MARKS.get(text) or _shown(text)


def _shown(text: str) -> str:
    """Return a text for a line, cut off where it is long."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return f"`{cut.encode('unicode_escape').decode('ascii') if not cut.isprintable() else cut}`"
