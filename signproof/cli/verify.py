"""signproof verify."""

import shlex
import time
from pathlib import Path

import click

from signproof import codec, known, schemes
from signproof.cli.behind import Behind, program_behind
from signproof.cli.common import OutFile, Problem, one_line, vectors_option, write_file
from signproof.corpus import Case, Corpus, CorpusError, default_root
from signproof.implementations.base import Driver, NeverRan, Progress
from signproof.model import Report
from signproof.reports import junit, terminal
from signproof.scheme import Scheme
from signproof.verify import EXIT_NEVER_RAN, verify

__all__ = ["command"]

_FILE = OutFile()


class _NeverRan(Problem):
    """There is nothing to judge."""

    exit_code = EXIT_NEVER_RAN


@click.command(
    "verify",
    cls=Behind,
    epilog="Example: signproof verify longbridge-hmac -- node adapter.mjs",
)
@click.argument("names", nargs=-1, metavar="[SCHEME]... [-- COMMAND]")
@click.option("--python", "python_object", metavar="MODULE:OBJECT", help="A Python object instead.")
@click.option("--id", "ids", multiple=True, help="Only this vector (may be repeated).")
@click.option("--topic", "topics", multiple=True, help="Only this topic (may be repeated).")
@click.option(
    "--known-failing", type=click.Path(path_type=Path), help="A TOML list of what may fail."
)
@click.option("--strict", is_flag=True, help="Let vectors of importance `should` count as well.")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds without any reply.")
@click.option("--start-timeout", default=30.0, show_default=True, help="Seconds to start in.")
@click.option("--window", type=click.IntRange(1, 1024), help="Most requests left unanswered.")
@click.option("--json", "json_file", type=_FILE, help="Write the report as JSON.")
@click.option("--junit", "junit_file", type=_FILE, help="Write the report as JUnit XML.")
@click.option("--verbose", "-v", is_flag=True, help="Every failure in full, and the passes.")
@vectors_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
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

    COMMAND is a program in any language that speaks the protocol (`signproof show protocol`); all
    that stands behind `--` belongs to it. Without COMMAND and --python the reference is judged.
    """
    program = _program(ctx, names)
    if program and python_object:
        raise Problem("give either a COMMAND or --python, not both")
    cases = _chosen(corpus, names, ids, topics)
    reasons = _known(corpus, known_failing)
    try:
        driver = _driver(program, python_object, timeout, start_timeout, window)
        with terminal.progress(len(cases)) as advance:
            scheme = _sends(driver, cases)
            if scheme is None:
                report = verify(
                    driver, corpus, cases, known=reasons, strict=strict, progress=advance
                )
            else:
                report = _sent(driver, scheme, corpus, cases, reasons, advance, strict=strict)
    except NeverRan as error:
        raise _NeverRan(str(error)) from None
    again = _repeat(names, python_object, program, corpus)
    terminal.show(report, {case.id: case for case in cases}, again=again, verbose=verbose)
    write_file(json_file, lambda: codec.pretty(report))
    write_file(junit_file, lambda: junit.render(report))
    ctx.exit(report.exit_code)


def _sends(driver: Driver, cases: list[Case]) -> Scheme | None:
    """Return the scheme whose requests are sent, since the SDK hides its signer; mostly None."""
    operations = getattr(driver, "operations", {})
    sending = {case.scheme for case in cases if "send" in operations.get(case.scheme, ())}
    if not sending:
        return None
    if len({case.scheme for case in cases}) > 1:
        raise Problem(f"it sends requests: name one SCHEME, such as {min(sending)}")
    return schemes.get(min(sending))


def _sent(
    driver: Driver,
    scheme: Scheme,
    corpus: Corpus,
    cases: list[Case],
    reasons: dict[str, known.Known],
    advance: Progress,
    *,
    strict: bool,
) -> Report:
    """Return the report on a driver that sends: through a mock, the rest of its operations not."""
    from signproof.sender import send  # noqa: PLC0415 - with the server, only here
    from signproof.server import Server  # noqa: PLC0415

    offered = set(getattr(driver, "operations", {}).get(scheme.id, ())) - {"send"}
    with Server() as server:
        return send(
            driver,
            server,
            corpus,
            cases,
            scheme=scheme,
            clock=time.time,
            offered=offered,
            known=reasons,
            strict=strict,
            progress=advance,
        ).report


def _program(ctx: click.Context, names: tuple[str, ...]) -> list[str]:
    """Return the command behind `--`, after a look at what stands before it."""
    known_ids = schemes.ids()
    for name in names:
        if name not in known_ids:
            raise Problem(
                f"there is no scheme {name!r}: use one of {', '.join(known_ids)}, and put a "
                "command behind `--`"
            )
    return program_behind(ctx) or []


def _known(corpus: Corpus, path: Path | None) -> dict[str, known.Known]:
    if path is None:
        return {}
    with one_line(known.KnownError, CorpusError):
        all_ids = [case.id for scheme in schemes.ids() for case in corpus.cases(scheme)]
        return known.read(path, all_ids)


def _chosen(
    corpus: Corpus, names: tuple[str, ...], ids: tuple[str, ...], topics: tuple[str, ...]
) -> list[Case]:
    with one_line(CorpusError):
        cases = [
            case for name in dict.fromkeys(names or schemes.ids()) for case in corpus.cases(name)
        ]
    existing = {case.id for case in cases}
    for id_ in ids:
        if id_ not in existing:
            chosen = " or ".join(f"`signproof list {name}`" for name in names or schemes.ids())
            raise Problem(f"there is no vector {id_}: {chosen} shows them all")
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


def _repeat(
    names: tuple[str, ...], python_object: str | None, program: list[str], corpus: Corpus
) -> str:
    """Return the command that repeats this run, with a place for the vector."""
    words = ["signproof", "verify", *names]
    if python_object:
        words += ["--python", python_object]
    if corpus.root != default_root():
        words += ["--vectors", str(corpus.root)]
    tail = f" -- {shlex.join(program)}" if program else ""
    return f"{shlex.join(words)} --id {{id}}{tail}"
