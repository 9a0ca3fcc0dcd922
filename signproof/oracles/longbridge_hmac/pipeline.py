"""The scheme as documented, assembled plainly; digests and MAC by the openssl command."""

from typing import Any

from signproof.oracles import openssl
from signproof.pipeline import Pipeline, Stage

__all__ = ["PIPELINE", "STAGES"]

STAGES = (
    "canonical_headers",
    "body_digest",
    "canonical_request",
    "canonical_digest",
    "string_to_sign",
    "signature",
    "header",
)

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def _token(access_token: bytes, refreshed_token: bytes | None) -> bytes:
    return access_token if refreshed_token is None else refreshed_token


def _escape(octets: bytes) -> bytes:
    escaped = b""
    for octet in octets:
        escaped += bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet
    return escaped


def _query(params: Any) -> bytes | None:
    if not params:
        return None
    return b"&".join(_escape(name) + b"=" + _escape(value) for name, value in params)


def _canonical_headers(token: bytes, app_key: bytes, timestamp: bytes) -> bytes:
    block = b"authorization:" + token + b"\n"
    block += b"x-api-key:" + app_key + b"\n"
    block += b"x-timestamp:" + timestamp + b"\n"
    return block


def _body_digest(body: bytes) -> bytes:
    return b"" if body == b"" else openssl.sha1(body)


def _canonical_request(
    method: bytes, path: bytes, query: bytes | None, headers: bytes, digest: bytes
) -> bytes:
    canonical = method.upper() + b"|"
    canonical += path + b"|"
    canonical += (b"" if query is None else query) + b"|"
    canonical += headers + b"|"
    canonical += b"authorization;x-api-key;x-timestamp" + b"|"
    canonical += digest
    return canonical


def _header(signature: bytes) -> bytes:
    value = b"HMAC-SHA256 "
    value += b"SignedHeaders=authorization;x-api-key;x-timestamp, "
    value += b"Signature=" + signature
    return value


def _headers(
    app_key: bytes, token: bytes, timestamp: bytes, header: bytes, body: bytes
) -> tuple[tuple[bytes, bytes], ...]:
    headers = [
        (b"X-Api-Key", app_key),
        (b"Authorization", token),
        (b"X-Timestamp", timestamp),
        (b"X-Api-Signature", header),
    ]
    if body != b"":
        headers.append((b"Content-Type", b"application/json; charset=utf-8"))
    return tuple(headers)


PIPELINE = Pipeline(
    (
        Stage("token", ("access_token", "refreshed_token"), _token),
        Stage("query", ("params",), _query),
        Stage("canonical_headers", ("token", "app_key", "timestamp"), _canonical_headers),
        Stage("body_digest", ("body",), _body_digest),
        Stage(
            "canonical_request",
            ("method", "path", "query", "canonical_headers", "body_digest"),
            _canonical_request,
        ),
        Stage("canonical_digest", ("canonical_request",), openssl.sha1),
        Stage("string_to_sign", ("canonical_digest",), lambda digest: b"HMAC-SHA256|" + digest),
        Stage("signature", ("app_secret", "string_to_sign"), openssl.hmac_sha256),
        Stage("header", ("signature",), _header),
        Stage("sent_query", ("query",), lambda query: query),
        Stage("sent_body", ("body",), lambda body: body),
        Stage("headers", ("app_key", "token", "timestamp", "header", "body"), _headers),
    )
)
