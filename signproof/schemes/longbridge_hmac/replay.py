"""The scheme's pipeline, over the reference's stages, and how operations run through it."""

from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec

from signers.longbridge import stages
from signproof.codec import decode_octets, encode_octets, read
from signproof.model import Request
from signproof.pipeline import Pipeline, Stage
from signproof.requests import from_model
from signproof.scheme import Asked, Replay

__all__ = [
    "PIPELINE",
    "RECEIVED",
    "REFRESH_PATH",
    "REQUEST",
    "SIGN",
    "STAGES",
    "as_sent",
    "asked",
    "encoded_query",
    "received_input",
    "refreshed_token",
    "request_values",
]

Json = dict[str, Any]
Headers = tuple[tuple[bytes, bytes], ...]

REFRESH_PATH = "/v1/token/refresh"

STAGES = (
    "canonical_headers",
    "body_digest",
    "canonical_request",
    "canonical_digest",
    "string_to_sign",
    "signature",
    "header",
)
"""The stages that vectors hold; the others only connect them to a request."""


def encoded_query(params: tuple[tuple[bytes, bytes], ...] | None) -> bytes | None:
    """Return the raw query: all but unreserved characters as `%XX`; None without parameters."""
    if not params:
        return None
    return b"&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}".encode() for name, value in params
    )


def _current_token(access_token: bytes, refreshed_token: bytes | None) -> bytes:
    return access_token if refreshed_token is None else refreshed_token


def _headers(app_key: bytes, token: bytes, timestamp: bytes, header: bytes, body: bytes) -> Headers:
    content = ((b"Content-Type", b"application/json; charset=utf-8"),) if body else ()
    return (
        (b"X-Api-Key", app_key),
        (b"Authorization", token),
        (b"X-Timestamp", timestamp),
        (b"X-Api-Signature", header),
        *content,
    )


PIPELINE = Pipeline(
    (
        Stage("token", ("access_token", "refreshed_token"), _current_token),
        Stage("query", ("params",), encoded_query),
        Stage("canonical_headers", ("token", "app_key", "timestamp"), stages.canonical_headers),
        Stage("body_digest", ("body",), stages.body_digest),
        Stage(
            "canonical_request",
            ("method", "path", "query", "canonical_headers", "body_digest"),
            stages.canonical_request,
        ),
        Stage("canonical_digest", ("canonical_request",), stages.canonical_digest),
        Stage("string_to_sign", ("canonical_digest",), stages.string_to_sign),
        Stage("signature", ("app_secret", "string_to_sign"), stages.signature),
        Stage("header", ("signature",), stages.header),
        Stage("sent_query", ("query",), lambda query: query),
        Stage("sent_body", ("body",), lambda body: body),
        Stage("headers", ("app_key", "token", "timestamp", "header", "body"), _headers),
    )
)


def _credential_values(credential: Json) -> dict[str, Any]:
    return {
        "app_key": credential["app_key"].encode(),
        "app_secret": credential["app_secret"].encode(),
        "access_token": credential["access_token"].encode(),
        "refreshed_token": None,
    }


def _sign_values(credential: Json, input_: Json) -> dict[str, Any]:
    query = input_["query"]
    return _credential_values(credential) | {
        "method": input_["method"].encode(),
        "path": input_["path"].encode(),
        "query": None if query is None else query.encode(),
        "body": decode_octets(input_["body_b64"]),
        "timestamp": input_["timestamp"].encode(),
    }


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _sign_output(results: dict[str, Any]) -> Json:
    return {"x_api_signature": _text(results["header"])}


SIGN = Replay(_sign_values, _sign_output, lambda seen, produced: seen == produced)


def asked(asked: Asked) -> tuple[str, Json]:
    """Return the operation `sign` and its input; raises ValueError without a target."""
    if asked.target is None:
        raise ValueError("name the TARGET as well: the path with its query, as it is sent")
    path, mark, query = asked.target.partition("?")
    return "sign", {
        "method": asked.method,
        "path": path,
        "query": query if mark else None,
        "body_b64": encode_octets(asked.body),
        "timestamp": str(int(asked.now)) if asked.timestamp is None else asked.timestamp,
    }


def as_sent(credential: Json, input_: Json, output: Json) -> Json:
    """Return the request that was signed by the operation `sign`."""
    values = _sign_values(credential, input_)
    headers = _headers(
        values["app_key"],
        values["access_token"],
        values["timestamp"],
        output["x_api_signature"].encode(),
        values["body"],
    )
    request = {name: input_[name] for name in ("method", "path", "query", "body_b64")}
    return request | {"headers": [[name.decode(), value.decode()] for name, value in headers]}


def received_input(request: Json) -> Json:
    """Return the input of `request` that asks for what was received."""
    timestamps = [
        value.strip(" \t") for name, value in request["headers"] if name.lower() == "x-timestamp"
    ]
    pairs = (pair.partition("=") for pair in (request["query"] or "").split("&") if pair)
    return {
        "method": request["method"],
        "path": request["path"],
        "params": [[_unquoted(name), _unquoted(value)] for name, _, value in pairs],
        "body_b64": request["body_b64"],
        "timestamp": timestamps[0] if timestamps else "",
    }


def _unquoted(text: str) -> str:
    # What is escaped need not be UTF-8: `request_values` takes these octets back.
    return unquote_plus(text, errors="surrogateescape")


def refreshed_token(input_: Json) -> str | None:
    """Return the token of the refresh response in *input_*; None where there is none."""
    text = input_.get("refresh_response_b64")
    if not text:
        return None
    token = read(decode_octets(text))["data"]["token"]
    return token if isinstance(token, str) else None


def request_values(credential: Json, input_: Json) -> dict[str, Any]:
    """Return the pipeline's values for `request` and, told by its member, `refresh-request`."""
    if "expired_at" in input_:
        call: Json = {
            "method": "GET",
            "path": REFRESH_PATH,
            "params": [["expired_at", input_["expired_at"]]],
            "body_b64": "",
        }
    else:
        call = input_
    token = refreshed_token(input_)
    values = _credential_values(credential)
    if token is not None:
        values["refreshed_token"] = token.encode()
    return values | {
        "method": call["method"].encode(),
        "path": call["path"].encode(),
        "params": tuple((_octets(name), _octets(value)) for name, value in call["params"]) or None,
        "body": decode_octets(call["body_b64"]),
        "timestamp": input_["timestamp"].encode(),
    }


def _request_output(results: dict[str, Any]) -> Json:
    query = results["sent_query"]
    return {
        "method": _text(results["method"]),
        "path": _text(results["path"]),
        "query": None if query is None else _text(query),
        "headers": [[_text(name), _text(value)] for name, value in results["headers"]],
        "body_b64": encode_octets(results["sent_body"]),
    }


_AUTH = ("x-api-key", "authorization", "x-timestamp", "x-api-signature", "content-type")


def _same_request(seen: Json, produced: Json) -> bool:
    """Compare what matters of two requests: other headers, order and case of names are free."""
    if any(seen[name] != produced[name] for name in ("method", "path", "query", "body_b64")):
        return False
    left, right = _by_name(seen["headers"]), _by_name(produced["headers"])
    if not seen["body_b64"]:  # some SDKs name a content type where there is no content
        left.pop("content-type", None)
        right.pop("content-type", None)
    names = {*right, *(name for name in _AUTH if name in left)}
    return all(_comparable(name, left) == _comparable(name, right) for name in names)


def _by_name(headers: list[list[str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return values


def _comparable(name: str, headers: dict[str, list[str]]) -> list[str]:
    """Return a header's values; of a content type only the media type, for that is what matters."""
    values = headers.get(name, [])
    if name == "content-type":
        return [value.partition(";")[0].strip().lower() for value in values]
    return values


def _received_values(credential: Json, input_: Json, output: Json) -> dict[str, Any]:
    """Take what was chosen by the implementation from the request it made."""
    request = from_model(msgspec.convert(output, Request))
    values = request_values(credential, input_)
    del values["params"]
    timestamps, tokens = request.values(b"X-Timestamp"), request.values(b"Authorization")
    values |= {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body,
    }
    if len(timestamps) == 1:
        values["timestamp"] = timestamps[0]
    if len(tokens) == 1 and not tokens[0].startswith(b"HMAC-"):
        # As received it takes the place of both tokens: the stage `token` is skipped.
        values["token"] = tokens[0]
    return values


REQUEST = Replay(request_values, _request_output, _same_request, _received_values)


def _verified_values(credential: Json, input_: Json) -> dict[str, Any]:
    """Take what a good request was made from out of the request itself."""
    request = from_model(msgspec.convert(input_["request"], Request))
    (timestamp,), (token,) = request.values(b"X-Timestamp"), request.values(b"Authorization")
    return _credential_values(credential) | {
        "refreshed_token": token,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body,
        "timestamp": timestamp,
    }


RECEIVED = Replay(
    _verified_values,
    lambda results: {"request": _request_output(results)},
    lambda seen, produced: _same_request(seen["request"], produced["request"]),
)
