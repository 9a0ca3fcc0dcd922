"""What cannot be saved: the cryptographic operations alone, with all that they take made ready.

Each function prepares its operations and returns a call that does nothing but these.
"""

import hmac
from collections.abc import Callable
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = [
    "longbridge_sign",
    "longbridge_sign_copied",
    "longbridge_verify",
    "rsa_sign",
    "rsa_sign_digest",
    "rsa_verify_digest",
]

_BLOCK = 64
_DIGEST = b"0" * 40
_SIGNATURE = b"0" * 64
_SHA1_DIGEST = bytes(20)


def _states(secret: bytes) -> "tuple[Callable[[], _Hash], Callable[[], _Hash]]":
    """Return what copies the inner and the outer state of an HMAC-SHA256, the inner one begun."""
    block = secret.ljust(_BLOCK, b"\0")
    inner = sha256(bytes(octet ^ 0x36 for octet in block))
    inner.update(b"HMAC-SHA256|")
    return inner.copy, sha256(bytes(octet ^ 0x5C for octet in block)).copy


def longbridge_sign(secret: bytes, canonical: bytes, body: bytes) -> Callable[[], object]:
    """SHA-1 of the body and of a ready canonical request; inner and outer SHA-256, states copied.

    The digests come as hexadecimal digits, as the scheme takes them.
    """
    new_inner, new_outer = _states(secret)

    def floor() -> object:
        if body:
            sha1(body, usedforsecurity=False).hexdigest()
        sha1(canonical, usedforsecurity=False).hexdigest()
        inner = new_inner()
        inner.update(_DIGEST)
        outer = new_outer()
        outer.update(inner.digest())
        return outer.hexdigest()

    return floor


def longbridge_sign_copied(secret: bytes, canonical: bytes, body: bytes) -> Callable[[], object]:
    """Do the same with copies of an empty SHA-1 state, which are made faster than new ones."""
    new_inner, new_outer = _states(secret)
    new_sha1 = sha1(usedforsecurity=False).copy

    def floor() -> object:
        if body:
            digest = new_sha1()
            digest.update(body)
            digest.hexdigest()
        digest = new_sha1()
        digest.update(canonical)
        digest.hexdigest()
        inner = new_inner()
        inner.update(_DIGEST)
        outer = new_outer()
        outer.update(inner.digest())
        return outer.hexdigest()

    return floor


def longbridge_verify(secret: bytes, canonical: bytes, body: bytes) -> Callable[[], object]:
    """Do what signing does, and compare in constant time."""
    sign = longbridge_sign(secret, canonical, body)

    def floor() -> object:
        sign()
        return hmac.compare_digest(_SIGNATURE, _SIGNATURE)

    return floor


def rsa_sign_digest(key: RSAPrivateKey) -> Callable[[], bytes]:
    """Sign a ready SHA-1 digest with PKCS#1 v1.5, padding and algorithm prepared."""
    padding, algorithm = PKCS1v15(), Prehashed(SHA1())  # noqa: S303 - the scheme's digest
    sign = key.sign
    return lambda: sign(_SHA1_DIGEST, padding, algorithm)


def rsa_verify_digest(key: RSAPublicKey, signature: bytes, digest: bytes) -> Callable[[], object]:
    """Verify a signature over a ready SHA-1 digest."""
    padding, algorithm = PKCS1v15(), Prehashed(SHA1())  # noqa: S303 - as above
    return lambda: key.verify(signature, digest, padding, algorithm)


def rsa_sign(key: RSAPrivateKey, text: bytes, algorithm: HashAlgorithm) -> Callable[[], bytes]:
    """Sign a text with PKCS#1 v1.5, the digest by the library."""
    padding = PKCS1v15()
    return lambda: key.sign(text, padding, algorithm)
