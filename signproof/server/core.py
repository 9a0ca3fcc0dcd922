"""The server: an event loop in a thread of its own, for code that is synchronous."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from signproof.mocks.replies import ServedMock
from signproof.server.endpoint import HANG_S, Endpoint, Shared
from signproof.server.exchange import Ledger, OnExchange, Site
from signproof.server.limits import Limits
from signproof.server.tls import CertificateAuthority

__all__ = ["Server", "ServerHangs", "ServerNotRunning"]

_BACKLOG = 1_000


class ServerNotRunning(RuntimeError):
    """An endpoint was asked for outside the server's ``with``."""

    def __init__(self) -> None:
        super().__init__("the server is not running: open endpoints inside its with statement")


class ServerHangs(RuntimeError):
    """The server's thread did not end."""

    def __init__(self) -> None:
        super().__init__(
            f"the server's thread did not end within {HANG_S} seconds: the mock or on_exchange "
            "does not return"
        )


class Server:
    """Serves mock brokers, each on a port of its own, while its ``with`` statement lasts.

    Mocks and `on_exchange` are called in the server's thread, one call at a time. What they raise
    is answered with 500 and raised again when the ``with`` statement ends: the first error, with a
    note where there were more.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        tls: CertificateAuthority | None = None,
    ) -> None:
        """Serve by *clock*, which returns Unix seconds and dates the exchanges.

        *limits* None are those of `Limits`. *tls* makes the certificates; None is a CA of the
        server's own, made when it is first needed.
        """
        self._clock = clock
        self._limits = Limits() if limits is None else limits
        self._authority = CertificateAuthority() if tls is None else tls
        self._shared: Shared | None = None
        self._begin()

    def _begin(self) -> None:
        """Forget the numbers and errors of an earlier ``with``."""
        self._ledger = Ledger(self._clock)
        self._stop = asyncio.Event()

    def __enter__(self) -> Self:
        """Start the thread."""
        self._begin()
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(self._unexpected)
        thread = threading.Thread(target=self._run, name="signproof-server", daemon=True)
        self._shared = Shared(loop, thread, self._ledger, self._limits)
        thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close everything and join the thread; raises what went wrong in it, or ServerHangs."""
        shared = self._running()
        with shared.lock:
            shared.running = False
            shared.loop.call_soon_threadsafe(self._stop.set)
        shared.thread.join(HANG_S)
        if exc is not None and not isinstance(exc, Exception):
            return  # an interrupt goes before what it interrupted
        if shared.thread.is_alive():
            raise ServerHangs
        failure = self._ledger.failure
        if failure is not None:
            if self._ledger.failures > 1:
                failure.add_note(f"the first of {self._ledger.failures} errors in the server")
            raise failure

    def open(
        self,
        mock: ServedMock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        on_exchange: OnExchange | None = None,
        tls: bool = False,
    ) -> Endpoint:
        """Put *mock* on *port* of *host*, 0 for a free one; any thread may ask.

        *on_exchange* is told of each exchange before its reply goes out. Raises OSError where the
        port cannot be had, ServerNotRunning.
        """
        shared = self._running()
        context = self._authority.context() if tls else None
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listener.settimeout(0)
        site = Site(mock, on_exchange, listener.getsockname()[1], self._ledger)
        endpoint = Endpoint(shared, listener, host, site, context)
        with shared.lock:
            if not shared.running:
                listener.close()
                raise ServerNotRunning
            shared.loop.call_soon_threadsafe(endpoint.start)
        return endpoint

    def ca_file(self, folder: Path) -> Path:
        """Write the CA's certificate as PEM into *folder* and return the file.

        Clients take it as ``SSL_CERT_FILE`` or by an option of their own.
        """
        return self._authority.write(folder)

    def _running(self) -> Shared:
        if self._shared is None or not self._shared.running:
            raise ServerNotRunning
        return self._shared

    def _run(self) -> None:
        """Be the thread."""
        shared = cast("Shared", self._shared)
        with asyncio.Runner(loop_factory=lambda: shared.loop) as runner:
            runner.run(self._serve(shared))

    async def _serve(self, shared: Shared) -> None:
        await self._stop.wait()
        await asyncio.gather(*(endpoint.drain() for endpoint in list(shared.endpoints)))

    def _unexpected(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what a callback of ours raised."""
        del loop
        self._ledger.fail(context.get("exception") or RuntimeError(context["message"]))
