"""Connections that leave HTTP: a mock of letters, and the Longbridge gateway, over sockets."""

import socket
from collections.abc import Callable

import pytest

from signers import SignedRequest
from signers.secret import Secret
from signproof.mocks.longbridge import Account, LongbridgeMock
from signproof.mocks.replies import MockReply, Socket, UpgradeRefused, Verdict
from signproof.server import Exchange, Server

Talk = Callable[..., bytes]

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Letters:
    """Answers in capitals and ends at a full stop."""

    ping_seconds = 0.01

    def __init__(self) -> None:
        self.closed = False

    def upgrade(self, request: SignedRequest) -> bytes:
        if request.target == b"/no":
            raise UpgradeRefused(426, "not here")
        return SWITCHED

    def receive(self, octets: bytes) -> bytes:
        self.closed = b"." in octets
        return octets.upper()

    def ping(self) -> bytes:
        return b"?"


class Upgrading:
    """Leaves HTTP for all but `/http`."""

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        verdict = Verdict(accepted=True, reason=None, message=client_ip)
        return MockReply(200, (), request.target, verdict)

    def unreadable(self, status: int, message: str) -> MockReply:
        verdict = Verdict(accepted=False, reason="unreadable-request", message=message)
        return MockReply(status, (), b"refused", verdict)

    def socket(self, request: SignedRequest) -> Socket | None:
        return None if request.target == b"/http" else Letters()


def get(target: bytes) -> bytes:
    return b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % target


def test_what_follows_the_request_goes_to_the_other_protocol(talk: Talk) -> None:
    seen: list[Exchange] = []
    with Server() as server:
        endpoint = server.open(Upgrading(), on_exchange=seen.append)
        answered = talk(endpoint, get(b"/http") + get(b"/up") + b"get / http\r\n", b"end.")
    http, switched, letters = answered.partition(SWITCHED)
    assert http == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n/http"
    assert switched
    assert letters.replace(b"?", b"") == b"GET / HTTP\r\nEND."
    # A connection that left HTTP is no request, and neither is what it carries.
    assert [exchange.raw for exchange in seen] == [get(b"/http")]


def test_it_is_pinged_while_it_is_silent() -> None:
    with Server() as server:
        endpoint = server.open(Upgrading())
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
            client.sendall(get(b"/up"))
            answered = b""
            while answered.count(b"?") < 3:
                answered += client.recv(65536)
    assert answered == SWITCHED + b"?" * answered.count(b"?")


def test_an_upgrade_that_is_refused_is_reported(talk: Talk) -> None:
    seen: list[Exchange] = []
    with Server() as server:
        answered = talk(server.open(Upgrading(), on_exchange=seen.append), get(b"/no"))
    assert answered == (
        b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused"
    )
    assert [(exchange.raw, exchange.request) for exchange in seen] == [(get(b"/no"), None)]
    assert seen[0].reply.verdict.message == "no WebSocket connection: not here"


@pytest.mark.parametrize(
    ("target", "status"),
    [(b"/v2?version=1&codec=1&platform=9", b"101"), (b"/v2?version=2", b"400")],
)
def test_the_longbridge_gateway_answers_on_the_mocks_port(target: bytes, status: bytes) -> None:
    mock = LongbridgeMock([Account("k", Secret("s"), Secret("t"))], clock=lambda: 1_800_000_000.0)
    head = (
        b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with Server() as server:
        endpoint = server.open(mock)
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
            client.sendall(head % target)
            first = client.recv(65536)
    assert first.startswith(b"HTTP/1.1 " + status)
