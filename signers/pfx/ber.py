"""From BER to DER, as far as PKCS#12 needs it: lengths made definite, strings in one piece.

RFC 7292 lets a file be BER, and older programs (Mozilla's NSS, Bouncy Castle) write it so. Values
are left as they are, so that what is DER comes back unaltered.
"""

from typing import NoReturn

from signers.der import Limits, MalformedDer, Problem, Tag, encode

__all__ = ["definite"]

_CONSTRUCTED = 0x20
_OCTETS_IN_PIECES = Tag.OCTET_STRING | _CONSTRUCTED
_MARK = b"\0\0"
"""The end of an element without a length (X.690, section 8.1.5)."""


def definite(octets: bytes, limits: Limits, *, deep: bool) -> tuple[bytes, int]:
    """Return the first element in *octets* in the definite form, and where it ended.

    With *deep*, what is BER inside an octet string is rewritten too: good for reading, while a MAC
    is over what was there. Raises MalformedDer.
    """
    return _Rewriting(octets, limits, [limits.elements], deep=deep).element(0, len(octets), 0)


class _Rewriting:
    """One pass over *octets*; the budget is shared with passes over what is inside."""

    __slots__ = ("_budget", "_deep", "_limits", "_octets")

    def __init__(self, octets: bytes, limits: Limits, budget: list[int], *, deep: bool) -> None:
        self._octets = octets
        self._limits = limits
        self._budget = budget
        self._deep = deep

    def element(self, at: int, end: int, depth: int) -> tuple[bytes, int]:
        """Return the element at *at* and where it ends."""
        if end - at < 2:  # noqa: PLR2004
            self._refuse(Problem.CUT_OFF, at)
        tag = self._octets[at]
        if tag & 0x1F == 0x1F:  # noqa: PLR2004
            self._refuse(Problem.HIGH_TAG, at)
        if depth > self._limits.depth:
            self._refuse(Problem.TOO_DEEP, at)
        self._budget[0] -= 1
        if self._budget[0] < 0:
            self._refuse(Problem.TOO_MANY, at)
        length, start = self._length(at, end)
        if not tag & _CONSTRUCTED:
            if length is None:
                self._refuse(Problem.INDEFINITE_LENGTH, at)
            return self._primitive(tag, start, start + length, depth), start + length
        stop = end if length is None else start + length
        parts, after = self._inside(start, stop, depth, marked=length is None)
        if tag == _OCTETS_IN_PIECES:
            return self._joined(parts, at, depth), after
        return encode(tag, *parts), after

    def _length(self, at: int, end: int) -> tuple[int | None, int]:
        """Return the length, None where it is indefinite, and where the contents start."""
        first, start = self._octets[at + 1], at + 2
        if first == 0x80:  # noqa: PLR2004
            return None, start
        length = first
        if first > 0x80:  # noqa: PLR2004
            length = int.from_bytes(self._octets[start : start + first - 0x80], "big")
            start += first - 0x80
        if length > end - start:
            self._refuse(Problem.CUT_OFF, at)
        return length, start

    def _inside(self, at: int, end: int, depth: int, *, marked: bool) -> tuple[list[bytes], int]:
        parts: list[bytes] = []
        while at < end or marked:
            if marked and self._octets[at : at + 2] == _MARK:
                return parts, at + 2
            part, at = self.element(at, end, depth + 1)
            parts.append(part)
        return parts, at

    def _primitive(self, tag: int, start: int, end: int, depth: int) -> bytes:
        contents = self._octets[start:end]
        return encode(
            tag, self._rewritten(contents, depth) if tag == Tag.OCTET_STRING else contents
        )

    def _joined(self, parts: list[bytes], at: int, depth: int) -> bytes:
        """Return one octet string made of the strings *parts*, each in the definite form."""
        if any(part[0] != Tag.OCTET_STRING for part in parts):
            self._refuse(Problem.WRONG_TAG, at)
        contents = b"".join(part[2 + (part[1] & 0x7F if part[1] & 0x80 else 0) :] for part in parts)
        return encode(Tag.OCTET_STRING, self._rewritten(contents, depth))

    def _rewritten(self, contents: bytes, depth: int) -> bytes:
        """Return what is in an octet string, rewritten where it is one element."""
        if not self._deep or contents[:1] != b"\x30":
            return contents
        inner = _Rewriting(contents, self._limits, self._budget, deep=True)
        try:
            element, end = inner.element(0, len(contents), depth + 1)
        except MalformedDer as error:
            if error.problem in {Problem.TOO_MANY, Problem.TOO_DEEP}:
                raise
            return contents
        return element if end == len(contents) else contents

    def _refuse(self, problem: Problem, offset: int) -> NoReturn:
        raise MalformedDer(problem, offset)
