"""signproof bench."""

import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import click
import msgspec

from signproof import codec
from signproof.bench import Contender, NotPassed, compared, measure
from signproof.cli.behind import Behind, program_behind
from signproof.cli.common import (
    OutFile,
    Problem,
    one_line,
    scheme_argument,
    vectors_option,
    write_file,
)
from signproof.corpus import Case, Corpus, CorpusError
from signproof.implementations import served
from signproof.implementations.base import Driver, NeverRan
from signproof.implementations.python_object import PythonObject
from signproof.implementations.reference import Reference
from signproof.implementations.stdio import Stdio
from signproof.implementations.stdio_bench import StdioBench
from signproof.measured import BenchReport
from signproof.model import FORMAT, Outcome
from signproof.reports import bench as table
from signproof.reports import bench_plot, terminal
from signproof.scheme import Scheme
from signproof.verify import EXIT_NEVER_RAN, verify

__all__ = ["command"]

_FILE = OutFile()


@click.command(
    "bench",
    cls=Behind,
    epilog="Example: signproof bench longbridge-hmac --processes 2 -- node adapter.mjs",
)
@scheme_argument
@click.option("--python", "python_object", metavar="MODULE:OBJECT", help="A Python object instead.")
@click.option("--id", "ids", multiple=True, help="This vector, not the usual (may be repeated).")
@click.option(
    "--rounds", type=click.IntRange(1), default=15, show_default=True, help="How many to measure."
)
@click.option(
    "--min-ms",
    type=click.IntRange(1, 60_000),
    default=100,
    show_default=True,
    help="Milliseconds that each goes on in a round.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Also measure 2, 3, … up to so many processes at once.",
)
@click.option("--timeout", default=10.0, show_default=True, help="Seconds to answer in besides.")
@click.option("--start-timeout", default=30.0, show_default=True, help="Seconds to start in.")
@click.option("--json", "json_file", type=_FILE, help="Write the report as JSON.")
@click.option("--svg", "svg_file", type=_FILE, help="Write a plot.")
@click.option(
    "--compare",
    "old_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="The JSON report of an earlier run (may be repeated: the more, the better is it known "
    "how runs differ); exit code 1 where something has become slower.",
)
@vectors_option
@click.pass_context
def command(
    ctx: click.Context,
    scheme: Scheme,
    python_object: str | None,
    ids: tuple[str, ...],
    rounds: int,
    min_ms: int,
    processes: int,
    timeout: float,
    start_timeout: float,
    json_file: Path | None,
    svg_file: Path | None,
    old_files: tuple[Path, ...],
    corpus: Corpus,
) -> None:
    """Measure how fast an implementation signs, beside the reference.

    COMMAND, which stands behind `--`, is a program that speaks the protocol and has the feature
    `bench` (`signproof show protocol`): it measures itself, and what the harness takes besides is
    shown apart. Each output is verified. Without COMMAND and --python the reference is measured.
    """
    program = program_behind(ctx) or []
    if program and python_object:
        raise Problem("give either a COMMAND or --python, not both")
    cases = _chosen(scheme, corpus, ids)
    earlier = [_read(path, scheme) for path in old_files]
    try:
        if program:
            driver = Stdio(program, timeout_s=timeout, start_timeout_s=start_timeout)
            _verify(ctx, driver, corpus, cases, ["--", *program])
        elif python_object:
            words = ["--python", python_object]
            _verify(ctx, PythonObject(python_object), corpus, cases, words)
        with ExitStack() as stack:
            start = partial(_started, stack, timeout, start_timeout)
            contenders = _contenders(program, python_object, processes, start)
            asked = 1 + len(cases) * sum(1 + len(one.children) for one in contenders)
            with terminal.progress((rounds + 1) * asked, "measuring") as advance:
                report = measure(
                    corpus, cases, contenders, rounds=rounds, min_ms=min_ms, progress=advance
                )
    except NeverRan as error:
        raise _NeverRan(str(error)) from None
    except NotPassed as error:
        skipped = error.result.outcome is Outcome.SKIP
        raise (_NeverRan if skipped else _Wrong)(str(error)) from None
    if earlier:
        report = compared(report, earlier)
    table.show(report, rounds=rounds, earlier=earlier)
    write_file(json_file, lambda: codec.pretty(report))
    write_file(svg_file, lambda: bench_plot.render(report))
    ctx.exit(report.exit_code)


class _NeverRan(Problem):
    """There is nothing to measure."""

    exit_code = EXIT_NEVER_RAN


class _Wrong(Problem):
    """What was to be measured did wrong."""

    exit_code = 1


_Start = Callable[[Sequence[str], int], list[StdioBench]]


def _started(
    stack: ExitStack, timeout: float, start_timeout: float, words: Sequence[str], number: int
) -> list[StdioBench]:
    """Start *number* processes of a command, which end with *stack*; raises NeverRan."""
    return [
        stack.enter_context(
            closing(StdioBench(words, timeout_s=timeout, start_timeout_s=start_timeout))
        )
        for _ in range(number)
    ]


def _contenders(
    program: list[str], python_object: str | None, processes: int, start: _Start
) -> list[Contender]:
    """Return the reference, then what is measured beside it."""
    together = processes if processes > 1 else 0
    contenders = [Contender("reference", Reference(), start(served.command(None), together))]
    if program:
        children = start(program, processes)
        contenders.append(Contender("command", children[0], children if together else ()))
    elif python_object:
        children = start(served.command(python_object), together)
        contenders.append(Contender("python", PythonObject(python_object), children))
    return contenders


def _verify(
    ctx: click.Context, driver: Driver, corpus: Corpus, cases: list[Case], words: list[str]
) -> None:
    """Go on where *driver* does all cases right; else show what is wrong, and exit."""
    report = verify(driver, corpus, cases, strict=True)
    outcomes = {result.outcome for result in report.results}
    if report.complete and outcomes == {Outcome.PASS}:
        return
    again = shlex.join(["signproof", "verify", "--id", "{id}", *words])
    terminal.show(report, {case.id: case for case in cases}, again=again)
    skipped = outcomes <= {Outcome.PASS, Outcome.SKIP}
    ctx.exit(report.exit_code or (EXIT_NEVER_RAN if skipped else 1))


def _chosen(scheme: Scheme, corpus: Corpus, ids: tuple[str, ...]) -> list[Case]:
    with one_line(CorpusError):
        by_id = {case.id: case for case in corpus.cases(scheme.id)}
    if not ids and not scheme.typical:
        raise Problem(f"{scheme.id} has no usual vector: name one with --id")
    chosen = []
    for id_ in dict.fromkeys(ids or (scheme.typical,)):
        if id_ not in by_id:
            raise Problem(f"there is no vector {id_}: `signproof list {scheme.id}` shows them all")
        vector = by_id[id_].vector
        if vector.operation not in scheme.hot:
            known = ", ".join(scheme.hot) or "none"
            raise Problem(
                f"{id_} is of the operation {vector.operation}, which is not measured: choose one "
                f"of these: {known}"
            )
        if vector.expected.reject is not msgspec.UNSET:
            raise Problem(f"{id_} expects a refusal: choose one that expects an output")
        chosen.append(by_id[id_])
    return chosen


def _read(path: Path, scheme: Scheme) -> BenchReport:
    """Return an earlier report; raises Problem."""
    try:
        parsed = codec.read(path.read_bytes())
        report = msgspec.convert(parsed, BenchReport)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except (codec.CodecError, msgspec.ValidationError) as error:
        raise Problem(f"{path}: {error}: name what `signproof bench --json` has written") from None
    if report.format != FORMAT:
        raise Problem(
            f"{path}: its format is {report.format}, this version reads {FORMAT}: measure anew"
        )
    if not report.rounds:
        raise Problem(f"{path}: it was interrupted before a round was whole: measure anew")
    kinds = [one.kind for one in report.measured]
    if "yardstick" not in kinds or {len(one.rounds) for one in report.measured} != {report.rounds}:
        raise Problem(f"{path}: its rounds do not belong together: measure anew")
    if report.scheme != scheme.id:
        raise Problem(f"{path}: it is of {report.scheme} and not of {scheme.id}")
    return report
