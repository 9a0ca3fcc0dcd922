"""What an RSA signature shows when it is opened with the public key, in words."""

import base64
import hashlib
import re
from collections.abc import Sequence

from signers.tiger import Opened, Padding, stages
from signproof.codec import encode_octets

__all__ = ["NOT_OPENED", "Content", "base64_octets", "described", "hexadecimal_octets"]

Content = tuple[str, bytes]
"""What may have been signed, and its name: `the right content` and the like."""

NOT_OPENED = frozenset({Padding.WRONG_LENGTH, Padding.OTHER_KEY, Padding.OUT_OF_RANGE})
"""What a signature looks like that this key did not make."""

_SHOWN = 20
_FEWEST_DIGITS = 40
"""Of hexadecimal: what is shorter may well be base64."""

_PADDINGS = {
    Padding.PKCS1_TYPE_2: "the padding of an encryption (block type 2)",
    Padding.NONE: "no padding",
}
_NAMES = {
    "sha1": "SHA-1",
    "md5": "MD5",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
"""Of the digests that are made here, to compare."""

_OTHER_NAMES = {
    "md2": "MD2",
    "md4": "MD4",
    "ripemd160": "RIPEMD-160",
    "sha512-224": "SHA-512/224",
    "sha512-256": "SHA-512/256",
}


def hexadecimal_octets(text: str) -> bytes | None:
    """Return the octets of a text that is hexadecimal beyond doubt, else None."""
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text) and len(text) >= _FEWEST_DIGITS:
        return bytes.fromhex(text)
    return None


def base64_octets(text: str) -> tuple[bytes | None, str]:
    """Return the octets of base64 however it is spelt, None for none, and what is wrong with it."""
    without = re.sub(r"\s", "", text)
    bare = without.replace("-", "+").replace("_", "/").rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        octets = base64.b64decode(padded, validate=True)
    except ValueError:
        return None, ""
    faults = [
        fault
        for fault, there in (
            ("white space in it", without != text),
            ("the URL-safe alphabet", bool(re.search("[-_]", without))),
            ("its padding missing", without.count("=") < padded.count("=")),
            ("too much padding", without.count("=") > padded.count("=")),
            ("stray bits at its end", encode_octets(octets) != padded),
        )
        if there
    ]
    return octets, f"base64 with {' and '.join(faults)}" if faults else ""


def described(found: Opened, contents: Sequence[Content]) -> str:
    """Return what was opened in words: padding, digest algorithm, and which content.

    The padding is none of `NOT_OPENED`.
    """
    match found.padding:
        case Padding.PSS:
            by = f" with {_name(found.algorithm)}" if found.algorithm else ""
            return f"PSS padding{by}, where PKCS#1 v1.5 is right"
        case Padding.PKCS1:
            return (
                f"PKCS#1 v1.5, {_name(found.algorithm)}"
                f"{'' if found.has_null else ' without the NULL parameter'}, over "
                f"{_digested(found.algorithm, found.digest or b'', contents)}"
            )
        case Padding.PKCS1_BARE:
            return f"PKCS#1 v1.5 without a DigestInfo: {_bare(found.digest or b'', contents)}"
        case _:
            return f"{_PADDINGS[found.padding]}: {_bare(found.digest or b'', contents)}"


def _name(algorithm: str | None) -> str:
    if algorithm is None:
        return "an unknown digest"
    return (_NAMES | _OTHER_NAMES)[algorithm]


def _digested(algorithm: str | None, digest: bytes, contents: Sequence[Content]) -> str:
    """Say what was digested, as far as the contents tell."""
    if algorithm in _NAMES:
        for name, one in contents:
            right = _hashed("sha1", one)
            for octets, text in (
                (one, name),
                (right, f"the SHA-1 of {name}, which is digested once only"),
                (
                    right.hex().encode(),
                    f"the SHA-1 of {name}, in hexadecimal, which is digested once only",
                ),
            ):
                if _hashed(algorithm, octets) == digest:
                    return text
    if algorithm in _NAMES and _hashed(algorithm, b"") == digest:
        return "nothing: what was signed was empty"
    right_key = ": the key is right, what was signed is not what was sent"
    return f"another content, whose digest is {digest.hex()}{right_key}"


def _hashed(algorithm: str, octets: bytes) -> bytes:
    return hashlib.new(algorithm, octets, usedforsecurity=False).digest()


def _bare(digest: bytes, contents: Sequence[Content]) -> str:
    """Say what octets are that stand where a digest should, or that are another's."""
    for given, one in contents:
        if digest == one:
            return f"{given.replace('the right', 'the', 1)} itself, not digested"
        for algorithm, name in _NAMES.items():
            right = _hashed(algorithm, one)
            if digest == right:
                return f"the {name} of {given}"
            if digest.lower() == right.hex().encode():
                return f"the {name} of {given}, in hexadecimal"
        if digest == stages.DIGEST_INFO + stages.digest(one):
            return f"the SHA-1 of {given}, in a DigestInfo"
    if not digest:
        return "nothing"
    return f"{len(digest)} octets, {digest[:_SHOWN].hex()}{'…' if len(digest) > _SHOWN else ''}"
