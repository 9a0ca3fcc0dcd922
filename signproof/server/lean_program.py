"""Answers every request alike and at once, so that what a client takes of the time shows.

A program of its own, started by its file and without anything but the standard library: `Responder`
in `signproof.server.lean` is its other side. What it cannot read at a glance it refuses.
"""

import base64
import contextlib
import json
import random
import select
import socket
import struct
import sys

__all__ = ["CLOSE", "Connection", "Lean", "Unreadable", "end_of", "main"]

_CHUNK = 65536
_HEAD = 65536
_BODY = 8 * 1024 * 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
_UNKNOWN = {b"\r\ntransfer-encoding:": "a transfer coding", b"\r\nexpect:": "Expect"}
CLOSE = b"\r\nconnection: close\r\n"
"""In a head in small letters: there is no other request on this connection."""
_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_SEND_S = 5
_CHOSEN = 4
"""How many requests are kept beside the first and the last."""


class Unreadable(Exception):
    """What came is no request that can be told from the next one at a glance."""


def end_of(octets: bytes) -> tuple[int, bytes]:
    """Return where the first request ends and its head in small letters; 0 while it is not whole.

    Raises Unreadable.
    """
    found = octets.find(_HEAD_END)
    if found < 0:
        _check_begun(octets)
        return 0, b""
    if octets.startswith(b"HEAD "):
        raise Unreadable("it is a HEAD, whose answer would have no body")
    if not octets.endswith(b" HTTP/1.1", 0, octets.find(b"\r\n")):
        raise Unreadable("its first line does not end in HTTP/1.1")
    head = octets[: found + 2].lower()
    for name, what in _UNKNOWN.items():
        if name in head:
            raise Unreadable(f"it has {what}, and a Content-Length alone is understood here")
    end = found + len(_HEAD_END) + _length(head)
    return (end if len(octets) >= end else 0), head


def _check_begun(octets: bytes) -> None:
    """Raise Unreadable where *octets* will never be a head, so that nobody waits for its end."""
    if not octets[:1].isalpha():
        raise Unreadable("it does not begin with a method")
    if len(octets) > _HEAD:
        raise Unreadable(f"its head is larger than {_HEAD} octets")
    if b"\n\n" in octets:
        raise Unreadable("its head has a line that ends in LF alone")


def _length(head: bytes) -> int:
    """Return the length of the body; *head* is in small letters. Raises Unreadable."""
    at = head.find(_LENGTH)
    if at < 0:
        return 0
    at += len(_LENGTH)
    length = head[at : head.find(b"\r\n", at)].strip()
    if not length.isdigit() or len(length) > len(str(_BODY)) or int(length) > _BODY:
        raise Unreadable(f"its Content-Length is no number up to {_BODY}")
    return int(length)


class Connection:
    """A client's, with what has come of the next request."""

    __slots__ = ("partial", "socket")

    def __init__(self, client: socket.socket) -> None:
        self.socket = client
        self.partial = b""


class Lean:
    """Answers with the same octets and keeps count, until the other side of *control* is gone."""

    def __init__(
        self,
        listener: socket.socket,
        control: socket.socket,
        reply: bytes,
        mark: bytes,
        place: str,
    ) -> None:
        """Count apart the requests that have *mark* in the *place*, `head` or `body`.

        What is looked for in a head is written in small letters.

        Whatever is written to *control* is answered with a line of JSON about all since then.
        """
        self._listener = listener
        self._control = control
        self._reply = reply
        self._mark = mark
        self._in_head = place == "head"
        self._connections: dict[int, Connection] = {}
        self._poll = select.poll()
        self._poll.register(listener, select.POLLIN)
        self._poll.register(control, select.POLLIN)
        self._begin()

    def _begin(self) -> None:
        self._requests = 0
        self._marked = 0
        self._opened = 0
        self._kept: list[bytes] = []
        """The first, then those chosen at random."""
        self._last = b""
        self._problem = ""

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        listener, control = self._listener.fileno(), self._control.fileno()
        asked = False
        while True:
            for number, _ in self._poll.poll():
                if number == listener:
                    self._accept()
                elif number == control:
                    asked = True
                else:
                    self._read(self._connections[number])
            if asked:  # what came with the question counts
                asked = False
                if not self._tell():
                    break
        for connection in self._connections.values():
            connection.socket.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self._opened += 1
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that does not read holds nobody up; a timeout in Python would cost each call.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _SEND_S, 0))
        self._connections[client.fileno()] = Connection(client)
        self._poll.register(client, select.POLLIN)

    def _read(self, connection: Connection) -> None:
        """Answer what is whole of what has come."""
        try:
            came = connection.socket.recv(_CHUNK)
            if came:
                self._answer(connection, connection.partial + came)
                return
        except Unreadable as unreadable:
            self._refuse(connection, str(unreadable))
            return
        except OSError:  # the client has gone, or does not read
            pass
        if connection.partial:
            self._problem = self._problem or "its connection ended before it was whole"
        self._close(connection)

    def _answer(self, connection: Connection, octets: bytes) -> None:
        while octets:
            end, head = end_of(octets)
            if not end:
                break
            self._take(octets[:end], head)
            connection.partial = b""
            connection.socket.sendall(self._reply)
            if CLOSE in head:
                self._close(connection)
                return
            octets = octets[end:]
        connection.partial = octets

    def _take(self, request: bytes, head: bytes) -> None:
        if self._in_head:
            self._marked += self._mark in head
        else:
            self._marked += request.find(self._mark, len(head)) >= 0
        if len(self._kept) <= _CHOSEN:
            self._kept.append(request)
        else:
            # So each but the first is as likely to stay as any other, however many come.
            at = 1 + int(random.random() * self._requests)  # noqa: S311 - nothing secret
            if at <= _CHOSEN:
                self._kept[at] = request
        self._requests += 1
        self._last = request

    def _refuse(self, connection: Connection, why: str) -> None:
        self._problem = self._problem or why
        with contextlib.suppress(OSError):
            connection.socket.sendall(_REFUSAL)
        self._close(connection)

    def _close(self, connection: Connection) -> None:
        number = connection.socket.fileno()
        self._poll.unregister(number)
        del self._connections[number]
        connection.socket.close()

    def _tell(self) -> bool:
        """Say what came since the last time; tell whether anybody asked."""
        if not self._control.recv(_CHUNK):
            return False
        said = {
            "requests": self._requests,
            "marked": self._marked,
            "connections": self._opened,
            "kept_b64": [base64.b64encode(one).decode() for one in self._kept],
            "last_b64": base64.b64encode(self._last).decode(),
            "problem": self._problem,
        }
        self._begin()
        try:
            self._control.sendall(json.dumps(said).encode() + b"\n")
        except OSError:
            return False
        return True


def main(listener: str, control: str, reply_b64: str, mark_b64: str, place: str) -> None:
    """Serve on two sockets that this process was given, by their numbers."""
    with socket.socket(fileno=int(listener)) as port, socket.socket(fileno=int(control)) as asker:
        reply, mark = base64.b64decode(reply_b64), base64.b64decode(mark_b64)
        Lean(port, asker, reply, mark, place).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
