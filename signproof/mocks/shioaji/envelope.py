"""The error envelope, ``{"code", "message", "details"}``, and what the mock refuses with.

The envelope is documented (the broker's page on its HTTP API), as are its statuses: 400 for wrong
parameters, 401 for a wrong header Authorization, 404. The texts of the broker and of its SDK are
`signers.shioaji.Fault`; `Problem` holds what is wrong with a request itself. Answers that are good
have no envelope (documented).
"""

import enum
from typing import Any, Self

import msgspec

from signers.shioaji import Fault
from signers.shioaji import flow as flows
from signproof.mocks.replies import MockReply, Verdict

__all__ = [
    "Evidence",
    "NotAuthenticated",
    "Problem",
    "Refused",
    "refusal",
    "success",
    "unreadable",
]

_CONTENT_TYPE = (b"Content-Type", b"application/json; charset=utf-8")
"""That it is JSON is documented; that it names the charset is inferred."""


class Evidence(enum.StrEnum):
    """How a path, an answer or a refusal is known."""

    DOCUMENTED = "documented"
    """On the broker's pages, which include those in its public repository."""
    SDK = "sdk"
    """Observed with the SDK, or demanded by its command line tool."""
    INFERRED = "inferred"
    """Follows from what is documented, but stands nowhere."""
    INVENTED = "invented"
    """This mock's own choice; what the server does is unknown."""


class Problem(enum.Enum):
    """A fault of the request itself: HTTP status, message, and how the two are known together.

    That such requests are answered with 400 is documented; the texts are not.
    """

    PERSON_ID_MISSING = (400, "person_id is required", Evidence.INVENTED)
    """That person_id is required is documented."""
    QUERY_UNREADABLE = (400, "invalid query", Evidence.INVENTED)
    BODY_UNREADABLE = (400, "invalid JSON body", Evidence.INVENTED)
    VALUE_INVALID = (400, "invalid parameter", Evidence.INVENTED)
    TRADE_UNKNOWN = (400, "Trade {trade_id} not found in cache", Evidence.INFERRED)
    """The text is documented, for the SDK's own check; the status is that of other such checks."""
    TRADE_CLOSED = (400, "無法刪單/改量", Evidence.DOCUMENTED)
    """Documented for an order that is filled or cancelled, with this status."""
    QUANTITY_RAISED = (400, "quantity can only be reduced", Evidence.INVENTED)
    """That it can only be reduced is documented."""
    NOTHING_TO_UNSUBSCRIBE = (400, "no trade subscription in simulation", Evidence.INVENTED)
    """That this may be answered with 400 in simulation is documented."""
    PATH_UNKNOWN = (404, "not found", Evidence.INVENTED)
    """The server answers paths outside of its API with its dashboard (documented), which is not
    mocked."""
    METHOD_NOT_ALLOWED = (405, "method not allowed", Evidence.INVENTED)

    def __init__(self, status: int, message: str, evidence: Evidence) -> None:
        self.status = status
        self.message = message
        self.evidence = evidence


_STATUS = {
    Fault.NOT_AUTHENTICATED: 401,
    Fault.CA_EXPIRED: 400,
    Fault.CA_NOT_YET_VALID: 400,
}
"""The HTTP status of what the SDK refuses by itself, without one. Invented: like the missing token,
and like the CA that is not activated, whose 400 is documented."""


class Refused(Exception):
    """A request is refused: what the client is told, and what only the verdict tells."""

    def __init__(
        self,
        status: int,
        message: str,
        evidence: Evidence,
        reason: str,
        detail: str,
        *,
        allow: bytes | None = None,
    ) -> None:
        """Refuse with *status* and *message*; *reason* and *detail* go to the verdict.

        *evidence* is for status and message together, *allow* goes to ``Allow``.
        """
        self.status = status
        self.message = message
        self.evidence = evidence
        self.reason = reason
        self.detail = detail
        self.allow = allow
        super().__init__(f"{status} {reason}: {detail}")

    @classmethod
    def by_fault(cls, fault: Fault, message: str, evidence: Evidence) -> Self:
        """Refuse as the broker or its SDK does; *evidence* is for that it is refused here."""
        if fault.status is None:
            return cls(_STATUS[fault], message, Evidence.INVENTED, fault.value, fault.advice)
        return cls(fault.status, message, evidence, fault.value, fault.advice)

    @classmethod
    def by_flow(cls, outcome: flows.Refused) -> Self:
        """Refuse as the activation flow does."""
        return cls.by_fault(outcome.fault, outcome.message, Evidence(outcome.evidence.value))

    @classmethod
    def by_problem(
        cls,
        problem: Problem,
        reason: str,
        detail: str,
        *,
        allow: bytes | None = None,
        **values: str,
    ) -> Self:
        """Refuse for what is wrong with the request; *values* go into the message."""
        message = problem.message.format(**values)
        return cls(problem.status, message, problem.evidence, reason, detail, allow=allow)


class NotAuthenticated(Refused):
    """Refused for the header Authorization, or before it was looked at."""


def success(answer: Any, verdict: Verdict) -> MockReply:
    """Return a good answer: compact JSON with the members in the order given."""
    return _reply(200, answer, (), verdict)


def refusal(refused: Refused, verdict: Verdict) -> MockReply:
    """Return the answer to a refused request, which says no more than the server's does."""
    allow = () if refused.allow is None else ((b"Allow", refused.allow),)
    return _reply(refused.status, _envelope(refused.status, refused.message), allow, verdict)


def unreadable(status: int, message: str) -> MockReply:
    """Return the answer to what is no request; its text is invented."""
    verdict = Verdict(accepted=False, reason="unreadable-request", message=message)
    return _reply(status, _envelope(status, "bad request"), (), verdict)


def _envelope(status: int, message: str) -> dict[str, Any]:
    return {"code": status, "message": message, "details": None}


def _reply(
    status: int, answer: Any, headers: tuple[tuple[bytes, bytes], ...], verdict: Verdict
) -> MockReply:
    return MockReply(status, (_CONTENT_TYPE, *headers), msgspec.json.encode(answer), verdict)
