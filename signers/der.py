"""A small bounded reader of DER, and the few functions that write it.

It reads what X.690 (sections 8, 10 and 11) allows and nothing else: no indefinite and no padded
lengths, no padded integers, no octets left over. Depth, number of elements and total length are
limited, and whatever the octets are, the only exception is `MalformedDer`. A reader never shows
the octets it stands on, since these are private keys.
"""

import enum
from dataclasses import dataclass
from typing import NoReturn

from signers.errors import InvalidInput

__all__ = [
    "Limits",
    "MalformedDer",
    "Problem",
    "Reader",
    "Tag",
    "context",
    "encode",
    "encode_integer",
]


class Tag(enum.IntEnum):
    """The identifier octets of universal types (X.690, section 8.1.2)."""

    BOOLEAN = 0x01
    INTEGER = 0x02
    BIT_STRING = 0x03
    OCTET_STRING = 0x04
    NULL = 0x05
    OID = 0x06
    SEQUENCE = 0x30
    """SEQUENCE and SEQUENCE OF; always constructed."""
    SET = 0x31
    """SET and SET OF; always constructed."""


def context(number: int, *, constructed: bool = True) -> int:
    """Return the identifier octet of the context-specific tag *number*, 0 to 30."""
    return (0xA0 if constructed else 0x80) | number


class Problem(enum.StrEnum):
    """What is wrong with the octets."""

    TOO_LARGE = "too-large"
    """The whole is longer than the limit."""
    CUT_OFF = "cut-off"
    """The outermost element is longer than what is there."""
    OVERRUN = "overrun"
    """An element reaches past the end of the one around it."""
    MISSING = "missing"
    """An element is expected where the one around it ends."""
    TRAILING = "trailing"
    """Something follows where nothing may."""
    WRONG_TAG = "wrong-tag"
    """Another type than the one expected here."""
    HIGH_TAG = "high-tag"
    """A tag number above 30, which none of the formats read here has."""
    INDEFINITE_LENGTH = "indefinite-length"
    """A length without a value: BER, not DER."""
    LONG_LENGTH = "long-length"
    """A length of more octets than needed, or of more than four."""
    BAD_INTEGER = "bad-integer"
    """An integer that is empty, has superfluous leading octets, or is larger than allowed."""
    BAD_OID = "bad-oid"
    """An object identifier that is empty, cut off, padded, or has huge parts."""
    BAD_BIT_STRING = "bad-bit-string"
    """A bit string whose count of unused bits is wrong, or whose unused bits are not zero."""
    BAD_NULL = "bad-null"
    """A NULL with content."""
    TOO_DEEP = "too-deep"
    """More nested elements than the limit."""
    TOO_MANY = "too-many"
    """More elements than the limit."""


class MalformedDer(InvalidInput):
    """The octets are not the DER expected."""

    reason = "malformed-der"

    def __init__(self, problem: Problem, offset: int) -> None:
        self.problem = problem
        """What is wrong."""
        self.offset = offset
        """At which octet, counted from 0."""
        super().__init__(
            f"not the DER expected ({problem.value}, at octet {offset}): the data was altered or "
            "is something else; export or copy it anew"
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader takes."""

    octets: int = 65_536
    """Length of the whole."""
    depth: int = 16
    """How many elements may be entered into one another."""
    elements: int = 1_000
    """How many elements may be read in sum."""
    integer: int = 4_096
    """Octets of one integer."""


_DEFAULT = Limits()
_LENGTH_OCTETS = 4
_OID_PART = 1 << 64


class Reader:
    """A cursor over the elements inside one constructed element.

    Each method reads the next element and moves on; all raise MalformedDer, with the offset
    counted from the start of the whole.
    """

    __slots__ = ("_at", "_budget", "_depth", "_end", "_limits", "_octets")

    def __init__(
        self,
        octets: bytes,
        limits: Limits = _DEFAULT,
        *,
        _within: tuple[int, int, int, list[int]] | None = None,
    ) -> None:
        """Stand before the first element of *octets*."""
        size = len(octets)
        self._octets = octets
        self._limits = limits
        # The budget is shared with the readers of inner elements.
        self._at, self._end, self._depth, self._budget = _within or (0, size, 0, [limits.elements])
        if size > limits.octets:
            del octets  # a traceback that shows local variables must not show it
            raise MalformedDer(Problem.TOO_LARGE, limits.octets)

    def __repr__(self) -> str:
        return f"<Reader at octet {self._at} of {self._end}>"

    @property
    def offset(self) -> int:
        """Where the next element starts, counted from the start of the whole."""
        return self._at

    @property
    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self._at == self._end

    def peek(self) -> int | None:
        """Return the identifier octet of the next element; None at the end."""
        return None if self._at == self._end else self._octets[self._at]

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self._at != self._end:
            raise MalformedDer(Problem.TRAILING, self._at)

    def enter(self, tag: int = Tag.SEQUENCE) -> "Reader":
        """Read a constructed element and return a reader of what is in it."""
        start, end = self._next(tag)
        if self._depth == self._limits.depth:
            self._refuse(Problem.TOO_DEEP, start)
        place = (start, end, self._depth + 1, self._budget)
        return Reader(self._octets, self._limits, _within=place)

    def value(self, tag: int) -> bytes:
        """Read an element and return its contents octets, whatever they are."""
        start, end = self._next(tag)
        return self._octets[start:end]

    def element(self) -> bytes:
        """Read an element of any tag and return it whole, identifier and length included."""
        first = self._at
        _, end = self._next(None)
        return self._octets[first:end]

    def skip(self, tag: int | None = None) -> None:
        """Read an element, of any tag where None."""
        self._next(tag)

    def integer(self) -> int:
        """Read an INTEGER (X.690, section 8.3)."""
        start, end = self._next(Tag.INTEGER)
        if not 1 <= end - start <= self._limits.integer:
            self._refuse(Problem.BAD_INTEGER, start)
        if end - start > 1:
            first, sign = self._octets[start], self._octets[start + 1] & 0x80
            if (first == 0 and not sign) or (first == 0xFF and sign):  # noqa: PLR2004
                self._refuse(Problem.BAD_INTEGER, start)
        return int.from_bytes(self._octets[start:end], "big", signed=True)

    def octet_string(self) -> bytes:
        """Read a primitive OCTET STRING."""
        return self.value(Tag.OCTET_STRING)

    def bit_string(self) -> tuple[bytes, int]:
        """Read a BIT STRING; return its octets and how many of the last bits are unused."""
        start, end = self._next(Tag.BIT_STRING)
        if start == end:
            self._refuse(Problem.BAD_BIT_STRING, start)
        unused = self._octets[start]
        most = 7 if end - start > 1 else 0
        if unused > most or self._octets[end - 1] & ((1 << unused) - 1):
            self._refuse(Problem.BAD_BIT_STRING, start)
        return self._octets[start + 1 : end], unused

    def null(self) -> None:
        """Read a NULL."""
        start, end = self._next(Tag.NULL)
        if start != end:
            self._refuse(Problem.BAD_NULL, start)

    def oid(self) -> str:
        """Read an OBJECT IDENTIFIER; return it in dotted decimals (X.690, section 8.19)."""
        start, end = self._next(Tag.OID)
        parts: list[int] = []
        part, inside = 0, False
        for octet in self._octets[start:end]:
            if (octet == 0x80 and not inside) or part >= _OID_PART:  # noqa: PLR2004
                self._refuse(Problem.BAD_OID, start)
            part = part << 7 | octet & 0x7F
            inside = octet >= 0x80  # noqa: PLR2004
            if not inside:
                parts.append(part)
                part = 0
        if inside or not parts:
            self._refuse(Problem.BAD_OID, start)
        root = min(parts[0] // 40, 2)
        return ".".join(str(part) for part in (root, parts[0] - 40 * root, *parts[1:]))

    def _next(self, tag: int | None) -> tuple[int, int]:
        """Move past the next element; return where its contents start and end."""
        octets, at, end = self._octets, self._at, self._end
        cut = Problem.OVERRUN if self._depth else Problem.CUT_OFF
        if at == end:
            self._refuse(Problem.MISSING, at)
        found = octets[at]
        if tag is not None and found != tag:
            self._refuse(Problem.WRONG_TAG, at)
        if found & 0x1F == 0x1F:  # noqa: PLR2004
            self._refuse(Problem.HIGH_TAG, at)
        if self._budget[0] == 0:
            self._refuse(Problem.TOO_MANY, at)
        self._budget[0] -= 1
        length, start = self._length(at, cut)
        if length > end - start:
            self._refuse(cut, at)
        self._at = start + length
        return start, self._at

    def _length(self, at: int, cut: Problem) -> tuple[int, int]:
        """Read the length of the element at *at*; return it and where the contents start."""
        octets, start, left = self._octets, at + 2, self._end - at - 2
        if left < 0:
            self._refuse(cut, at)
        length = octets[at + 1]
        if length < 0x80:  # noqa: PLR2004
            return length, start
        count = length & 0x7F
        if count == 0:
            self._refuse(Problem.INDEFINITE_LENGTH, at)
        if count > _LENGTH_OCTETS:
            self._refuse(Problem.LONG_LENGTH, at)
        if left < count:
            self._refuse(cut, at)
        length = int.from_bytes(octets[start : start + count], "big")
        if length < 0x80 or length >> 8 * (count - 1) == 0:  # noqa: PLR2004
            self._refuse(Problem.LONG_LENGTH, at)
        return length, start + count

    def _refuse(self, problem: Problem, offset: int) -> NoReturn:
        raise MalformedDer(problem, offset)


def encode(tag: int, *contents: bytes) -> bytes:
    """Return one element: *tag* with *contents* in a row."""
    value = b"".join(contents)
    size = len(value)
    if size < 0x80:  # noqa: PLR2004
        return bytes((tag, size)) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + value


def encode_integer(value: int) -> bytes:
    """Return an INTEGER."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return encode(Tag.INTEGER, value.to_bytes(size, "big", signed=True))
