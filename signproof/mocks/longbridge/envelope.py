"""The envelope of every answer, ``{"code", "message", "data"}``, and the codes of the refusals.

Sources: Longbridge OpenAPI documentation, "How to access an API", section "API Response" (its
samples print ``msg``; the pages of single calls and observed answers have ``message``), and the
common error codes.
"""

import enum
from typing import Any

from signproof import codec
from signproof.mocks.replies import MockReply, Verdict

__all__ = ["ErrorCode", "Evidence", "Refused", "refusal", "success", "unreadable"]

_CONTENT_TYPE = (b"Content-Type", b"application/json; charset=utf-8")


class Evidence(enum.StrEnum):
    """How an error code is known."""

    DOCUMENTED = "documented"
    """From the broker's published pages."""
    REPORTED = "reported"
    """From users' reports in public repositories."""
    INVENTED = "invented"
    """By this mock, as HTTP status times 1000 and a number; what the broker answers is unknown."""


class ErrorCode(enum.Enum):
    """A refusal: HTTP status, code, message, and how these are known."""

    SIGNATURE_INVALID = (403, 403201, "signature invalid", Evidence.DOCUMENTED)
    DUPLICATE_REQUEST = (403, 403202, "duplicate request", Evidence.DOCUMENTED)
    API_KEY_ILLEGAL = (403, 403203, "apikey illegal", Evidence.DOCUMENTED)
    IP_NOT_ALLOWED = (403, 403205, "ip is not allowed", Evidence.DOCUMENTED)
    TOKEN_EXPIRED = (401, 401003, "token expired", Evidence.DOCUMENTED)
    TOKEN_INVALID = (401, 401004, "token invalid", Evidence.REPORTED)
    IP_RATE_LIMITED = (429, 429001, "ip request ratelimit", Evidence.DOCUMENTED)
    API_RATE_LIMITED = (429, 429002, "api request is limited", Evidence.DOCUMENTED)
    # For these the pages of single calls document HTTP 400 at most, without a code.
    PARAMETER_INVALID = (400, 400000, "invalid parameter", Evidence.INVENTED)
    ORDER_UNKNOWN = (400, 400001, "order not found", Evidence.INVENTED)
    ORDER_CLOSED = (400, 400002, "order is closed", Evidence.INVENTED)
    PATH_UNKNOWN = (404, 404000, "not found", Evidence.INVENTED)
    METHOD_NOT_ALLOWED = (405, 405000, "method not allowed", Evidence.INVENTED)

    def __init__(self, status: int, code: int, message: str, evidence: Evidence) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.evidence = evidence


class Refused(Exception):
    """A request is refused: what the client is told, and what only the verdict tells."""

    def __init__(
        self, error: ErrorCode, reason: str, detail: str, *, allow: bytes | None = None
    ) -> None:
        """Refuse with *error*; *reason* and *detail* go to the verdict, *allow* to ``Allow``."""
        self.error = error
        self.reason = reason
        self.detail = detail
        self.allow = allow
        super().__init__(f"{error.code} {error.message}: {detail}")


def success(data: dict[str, Any], verdict: Verdict) -> MockReply:
    """Return the answer with code 0."""
    return _reply(200, {"code": 0, "message": "success", "data": data}, (), verdict)


def refusal(refused: Refused, verdict: Verdict) -> MockReply:
    """Return the answer to a refused request, which says no more than the broker's does."""
    error = refused.error
    allow = () if refused.allow is None else ((b"Allow", refused.allow),)
    body = {"code": error.code, "message": error.message, "data": None}
    return _reply(error.status, body, allow, verdict)


def unreadable(status: int, message: str) -> MockReply:
    """Return the answer to what is no request; the code is invented as `Evidence.INVENTED` says."""
    envelope = {"code": status * 1000, "message": "bad request", "data": None}
    verdict = Verdict(accepted=False, reason="unreadable-request", message=message)
    return _reply(status, envelope, (), verdict)


def _reply(
    status: int,
    envelope: dict[str, Any],
    headers: tuple[tuple[bytes, bytes], ...],
    verdict: Verdict,
) -> MockReply:
    body = codec.write_line(envelope).removesuffix(b"\n")
    return MockReply(status, (_CONTENT_TYPE, *headers), body, verdict)
