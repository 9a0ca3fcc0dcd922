"""signproof serve."""

import queue
import shlex
import signal
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

import click

from signproof.cli.common import (
    OutFile,
    http_signing,
    made_up_option,
    made_up_or_read,
    scheme_argument,
    taken,
    write_file,
)
from signproof.reports import exchanges as shown
from signproof.reports import har
from signproof.scheme import HttpSigning, Scheme
from signproof.server import Exchange, Server
from signproof.wire import judge_exchange, mock_for, program_environment, strictly

__all__ = ["command"]

_FILE = OutFile()
_WAITING = 10
"""How many wrong requests may wait to be explained; beyond it they are only logged."""
_KEPT = 10_000
"""How many exchanges are kept for the HAR: the latest."""


@click.command("serve", epilog="Example: signproof serve longbridge-hmac --port 8080")
@scheme_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="0 for a free one.",
)
@click.option("--tls", is_flag=True, help="HTTPS, with a certificate made for this run.")
@click.option("--har", "har_file", type=_FILE, help="At the end, write what was received as a HAR.")
@click.option(
    "--env-file", type=_FILE, help="Write all that official SDKs read, as lines for a shell."
)
@made_up_option
def command(
    scheme: Scheme,
    port: int,
    har_file: Path | None,
    env_file: Path | None,
    credentials: Path | None,
    *,
    tls: bool,
) -> None:
    """Serve a mock broker on this machine, for development.

    It verifies every request, logs it with its verdict and names the mistake where one is known.
    Port 0 is a free one. Ctrl-C or SIGTERM ends it.
    """
    # A shell starts what it puts into the background with this signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    http = http_signing(scheme)
    credential = made_up_or_read(scheme, credentials)
    kept: deque[Exchange] = deque(maxlen=_KEPT)
    wrong: queue.Queue[Exchange] = queue.Queue(_WAITING)

    def log(arrived: Exchange) -> None:
        exchange = strictly(scheme, http, credential, arrived)
        click.echo(shown.line(exchange, shown.hidden(http, credential, exchange), timed=True))
        kept.append(exchange)
        if not exchange.reply.verdict.accepted and not wrong.full():
            wrong.put_nowait(exchange)

    with (
        tempfile.TemporaryDirectory(prefix="signproof-") as folder,
        Server() as server,
    ):
        mock = mock_for(http, [credential], time.time)
        try:
            endpoint = server.open(mock, port=port, on_exchange=log, tls=tls)
        except OSError as error:
            raise taken(port, error) from None
        click.echo(f"{scheme.title}: a mock at {endpoint.base_url}, which verifies every request")
        variables = program_environment(scheme, http, credential, endpoint.base_url)
        if tls:
            variables["SSL_CERT_FILE"] = str(server.ca_file(Path(folder)))
        if credentials is not None:  # the made-up one is no secret
            for name in _secret_variables(scheme, http):
                variables.pop(name, None)
        exports = {name: f"export {name}={shlex.quote(text)}\n" for name, text in variables.items()}
        write_file(env_file, lambda: "".join(exports.values()).encode())
        for name in _main_variables(scheme, http):
            click.echo(exports.get(name, ""), nl=False)
        if env_file is None:
            click.echo("(--env-file FILE writes these and the others that SDKs read)")
        try:
            click.echo("Ctrl-C or SIGTERM ends it.")
            _explain(scheme, http, credential, wrong)
        except KeyboardInterrupt:
            click.echo()
        finally:  # when it is told to end as well
            write_file(har_file, lambda: har.render(list(kept), endpoint.base_url))


def _main_variables(scheme: Scheme, http: HttpSigning) -> list[str]:
    """Return the variables that a client without an SDK needs."""
    first = [names[0] for names in scheme.environment.values()]
    return [*http.program.addresses[:1], *first, "SSL_CERT_FILE"]


def _secret_variables(scheme: Scheme, http: HttpSigning) -> set[str]:
    return {name for member in http.secret_members for name in scheme.environment[member]}


def _explain(
    scheme: Scheme,
    http: HttpSigning,
    credential: Mapping[str, str],
    wrong: "queue.Queue[Exchange]",
) -> None:
    """Explain wrong requests as they come, until interrupted."""
    while True:
        exchange = wrong.get()
        judged = judge_exchange(scheme, http, credential, exchange)
        click.echo(f"request {exchange.number}:")
        hide = shown.hidden(http, credential, exchange)
        shown.detail(exchange, judged.result, hide, judged.expected)
