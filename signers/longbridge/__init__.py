"""Longbridge / LongPort OpenAPI: HMAC-SHA256 over a canonical request.

`Signer` signs, `Verifier` verifies, `stages` holds each step as a function of its own, and
`signers.longbridge.auth` plugs a signer into httpx (a module apart, so that signing alone does not
import httpx).
"""

from signers.longbridge.errors import (
    DuplicateHeader,
    EmptyCredential,
    InsecureUrl,
    InvalidMethod,
    InvalidTarget,
    InvalidValue,
    MalformedSignature,
    MissingHeader,
    RedirectFollowed,
    SecretWithSpace,
    TokenWithScheme,
    UnknownApiKey,
    WrongAlgorithm,
    WrongSignature,
    WrongSignedHeaders,
)
from signers.longbridge.responses import (
    REFRESH_PATH,
    AccessToken,
    ApiError,
    Envelope,
    MalformedEnvelope,
    parse_envelope,
    parse_refresh,
    refresh_query,
)
from signers.longbridge.signer import Signer
from signers.longbridge.verify import PathForm, Verified, Verifier

__all__ = [
    "REFRESH_PATH",
    "AccessToken",
    "ApiError",
    "DuplicateHeader",
    "EmptyCredential",
    "Envelope",
    "InsecureUrl",
    "InvalidMethod",
    "InvalidTarget",
    "InvalidValue",
    "MalformedEnvelope",
    "MalformedSignature",
    "MissingHeader",
    "PathForm",
    "RedirectFollowed",
    "SecretWithSpace",
    "Signer",
    "TokenWithScheme",
    "UnknownApiKey",
    "Verified",
    "Verifier",
    "WrongAlgorithm",
    "WrongSignature",
    "WrongSignedHeaders",
    "parse_envelope",
    "parse_refresh",
    "refresh_query",
]
