"""Authenticate what httpx sends to the local HTTP server."""

from collections.abc import Generator

import httpx

from signers.origin import is_loopback, origin_of
from signers.shioaji.credentials import Credentials
from signers.shioaji.errors import InsecureUrl, RedirectFollowed

__all__ = ["ShioajiAuth"]


class ShioajiAuth(httpx.Auth):
    """Adds ``Authorization: Bearer <api_key>:<secret_key>`` to each request (documented).

    The server asks for it where SJ_HTTP_AUTH is on, and otherwise only from other machines. The
    secret itself travels: over https, or to loopback, and nowhere else.
    """

    def __init__(self, credentials: Credentials) -> None:
        """Send *credentials*."""
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header and look at where the answer came from.

        Raises InsecureUrl before anything is sent over ``http://`` to another host than loopback,
        and RedirectFollowed when the client followed a redirect. httpx takes the header away at
        the first hop to another origin; that it was told to follow is said all the same.
        """
        if request.url.scheme != "https" and not is_loopback(request.url.host):
            raise InsecureUrl(origin_of(request.url))
        # No local variable for the value: a traceback may show those.
        request.headers["Authorization"] = (
            f"Bearer {self._credentials.api_key}:{self._credentials.secret_key.reveal_text()}"
        )
        response = yield request
        if response.history:
            hops = (*response.history, response)
            raise RedirectFollowed(tuple(origin_of(hop.url) for hop in hops))
