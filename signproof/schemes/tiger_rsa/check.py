"""Judge a request that an implementation built: signed right, and the call asked for."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from signers import rsa_keys
from signers.errors import VerificationError
from signers.rsa_keys import KeyRefused
from signers.tiger import PATH, Verified, Verifier
from signproof.codec import CodecError
from signproof.model import Request
from signproof.requests import from_model, origin_form
from signproof.sameness import same_json, shown
from signproof.scheme import Finding

__all__ = ["sent_request", "signed_request"]

Json = dict[str, Any]


def signed_request(credential: Json, input_: Json, output: Json) -> Finding | None:
    """Return what is wrong with the request *output*, None where nothing is.

    First the signature over what the body holds; then whether address, method, biz_content,
    timestamp, charset, further fields and token are those of *input_*.
    """
    return _judged(credential, input_, output, _is)


def sent_request(credential: Json, input_: Json, output: Json) -> Finding | None:
    """Return the same for a request that an SDK wrote from *input_* in its own way.

    Its biz_content may be written otherwise as long as it is the same JSON value; one without
    members may be left out. The timestamp is the SDK's own.
    """
    return _judged(credential, input_, output, _same_content)


def _judged(
    credential: Json,
    input_: Json,
    output: Json,
    same: Callable[[object, object], bool],
) -> Finding | None:
    try:
        request = from_model(msgspec.convert(output, Request))
        public = rsa_keys.load(credential["private_key"], lenient=True).public.rsa
        verified = Verifier({credential["tiger_id"]: public}).verify(request)
    except CodecError as error:
        return Finding("body_b64", f"body_b64 is {error}")
    except (VerificationError, KeyRefused) as error:
        return Finding(error.reason, str(error))
    if request.method != b"POST" or origin_form(request.target) != PATH.encode():
        sent = shown(request.method + b" " + request.target)
        return Finding("target", f"it is not sent with POST to {PATH}: {sent}")
    if [value.partition(b";")[0].strip().lower() for value in request.values(b"Content-Type")] != [
        b"application/json"
    ]:
        return Finding("content-type", "it is sent without `Content-Type: application/json`")
    tokens = [value.decode("utf-8", "replace") for value in request.values(b"Authorization")]
    wanted = credential.get("token", "")
    if tokens != ([wanted] if wanted else []):
        return Finding("token", _token_problem(wanted, tokens))
    return _difference(input_, verified, same)


def _token_problem(wanted: str, tokens: list[str]) -> str:
    if not wanted:
        return "Authorization is sent, and this credential has no token"
    if not tokens:
        return "the token is not sent: it stands in Authorization"
    if tokens[0][:7].lower() == "bearer ":
        return "the token was sent with `Bearer ` in front: it is sent raw"
    return "Authorization is not the token"


def _difference(
    input_: Json, verified: Verified, same: Callable[[object, object], bool]
) -> Finding | None:
    fields = verified.fields
    compared = [
        ("method", input_["api_method"], verified.method),
        ("timestamp", input_["timestamp"], verified.timestamp),
        ("charset", input_.get("charset", "UTF-8"), verified.charset.value),
        *((name, value, _as_signed(fields.get(name))) for name, value in input_.get("more", [])),
    ]
    for name, want, got in compared:
        if want != got:
            return Finding(name, f"the field {name} is not the one asked for: {_text(got)}")
    content = fields.get("biz_content")
    if not same(input_["biz_content"], content):
        return Finding(
            "biz_content", f"the field biz_content is not the one asked for: {_text(content)}"
        )
    return None


def _as_signed(value: object) -> str | None:
    """Return the text that a further field is signed as; its JSON type is left free."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _is(want: object, got: object) -> bool:
    """Compare exactly: a number or `true` is not its text, though it is signed like it."""
    return want == got and type(want) is type(got)


def _same_content(want: object, got: object) -> bool:
    """Compare as JSON; no parameters are none, be they left out or without members."""
    left, right = want or "{}", got or "{}"
    return type(left) is type(right) is str and same_json(left, right)


def _text(value: object) -> str:
    if value is None:
        return "absent or null"
    if type(value) is str:
        return shown(value.encode("utf-8", "replace"))
    return f"{_as_signed(value)}, which is no text"
