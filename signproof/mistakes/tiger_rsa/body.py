"""Mistakes in the body: another form than JSON, or fields in it of another type."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from signproof.mistakes.base import Edit
from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, edits, fields, output_changed, without
from signproof.mistakes.tiger_rsa.json_text import parsed

__all__ = ["written_without_sign"]

_SEVEN = "Send method, version, timestamp, tiger_id, charset, sign_type and sign, each as text."
_JSON = "Send the fields as a JSON object in the body of a POST."

_Body = dict[str, Any]


def _object(body: bytes) -> _Body | None:
    """Return the fields of a body with ``sign``; None for what an earlier mistake made of it."""
    value = parsed(body.decode("utf-8", "replace"))
    return value if isinstance(value, dict) else None


def _written(change: Callable[[_Body], _Body]) -> Edit:
    """Return the edit after which the body is written from other fields."""

    def write(body: bytes) -> bytes:
        found = _object(body)
        if found is None:
            return body
        text = json.dumps(change(found), ensure_ascii=body.isascii(), separators=(",", ":"))
        return text.encode("utf-8", "replace")

    return output_changed("body", write)


def _otherwise(write: Callable[[_Body, bytes], bytes]) -> Edit:
    """Return the edit after which the body is no JSON object in UTF-8."""

    def written(body: bytes) -> bytes:
        found = _object(body)
        return body if found is None else write(found, body)

    return output_changed("body", written)


def _unsigned(body: _Body) -> _Body:
    return {name: value for name, value in body.items() if name != "sign"}


written_without_sign = _written(_unsigned)
"""The edit after which the signature is not in the body."""


def _renamed(body: _Body) -> _Body:
    return {("signature" if name == "sign" else name): value for name, value in body.items()}


def _with_number(name: str) -> Callable[[_Body], _Body]:
    """Return what sends a field as the number that its text writes, where it writes one."""

    def change(body: _Body) -> _Body:
        text = str(body.get(name))
        if not re.fullmatch(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9])?", text, re.ASCII):
            return body
        return body | {name: float(text) if "." in text else int(text)}

    return change


def _with_object(body: _Body) -> _Body:
    """Send ``biz_content`` as the object that its text writes, where it writes one."""
    text = body.get("biz_content")
    if not isinstance(text, str) or not isinstance(parsed(text), dict | list):
        return body
    return body | {"biz_content": parsed(text)}


def _form(body: _Body, _: bytes) -> bytes:
    pairs = [(name, "null" if value is None else value) for name, value in body.items()]
    return urlencode(pairs, errors="replace").encode()


def _gbk(body: _Body, octets: bytes) -> bytes:
    if body.get("charset") == "GBK":
        return octets
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("gbk", "replace")


def _add_bodies() -> None:
    bodies: tuple[tuple[str, str, Edit, str, str], ...] = (
        (
            "version-sent-as-number",
            "`version` is sent as a number, such as 2.0, and signed as text.",
            _written(_with_number("version")),
            _SEVEN,
            "malformed-field",
        ),
        (
            "tiger-id-sent-as-number",
            "`tiger_id` is sent as a number and signed as text.",
            _written(_with_number("tiger_id")),
            _SEVEN,
            "malformed-field",
        ),
        (
            "biz-content-sent-as-object",
            "`biz_content` is sent as an object, but its text was signed.",
            _written(_with_object),
            "Send `biz_content` as text: the JSON that was signed, within a JSON string.",
            "unsignable-value",
        ),
        (
            "body-sent-as-form",
            "The fields are sent as a form, URL-encoded, instead of JSON.",
            _otherwise(_form),
            _JSON,
            "malformed-json",
        ),
        (
            "body-sent-as-json-string",
            "The body is serialised twice: it is a JSON string that holds the object.",
            _otherwise(lambda _, octets: json.dumps(octets.decode("utf-8", "replace")).encode()),
            _JSON,
            "malformed-json",
        ),
        (
            "body-sent-in-gbk",
            "The body is sent in GBK while its field `charset` names UTF-8.",
            _otherwise(_gbk),
            "Send the body in the charset that its field `charset` names.",
            "malformed-json",
        ),
    )
    for id_, text, edit, fix, refusal in bodies:
        CATALOGUE.add(id_, text, edit, fix=fix, refusal=refusal)
    renamed = _written(_renamed)
    CATALOGUE.add(
        "sign-named-signature",
        "The signature is sent in the field `signature`.",
        renamed,
        fix="Send the signature in the field `sign`.",
        refusal="missing-field",
        hindsight=edits(fields(without("signature")), renamed),
    )


_add_bodies()
