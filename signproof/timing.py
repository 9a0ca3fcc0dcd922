"""Measure several things in turns, and compare them by pairs.

The machine is never quiet. What is measured in the same round meets the same noise, so a ratio is
taken within each round and the median of these ratios counts, with an interval that says how far
it can be trusted.
"""

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = [
    "FEWEST_ROUNDS",
    "NS_PER_MS",
    "Interval",
    "Looped",
    "calls_for",
    "interval",
    "looped",
    "nine_in_ten",
    "ratio",
    "rounds_of",
    "turns",
]

_Result = TypeVar("_Result")

NS_PER_MS = 1_000_000

_TRUST = 0.95
FEWEST_ROUNDS = 6
"""With fewer values no interval holds the median with this trust, and nine in ten are all."""
_MOST = 1 << 30
"""Calls in a row, however little each takes."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A median and where it lies with a probability of 95 %, whatever the distribution."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"

    def is_above(self, limit: float) -> bool:
        """Tell whether the whole interval is beyond *limit*, upwards."""
        return self.low > limit

    def is_below(self, limit: float) -> bool:
        """Tell whether the whole interval is beyond *limit*, downwards."""
        return self.high < limit


def interval(values: Sequence[float]) -> Interval:
    """Return the median of at least one value with its interval.

    The limits are order statistics: the number of values below the true median is binomially
    distributed with one half, so that no form of the noise is assumed. Of fewer than six values
    none gives such a trust; the limits are the smallest and the largest then.
    """
    ordered = sorted(values)
    count = len(ordered)
    below, rank = 0.0, 0
    while rank < count // 2:
        below += math.comb(count, rank) / 2**count
        if below > (1 - _TRUST) / 2:
            break
        rank += 1
    rank = max(rank, 1)
    return Interval(statistics.median(ordered), ordered[rank - 1], ordered[count - rank])


def nine_in_ten(values: Sequence[float]) -> tuple[float, float]:
    """Return what nine in ten of at least one value reach, and what nine in ten do not exceed."""
    ordered = sorted(values)
    rank = math.ceil(len(ordered) * 9 / 10)
    return ordered[-rank], ordered[rank - 1]


def ratio(values: Sequence[float], beside: Sequence[float]) -> Interval:
    """Return how many times *values* are those of the same rounds in *beside*."""
    return interval([one / other for one, other in zip(values, beside, strict=True)])


def calls_for(
    call: Callable[[], object],
    at_least_s: float,
    clock: Callable[[], float] = time.perf_counter,
) -> int:
    """Return how often *call* is to be called in a row to take about *at_least_s* seconds."""
    calls = 1
    while calls < _MOST:
        took = seconds(call, calls, clock) * calls
        if took >= at_least_s / 2:
            return max(1, math.ceil(calls * at_least_s / took))
        calls *= 2
    return _MOST


def seconds(
    call: Callable[[], object], calls: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the seconds that one of *calls* calls in a row takes."""
    started = clock()
    for _ in range(calls):
        call()
    return (clock() - started) / calls


@dataclass(frozen=True, slots=True)
class Looped(Generic[_Result]):
    """Calls in a row."""

    calls: int
    elapsed_ns: int
    last: _Result
    """What the last of them returned."""


def looped(
    call: Callable[[], _Result],
    at_least_ns: int,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Looped[_Result]:
    """Call until *at_least_ns* (more than 0) have passed.

    The clock is read seldom, so that it costs little beside a short call, and still so often that
    the end is missed by an eighth at most, or by one call.
    """
    calls, elapsed = 0, 0
    started = clock()
    while elapsed < at_least_ns:
        more = calls // 8 + 1
        for _ in range(more):
            last = call()
        calls += more
        elapsed = clock() - started
    return Looped(calls, elapsed, last)


def rounds_of(things: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Let each of *things* measure itself once a round; return its measures by name.

    One round before is not counted. Each round begins with another of them.
    """
    measured: dict[str, list[float]] = {name: [] for name in things}
    for number, name in turns(list(things), rounds):
        took = things[name]()
        if number:
            measured[name].append(took)
    return measured


def turns(names: Sequence[_Result], rounds: int) -> Iterator[tuple[int, _Result]]:
    """Say whose turn it is, with the round's number; round 0 comes before and is not counted.

    Each round begins with another of them.
    """
    for number in range(rounds + 1):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            yield number, name
