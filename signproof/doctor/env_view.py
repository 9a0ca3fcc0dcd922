"""What the doctor shows of a `.env`, as types: of its values no more than lengths and kinds."""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta

from signers.evidence import Evidence
from signers.shioaji.env import Dialect, Doubt, StopReason

__all__ = ["CharacterKind", "EnvLine", "EnvView", "ReadState", "ReaderView", "ValueView"]


class ReadState(enum.StrEnum):
    """What a reader makes of a line."""

    VALUE = "value"
    """It reads a value there."""
    NOTHING = "nothing"
    """It reads nothing there."""
    UNKNOWN = "unknown"
    """What it reads is not known."""


class CharacterKind(enum.StrEnum):
    """Kinds of characters."""

    LETTER = "letters"
    DIGIT = "digits"
    SPACE = "spaces"
    DOLLAR = "dollar signs"
    BACKSLASH = "backslashes"
    QUOTE = "quotation marks"
    CONTROL = "control characters"
    SIGN = "other signs"
    NOT_ASCII = "characters beyond ASCII"


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable."""


class ValueView(_Model, frozen=True, kw_only=True):
    """What one reader makes of a line."""

    state: ReadState
    characters: Annotated[int | None, Meta(description="How long the value is.")] = None
    text: Annotated[
        str | None, Meta(description="The value; of SJ_CA_PATH alone, where it is plainly a path.")
    ] = None
    doubt: Annotated[Doubt | None, Meta(description="Why it is not known.")] = None


class EnvLine(_Model, frozen=True, kw_only=True):
    """A line that the two readers read differently, or perhaps so."""

    line: Annotated[int, Meta(ge=1, description="In the file, from 1.")]
    setting: Annotated[str, Meta(description="One of the SDK's keys.")]
    python: ValueView
    server: ValueView
    differ_in: Annotated[
        tuple[CharacterKind, ...],
        Meta(description="Kinds of which the two values have different numbers."),
    ] = ()


class ReaderView(_Model, frozen=True, kw_only=True):
    """One of the two readers."""

    dialect: Dialect
    settings: Annotated[
        tuple[str, ...], Meta(description="The page's keys for which it reads a value.")
    ]
    stopped_at: Annotated[int | None, Meta(description="The line at which it stops.")]
    stop_reason: StopReason | None
    skipped: Annotated[tuple[int, ...], Meta(description="Lines that it leaves out.")]
    folder: Annotated[str, Meta(description="Where it looks for the file, in words.")]
    evidence: Annotated[Evidence, Meta(description="How the folder is known.")]
    note: str


class EnvView(_Model, frozen=True, kw_only=True):
    """A `.env` and its two readers."""

    readers: Annotated[
        tuple[ReaderView, ...], Meta(description="Empty where the file is too large to be read.")
    ]
    lines: Annotated[tuple[EnvLine, ...], Meta(description="By line.")]
