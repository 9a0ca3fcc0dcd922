"""Rows, verdicts and the table of the benchmarks."""

import json
import platform
from pathlib import Path

import pytest

from benchmarks.table import AtLeast, AtMost, Limit, Local, Missed, Row, Table, duration, number
from signproof.timing import Interval


@pytest.mark.parametrize(
    ("limit", "found", "shown", "verdict"),
    [
        (None, Interval(9, 8, 10), "", ""),
        # Beyond is beyond: what is as large as the limit is held.
        (AtMost(1.3), Interval(1.3, 1.2, 1.9), "≤ 1.3", "held"),
        (AtMost(1.3), Interval(1.301, 1.2, 1.9), "≤ 1.3", "noise"),
        (AtMost(1.3), Interval(1.4, 1.3, 1.9), "≤ 1.3", "noise"),
        (AtMost(1.3), Interval(1.4, 1.301, 1.9), "≤ 1.3", "MISSED"),
        (AtLeast(20_000), Interval(20_000, 9, 30_000), "≥ 20000", "held"),
        (AtLeast(20_000), Interval(19_999, 9, 30_000), "≥ 20000", "noise"),
        (AtLeast(20_000), Interval(19_000, 9, 20_000), "≥ 20000", "noise"),
        (AtLeast(20_000), Interval(19_000, 9, 19_999), "≥ 20000", "MISSED"),
    ],
)
def test_a_limit_is_missed_by_the_whole_interval(
    limit: Limit | None, found: Interval, shown: str, verdict: str
) -> None:
    row = Row.of("tiger sign", "1024 bits", 2e-6, "times floor", found, limit)
    assert row == Row("tiger sign", "1024 bits", 2e-6, "times floor", found, shown, verdict)


def test_a_figure_is_kept_and_its_limit_held() -> None:
    table = Table()
    table.figure("memory", "longbridge: peak", "KiB", [3.0, 1.0, 2.0])
    table.figure("memory", "longbridge: left", "KiB", [2.0, 1.0, 9.0], AtMost(2))
    with pytest.raises(Missed) as missed:
        table.figure("memory", "tiger: left", "KiB", [3.0, 2.5, 9.0], AtMost(2))
    assert str(missed.value) == "memory, tiger: left: 3.000 (2.500 to 9.000) KiB, and not ≤ 2"
    assert table.rows == [
        Row("memory", "longbridge: peak", None, "KiB", Interval(2, 1, 3), "", ""),
        Row("memory", "longbridge: left", None, "KiB", Interval(2, 1, 9), "≤ 2", "held"),
        Row("memory", "tiger: left", None, "KiB", Interval(3, 2.5, 9), "≤ 2", "MISSED"),
    ]


def test_a_quick_look_keeps_and_holds_nothing() -> None:
    table = Table(quick=True)
    table.figure("memory", "tiger: left", "KiB", [9.0], AtMost(2))
    assert table.rows == []


def test_lines_are_by_group_and_by_what_was_measured() -> None:
    table = Table()
    assert table.lines() == []
    wide = Interval(20_000, 99.9994, 123_456)
    table.rows += [
        Row("a", "body 34 B", 2.5e-6, "times floor", Interval(1, 0.9, 100), "≤ 1.3", "held"),
        Row("a", "body 34 B", 2.5e-6, "times as fast as x", Interval(2, 1, 3), "≥ 1.7", "noise"),
        Row("a", "all", 1.0, "times floor", Interval(2, 1, 3), "", ""),
        Row("longer", "all", None, "vectors a second", wide, "", ""),
    ]
    assert table.lines() == [
        "",
        "a",
        "  body 34 B: 2.5 µs",
        "    1.000 (0.900 to 100)        times floor         ≤ 1.3  held",
        "    2.000 (1.000 to 3.000)      times as fast as x  ≥ 1.7  noise",
        "  all: 1 s",
        "    2.000 (1.000 to 3.000)      times floor",
        "",
        "longer",
        "  all",
        "    20,000 (99.999 to 123,456)  vectors a second",
        "",
        "limits: 1 held, 1 noise",
    ]


def test_the_table_as_a_file(tmp_path: Path) -> None:
    table = Table(rounds=3)
    found = Interval(2, 1, 3)
    table.rows.append(Row("a", "b", 0.5, "times floor", found, "≤ 2", "held"))
    table.write(tmp_path / "table.json")
    text = (tmp_path / "table.json").read_text("utf-8")
    assert json.loads(text) == {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": 3,
        "rows": [
            {
                "group": "a",
                "what": "b",
                "time_s": 0.5,
                "meaning": "times floor",
                "found": {"median": 2, "low": 1, "high": 3},
                "limit": "≤ 2",
                "verdict": "held",
            }
        ],
    }
    assert "≤" in text


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [
        (12.345, "12.3 s"),
        (1.0, "1 s"),
        (0.9994, "999 ms"),
        (0.001, "1 ms"),
        (0.000_999, "999 µs"),
        (2.5e-6, "2.5 µs"),
        (2.89e-7, "289 ns"),
        (0.0, "0 ns"),
    ],
)
def test_a_time_has_three_digits(time_s: float, expected: str) -> None:
    assert duration(time_s) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0.000"), (1.2345, "1.234"), (99.9994, "99.999"), (100.0, "100"), (21_450.4, "21,450")],
)
def test_a_ratio_has_three_decimals(value: float, expected: str) -> None:
    assert number(value) == expected


def test_a_call_here_is_called_as_often_as_it_is_told() -> None:
    calls: list[None] = []
    assert Local(lambda: calls.append(None)).seconds(7) > 0
    assert len(calls) == 7
