"""The vectors of the operations `response` and `refresh-response`; expectations by hand."""

from typing import Any

from signproof.model import Expected, Importance, Reject, Source, Vector
from signproof.oracles.longbridge_hmac.calls import REFRESH_RESPONSE
from signproof.oracles.longbridge_hmac.common import (
    CREDENTIALS,
    NEW_TOKEN,
    SCHEME,
    body_member,
    derived,
    document,
    expect_output,
    recorded,
    reported,
)
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_ERRORS = document("API Response", "and the broker's list of common error codes")


def topics() -> list[Topic]:
    """Return the files of these operations."""
    return [_responses(), _refresh_responses()]


def _responses() -> Topic:
    topic = Topic(SCHEME, "response", CREDENTIALS)

    def add(
        name: str,
        comment: str,
        status: int,
        body: bytes,
        expected: Expected,
        source: Source = _ERRORS,
        importance: Importance = Importance.MUST,
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="response",
                credential=None,
                input={"status": status, **body_member(body)},
                expected=expected,
                importance=importance,
                source=source,
            )
        )

    def says(code: int, message: str, meaning: str) -> Expected:
        return expect_output(code=code, message=message, meaning=meaning)

    real = recorded("answers that official SDKs accept have `message`")
    add(
        "success",
        "Code 0 with data.",
        200,
        b'{"code":0,"message":"success","data":{"a":1}}',
        says(0, "success", "success"),
        real,
    )
    add(
        "success-msg",
        "The page prints `msg`.",
        200,
        b'{"code":0,"msg":"success","data":{}}',
        says(0, "success", "success"),
        document("API Response"),
    )
    add(
        "success-without-data",
        "Code 0 without data.",
        200,
        b'{"code":0,"message":"success"}',
        says(0, "success", "success"),
        real,
    )
    add(
        "success-without-message",
        "A message is not needed to know that all is well.",
        200,
        b'{"code":0,"data":{}}',
        says(0, "", "success"),
        derived("code 0 alone decides"),
        Importance.SHOULD,
    )
    for status, code, message, meaning in (
        (403, 403201, "signature invalid", "signature-invalid"),
        (403, 403202, "duplicate request", "duplicate-request"),
        (403, 403203, "apikey illegal", "api-key-illegal"),
        (403, 403205, "ip is not allowed", "ip-not-allowed"),
        (401, 401003, "token expired", "token-expired"),
        (429, 429001, "ip request ratelimit", "ip-rate-limited"),
        (429, 429002, "api request is limited", "api-rate-limited"),
        (500, 500000, "internal error", "internal-error"),
    ):
        add(
            f"code-{code}",
            f"The documented code {code}.",
            status,
            b'{"code":%d,"message":"%b","data":null}' % (code, message.encode()),
            says(code, message, meaning),
        )
    add(
        "code-401004",
        "A code that users report.",
        401,
        b'{"code":401004,"message":"token invalid","data":null}',
        says(401004, "token invalid", "token-invalid"),
        reported("issue threads of the official SDKs"),
    )
    add(
        "error-msg",
        "The page's error sample prints `msg`.",
        403,
        b'{"code":403201,"msg":"signature invalid"}',
        says(403201, "signature invalid", "signature-invalid"),
        document("API Response"),
    )
    add(
        "error-with-status-200",
        "A non-zero code is an error whatever the status.",
        200,
        b'{"code":403201,"message":"signature invalid"}',
        says(403201, "signature invalid", "signature-invalid"),
        recorded("official SDKs treat it as an error"),
    )
    add(
        "unknown-code",
        "A code that is not documented.",
        400,
        b'{"code":602001,"message":"example"}',
        says(602001, "example", "api-error"),
        derived("every code but 0 is an error"),
    )
    add(
        "negative-code",
        "A negative code.",
        400,
        b'{"code":-1,"message":"example"}',
        says(-1, "example", "api-error"),
        derived("every code but 0 is an error"),
    )
    add(
        "unicode-message",
        "A message with non-ASCII text.",
        403,
        '{"code":403201,"message":"签名无效"}'.encode(),
        says(403201, "签名无效", "signature-invalid"),
        derived("the text is not the code"),
    )
    for name, comment, body in (
        ("empty", "No body.", b""),
        ("html", "A proxy's page.", b"<html><body>502 Bad Gateway</body></html>"),
        ("truncated", "Half an object.", b'{"code":0,"message":"suc'),
        ("array", "An array.", b"[]"),
        ("text", "A text.", b'"success"'),
        ("no-code", "No code.", b'{"message":"success","data":{}}'),
        ("code-as-text", "The code as text.", b'{"code":"0","message":"success"}'),
        ("code-null", "The code null.", b'{"code":null,"message":"success"}'),
        ("code-true", "The code true.", b'{"code":true,"message":"success"}'),
        ("not-utf-8", "Octets that are not UTF-8.", b'{"code":0,"message":"\xff"}'),
    ):
        add(
            f"malformed-{name}",
            comment,
            200,
            body,
            Expected(reject=Reject(reason="malformed-envelope")),
            derived("the page says that every body has code, message and data"),
        )
    return topic


def _refresh_responses() -> Topic:
    topic = Topic(SCHEME, "refresh-response", CREDENTIALS)
    documented = document("Get App Key and Access Token information", "and Refresh Token")

    def add(
        name: str,
        comment: str,
        body: bytes,
        expected: Expected,
        source: Source = documented,
        status: int = 200,
        importance: Importance = Importance.MUST,
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="refresh-response",
                credential=None,
                input={"status": status, **body_member(body)},
                expected=expected,
                importance=importance,
                source=source,
            )
        )

    token: dict[str, Any] = {
        "token": NEW_TOKEN,
        "issued_at": "2026-11-21T01:50:56.859Z",
        "expired_at": "2027-02-19T01:50:56.859Z",
        "member_id": "1000001",
        "aaid": "2000002",
        "account_channel": "example",
    }
    add("new-token", "The documented answer.", REFRESH_RESPONSE, expect_output(**token))
    add(
        "offset",
        "Instants with an offset.",
        REFRESH_RESPONSE.replace(b"2027-02-19T01:50:56.859Z", b"2027-02-19T09:50:56.859+08:00"),
        expect_output(**token),
        derived("the same instant in another spelling of ISO 8601"),
    )
    add(
        "whole-seconds",
        "Instants without a fraction.",
        REFRESH_RESPONSE.replace(b".859Z", b"Z"),
        expect_output(
            **token
            | {"issued_at": "2026-11-21T01:50:56.000Z", "expired_at": "2027-02-19T01:50:56.000Z"}
        ),
        derived("another spelling of ISO 8601"),
    )
    add(
        "numeric-ids",
        "Ids as numbers.",
        REFRESH_RESPONSE.replace(b'"1000001"', b"1000001").replace(b'"2000002"', b"2000002"),
        expect_output(**token),
        derived("SDKs read them either way"),
    )
    for member, text in (
        ("token", f'"token":"{NEW_TOKEN}"'),
        ("expired-at", '"expired_at":"2027-02-19T01:50:56.859Z"'),
        ("issued-at", '"issued_at":"2026-11-21T01:50:56.859Z"'),
    ):
        add(
            f"without-{member}",
            f"The answer lacks {member.replace('-', '_')}.",
            REFRESH_RESPONSE.replace(text.encode(), b'"example":1'),
            Expected(reject=Reject(reason="malformed-refresh")),
            derived("a part of the documented answer is missing"),
        )
    account = b'"account_info":{"member_id":"1000001","aaid":"2000002","account_channel":"example"}'
    add(
        "without-account",
        "The new token counts even where the account's identifiers are missing.",
        REFRESH_RESPONSE.replace(account, b'"example":1'),
        expect_output(**token | {"member_id": "", "aaid": "", "account_channel": ""}),
        derived("the old token has stopped working: the new one must not be thrown away"),
        importance=Importance.SHOULD,
    )
    add(
        "naive-instant",
        "An instant without a zone.",
        REFRESH_RESPONSE.replace(b"859Z", b"859"),
        Expected(reject=Reject(reason="malformed-refresh")),
        derived("without a zone the instant is unknown"),
    )
    add(
        "no-data",
        "Code 0 with data null.",
        b'{"code":0,"message":"success","data":null}',
        Expected(reject=Reject(reason="malformed-refresh")),
        derived("there is no token in it"),
    )
    add(
        "token-expired",
        "An expired token cannot be refreshed.",
        b'{"code":401003,"message":"token expired","data":null}',
        Expected(reject=Reject(reason="token-expired")),
        status=401,
    )
    add(
        "signature-invalid",
        "The refresh was signed wrongly.",
        b'{"code":403201,"message":"signature invalid","data":null}',
        Expected(reject=Reject(reason="signature-invalid")),
        status=403,
    )
    add(
        "html",
        "A proxy's page.",
        b"<html></html>",
        Expected(reject=Reject(reason="malformed-envelope")),
        derived("not the documented envelope"),
        status=502,
    )
    return topic
