"""A request between its JSON form and its octets."""

import re

from signers.request import SignedRequest
from signproof.codec import decode_octets, encode_octets
from signproof.model import Request

__all__ = ["from_model", "origin_form", "to_model"]


def from_model(request: Request) -> SignedRequest:
    """Return the octets; raises CodecError for a body that is not base64."""
    target = request.path if request.query is None else f"{request.path}?{request.query}"
    return SignedRequest(
        request.method.encode(),
        target.encode(),
        tuple((name.encode(), value.encode()) for name, value in request.headers),
        decode_octets(request.body_b64),
    )


def to_model(request: SignedRequest) -> Request:
    """Return the JSON form; octets that are not UTF-8 are shown as U+FFFD."""
    query = request.query
    return Request(
        method=_text(request.method),
        path=_text(request.path),
        query=None if query is None else _text(query),
        headers=[(_text(name), _text(value)) for name, value in request.headers],
        body_b64=encode_octets(request.body),
    )


def origin_form(target: bytes) -> bytes:
    """Return a request target without scheme and authority, where it names them.

    A server has to take both forms (RFC 9112, section 3.2.2), and some clients send the longer one.
    """
    return re.sub(rb"^https?://[^/?#]*", b"", target, flags=re.IGNORECASE)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
