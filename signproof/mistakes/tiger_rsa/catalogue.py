"""The catalogue itself and what its modules share: how fields, content and message are changed.

Edits of the sign content and of the encoded message add to what earlier edits did there, so that
two mistakes in one place can be replayed together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from signproof.mistakes import der, emsa
from signproof.mistakes.base import Catalogue, Edit
from signproof.mistakes.edits import edits, function_of, output_changed, replaced
from signproof.pipeline import Pipeline

__all__ = [
    "CATALOGUE",
    "Content",
    "Fields",
    "content",
    "content_with",
    "edits",
    "fields",
    "finished",
    "message",
    "output_changed",
    "replaced",
    "sent",
    "without",
]

CATALOGUE = Catalogue(refusal="wrong-signature")

Fields = tuple[tuple[str, str | None], ...]
"""Names and values of a body in its order, null as None, without ``sign``."""


@dataclass(slots=True)
class Content:
    """A sign content in the making."""

    pairs: list[tuple[str, str]]
    """Name and text of what is signed, in its order."""
    charset: str
    fields: Fields
    """All fields in the order of the body."""
    key: str
    """The private key as one base64 line; empty for none."""
    equals: str = "="
    separator: str = "&"
    write: "Callable[[Content], str]" = lambda self: self.joined()
    finishes: list[Callable[[str], str]] = field(default_factory=list)
    """Changes of the text."""
    encode: "Callable[[Content, str], bytes]" = lambda self, text: self.encoded(text)

    def nulls(self) -> set[str]:
        """Return the names of the fields that are null."""
        return {name for name, value in self.fields if value is None}

    def sort(self, key: Callable[[tuple[str, str]], Any], *, reverse: bool = False) -> None:
        """Put the pairs into another order."""
        self.pairs.sort(key=key, reverse=reverse)

    def insert(self, name: str, value: str) -> None:
        """Put a pair in its place."""
        self.pairs = sorted([*self.pairs, (name, value)], key=lambda pair: pair[0])

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Leave out the pairs whose name is not wanted."""
        self.pairs = [pair for pair in self.pairs if wanted(pair[0])]

    def rename(self, change: Callable[[str], str]) -> None:
        """Change every name as it is written; the order stays."""
        self.pairs = [(change(name), value) for name, value in self.pairs]

    def revalue(
        self, change: Callable[[str], str], wanted: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Change the text of every value, or of those whose name is wanted."""
        self.pairs = [
            (name, change(value) if wanted(name) else value) for name, value in self.pairs
        ]

    def octets(self) -> bytes:
        """Return the content."""
        text = self.write(self)
        for change in self.finishes:
            text = change(text)
        return self.encode(self, text)

    def joined(self) -> str:
        """Return the pairs as text, which is what `write` does if nothing else is wanted."""
        return self.separator.join(name + self.equals + value for name, value in self.pairs)

    def encoded(self, text: str, codec: str = "") -> bytes:
        """Return a text in *codec* or the charset; what that lacks is `?`."""
        return text.encode(codec or ("gbk" if self.charset == "GBK" else "utf-8"), "replace")


@dataclass(frozen=True, slots=True)
class _Assembly:
    """Stands for the stage `sign_content`, so that later edits can add to it."""

    changes: tuple[Callable[[Content], None], ...]

    def __call__(
        self, signed_values: Fields, charset: str, all_fields: Fields, key: str | None
    ) -> bytes:
        pairs = [(name, str(value)) for name, value in signed_values]
        made = Content(pairs, charset, all_fields, key or "")
        for change in self.changes:
            change(made)
        return made.octets()


def content(change: Callable[[Content], None]) -> Edit:
    """Return the edit after which the sign content is assembled with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "sign_content")
        earlier = current.changes if isinstance(current, _Assembly) else ()
        return pipeline.replace(
            "sign_content",
            _Assembly((*earlier, change)),
            ("signed_values", "charset", "fields", "key"),
        )

    return edit


def content_with(**members: Any) -> Edit:
    """Return the edit after which the sign content is assembled with these members of `Content`."""

    def change(made: Content) -> None:
        for name, value in members.items():
            setattr(made, name, value)

    return content(change)


def finished(change: Callable[[str], str]) -> Edit:
    """Return the edit after which the text of the sign content is changed once it is complete."""
    return content(lambda made: made.finishes.append(change))


@dataclass(frozen=True, slots=True)
class _Message:
    """Stands for the stage `encoded_message`, so that later edits can add to it."""

    algorithm: str = "sha1"
    info: emsa.Info = emsa.digest_info
    pad: emsa.Pad = emsa.type_1

    def __call__(self, digest: bytes, key: str | None, seen: bytes | None) -> bytes | None:
        info = self.info(self.algorithm, digest)
        padded = emsa.Padded(info, digest, self.algorithm, der.modulus_bits(key), seen)
        return self.pad(padded) or emsa.last_resort(padded)


def message(**members: Any) -> Edit:
    """Return the edit after which the encoded message has these members of `_Message`."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "encoded_message")
        earlier = current if isinstance(current, _Message) else _Message()
        return pipeline.replace(
            "encoded_message",
            replace(earlier, **members),
            ("digest", "key", "seen_message"),
        )

    return edit


def fields(change: Callable[[Fields], Fields]) -> Edit:
    """Return the edit after which other fields are signed and sent."""
    return edits(
        lambda pipeline: pipeline.change_input("signed_values", "fields", change), sent(change)
    )


def sent(change: Callable[[Fields], Fields]) -> Edit:
    """Return the edit after which other fields are sent than signed."""
    return output_changed("sent_fields", change)


def without(name: str) -> Callable[[Fields], Fields]:
    """Return what leaves a field out."""
    return lambda given: tuple(pair for pair in given if pair[0] != name)
