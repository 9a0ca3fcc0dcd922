"""What Tiger / TradeUP SDKs do where the documentation is silent or they contradict one another."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from signers.tiger import REQUIRED, is_timestamp
from signproof.behaviours.base import Behaviour, Observed
from signproof.mocks.replies import MockReply, ServedMock, Verdict
from signproof.mocks.tiger import ResponsePolicy, response_public_key
from signproof.mocks.tiger.serving import served

__all__ = ["BEHAVIOURS"]

_JSON = ((b"Content-Type", b"application/json;charset=UTF-8"),)
_UNJUDGED = Verdict(accepted=False, reason=None, message="")
_LIMITED = b'{"code":5,"message":"rate limit error","timestamp":1700000000000}'
_PARAMETERS = '{"b":"\u00fc&<>/","a": 1}'
_HOUR_S = 3600
_FARTHEST_H = 14
"""From UTC, of any zone."""

Clock = Callable[[], float]


def _call(biz_content: str | None = '{"market":"US"}') -> Mapping[str, Any]:
    return {"api_method": "market_state", "biz_content": biz_content}


def _told(credential: Mapping[str, str]) -> dict[str, str]:
    """Return the credential with the mock's key, so that answers are signed and checked."""
    return {**credential, "tiger_public_key": response_public_key()}


def _mock(policy: ResponsePolicy) -> Callable[[Mapping[str, str], Clock], ServedMock]:
    return lambda credential, clock: served([_told(credential)], clock, policy)


def _fields(observed: Observed) -> dict[str, Any]:
    try:
        parsed = json.loads(observed.requests[0].body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _timestamp(observed: Observed) -> str:
    """Say how far the timestamp is from UTC; what is run here is in the zone of New York."""
    text = _fields(observed).get("timestamp")
    if not isinstance(text, str) or not is_timestamp(text):
        return "another form"
    instant = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    hours = round((instant - observed.exchanges[0].received_at) / _HOUR_S)
    zones = {0: "UTC", 8: "UTC+8, as in Shanghai", -5: "local time", -4: "local time"}
    return zones.get(hours, f"UTC{hours:+}" if abs(hours) <= _FARTHEST_H else "another time")


def _more(observed: Observed) -> str:
    fields = _fields(observed)
    names = sorted({*fields} - {*REQUIRED, "biz_content"})
    version = f"`version` {fields['version']}" if "version" in fields else "no `version`"
    return f"{version}; {', '.join(f'`{name}`' for name in names) or 'none'}"


def _without(observed: Observed) -> str:
    """Say what stands in `biz_content`."""
    fields = _fields(observed)
    if not fields:
        return "no JSON object"
    if "biz_content" not in fields:
        return "left out"
    content = fields["biz_content"]
    if isinstance(content, str):
        return f"`{content}`"
    return "null" if content is None else f"as no text: `{json.dumps(content)}`"


def _content(observed: Observed) -> str:
    text = _fields(observed).get("biz_content")
    if text == _PARAMETERS:
        return "sent as given"
    return f"written anew: `{text}`" if isinstance(text, str) else _without(observed)


def _answer(observed: Observed) -> str:
    """Say whether the answer was taken; the SDK's own words are its own matter."""
    if not observed.error:
        return "taken"
    return "refused" if len(observed.requests) == 1 else f"refused after {_times(observed)}"


def _times(observed: Observed) -> str:
    return f"{len(observed.requests)} requests"


def _retries(observed: Observed) -> str:
    if len(observed.requests) == 1:
        return "not tried again"
    bodies = {request.body for request in observed.requests}
    how = "with the same octets" if len(bodies) == 1 else "signed anew"
    return f"{_times(observed)}, {how}"


def _redirect(observed: Observed) -> str:
    if len(observed.requests) == 1:
        return "not followed"
    first, second = observed.requests[:2]
    carried = "with the signed body" if second.body == first.body else "signed anew"
    if not second.body:
        carried = "without the body"
    return f"followed, {second.method.decode('ascii', 'replace')} {carried}"


def _reply(status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> MockReply:
    return MockReply(status, headers, body, _UNJUDGED)


def _asked(id_: str, question: str, read: Callable[[Observed], str], **more: Any) -> Behaviour:
    """Ask with a credential that names the mock's key."""
    more.setdefault("call", _call())
    more.setdefault("mock", _mock(ResponsePolicy.SIGNED))
    credential = {"tiger_public_key": response_public_key()}
    return Behaviour(id_, question, read, credential=credential, **more)


BEHAVIOURS = (
    _asked("timestamp", "The zone of `timestamp`", _timestamp),
    _asked("fields", "Top-level fields beside the required ones", _more),
    _asked(
        "no-parameters", "`biz_content` of a call without parameters", _without, call=_call(None)
    ),
    _asked(
        "parameters",
        f"`biz_content` given as `{_PARAMETERS}`",
        _content,
        call=_call(_PARAMETERS),
    ),
    _asked("signed", "An answer signed over the request's timestamp", _answer),
    *(
        _asked(f"answer-{policy.value}", question, _answer, mock=_mock(policy))
        for policy, question in (
            (ResponsePolicy.UNSIGNED, "An answer without `sign`"),
            (ResponsePolicy.EMPTY, "An answer whose `sign` is empty"),
            (ResponsePolicy.NULL, "An answer whose `sign` is null"),
            (ResponsePolicy.WRONG_KEY, "An answer signed with another key"),
            (ResponsePolicy.OTHER_TIMESTAMP, "An answer signed over its own timestamp"),
        )
    ),
    _asked(
        "limited",
        "HTTP 429 with the documented code 5",
        _retries,
        replies=(_reply(429, _LIMITED, _JSON),) * 10,
    ),
    _asked(
        "redirect",
        "HTTP 307 to another host",
        _redirect,
        replies=(_reply(307, b"", ((b"Location", b"http://localhost:{port}/gateway"),)),),
    ),
)
