"""Digests and MACs by the `openssl` command."""

import shutil
import subprocess
from functools import cache

__all__ = ["OpensslMissing", "hmac_sha256", "sha1"]


class OpensslMissing(RuntimeError):
    """The command is not installed, or it failed."""


def sha1(octets: bytes) -> bytes:
    """Return the SHA-1 in lower-case hex."""
    return _dgst(("-sha1",), octets)


def hmac_sha256(key: bytes, octets: bytes) -> bytes:
    """Return the HMAC-SHA256 in lower-case hex.

    The command takes no empty key; padded to the block with zeros (RFC 2104, section 2) it is the
    same key as one zero octet.
    """
    hexkey = (key or b"\0").hex()
    return _dgst(("-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{hexkey}"), octets)


@cache
def _dgst(options: tuple[str, ...], octets: bytes) -> bytes:
    command = shutil.which("openssl")
    if command is None:
        raise OpensslMissing("the openssl command is not installed: vectors are written with it")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command over made-up keys
            [command, "dgst", "-binary", *options], input=octets, capture_output=True, check=False
        )
    except OSError as error:
        raise OpensslMissing(f"{command} cannot be run: {error.strerror}") from None
    if done.returncode != 0:
        raise OpensslMissing(f"openssl dgst failed: {done.stderr.decode(errors='replace')[:200]}")
    return done.stdout.hex().encode()
