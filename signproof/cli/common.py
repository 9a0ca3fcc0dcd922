"""What several commands share: errors of one line, the corpus, schemes and credentials."""

import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from signers.errors import InvalidInput
from signers.secret import Secret
from signproof import codec, sandbox, schemes
from signproof.corpus import Corpus, CorpusError
from signproof.reports.terminal import printable
from signproof.scheme import HttpSigning, Program, Scheme

__all__ = [
    "NoKeys",
    "OutFile",
    "Problem",
    "credentials_option",
    "enter_sandbox",
    "http_signing",
    "made_up_option",
    "made_up_or_read",
    "one_line",
    "passphrase_option",
    "read_credential",
    "read_passphrase",
    "read_password",
    "scheme_argument",
    "taken",
    "timeout_option",
    "vectors_option",
    "write_file",
]


class Problem(click.ClickException):
    """Wrong usage, input or configuration: one line on standard error, exit code 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        """Take the message; line ends and controls in it, out of a file perhaps, do no harm."""
        super().__init__(printable(" ".join(message.split())))


@contextmanager
def one_line(*errors: type[Exception]) -> Iterator[None]:
    """Turn *errors* into a Problem."""
    try:
        yield
    except errors as error:
        raise Problem(str(error)) from None


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
    help="A JSON file with the credential, or the broker's own settings file; by default the "
    "scheme's environment variables.",
)


def http_signing(scheme: Scheme) -> HttpSigning:
    """Return how the scheme signs HTTP requests; raises Problem where it does not."""
    with one_line(ValueError):
        return scheme.signing()


def pointing(scheme: Scheme) -> Program:
    """Return how a program is pointed at the scheme's mock; raises Problem where it has none."""
    with one_line(ValueError):
        return scheme.pointing()


class OutFile(click.Path):
    """A file to write at the end: that it can be is seen at the beginning."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; a usage error where it cannot be written."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        folder = path.parent
        try:
            path.stat()
        except FileNotFoundError:
            if not (folder.is_dir() and os.access(folder, os.W_OK)):
                self.fail(f"{path}: there is no folder {folder} to write to", param, ctx)
        except OSError as error:  # the name is too long, for instance
            self.fail(f"{path}: {error.strerror}", param, ctx)
        return path


def write_file(path: Path | None, render: Callable[[], bytes], *, private: bool = False) -> None:
    """Write what *render* returns to a file, where one was asked for; raises Problem.

    One that is *private* is for its owner's eyes: it holds what was sent, secrets included.
    """
    if path is not None:
        try:
            if private:
                _write_private(path, render())
            else:
                path.write_bytes(render())
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}") from None


def _write_private(path: Path, octets: bytes) -> None:
    owner = stat.S_IRUSR | stat.S_IWUSR
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, owner)
    with os.fdopen(descriptor, "wb") as file:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # it may have been there before
            os.fchmod(descriptor, owner)
        file.write(octets)


def _seconds(_ctx: click.Context, _param: click.Parameter, value: float) -> float:
    if not value > 0:  # what is no number neither
        raise Problem(f"--timeout {value:g}: it must be more than 0")
    return value


timeout_option = click.option(
    "--timeout",
    type=float,
    default=300.0,
    show_default=True,
    callback=_seconds,
    help="Seconds for the whole command.",
)

_KEY = re.compile(r"-----BEGIN|(?:^|[=\s\"'])M[A-I][A-Za-z0-9+/_-]{61}")
"""PEM, or the base64 of a SEQUENCE."""


class NoKeys(click.Command):
    """A command to which files are named, and no word of which may be a key itself.

    The messages about what is no file or no option would repeat it.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse a key on the command line, where every process on the machine can read it."""
        if any(_KEY.search(word) and not os.path.lexists(word) for word in args):
            raise Problem(
                "a key itself stands on the command line, where other programs see it: save it in "
                "a file and name that"
            )
        return super().parse_args(ctx, args)


passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="A file with the passphrase of an encrypted key; a line end at its end is dropped.",
)


def read_passphrase(path: Path | None) -> Secret | None:
    """Return the passphrase in a file, None without one; raises Problem."""
    return _secret_in(path, "passphrase")


def read_password(path: Path | None) -> Secret | None:
    """Return the password in a file, None without one; raises Problem."""
    return _secret_in(path, "password")


def _secret_in(path: Path | None, name: str) -> Secret | None:
    """Return what is in the file of the option ``--NAME-file``, without the line end at its end.

    No message repeats the file's name, for somebody may have typed the secret instead.
    """
    from signproof.doctor.files import (  # noqa: PLC0415 - cryptography
        LARGEST_SECRET,
        SourceUnreadable,
        read_file,
    )

    if path is None:
        return None
    try:
        octets = read_file(path, LARGEST_SECRET).octets.reveal()
    except SourceUnreadable as error:
        problem = error.what
    else:
        secret = re.sub(rb"\r?\n\Z", b"", octets)
        if secret:
            return Secret(secret)
        problem = "it is empty"
    raise Problem(f"--{name}-file: {problem}: name a file that holds the {name}")


made_up_option = click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    help="A JSON file with the credential; by default a made-up one.",
)


def taken(port: int, error: OSError) -> Problem:
    """Return the problem of a port that cannot be had."""
    why = os.strerror(error.errno or 0)  # `strerror` repeats the address
    return Problem(f"port {port}: {why}: choose another --port")


def made_up_or_read(scheme: Scheme, path: Path | None) -> dict[str, str]:
    """Return the credential in a file, or the scheme's made-up one; raises Problem."""
    from signproof.wire import mock_for  # noqa: PLC0415 - a server, only where there is a mock

    program = pointing(scheme)
    if path is None:
        return dict(program.credential)
    credential = read_credential(scheme, path)
    with one_line(InvalidInput):
        mock_for(scheme, [credential], time.time)
    return credential


def enter_sandbox(what: str) -> bool:
    """Close the door to the network, and say so where it cannot be: whether *what* is inside.

    To be called before any thread is started.
    """
    why = sandbox.unavailable()
    if why is not None:
        click.echo(f"note: no sandbox, so {what} can reach the network: {why}", err=True)
        return False
    sandbox.enter()
    return True


def read_credential(scheme: Scheme, path: Path | None) -> dict[str, str]:
    """Return the credential's members from a file or the environment; raises Problem.

    No message holds a value.
    """
    credential = _from_environment(scheme) if path is None else _from_file(scheme, path)
    for member, value in credential.items():
        where = scheme.environment[member][0] if path is None else f"{path}: {member}"
        if not value and member not in _optional(scheme):
            raise Problem(f"{where} is empty: set it from the developer page")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Problem(f"{where} is not UTF-8 text: copy it anew") from None
        try:
            scheme.usable.get(member, str)(value)
        except InvalidInput as error:
            raise Problem(f"{where}: {error}") from None
    return credential


def _optional(scheme: Scheme) -> dict[str, str]:
    """Return the members of a credential that may be missing, with what they are then."""
    fields = msgspec.structs.fields(scheme.credential)
    return {one.name: one.default for one in fields if not one.required}


def _from_file(scheme: Scheme, path: Path) -> dict[str, str]:
    members = ", ".join(scheme.environment)
    try:
        octets = path.read_bytes()
        if scheme.read_settings is not None and not octets.lstrip().startswith(b"{"):
            with one_line(InvalidInput):
                return _optional(scheme) | scheme.read_settings(octets)
        values: Any = codec.read(octets)
        msgspec.convert(values, scheme.credential)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except codec.CodecError as error:
        raise Problem(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise Problem(f"{path}: {error}: a credential has the members {members}") from None
    found = _optional(scheme) | values
    return {name: found[name] for name in scheme.environment}


def _from_environment(scheme: Scheme) -> dict[str, str]:
    found, missing = {}, []
    for member, names in scheme.environment.items():
        value = next((os.environ[name] for name in names if name in os.environ), None)
        value = _optional(scheme).get(member) if value is None else value
        if value is None:
            missing.append(" or ".join(names))
        else:
            found[member] = value
    if missing:
        are = "are" if len(missing) > 1 else "is"
        names_ = ", ".join(missing)
        raise Problem(f"{names_} {are} not set: set the environment, or pass --credentials FILE")
    return found
