"""What a program does often, with all prepared that can be."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from signers.shioaji.ca import Expected, Method, Verified, verify
from signproof.scheme import Hot
from signproof.schemes.shioaji_ca.model import SignInput, VerifyInput
from signproof.schemes.shioaji_ca.operations import Prepared

__all__ = ["HOT"]


def _sign(prepared: Prepared, input_: SignInput) -> Hot:
    sign = partial(
        prepared.signing().sign,
        Method.PKCS1,
        input_.plain_text,
        ip=input_.ip,
        seconds=input_.seconds,
    )
    return Hot(sign, lambda envelope: {"envelope": envelope})


def _verify(_: None, input_: VerifyInput) -> Hot:
    expected = Expected(input_.ip, input_.plain_text, input_.earliest, input_.latest)
    return Hot(partial(verify, input_.envelope, expected=expected), _verified)


def _verified(verified: Verified) -> dict[str, object]:
    return {"person_id": verified.text.person_id, "seconds": verified.text.seconds}


HOT: Mapping[str, Callable[[Any, Any], Hot]] = {"sign-pkcs1": _sign, "verify-pkcs1": _verify}
