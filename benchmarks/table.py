"""What the benchmarks measured: one table, printed at the end of the run and written where asked.

Everything in a row was measured in the same rounds, in turns. A gate fails only when the whole
interval of the ratio is beyond its limit: noise alone fails nothing.
"""

import json
import platform
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, Self

from signproof.timing import Interval, calls_for, interval, seconds

__all__ = [
    "AT_LEAST_S",
    "ROUNDS",
    "AtLeast",
    "AtMost",
    "Limit",
    "Local",
    "Missed",
    "Row",
    "Table",
    "Thing",
    "duration",
    "held",
    "number",
]

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

    @classmethod
    def of(
        cls,
        group: str,
        what: str,
        time_s: float | None,
        meaning: str,
        found: Interval,
        limit: Limit | None,
    ) -> Self:
        """Judge what was *found*."""
        shown = "" if limit is None else str(limit)
        return cls(group, what, time_s, meaning, found, shown, _verdict(found, limit))


def _verdict(found: Interval, limit: Limit | None) -> str:
    if limit is None:
        return ""
    if limit.missed(found):
        return "MISSED"
    median_only = Interval(found.median, found.median, found.median)
    return "noise" if limit.missed(median_only) else "held"


class Missed(AssertionError):
    """A limit that the whole interval is beyond."""


def held(rows: Iterable[Row]) -> None:
    """Raise `Missed` where one of *rows* has missed its limit."""
    missed = [row for row in rows if row.verdict == "MISSED"]
    if missed:
        raise Missed(
            "; ".join(
                f"{row.group}, {row.what}: {row.found} {row.meaning}, and not {row.limit}"
                for row in missed
            )
        )


class Table:
    """The rows of a run."""

    def __init__(self, rounds: int = ROUNDS, *, quick: bool = False) -> None:
        self.rows: list[Row] = []
        self.rounds = rounds
        self.quick = quick
        """Whether little is done, only to see that it works; no figure is kept, no limit held."""

    def figure(
        self, group: str, what: str, unit: str, values: Iterable[float], limit: Limit | None = None
    ) -> None:
        """Add a row for what is no time of a call, and hold the limit."""
        if self.quick:
            return
        row = Row.of(group, what, None, unit, interval([*values]), limit)
        self.rows.append(row)
        held([row])

    def lines(self) -> list[str]:
        """Return the table as text that a terminal shows whole: by group, by what was measured."""
        cells = [
            (
                f"{number(row.found.median)} ({number(row.found.low)} to {number(row.found.high)})",
                row.meaning,
                row.limit,
                row.verdict,
            )
            for row in self.rows
        ]
        widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
        lines = []
        group = what = ""
        for row, shown in zip(self.rows, cells, strict=True):
            if row.group != group:
                lines += ["", row.group]
            if (row.group, row.what) != (group, what):
                took = "" if row.time_s is None else f": {duration(row.time_s)}"
                lines.append(f"  {row.what}{took}")
            group, what = row.group, row.what
            aligned = (cell.ljust(width) for cell, width in zip(shown, widths, strict=True))
            lines.append("    " + "  ".join(aligned).rstrip())
        verdicts = Counter(row.verdict for row in self.rows if row.verdict)
        if verdicts:
            lines += [
                "",
                "limits: " + ", ".join(f"{count} {one}" for one, count in verdicts.items()),
            ]
        return lines

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
