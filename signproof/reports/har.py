"""Exchanges as a HAR 1.2 file, which browsers' tools and `signproof explain` read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from signproof import codec
from signproof.server import Exchange

__all__ = ["render"]

Headers = Sequence[tuple[bytes, bytes]]


def render(exchanges: Sequence[Exchange], base_url: str) -> bytes:
    """Return the file.

    Beside HAR's own members each entry has `_verdict` and, since HAR's texts cannot hold every
    octet, `_raw_b64` with the request as it came. What was no request has an empty method.
    """
    return codec.pretty(
        {
            "log": {
                "version": "1.2",
                "creator": {"name": "signproof", "version": version("signproof")},
                "entries": [_entry(exchange, base_url) for exchange in exchanges],
            }
        }
    )


def _entry(exchange: Exchange, base_url: str) -> dict[str, Any]:
    verdict = exchange.reply.verdict
    started = datetime.fromtimestamp(exchange.received_at, UTC).isoformat(timespec="milliseconds")
    return {
        "startedDateTime": started.replace("+00:00", "Z"),
        "time": 0,
        "request": _request(exchange, base_url),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "serverIPAddress": "127.0.0.1",
        "_verdict": {
            "accepted": verdict.accepted,
            "reason": verdict.reason,
            "message": verdict.message,
        },
        "_raw_b64": codec.encode_octets(exchange.raw),
    }


def _request(exchange: Exchange, base_url: str) -> dict[str, Any]:
    request = exchange.request
    if request is None:
        return _message([], b"") | {"method": "", "url": base_url, "queryString": []}
    entry = _message(request.headers, request.body) | {
        "method": _text(request.method),
        "url": base_url + _text(request.target),
        "queryString": [
            {"name": name, "value": value}
            for name, _, value in (
                pair.partition("=") for pair in _text(request.query or b"").split("&") if pair
            )
        ],
    }
    if request.body:
        types = request.values(b"Content-Type")
        entry["postData"] = {"mimeType": _text(types[0]) if types else "", **_body(request.body)}
    return entry


def _response(exchange: Exchange) -> dict[str, Any]:
    reply = exchange.reply
    types = [value for name, value in reply.headers if name.lower() == b"content-type"]
    content = {"size": len(reply.body), "mimeType": _text(types[0]) if types else ""}
    return _message(reply.headers, reply.body) | {
        "status": reply.status,
        "statusText": "",
        "content": {**content, **_body(reply.body)},
        "redirectURL": "",
    }


def _message(headers: Headers, body: bytes) -> dict[str, Any]:
    return {
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": _text(name), "value": _text(value)} for name, value in headers],
        "headersSize": -1,
        "bodySize": len(body),
    }


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": codec.encode_octets(body), "encoding": "base64"}


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
