"""Encoded messages: DigestInfo and paddings, right and wrong ones (RFC 8017, section 9)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

__all__ = [
    "Info",
    "Pad",
    "Padded",
    "bare",
    "digest_info",
    "hashed",
    "info_without_null",
    "last_resort",
    "none",
    "pss",
    "type_0",
    "type_1",
    "type_2",
]

_OIDS = {
    "md5": bytes.fromhex("2a864886f70d0205"),
    "sha1": bytes.fromhex("2b0e03021a"),
    "sha224": bytes.fromhex("608648016503040204"),
    "sha256": bytes.fromhex("608648016503040201"),
    "sha384": bytes.fromhex("608648016503040202"),
    "sha512": bytes.fromhex("608648016503040203"),
}
"""RFC 8017, appendix B.1."""

_SEQUENCE, _OID, _OCTETS, _NULL = b"\x30", b"\x06", b"\x04", b"\x05\x00"
_LONG = 0x80
_FEWEST_PADDING = 8
_TRAILER = b"\xbc"


@dataclass(frozen=True, slots=True)
class Padded:
    """What a padding is put around."""

    info: bytes
    """What stands for the digest: mostly its DigestInfo."""
    digest: bytes
    algorithm: str
    bits: int
    """Of the modulus; 0 for no key."""
    seen: bytes | None
    """The message in the signature seen, which holds what was chosen at random."""

    @property
    def length(self) -> int:
        """The length of the modulus in octets."""
        return (self.bits + 7) // 8


Info = Callable[[str, bytes], bytes]
"""Takes algorithm and digest."""

Pad = Callable[[Padded], bytes | None]
"""Returns a message of the modulus's length or shorter; None for what has no room in it."""


def hashed(algorithm: str, octets: bytes) -> bytes:
    """Return a digest."""
    return hashlib.new(algorithm, octets, usedforsecurity=False).digest()


def _element(tag: bytes, octets: bytes) -> bytes:
    """Return a DER element."""
    size = len(octets)
    if size < _LONG:
        return tag + bytes([size]) + octets
    written = size.to_bytes((size.bit_length() + 7) // 8)
    return tag + bytes([_LONG | len(written)]) + written + octets


def digest_info(algorithm: str, digest: bytes, null: bytes = _NULL) -> bytes:
    """Return the DigestInfo of a digest, of whatever length."""
    named = _element(_SEQUENCE, _element(_OID, _OIDS[algorithm]) + null)
    return _element(_SEQUENCE, named + _element(_OCTETS, digest))


def info_without_null(algorithm: str, digest: bytes) -> bytes:
    """Return the DigestInfo without the NULL after the algorithm."""
    return digest_info(algorithm, digest, b"")


def bare(algorithm: str, digest: bytes) -> bytes:
    """Return the digest itself."""
    del algorithm
    return digest


def type_1(padded: Padded) -> bytes | None:
    """Return 00 01, FF octets, 00 and the info: the right padding."""
    room = padded.length - 3 - len(padded.info)
    if room < _FEWEST_PADDING:
        return None
    return b"\x00\x01" + b"\xff" * room + b"\x00" + padded.info


def last_resort(padded: Padded) -> bytes | None:
    """Return the right message for the SHA-1 of the digest, which always has room.

    A signer that cannot go on gives nothing that could be replayed, and nothing that it could be
    taken for: what stands here must explain no other signer's output.
    """
    info = digest_info("sha1", hashed("sha1", padded.digest))
    return type_1(replace(padded, info=info))


def type_2(padded: Padded) -> bytes | None:
    """Return 00 02, octets that are not zero, 00 and the info: the padding of an encryption.

    The octets are those of the message seen, where it has them, or else FF.
    """
    room = padded.length - 3 - len(padded.info)
    if room < _FEWEST_PADDING:
        return None
    chosen = (padded.seen or b"")[2 : 2 + room]
    if len(chosen) != room or 0 in chosen:
        chosen = b"\xff" * room
    return b"\x00\x02" + chosen + b"\x00" + padded.info


def type_0(padded: Padded) -> bytes | None:
    """Return the info behind as many zeros as there is room for."""
    room = padded.length - len(padded.info)
    return b"\x00" * room + padded.info if room >= _FEWEST_PADDING else None


def none(padded: Padded) -> bytes | None:
    """Return the digest behind zeros, without a DigestInfo: what is signed as a number."""
    room = padded.length - len(padded.digest)
    return b"\x00" * room + padded.digest if room >= _FEWEST_PADDING else None


def pss(padded: Padded) -> bytes | None:
    """Return EMSA-PSS, its mask over the same algorithm (RFC 8017, section 9.1.1).

    The salt is that of the message seen, where it has one, or else as many zeros as the digest
    has octets.
    """
    length = (padded.bits - 1 + 7) // 8
    size = len(hashed(padded.algorithm, b""))
    salt = _salt_of((padded.seen or b"")[-length:], padded, size)
    room = length - size - 1 - len(salt) - 1
    if room < 0:
        return None
    mixed = hashed(padded.algorithm, bytes(8) + padded.digest + salt)
    block = _masked(bytes(room) + b"\x01" + salt, mixed, padded)
    return (block + mixed + _TRAILER).rjust(padded.length, b"\x00")


def _salt_of(seen: bytes, padded: Padded, size: int) -> bytes:
    if len(seen) > size + 1 and seen[-1:] == _TRAILER:
        salt = _masked(seen[: -size - 1], seen[-size - 1 : -1], padded).lstrip(b"\x00")
        if salt[:1] == b"\x01":
            return salt[1:]
    return bytes(size)


def _masked(block: bytes, seed: bytes, padded: Padded) -> bytes:
    """Return the block under MGF1 of the seed (RFC 8017, appendix B.2.1), its spare bits zero."""
    counts = range(-(-len(block) // len(seed)))
    mask = b"".join(hashed(padded.algorithm, seed + count.to_bytes(4)) for count in counts)
    spare = -(padded.bits - 1) % 8
    first, *others = (one ^ other for one, other in zip(block, mask, strict=False))
    return bytes([first & (0xFF >> spare), *others])
