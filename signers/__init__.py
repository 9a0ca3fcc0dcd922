"""Reference signers for broker APIs: bytes in, bytes out.

No clock, no network, no global state. Each scheme is a subpackage; what they share is here.
"""

from signers.errors import (
    InvalidInput,
    NotUtf8,
    PeerError,
    ResponseError,
    SignerError,
    VerificationError,
)
from signers.request import SignedRequest
from signers.secret import Secret

__all__ = [
    "InvalidInput",
    "NotUtf8",
    "PeerError",
    "ResponseError",
    "Secret",
    "SignedRequest",
    "SignerError",
    "VerificationError",
]
