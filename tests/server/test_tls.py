"""TLS with the throw-away CA, and what goes wrong with it."""

import socket
import ssl
from pathlib import Path

import httpx
import pytest

from signproof.mocks.replies import ServedMock
from signproof.server import CertificateAuthority, Exchange, Limits, Server
from signproof.server.tls import handshake_trouble


def context(ca: Path | None = None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def test_clients_that_are_given_the_ca(echo: ServedMock, tmp_path: Path) -> None:
    authority = CertificateAuthority()
    with Server(tls=authority) as server, Server(tls=authority) as other:
        ca = server.ca_file(tmp_path)
        assert ca.read_bytes() == other.ca_file(tmp_path).read_bytes()
        with httpx.Client(verify=context(ca), trust_env=False) as client:
            for endpoint in (server.open(echo, tls=True), other.open(echo, tls=True)):
                assert endpoint.base_url == f"https://127.0.0.1:{endpoint.port}"
                for host in ("127.0.0.1", "localhost"):
                    answered = client.post(f"https://{host}:{endpoint.port}/a?", content=b"b")
                    assert (answered.status_code, answered.content) == (200, b"/a? b")
            close = client.get(endpoint.base_url, headers={"Connection": "close"})
            assert close.headers["Connection"] == "close"


def failed(message: str) -> tuple[bytes, None, int, str]:
    return b"", None, 400, message


def found(exchange: Exchange) -> tuple[bytes, object, int, str]:
    reply = exchange.reply
    return exchange.raw, exchange.request, reply.status, reply.verdict.message


def test_handshakes_that_fail(echo: ServedMock, tmp_path: Path) -> None:
    log: list[Exchange] = []
    with Server() as server:
        server.ca_file(tmp_path)
        endpoint = server.open(echo, on_exchange=log.append, tls=True)
        address = (endpoint.host, endpoint.port)
        with pytest.raises(ssl.SSLCertVerificationError), socket.create_connection(address) as raw:
            context().wrap_socket(raw, server_hostname="127.0.0.1")
        for sent in (b"GET / HTTP/1.1\r\n\r\n", b"\x17\x03\x03\x00\x02ab"):
            with socket.create_connection(address, timeout=30) as raw:
                raw.sendall(sent)
                while raw.recv(1000):
                    pass
        socket.create_connection(address).close()  # it only tried whether the port is open
        with socket.create_connection(address) as waiting:
            waiting.sendall(b"\x16")
    assert [found(one) for one in log[:2]] == [
        failed(
            "the client does not trust the certificate: give it the server's CA file, such as by "
            "SSL_CERT_FILE"
        ),
        failed("this is plain HTTP on a port with TLS: use https:// in the base URL"),
    ]
    # OpenSSL's words for the third differ between its versions.
    assert [found(one)[3][:26] for one in log[2:]] == ["the TLS handshake failed: "]


def test_tls_on_a_plain_port(echo: ServedMock) -> None:
    log: list[Exchange] = []
    with Server() as server:
        endpoint = server.open(echo, on_exchange=log.append)
        with (
            socket.create_connection((endpoint.host, endpoint.port), timeout=30) as raw,
            pytest.raises(ssl.SSLError),
        ):
            context().wrap_socket(raw, server_hostname="127.0.0.1")
    assert [found(one)[1:] for one in log] == [
        (None, 400, "this is TLS on a port without it: use http:// in the base URL")
    ]
    assert log[0].raw[:2] == b"\x16\x03"
    assert len(log[0].raw) == 5 + int.from_bytes(log[0].raw[3:5], "big")


def test_the_server_ends_in_the_middle_of_a_handshake(echo: ServedMock) -> None:
    with Server() as server:
        endpoint = server.open(echo, tls=True)
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as waiting:
            waiting.sendall(b"\x16")
            endpoint.close()
            with pytest.raises((ConnectionResetError, StopIteration)):
                next(iter(waiting.recv(1)))


def test_too_many_connections_with_tls(echo: ServedMock) -> None:
    log: list[Exchange] = []
    with Server(limits=Limits(connections=0)) as server:
        endpoint = server.open(echo, on_exchange=log.append, tls=True)
        with socket.create_connection((endpoint.host, endpoint.port), timeout=30) as client:
            assert client.recv(1) == b""
    assert [found(one)[2:] for one in log] == [(503, "more than 0 connections are open")]


def test_what_a_handshake_failed_for() -> None:
    assert handshake_trouble(ConnectionResetError()) is None
    assert handshake_trouble(ssl.SSLError()) == "the TLS handshake failed: SSLError"
