"""Judge a request that an implementation built: signed right, and the one asked for."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from signers.errors import VerificationError
from signers.longbridge import Verifier
from signers.request import SignedRequest
from signproof.codec import CodecError
from signproof.model import Request
from signproof.requests import from_model
from signproof.sameness import same_json, shown
from signproof.scheme import Finding
from signproof.schemes.longbridge_hmac.replay import request_values

__all__ = ["sent_request", "signed_request"]

Json = dict[str, Any]

_UNIX_TIME = re.compile(r"(?:\d{10}|\d{13})(?:\.\d+)?")
"""Seconds or milliseconds, as the documents and the SDKs have them, from 2001 to 2286."""


def signed_request(credential: Json, input_: Json, output: Json) -> Finding | None:
    """Return what is wrong with the request *output*, None where nothing is.

    First the signature, over exactly the octets of the request; then whether method, path,
    parameters, body, token and timestamp are those of *input_*, and the body's content type.
    """
    return _judged(credential, input_, output, lambda want, got: want == got)


def sent_request(credential: Json, input_: Json, output: Json) -> Finding | None:
    """Return the same for a request that an SDK wrote from *input_* in its own way.

    A body may be written otherwise as long as it is the same JSON value. The timestamp is the
    SDK's own, but it has to be one.
    """
    finding = _judged(credential, input_, output, same_json)
    if finding is None and not _UNIX_TIME.fullmatch(input_["timestamp"]):
        text = shown(input_["timestamp"].encode())
        return Finding(
            "timestamp", f"X-Timestamp is no Unix time in seconds or milliseconds: {text}"
        )
    return finding


def _judged(
    credential: Json, input_: Json, output: Json, same_body: Callable[[bytes, bytes], bool]
) -> Finding | None:
    try:
        request = from_model(msgspec.convert(output, Request))
        Verifier(credential["app_key"], credential["app_secret"]).verify(request)
    except CodecError as error:
        return Finding("body_b64", f"body_b64 is {error}")
    except VerificationError as error:
        return Finding(error.reason, str(error))
    return _difference(request_values(credential, input_), request, same_body)


def _segments(path: bytes) -> list[bytes]:
    """Compare segment by segment: a `/` that was escaped is no `/`."""
    return [unquote_to_bytes(segment) for segment in path.split(b"/")]


def _difference(
    wanted: dict[str, Any], request: SignedRequest, same_body: Callable[[bytes, bytes], bool]
) -> Finding | None:
    token = wanted["refreshed_token"] or wanted["access_token"]
    timestamp = request.values(b"X-Timestamp")[0]
    compared: tuple[tuple[str, object, object, bytes], ...] = (
        ("method", wanted["method"].upper(), request.method.upper(), request.method.upper()),
        ("path", _segments(wanted["path"]), _segments(request.path), request.path),
        ("timestamp", wanted["timestamp"], timestamp, timestamp),
    )
    for member, want, got, octets in compared:
        if want != got:
            return Finding(member, f"the {member} is not the one asked for: {shown(octets)}")
    if not same_body(wanted["body"], request.body):
        return Finding("body_b64", f"the body is not the one asked for: {shown(request.body)}")
    if request.values(b"Authorization")[0] != token:
        return Finding("token", _token_problem(wanted, request))
    params, got_params = wanted["params"] or (), _params(request.query)
    if not _same_params(params, got_params):
        pairs = "&".join(f"{shown(name)}={shown(value)}" for name, value in got_params)
        return Finding("params", f"the parameters are not those asked for: {pairs or 'none'}")
    if request.body and not _is_json(request.values(b"Content-Type")):
        return Finding("content-type", "a body was sent without `Content-Type: application/json`")
    return None


def _token_problem(wanted: dict[str, Any], request: SignedRequest) -> str:
    token = request.values(b"Authorization")[0]
    if token[:7].lower() == b"bearer ":
        return "the token was sent with `Bearer ` in front: with an API key it is sent raw"
    if wanted["refreshed_token"] and token == wanted["access_token"]:
        return "the token from before the refresh was sent: it has stopped working"
    return "Authorization is not the access token"


def _params(query: bytes | None) -> tuple[tuple[bytes, bytes], ...]:
    """Split a query; both `+` and `%20` are a space, as official SDKs send either."""
    pairs = (pair.partition(b"=") for pair in (query or b"").split(b"&") if pair)
    return tuple((_decoded(name), _decoded(value)) for name, _, value in pairs)


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _same_params(
    wanted: tuple[tuple[bytes, bytes], ...], got: tuple[tuple[bytes, bytes], ...]
) -> bool:
    """Compare as sets with repetition kept in order: some SDKs sort parameters by name."""
    by_name = [sorted(params, key=lambda pair: pair[0]) for params in (wanted, got)]
    return [_comparable(*pair) for pair in by_name[0]] == [
        _comparable(*pair) for pair in by_name[1]
    ]


def _comparable(name: bytes, value: bytes) -> tuple[bytes, bytes | datetime]:
    """Compare instants as instants: digits after the second and the offset may be written apart."""
    if name == b"expired_at":
        try:
            instant = datetime.fromisoformat(value.decode("ascii"))
        except ValueError:
            return name, value
        return (name, instant) if instant.tzinfo else (name, value)
    return name, value


def _is_json(content_types: tuple[bytes, ...]) -> bool:
    return [value.partition(b";")[0].strip().lower() for value in content_types] == [
        b"application/json"
    ]
