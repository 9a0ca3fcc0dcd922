"""The scheme's pipeline, over the reference's stages.

One pipeline serves CA signatures, person ids, expire times and the `.env`: what a flow does not
have is given as None, and the stage that would make it does not run.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signers.errors import SignerError
from signers.shioaji import env, format_expire_time
from signers.shioaji.ca import stages
from signproof.pipeline import Pipeline, Stage

__all__ = ["PIPELINE", "STAGES", "Pairs"]

Pairs = tuple[tuple[str, str], ...]

STAGES: Final = ("signed_text", "signature", "envelope")
"""The stages that vectors hold; the others only connect them to inputs."""


def _common_name(subject: Pairs) -> str | None:
    """Return the first CN of (attribute, value) pairs, None where there is none."""
    return next((value for name, value in subject if name == "CN"), None)


def _person_id(common_name: str | None) -> str:
    """Return what stands before the first `-`; empty where that is nothing."""
    return (common_name or "").partition("-")[0]


def _signed_text(person_id: str, ip: str, plain_text: str, seconds: int) -> bytes:
    try:
        return stages.signed_text(person_id, ip, plain_text, seconds)
    except SignerError:  # of a wrong client
        return f"{person_id}{ip}{plain_text}{seconds}".encode("utf-8", "replace")


@lru_cache(maxsize=8192)
def _signature(signed_text: bytes, key: bytes) -> bytes:
    return stages.pkcs1_signature(_loaded(key), signed_text)


@lru_cache(maxsize=64)
def _loaded(key: bytes) -> RSAPrivateKey:
    loaded = load_der_private_key(key, None)
    if not isinstance(loaded, RSAPrivateKey):
        raise TypeError("a CA signature is made with an RSA key")
    return loaded


def _envelope(signature: bytes, signed_text: bytes, certificate: bytes) -> bytes:
    return stages.join(stages.Method.PKCS1, signature, signed_text, certificate).encode()


def _env(file: bytes, dialect: str, environment: Mapping[str, str]) -> Pairs:
    """Return the known keys with their values, sorted."""
    values = env.read(file, env.Dialect(dialect), environment).values
    return tuple(sorted((key, value.reveal_text()) for key, value in values.items()))


PIPELINE = Pipeline(
    (
        Stage("common_name", ("subject",), _common_name),
        Stage("person_id", ("common_name",), _person_id),
        Stage("signed_text", ("person_id", "ip", "plain_text", "seconds"), _signed_text),
        Stage("signature", ("signed_text", "key"), _signature),
        Stage("envelope", ("signature", "signed_text", "certificate"), _envelope),
        Stage("expire_time", ("not_after",), format_expire_time),
        Stage("env", ("file", "dialect", "environment"), _env),
    )
)
