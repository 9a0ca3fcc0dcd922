"""How operations run through the scheme's pipeline."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from signers.tiger import (
    PATH,
    Opened,
    Padding,
    format_timestamp,
    open_signature,
    stages,
)
from signers.tiger.body import read_object
from signproof.codec import CodecError, decode_octets, encode_octets
from signproof.model import Request
from signproof.requests import from_model
from signproof.scheme import Asked, Replay
from signproof.schemes.tiger_rsa.pipeline import PIPELINE, STAGES, Pairs, loaded, pkcs1_line
from signproof.schemes.tiger_rsa.received import received_fields

__all__ = [
    "LOAD_KEY",
    "PUSH_LOGIN",
    "RECEIVED",
    "RECEIVED_RESPONSE",
    "REQUEST",
    "SIGN",
    "SIGN_RESPONSE",
    "asked",
    "key_of",
    "stages_of",
]

Json = dict[str, Any]

# What a flow starts from


def key_of(credential: Json) -> str | None:
    """Return the credential's private key as one base64 line of PKCS#1; None for none that loads.

    It may be in any shape that needs no guess.
    """
    return pkcs1_line(credential["private_key"].encode(), "")


def _values(credential: Json, **flow: Any) -> dict[str, Any]:
    """Return a flow's values; what it does not name does not run."""
    idle: dict[str, Any] = dict.fromkeys(
        ("fields", "sign_content", "response_content", "push_login_content", "body", "headers")
    )
    idle |= {"signed_values": (), "sent_fields": (), "target": PATH.encode()}
    for name in flow.pop("runs"):
        del idle[name]
    return {
        **idle,
        "tiger_id": credential["tiger_id"],
        "key": key_of(credential),
        "token": credential.get("token", ""),
        "seen_message": None,
        **flow,
    }


_SIGNS = ("signed_values", "sign_content")
_REQUESTS = (*_SIGNS, "sent_fields", "body", "headers", "target")


def _opened(credential: Json, sign: object) -> Opened | None:
    """Return what a signature holds, opened with the credential's own key."""
    key = key_of(credential)
    if key is None or not isinstance(sign, str):
        return None
    try:
        octets = decode_octets(sign)
    except CodecError:
        return None
    return open_signature(octets, loaded(key).public_key())


def _with_opened(values: dict[str, Any], credential: Json, sign: object) -> dict[str, Any]:
    seen = _opened(credential, sign)
    return values | {"seen_message": None if seen is None else seen.encoded_message}


def _without_empties(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the values of a signer that leaves empty and null fields out of what it signs."""
    fields = values.get("fields")
    kept = tuple(pair for pair in fields or () if pair[1] not in (None, ""))
    if not fields or len(kept) == len(fields):
        return []
    return [values | {"fields": kept, "sent_fields": values.get("sent_fields", fields)}]


def _beyond_pairs(credential: Json, output: Json) -> bool:
    """Tell whether a signature is one that the key does not open to anything, or over nothing."""
    sign: object = output.get("sign")
    if "body_b64" in output:
        try:
            _, _, sign = received_fields(decode_octets(output["body_b64"]))
        except CodecError:
            return False
    seen = _opened(credential, sign)
    if seen is None:
        return False
    # Many pairs of mistakes together leave nothing to sign: none of them would be the cause.
    return seen.padding in {Padding.OTHER_KEY, Padding.OUT_OF_RANGE} or seen.digest == _OF_NOTHING


def _pairs(params: list[list[str | None]]) -> Pairs:
    return tuple((str(name), value) for name, value in params)


_OF_NOTHING = stages.digest(b"")


# sign


def _sign_values(credential: Json, input_: Json) -> dict[str, Any]:
    return _values(
        credential,
        runs=_SIGNS,
        fields=_pairs(input_["params"]),
        charset=input_.get("charset", "UTF-8"),
    )


def _sign_output(results: dict[str, Any]) -> Json:
    return {"sign": results["signature"].decode("utf-8", "replace")}


def _same_sign(seen: Json, produced: Json) -> bool:
    return bool(seen.get("sign") == produced["sign"])


def _replay(values: Any) -> Replay:
    """Return the replay of an operation whose output is a signature alone."""
    return Replay(
        values,
        _sign_output,
        _same_sign,
        lambda credential, input_, output: _with_opened(
            values(credential, input_), credential, output.get("sign")
        ),
        _without_empties,
        _beyond_pairs,
    )


SIGN = _replay(_sign_values)
SIGN_RESPONSE = _replay(
    lambda credential, input_: _values(
        credential,
        runs=("response_content",),
        request_timestamp=input_["request_timestamp"],
        response=decode_octets(input_["body_b64"]),
    )
)
PUSH_LOGIN = _replay(
    lambda credential, input_: _values(credential, runs=("push_login_content",), now=input_["now"])
)


def stages_of(replay: Replay, credential: Json, input_: Json) -> dict[str, str]:
    """Return the stages of an operation whose output is a signature, as vectors hold them."""
    results = PIPELINE.run(replay.values(credential, input_))
    found = {name: results[name] for name in STAGES if results.get(name) is not None}
    return {
        name if name == "signature" else f"{name}_b64": octets.decode()
        if name == "signature"
        else encode_octets(octets)
        for name, octets in found.items()
    }


# load-key


def _load_values(_credential: Json, input_: Json) -> dict[str, Any]:
    values = _values(
        {"tiger_id": "", "private_key": ""},
        runs=(),
        sign_content=input_["content"].encode(),
        key_octets=decode_octets(input_["key_b64"]),
        passphrase=input_.get("passphrase", ""),
    )
    del values["key"]
    return values


def _load_output(results: dict[str, Any]) -> Json:
    """Return the signature, nothing for a key that is refused."""
    return _sign_output(results) if results["key"] is not None else {}


LOAD_KEY = Replay(
    _load_values, _load_output, lambda seen, produced: seen == produced, refusals=True
)


# request


def _request_values(credential: Json, input_: Json) -> dict[str, Any]:
    return _values(
        credential,
        runs=(*_REQUESTS, "fields"),
        api_method=input_["api_method"],
        biz_content=input_["biz_content"],
        more=_pairs(input_.get("more", [])),
        timestamp=input_["timestamp"],
        charset=input_.get("charset", "UTF-8"),
    )


def _request_output(results: dict[str, Any]) -> Json:
    path, mark, query = results["target"].decode("utf-8", "replace").partition("?")
    return {
        "method": "POST",
        "path": path,
        "query": query if mark else None,
        "headers": [
            [name.decode("latin-1"), value.decode("utf-8", "replace")]
            for name, value in results["headers"]
        ],
        "body_b64": encode_octets(results["body"]),
    }


def _same_request(seen: Json, produced: Json) -> bool:
    """Compare what matters: how the JSON is written, and other headers, are free."""
    if any(seen[name] != produced[name] for name in ("method", "path", "query")):
        return False
    if _header(seen, "authorization") != _header(produced, "authorization"):
        return False
    left, right = (decode_octets(one["body_b64"]) for one in (seen, produced))
    return left == right or _comparable(left) == _comparable(right)


def _header(request: Json, name: str) -> list[str]:
    return [value for header, value in request["headers"] if header.lower() == name]


def _comparable(body: bytes) -> object:
    parsed = read_object(body, numbers_as_text=True)
    if not isinstance(parsed, dict):
        return body
    return {name: (type(value).__name__, value) for name, value in parsed.items()}


def _hindsight_values(credential: Json, input_: Json, output: Json) -> dict[str, Any]:
    """Take what was chosen by the implementation from the request it made."""
    del input_
    request = from_model(msgspec.convert(output, Request))
    fields, charset, sign = received_fields(request.body)
    tokens = request.values(b"Authorization")
    values = _values(
        credential,
        runs=_REQUESTS,
        fields=fields,
        charset=charset,
        token=tokens[0].decode("utf-8", "replace") if tokens else "",
        target=request.target,
    )
    timestamps = [text for name, text in fields if name == "timestamp"]
    values["timestamp"] = (timestamps[0] if timestamps else None) or ""
    return _with_opened(values, credential, sign)


REQUEST = Replay(
    _request_values,
    _request_output,
    _same_request,
    _hindsight_values,
    _without_empties,
    _beyond_pairs,
)


def asked(asked: Asked) -> tuple[str, Json]:
    """Return the operation `request` and its input: the method names the API.

    The body is the biz_content. Now is in local time, as with most SDKs; which zone the gateway
    wants is not documented.
    Raises ValueError for a target, since there is but one, and for a body that is not UTF-8.
    """
    if asked.target is not None:
        raise ValueError(f"leave out the TARGET: every call goes to {PATH}, METHOD names the API")
    try:
        content = asked.body.decode() or None
    except UnicodeDecodeError:
        raise ValueError("the body is the JSON text of biz_content: it is not UTF-8") from None
    local = datetime.fromtimestamp(asked.now, UTC).astimezone()
    now = format_timestamp(local, local.tzinfo or UTC)
    return "request", {
        "api_method": asked.method,
        "biz_content": content,
        "timestamp": now if asked.timestamp is None else asked.timestamp,
        "charset": "UTF-8",
        "more": [],
    }


# verify


def _verified_values(credential: Json, input_: Json) -> dict[str, Any]:
    """Take what a good request was made from out of the request itself."""
    return _hindsight_values(credential, {}, input_["request"]) | {"seen_message": None}


RECEIVED = Replay(
    _verified_values,
    lambda results: {"request": _request_output(results)},
    lambda seen, produced: _same_request(seen["request"], produced["request"]),
)


# verify-response


def _answered(results: dict[str, Any]) -> Json:
    """Return the answer with the signature that was made."""
    answer = {**json.loads(results["response"]), "sign": results["signature"].decode("latin-1")}
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
    return {"body_b64": encode_octets(body), "request_timestamp": results["request_timestamp"]}


def _answer_values(credential: Json, input_: Json) -> dict[str, Any]:
    """Take a good answer apart; the credential's private key is here the gateway's own."""
    parsed = json.loads(decode_octets(input_["body_b64"]))
    del parsed["sign"]
    body = json.dumps(parsed, ensure_ascii=False, separators=(",", ":")).encode()
    return _values(
        credential,
        runs=("response_content",),
        request_timestamp=input_["request_timestamp"],
        response=body,
    )


RECEIVED_RESPONSE = Replay(
    _answer_values,
    _answered,
    lambda seen, produced: all(seen[name] == produced[name] for name in produced),
)
