"""BLAKE3 in plain Python, written from its published specification; slow, and for some KiB.

The section numbers are those of the BLAKE3 paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn).
"""

from collections.abc import Sequence

__all__ = ["derive_key", "digest", "keyed"]

# Table 1: the first words of the fractional parts of the square roots of the first eight primes.
_IV = (
    *(0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A),
    *(0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19),
)
# Table 2.
_PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
# Table 3.
_CHUNK_START, _CHUNK_END, _PARENT, _ROOT = 1, 2, 4, 8
_KEYED, _CONTEXT, _MATERIAL = 16, 32, 64

_BLOCK, _CHUNK, _ROUNDS = 64, 1024, 7
_MASK = 0xFFFFFFFF
# Section 2.2: first the columns of the state, then its diagonals.
_QUARTERS = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)

Words = Sequence[int]


def digest(octets: bytes) -> bytes:
    """Return the hash, 32 octets."""
    return _bytes(_root(octets, _IV, 0))


def keyed(octets: bytes, key: bytes) -> bytes:
    """Return the keyed hash; *key* is 32 octets long."""
    return _bytes(_root(octets, _words(key), _KEYED))


def derive_key(material: bytes, context: str) -> bytes:
    """Return the key, 32 octets, that is derived from *material*."""
    key = _root(context.encode("utf-8", "replace"), _IV, _CONTEXT)
    return _bytes(_root(material, key, _MATERIAL))


def _words(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 4], "little") for at in range(0, len(octets), 4)]


def _bytes(words: Words) -> bytes:
    return b"".join(word.to_bytes(4, "little") for word in words)


def _rotated(word: int, bits: int) -> int:
    return (word >> bits | word << 32 - bits) & _MASK


def _compress(chaining: Words, block: Words, counter: int, length: int, flags: int) -> list[int]:
    """Return the new chaining value (section 2.2)."""
    # The upper half of the counter is zero: nothing here has 2**32 chunks.
    state = [*chaining, *_IV[:4], counter, 0, length, flags]
    for _ in range(_ROUNDS):
        for at, (a, b, c, d) in enumerate(_QUARTERS):
            for word, first, second in ((block[2 * at], 16, 12), (block[2 * at + 1], 8, 7)):
                state[a] = state[a] + state[b] + word & _MASK
                state[d] = _rotated(state[d] ^ state[a], first)
                state[c] = state[c] + state[d] & _MASK
                state[b] = _rotated(state[b] ^ state[c], second)
        block = [block[at] for at in _PERMUTATION]
    return [low ^ high for low, high in zip(state[:8], state[8:], strict=True)]


def _root(octets: bytes, key: Words, mode: int) -> list[int]:
    return _node(octets, key, mode, 0, _ROOT)


def _node(octets: bytes, key: Words, mode: int, first: int, root: int) -> list[int]:
    """Return the chaining value of the tree over *octets*, whose first chunk has this number.

    Section 2.1: the left part is the largest with a power of two as its number of chunks that
    leaves an octet to the right one.
    """
    if len(octets) <= _CHUNK:
        return _chunk(octets, key, mode, first, root)
    chunks = 1 << ((len(octets) - 1) // _CHUNK).bit_length() - 1
    left = _node(octets[: chunks * _CHUNK], key, mode, first, 0)
    right = _node(octets[chunks * _CHUNK :], key, mode, first + chunks, 0)
    return _compress(key, [*left, *right], 0, _BLOCK, mode | _PARENT | root)


def _chunk(octets: bytes, chaining: Words, mode: int, number: int, root: int) -> list[int]:
    """Return the chaining value of a chunk (section 2.4); one without octets has a block, too."""
    blocks = [octets[at : at + _BLOCK] for at in range(0, len(octets), _BLOCK)] or [b""]
    last = len(blocks) - 1
    for at, block in enumerate(blocks):
        flags = mode | (_CHUNK_START if at == 0 else 0) | (_CHUNK_END | root if at == last else 0)
        padded = _words(block.ljust(_BLOCK, b"\0"))
        chaining = _compress(chaining, padded, number, len(block), flags)
    return list(chaining)
