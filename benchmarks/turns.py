"""Measures in turns that pytest-benchmark sees, too.

The `benchmark` fixture times one thing, and everything else would be measured minutes before or
after it. So the fixture leads the rounds and is given a clock that stands still but for the seconds
of a call of ours: what it stores, compares and draws is that, while the others of the same round
have their turns in its set-up.
"""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from benchmarks.table import AT_LEAST_S, AtMost, Limit, Local, Row, Table, Thing, held
from signproof.timing import Interval, interval, turns

__all__ = ["Bench", "Clock", "Fixture"]

BY_CALL = 32
"""How many calls of each, in turns, make a round where a turn is one call."""

Call = Callable[[], object]


class Fixture(Protocol):
    """What is used of pytest-benchmark's `benchmark`."""

    disabled: bool
    group: str | None
    extra_info: dict[str, Any]

    def pedantic(
        self,
        target: Callable[[], None],
        *,
        setup: Callable[[], None],
        rounds: int,
        warmup_rounds: int,
    ) -> object:
        """Call *setup* and then *target* once a round, and keep by how much the clock advances."""


class Clock:
    """A clock that only advances when it is told to."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def read(self) -> float:
        """Return the seconds since the beginning of the turn."""
        return self._now_s

    def begin(self) -> None:
        """Begin a turn, from zero: small differences of large numbers would not be exact."""
        self._now_s = 0.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now_s += seconds


class Bench:
    """One measurement of pytest-benchmark's, and its rows in the table of the run."""

    def __init__(self, table: Table, fixture: Fixture, clock: Clock) -> None:
        self._table = table
        self._fixture = fixture
        self._clock = clock

    @property
    def rounds(self) -> int:
        """How many rounds a comparison takes where it does not say."""
        return self._table.rounds

    @property
    def disabled(self) -> bool:
        """Whether everything is done once, only to see that it works, and no limit is held."""
        return self._fixture.disabled

    def measure(
        self, group: str, things: Mapping[str, Callable[[], float]], rounds: int | None = None
    ) -> dict[str, list[float]]:
        """Let each of *things* measure itself once a round; return its measures by name.

        What each returns are seconds of a call; those of the first are what pytest-benchmark
        stores. One round before is not counted. Each round begins with another of them.
        """
        counted = 0 if self.disabled else rounds or self.rounds
        measured: dict[str, list[float]] = {name: [] for name in things}
        ours, *_ = things
        waiting = turns(list(things), counted)

        def take(name: str) -> float:
            took = things[name]()
            measured[name].append(took)
            return took

        def until_ours() -> None:
            self._clock.begin()
            for _, name in waiting:
                if name == ours:
                    return
                take(name)

        self._fixture.group = group
        self._fixture.pedantic(
            lambda: self._clock.advance(take(ours)),
            setup=until_ours,
            rounds=counted or 1,
            warmup_rounds=1,
        )
        until_ours()  # in the last round, those whose turn comes after ours
        # Whoever asks for a profile has ours called once more than there are rounds.
        first = 0 if self.disabled else 1
        return {name: values[first : counted + 1] for name, values in measured.items()}

    def compare(
        self,
        group: str,
        what: str,
        ours: Call | Thing,
        beside: Mapping[str, Call | Thing],
        limits: Mapping[str, Limit] | None = None,
        *,
        rounds: int | None = None,
        by_call: bool = False,
    ) -> dict[str, list[float]]:
        """Time *ours* and what is *beside* it in turns, add a row for each, and hold the limits.

        Beside a name that begins with ``floor`` the ratio is how many times that ours takes, else
        how many times as fast ours is, unless a limit says otherwise. Return the measures.

        With *by_call* a turn is one call: for a call so long that to read the clock is nothing
        beside it. What makes the machine slower or faster meanwhile then meets neighbours alike.
        Many such turns are a round, and the median of their ratios is the round's.
        """
        timed: dict[str, Thing] = {
            name: Local(thing) if callable(thing) else thing
            for name, thing in {"ours": ours, **beside}.items()
        }
        calls = {
            name: 1 if self.disabled or by_call else thing.calls_for(AT_LEAST_S)
            for name, thing in timed.items()
        }

        def seconds_of(name: str) -> Callable[[], float]:
            return lambda: timed[name].seconds(calls[name])

        counted = (rounds or self.rounds) * (BY_CALL if by_call else 1)
        measured = self.measure(group, {name: seconds_of(name) for name in timed}, counted)
        time_s = interval(measured["ours"]).median
        rows = []
        for name in beside:
            limit = (limits or {}).get(name)
            costs = isinstance(limit, AtMost) or (limit is None and name.startswith("floor"))
            pair = (measured["ours"], measured[name])
            found = _ratio(*(pair if costs else pair[::-1]), BY_CALL if by_call else 1)
            meaning = f"times {name}" if costs else f"times as fast as {name}"
            rows.append(Row.of(group, what, time_s, meaning, found, limit))
        self._fixture.extra_info["calls a round"] = calls["ours"]
        self.add(*rows)
        return measured

    def figure(
        self, group: str, what: str, unit: str, values: Iterable[float], limit: Limit | None = None
    ) -> None:
        """Add a row for what is computed of measures, and hold the limit."""
        self.add(Row.of(group, what, None, unit, interval([*values]), limit))

    def add(self, *rows: Row) -> None:
        """Add *rows* to the table and to what pytest-benchmark stores, and hold their limits."""
        if self.disabled:
            return
        self._fixture.extra_info.setdefault("rows", []).extend(asdict(row) for row in rows)
        self._table.rows.extend(rows)
        held(rows)


def _ratio(values: Sequence[float], beside: Sequence[float], turns_a_round: int) -> Interval:
    """Return how many times *values* are those in *beside*, by rounds of so many pairs.

    Neighbours are alike in what disturbs them, so that they are no independent draws, which an
    interval is made of; rounds are.
    """
    pairs = [one / other for one, other in zip(values, beside, strict=True)]
    starts = range(0, len(pairs), turns_a_round)
    return interval([statistics.median(pairs[at : at + turns_a_round]) for at in starts])
