"""Judge a CA signature that has no one right form: `pkcs7.`, or one at the signer's own time."""

import re
from typing import Any

from signers.pfx import PfxRefused
from signers.shioaji.ca import EnvelopeRefused, Expected, Method, verify
from signproof.codec import CodecError, decode_octets
from signproof.scheme import Finding
from signproof.schemes.shioaji_ca.replay import opened

__all__ = ["at_its_time", "signed_pkcs7"]

Json = dict[str, Any]

_SECONDS = re.compile(rb"[1-9][0-9]{9}\Z")
_TIME = re.compile(rb"[1-9][0-9]{9}(?=([0-9]{3})?\Z)")
"""Seconds, or the seconds of milliseconds."""
_TEXT = 2
"""Which part of an envelope is the signed text."""


def signed_pkcs7(credential: Json, input_: Json, output: Json) -> Finding | None:
    """Return what is wrong with the envelope in *output*, None where nothing is.

    It has to be of the kind asked for, by this certificate, over exactly what was to be signed.
    """
    try:
        ca = opened(credential["pfx_b64"], credential["password"])
        seconds = input_["seconds"]
        expected = Expected(input_["ip"], input_["plain_text"], seconds, seconds)
        verified = verify(output["envelope"], certificate=ca.leaf.x509, expected=expected)
    except (EnvelopeRefused, PfxRefused) as error:
        return Finding(error.reason, str(error))
    if verified.method is not Method.PKCS7:
        return Finding("envelope", f"the envelope is {verified.method.value}, not pkcs7")
    return None


def at_its_time(input_: Json, output: Json) -> tuple[Json, int] | None:
    """Return *input_* with the time in the envelope, and it; None where none can be read."""
    try:
        signed_text = decode_octets(str(output.get("envelope")).split(".")[_TEXT])
    except (CodecError, IndexError):
        return None
    before = f"{input_['ip']}{input_['plain_text']}".encode("utf-8", "replace")
    after = signed_text.rpartition(before)[2] if before else b""
    found = _TIME.match(after) or _SECONDS.search(signed_text)
    return None if found is None else (input_ | {"seconds": int(found[0])}, int(found[0]))
