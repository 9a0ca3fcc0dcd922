"""The oracle's pipeline, with plain arithmetic in the place of the openssl command."""

import base64
import hashlib
from functools import lru_cache
from typing import Any

import pytest

from signproof.oracles.tiger_rsa.pipeline import PIPELINE
from signproof.pipeline import Pipeline, Stage


@lru_cache
def numbers(key: str) -> list[int]:
    """Return the numbers in a base64 line of PKCS#1, n at 1 and d at 3."""
    der, at, found = base64.b64decode(key), 4, []
    while at < len(der):
        size, start = der[at + 1], at + 2
        if size > 0x80:
            start += size - 0x80
            size = int.from_bytes(der[at + 2 : start])
        found.append(int.from_bytes(der[start : start + size]))
        at = start + size
    return found


def key_length(key: str | None) -> int:
    return -(-numbers(key)[1].bit_length() // 8) if key else 0


@lru_cache(maxsize=100_000)
def signature(message: bytes | None, key: str | None) -> bytes:
    if message is None or not key:
        return b""
    n, e, d, p, q = numbers(key)[1:6]
    number = int.from_bytes(message)
    if number >= n:
        return b""
    first, second = pow(number, d % (p - 1), p), pow(number, d % (q - 1), q)
    signed = second + q * (pow(q, -1, p) * (first - second) % p)
    assert pow(signed, e, n) == number
    return base64.b64encode(signed.to_bytes(key_length(key)))


QUICK: dict[str, Any] = {
    "digest": lambda content: hashlib.sha1(content).digest(),
    "key_length": key_length,
    "signature": signature,
}


@pytest.fixture(scope="session")
def oracle() -> Pipeline:
    """What the reference's stages give is not what is replayed against."""
    return Pipeline(
        tuple(
            Stage(stage.name, stage.inputs, QUICK.get(stage.name, stage.function))
            for stage in PIPELINE.stages
        )
    )
