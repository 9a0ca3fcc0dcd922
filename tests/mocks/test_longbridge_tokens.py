"""Access tokens: refreshed, expired, reset; and the other calls that give a value."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from signers import Secret
from signers.longbridge import parse_refresh
from signproof.mocks.longbridge import TOKEN_LIFE_DAYS, Account, LongbridgeMock, UnknownAppKey
from signproof.mocks.replies import MockReply, Verdict

Call = Callable[..., MockReply]

JSON = (b"Content-Type", b"application/json; charset=utf-8")
SIGNED = "the signature is right, over the path as sent"
STOCK = "/v1/asset/stock"
REFRESH = "/v1/token/refresh"
NEXT_MONTH = f"{REFRESH}?expired_at=2027-02-19T01%3A50%3A56.859Z"

TOKEN_EXPIRED = MockReply(
    401,
    (JSON,),
    b'{"code":401003,"message":"token expired","data":null}',
    Verdict(
        accepted=False,
        reason="token-expired",
        message="the access token has expired and cannot be refreshed: reset it on the developer "
        "page",
    ),
)
TOKEN_INVALID = MockReply(
    401,
    (JSON,),
    b'{"code":401004,"message":"token invalid","data":null}',
    Verdict(
        accepted=False,
        reason="token-invalid",
        message="the access token is not the one that holds now: after a refresh or a reset the "
        "old one stops working at once",
    ),
)


def success(data: Any) -> MockReply:
    envelope = {"code": 0, "message": "success", "data": data}
    body = json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
    return MockReply(200, (JSON,), body, Verdict(accepted=True, reason=None, message=SIGNED))


def refreshed(token: str, expired_at: str, issued_at: str) -> MockReply:
    return success(
        {
            "token": token,
            "expired_at": expired_at,
            "issued_at": issued_at,
            "account_info": {"member_id": "100001", "aaid": "200001", "account_channel": "lb"},
        }
    )


def test_refresh_gives_a_token_and_ends_the_old_one(call: Call, clock: SimpleNamespace) -> None:
    assert call("GET", NEXT_MONTH) == refreshed(
        "EXAMPLE-TOKEN-000001", "2027-02-19T01:50:56.859Z", "2027-01-15T08:00:00.123Z"
    )
    assert call("GET", STOCK) == TOKEN_INVALID
    assert call("GET", NEXT_MONTH) == TOKEN_INVALID
    clock.now += 1
    assert call("GET", NEXT_MONTH, token="EXAMPLE-TOKEN-000001") == refreshed(
        "EXAMPLE-TOKEN-000002", "2027-02-19T01:50:56.859Z", "2027-01-15T08:00:01.123Z"
    )
    assert call("GET", STOCK, token="EXAMPLE-TOKEN-000001") == TOKEN_INVALID
    assert call("GET", STOCK, token="EXAMPLE-TOKEN-000002").status == 200


def test_the_refresh_reply_is_what_the_reference_reads(call: Call) -> None:
    reply = call("GET", NEXT_MONTH)
    token = parse_refresh(reply.status, reply.body)
    assert token.token == Secret("EXAMPLE-TOKEN-000001")
    assert token.expired_at == datetime(2027, 2, 19, 1, 50, 56, 859000, tzinfo=UTC)
    assert repr(reply) == (
        f"<MockReply 200 body={len(reply.body)} octets "
        f"Verdict(accepted=True, reason=None, message='{SIGNED}')>"
    )


@pytest.mark.parametrize(
    ("query", "expired_at"),
    [
        ("expired_at=2027-02-19T01:50:56.859Z", "2027-02-19T01:50:56.859Z"),
        ("expired_at=2027-02-19T01:50:56Z", "2027-02-19T01:50:56.000Z"),
        ("expired_at=2027-02-19T01:50:56.8599999Z", "2027-02-19T01:50:56.859Z"),
        ("expired_at=2027-02-19T09%3A50%3A56.859%2B08%3A00", "2027-02-19T01:50:56.859Z"),
        ("x=%FF&expired_at=2027-02-19T01:50:56Z", None),
        ("x=%F0%9F%92%A7&expired_at=2027-02-19T01:50:56Z", "2027-02-19T01:50:56.000Z"),
        ("expired_at=2027-01-15T08:00:00.124Z", "2027-01-15T08:00:00.124Z"),
        ("expired_at=9999-12-31T23:59:59-23:59", "2027-04-15T08:00:00.123Z"),
        ("expired_at=2027-04-15T08:00:00.124Z", "2027-04-15T08:00:00.123Z"),
        ("expired_at=2027-04-15T08:00:00.122Z", "2027-04-15T08:00:00.122Z"),
    ],
)
def test_instants_of_a_refresh(call: Call, query: str, expired_at: str | None) -> None:
    reply = call("GET", f"{REFRESH}?{query}")
    if expired_at is None:
        assert (reply.status, reply.verdict.reason) == (400, "malformed-query")
    else:
        issued_at = "2027-01-15T08:00:00.123Z"
        assert reply == refreshed("EXAMPLE-TOKEN-000001", expired_at, issued_at)


MISSING = ("missing-parameter", "the query has no expired_at: add it and sign it")
UNIX = ("unix-time", "expired_at is a Unix time: write ISO 8601, such as 2027-02-19T01:50:56.859Z")
GARBLED = (
    "malformed-instant",
    (
        "expired_at is not an instant such as 2027-02-19T01:50:56.859Z (in a query a raw + means "
        "a space: write %2B)"
    ),
)
PAST = ("past-instant", "expired_at is not in the future")
QUERY = (
    "malformed-query",
    "the query is not ASCII, or its percent-encoding is not UTF-8",
)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", MISSING),
        ("?", MISSING),
        ("?expired_at", MISSING),
        ("?expired_at=", MISSING),
        ("?Expired_At=2027-02-19T01:50:56Z", MISSING),
        (
            "?expired_at=2027-02-19T01:50:56Z&expired_at=2027-02-19T01:50:56Z",
            ("repeated-parameter", "the query has expired_at 2 times"),
        ),
        ("?expired_at=1802915456", UNIX),
        ("?expired_at=1802915456.859", UNIX),
        ("?expired_at=1802915456859", UNIX),
        ("?expired_at=2027-02-19T01:50:56+08:00", GARBLED),
        ("?expired_at=2027-02-19T01:50:56", GARBLED),
        ("?expired_at=2027-02-19", GARBLED),
        ("?expired_at=2027-02-30T01:50:56Z", GARBLED),
        ("?expired_at=2027-02-19T25:50:56Z", GARBLED),
        ("?expired_at=2027-02-19T01:50:56%2B24:00", GARBLED),
        ("?expired_at=2027-02-19T01%253A50%253A56Z", GARBLED),
        ("?expired_at=%202027-02-19T01:50:56Z", GARBLED),
        ("?expired_at=%D9%A2%D9%A0%D9%A2%D9%A7-02-19T01:50:56Z", GARBLED),
        ("?expired_at=-1", GARBLED),
        ("?expired_at=NaN", GARBLED),
        ("?expired_at=2027-01-15T08:00:00.123Z", PAST),
        ("?expired_at=1969-12-31T23:59:59Z", PAST),
        ("?expired_at=0001-01-01T00:00:00%2B23:59", PAST),
        (b"?expired_at=\xe2\x80\xa6", QUERY),
        ("?" + "a&" * 1001, QUERY),
    ],
)
def test_refreshes_refused(call: Call, query: str | bytes, problem: tuple[str, str]) -> None:
    octets = query.encode() if isinstance(query, str) else query
    reason, message = problem
    assert call("GET", REFRESH.encode() + octets) == MockReply(
        400,
        (JSON,),
        b'{"code":400000,"message":"invalid parameter","data":null}',
        Verdict(accepted=True, reason=reason, message=f"{message} ({SIGNED})"),
    )
    assert call("GET", STOCK).status == 200  # the old token still holds


def test_a_token_lives_90_days_and_is_reset_afterwards(
    call: Call, mock: LongbridgeMock, clock: SimpleNamespace
) -> None:
    end = clock.now + timedelta(days=TOKEN_LIFE_DAYS).total_seconds()
    assert TOKEN_LIFE_DAYS == 90
    clock.now = end - 0.001
    assert call("GET", STOCK).status == 200
    clock.now = end
    assert call("GET", STOCK) == TOKEN_EXPIRED
    assert call("GET", NEXT_MONTH) == TOKEN_EXPIRED
    token = mock.reset_token("EXAMPLE-KEY")
    assert token == Secret("EXAMPLE-TOKEN-000001")
    assert call("GET", STOCK) == TOKEN_INVALID
    assert call("GET", STOCK, token=token.reveal_text()).status == 200
    clock.now = end + timedelta(days=TOKEN_LIFE_DAYS).total_seconds()
    assert call("GET", STOCK, token=token.reveal_text()) == TOKEN_EXPIRED


def test_a_refreshed_token_ends_when_it_was_asked_to(call: Call, clock: SimpleNamespace) -> None:
    call("GET", f"{REFRESH}?expired_at=2027-01-15T08:01:00Z")
    clock.now = datetime(2027, 1, 15, 8, 0, 59, 999000, tzinfo=UTC).timestamp()
    assert call("GET", STOCK, token="EXAMPLE-TOKEN-000001").status == 200
    clock.now = datetime(2027, 1, 15, 8, 1, tzinfo=UTC).timestamp()
    assert call("GET", STOCK, token="EXAMPLE-TOKEN-000001") == TOKEN_EXPIRED


def test_an_account_may_start_with_an_expired_token(
    accounts: tuple[Account, ...], sign: Callable[..., Any]
) -> None:
    mock = LongbridgeMock([replace(accounts[0], expired_at=99.5)], clock=lambda: 100)
    assert mock.handle(sign("GET", STOCK)) == TOKEN_EXPIRED


def test_a_new_token_is_never_one_that_an_account_started_with(
    accounts: tuple[Account, ...],
) -> None:
    first, second = accounts
    mock = LongbridgeMock(
        [
            replace(first, access_token=Secret("EXAMPLE-TOKEN-000001")),
            replace(second, access_token=Secret("EXAMPLE-TOKEN-000003")),
        ],
        clock=lambda: 0,
    )
    tokens = [mock.reset_token("EXAMPLE-KEY-2").reveal() for _ in range(2)]
    assert tokens == [b"EXAMPLE-TOKEN-000002", b"EXAMPLE-TOKEN-000004"]


def test_reset_of_an_unknown_key(mock: LongbridgeMock) -> None:
    with pytest.raises(UnknownAppKey) as unknown:
        mock.reset_token("EXAMPLE-KEY-3")
    assert str(unknown.value) == (
        "no account has the app key 'EXAMPLE-KEY-3': pass one the mock was given"
    )


def test_one_time_passwords(call: Call) -> None:
    paths = ["/v1/socket/token", "/v2/socket/token", "/v1/socket/token?"]
    assert [call("GET", path) for path in paths] == [
        success({"otp": f"EXAMPLE-OTP-00000{number}", "limit": 10, "online": 0})
        for number in (1, 2, 3)
    ]


TENCENT = {
    "symbol": "700.HK",
    "symbol_name": "TENCENT",
    "currency": "HKD",
    "market": "HK",
    "quantity": "650",
    "available_quantity": "-450",
    "cost_price": "457.530",
    "init_quantity": "2000",
}
APPLE = {
    "symbol": "AAPL.US",
    "symbol_name": "APPLE",
    "currency": "USD",
    "market": "US",
    "quantity": "10",
    "available_quantity": "10",
    "cost_price": "100",
    "init_quantity": "0",
}


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("", [TENCENT, APPLE]),
        ("?", [TENCENT, APPLE]),
        ("?symbol=AAPL.US", [APPLE]),
        ("?symbol=AAPL.US&symbol=700.HK", [TENCENT, APPLE]),
        ("?symbol=AAPL.US,700.HK", []),
        ("?symbol=", []),
    ],
)
def test_stock_positions(call: Call, query: str, positions: list[dict[str, str]]) -> None:
    expected = success({"list": [{"account_channel": "lb", "stock_info": positions}]})
    assert call("GET", STOCK + query) == expected
