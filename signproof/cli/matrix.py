"""signproof matrix."""

from pathlib import Path

import click

from signproof import codec
from signproof.cli.common import (
    OutFile,
    Problem,
    one_line,
    pointing,
    scheme_argument,
    vectors_option,
    write_file,
)
from signproof.cli.sdks import SdkRun, chosen_sdks, sendable_cases
from signproof.corpus import Corpus, CorpusError
from signproof.known import KnownError
from signproof.matrix import questions, summed_up
from signproof.model import Matrix
from signproof.reports import matrix as shown
from signproof.scheme import Scheme

__all__ = ["command"]

_FILE = OutFile()


@click.command("matrix", epilog="Example: signproof matrix longbridge-hmac --sdk pypi-longport-3")
@scheme_argument
@click.option("--sdk", "ids", multiple=True, metavar="ID", help="Only this SDK (may be repeated).")
@click.option("--id", "vector_ids", multiple=True, help="Only this vector (may be repeated).")
@click.option("--no-skip", is_flag=True, help="Fail where a required SDK cannot be run.")
@click.option("--json", "json_file", type=_FILE, help="Write the whole matrix as JSON.")
@click.option(
    "--findings", "page", type=_FILE, help="Renew the part of this page that is from runs."
)
@click.option("--verbose", "-v", is_flag=True, help="Also what the SDKs were seen to do besides.")
@vectors_option
@click.pass_context
def command(
    ctx: click.Context,
    scheme: Scheme,
    ids: tuple[str, ...],
    vector_ids: tuple[str, ...],
    json_file: Path | None,
    page: Path | None,
    corpus: Corpus,
    *,
    no_skip: bool,
    verbose: bool,
) -> None:
    """Hold published SDKs against the vectors, through a mock that verifies what they send.

    Each SDK is installed in an environment of its own, below the user's cache folder, and runs
    where it reaches this machine alone. What needs a toolchain that is missing is skipped.
    """
    pointing(scheme)
    old = _with_marks(page)
    if page is not None and (ids or vector_ids):
        raise Problem("--findings is of a whole run: leave out --sdk and --id")
    chosen = chosen_sdks(scheme, ids)
    with one_line(CorpusError):
        everything = corpus.cases(scheme.id)
    cases = sendable_cases(scheme, everything, vector_ids)
    run = SdkRun(scheme, corpus, cases)
    with one_line(KnownError, CorpusError):
        run.all(chosen)
    matrix = summed_up(
        scheme,
        corpus,
        everything,
        [run.entries[sdk.id] for sdk in chosen if sdk.id in run.entries],
        sandboxed=run.sandboxed,
        no_skip=no_skip,
        complete=run.complete,
    )
    shown.show(
        matrix,
        {case.id: case for case in cases},
        one_by_one=scheme.one_by_one,
        verbose=verbose,
    )
    write_file(json_file, lambda: codec.pretty(matrix))
    if run.complete:
        write_file(page, lambda: _renewed(old, matrix, scheme).encode())
    ctx.exit(matrix.exit_code)


def _with_marks(page: Path | None) -> str:
    """Return the page to renew, before anything takes long; raises Problem."""
    if page is None:
        return ""
    try:
        old = page.read_text("utf-8")
    except OSError as error:
        raise Problem(f"{page}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"{page}: it is not UTF-8 text") from None
    if shown.replaced(old, "") is None:
        raise Problem(f"{page}: it lacks the two marks between which the findings stand")
    return old


def _renewed(old: str, matrix: Matrix, scheme: Scheme) -> str:
    """Return the page with the part that comes from runs made anew."""
    text = shown.findings(matrix, questions(scheme), scheme.one_by_one)
    return shown.replaced(old, text) or old
