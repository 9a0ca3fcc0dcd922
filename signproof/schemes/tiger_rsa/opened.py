"""What a wrong signature shows when it is opened with the public key, in words."""

import base64
import contextlib
import hashlib
import re
from typing import Any

from signers import rsa_keys
from signers.rsa_keys import KeyRefused
from signers.tiger import Opened, Padding, open_signature, stages
from signproof.codec import CodecError, decode_octets, encode_octets
from signproof.scheme import Replay
from signproof.schemes.tiger_rsa.pipeline import PIPELINE
from signproof.schemes.tiger_rsa.received import received_fields

__all__ = ["opened"]

Json = dict[str, Any]

_NOT_OPENED = {Padding.WRONG_LENGTH, Padding.OTHER_KEY, Padding.OUT_OF_RANGE}
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


def opened(replay: Replay | None, credential: Json, input_: Json, output: Json) -> str:
    """Return padding, digest algorithm and content of the signature in *output*.

    Empty where there is no signature to open, or no key to open it with.
    """
    sign = _sign_of(output)
    if replay is None or not sign:
        return ""
    starts = [replay.values(credential, input_)]
    right = PIPELINE.run(starts[0])
    if right["key"] is None:
        return ""
    octets, spelling = _octets(sign)
    if octets is None:
        return "the signature is neither base64 nor hexadecimal"
    if replay.hindsight is not None:
        with contextlib.suppress(CodecError):
            starts.append(replay.hindsight(credential, input_, output))
    if replay.conforming is not None:
        starts += [values for start in starts for values in replay.conforming(start)]
    contents = [PIPELINE.run(start)["content"] for start in starts]
    public = rsa_keys.load(right["key"]).public.rsa
    found = open_signature(octets, public)
    if found.padding in _NOT_OPENED:
        return spelling + _by_another(found, octets, right["key_length"], credential, contents)
    return spelling + _described(found, contents)


def _sign_of(output: Json) -> str:
    """Return the signature in an output: a text of its own, or the field of a request's body."""
    sign: object = output.get("sign")
    if "body_b64" in output:
        try:
            _, _, sign = received_fields(decode_octets(output["body_b64"]))
        except CodecError:
            return ""
    return sign if isinstance(sign, str) else ""


def _octets(sign: str) -> tuple[bytes | None, str]:
    """Return the octets of a signature however it is spelt, and what is wrong with the spelling."""
    text = re.sub(r"\s", "", sign)
    # Before base64, whose alphabet has these digits, too: by chance no signature has them alone.
    if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text) and len(text) >= _FEWEST_DIGITS:
        return bytes.fromhex(text), "hexadecimal, where base64 is right; "
    bare = text.replace("-", "+").replace("_", "/").rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    try:
        octets = base64.b64decode(padded, validate=True)
    except ValueError:
        return None, ""
    faults = [
        fault
        for fault, there in (
            ("white space in it", text != sign),
            ("the URL-safe alphabet", bool(re.search("[-_]", text))),
            ("its padding missing", text.count("=") < padded.count("=")),
            ("too much padding", text.count("=") > padded.count("=")),
            ("stray bits at its end", encode_octets(octets) != padded),
        )
        if there
    ]
    return octets, f"base64 with {' and '.join(faults)}; " if faults else ""


def _described(found: Opened, contents: list[bytes]) -> str:
    """Return what was opened in words."""
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


def _digested(algorithm: str | None, digest: bytes, contents: list[bytes]) -> str:
    """Say what was digested, as far as the right content tells."""
    if algorithm in _NAMES:
        for one in contents:
            right = _hashed("sha1", one)
            for octets, text in (
                (one, "the right content"),
                (right, "the SHA-1 of the right content, which is digested once only"),
                (
                    right.hex().encode(),
                    "the SHA-1 of the right content, in hexadecimal, which is digested once only",
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


def _bare(digest: bytes, contents: list[bytes]) -> str:
    """Say what octets are that stand where a digest should, or that are another's."""
    for one in contents:
        if digest == one:
            return "the content itself, not digested"
        for algorithm, name in _NAMES.items():
            right = _hashed(algorithm, one)
            if digest == right:
                return f"the {name} of the right content"
            if digest.lower() == right.hex().encode():
                return f"the {name} of the right content, in hexadecimal"
        if digest == stages.DIGEST_INFO + stages.digest(one):
            return "the SHA-1 of the right content, in a DigestInfo"
    if not digest:
        return "nothing"
    return f"{len(digest)} octets, {digest[:_SHOWN].hex()}{'…' if len(digest) > _SHOWN else ''}"


def _by_another(
    found: Opened, octets: bytes, wanted: int, credential: Json, contents: list[bytes]
) -> str:
    """Say whether the gateway's key made it, the only other one that is known."""
    with contextlib.suppress(KeyRefused):
        gateway = rsa_keys.load_public(credential.get("tiger_public_key", "")).rsa
        by_gateway = open_signature(octets, gateway)
        if by_gateway.padding not in _NOT_OPENED:
            shown = _described(by_gateway, contents)
            return f"made with the private half of tiger_public_key, not with this key: {shown}"
    if found.padding is Padding.WRONG_LENGTH:
        return f"{len(octets)} octets, where this key gives {wanted}: another key, or cut off"
    return "this key does not open it: it was made with another private key, or altered"
