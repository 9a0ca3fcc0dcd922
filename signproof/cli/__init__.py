"""The command line: one module a command, imported only when it runs.

The table below holds every command's help line, so that ``signproof --help`` imports none of them.
"""

import importlib
import signal
import sys
from typing import NoReturn

import click

__all__ = ["main", "signproof"]

_INTERRUPTED = 130

COMMANDS = {
    "verify": "Hold an implementation against the vectors.",
    "wire": "Judge every request that a program sends.",
    "serve": "Serve a mock broker, for development.",
    "record": "Make vectors of what a client sends.",
    "matrix": "Hold published SDKs against the vectors.",
    "bench": "Measure how fast an implementation signs.",
    "sign": "Sign one request: its headers, or a curl line.",
    "explain": "Say which mistake made a wrong signature.",
    "doctor": "Say what is wrong with keys and settings files.",
    "convert-key": "Write a private key in another shape.",
    "list": "List vectors, mistakes, operations or reasons.",
    "show": "Show a vector or a mistake, whole.",
    "vectors": "Check and write the vectors themselves.",
    "new-adapter": "Write a starter adapter for your SDK.",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*COMMANDS]  # once `signproof list` was imported, `list` is that module here

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"signproof.cli.{name.replace('-', '_')}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="signproof")
def signproof() -> None:
    """Tell whether a broker API client signs its requests right, and when not, why.

    Exit codes: 0 clean; 1 a vector failed; 2 wrong usage or input; 3 the implementation never ran
    or did nothing; 130 interrupted.
    """


def _terminated(_signal: int, _frame: object) -> NoReturn:
    # As an exception it passes through every `finally` that ends child processes.
    sys.exit(128 + signal.SIGTERM)


def main() -> None:
    """Run the command line: an error is one line, and an interrupt has its own exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        sys.exit(signproof.main(standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "signproof"
        message = " ".join(error.format_message().split())
        click.echo(f"Error: {message} ({path} --help shows the usage)", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted", err=True)
        sys.exit(_INTERRUPTED)
