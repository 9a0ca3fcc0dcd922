"""The vectors of the operations `request` and `refresh-request`: judged, not compared."""

import json
from typing import Any

from signproof.codec import encode_octets
from signproof.model import Expected, Source, Vector
from signproof.oracles.longbridge_hmac.common import (
    CREDENTIALS,
    NEW_TOKEN,
    SCHEME,
    body_member,
    derived,
    document,
    recorded,
    reported,
)
from signproof.oracles.writing import Topic

__all__ = ["REFRESH_RESPONSE", "topics"]

REFRESH_RESPONSE = json.dumps(
    {
        "code": 0,
        "message": "success",
        "data": {
            "token": NEW_TOKEN,
            "expired_at": "2027-02-19T01:50:56.859Z",
            "issued_at": "2026-11-21T01:50:56.859Z",
            "account_info": {
                "member_id": "1000001",
                "aaid": "2000002",
                "account_channel": "example",
            },
        },
    },
    separators=(",", ":"),
).encode()

_CHECK = Expected(check="signed-request")


def topics() -> list[Topic]:
    """Return the files of these operations."""
    return [_requests(), _refreshes()]


def _requests() -> Topic:
    topic = Topic(SCHEME, "request", CREDENTIALS)
    order = b'{"symbol":"700.HK","side":"Buy","order_type":"LO","submitted_price":"50.120"}'
    wire = document("Calculate signature")

    def add(
        name: str,
        comment: str,
        source: Source = wire,
        *,
        method: str = "GET",
        path: str = "/v1/asset/stock",
        params: list[list[str]] | None = None,
        body: bytes = b"",
        timestamp: str = "1700000000",
        credential: str = "main",
        **more: Any,
    ) -> None:
        requires = ["refresh"] if "refresh_response_b64" in more else []
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="request",
                credential=credential,
                input={
                    "method": method,
                    "path": path,
                    "params": params or [],
                    **body_member(body),
                    "timestamp": timestamp,
                    **more,
                },
                expected=_CHECK,
                requires=requires,
                source=source,
            )
        )

    post: dict[str, Any] = {"method": "POST", "path": "/v1/trade/order"}
    add("get", "A GET without parameters.")
    add("get-one", "One parameter.", params=[["symbol", "700.HK"]])
    add(
        "get-order-kept",
        "Parameters out of alphabetical order.",
        params=[["z", "1"], ["m", "2"], ["a", "3"]],
    )
    add(
        "get-list",
        "A list as a repeated name.",
        recorded("Rust-based and Go SDKs, seen on loopback"),
        params=[["symbol", "700.HK"], ["symbol", "AAPL.US"]],
    )
    add(
        "get-list-of-three",
        "A list of three beside another parameter.",
        recorded("Rust-based and Go SDKs, seen on loopback"),
        params=[
            ["market", "HK"],
            ["symbol", "700.HK"],
            ["symbol", "9988.HK"],
            ["symbol", "1810.HK"],
        ],
    )
    for name, parameter in (
        ("ampersand", "a&b"),
        ("equals", "a=b"),
        ("percent", "a%20b"),
        ("plus", "a+b"),
        ("space", "a b"),
    ):
        add(
            f"param-name-{name}", f"A parameter's name is {parameter!r}.", params=[[parameter, "1"]]
        )
    for name, value in (
        ("space", "two words"),
        ("plus", "1+1"),
        ("ampersand", "a&b"),
        ("equals", "a=b"),
        ("percent", "100%"),
        ("escape", "a%20b"),
        ("colon", "2026-01-02T03:04:05Z"),
        ("slash", "a/b"),
        ("slashes", "https://example.invalid/a?b=c"),
        ("tilde", "~example"),
        ("apostrophe", "o'clock"),
        ("star", "a*b"),
        ("brackets", "[a](b)"),
        ("comma", "700.HK,AAPL.US"),
        ("hash", "a#b"),
        ("unicode", "香港 é"),
        ("emoji", "📈"),
        ("empty", ""),
    ):
        add(
            f"param-{name}",
            f"A parameter with the value {value!r}.",
            params=[["first", "1"], ["value", value], ["last", "9"]],
        )
    add("param-name-unicode", "A parameter's name with non-ASCII text.", params=[["名", "1"]])
    add("param-many", "Thirty parameters.", params=[[f"p{n}", str(n)] for n in range(30)])
    add("post", "A POST with a compact body.", body=order, **post)
    add(
        "post-spaced",
        "A body with spaces is sent as given.",
        body=b'{"symbol": "700.HK", "side": "Buy"}',
        **post,
    )
    add(
        "post-unicode",
        "A body with raw non-ASCII text.",
        body='{"remark":"香港 é"}'.encode(),
        **post,
    )
    add("post-escaped", "A body with `\\uXXXX`.", body=b'{"remark":"\\u9999\\u6e2f"}', **post)
    add("post-unsorted", "The order of members is kept.", body=b'{"z":1,"a":2}', **post)
    add("post-empty-object", "A body of `{}`.", body=b"{}", **post)
    add("post-no-body", "A POST without a body.", **post)
    add(
        "post-params", "A POST with parameters and body.", params=[["a", "1 2"]], body=order, **post
    )
    add(
        "put",
        "A PUT with a body.",
        method="PUT",
        path="/v1/trade/order",
        body=b'{"order_id":"1","quantity":"100"}',
    )
    add(
        "put-params",
        "A PUT with parameters and body.",
        method="PUT",
        path="/v1/trade/order",
        params=[["dry", "yes"]],
        body=b'{"order_id":"1"}',
    )
    add(
        "delete",
        "A DELETE with a parameter.",
        method="DELETE",
        path="/v1/trade/order",
        params=[["order_id", "701276261045858304"]],
    )
    add(
        "delete-body",
        "A DELETE with a body.",
        method="DELETE",
        path="/v1/trade/order",
        body=b'{"order_id":"1"}',
    )
    add(
        "milliseconds",
        "A timestamp in milliseconds.",
        recorded("Go SDKs, seen on loopback"),
        timestamp="1700000000123",
    )
    add("fraction", "A timestamp with a fraction.", timestamp="1539095200.120")
    add("long-token", "A long token.", credential="long-token")
    add("other-secret", "Another secret.", credential="other-secret", body=order, **post)
    after = document(
        "Get App Key and Access Token information", "the old token stops working (documented)"
    )
    refreshed: dict[str, Any] = {"refresh_response_b64": encode_octets(REFRESH_RESPONSE)}
    add("after-refresh", "A GET with the token of a refresh.", after, **refreshed)
    add(
        "after-refresh-post",
        "A POST with the token of a refresh.",
        after,
        body=order,
        **post,
        **refreshed,
    )
    return topic


def _refreshes() -> Topic:
    topic = Topic(SCHEME, "refresh", CREDENTIALS)
    issues = "longbridge/openapi#180, #134"
    for name, expired_at, timestamp in (
        ("milliseconds", "2027-02-19T01:50:56.859Z", "1700000000"),
        ("whole-second", "2027-02-19T01:50:56.000Z", "1700000000"),
        ("midnight", "2027-01-01T00:00:00.000Z", "1700000000"),
        ("timestamp-milliseconds", "2027-02-19T01:50:56.859Z", "1700000000123"),
        ("leap-day", "2028-02-29T12:34:56.789Z", "1700000000"),
    ):
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment="A token refresh: `expired_at` is signed as it is sent.",
                operation="refresh-request",
                credential="main",
                input={"expired_at": expired_at, "timestamp": timestamp},
                expected=_CHECK,
                source=reported(issues, "its colons are sent as %3A but often signed raw")
                if name == "milliseconds"
                else derived("another instant", "Longbridge OpenAPI documentation, Refresh Token"),
            )
        )
    return topic
