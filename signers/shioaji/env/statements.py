"""Which lines of a ``.env`` belong together, for the server's reader (observed, shioaji-cli 1.7.9).

A quoted value may span lines, and a comment is cut off before anything else is looked at. Both is
done by a first look that knows quotation marks, backslashes and white space, but no settings; the
second look, at what a setting says, follows rules of its own, and the two do not always agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from signers.shioaji.env.model import StopReason

__all__ = ["WHITE", "Statement", "statements"]

_BLANK = (
    "\t\v\f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
WHITE = f"\r\n{_BLANK}"
"""White space: Unicode's, which is a little less than Python's."""

_COMMENT_LINE = re.compile(rf"[\r{_BLANK}]*#[^\n]*(?:\n|\Z)")
# White space takes the character behind it along, so that only every other one of several can
# begin a comment, and the last octet of a file cannot be white space.
_PIECE = re.compile(
    rf"""(?P<comment> [{_BLANK}] \# [^\n]* (?:\n|\Z) )
    | [{_BLANK}] (?: [^\\'"] | (?=[\\'"]) )
    | \\ .
    | ' (?: \\. | [^'\\] )* '
    | " (?: \\. | [^"\\] )* "
    | \n
    | [^\n{_BLANK}\\'"]+
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """What one setting may be, or at what reading stops."""

    line: int
    """Its first line, from 1."""
    raw: str
    """The lines as they stand."""
    text: str = ""
    """Without comment, and without white space around it."""
    stops: StopReason | None = None


def statements(text: str) -> Iterator[Statement]:
    """Return the statements of a text, the empty ones left out; the last one may be a stop."""
    at, line = 0, 1
    while at < len(text):
        start = at
        if skipped := _COMMENT_LINE.match(text, at):
            at = skipped.end()
        else:
            content, at, stops = _one(text, at)
            raw, stripped = text[start:at].strip(WHITE), content.strip(WHITE)
            if stripped:
                yield Statement(line, raw, stripped, stops)
        line += text.count("\n", start, at)


def _one(text: str, start: int) -> tuple[str, int, StopReason | None]:
    """Return a statement without its comment, where the next starts, and why it has no end."""
    at = start
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            open_ = text[at] in {"'", '"'}
            reason = StopReason.UNCLOSED if open_ else StopReason.NO_LINE_END
            return text[start:], len(text), reason
        if piece["comment"]:
            return text[start:at], piece.end(), None
        at = piece.end()
        if piece[0].endswith("\n"):
            break
    return text[start:at], at, None
