"""Open a signature with the public key: what was padded how, and digested with what.

A PKCS#1 signature is a number that anyone with the public key can turn back into the encoded
message. So a wrong one tells its padding, digest algorithm and digest instead of leaving these to
guesses.
"""

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = ["Opened", "Padding", "open_signature"]

_OIDS = {
    bytes.fromhex("2a864886f70d0202"): "md2",
    bytes.fromhex("2a864886f70d0204"): "md4",
    bytes.fromhex("2a864886f70d0205"): "md5",
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040204"): "sha224",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
    bytes.fromhex("608648016503040205"): "sha512-224",
    bytes.fromhex("608648016503040206"): "sha512-256",
    bytes.fromhex("2b24030201"): "ripemd160",
}
"""Digest algorithms by the octets of their object identifiers (RFC 8017, appendix B.1)."""

_PSS_HASHES: dict[str, Callable[[bytes], bytes]] = {
    "sha1": lambda octets: hashlib.sha1(octets, usedforsecurity=False).digest(),
    "sha224": lambda octets: hashlib.sha224(octets).digest(),
    "sha256": lambda octets: hashlib.sha256(octets).digest(),
    "sha384": lambda octets: hashlib.sha384(octets).digest(),
    "sha512": lambda octets: hashlib.sha512(octets).digest(),
}

_FEWEST_PADDING = 8
_FEWEST_ZEROS = 16
_SHORT_FORM = 0x80
_SEQUENCE, _OID, _OCTETS = b"\x30", b"\x06", b"\x04"
_NULL = b"\x05\x00"
_PSS_TRAILER = 0xBC


class Padding(enum.StrEnum):
    """What the opened signature turned out to be."""

    PKCS1 = "pkcs1"
    """EMSA-PKCS1-v1_5 with a DigestInfo: what a right signature is, with ``sha1``."""
    PKCS1_BARE = "pkcs1-bare"
    """The right padding, but no DigestInfo within: the digest, its hex or the text itself."""
    PKCS1_TYPE_2 = "pkcs1-type-2"
    """The padding of an encryption, with random octets."""
    PSS = "pss"
    """EMSA-PSS with its mask over the same algorithm; the digest is not in it. A salt that fills
    all room leaves no zeros to know it by: then one of some 6,000 signatures of another key looks
    like this, and algorithm and salt length are None where two algorithms fit."""
    NONE = "none"
    """No padding: zeros, then the number that was signed."""
    OTHER_KEY = "other-key"
    """None of these: made with another key, or altered."""
    WRONG_LENGTH = "wrong-length"
    """Not of the modulus's length: a key of another size, or cut off."""
    OUT_OF_RANGE = "out-of-range"
    """Not below the modulus: made with another key, or altered."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened signature."""

    padding: Padding
    algorithm: str | None = None
    """The digest algorithm that is named (PKCS1) or fits (PSS); an unknown one is None."""
    digest: bytes | None = None
    """The digest in the DigestInfo (PKCS1); what stands after the padding (BARE, TYPE_2, NONE)."""
    has_null: bool | None = None
    """Whether the DigestInfo holds the NULL parameters that must stand there (RFC 8017)."""
    salt_length: int | None = None
    """For PSS."""
    encoded_message: bytes | None = None
    """All the octets; None for WRONG_LENGTH and OUT_OF_RANGE."""


def open_signature(signature: bytes, public_key: RSAPublicKey) -> Opened:
    """Return what *signature* (octets, not base64) holds. Never raises, whatever the octets."""
    numbers = public_key.public_numbers()
    bits = numbers.n.bit_length()
    length = (bits + 7) // 8
    if len(signature) != length:
        return Opened(Padding.WRONG_LENGTH)
    number = int.from_bytes(signature)
    if number >= numbers.n:
        return Opened(Padding.OUT_OF_RANGE)
    message = pow(number, numbers.e, numbers.n).to_bytes(length)
    return (
        _open_type_1(message)
        # Before type 2, which is for encryption: one PSS message in 65,536 begins as it does.
        or _open_pss(message, bits)
        or _open_type_2(message)
        or _open_unpadded(message)
        or Opened(Padding.OTHER_KEY, encoded_message=message)
    )


def _open_type_1(message: bytes) -> Opened | None:
    """Read 00 01 FF.. 00 and what follows (RFC 8017, section 9.2)."""
    padding, mark, content = message[2:].partition(b"\x00")
    if message[:2] != b"\x00\x01" or not mark or len(padding) < _FEWEST_PADDING:
        return None
    if padding.strip(b"\xff"):
        return None
    info = _read_digest_info(content)
    if info is None:
        return Opened(Padding.PKCS1_BARE, digest=content, encoded_message=message)
    oid, has_null, digest = info
    return Opened(
        Padding.PKCS1,
        algorithm=_OIDS.get(oid),
        digest=digest,
        has_null=has_null,
        encoded_message=message,
    )


def _open_type_2(message: bytes) -> Opened | None:
    """Read 00 02, octets that are not zero, 00 and what follows (RFC 8017, section 7.2.1)."""
    padding, mark, content = message[2:].partition(b"\x00")
    if message[:2] != b"\x00\x02" or not mark or len(padding) < _FEWEST_PADDING:
        return None
    return Opened(Padding.PKCS1_TYPE_2, digest=content, encoded_message=message)


def _open_unpadded(message: bytes) -> Opened | None:
    """Read zeros and a number; so many zeros are no chance."""
    content = message.lstrip(b"\x00")
    if len(message) - len(content) < _FEWEST_ZEROS:
        return None
    return Opened(Padding.NONE, digest=content, encoded_message=message)


def _open_pss(message: bytes, bits: int) -> Opened | None:
    """Unmask by each algorithm until zeros, 01 and a salt appear (RFC 8017, section 9.1.2)."""
    length = (bits - 1 + 7) // 8
    unused = 8 * length - (bits - 1)
    if message[-1] != _PSS_TRAILER or any(message[: len(message) - length]):
        return None
    encoded = message[len(message) - length :]
    if encoded[0] >> (8 - unused):
        return None
    fitting: list[tuple[int, int, str]] = []
    for algorithm, hashed in _PSS_HASHES.items():
        size = len(hashed(b""))
        if length < size + 2:
            continue
        block = encoded[: length - size - 1]
        mask = _mask(encoded[length - size - 1 : -1], len(block), hashed)
        unmasked = int.from_bytes(block) ^ int.from_bytes(mask)
        unmasked &= (1 << (8 * len(block) - unused)) - 1
        salt = unmasked.to_bytes(len(block)).lstrip(b"\x00")
        if salt[:1] == b"\x01":
            fitting.append((len(block) - len(salt), len(salt) - 1, algorithm))
    if not fitting:
        return None
    # Zeros in a row are what noise does not have: the most of them are the right unmasking.
    best = [candidate for candidate in fitting if candidate[0] == max(fitting)[0]]
    _, salt_length, name = best[0]
    if len(best) > 1:
        return Opened(Padding.PSS, encoded_message=message)
    return Opened(Padding.PSS, algorithm=name, salt_length=salt_length, encoded_message=message)


def _mask(seed: bytes, length: int, hashed: Callable[[bytes], bytes]) -> bytes:
    """Return MGF1 (RFC 8017, appendix B.2.1)."""
    mask = b""
    counter = 0
    while len(mask) < length:
        mask += hashed(seed + counter.to_bytes(4))
        counter += 1
    return mask[:length]


def _read_digest_info(content: bytes) -> tuple[bytes, bool, bytes] | None:
    """Return object identifier, whether NULL follows it, and digest; None unless exact DER."""
    info = _value(content, _SEQUENCE)
    if info is None or info[1]:
        return None
    algorithm = _value(info[0], _SEQUENCE)
    if algorithm is None:
        return None
    oid = _value(algorithm[0], _OID)
    digest = _value(algorithm[1], _OCTETS)
    if oid is None or digest is None or digest[1] or oid[1] not in (b"", _NULL):
        return None
    return oid[0], oid[1] == _NULL, digest[0]


def _value(octets: bytes, tag: bytes) -> tuple[bytes, bytes] | None:
    """Return the value of the first DER element, of short length, and what follows it."""
    length = octets[1] if len(octets) > 1 else _SHORT_FORM
    if octets[:1] != tag or length >= _SHORT_FORM or len(octets) < 2 + length:
        return None
    return octets[2 : 2 + length], octets[2 + length :]
