"""signproof show."""

from pathlib import Path

import click

from signproof import codec, schemes
from signproof.adequacy import catalogue
from signproof.cli.common import Problem, one_line, vectors_option
from signproof.corpus import Corpus, CorpusError

__all__ = ["command"]


@click.command("show")
@click.argument("id_", metavar="ID")
@vectors_option
def command(id_: str, corpus: Corpus) -> None:
    """Show a vector as JSON, a mistake with its text, fix and evidence, or the protocol page.

    ID is a vector's id, such as longbridge-hmac/query/colon-raw, a mistake's, such as
    longbridge-hmac/query-sorted, or `protocol`: all that writing an adapter takes.
    """
    if id_ == "protocol":
        click.echo(_protocol(), nl=False)
        return
    if "/" not in id_:
        id_ = _with_scheme(id_)
    scheme_id, _, rest = id_.partition("/")
    with one_line(schemes.UnknownScheme):
        scheme = schemes.get(scheme_id)
    with one_line(CorpusError):
        cases = corpus.cases(scheme_id)
    for case in cases:
        if case.id == id_:
            shown = {
                "vector": case.vector,
                "credential": {case.vector.credential: case.credential} if case.credential else {},
            }
            click.echo(codec.pretty(shown).decode(), nl=False)
            return
    mistakes = catalogue(scheme)
    if rest not in mistakes:
        raise Problem(
            f"there is neither a vector nor a mistake {id_}: `signproof list {scheme_id}` and "
            f"`signproof list {scheme_id} mistakes` show them all"
        )
    mistake = mistakes[rest]
    negative = [case.id for case in cases if case.vector.mistake == rest]
    for name, text in (
        ("mistake", mistake.id),
        ("text", mistake.text),
        ("fix", mistake.fix),
        ("evidence", mistake.evidence),
        ("refusal", mistake.refusal or "none: the request is well signed, but it is the wrong one"),
        ("vectors", ", ".join(negative) or "none of its own: see `vectors adequacy --matrix`"),
    ):
        click.echo(f"{name:<9}{text}")


def _with_scheme(id_: str) -> str:
    """Return a mistake's id with its scheme, as reports print it without one."""
    found = [name for name in schemes.ids() if id_ in catalogue(schemes.get(name))]
    if len(found) > 1:
        raise Problem(
            f"{id_} is in several schemes: show {' or '.join(f'{n}/{id_}' for n in found)}"
        )
    return f"{found[0]}/{id_}" if found else id_


def _protocol() -> str:
    """Return the page about adapters, in a checkout or an installed package."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_docs" / "protocol.md"
    page = installed if installed.is_file() else package.parent / "docs" / "protocol.md"
    return page.read_text("utf-8")
