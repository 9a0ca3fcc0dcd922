"""The report of `signproof bench`: how fast implementations are, as integers.

What is measured are calls and nanoseconds; the rest is computed from them. A ratio is in millionths
and of the same rounds, so that noise that meets both sides does not show in it.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signproof.model import Implementation
from signproof.timing import interval, nine_in_ten

__all__ = [
    "PPM",
    "BenchReport",
    "Change",
    "Kind",
    "LeftOut",
    "Measured",
    "Scaled",
    "Sent",
    "Spread",
    "Timed",
]

PPM = 1_000_000

Kind = Literal["yardstick", "reference", "python", "command", "sdk"]
Sent = Literal["", "signed", "unsigned", "bare"]
"""Over the wire: by the SDK, by it without a signature, or its octets again by the harness's own
client. Empty where nothing is sent."""
Verdict = Literal["faster", "slower", "not told apart", "too few rounds", "not measured then"]
Nanoseconds = Annotated[int, Meta(ge=0)]


class _Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Immutable; a member that has its default is left out of the JSON."""


class Spread(_Model, frozen=True, kw_only=True):
    """What the rounds gave."""

    median: int
    low: Annotated[int, Meta(description="The median lies above this with 95 %, and below `high`.")]
    high: int
    p10: Annotated[int, Meta(description="Nine rounds in ten gave at least this.")]
    p90: Annotated[int, Meta(description="Nine rounds in ten gave at most this.")]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of at least one value."""
        middle = interval(values)
        shown = (middle.median, middle.low, middle.high, *nine_in_ten(values))
        median, low, high, p10, p90 = map(round, shown)
        return cls(median=median, low=low, high=high, p10=p10, p90=p90)


class Timed(_Model, frozen=True, kw_only=True):
    """Calls in a row, by the implementation's own clock."""

    calls: Annotated[int, Meta(ge=1)]
    elapsed_ns: Annotated[int, Meta(ge=1)]
    outside_ns: Annotated[
        Nanoseconds | None, Meta(description="What the question took besides; null in-process.")
    ] = None
    connections: Annotated[
        int | None, Meta(description="Of requests over the wire: how many were opened for them.")
    ] = None

    @property
    def call_ns(self) -> float:
        """Nanoseconds a call."""
        return self.elapsed_ns / self.calls

    @property
    def opens_each_time(self) -> bool:
        """Whether there was a connection for each of several calls."""
        return self.connections == self.calls > 1


class Measured(_Model, frozen=True, kw_only=True):
    """One implementation on one vector."""

    kind: Kind
    implementation: Implementation
    sdk: Annotated[str, Meta(description="The id of an SDK in `sdks/`; mostly empty.")] = ""
    vector: Annotated[str, Meta(description="Empty for the yardstick.")] = ""
    operation: str = ""
    sent: Annotated[
        Sent,
        Meta(
            description="Over the wire: `signed` or `unsigned` by the SDK, or the octets of its "
            "signed request again, by a client that does nothing else (`bare`)."
        ),
    ] = ""
    per_second: Annotated[int, Meta(description="Calls, at the median.")]
    call_ps: Annotated[Spread, Meta(description="Picoseconds a call.")]
    of_yardstick_ppm: Annotated[
        Spread, Meta(description="How many times as long as the yardstick, in millionths.")
    ]
    of_reference_ppm: Annotated[
        Spread | None, Meta(description="The same beside the reference on this vector.")
    ] = None
    of_unsigned_ppm: Annotated[
        Spread | None, Meta(description="The same of a signed request beside an unsigned one.")
    ] = None
    of_bare_ppm: Annotated[
        Spread | None, Meta(description="The same of a request beside the bare exchange.")
    ] = None
    outside_ns: Annotated[
        Nanoseconds | None, Meta(description="What a question took besides, at the median.")
    ] = None
    rounds: list[Timed]


class Scaled(_Model, frozen=True, kw_only=True):
    """One implementation on one vector in several processes at once."""

    kind: Kind
    implementation: Implementation
    vector: str
    processes: int
    per_second: Annotated[Spread, Meta(description="Calls of all processes together.")]
    of_one_ppm: Annotated[
        Spread, Meta(description="How many times as many as one process, in millionths.")
    ]
    rounds: Annotated[list[list[Timed]], Meta(description="By round, then by process.")]


class Change(_Model, frozen=True, kw_only=True):
    """What has become of one implementation on one vector since earlier reports."""

    kind: Kind
    implementation: Annotated[str, Meta(description="Its name, of an SDK in `sdks/` its id.")]
    vector: str
    sent: Sent = ""
    verdict: Verdict
    old_ppm: Annotated[
        Spread | None, Meta(description="`of_yardstick_ppm` then; null where it was not measured.")
    ] = None
    new_ppm: Spread


class LeftOut(_Model, frozen=True, kw_only=True):
    """An SDK that was to be measured and was not."""

    sdk: str
    state: Literal["skipped", "failed"]
    why: str


class BenchReport(_Model, frozen=True, kw_only=True):
    """A whole measurement."""

    format: int
    signproof: str
    set_version: str
    scheme: str
    machine: str
    python: str
    min_ms: Annotated[int, Meta(description="How long each of a round was asked to go on.")]
    rounds: Annotated[int, Meta(description="How many were measured to their end.")]
    complete: Annotated[bool, Meta(description="False when the run was interrupted.")]
    exit_code: int
    measured: list[Measured]
    scaled: list[Scaled] = []
    left_out: list[LeftOut] = []
    changes: list[Change] = []
