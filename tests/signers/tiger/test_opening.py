"""What a signature tells when opened; the signatures are openssl's, and arithmetic by openssl."""

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.tiger import Opened, Padding, open_signature

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

CONTENT = b"a=1&b=2"
DIGEST = hashlib.sha1(CONTENT).digest()
KEYS = ["page-1024", "client-1025", "client-2048"]


def opened(openssl: "Openssl", key: str, signature: bytes) -> Opened:
    return open_signature(signature, openssl.key(key).public_key())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "name", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ripemd160"]
)
def test_digests(openssl: "Openssl", key: str, name: str) -> None:
    try:
        signature = openssl.run("dgst", f"-{name}", "-sign", openssl.path(key), octets=CONTENT)
        digest = openssl.run("dgst", f"-{name}", "-binary", octets=CONTENT)
    except Exception:  # noqa: BLE001
        pytest.skip(f"this openssl has no {name}")
    assert opened(openssl, key, signature) == Opened(
        Padding.PKCS1,
        algorithm=name,
        digest=digest,
        has_null=True,
        encoded_message=openssl.opened(key, signature),
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384"])
@pytest.mark.parametrize("salt", [0, 1, 20, "max"])
def test_pss(openssl: "Openssl", key: str, name: str, salt: int | str) -> None:
    signature = openssl.sign(
        key,
        CONTENT,
        f"-{name}",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        f"rsa_pss_saltlen:{salt}",
    )
    size = {"sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48}[name]
    bits = int(key[-4:])
    most = (bits - 1 + 7) // 8 - size - 2
    found = opened(openssl, key, signature)
    message = openssl.opened(key, signature)
    expected = Opened(
        Padding.PSS,
        algorithm=name,
        salt_length=most if salt == "max" else int(salt),
        encoded_message=message,
    )
    # Without zeros to know it by, noise makes another algorithm fit too, at times.
    doubtful = [Opened(Padding.PSS, encoded_message=message)] if salt == "max" else []
    assert found in [expected, *doubtful]


def message(middle: bytes, length: int = 128) -> bytes:
    """Return 00 01 FF.. 00 and what follows, of this length."""
    return b"\x00\x01" + b"\xff" * (length - 3 - len(middle)) + b"\x00" + middle


INFO = bytes.fromhex("3021300906052b0e03021a05000414")
NO_NULL = bytes.fromhex("301f300706052b0e03021a0414")


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (message(INFO + DIGEST), Opened(Padding.PKCS1, "sha1", DIGEST, True)),  # noqa: FBT003
        (message(NO_NULL + DIGEST), Opened(Padding.PKCS1, "sha1", DIGEST, False)),  # noqa: FBT003
        (
            message(bytes.fromhex("300d300906052b0e03021a05000400")),
            Opened(Padding.PKCS1, "sha1", b"", True),  # noqa: FBT003
        ),
        # An object identifier that is no known digest's.
        (
            message(bytes.fromhex("300c300806042b0e030205000400")),
            Opened(Padding.PKCS1, None, b"", True),  # noqa: FBT003
        ),
        *(
            (message(content), Opened(Padding.PKCS1_BARE, digest=content))
            for content in (
                b"",
                DIGEST,
                DIGEST.hex().encode(),
                CONTENT,
                INFO + DIGEST + b"\x00",  # something after it
                INFO + DIGEST[:-1],  # cut off
                b"\x30\x22" + INFO[2:] + DIGEST + b"\x00",  # something after it, within
                b"\x30\x81\x21" + INFO[2:] + DIGEST,  # a long length
                b"\x31" + INFO[1:] + DIGEST,
                bytes.fromhex("3009310705052b0e03021a"),  # no sequence within
                bytes.fromhex("3009300704052b0e03021a"),  # no identifier
                bytes.fromhex("3009300706052b0e03021a"),  # no digest
                bytes.fromhex("3021300906052b0e03021a05010414") + DIGEST,
                b"\x30",
            )
        ),
        (
            b"\x00\x02" + b"\x55" * 105 + b"\x00" + DIGEST,
            Opened(Padding.PKCS1_TYPE_2, digest=DIGEST),
        ),
        (bytes(108) + b"\x01" + DIGEST[1:], Opened(Padding.NONE, digest=b"\x01" + DIGEST[1:])),
        (bytes(128), Opened(Padding.NONE, digest=b"")),
        *(
            (encoded, Opened(Padding.OTHER_KEY))
            for encoded in (
                b"\x00\x01" + b"\xff" * 7 + b"\x00" + b"\x55" * 118,  # padding too short
                b"\x00\x01" + b"\xff" * 60 + b"\xfe\x00" + b"\x55" * 64,
                b"\x00\x01" + b"\xff" * 126,
                b"\x00\x02" + b"\x55" * 7 + b"\x00" + b"\x55" * 118,
                b"\x00\x02" + b"\x55" * 126,
                b"\x00\x03" + b"\x55" * 126,
                b"\x55" * 128,
                b"\x80" + b"\x55" * 126 + b"\xbc",  # a bit that PSS leaves zero
                b"\x55" * 127 + b"\xbc",
            )
        ),
    ],
)
def test_encoded_messages(openssl: "Openssl", encoded: bytes, expected: Opened) -> None:
    found = opened(openssl, "page-1024", openssl.raw("page-1024", encoded))
    assert found == Opened(
        expected.padding, expected.algorithm, expected.digest, expected.has_null, None, encoded
    )


def test_padding_without_digest_info_by_openssl(openssl: "Openssl") -> None:
    found = opened(openssl, "page-1024", openssl.padded("page-1024", DIGEST))
    assert (found.padding, found.digest) == (Padding.PKCS1_BARE, DIGEST)


def test_other_keys(openssl: "Openssl") -> None:
    signature = openssl.sign("gateway-1024", CONTENT)
    found = opened(openssl, "page-1024", signature).padding
    assert found in (Padding.OTHER_KEY, Padding.OUT_OF_RANGE)
    assert opened(openssl, "client-2048", signature) == Opened(Padding.WRONG_LENGTH)
    assert opened(openssl, "page-1024", b"") == Opened(Padding.WRONG_LENGTH)
    assert opened(openssl, "page-1024", b"\xff" * 128) == Opened(Padding.OUT_OF_RANGE)


def pss(seed: bytes, block: bytes, name: str) -> bytes:
    """Return EMSA-PSS of 1024 bits with this hash value and unmasked block."""
    mask = b"".join(
        hashlib.new(name, seed + number.to_bytes(4, "big")).digest() for number in range(7)
    )
    octets = bytes(left ^ right for left, right in zip(block, mask, strict=False))
    return bytes([octets[0] & 0x7F]) + octets[1:] + seed + b"\xbc"


def test_pss_that_fits_twice(openssl: "Openssl") -> None:
    """A full salt of SHA-1, made until noise makes SHA-256 fit as well."""
    for number in range(100_000):
        seed = hashlib.sha1(number.to_bytes(4, "big")).digest()
        encoded = pss(seed, b"\x01" + b"\x55" * 106, "sha1")
        mask = hashlib.sha256(encoded[95:127] + bytes(4)).digest()
        if (encoded[0] ^ mask[0]) & 0x7F == 1:
            break
    found = opened(openssl, "page-1024", openssl.raw("page-1024", encoded))
    assert found == Opened(Padding.PSS, encoded_message=encoded)


def test_pss_in_a_small_key(openssl: "Openssl") -> None:
    """What ends like PSS, where SHA-512 and SHA-384 leave too little room."""
    encoded = b"\x2a" * 63 + b"\xbc"
    found = opened(openssl, "tiny-512", openssl.raw("tiny-512", encoded))
    assert found == Opened(Padding.OTHER_KEY, encoded_message=encoded)


def test_the_octet_beyond_a_1025_bit_modulus(openssl: "Openssl") -> None:
    encoded = b"\x01" + b"\x00" * 127 + b"\xbc"
    found = opened(openssl, "client-1025", openssl.raw("client-1025", encoded))
    assert found == Opened(Padding.OTHER_KEY, encoded_message=encoded)


@given(
    st.binary(min_size=127, max_size=129)
    | st.binary(max_size=9).map(lambda end: bytes(128 - len(end)) + end)
)
def test_any_octets(openssl: "Openssl", signature: bytes) -> None:
    assert opened(openssl, "page-1024", signature).padding in Padding


@given(st.binary(max_size=40), st.integers(0, 127))
def test_any_content(openssl: "Openssl", content: bytes, at: int) -> None:
    """What is padded by the rule is found again; changed in one octet it never reads as right."""
    modulus = openssl.key("page-1024").private_numbers()
    n, d = modulus.public_numbers.n, modulus.d

    def signed(encoded: bytes) -> bytes:
        return pow(int.from_bytes(encoded), d, n).to_bytes(128)

    digest = hashlib.sha1(content).digest()
    encoded = message(INFO + digest)
    assert opened(openssl, "page-1024", signed(encoded)).digest == digest
    altered = bytearray(encoded)
    altered[at] ^= 1
    found = opened(openssl, "page-1024", signed(bytes(altered)))
    assert (found.padding, found.algorithm, found.digest) != (Padding.PKCS1, "sha1", digest)
