"""The good requests, and how a negative vector differs from one of them."""

from typing import Any

from signproof.mistakes.base import Mistake
from signproof.model import Expected, Reject, Source, Vector
from signproof.oracles.longbridge_hmac.common import NEW_TOKEN, SCHEME, values_of
from signproof.oracles.writing import Topic

__all__ = ["BASELINES", "Request", "baseline_values", "negative"]

Request = dict[str, Any]

_ORDER = b'{"symbol":"700.HK","side":"Buy","order_type":"LO","submitted_price":"50.120"}'

# The good requests that negative vectors differ from: together they show every mistake.
BASELINES: dict[str, tuple[str, dict[str, Any]]] = {
    "post-order": (
        "A POST with query and body.",
        {
            "method": "POST",
            "path": "/v1/trade/Order",
            "query": "member_id=1&account_channel=Lb",
            "body": _ORDER,
            "timestamp": "1700000000",
        },
    ),
    "get-bare": (
        "A GET with neither query nor body.",
        {
            "method": "GET",
            "path": "/v1/asset/stock",
            "query": None,
            "body": b"",
            "timestamp": "1700000000",
        },
    ),
    "get-query": (
        "A GET whose query has every kind of spelling.",
        {
            "method": "GET",
            "path": "/v1/quote/Search",
            "query": "z=1&symbol=700.HK&symbol=AAPL.US&a=&at=2026-01-02T03%3A04%3A05Z"
            "&name=%7Ex+y%20z&path=a%2fb&quote=o%27clock",
            "body": b"",
            "timestamp": "1700000000",
        },
    ),
    "put-spaced": (
        "A PUT with a spaced, unsorted body with escapes and white space around.",
        {
            "method": "PUT",
            "path": "/v1/trade/order/",
            "query": None,
            "body": ' {"z": "香港", "a": "\\u00e9",\r\n "m": [1, 2]}\n'.encode(),
            "timestamp": "1539095200.120",
        },
    ),
    "post-compact-unicode": (
        "A compact body with raw non-ASCII text.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": '{"remark":"香港 é"}'.encode(),
            "timestamp": "1539095200123",
        },
    ),
    "post-lowercase": (
        "A method sent in lower case.",
        {
            "method": "post",
            "path": "/v1/trade/order",
            "query": None,
            "body": b'{"order_id":"1"}',
            "timestamp": "1700000000",
        },
    ),
    "post-empty-object": (
        "A body of `{}`.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": b"{}",
            "timestamp": "1700000000",
        },
    ),
    "post-empty-string": (
        "A body of two quotes.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": b'""',
            "timestamp": "1700000000",
        },
    ),
    "delete-escapes": (
        "A double slash and an escape in the path.",
        {
            "method": "DELETE",
            "path": "//v1/trade/a%20b",
            "query": "order_id=1",
            "body": b"",
            "timestamp": "1539095200.123",
        },
    ),
    "after-refresh": (
        "A request with the token of a refresh.",
        {
            "method": "GET",
            "path": "/v1/asset/stock",
            "query": None,
            "body": b"",
            "timestamp": "1700000000",
            "refreshed_token": NEW_TOKEN,
        },
    ),
}


def baseline_values(baseline: str) -> dict[str, Any]:
    """Return what the pipeline starts from for a baseline."""
    return values_of("main", **BASELINES[baseline][1])


def negative(
    topic: Topic,
    name: str,
    comment: str,
    baseline: str,
    request: Request,
    reason: str,
    source: Source,
    mistake: Mistake | None = None,
) -> Vector:
    """Return the vector that *request*, one change away from *baseline*, must be refused."""
    members: dict[str, Any] = {} if mistake is None else {"mistake": mistake.id}
    return Vector(
        id=topic.id(name),
        comment=comment,
        operation="verify",
        credential="main",
        input={"request": request},
        expected=Expected(reject=Reject(reason=reason)),
        baseline=f"{SCHEME}/verify/{baseline}",
        source=source,
        **members,
    )
