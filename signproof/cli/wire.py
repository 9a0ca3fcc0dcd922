"""signproof wire."""

import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from signproof import codec, sandbox
from signproof.cli.behind import CommandBehind, command_behind
from signproof.cli.common import (
    OutFile,
    Problem,
    enter_sandbox,
    http_signing,
    made_up_option,
    made_up_or_read,
    scheme_argument,
    taken,
    timeout_option,
    write_file,
)
from signproof.model import Outcome, Report
from signproof.reports import exchanges as shown
from signproof.reports import har, junit
from signproof.scheme import Scheme
from signproof.server import Exchange, Server
from signproof.wire import Ended, judge_exchange, watch, wire_report

__all__ = ["command", "variables_of"]

_FILE = OutFile()


@click.command(
    "wire",
    cls=CommandBehind,
    epilog="Example: signproof wire longbridge-hmac -- python my_script.py",
)
@scheme_argument
@click.option(
    "--env",
    "variables",
    multiple=True,
    metavar="NAME=TEXT",
    help="A further environment variable (may be repeated).",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="By default a free one; in the sandbox all are.",
)
@click.option("--tls", is_flag=True, help="HTTPS, with a certificate made for this run.")
@timeout_option
@click.option("--no-sandbox", is_flag=True, help="Let the command reach the network.")
@click.option("--har", "har_file", type=_FILE, help="Write all that was received as a HAR.")
@click.option("--json", "json_file", type=_FILE, help="Write the report as JSON.")
@click.option("--junit", "junit_file", type=_FILE, help="Write the report as JUnit XML.")
@made_up_option
@click.pass_context
def command(
    ctx: click.Context,
    scheme: Scheme,
    variables: tuple[str, ...],
    port: int,
    timeout: float,
    har_file: Path | None,
    json_file: Path | None,
    junit_file: Path | None,
    credentials: Path | None,
    *,
    tls: bool,
    no_sandbox: bool,
) -> None:
    """Judge every request that a program sends.

    COMMAND runs unmodified against a mock broker on this machine that verifies what arrives. The
    address and a made-up credential are in the environment variables that official SDKs read
    (`serve` prints them; for longbridge-hmac LONGBRIDGE_HTTP_URL, LONGBRIDGE_APP_KEY,
    LONGBRIDGE_APP_SECRET, LONGBRIDGE_ACCESS_TOKEN and the same with LONGPORT_). `{base_url}`,
    `{host}`, `{port}` and the credential's members, `{app_key}` for instance, stand for them in
    COMMAND and in --env.
    """
    program = command_behind(ctx)
    http = http_signing(scheme)
    credential = made_up_or_read(scheme, credentials)
    own = variables_of(variables)
    if not no_sandbox:
        enter_sandbox("the command")
    with tempfile.TemporaryDirectory(prefix="signproof-") as folder, Server() as server:
        try:
            watched = watch(
                server,
                scheme,
                program,
                sandbox.quiet_environment(os.environ),
                credential=credential,
                timeout_s=timeout,
                variables=own,
                port=port,
                ca_folder=Path(folder) if tls else None,
            )
        except OSError as error:
            raise taken(port, error) from None
    received = watched.exchanges
    judged = [judge_exchange(scheme, http, credential, exchange) for exchange in received]
    report = wire_report(scheme, program, [one.result for one in judged], watched.ended)
    seen: dict[str, int] = {}
    for exchange, one in zip(received, judged, strict=True):
        hide = shown.hidden(scheme, credential, exchange)
        click.echo(shown.line(exchange, hide))
        if one.result.outcome is not Outcome.PASS:
            cause = one.result.causes[0].id if one.result.causes else ""
            before = seen.setdefault(cause, exchange.number) if cause else exchange.number
            if before == exchange.number:
                shown.detail(exchange, one.result, hide, one.expected)
            else:
                click.echo(f"  cause    {cause}, as request {before}\n")
    _sum_up(scheme, received, report, watched.ended)
    write_file(har_file, lambda: har.render(received, watched.base_url), private=True)
    if har_file is not None and report.exit_code == 1:
        whose = ["--credentials", str(credentials)] if credentials else ["--made-up"]
        again = shlex.join(["signproof", "explain", scheme.id, str(har_file), *whose])
        click.echo(f"again: {again}")
    write_file(json_file, lambda: codec.pretty(report))
    write_file(junit_file, lambda: junit.render(report))
    ctx.exit(report.exit_code)


def variables_of(words: Sequence[str]) -> dict[str, str]:
    """Return the variables of --env; raises Problem."""
    own = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise Problem(f"--env {word}: write NAME=TEXT")
        own[name] = text
    return own


def _sum_up(scheme: Scheme, received: Sequence[Exchange], report: Report, ended: Ended) -> None:
    """Print what came of it in all."""
    if ended.problem:
        click.secho(f"the command failed: {ended.problem}", fg="red")
    if ended.interrupted:
        click.secho("interrupted: the command was ended", fg="red")
    if not received and not ended.problem and not ended.interrupted:
        click.secho("the command sent no request to the mock", fg="red", nl=False)
        names = " and ".join(scheme.pointing().addresses)
        click.echo(
            f": it has the address in {names}; give it by --env or {{base_url}} where it reads "
            "another"
        )
    if not received:
        return
    verdicts = [one.reply.verdict for one in received]
    unread = sum(one.request is None for one in received)
    accepted = sum(verdict.accepted for verdict in verdicts)
    refused = sum(verdict.accepted and verdict.reason is not None for verdict in verdicts)
    parts = [
        click.style(f"{count} {word}", fg=colour)
        for count, word, colour in (
            (unread, "no request", "red"),
            (len(received) - unread - accepted, "wrong", "red"),
            (refused, "signed right but refused", "yellow"),
            (accepted - refused, "right", "green"),
        )
        if count
    ]
    count = len(received)
    click.echo(" · ".join([f"{count} request{'s'[count == 1 :]}", *parts]))
    causes = Counter(one.causes[0].id for one in report.results if one.causes)
    for cause, number in causes.most_common():
        click.echo(f"  {number:>4}  {cause}")
