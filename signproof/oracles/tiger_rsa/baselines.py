"""The good requests and answers, and how a negative vector differs from one of them."""

import json
from collections.abc import Callable
from typing import Any

from signproof.codec import decode_octets
from signproof.mistakes.base import Mistake
from signproof.model import Expected, Importance, Reject, Source, Vector
from signproof.oracles.tiger_rsa.common import (
    NOW,
    SCHEME,
    body_member,
    octets_member,
    request_of,
    request_values,
    run,
)
from signproof.oracles.tiger_rsa.pipeline import PIPELINE
from signproof.oracles.writing import Topic
from signproof.pipeline import Pipeline

__all__ = [
    "ANSWERS",
    "BASELINES",
    "Json",
    "answer",
    "body_of",
    "changed",
    "negative",
    "removing",
    "request",
    "setting",
    "with_body",
]

Json = dict[str, Any]

_ORDER = (
    '{"symbol":"EXMPL","account":"12345678", "limit_price":50.120,'
    '"remark":"香港 \\u00e9 a&b=c%20+","url":"https:\\/\\/example.invalid/?a=1<2"}'
)

# The good requests that negative vectors differ from: together they show every mistake.
BASELINES: dict[str, tuple[str, str, Json]] = {
    "order": (
        "main",
        "An order whose biz_content has every kind of spelling.",
        {"api_method": "place_order", "biz_content": _ORDER},
    ),
    "no-parameters": (
        "main",
        "A call without parameters.",
        {"api_method": "get_quote_permission", "biz_content": None},
    ),
    "plain": (
        "main",
        "A call with plain parameters.",
        {"api_method": "market_state", "biz_content": '{"market":"US"}'},
    ),
    "more-fields": (
        "main",
        "A call with further fields, whose names sort before, between and after the others.",
        {
            "api_method": "market_state",
            "biz_content": '{"market":"US","lang":"zh_CN"}',
            "more": (
                ("device_id", "02:00:00:00:00:01"),
                ("notify_url", "https://example.invalid/?a=1&b=%7E c"),
                ("sdk-version", "EXAMPLE-1.0"),
                ("Trade_Mode", "EXAMPLE"),
                ("language", "en_US"),
                ("sdk", "EXAMPLE"),
                ("account", "12345678"),
                ("remark", " caf\u00e9 cafe\u0301 "),
            ),
        },
    ),
    "empty-object": (
        "main",
        "A call whose biz_content is `{}`.",
        {"api_method": "get_quote_permission", "biz_content": "{}"},
    ),
    "empty-values": (
        "main",
        "A call with an empty and a null field.",
        {
            "api_method": "market_state",
            "biz_content": '{"market":"US"}',
            "more": (("device_id", None), ("notify_url", "")),
        },
    ),
    "gbk": (
        "main",
        "A call in the charset GBK.",
        {"api_method": "place_order", "biz_content": '{"remark":"香港 备注"}', "charset": "GBK"},
    ),
    "token": (
        "hongkong",
        "A call with a TBHK token.",
        {"api_method": "assets", "biz_content": '{"account":"12345678","lang":"en_US"}'},
    ),
    "key-2048": (
        "key-2048",
        "A call signed with 2048 bits.",
        {"api_method": "market_state", "biz_content": '{"market":"HK"}'},
    ),
}
"""Credential, comment and what the request is made from, by name."""

ANSWERS: dict[str, tuple[str, Json]] = {
    "signed": (
        "A good answer.",
        {"code": 0, "message": "success", "data": "[]", "timestamp": 1768440601234},
    ),
    "signed-error": (
        "An error is signed as well.",
        {"code": 1010, "message": "biz param error", "timestamp": 1768440601234},
    ),
    "signed-unicode": (
        "An answer with text beyond ASCII, and its own timestamp as text.",
        {"code": 0, "message": "成功 é", "data": {"a": [1]}, "timestamp": "2026-01-15 09:30:01"},
    ),
}
"""Comment and members, but for `sign`, by name."""


def request(baseline: str, pipeline: Pipeline = PIPELINE, **changed: Any) -> Json:
    """Return the request of a baseline as *pipeline* makes it; *changed* are other values."""
    credential, _, values = BASELINES[baseline]
    results = run("request", credential, pipeline, **request_values(**values), **changed)
    return request_of(results)


def body_of(request: Json) -> Json:
    """Return the members of a request's body."""
    parsed: Json = json.loads(decode_octets(request["body_b64"]))
    return parsed


def with_body(request: Json, body: Json | bytes) -> Json:
    """Return the request with another body, given as octets or as its members."""
    octets = body
    if not isinstance(octets, bytes):
        octets = json.dumps(octets, ensure_ascii=False, separators=(",", ":")).encode()
    kept = {name: value for name, value in request.items() if not name.startswith("body_")}
    return kept | body_member(octets)


def changed(baseline: str, change: Callable[[Json], object]) -> Json:
    """Return the input in which *change* did something to the members of the body."""
    good = request(baseline)
    members = body_of(good)
    change(members)
    return {"request": with_body(good, members)}


def setting(baseline: str, **members: object) -> Json:
    """Return the input in which *members* of the body have other values."""
    return changed(baseline, lambda body: body.update(members))


def removing(baseline: str, name: str) -> Json:
    """Return the input in which a member of the body is missing."""
    return changed(baseline, lambda body: body.pop(name))


def answer(
    baseline: str, pipeline: Pipeline = PIPELINE, *, credential: str = "gateway", **changed: Any
) -> Json:
    """Return the input of `verify-response` for a baseline, signed as *pipeline* does it."""
    members = ANSWERS[baseline][1] | changed
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    results = run("response", credential, pipeline, request_timestamp=NOW, response=body)
    signed = {**json.loads(results["response"]), "sign": results["signature"].decode()}
    octets = json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        **octets_member("body", octets, 1000),
        "request_timestamp": results["request_timestamp"],
    }


def negative(
    topic: Topic,
    name: str,
    comment: str,
    baseline: str,
    input_: Json,
    reason: str,
    source: Source,
    *,
    operation: str = "verify",
    credential: str = "",
    mistake: Mistake | None = None,
    importance: Importance = Importance.MUST,
    flags: tuple[str, ...] = (),
) -> None:
    """Add the vector that *input_*, one change away from *baseline*, must be refused."""
    members: Json = {} if mistake is None else {"mistake": mistake.id}
    default = BASELINES[baseline][0] if operation == "verify" else "gateway"
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation=operation,
            credential=credential or default,
            input=input_,
            expected=Expected(reject=Reject(reason=reason)),
            importance=importance,
            flags=list(flags),
            baseline=f"{SCHEME}/{operation}/{baseline}",
            source=source,
            **members,
        )
    )
