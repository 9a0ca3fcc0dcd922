"""What a program does often, with all prepared that can be."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from signers.tiger import Verified, Verifier, sign_response
from signproof.requests import from_model
from signproof.scheme import Hot
from signproof.schemes.tiger_rsa.model import SignInput, SignResponseInput, VerifyInput
from signproof.schemes.tiger_rsa.operations import Prepared

__all__ = ["HOT"]


def _sign(prepared: Prepared, input_: SignInput) -> Hot:
    signer = prepared.signer(input_.charset)
    return Hot(partial(signer.sign, dict(input_.params)), _signed)


def _sign_response(prepared: Prepared, input_: SignResponseInput) -> Hot:
    key = prepared.private_key().rsa
    return Hot(partial(sign_response, input_.request_timestamp, key), _signed)


def _signed(sign: str) -> dict[str, object]:
    return {"sign": sign}


def _verify(prepared: Prepared, input_: VerifyInput) -> Hot:
    public = prepared.private_key().public.rsa
    verifier = Verifier({prepared.credential.tiger_id: public})
    return Hot(partial(verifier.verify, from_model(input_.request)), _verified)


def _verified(verified: Verified) -> dict[str, object]:
    return {"valid": True, "empty_values": verified.empty_values.value}


HOT: Mapping[str, Callable[[Any, Any], Hot]] = {
    "sign": _sign,
    "sign-response": _sign_response,
    "verify": _verify,
}
