"""Shioaji: CA signatures and CA files beside the cryptographic operation alone, and pyrsca."""

import time
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from benchmarks import floors
from benchmarks.peers.process import Peer, sdk_python
from benchmarks.table import AtLeast, AtMost, Limit
from benchmarks.turns import Bench
from signers import Secret
from signers.pfx import look, open_pfx
from signers.shioaji.ca import CaSigner, Method, verify

PASSWORD, IP, NOW = "EXAMPLE-PASSWORD", "127.0.0.1", 1_800_000_000
PERSON = "A123456789"  # the form of a national id, with a check digit
TEXT = "EXAMPLE order 2330 Buy 1"
METHODS = {Method.PKCS1: SHA1(), Method.PKCS7: SHA256(), Method.OLDER: SHA256()}  # noqa: S303


class Ca(NamedTuple):
    """A certificate of one's own, and its file."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    pfx: bytes


@cache
def ca_of(bits: int) -> Ca:
    key = generate_private_key(65537, bits)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{PERSON}-00-00::EXAMPLE"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )
    encryption = BestAvailableEncryption(PASSWORD.encode())
    pfx = pkcs12.serialize_key_and_certificates(b"EXAMPLE", key, certificate, None, encryption)
    return Ca(key, certificate, pfx)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_sign(bench: Bench, bits: int, method: Method) -> None:
    ca = ca_of(bits)
    signer = CaSigner(ca.key, ca.certificate)
    text = signer.signed_text(TEXT, ip=IP, seconds=NOW)
    ours = partial(signer.sign, method, TEXT, ip=IP, seconds=NOW)
    floor = floors.rsa_sign(ca.key, text, METHODS[method])
    # CMS is assembled and hashed twice: nobody asked for a limit there.
    limits: dict[str, Limit] = {"floor: key.sign": AtMost(1.15)} if method is Method.PKCS1 else {}
    bench.compare(
        "shioaji sign", f"{bits} bits, {method.value}", ours, {"floor: key.sign": floor}, limits
    )


@pytest.mark.parametrize("method", METHODS)
def test_verify(bench: Bench, method: Method) -> None:
    ca = ca_of(2048)
    signer = CaSigner(ca.key, ca.certificate)
    envelope = signer.sign(method, TEXT, ip=IP, seconds=NOW)
    text = signer.signed_text(TEXT, ip=IP, seconds=NOW)
    signature = ca.key.sign(text, PKCS1v15(), METHODS[method])
    public = ca.key.public_key()
    floor = partial(public.verify, signature, text, PKCS1v15(), METHODS[method])
    floor_name = "floor: key.verify"
    bench.compare(
        "shioaji verify",
        f"2048 bits, {method.value}",
        partial(verify, envelope, certificate=ca.certificate),
        {floor_name: floor},
    )


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_open(bench: Bench, bits: int) -> None:
    """Beside the library's own, which derives, decrypts, and checks the key fully."""
    ca = ca_of(bits)
    bench.compare(
        "pfx open",
        f"{bits} bits",
        partial(open_pfx, ca.pfx, Secret(PASSWORD)),
        {"floor: load_pkcs12": lambda: pkcs12.load_pkcs12(ca.pfx, PASSWORD.encode())},
        {"floor: load_pkcs12": AtMost(1.2)},
    )


def test_look(bench: Bench) -> None:
    ca = ca_of(2048)
    bench.compare(
        "pfx look",
        "2048 bits, without the password",
        partial(look, ca.pfx),
        {"open_pfx": partial(open_pfx, ca.pfx, Secret(PASSWORD))},
        rounds=9,
    )


@pytest.mark.parametrize(
    ("method", "name"), [(Method.PKCS1, "sign_pkcs1"), (Method.PKCS7, "sign_pkcs7")]
)
def test_sign_beside_pyrsca(bench: Bench, tmp_path: Path, method: Method, name: str) -> None:
    """Signing, beside the CA library of the broker's older SDK."""
    ca = ca_of(2048)
    signer = CaSigner(ca.key, ca.certificate)

    def sign() -> str:
        return signer.sign(method, TEXT, ip=IP, seconds=int(time.time()))

    with pyrsca(ca, tmp_path, name) as peer:
        verify(peer.output, certificate=ca.certificate)
        limits: dict[str, Limit] = {peer.name: AtLeast(1)}
        what = f"2048 bits, {method.value}"
        bench.compare("shioaji peers", what, sign, {peer.name: peer}, limits)


def test_open_beside_pyrsca(bench: Bench, tmp_path: Path) -> None:
    ca = ca_of(2048)
    with pyrsca(ca, tmp_path, "open") as peer:
        assert peer.output == PERSON
        ours = partial(open_pfx, ca.pfx, Secret(PASSWORD))
        bench.compare("pfx open", "2048 bits, beside a peer", ours, {peer.name: peer})


def pyrsca(ca: Ca, folder: Path, method: str) -> Peer:
    path = folder / "EXAMPLE.pfx"
    path.write_bytes(ca.pfx)
    settings = {"path": str(path), "password": PASSWORD, "ip": IP, "plain_text": TEXT}
    return Peer(sdk_python("pypi-pyrsca"), "ca_program.py", settings | {"method": method})
