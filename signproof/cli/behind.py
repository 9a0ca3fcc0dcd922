"""Commands that run another one, which stands behind `--` as it is."""

import click

from signproof.cli.common import Problem

__all__ = ["Behind", "CommandBehind", "command_behind", "program_behind"]

_PROGRAM = "signproof.program"


class Behind(click.Command):
    """Takes what stands behind the first `--` as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set aside what stands behind `--`."""
        if "--" in args:
            at = args.index("--")
            ctx.meta[_PROGRAM] = args[at + 1 :]
            args = args[:at]
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not error.message.startswith("Got unexpected extra argument"):
                raise
            hint = f"{error.message}: put the command behind `--`"
            raise click.UsageError(hint, ctx) from None


class CommandBehind(Behind):
    """As `Behind`, and shows in the usage that the command has to be there."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the pieces of the usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


def program_behind(ctx: click.Context) -> list[str] | None:
    """Return the command behind `--`, None where there is no `--`; raises Problem."""
    program: list[str] | None = ctx.meta.get(_PROGRAM)
    if program is not None and not any(program):
        # An empty variable in a script must not change what is judged.
        raise Problem("there is no command behind `--`: name one, or take the `--` away")
    return program


def command_behind(ctx: click.Context) -> list[str]:
    """Return the command behind `--`, which has to be there; raises Problem."""
    program = program_behind(ctx)
    if program is None:
        raise Problem("there is no command: put it behind `--`")
    return program
