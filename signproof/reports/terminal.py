"""The report as a person reads it: failures first, each with its cause and its repetition."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from signproof.corpus import Case
from signproof.implementations.base import Progress
from signproof.model import Outcome, Report, Result

__all__ = ["cause_rows", "printable", "progress", "show"]

_SHOWN = 10
_PER_CAUSE = 2
_WARNINGS = 3
_SKIPS = 5
_ORDER = (
    Outcome.ERROR,
    Outcome.TIMEOUT,
    Outcome.FLAKY,
    Outcome.XPASS,
    Outcome.FAIL,
    Outcome.XFAIL,
    Outcome.SKIP,
    Outcome.PASS,
)
_COLOURS = {
    Outcome.PASS: "green",
    Outcome.SKIP: "yellow",
    Outcome.XFAIL: "yellow",
}


@contextmanager
def progress(total: int, label: str = "verifying") -> Iterator[Progress]:
    """Show how much of *total* is done, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def show(report: Report, cases: Mapping[str, Case], *, again: str, verbose: bool = False) -> None:
    """Print the report; *again* is the command that repeats one vector, `{id}` in its place."""
    failures = [result for result in report.results if _is_failure(report, result)]
    failures.sort(key=lambda result: _ORDER.index(result.outcome))
    shown = failures if verbose else _most_telling(failures)
    for result in shown:
        _failure(report, result, cases[result.id], again)
    if len(shown) < len(failures):
        rest = len(failures) - len(shown)
        click.echo(f"… and {rest} more: --verbose shows them here, --json writes them to a file\n")
    _warnings(report, cases, again, verbose=verbose)
    _quiet(report, verbose=verbose)
    _causes(report)
    _summary(report)


def _most_telling(failures: list[Result]) -> list[Result]:
    """Choose what to show: of failures with one cause the first two, and not too many in all."""
    by_cause: Counter[str] = Counter()
    chosen = []
    for result in failures:
        cause = result.causes[0].id if result.causes else ""
        by_cause[cause] += 1
        if not cause or by_cause[cause] <= _PER_CAUSE:
            chosen.append(result)
    return chosen[:_SHOWN]


def _warnings(report: Report, cases: Mapping[str, Case], again: str, *, verbose: bool) -> None:
    warnings = [result for result in report.results if _is_warning(report, result)]
    if verbose:
        for result in warnings:
            _failure(report, result, cases[result.id], again)
        return
    for result in warnings[:_WARNINGS]:
        click.secho("warn", fg="yellow", nl=False)
        click.echo(f" {result.id}: {printable(result.message)}")
    if len(warnings) > _WARNINGS:
        click.echo(f"… and {len(warnings) - _WARNINGS} more to warn of: --verbose shows them")
    if warnings:
        click.echo()


def _is_failure(report: Report, result: Result) -> bool:
    quiet = {Outcome.PASS, Outcome.SKIP, Outcome.XFAIL}
    return result.outcome not in quiet and not _is_warning(report, result)


def _is_warning(report: Report, result: Result) -> bool:
    """Tell whether a failure does not count: the same rule as the exit code's."""
    return result.outcome is Outcome.FAIL and not result.importance.counts(strict=report.strict)


def _failure(report: Report, result: Result, case: Case, again: str) -> None:
    word = result.outcome.value.upper()
    warns = _is_warning(report, result)
    if warns:
        word = {"should": "WARN", "may": "INFO"}[result.importance.value]
    click.secho(word, fg="yellow" if warns else "red", bold=True, nl=False)
    click.echo(f" {result.id}")
    rows = [("case", case.vector.comment), ("what", result.message), *cause_rows(result)]
    rows += [("source", result.source), ("again", again.replace("{id}", result.id, 1))]
    for name, text in rows:
        click.echo(f"  {name:<9}{printable(text)}")
    click.echo()


def cause_rows(result: Result) -> list[tuple[str, str]]:
    """Return the rows that say where a failure begins and which mistake makes it."""
    rows = []
    if result.difference is not None:
        rows += [
            ("where", f"{result.difference.stage}, octet {result.difference.offset}"),
            ("expected", result.difference.expected),
            ("got", result.difference.got),
        ]
    if result.opened:
        rows.append(("opened", result.opened))
    for cause in result.causes[:1]:
        rows += [("cause", f"{cause.id}: {cause.text}"), ("fix", cause.fix)]
        if cause.also:
            rows.append(("or", ", ".join(cause.also)))
    return rows


def _quiet(report: Report, *, verbose: bool) -> None:
    """Mention what neither failed nor passed plainly."""
    for result in report.results:
        if result.outcome is Outcome.XFAIL:
            click.echo(f"xfail {result.id}: {printable(result.known)}")
        elif verbose and result.outcome is Outcome.SKIP:
            click.echo(f"skip  {result.id}: {printable(result.message)}")
        elif verbose and result.outcome is Outcome.PASS:
            detail = result.label or result.note
            click.echo(f"pass  {result.id}{f': {printable(detail)}' if detail else ''}")


def _causes(report: Report) -> None:
    """Print the mistakes that explain failures, each failure counted once, under its best."""
    left = {id_ for ids in report.causes.values() for id_ in ids}
    lines = []
    for cause, ids in report.causes.items():
        covered = left.intersection(ids)
        if covered:
            left -= covered
            lines.append(f"  {len(covered):>4}  {cause}")
    if lines:
        click.echo("Failures by the mistake that reproduces them:")
        for line in lines:
            click.echo(line)
        click.echo()


def _summary(report: Report) -> None:
    if report.exit_code and report.stderr.strip():
        click.echo("The implementation's standard error ends with:")
        for line in report.stderr.strip().splitlines()[-_SHOWN:]:
            click.echo(f"  {printable(line)}")
        click.echo()
    _skips(report)
    implementation = " ".join(
        part for part in (report.implementation.name, report.implementation.version) if part
    )
    about = [implementation, report.scheme, f"vectors {report.set_version}"]
    click.echo(" · ".join(printable(part) for part in about if part))
    parts = [
        click.style(f"{report.counts[outcome]} {outcome.value}", fg=_COLOURS.get(outcome, "red"))
        for outcome in _ORDER
        if report.counts.get(outcome)
    ]
    warnings = sum(_is_warning(report, result) for result in report.results)
    if warnings:
        parts.append(click.style(f"(of the failures {warnings} only warn)", fg="yellow"))
    unstated = sum(result.note == "reason not stated" for result in report.results)
    if unstated:
        parts.append(f"(refusals with their reason not stated: {unstated})")
    if not report.complete:
        parts.append(click.style("interrupted: the rest was not run", fg="red"))
    click.echo(" · ".join(parts) or "nothing was run")


def _skips(report: Report) -> None:
    """Say why cases were skipped: what is not judged must not look as if it were."""
    why = Counter(result.message for result in report.results if result.outcome is Outcome.SKIP)
    for message, count in why.most_common(_SKIPS):
        click.echo(f"skipped {count}: {printable(message) or 'no reason given'}")
    if why:
        click.echo()


def printable(text: str) -> str:
    """Show controls escaped: what an implementation writes must not drive the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
