"""JSON objects read strictly: no duplicate names, no NaN, numbers kept as written.

What cannot be read is returned, not raised: the parser's own errors hold the whole body, and with
it account numbers and keys.
"""

import json
from collections import Counter
from typing import Any, NoReturn

from signers.tiger.errors import DuplicateField, MalformedJson
from signers.tiger.stages import Charset

__all__ = ["NumberText", "read_object"]


class NumberText(str):
    """A number as it stands in the body: ``1.50`` and ``1.5`` differ."""

    __slots__ = ()


class _DuplicateName(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def read_object(
    body: bytes, charset: Charset = Charset.UTF_8, *, numbers_as_text: bool = False
) -> dict[str, Any] | MalformedJson | DuplicateField:
    """Return the JSON object of *body*, or what is wrong with it. Never raises.

    With *numbers_as_text* numbers come as NumberText, else as int and float.
    """
    try:
        text = body.decode(charset.codec)
    except UnicodeDecodeError:
        return MalformedJson(f"not {charset} text")
    if not text.strip(" \t\r\n"):
        return MalformedJson("empty")
    number = NumberText if numbers_as_text else None
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_int=number,
            parse_float=number,
        )
    except _DuplicateName as error:
        return DuplicateField(error.name)
    except (ValueError, RecursionError):
        return MalformedJson("not JSON")
    return parsed if isinstance(parsed, dict) else MalformedJson("JSON but not an object")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateName(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON
