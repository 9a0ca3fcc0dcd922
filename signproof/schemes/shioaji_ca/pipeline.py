"""The scheme's pipeline, over the reference's stages.

One pipeline serves CA signatures, person ids, expire times, the `.env` and capability tokens: what
a flow does not have is given as None, and the stage that would make it does not run.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signers.errors import SignerError
from signers.shioaji import capability, env, format_expire_time
from signers.shioaji.ca import stages
from signers.tiger import stages as tiger
from signproof.mistakes.rsa import Shown
from signproof.pipeline import Pipeline, Stage

__all__ = ["OF_CAPABILITIES", "OF_SIGNATURES", "PIPELINE", "STAGES", "Pairs"]

Pairs = tuple[tuple[str, str], ...]

OF_SIGNATURES: Final = ("signed_text", "signature", "envelope")
OF_CAPABILITIES: Final = (
    "capability_key",
    "body_digest",
    "capability_record",
    "capability_tag",
    "capability_token",
)
STAGES: Final = (*OF_SIGNATURES, *OF_CAPABILITIES)
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


def _signature(signed_text: bytes, key: bytes | Shown) -> bytes:
    """Sign; *key* is PKCS#8 in DER."""
    if not isinstance(key, Shown):
        return _signed(signed_text, key)
    length = (key.modulus.bit_length() + 7) // 8
    return key.signed(tiger.encoded_message(tiger.digest(signed_text), length))


@lru_cache(maxsize=8192)
def _signed(signed_text: bytes, key: bytes) -> bytes:
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


def _stopped_at(file: bytes, dialect: str, environment: Mapping[str, str]) -> int | None:
    """Return the line at which reading ended silently, from 1; None where it did not."""
    return env.read(file, env.Dialect(dialect), environment).stopped_at


def _capability_record(
    server: str,
    operation: str,
    issued_at: int,
    expires_at: int,
    audience: bytes,
    nonce: bytes,
    body_digest: bytes,
) -> bytes:
    environment = capability.Environment(server)
    protected = capability.ProtectedOperation(operation)
    try:
        return capability.record(
            capability.Capability(
                environment=environment,
                operation=protected,
                issued_at=issued_at,
                expires_at=expires_at,
                audience=audience,
                nonce=nonce,
                body_digest=body_digest,
            )
        )
    except SignerError:  # of a wrong client
        head = (1, [*capability.Environment].index(environment))
        number = [*capability.ProtectedOperation].index(protected) + 1
        times = (time % 2**64 for time in (issued_at, expires_at))
        written = b"".join(time.to_bytes(8, "little") for time in times)
        return bytes((*head, number)) + written + audience + nonce + body_digest


def _capability_token(record: bytes, tag: bytes) -> bytes:
    return capability.join(record, tag).encode()


PIPELINE = Pipeline(
    (
        Stage("common_name", ("subject",), _common_name),
        Stage("person_id", ("common_name",), _person_id),
        Stage("signed_text", ("person_id", "ip", "plain_text", "seconds"), _signed_text),
        Stage("signature", ("signed_text", "key"), _signature),
        Stage("envelope", ("signature", "signed_text", "certificate"), _envelope),
        Stage("expire_time", ("not_after",), format_expire_time),
        Stage("env", ("file", "dialect", "environment"), _env),
        Stage("stopped_at", ("file", "dialect", "environment"), _stopped_at),
        Stage("capability_key", ("secret", "context"), capability.tag_key),
        Stage("body_digest", ("body",), capability.body_digest),
        Stage(
            "capability_record",
            (
                *("server", "operation", "issued_at", "expires_at"),
                *("audience", "nonce", "body_digest"),
            ),
            _capability_record,
        ),
        Stage("capability_tag", ("capability_record", "capability_key"), capability.tag),
        Stage("capability_token", ("capability_record", "capability_tag"), _capability_token),
    )
)
