"""Read what the gateway answers: the envelope, its signature, errors, and a new token.

The answer is a JSON object with ``code``, ``message``, ``data``, ``timestamp`` and, at times,
``sign``: the gateway's signature over the *request's* timestamp, as text (sdk). It vouches that
the gateway saw the request, and for nothing of the body.
"""

import enum
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

from signers.errors import InvalidInput, ResponseError
from signers.tiger import stages
from signers.tiger.body import read_object
from signers.tiger.codes import ERROR_CODES, SUCCESS, ErrorCode
from signers.tiger.errors import (
    EmptyResponseSignature,
    MalformedResponseSignature,
    MissingResponseSignature,
    NullResponseSignature,
    OtherTimestampSigned,
    WrongKeyType,
    WrongResponseSignature,
)
from signers.tiger.signature_text import read_signature
from signers.tiger.stages import Charset
from signers.tiger.token import TbhkToken, parse_token
from signers.tiger.verify import matches

__all__ = [
    "ApiError",
    "Envelope",
    "MalformedEnvelope",
    "MalformedRefresh",
    "MissingSign",
    "ResponseSignature",
    "ResponseVerifier",
    "parse_refresh",
    "parse_response",
    "read_envelope",
    "sign_response",
]


class MalformedEnvelope(ResponseError):
    """The body is not the gateway's envelope."""

    reason = "malformed-envelope"

    def __init__(self, status: int, problem: str) -> None:
        self.status = status
        self.problem = problem
        super().__init__(
            f"HTTP {status}: {problem}; an answer of this API is a JSON object with an integer "
            "`code`: check that the address is the API's and no proxy answered"
        )


class MalformedRefresh(ResponseError):
    """The data of a refresh answer hold no usable token."""

    reason = "malformed-refresh"

    def __init__(self) -> None:
        super().__init__(
            "the answer has no usable `data.token`: keep the answer, since the old token may have "
            "stopped working; if it holds no new one, get a token on the developer page"
        )


class ApiError(ResponseError):
    """The gateway answered with a code other than 0."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.known: ErrorCode | None = ERROR_CODES.get(code)
        """What is documented of the code."""
        self.reason = self.known.reason if self.known else "api-error"
        advice = self.known.advice if self.known else "look the code up in the broker's list"
        super().__init__(f"HTTP {status}, code {code}: {message or 'no message'}; {advice}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer, good or not."""

    status: int
    """The HTTP status."""
    code: int
    message: str
    """Empty when absent."""
    data: Any = field(repr=False)
    """The parsed member, None when absent. It may be a new token, hence it is not in the repr."""
    timestamp: str
    """The answer's own timestamp, a number as text; empty when absent."""
    has_sign: bool
    """Whether there is a member ``sign``, be it null or empty."""
    sign: Any = field(default=None, repr=False)


class MissingSign(enum.StrEnum):
    """What to do with an answer that has no member ``sign``."""

    ACCEPTED = "accepted"
    """As Python, Go, Java, Rust and C# do (sdk)."""
    REFUSED = "refused"
    """As TypeScript and C++ do (sdk)."""


class ResponseSignature(enum.StrEnum):
    """What an accepted answer's signature was."""

    VERIFIED = "verified"
    """It is the gateway's, over the request's timestamp."""
    ABSENT = "absent"
    """There is none, and this is accepted."""


class ResponseVerifier:
    """Verifies answers with the gateway's public key."""

    __slots__ = ("_missing_sign", "_public_key")

    def __init__(
        self, public_key: RSAPublicKey, *, missing_sign: MissingSign = MissingSign.ACCEPTED
    ) -> None:
        """Prepare a verifier; *public_key* is the gateway's, not the client's own.

        An absent ``sign`` is accepted unless told otherwise, as most SDKs do: when the gateway
        leaves it out is unknown. Raises WrongKeyType.
        """
        if not isinstance(public_key, RSAPublicKey):
            raise WrongKeyType("RSA public key", type(public_key).__name__)
        self._public_key = public_key
        self._missing_sign = MissingSign(missing_sign)

    def __repr__(self) -> str:
        return f"<ResponseVerifier tiger missing_sign={self._missing_sign.value!r}>"

    def verify(self, envelope: Envelope, request_timestamp: str) -> ResponseSignature:
        """Check an answer's signature, whatever its code, as the Python SDK does.

        *request_timestamp* is the text that the request was sent with.

        Raises MissingResponseSignature, NullResponseSignature, EmptyResponseSignature,
        MalformedResponseSignature, OtherTimestampSigned or WrongResponseSignature.
        """
        if not envelope.has_sign:
            if self._missing_sign is MissingSign.ACCEPTED:
                return ResponseSignature.ABSENT
            raise MissingResponseSignature
        if envelope.sign is None:
            raise NullResponseSignature
        if envelope.sign == "":
            raise EmptyResponseSignature
        octets = self._octets(envelope.sign)
        if matches(self._public_key, octets, stages.response_content(request_timestamp)):
            return ResponseSignature.VERIFIED
        # Text that came as JSON may hold what has no UTF-8; as a timestamp it was not signed.
        other = envelope.timestamp.encode("utf-8", "replace")
        if other and matches(self._public_key, octets, other):
            raise OtherTimestampSigned
        raise WrongResponseSignature

    def _octets(self, sign: object) -> bytes:
        if not isinstance(sign, str):
            raise MalformedResponseSignature("is not text")
        octets = read_signature(sign, (self._public_key.key_size + 7) // 8)
        if isinstance(octets, str):
            raise MalformedResponseSignature(octets)
        return octets


def sign_response(timestamp: str, private_key: RSAPrivateKey) -> str:
    """Return the member ``sign`` of an answer to a request with this *timestamp*.

    For mock gateways. Raises Unencodable.
    """
    content = stages.response_content(timestamp)
    return b64encode(private_key.sign(content, PKCS1v15(), SHA1())).decode()  # noqa: S303


def read_envelope(status: int, body: bytes, *, charset: Charset = Charset.UTF_8) -> Envelope:
    """Return the answer whatever its code; *body* is the octets received.

    *charset* is the request's (source: the Python SDK decodes answers with it).
    Raises MalformedEnvelope.
    """
    outcome = _envelope(status, body, charset)
    del body  # a traceback that shows local variables must not show a token
    if isinstance(outcome, ResponseError):
        raise outcome
    return outcome


def parse_response(
    status: int,
    body: bytes,
    *,
    request_timestamp: str,
    verifier: ResponseVerifier | None = None,
    charset: Charset = Charset.UTF_8,
) -> Envelope:
    """Return the answer with code 0, its signature verified before the code is looked at.

    Without a *verifier* the signature is not looked at. Raises what `read_envelope` and
    `ResponseVerifier.verify` raise, and ApiError.
    """
    envelope = read_envelope(status, body, charset=charset)
    del body
    if verifier is not None:
        verifier.verify(envelope, request_timestamp)
    if envelope.code != SUCCESS:
        raise ApiError(status, envelope.code, envelope.message)
    return envelope


def parse_refresh(envelope: Envelope) -> TbhkToken:
    """Return the new token of a good answer to ``user_token_refresh``.

    It is ``data.token`` (sdk). Data that are JSON text are read, too (source: the Python SDK).
    Raises ApiError for a code other than 0, and MalformedRefresh.
    """
    if envelope.code != SUCCESS:
        raise ApiError(envelope.status, envelope.code, envelope.message)
    token = _new_token(envelope.data)
    if token is None:
        raise MalformedRefresh
    return token


def _new_token(data: object) -> TbhkToken | None:
    # Nothing raises from here: the frame holds the token.
    if isinstance(data, str):
        data = read_object(data.encode("utf-8", "replace"))
    text = data.get("token") if isinstance(data, dict) else None
    if not isinstance(text, str):
        return None
    try:
        return parse_token(text)
    except InvalidInput:
        return None


def _envelope(status: int, body: bytes, charset: Charset) -> Envelope | MalformedEnvelope:
    parsed = read_object(body, charset)
    if not isinstance(parsed, dict):
        return MalformedEnvelope(status, "the body is not a JSON object without duplicate names")
    code = parsed.get("code")
    if type(code) is not int:
        return MalformedEnvelope(status, "the member `code` is missing or not an integer")
    message = parsed.get("message")
    if message is None:
        message = ""
    if not isinstance(message, str):
        return MalformedEnvelope(status, "the member `message` is not text")
    timestamp = parsed.get("timestamp")
    if timestamp is None:
        timestamp = ""
    if type(timestamp) not in (int, str):
        return MalformedEnvelope(status, "the member `timestamp` is neither integer nor text")
    return Envelope(
        status,
        code,
        message,
        parsed.get("data"),
        str(timestamp),
        "sign" in parsed,
        parsed.get("sign"),
    )
