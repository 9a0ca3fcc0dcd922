"""signproof new-adapter."""

import shlex
from importlib.resources import files
from pathlib import Path

import click

from signproof import schemes
from signproof.cli.common import Problem, one_line

__all__ = ["command"]

# By language: the template's ending, the file written by default, and what runs it.
_LANGUAGES = {
    "python": (".py.template", "signproof_adapter.py", "python3"),
    "node": (".mjs.template", "signproof-adapter.mjs", "node"),
}


@click.command("new-adapter")
@click.argument("language", type=click.Choice(list(_LANGUAGES)))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--scheme", "scheme_id", default="longbridge-hmac", show_default=True, help="What it signs."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(language: str, path: Path | None, scheme_id: str, *, force: bool) -> None:
    """Write a starter adapter for your SDK.

    It is one file without dependencies that answers `skipped` until its function sign() calls your
    SDK. PATH is the file to write: ./signproof_adapter.py or ./signproof-adapter.mjs by default.
    For another language, `signproof show protocol` prints all that an adapter does.
    """
    ending, name, runner = _LANGUAGES[language]
    path = path or Path(name)
    _write(path, _template(scheme_id, language, ending), force=force)
    shown = shlex.quote(str(path))
    click.echo(f"Wrote {shown}. Fill in its function sign(), then run:")
    click.echo(f"  signproof verify {scheme_id} -- {runner} {shown}")


def _template(scheme_id: str, language: str, ending: str) -> bytes:
    """Return the template; raises Problem."""
    with one_line(schemes.UnknownScheme):
        schemes.get(scheme_id)
    template = files("signproof") / "adapters" / f"{scheme_id}{ending}"
    if not template.is_file():
        raise Problem(
            f"there is no {language} template for {scheme_id} yet: see `signproof show protocol`"
        )
    return template.read_bytes()


def _write(path: Path, octets: bytes, *, force: bool) -> None:
    """Write the file; raises Problem."""
    try:
        if path.is_dir():
            raise Problem(f"{path} is a folder: name a file in it")
        with path.open("wb" if force else "xb") as file:
            file.write(octets)
    except FileExistsError:
        raise Problem(f"{path} exists: pass --force to replace it, or name another file") from None
    except FileNotFoundError:
        raise Problem(f"{path}: there is no folder {path.parent}: make it first") from None
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
