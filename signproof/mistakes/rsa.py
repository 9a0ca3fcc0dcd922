"""RSA as arithmetic, for signatures that no library makes because they are wrong."""

from functools import lru_cache

from signproof.mistakes.der import element

__all__ = ["modulus_bits", "signed"]

_SEQUENCE, _OCTETS = 0x30, 0x04
_MEMBERS = 9
"""Of an RSAPrivateKey: version, n, e, d, p, q, dp, dq, qi (RFC 8017, appendix A.1.2)."""


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


def modulus_bits(pkcs8: bytes) -> int:
    """Return the length of the modulus of a PKCS#8 key in DER, in bits; 0 for none."""
    numbers = _numbers(pkcs8)
    return numbers[1].bit_length() if numbers else 0


@lru_cache(maxsize=8192)
def signed(message: bytes, pkcs8: bytes) -> bytes:
    """Return an encoded message under the private key, of the modulus's length.

    Empty where the key is none of RSA or the message no number below its modulus.
    """
    numbers = _numbers(pkcs8)
    number = int.from_bytes(message)
    if not numbers or number >= numbers[1]:
        return b""
    _, n, _, _, p, q, dp, dq, qi = numbers
    one, other = pow(number, dp, p), pow(number, dq, q)
    return (other + q * (qi * (one - other) % p)).to_bytes((n.bit_length() + 7) // 8)
