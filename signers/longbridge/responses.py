"""Read what Longbridge answers: the envelope, its error codes, and a token refresh.

Sources: Longbridge OpenAPI documentation, "How to access an API", section "API Response", and the
common error codes; the code 401004 is known from users' reports only.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from signers.errors import InvalidInput, ResponseError, without_frames
from signers.secret import Secret

__all__ = [
    "REFRESH_PATH",
    "AccessToken",
    "ApiError",
    "ApiKeyIllegal",
    "ApiRateLimited",
    "DuplicateRequest",
    "Envelope",
    "InternalError",
    "IpNotAllowed",
    "IpRateLimited",
    "MalformedEnvelope",
    "MalformedRefresh",
    "NaiveInstant",
    "SignatureInvalid",
    "TokenExpired",
    "TokenInvalid",
    "error_for",
    "parse_envelope",
    "parse_refresh",
    "refresh_query",
]

REFRESH_PATH = "/v1/token/refresh"


class MalformedEnvelope(ResponseError):
    """The body is not the documented envelope."""

    reason = "malformed-envelope"

    def __init__(self, status: int, problem: str) -> None:
        self.status = status
        self.problem = problem
        super().__init__(
            f"HTTP {status}: {problem}; an answer of this API is a JSON object with an integer "
            "`code`: check that the address is the API's and no proxy answered"
        )


class MalformedRefresh(ResponseError):
    """The data of a refresh response is not as documented."""

    reason = "malformed-refresh"

    def __init__(self, member: str) -> None:
        self.member = member
        super().__init__(
            f"the refresh response has no usable `data.{member}`: keep the response, since the old "
            "token may have stopped working; if it holds no new one, reset the token on the "
            "developer page"
        )


class ApiError(ResponseError):
    """The broker answered with a code other than 0."""

    reason = "api-error"
    advice: ClassVar[str] = "look the code up in the broker's list of error codes"

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"HTTP {status}, code {code}: {message or 'no message'}; {self.advice}")


class SignatureInvalid(ApiError):
    """Code 403201."""

    reason = "signature-invalid"
    advice = "what was signed is not what was sent, or the secret is another key's"


class DuplicateRequest(ApiError):
    """Code 403202."""

    reason = "duplicate-request"
    advice = "sign again with a new timestamp instead of sending the same request twice"


class ApiKeyIllegal(ApiError):
    """Code 403203."""

    reason = "api-key-illegal"
    advice = "check X-Api-Key against the developer page"


class IpNotAllowed(ApiError):
    """Code 403205."""

    reason = "ip-not-allowed"
    advice = "add this machine's public address to the key's list on the developer page"


class TokenExpired(ApiError):
    """Code 401003."""

    reason = "token-expired"
    advice = "an expired token cannot be refreshed: reset it on the developer page"


class TokenInvalid(ApiError):
    """Code 401004, known from users' reports only."""

    reason = "token-invalid"
    advice = "send the newest token, raw, without `Bearer`"


class IpRateLimited(ApiError):
    """Code 429001."""

    reason = "ip-rate-limited"
    advice = "slow down; sign each retry anew"


class ApiRateLimited(ApiError):
    """Code 429002."""

    reason = "api-rate-limited"
    advice = "slow down; sign each retry anew"


class InternalError(ApiError):
    """Code 500000."""

    reason = "internal-error"
    advice = "try again later; sign the retry anew"


_BY_CODE: dict[int, type[ApiError]] = {
    403201: SignatureInvalid,
    403202: DuplicateRequest,
    403203: ApiKeyIllegal,
    403205: IpNotAllowed,
    401003: TokenExpired,
    401004: TokenInvalid,
    429001: IpRateLimited,
    429002: ApiRateLimited,
    500000: InternalError,
}


def error_for(status: int, code: int, message: str) -> ApiError:
    """Return the exception of an error code; ApiError itself for one that is not documented."""
    return _BY_CODE.get(code, ApiError)(status, code, message)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A successful answer."""

    code: int
    message: str
    """The member ``message``, as real answers have it, or ``msg``, as the page prints it."""
    data: Any
    """The parsed member ``data``, None when absent."""

    def __repr__(self) -> str:
        # The data may be a new access token.
        return f"<Envelope code={self.code} message={self.message!r}>"


def parse_envelope(status: int, body: bytes) -> Envelope:
    """Return the answer with code 0; *status* is the HTTP status, *body* the octets received.

    Raises MalformedEnvelope, or for another code the ApiError of that code. Code 0 decides even
    where the status is not 2xx (observed: a non-zero code comes with status 200, too).
    """
    try:
        return _read_envelope(status, body)
    except ResponseError as error:
        problem = without_frames(error)
    del body  # a traceback that shows local variables must not show a token
    raise problem


def _read_envelope(status: int, body: bytes) -> Envelope:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        problem = "the body is empty" if not body else "the body is not JSON"
        raise MalformedEnvelope(status, problem) from None
    if not isinstance(parsed, dict):
        raise MalformedEnvelope(status, "the body is JSON but not an object")
    code = parsed.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        raise MalformedEnvelope(status, "the member `code` is missing or not an integer")
    text = parsed.get("message", parsed.get("msg", ""))
    if not isinstance(text, str):
        raise MalformedEnvelope(status, "the member `message` is not text")
    if code != 0:
        raise error_for(status, code, text)
    return Envelope(code, text, parsed.get("data"))


class NaiveInstant(InvalidInput):
    """An instant without a time zone."""

    reason = "naive-instant"

    def __init__(self) -> None:
        super().__init__(
            "the instant has no time zone: pass an aware datetime, such as datetime.now(UTC)"
        )


def refresh_query(expired_at: datetime) -> str:
    """Return the raw query of a refresh: ``expired_at`` in UTC with milliseconds and ``Z``.

    *expired_at* is when the new token shall end; digits below a millisecond are dropped. The
    colons are percent-encoded, and it is this text that must be both signed and sent.

    Raises NaiveInstant.
    """
    if expired_at.utcoffset() is None:
        raise NaiveInstant
    text = expired_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"expired_at={quote(text, safe='')}"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as a refresh gives it."""

    token: Secret
    issued_at: datetime
    expired_at: datetime
    member_id: str
    """Empty where the answer lacks it; likewise the two below."""
    aaid: str
    account_channel: str

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the token was issued; *now* is an aware datetime."""
        return now - self.issued_at

    def remaining(self, now: datetime) -> timedelta:
        """Return how long the token still holds, negative once it has ended."""
        return self.expired_at - now

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the token has ended: from the instant ``expired_at`` itself on.

        Whether the gateway counts that instant as expired is unknown; refusing it is the safe side.
        """
        return now >= self.expired_at


def parse_refresh(status: int, body: bytes) -> AccessToken:
    """Return the new token of a refresh response; the old one stops working (documented).

    Raises what `parse_envelope` raises, and MalformedRefresh.
    """
    try:
        return _read_refresh(status, body)
    except ResponseError as error:
        problem = without_frames(error)
    del body  # a traceback that shows local variables must not show a token
    raise problem


def _read_refresh(status: int, body: bytes) -> AccessToken:
    data = _read_envelope(status, body).data
    if not isinstance(data, dict):
        raise MalformedRefresh("token")
    info = data.get("account_info")
    account = info if isinstance(info, dict) else {}
    return AccessToken(
        Secret(_text(data, "token")),
        _instant(data, "issued_at"),
        _instant(data, "expired_at"),
        _identifier(account, "member_id"),
        _identifier(account, "aaid"),
        _identifier(account, "account_channel"),
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedRefresh(name)
    return value


def _identifier(account: dict[str, Any], name: str) -> str:
    """Return an identifier, which some answers print as text and others as a number."""
    value = account.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    # The old token is gone by now: the new one is not thrown away for want of an identifier.
    return value if isinstance(value, str) else ""


def _instant(data: dict[str, Any], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(data, name))
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: outside of the years 1 to 9999 in UTC
        pass
    raise MalformedRefresh(name)
