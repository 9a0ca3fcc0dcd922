"""httpx clients against the mock within the process, with the reference's own auth."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
import respx

from signers import Secret, SignedRequest
from signers.longbridge import Signer, parse_refresh, refresh_query
from signers.longbridge.auth import LongbridgeAuth
from signproof.mocks.longbridge import LongbridgeMock
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.respx_transport import router, signed_request, transport

BASE = "https://openapi.longbridge.com"
ORDER = {
    "side": "Buy",
    "symbol": "700.HK",
    "order_type": "LO",
    "submitted_price": "50",
    "submitted_quantity": "200",
    "time_in_force": "Day",
    "remark": "ümläut",
}
SIGNED = Verdict(
    accepted=True, reason=None, message="the signature is right, over the path as sent"
)


class Recorder:
    """Answers 200 and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[SignedRequest, str]] = []

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        self.requests.append((request, client_ip))
        headers = ((b"X-Twice", b"1"), (b"x-twice", b"2"))
        return MockReply(202, headers, b"\x00body", SIGNED)


def auth(token: str = "EXAMPLE-INITIAL-TOKEN-1") -> LongbridgeAuth:
    return LongbridgeAuth(Signer("EXAMPLE-KEY", "EXAMPLE-SECRET-1", token))


def sync_octets() -> Iterator[bytes]:
    yield b'{"a":'
    yield b" 1}"


async def async_octets() -> AsyncIterator[bytes]:
    for part in sync_octets():
        yield part


TARGETS = [
    ("/", b"/"),
    ("", b"/"),
    ("/v1/asset/stock", b"/v1/asset/stock"),
    ("/v1/asset/stock?", b"/v1/asset/stock?"),
    ("//v1//asset/stock/", b"//v1//asset/stock/"),
    ("/a/../b/./c", b"/b/c"),  # httpx itself sends it so
    ("/a?x=%7e%7E~*+%20%2f/:&x=", b"/a?x=%7e%7E~*+%20%2f/:&x="),
    ("/caf\xe9?q=\xe9#fragment", b"/caf%C3%A9?q=%C3%A9"),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS)
@pytest.mark.parametrize("way", ["transport", "router", "async transport", "async router"])
def test_what_reaches_the_mock(way: str, target: str, expected: bytes) -> None:
    recorder = Recorder()
    headers = [("X-MiXed", "1"), ("x-mixed", " 2"), ("Accept", "*/*"), ("User-Agent", "x")]
    headers += [("Accept-Encoding", "identity"), ("Connection", "close")]

    async def exchange_async() -> httpx.Response:
        if way == "async transport":
            async with httpx.AsyncClient(transport=transport(recorder)) as client:
                return await client.post(BASE + target, headers=headers, content=async_octets())
        async with router(recorder, BASE), httpx.AsyncClient() as client:
            return await client.post(BASE + target, headers=headers, content=async_octets())

    def exchange() -> httpx.Response:
        if way == "transport":
            with httpx.Client(transport=transport(recorder)) as client:
                return client.post(BASE + target, headers=headers, content=sync_octets())
        with router(recorder, BASE), httpx.Client() as client:
            return client.post(BASE + target, headers=headers, content=sync_octets())

    response = asyncio.run(exchange_async()) if "async" in way else exchange()
    assert (response.status_code, response.content) == (202, b"\x00body")
    assert response.headers.raw == [
        (b"X-Twice", b"1"),
        (b"x-twice", b"2"),
        (b"Content-Length", b"5"),
    ]
    (request, client_ip), *more = recorder.requests
    assert not more
    assert client_ip == "127.0.0.1"
    assert (request.method, request.target, request.body) == (b"POST", expected, b'{"a": 1}')
    assert sorted(request.headers) == [
        (b"Accept", b"*/*"),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
        (b"Host", b"openapi.longbridge.com"),
        (b"Transfer-Encoding", b"chunked"),
        (b"User-Agent", b"x"),
        (b"X-MiXed", b"1"),
        (b"x-mixed", b" 2"),
    ]


def test_conversion_keeps_every_octet() -> None:
    request = httpx.Request(
        "Delete", f"{BASE}/a?b=%7e", headers=[(b"A", b"\xff"), (b"a", b"")], content=b"\x00\xff"
    )
    received = signed_request(request)
    assert (received.method, received.target) == (b"DELETE", b"/a?b=%7e")
    assert received.headers == tuple(request.headers.raw)
    assert sorted(received.headers) == [
        (b"A", b"\xff"),
        (b"Content-Length", b"2"),
        (b"Host", b"openapi.longbridge.com"),
        (b"a", b""),
    ]
    assert received.body == b"\x00\xff"


def test_a_client_places_an_order_and_refreshes_its_token(mock: LongbridgeMock) -> None:
    seen: list[tuple[bytes, MockReply]] = []
    broker = transport(mock, on_reply=lambda request, reply: seen.append((request.target, reply)))
    with httpx.Client(base_url=BASE, transport=broker, auth=auth()) as client:
        order = client.post("/v1/trade/order", json=ORDER)
        listed = client.get("/v1/trade/order/today?status=NewStatus&status=X+Y~*")
        wanted = refresh_query(datetime(2027, 2, 19, 1, 50, 56, 859000, tzinfo=UTC))
        token = parse_refresh(200, client.get(f"/v1/token/refresh?{wanted}").content)
        old = client.get("/v1/asset/stock")
        new = client.get("/v1/asset/stock", auth=auth(token.token.reveal_text()))
    assert order.json() == {
        "code": 0,
        "message": "success",
        "data": {"order_id": "700000000000000001"},
    }
    assert listed.json()["data"]["orders"][0]["remark"] == "ümläut"
    assert token.token == Secret("EXAMPLE-TOKEN-000001")
    assert (old.status_code, old.json()) == (
        401,
        {"code": 401004, "message": "token invalid", "data": None},
    )
    assert new.status_code == 200
    assert [(target, reply.status, reply.verdict.reason) for target, reply in seen] == [
        (b"/v1/trade/order", 200, None),
        (b"/v1/trade/order/today?status=NewStatus&status=X+Y~*", 200, None),
        (b"/v1/token/refresh?expired_at=2027-02-19T01%3A50%3A56.859Z", 200, None),
        (b"/v1/asset/stock", 401, "token-invalid"),
        (b"/v1/asset/stock", 200, None),
    ]


def test_an_async_client_through_the_router(mock: LongbridgeMock) -> None:
    verdicts: list[Verdict] = []

    async def order_body() -> AsyncIterator[bytes]:
        yield json.dumps(ORDER).encode()

    async def trade() -> list[int]:
        routes = router(mock, BASE, on_reply=lambda _, reply: verdicts.append(reply.verdict))
        async with routes, httpx.AsyncClient(base_url=BASE, auth=auth()) as client:
            responses = [
                await client.post("/v1/trade/order", content=order_body()),
                await client.get("/v1/trade/order/today"),
                await client.delete("/v1/trade/order?order_id=700000000000000001"),
                await client.get("/v1/socket/token?"),
            ]
        return [response.status_code for response in responses]

    assert asyncio.run(trade()) == [200, 200, 200, 200]
    assert verdicts == [SIGNED] * 4


def test_the_router_answers_one_address_and_lets_nothing_out() -> None:
    recorder = Recorder()
    routes = router(recorder, BASE, client_ip="192.0.2.1")
    with routes:
        assert httpx.get(f"{BASE}/a/b").status_code == 202
        with pytest.raises(respx.models.AllMockedAssertionError):
            httpx.get("https://openapi.longbridge.cn/")
        with pytest.raises(respx.models.AllMockedAssertionError):
            httpx.get("http://openapi.longbridge.com/")
    with routes:  # it can be used again, and need not be used at all
        pass
    assert [(request.target, ip) for request, ip in recorder.requests] == [(b"/a/b", "192.0.2.1")]


def test_the_router_catches_clients_that_bring_a_transport() -> None:
    def leave(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request)

    recorder = Recorder()
    with router(recorder, BASE), httpx.Client(transport=httpx.MockTransport(leave)) as client:
        assert client.get(f"{BASE}/a").status_code == 202
        with pytest.raises(respx.models.AllMockedAssertionError):
            client.get("https://openapi.longbridge.cn/")


def test_client_addresses_reach_the_mock() -> None:
    recorder = Recorder()
    with httpx.Client(transport=transport(recorder, client_ip="2001:db8::1")) as client:
        client.get("http://127.0.0.1:1/")
    assert [client_ip for _, client_ip in recorder.requests] == ["2001:db8::1"]
