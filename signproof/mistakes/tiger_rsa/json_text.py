"""JSON text put into another form; what is no JSON stays as it is."""

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

__all__ = [
    "escaped",
    "html_escaped",
    "parsed",
    "rewritten",
    "slashes_escaped",
    "slashes_unescaped",
    "unescaped",
]

_DEEPEST = 100
_ESCAPES = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|.)", re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_KEPT = {'"', "\\"}


def parsed(text: str) -> Any:
    """Return the value, or *text* itself where it is no JSON or nested too deeply."""
    return rewritten(text, lambda value: value)


def rewritten(text: str, write: Callable[[Any], Any]) -> Any:
    """Return what *write* makes of the value; *text* itself as for `parsed`."""
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    if max(accumulate(steps), default=0) > _DEEPEST:
        return text  # how deep the parser goes depends on the stack
    try:
        return write(json.loads(text))
    except ValueError:
        return text


def escaped(text: str) -> str:
    r"""Return *text* with ``\uXXXX``, or a pair of them, for each character beyond ASCII."""
    return "".join(
        character if character.isascii() else json.dumps(character)[1:-1] for character in text
    )


def unescaped(text: str) -> str:
    r"""Return *text* with each ``\uXXXX`` as its character, where JSON allows that."""
    raw = _ESCAPES.sub(_unescape, text)
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), raw)


def _unescape(escape: re.Match[str]) -> str:
    if escape["code"] is None:
        return escape[0]
    character = chr(int(escape["code"], 16))
    return escape[0] if character < " " or character in _KEPT else character


def html_escaped(text: str) -> str:
    r"""Return *text* with ``&``, ``<`` and ``>`` as ``\u0026``, ``\u003c`` and ``\u003e``."""
    for character in "&<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def slashes_escaped(text: str) -> str:
    r"""Return *text* with ``\/`` for each ``/`` that is not escaped yet."""
    return re.sub(r"(?<!\\)/", r"\\/", text)


def slashes_unescaped(text: str) -> str:
    r"""Return *text* with ``/`` for each ``\/``."""
    return _ESCAPES.sub(lambda escape: "/" if escape[0] == "\\/" else escape[0], text)
