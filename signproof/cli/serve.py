"""signproof serve."""

import os
import queue
import re
import shlex
import signal
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from signers.errors import SignerError
from signproof.cli.common import (
    OutFile,
    Problem,
    made_up_option,
    made_up_or_read,
    pointing,
    scheme_argument,
    taken,
    write_file,
)
from signproof.doctor.files import SourceUnreadable, read_source
from signproof.mocks.replies import Started
from signproof.reports import exchanges as shown
from signproof.reports import har
from signproof.reports.terminal import printable
from signproof.scheme import Scheme
from signproof.server import Exchange, Server
from signproof.wire import judge_exchange, mock_for, program_environment, strictly

__all__ = ["command"]

_FILE = OutFile()
_USUAL, _LAST = 8080, 65535
"""Ports."""
_WAITING = 10
"""How many wrong requests may wait to be explained; beyond it they are only logged."""
_KEPT = 10_000
"""How many exchanges are kept for the HAR: the latest."""


@click.command("serve", epilog="Example: signproof serve longbridge-hmac --port 8080")
@scheme_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="0 for a free one; by default 8080, or what the .env says.",
)
@click.option("--tls", is_flag=True, help="HTTPS, with a certificate made for this run.")
@click.option("--har", "har_file", type=_FILE, help="At the end, write what was received as a HAR.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="Start from this .env, as the broker's own local server does (shioaji-ca).",
)
@click.option(
    "--write-env", type=_FILE, help="Write all that official SDKs read, as lines for a shell."
)
@made_up_option
def command(
    scheme: Scheme,
    port: int | None,
    har_file: Path | None,
    env_file: Path | None,
    write_env: Path | None,
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
    pointing(scheme)
    if env_file is not None and (credentials is not None or write_env is not None):
        raise Problem("--env-file says all: leave out --credentials and --write-env")
    if credentials is not None and scheme.pointing().starts_from_env:
        raise Problem(f"--credentials: {scheme.id} starts from a .env: use --env-file")
    started = None if env_file is None else _started(scheme, env_file)
    credential = made_up_or_read(scheme, credentials) if started is None else {}
    secrets = [] if started is None else [secret.reveal() for secret in started.secrets]
    port = _port(started) if port is None else port
    kept: deque[Exchange] = deque(maxlen=_KEPT)
    wrong: queue.Queue[Exchange] = queue.Queue(_WAITING)

    def log(arrived: Exchange) -> None:
        exchange = _strictly(scheme, credential, arrived)
        hide = [*shown.hidden(scheme, credential, exchange), *secrets]
        click.echo(shown.line(exchange, hide, timed=True))
        kept.append(exchange)
        if not exchange.reply.verdict.accepted and not wrong.full():
            wrong.put_nowait(exchange)

    with (
        tempfile.TemporaryDirectory(prefix="signproof-") as folder,
        Server() as server,
    ):
        mock = mock_for(scheme, [credential], time.time) if started is None else started.mock
        try:
            endpoint = server.open(mock, port=port, on_exchange=log, tls=tls)
        except OSError as error:
            raise taken(port, error) from None
        click.echo(f"{scheme.title}: a mock at {endpoint.base_url}, which verifies every request")
        if started is None:
            variables = program_environment(scheme, credential, endpoint.base_url)
            secret = _secret_variables(scheme) if credentials is not None else set()
            shared = {name: text for name, text in variables.items() if name not in secret}
            if tls:
                shared["SSL_CERT_FILE"] = str(server.ca_file(Path(folder)))
            _tell(scheme, shared, write_env)
        else:
            _tell_state(started, endpoint.port)
        try:
            click.echo("Ctrl-C or SIGTERM ends it.")
            _explain(scheme, credential, wrong)
        except KeyboardInterrupt:
            click.echo()
        finally:  # when it is told to end as well
            write_file(har_file, lambda: har.render(list(kept), endpoint.base_url), private=True)


def _started(scheme: Scheme, env_file: Path) -> Started:
    """Start the mock from a `.env`; raises Problem."""
    program = scheme.pointing()
    if not program.starts_from_env:
        raise Problem(
            f"--env-file: {scheme.id} has no local server that reads a .env: leave it out"
        )
    path = env_file / ".env" if env_file.is_dir() else env_file
    try:
        octets = read_source(path).octets.reveal()
    except SourceUnreadable as error:
        raise Problem(str(error)) from None
    try:
        started: Started = import_module(program.mock).started(
            octets, path.parent, os.environ, time.time
        )
    except SignerError as error:
        raise Problem(f"{env_file}: {error}") from None
    return started


def _port(started: Started | None) -> int:
    """Return the port that the `.env` names, or the usual one."""
    named = "" if started is None else started.address.rpartition(":")[2]
    return int(named) if re.fullmatch("[0-9]{1,5}", named) and int(named) <= _LAST else _USUAL


def _tell(scheme: Scheme, variables: Mapping[str, str], write_env: Path | None) -> None:
    """Say what points a client at the mock."""
    exports = {name: f"export {name}={shlex.quote(text)}\n" for name, text in variables.items()}
    write_file(write_env, lambda: "".join(exports.values()).encode())
    for name in _main_variables(scheme):
        click.echo(exports.get(name, ""), nl=False)
    if write_env is None:
        click.echo("(--write-env FILE writes these and the others that SDKs read)")


def _tell_state(started: Started, port: int) -> None:
    """Say how the start went."""
    click.echo(f"started: {started.state}")
    for note in started.notes:
        click.echo(f"note: {printable(note)}")
    if started.address and started.address not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        click.echo(
            f"note: told to listen at {printable(started.address)}; it does at 127.0.0.1:{port}"
        )


def _main_variables(scheme: Scheme) -> list[str]:
    """Return the variables that a client without an SDK needs."""
    first = [names[0] for names in scheme.environment.values()]
    return [*scheme.pointing().addresses[:1], *first, "SSL_CERT_FILE"]


def _secret_variables(scheme: Scheme) -> set[str]:
    """Return the variables that hold secrets; the made-up credential has none."""
    members = () if scheme.http is None else scheme.http.secret_members
    secret = {name for member in members for name in scheme.environment[member]}
    return secret.union(scheme.pointing().withheld)


def _strictly(scheme: Scheme, credential: Mapping[str, str], exchange: Exchange) -> Exchange:
    if scheme.http is None:
        return exchange
    return strictly(scheme, scheme.http, credential, exchange)


def _explain(scheme: Scheme, credential: Mapping[str, str], wrong: "queue.Queue[Exchange]") -> None:
    """Explain wrong requests as they come, until interrupted."""
    while True:
        exchange = wrong.get()
        if scheme.http is None:
            continue  # the line says all
        judged = judge_exchange(scheme, scheme.http, credential, exchange)
        click.echo(f"request {exchange.number}:")
        hide = shown.hidden(scheme, credential, exchange)
        shown.detail(exchange, judged.result, hide, judged.expected)
