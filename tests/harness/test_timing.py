"""Medians with intervals, pairs, and who is measured when."""

import itertools
import statistics
from collections.abc import Callable
from random import Random

import pytest

from signproof.timing import (
    Interval,
    Looped,
    calls_for,
    interval,
    looped,
    nine_in_ten,
    ratio,
    rounds_of,
    seconds,
    turns,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], Interval(3, 3, 3)),
        ([3.0, 1.0], Interval(2, 1, 3)),
        ([5.0, 1.0, 2.0, 4.0, 3.0], Interval(3, 1, 5)),
        # By a table of the binomial distribution: the 1st and the 6th of 6, the 2nd and the 9th of
        # 10 (97.9 %), the 6th and the 15th of 20 (95.9 %), the 10th and the 22nd of 31 (97.1 %).
        ([float(one) for one in range(6)], Interval(2.5, 0, 5)),
        ([float(one) for one in range(1, 11)], Interval(5.5, 2, 9)),
        ([float(one) for one in range(1, 21)], Interval(10.5, 6, 15)),
        ([float(one) for one in range(1, 32)], Interval(16, 10, 22)),
    ],
)
def test_a_median_with_its_interval(values: list[float], expected: Interval) -> None:
    assert interval(values) == expected
    assert interval(values[::-1]) == expected


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    random = Random(1)
    held = 0
    for _ in range(2000):
        drawn = interval([random.expovariate(1) for _ in range(31)])
        held += drawn.low <= 0.6931 <= drawn.high
    assert 0.95 <= held / 2000 <= 0.985


def test_words_and_limits() -> None:
    one = Interval(1.25, 1.2, 1.3)
    assert str(one) == "1.250 (1.200 to 1.300)"
    assert [one.is_above(limit) for limit in (1.19, 1.2, 1.25, 1.3)] == [True, False, False, False]
    assert [one.is_below(limit) for limit in (1.2, 1.25, 1.3, 1.31)] == [False, False, False, True]


def test_a_ratio_is_of_pairs() -> None:
    """Noise that meets both of a round does not show."""
    noise = [1.0, 9.0, 2.0, 30.0, 1.5, 4.0]
    assert ratio([3 * one for one in noise], [2 * one for one in noise]) == Interval(1.5, 1.5, 1.5)
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0], [1.0, 2.0])


def ticking(step: float) -> tuple[Callable[[], float], Callable[[], object]]:
    """Return a clock, and a call that lets it go on by *step*."""
    now = [0.0]

    def call() -> object:
        now[0] += step
        return None

    return lambda: now[0], call


@pytest.mark.parametrize(
    ("step", "at_least", "calls"), [(1.0, 1.0, 1), (0.25, 1.0, 4), (0.001, 0.5, 500), (9.0, 1.0, 1)]
)
def test_how_often_to_call(step: float, at_least: float, calls: int) -> None:
    clock, call = ticking(step)
    assert calls_for(call, at_least, clock) in {calls, calls + 1}
    assert seconds(call, 10, clock) == pytest.approx(step)


def test_what_takes_no_time_is_called_a_bounded_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signproof.timing._MOST", 64)
    assert calls_for(lambda: None, 1.0, lambda: 0.0) == 64


def test_rounds_begin_with_another_each() -> None:
    order: list[str] = []
    numbers = itertools.count()

    def thing(name: str) -> Callable[[], float]:
        def measure() -> float:
            order.append(name)
            return float(next(numbers))

        return measure

    measured = rounds_of({name: thing(name) for name in "abc"}, 2)
    assert order == [*"abc", *"bca", *"cab"]
    assert measured == {"a": [5.0, 7.0], "b": [3.0, 8.0], "c": [4.0, 6.0]}
    assert statistics.median(measured["a"]) == 6


@pytest.mark.parametrize(
    ("values", "p10", "p90"),
    [
        ([5.0], 5, 5),
        ([2.0, 1.0], 1, 2),
        ([3.0, 1.0, 2.0, 5.0, 4.0], 1, 5),
        ([float(one) for one in range(10, 0, -1)], 2, 9),
        ([float(one) for one in range(1, 16)], 2, 14),
        ([float(one) for one in range(1, 101)], 11, 90),
    ],
)
def test_nine_in_ten(values: list[float], p10: float, p90: float) -> None:
    assert nine_in_ten(values) == (p10, p90)
    assert nine_in_ten([-one for one in values]) == (-p90, -p10)


@pytest.mark.parametrize(
    ("step", "at_least", "calls"),
    [
        # By hand: after 1, 2, 3 … 8 calls one more each, then one in eight more.
        (1, 1, 1),
        (1, 5, 5),
        (1, 9, 10),
        (1, 100, 106),
        (100, 50, 1),
        (100, 101, 2),
        (3, 24, 8),
        (3, 25, 10),
    ],
)
def test_a_loop_ends_soon_after_its_time(step: int, at_least: int, calls: int) -> None:
    clock, call = ticking(float(step))
    done = looped(call, at_least, lambda: int(clock()))
    assert done == Looped(calls, step * calls, None)
    assert done.elapsed_ns >= at_least


def test_a_loop_returns_what_came_last() -> None:
    numbers = itertools.count(1)
    clock = itertools.count(0, 10)
    assert looped(lambda: next(numbers), 35, lambda: next(clock)) == Looped(4, 40, 4)


def test_turns_begin_with_another_each() -> None:
    assert [*turns(["a", "b"], 2)] == [(0, "a"), (0, "b"), (1, "b"), (1, "a"), (2, "a"), (2, "b")]
