"""CA signatures: equal to what `openssl dgst` gives, taken by `openssl cms`, and the other way."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.x509.oid import NameOID

from signers import NotUtf8, SignerError
from signers.shioaji import InvalidSignedText, KeyMismatch, PersonIdNotFound, UnsupportedKey
from signers.shioaji.ca import CaSigner, Expected, Method, SignedText, Verified, cms, stages, verify
from tests.signers.shioaji.conftest import CN, PERSON, openssl, write

if TYPE_CHECKING:
    from tests.signers.shioaji.conftest import Maker

NOW = 1_789_300_000
IP, ORDER = "192.0.2.1", "buy 2330 一張"
TEXT = f"{PERSON}{IP}{ORDER}{NOW}".encode()
AFTER_2050 = 2_600_000_000


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.fixture(scope="module")
def certificate(maker: "Maker") -> x509.Certificate:
    return maker.certificate()


@pytest.fixture(scope="module")
def signer(maker: "Maker", certificate: x509.Certificate) -> CaSigner:
    return CaSigner(maker.rsa(), certificate)


def test_what_is_signed(signer: CaSigner) -> None:
    assert (signer.person_id, repr(signer)) == (PERSON, "<CaSigner>")
    assert signer.signed_text(ORDER, ip=IP, seconds=NOW) == TEXT
    assert stages.signed_text("A", "", "", 10**9) == b"A1000000000"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: stages.signed_text("", IP, ORDER, NOW), InvalidSignedText),
        (lambda: stages.signed_text(PERSON, IP, ORDER, NOW * 1000), InvalidSignedText),
        (lambda: stages.signed_text(PERSON, IP, ORDER, 10**9 - 1), InvalidSignedText),
        (lambda: stages.signed_text(PERSON, IP, "\ud800", NOW), NotUtf8),
    ],
)
def test_what_is_not_signed(call: Callable[[], bytes], error: type[SignerError]) -> None:
    with pytest.raises(error):
        call()


def test_pkcs1_is_what_openssl_gives(
    maker: "Maker", certificate: x509.Certificate, signer: CaSigner, tmp_path: Path
) -> None:
    key, _ = write(tmp_path, maker.rsa(), certificate)
    signature = openssl("dgst", "-sha1", "-sign", key, octets=TEXT)
    der = certificate.public_bytes(Encoding.DER)
    envelope = signer.sign(Method.PKCS1, ORDER, ip=IP, seconds=NOW)
    assert envelope == f"pkcs1.{b64(signature)}.{b64(TEXT)}.{b64(der)}"
    assert verify(envelope) == Verified(
        Method.PKCS1, SignedText(PERSON, IP + ORDER, NOW), certificate, None
    )


@pytest.mark.parametrize("method", [Method.PKCS7, Method.OLDER])
@pytest.mark.parametrize("seconds", [NOW, AFTER_2050])
def test_openssl_takes_our_cms(
    maker: "Maker",
    certificate: x509.Certificate,
    signer: CaSigner,
    tmp_path: Path,
    method: Method,
    seconds: int,
) -> None:
    _, pem = write(tmp_path, maker.rsa(), certificate)
    envelope = signer.sign(method, ORDER, ip=IP, seconds=seconds)
    text = f"{PERSON}{IP}{ORDER}{seconds}".encode()
    der = certificate.public_bytes(Encoding.DER)
    if method is Method.PKCS7:
        prefix, first, second, third = envelope.split(".")
        assert (prefix, second, third) == ("pkcs7", b64(text), b64(der))
    else:
        first = unquote(envelope)
        assert {envelope[at : at + 3] for at in range(len(envelope)) if envelope[at] == "%"} <= {
            "%2B",
            "%2F",
            "%3D",
        }
    octets = base64.b64decode(first, validate=True)
    check = ("cms", "-verify", "-binary", "-inform", "DER", "-certfile", pem, "-noverify")
    assert openssl(*check, octets=octets) == text
    shown = openssl("cms", "-cmsout", "-print", "-inform", "DER", octets=octets).decode()
    names = ("contentType", "signingTime", "messageDigest", "S/MIME Capabilities")
    assert [name for name in names if f"object: {name} (" not in shown] == []
    assert verify(envelope, certificate=certificate) == Verified(
        method, SignedText(PERSON, IP + ORDER, seconds), certificate, seconds
    )


def test_signing_again_gives_the_same(signer: CaSigner) -> None:
    for method in Method:
        one = signer.sign(method, ORDER, ip=IP, seconds=NOW)
        assert one == signer.sign(method, ORDER, ip=IP, seconds=NOW)
        assert stages.method_of(one) is method


def openssl_cms(folder: Path, maker: "Maker", certificate: x509.Certificate) -> bytes:
    key, pem = write(folder, maker.rsa(), certificate)
    options = ("-binary", "-nodetach", "-md", "sha256", "-outform", "DER")
    return openssl("cms", "-sign", *options, "-signer", pem, "-inkey", key, octets=TEXT)


def library_cms(folder: Path, maker: "Maker", certificate: x509.Certificate) -> bytes:
    assert folder.is_dir()
    builder = PKCS7SignatureBuilder().set_data(TEXT)
    builder = builder.add_signer(certificate, maker.rsa(), SHA256())
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


@pytest.mark.parametrize("make", [openssl_cms, library_cms])
@pytest.mark.parametrize("method", [Method.PKCS7, Method.OLDER])
def test_cms_made_by_others(
    maker: "Maker",
    certificate: x509.Certificate,
    tmp_path: Path,
    make: Callable[[Path, "Maker", x509.Certificate], bytes],
    method: Method,
) -> None:
    made = make(tmp_path, maker, certificate)
    der = certificate.public_bytes(Encoding.DER)
    whole = stages.percent_encode(made)
    if method is Method.PKCS7:
        whole = stages.join(method, made, TEXT, der)
    found = verify(whole, expected=Expected(IP, ORDER, NOW, NOW))
    assert (found.method, found.text, found.certificate) == (
        method,
        SignedText(PERSON, IP + ORDER, NOW),
        certificate,
    )
    assert cms.read(made).signing_time == found.signing_time


@pytest.mark.parametrize("bits", [1024, 4096])
def test_other_sizes(maker: "Maker", bits: int) -> None:
    certificate = maker.certificate(key=maker.rsa(bits))
    signer = CaSigner(maker.rsa(bits), certificate)
    for method in Method:
        envelope = signer.sign(method, ORDER, ip=IP, seconds=NOW)
        assert verify(envelope).text == SignedText(PERSON, IP + ORDER, NOW)


@pytest.mark.parametrize("number", [1, 127, 128, 2**64, 2**159 - 1])
def test_serial_numbers(maker: "Maker", number: int) -> None:
    certificate = maker.certificate(serial_number=number)
    der = certificate.public_bytes(Encoding.DER)
    expected = certificate.issuer.public_bytes(), number
    assert cms.issuer_and_serial_number(der) == expected
    read = cms.read(cms.build(maker.rsa(), der, TEXT, NOW))
    assert (read.issuer, read.serial_number) == expected


def test_a_certificate_of_version_1(maker: "Maker", tmp_path: Path) -> None:
    key, _ = write(tmp_path, maker.rsa(), maker.certificate())
    request = openssl("req", "-new", "-key", key, "-subj", f"/CN={CN}", octets=b"")
    made = openssl("x509", "-req", "-signkey", key, "-outform", "DER", octets=request)
    certificate = x509.load_der_x509_certificate(made)
    assert certificate.version is x509.Version.v1
    envelope = CaSigner(maker.rsa(), certificate).sign(Method.PKCS7, ORDER, ip=IP, seconds=NOW)
    assert verify(envelope).text == SignedText(PERSON, IP + ORDER, NOW)


def test_keys_that_are_refused(maker: "Maker") -> None:
    curve, edwards = maker.certificate(key=maker.ec()), ed25519.Ed25519PrivateKey.generate()
    found = []
    for key, certificate in (
        (maker.ec(), curve),
        (edwards, maker.certificate(key=edwards)),
        (maker.rsa(), curve),
    ):
        with pytest.raises(UnsupportedKey) as caught:
            CaSigner(key, certificate)  # type: ignore[arg-type]
        found.append(caught.value.found)
    assert found == ["an EC key", "neither RSA nor EC", "an EC key"]


def test_a_key_of_another_certificate(maker: "Maker") -> None:
    for key in (maker.rsa(2048, "other"), maker.ec()):
        with pytest.raises(KeyMismatch):
            CaSigner(key, maker.certificate())  # type: ignore[arg-type]


def test_a_certificate_without_person(maker: "Maker") -> None:
    nobody = maker.certificate([(NameOID.SERIAL_NUMBER, PERSON)])
    with pytest.raises(PersonIdNotFound):
        CaSigner(maker.rsa(), nobody)
