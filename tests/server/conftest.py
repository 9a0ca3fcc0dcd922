"""A mock that echoes, and raw sockets."""

import socket
from collections.abc import Callable

import pytest

from signers import SignedRequest
from signproof.mocks.replies import MockReply, Verdict
from signproof.server import Endpoint

ACCEPTED = Verdict(accepted=True, reason=None, message="")


class Echo:
    """Answers with the target; every refusal names its status."""

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        headers = ((b"X-Ip", client_ip.encode()), (b"x-ip", b"2"))
        return MockReply(200, headers, request.target + b" " + request.body, ACCEPTED)

    def unreadable(self, status: int, message: str) -> MockReply:
        verdict = Verdict(accepted=False, reason="unreadable-request", message=message)
        return MockReply(status, ((b"X-Refused", b"1"),), b"refused", verdict)


@pytest.fixture
def echo() -> Echo:
    return Echo()


def _talk(endpoint: Endpoint, *pieces: bytes, half_close: bool = False) -> bytes:
    """Send *pieces* and return all that is answered until the server closes."""
    with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
        for piece in pieces:
            client.sendall(piece)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        return _rest(client)


def _rest(client: socket.socket) -> bytes:
    answered = b""
    while octets := client.recv(65536):
        answered += octets
    return answered


@pytest.fixture(scope="session")
def talk() -> Callable[..., bytes]:
    return _talk


@pytest.fixture(scope="session")
def rest() -> Callable[[socket.socket], bytes]:
    return _rest
