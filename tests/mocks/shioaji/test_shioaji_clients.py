"""httpx clients with the reference's own auth, within the process and over sockets."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from signers.shioaji import (
    Credentials,
    Fault,
    ServerError,
    parse_accounts,
    parse_ca_expiretime,
    read_answer,
)
from signers.shioaji.auth import ShioajiAuth
from signers.shioaji.flow import Mode
from signproof.mocks.respx_transport import router, transport
from signproof.mocks.shioaji import Auth, ShioajiMock
from signproof.server import Exchange, Server
from tests.mocks.shioaji.conftest import ACCOUNTS, CERTIFICATE, KEY, PERSON, SECRET

BASE = "http://localhost:8080"
CA = f"/api/v1/auth/ca_expiretime?person_id={PERSON}"
ORDER = {
    "contract": {"security_type": "STK", "exchange": "TSE", "code": "2330"},
    "stock_order": {
        "action": "Buy",
        "price": 600.0,
        "quantity": 1,
        "price_type": "LMT",
        "order_type": "ROD",
    },
}
# Method, target, body.
REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/api/v1/health", None),
    ("GET", "/api/v1/info", None),
    ("GET", CA, None),
    ("GET", "/api/v1/auth/ca_expiretime", None),
    ("GET", "/api/v1/auth/ca_expiretime?person_id=x", None),
    ("GET", "/api/v1/auth/accounts", None),
    ("GET", "/api/v1/auth/usage", None),
    ("HEAD", "/api/v1/auth/usage", None),
    ("POST", "/api/v1/order/place_order", ORDER),
    ("POST", "/api/v1/order/place_order", {}),
    ("POST", "/api/v1/order/trades", {}),
    ("POST", "/api/v1/order/cancel_order", {"trade_id": "00000001"}),
    ("POST", "/api/v1/order/cancel_order", {"trade_id": "00000001"}),
    ("POST", "/api/v1/auth/subscribe_trade", {"account_type": "F"}),
    ("GET", "/docs", None),
]
STATUSES = [200, 200, 200, 400, 400, 200, 200, 405, 200, 400, 200, 200, 400, 200, 404]


@pytest.fixture
def fresh(build: Callable[..., ShioajiMock]) -> Callable[[], ShioajiMock]:
    def fresh() -> ShioajiMock:
        mock = build(mode=Mode.PRODUCTION, auth=Auth.ON)
        mock.activate(CERTIFICATE)
        return mock

    return fresh


def auth(secret: str = SECRET) -> ShioajiAuth:
    return ShioajiAuth(Credentials.load(KEY, secret))


def ask(client: httpx.Client, base: str) -> list[tuple[int, list[tuple[bytes, bytes]], bytes]]:
    replies = []
    for method, target, body in REQUESTS:
        answer = client.request(method, base + target, json=body)
        framing = (b"content-length", b"connection")
        kept = [pair for pair in answer.headers.raw if pair[0].lower() not in framing]
        replies.append((answer.status_code, kept, b"" if method == "HEAD" else answer.content))
    return replies


def test_the_same_replies(fresh: Callable[[], ShioajiMock]) -> None:
    log: list[Exchange] = []
    seen: list[str | None] = []
    with Server() as server:
        endpoint = server.open(fresh(), on_exchange=log.append)
        with httpx.Client(trust_env=False, auth=auth()) as client:
            over_sockets = ask(client, endpoint.base_url)
    inside = transport(fresh(), on_reply=lambda _, reply: seen.append(reply.verdict.reason))
    with httpx.Client(transport=inside, auth=auth()) as client:
        assert over_sockets == ask(client, BASE)
    assert [one.reply.verdict.reason for one in log] == seen
    assert [status for status, _, _ in over_sockets] == STATUSES
    assert over_sockets[2] == (
        200,
        [(b"Content-Type", b"application/json; charset=utf-8")],
        b'{"person_id":"Z199999999","expire_time":"2026-09-13T15:59:59"}',
    )
    assert not [one for one in log if SECRET in repr(one)]


def test_the_octets_of_a_reply(fresh: Callable[[], ShioajiMock]) -> None:
    with Server() as server:
        endpoint = server.open(fresh())
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
            head = f"GET {CA} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            client.sendall(f"{head}Authorization: Bearer {KEY}:{SECRET}\r\n\r\n".encode())
            answered = b""
            while octets := client.recv(65536):
                answered += octets
    assert answered == (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        b"Content-Length: 62\r\nConnection: close\r\n\r\n"
        b'{"person_id":"Z199999999","expire_time":"2026-09-13T15:59:59"}'
    )


def test_what_is_no_request(fresh: Callable[[], ShioajiMock]) -> None:
    with Server() as server:
        endpoint = server.open(fresh())
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
            client.sendall(b"\x00\r\n\r\n")
            answered = b""
            while octets := client.recv(65536):
                answered += octets
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.endswith(b'{"code":400,"message":"bad request","details":null}')


def test_the_reference_reads_the_answers(fresh: Callable[[], ShioajiMock]) -> None:
    with httpx.Client(transport=transport(fresh()), auth=auth(), base_url=BASE) as client:
        answer = client.get(CA)
        read = parse_ca_expiretime(answer.status_code, answer.content)
        assert (read.person_id, read.seconds) == (PERSON, CERTIFICATE.not_after)
        answer = client.get("/api/v1/auth/accounts")
        assert parse_accounts(answer.status_code, answer.content) == ACCOUNTS
        answer = client.get("/api/v1/auth/ca_expiretime?person_id=x")
        with pytest.raises(ServerError) as caught:
            read_answer(answer.status_code, answer.content)
        assert caught.value.fault is Fault.CA_NOT_ACTIVATED


def test_the_wrong_secret(fresh: Callable[[], ShioajiMock]) -> None:
    wrong = auth("5" + SECRET[1:])
    with httpx.Client(transport=transport(fresh()), auth=wrong, base_url=BASE) as client:
        for path in ("/api/v1/health", "/api/v1/info"):
            assert client.get(path).status_code == 200
        for answer in (client.get(CA), client.post("/api/v1/order/place_order", json=ORDER)):
            with pytest.raises(ServerError) as caught:
                read_answer(answer.status_code, answer.content)
            assert caught.value.fault is Fault.WRONG_CREDENTIALS


def test_code_that_makes_its_own_clients(fresh: Callable[[], ShioajiMock]) -> None:
    async def run() -> int:
        async with router(fresh(), BASE), httpx.AsyncClient(auth=auth()) as client:
            return (await client.get(BASE + CA)).status_code

    assert asyncio.run(run()) == 200
    with router(fresh(), BASE), httpx.Client() as client:
        assert client.get(BASE + CA).json() == {
            "code": 401,
            "message": "Missing Authorization header",
            "details": None,
        }
