"""The keys in the fixtures, and the shapes that the openssl command gives them."""

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path

from signproof.corpus import default_root
from signproof.oracles import openssl

__all__ = [
    "FOLDER",
    "PASSPHRASE",
    "SIGNING",
    "TOO_LARGE",
    "bare",
    "fixture",
    "fixtures",
    "pem_of",
    "private_line",
    "public_line",
    "reference",
    "shaped",
]

FOLDER = "tiger-rsa/fixtures"
"""Where the fixtures are, relative to the manifest; the README beside them says how to make one."""

PASSPHRASE = "EXAMPLE-passphrase"  # noqa: S105 - made up
"""Opens every encrypted fixture."""

SIGNING = {
    "page": "EXAMPLE-page-1024.pem",
    "second": "EXAMPLE-second-1024.pem",
    "gateway": "EXAMPLE-gateway-1024.pem",
    "1025": "EXAMPLE-1025.pem",
    "2048": "EXAMPLE-2048.pem",
    "3072": "EXAMPLE-3072.pem",
    "4096": "EXAMPLE-4096.pem",
}
"""The fixtures that sign, by the names that they have here."""

TOO_LARGE = (f"{FOLDER}/too-large.txt", b"M" * 65_537)
"""Path and octets of the one fixture that is written anew."""


@cache
def fixture(file: str) -> bytes:
    """Return the octets of a fixture."""
    return (_folder() / file).read_bytes()


def bare(file: str) -> str:
    """Return the base64 of a fixture in PEM as one line."""
    return "".join(fixture(file).decode().splitlines()[1:-1])


def fixtures() -> dict[str, bytes]:
    """Return path and octets of all fixtures."""
    made_once = {
        f"{FOLDER}/{path.name}": path.read_bytes()
        for path in sorted(_folder().iterdir())
        if f"{FOLDER}/{path.name}" != TOO_LARGE[0]
    }
    return made_once | dict([TOO_LARGE])


def reference(path: str, octets: bytes) -> dict[str, str]:
    """Return how a vector names a fixture."""
    return {"path": path, "sha256": sha256(octets).hexdigest()}


def _folder() -> Path:
    return default_root() / FOLDER


def shaped(name: str, form: str, armour: str) -> bytes:
    """Return a signing key in a shape; *form* as of `openssl.key_shape`, *armour* also base64."""
    if armour == "base64":
        return base64.b64encode(openssl.key_shape(fixture(SIGNING[name]), form, "der"))
    return openssl.key_shape(fixture(SIGNING[name]), form, armour)


def private_line(name: str) -> str:
    """Return a signing key as the broker gives it out for Python: PKCS#1, one base64 line."""
    return shaped(name, "pkcs1", "base64").decode()


def public_line(name: str) -> str:
    """Return the public half as one base64 line of SPKI."""
    return shaped(name, "spki", "base64").decode()


def pem_of(line: str) -> bytes:
    """Return a base64 line of PKCS#1 as PEM."""
    rows = [line[at : at + 64] for at in range(0, len(line), 64)]
    return "\n".join(
        ["-----BEGIN RSA PRIVATE KEY-----", *rows, "-----END RSA PRIVATE KEY-----", ""]
    ).encode()
