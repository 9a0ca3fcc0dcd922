"""The matrix of SDKs and topics, as a person reads it, and as the part of a findings page."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import click

from signproof.behaviours.base import CANNOT_BE_ASKED, Behaviour
from signproof.corpus import Case
from signproof.model import Matrix, MatrixEntry, Outcome, Report, Result
from signproof.reports import terminal
from signproof.verify import EXIT_INTERRUPTED, REFUSED

__all__ = ["findings", "replaced", "show"]

_WARNED, _WARNS = "w", "fail that only warns"
_MARKS = {
    Outcome.XFAIL: "k",
    Outcome.SKIP: "s",
    Outcome.FAIL: "F",
    Outcome.ERROR: "E",
    Outcome.TIMEOUT: "T",
    Outcome.XPASS: "X",
    Outcome.FLAKY: "Y",
}
_LEGEND = (
    "a number passed; k known to differ, s cannot be sent, w fails where that only warns, F fail, "
    "E error, T timeout, X known to differ yet passes, Y flaky"
)
_TAKES, _REFUSES, _OTHER, _UNASKED = "✓", "✗", "!", "-"
_ONE_BY_ONE = (
    f"{_TAKES} as the vector has it, {_REFUSES} refused where the vector does not, {_OTHER} "
    f"something else, {_UNASKED} cannot be asked"
)
_SAID = 5
_LISTED = 8
_BEGIN = "<!-- from the run: begin -->"
_END = "<!-- from the run: end -->"


def show(
    matrix: Matrix, cases: Mapping[str, Case], *, one_by_one: Collection[str] = (), verbose: bool
) -> None:
    """Print failures, the table, and what is known, cannot be sent or is not asked.

    The vectors of each of the topics *one_by_one* have a table of their own.
    """
    for entry in matrix.entries:
        for report in (entry.report, entry.typed):
            if report is not None and report.exit_code:
                _failures(entry, report, matrix.scheme, cases)
    judged = [entry for entry in matrix.entries if entry.report is not None]
    if judged:
        _tables(judged, one_by_one)
    for entry in matrix.entries:
        if entry.report is None:
            _unjudged(entry)
    _remarks(judged, "differs", _differences)
    _remarks(judged, "cannot send", _unsent)
    if verbose:
        _remarks(judged, "differs, which only warns", _warned(one_by_one))
        for question in dict.fromkeys(id_ for entry in judged for id_ in entry.observations):
            _remarks(judged, question, _observation(question))
    for why, count in _excluded(matrix).most_common():
        click.echo(f"not asked of any, {count}: {why}")
    _sum(matrix)


def _tables(judged: Sequence[MatrixEntry], one_by_one: Collection[str]) -> None:
    _table(_rows(judged, one_by_one))
    click.echo(f"({_LEGEND}; typed: requests of typed calls)\n")
    shown = [topic for topic in _topics(judged) if topic in one_by_one]
    for topic in shown:
        _table(_one_by_one(judged, topic))
        click.echo(f"({_ONE_BY_ONE})\n" if topic == shown[-1] else "")


def _failures(entry: MatrixEntry, report: Report, scheme: str, cases: Mapping[str, Case]) -> None:
    click.secho(f"{_name(entry)}:", bold=True)
    if report is entry.report:
        again = f"signproof matrix {scheme} --sdk {entry.sdk} --id {{id}}"
        terminal.show(report, cases, again=again)
    else:
        # That the command failed is said by these lines and by its own last ones.
        requests = [result for result in report.results if result.operation != "command"]
        for result in requests:
            if result.outcome is not Outcome.PASS:
                click.echo(f"  typed call, {result.id}: {terminal.printable(result.message)}")
        if not requests:
            click.echo("  its typed calls sent nothing")
        elif all(result.outcome is Outcome.PASS for result in requests):
            click.echo("  its typed calls ended with an error")
        for line in report.stderr.splitlines()[-_SAID:]:
            click.echo(f"  {terminal.printable(line)}")
    click.echo()


def _topics(entries: Iterable[MatrixEntry]) -> list[str]:
    reports = [entry.report for entry in entries if entry.report is not None]
    return sorted({_topic(result) for report in reports for result in report.results})


def _topic(result: Result) -> str:
    return result.id.split("/")[1]


def _rows(entries: Sequence[MatrixEntry], one_by_one: Collection[str]) -> list[list[str]]:
    """Return the table of SDKs and topics; a column in which nothing differs is left out."""
    topics = [topic for topic in _topics(entries) if topic not in one_by_one]
    heading = ["SDK", "vectors", "not GET", *topics, "typed"]
    rows = [_row(entry, topics) for entry in entries]
    plain = {
        "not GET": all(
            row[2] == str(_sent(entry)) for row, entry in zip(rows, entries, strict=True)
        ),
        "typed": all(entry.typed is None for entry in entries),
    }
    kept = [at for at, title in enumerate(heading) if not plain.get(title)]
    return [[row[at] for at in kept] for row in (heading, *rows)]


def _row(entry: MatrixEntry, topics: Sequence[str]) -> list[str]:
    results = _results(entry)
    return [
        _name(entry),
        str(sum(result.outcome is not Outcome.SKIP for result in results)),
        str(entry.not_get),
        *(_cell([result for result in results if _topic(result) == topic]) for topic in topics),
        "-" if entry.typed is None else _cell(entry.typed.results),
    ]


def _sent(entry: MatrixEntry) -> int:
    """Return how many vectors an SDK sent as requests."""
    return sum(
        result.operation == "request" and result.outcome is not Outcome.SKIP
        for result in _results(entry)
    )


def _cell(results: Sequence[Result]) -> str:
    counts = Counter(_mark(result) for result in results)
    parts = [str(counts.pop("", 0))]
    parts += [f"{count}{mark}" for mark, count in sorted(counts.items(), key=_severity)]
    return " ".join(parts) if results else "-"


def _mark(result: Result) -> str:
    if result.outcome is Outcome.FAIL and not result.importance.counts(strict=False):
        return _WARNED
    return _MARKS.get(result.outcome, "")


def _severity(counted: tuple[str, int]) -> int:
    return [*_MARKS.values(), _WARNED].index(counted[0])


def _one_by_one(entries: Sequence[MatrixEntry], topic: str) -> list[list[str]]:
    """Return the table of a topic's vectors and the SDKs."""
    by_id = [{result.id: result for result in _results(entry)} for entry in entries]
    ids = dict.fromkeys(id_ for one in by_id for id_ in one if id_.split("/")[1] == topic)
    return [
        [topic, *(entry.sdk for entry in entries)],
        *([id_.split("/")[2], *(_answer(one.get(id_)) for one in by_id)] for id_ in ids),
    ]


def _answer(result: Result | None) -> str:
    if result is None or result.outcome is Outcome.SKIP:
        return _UNASKED
    if result.outcome in {Outcome.PASS, Outcome.XPASS}:
        return _TAKES
    return _REFUSES if result.message.startswith(REFUSED) else _OTHER


def _name(entry: MatrixEntry) -> str:
    return f"{entry.sdk} {entry.version.removeprefix('v')}"


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def _unjudged(entry: MatrixEntry) -> None:
    colour = "yellow" if entry.state == "skipped" else "red"
    click.secho(entry.state, fg=colour, nl=False)
    click.echo(f" {_name(entry)}: {terminal.printable(entry.why)}")


_Texts = Callable[[MatrixEntry], Iterable[str]]


def _remarks(entries: Sequence[MatrixEntry], about: str, texts: _Texts) -> None:
    for text, names in _grouped(entries, texts):
        click.echo(f"{about}: {terminal.printable(text)}: {names}")


def _grouped(entries: Sequence[MatrixEntry], texts: _Texts) -> list[tuple[str, str]]:
    """Return each text with the SDKs that have it; `all` where every one has."""
    by_text: dict[str, list[str]] = {}
    for entry in entries:
        for text in texts(entry):
            by_text.setdefault(text, []).append(entry.sdk)
    return [
        (text, "all" if len(names) == len(entries) > 1 else ", ".join(names))
        for text, names in by_text.items()
    ]


def _observation(question: str) -> _Texts:
    """Return what was seen, but for SDKs to which the question does not apply."""

    def texts(entry: MatrixEntry) -> list[str]:
        seen = entry.observations.get(question)
        return [seen] if seen and seen != CANNOT_BE_ASKED else []

    return texts


def _differences(entry: MatrixEntry) -> list[str]:
    """Return what is known to differ, each reason with its vectors."""
    by_reason: dict[str, list[str]] = {}
    for result in _results(entry):
        if result.outcome is Outcome.XFAIL:
            by_reason.setdefault(result.known, []).append(f"`{result.id.partition('/')[2]}`")
    return [f"{why} ({', '.join(ids)})" for why, ids in by_reason.items()]


def _warned(one_by_one: Collection[str]) -> _Texts:
    """Return what fails where that only warns, but for topics that have tables of their own."""

    def texts(entry: MatrixEntry) -> list[str]:
        by_message: dict[str, list[str]] = {}
        for result in _results(entry):
            if _mark(result) == _WARNED and _topic(result) not in one_by_one:
                message = REFUSED if result.message.startswith(REFUSED) else result.message
                by_message.setdefault(message, []).append(f"`{result.id.partition('/')[2]}`")
        return [f"{message} ({_listed(ids)})" for message, ids in by_message.items()]

    return texts


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return ", ".join(ids[:_LISTED]) + more


def _unsent(entry: MatrixEntry) -> list[str]:
    """Return why vectors cannot be sent, each reason with their number."""
    counts = Counter(one.message for one in _results(entry) if one.outcome is Outcome.SKIP)
    return [f"{why} ({count})" for why, count in counts.most_common()]


def _results(entry: MatrixEntry) -> list[Result]:
    return [] if entry.report is None else entry.report.results


def _excluded(matrix: Matrix) -> Counter[str]:
    # Each names its own twin: one reason for all.
    return Counter(why.partition(" than in ")[0] for why in matrix.excluded.values())


def _sum(matrix: Matrix) -> None:
    states = Counter(entry.state for entry in matrix.entries)
    outcomes = Counter(
        _WARNS if _mark(result) == _WARNED else result.outcome.value
        for entry in matrix.entries
        if entry.report is not None
        for result in entry.report.results
    )
    click.echo()
    box = "in a network namespace with loopback only" if matrix.sandboxed else "without a sandbox"
    click.echo(
        f"{states['judged']} SDK{'s'[states['judged'] == 1 :]} judged {box}, "
        f"{states['skipped']} skipped, {states['failed']} failed · vectors {matrix.set_version}"
    )
    good = {"pass": "green", "xfail": "yellow", "skip": "yellow", _WARNS: "yellow"}
    parts = [
        click.style(f"{count} {outcome}", fg=good.get(outcome, "red"))
        for outcome, count in sorted(outcomes.items())
    ]
    if matrix.exit_code == EXIT_INTERRUPTED:
        parts.append(click.style("interrupted: the rest was not run", fg="red"))
    click.echo(" · ".join(parts) or "nothing was sent")


def findings(matrix: Matrix, asked: Sequence[Behaviour], one_by_one: Collection[str] = ()) -> str:
    """Return the findings as Markdown: the same text for the same behaviour of the SDKs."""
    judged = [entry for entry in matrix.entries if entry.report is not None]
    lines = ["### Vectors through each SDK", ""]
    lines += _markdown(_rows(judged, one_by_one))
    lines += [
        f"\n{_name(entry)} is not judged: {entry.why}"
        for entry in matrix.entries
        if entry.report is None
    ]
    lines += [
        "",
        f"{_LEGEND[0].upper()}{_LEGEND[1:]}.",
        "",
        *_one_by_one_section(judged, one_by_one),
        "### Where they differ from the vectors",
        "",
    ]
    lines += [f"- {text}: {names}" for text, names in _grouped(judged, _differences)] or [
        "Nowhere."
    ]
    warned = _grouped(judged, _warned(one_by_one))
    if warned:
        lines += ["", "### Where they differ in what is not documented, or less is asked", ""]
        lines += [f"- {text}: {names}" for text, names in warned]
    lines += ["", "### What they do besides", ""]
    lines += _markdown(
        [
            ["", "seen"],
            *(
                [
                    one.question,
                    "<br>".join(
                        f"{text}: {names}" for text, names in _grouped(judged, _observation(one.id))
                    )
                    or "-",
                ]
                for one in asked
            ),
        ]
    )
    lines += ["", "### What they cannot send", ""]
    lines += [f"- {text}: {names}" for text, names in _grouped(judged, _unsent)] or ["Nothing."]
    return "\n".join(lines)


def _one_by_one_section(entries: Sequence[MatrixEntry], one_by_one: Collection[str]) -> list[str]:
    shown = [topic for topic in _topics(entries) if topic in one_by_one]
    lines = []
    for topic in shown:
        lines += [f"### Each vector of `{topic}` through each SDK", ""]
        lines += [*_markdown(_one_by_one(entries, topic)), ""]
    return [*lines, *([f"{_ONE_BY_ONE[0].upper()}{_ONE_BY_ONE[1:]}.", ""] if shown else [])]


def _markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |"
        for row in rows
    ]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def replaced(page: str, text: str) -> str | None:
    """Return *page* with *text* between its two marks; None where it does not have them."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        return None
    return f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}"
