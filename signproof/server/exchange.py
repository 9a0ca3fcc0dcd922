"""What came to a port and what was answered."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from signers.request import SignedRequest
from signproof.mocks.replies import MockReply, ServedMock, Socket, Upgrading, Verdict
from signproof.server.http1 import Message, Refusal

__all__ = ["Exchange", "Ledger", "OnExchange", "Site"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message as it came over the wire, and its reply.

    The repr shows sizes and header names, never header values or bodies.
    """

    number: int
    """From 1, over the whole server, in order of arrival."""
    port: int
    """The local port it came to."""
    client_ip: str
    received_at: float
    """Unix seconds, by the server's clock."""
    raw: bytes
    """The octets of the message: head and body with the framing of its chunks. Of one that could
    not be read, the octets up to where the reason was found."""
    request: SignedRequest | None
    """None where it could not be read."""
    reply: MockReply
    """What was answered; the verdict says what was found. Where the client had gone, or had no
    TLS, nothing was sent."""

    def __repr__(self) -> str:
        return (
            f"<Exchange {self.number} port={self.port} client_ip={self.client_ip} "
            f"raw={len(self.raw)} octets {self.request!r} {self.reply!r}>"
        )


OnExchange = Callable[[Exchange], None]


class Ledger:
    """What the ports of a server share: the clock, the numbers, and what went wrong."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.numbers = itertools.count(1)
        self.failure: BaseException | None = None
        self.failures = 0

    def fail(self, error: BaseException) -> None:
        """Keep the first error of our own, and count them."""
        self.failures += 1
        if self.failure is None:
            self.failure = error


class Site:
    """What is behind a port: the mock, and who is told."""

    def __init__(
        self, mock: ServedMock, on_exchange: OnExchange | None, port: int, ledger: Ledger
    ) -> None:
        self._mock = mock
        self._on_exchange = on_exchange
        self._port = port
        self._ledger = ledger

    def socket(self, request: SignedRequest) -> Socket | None:
        """Return the mock's side where *request* leaves HTTP, None where it does not."""
        return self._mock.socket(request) if isinstance(self._mock, Upgrading) else None

    def answer(self, incoming: Message | Refusal, client_ip: str) -> MockReply:
        """Return the reply, after everyone concerned was told of the exchange; never raises."""
        request = incoming.request if isinstance(incoming, Message) else None
        try:
            reply = self._ask(incoming, client_ip)
        except Exception as error:  # noqa: BLE001 - whatever it is, Server.__exit__ raises it
            reply = self._broken("the mock", error)
        if self._on_exchange is None:
            return reply
        ledger = self._ledger
        try:
            self._on_exchange(
                Exchange(
                    next(ledger.numbers),
                    self._port,
                    client_ip,
                    ledger.clock(),
                    incoming.raw,
                    request,
                    reply,
                )
            )
        except Exception as error:  # noqa: BLE001 - as above
            return self._broken("on_exchange", error)
        return reply

    def _ask(self, incoming: Message | Refusal, client_ip: str) -> MockReply:
        if isinstance(incoming, Message):
            return self._mock.handle(incoming.request, client_ip)
        return self._mock.unreadable(incoming.status, incoming.message)

    def _broken(self, whose: str, error: Exception) -> MockReply:
        """Return the reply to a request that met a bug of ours."""
        self._ledger.fail(error)
        message = f"{whose} raised {type(error).__name__}"
        try:
            return self._mock.unreadable(500, message)
        except Exception as second:  # noqa: BLE001 - as above
            self._ledger.fail(second)
        return MockReply(500, (), b"", Verdict(accepted=False, reason="broken", message=message))
