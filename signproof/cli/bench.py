"""signproof bench."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from signproof import codec
from signproof.bench import NotPassed, compared
from signproof.cli.behind import Behind, program_behind
from signproof.cli.bench_asked import Asked, NotRight
from signproof.cli.bench_signed import of_program, of_python, only_sends
from signproof.cli.common import OutFile, Problem, scheme_argument, vectors_option, write_file
from signproof.corpus import Corpus
from signproof.implementations.base import NeverRan
from signproof.implementations.stdio import Stdio
from signproof.measured import BenchReport
from signproof.model import FORMAT, Outcome
from signproof.reports import bench as table
from signproof.reports import bench_plot, terminal
from signproof.scheme import Scheme
from signproof.timing import FEWEST_ROUNDS
from signproof.verify import EXIT_NEVER_RAN

if TYPE_CHECKING:
    from signproof.cli.bench_sent import SentRun

__all__ = ["command"]

_FILE = OutFile()


@click.command(
    "bench",
    cls=Behind,
    epilog="Example: signproof bench longbridge-hmac --processes 2 -- node adapter.mjs",
)
@scheme_argument
@click.option("--python", "python_object", metavar="MODULE:OBJECT", help="A Python object instead.")
@click.option(
    "--sdk",
    "sdk_ids",
    multiple=True,
    metavar="ID",
    help="Requests of this published SDK instead, as `matrix` runs it (may be repeated; `all`).",
)
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
    sdk_ids: tuple[str, ...],
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

    A COMMAND or SDK that hides its signer sends requests to this machine instead: they are counted,
    some of each round are verified, and beside them stand the same requests unsigned, where it can
    send such, and sent again by a client that does nothing else.
    """
    program = program_behind(ctx) or []
    if sum(map(bool, (program, python_object, sdk_ids))) > 1:
        raise Problem("give one of a COMMAND, --python and --sdk, not several")
    earlier = [_read(path, scheme) for path in old_files]
    _check_rounds(rounds, old_files, earlier)
    asked = Asked(scheme, corpus, ids, rounds, min_ms, processes, timeout, start_timeout)
    try:
        if sdk_ids:
            report = _sent_run(asked).sdks(sdk_ids)
        elif program:
            report = _of_program(asked, program)
        else:
            report = of_python(asked, python_object)
    except NeverRan as error:
        raise _NeverRan(str(error)) from None
    except NotRight as error:
        terminal.show(error.report, error.cases, again=error.again)
        ctx.exit(error.exit_code)
    except NotPassed as error:
        skipped = error.result.outcome is Outcome.SKIP
        raise (_NeverRan if skipped else _Wrong)(str(error)) from None
    if earlier:
        report = compared(report, earlier)
    table.show(report, rounds=rounds, earlier=earlier)
    write_file(json_file, lambda: codec.pretty(report))
    write_file(svg_file, lambda: bench_plot.render(report))
    _check_compared(report, old_files)
    ctx.exit(report.exit_code)


def _of_program(asked: Asked, program: list[str]) -> BenchReport:
    """Measure a program: what it signs, or what it sends where it hides its signer."""
    driver = Stdio(program, timeout_s=asked.timeout_s, start_timeout_s=asked.start_timeout_s)
    with closing(driver):
        if not only_sends(driver, asked):
            return of_program(asked, program, driver)
    return _sent_run(asked).program(program)


def _sent_run(asked: Asked) -> "SentRun":
    from signproof.cli.bench_sent import SentRun  # noqa: PLC0415 - with the server, only here

    return SentRun(asked)


class _NeverRan(Problem):
    """There is nothing to measure."""

    exit_code = EXIT_NEVER_RAN


class _Wrong(Problem):
    """What was to be measured did wrong."""

    exit_code = 1


def _check_rounds(rounds: int, old_files: Sequence[Path], earlier: Sequence[BenchReport]) -> None:
    """Refuse a comparison that could never say that something is slower; raises Problem."""
    if earlier and rounds < FEWEST_ROUNDS:
        raise Problem(f"--compare takes at least {FEWEST_ROUNDS} rounds, and --rounds is {rounds}")
    old = sum(report.rounds for report in earlier)
    if earlier and old < FEWEST_ROUNDS:
        named = ", ".join(map(str, old_files))
        raise Problem(f"{named}: too few rounds, {old}: compare with at least {FEWEST_ROUNDS}")


def _check_compared(report: BenchReport, old_files: Sequence[Path]) -> None:
    """Refuse a comparison of nothing but the reference, if there is more; raises Problem."""
    own = [one for one in report.changes if one.kind != "reference"] or report.changes
    if own and all(one.verdict == "not measured then" for one in own):
        named = ", ".join(map(str, old_files))
        names = ", ".join(dict.fromkeys(f"{one.implementation} on {one.vector}" for one in own))
        raise Problem(f"{named}: no measure of {names}: compare with one of the same names")


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
