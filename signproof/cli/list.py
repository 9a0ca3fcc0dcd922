"""signproof list."""

import click

from signproof.adequacy import catalogue
from signproof.cli.common import one_line, scheme_argument, vectors_option
from signproof.corpus import Corpus, CorpusError
from signproof.scheme import Scheme

__all__ = ["command"]


@click.command("list")
@scheme_argument
@click.argument(
    "what",
    type=click.Choice(["vectors", "mistakes", "operations", "reasons"]),
    default="vectors",
)
@vectors_option
def command(scheme: Scheme, what: str, corpus: Corpus) -> None:
    """List the vectors, mistakes, operations or reasons of a scheme, one a line."""
    if what == "vectors":
        with one_line(CorpusError):
            rows = [
                (case.id, case.vector.importance.value, case.vector.comment)
                for case in corpus.cases(scheme.id)
            ]
    elif what == "mistakes":
        rows = [(mistake.id, "", mistake.text) for mistake in catalogue(scheme).values()]
    elif what == "operations":
        rows = [(one.name, "", one.summary) for one in scheme.operations.values()]
    else:
        rows = [(reason, "", text) for reason, text in scheme.reasons.items()]
    width = max((len(row[0]) for row in rows), default=0)
    for name, kind, text in rows:
        click.echo(f"{name:<{width}}  {f'{kind:<7}' if kind else ''}{text}")
