"""Measures in turns, led by a stand-in for pytest-benchmark's fixture."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from benchmarks.table import AtLeast, AtMost, Limit, Missed, Row, Table
from benchmarks.test_tiger_batch import Flanked, free_rounds, rows_of
from benchmarks.turns import Bench, Clock
from signproof.timing import Interval


class Fixture:
    """Does what pytest-benchmark documents of `pedantic`, by the clock that it is given."""

    def __init__(self, clock: Clock, *, disabled: bool = False, profiled: bool = False) -> None:
        self.disabled = disabled
        self.group: str | None = None
        self.extra_info: dict[str, Any] = {}
        self.stored: list[float] = []
        self._clock = clock
        self._profiled = profiled

    def pedantic(
        self,
        target: Callable[[], None],
        *,
        setup: Callable[[], None],
        rounds: int,
        warmup_rounds: int,
    ) -> None:
        if self.disabled:
            rounds, warmup_rounds = 1, 0
        for number in range(warmup_rounds + rounds):
            setup()
            started = self._clock.read()
            target()
            if number >= warmup_rounds and not self.disabled:
                self.stored.append(self._clock.read() - started)
        if self._profiled:
            setup()
            target()


class Scripted:
    """A thing whose calls take what is written, one figure a turn; it says when it has its turn."""

    def __init__(self, name: str, log: list[tuple[str, int]], seconds: Sequence[float]) -> None:
        self._name, self._log = name, log
        self._seconds = iter(seconds)

    def calls_for(self, at_least_s: float) -> int:
        return round(at_least_s * 1000)

    def seconds(self, calls: int) -> float:
        self._log.append((self._name, calls))
        return next(self._seconds)


def bench_of(
    rounds: int = 3, *, disabled: bool = False, profiled: bool = False
) -> tuple[Bench, Fixture, Table]:
    clock, table = Clock(), Table(rounds)
    fixture = Fixture(clock, disabled=disabled, profiled=profiled)
    return Bench(table, fixture, clock), fixture, table


ORDER = [
    *("ours", "floor", "peer"),  # not counted
    *("floor", "peer", "ours"),
    *("peer", "ours", "floor"),
    *("ours", "floor", "peer"),
]
FOUND = Interval(2, 2, 2)
ROWS = [
    Row("group", "what", 4.0, "times floor", FOUND, "", ""),
    Row("group", "what", 4.0, "times as fast as peer", Interval(0.5, 0.25, 1), "", ""),
]


@pytest.mark.parametrize("profiled", [False, True])
def test_turns_rows_and_what_pytest_benchmark_stores(*, profiled: bool) -> None:
    log: list[tuple[str, int]] = []
    bench, fixture, table = bench_of(profiled=profiled)
    measured = bench.compare(
        "group",
        "what",
        Scripted("ours", log, [99.0, 4.0, 8.0, 4.0, 77.0]),
        {
            "floor": Scripted("floor", log, [99.0, 2.0, 4.0, 2.0]),
            "peer": Scripted("peer", log, [99.0, 1.0, 4.0, 4.0]),
        },
    )
    # A profile is one call more, and nothing of it counts.
    assert log == [(name, 4) for name in ORDER] + [("ours", 4)] * profiled
    assert measured == {
        "ours": [4.0, 8.0, 4.0],
        "floor": [2.0, 4.0, 2.0],
        "peer": [1.0, 4.0, 4.0],
    }
    assert (fixture.group, fixture.stored) == ("group", [4.0, 8.0, 4.0])
    assert table.rows == ROWS
    assert fixture.extra_info == {"calls a round": 4, "rows": [asdict(row) for row in ROWS]}


@pytest.mark.parametrize(
    ("name", "limit", "ours", "expected"),
    [
        ("floor", AtMost(2), 2.0, Row("g", "w", 2.0, "times floor", FOUND, "≤ 2", "held")),
        (
            "floor",
            AtMost(1.9),
            2.0,
            Row("g", "w", 2.0, "times floor", FOUND, "≤ 1.9", "MISSED"),
        ),
        # A limit says which way round.
        (
            "floor",
            AtLeast(2),
            0.5,
            Row("g", "w", 0.5, "times as fast as floor", FOUND, "≥ 2", "held"),
        ),
        ("peer", AtMost(2), 2.0, Row("g", "w", 2.0, "times peer", FOUND, "≤ 2", "held")),
        (
            "peer",
            AtLeast(2.1),
            0.5,
            Row("g", "w", 0.5, "times as fast as peer", FOUND, "≥ 2.1", "MISSED"),
        ),
    ],
)
def test_a_missed_limit_fails_and_its_row_is_kept(
    name: str, limit: Limit, ours: float, expected: Row
) -> None:
    log: list[tuple[str, int]] = []
    bench, fixture, table = bench_of(rounds=6)
    things = Scripted("ours", log, [ours] * 7), {name: Scripted(name, log, [1.0] * 7)}
    if expected.verdict == "MISSED":
        with pytest.raises(Missed):
            bench.compare("g", "w", *things, {name: limit})
    else:
        bench.compare("g", "w", *things, {name: limit})
    assert table.rows == [expected]
    assert fixture.extra_info["rows"] == [asdict(expected)]


def test_a_miss_names_every_row_that_missed() -> None:
    log: list[tuple[str, int]] = []
    bench, _, table = bench_of(rounds=6)
    beside = {name: Scripted(name, log, [1.0] * 7) for name in ("one", "two", "three")}
    limits: dict[str, Limit] = {"one": AtLeast(1), "two": AtLeast(0.5), "three": AtMost(1)}
    with pytest.raises(Missed) as missed:
        bench.compare("g", "w", Scripted("ours", log, [2.0] * 7), beside, limits)
    assert str(missed.value) == (
        "g, w: 0.500 (0.500 to 0.500) times as fast as one, and not ≥ 1; "
        "g, w: 2.000 (2.000 to 2.000) times three, and not ≤ 1"
    )
    assert [row.verdict for row in table.rows] == ["MISSED", "held", "MISSED"]


def test_a_figure_of_what_was_measured() -> None:
    bench, fixture, table = bench_of(rounds=9)
    seconds = iter([9.0, 0.5, 0.1, 0.2])
    measured = bench.measure("harness", {"cold": lambda: next(seconds)}, 3)
    assert measured == {"cold": [0.5, 0.1, 0.2]}
    bench.figure("harness", "vectors", "a second", [2.0, 4.0], AtLeast(2))
    row = Row("harness", "vectors", None, "a second", Interval(3, 2, 4), "≥ 2", "held")
    assert (table.rows, fixture.extra_info) == ([row], {"rows": [asdict(row)]})
    assert (fixture.group, fixture.stored) == ("harness", [0.5, 0.1, 0.2])  # to the last digit


def test_call_by_call() -> None:
    """A turn is one call, a round are 32 of each, and the ratio of a round is their median."""
    log: list[tuple[str, int]] = []
    bench, fixture, table = bench_of(rounds=3)
    taken = ([4.0] * 17 + [900.0] * 15) * 2 + [20.0] * 17 + [900.0] * 15
    ours, floor = Scripted("ours", log, [7.0, *taken]), Scripted("floor", log, [2.0] * 97)
    bench.compare("g", "w", ours, {"floor": floor}, by_call=True)
    swapped = [("floor", 1), ("ours", 1)]
    assert log == swapped[::-1] + (swapped + swapped[::-1]) * 48
    assert fixture.stored == taken
    assert table.rows == [Row("g", "w", 20.0, "times floor", Interval(2, 2, 10), "", "")]


def test_switched_off_everything_runs_once_and_nothing_is_held() -> None:
    log: list[tuple[str, int]] = []
    bench, fixture, table = bench_of(disabled=True)
    ours, floor = Scripted("ours", log, [9.0]), Scripted("floor", log, [1.0])
    measured = bench.compare("g", "w", ours, {"floor": floor}, {"floor": AtMost(1)})
    bench.figure("g", "w", "times", [9.0], AtMost(1))
    assert log == [("ours", 1), ("floor", 1)]
    assert measured == {"ours": [9.0], "floor": [1.0]}
    assert (table.rows, fixture.stored) == ([], [])


def test_the_better_of_both_is_held_in_the_rounds_with_two_cores() -> None:
    given = [1.8, 1.79, *[1.9] * 5, 1.2]
    free = free_rounds(given)
    assert free == [0, 2, 3, 4, 5, 6]
    gains = {
        "two threads": [1.6, 0.1, *[1.6] * 5, 0.1],
        "two processes": [1.69, 9.0, *[1.69] * 5, 9.0],
    }

    def row(name: str, found: Interval, limit: str, verdict: str) -> Row:
        what = f"1024 bits, {name}, where there were two cores"
        return Row("tiger batch", what, None, "times one thread's rate", found, limit, verdict)

    threads, processes = Interval(1.6, 1.6, 1.6), Interval(1.69, 1.69, 1.69)
    assert rows_of(1024, gains, free) == [
        row("two threads", threads, "", ""),
        row("two processes", processes, "≥ 1.7", "MISSED"),
    ]
    few = rows_of(1024, {"two threads": [1.6], "two processes": [1.69]}, free[:5])
    assert few == [
        row("two threads", threads, "", ""),
        row("two processes", processes, "≥ 1.7", "not held: too few rounds had two cores"),
    ]


def test_a_batch_of_two_stands_between_two_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine slows down after the first: the gain is of the mean, 3 s, to 1.5 s."""
    now = 0.0
    turn: list[str] = []

    def lasting(name: str, *seconds: float) -> Callable[[int], None]:
        left = iter(seconds)

        def batch(count: int) -> None:
            nonlocal now
            turn.append(f"{name} {count}")
            now += next(left)

        return batch

    monkeypatch.setattr("benchmarks.test_tiger_batch.perf_counter", lambda: now)
    flanked = Flanked(lasting("one", 2.0, 4.0), lasting("two", 1.5), 10)
    assert flanked() == 0.15
    assert turn == ["one 10", "two 10", "one 10"]
    assert flanked.gains == [2.0]
