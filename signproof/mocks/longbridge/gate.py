"""The checks that a request passes before any endpoint sees it."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from signers.errors import VerificationError
from signers.longbridge import (
    PathForm,
    TokenWithScheme,
    UnknownApiKey,
    WrongAlgorithm,
    WrongSignedHeaders,
)
from signers.longbridge.verify import AuthHeaders, read_auth_headers
from signers.request import SignedRequest
from signers.secret import Secret
from signproof.mocks.limits import Limit, SlidingWindow
from signproof.mocks.longbridge.accounts import Accounts, KeyState
from signproof.mocks.longbridge.envelope import ErrorCode, Refused
from signproof.mocks.longbridge.limits import RateLimit

__all__ = ["Admitted", "Gate"]

_SIGNATURES_REMEMBERED = 100_000
_BEARER = b"bearer "

# What these two errors found is a piece of the request, where a client may have put anything.
_WITHOUT_ECHO: dict[type[VerificationError], str] = {
    WrongAlgorithm: "X-Api-Signature names another algorithm: use HMAC-SHA256",
    WrongSignedHeaders: (
        "SignedHeaders must be authorization;x-api-key;x-timestamp, in this order"
    ),
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request whose authentication was accepted."""

    key: KeyState
    path_form: PathForm


class Gate:
    """Authenticates requests; what it remembers are signatures and call times."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        allowed_ips: Iterable[str] | None,
        reject_duplicates: bool,
        rate_limit: RateLimit,
    ) -> None:
        """Guard *accounts*; raises ValueError where *allowed_ips* has what is no IP address."""
        self._accounts = accounts
        self._allowed_ips = (
            None if allowed_ips is None else frozenset(map(ipaddress.ip_address, allowed_ips))
        )
        # A dict keeps its order, so that the oldest signature can be forgotten first.
        self._seen: dict[tuple[bytes, bytes], None] | None = {} if reject_duplicates else None
        self._per_ip = _Windows(rate_limit.per_ip)
        self._per_api_key = _Windows(rate_limit.per_api_key)

    def admit(self, request: SignedRequest, client_ip: str, now_ms: int) -> Admitted:
        """Let *request* pass or raise Refused.

        The order of the checks is this method's order of lines. The real gateway's is unknown.
        """
        self._check_ip(client_ip)
        self._check_ip_rate(client_ip, now_ms)
        auth, admitted = self._check_signature(request)
        _check_token(auth.access_token, admitted.key, now_ms)
        self._check_api_key_rate(auth, now_ms)
        # Last, so that a request which an earlier check refused may be sent again as it is: the
        # Rust-based SDKs retry a 429 within the same second, with the same signature.
        self._check_duplicate(auth)
        return admitted

    def _check_ip(self, client_ip: str) -> None:
        if self._allowed_ips is None:
            return
        try:
            allowed = ipaddress.ip_address(client_ip) in self._allowed_ips
        except ValueError:
            allowed = False
        if not allowed:
            raise Refused(
                ErrorCode.IP_NOT_ALLOWED,
                "ip-not-allowed",
                f"the request came from {client_ip}, which is not in the list of allowed addresses",
            )

    def _check_ip_rate(self, client_ip: str, now_ms: int) -> None:
        if not self._per_ip.admit(client_ip, now_ms):
            raise Refused(
                ErrorCode.IP_RATE_LIMITED, "ip-rate-limited", "too many requests of one address"
            )

    def _check_signature(self, request: SignedRequest) -> tuple[AuthHeaders, Admitted]:
        """Verify; all that is missing or cannot be read is 403201, which is inferred."""
        try:
            auth = read_auth_headers(request)
            key = self._accounts.find(auth.app_key)
            admitted = (
                None if key is None else Admitted(key, key.verifier.verify(request).path_form)
            )
        except VerificationError as error:
            detail = _WITHOUT_ECHO.get(type(error), str(error))
            raise Refused(ErrorCode.SIGNATURE_INVALID, error.reason, detail) from None
        if admitted is None:
            raise Refused(
                ErrorCode.API_KEY_ILLEGAL,
                UnknownApiKey.reason,
                "X-Api-Key is no key of this mock: give the client the credential that it has",
            )
        return auth, admitted

    def _check_api_key_rate(self, auth: AuthHeaders, now_ms: int) -> None:
        if not self._per_api_key.admit(auth.app_key, now_ms):
            raise Refused(
                ErrorCode.API_RATE_LIMITED, "api-rate-limited", "too many requests of one API key"
            )

    def _check_duplicate(self, auth: AuthHeaders) -> None:
        if self._seen is None:
            return
        signature = (auth.app_key, auth.signature_header)
        if signature in self._seen:
            raise Refused(
                ErrorCode.DUPLICATE_REQUEST,
                "duplicate-request",
                "the same signature was seen before: sign each request with a new timestamp",
            )
        self._seen[signature] = None
        if len(self._seen) > _SIGNATURES_REMEMBERED:
            del self._seen[next(iter(self._seen))]


class _Windows:
    """One sliding window for each address or key; without a limit everything passes."""

    __slots__ = ("_limit", "_windows")

    def __init__(self, limit: Limit | None) -> None:
        self._limit = limit
        self._windows: dict[str | bytes, SlidingWindow] = {}

    def admit(self, whose: str | bytes, now_ms: int) -> bool:
        if self._limit is None:
            return True
        window = self._windows.get(whose)
        if window is None:
            window = self._windows[whose] = SlidingWindow(self._limit)
        return window.admit(now_ms)


def _check_token(given: Secret, key: KeyState, now_ms: int) -> None:
    """Compare with the token that holds now; that a replaced one is "invalid" is inferred."""
    if given.reveal()[: len(_BEARER)].lower() == _BEARER:
        problem = TokenWithScheme()
        raise Refused(ErrorCode.TOKEN_INVALID, problem.reason, str(problem))
    if given != key.token.value:
        raise Refused(
            ErrorCode.TOKEN_INVALID,
            "token-invalid",
            "the access token is not the one that holds now: after a refresh or a reset the old "
            "one stops working at once",
        )
    if key.token.is_expired(now_ms):
        raise Refused(
            ErrorCode.TOKEN_EXPIRED,
            "token-expired",
            "the access token has expired and cannot be refreshed: reset it on the developer page",
        )
