"""The server on loopback sockets: what is answered, what is reported, and how it ends."""

import errno
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

import pytest

from signers import SignedRequest
from signproof.mocks.replies import MockReply, ServedMock, Verdict
from signproof.server import Endpoint, Exchange, Limits, Server, ServerHangs, ServerNotRunning
from signproof.server.reply import render

Talk = Callable[..., bytes]
HOST = b"Host: x\r\n"
GET = b"GET /a? HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /z HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
IP = b"X-Ip: 127.0.0.1\r\nx-ip: 2\r\n"
GET_REPLY = b"HTTP/1.1 200 OK\r\n" + IP + b"Content-Length: 4\r\n\r\n/a? "
LAST_REPLY = b"HTTP/1.1 200 OK\r\n" + IP + b"Content-Length: 3\r\nConnection: close\r\n\r\n/z "
REFUSED = b"X-Refused: 1\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused"


def connect(endpoint: Endpoint) -> socket.socket:
    return socket.create_connection((endpoint.host, endpoint.port), timeout=30)


class Log:
    """Keeps exchanges, and lets a test wait for one."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._more = threading.Condition()

    def __call__(self, exchange: Exchange) -> None:
        with self._more:
            self.exchanges.append(exchange)
            self._more.notify_all()

    def wait(self, count: int) -> list[Exchange]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.exchanges) >= count, timeout=30)
        return self.exchanges

    @property
    def found(self) -> list[tuple[bytes, str | None, str]]:
        return [(one.raw, one.reply.verdict.reason, one.reply.verdict.message) for one in self]

    def __iter__(self) -> Any:
        return iter(self.exchanges)


def test_an_exchange(echo: ServedMock, talk: Talk) -> None:
    log = Log()
    post = b"POST //b HTTP/1.1\r\nhost:x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    answered = b"HTTP/1.1 200 OK\r\n" + IP + b"Content-Length: 5\r\n\r\n//b a"
    with Server(clock=lambda: 1800000000.5) as server:
        endpoint = server.open(echo, on_exchange=log)
        port = endpoint.port
        assert endpoint.base_url == f"http://127.0.0.1:{port}"
        assert repr(endpoint) == f"<Endpoint http://127.0.0.1:{port}>"
        assert talk(endpoint, post + GET[:9], GET[9:] + LAST) == answered + GET_REPLY + LAST_REPLY
    assert [one.number for one in log] == [1, 2, 3]
    headers = ((b"host", b"x"), (b"Transfer-Encoding", b"chunked"))
    request = SignedRequest(b"POST", b"//b", headers, b"a")
    reply = echo.handle(request, "127.0.0.1")
    assert log.exchanges[0] == Exchange(1, port, "127.0.0.1", 1800000000.5, post, request, reply)
    assert repr(log.exchanges[0]) == (
        f"<Exchange 1 port={port} client_ip=127.0.0.1 raw={len(post)} octets "
        "<SignedRequest POST //b headers=[host, Transfer-Encoding] body=1 octets> "
        "<MockReply 200 body=5 octets Verdict(accepted=True, reason=None, message='')>>"
    )


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"GET / HTTP/1.1\r\n\r\n" + GET, b"HTTP/1.1 400 Bad Request\r\n" + REFUSED),
        (b"GET / HTTP/3.0\r\n\r\n", b"HTTP/1.1 505 HTTP Version Not Supported\r\n" + REFUSED),
        (GET + b"\n", GET_REPLY + b"HTTP/1.1 400 Bad Request\r\n" + REFUSED),
        (
            b"HEAD /a? HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
            GET_REPLY.removesuffix(b"/a? ") + LAST_REPLY,
        ),
        (b"GET /z HTTP/1.0\r\n\r\n" + GET, LAST_REPLY),
        (LAST + GET, LAST_REPLY),
        (GET * 300 + LAST, GET_REPLY * 300 + LAST_REPLY),
    ],
)
def test_replies(echo: ServedMock, talk: Talk, sent: bytes, answered: bytes) -> None:
    with Server() as server:
        assert talk(server.open(echo), sent) == answered


def test_a_refused_body_is_not_read_and_its_reply_arrives(echo: ServedMock, talk: Talk) -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n\r\n"
    log = Log()
    with Server(limits=Limits(body_octets=2_000_000)) as server:
        answered = talk(server.open(echo, on_exchange=log), head, b"a" * 3_000_000)
        assert answered.split(b"\r\n")[0] in {
            b"HTTP/1.1 413 Request Entity Too Large",
            b"HTTP/1.1 413 Content Too Large",
        }
    assert log.found == [(head, "unreadable-request", "the body is larger than 2000000 octets")]


def test_continue(echo: ServedMock, rest: Callable[[socket.socket], bytes]) -> None:
    head = LAST[:-2] + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with Server() as server, connect(server.open(echo)) as client:
        client.sendall(head)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ab")
        assert rest(client) == LAST_REPLY.replace(b"gth: 3", b"gth: 5") + b"ab"


def test_half_closed_clients_are_answered(echo: ServedMock, talk: Talk) -> None:
    log = Log()
    with Server() as server:
        endpoint = server.open(echo, on_exchange=log)
        assert talk(endpoint, GET, half_close=True) == GET_REPLY
        assert talk(endpoint, GET + GET[:5], half_close=True) == GET_REPLY
        assert talk(endpoint, half_close=True) == b""
    cut = (GET[:5], "unreadable-request", "the connection ended after 5 octets of a head")
    assert log.found == [(GET, None, ""), (GET, None, ""), cut]
    assert [one.request is None for one in log] == [False, False, True]


def test_clients_that_reset(echo: ServedMock) -> None:
    log = Log()
    with Server() as server:
        endpoint = server.open(echo, on_exchange=log)
        for sent in (b"", GET[:7]):
            client = connect(endpoint)
            client.sendall(sent)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        with connect(endpoint) as client:
            client.sendall(GET)
            assert client.recv(1000) == GET_REPLY


def test_idle_connections_are_closed_without_a_word(echo: ServedMock, talk: Talk) -> None:
    log = Log()
    with Server(limits=Limits(idle_seconds=0.01)) as server:
        assert talk(server.open(echo, on_exchange=log)) == b""
    assert log.exchanges == []


def test_too_many_connections(echo: ServedMock, rest: Callable[[socket.socket], bytes]) -> None:
    log = Log()
    with Server(limits=Limits(connections=2)) as server:
        endpoints = [server.open(echo, on_exchange=log) for _ in range(3)]
        first, second = map(connect, endpoints[:2])
        with first, second:
            for client in (first, second):
                client.sendall(GET)
                assert client.recv(1000) == GET_REPLY
            with connect(endpoints[2]) as third:
                assert rest(third) == b"HTTP/1.1 503 Service Unavailable\r\n" + REFUSED
            endpoints[0].close()
            with connect(endpoints[2]) as fourth:
                fourth.sendall(GET)
                assert fourth.recv(1000) == GET_REPLY
    over = (b"", "unreadable-request", "more than 2 connections are open")
    assert log.found == [(GET, None, ""), (GET, None, ""), over, (GET, None, "")]


def test_hundreds_of_endpoints(echo: ServedMock, talk: Talk) -> None:
    logs = [Log() for _ in range(300)]
    with Server() as server, ThreadPoolExecutor(8) as pool:
        endpoints = list(pool.map(lambda log: server.open(echo, on_exchange=log), logs))
        assert list(pool.map(talk, endpoints, repeat(GET + LAST))) == [GET_REPLY + LAST_REPLY] * 300
        list(pool.map(Endpoint.close, endpoints[::2]))
        list(pool.map(Endpoint.close, endpoints[::3]))  # some for the second time
        with pytest.raises(ConnectionRefusedError):
            connect(endpoints[0])
        assert talk(endpoints[1], LAST) == LAST_REPLY
    assert [[one.port for one in log][:2] for log in logs] == [[one.port] * 2 for one in endpoints]
    numbers = sorted(one.number for log in logs for one in log)
    assert numbers == list(range(1, 602))
    endpoints[1].close()  # nothing is left to close
    with pytest.raises(ConnectionRefusedError):
        connect(endpoints[1])


def test_open_connections_end_with_the_server(
    echo: ServedMock, rest: Callable[[socket.socket], bytes]
) -> None:
    log = Log()
    with Server() as server:
        endpoint = server.open(echo, on_exchange=log)
        silent, cut = connect(endpoint), connect(endpoint)
        cut.sendall(GET + GET[:3])
        log.wait(1)
    with silent, cut:
        assert rest(silent) == b""
        assert cut.recv(len(GET_REPLY)) == GET_REPLY
    message = "the connection ended after 3 octets of a head"
    assert log.found == [(GET, None, ""), (GET[:3], "unreadable-request", message)]


def test_an_endpoint_closed_by_its_own_exchange(echo: ServedMock, talk: Talk) -> None:
    with Server() as server:
        opened: list[Endpoint] = []
        opened.append(server.open(echo, on_exchange=lambda _: opened[0].close()))
        assert talk(opened[0], GET) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(opened[0])


def test_ports_that_cannot_be_had(echo: ServedMock) -> None:
    server = Server()
    with pytest.raises(ServerNotRunning):
        server.open(echo)
    with server:
        endpoint = server.open(echo)
        with pytest.raises(OSError, match="in use"):
            server.open(echo, port=endpoint.port)
        with pytest.raises(OSError):  # noqa: PT011 - the resolver's wording differs
            server.open(echo, host="256.0.0.1")
    with pytest.raises(ServerNotRunning):
        server.open(echo)


def test_a_server_that_is_used_again(echo: ServedMock, talk: Talk) -> None:
    log = Log()
    server = Server()
    for _ in range(2):
        with server:
            assert talk(server.open(echo, on_exchange=log), GET + LAST) == GET_REPLY + LAST_REPLY
    assert [one.number for one in log] == [1, 2, 1, 2]


def test_ipv6(echo: ServedMock, talk: Talk) -> None:
    log = Log()
    with Server() as server:
        try:
            endpoint = server.open(echo, host="::1", on_exchange=log)
        except OSError:
            pytest.skip("no IPv6 on this machine")
        assert endpoint.base_url == f"http://[::1]:{endpoint.port}"
        assert talk(endpoint, LAST) == LAST_REPLY.replace(b"127.0.0.1", b"::1")
    assert [one.client_ip for one in log] == ["::1"]


class Bug(Exception):
    pass


class Broken:
    """Raises in the methods named."""

    def __init__(self, *methods: str) -> None:
        self.methods = methods

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        del request, client_ip
        if "handle" in self.methods:
            raise Bug
        return MockReply(204, (), b"", Verdict(accepted=True, reason=None, message=""))

    def unreadable(self, status: int, message: str) -> MockReply:
        if "unreadable" in self.methods:
            raise Bug
        verdict = Verdict(accepted=False, reason="unreadable", message=message)
        return MockReply(status, (), b"", verdict)


BROKEN_REPLY = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


@pytest.mark.parametrize(
    ("methods", "sent", "verdict", "notes"),
    [
        (("handle",), LAST, ("unreadable", "the mock raised Bug"), None),
        (
            ("handle", "unreadable"),
            LAST,
            ("broken", "the mock raised Bug"),
            ["the first of 2 errors in the server"],
        ),
        (
            ("unreadable",),
            b"\n",
            ("broken", "the mock raised Bug"),
            ["the first of 2 errors in the server"],
        ),
    ],
)
def test_a_mock_that_raises(
    talk: Talk, methods: tuple[str, ...], sent: bytes, verdict: tuple[str, str], notes: Any
) -> None:
    log = Log()
    with pytest.raises(Bug) as raised, Server() as server:
        assert talk(server.open(Broken(*methods), on_exchange=log), sent) == BROKEN_REPLY
    assert [found[1:] for found in log.found] == [verdict]
    assert getattr(raised.value, "__notes__", None) == notes


def test_an_on_exchange_that_raises(talk: Talk) -> None:
    def fail(exchange: Exchange) -> None:
        raise Bug(exchange)

    with pytest.raises(Bug), Server() as server:
        assert talk(server.open(Broken(), on_exchange=fail), LAST) == BROKEN_REPLY


def test_an_interrupt_goes_before_what_the_server_raises() -> None:
    def interrupted() -> None:
        with Server() as server:
            server._ledger.fail(Bug())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_replies_without_a_body(talk: Talk) -> None:
    with Server() as server:
        answered = talk(server.open(Broken()), LAST)
    assert answered == b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def test_a_mock_that_never_returns(monkeypatch: pytest.MonkeyPatch, echo: ServedMock) -> None:
    entered, release = threading.Event(), threading.Event()

    def hang(exchange: Exchange) -> None:
        del exchange
        entered.set()
        release.wait()

    monkeypatch.setattr("signproof.server.core.HANG_S", 0.01)
    server = Server().__enter__()
    client = connect(server.open(echo, on_exchange=hang))
    client.sendall(GET)
    assert entered.wait(30)
    with pytest.raises(ServerHangs):
        server.__exit__(None, None, None)
    release.set()
    assert server._shared is not None
    server._shared.thread.join(30)
    client.close()
    assert not server._shared.thread.is_alive()


def test_what_a_callback_raises_comes_out() -> None:
    def fail() -> None:
        raise Bug

    with pytest.raises(Bug), Server() as server:
        server._running().loop.call_soon_threadsafe(fail)


def test_what_goes_wrong_in_the_loop_comes_out() -> None:
    server = Server().__enter__()
    loop = server._running().loop
    loop.call_soon_threadsafe(loop.call_exception_handler, {"message": "odd"})
    with pytest.raises(RuntimeError, match="odd"):
        server.__exit__(None, None, None)


class Exhausted:
    """A listener that cannot accept, the first time."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.calls = 0

    def accept(self) -> Any:
        self.calls += 1
        if self.calls == 1:
            raise OSError(errno.EMFILE, "too many open files")
        return self.listener.accept()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.listener, name)


def test_too_many_open_files(monkeypatch: pytest.MonkeyPatch, echo: ServedMock, talk: Talk) -> None:
    monkeypatch.setattr("signproof.server.endpoint._PAUSE_S", 0)
    server = Server().__enter__()
    endpoint = server.open(echo)
    endpoint._listener = Exhausted(endpoint._listener)  # type: ignore[assignment]
    assert talk(endpoint, LAST) == LAST_REPLY
    with pytest.raises(OSError, match="too many open files"):  # it went on, and still tells
        server.__exit__(None, None, None)


def test_closing_while_files_are_too_many(
    monkeypatch: pytest.MonkeyPatch, echo: ServedMock
) -> None:
    monkeypatch.setattr("signproof.server.endpoint._PAUSE_S", 3_600)
    failed = threading.Event()
    server = Server().__enter__()
    endpoint = server.open(echo)
    endpoint._listener = Exhausted(endpoint._listener)  # type: ignore[assignment]
    fail = server._ledger.fail

    def fail_and_tell(error: BaseException) -> None:
        fail(error)
        failed.set()

    monkeypatch.setattr(server._ledger, "fail", fail_and_tell)
    with connect(endpoint):
        assert failed.wait(30)
        endpoint.close()
    with pytest.raises(OSError, match="too many open files"):
        server.__exit__(None, None, None)


def test_opening_while_the_server_ends(monkeypatch: pytest.MonkeyPatch, echo: ServedMock) -> None:
    with Server() as server:
        shared = server._running()
    monkeypatch.setattr(server, "_running", lambda: shared)
    with pytest.raises(ServerNotRunning):
        server.open(echo)


@pytest.mark.parametrize(
    ("status", "head"),
    [
        (299, b"HTTP/1.1 299 \r\nA: b\r\nContent-Length: 1\r\n\r\nc"),
        (304, b"HTTP/1.1 304 Not Modified\r\nA: b\r\n\r\n"),
    ],
)
def test_unusual_statuses(status: int, head: bytes) -> None:
    verdict = Verdict(accepted=True, reason=None, message="")
    reply = MockReply(status, ((b"A", b"b"),), b"c", verdict)
    assert render(reply, head_only=False, close=False) == head


def test_import_loads_no_tls() -> None:
    code = "import sys, signproof.server; print({'trustme', 'cryptography'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"set()\n"
