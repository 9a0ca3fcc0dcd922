"""Write the table of docs/performance.md from two runs of `nox -s bench -- --table FILE`.

Run it as ``python -m benchmarks.page FIRST.json SECOND.json docs/performance.md``. What stands
between the marks in the page is replaced.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import duration, number

START, END = "<!-- table: made by benchmarks/page.py -->\n", "<!-- end of the table -->\n"


def lines(first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the table, a heading for each group."""
    others = {key(row): row for row in second["rows"]}
    group = None
    for row in first["rows"]:
        other = others.get(key(row))
        if other is None:
            continue
        if row["group"] != group:
            group = row["group"]
            yield f"\n**{group}**\n\n"
            yield "| what | time | ratio or figure | first run | second run | apart | limit | |\n"
            yield "|---|---|---|---|---|---|---|---|\n"
        cells = (
            row["what"],
            "" if row["time_s"] is None else duration(row["time_s"]),
            row["meaning"],
            spread(row["found"]),
            spread(other["found"]),
            apart(row["found"]["median"], other["found"]["median"]),
            row["limit"],
            " / ".join(dict.fromkeys((row["verdict"], other["verdict"]))),
        )
        yield f"| {' | '.join(cells)} |\n"


def key(row: dict[str, Any]) -> tuple[str, str, str]:
    """Return what tells rows apart."""
    return row["group"], row["what"], row["meaning"]


def spread(found: dict[str, float]) -> str:
    """Return a median with its interval."""
    return f"{number(found['median'])} ({number(found['low'])}–{number(found['high'])})"  # noqa: RUF001


def apart(one: float, other: float) -> str:
    """Return how far two medians are apart."""
    return f"{abs(one - other) / one:.1%}" if one else ""


def main() -> None:
    """Replace the table."""
    if len(sys.argv) != 4:  # noqa: PLR2004 - two runs and the page
        sys.exit("usage: python -m benchmarks.page FIRST.json SECOND.json PAGE")
    first, second = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:3])
    page = Path(sys.argv[3])
    before, start, rest = page.read_text("utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        sys.exit(f"{page}: the marks of the table are not there: {START.strip()} and {END.strip()}")
    page.write_text(before + start + "".join(lines(first, second)) + "\n" + end + after, "utf-8")


if __name__ == "__main__":
    main()
