"""The mock's own made-up keys; see keys/README.md for where they come from."""

from functools import cache
from pathlib import Path

from signers import rsa_keys

__all__ = ["gateway_key", "impostor_key", "response_public_key"]

_FOLDER = Path(__file__).parent / "keys"


@cache
def gateway_key() -> rsa_keys.PrivateKey:
    """Return the key that signs the answers of a served mock."""
    return _load("gateway")


@cache
def impostor_key() -> rsa_keys.PrivateKey:
    """Return the key that stands for any other than the gateway's."""
    return _load("impostor")


def response_public_key() -> str:
    """Return the public half of `gateway_key` in one base64 line, as SDKs take Tiger's own."""
    return rsa_keys.public_line(gateway_key())


def _load(name: str) -> rsa_keys.PrivateKey:
    return rsa_keys.load((_FOLDER / f"EXAMPLE-{name}-1024.pem").read_bytes())
