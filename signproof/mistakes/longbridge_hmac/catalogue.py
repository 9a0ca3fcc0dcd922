"""The catalogue itself and what its modules share: how the parts of a request are changed.

Edits of the header block and of the canonical request add to what earlier edits did there, so that
two mistakes in one place can be replayed together.
"""

import binascii
from collections.abc import Callable
from dataclasses import dataclass, field

from signproof.mistakes.base import Catalogue, Edit
from signproof.mistakes.edits import function_of, input_changed, output_changed, replaced
from signproof.pipeline import Pipeline

__all__ = [
    "CATALOGUE",
    "NAMES",
    "PARTS",
    "CanonicalRequest",
    "HeaderBlock",
    "assembled",
    "function_of",
    "hex_decoded",
    "input_changed",
    "line_block",
    "output_changed",
    "replaced",
    "value_of",
]

CATALOGUE = Catalogue(refusal="wrong-signature")

NAMES = b"authorization;x-api-key;x-timestamp"

PARTS = {
    "method": "method",
    "path": "path",
    "query": "query",
    "header-block": "header block",
    "header-names": "list of header names",
    "body-digest": "body digest",
}
"""The parts of a canonical request in their order, as ids name them and as texts do."""


@dataclass(slots=True)
class CanonicalRequest:
    """A canonical request in the making."""

    parts: dict[str, bytes]
    method: bytes
    """The method as it was given."""
    order: list[str] = field(default_factory=lambda: list(PARTS))
    separators: dict[str, bytes] = field(default_factory=lambda: dict.fromkeys(PARTS, b"|"))
    """What stands after a part, unless it is the last."""
    finishes: list[Callable[[bytes], bytes]] = field(default_factory=list)
    """Changes of the joined parts."""

    def put(self, part: str, octets: bytes) -> None:
        """Put *octets* in the place of a part."""
        self.parts[part] = octets

    def change(self, part: str, change: Callable[[bytes], bytes]) -> None:
        """Put what *change* makes of a part in its place."""
        self.parts[part] = change(self.parts[part])

    def separate(self, octets: bytes, *parts: str) -> None:
        """Write *octets* after each of *parts*, or after every part where none is given."""
        self.separators |= dict.fromkeys(parts or PARTS, octets)

    def drop(self, part: str) -> None:
        """Leave a part out with its separator."""
        self.order = [name for name in self.order if name != part]

    def repeat(self, part: str) -> None:
        """Write a part twice."""
        self.order = [twice for name in self.order for twice in [name] * (1 + (name == part))]

    def swap(self, part: str, other: str) -> None:
        """Let two parts change places."""
        places = {part: other, other: part}
        self.order = [places.get(name, name) for name in self.order]

    def finish(self, change: Callable[[bytes], bytes]) -> None:
        """Change the parts once they are joined."""
        self.finishes.append(change)

    def octets(self) -> bytes:
        """Return the parts, joined."""
        *others, last = self.order
        joined = b"".join(self.parts[name] + self.separators[name] for name in others)
        joined += self.parts[last]
        for change in self.finishes:
            joined = change(joined)
        return joined


@dataclass(slots=True)
class HeaderBlock:
    """The block of signed headers in the making."""

    lines: list[tuple[bytes, bytes]]
    """Names and values."""
    colon: bytes = b":"
    end: bytes = b"\n"
    last_end: bytes | None = None
    """What ends the last line, where it is not what ends the others."""
    renames: list[Callable[[bytes], bytes]] = field(default_factory=list)
    """Changes of every name as it is written."""

    def punctuate(
        self,
        *,
        colon: bytes | None = None,
        end: bytes | None = None,
        last_end: bytes | None = None,
    ) -> None:
        """Set what stands between name and value, and what ends a line; None lets it be."""
        self.colon = self.colon if colon is None else colon
        self.end = self.end if end is None else end
        self.last_end = self.last_end if last_end is None else last_end

    def rename(self, change: Callable[[bytes], bytes]) -> None:
        """Change every name."""
        self.renames.append(change)

    def revalue(self, name: bytes, change: Callable[[bytes], bytes]) -> None:
        """Change the value of the header *name*."""
        self.lines = [(key, change(value) if key == name else value) for key, value in self.lines]

    def arrange(self, names: tuple[bytes, ...]) -> None:
        """Write the lines of these names, in this order; a name may stand twice."""
        values = dict(self.lines)
        self.lines = [(name, values[name]) for name in names if name in values]

    def unname(self) -> None:
        """Write the values alone."""
        self.colon = b""
        self.rename(lambda _: b"")

    def insert(self, line: tuple[bytes, bytes]) -> None:
        """Put a line after the first."""
        self.lines.insert(1, line)

    def octets(self) -> bytes:
        """Return the lines, written."""
        written = b"".join(
            self._named(name) + self.colon + value + self.end for name, value in self.lines
        )
        if self.last_end is None:
            return written
        return written.removesuffix(self.end) + self.last_end

    def _named(self, name: bytes) -> bytes:
        for change in self.renames:
            name = change(name)
        return name


@dataclass(frozen=True, slots=True)
class _Assembly:
    """Stands for the stage `canonical_request`, so that later edits can add to it."""

    changes: tuple[Callable[[CanonicalRequest], None], ...]

    def __call__(
        self, method: bytes, path: bytes, query: bytes | None, block: bytes, digest: bytes
    ) -> bytes:
        parts = (method.upper(), path, query or b"", block, NAMES, digest)
        request = CanonicalRequest(dict(zip(PARTS, parts, strict=True)), method)
        for change in self.changes:
            change(request)
        return request.octets()


@dataclass(frozen=True, slots=True)
class _Block:
    """Stands for the stage `canonical_headers`, so that later edits can add to it."""

    changes: tuple[Callable[[HeaderBlock], None], ...]

    def __call__(self, token: bytes, app_key: bytes, timestamp: bytes) -> bytes:
        values = (token, app_key, timestamp)
        block = HeaderBlock(list(zip(NAMES.split(b";"), values, strict=True)))
        for change in self.changes:
            change(block)
        return block.octets()


def assembled(change: Callable[[CanonicalRequest], None]) -> Edit:
    """Return the edit after which the canonical request is assembled with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "canonical_request")
        earlier = current.changes if isinstance(current, _Assembly) else ()
        return pipeline.replace("canonical_request", _Assembly((*earlier, change)))

    return edit


def line_block(change: Callable[[HeaderBlock], None]) -> Edit:
    """Return the edit after which the header block is written with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "canonical_headers")
        earlier = current.changes if isinstance(current, _Block) else ()
        return pipeline.replace("canonical_headers", _Block((*earlier, change)))

    return edit


def hex_decoded(octets: bytes) -> bytes:
    """Return what hex digits stand for; octets that are none stay, so that mistakes can meet."""
    try:
        return binascii.unhexlify(octets)
    except binascii.Error:
        return octets


def value_of(signature: bytes, names: bytes = NAMES) -> bytes:
    """Return the value of X-Api-Signature."""
    return b"HMAC-SHA256 SignedHeaders=" + names + b", Signature=" + signature
