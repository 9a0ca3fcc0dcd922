"""The table of docs/performance.md, from two runs."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import page


def row(
    what: str, found: tuple[float, float, float], verdict: str = "held", **changed: object
) -> dict[str, Any]:
    median, low, high = found
    return {
        "group": "tiger sign",
        "what": what,
        "time_s": 8.1e-5,
        "meaning": "times floor",
        "found": {"median": median, "low": low, "high": high},
        "limit": "≤ 1.3",
        "verdict": verdict,
        **changed,
    }


FIGURE: dict[str, Any] = {
    "group": "memory",
    "time_s": None,
    "meaning": "KiB",
    "limit": "",
    "verdict": "",
}
FIRST = {
    "rows": [
        row("1024 bits", (1.0, 0.9, 1.1)),
        row("2048 bits", (1.25, 1.2, 1.3)),
        row("only in the first", (1.0, 1.0, 1.0)),
        row("peak", (0.0, 0.0, 250.0), **FIGURE),
    ]
}
SECOND = {
    "rows": [
        row("peak", (1.0, 0.0, 2.0), **FIGURE),
        row("2048 bits", (1.5, 1.4, 1.6), "MISSED", time_s=1.0),
        row("1024 bits", (0.9, 0.8, 1.0)),
        row("only in the first", (1.0, 1.0, 1.0), meaning="times as fast as floor"),
    ]
}
HEAD = [
    "| what | time | ratio or figure | first run | second run | apart | limit | |\n",
    "|---|---|---|---|---|---|---|---|\n",
]
TABLE = [
    "\n**tiger sign**\n\n",
    *HEAD,
    (
        "| 1024 bits | 81 µs | times floor | 1.000 (0.900–1.100) | 0.900 (0.800–1.000)"  # noqa: RUF001
        " | 10.0% | ≤ 1.3 | held |\n"
    ),
    (
        "| 2048 bits | 81 µs | times floor | 1.250 (1.200–1.300) | 1.500 (1.400–1.600)"  # noqa: RUF001
        " | 20.0% | ≤ 1.3 | held / MISSED |\n"
    ),
    "\n**memory**\n\n",
    *HEAD,
    "| peak |  | KiB | 0.000 (0.000–250) | 1.000 (0.000–2.000) |  |  |  |\n",  # noqa: RUF001
]


def test_lines_of_two_runs() -> None:
    assert list(page.lines(FIRST, SECOND)) == TABLE


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a page that `main` is called for."""
    files = [tmp_path / name for name in ("first.json", "second.json", "page.md")]
    for file, table in zip(files, (FIRST, SECOND), strict=False):
        file.write_text(json.dumps(table), "utf-8")
    monkeypatch.setattr(sys, "argv", ["page", *map(str, files)])
    return files[-1]


def test_what_stands_between_the_marks_is_replaced(run: Path) -> None:
    run.write_text(f"# Speed\n\n{page.START}old\n{page.END}\nmore\n", "utf-8")
    page.main()
    expected = f"# Speed\n\n{page.START}{''.join(TABLE)}\n{page.END}\nmore\n"
    assert run.read_text("utf-8") == expected


@pytest.mark.parametrize("text", ["# Speed\n", f"{page.START}old\n", f"old\n{page.END}"])
def test_a_page_without_marks_is_left_as_it_is(run: Path, text: str) -> None:
    run.write_text(text, "utf-8")
    with pytest.raises(SystemExit) as exit_:
        page.main()
    assert exit_.value.code == (
        f"{run}: the marks of the table are not there: "
        "<!-- table: made by benchmarks/page.py --> and <!-- end of the table -->"
    )
    assert run.read_text("utf-8") == text
