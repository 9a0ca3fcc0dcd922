"""What these tests share: certificates made by the library cryptography, and the `openssl` command.

Every name holds EXAMPLE; person ids are made up (no Taiwanese id has ten times the same digit).
"""

import functools
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

PERSON = "Z199999999"
CN = f"{PERSON}-01-001::EXAMPLE"
BEGIN = datetime(2025, 9, 13, 16, 0, 0, tzinfo=UTC)
END = datetime(2026, 9, 13, 15, 59, 59, tzinfo=UTC)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class Maker:
    """Makes keys, once each, and certificates."""

    @functools.cache  # noqa: B019 - one object, for the session
    def rsa(self, bits: int = 2048, _which: str = "leaf") -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, bits)

    @functools.cache  # noqa: B019 - one object, for the session
    def ec(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def certificate(
        self,
        names: Sequence[tuple[x509.ObjectIdentifier, str]] = ((NameOID.COMMON_NAME, CN),),
        key: PrivateKey | None = None,
        serial_number: int = 4711,
        issuer: str = "EXAMPLE CA",
    ) -> x509.Certificate:
        used = key or self.rsa()
        signing: Any = None if isinstance(used, ed25519.Ed25519PrivateKey) else SHA256()
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(*name) for name in names]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(used.public_key())
            .serial_number(serial_number)
            .not_valid_before(BEGIN)
            .not_valid_after(END)
            .sign(used, signing)
        )


def write(folder: Path, key: PrivateKey, certificate: x509.Certificate) -> tuple[str, str]:
    """Write key and certificate as PEM; return their paths."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    paths = folder / "EXAMPLE-key.pem", folder / "EXAMPLE-certificate.pem"
    for path, octets in zip(paths, (pem, certificate.public_bytes(Encoding.PEM)), strict=True):
        path.write_bytes(octets)
    return str(paths[0]), str(paths[1])


def openssl(*arguments: str, octets: bytes) -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=octets, capture_output=True, check=True, timeout=30
    ).stdout


@pytest.fixture(scope="session")
def maker() -> Maker:
    return Maker()
