"""The oracle of these tests: the `openssl` command, and the keys both sides use."""

import base64
import functools
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

KEYS = Path(__file__).parent / "keys"


class Openssl:
    """Signs and verifies with the command; keys are named by the middle of their file's name."""

    @staticmethod
    def path(key: str) -> str:
        (path,) = KEYS.glob(f"EXAMPLE-{key}.pem")
        return str(path)

    def run(self, *arguments: str, octets: bytes) -> bytes:
        return subprocess.run(
            ["openssl", *arguments], input=octets, capture_output=True, check=True, timeout=30
        ).stdout

    @functools.cache  # noqa: B019 - one object, for the session
    def sign(self, key: str, content: bytes, *options: str) -> bytes:
        """Return the octets of the signature; SHA-1 and PKCS#1 v1.5 unless told otherwise."""
        digest = () if any(option.startswith("-sha") for option in options) else ("-sha1",)
        return self.run("dgst", *digest, "-sign", self.path(key), *options, octets=content)

    def line(self, key: str, content: bytes, *options: str) -> str:
        """Return the signature as one line of base64."""
        return base64.b64encode(self.sign(key, content, *options)).decode()

    def verifies(self, key: str, content: bytes, signature: bytes, folder: Path) -> bool:
        file = folder / "signature"
        file.write_bytes(signature)
        done = subprocess.run(
            ["openssl", "dgst", "-sha1", "-prverify", self.path(key), "-signature", str(file)],
            input=content,
            capture_output=True,
            check=False,
            timeout=30,
        )
        return (done.returncode, done.stdout) == (0, b"Verified OK\n")

    def opened(self, key: str, signature: bytes) -> bytes:
        """Return the signature raised to the public exponent, all octets."""
        options = ("-verifyrecover", "-inkey", self.path(key), "-pkeyopt", "rsa_padding_mode:none")
        return self.run("pkeyutl", *options, octets=signature)

    def raw(self, key: str, message: bytes) -> bytes:
        """Return the message raised to the private exponent."""
        options = ("-decrypt", "-inkey", self.path(key), "-pkeyopt", "rsa_padding_mode:none")
        return self.run("pkeyutl", *options, octets=message)

    def padded(self, key: str, content: bytes) -> bytes:
        """Return a signature whose padding holds the content itself, without a DigestInfo."""
        return self.run("pkeyutl", "-sign", "-inkey", self.path(key), octets=content)

    @functools.cache  # noqa: B019 - one object, for the session
    def key(self, key: str) -> RSAPrivateKey:
        loaded = load_pem_private_key(Path(self.path(key)).read_bytes(), None)
        assert isinstance(loaded, RSAPrivateKey)
        return loaded


@pytest.fixture(scope="session")
def openssl() -> Openssl:
    return Openssl()
