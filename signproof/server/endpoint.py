"""A port with a mock behind it: accepting, and ending what was accepted."""

import asyncio
import contextlib
import socket
import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signproof.server.connection import Connection
from signproof.server.exchange import Ledger, Site
from signproof.server.http1 import Refusal
from signproof.server.limits import Limits
from signproof.server.reply import render
from signproof.server.tls import handshake_trouble

if TYPE_CHECKING:
    import ssl

__all__ = ["HANG_S", "Endpoint", "Shared"]

HANG_S = 10.0
"""How long closing waits for the server's thread, seconds; a mock that never returns is a bug."""

_ACCEPTED_AT_ONCE = 100
_PAUSE_S = 1.0
_ITERATIONS = 100


@dataclass(slots=True)
class Shared:
    """What the endpoints of a server share."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    ledger: Ledger
    limits: Limits
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while something is handed to the loop, so that nothing is after its end."""
    running: bool = True
    endpoints: "set[Endpoint]" = field(default_factory=set)
    """Touched in the loop's thread only, as is the next."""
    connections: int = 0


class Endpoint:
    """A listening port. `close` is for any thread; the rest runs in the loop's."""

    def __init__(
        self,
        shared: Shared,
        listener: socket.socket,
        host: str,
        site: Site,
        tls: "ssl.SSLContext | None",
    ) -> None:
        self.host = host
        self.port: int = listener.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        self.base_url = f"{'http' if tls is None else 'https'}://{name}:{self.port}"
        self._shared = shared
        self._listener = listener
        self._site = site
        self._tls = tls
        self._connections: set[Connection] = set()
        self._greetings: set[asyncio.Task[None]] = set()
        self._resume: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Endpoint {self.base_url}>"

    def close(self) -> None:
        """Close the listening socket and its connections; what they cut off is reported before.

        Called by the mock or `on_exchange`, it returns at once, and the reply in hand is lost.
        Raises TimeoutError where the server's thread hangs.
        """
        shared = self._shared
        if threading.current_thread() is shared.thread:
            self.shut()
            return
        with shared.lock:
            if not shared.running:
                return
            done = asyncio.run_coroutine_threadsafe(self.drain(), shared.loop)
        with contextlib.suppress(CancelledError):  # the server was closed at the same time
            done.result(HANG_S)

    def start(self) -> None:
        """Begin to accept."""
        self._resume = None
        self._shared.endpoints.add(self)
        self._shared.loop.add_reader(self._listener, self._accept)

    def shut(self) -> None:
        """Stop accepting and abort what is open; `drain` waits for its end."""
        if self not in self._shared.endpoints:
            return
        self._shared.endpoints.discard(self)
        self._shared.loop.remove_reader(self._listener)
        if self._resume is not None:
            self._resume.cancel()
        self._listener.close()
        for greeting in self._greetings:
            greeting.cancel()
        for connection in self._connections:
            connection.abort()

    async def drain(self) -> None:
        """Shut, and let every connection report its end."""
        self.shut()
        await asyncio.gather(*self._greetings, return_exceptions=True)
        # Each step of a transport's end is a callback of the loop's next iteration.
        for _ in range(_ITERATIONS):
            await asyncio.sleep(0)
            if not self._connections:
                break

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                client, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # Such as too many open files: the listener stays readable, and would be at once.
                self._shared.ledger.fail(error)
                self._shared.loop.remove_reader(self._listener)
                self._resume = self._shared.loop.call_later(_PAUSE_S, self.start)
                return
            client.settimeout(0)
            if self._shared.connections >= self._shared.limits.connections:
                self._turn_away(client, address[0])
            else:
                self._greet(client, address[0])

    def _turn_away(self, client: socket.socket, client_ip: str) -> None:
        most = self._shared.limits.connections
        refusal = Refusal(b"", 503, f"more than {most} connections are open")
        reply = self._site.answer(refusal, client_ip)
        with client, contextlib.suppress(OSError):
            if self._tls is None:
                client.send(render(reply, head_only=False, close=True))

    def _greet(self, client: socket.socket, client_ip: str) -> None:
        """Give the socket to a connection, after a handshake where there is TLS."""
        connection = Connection(self._site, client_ip, self._shared.limits, self._lost)
        self._shared.connections += 1
        self._connections.add(connection)

        def greeted(greeting: asyncio.Task[None]) -> None:
            self._greetings.discard(greeting)
            if greeting.cancelled():
                client.close()
                self._lost(connection)

        greeting = self._shared.loop.create_task(self._connect(connection, client, client_ip))
        self._greetings.add(greeting)
        greeting.add_done_callback(greeted)

    async def _connect(self, connection: Connection, client: socket.socket, ip: str) -> None:
        try:
            await self._shared.loop.connect_accepted_socket(
                lambda: connection,
                client,
                ssl=self._tls,
                ssl_handshake_timeout=self._shared.limits.idle_seconds if self._tls else None,
            )
        except OSError as error:  # ssl.SSLError is one; without it the client has just gone
            if self._tls is not None:
                self._report_handshake(error, ip)
            client.close()
            self._lost(connection)

    def _report_handshake(self, error: OSError, client_ip: str) -> None:
        trouble = handshake_trouble(error)
        if trouble is not None:
            self._site.answer(Refusal(b"", 400, trouble), client_ip)

    def _lost(self, connection: Connection) -> None:
        """Forget a connection; more than once for one that ends while it is being greeted."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._shared.connections -= 1
