"""The least of the broker's WebSocket gateway that lets an SDK's typed context be built.

Older official SDKs (Python, Node.js and Rust `longport` 3, Go) open the gateway's WebSocket and
authenticate on it before they let a caller make the first HTTP call. This is the gateway's side of
one such connection, without any I/O: it says yes to that and refuses whatever else it is asked.
The frames are wsproto's work.

Sources. "doc": open.longbridge.com, "Parse Handshake", "Parse Request Packet", "Parse Response
Packet" and "Control commands". "SDK": the sources of the Rust crates `longport` 3.0.18 and
`longport-wscli` 3.0.18 and of the Go modules `openapi-go` 0.16.4 and `openapi-protocol` 0.4.1, and
the octets these were seen to send. What is neither is marked as inferred or invented.
"""

import enum
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import RemoteProtocolError

from signers.request import SignedRequest
from signproof.mocks.replies import UpgradeRefused

__all__ = ["PING_SECONDS", "Gateway", "is_upgrade"]

PING_SECONDS = 30
"""How often a server should send `Gateway.ping`: the Rust-based SDKs hang up after 120 seconds
without one (SDK)."""

_HANDSHAKE = {"codec": "1", "platform": "9", "version": "1"}  # doc, "Parse Handshake"
_LONGEST_MESSAGE = 64 * 1024  # invented; the documented limit of a body is 16 MB
_SESSION_ID = "EXAMPLE-SESSION"
_SESSION_LIFE_MS = 24 * 60 * 60 * 1000  # invented

# type and flags, command, request id, timeout in milliseconds; then the body's length in 3 octets
# (doc, "Parse Request Packet"). That the type is the low half of its octet is from the SDK.
_REQUEST_HEAD = struct.Struct(">BBIH3s")
_RESPONSE_HEAD = struct.Struct(">BBIB3s")
_TYPE_MASK = 0x0F
_VERIFY = 0x10
_GZIP = 0x20
_NONCE_AND_SIGNATURE = 8 + 16


class _PacketType(enum.IntEnum):
    """What a packet is (doc)."""

    REQUEST = 1
    """Wants a response of the same request id."""
    RESPONSE = 2
    """Answers a request; a client's are of no interest here."""
    PUSH = 3
    """Wants none; a client has none to send."""


class _Command(enum.IntEnum):
    """The commands that are answered."""

    HEARTBEAT = 1
    """The answer is the body (doc). Over WebSocket the SDKs use ping frames in its stead."""
    AUTH = 2
    """A one-time password for a session (doc)."""
    RECONNECT = 3
    """A session for a new session (doc)."""
    USER_QUOTE_PROFILE = 4
    """Asked by `QuoteContext` as it is built or, newer, connected; no data will do (SDK)."""
    TRADING_DAYS = 9
    """As `USER_QUOTE_PROFILE`, by `longport` 3 for each of four markets."""


class _Status(enum.IntEnum):
    """How a request went; the numbers are from the SDK (Go, ``status.go``)."""

    SUCCESS = 0
    """The body is the answer."""
    BAD_REQUEST = 3
    """The body says why; what the broker answers to an unknown command is unknown."""


class _UnreadablePacket(ValueError):
    """A message is no packet."""


@dataclass(frozen=True, slots=True)
class _Request:
    command: int
    request_id: int
    gzip: bool
    body: bytes


def is_upgrade(request: SignedRequest) -> bool:
    """Tell whether *request* is for a `Gateway`: it wants another protocol (RFC 9110, 7.8)."""
    return any(value.lower() == b"websocket" for value in request.values(b"upgrade"))


class Gateway:
    """The gateway's side of one connection: octets in, octets out.

    Any one-time password and any session are accepted: they were given over HTTP, where the
    signature was verified.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Serve a connection; *clock* returns Unix seconds, such as `time.time`."""
        self._clock = clock
        self._socket = WSConnection(ConnectionType.SERVER)
        self._message = bytearray()

    @property
    def ping_seconds(self) -> float:
        """How often `ping` is to be sent."""
        return PING_SECONDS

    @property
    def closed(self) -> bool:
        """Whether the transport is to be closed, after what was returned last has been written."""
        return self._socket.state in (ConnectionState.LOCAL_CLOSING, ConnectionState.CLOSED)

    def upgrade(self, request: SignedRequest) -> bytes:
        """Return the 101 response to *request*; raises UpgradeRefused.

        Call it once and first. Octets that followed the request go to `receive`. That the broker
        answers a wrong handshake with an HTTP error is inferred.
        """
        _check_handshake(request)
        try:
            self._socket.initiate_upgrade_connection(list(request.headers), request.target)
        except RemoteProtocolError as error:
            hint = error.event_hint
            status = hint.status_code if isinstance(hint, RejectConnection) else 400
            raise UpgradeRefused(status, str(error)) from None
        except (h11.LocalProtocolError, UnicodeError):
            raise UpgradeRefused(400, "the head of the request is malformed") from None
        return self._socket.send(AcceptConnection())

    def receive(self, octets: bytes) -> bytes:
        """Return the answer to *octets*, which may be none; after a close nothing is answered."""
        if self.closed:
            return b""
        self._socket.receive_data(octets)
        return b"".join(self._socket.send(event) for event in self._replies())

    def ping(self) -> bytes:
        """Return the frame that keeps the client from hanging up; none after a close."""
        return b"" if self.closed else self._socket.send(Ping())

    def _replies(self) -> Iterator[Event]:
        for event in self._socket.events():
            yield from self._reply(event)
            if self.closed:
                return

    def _reply(self, event: Event) -> Iterator[Event]:
        match event:
            case Ping() | CloseConnection():
                yield event.response()
            case TextMessage():
                yield CloseConnection(CloseReason.UNSUPPORTED_DATA, "packets are binary")
            case BytesMessage(data=data, message_finished=finished):
                self._message += data
                if len(self._message) > _LONGEST_MESSAGE:
                    yield CloseConnection(CloseReason.MESSAGE_TOO_BIG, "the message is too long")
                elif finished:
                    packet = bytes(self._message)
                    self._message.clear()
                    yield from self._answer(packet)

    def _answer(self, packet: bytes) -> Iterator[Event]:
        """Answer a packet; only requests have an answer.

        The documented way to hang up is a push packet. How the broker does it over WebSocket is
        unknown: this mock closes the WebSocket.
        """
        try:
            request = _read_request(packet)
        except _UnreadablePacket as error:
            yield CloseConnection(CloseReason.PROTOCOL_ERROR, str(error))
            return
        if request is not None:
            yield BytesMessage(self._respond(request))

    def _respond(self, request: _Request) -> bytes:
        match request.command:
            case _ if request.gzip:
                return _refusal(request, "this mock reads no gzip")
            case _Command.HEARTBEAT:
                return _response(request, _Status.SUCCESS, request.body)
            case _Command.AUTH | _Command.RECONNECT:
                # Both answers have the same fields: session_id = 1, expires = 2 (doc). That expires
                # is Unix milliseconds is from the SDK.
                expires = round(self._clock() * 1000) + _SESSION_LIFE_MS
                body = _text_field(1, _SESSION_ID) + _varint(2 << 3) + _varint(expires)
                return _response(request, _Status.SUCCESS, body)
            case _Command.USER_QUOTE_PROFILE | _Command.TRADING_DAYS:
                return _response(request, _Status.SUCCESS, b"")
            case _:
                return _refusal(request, f"this mock has no command {request.command}")


def _check_handshake(request: SignedRequest) -> None:
    if request.method != b"GET":
        raise UpgradeRefused(400, "the method is not GET")
    query = (request.query or b"").decode("latin-1")
    if dict(parse_qsl(query)) != _HANDSHAKE:
        raise UpgradeRefused(400, "the query is not version=1, codec=1 and platform=9")


def _read_request(packet: bytes) -> _Request | None:
    """Return the request in *packet*, None for another packet; raises _UnreadablePacket."""
    kind = packet[0] & _TYPE_MASK if packet else 0
    if kind in (_PacketType.RESPONSE, _PacketType.PUSH):
        return None
    if kind != _PacketType.REQUEST or len(packet) < _REQUEST_HEAD.size:
        raise _UnreadablePacket("the message is no packet")
    flags, command, request_id, _timeout, length = _REQUEST_HEAD.unpack_from(packet)
    end = _REQUEST_HEAD.size + int.from_bytes(length)
    if len(packet) != end + (_NONCE_AND_SIGNATURE if flags & _VERIFY else 0):
        raise _UnreadablePacket("the packet's length is not the one it names")
    return _Request(command, request_id, bool(flags & _GZIP), packet[_REQUEST_HEAD.size : end])


def _response(request: _Request, status: _Status, body: bytes) -> bytes:
    length = len(body).to_bytes(3)
    head = (_PacketType.RESPONSE, request.command, request.request_id, status, length)
    return _RESPONSE_HEAD.pack(*head) + body


def _refusal(request: _Request, message: str) -> bytes:
    """Refuse with the message ``Error``, whose text is field 2 (SDK: ``error.proto``)."""
    return _response(request, _Status.BAD_REQUEST, _text_field(2, message))


def _text_field(number: int, text: str) -> bytes:
    """Encode a protobuf field of wire type 2 (Protocol Buffers, "Encoding")."""
    value = text.encode()
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    """Encode a number of protobuf, seven bits to an octet, the lowest first."""
    octets = bytearray()
    while rest := number >> 7:
        octets.append(number & 0x7F | 0x80)
        number = rest
    octets.append(number)
    return bytes(octets)
