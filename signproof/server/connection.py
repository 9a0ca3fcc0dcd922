"""One connection: what comes goes to the reader, what the site answers goes out."""

import asyncio
from collections.abc import Callable
from typing import cast

from signproof.mocks.replies import Socket, UpgradeRefused
from signproof.server.exchange import Site
from signproof.server.http1 import Message, Reader, Refusal
from signproof.server.limits import Limits
from signproof.server.reply import CONTINUE, render

__all__ = ["Connection"]

_LINGER_S = 2.0


class Connection(asyncio.Protocol):
    """Answers one message after another, each before the next is looked at."""

    def __init__(
        self, site: Site, client_ip: str, limits: Limits, on_lost: Callable[["Connection"], None]
    ) -> None:
        """Call *on_lost* when the connection has ended."""
        self._site = site
        self._client_ip = client_ip
        self._idle_s = limits.idle_seconds
        self._reader = Reader(limits)
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self._at_end = False
        self._finished = False
        self._socket: Socket | None = None
        """The mock's side, once the connection has left HTTP."""
        self._pings: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for octets."""
        self._transport = cast("asyncio.Transport", transport)
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(self._idle_s, self._check_idle)

    def data_received(self, data: bytes) -> None:
        """Answer what is complete now."""
        self._heard_at = self._loop.time()
        if self._finished:
            return
        if self._socket is not None:
            self._relay(self._socket, data)
        else:
            self._reader.feed(data)
            self._serve()

    def eof_received(self) -> bool:
        """Close after the replies are out; a client may have closed its sending side only."""
        self._at_end = True
        # With TLS there is no staying half open; `connection_lost` reports what is left then.
        transport = self._transport
        return self._paused and transport is not None and transport.can_write_eof()

    def pause_writing(self) -> None:
        """Answer no more: the client does not read what it was answered."""
        self._paused = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on where `pause_writing` stopped."""
        self._paused = False
        self._serve()
        if self._paused or self._transport is None:
            return
        if self._at_end:
            self._transport.close()
        else:
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report what came and was not answered, and what was cut off."""
        del exc
        self._transport = None
        self._paused = False
        if self._timer is not None:
            self._timer.cancel()
        if self._pings is not None:
            self._pings.cancel()
        self._serve()
        cut = None if self._finished or self._socket is not None else self._reader.end()
        if cut is not None:
            self._site.answer(cut, self._client_ip)
        self._on_lost(self)

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _serve(self) -> None:
        while not self._paused and not self._finished and self._socket is None:
            incoming = self._reader.next()
            if incoming is None:
                if self._reader.wants_continue():
                    self._write(CONTINUE)
                return
            if isinstance(incoming, Message):
                refused = self._upgraded(incoming)
                if self._socket is not None:
                    return
                incoming = refused or incoming
            reply = self._site.answer(incoming, self._client_ip)
            if isinstance(incoming, Message):
                close = not incoming.keep_alive
                head_only = incoming.request.method == b"HEAD"
            else:
                close, head_only = True, False
            self._write(render(reply, head_only=head_only, close=close))
            if close:
                self._finish()

    def _upgraded(self, message: Message) -> Refusal | None:
        """Leave HTTP where *message* asks for it; return why that is refused."""
        socket = self._site.socket(message.request)
        if socket is None:
            return None
        try:
            switching = socket.upgrade(message.request)
        except UpgradeRefused as refused:
            return Refusal(message.raw, refused.status, str(refused))
        self._socket = socket
        self._write(switching)
        self._pings = self._loop.call_later(socket.ping_seconds, self._ping, socket)
        self._relay(socket, self._reader.rest())
        return None

    def _relay(self, socket: Socket, octets: bytes) -> None:
        self._write(socket.receive(octets))
        if socket.closed:
            self._finish()

    def _ping(self, socket: Socket) -> None:
        if not self._finished:
            self._write(socket.ping())
            self._pings = self._loop.call_later(socket.ping_seconds, self._ping, socket)

    def _write(self, octets: bytes) -> None:
        if self._transport is not None:
            self._transport.write(octets)

    def _finish(self) -> None:
        """Close in a way that lets the last reply arrive.

        A socket that is closed with octets unread resets the connection, and the client may lose
        the reply: so what still comes is thrown away until the client closes, for a while.
        """
        self._finished = True
        if self._transport is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(_LINGER_S, self._transport.abort)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _check_idle(self) -> None:
        """End a connection whose client sends nothing."""
        left = self._heard_at + self._idle_s - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._check_idle)
            return
        late = None if self._paused else self._reader.expire()
        if late is None:
            self.abort()
            return
        reply = self._site.answer(late, self._client_ip)
        self._write(render(reply, head_only=False, close=True))
        self._finish()
