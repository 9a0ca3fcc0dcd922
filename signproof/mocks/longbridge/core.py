"""The mock broker itself: a request in, a reply and its verdict out."""

import threading
from collections.abc import Callable, Iterable

from signers.longbridge import PathForm
from signers.request import SignedRequest
from signers.secret import Secret
from signproof.mocks.longbridge.accounts import Account, Accounts
from signproof.mocks.longbridge.endpoints import Endpoints
from signproof.mocks.longbridge.envelope import Refused, refusal, success, unreadable
from signproof.mocks.longbridge.gate import Gate
from signproof.mocks.longbridge.limits import RateLimit
from signproof.mocks.longbridge.socket import Gateway, is_upgrade
from signproof.mocks.replies import MockReply, Verdict

__all__ = ["LongbridgeMock", "UnknownAppKey"]

_SIGNED_PATH = {
    PathForm.AS_SENT: "the signature is right, over the path as sent",
    PathForm.PERCENT_DECODED: "the signature is right, over the percent-decoded path",
}


class UnknownAppKey(LookupError):
    """The mock has no account of this app key."""

    def __init__(self, app_key: str) -> None:
        self.app_key = app_key
        super().__init__(f"no account has the app key {app_key!r}: pass one the mock was given")


class LongbridgeMock:
    """Answers as Longbridge OpenAPI does where that is known, without any I/O.

    Each request is authenticated (`signproof.mocks.longbridge.gate`: the broker's own order of
    checks is unknown, and whether it authenticates before it looks at the path, too) and then
    answered (`signproof.mocks.longbridge.endpoints`). Only API keys with signatures are mocked, not
    OAuth 2. Which codes are invented is told by `ErrorCode.evidence`.

    One lock makes every method safe to call from several threads.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        *,
        clock: Callable[[], float],
        allowed_ips: Iterable[str] | None = None,
        reject_duplicates: bool = False,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """Mock a broker with *accounts*.

        *clock* returns Unix seconds, such as `time.time`. *allowed_ips* are the only addresses that
        are let in, None for all. *reject_duplicates* refuses a signature that was accepted before;
        leave it off for SDKs that retry within a second. *rate_limit* None applies none.

        Raises DuplicateAppKey, EmptyCredential, or ValueError for an address that is none.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._accounts = Accounts(accounts, self._now_ms())
        self._gate = Gate(
            self._accounts,
            allowed_ips=allowed_ips,
            reject_duplicates=reject_duplicates,
            rate_limit=RateLimit() if rate_limit is None else rate_limit,
        )
        self._endpoints = Endpoints(self._accounts)

    def __repr__(self) -> str:
        return f"<LongbridgeMock accounts={len(self._accounts)}>"

    def handle(self, request: SignedRequest, client_ip: str = "127.0.0.1") -> MockReply:
        """Answer *request*, whatever octets it has; what was wrong is in the reply's verdict."""
        with self._lock:
            return self._answer(request, client_ip, self._now_ms())

    def socket(self, request: SignedRequest) -> Gateway | None:
        """Return the gateway's side of a WebSocket where *request* asks for one."""
        return Gateway(self._clock) if is_upgrade(request) else None

    def unreadable(self, status: int, message: str) -> MockReply:
        """Refuse what a server could not read as a request."""
        return unreadable(status, message)

    def reset_token(self, app_key: str) -> Secret:
        """Return a new token of the longest life and end the old one, as the developer page does.

        Raises UnknownAppKey.
        """
        with self._lock:
            state = self._accounts.find(app_key.encode())
            if state is None:
                raise UnknownAppKey(app_key)
            return self._accounts.issue(state, self._now_ms()).value

    def _answer(self, request: SignedRequest, client_ip: str, now_ms: int) -> MockReply:
        try:
            admitted = self._gate.admit(request, client_ip, now_ms)
        except Refused as refused:
            return refusal(
                refused, Verdict(accepted=False, reason=refused.reason, message=refused.detail)
            )
        signed = _SIGNED_PATH[admitted.path_form]
        try:
            data = self._endpoints.call(request, admitted.key, now_ms)
        except Refused as refused:
            message = f"{refused.detail} ({signed})"
            return refusal(refused, Verdict(accepted=True, reason=refused.reason, message=message))
        return success(data, Verdict(accepted=True, reason=None, message=signed))

    def _now_ms(self) -> int:
        return round(self._clock() * 1000)
