"""The catalogue itself and what its modules share: how text, signature and envelope are changed.

Edits of these three add to what earlier edits did there, so that two mistakes in one place can be
replayed together.
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from signproof.mistakes import emsa, rsa
from signproof.mistakes.base import Catalogue, Edit
from signproof.mistakes.edits import function_of
from signproof.pipeline import Pipeline

__all__ = [
    "CATALOGUE",
    "COLLECTED",
    "TAIPEI",
    "Change",
    "Envelope",
    "Text",
    "add",
    "encoded",
    "envelope",
    "signing",
    "text",
]

CATALOGUE = Catalogue(refusal="wrong-signature")

COLLECTED = "collected, without a report to link to"
"""The evidence of what the facts page names among the mistakes that people make."""

TAIPEI = 8 * 3600
"""Seconds by which clocks in Taipei are ahead of UTC, all year round."""


def add(
    id_: str,
    text: str,
    edit: Edit,
    *,
    fix: str,
    evidence: str = "derived",
    refusal: str | None = "",
) -> None:
    """Add one mistake; *refusal* stays away for a wrong signature, and is None for no envelope."""
    CATALOGUE.add(id_, text, edit, fix=fix, evidence=evidence, refusal=refusal)


def encoded(given: str, codec: str = "utf-8") -> bytes:
    """Return a text in *codec*; what that lacks is `?`."""
    return given.encode(codec, "replace")


Change = Callable[[bytes], bytes]


@dataclass(slots=True)
class Text:
    """A text to sign in the making."""

    parts: dict[str, str]
    """`person_id`, `ip`, `plain_text` and `seconds`, as they are written."""
    now: int
    """Unix seconds."""
    order: list[str] = field(
        default_factory=lambda: ["person_id", "ip", "plain_text", "seconds"],
    )
    """The parts that are signed."""
    separator: str = ""
    codec: str = "utf-8"
    wraps: list[Change] = field(default_factory=list)
    """Changes of the octets."""

    def revalue(self, part: str, change: Callable[[str], str]) -> None:
        """Change how a part is written."""
        self.parts[part] = change(self.parts[part])

    def leave_out(self, part: str) -> None:
        """Sign without a part."""
        self.order = [other for other in self.order if other != part]

    def octets(self) -> bytes:
        """Return the text."""
        made = self.separator.join(self.parts[part] for part in self.order)
        return changed(encoded(made, self.codec), self.wraps)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """Stands for the stage `signed_text`, so that later edits can add to it."""

    changes: tuple[Callable[[Text], None], ...]

    def __call__(self, person_id: str, ip: str, plain_text: str, seconds: int) -> bytes:
        parts = {
            "person_id": person_id,
            "ip": ip,
            "plain_text": plain_text,
            "seconds": str(seconds),
        }
        made = Text(parts, seconds)
        for change in self.changes:
            change(made)
        return made.octets()


def text(change: Callable[[Text], None]) -> Edit:
    """Return the edit after which the text to sign is assembled with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "signed_text")
        earlier = current.changes if isinstance(current, _Assembly) else ()
        return pipeline.replace("signed_text", _Assembly((*earlier, change)))

    return edit


@dataclass(frozen=True, slots=True)
class _Signature:
    """Stands for the stage `signature`, so that later edits can add to it."""

    plain: bool = False
    """Whether the plain text alone is signed."""
    content: tuple[Change, ...] = ()
    """Changes of the text, one after the other."""
    algorithm: str = "sha1"
    digests: tuple[Change, ...] = ()
    """Changes of the digest."""
    digest: Change | None = None
    """In the place of the algorithm, where the digest is made by another one than it is named."""
    info: emsa.Info = emsa.digest_info
    pad: emsa.Pad = emsa.type_1
    finishes: tuple[Change, ...] = ()
    """Changes of the signature's octets."""

    def __call__(self, signed_text: bytes, key: bytes | rsa.Shown, plain_text: str) -> bytes:
        content = changed(encoded(plain_text) if self.plain else signed_text, self.content)
        made = self.digest(content) if self.digest else emsa.hashed(self.algorithm, content)
        digest = changed(made, self.digests)
        info = self.info(self.algorithm, digest)
        padded = emsa.Padded(info, digest, self.algorithm, rsa.modulus_bits(key), None)
        message = self.pad(padded) or emsa.last_resort(padded) or b""
        return changed(rsa.signed(message, key), self.finishes)


def changed(octets: bytes, changes: Iterable[Change]) -> bytes:
    """Return *octets* after the changes, one after the other."""
    for change in changes:
        octets = change(octets)
    return octets


_GROWING = ("content", "digests", "finishes")


def signing(**members: Any) -> Edit:
    """Return the edit after which the signature is made with these members of `_Signature`.

    Changes come after those of earlier edits.
    """

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "signature")
        earlier = current if isinstance(current, _Signature) else _Signature()
        grown: dict[str, Any] = {
            name: (*getattr(earlier, name), *value) if name in _GROWING else value
            for name, value in members.items()
        }
        inputs = ("signed_text", "key", "plain_text")
        return pipeline.replace("signature", replace(earlier, **grown), inputs)

    return edit


@dataclass(slots=True)
class Envelope:
    """An envelope in the making."""

    octets: dict[str, bytes]
    """By part what it holds: `signature`, `text` and `certificate`."""
    plain_text: str
    order: list[str] = field(default_factory=lambda: ["signature", "text", "certificate"])
    encode: dict[str, Change] = field(default_factory=dict)
    """By part how it is written, where that is not base64."""
    writes: list[Change] = field(default_factory=list)
    """Changes of each part that is written in base64."""
    prefix: bytes = b"pkcs1"
    separator: bytes = b"."
    finishes: list[Change] = field(default_factory=list)
    """Changes of the whole."""

    def written(self, part: str) -> bytes:
        """Return a part as it is sent."""
        if part in self.encode:
            return self.encode[part](self.octets[part])
        return changed(base64.b64encode(self.octets[part]), self.writes)

    def joined(self) -> bytes:
        """Return the envelope."""
        parts = [self.prefix] if self.prefix else []
        whole = self.separator.join([*parts, *map(self.written, self.order)])
        return changed(whole, self.finishes)


@dataclass(frozen=True, slots=True)
class _Joining:
    """Stands for the stage `envelope`, so that later edits can add to it."""

    changes: tuple[Callable[[Envelope], None], ...]

    def __call__(
        self, signature: bytes, signed_text: bytes, certificate: bytes, plain_text: str
    ) -> bytes:
        octets = {"signature": signature, "text": signed_text, "certificate": certificate}
        made = Envelope(octets, plain_text)
        for change in self.changes:
            change(made)
        return made.joined()


def envelope(change: Callable[[Envelope], None]) -> Edit:
    """Return the edit after which the envelope is joined with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "envelope")
        earlier = current.changes if isinstance(current, _Joining) else ()
        return pipeline.replace(
            "envelope",
            _Joining((*earlier, change)),
            ("signature", "signed_text", "certificate", "plain_text"),
        )

    return edit
