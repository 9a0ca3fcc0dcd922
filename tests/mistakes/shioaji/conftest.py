"""The tests' own cases, and the oracle's pipeline with plain arithmetic for the openssl command."""

import hashlib
from functools import lru_cache
from typing import Any

import pytest

from signproof import schemes
from signproof.corpus import Case
from signproof.oracles.shioaji_ca.pipeline import PIPELINE
from signproof.pipeline import Pipeline, Stage
from tests.mistakes.shioaji import cases as own

SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


@lru_cache
def numbers(key: bytes) -> list[int]:
    """Return n, e, d and the primes, in a key with a modulus of 128 octets or more."""
    der = key[key.index(b"\x02\x01\x00\x02\x81") + 3 :]
    found = []
    while der:
        size, start = der[1], 2
        if size > 0x80:
            start += size - 0x80
            size = int.from_bytes(der[2:start])
        found.append(int.from_bytes(der[start : start + size]))
        der = der[start + size :]
    return found


@lru_cache(maxsize=100_000)
def signature(text: bytes, key: bytes) -> bytes:
    n, _, d, p, q = numbers(key)[:5]
    size = -(-n.bit_length() // 8)
    info = SHA1_INFO + hashlib.sha1(text).digest()
    number = int.from_bytes(b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info)
    first, second = pow(number, d % (p - 1), p), pow(number, d % (q - 1), q)
    return (second + q * (pow(q, -1, p) * (first - second) % p)).to_bytes(size)


@pytest.fixture(scope="session")
def oracle() -> Pipeline:
    """What the reference's stages give is not what is replayed against.

    But for the `.env`: what the oracle knows of it is a table of the files in the vectors.
    """
    reference = {stage.name: stage.function for stage in schemes.get("shioaji-ca").pipeline.stages}
    quick: dict[str, Any] = {
        "signature": signature,
        "env": reference["env"],
        "stopped_at": reference["stopped_at"],
    }
    return Pipeline(
        tuple(
            Stage(stage.name, stage.inputs, quick.get(stage.name, stage.function))
            for stage in PIPELINE.stages
        )
    )


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """The cases of the tests' own by operation and name."""
    return own.cases(tmp_path_factory.mktemp("key"))
