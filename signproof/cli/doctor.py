"""signproof doctor."""

import os
import time
import warnings
from getpass import GetPassWarning, getpass
from pathlib import Path

import click
import msgspec

from signers.pfx import Limits
from signers.secret import Secret
from signproof.cli.common import (
    NoKeys,
    Problem,
    passphrase_option,
    read_passphrase,
    read_password,
)
from signproof.doctor import (
    Options,
    PasswordFrom,
    Source,
    SourceUnreadable,
    diagnose,
    files_of,
    read_source,
)
from signproof.reports.doctor import show_doctor
from signproof.reports.terminal import printable

__all__ = ["command"]

_VARIABLE = "SJ_CA_PASSWD"
_MOST_ITERATIONS = 2_147_483_647
"""As many as the openssl command can write."""


@click.command(
    "doctor",
    cls=NoKeys,
    epilog="Example: signproof doctor tiger_openapi_config.properties public.pem",
)
@click.argument(
    "paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@passphrase_option
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="A file with the password of a pfx; a line end at its end is dropped. By default the "
    f"variable {_VARIABLE} counts.",
)
@click.option("--ask-password", is_flag=True, help="Ask for the password of a pfx, unseen.")
@click.option(
    "--max-iterations",
    type=click.IntRange(1, _MOST_ITERATIONS),
    default=Limits().iterations,
    show_default=True,
    metavar="N",
    help="How often a pfx may want its password hashed at once, and half of the sum.",
)
@click.option(
    "--environment",
    is_flag=True,
    help="Let the variables TIGEROPEN_* count beside a settings file and all beside a .env, as the "
    "SDKs do.",
)
@click.option("--institutional", is_flag=True, help="The settings need a secret_key.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole examination as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    passphrase_file: Path | None,
    password_file: Path | None,
    max_iterations: int,
    *,
    ask_password: bool,
    environment: bool,
    institutional: bool,
    as_json: bool,
) -> None:
    """Say what is wrong with keys and settings files.

    A FILE is a private or public key in whatever shape, a pfx (PKCS#12), the settings of Tiger's
    SDKs (tiger_openapi_config.properties), the .env of Shioaji, or a folder that holds one of the
    last three. It is said what each is, what is wrong with it, which official SDK takes it, the
    command that mends it, and which keys belong together; of a pfx for whom and until when it is,
    and which programs open it; of a .env which lines its two readers read differently, and what the
    pfx is that it names. Nothing secret is shown. Exit code 0 when nothing is wrong, 1 when
    something is, 2 when a FILE cannot be read.
    """
    password, password_from = _password(password_file, ask=ask_password)
    options = Options(
        passphrase=read_passphrase(passphrase_file),
        passphrase_file=passphrase_file,
        password=password,
        password_from=password_from,
        limits=Limits(iterations=max_iterations, total=2 * max_iterations),
        clock=time.time,
        environment=os.environ if environment else None,
        institutional=institutional,
    )
    sources: dict[Path, Source] = {}
    unreadable = []
    for path in paths:
        try:
            found = files_of(path)
        except SourceUnreadable as error:
            unreadable.append(error)
            continue
        for file in found:
            try:
                sources[file] = read_source(file)
            except SourceUnreadable as error:
                unreadable.append(error)
    report = diagnose(sources.values(), options, unreadable)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)))
    else:
        show_doctor(report)
    for one in unreadable:
        click.echo(f"Error: {printable(str(one))}", err=True)
    ctx.exit(report.exit_code)


def _password(path: Path | None, *, ask: bool) -> tuple[Secret | None, PasswordFrom | None]:
    """Return the password of a pfx and where it came from; raises Problem.

    A variable that is set and empty is an empty password.
    """
    if path is not None and ask:
        raise Problem("--password-file and --ask-password: give one of them")
    if ask:
        return _asked(), PasswordFrom.TYPED
    if path is not None:
        return read_password(path), PasswordFrom.FILE
    if _VARIABLE in os.environ:
        return Secret(os.fsencode(os.environ[_VARIABLE])), PasswordFrom.VARIABLE
    return None, None


def _asked() -> Secret:
    """Ask on the terminal; raises Problem where it would be seen, or nobody answers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return Secret(os.fsencode(getpass("Password of the pfx: ")))
    except GetPassWarning:
        problem = "there is no terminal to ask on without showing it"
    except EOFError:
        problem = "nothing was typed"
    raise Problem(f"--ask-password: {problem}: use --password-file FILE")
