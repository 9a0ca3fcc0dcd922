"""What a wrong signature of tiger-rsa shows by itself, as a person reads it."""

import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from signproof.schemes.tiger_rsa.opened import opened
from signproof.schemes.tiger_rsa.replay import LOAD_KEY, REQUEST, SIGN

pytestmark = pytest.mark.once

KEYS = Path(__file__).parents[1] / "signers" / "tiger" / "keys"

Json = dict[str, Any]


def key(name: str) -> RSAPrivateKey:
    loaded = load_pem_private_key((KEYS / f"EXAMPLE-{name}.pem").read_bytes(), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


OWN, GATEWAY, LONGER = key("page-1024"), key("gateway-1024"), key("client-2048")


def line(private: RSAPrivateKey) -> str:
    octets = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return b64encode(octets).decode()


def public_line(private: RSAPrivateKey) -> str:
    public = private.public_key()
    octets = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(octets).decode()


CREDENTIAL = {"tiger_id": "1", "private_key": line(OWN)}
KNOWS = {**CREDENTIAL, "tiger_public_key": public_line(GATEWAY)}
CONTENT = b"a=1&b=\xc3\xa9"
INPUT: Json = {"params": [["b", "é"], ["a", "1"]]}
SHA1_HEX = hashlib.sha1(CONTENT).hexdigest()
INFO = bytes.fromhex("3021300906052b0e03021a05000414")
WITHOUT_NULL = bytes.fromhex("301f300706052b0e03021a0414")
UNKNOWN = bytes.fromhex("301f3007060529010203040414")
RIPEMD160 = bytes.fromhex("3021300906052b2403020105000414")


def signed(content: bytes, digest: HashAlgorithm, private: RSAPrivateKey = OWN) -> bytes:
    return private.sign(content, padding.PKCS1v15(), digest)


def raw(message: bytes, private: RSAPrivateKey = OWN) -> bytes:
    """Exponentiate an encoded message."""
    numbers = private.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(message), numbers.d, modulus).to_bytes(private.key_size // 8)


def padded(content: bytes, kind: int = 1) -> bytes:
    filled = (b"\xff" if kind == 1 else b"\x2a") * (128 - 3 - len(content))
    return bytes([0, kind]) + filled + b"\0" + content


def pss(digest: HashAlgorithm) -> bytes:
    mask = padding.PSS(padding.MGF1(digest), 0)
    return OWN.sign(CONTENT, mask, digest)


RIGHT = signed(CONTENT, SHA1())
PKCS1 = "PKCS#1 v1.5, SHA-1, over the right content"
ALTERED = "this key does not open it: it was made with another private key, or altered"


def base64(octets: bytes) -> str:
    return b64encode(octets).decode()


RIGHT_KEY = ": the key is right, what was signed is not what was sent"
SHA256_OF_OTHER = hashlib.sha256(b"other").hexdigest()
SIGNATURES = [
    ("sha256", signed(CONTENT, SHA256()), "PKCS#1 v1.5, SHA-256, over the right content"),
    ("md5", signed(CONTENT, MD5()), "PKCS#1 v1.5, MD5, over the right content"),
    ("sha512", signed(CONTENT, SHA512()), "PKCS#1 v1.5, SHA-512, over the right content"),
    (
        "sha256-of-another",
        signed(b"other", SHA256()),
        f"PKCS#1 v1.5, SHA-256, over another content, whose digest is {SHA256_OF_OTHER}{RIGHT_KEY}",
    ),
    (
        "nothing",
        signed(b"", SHA1()),
        "PKCS#1 v1.5, SHA-1, over nothing: what was signed was empty",
    ),
    (
        "another-content",
        signed(b"b=1", SHA1()),
        (
            "PKCS#1 v1.5, SHA-1, over another content, whose digest is "
            f"{hashlib.sha1(b'b=1').hexdigest()}{RIGHT_KEY}"
        ),
    ),
    (
        "digested-twice",
        signed(hashlib.sha1(CONTENT).digest(), SHA1()),
        "PKCS#1 v1.5, SHA-1, over the SHA-1 of the right content, which is digested once only",
    ),
    (
        "hex-of-the-digest-signed",
        signed(SHA1_HEX.encode(), SHA1()),
        (
            "PKCS#1 v1.5, SHA-1, over the SHA-1 of the right content, in hexadecimal, which is "
            "digested once only"
        ),
    ),
    (
        "digest-info-without-null",
        raw(padded(WITHOUT_NULL + bytes.fromhex(SHA1_HEX))),
        "PKCS#1 v1.5, SHA-1 without the NULL parameter, over the right content",
    ),
    (
        "unknown-digest",
        raw(padded(UNKNOWN + bytes(20))),
        (
            "PKCS#1 v1.5, an unknown digest without the NULL parameter, over another content, "
            f"whose digest is {'00' * 20}{RIGHT_KEY}"
        ),
    ),
    (
        "ripemd160",
        raw(padded(RIPEMD160 + bytes(20))),
        f"PKCS#1 v1.5, RIPEMD-160, over another content, whose digest is {'00' * 20}{RIGHT_KEY}",
    ),
    (
        "bare-digest",
        raw(padded(bytes.fromhex(SHA1_HEX))),
        "PKCS#1 v1.5 without a DigestInfo: the SHA-1 of the right content",
    ),
    (
        "bare-md5",
        raw(padded(hashlib.md5(CONTENT).digest())),
        "PKCS#1 v1.5 without a DigestInfo: the MD5 of the right content",
    ),
    (
        "bare-hexadecimal",
        raw(padded(SHA1_HEX.upper().encode())),
        "PKCS#1 v1.5 without a DigestInfo: the SHA-1 of the right content, in hexadecimal",
    ),
    (
        "bare-content",
        raw(padded(CONTENT)),
        "PKCS#1 v1.5 without a DigestInfo: the content itself, not digested",
    ),
    (
        "bare-other",
        raw(padded(bytes(range(1, 21)))),
        "PKCS#1 v1.5 without a DigestInfo: 20 octets, 0102030405060708090a0b0c0d0e0f1011121314",
    ),
    (
        "bare-other-long",
        raw(padded(bytes(range(1, 22)))),
        "PKCS#1 v1.5 without a DigestInfo: 21 octets, 0102030405060708090a0b0c0d0e0f1011121314…",
    ),
    (
        "encrypted",
        raw(padded(INFO + bytes.fromhex(SHA1_HEX), 2)),
        (
            "the padding of an encryption (block type 2): the SHA-1 of the right content, in a "
            "DigestInfo"
        ),
    ),
    (
        "encrypted-content",
        raw(padded(CONTENT, 2)),
        "the padding of an encryption (block type 2): the content itself, not digested",
    ),
    (
        "not-padded",
        raw(bytes.fromhex(SHA1_HEX).rjust(128, b"\0")),
        "no padding: the SHA-1 of the right content",
    ),
    (
        "not-padded-digest-info",
        raw((INFO + bytes.fromhex(SHA1_HEX)).rjust(128, b"\0")),
        "no padding: the SHA-1 of the right content, in a DigestInfo",
    ),
    ("nothing", bytes(128), "no padding: nothing"),
    ("bare-nothing", raw(padded(b"")), "PKCS#1 v1.5 without a DigestInfo: nothing"),
    ("pss", pss(SHA1()), "PSS padding with SHA-1, where PKCS#1 v1.5 is right"),
    ("pss-sha256", pss(SHA256()), "PSS padding with SHA-256, where PKCS#1 v1.5 is right"),
    ("altered", RIGHT[:-1] + bytes([RIGHT[-1] ^ 1]), ALTERED),
    ("out-of-range", b"\xff" * 128, ALTERED),
    (
        "cut-off",
        RIGHT[:127],
        "127 octets, where this key gives 128: another key, or cut off",
    ),
    (
        "longer-key",
        signed(CONTENT, SHA1(), LONGER),
        "256 octets, where this key gives 128: another key, or cut off",
    ),
    ("gateways-key-unknown", signed(CONTENT, SHA1(), GATEWAY), ALTERED),
]


@pytest.mark.parametrize(
    ("octets", "text"), [row[1:] for row in SIGNATURES], ids=[row[0] for row in SIGNATURES]
)
def test_a_signature(octets: bytes, text: str) -> None:
    assert opened(SIGN, CREDENTIAL, INPUT, {"sign": base64(octets)}) == text


WRAPPED = base64(RIGHT)[:76] + "\n" + base64(RIGHT)[76:] + "\n"
RIGHT_IN_URL = base64(RIGHT).replace("+", "-").replace("/", "_")
assert base64(RIGHT) != RIGHT_IN_URL
SPELLINGS = [
    ("right", base64(RIGHT), PKCS1),
    ("hexadecimal", RIGHT.hex(), f"hexadecimal, where base64 is right; {PKCS1}"),
    ("capitals", RIGHT.hex().upper(), f"hexadecimal, where base64 is right; {PKCS1}"),
    ("spaced-hexadecimal", RIGHT.hex(" "), f"hexadecimal, where base64 is right; {PKCS1}"),
    ("url-safe", RIGHT_IN_URL, f"base64 with the URL-safe alphabet; {PKCS1}"),
    ("unpadded", base64(RIGHT).rstrip("="), f"base64 with its padding missing; {PKCS1}"),
    (
        "url-safe-unpadded",
        RIGHT_IN_URL.rstrip("="),
        f"base64 with the URL-safe alphabet and its padding missing; {PKCS1}",
    ),
    (
        "wrapped",
        base64(RIGHT)[:76] + "\n" + base64(RIGHT)[76:] + "\n",
        f"base64 with white space in it; {PKCS1}",
    ),
    ("padded-too-much", base64(RIGHT) + "=", f"base64 with too much padding; {PKCS1}"),
    (
        "stray-bits",
        base64(RIGHT)[:-2] + chr(ord(base64(RIGHT)[-2]) + 1) + "=",
        f"base64 with stray bits at its end; {PKCS1}",
    ),
    ("no-base64", "no base64 at all!", "the signature is neither base64 nor hexadecimal"),
    ("not-ascii", "é" * 172, "the signature is neither base64 nor hexadecimal"),
    ("one-character", "A", "the signature is neither base64 nor hexadecimal"),
    (
        "hexadecimal-that-is-short",
        "abcd",
        "3 octets, where this key gives 128: another key, or cut off",
    ),
    ("nothing", "", ""),
    ("no-text", None, ""),
]


@pytest.mark.parametrize(
    ("sign", "text"), [row[1:] for row in SPELLINGS], ids=[row[0] for row in SPELLINGS]
)
def test_a_spelling(sign: str | None, text: str) -> None:
    assert opened(SIGN, CREDENTIAL, INPUT, {"sign": sign}) == text


BY_GATEWAY = "made with the private half of tiger_public_key, not with this key: "


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (RIGHT, PKCS1),
        (signed(CONTENT, SHA1(), GATEWAY), BY_GATEWAY + PKCS1),
        (
            signed(CONTENT, SHA256(), GATEWAY),
            f"{BY_GATEWAY}PKCS#1 v1.5, SHA-256, over the right content",
        ),
        (b"\xff" * 128, ALTERED),
        (RIGHT[:127], "127 octets, where this key gives 128: another key, or cut off"),
    ],
)
def test_the_gateways_key_is_tried_as_well(octets: bytes, text: str) -> None:
    assert opened(SIGN, KNOWS, INPUT, {"sign": base64(octets)}) == text


def test_the_gateways_key_may_be_longer() -> None:
    credential = {**CREDENTIAL, "tiger_public_key": public_line(LONGER)}
    sign = base64(signed(CONTENT, SHA1(), LONGER))
    assert opened(SIGN, credential, INPUT, {"sign": sign}) == BY_GATEWAY + PKCS1


def test_an_operation_that_signs_nothing_has_nothing_to_open() -> None:
    assert opened(None, CREDENTIAL, INPUT, {"sign": base64(RIGHT)}) == ""


def test_a_credential_whose_key_does_not_load() -> None:
    credential = {"tiger_id": "1", "private_key": "no key"}
    assert opened(SIGN, credential, INPUT, {"sign": base64(RIGHT)}) == ""


# load-key has its key in the input.


def loading(octets: bytes) -> Json:
    return {"key_b64": base64(octets), "content": "a=1&b=é"}


@pytest.mark.parametrize(
    ("held", "sign", "text"),
    [
        (line(OWN).encode(), RIGHT, PKCS1),
        (line(OWN).encode(), signed(CONTENT, SHA1(), GATEWAY), ALTERED),
        (line(GATEWAY).encode(), signed(CONTENT, SHA1(), GATEWAY), PKCS1),
        (b"no key", RIGHT, ""),
    ],
)
def test_a_key_of_the_input(held: bytes, sign: bytes, text: str) -> None:
    assert opened(LOAD_KEY, {}, loading(held), {"sign": base64(sign)}) == text


# A request: the signature stands in its body, and so does the content.

ASKED: Json = {
    "api_method": "accounts",
    "biz_content": "{}",
    "timestamp": "2026-01-02 03:04:05",
    "charset": "UTF-8",
    "more": [],
}


def request(body: bytes, **changes: object) -> Json:
    made: Json = {"method": "POST", "path": "/gateway", "query": None, "headers": []}
    return {**made, "body_b64": base64(body), **changes}


def signed_body(content: bytes, digest: HashAlgorithm) -> bytes:
    return json.dumps({"b": "é", "a": "1", "sign": base64(signed(content, digest))}).encode()


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (request(signed_body(CONTENT, SHA1())), PKCS1),
        (
            request(signed_body(CONTENT, SHA256())),
            "PKCS#1 v1.5, SHA-256, over the right content",
        ),
        (
            request(signed_body(b"a=1", SHA1())),
            (
                "PKCS#1 v1.5, SHA-1, over another content, whose digest is "
                f"{hashlib.sha1(b'a=1').hexdigest()}{RIGHT_KEY}"
            ),
        ),
        (request(b'{"a":"1"}'), ""),
        (request(b'{"sign":1}'), "the signature is neither base64 nor hexadecimal"),
        (request(b'{"sign":null}'), ""),
        (request(b"no JSON"), ""),
        (request(b"", body_b64="no base64"), ""),
    ],
)
def test_a_request(made: Json, text: str) -> None:
    assert opened(REQUEST, CREDENTIAL, ASKED, made) == text


def test_a_request_over_what_was_asked_for() -> None:
    """The content of the input is right as well, though another was sent."""
    asked = (
        b"biz_content={}&charset=UTF-8&method=accounts&sign_type=RSA&tiger_id=1&"
        b"timestamp=2026-01-02 03:04:05&version=2.0"
    )
    assert opened(REQUEST, CREDENTIAL, ASKED, request(signed_body(asked, SHA1()))) == PKCS1
