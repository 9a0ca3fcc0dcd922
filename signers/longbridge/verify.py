"""Verify a signed Longbridge request and say what is wrong with it."""

import enum
import hmac
import re
from dataclasses import dataclass
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
from signers.request import SignedRequest
from signers.secret import Secret

__all__ = ["AuthHeaders", "PathForm", "Verified", "Verifier", "read_auth_headers"]

_SIGNATURE = re.compile(rb"(HMAC-[A-Z0-9]+) SignedHeaders=([!-+\--~]+), Signature=([0-9a-f]+)")
_APP_KEY = re.compile(rb"[!-~]+")
_HEX_LENGTH = 64
_REQUIRED = (b"X-Api-Key", b"Authorization", b"X-Timestamp", b"X-Api-Signature")


class PathForm(enum.StrEnum):
    """Which form of the path was signed: official SDKs differ, and a verifier accepts both."""

    AS_SENT = "as-sent"
    """The path as it stands in the request line (Rust-based SDKs)."""
    PERCENT_DECODED = "percent-decoded"
    """The path with its ``%xx`` decoded (Go SDKs); another form only where the path has any."""


@dataclass(frozen=True, slots=True)
class AuthHeaders:
    """The four authentication headers of a request, present exactly once each."""

    app_key: bytes
    access_token: Secret
    timestamp: bytes
    signature_header: bytes


@dataclass(frozen=True, slots=True)
class Verified:
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


class Verifier:
    """Verifies requests signed with one API key's secret."""

    __slots__ = ("_app_key", "_app_secret")

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
        self._app_secret = app_secret
        for name, octets in (("the app key", self._app_key), ("the app secret", self._app_secret)):
            if not len(octets):
                raise EmptyCredential(name)
        # A key that no header can carry would refuse every request without saying why.
        if not _APP_KEY.fullmatch(self._app_key):
            raise InvalidValue("the app key")

    def __repr__(self) -> str:
        return f"<Verifier longbridge app_key={self._app_key.decode()!r}>"

    def verify(self, request: SignedRequest) -> Verified:
        """Check a request as received; the comparison takes constant time.

        In this order (the gateway's own order is unknown) it raises MissingHeader,
        DuplicateHeader, UnknownApiKey, MalformedSignature, WrongAlgorithm, WrongSignedHeaders or
        WrongSignature. None of them carries the signature that would have been right.
        """
        auth = read_auth_headers(request)
        if not hmac.compare_digest(auth.app_key, self._app_key):
            raise UnknownApiKey
        given = _read_signature(auth.signature_header)
        for form, path in _path_forms(request.path):
            if self._matches(given, request, path, auth):
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


def _path_forms(path: bytes) -> tuple[tuple[PathForm, bytes], ...]:
    """Return the forms of *path* that official SDKs sign."""
    if b"%" not in path:
        return ((PathForm.AS_SENT, path),)
    return ((PathForm.AS_SENT, path), (PathForm.PERCENT_DECODED, unquote_to_bytes(path)))
