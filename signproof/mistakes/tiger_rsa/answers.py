"""Mistakes in what is signed besides requests: the gateway's answers, and logins for pushes."""

import json
from collections.abc import Callable

from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, replaced

__all__: list[str] = []

_Make = Callable[..., bytes]

_ANSWER = "Take the timestamp of the request, as it was sent, for what the answer's `sign` covers."
_LOGIN = "Sign exactly the text of the tiger_id to log in for pushes."


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _own_timestamp(response: bytes) -> bytes:
    """Return the timestamp of an answer as it stands there; nothing where it has none."""
    text = response.decode("utf-8", "replace")
    try:
        answer = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return b""
    timestamp = answer.get("timestamp") if isinstance(answer, dict) else None
    return _encoded(timestamp) if isinstance(timestamp, str) else b""


def _add_answers() -> None:
    response, request = "response", "request_timestamp"
    answers: tuple[tuple[str, str, _Make, str, str, str], ...] = (
        ("body", "its body", bytes, response, "wrong-response-signature", "seen"),
        (
            "own-timestamp",
            "its own timestamp",
            _own_timestamp,
            response,
            "other-timestamp",
            "seen",
        ),
        (
            "timestamp-pair",
            "`timestamp=` and the request's timestamp",
            lambda timestamp: b"timestamp=" + _encoded(timestamp),
            request,
            "wrong-response-signature",
            "derived",
        ),
        ("tiger-id", "the tiger_id", _encoded, "tiger_id", "wrong-response-signature", "derived"),
    )
    for name, text, make, source, refusal, evidence in answers:
        CATALOGUE.add(
            f"response-signed-over-{name}",
            f"The signature of an answer is made over {text}.",
            replaced("response_content", make, (source,)),
            fix=_ANSWER,
            evidence="collected, without a report to link to" if evidence == "seen" else evidence,
            refusal=refusal,
        )


def _add_logins() -> None:
    tiger_id: tuple[str, ...] = ("tiger_id",)
    logins: tuple[tuple[str, str, _Make, tuple[str, ...]], ...] = (
        (
            "with-time",
            "The tiger_id and the Unix time behind it are signed to log in for pushes.",
            lambda text, now: _encoded(f"{text}{now}"),
            ("tiger_id", "now"),
        ),
        (
            "as-pair",
            "`tiger_id=` and the tiger_id are signed to log in for pushes.",
            lambda text: b"tiger_id=" + _encoded(text),
            tiger_id,
        ),
        (
            "as-request",
            "The sorted fields charset, sign_type and tiger_id are signed to log in for pushes.",
            lambda text: b"charset=UTF-8&sign_type=RSA&tiger_id=" + _encoded(text),
            tiger_id,
        ),
        (
            "as-hex",
            "The tiger_id is signed in hex to log in for pushes.",
            lambda text: _encoded(text).hex().encode(),
            tiger_id,
        ),
        (
            "quoted",
            "The tiger_id is signed between quotation marks to log in for pushes.",
            lambda text: b'"' + _encoded(text) + b'"',
            tiger_id,
        ),
        (
            "with-newline",
            "The tiger_id is signed with a newline behind it to log in for pushes.",
            lambda text: _encoded(text) + b"\n",
            tiger_id,
        ),
    )
    for name, text, make, inputs in logins:
        CATALOGUE.add(
            f"push-login-{name}",
            text,
            replaced("push_login_content", make, inputs),
            fix=_LOGIN,
            refusal=None,
        )


_add_answers()
_add_logins()
