"""signproof vectors."""

from collections.abc import Sequence
from pathlib import Path

import click

from signproof import schemas, schemes
from signproof.adequacy import Row, matrix
from signproof.cli.common import Problem, one_line, vectors_option
from signproof.corpus import Corpus, CorpusError, default_root, recordings
from signproof.lint import Fault, compare, lint
from signproof.oracles.openssl import OpensslMissing
from signproof.oracles.writing import written

__all__ = ["command"]


@click.group("vectors")
def command() -> None:
    """Check and write the vectors themselves."""


@command.command("lint")
@vectors_option
@click.pass_context
def lint_command(ctx: click.Context, corpus: Corpus) -> None:
    """Check form, references and digests of the set; exit code 1 with a line for each fault."""
    faults = lint(corpus)
    _show(faults, "the set is clean")
    ctx.exit(1 if faults else 0)


def _written(root: Path) -> dict[str, bytes]:
    oracles = [oracle for id_ in schemes.ids() if (oracle := schemes.get(id_).oracle)]
    try:
        kept = recordings(root)
    except OSError as error:
        raise Problem(f"{error.filename}: {error.strerror}") from None
    with one_line(OpensslMissing):
        return written(oracles, schemas.files(), kept)


@command.command("write")
def write_command() -> None:
    """Write the vectors of this checkout anew from the oracles; needs the openssl command."""
    root = default_root()
    if root.name != "vectors":
        raise Problem(f"{root} belongs to an installed package: write in a checkout")
    files = _written(root)
    changed = [fault.where for fault in compare(root, files)]
    for path, octets in files.items():
        target = root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(octets)
        except OSError as error:
            raise Problem(f"{target}: {error.strerror}") from None
    for where in changed:
        click.echo(f"changed {where}")
    click.echo(f"{len(files)} files written, {len(changed)} changed")


@command.command("check")
@vectors_option
@click.pass_context
def check_command(ctx: click.Context, corpus: Corpus) -> None:
    """Write the vectors anew in memory and compare; needs the openssl command."""
    faults = compare(corpus.root, _written(corpus.root))
    _show(faults, "writing them again gives the same octets")
    ctx.exit(1 if faults else 0)


def _show(faults: Sequence[Fault], clean: str) -> None:
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{len(faults)} fault{'s'[len(faults) == 1 :]}" if faults else clean)


@command.command("adequacy")
@vectors_option
@click.option("--matrix", "whole", is_flag=True, help="Print what kills each mistake.")
@click.pass_context
def adequacy_command(ctx: click.Context, corpus: Corpus, *, whole: bool) -> None:
    """Check that every catalogued mistake is caught; exit code 1 with a line for each survivor."""
    failed = False
    judged = 0
    for scheme_id in schemes.ids():
        scheme = schemes.get(scheme_id)
        with one_line(CorpusError):
            cases = corpus.cases(scheme_id)
        if not scheme.mistakes or not cases:
            continue  # a set may be about other schemes
        judged += 1
        rows = matrix(scheme, cases)
        for row in rows:
            failed |= _row(row, whole=whole)
        killed = sum(row.killed for row in rows)
        click.echo(f"{scheme_id}: {killed} of {len(rows)} mistakes are killed")
    if not judged:
        raise Problem(f"{corpus.root} has no vectors of any scheme that has mistakes")
    ctx.exit(1 if failed else 0)


def _row(row: Row, *, whole: bool) -> bool:
    """Print a mistake's row where it matters, and tell whether it fails the check."""
    id_ = row.mistake.id
    if whole:
        negatives = (
            "not visible to a verifier"
            if row.mistake.refusal is None
            else (f"{len(row.negatives)} negative")
        )
        click.echo(f"{id_:<45} {len(row.killed_by):>4} signing, {negatives}")
    if not row.killed_by:
        click.echo(f"survives: a signer with {id_} passes every vector")
    if row.mistake.refusal is not None and not row.negatives:
        click.echo(f"survives: no negative vector carries {id_}")
    for other in row.same_as:
        click.echo(f"twins: no vector tells {id_} from {other}")
    return not row.killed or bool(row.same_as)
