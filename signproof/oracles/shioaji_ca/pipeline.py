"""The scheme's pipeline, assembled plainly; digests and RSA arithmetic by the `openssl` command.

The names and inputs of the stages are the scheme's own, so that mistakes edit this pipeline as they
edit the scheme's. What the two readers of a `.env` read is a table, reasoned by hand. BLAKE3, which
the `openssl` command lacks, is written out beside it.
"""

import base64
import time
from collections.abc import Mapping
from typing import Any

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca import blake3
from signproof.oracles.shioaji_ca.env_files import pairs_of, stop_of
from signproof.oracles.shioaji_ca.files import Pairs
from signproof.pipeline import Pipeline, Stage

__all__ = ["OPERATIONS", "PIPELINE", "armoured", "flow"]

OPERATIONS = (
    *("place_order", "cancel_order", "update_price", "update_qty"),
    *("place_comboorder", "cancel_comboorder", "reserve_stock", "reserve_earmarking"),
    "update_agent_harness",
)
"""What a capability token can be for; the first is 1."""


def _common_name(subject: Pairs) -> str | None:
    for name, value in subject:
        if name == "CN":
            return value
    return None


def _person_id(common_name: str | None) -> str:
    return "" if common_name is None else common_name.split("-")[0]


def _signed_text(person_id: str, ip: str, plain_text: str, seconds: int) -> bytes:
    return "".join((person_id, ip, plain_text, str(seconds))).encode("utf-8", "replace")


def _signature(signed_text: bytes, key: bytes) -> bytes:
    """Sign; *key* is PKCS#8 in DER, empty where there is no RSA key."""
    return openssl.sign_sha1(armoured("PRIVATE KEY", key), signed_text) if key else b""


def _envelope(signature: bytes, signed_text: bytes, certificate: bytes) -> bytes:
    parts = [base64.b64encode(part) for part in (signature, signed_text, certificate)]
    return b"pkcs1." + b".".join(parts)


def _expire_time(not_after: int) -> str:
    # gmtime writes years beyond 9999 too; whoever asks for those expects a refusal.
    year, month, day, hour, minute, second = time.gmtime(not_after)[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def _env(file: bytes, dialect: str, environment: Mapping[str, str]) -> Pairs:
    return pairs_of(file, dialect, environment)


def _stopped_at(file: bytes, dialect: str, environment: Mapping[str, str]) -> int | None:
    return stop_of(file, dialect, environment)


def _capability_record(
    server: str,
    operation: str,
    issued_at: int,
    expires_at: int,
    audience: bytes,
    nonce: bytes,
    body_digest: bytes,
) -> bytes:
    environment = {"simulation": "00", "production": "01"}[server]
    number = f"{OPERATIONS.index(operation) + 1:02x}"
    # 16 digits from the highest octet to the lowest, turned round by octets.
    times = (bytes.fromhex(f"{time % 2**64:016x}")[::-1] for time in (issued_at, expires_at))
    head = bytes.fromhex(f"01{environment}{number}")
    return b"".join((head, *times, audience, nonce, body_digest))


def _capability_token(record: bytes, tag: bytes) -> bytes:
    return f"sj1_{(record + tag).hex()}".encode()


def armoured(label: str, octets: bytes) -> bytes:
    """Return PEM."""
    text = base64.b64encode(octets).decode()
    rows = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *rows, f"-----END {label}-----", ""]).encode()


PIPELINE = Pipeline(
    (
        Stage("common_name", ("subject",), _common_name),
        Stage("person_id", ("common_name",), _person_id),
        Stage("signed_text", ("person_id", "ip", "plain_text", "seconds"), _signed_text),
        Stage("signature", ("signed_text", "key"), _signature),
        Stage("envelope", ("signature", "signed_text", "certificate"), _envelope),
        Stage("expire_time", ("not_after",), _expire_time),
        Stage("env", ("file", "dialect", "environment"), _env),
        Stage("stopped_at", ("file", "dialect", "environment"), _stopped_at),
        Stage("capability_key", ("secret", "context"), blake3.derive_key),
        Stage("body_digest", ("body",), blake3.digest),
        Stage(
            "capability_record",
            (
                *("server", "operation", "issued_at", "expires_at"),
                *("audience", "nonce", "body_digest"),
            ),
            _capability_record,
        ),
        Stage("capability_tag", ("capability_record", "capability_key"), blake3.keyed),
        Stage("capability_token", ("capability_record", "capability_tag"), _capability_token),
    )
)


def flow(*runs: str, pipeline: Pipeline = PIPELINE, **values: Any) -> dict[str, Any]:
    """Return what the stages named in *runs* give; the others are idle."""
    idle = {stage.name: None for stage in PIPELINE.stages if stage.name not in runs}
    return pipeline.run({**idle, **values})
