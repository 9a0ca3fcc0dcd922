"""The only place where octets become JSON and back.

The dialect is I-JSON (RFC 7493) without floats: UTF-8, no byte order mark, no duplicate names, no
lone surrogates, integers within ±(2^53 - 1). Octets travel as padded base64 (RFC 4648, section 4).
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

__all__ = [
    "CodecError",
    "decode_octets",
    "encode_octets",
    "pretty",
    "read",
    "stage_octets",
    "write_line",
]

_LARGEST = 2**53 - 1
_INTEGER_DIGITS = 17
_SHOWN = 100
# A lone surrogate can only come out of an escape, for the text itself is valid UTF-8.
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class CodecError(ValueError):
    """Octets that are not the JSON, or the base64, that this project reads."""


def read(octets: bytes) -> Any:
    """Parse one JSON value; raises CodecError, which names line and column where it can."""
    if octets.startswith(b"\xef\xbb\xbf"):
        raise CodecError("starts with a byte order mark: save it as plain UTF-8")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise CodecError(f"not UTF-8 at octet {error.start} (line {line})") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_float,
        )
        if _SURROGATE_ESCAPE.search(text):
            _refuse_lone_surrogates(value)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise CodecError(f"not JSON: {error.msg} at {where}") from None
    except RecursionError:
        raise CodecError("not usable JSON: nested too deeply") from None
    return value


def write_line(value: Any) -> bytes:
    """Return *value* (JSON-like or a model of this package) as one compact line ended by LF."""
    return msgspec.json.encode(value) + b"\n"


def pretty(value: Any) -> bytes:
    """Return *value* as it stands in a file: two spaces of indent, UTF-8 unescaped, LF at the end.

    A list of scalars stands in one line.
    """
    plain = msgspec.to_builtins(value)
    return (_layout(plain, "\n") + "\n").encode("utf-8")


def encode_octets(octets: bytes) -> str:
    """Return padded base64 in one line."""
    return base64.b64encode(octets).decode("ascii")


def decode_octets(text: str) -> bytes:
    """Return the octets of padded base64; raises CodecError for any other spelling of them."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CodecError("not base64: it must be padded, in one line, of A-Z a-z 0-9 + /") from None
    if encode_octets(octets) != text:
        raise CodecError("not canonical base64: the last character has stray bits")
    return octets


def stage_octets(stages: Mapping[str, str]) -> dict[str, bytes]:
    """Return the octets of stages by name: of `x` its UTF-8, of `x_b64` what it encodes.

    Readable siblings `x_text` are left out; raises CodecError where base64 is none.
    """
    return {
        name.removesuffix("_b64"): decode_octets(text) if name.endswith("_b64") else text.encode()
        for name, text in stages.items()
        if not (name.endswith("_text") and f"{name[:-5]}_b64" in stages)
    }


def _layout(value: Any, newline: str) -> str:
    """Lay out one value; *newline* is a line end and the indent of the surrounding level."""
    inner = newline + "  "
    if isinstance(value, dict) and value:
        members = (f"{_scalar(name)}: {_layout(member, inner)}" for name, member in value.items())
        return "{" + inner + f",{inner}".join(members) + newline + "}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return (
            "[" + inner + f",{inner}".join(_layout(item, inner) for item in value) + newline + "]"
        )
    return _scalar(value)


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name in counts if counts[name] > 1)
        raise CodecError(f"the name {twice[:_SHOWN]!r} stands twice in one object")
    return members


def _integer(digits: str) -> int:
    # The length is looked at first: converting a very long number takes quadratic time.
    if len(digits) <= _INTEGER_DIGITS and abs(value := int(digits)) <= _LARGEST:
        return value
    raise CodecError(f"the integer {digits[:20]}… is beyond 2^53 - 1: write it as text")


def _float(text: str) -> NoReturn:
    raise CodecError(f"the number {text[:20]} is not an integer: write it as text")


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise CodecError("a text holds a lone surrogate (an escape \\ud800 to \\udfff)") from None
