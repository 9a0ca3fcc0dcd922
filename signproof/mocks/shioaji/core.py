"""The mock of the local server itself: a request in, a reply and its verdict out."""

import math
import threading
from collections.abc import Callable

from signers.request import SignedRequest
from signers.shioaji import ApiKey, CertificateFacts, Credentials
from signers.shioaji import flow as flows
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.shioaji.endpoints import Endpoints, find_route
from signproof.mocks.shioaji.envelope import (
    NotAuthenticated,
    Refused,
    refusal,
    success,
    unreadable,
)
from signproof.mocks.shioaji.gate import Auth, Gate
from signproof.mocks.shioaji.session import LocalSession

__all__ = ["ShioajiMock"]


class ShioajiMock:
    """Answers as the server of ``shioaji server start`` does where that is known, without any I/O.

    It begins logged out; `log_in` and `activate` are what the server does by itself at its start,
    and no route leads to them (documented). Whether a call may be made is judged by
    `signers.shioaji.flow` alone. `signproof.mocks.shioaji.ROUTES` tells how each path and answer is
    known, `Problem.evidence` each refusal. The server's daily new login (documented) is left to the
    caller: `log_in` again.

    One lock makes every method safe to call from several threads.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], float],
        mode: flows.Mode = flows.Mode.SIMULATION,
        auth: Auth = Auth.REMOTE,
        policy: flows.Policy = flows.Policy.STRICT,
    ) -> None:
        """Mock a server that was started with *credentials* for *mode*.

        *clock* returns Unix seconds, such as `time.time`; a fraction is dropped. *auth* tells who
        is asked for key and secret, *policy* which certificates are activated.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._key_id = credentials.api_key
        self._mode = flows.Mode(mode)
        self._gate = Gate(credentials, auth)
        self._session = LocalSession(policy)
        self._endpoints = Endpoints(self._session, self._mode)

    def __repr__(self) -> str:
        return f"<ShioajiMock {self._mode}>"

    @property
    def mode(self) -> flows.Mode:
        """What the server was started for."""
        return self._mode

    @property
    def state(self) -> flows.State:
        """Where the session stands now."""
        with self._lock:
            return self._session.current.state(self._now())

    @property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        """Of the CAs that were activated."""
        with self._lock:
            return self._session.current.certificates

    def log_in(
        self,
        key: ApiKey | None,
        *,
        secret_matches: bool = True,
        address: str = "127.0.0.1",
        signed_at: int | None = None,
    ) -> flows.Outcome:
        """Log in to the broker, who knows the API key as *key*, or not at all.

        The other arguments are those of `signers.shioaji.flow.Login`. A login that is accepted
        begins a new session; one that is refused changes nothing. Raises InvalidAddress.
        """
        event = flows.Login(self._mode, key, self._key_id, secret_matches, address, signed_at)
        with self._lock:
            return self._session.apply(event, self._now())

    def activate(
        self, certificate: CertificateFacts | flows.OpenFailure, person_id: str | None = None
    ) -> flows.Outcome:
        """Activate the CA, with what opening its file gave; *person_id* as named by the caller."""
        event = flows.ActivateCa(certificate, person_id)
        with self._lock:
            return self._session.apply(event, self._now())

    def handle(self, request: SignedRequest, client_ip: str = "127.0.0.1") -> MockReply:
        """Answer *request*, whatever octets it has; what was wrong is in the reply's verdict."""
        with self._lock:
            return self._answer(request, client_ip, self._now())

    def unreadable(self, status: int, message: str) -> MockReply:
        """Refuse what a server could not read as a request."""
        return unreadable(status, message)

    def _answer(self, request: SignedRequest, client_ip: str, now: int) -> MockReply:
        try:
            route = find_route(request)
            passed = self._gate.admit(request, client_ip, public=route.public)
        except NotAuthenticated as refused:
            verdict = Verdict(accepted=False, reason=refused.reason, message=refused.detail)
            return refusal(refused, verdict)
        try:
            answer = self._endpoints.call(route, request, now)
        except Refused as refused:
            message = f"{refused.detail} ({passed})"
            verdict = Verdict(accepted=True, reason=refused.reason, message=message)
            return refusal(refused, verdict)
        return success(answer, Verdict(accepted=True, reason=None, message=passed))

    def _now(self) -> int:
        return math.floor(self._clock())
