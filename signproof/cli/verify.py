"""signproof verify."""

import shlex
import sys
from pathlib import Path

import click

from signproof import codec, known, schemes
from signproof.cli.common import Problem, one_line, vectors_option
from signproof.corpus import Case, Corpus, CorpusError
from signproof.implementations.base import Driver, NeverRan
from signproof.model import Report
from signproof.reports import junit, terminal
from signproof.verify import EXIT_NEVER_RAN, verify

__all__ = ["command"]

_FOLDER_OR_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "verify",
    context_settings={"ignore_unknown_options": False},
    epilog="Example: signproof verify longbridge-hmac -- node adapter.mjs",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[SCHEME]... [-- COMMAND]")
@click.option("--python", "python_object", metavar="MODULE:OBJECT", help="A Python object instead.")
@click.option("--id", "ids", multiple=True, help="Only this vector (may be repeated).")
@click.option("--topic", "topics", multiple=True, help="Only this topic (may be repeated).")
@click.option("--known-failing", type=_FOLDER_OR_FILE, help="A TOML list of what may fail.")
@click.option("--strict", is_flag=True, help="Let vectors of importance `should` count as well.")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds without any reply.")
@click.option("--start-timeout", default=30.0, show_default=True, help="Seconds to start in.")
@click.option("--window", type=click.IntRange(1, 1024), help="Most requests left unanswered.")
@click.option("--json", "json_file", type=_FOLDER_OR_FILE, help="Write the report as JSON.")
@click.option("--junit", "junit_file", type=_FOLDER_OR_FILE, help="Write the report as JUnit XML.")
@click.option("--verbose", "-v", is_flag=True, help="Every failure in full, and the passes.")
@vectors_option
@click.pass_context
def command(
    ctx: click.Context,
    arguments: tuple[str, ...],
    python_object: str | None,
    ids: tuple[str, ...],
    topics: tuple[str, ...],
    known_failing: Path | None,
    *,
    strict: bool,
    timeout: float,
    start_timeout: float,
    window: int | None,
    json_file: Path | None,
    junit_file: Path | None,
    verbose: bool,
    corpus: Corpus,
) -> None:
    """Hold an implementation against the vectors.

    COMMAND is a program in any language that speaks the protocol of docs/protocol.md; everything
    behind `--` belongs to it. Without COMMAND and --python the reference itself is judged.
    """
    names, program = _split(arguments)
    if program and python_object:
        raise Problem("give either a COMMAND or --python, not both")
    cases = _chosen(corpus, names, ids, topics)
    with one_line(known.KnownError, CorpusError):
        all_ids = [case.id for scheme in schemes.ids() for case in corpus.cases(scheme)]
        reasons = known.read(known_failing, all_ids) if known_failing else {}
    try:
        driver = _driver(program, python_object, timeout, start_timeout, window)
        with terminal.progress(len(cases)) as advance:
            report = verify(driver, corpus, cases, known=reasons, strict=strict, progress=advance)
    except NeverRan as error:
        click.echo(f"Error: {error}", err=True)
        ctx.exit(EXIT_NEVER_RAN)
    _write(report, json_file, junit_file)
    again = _repeat(names, python_object, program)
    terminal.show(report, {case.id: case for case in cases}, again=again, verbose=verbose)
    ctx.exit(report.exit_code)


def _split(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Part the schemes from the command behind `--`, which click has already taken out."""
    known_ids = schemes.ids()
    count = 0
    while count < len(arguments) and arguments[count] in known_ids:
        count += 1
    names, program = list(arguments[:count]), list(arguments[count:])
    if program and "--" not in sys.argv:
        raise Problem(
            f"there is no scheme {program[0]!r}: use one of {', '.join(known_ids)}, and put a "
            "command behind `--`"
        )
    return names, program


def _chosen(
    corpus: Corpus, names: list[str], ids: tuple[str, ...], topics: tuple[str, ...]
) -> list[Case]:
    with one_line(CorpusError):
        cases = [case for name in names or schemes.ids() for case in corpus.cases(name)]
    existing = {case.id for case in cases}
    for id_ in ids:
        if id_ not in existing:
            raise Problem(f"there is no vector {id_}: `signproof list` shows them all")
    existing_topics = {case.id.split("/")[1] for case in cases}
    for topic in topics:
        if topic not in existing_topics:
            raise Problem(
                f"there is no topic {topic}: use one of {', '.join(sorted(existing_topics))}"
            )
    return [
        case
        for case in cases
        if (not ids or case.id in ids) and (not topics or case.id.split("/")[1] in topics)
    ]


def _driver(
    program: list[str],
    python_object: str | None,
    timeout: float,
    start_timeout: float,
    window: int | None,
) -> Driver:
    if program:
        from signproof.implementations.stdio import Stdio  # noqa: PLC0415 - threads, only here

        return Stdio(program, timeout_s=timeout, start_timeout_s=start_timeout, window=window)
    if python_object:
        from signproof.implementations.python_object import PythonObject  # noqa: PLC0415

        return PythonObject(python_object)
    from signproof.implementations.reference import Reference  # noqa: PLC0415

    return Reference()


def _write(report: Report, json_file: Path | None, junit_file: Path | None) -> None:
    for path, write in ((json_file, codec.pretty), (junit_file, junit.render)):
        if path is not None:
            try:
                path.write_bytes(write(report))
            except OSError as error:
                raise Problem(f"{path}: {error.strerror}") from None


def _repeat(names: list[str], python_object: str | None, program: list[str]) -> str:
    """Return the command that repeats this run, with a place for the vector."""
    words = ["signproof", "verify", *names]
    if python_object:
        words += ["--python", python_object]
    tail = f" -- {shlex.join(program)}" if program else ""
    return f"{shlex.join(words)} --id {{id}}{tail}"
