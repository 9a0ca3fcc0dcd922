"""signproof sign."""

import os
import shlex
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from signproof import codec
from signproof.cli.common import (
    Problem,
    credentials_option,
    http_signing,
    read_credential,
    scheme_argument,
)
from signproof.diagnose import masked
from signproof.model import Status
from signproof.received import split_url
from signproof.scheme import HttpSigning, Scheme

__all__ = ["command"]


@click.command(
    "sign",
    epilog="Example: signproof sign longbridge-hmac GET '/v1/quote?symbol=700.HK' --curl",
)
@scheme_argument
@click.argument("method")
@click.argument("target")
@click.option("--body", help="The body as text, sent as it is.")
@click.option(
    "--body-file", type=click.Path(path_type=Path, dir_okay=False), help="A file with the body."
)
@click.option("--timestamp", help="The timestamp's text; by default now, in seconds.")
@click.option("--curl", is_flag=True, help="Print a curl line instead of headers.")
@click.option("--stages", is_flag=True, help="Print every intermediate as well.")
@click.option("--reveal", is_flag=True, help="Show the access token instead of a mask.")
@credentials_option
def command(
    scheme: Scheme,
    method: str,
    target: str,
    body: str | None,
    body_file: Path | None,
    timestamp: str | None,
    *,
    curl: bool,
    stages: bool,
    reveal: bool,
    credentials: Path | None,
) -> None:
    """Sign one request: print its headers, or a curl line.

    TARGET is the path with its query, or a whole address, percent-encoded as it is sent. Key,
    secret and token come from the environment or from --credentials, never from the command line.
    The access token is masked unless --reveal is given; a curl line takes it from the environment.
    """
    http = http_signing(scheme)
    if body is not None and body_file is not None:
        raise Problem("give either --body or --body-file, not both")
    credential = read_credential(scheme, credentials)
    octets = _body(body, body_file)
    base, target = _parted(http, target)
    path, mark, query = target.partition("?")
    input_ = {
        "method": method,
        "path": path,
        "query": query if mark else None,
        "body_b64": codec.encode_octets(octets),
        "timestamp": str(int(time.time())) if timestamp is None else timestamp,
    }
    operation = scheme.operations["sign"]
    answer = operation.reference(
        scheme.prepare(msgspec.convert(credential, scheme.credential)),
        msgspec.convert(input_, operation.input),
    )
    if answer.status is not Status.OUTPUT:
        raise Problem(answer.message)
    hide = [] if reveal else [credential[member].encode() for member in http.secret_members]
    if stages:
        for name in scheme.stages:
            shown = masked(answer.stages[name].encode(), hide).decode()
            click.echo(f"{name}:\n{shown}\n")
    headers = http.headers(credential, input_, answer.output)
    if curl:
        click.echo(_curl(scheme, method, base + target, headers, octets, credential, reveal=reveal))
    else:
        for name, value in headers:
            click.echo(f"{name}: {masked(value.encode(), hide).decode()}")


def _body(body: str | None, body_file: Path | None) -> bytes:
    if body_file is not None:
        try:
            return body_file.read_bytes()
        except OSError as error:
            raise Problem(f"{body_file}: {error.strerror}") from None
    return os.fsencode(body or "")


def _parted(http: HttpSigning, target: str) -> tuple[str, str]:
    """Return base address and request target."""
    if not target.startswith(("http://", "https://")):
        return http.base_url, target
    sent = split_url(target).decode("utf-8", "surrogatepass")
    scheme, _, rest = target.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].partition('#')[0]}", sent


def _as_text(body: bytes) -> str:
    """Return the body as an argument of a program can hold it; raises Problem."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Problem(
            "the body is not text: a curl line cannot hold it; use the headers with "
            "--data-binary @FILE"
        )
    return text


def _curl(
    scheme: Scheme,
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: bytes,
    credential: dict[str, Any],
    *,
    reveal: bool,
) -> str:
    """Return a curl line; a secret value stands as its environment variable unless revealed."""
    variables = {
        credential[member]: next((name for name in names if name in os.environ), names[0])
        for member, names in scheme.environment.items()
    }
    secrets = {credential[member] for member in (scheme.http.secret_members if scheme.http else ())}
    # With -X HEAD curl would wait for a body.
    verb = "-I" if method.upper() == "HEAD" else f"-X {shlex.quote(method.upper())}"
    words = [f"curl {verb} --path-as-is -g {shlex.quote(url)}"]
    for name, value in headers:
        if value in secrets and not reveal:
            words.append(f'-H "{name}: ${variables[value]}"')
        else:
            words.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if body:
        words.append(f"--data-raw {shlex.quote(_as_text(body))}")
    return " \\\n  ".join(words)
