"""The oracle's digests against known answers and the standard library, and when there are none."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signproof.oracles import openssl
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE

REMEMBERING = (
    openssl._dgst,
    openssl.sign,
    openssl.open_pkcs12,
    openssl.raw_rsa,
    openssl.modulus,
    openssl.key_shape,
)
KEYS = Path(__file__).parents[2] / "vectors/tiger-rsa/fixtures"
PAGE = (KEYS / "EXAMPLE-page-1024.pem").read_bytes()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    for function in REMEMBERING:
        function.cache_clear()
    yield
    for function in REMEMBERING:
        function.cache_clear()


@pytest.mark.parametrize(
    ("octets", "digest"),
    [
        (b'{"foo":"bar"}', b"a5e744d0164540d33b1d7ea616c28f2fa97e754a"),
        (b"", b"da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (b"abc", b"a9993e364706816aba3e25717850c26c9cd0d89d"),
    ],
)
def test_sha1_gives_the_known_answers(octets: bytes, digest: bytes) -> None:
    assert openssl.sha1(octets) == digest


@pytest.mark.parametrize("octets", [b"\0", bytes(range(256)), b"x" * 63, b"x" * 64, b"x" * 65])
def test_sha1_is_the_standard_librarys(octets: bytes) -> None:
    assert openssl.sha1(octets) == hashlib.sha1(octets).hexdigest().encode()


@pytest.mark.parametrize(
    ("key", "octets", "mac"),
    [
        # RFC 4231, test cases 1 and 2.
        (
            b"\x0b" * 20,
            b"Hi There",
            b"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ],
)
def test_hmac_gives_the_known_answers(key: bytes, octets: bytes, mac: bytes) -> None:
    assert openssl.hmac_sha256(key, octets) == mac


@pytest.mark.parametrize("key", [b"", b"\0", b"k", b"k" * 64, b"k" * 65, "例".encode(), b"\xff"])
@pytest.mark.parametrize("octets", [b"", b"text", bytes(range(256))])
def test_hmac_is_the_standard_librarys(key: bytes, octets: bytes) -> None:
    expected = hmac.new(key, octets, hashlib.sha256).hexdigest().encode()
    assert openssl.hmac_sha256(key, octets) == expected


def test_the_oracles_pipeline_gives_a_value_computed_by_hand() -> None:
    results = PIPELINE.run(
        {
            "app_key": b"k",
            "app_secret": b"s",
            "access_token": b"t",
            "refreshed_token": None,
            "method": b"post",
            "path": b"/v1/x",
            "query": b"a=1",
            "body": b'{"foo":"bar"}',
            "timestamp": b"1",
        }
    )
    canonical = (
        b"POST|/v1/x|a=1|authorization:t\nx-api-key:k\nx-timestamp:1\n|"
        b"authorization;x-api-key;x-timestamp|a5e744d0164540d33b1d7ea616c28f2fa97e754a"
    )
    assert results["canonical_request"] == canonical
    # By the command line, outside of this project:
    # printf 'HMAC-SHA256|%s' DIGEST | openssl dgst -sha256 -hmac s
    assert results["canonical_digest"] == b"de0c3a74190c570801d316206bcfbece0e6dcf2c"
    assert (
        results["signature"] == b"575062d3ebaa81e2d09b899207b62a72ad83c2e93fbd8044b330779032a53c89"
    )


def test_without_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(openssl.OpensslMissing) as caught:
        openssl.sha1(b"")
    assert str(caught.value) == (
        "the openssl command is not installed: vectors are written with it"
    )


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("#!/bin/sh\necho 'no such digest' >&2\nexit 3\n", "openssl dgst failed: no such digest\n"),
        ("#!/no/such/shell\n", "{command} cannot be run: No such file or directory"),
    ],
)
def test_a_command_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    command = tmp_path / "openssl"
    command.write_text(script)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(openssl.OpensslMissing) as caught:
        openssl.hmac_sha256(b"key", b"")
    assert str(caught.value) == message.format(command=command)


def numbers(pem: bytes) -> RSAPrivateNumbers:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    return key.private_numbers()


def test_the_arithmetic_is_that_of_the_numbers() -> None:
    message = b"\0\1" + bytes(range(126))
    found = numbers(PAGE)
    modulus = found.public_numbers.n
    assert openssl.modulus(PAGE) == modulus
    expected = pow(int.from_bytes(message), found.d, modulus)
    assert int.from_bytes(openssl.raw_rsa(PAGE, message)) == expected


def test_a_whole_signature_is_the_librarys() -> None:
    key = load_pem_private_key(PAGE, None)
    assert isinstance(key, RSAPrivateKey)
    assert openssl.sign_sha1(PAGE, b"EXAMPLE") == key.sign(b"EXAMPLE", PKCS1v15(), SHA1())


@pytest.mark.parametrize("name", ["pkcs1", "pkcs8"])
def test_an_encrypted_key_is_opened_with_its_passphrase_only(name: str) -> None:
    octets = (KEYS / f"EXAMPLE-page-encrypted-{name}.pem").read_bytes()
    assert openssl.key_shape(octets, "pkcs1", "pem", "EXAMPLE-passphrase") == PAGE
    with pytest.raises(openssl.KeyNotRead, match=r"^openssl rsa failed: "):
        openssl.key_shape(octets, "pkcs1", "pem", "EXAMPLE")


def test_a_key_is_no_argument_and_its_file_is_gone_and_was_private(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command, log = tmp_path / "openssl", tmp_path / "log"
    command.write_text(
        f'#!/bin/sh\nfor one in "$@"; do echo "$one"; done >{log}\n'
        f'/usr/bin/env stat -c %a "$4" >>{log}\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    openssl.sign_sha1(PAGE, b"EXAMPLE")
    *arguments, mode = log.read_text().splitlines()
    assert [*arguments[:3], mode] == ["dgst", "-sha1", "-sign", "600"]
    assert len(arguments) == 4
    assert not Path(arguments[3]).exists()
