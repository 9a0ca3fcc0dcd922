"""What answers every request alike: what it counts, what it refuses, and that it never hangs."""

import base64
import json
import math
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import pytest

from signproof.implementations.base import NeverRan
from signproof.server.lean import Arrived, BareClient, Responder
from signproof.server.lean_program import Connection, Lean, Unreadable, end_of, main

PATIENCE_S = 20
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
MARK = b"\r\nx-signed:"
GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
SIGNED = b"GET /a HTTP/1.1\r\nHost: x\r\nX-SIGNED: 1\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nabc"
LAST = b"GET /z HTTP/1.1\r\nConnection: close\r\n\r\n"


def told(*kept: bytes, **members: Any) -> dict[str, Any]:
    """Return what is said where *kept*, of which the last is the last that came, was kept."""
    texts = [base64.b64encode(one).decode() for one in kept]
    usual = {"requests": 0, "marked": 0, "connections": 0, "problem": ""}
    return usual | {"kept_b64": texts, "last_b64": "".join(texts[-1:])} | members


class Served:
    """The server in a thread of this process, and what it says."""

    def __init__(self, mark: bytes = MARK, place: str = "head") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.control, theirs = socket.socketpair()
        self.control.settimeout(PATIENCE_S)
        words = [str(one.detach()) for one in (self.listener.dup(), theirs)]
        words += [base64.b64encode(octets).decode() for octets in (REPLY, mark)] + [place]
        self.thread = threading.Thread(target=main, args=words, daemon=True)
        self.thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.control.close()
        self.thread.join(PATIENCE_S)
        self.listener.close()
        assert not self.thread.is_alive()

    def collect(self) -> Any:
        self.control.sendall(b"?")
        said = b""
        while not said.endswith(b"\n"):
            said += self.control.recv(65536)
        return json.loads(said)

    def client(self) -> socket.socket:
        return socket.create_connection(self.listener.getsockname(), PATIENCE_S)


@pytest.fixture
def served() -> Iterator[Served]:
    with Served() as one:
        yield one


def exactly(client: socket.socket, size: int) -> bytes:
    came = b""
    while len(came) < size and (more := client.recv(size - len(came))):
        came += more
    return came


@pytest.mark.parametrize(
    ("pieces", "answers", "said"),
    [
        ([GET], 1, told(GET, requests=1)),
        ([SIGNED], 1, told(SIGNED, requests=1, marked=1)),
        ([POST], 1, told(POST, requests=1)),
        ([POST[:-1], POST[-1:]], 1, told(POST, requests=1)),
        ([SIGNED[:20], SIGNED[20:-1], SIGNED[-1:]], 1, told(SIGNED, requests=1, marked=1)),
        ([bytes([octet]) for octet in POST], 1, told(POST, requests=1)),
        # Several at once, and one and a half.
        ([SIGNED + POST], 2, told(SIGNED, POST, requests=2, marked=1)),
        ([GET + SIGNED[:9], SIGNED[9:]], 2, told(GET, SIGNED, requests=2, marked=1)),
    ],
)
def test_what_is_counted(
    pieces: list[bytes], answers: int, said: dict[str, Any], served: Served
) -> None:
    with served.client() as client:
        for piece in pieces:
            client.sendall(piece)
        assert exactly(client, answers * len(REPLY)) == answers * REPLY
        assert served.collect() == said | {"connections": 1}
        assert served.collect() == told()


@pytest.mark.parametrize(
    ("place", "mark", "head", "body", "marked"),
    [
        ("head", MARK, b"X-SIGNED: 1", b"", 1),
        ("head", MARK, b"X-Other: 1", b"\r\nx-signed: 1", 0),
        ("body", b'"sign"', b"X-Other: 1", b'{"sign_type":"RSA","sign":"x"}', 1),
        ("body", b'"sign"', b"X-Other: 1", b'{"sign_type":"RSA","SIGN":"x"}', 0),
        ("body", b'"sign"', b'X-Other: "sign"', b'{"sign_type":"RSA"}', 0),
    ],
)
def test_where_the_mark_is_looked_for(
    place: str, mark: bytes, head: bytes, body: bytes, marked: int
) -> None:
    octets = b"POST / HTTP/1.1\r\n%s\r\nContent-Length: %d\r\n\r\n%s" % (head, len(body), body)
    with Served(mark, place) as one, one.client() as client:
        client.sendall(octets)
        assert exactly(client, len(REPLY)) == REPLY
        assert one.collect() == told(octets, requests=1, marked=marked, connections=1)


# What is kept.


def numbered(count: int) -> list[bytes]:
    return [b"GET /%d HTTP/1.1\r\n\r\n" % number for number in range(count)]


def kept_of(requests: Sequence[bytes]) -> list[bytes]:
    """Return what is kept of *requests* beside the last."""
    with socket.socket() as listener, socket.socket() as control:
        lean = Lean(listener, control, REPLY, MARK, "head")
        for request in requests:
            lean._take(request, request)
        assert lean._last == requests[-1]
        return lean._kept


def test_few_are_all_kept() -> None:
    for count in range(1, 6):
        assert kept_of(numbered(count)) == numbered(count)


@pytest.mark.parametrize(
    ("drawn", "kept"),
    [
        (0.0, [0, 8, 2, 3, 4]),
        # Of the 5, 6, 7 and 8 that followed the first, half the way is place 3, 4, 4 and 5.
        (0.5, [0, 1, 2, 5, 7]),
        (0.999, [0, 1, 2, 3, 4]),
    ],
)
def test_which_of_many_are_kept(
    drawn: float, kept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: drawn)
    requests = numbered(9)
    assert kept_of(requests) == [requests[number] for number in kept]


def test_each_is_kept_as_often_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the nine that follow the first four stay: each in 4 of 9, give or take 4 deviations."""
    monkeypatch.setattr("random.random", random.Random(1).random)
    requests, trials = numbered(10), 2000
    stayed = Counter(one for _ in range(trials) for one in kept_of(requests))
    assert stayed.pop(requests[0]) == trials
    assert stayed.keys() == set(requests[1:])
    deviation = math.sqrt(trials * 4 / 9 * 5 / 9)
    assert [n for n in stayed.values() if abs(n - trials * 4 / 9) > 4 * deviation] == []


def test_what_is_kept_in_its_order() -> None:
    assert Arrived(**told(GET, POST, LAST)).kept == [GET, POST, LAST, LAST]


def test_connections_are_counted_and_closed_when_asked(served: Served) -> None:
    for _ in range(3):
        with served.client() as client:
            client.sendall(LAST)
            assert exactly(client, len(REPLY) + 1) == REPLY
    assert served.collect() == told(LAST, LAST, LAST, requests=3, connections=3)


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"\x16\x03\x01\x02\x00", "it does not begin with a method"),
        (b"HELLO\r\n\r\n", "its first line does not end in HTTP/1.1"),
        (b"GET / HTTP/1.0\r\n\r\n", "its first line does not end in HTTP/1.1"),
        (b"GET / HTTP/1.1\nHost: x\n\n", "its head has a line that ends in LF alone"),
        (b"G" * 65537, "its head is larger than 65536 octets"),
        (b"HEAD / HTTP/1.1\r\n\r\n", "it is a HEAD, whose answer would have no body"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "it has a transfer coding, and a Content-Length alone is understood here",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
            "it has Expect, and a Content-Length alone is understood here",
        ),
        *(
            (
                b"POST / HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % length,
                "its Content-Length is no number up to 8388608",
            )
            for length in (b"", b"-1", b"1e3", b"8388609", b"9" * 5000)
        ),
    ],
)
def test_what_is_refused(octets: bytes, problem: str, served: Served) -> None:
    """It is answered, its connection is closed, and others go on."""
    with served.client() as other, served.client() as client:
        other.sendall(GET[:5])
        client.sendall(GET)
        assert exactly(client, len(REPLY)) == REPLY
        client.sendall(octets)
        assert exactly(client, len(REFUSED)) == REFUSED
        other.sendall(GET[5:])
        assert exactly(other, len(REPLY)) == REPLY
        said = served.collect()
    assert said == told(GET, GET, requests=2, connections=2, problem=problem)


def test_the_first_problem_is_told(served: Served) -> None:
    for octets in (b"\r\n", b"HELLO\r\n\r\n"):
        with served.client() as client:
            client.sendall(octets)
            assert exactly(client, len(REFUSED)) == REFUSED
    assert served.collect()["problem"] == "it does not begin with a method"


def settled(served: Served, done: Callable[[Any], bool]) -> Any:
    """Return what is said until *done*, put together."""
    total = told()
    for _ in range(1000):
        said = served.collect()
        for name in ("requests", "marked", "connections"):
            total[name] += said[name]
        total["problem"] = total["problem"] or said["problem"]
        if done(total):
            break
    return total


def test_what_is_cut_off_is_told(served: Served) -> None:
    with served.client() as client:
        client.sendall(POST[:-1])
    cut = "its connection ended before it was whole"
    assert settled(served, lambda said: bool(said["problem"])) == told(connections=1, problem=cut)


def test_a_client_that_goes_away_is_none_to_wait_for(served: Served) -> None:
    client = served.client()
    # A reset, once with nothing of a request and once in the middle of the answers.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.sendall(GET * 2000)
    client.close()
    with served.client() as other:
        other.sendall(GET)
        assert exactly(other, len(REPLY)) == REPLY
    assert settled(served, lambda said: said["connections"] == 2)["problem"] in {
        "",
        "its connection ended before it was whole",
    }


def test_a_client_that_does_not_wait_for_its_answer_sent_a_whole_request() -> None:
    control, theirs = socket.socketpair()
    ours, client = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listener, control, theirs:
        lean = Lean(listener, theirs, REPLY, MARK, "head")
        connection = lean._connections[ours.fileno()] = Connection(ours)
        lean._poll.register(ours)
        client.sendall(GET[:5])
        lean._read(connection)
        client.sendall(GET[5:])
        client.close()
        lean._read(connection)
        assert (lean._requests, lean._problem, lean._connections) == (1, "", {})


def test_where_nobody_listens_to_what_it_tells() -> None:
    """The harness may have been ended between its question and the answer."""
    control, theirs = socket.socketpair()
    control.sendall(b"?")
    control.close()
    with socket.create_server(("127.0.0.1", 0)) as listener, theirs:
        Lean(listener, theirs, REPLY, MARK, "head").serve()


@pytest.mark.parametrize("octets", [b"", b"GET", GET[:-1], POST[:-1]])
def test_what_is_not_whole_is_waited_for(octets: bytes) -> None:
    if octets:
        assert end_of(octets)[0] == 0
    else:
        with pytest.raises(Unreadable, match="it does not begin with a method"):
            end_of(octets)


# The process.


def test_a_process_of_its_own() -> None:
    with Responder(b'{"code":0}', MARK, "head") as responder:
        address = responder.address
        assert responder.base_url == f"http://127.0.0.1:{address[1]}"
        bare = BareClient(responder)
        bare.load(SIGNED, anew=False)
        for _ in range(3):
            bare.exchange()
        bare.close()
        bare.close()
        expected = told(SIGNED, SIGNED, SIGNED, requests=3, marked=3, connections=1)
        assert responder.collect() == Arrived(**expected)
        assert responder.collect() == Arrived(**told())
        assert responder.reply == (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
            b'Content-Length: 10\r\n\r\n{"code":0}'
        )
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, PATIENCE_S)


@pytest.mark.parametrize(
    ("request_", "anew", "connections"),
    [(GET, False, 0), (GET, True, 3), (LAST, False, 3), (LAST, True, 3)],
)
def test_when_a_bare_exchange_has_a_connection_of_its_own(
    request_: bytes,
    anew: bool,  # noqa: FBT001 - a column of the table
    connections: int,
) -> None:
    with Responder(b"{}", MARK, "head") as responder:
        bare = BareClient(responder)
        bare.load(POST, anew=False)
        bare.exchange()
        assert responder.collect() == Arrived(**told(POST, requests=1, connections=1))
        bare.load(request_, anew=anew)
        for _ in range(3):
            bare.exchange()
        expected = told(request_, request_, request_, requests=3, connections=connections)
        assert responder.collect() == Arrived(**expected)
        bare.close()


def test_port_80_is_not_named() -> None:
    with Responder(b"{}", MARK, "head") as responder:
        responder.address = ("127.1.0.2", 80)
        assert responder.base_url == "http://127.1.0.2"


def test_a_port_that_is_taken() -> None:
    with Responder(b"{}", MARK, "head") as one, pytest.raises(OSError, match="in use"):
        Responder(b"{}", MARK, "head", port=one.address[1])


def test_a_process_that_has_ended() -> None:
    ended = "what counts the requests at loopback has ended: measure anew"
    with Responder(b"{}", MARK, "head") as responder:
        responder._process.kill()
        responder._process.wait()
        with pytest.raises(NeverRan, match=ended):
            responder.collect()
        bare = BareClient(responder)
        bare.load(GET, anew=False)
        with pytest.raises(NeverRan, match="what answers at loopback has ended: measure anew"):
            bare.exchange()


def test_a_process_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signproof.server.lean._END_S", 0.01)
    responder = Responder(b"{}", MARK, "head")
    again = responder._control.dup()  # so that it is still asked
    responder.close()
    again.close()
    assert responder._process.returncode == -9
