"""The mock gateway itself: a request in, a reply and its verdict out."""

import threading
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from signers.request import SignedRequest
from signproof.mocks.limits import Limit
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.tiger.developers import Developer, Developers
from signproof.mocks.tiger.endpoints import Endpoints
from signproof.mocks.tiger.envelope import (
    DataForm,
    NotAuthenticated,
    Refused,
    Replies,
    ResponsePolicy,
)
from signproof.mocks.tiger.gate import Gate, request_timestamp
from signproof.mocks.tiger.push import PushLogins

__all__ = ["TigerMock"]


class TigerMock:
    """Answers as the gateway of Tiger / TradeUP OpenAPI does where that is known, without any I/O.

    Each request is authenticated (`signproof.mocks.tiger.gate`: the gateway's own order of checks
    is unknown) and then answered (`signproof.mocks.tiger.endpoints`). How each code is known is
    told by `ErrorCode.evidence`.

    One lock makes every method safe to call from several threads.
    """

    def __init__(
        self,
        developers: Iterable[Developer],
        *,
        response_key: RSAPrivateKey,
        clock: Callable[[], float],
        responses: ResponsePolicy = ResponsePolicy.SIGNED,
        data_form: DataForm = DataForm.JSON,
        rate_limit: Limit | None = None,
    ) -> None:
        """Mock a gateway with *developers*.

        *response_key* signs the answers; clients are given its public half in place of Tiger's.
        *clock* returns Unix seconds, such as `time.time`. *responses* tells what stands in the
        answers' ``sign``, *data_form* how ``data`` is written. *rate_limit* is for the
        authenticated calls of one tiger_id, None for none.

        Raises what `Developers` raises.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._developers = Developers(developers)
        self._gate = Gate(self._developers, rate_limit=rate_limit)
        self._endpoints = Endpoints(self._developers)
        self._replies = Replies(response_key, responses, data_form)
        self.push = PushLogins(self._developers)
        """Who is logged in for pushes, for a transport to drive."""

    def __repr__(self) -> str:
        return f"<TigerMock developers={len(self._developers)}>"

    def handle(self, request: SignedRequest, client_ip: str = "127.0.0.1") -> MockReply:
        """Answer *request*, whatever octets it has; what was wrong is in the reply's verdict."""
        with self._lock:
            return self._answer(request, client_ip, self._now_ms())

    def unreadable(self, status: int, message: str) -> MockReply:
        """Refuse what a server could not read as a request."""
        return self._replies.unreadable(status, message, self._now_ms())

    def replace_key(self, tiger_id: str, public_key: RSAPublicKey) -> None:
        """Regenerate the key of *tiger_id*, as on the developer page: the old one fails at once.

        Raises UnknownTigerId or WrongKeyType.
        """
        with self._lock:
            self._developers.replace_key(tiger_id, public_key)

    def _answer(self, request: SignedRequest, client_ip: str, now_ms: int) -> MockReply:
        try:
            admitted = self._gate.admit(request, client_ip, now_ms)
        except Refused as refused:
            timestamp = request_timestamp(request.body)
            return self._replies.refusal(refused, timestamp, now_ms, _verdict(refused))
        timestamp = admitted.verified.timestamp
        try:
            data = self._endpoints.call(admitted, now_ms)
        except Refused as refused:
            verdict = _verdict(refused, f" ({admitted})")
            return self._replies.refusal(refused, timestamp, now_ms, verdict)
        verdict = Verdict(accepted=True, reason=None, message=str(admitted))
        return self._replies.success(data, timestamp, now_ms, verdict)

    def _now_ms(self) -> int:
        return round(self._clock() * 1000)


def _verdict(refused: Refused, signed: str = "") -> Verdict:
    return Verdict(
        accepted=not isinstance(refused, NotAuthenticated),
        reason=refused.reason,
        message=refused.detail + signed,
    )
