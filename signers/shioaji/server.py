"""What the local HTTP server answers: the error envelope and the documented bodies.

Source: the broker's pages on its HTTP server, and the page for ca_expiretime.
"""

import json
from dataclasses import dataclass, field, fields
from typing import Any

from signers.errors import ResponseError
from signers.shioaji.accounts import Account, AccountType
from signers.shioaji.expire_time import parse_expire_time
from signers.shioaji.faults import Fault, find_fault

__all__ = [
    "CaExpireTime",
    "MalformedAnswer",
    "ServerError",
    "Usage",
    "parse_accounts",
    "parse_ca_expiretime",
    "parse_usage",
    "read_answer",
]

_LONGEST_SHOWN = 200


class MalformedAnswer(ResponseError):
    """The body is not what is documented."""

    reason = "malformed-answer"

    def __init__(self, status: int, problem: str) -> None:
        self.status = status
        self.problem = problem
        super().__init__(
            f"HTTP {status}: {problem}; check that the address is that of `shioaji server start` "
            "and that no proxy answered"
        )


class ServerError(ResponseError):
    """The server answered with its error envelope."""

    reason = "server-error"

    def __init__(self, status: int, code: int, message: str, details: Any) -> None:
        self.status = status
        """The HTTP status."""
        self.code = code
        """The envelope's own; the same as the status in what is documented."""
        self.message = message
        self.details = details
        """The parsed member; null in what is documented."""
        self.fault: Fault | None = find_fault(code, message)
        """The documented error that it is, None for another one."""
        if self.fault is not None:
            self.reason = self.fault.value
        advice = self.fault.advice if self.fault else "this error is not documented"
        shown = ascii(message[:_LONGEST_SHOWN])
        super().__init__(f"HTTP {status}, code {code}: {shown}; {advice}")


@dataclass(frozen=True, slots=True)
class CaExpireTime:
    """Until when a person's certificate holds."""

    person_id: str = field(repr=False)
    expire_time: str
    """As written."""

    @property
    def seconds(self) -> int:
        """The same as Unix seconds; raises MalformedExpireTime for another than the page's form."""
        return parse_expire_time(self.expire_time)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used of the day's allowance."""

    connections: int
    bytes: int
    limit_bytes: int
    remaining_bytes: int


def read_answer(status: int, body: bytes) -> Any:
    """Return the parsed JSON of a good answer (HTTP 2xx); *body* is the octets received.

    Raises ServerError for an error envelope, MalformedAnswer for anything else.
    """
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        problem = "the body is not JSON" if body else "the body is empty"
        raise MalformedAnswer(status, problem) from None
    if 200 <= status < 300:  # noqa: PLR2004 - the statuses of success
        return parsed
    code, message = (_member(parsed, name) for name in ("code", "message"))
    if type(code) is not int or not isinstance(message, str):
        raise MalformedAnswer(status, "an error without integer `code` and text `message`")
    raise ServerError(status, code, message, _member(parsed, "details"))


def parse_ca_expiretime(status: int, body: bytes) -> CaExpireTime:
    """Return the answer of ``GET /api/v1/auth/ca_expiretime``; raises as `read_answer`."""
    parsed = read_answer(status, body)
    return CaExpireTime(
        *(_typed(status, parsed, member.name, str) for member in fields(CaExpireTime))
    )


def parse_usage(status: int, body: bytes) -> Usage:
    """Return the answer of ``GET /api/v1/auth/usage``; raises as `read_answer`."""
    parsed = read_answer(status, body)
    return Usage(*(_typed(status, parsed, member.name, int) for member in fields(Usage)))


def parse_accounts(status: int, body: bytes) -> tuple[Account, ...]:
    """Return the answer of ``GET /api/v1/auth/accounts``; raises as `read_answer`."""
    parsed = read_answer(status, body)
    if not isinstance(parsed, list):
        raise MalformedAnswer(status, "the accounts are no JSON array")
    return tuple(_account(status, entry) for entry in parsed)


def _account(status: int, entry: Any) -> Account:
    kind, signed = _member(entry, "account_type"), _member(entry, "signed")
    if kind not in [*AccountType]:
        raise MalformedAnswer(status, "the member `account_type` is none of S, F, H")
    if not isinstance(signed, bool):
        raise MalformedAnswer(status, "the member `signed` is neither true nor false")
    names = ("person_id", "broker_id", "account_id", "username")
    texts = {name: _typed(status, entry, name, str) for name in names}
    return Account(AccountType(kind), signed=signed, **texts)


def _typed(status: int, parsed: Any, name: str, expected: type) -> Any:
    value = _member(parsed, name)
    if type(value) is not expected:
        word = "text" if expected is str else "an integer"
        raise MalformedAnswer(status, f"the member `{name}` is missing or not {word}")
    return value


def _member(parsed: Any, name: str) -> Any:
    return parsed.get(name) if isinstance(parsed, dict) else None
