"""What a request tells of itself: its fields, and the call that it makes."""

import json
from typing import Any

from signers.tiger import Charset
from signers.tiger.body import NumberText, read_object
from signproof.codec import CodecError, decode_octets
from signproof.schemes.tiger_rsa.pipeline import Pairs

__all__ = ["received_fields", "received_input"]

Json = dict[str, Any]


def received_fields(body: bytes) -> tuple[Pairs, str, object]:
    """Return the fields of a body without ``sign``, its charset, and ``sign``.

    A number, an object or a list is given as text. Raises CodecError for what is no JSON object.
    """
    parsed = read_object(body, numbers_as_text=True)
    if not isinstance(parsed, dict):
        other = read_object(body, Charset.GBK, numbers_as_text=True)
        if not isinstance(other, dict):
            raise CodecError(str(parsed))
        parsed = other
    charset = str(parsed.get("charset", "")).upper()
    fields = tuple((name, _field_text(value)) for name, value in parsed.items() if name != "sign")
    return fields, charset if charset in list(Charset) else "UTF-8", parsed.get("sign")


def _field_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return _json(value)


def _json(value: object) -> str:
    """Return compact JSON, its numbers as they were written."""
    match value:
        case NumberText():
            return str(value)
        case dict():
            members = (f"{_json(name)}:{_json(member)}" for name, member in value.items())
            return f"{{{','.join(members)}}}"
        case list():
            return f"[{','.join(map(_json, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def received_input(request: Json) -> Json:
    """Return the input of `request` that asks for what was received.

    A body that is no JSON object asks for nothing that it could be.
    """
    try:
        fields, charset, _ = received_fields(decode_octets(request["body_b64"]))
    except CodecError:
        fields, charset = (), "UTF-8"
    named = dict(fields)
    own = {"method", "biz_content", "timestamp", "tiger_id", "charset", "sign_type"}
    return {
        "api_method": named.get("method") or "",
        "biz_content": named.get("biz_content"),
        "timestamp": named.get("timestamp") or "",
        "charset": charset,
        "more": [[name, value] for name, value in fields if name not in own],
    }
