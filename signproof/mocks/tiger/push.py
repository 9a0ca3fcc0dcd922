"""Who is logged in for pushes: one connection per tiger_id, without any I/O.

Documented is that each tiger_id can have one long connection (the page "Applying for API Service",
"Special Note"), that the older one is told 4001 ("Error Codes"), and the code 4 for a login whose
signature does not verify; observed with official SDKs, that the login signs exactly the tiger_id
and nothing else, so that it is always the same. What is around it (Protobuf frames, or STOMP from
older SDKs) is a transport's job.

::

    open ─ OPEN ─ login ─┬ LOGGED_IN ─┬ another login of the same tiger_id ─ CLOSED (4001)
                         │            └ login ─ CLOSED (4, invented)
                         └ CLOSED (4)
"""

import enum
import itertools
import threading
from dataclasses import dataclass

from signers.tiger import UnknownTigerId as UnknownDeveloper
from signers.tiger import WrongSignature, stages
from signers.tiger.signature_text import read_signature
from signers.tiger.verify import matches
from signproof.mocks.replies import Verdict
from signproof.mocks.tiger.developers import Developers
from signproof.mocks.tiger.envelope import ErrorCode

__all__ = ["PushEvent", "PushLogins", "PushOutcome", "PushState", "UnknownConnection"]


class UnknownConnection(LookupError):
    """No open connection has this number."""

    def __init__(self, connection: int) -> None:
        self.connection = connection
        super().__init__(f"the connection {connection} is not open: ask `open` for a new one")


class PushState(enum.StrEnum):
    """Where a connection stands."""

    OPEN = "open"
    """It may log in."""
    LOGGED_IN = "logged-in"
    """It is the one of its tiger_id."""
    CLOSED = "closed"
    """It is to be closed, or never was opened."""


class PushOutcome(enum.StrEnum):
    """What happens to a connection."""

    CONNECTED = "connected"
    """It is logged in."""
    REFUSED = "refused"
    """It is told why, and closed (that it is closed is inferred)."""
    KICKED = "kicked"
    """Another one took its place; it is told so, and closed."""


@dataclass(frozen=True, slots=True)
class PushEvent:
    """What a transport has to tell a connection."""

    connection: int
    outcome: PushOutcome
    error: ErrorCode | None
    """Code and message, None where it is connected."""
    verdict: Verdict
    """For the report; it never travels."""


@dataclass(slots=True)
class _Connection:
    client_ip: str
    tiger_id: str | None = None


class PushLogins:
    """The state machine of all connections; one lock makes it safe to call from several threads."""

    def __init__(self, developers: Developers) -> None:
        """Let the *developers* log in, with the keys that they have at that moment.

        A key that is replaced afterwards ends no connection; what the broker does is unknown.
        """
        self._developers = developers
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[int, _Connection] = {}
        self._logged_in: dict[str, int] = {}

    def open(self, client_ip: str = "127.0.0.1") -> int:
        """Return the number of a new connection from this address."""
        with self._lock:
            number = next(self._numbers)
            self._open[number] = _Connection(client_ip)
            return number

    def login(self, connection: int, tiger_id: str, sign: str) -> tuple[PushEvent, ...]:
        """Take a login and return what each connection is to be told, in this order.

        An older connection is kicked before the new one is told that it is connected; the broker's
        order is unknown, as is the order of the checks, which is that of `_problem`'s lines. Never
        raises for what a client sent; raises UnknownConnection.
        """
        with self._lock:
            asking = self._open.get(connection)
            if asking is None:
                raise UnknownConnection(connection)
            problem = self._problem(asking, tiger_id, sign)
            if problem is not None:
                self._close(connection)
                return (_event(connection, PushOutcome.REFUSED, *problem),)
            older = self._logged_in.get(tiger_id)
            kicked = () if older is None else (self._kick(older),)
            asking.tiger_id = tiger_id
            self._logged_in[tiger_id] = connection
            return (*kicked, _event(connection, PushOutcome.CONNECTED, None, "the login is right"))

    def close(self, connection: int) -> None:
        """Forget a connection that went away; one that is closed already may be named again."""
        with self._lock:
            self._close(connection)

    def state(self, connection: int) -> PushState:
        """Return where a connection stands."""
        with self._lock:
            found = self._open.get(connection)
        if found is None:
            return PushState.CLOSED
        return PushState.OPEN if found.tiger_id is None else PushState.LOGGED_IN

    def connection_of(self, tiger_id: str) -> int | None:
        """Return the connection that gets the pushes of *tiger_id*, None where there is none."""
        with self._lock:
            return self._logged_in.get(tiger_id)

    def _problem(self, asking: _Connection, tiger_id: str, sign: str) -> tuple[str, str] | None:
        """Return reason and message where a login is refused."""
        if asking.tiger_id is not None:
            return "logged-in-before", "this connection is logged in: log in once"
        state = self._developers.find(tiger_id)
        if state is None:
            return UnknownDeveloper.reason, str(UnknownDeveloper())
        if not state.allows(asking.client_ip):
            return (
                "ip-not-allowed",
                f"the login came from {asking.client_ip}, not in this tiger_id's list of addresses",
            )
        octets = read_signature(sign, (state.public_key.key_size + 7) // 8)
        if isinstance(octets, str):
            return "malformed-signature", f"the login's signature {octets}"
        if not matches(state.public_key, octets, stages.push_login_content(tiger_id)):
            return (
                WrongSignature.reason,
                "the login's signature does not verify: sign exactly the tiger_id with its own key",
            )
        return None

    def _kick(self, connection: int) -> PushEvent:
        self._close(connection)
        return _event(
            connection,
            PushOutcome.KICKED,
            "kicked-out",
            "another connection of the same tiger_id logged in: keep one",
        )

    def _close(self, connection: int) -> None:
        found = self._open.pop(connection, None)
        if found is not None and found.tiger_id is not None:
            del self._logged_in[found.tiger_id]


_ERRORS = {
    PushOutcome.CONNECTED: None,
    PushOutcome.REFUSED: ErrorCode.ACCESS_FORBIDDEN,
    PushOutcome.KICKED: ErrorCode.KICKED_OUT,
}


def _event(connection: int, outcome: PushOutcome, reason: str | None, message: str) -> PushEvent:
    """Return the event; a login that is kicked out later was accepted all the same."""
    verdict = Verdict(accepted=outcome is not PushOutcome.REFUSED, reason=reason, message=message)
    return PushEvent(connection, outcome, _ERRORS[outcome], verdict)
