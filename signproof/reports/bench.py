"""How fast implementations are, as a table for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

import click

from signproof.measured import PPM, BenchReport, Change, Measured, Scaled, Spread
from signproof.model import Implementation
from signproof.reports.terminal import printable
from signproof.timing import FEWEST_ROUNDS

__all__ = ["count", "duration", "name", "ratio", "show"]

_UNITS = ((1_000, "ns"), (1_000_000, "µs"), (1_000_000_000, "ms"), (1_000_000_000_000, "s"))
"""In picoseconds."""
_HEAD = ("", "per second", "a call (95 %)", "p10", "p90", "x reference (95 %)", "x yardstick")
_SENT_HEAD = (
    "",
    "signed a second",
    "a signed request (95 %)",
    "unsigned a second",
    "x unsigned (95 %)",
    "bare a second",
    "x bare (95 %)",
    "x yardstick",
)
_CANNOT = "cannot"
_ASKING = "asking"
_COLOURS = {"slower": "red", "faster": "green"}


def show(report: BenchReport, *, rounds: int, earlier: Sequence[BenchReport] = ()) -> None:
    """Print the report; *rounds* were asked for, *earlier* is what it was compared with."""
    about = [
        f"{report.rounds} rounds of {report.min_ms} ms each",
        report.machine,
        f"Python {report.python}",
        f"vectors {report.set_version}",
    ]
    click.echo(" · ".join(printable(part) for part in about))
    if 0 < report.rounds < FEWEST_ROUNDS:
        few = f"fewer than {FEWEST_ROUNDS} rounds"
        click.echo(f"note: {few} hold nothing with 95 %: in brackets are the least and the most")
    if not report.complete:
        click.secho(
            f"interrupted: {report.rounds} of {rounds} rounds were measured whole", fg="red"
        )
    for vector in dict.fromkeys(one.vector for one in report.measured if one.vector):
        of_vector = [one for one in report.measured if one.vector == vector]
        lines = _sent_lines(of_vector) if of_vector[0].sent else _lines(report, vector)
        click.echo()
        click.echo(f"{vector} ({of_vector[0].operation})")
        for line in lines:
            click.echo(line)
    for left_out in report.left_out:
        click.secho(f"not measured: {left_out.sdk}: {printable(left_out.why)}", fg="yellow")
    if earlier:
        _changes(report, earlier)


def _lines(report: BenchReport, vector: str) -> Iterator[str]:
    """Return the lines on one vector."""
    measured = [one for one in report.measured if one.vector in {"", vector}]
    asked = any(one.outside_ns is not None for one in measured)
    yield from _table([[*_HEAD, *([_ASKING] if asked else [])], *map(_row, measured)])
    scaled = [one for one in report.scaled if one.vector == vector]
    if scaled:
        yield ""
        head = ["processes", "at once", "per second, together (95 %)", "x one (95 %)"]
        yield from _table([head, *map(_scaled_row, scaled)])


def _row(one: Measured) -> list[str]:
    reference = "1" if one.kind == "reference" else ""
    return [
        name(one.implementation),
        count(one.per_second),
        duration(one.call_ps),
        duration(one.call_ps, one.call_ps.p10),
        duration(one.call_ps, one.call_ps.p90),
        reference if one.of_reference_ppm is None else ratio(one.of_reference_ppm),
        "1" if one.kind == "yardstick" else _plain(one.of_yardstick_ppm.median),
        "" if one.outside_ns is None else f"{one.outside_ns / 1000:,.0f} µs",
    ]


def _sent_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """Return the lines on one vector that was sent: one for each SDK."""
    rows: dict[tuple[str, str], dict[str, Measured]] = {}
    for one in measured:
        rows.setdefault((one.sdk, one.implementation.name), {})[one.sent] = one
    yield from _table([_SENT_HEAD, *map(_sent_row, rows.values())])
    if any("unsigned" not in row for row in rows.values()):
        yield "(cannot: its driver or the scheme lacks the feature `unsigned`)"
    signed = [row["signed"] for row in rows.values()]
    anew = [_who(one) for one in signed if all(timed.opens_each_time for timed in one.rounds)]
    if anew:
        yield f"(a connection for each request: {', '.join(anew)})"


def _who(one: Measured) -> str:
    return name(one.implementation, one.sdk)


def _sent_row(row: Mapping[str, Measured]) -> list[str]:
    signed, bare, unsigned = row["signed"], row["bare"], row.get("unsigned")
    beside, beside_bare = signed.of_unsigned_ppm, signed.of_bare_ppm
    return [
        _who(signed),
        count(signed.per_second),
        duration(signed.call_ps),
        _CANNOT if unsigned is None else count(unsigned.per_second),
        "" if beside is None else ratio(beside),
        count(bare.per_second),
        "" if beside_bare is None else ratio(beside_bare),
        _plain(signed.of_yardstick_ppm.median),
    ]


def _scaled_row(one: Scaled) -> list[str]:
    together = one.per_second
    low, high = count(together.low), count(together.high)
    return [
        name(one.implementation),
        str(one.processes),
        f"{count(together.median)} ({low} to {high})",
        "1" if one.processes == 1 else ratio(one.of_one_ppm),
    ]


def _changes(report: BenchReport, earlier: Sequence[BenchReport]) -> None:
    click.echo("\nSince then, in times of the yardstick (p10 to p90):")
    for change in report.changes:
        who = " · ".join(filter(None, (change.implementation, change.vector, change.sent)))
        click.echo(f"  {printable(who)}: {_said(change)}")
    now = (report.machine, report.python)
    for machine, python in dict.fromkeys((old.machine, old.python) for old in earlier):
        if (machine, python) != now:
            click.echo(
                f"note: compared with a run on {printable(machine)}, Python {printable(python)}: "
                "a difference may come from there and not from the code"
            )


def _said(change: Change) -> str:
    verdict = click.style(change.verdict, fg=_COLOURS.get(change.verdict))
    if change.old_ppm is None:
        return f"{verdict}: {_range(change.new_ppm)}"
    if change.verdict == "not told apart":
        verdict = "no difference that the noise allows to see"
    elif change.verdict == "too few rounds":
        verdict = f"too few rounds to tell, {FEWEST_ROUNDS} are needed"
    return f"{verdict}: {_range(change.new_ppm)}, was {_range(change.old_ppm)}"


def _range(spread: Spread) -> str:
    return f"{_plain(spread.median)} ({_plain(spread.p10)} to {_plain(spread.p90)})"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Line up the first column on the left, all others on the right."""
    columns = len(rows[0])
    widths = [max(len(row[at]) for row in rows) for at in range(columns)]
    for row in rows:
        first, *others = (
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=False))
        )
        yield "  ".join([first, *others]).rstrip()


def name(implementation: Implementation, sdk: str = "") -> str:
    """Return who was measured, in one line; an SDK in `sdks/` by its id."""
    version = implementation.version.removeprefix("v") if sdk else implementation.version
    return printable(" ".join(filter(None, (sdk or implementation.name, version))))


def count(number: int) -> str:
    """Return a number of calls with three digits that mean something."""
    digits = max(len(str(number)) - 3, 0)
    return f"{round(number, -digits):,}"


def duration(call_ps: Spread, one: int | None = None) -> str:
    """Return the median with its interval in one unit, or *one* of the spread's values in it."""
    size, unit = next(
        ((size, unit) for size, unit in _UNITS if call_ps.median < 1000 * size), _UNITS[-1]
    )
    digits = max(3 - len(str(call_ps.median // size)), 0)
    if one is not None:
        return f"{one / size:,.{digits}f} {unit}"
    median, low, high = (
        f"{value / size:,.{digits}f}" for value in (call_ps.median, call_ps.low, call_ps.high)
    )
    return f"{median} {unit} ({low} to {high})"


def ratio(spread: Spread) -> str:
    """Return a ratio with its interval."""
    low, high = _plain(spread.low), _plain(spread.high)
    return f"{_plain(spread.median)} ({low} to {high})"


def _plain(ppm: int) -> str:
    value = ppm / PPM
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"  # noqa: PLR2004 - three digits
