"""Judge a CA signature that has no one right form: `pkcs7.`."""

from typing import Any

from signers.pfx import PfxRefused
from signers.shioaji.ca import EnvelopeRefused, Expected, Method, verify
from signproof.scheme import Finding
from signproof.schemes.shioaji_ca.replay import opened

__all__ = ["signed_pkcs7"]

Json = dict[str, Any]


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
