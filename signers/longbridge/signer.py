"""A signer that is prepared once and then signs many requests."""

import re
from typing import TYPE_CHECKING

from signers.errors import InvalidInput
from signers.longbridge.errors import (
    EmptyCredential,
    InvalidMethod,
    InvalidTarget,
    InvalidValue,
    SecretWithSpace,
    TokenWithScheme,
)
from signers.longbridge.stages import ALGORITHM, SIGNED_HEADERS
from signers.longbridge.states import hmac_states, new_sha1
from signers.request import SignedRequest
from signers.secret import Secret

if TYPE_CHECKING:
    from signers.longbridge.states import NewHash

__all__ = ["Signer"]

_METHOD = re.compile(r"[A-Za-z]+", re.ASCII)
_PATH = re.compile(r"/[!-\"$->@-~]*", re.ASCII)  # visible ASCII without # and ?
# Leaves visible ASCII without # as it is and changes all else: what comes out the same is good.
_VISIBLE = frozenset(range(0x21, 0x7F)) - {ord("#")}
_IN_QUERY = bytes(octet if octet in _VISIBLE else octet ^ 0x80 for octet in range(256))
_VALUE = re.compile(r"[!-~]+", re.ASCII)

_BEFORE_SIGNATURE = f"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS.decode()}, Signature="
# A client asks for a few paths again and again; one that makes paths up must not fill the memory.
_MOST_METHODS = 8
_MOST_PATHS = 64
_LONGEST_KEPT = 1024


def _credential_problem(
    app_key: str, app_secret: Secret, access_token: Secret
) -> InvalidInput | None:
    """Return what makes the credential unusable, or None.

    The plain token is never a local variable: a traceback may show those.
    """
    for name, part in (
        ("the app key", app_key),
        ("the app secret", app_secret),
        ("the access token", access_token),
    ):
        if not part:
            return EmptyCredential(name)
    if access_token.reveal()[:7].lower() == b"bearer ":
        return TokenWithScheme()
    if not _VALUE.fullmatch(app_key):
        return InvalidValue("the app key")
    if not _VALUE.fullmatch(access_token.reveal().decode("latin-1")):
        return InvalidValue("the access token")
    if app_secret.reveal().strip() != app_secret.reveal():
        return SecretWithSpace()
    return None


class Signer:
    """Signs requests for one API key.

    What does not change between requests is computed here once: the HMAC's inner and outer hash
    states, and for each path the SHA-1 state of all that stands before the timestamp where there
    is no query. The result equals the stages of `signers.longbridge.stages` in a row; a property
    test holds the two together.
    """

    __slots__ = (
        "_access_token",
        "_app_key",
        "_head",
        "_new_inner",
        "_new_outer",
        "_starts",
        "_tail",
    )

    def __init__(
        self, app_key: str, app_secret: str | bytes | Secret, access_token: str | Secret
    ) -> None:
        """Prepare a signer.

        *app_key*, *app_secret* and *access_token* are those of the developer page. The secret is
        used as UTF-8 text, not decoded from hex; the token is raw, without ``Bearer``.

        Raises EmptyCredential, TokenWithScheme, InvalidValue, SecretWithSpace or NotUtf8.
        """
        self._app_key = app_key  # first, since a traceback may show a half-made signer
        # Rebound or forgotten before anything raises: a traceback that shows local variables
        # shows masks.
        try:
            app_secret, access_token = Secret(app_secret), Secret(access_token)
        except Exception:
            del app_secret, access_token
            raise
        problem = _credential_problem(app_key, app_secret, access_token)
        if problem is not None:
            raise problem
        self._access_token = access_token
        token = access_token.reveal_text()
        self._head = f"|authorization:{token}\nx-api-key:{app_key}\nx-timestamp:"
        self._tail = f"\n|{SIGNED_HEADERS.decode()}|"
        self._new_inner, self._new_outer = hmac_states(app_secret.reveal(), ALGORITHM + b"|")
        self._starts: dict[str, dict[str, tuple[str, NewHash]]] = {}

    def __repr__(self) -> str:
        return f"<Signer longbridge app_key={self._app_key!r}>"

    @property
    def app_key(self) -> str:
        """The value of ``X-Api-Key``."""
        return self._app_key

    def sign(self, method: str, path: str, query: str | None, body: bytes, timestamp: str) -> str:
        """Return the value of ``X-Api-Signature``.

        *path* and *query* are the request line's own text, percent-encoding included (*query*
        without its ``?``; None and empty give the same signature). *body* is the octets sent.
        *timestamp* is the value of ``X-Timestamp``, any text; it is not read as a number.

        Raises InvalidMethod, InvalidTarget or InvalidValue.
        """
        try:
            before, start = self._starts[method][path]
        except KeyError:
            start = None
        if start is None:
            before, start = self._start(method, path)
        if query and (
            not query.isascii() or (octets := query.encode()).translate(_IN_QUERY) != octets
        ):
            raise InvalidTarget("query", query)
        if not (timestamp.isascii() and timestamp.isdigit()) and not _VALUE.fullmatch(timestamp):
            raise InvalidValue("the timestamp")
        rest = timestamp + self._tail  # an f-string would write octets as b'…'
        if body:
            digest = new_sha1()
            digest.update(body)
            rest += digest.hexdigest()
        if query:
            request = new_sha1()
            rest = f"{before}{query}{self._head}{rest}"
        else:
            request = start()
        request.update(rest.encode())
        inner = self._new_inner()
        inner.update(request.hexdigest().encode())
        outer = self._new_outer()
        outer.update(inner.digest())
        return _BEFORE_SIGNATURE + outer.hexdigest()

    def _start(self, method: str, path: str) -> "tuple[str, NewHash]":
        """Return what a request begins with up to its query, and a copier of its SHA-1 state.

        That is the state before the timestamp where there is no query. Both are kept for the next
        time.

        Raises InvalidMethod or InvalidTarget.
        """
        if not _METHOD.fullmatch(method):
            raise InvalidMethod(method)
        if not _PATH.fullmatch(path):
            raise InvalidTarget("path", path)
        before = f"{method.upper()}|{path}|"
        state = new_sha1()
        state.update(f"{before}{self._head}".encode())
        if len(before) <= _LONGEST_KEPT:
            if method not in self._starts and len(self._starts) >= _MOST_METHODS:
                self._starts.clear()
            paths = self._starts.setdefault(method, {})
            if len(paths) >= _MOST_PATHS:
                paths.clear()
            paths[path] = before, state.copy
        return before, state.copy

    def headers(
        self, method: str, path: str, query: str | None, body: bytes, timestamp: str
    ) -> tuple[tuple[str, str], ...]:
        """Return the four authentication headers; arguments and errors as of `sign`."""
        value = self.sign(method, path, query, body, timestamp)
        return (
            ("X-Api-Key", self._app_key),
            ("Authorization", self._access_token.reveal_text()),
            ("X-Timestamp", timestamp),
            ("X-Api-Signature", value),
        )

    def request(
        self,
        method: str,
        path: str,
        query: str | None = None,
        body: bytes = b"",
        *,
        timestamp: str,
    ) -> SignedRequest:
        """Return the whole signed request, with a JSON content type where there is a body.

        Arguments and errors as of `sign`; *query* None sends no ``?``, an empty one sends a bare
        ``?``.
        """
        headers = [
            (name.encode(), value.encode())
            for name, value in self.headers(method, path, query, body, timestamp)
        ]
        if body:
            headers.append((b"Content-Type", b"application/json; charset=utf-8"))
        target = path if query is None else f"{path}?{query}"
        return SignedRequest(method.encode(), target.encode(), tuple(headers), body)
