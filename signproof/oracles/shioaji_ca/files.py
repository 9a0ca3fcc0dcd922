"""The fixtures, as the vectors name them and as the `openssl` command reads them."""

import calendar
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from signproof.corpus import default_root
from signproof.oracles import openssl

__all__ = [
    "FOLDER",
    "PASSWORD",
    "PASSWORDS",
    "TOO_LARGE",
    "Opened",
    "Pairs",
    "fixture",
    "fixtures",
    "opened",
    "reference",
    "subject_of",
]

FOLDER = "shioaji-ca/fixtures"
"""Where the fixtures are, relative to the manifest; the README beside them says how each was made.
"""

PASSWORD = "EXAMPLE-password"  # noqa: S105 - made up
PASSWORDS = {
    "empty-password.pfx": "",
    "password-spaces.pfx": "EXAMPLE pass $word ",
    "password-unicode.pfx": "EXAMPLE-密碼",
}
"""Of the files that have another than `PASSWORD`."""

_TOO_MANY = 1_048_577
"""One more than a mebibyte: this project's own bound."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the command reads in a file."""

    key: bytes
    """PKCS#8 in PEM."""
    certificate: bytes
    """The certificate of the key, in DER."""
    subject: Pairs
    """Attributes with their values, in the order of the certificate."""
    not_before: int
    """Unix seconds."""
    not_after: int
    """Unix seconds."""


@cache
def fixture(name: str) -> bytes:
    """Return the octets of ``EXAMPLE-name``."""
    return (_folder() / f"EXAMPLE-{name}").read_bytes()


def fixtures() -> dict[str, bytes]:
    """Return path and octets of all fixtures."""
    made_once = {
        f"{FOLDER}/{path.name}": path.read_bytes()
        for path in sorted(_folder().iterdir())
        if f"{FOLDER}/{path.name}" != TOO_LARGE
    }
    return made_once | {TOO_LARGE: _too_large()}


TOO_LARGE = f"{FOLDER}/too-large.pfx"
"""The one fixture that is written anew."""


def reference(name: str) -> dict[str, str]:
    """Return how a vector names a fixture; `TOO_LARGE` by its whole path."""
    if name == TOO_LARGE:
        return {"path": name, "sha256": sha256(_too_large()).hexdigest()}
    path = f"{FOLDER}/EXAMPLE-{name}"
    return {"path": path, "sha256": sha256(fixture(name)).hexdigest()}


@cache
def opened(name: str) -> Opened:
    """Return what the command reads in a fixture, opened with its own password."""
    octets, password = fixture(name), PASSWORDS.get(name, PASSWORD)
    key = openssl.open_pkcs12(octets, password, "-nocerts")
    armoured = openssl.open_pkcs12(octets, password, "-nokeys", "-clcerts")
    # With no localKeyId the command takes every certificate for the client's.
    der = openssl.run(("x509", "-outform", "DER"), armoured)
    dates = openssl.run(("x509", "-inform", "DER", "-noout", "-dates", "-dateopt", "iso_8601"), der)
    begins, ends = (_seconds(line.partition("=")[2]) for line in dates.decode().splitlines())
    return Opened(_bare(key), der, subject_of(der), begins, ends)


@cache
def subject_of(certificate: bytes) -> Pairs:
    """Return the subject of a certificate in DER."""
    options = ("-noout", "-subject", "-nameopt", "sname,utf8,sep_multiline")
    said = openssl.run(("x509", "-inform", "DER", *options), certificate).decode()
    lines = (line.removeprefix("    ") for line in said.splitlines()[1:])
    pairs = (line.partition("=") for line in lines)
    return tuple((name, value) for name, _, value in pairs)


def _bare(pem: bytes) -> bytes:
    """Return the PEM without what the command writes in front of it."""
    return pem[pem.index(b"-----BEGIN") :]


def _seconds(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%SZ"))


def _too_large() -> bytes:
    return fixture("aes-256.pfx").ljust(_TOO_MANY, b"\0")


def _folder() -> Path:
    return default_root() / FOLDER
