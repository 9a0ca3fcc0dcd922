"""What several commands share: errors of one line, the corpus, schemes and credentials."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from signproof import codec, schemes
from signproof.corpus import Corpus, CorpusError
from signproof.scheme import Scheme

__all__ = [
    "Problem",
    "credentials_option",
    "one_line",
    "read_credential",
    "scheme_argument",
    "vectors_option",
]


class Problem(click.ClickException):
    """Wrong usage, input or configuration: one line on standard error, exit code 2."""

    exit_code = 2


@contextmanager
def one_line(*errors: type[Exception]) -> Iterator[None]:
    """Turn *errors* into a Problem."""
    try:
        yield
    except errors as error:
        raise Problem(" ".join(str(error).split())) from None


def _scheme(_ctx: click.Context, _param: click.Parameter, value: str) -> Scheme:
    with one_line(schemes.UnknownScheme):
        return schemes.get(value)


def _corpus(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Corpus:
    with one_line(CorpusError):
        return Corpus.open(value)


scheme_argument = click.argument("scheme", callback=_scheme)

vectors_option = click.option(
    "--vectors",
    "corpus",
    type=click.Path(path_type=Path),
    callback=_corpus,
    help="A folder of vectors; by default those of this installation.",
)

credentials_option = click.option(
    "--credentials",
    "credentials",
    type=click.Path(path_type=Path),
    help="A JSON file with the credential; by default the scheme's environment variables.",
)


def read_credential(scheme: Scheme, path: Path | None) -> dict[str, str]:
    """Return the credential's members from a file or the environment; raises Problem.

    No message holds a value.
    """
    if path is None:
        return _from_environment(scheme)
    members = ", ".join(scheme.environment)
    try:
        values: Any = codec.read(path.read_bytes())
        msgspec.convert(values, scheme.credential)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except codec.CodecError as error:
        raise Problem(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise Problem(f"{path}: {error}: a credential has the members {members}") from None
    return {name: values[name] for name in scheme.environment}


def _from_environment(scheme: Scheme) -> dict[str, str]:
    found = {}
    for member, names in scheme.environment.items():
        value = next((os.environ[name] for name in names if name in os.environ), None)
        if value is None:
            raise Problem(
                f"{names[0]} is not set: set it (or {', '.join(names[1:])}), or pass --credentials"
            )
        found[member] = value
    return found
