"""What a program does often, with all prepared that can be."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from signers.longbridge import Verified, Verifier
from signproof.codec import decode_octets
from signproof.requests import from_model
from signproof.scheme import Hot
from signproof.schemes.longbridge_hmac.model import SignInput, VerifyInput
from signproof.schemes.longbridge_hmac.operations import Prepared

__all__ = ["HOT"]


def _sign(prepared: Prepared, input_: SignInput) -> Hot:
    return Hot(
        partial(
            prepared.signing().sign,
            input_.method,
            input_.path,
            input_.query,
            decode_octets(input_.body_b64),
            input_.timestamp,
        ),
        lambda header: {"x_api_signature": header},
    )


def _verify(prepared: Prepared, input_: VerifyInput) -> Hot:
    verifier = Verifier(prepared.credential.app_key, prepared.credential.app_secret)
    return Hot(partial(verifier.verify, from_model(input_.request)), _verified)


def _verified(verified: Verified) -> dict[str, object]:
    return {"valid": True, "path_form": verified.path_form.value}


HOT: Mapping[str, Callable[[Any, Any], Hot]] = {"sign": _sign, "verify": _verify}
