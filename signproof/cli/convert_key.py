"""signproof convert-key."""

from pathlib import Path

import click

from signers.rsa_keys import (
    Armour,
    Form,
    KeyRefused,
    Kind,
    PassphraseNeeded,
    PrivateKey,
    PublicKey,
    PublicKeyGiven,
    Repair,
    check_fully,
    convert,
    load,
    load_public,
    look,
    public_line,
    public_pem,
)
from signers.secret import Secret
from signers.tiger.settings import PRIVATE_KEYS, judge
from signproof.cli.common import NoKeys, Problem, one_line, passphrase_option, read_passphrase
from signproof.doctor import Source, SourceUnreadable, read_source, shown
from signproof.doctor.conversions import SDKS, label_of, shape_for, takes
from signproof.doctor.keys import REPAIRS, what_it_is
from signproof.doctor.model import KeyView
from signproof.doctor.settings import is_settings
from signproof.doctor.writing import write_private
from signproof.reports.terminal import printable

__all__ = ["command"]


class _Refused(click.ClickException):
    """The key cannot be used: one line on standard error, exit code 1."""

    exit_code = 1

    def __init__(self, source: Source, why: str) -> None:
        super().__init__(printable(f"{shown(source.path)}: {why}"))


@click.command(
    "convert-key",
    cls=NoKeys,
    epilog="Example: signproof convert-key private.pem --for java --out private_key_pk8.txt",
)
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="NEW",
    help="The file to write, for its owner alone; a private key is never printed.",
)
@click.option("--form", type=click.Choice(["pkcs1", "pkcs8"]), help="By default pkcs8.")
@click.option(
    "--armour",
    type=click.Choice(["pem", "base64", "der"]),
    help="By default base64, which is one line.",
)
@click.option(
    "--for",
    "sdk",
    type=click.Choice([*SDKS]),
    help="The form and armour that an official SDK takes; python-old is 3.0.0 and 2.0.9.",
)
@click.option(
    "--setting", type=click.Choice(PRIVATE_KEYS), help="Which key, where FILE holds several."
)
@click.option("--public", is_flag=True, help="The public key instead; without --out it is printed.")
@passphrase_option
@click.option("--force", is_flag=True, help="Replace NEW where it exists.")
def command(
    path: Path,
    out: Path | None,
    form: str | None,
    armour: str | None,
    sdk: str | None,
    setting: str | None,
    passphrase_file: Path | None,
    *,
    public: bool,
    force: bool,
) -> None:
    """Write a private key in another shape.

    FILE is a private key in whatever shape, or the settings file that holds it. What had to be
    repaired is said. The public key comes as the one line that the developer page takes. Exit code
    1 where the key is refused; nothing is written then.
    """
    shape = _shape(form, armour, sdk, public=public)
    if out is None and not public:
        raise Problem("name the file to write with --out: a private key is never printed")
    if out is None and shape[1] is Armour.DER:
        raise Problem("--armour der is octets, which are not printed: name a file with --out")
    with one_line(SourceUnreadable):
        source = read_source(path)
    passphrase = read_passphrase(passphrase_file)
    text, name = _chosen(source, setting, passphrase)
    if out is not None:
        _refuse_loss(source, out, public=public)
    key, repairs = _loaded(source, text, name, passphrase, public=public)
    octets = _written(key, shape)
    if out is not None:
        try:
            write_private(out, octets, force=force)
        except OSError as error:
            raise Problem(f"{shown(out)}: {error.strerror or error}") from None
    for repair in repairs:
        click.echo(f"repaired: {REPAIRS[repair][0]}", err=True)
    if out is None:
        click.echo(octets, nl=not octets.endswith(b"\n"))
    else:
        _tell(out, key.bits, shape)


def _shape(
    form: str | None, armour: str | None, sdk: str | None, *, public: bool
) -> tuple[Form, Armour]:
    """Return what is to be written; raises Problem for what does not go together."""
    if sdk is None:
        if public and form:
            raise Problem("--form is of private keys: a public key is always written as SPKI")
        return Form.SPKI if public else Form(form or "pkcs8"), Armour(armour or "base64")
    if form or armour or public:
        raise Problem("--for chooses the shape by itself: leave out --form, --armour, --public")
    return shape_for(SDKS[sdk])


def _tell(out: Path, bits: int, shape: tuple[Form, Armour]) -> None:
    form, armour = shape
    kind = Kind.PUBLIC_KEY if form is Form.SPKI else Kind.RSA_PRIVATE_KEY
    what = what_it_is(KeyView(kind=kind, form=form, armour=armour, bits=bits))
    click.secho("wrote", fg="green", nl=False)
    click.echo(printable(f" {shown(out)}: {what}"))
    takers = [label_of(sdk) for sdk in SDKS.values() if takes(sdk, form, armour)]
    if takers:
        click.echo(f"  for      {', '.join(takers)}")


def _chosen(source: Source, setting: str | None, passphrase: Secret | None) -> tuple[Secret, str]:
    """Return the key as it stands, and in which setting it does, if in any."""
    if not is_settings(source):
        if setting:
            raise Problem(f"--setting {setting}: {shown(source.path)} is no settings file")
        return source.octets, ""
    keys = {key.name: key.text for key in judge(source.octets.reveal()).keys}
    if not keys:
        raise _Refused(source, "there is no private key in these settings: run `signproof doctor`")
    if setting and setting not in keys:
        raise Problem(f"{shown(source.path)} has no {setting}, but {', '.join(keys)}")
    publics = [look(text, passphrase=passphrase).public for text in keys.values()]
    if not setting and len({*publics}) > 1:
        choices = " or ".join(f"--setting {name}" for name in keys)
        raise Problem(f"{shown(source.path)} holds keys that are not the same: choose {choices}")
    name = setting or next(iter(keys))
    return keys[name], name


def _refuse_loss(source: Source, out: Path, *, public: bool) -> None:
    """Refuse to write over what was read, where more would be lost than is written."""
    try:
        same = out.samefile(source.path)
    except (OSError, ValueError):
        return
    if same and (public or is_settings(source)):
        raise Problem(f"--out {shown(out)} is the file that is read: it would be lost")


def _loaded(
    source: Source, text: Secret, name: str, passphrase: Secret | None, *, public: bool
) -> tuple[PrivateKey | PublicKey, tuple[Repair, ...]]:
    """Return the key, checked fully, and what was repaired; raises _Refused."""
    repairs = look(text, passphrase=passphrase).repairs
    try:
        try:
            key = load(text, lenient=True, passphrase=passphrase)
        except PublicKeyGiven:
            if not public:
                raise
            return load_public(text, lenient=True), repairs
        check_fully(key)
    except KeyRefused as error:
        option = " (--passphrase-file FILE)" if isinstance(error, PassphraseNeeded) else ""
        raise _Refused(source, f"{f'{name}: ' if name else ''}{error}{option}") from None
    return key, repairs


def _written(key: PrivateKey | PublicKey, shape: tuple[Form, Armour]) -> bytes:
    """Return the octets of the new file."""
    form, armour = shape
    if form is not Form.SPKI:
        assert isinstance(key, PrivateKey)  # noqa: S101 - a public one is loaded for --public only
        return convert(key, form, armour)
    if armour is Armour.PEM:
        return public_pem(key).encode("ascii")
    if armour is Armour.BASE64:
        return public_line(key).encode("ascii")
    return (key.public if isinstance(key, PrivateKey) else key).der
