"""The check `signed-request`: each part of a request wrong by itself, and what is left free."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from signproof import schemes
from signproof.scheme import Finding

CHECK = schemes.get("longbridge-hmac").checks["signed-request"]
CREDENTIAL = {"app_key": "ExampleKey", "app_secret": "example-secret", "access_token": "m_Example"}
ORDER = b'{"symbol":"700.HK"}'
NEW_TOKEN = "m_ExampleNew"
REFRESHED = b'{"code":0,"message":"success","data":{"token":"m_ExampleNew"}}'

Json = dict[str, Any]


def encoded(octets: bytes) -> str:
    return b64encode(octets).decode()


def request(
    method: str = "GET",
    path: str = "/v1/quote",
    query: str | None = None,
    body: bytes = b"",
    *,
    timestamp: str = "1700000000",
    token: str = "m_Example",
    content_type: str | None = None,
    signed_path: str | None = None,
) -> Json:
    """Sign plainly, as the broker's page says."""
    names = "authorization;x-api-key;x-timestamp"
    digest = hashlib.sha1(body).hexdigest() if body else ""
    canonical = (
        f"{method.upper()}|{signed_path or path}|{query or ''}|authorization:{token}\n"
        f"x-api-key:ExampleKey\nx-timestamp:{timestamp}\n|{names}|{digest}"
    )
    text = f"HMAC-SHA256|{hashlib.sha1(canonical.encode()).hexdigest()}"
    mac = hmac.new(b"example-secret", text.encode(), hashlib.sha256).hexdigest()
    headers = [
        ["x-api-key", "ExampleKey"],
        ["Authorization", token],
        ["X-Timestamp", timestamp],
        ["X-Api-Signature", f"HMAC-SHA256 SignedHeaders={names}, Signature={mac}"],
    ]
    if body and content_type is None:
        content_type = "application/json; charset=utf-8"
    if content_type:
        headers.append(["Content-Type", content_type])
    return {
        "method": method,
        "path": path,
        "query": query,
        "headers": headers,
        "body_b64": encoded(body),
    }


def call(
    method: str = "GET",
    path: str = "/v1/quote",
    params: list[list[str]] | None = None,
    body: bytes = b"",
    timestamp: str = "1700000000",
    refreshed: bytes = b"",
) -> Json:
    return {
        "method": method,
        "path": path,
        "params": params or [],
        "body_b64": encoded(body),
        "timestamp": timestamp,
        **({"refresh_response_b64": encoded(refreshed)} if refreshed else {}),
    }


REFRESH: Json = {"expired_at": "2027-02-19T01:50:56.859Z", "timestamp": "1700000000"}
REFRESH_PATH = "/v1/token/refresh"


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        pytest.param(call(), request(), id="plain"),
        pytest.param(call(), request(query=""), id="bare-question-mark"),
        pytest.param(call("get"), request("GET"), id="method-in-upper-case"),
        pytest.param(call("GET"), request("get"), id="method-in-lower-case"),
        pytest.param(call("POST", body=ORDER), request("POST", body=ORDER), id="body"),
        pytest.param(
            call("POST", body=ORDER),
            request("POST", body=ORDER, content_type="Application/JSON"),
            id="content-type-without-charset",
        ),
        pytest.param(call(), request(content_type="text/plain"), id="content-type-without-body"),
        pytest.param(
            call(params=[["b", "2"], ["a", "1"]]), request(query="a=1&b=2"), id="params-sorted"
        ),
        pytest.param(
            call(params=[["s", "2"], ["a", "1"], ["s", "1"]]),
            request(query="a=1&s=2&s=1"),
            id="repeated-params-in-order",
        ),
        pytest.param(call(params=[["q", "a b"]]), request(query="q=a+b"), id="space-as-plus"),
        pytest.param(call(params=[["q", "a b"]]), request(query="q=a%20b"), id="space-as-percent"),
        pytest.param(call(params=[["q", "a+b"]]), request(query="q=a%2Bb"), id="plus"),
        pytest.param(call(params=[["q", "é"]]), request(query="q=%c3%a9"), id="lower-case-escape"),
        pytest.param(call(params=[["q", ""]]), request(query="q"), id="empty-value-without-equals"),
        pytest.param(call(params=[["q", "1"]]), request(query="&q=1&"), id="stray-ampersands"),
        pytest.param(call(path="/v1/a b"), request(path="/v1/a%20b"), id="path-encoded"),
        pytest.param(
            call(path="/v1/a b"), request(path="/v1/a%20b", signed_path="/v1/a b"), id="go-path"
        ),
        pytest.param(
            REFRESH,
            request(path=REFRESH_PATH, query="expired_at=2027-02-19T01%3A50%3A56.859Z"),
            id="refresh",
        ),
        pytest.param(
            REFRESH,
            request(path=REFRESH_PATH, query="expired_at=2027-02-19T01:50:56.859000Z"),
            id="instant-with-microseconds",
        ),
        pytest.param(
            REFRESH,
            request(path=REFRESH_PATH, query="expired_at=2027-02-19T09:50:56.859%2B08:00"),
            id="instant-with-offset",
        ),
        pytest.param(
            call(params=[["expired_at", "never"]]),
            request(query="expired_at=never"),
            id="no-instant",
        ),
        pytest.param(
            call(params=[["expired_at", "2027-02-19"]]),
            request(query="expired_at=2027-02-19"),
            id="naive-instant",
        ),
        pytest.param(call(refreshed=REFRESHED), request(token=NEW_TOKEN), id="new-token"),
    ],
)
def test_what_conforms(asked: Json, made: Json) -> None:
    assert CHECK(CREDENTIAL, asked, made) is None


def _changed(made: Json, **members: Any) -> Json:
    return made | members


def _header(made: Json, name: str, change: Callable[[str], str]) -> Json:
    return made | {
        "headers": [
            [key, change(value) if key.lower() == name else value] for key, value in made["headers"]
        ]
    }


MISMATCH = (
    "the signature does not match the request as received: the secret differs, or what was signed "
    "is not what was sent"
)


@pytest.mark.parametrize(
    ("asked", "made", "finding"),
    [
        pytest.param(
            call(),
            _changed(request(), body_b64="e30"),
            Finding(
                "body_b64",
                "body_b64 is not base64: it must be padded, in one line, of A-Z a-z 0-9 + /",
            ),
            id="body-that-is-not-base64",
        ),
        pytest.param(
            call(),
            _changed(request(), headers=[]),
            Finding(
                "missing-header",
                "X-Api-Key is missing or empty: send it exactly as it was signed",
            ),
            id="no-headers",
        ),
        pytest.param(
            call(),
            _changed(request(), path="/v1/other"),
            Finding("wrong-signature", MISMATCH),
            id="signed-for-another-path",
        ),
        pytest.param(
            call(),
            _header(request(), "x-api-key", lambda _: "OtherKey"),
            Finding(
                "unknown-api-key",
                "X-Api-Key is not a known key: check it against the developer page",
            ),
            id="other-key",
        ),
        pytest.param(
            call(),
            request("POST"),
            Finding("method", "the method is not the one asked for: 'POST'"),
            id="other-method",
        ),
        pytest.param(
            call(),
            request(path="/v2/quote"),
            Finding("path", "the path is not the one asked for: '/v2/quote'"),
            id="other-path",
        ),
        pytest.param(
            call(),
            request(timestamp="1700000001"),
            Finding("timestamp", "the timestamp is not the one asked for: '1700000001'"),
            id="other-timestamp",
        ),
        pytest.param(
            call("POST", body=ORDER),
            request("POST", body=b'{"symbol": "700.HK"}'),
            Finding("body_b64", 'the body is not the one asked for: \'{"symbol": "700.HK"}\''),
            id="other-body",
        ),
        pytest.param(
            call("POST", body=ORDER),
            request("POST", body=b"\xff" + b"x" * 100),
            Finding("body_b64", f"the body is not the one asked for: '\\\\xff{'x' * 76}…'"),
            id="long-body",
        ),
        pytest.param(
            call(),
            request(token="m_Other"),
            Finding("token", "Authorization is not the access token"),
            id="other-token",
        ),
        pytest.param(
            call(),
            request(token="Bearer m_Example"),
            Finding(
                "token",
                "the token was sent with `Bearer ` in front: with an API key it is sent raw",
            ),
            id="bearer",
        ),
        pytest.param(
            call(refreshed=REFRESHED),
            request(),
            Finding("token", "the token from before the refresh was sent: it has stopped working"),
            id="old-token",
        ),
        pytest.param(
            call(params=[["a", "1"]]),
            request(),
            Finding("params", "the parameters are not those asked for: none"),
            id="params-lost",
        ),
        pytest.param(
            call(),
            request(query="a=1"),
            Finding("params", "the parameters are not those asked for: 'a'='1'"),
            id="params-added",
        ),
        pytest.param(
            call(params=[["s", "1"], ["s", "2"]]),
            request(query="s=2&s=1"),
            Finding("params", "the parameters are not those asked for: 's'='2'&'s'='1'"),
            id="repeated-params-swapped",
        ),
        pytest.param(
            call(params=[["q", "a+b"]]),
            request(query="q=a+b"),
            Finding("params", "the parameters are not those asked for: 'q'='a b'"),
            id="plus-not-encoded",
        ),
        pytest.param(
            REFRESH,
            request(path=REFRESH_PATH, query="expired_at=2027-02-19T01:50:56.858Z"),
            Finding(
                "params",
                "the parameters are not those asked for: 'expired_at'='2027-02-19T01:50:56.858Z'",
            ),
            id="other-instant",
        ),
        pytest.param(
            REFRESH,
            request(path=REFRESH_PATH, query="expired_at=2027-02-19T01:50:56.859"),
            Finding(
                "params",
                "the parameters are not those asked for: 'expired_at'='2027-02-19T01:50:56.859'",
            ),
            id="instant-without-zone",
        ),
        pytest.param(
            call("POST", body=ORDER),
            request("POST", body=ORDER, content_type=""),
            Finding("content-type", "a body was sent without `Content-Type: application/json`"),
            id="no-content-type",
        ),
        pytest.param(
            call("POST", body=ORDER),
            request("POST", body=ORDER, content_type="application/x-www-form-urlencoded"),
            Finding("content-type", "a body was sent without `Content-Type: application/json`"),
            id="form",
        ),
    ],
)
def test_what_does_not_conform(asked: Json, made: Json, finding: Finding) -> None:
    assert CHECK(CREDENTIAL, asked, made) == finding
