"""What every mock broker answers, and the interface that a transport or a server drives."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from signers.request import SignedRequest
from signers.secret import Secret

__all__ = [
    "Mock",
    "MockReply",
    "ServedMock",
    "Socket",
    "Started",
    "UpgradeRefused",
    "Upgrading",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the mock found out about a request, for the report and the terminal only.

    It never travels to the client, and it holds neither a secret, nor a token, nor the signature
    that would have been right.
    """

    accepted: bool
    """Whether the authentication was accepted. It stays True where only the call itself was
    refused afterwards (an unknown path, a wrong parameter); `reason` is set then, too."""
    reason: str | None
    """What was refused, a stable identifier in kebab case; None where nothing was."""
    message: str
    """The same for a reader, in detail, with what to do."""


@dataclass(frozen=True, slots=True)
class MockReply:
    """A reply as it goes over the wire, and the verdict, which does not.

    The repr shows the body's size only: a reply may carry a new access token.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    """Without ``Content-Length`` and ``Connection``: framing is the server's job."""
    body: bytes
    verdict: Verdict

    def __repr__(self) -> str:
        return f"<MockReply {self.status} body={len(self.body)} octets {self.verdict!r}>"


class Mock(Protocol):
    """A mock broker."""

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        """Answer *request* from *client_ip*; never raises for what a client sent."""


class ServedMock(Mock, Protocol):
    """A mock broker that a server can put on a socket, where octets come that are no request."""

    def unreadable(self, status: int, message: str) -> MockReply:
        """Refuse what a server could not read as a request, in the broker's own envelope.

        *status* is the HTTP status that the server found fitting, *message* what was wrong; the
        message goes to the verdict only.
        """


@dataclass(frozen=True, slots=True)
class Started:
    """A mock that was started from a file, as the broker's own server is."""

    mock: ServedMock
    state: str
    """What it was started for and where it stands, in words."""
    address: str
    """Where it is told to listen, `host:port`; empty where it is not told."""
    notes: tuple[str, ...]
    """What went wrong, or is not read as meant; no secret among it."""
    secrets: tuple[Secret, ...]
    """What is not to be shown of requests."""


class UpgradeRefused(Exception):
    """A request to leave HTTP is not one that the mock takes.

    *status* is the fitting HTTP status, for `ServedMock.unreadable`.
    """

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(f"no WebSocket connection: {detail}")


class Socket(Protocol):
    """A mock's side of a connection that leaves HTTP, without any I/O."""

    @property
    def ping_seconds(self) -> float:
        """How often `ping` is to be sent."""

    @property
    def closed(self) -> bool:
        """Whether the transport is to be closed, after what was returned last has been written."""

    def upgrade(self, request: SignedRequest) -> bytes:
        """Return the answer to the request that asks for it; raises UpgradeRefused."""

    def receive(self, octets: bytes) -> bytes:
        """Return the answer to *octets*, which may be none."""

    def ping(self) -> bytes:
        """Return what keeps the client from hanging up."""


@runtime_checkable
class Upgrading(Protocol):
    """A mock that has another protocol beside HTTP on its port."""

    def socket(self, request: SignedRequest) -> Socket | None:
        """Return its side of the connection where *request* asks for that, None for HTTP."""
