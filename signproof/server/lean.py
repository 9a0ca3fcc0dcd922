"""A server at loopback that costs next to nothing, in a process of its own.

The mock broker takes several times what a client takes, and would hide it; what arrives here is
counted, and some of it is kept to be judged afterwards.
"""

import socket
import subprocess
import sys
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from signproof.codec import decode_octets, encode_octets
from signproof.implementations.base import NeverRan
from signproof.mocks.replies import MockReply, Verdict
from signproof.server import lean_program
from signproof.server.reply import render

__all__ = ["Arrived", "BareClient", "Responder"]

_ANSWER_S = 10.0
_CHUNK = 65536
_END_S = 2.0
_BACKLOG = 64
_HEADERS = ((b"Content-Type", b"application/json; charset=utf-8"),)
_Count = Annotated[int, Meta(ge=0)]


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """What has come since it was asked for the last time."""

    requests: _Count
    marked: _Count
    """How many of them have the mark of a signature."""
    connections: _Count
    """How many were opened."""
    kept_b64: list[str]
    """The first request, and a few of the others, chosen at random."""
    last_b64: str
    problem: str
    """Why something that came was refused; empty where nothing was."""

    @property
    def kept(self) -> list[bytes]:
        """The octets of what was kept, the first that came first and the last that came last."""
        return [decode_octets(one) for one in (*self.kept_b64, self.last_b64)]


class Responder:
    """Answers each request with a success whose body is the same; for a ``with`` statement."""

    def __init__(
        self,
        success: bytes,
        mark: bytes,
        place: Literal["head", "body"],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listen; *success* is a JSON body, *mark* and *place* are as `Lean` has them.

        Raises OSError where the port cannot be had.
        """
        verdict = Verdict(accepted=True, reason=None, message="")
        reply = MockReply(200, _HEADERS, success, verdict)
        self.reply = render(reply, head_only=False, close=False)
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_ANSWER_S)
        with theirs, socket.socket() as listener:
            try:
                # A client's closed connections must not keep the port from the next.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((host, port))
            except OSError:
                self._control.close()
                raise
            listener.listen(_BACKLOG)
            self.address: tuple[str, int] = listener.getsockname()
            numbers = [listener.fileno(), theirs.fileno()]
            words = [encode_octets(octets) for octets in (self.reply, mark)]
            self._process = subprocess.Popen(  # noqa: S603 - a file of this package
                [sys.executable, "-PS", lean_program.__file__, *map(str, numbers), *words, place],
                stdin=subprocess.DEVNULL,
                pass_fds=numbers,
                start_new_session=True,  # an interrupt is for the harness
            )

    @property
    def base_url(self) -> str:
        """Where it answers, as clients take it: port 80 is not named."""
        host, port = self.address
        return f"http://{host}" if port == 80 else f"http://{host}:{port}"  # noqa: PLR2004

    def collect(self) -> Arrived:
        """Return what has come since the last time; raises NeverRan where the process has ended."""
        said = bytearray()
        try:
            self._control.sendall(b"?")
            while not said.endswith(b"\n"):
                said += self._control.recv(_CHUNK) or b"?\n"
            return msgspec.json.decode(said, type=Arrived)
        except (OSError, msgspec.DecodeError):
            raise NeverRan("what counts the requests at loopback has ended: measure anew") from None

    def close(self) -> None:
        """End the process, which ends by itself when nobody can ask it any more."""
        self._control.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BareClient:
    """Sends octets and reads the answer, and nothing besides: what HTTP at loopback takes."""

    def __init__(self, responder: Responder) -> None:
        self._address = responder.address
        self._awaited = len(responder.reply)
        self._socket: socket.socket | None = None
        self._request = b""
        self._anew = False

    def load(self, request: bytes, *, anew: bool) -> None:
        """Send *request* from now on, with *anew* on a connection of its own each time.

        So it is, too, where the request says that its connection is to be closed.
        """
        self._request = request
        head = request.partition(b"\r\n\r\n")[0].lower() + b"\r\n"
        self._anew = anew or lean_program.CLOSE in head
        if self._anew:
            self.close()

    def exchange(self) -> None:
        """Send the request and read its answer; raises NeverRan where nobody answers."""
        try:
            connection = self._socket or self._connected()
            connection.sendall(self._request)
            self._read(connection)
        except OSError:
            raise NeverRan("what answers at loopback has ended: measure anew") from None
        if self._anew:
            self.close()

    def _connected(self) -> socket.socket:
        self._socket = connection = socket.create_connection(self._address, _ANSWER_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _read(self, connection: socket.socket) -> None:
        left = self._awaited
        while left > 0:
            came = len(connection.recv(_CHUNK))
            if not came:
                raise ConnectionResetError
            left -= came

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
