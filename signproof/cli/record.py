"""signproof record."""

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from signproof import codec, record, sandbox
from signproof.cli.behind import Behind, program_behind
from signproof.cli.common import (
    Problem,
    enter_sandbox,
    http_signing,
    made_up_option,
    made_up_or_read,
    one_line,
    scheme_argument,
    timeout_option,
)
from signproof.cli.sdks import SdkRun, chosen_sdks, sendable_cases
from signproof.cli.wire import variables_of
from signproof.corpus import CONFIRMATIONS, MANIFEST, RECORDED, Corpus, CorpusError
from signproof.known import KnownError
from signproof.model import Confirmations, Vector, VectorFile
from signproof.scheme import Scheme
from signproof.server import Server
from signproof.verify import EXIT_INTERRUPTED, EXIT_NEVER_RAN
from signproof.wire import NOT_FOUND, Watched, watch

__all__ = ["command"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class _NeverRan(Problem):
    """There is nothing to record."""

    exit_code = EXIT_NEVER_RAN


_Model = TypeVar("_Model", bound=msgspec.Struct)


@click.command(
    "record",
    cls=Behind,
    epilog="Example: signproof record longbridge-hmac --out seen --client my-sdk -- node calls.mjs",
)
@scheme_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of vectors to write to; made where there is none.",
)
@click.option("--client", metavar="NAME", help="What COMMAND is called in the vectors' ids.")
@click.option("--client-version", default="", metavar="TEXT", help="Its version.")
@click.option("--sdk", "ids", multiple=True, metavar="ID", help="Record this SDK instead.")
@click.option(
    "--env",
    "variables",
    multiple=True,
    metavar="NAME=TEXT",
    help="A further environment variable (may be repeated).",
)
@timeout_option
@made_up_option
@click.pass_context
def command(
    ctx: click.Context,
    scheme: Scheme,
    out: Path,
    client: str | None,
    client_version: str,
    ids: tuple[str, ...],
    variables: tuple[str, ...],
    timeout: float,
    credentials: Path | None,
) -> None:
    """Make vectors of what a client sends.

    COMMAND runs as with `wire`. What the mock accepted becomes vectors, for `verify --vectors`: to
    accept such a request, and to sign it alike. With --sdk the SDKs of `matrix` are asked to send
    the vectors, and what they agree with is noted as confirmations, too.
    """
    http_signing(scheme)
    program = program_behind(ctx)
    if (program is None) == (not ids):
        raise Problem("give either a COMMAND behind `--` or --sdk")
    if ids and any((client, client_version, variables, credentials)):
        raise Problem("--client, --client-version, --env and --credentials are for a COMMAND")
    _writable(out)
    if program is None:
        files, count = _sdks(scheme, ids, out)
    else:
        name = _client(client)
        credential = made_up_or_read(scheme, credentials)
        watched = _watched(scheme, program, credential, variables_of(variables), timeout)
        if watched.ended.interrupted:
            click.echo("interrupted: nothing was recorded", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        vectors = record.of_exchanges(scheme, watched.exchanges, name, client_version)
        refused = sum(not one.reply.verdict.accepted for one in watched.exchanges)
        if refused:
            click.echo(f"refused and left out, {refused}: `wire` shows why", err=True)
        files = _recorded(scheme, out, {name: credential}, vectors, [name])
        count = len(vectors)
    if not count:
        click.echo("nothing that was accepted arrived, so nothing was recorded", err=True)
        ctx.exit(EXIT_NEVER_RAN)
    try:
        record.write(out, files)
    except OSError as error:
        raise Problem(f"{error.filename}: {error.strerror}") from None
    except ValueError as error:
        raise Problem(f"{out}: a file there is no vector file: {error}") from None
    again = shlex.join(["signproof", "verify", scheme.id, "--vectors", str(out)])
    click.echo(f"{count} vectors recorded in {out}: `{again}`")


def _client(name: str | None) -> str:
    """Return what COMMAND is called; raises Problem."""
    if name is None:
        raise Problem("--client is missing: say what COMMAND is called, for the vectors' ids")
    if not _NAME.fullmatch(name):
        raise Problem("--client: name the COMMAND with small letters, digits and `-`")
    return name


def _watched(
    scheme: Scheme,
    program: Sequence[str],
    credential: Mapping[str, str],
    variables: Mapping[str, str],
    timeout_s: float,
) -> Watched:
    """Return what the command sent; raises Problem where it failed."""
    enter_sandbox("the command")
    with Server() as server:
        watched = watch(
            server,
            scheme,
            program,
            sandbox.quiet_environment(os.environ),
            credential=credential,
            timeout_s=timeout_s,
            variables=variables,
        )
    if watched.ended.code == NOT_FOUND:
        raise _NeverRan(f"nothing was recorded: the command failed: {watched.ended.problem}")
    if watched.ended.problem:
        raise Problem(f"nothing was recorded: the command failed: {watched.ended.problem}")
    return watched


def _writable(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).exists():
        raise Problem(f"{out}: it is neither empty nor a set of vectors: name another folder")


def _sdks(scheme: Scheme, ids: Sequence[str], out: Path) -> tuple[dict[str, bytes], int]:
    """Return the files that hold what the SDKs were seen to send."""
    sdks = chosen_sdks(scheme, tuple(ids))
    with one_line(CorpusError):
        corpus = Corpus.open()
        cases = sendable_cases(scheme, corpus.cases(scheme.id), ())
    run = SdkRun(scheme, corpus, cases)
    with one_line(KnownError):
        run.all(sdks)
    for sdk in sdks:
        entry = run.entries.get(sdk.id)
        if entry is None or entry.state != "judged":
            why = "it was interrupted" if entry is None else entry.why
            raise Problem(f"nothing was recorded: {sdk}: {why}")
    vectors = [one for sdk in sdks for one in record.of_sdk(scheme, sdk, run.sent[sdk.id], cases)]
    credentials = {
        case.vector.credential: case.credential or {}
        for case in cases
        if case.vector.credential is not None
    }
    files = _recorded(scheme, out, credentials, vectors, [sdk.id for sdk in sdks])
    found = [one for sdk in sdks for one in record.confirmations(sdk, run.sent[sdk.id])]
    path = f"{scheme.id}/{CONFIRMATIONS}"
    files[path] = record.merged_confirmations(scheme, _old(out / path, Confirmations), found)
    return files, len(vectors)


def _recorded(
    scheme: Scheme,
    out: Path,
    credentials: Mapping[str, Mapping[str, str]],
    vectors: Sequence[Vector],
    clients: Sequence[str],
) -> dict[str, bytes]:
    path = f"{scheme.id}/{RECORDED}.json"
    old = _old(out / path, VectorFile)
    try:
        return {path: record.merged(scheme, old, credentials, vectors, clients)}
    except record.CredentialTaken as error:
        raise Problem(f"{out / path}: {error}") from None


def _old(path: Path, model: type[_Model]) -> _Model | None:
    """Return what was recorded before; raises Problem."""
    try:
        return msgspec.convert(codec.read(path.read_bytes()), model)
    except FileNotFoundError:
        return None
    except (OSError, codec.CodecError, msgspec.ValidationError) as error:
        raise Problem(f"{path}: {error}") from None
