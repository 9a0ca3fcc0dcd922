"""The same requests over sockets and through the transport: the same replies, whole."""

import hashlib
import hmac

import httpx
import pytest

from signers import Secret
from signproof.mocks.longbridge import Account, LongbridgeMock
from signproof.mocks.respx_transport import transport
from signproof.server import Exchange, Server

KEY, SECRET, TOKEN = "EXAMPLE-KEY", "EXAMPLE-SECRET-1", "EXAMPLE-INITIAL-TOKEN-1"
ORDER = b'{"side":"Buy","symbol":"700.HK","order_type":"LO","submitted_price":"50",'
ORDER += b'"submitted_quantity":"200","time_in_force":"Day"}'
# Method, target, body, what is added to the signature.
REQUESTS = [
    ("GET", "/v1/asset/stock", b"", ""),
    ("GET", "/v1/asset/stock?", b"", ""),
    ("GET", "/v1/asset/stock?symbol=700.HK&symbol=%7e~*+", b"", ""),
    ("HEAD", "/v1/asset/stock", b"", ""),
    ("POST", "/v1/trade/order", ORDER, ""),
    ("POST", "/v1/trade/order", b"\x00\xff", ""),
    ("POST", "/v1/trade/order", b"", ""),
    ("GET", "/v1/trade/order/today?status=", b"", ""),
    ("DELETE", "/v1/trade/order?order_id=700000000000000001", b"", ""),
    ("PATCH", "/v1/trade/order", b"a", ""),
    ("GET", "//v1//asset/stock/", b"", ""),
    ("GET", "/v1/asset/stock", b"", "0"),
    ("GET", "/v1/token/refresh?expired_at=2027-02-19T01%3A50%3A56.859Z", b"", ""),
    ("GET", "/v1/asset/stock", b"", ""),  # the token is not the one that holds now
]


def signed(method: str, target: str, body: bytes, more: str) -> dict[str, str]:
    path, _, query = target.partition("?")
    canonical = (
        f"{method}|{path}|{query}|authorization:{TOKEN}\nx-api-key:{KEY}\n"
        "x-timestamp:1800000000\n|authorization;x-api-key;x-timestamp|"
    )
    canonical += hashlib.sha1(body).hexdigest() if body else ""
    text = "HMAC-SHA256|" + hashlib.sha1(canonical.encode()).hexdigest()
    digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    header = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
    return {
        "X-Api-Key": KEY,
        "Authorization": TOKEN,
        "X-Timestamp": "1800000000",
        "X-Api-Signature": header + digest + more,
    }


def broker() -> LongbridgeMock:
    return LongbridgeMock([Account(KEY, Secret(SECRET), Secret(TOKEN))], clock=lambda: 1800000000.0)


def ask(client: httpx.Client, base: str) -> list[tuple[int, list[tuple[bytes, bytes]], bytes]]:
    replies = []
    for method, target, body, more in REQUESTS:
        headers = signed(method, target, body, more)
        answer = client.request(method, base + target, content=body, headers=headers)
        framing = (b"content-length", b"connection")
        kept = [pair for pair in answer.headers.raw if pair[0].lower() not in framing]
        replies.append((answer.status_code, kept, b"" if method == "HEAD" else answer.content))
    return replies


@pytest.mark.parametrize("persistent", [True, False])
def test_the_same_replies(persistent: bool) -> None:  # noqa: FBT001
    log: list[Exchange] = []
    seen: list[str | None] = []
    with Server() as server:
        endpoint = server.open(broker(), on_exchange=log.append)
        more = {} if persistent else {"Connection": "close"}
        base = endpoint.base_url
        with httpx.Client(trust_env=False, headers=more) as client:
            over_sockets = ask(client, base)
    broker_inside = transport(broker(), on_reply=lambda _, reply: seen.append(reply.verdict.reason))
    with httpx.Client(transport=broker_inside, headers=more) as client:
        assert over_sockets == ask(client, base)
    assert [one.reply.verdict.reason for one in log] == seen
    assert [(one.request.target, one.request.body) for one in log if one.request is not None] == [
        (target.encode(), body) for _, target, body, _ in REQUESTS
    ]
    assert {200, 400, 401, 403, 404, 405} == {reply[0] for reply in over_sockets}
