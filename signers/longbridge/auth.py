"""Sign what httpx sends."""

import enum
import time
from collections.abc import Callable, Generator

import httpx

from signers.longbridge.errors import InsecureUrl, RedirectFollowed
from signers.longbridge.signer import Signer
from signers.origin import is_loopback, origin_of

__all__ = ["LongbridgeAuth", "TimestampForm"]

_NANOSECONDS = 1_000_000_000


class TimestampForm(enum.StrEnum):
    """How ``X-Timestamp`` is written; to the signature it is an opaque text."""

    SECONDS = "seconds"
    """Unix seconds as an integer, as the Rust-based SDKs send them."""
    MILLISECONDS = "milliseconds"
    """Unix milliseconds as an integer, as the Go SDKs send them."""
    FRACTIONAL_SECONDS = "fractional-seconds"
    """Unix seconds with three decimals, as the documentation prints them."""

    def write(self, nanoseconds: int) -> str:
        """Return the text for an instant in Unix nanoseconds; lower digits are dropped."""
        if self is TimestampForm.SECONDS:
            return str(nanoseconds // _NANOSECONDS)
        milliseconds = nanoseconds // 1_000_000
        if self is TimestampForm.MILLISECONDS:
            return str(milliseconds)
        return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


class LongbridgeAuth(httpx.Auth):
    """Adds the four headers to each request of an `httpx.Client` or `httpx.AsyncClient`.

    Path, query and body are signed exactly as httpx sends them. For that the whole body is read
    into memory first, a streamed one as well.
    """

    requires_request_body = True

    def __init__(
        self,
        signer: Signer,
        *,
        timestamp_form: TimestampForm = TimestampForm.SECONDS,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Sign with *signer*; *clock* returns Unix nanoseconds."""
        self._signer = signer
        self._timestamp_form = timestamp_form
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request and look at the answer.

        Raises InsecureUrl before anything is sent over ``http://`` to another host than loopback,
        and RedirectFollowed when the client followed a redirect: httpx sends the second hop with
        the API key and the first hop's signature, and an auth flow cannot stop it, only say so.
        """
        if request.url.scheme != "https" and not is_loopback(request.url.host):
            raise InsecureUrl(origin_of(request.url))
        body = request.content
        # The extension "target" replaces what stands in the request line (httpx, "Extensions").
        target: bytes = request.extensions.get("target", request.url.raw_path)
        path, mark, query = target.decode("latin-1").partition("?")
        # The headers hold the token: no local variable for them, a traceback may show those.
        request.headers.update(
            self._signer.headers(
                request.method,
                path,
                query if mark else None,
                body,
                self._timestamp_form.write(self._clock()),
            )
        )
        if body:
            request.headers.setdefault("Content-Type", "application/json; charset=utf-8")
        response = yield request
        if response.history:
            hops = (*response.history, response)
            raise RedirectFollowed(tuple(origin_of(hop.url) for hop in hops))
