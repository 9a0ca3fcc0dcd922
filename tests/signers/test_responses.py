"""What the broker answers: envelope, error codes, token refresh."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import InvalidInput, ResponseError, Secret
from signers.longbridge import (
    REFRESH_PATH,
    AccessToken,
    ApiError,
    Envelope,
    MalformedEnvelope,
    parse_envelope,
    parse_refresh,
    refresh_query,
    responses,
)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            200,
            b'{"code":0,"message":"success","data":{"a":[1,null]}}',
            Envelope(0, "success", {"a": [1, None]}),
        ),
        (200, b'{"code":0,"msg":"success","data":[]}', Envelope(0, "success", [])),
        (200, b'{"code":0,"message":"a","msg":"b"}', Envelope(0, "a", None)),
        (200, b'{"code":0,"message":"","msg":"b"}', Envelope(0, "", None)),
        (200, b'{"code":0}', Envelope(0, "", None)),
        (200, b'{"code":0,"data":null}', Envelope(0, "", None)),
        (
            200,
            ' {"code" : 0, "message":"成功"}\n'.encode(),
            Envelope(0, "成功", None),
        ),
        (503, b'{"code":0,"message":"success"}', Envelope(0, "success", None)),
    ],
)
def test_envelope(status: int, body: bytes, expected: Envelope) -> None:
    assert parse_envelope(status, body) == expected


def test_an_envelope_does_not_show_its_data() -> None:
    assert repr(Envelope(0, "success", {"token": "t"})) == "<Envelope code=0 message='success'>"


NOT_API = (
    "an answer of this API is a JSON object with an integer `code`: check that the address is the "
    "API's and no proxy answered"
)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the body is empty"),
        (b" ", "the body is not JSON"),
        (b"<html>502 Bad Gateway</html>", "the body is not JSON"),
        (b'{"code":0', "the body is not JSON"),
        (b'{"code":0}x', "the body is not JSON"),
        (b'{"code":0,"message":"\xff"}', "the body is not JSON"),
        (b"[" * 200_000, "the body is not JSON"),
        (b'{"code":' + b"1" * 5000 + b"}", "the body is not JSON"),
        (b"[]", "the body is JSON but not an object"),
        (b"null", "the body is JSON but not an object"),
        (b"0", "the body is JSON but not an object"),
        (b'"code"', "the body is JSON but not an object"),
        *(
            (body, "the member `code` is missing or not an integer")
            for body in (
                b"{}",
                b'{"Code":0}',
                b'{"code":null}',
                b'{"code":true}',
                b'{"code":false}',
                b'{"code":"0"}',
                b'{"code":0.0}',
                b'{"code":[]}',
                b'{"message":"success"}',
            )
        ),
        *(
            (body, "the member `message` is not text")
            for body in (
                b'{"code":0,"message":null}',
                b'{"code":0,"message":1}',
                b'{"code":403201,"message":["signature invalid"]}',
                b'{"code":0,"msg":{}}',
                b'{"code":0,"message":null,"msg":"success"}',
            )
        ),
    ],
)
def test_malformed_envelope(body: bytes, problem: str) -> None:
    with pytest.raises(MalformedEnvelope) as caught:
        parse_envelope(502, body)
    error = caught.value
    assert (error.status, error.problem, error.reason, str(error)) == (
        502,
        problem,
        "malformed-envelope",
        f"HTTP 502: {problem}; {NOT_API}",
    )


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (
            403,
            403201,
            (
                "SignatureInvalid",
                "signature-invalid",
                "what was signed is not what was sent, or the secret is another key's",
            ),
        ),
        (
            403,
            403202,
            (
                "DuplicateRequest",
                "duplicate-request",
                "sign again with a new timestamp instead of sending the same request twice",
            ),
        ),
        (
            403,
            403203,
            ("ApiKeyIllegal", "api-key-illegal", "check X-Api-Key against the developer page"),
        ),
        (
            403,
            403205,
            (
                "IpNotAllowed",
                "ip-not-allowed",
                "add this machine's public address to the key's list on the developer page",
            ),
        ),
        (
            401,
            401003,
            (
                "TokenExpired",
                "token-expired",
                "an expired token cannot be refreshed: reset it on the developer page",
            ),
        ),
        (
            401,
            401004,
            ("TokenInvalid", "token-invalid", "send the newest token, raw, without `Bearer`"),
        ),
        (429, 429001, ("IpRateLimited", "ip-rate-limited", "slow down; sign each retry anew")),
        (429, 429002, ("ApiRateLimited", "api-rate-limited", "slow down; sign each retry anew")),
        (500, 500000, ("InternalError", "internal-error", "try again later; sign the retry anew")),
        (
            200,
            403204,
            ("ApiError", "api-error", "look the code up in the broker's list of error codes"),
        ),
        (
            200,
            -1,
            ("ApiError", "api-error", "look the code up in the broker's list of error codes"),
        ),
    ],
)
def test_error_codes(status: int, code: int, expected: tuple[str, str, str]) -> None:
    name, reason, advice = expected
    found: list[tuple[Any, ...]] = []
    for body in (
        {"code": code, "message": "as told", "data": None},
        {"code": code, "msg": "as told"},
        {"code": code, "message": ""},
        {"code": code},
    ):
        with pytest.raises(ApiError) as caught:
            parse_envelope(status, json.dumps(body).encode())
        error = caught.value
        found.append(
            (
                type(error).__name__,
                error.reason,
                error.status,
                error.code,
                error.message,
                str(error),
            )
        )
    told = (
        name,
        reason,
        status,
        code,
        "as told",
        f"HTTP {status}, code {code}: as told; {advice}",
    )
    silent = (name, reason, status, code, "", f"HTTP {status}, code {code}: no message; {advice}")
    assert found == [told, told, silent, silent]


def test_error_for_is_what_parse_envelope_raises() -> None:
    error = responses.error_for(403, 403201, "signature invalid")
    assert (type(error), error.args) == (
        responses.SignatureInvalid,
        (
            (
                "HTTP 403, code 403201: signature invalid; what was signed is not what was sent, "
                "or the secret is another key's"
            ),
        ),
    )


ISSUED = datetime(2026, 11, 19, 1, 50, 56, 859_000, UTC)
EXPIRED = datetime(2027, 2, 19, 1, 50, 56, 859_000, UTC)


def refreshed(**changes: Any) -> dict[str, Any]:
    """Return the data of a refresh response; a name with two underscores is of account_info."""
    account = {"member_id": "1000001", "aaid": "2000002", "account_channel": "lb"}
    data: dict[str, Any] = {
        "token": "m_made-up",
        "issued_at": "2026-11-19T01:50:56.859Z",
        "expired_at": "2027-02-19T01:50:56.859Z",
        "account_info": account,
    }
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        (account if inner else data)[inner or outer] = value
    return data


def without(name: str) -> dict[str, Any]:
    data: dict[str, Any] = refreshed()
    outer, _, inner = name.partition(".")
    if inner:
        del data[outer][inner]
    else:
        del data[outer]
    return data


def body_of(data: Any) -> bytes:
    return json.dumps({"code": 0, "message": "success", "data": data}).encode()


def token(**changes: Any) -> AccessToken:
    values: dict[str, Any] = {
        "token": Secret("m_made-up"),
        "issued_at": ISSUED,
        "expired_at": EXPIRED,
        "member_id": "1000001",
        "aaid": "2000002",
        "account_channel": "lb",
    }
    return AccessToken(**(values | changes))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (refreshed(), token()),
        (refreshed(more=1, account_info__more=None), token()),
        (
            refreshed(account_info__member_id=1000001, account_info__aaid=2**63),
            token(aaid=str(2**63)),
        ),
        (refreshed(account_info__account_channel=0), token(account_channel="0")),
        # The old token is gone: a new one counts even where identifiers are missing.
        *(
            (data, token(member_id="", aaid="", account_channel=""))
            for data in (
                without("account_info"),
                refreshed(account_info=None),
                refreshed(account_info=[]),
            )
        ),
        (without("account_info.member_id"), token(member_id="")),
        (refreshed(account_info__member_id=True), token(member_id="")),
        (refreshed(account_info__member_id=1.0), token(member_id="")),
        (without("account_info.aaid"), token(aaid="")),
        (without("account_info.account_channel"), token(account_channel="")),
        (refreshed(issued_at="2026-11-19T09:50:56.859+08:00"), token()),
        (refreshed(expired_at="2027-02-18T20:50:56.859-05:00"), token()),
        (
            refreshed(expired_at="2027-02-19T01:50:56Z"),
            token(expired_at=datetime(2027, 2, 19, 1, 50, 56, 0, UTC)),
        ),
    ],
)
def test_refresh(data: dict[str, Any], expected: AccessToken) -> None:
    got = parse_refresh(200, body_of(data))
    assert got == expected
    assert (got.issued_at.tzinfo, got.expired_at.tzinfo) == (UTC, UTC)


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (None, "token"),
        ([], "token"),
        ("m_made-up", "token"),
        (1, "token"),
        ({}, "token"),
        (without("token"), "token"),
        (refreshed(token=""), "token"),
        (refreshed(token=None), "token"),
        (refreshed(token=["m_made-up"]), "token"),
        (without("issued_at"), "issued_at"),
        (without("expired_at"), "expired_at"),
        *(
            (refreshed(issued_at=instant), "issued_at")
            for instant in (
                "",
                None,
                True,
                1795053056,
                20261119,
                1.5,
                "soon",
                "2026-11-19",
                "2026-11-19T01:50:56.859",
                "2026-13-19T01:50:56Z",
                "0001-01-01T00:00:00+01:00",
            )
        ),
        (refreshed(expired_at="2027-02-19T01:50:56"), "expired_at"),
        (refreshed(expired_at="9999-12-31T23:59:59-01:00"), "expired_at"),
        (refreshed(token=12345), "token"),
    ],
)
def test_malformed_refresh(data: Any, member: str) -> None:
    with pytest.raises(responses.MalformedRefresh) as caught:
        parse_refresh(200, body_of(data))
    error = caught.value
    assert (error.member, error.reason, str(error)) == (
        member,
        "malformed-refresh",
        (
            f"the refresh response has no usable `data.{member}`: keep the response, since the old "
            "token may have stopped working; if it holds no new one, reset the token on the "
            "developer page"
        ),
    )


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (502, b"", f"HTTP 502: the body is empty; {NOT_API}"),
        (
            401,
            b'{"code":401003,"message":"token expired","data":null}',
            (
                "HTTP 401, code 401003: token expired; an expired token cannot be refreshed: reset "
                "it on the developer page"
            ),
        ),
    ],
)
def test_a_refused_refresh(status: int, body: bytes, expected: str) -> None:
    with pytest.raises(ResponseError) as caught:
        parse_refresh(status, body)
    assert str(caught.value) == expected


def zone(hours: float) -> tzinfo:
    return timezone(timedelta(hours=hours))


class Nowhere(tzinfo):
    """A time zone without an offset: what bears it is naive all the same."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    dst = tzname = utcoffset


@pytest.mark.parametrize(
    ("expired_at", "expected"),
    [
        (EXPIRED, "expired_at=2027-02-19T01%3A50%3A56.859Z"),
        (
            datetime(2027, 2, 19, 1, 50, 56, 859_999, UTC),
            "expired_at=2027-02-19T01%3A50%3A56.859Z",
        ),
        (datetime(2027, 2, 19, tzinfo=UTC), "expired_at=2027-02-19T00%3A00%3A00.000Z"),
        (
            datetime(2027, 1, 1, 7, 59, 59, 1_000, zone(8)),
            "expired_at=2026-12-31T23%3A59%3A59.001Z",
        ),
        (
            datetime(2027, 2, 19, 20, 30, tzinfo=zone(-5.5)),
            "expired_at=2027-02-20T02%3A00%3A00.000Z",
        ),
    ],
)
def test_refresh_query(expired_at: datetime, expected: str) -> None:
    assert (REFRESH_PATH, refresh_query(expired_at)) == ("/v1/token/refresh", expected)


@pytest.mark.parametrize(
    "instant", [EXPIRED.replace(tzinfo=None), EXPIRED.replace(tzinfo=Nowhere())]
)
def test_refresh_query_of_a_naive_instant(instant: datetime) -> None:
    with pytest.raises(InvalidInput) as caught:
        refresh_query(instant)
    assert (type(caught.value), caught.value.reason, str(caught.value)) == (
        responses.NaiveInstant,
        "naive-instant",
        "the instant has no time zone: pass an aware datetime, such as datetime.now(UTC)",
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ISSUED, (timedelta(0), timedelta(days=92), False)),
        (
            EXPIRED - timedelta(seconds=1),
            (timedelta(days=92, seconds=-1), timedelta(seconds=1), False),
        ),
        (
            EXPIRED - timedelta(microseconds=1),
            (timedelta(days=92, microseconds=-1), timedelta(microseconds=1), False),
        ),
        (EXPIRED, (timedelta(days=92), timedelta(0), True)),
        (EXPIRED.astimezone(zone(8)), (timedelta(days=92), timedelta(0), True)),
        (
            EXPIRED + timedelta(seconds=1),
            (timedelta(days=92, seconds=1), timedelta(seconds=-1), True),
        ),
    ],
)
def test_the_life_of_a_token(now: datetime, expected: tuple[timedelta, timedelta, bool]) -> None:
    one = token()
    assert (one.age(now), one.remaining(now), one.is_expired(now)) == expected


def test_an_access_token_does_not_show_itself() -> None:
    assert repr(token()) == (
        f"AccessToken(token=Secret('***'), issued_at={ISSUED!r}, expired_at={EXPIRED!r}, "
        "member_id='1000001', aaid='2000002', account_channel='lb')"
    )


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
INSTANTS = st.text() | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat) | JSON


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "token": JSON,
            "issued_at": INSTANTS,
            "expired_at": INSTANTS,
            "account_info": JSON,
        },
    )
)
def test_no_answer_escapes_the_documented_errors(data: dict[str, Any]) -> None:
    try:
        answer = parse_refresh(200, body_of(data))
    except responses.MalformedRefresh:
        return
    assert type(answer) is AccessToken


@given(st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode))
def test_no_body_escapes_the_documented_errors(body: bytes) -> None:
    try:
        answer = parse_envelope(200, body)
    except (MalformedEnvelope, ApiError):
        return
    assert answer == Envelope(0, answer.message, json.loads(body).get("data"))
