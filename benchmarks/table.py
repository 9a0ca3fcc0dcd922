"""What the benchmarks measured: one table, printed at the end of the run and written where asked.

Everything in a row was measured in the same rounds, in turns. A gate fails only when the whole
interval of the ratio is beyond its limit: noise alone fails nothing.
"""

import json
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from signproof.timing import Interval, calls_for, interval, ratio, rounds_of, seconds

__all__ = ["AtLeast", "AtMost", "Limit", "Local", "Row", "Table", "Thing"]

ROUNDS = 31
AT_LEAST_S = 0.004
"""How long a measure takes at least."""

Call = Callable[[], object]


class Thing(Protocol):
    """Something that can be timed, in this process or another."""

    def calls_for(self, at_least_s: float) -> int:
        """Return how many calls take about that long."""

    def seconds(self, calls: int) -> float:
        """Return the seconds that one of *calls* calls in a row takes."""


@dataclass(frozen=True, slots=True)
class Local:
    """A call in this process."""

    call: Call

    def calls_for(self, at_least_s: float) -> int:
        """Return how many calls take about that long."""
        return calls_for(self.call, at_least_s)

    def seconds(self, calls: int) -> float:
        """Return the seconds that one of *calls* calls in a row takes."""
        return seconds(self.call, calls)


@dataclass(frozen=True, slots=True)
class AtMost:
    """Ours may take so many times what stands beside."""

    limit: float

    def missed(self, found: Interval) -> bool:
        """Tell whether all of the interval is beyond."""
        return found.is_above(self.limit)

    def __str__(self) -> str:
        return f"≤ {self.limit:g}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Ours must be so many times as fast as what stands beside."""

    limit: float

    def missed(self, found: Interval) -> bool:
        """Tell whether all of the interval is beyond."""
        return found.is_below(self.limit)

    def __str__(self) -> str:
        return f"≥ {self.limit:g}"


Limit = AtMost | AtLeast


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison, or one figure that stands alone."""

    group: str
    what: str
    time_s: float | None
    """The median time of ours."""
    meaning: str
    """What the ratio says: ``times floor``, ``times as fast as …``, or a unit."""
    found: Interval
    limit: str
    verdict: str
    """``held``, ``noise`` (the median is beyond the limit, the interval is not), ``MISSED``."""


class Table:
    """The rows of a run."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.rounds = ROUNDS

    def compare(
        self,
        group: str,
        what: str,
        ours: Call | Thing,
        beside: Mapping[str, Call | Thing],
        limits: Mapping[str, Limit] | None = None,
        *,
        rounds: int | None = None,
    ) -> dict[str, list[float]]:
        """Time *ours* and what is *beside* it in turns, add a row for each, and hold the limits.

        Beside a name that begins with ``floor`` the ratio is how many times that ours takes, else
        how many times as fast ours is, unless a limit says otherwise. Return the measures.
        """
        things = {"ours": ours, **beside}
        timed: dict[str, Thing] = {
            name: Local(thing) if callable(thing) else thing for name, thing in things.items()
        }
        calls = {name: thing.calls_for(AT_LEAST_S) for name, thing in timed.items()}

        def measure(name: str) -> Callable[[], float]:
            return lambda: timed[name].seconds(calls[name])

        measured = rounds_of({name: measure(name) for name in timed}, rounds or self.rounds)
        failed = []
        for name in beside:
            limit = (limits or {}).get(name)
            costs = isinstance(limit, AtMost) or (limit is None and name.startswith("floor"))
            pair = (measured["ours"], measured[name])
            found = ratio(*(pair if costs else pair[::-1]))
            meaning = f"times {name}" if costs else f"times as fast as {name}"
            time_s = interval(measured["ours"]).median
            failed.append(self._add(group, what, time_s, meaning, found, limit))
        assert not any(failed), self.rows[-len(beside) :]
        return measured

    def figure(
        self, group: str, what: str, unit: str, values: Iterable[float], limit: Limit | None = None
    ) -> None:
        """Add a row for what was measured otherwise, and hold the limit."""
        failed = self._add(group, what, None, unit, interval([*values]), limit)
        assert not failed, self.rows[-1]

    def _add(
        self,
        group: str,
        what: str,
        time_s: float | None,
        meaning: str,
        found: Interval,
        limit: Limit | None,
    ) -> bool:
        """Add a row and tell whether its limit is missed."""
        verdict = ""
        if limit is not None:
            median_only = Interval(found.median, found.median, found.median)
            verdict = "noise" if limit.missed(median_only) else "held"
            if limit.missed(found):
                verdict = "MISSED"
        shown = "" if limit is None else str(limit)
        self.rows.append(Row(group, what, time_s, meaning, found, shown, verdict))
        return verdict == "MISSED"

    def lines(self) -> list[str]:
        """Return the table as text, its columns aligned."""
        cells = [
            (
                row.group,
                row.what,
                "" if row.time_s is None else duration(row.time_s),
                f"{number(row.found.median)} ({number(row.found.low)} to {number(row.found.high)})",
                row.meaning,
                row.limit,
                row.verdict,
            )
            for row in self.rows
        ]
        widths = [max((len(row[column]) for row in cells), default=0) for column in range(7)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]

    def write(self, path: Path) -> None:
        """Write the rows as JSON."""
        report = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "rounds": self.rounds,
            "rows": [asdict(row) for row in self.rows],
        }
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def duration(time_s: float) -> str:
    """Return a time with three digits and its unit."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if time_s * factor >= 1:
            return f"{time_s * factor:.3g} {unit}"
    return f"{time_s * 1e9:.3g} ns"


def number(value: float) -> str:
    """Return a ratio with three decimals, what is large without any."""
    return f"{value:.3f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004 - where three digits end
