"""signproof explain."""

from pathlib import Path
from typing import IO

import click
import msgspec

from signproof.adequacy import catalogue
from signproof.cli.common import (
    Problem,
    credentials_option,
    http_signing,
    one_line,
    read_credential,
    scheme_argument,
)
from signproof.explain import Explanation, explain
from signproof.model import Difference
from signproof.received import UnreadableRequest, entries, read_request
from signproof.reports.terminal import printable
from signproof.scheme import Scheme

__all__ = ["command"]

_LARGEST = 64 * 1024 * 1024
_NO_REQUEST = Explanation(valid=False, reason="no-request", message="what arrived is no request")


@click.command("explain")
@scheme_argument
@click.argument("request_file", type=click.File("rb"), default="-", metavar="[FILE]")
@click.option("--entry", type=click.IntRange(0), help="Which entry of a HAR, from 0; else all.")
@click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="NAME=FILE",
    help="Your own intermediate, such as canonical_request=FILE (may be repeated).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@click.option(
    "--made-up", is_flag=True, help="With the credential that `wire` and `serve` make up."
)
@credentials_option
@click.pass_context
def command(
    ctx: click.Context,
    scheme: Scheme,
    request_file: IO[bytes],
    entry: int | None,
    stages: tuple[str, ...],
    *,
    as_json: bool,
    made_up: bool,
    credentials: Path | None,
) -> None:
    """Say which mistake made a wrong signature.

    FILE (or standard input) holds the signed request as a curl line, as entries of a HAR, or as
    the raw HTTP message. Exit code 0 when every request is right, 1 when one is not.
    """
    http = http_signing(scheme)
    if made_up and credentials:
        raise Problem("give either --made-up or --credentials, not both")
    credential = (
        dict(scheme.pointing().credential) if made_up else read_credential(scheme, credentials)
    )
    octets = _bounded(request_file)
    chosen = range(entries(octets)) if entry is None else [entry]
    if stages and len(chosen) > 1:
        raise Problem("--stage is of one request: choose it with --entry")
    own = _own_stages(scheme, stages)
    explanations = []
    for number in chosen:
        with one_line(UnreadableRequest):
            request = read_request(octets, number, _variables(scheme, credential))
        if request.method:
            explanations.append(explain(scheme, http, credential, request, own))
        else:  # an entry of `wire` whose octets were none
            explanations.append(_NO_REQUEST)
        if not as_json:
            if len(chosen) > 1:
                target = request.target.decode("ascii", "backslashreplace")
                click.echo(f"entry {number}, {printable(target)}: ", nl=False)
            _show(scheme, explanations[-1])
    if as_json:
        whole = explanations if len(chosen) > 1 else explanations[0]
        click.echo(msgspec.json.format(msgspec.json.encode(whole)).decode())
    ctx.exit(0 if all(one.valid for one in explanations) else 1)


def _variables(scheme: Scheme, credential: dict[str, str]) -> dict[str, str]:
    """Return what a curl line of `sign` takes from the environment, by variable."""
    return {
        name: credential.get(member, "")
        for member, names in scheme.environment.items()
        for name in names
    }


def _bounded(file: IO[bytes]) -> bytes:
    octets = file.read(_LARGEST + 1)
    if len(octets) > _LARGEST:
        raise Problem(f"the request is larger than {_LARGEST} octets")
    return octets


def _own_stages(scheme: Scheme, stages: tuple[str, ...]) -> dict[str, bytes]:
    own = {}
    for stage in stages:
        name, equals, path = stage.partition("=")
        if not equals or name not in scheme.stages:
            raise Problem(
                f"--stage {stage}: write NAME=FILE with one of {', '.join(scheme.stages)}"
            )
        try:
            own[name] = Path(path).read_bytes()
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}") from None
    return own


def _show(scheme: Scheme, explanation: Explanation) -> None:
    if explanation.valid:
        click.secho("right", fg="green", bold=True, nl=False)
        click.echo(": the signature belongs to this request")
    else:
        click.secho("wrong", fg="red", bold=True, nl=False)
        click.echo(f" ({explanation.reason}): {printable(explanation.message)}")
        if explanation.opened:
            click.echo(f"  opened   {printable(explanation.opened)}")
        for cause in explanation.causes:
            click.echo(f"  cause    {cause.id}: {cause.text}")
            click.echo(f"  fix      {cause.fix}")
            if cause.also:
                click.echo(f"  or       {', '.join(cause.also)}")
        by_the_key = "the key is right" in explanation.opened
        if by_the_key and not explanation.causes:
            click.echo("  cause    none that is catalogued: the body was changed after signing?")
        elif not explanation.causes and explanation.reason == catalogue(scheme).refusal:
            click.echo(
                "  cause    none that is catalogued, with this credential: check that its "
                f"{scheme.signing().secret_members[0]} is the right one"
            )
        _difference("what was signed", explanation.difference)
        if explanation.difference is None and explanation.expected:
            click.echo(f"  to sign  {printable(explanation.expected)}")
    _difference("your own stages", explanation.own_difference)


def _difference(title: str, difference: Difference | None) -> None:
    if difference is not None:
        click.echo(f"  where    {title}: {difference.stage}, octet {difference.offset}")
        click.echo(f"  expected {printable(difference.expected)}")
        click.echo(f"  got      {printable(difference.got)}")
