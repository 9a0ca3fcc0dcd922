"""RSA as arithmetic, for signatures that no library makes because they are wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from signproof.mistakes.der import element

__all__ = ["Shown", "modulus_bits", "signed"]

_SEQUENCE, _OCTETS = 0x30, 0x04
_MEMBERS = 9
"""Of an RSAPrivateKey: version, n, e, d, p, q, dp, dq, qi (RFC 8017, appendix A.1.2)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Stands for a private key of which no more is known than signatures that it made.

    A signature has one message only, which the public key opens: whether a replay makes the
    signature seen is so told without the private key, and in a thousandth of the time.
    """

    modulus: int
    signatures: Mapping[bytes, bytes]
    """By encoded message."""

    def signed(self, message: bytes) -> bytes:
        """Return the signature of an encoded message, or what stands for an unknown one.

        That is other octets for each message, and no signature.
        """
        return self.signatures.get(message) or b"unknown: " + sha256(message).digest()


@lru_cache(maxsize=64)
def _numbers(pkcs8: bytes) -> tuple[int, ...]:
    """Return the members of the RSAPrivateKey in a PKCS#8 key; nothing where it holds none."""
    tag, start, _ = element(pkcs8, 0)
    _, _, at = element(pkcs8, start)  # behind the version
    _, _, at = element(pkcs8, at)  # behind the algorithm
    inner, at, _ = element(pkcs8, at)
    innermost, at, end = element(pkcs8, at)
    if (tag, inner, innermost) != (_SEQUENCE, _OCTETS, _SEQUENCE):
        return ()
    found: list[int] = []
    while at < end and len(found) < _MEMBERS:
        _, start, at = element(pkcs8, at)
        found.append(int.from_bytes(pkcs8[start:at]))
    return tuple(found) if len(found) == _MEMBERS and all(found[1:]) else ()


def modulus_bits(key: bytes | Shown) -> int:
    """Return the length of the modulus of a key (in octets: PKCS#8 in DER), in bits; 0 for none."""
    if isinstance(key, Shown):
        return key.modulus.bit_length()
    numbers = _numbers(key)
    return numbers[1].bit_length() if numbers else 0


def signed(message: bytes, key: bytes | Shown) -> bytes:
    """Return an encoded message under the private key, of the modulus's length.

    Empty where the key is none of RSA or the message no number below its modulus.
    """
    if not isinstance(key, Shown):
        return _signed(message, key)
    return key.signed(message) if int.from_bytes(message) < key.modulus else b""


@lru_cache(maxsize=8192)
def _signed(message: bytes, pkcs8: bytes) -> bytes:
    numbers = _numbers(pkcs8)
    number = int.from_bytes(message)
    if not numbers or number >= numbers[1]:
        return b""
    _, n, _, _, p, q, dp, dq, qi = numbers
    one, other = pow(number, dp, p), pow(number, dq, q)
    return (other + q * (qi * (one - other) % p)).to_bytes((n.bit_length() + 7) // 8)
