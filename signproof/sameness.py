"""When two JSON texts say the same, and how a wrong value is shown."""

import json
from decimal import Decimal
from typing import Any, NoReturn

__all__ = ["same_json", "shown"]

_WIDTH = 80


def same_json(want: bytes | str, got: bytes | str) -> bool:
    """Tell whether both are the same octets or JSON value, fractions as exact as written."""
    if want == got:
        return True
    try:
        left, right = (_read(text) for text in (want, got))
    except (ValueError, RecursionError):
        return False
    return bool(_typed(left) == _typed(right))


def _read(text: bytes | str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_members)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError  # which of two members of one name counts differs from reader to reader
    return members


def _typed(value: Any) -> Any:
    """Tell apart what Python compares as equal: `true` and 1, 1 and 1.0 are written differently."""
    if isinstance(value, dict):
        return {name: _typed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_typed(member) for member in value]
    return type(value), value


def shown(octets: bytes) -> str:
    """Return a value for a message, printable and of a line's width at most."""
    text = octets.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= _WIDTH else text[:_WIDTH] + "…")
