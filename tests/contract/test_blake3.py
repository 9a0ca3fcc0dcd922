"""The oracle's BLAKE3 against published values, and against the library."""

import pytest
from blake3 import blake3 as library

from signproof.oracles.shioaji_ca import blake3 as oracle

pytestmark = pytest.mark.once

# test_vectors/test_vectors.json of the repository BLAKE3-team/BLAKE3 (CC0): the first 32 octets of
# hash, keyed_hash and derive_key by the input's length; key and context are the file's own.
KEY = b"whats the Elvish word for friend"
CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context"
PUBLISHED = {
    0: (
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
        "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
    ),
    1: (
        "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
        "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
    ),
    1024: (
        "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
        "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706",
    ),
    1025: (
        "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
        "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
    ),
    3073: (
        "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3",
        "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a",
        "72613c9ec9ff7e40f8f5c173784c532ad852e827dba2bf85b2ab4b76f7079081",
    ),
    5121: (
        "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff",
        "6ccf1c34753e7a044db80798ecd0782a8f76f33563accaddbfbb2e0ea4b2d024",
        "b07f01e518e702f7ccb44a267e9e112d403a7b3f4883a47ffbed4b48339b3c34",
    ),
}


def filled(length: int) -> bytes:
    """Return the file's input of a length: 0 to 250, over and over."""
    return bytes(at % 251 for at in range(length))


@pytest.mark.parametrize("length", PUBLISHED)
def test_the_oracle_gives_the_published_values(length: int) -> None:
    octets = filled(length)
    found = (oracle.digest(octets), oracle.keyed(octets, KEY), oracle.derive_key(octets, CONTEXT))
    assert tuple(one.hex() for one in found) == PUBLISHED[length]


def assert_alike(octets: bytes) -> None:
    assert oracle.digest(octets) == library(octets).digest()
    assert oracle.keyed(octets, KEY) == library(octets, key=KEY).digest()
    derived = library(octets, derive_key_context=CONTEXT).digest()
    assert oracle.derive_key(octets, CONTEXT) == derived


def test_the_oracle_and_the_library_agree_around_the_ends_of_blocks_and_chunks() -> None:
    blocks = {64 * block + off for block in range(4) for off in (0, 1, 2, 31, 63)}
    chunks = {1024 * chunk + off for chunk in (1, 2) for off in (-1, 0, 1, 64, 511, 960, 961)}
    for length in sorted(blocks | chunks):
        assert_alike(filled(length))


@pytest.mark.heavy
def test_the_oracle_and_the_library_agree_at_every_length() -> None:
    for length in range(3001):
        assert_alike(filled(length))


@pytest.mark.parametrize("context", ["", "\u9999 \u00e9", "EXAMPLE " * 200])
def test_contexts_of_any_length(context: str) -> None:
    derived = library(b"EXAMPLE", derive_key_context=context).digest()
    assert oracle.derive_key(b"EXAMPLE", context) == derived
