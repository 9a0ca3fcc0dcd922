"""signproof verify."""

import shlex
from pathlib import Path

import click

from signproof import codec, known, schemes
from signproof.cli.common import Problem, one_line, vectors_option
from signproof.corpus import Case, Corpus, CorpusError, default_root
from signproof.implementations.base import Driver, NeverRan
from signproof.model import Report
from signproof.reports import junit, terminal
from signproof.verify import EXIT_NEVER_RAN, verify

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_PROGRAM = "signproof.program"


class _NeverRan(Problem):
    """There is nothing to judge."""

    exit_code = EXIT_NEVER_RAN


class _Verify(click.Command):
    """Takes what stands behind the first `--` as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            at = args.index("--")
            ctx.meta[_PROGRAM] = args[at + 1 :]
            args = args[:at]
        return super().parse_args(ctx, args)


@click.command(
    "verify",
    cls=_Verify,
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
            report = verify(driver, corpus, cases, known=reasons, strict=strict, progress=advance)
    except NeverRan as error:
        raise _NeverRan(str(error)) from None
    again = _repeat(names, python_object, program, corpus)
    terminal.show(report, {case.id: case for case in cases}, again=again, verbose=verbose)
    _write(report, json_file, junit_file)
    ctx.exit(report.exit_code)


def _program(ctx: click.Context, names: tuple[str, ...]) -> list[str]:
    """Return the command behind `--`, after a look at what stands before it."""
    known_ids = schemes.ids()
    for name in names:
        if name not in known_ids:
            raise Problem(
                f"there is no scheme {name!r}: use one of {', '.join(known_ids)}, and put a "
                "command behind `--`"
            )
    program: list[str] | None = ctx.meta.get(_PROGRAM)
    if program is not None and not any(program):
        # An empty variable in a script must not judge the reference in the program's stead.
        raise Problem("there is no command behind `--`: name one, or take the `--` away")
    return program or []


def _known(corpus: Corpus, path: Path | None) -> dict[str, str]:
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


def _write(report: Report, json_file: Path | None, junit_file: Path | None) -> None:
    for path, write in ((json_file, codec.pretty), (junit_file, junit.render)):
        if path is not None:
            try:
                path.write_bytes(write(report))
            except OSError as error:
                raise Problem(f"{path}: {error.strerror}") from None


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
