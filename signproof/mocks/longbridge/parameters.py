"""Read a raw query and a JSON body, and single values out of them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from signproof import codec
from signproof.mocks.longbridge.envelope import ErrorCode, Refused

__all__ = [
    "Query",
    "decimal_value",
    "instant_value",
    "invalid",
    "json_members",
    "read_query",
    "text_value",
]

_MOST_PARAMETERS = 1000
_DECIMAL = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_UNIX_TIME = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def invalid(reason: str, detail: str) -> Refused:
    """Return the refusal of a parameter; its code is invented by this mock."""
    return Refused(ErrorCode.PARAMETER_INVALID, reason, detail)


@dataclass(frozen=True, slots=True)
class Query:
    """The decoded parameters, in the order sent."""

    pairs: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of *name*: lists are sent by repeating the key."""
        return tuple(value for key, value in self.pairs if key == name)

    def one(self, name: str) -> str:
        """Return the only value of *name*; an empty one is missing. Raises Refused."""
        values = self.all(name)
        if not any(values):
            raise invalid("missing-parameter", f"the query has no {name}: add it and sign it")
        if len(values) > 1:
            raise invalid("repeated-parameter", f"the query has {name} {len(values)} times")
        return values[0]


def read_query(query: bytes | None) -> Query:
    """Decode the raw query as form data: ``+`` is a space; raises Refused."""
    try:
        pairs = parse_qsl(
            (query or b"").decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise invalid(
            "malformed-query", "the query is not ASCII, or its percent-encoding is not UTF-8"
        ) from None
    return Query(tuple(pairs))


def json_members(body: bytes) -> dict[str, Any]:
    """Parse a body that must be a JSON object; raises Refused.

    It is read more strictly than a broker would, without duplicate names and fractions: every
    number of these calls is documented as text.
    """
    if not body:
        raise invalid("missing-body", "the body is empty: send the parameters as a JSON object")
    try:
        members = codec.read(body)
    except codec.CodecError:
        # The codec's own message may quote the body, where a client may have put anything.
        raise invalid(
            "malformed-body",
            "the body is not JSON in UTF-8 with each name once and every fraction written as text",
        ) from None
    if not isinstance(members, dict):
        raise invalid("malformed-body", "the body is JSON but not an object")
    return members


def text_value(members: dict[str, Any], name: str) -> str | None:
    """Return the text *name*, None where it is absent, null or empty; raises Refused."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise invalid("wrong-type", f"{name} must be a JSON string")
    return value


def decimal_value(members: dict[str, Any], name: str) -> Decimal | None:
    """Return *name*, a positive decimal number written as text, None as of `text_value`.

    Digits and at most one point: no sign, no exponent, no white space, no NaN. Raises Refused.
    """
    text = text_value(members, name)
    if text is None:
        return None
    if not _DECIMAL.fullmatch(text):
        raise invalid("wrong-number", f'{name} must be a plain decimal number, such as "388.5"')
    number = Decimal(text)
    if not number:
        raise invalid("wrong-number", f"{name} must be more than zero")
    return number


def instant_value(name: str, text: str) -> int:
    """Return an ISO 8601 instant with its zone as Unix milliseconds; raises Refused.

    Digits below a millisecond are dropped. Of the many forms of ISO 8601 only this one is
    documented; which others the broker takes is unknown.
    """
    if _UNIX_TIME.fullmatch(text):
        raise invalid(
            "unix-time", f"{name} is a Unix time: write ISO 8601, such as 2027-02-19T01:50:56.859Z"
        )
    try:
        moment = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:  # the right form, but no such day or time
        moment = None
    if moment is None:
        raise invalid(
            "malformed-instant",
            f"{name} is not an instant such as 2027-02-19T01:50:56.859Z (in a query a raw + means "
            "a space: write %2B)",
        )
    return (moment - _EPOCH) // timedelta(milliseconds=1)
