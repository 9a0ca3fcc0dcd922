"""A signer that is prepared once and then signs many requests."""

import re
from hashlib import sha1, sha256
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
from signers.longbridge.stages import SIGNED_HEADERS
from signers.request import SignedRequest
from signers.secret import Secret

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["Signer"]

_METHOD = re.compile(r"[A-Za-z]+", re.ASCII)
_PATH = re.compile(r"/[!-\"$->@-~]*", re.ASCII)  # visible ASCII without # and ?
_QUERY = re.compile(r"[!-\"$-~]*", re.ASCII)  # visible ASCII without #
_VALUE = re.compile(r"[!-~]+", re.ASCII)

_INNER_PAD = bytes(octet ^ 0x36 for octet in range(256))
_OUTER_PAD = bytes(octet ^ 0x5C for octet in range(256))
_SHA256_BLOCK = 64


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


def _hmac_states(key: bytes) -> tuple["_Hash", "_Hash"]:
    """Return the inner and the outer SHA-256 state of an HMAC with *key* (RFC 2104).

    Copying these two costs half of what copying the library's HMAC object does.
    """
    block = (sha256(key).digest() if len(key) > _SHA256_BLOCK else key).ljust(_SHA256_BLOCK, b"\0")
    return sha256(block.translate(_INNER_PAD)), sha256(block.translate(_OUTER_PAD))


class Signer:
    """Signs requests for one API key.

    What does not change between requests is computed here once: the constant parts of the
    canonical request, and the HMAC's inner and outer hash states. The result equals the stages of
    `signers.longbridge.stages` in a row; a property test holds the two together.
    """

    __slots__ = ("_access_token", "_app_key", "_head", "_inner", "_outer", "_tail")

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
        self._inner, self._outer = _hmac_states(app_secret.reveal())

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
        if not _METHOD.fullmatch(method):
            raise InvalidMethod(method)
        if not _PATH.fullmatch(path):
            raise InvalidTarget("path", path)
        query = query or ""
        if not _QUERY.fullmatch(query):
            raise InvalidTarget("query", query)
        if not _VALUE.fullmatch(timestamp):
            raise InvalidValue("the timestamp")
        digest = sha1(body, usedforsecurity=False).hexdigest() if body else ""
        canonical = f"{method.upper()}|{path}|{query}{self._head}{timestamp}{self._tail}{digest}"
        inner = self._inner.copy()
        inner.update(
            b"HMAC-SHA256|" + sha1(canonical.encode(), usedforsecurity=False).hexdigest().encode()
        )
        outer = self._outer.copy()
        outer.update(inner.digest())
        return (
            "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
            + outer.hexdigest()
        )

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
