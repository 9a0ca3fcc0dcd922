"""What a wrong signature shows when it is opened with the public key, in words."""

import contextlib
import re
from typing import Any

from signers import rsa_keys
from signers.rsa_keys import KeyRefused
from signers.tiger import Opened, Padding, open_signature
from signproof.codec import CodecError, decode_octets
from signproof.scheme import Replay
from signproof.schemes.tiger_rsa.pipeline import PIPELINE
from signproof.schemes.tiger_rsa.received import received_fields
from signproof.signature_words import (
    NOT_OPENED,
    Content,
    base64_octets,
    described,
    hexadecimal_octets,
)

__all__ = ["opened"]

Json = dict[str, Any]


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
    contents = [("the right content", PIPELINE.run(start)["content"]) for start in starts]
    public = rsa_keys.load(right["key"]).public.rsa
    found = open_signature(octets, public)
    if found.padding in NOT_OPENED:
        return spelling + _by_another(found, octets, right["key_length"], credential, contents)
    return spelling + described(found, contents)


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
    # Before base64, whose alphabet has these digits, too: by chance no signature has them alone.
    octets = hexadecimal_octets(re.sub(r"\s", "", sign))
    if octets is not None:
        return octets, "hexadecimal, where base64 is right; "
    octets, spelling = base64_octets(sign)
    return octets, f"{spelling}; " if spelling else ""


def _by_another(
    found: Opened, octets: bytes, wanted: int, credential: Json, contents: list[Content]
) -> str:
    """Say whether the gateway's key made it, the only other one that is known."""
    with contextlib.suppress(KeyRefused):
        gateway = rsa_keys.load_public(credential.get("tiger_public_key", "")).rsa
        by_gateway = open_signature(octets, gateway)
        if by_gateway.padding not in NOT_OPENED:
            shown = described(by_gateway, contents)
            return f"made with the private half of tiger_public_key, not with this key: {shown}"
    if found.padding is Padding.WRONG_LENGTH:
        return f"{len(octets)} octets, where this key gives {wanted}: another key, or cut off"
    return "this key does not open it: it was made with another private key, or altered"
