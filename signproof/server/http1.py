"""Octets in, requests or a refusal out: HTTP/1.1 without any I/O.

What comes out does not depend on how the octets were cut on their way, and the octets of what comes
out, joined, are the octets that went in.
"""

import re
from dataclasses import dataclass

from signers.request import SignedRequest
from signproof.server.chunks import Chunks
from signproof.server.head import Head, read_head
from signproof.server.limits import Limits
from signproof.server.refused import Refused

__all__ = ["Message", "Reader", "Refusal"]

# Bare LF ends a head, too, although it is refused then: otherwise it would be waited for.
_HEAD_END = re.compile(rb"\n\r?\n")
_TLS_HANDSHAKE = b"\x16\x03"
_TLS_RECORD_HEAD = 5


@dataclass(frozen=True, slots=True)
class Message:
    """A request that could be read."""

    raw: bytes
    """Its octets, the framing of chunks included."""
    request: SignedRequest
    keep_alive: bool
    """Whether another message may follow on the connection."""

    def __repr__(self) -> str:
        return f"<Message {self.request!r} raw={len(self.raw)} octets>"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Octets that are no request; nothing is read on the connection after it."""

    raw: bytes
    """The octets up to where the reason was found: a head as a whole, or up to a limit."""
    status: int
    message: str

    def __repr__(self) -> str:
        return f"<Refusal {self.status} {self.message!r} raw={len(self.raw)} octets>"


class Reader:
    """Reads the messages of one connection."""

    __slots__ = (
        "_body_at",
        "_buffer",
        "_chunks",
        "_continue_due",
        "_head",
        "_judged",
        "_limits",
        "_refused",
        "_searched",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._refused = False
        self._begin()

    def _begin(self) -> None:
        """Forget the last message."""
        self._searched = 0
        self._judged = 0
        self._head: Head | None = None
        self._body_at = 0
        self._chunks: Chunks | None = None
        self._continue_due = False

    def feed(self, octets: bytes) -> None:
        """Take what came from the client; after a refusal it is thrown away."""
        if not self._refused:
            self._buffer += octets

    def next(self) -> Message | Refusal | None:
        """Return the next message, a refusal as the last, or None where more octets are needed."""
        if not self._buffer:
            return None
        try:
            return self._message()
        except Refused as refused:
            return self._refuse(self._judged, refused.status, refused.message)

    def rest(self) -> bytes:
        """Return what came after the last message and forget it: HTTP ends here."""
        octets = bytes(self._buffer)
        self._buffer.clear()
        return octets

    def wants_continue(self) -> bool:
        """Tell, once for a message, whether the client waits to be told to send its body."""
        due = self._continue_due and len(self._buffer) == self._body_at
        self._continue_due = False
        return due

    def expire(self) -> Refusal | None:
        """Refuse what began and was not completed in time; None where nothing began."""
        return self._cut(408, "the message stopped")

    def end(self) -> Refusal | None:
        """Refuse what the end of the connection cut off; None where nothing was."""
        return self._cut(400, "the connection ended")

    def _message(self) -> Message | None:
        head = self._head
        if head is None:
            head = self._head = self._read_head()
            if head is None:
                return None
        buffer = self._buffer
        chunks = self._chunks
        if chunks is not None:
            try:
                whole = chunks.advance(buffer)
            finally:
                self._judged = end = chunks.position
            body = chunks.body if whole else b""
        else:
            end = self._body_at + (head.length or 0)
            whole = len(buffer) >= end
            body = bytes(buffer[self._body_at : end]) if whole else b""
        if not whole:
            return None
        raw = bytes(buffer[:end])
        del buffer[:end]
        self._begin()
        return Message(
            raw, SignedRequest(head.method, head.target, head.headers, body), head.keep_alive
        )

    def _read_head(self) -> Head | None:
        """Return the head once it is there; raises Refused with `_judged` set."""
        buffer = self._buffer
        if buffer.startswith(_TLS_HANDSHAKE):
            self._check_tls()
            return None
        if buffer.startswith((b"\r\n", b"\n")):
            self._judged = buffer.index(b"\n") + 1
            raise Refused(400, "there is a blank line where a request line is due")
        found = _HEAD_END.search(buffer, self._searched)
        end = len(buffer) if found is None else found.end()
        if end > self._limits.head_octets:
            self._judged = self._limits.head_octets
            raise Refused(431, f"the head is larger than {self._judged} octets")
        if found is None:
            self._searched = max(0, end - 2)
            return None
        self._judged = self._body_at = end
        head = read_head(bytes(buffer[:end]))
        if head.length is None:
            self._chunks = Chunks(end, self._limits.body_octets)
        elif head.length > self._limits.body_octets:
            raise Refused(413, f"the body is larger than {self._limits.body_octets} octets")
        self._continue_due = head.expects_continue and head.length != 0
        return head

    def _check_tls(self) -> None:
        """Refuse a TLS handshake once its first record is there, so that it is reported whole."""
        size = _TLS_RECORD_HEAD
        if len(self._buffer) >= size:
            size += int.from_bytes(self._buffer[3:5], "big")
        size = min(size, self._limits.head_octets)
        if size > _TLS_RECORD_HEAD and len(self._buffer) >= size:
            self._judged = size
            raise Refused(400, "this is TLS on a port without it: use http:// in the base URL")

    def _cut(self, status: int, what: str) -> Refusal | None:
        if not self._buffer:
            return None
        received = len(self._buffer)
        if self._buffer.startswith(_TLS_HANDSHAKE):
            where = f"after {received} octets of a TLS record: use http:// in the base URL"
        elif self._head is None:
            where = f"after {received} octets of a head"
        else:
            where = f"after {received - self._body_at} octets of a body"
            if self._head.length is not None:
                where += f" of {self._head.length}"
        return self._refuse(received, status, f"{what} {where}")

    def _refuse(self, judged: int, status: int, message: str) -> Refusal:
        raw = bytes(self._buffer[:judged])
        self._buffer.clear()
        self._refused = True
        return Refusal(raw, status, message)
