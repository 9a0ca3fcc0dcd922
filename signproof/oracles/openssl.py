"""Digests, MACs, RSA arithmetic and the shapes of keys by the `openssl` command.

Keys reach the command over its standard input or a file that only this user can read, never as an
argument. What was asked once is remembered.
"""

import shutil
import subprocess
import tempfile
from functools import cache

__all__ = [
    "KeyNotRead",
    "OpensslMissing",
    "hmac_sha256",
    "key_shape",
    "modulus",
    "open_pkcs12",
    "raw_rsa",
    "run",
    "sha1",
    "sha256",
    "sign",
    "sign_sha1",
]


class OpensslMissing(RuntimeError):
    """The command is not installed, or it failed."""


class KeyNotRead(ValueError):
    """The command does not take what was given for a private key."""


def sha1(octets: bytes) -> bytes:
    """Return the SHA-1 in lower-case hex."""
    return _dgst(("-sha1",), octets)


def sha256(octets: bytes) -> bytes:
    """Return the SHA-256 in lower-case hex."""
    return _dgst(("-sha256",), octets)


def hmac_sha256(key: bytes, octets: bytes) -> bytes:
    """Return the HMAC-SHA256 in lower-case hex.

    The command takes no empty key; padded to the block with zeros (RFC 2104, section 2) it is the
    same key as one zero octet.
    """
    hexkey = (key or b"\0").hex()
    return _dgst(("-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{hexkey}"), octets)


def sign_sha1(key: bytes, content: bytes) -> bytes:
    """Return the RSASSA-PKCS1-v1_5 signature with SHA-1; *key* is PEM."""
    return sign(key, content, "sha1")


@cache
def sign(key: bytes, content: bytes, digest: str) -> bytes:
    """Return the signature with *digest*: of RSA keys RSASSA-PKCS1-v1_5; *key* is PEM."""
    with _key_file(key) as path:
        return _run(("dgst", f"-{digest}", "-sign", path.name), content)


@cache
def open_pkcs12(file: bytes, password: str, *options: str) -> bytes:
    """Return what is in a PKCS#12 file as PEM, keys unencrypted; raises KeyNotRead.

    *options* are the command's own, such as ``-clcerts``. Legacy encryption is opened too.
    """
    with _key_file(password.encode() + b"\n") as path:
        command = ("pkcs12", "-nodes", "-legacy", "-passin", f"file:{path.name}", *options)
        try:
            return _run(command, file)
        except _Failed as error:
            raise KeyNotRead(str(error)) from None


def run(arguments: tuple[str, ...], octets: bytes = b"") -> bytes:
    """Return what the command writes when it is given *octets*; nothing is remembered."""
    return _run(arguments, octets)


@cache
def raw_rsa(key: bytes, message: bytes) -> bytes:
    """Return *message*, as long as the modulus and below it, to the private exponent.

    *key* is PEM. Signing and decrypting are one and the same arithmetic (RFC 8017, sections 5.1.2
    and 5.2.1), but to sign, the command takes nothing longer than a digest.
    """
    with _key_file(key) as path:
        options = ("-pkeyopt", "rsa_padding_mode:none")
        return _run(("pkeyutl", "-decrypt", "-inkey", path.name, *options), message)


@cache
def modulus(key: bytes) -> int:
    """Return the modulus of a key in PEM."""
    stated = _run(("rsa", "-noout", "-modulus"), key)
    return int(stated.removeprefix(b"Modulus=").strip(), 16)


@cache
def key_shape(key: bytes, form: str, armour: str, passphrase: str = "") -> bytes:
    """Return a private key in another shape; raises KeyNotRead.

    *key* is PEM or DER, encrypted with *passphrase* or not. *form* is ``pkcs1``, ``pkcs8``,
    ``spki`` (its public key) or ``pkcs1-public``; *armour* is ``pem`` or ``der``. Nothing is
    encrypted.
    """
    command = {
        "pkcs1": ("rsa", "-traditional"),
        "pkcs8": ("pkcs8", "-topk8", "-nocrypt"),
        "spki": ("rsa", "-pubout"),
        "pkcs1-public": ("rsa", "-RSAPublicKey_out"),
    }[form]
    inform = "PEM" if key.lstrip()[:1] == b"-" else "DER"
    with _key_file(passphrase.encode() + b"\n") as path:
        opened = ("-inform", inform, "-outform", armour.upper(), "-passin", f"file:{path.name}")
        try:
            return _run((*command, *opened), key)
        except _Failed as error:
            raise KeyNotRead(str(error)) from None


class _Failed(OpensslMissing):
    """The command ran and said no."""


def _key_file(octets: bytes) -> "tempfile._TemporaryFileWrapper[bytes]":
    """Return a file with *octets* that is gone when it is closed; made with mode 0600."""
    file = tempfile.NamedTemporaryFile(prefix="signproof-")  # noqa: SIM115 - callers close it
    file.write(octets)
    file.flush()
    return file


@cache
def _dgst(options: tuple[str, ...], octets: bytes) -> bytes:
    return _run(("dgst", "-binary", *options), octets).hex().encode()


def _run(arguments: tuple[str, ...], octets: bytes) -> bytes:
    """Return what the command writes when it is given *octets*."""
    command = shutil.which("openssl")
    if command is None:
        raise OpensslMissing("the openssl command is not installed: vectors are written with it")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command over made-up keys
            [command, *arguments], input=octets, capture_output=True, check=False
        )
    except OSError as error:
        raise OpensslMissing(f"{command} cannot be run: {error.strerror}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")[:200]
        raise _Failed(f"openssl {arguments[0]} failed: {said}")
    return done.stdout
