"""Let httpx clients talk to a mock broker within the process: no socket, no server.

`transport` is for a client that a test makes itself, `router` for code that makes its own clients:
it catches what goes to the base address, and refuses every other request.
"""

from collections.abc import Callable

import httpx
import respx

from signers.request import SignedRequest
from signproof.mocks.replies import Mock, MockReply

__all__ = ["router", "signed_request", "transport"]

OnReply = Callable[[SignedRequest, MockReply], None]
"""Called with each request and its reply, so that a test can look at the verdicts."""


def signed_request(request: httpx.Request) -> SignedRequest:
    """Return exactly what httpx would put on the wire of HTTP/1.1; the body must have been read.

    The fragment is left out, the target is in origin form, header names keep their case.
    """
    return SignedRequest(
        request.method.encode("ascii"),
        request.url.raw_path,
        tuple(request.headers.raw),
        request.content,
    )


def router(
    mock: Mock, base_url: str, *, client_ip: str = "127.0.0.1", on_reply: OnReply | None = None
) -> respx.MockRouter:
    """Return a router that answers for *base_url* (scheme, host, port) with *mock*.

    Use it as a context manager or decorator. While it is active, a request of any httpx client to
    another address raises respx's AllMockedAssertionError and leaves nothing.
    """
    # `using="httpx"`: respx's default catches requests below httpx's own transport, and those of a
    # client with another transport would go out.
    routes = respx.MockRouter(base_url=base_url, assert_all_called=False, using="httpx")
    routes.route().mock(side_effect=_handler(mock, client_ip, on_reply))
    return routes


def transport(
    mock: Mock, *, client_ip: str = "127.0.0.1", on_reply: OnReply | None = None
) -> httpx.MockTransport:
    """Return a transport for `httpx.Client` or `httpx.AsyncClient`; *mock* answers any address."""
    return httpx.MockTransport(_handler(mock, client_ip, on_reply))


def _handler(
    mock: Mock, client_ip: str, on_reply: OnReply | None
) -> Callable[[httpx.Request], httpx.Response]:
    """Return the function that both ways share; httpx and respx have read the body before."""

    def handle(request: httpx.Request) -> httpx.Response:
        received = signed_request(request)
        reply = mock.handle(received, client_ip)
        if on_reply is not None:
            on_reply(received, reply)
        return httpx.Response(reply.status, headers=list(reply.headers), content=reply.body)

    return handle
