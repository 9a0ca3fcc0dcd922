"""signproof doctor."""

import os
from pathlib import Path

import click
import msgspec

from signproof.cli.common import NoKeys, passphrase_option, read_passphrase
from signproof.doctor import Options, Source, SourceUnreadable, diagnose, read_source
from signproof.reports.doctor import show_doctor
from signproof.reports.terminal import printable

__all__ = ["command"]


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
    "--environment",
    is_flag=True,
    help="Let the variables TIGEROPEN_* count beside a settings file, as its SDK does.",
)
@click.option("--institutional", is_flag=True, help="The settings need a secret_key.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole examination as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    passphrase_file: Path | None,
    *,
    environment: bool,
    institutional: bool,
    as_json: bool,
) -> None:
    """Say what is wrong with keys and settings files.

    A FILE is a private or public key in whatever shape, or the settings of Tiger's SDKs
    (tiger_openapi_config.properties, or a folder that holds it). It is said what each is, what is
    wrong with it, which official SDK takes it, the command that mends it, and which keys belong
    together. Nothing secret is shown. Exit code 0 when nothing is wrong, 1 when something is, 2
    when a FILE cannot be read.
    """
    options = Options(
        passphrase=read_passphrase(passphrase_file),
        passphrase_file=passphrase_file,
        environment=os.environ if environment else None,
        institutional=institutional,
    )
    sources: dict[Path, Source] = {}
    unreadable = []
    for path in paths:
        try:
            source = read_source(path)
            sources[source.path] = source
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
