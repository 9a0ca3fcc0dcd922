"""The stages of a Longbridge signature, each a pure function over octets.

Source of every rule: Longbridge OpenAPI documentation, "How to access an API", section
"Calculate signature", together with what the official SDKs send (docs/findings/longbridge.md).
The chain is::

    canonical_headers ─┐
    body_digest ───────┴─ canonical_request ─ canonical_digest ─ string_to_sign ─ signature ─ header
"""

import hmac
from hashlib import sha1

__all__ = [
    "ALGORITHM",
    "SIGNED_HEADERS",
    "body_digest",
    "canonical_digest",
    "canonical_headers",
    "canonical_request",
    "header",
    "signature",
    "string_to_sign",
]

ALGORITHM = b"HMAC-SHA256"
"""The only algorithm of today's documentation."""

SIGNED_HEADERS = b"authorization;x-api-key;x-timestamp"
"""The names of the signed headers, in the only documented order."""


def canonical_headers(access_token: bytes, app_key: bytes, timestamp: bytes) -> bytes:
    r"""Return the block of signed headers: three lines, each ended by ``\n``.

    The values are those of ``Authorization``, ``X-Api-Key`` and ``X-Timestamp`` as sent. The token
    stands alone, without a scheme such as ``Bearer``.
    """
    return b"authorization:%b\nx-api-key:%b\nx-timestamp:%b\n" % (access_token, app_key, timestamp)


def body_digest(body: bytes) -> bytes:
    """Return the SHA-1 of the body as 40 lower-case hex digits; nothing for an empty body.

    The octets are those sent: ``{}`` and ``""`` (two octets) are bodies.
    """
    return sha1(body, usedforsecurity=False).hexdigest().encode() if body else b""


def canonical_request(
    method: bytes, path: bytes, query: bytes | None, canonical_headers: bytes, body_digest: bytes
) -> bytes:
    """Join the parts with ``|``: method in upper case, path, raw query, headers, names, digest.

    The query is the octets after ``?`` as sent, neither sorted nor encoded anew; None and empty
    give the same. The last ``|`` stays when there is no body digest.
    """
    return b"|".join(
        (method.upper(), path, query or b"", canonical_headers, SIGNED_HEADERS, body_digest)
    )


def canonical_digest(canonical_request: bytes) -> bytes:
    """Return the SHA-1 of the canonical request as 40 lower-case hex digits."""
    return sha1(canonical_request, usedforsecurity=False).hexdigest().encode()


def string_to_sign(canonical_digest: bytes) -> bytes:
    """Return the algorithm's name, ``|``, and the digest of the canonical request."""
    return b"%b|%b" % (ALGORITHM, canonical_digest)


def signature(app_secret: bytes, string_to_sign: bytes) -> bytes:
    """Return the HMAC-SHA256 as 64 lower-case hex digits.

    The key is the secret's UTF-8 text. It looks like hex but is not decoded.
    """
    return hmac.digest(app_secret, string_to_sign, "sha256").hex().encode()


def header(signature: bytes) -> bytes:
    """Return the value of ``X-Api-Signature``."""
    return b"%b SignedHeaders=%b, Signature=%b" % (ALGORITHM, SIGNED_HEADERS, signature)
