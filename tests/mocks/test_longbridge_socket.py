"""The WebSocket gateway: octets in, octets out; the expected ones are written out or wsproto's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    Request,
    TextMessage,
)

from signers import SignedRequest
from signproof.mocks.longbridge.socket import Gateway, is_upgrade
from signproof.mocks.replies import UpgradeRefused

TARGET = b"/v2?version=1&codec=1&platform=9"
HEADERS = (
    (b"Host", b"127.0.0.1:8080"),
    (b"Connection", b"Upgrade"),
    (b"Upgrade", b"websocket"),
    (b"Sec-WebSocket-Version", b"13"),
    (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
    (b"accept-language", b"en"),
)
UPGRADE = SignedRequest(b"GET", TARGET, HEADERS)

# RFC 6455, section 1.3, has this key and this answer to it.
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

# What longport 3.0.18 for Python was seen to send first, unmasked: token "EXAMPLE-OTP-000001".
AUTH = bytes.fromhex("01020000000113880000140a124558414d504c452d4f54502d303030303031")
# session_id "EXAMPLE-SESSION", expires 1800086400000: a day after 1800000000
SESSION = bytes.fromhex("0a0f4558414d504c452d53455353494f4e1080d88aecb134")


def now() -> float:
    return 1_800_000_000.0


class Client:
    """An SDK's side of the connection, on wsproto alone."""

    def __init__(self) -> None:
        self.gateway = Gateway(now)
        self.socket = WSConnection(ConnectionType.CLIENT)
        request = Request(host="127.0.0.1", target=TARGET.decode())
        head = self.socket.send(request).split(b"\r\n")
        pairs = (line.split(b": ", 1) for line in head[1:-2])
        headers = tuple((name, value) for name, value in pairs)
        self.socket.receive_data(self.gateway.upgrade(SignedRequest(b"GET", TARGET, headers)))
        assert [type(event) for event in self.socket.events()] == [AcceptConnection]

    def say(self, *events: Event) -> list[Event]:
        return self.hear(self.gateway.receive(b"".join(map(self.socket.send, events))))

    def hear(self, octets: bytes) -> list[Event]:
        self.socket.receive_data(octets)
        return list(self.socket.events())


def packet(command: int, body: bytes = b"", *, request_id: int = 7, flags: int = 1) -> bytes:
    head = bytes((flags, command)) + request_id.to_bytes(4) + (5000).to_bytes(2)
    return head + len(body).to_bytes(3) + body


def answer(command: int, status: int, body: bytes, *, request_id: int = 7) -> list[Event]:
    head = bytes((2, command)) + request_id.to_bytes(4) + bytes((status,))
    return [BytesMessage(head + len(body).to_bytes(3) + body)]


def refusal(command: int, text: bytes) -> list[Event]:
    return answer(command, 3, b"\x12" + bytes((len(text),)) + text)


def with_header(name: bytes, value: bytes | None) -> tuple[tuple[bytes, bytes], ...]:
    kept = tuple(pair for pair in HEADERS if pair[0] != name)
    return kept if value is None else (*kept, (name, value))


def test_the_upgrade_is_answered_as_rfc_6455_prints_it() -> None:
    gateway = Gateway(now)
    assert gateway.upgrade(UPGRADE) == SWITCHED
    assert not gateway.closed


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (HEADERS, True),
        (((b"upgrade", b" WebSocket "),), True),
        (((b"Upgrade", b"h2c"),), False),
        ((), False),
    ],
)
def test_which_requests_are_for_the_gateway(
    headers: tuple[tuple[bytes, bytes], ...],
    expected: bool,  # noqa: FBT001 -- a row's expected value
) -> None:
    assert is_upgrade(SignedRequest(b"GET", TARGET, headers)) is expected


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (
            SignedRequest(b"GET", b"/v2?version=2&codec=1&platform=9", HEADERS),
            400,
            "the query is not version=1, codec=1 and platform=9",
        ),
        (
            SignedRequest(b"GET", b"/v2", HEADERS),
            400,
            "the query is not version=1, codec=1 and platform=9",
        ),
        (SignedRequest(b"POST", TARGET, HEADERS), 400, "the method is not GET"),
        (
            SignedRequest(b"GET", TARGET, with_header(b"Sec-WebSocket-Version", b"8")),
            426,
            "Missing header, 'Sec-WebSocket-Version'",
        ),
        (
            SignedRequest(b"GET", TARGET, with_header(b"Sec-WebSocket-Key", None)),
            400,
            "Missing header, 'Sec-WebSocket-Key'",
        ),
        (
            SignedRequest(b"GET", TARGET, with_header(b"Host", None)),
            400,
            "the head of the request is malformed",
        ),
        (
            SignedRequest(b"GET", TARGET, with_header(b"Host", b"\xff")),
            400,
            "the head of the request is malformed",
        ),
        (
            SignedRequest(b"GET", TARGET, with_header(b"X", b"a\r\nb")),
            400,
            "the head of the request is malformed",
        ),
    ],
)
def test_an_upgrade_that_is_refused(request_: SignedRequest, status: int, detail: str) -> None:
    with pytest.raises(UpgradeRefused) as caught:
        Gateway(now).upgrade(request_)
    assert (caught.value.status, caught.value.detail) == (status, detail)
    assert str(caught.value) == f"no WebSocket connection: {detail}"


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        (AUTH, answer(2, 0, SESSION, request_id=1)),
        (packet(3, b"\x0a\x01s"), answer(3, 0, SESSION)),
        (packet(1, b"\x08\x05"), answer(1, 0, b"\x08\x05")),
        (packet(1), answer(1, 0, b"")),
        (packet(4, b"\x0a\x02en", request_id=2**32 - 1), answer(4, 0, b"", request_id=2**32 - 1)),
        (packet(9, b"\x0a\x02HK"), answer(9, 0, b"")),
        (packet(2, b"\x0a\x01t", flags=0x11) + bytes(24), answer(2, 0, SESSION)),
        (packet(2, b"\x0a\x01t", flags=0x21), refusal(2, b"this mock reads no gzip")),
        (packet(16, b"\x0a\x07private"), refusal(16, b"this mock has no command 16")),
        (bytes((2, 1)) + bytes(8), []),
        (bytes((3, 101)) + bytes(3), []),
    ],
)
def test_a_packet_and_its_answer(sent: bytes, heard: list[Event]) -> None:
    client = Client()
    assert client.say(BytesMessage(sent)) == heard
    assert not client.gateway.closed


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    [
        (BytesMessage(b""), 1002, "the message is no packet"),
        (BytesMessage(b"\x00"), 1002, "the message is no packet"),
        (BytesMessage(AUTH[:10]), 1002, "the message is no packet"),
        (BytesMessage(AUTH[:-1]), 1002, "the packet's length is not the one it names"),
        (BytesMessage(AUTH + b"\x00"), 1002, "the packet's length is not the one it names"),
        (BytesMessage(bytes(64 * 1024 + 1)), 1009, "the message is too long"),
        (TextMessage("hello"), 1003, "packets are binary"),
    ],
)
def test_what_ends_the_connection(sent: Event, code: int, reason: str) -> None:
    client = Client()
    assert client.say(sent) == [CloseConnection(code, reason)]
    assert client.gateway.closed
    assert client.gateway.receive(b"\x81\x80\x00\x00\x00\x00") == b""
    assert client.gateway.ping() == b""


def test_nothing_is_answered_after_what_ends_the_connection() -> None:
    heard = Client().say(TextMessage("hello"), BytesMessage(AUTH))
    assert heard == [CloseConnection(1003, "packets are binary")]


def test_unmasked_octets_are_a_violation_of_the_protocol() -> None:
    gateway = Gateway(now)
    gateway.upgrade(UPGRADE)
    answered = gateway.receive(b"\x82\x00")
    assert answered[:1] == b"\x88"
    assert answered[2:4] == (1002).to_bytes(2)
    assert gateway.closed


def test_a_close_is_answered_with_the_same_code() -> None:
    client = Client()
    assert client.say(CloseConnection(1000, "bye")) == [CloseConnection(1000, "bye")]
    assert client.gateway.closed


def test_pings_go_both_ways() -> None:
    client = Client()
    assert client.say(Ping(b"\x08\x05")) == [Pong(b"\x08\x05")]
    assert client.hear(client.gateway.ping()) == [Ping()]
    assert client.say(Pong()) == []


def test_a_packet_in_two_frames_is_one() -> None:
    client = Client()
    assert client.say(BytesMessage(AUTH[:9], message_finished=False)) == []
    assert client.say(BytesMessage(AUTH[9:])) == answer(2, 0, SESSION, request_id=1)
    assert client.say(BytesMessage(AUTH)) == answer(2, 0, SESSION, request_id=1)


def test_octets_may_come_one_by_one() -> None:
    client = Client()
    sent = client.socket.send(BytesMessage(AUTH)) + client.socket.send(BytesMessage(packet(9)))
    answered = b"".join(client.gateway.receive(bytes((octet,))) for octet in sent)
    heard = client.hear(answered)
    assert heard == answer(2, 0, SESSION, request_id=1) + answer(9, 0, b"")


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_octets_make_it_raise(chunks: list[bytes]) -> None:
    gateway = Gateway(now)
    gateway.upgrade(UPGRADE)
    for chunk in chunks:
        gateway.receive(chunk)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_messages_make_it_raise(messages: list[bytes]) -> None:
    client = Client()
    for message in messages:
        if not client.gateway.closed:
            client.say(BytesMessage(message))
