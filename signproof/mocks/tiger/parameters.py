"""Read ``biz_content``, the JSON text with a call's parameters, and single values out of it.

Documented are the two messages for a text that cannot be parsed and for a wrong account; those for
single parameters follow the pattern of their siblings (`Evidence.INFERRED`). Numbers stay as they
are written until they are read as what they are to be.
"""

import enum
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from signers.tiger.body import NumberText, read_object
from signproof.mocks.tiger.envelope import ErrorCode, Refused

__all__ = ["Parameters", "invalid", "missing", "read_parameters"]

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_LARGEST = Decimal(10) ** 15
_LONGEST_TEXT = 64

_Choice = TypeVar("_Choice", bound=enum.StrEnum)


def invalid(name: str, detail: str, *, reason: str = "wrong-value") -> Refused:
    """Return the refusal of the parameter *name*."""
    return Refused(ErrorCode.BIZ_INVALID, reason, detail, fill=name)


def missing(name: str) -> Refused:
    """Return the refusal of a call without the parameter *name*."""
    return Refused(
        ErrorCode.BIZ_EMPTY,
        "missing-parameter",
        f"biz_content has no {name}: add it and sign it",
        fill=name,
    )


class Parameters:
    """The parameters of one call; every method raises Refused for a value of another form.

    An absent parameter, null and the empty text are the same, since some SDKs send the latter two.
    """

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def text(self, name: str) -> str | None:
        """Return a text of at most 64 characters."""
        value = self._value(name)
        if value is not None and type(value) is not str:  # a NumberText was no JSON string
            raise invalid(name, f"{name} must be a JSON string", reason="wrong-type")
        if value is not None and len(value) > _LONGEST_TEXT:
            raise invalid(name, f"{name} must have at most {_LONGEST_TEXT} characters")
        return value

    def required_text(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        """Return one of *choices*."""
        text = self.text(name)
        if text is None:
            return None
        if text not in list(choices):
            raise invalid(name, f"{name} must be one of {', '.join(choices)}, spelled so")
        return choices(text)

    def required_choice(self, name: str, choices: type[_Choice]) -> _Choice:
        """Return one of *choices* that must be there."""
        value = self.choice(name, choices)
        if value is None:
            raise missing(name)
        return value

    def integer(self, name: str) -> int | None:
        """Return a JSON integer, or one written as text, as languages without 64 bits send it."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, str) or not _INTEGER.fullmatch(value):
            raise invalid(name, f"{name} must be an integer of at most 18 digits")
        return int(value)

    def quantity(self, name: str) -> int | None:
        """Return an integer more than zero."""
        value = self.integer(name)
        if value is not None and value < 1:
            raise invalid(name, f"{name} must be more than zero")
        return value

    def price(self, name: str) -> Decimal | None:
        """Return a JSON number more than zero and below 10^15."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, NumberText) or not _DECIMAL.fullmatch(value):
            raise invalid(name, f"{name} must be a JSON number without a sign")
        number = Decimal(value)
        if not 0 < number < _LARGEST:
            raise invalid(name, f"{name} must be more than zero and less than {_LARGEST:f}")
        return number

    def flag(self, name: str) -> bool | None:
        """Return true or false."""
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            raise invalid(name, f"{name} must be true or false", reason="wrong-type")
        return value

    def _value(self, name: str) -> Any:
        value = self._members.get(name)
        return None if value == "" else value


def read_parameters(fields: Mapping[str, Any]) -> Parameters:
    """Read the ``biz_content`` of a verified body; an absent or empty one is no parameters.

    It is read strictly: what the gateway makes of names that stand twice is unknown. Raises
    Refused.
    """
    text = fields.get("biz_content")
    if text is None or text == "":
        return Parameters({})
    members = read_object(text.encode(), numbers_as_text=True) if isinstance(text, str) else None
    if not isinstance(members, dict) or not _is_printable(members):
        raise Refused(
            ErrorCode.BIZ_UNREADABLE,
            "malformed-biz-content",
            "biz_content is not text that holds one JSON object with each name once",
        )
    return Parameters(members)


def _is_printable(members: dict[str, Any]) -> bool:
    """Tell whether there is UTF-8 for all of it: an escape may stand for half a character."""
    try:
        json.dumps(members, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
