"""Sign what httpx sends, and verify what comes back."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, tzinfo

import httpx

from signers.origin import is_loopback, origin_of
from signers.tiger.body import read_object
from signers.tiger.errors import InsecureUrl, RedirectFollowed, UnsignableBody
from signers.tiger.responses import ResponseVerifier, read_envelope
from signers.tiger.signer import Signer
from signers.tiger.stages import Fields
from signers.tiger.timestamp import format_timestamp
from signers.tiger.token import TbhkToken

__all__ = ["TigerAuth"]

_REPLACED = (b"content-length", b"transfer-encoding", b"content-type")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TigerAuth(httpx.Auth):
    """Signs each request of an `httpx.Client` or `httpx.AsyncClient`.

    The caller posts a JSON object with ``method`` and, where there are parameters, ``biz_content``
    as JSON text; what else it holds is signed too. It is sent anew with ``timestamp``,
    ``tiger_id``, ``charset``, ``sign_type``, ``version`` where absent, and ``sign``.
    """

    requires_request_body = True

    def __init__(
        self,
        signer: Signer,
        *,
        zone: tzinfo,
        clock: Callable[[], datetime] = _utc_now,
        verifier: ResponseVerifier | None = None,
        token: Callable[[], TbhkToken] | TbhkToken | None = None,
    ) -> None:
        """Sign with *signer*; *clock* returns an aware datetime.

        *zone* is what timestamps are written in; it is asked for since none is documented
        (`format_timestamp` says what SDKs do). *verifier* checks the answers; without one they are
        not looked at. *token*, or what a call of it returns, goes into the header Authorization.
        """
        if verifier is not None and not isinstance(verifier, ResponseVerifier):
            # Said now and not when the first answer comes: an order would be out by then.
            raise TypeError(f"verifier is a {type(verifier).__name__}, not a ResponseVerifier")
        self._signer = signer
        self._zone = zone
        self._clock = clock
        self._verifier = verifier
        self._token = token
        # httpx asks the instance: an answer that nobody looks at is not read into memory.
        self.requires_response_body = verifier is not None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request signed and look at the answer.

        Raises before anything is sent: InsecureUrl for ``http://`` to another host than loopback,
        UnsignableBody, and what `Signer.complete` and `Signer.body` raise. Raises afterwards:
        RedirectFollowed when the client followed a redirect (an auth flow cannot stop it, only say
        so), and with a verifier what `read_envelope` and `ResponseVerifier.verify` raise. An error
        code in the answer is the caller's to look at.
        """
        if request.url.scheme != "https" and not is_loopback(request.url.host):
            raise InsecureUrl(origin_of(request.url))
        if request.method != "POST":
            raise UnsignableBody(f"the method is {request.method}")
        timestamp = format_timestamp(self._clock(), self._zone)
        response = yield self._signed(request, timestamp)
        if response.history:
            hops = (*response.history, response)
            raise RedirectFollowed(tuple(origin_of(hop.url) for hop in hops))
        if self._verifier is not None:
            envelope = read_envelope(
                response.status_code, response.content, charset=self._signer.charset
            )
            self._verifier.verify(envelope, timestamp)

    def _signed(self, request: httpx.Request, timestamp: str) -> httpx.Request:
        """Return the same request with a signed body and the headers that belong to it."""
        fields = self._signer.complete(_fields(request.content), timestamp=timestamp)
        signed = httpx.Request(
            request.method,
            request.url,
            headers=[pair for pair in request.headers.raw if pair[0].lower() not in _REPLACED],
            content=self._signer.body(fields),
            extensions=request.extensions,
        )
        signed.headers["Content-Type"] = "application/json;charset=UTF-8"
        token = self._token() if callable(self._token) else self._token
        if token is not None:
            signed.headers["Authorization"] = token.secret.reveal_text()
        return signed


def _fields(body: bytes) -> Fields:
    """Return the fields of the caller's body; an old timestamp and signature are dropped."""
    fields = read_object(body)
    if not isinstance(fields, dict):
        raise UnsignableBody(str(fields).partition(":")[0])
    return {name: value for name, value in fields.items() if name not in ("timestamp", "sign")}
