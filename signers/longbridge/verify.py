"""Verify a signed Longbridge request and say what is wrong with it."""

import enum
import hmac
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from signers.longbridge import stages
from signers.longbridge.errors import (
    DuplicateHeader,
    EmptyCredential,
    InvalidValue,
    MalformedSignature,
    MissingHeader,
    UnknownApiKey,
    WrongAlgorithm,
    WrongSignature,
    WrongSignedHeaders,
)
from signers.longbridge.states import hmac_states, new_sha1
from signers.request import SignedRequest
from signers.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

    from signers.longbridge.states import NewHash

    Pair = tuple[bytes, bytes]
    Getter = Callable[[tuple[Pair, ...]], tuple[Pair, Pair, Pair, Pair]]

__all__ = ["AuthHeaders", "PathForm", "Verified", "Verifier", "read_auth_headers"]

_SIGNATURE = re.compile(rb"(HMAC-[A-Z0-9]+) SignedHeaders=([!-+\--~]+), Signature=([0-9a-f]+)")
_APP_KEY = re.compile(rb"[!-~]+")
_HEX_LENGTH = 64
_REQUIRED = (b"X-Api-Key", b"Authorization", b"X-Timestamp", b"X-Api-Signature")
_BEFORE_SIGNATURE = stages.header(b"")
_AFTER_TIMESTAMP = b"\n|%b|" % stages.SIGNED_HEADERS
_verified = tuple.__new__  # what the class's own constructor calls, too
# A client sends a few; the requests of one that makes them up must not fill the memory.
_MOST_LAYOUTS = 16
_MOST_METHODS = 8
_MOST_TARGETS = 64
_LONGEST_KEPT = 1024
_QUESTION_MARK = ord("?")  # as a number it is found ten times as fast as as octets


class PathForm(enum.StrEnum):
    """Which form of the path was signed: official SDKs differ, and a verifier accepts both."""

    AS_SENT = "as-sent"
    """The path as it stands in the request line (Rust-based SDKs)."""
    PERCENT_DECODED = "percent-decoded"
    """The path with its ``%xx`` decoded (Go SDKs); another form only where the path has any."""


_AS_SENT = PathForm.AS_SENT  # an enumeration's member takes as long to look up as a comparison


@dataclass(frozen=True, slots=True)
class AuthHeaders:
    """The four authentication headers of a request, present exactly once each."""

    app_key: bytes
    access_token: Secret
    timestamp: bytes
    signature_header: bytes


class Verified(NamedTuple):
    """What a good signature vouches for."""

    app_key: bytes
    timestamp: bytes
    """The value of ``X-Timestamp``: no documentation gives a window, so none is checked."""
    path_form: PathForm


def read_auth_headers(request: SignedRequest) -> AuthHeaders:
    """Return the authentication headers.

    Raises MissingHeader for one that is absent or empty, else DuplicateHeader for one sent twice.
    """
    # No values in local variables while anything may raise: a traceback may show those.
    for name in _REQUIRED:
        if not any(request.values(name)):
            raise MissingHeader(name.decode())
    for name in _REQUIRED:
        count = len(request.values(name))
        if count > 1:
            raise DuplicateHeader(name.decode(), count)
    app_key, access_token, timestamp, signature_header = (
        request.values(name)[0] for name in _REQUIRED
    )
    return AuthHeaders(app_key, Secret(access_token), timestamp, signature_header)


def _read_signature(value: bytes) -> bytes:
    """Return the signature's hex digits out of the value of ``X-Api-Signature``."""
    match = _SIGNATURE.fullmatch(value)
    if match is None:
        raise MalformedSignature
    algorithm, names, digits = match.groups()
    if algorithm != stages.ALGORITHM:
        raise WrongAlgorithm(algorithm.decode())
    if names != stages.SIGNED_HEADERS:
        raise WrongSignedHeaders(names.decode())
    if len(digits) != _HEX_LENGTH:
        raise MalformedSignature
    return digits


class _Known(NamedTuple):
    """What requests with one access token have in common."""

    token: bytes
    headers: bytes
    """The signed headers up to the timestamp."""
    starts: "dict[bytes, dict[bytes, NewHash]]"
    """By method and target what copies the SHA-1 state up to the timestamp."""


class Verifier:
    """Verifies requests signed with one API key's secret."""

    __slots__ = (
        "_app_key",
        "_app_secret",
        "_known",
        "_layouts",
        "_new_inner",
        "_new_outer",
    )

    def __init__(self, app_key: str, app_secret: str | bytes | Secret) -> None:
        """Prepare a verifier; raises EmptyCredential, InvalidValue or NotUtf8."""
        self._app_key = b""  # first, since a traceback may show a half-made verifier
        try:
            app_secret = Secret(app_secret)
        except Exception:
            del app_secret  # a traceback that shows local variables must not show it
            raise
        try:
            self._app_key = app_key.encode("ascii")
        except UnicodeEncodeError:
            raise InvalidValue("the app key") from None
        for name, octets in (("the app key", self._app_key), ("the app secret", app_secret)):
            if not len(octets):
                raise EmptyCredential(name)
        # A key that no header can carry would refuse every request without saying why.
        if not _APP_KEY.fullmatch(self._app_key):
            raise InvalidValue("the app key")
        self._app_secret = app_secret
        self._new_inner, self._new_outer = hmac_states(
            app_secret.reveal(), stages.string_to_sign(b"")
        )
        self._layouts: dict[tuple[bytes, ...], Getter] = {}
        self._known = _Known(b"", b"", {})

    def __repr__(self) -> str:
        return f"<Verifier longbridge app_key={self._app_key.decode()!r}>"

    def verify(self, request: SignedRequest) -> Verified:
        """Check a request as received; the comparison takes constant time.

        In this order (the gateway's own order is unknown) it raises MissingHeader,
        DuplicateHeader, UnknownApiKey, MalformedSignature, WrongAlgorithm, WrongSignedHeaders or
        WrongSignature. None of them carries the signature that would have been right.
        """
        return self._accepted(request) or self._judged(request)

    def _accepted(self, request: SignedRequest) -> Verified | None:
        """Accept a good request with header names that came before; None refuses nothing yet.

        Nothing in here raises: the frame holds the token and the right signature.
        """
        try:
            names = tuple([name for name, _ in request.headers])
            pairs = self._layouts[names](request.headers)
        except KeyError:
            return None
        (_, app_key), (_, token), (_, timestamp), (_, given) = pairs
        if not (timestamp.isdigit() or _is_bare(timestamp)):
            return None
        if not hmac.compare_digest(app_key, self._app_key):
            return None
        known = self._known
        if token != known.token:
            if not _is_bare(token):
                return None
            known = _Known(token, stages.canonical_headers(token, app_key, b"")[:-1], {})
        rest = timestamp + _AFTER_TIMESTAMP
        if request.body:
            digest = new_sha1()
            digest.update(request.body)
            rest += digest.hexdigest().encode()
        target = request.target
        if _QUESTION_MARK in target:  # kept for no other request: a query seldom comes again
            canonical = new_sha1()
            line = target.replace(b"?", b"|", 1)
            rest = b"%b|%b|%b%b" % (request.method.upper(), line, known.headers, rest)
        else:
            try:
                canonical = known.starts[request.method][target]()
            except KeyError:
                canonical = _begun(request, known)
        canonical.update(rest)
        inner = self._new_inner()
        inner.update(canonical.hexdigest().encode())
        outer = self._new_outer()
        outer.update(inner.digest())
        if not hmac.compare_digest(given, _BEFORE_SIGNATURE + outer.hexdigest().encode()):
            return None
        self._known = known
        return _verified(Verified, (app_key, timestamp, _AS_SENT))

    def _judged(self, request: SignedRequest) -> Verified:
        """Check a request of any kind, and say why it is refused."""
        auth = read_auth_headers(request)
        if not hmac.compare_digest(auth.app_key, self._app_key):
            raise UnknownApiKey
        given = _read_signature(auth.signature_header)
        for form, path in _path_forms(request.path):
            if self._matches(given, request, path, auth):
                self._keep_layout(request)
                return Verified(auth.app_key, auth.timestamp, form)
        raise WrongSignature

    def _matches(
        self, given: bytes, request: SignedRequest, path: bytes, auth: AuthHeaders
    ) -> bool:
        """Tell whether *given* is the signature; no frame that raises holds the right one."""
        canonical = stages.canonical_request(
            request.method,
            path,
            request.query,
            stages.canonical_headers(auth.access_token.reveal(), auth.app_key, auth.timestamp),
            stages.body_digest(request.body),
        )
        right = stages.signature(
            self._app_secret.reveal(), stages.string_to_sign(stages.canonical_digest(canonical))
        )
        return hmac.compare_digest(given, right)

    def _keep_layout(self, request: SignedRequest) -> None:
        """Remember where the authentication headers of a good request stand among its others."""
        names = tuple([name for name, _ in request.headers])
        lowered = [name.lower() for name in names]
        if len(self._layouts) >= _MOST_LAYOUTS:
            self._layouts.clear()
        self._layouts[names] = itemgetter(*(lowered.index(name.lower()) for name in _REQUIRED))


def _is_bare(value: bytes) -> bool:
    """Tell whether a header's value is not empty and has no white space around it."""
    return value != b"" and value.strip(b" \t") == value


def _begun(request: SignedRequest, known: "_Known") -> "_Hash":
    """Return the SHA-1 state of a canonical request without query up to the timestamp.

    It is kept for the next request like this one.
    """
    method, target = request.method, request.target
    state = new_sha1()
    state.update(b"%b|%b||%b" % (method.upper(), target, known.headers))
    if len(method) + len(target) <= _LONGEST_KEPT:
        if method not in known.starts and len(known.starts) >= _MOST_METHODS:
            known.starts.clear()
        targets = known.starts.setdefault(method, {})
        if len(targets) >= _MOST_TARGETS:
            targets.clear()
        targets[target] = state.copy().copy
    return state


def _path_forms(path: bytes) -> tuple[tuple[PathForm, bytes], ...]:
    """Return the forms of *path* that official SDKs sign."""
    if b"%" not in path:
        return ((PathForm.AS_SENT, path),)
    return ((PathForm.AS_SENT, path), (PathForm.PERCENT_DECODED, unquote_to_bytes(path)))
