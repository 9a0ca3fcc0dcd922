"""signproof sign."""

import os
import shlex
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from signers.request import SignedRequest
from signproof import codec
from signproof.cli.common import (
    Problem,
    credentials_option,
    http_signing,
    one_line,
    read_credential,
    scheme_argument,
)
from signproof.diagnose import masked
from signproof.model import Request, Status
from signproof.received import split_url
from signproof.requests import from_model
from signproof.scheme import Asked, HttpSigning, Scheme

__all__ = ["command"]


@click.command(
    "sign",
    epilog="Example: signproof sign longbridge-hmac GET '/v1/quote?symbol=700.HK' --curl",
)
@scheme_argument
@click.argument("method")
@click.argument("target", required=False)
@click.option("--body", help="The body as text, sent as it is.")
@click.option(
    "--body-file", type=click.Path(path_type=Path, dir_okay=False), help="A file with the body."
)
@click.option("--timestamp", help="The timestamp's text; by default now, in the scheme's form.")
@click.option("--curl", is_flag=True, help="Print a curl line instead of headers.")
@click.option("--stages", is_flag=True, help="Print every intermediate as well.")
@click.option("--reveal", is_flag=True, help="Show the access token instead of a mask.")
@credentials_option
def command(
    scheme: Scheme,
    method: str,
    target: str | None,
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

    longbridge-hmac: TARGET is the path with its query, or a whole address, percent-encoded as it is
    sent. tiger-rsa: METHOD names the API, the body is the biz_content, and there is no TARGET; the
    body to send is printed as well.

    Credentials come from the environment or from --credentials, never from the command line. What
    is secret is masked unless --reveal is given; a curl line takes it from the environment.
    """
    http = http_signing(scheme)
    if body is not None and body_file is not None:
        raise Problem("give either --body or --body-file, not both")
    credential = read_credential(scheme, credentials)
    octets = _body(body, body_file)
    base, sent_target = _parted(http, target)
    with one_line(ValueError):
        name, input_ = http.asked(Asked(method, sent_target, octets, timestamp, time.time()))
    operation = scheme.operations[name]
    answer = operation.reference(
        scheme.prepare(msgspec.convert(credential, scheme.credential)),
        msgspec.convert(input_, operation.input),
    )
    if answer.status is not Status.OUTPUT:
        raise Problem(answer.message)
    hide = [] if reveal else [credential[member].encode() for member in http.secret_members]
    if stages:
        for name, stage in codec.stage_octets(answer.stages).items():
            click.echo(f"{name}:\n{_shown(masked(stage, hide))}\n")
    request = from_model(msgspec.convert(http.as_sent(credential, input_, answer.output), Request))
    if curl:
        click.echo(_curl(scheme, base, request, credential, reveal=reveal))
        return
    for header, value in request.headers:
        click.echo(f"{header.decode()}: {masked(value, hide).decode()}")
    if request.body != octets:  # what is to be sent is not what was given
        click.echo(f"\n{masked(request.body, hide).decode()}")


def _shown(stage: bytes) -> str:
    """Return a stage as text, or in hexadecimal where it is none."""
    try:
        text = stage.decode()
    except UnicodeDecodeError:
        return stage.hex()
    return stage.hex() if "\0" in text else text


def _body(body: str | None, body_file: Path | None) -> bytes:
    if body_file is not None:
        try:
            return body_file.read_bytes()
        except OSError as error:
            raise Problem(f"{body_file}: {error.strerror}") from None
    return os.fsencode(body or "")


def _parted(http: HttpSigning, target: str | None) -> tuple[str, str | None]:
    """Return base address and request target."""
    if target is None or not target.startswith(("http://", "https://")):
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
    base: str,
    request: SignedRequest,
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
    url = base + request.target.decode("utf-8", "surrogatepass")
    method = request.method.decode().upper()
    # With -X HEAD curl would wait for a body.
    verb = "-I" if method == "HEAD" else f"-X {shlex.quote(method)}"
    words = [f"curl {verb} --path-as-is -g {shlex.quote(url)}"]
    for name, value in ((name.decode(), value.decode()) for name, value in request.headers):
        if value in secrets and not reveal:
            words.append(f'-H "{name}: ${variables[value]}"')
        else:
            words.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if request.body:
        words.append(f"--data-raw {shlex.quote(_as_text(request.body))}")
    return " \\\n  ".join(words)
