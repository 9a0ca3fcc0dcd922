"""Tokens, secret keys, roles, accounts and what they hold."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from signers import SignedRequest
from signers.tiger import parse_refresh, read_envelope
from signproof.mocks.replies import MockReply
from signproof.mocks.tiger import TOKEN_LIFE_DAYS, TigerMock

Call = Callable[..., MockReply]
Sign = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]

NOW_MS = 1800000000123
SECRET_KEY = "00000000-EXAM-PLE0-0000-000000000001"


def token(made_ms: int, ends_ms: int, rest: str) -> str:
    return base64.b64encode(f"{made_ms:013},{ends_ms:013},{rest}".encode()).decode()


FIRST = token(NOW_MS, NOW_MS + 1_000_000, "EXAMPLE-FIRST-TOKEN")
LIFE_MS = TOKEN_LIFE_DAYS * 86_400_000
SECOND, THIRD = (
    token(NOW_MS, NOW_MS + LIFE_MS, f"EXAMPLE-TOKEN-00000{number}") for number in (1, 2)
)
TBHK = {"tiger_id": "EXAMPLE-TBHK", "key": "client-1025"}
CN = [
    {"market": "CN", "marketStatus": "Trading", "status": "TRADING", "openTime": "01-15 09:30:00"}
]

TOKEN_EMPTY = (
    2400,
    "user token error(user token can not be empty)",
    "token-missing",
    "there is no token in the header Authorization, which this tiger_id's licence needs",
)
TOKEN_INVALID = (
    2400,
    "user token error(user token invalid)",
    "token-invalid",
    "the token is not the one that holds now: after a refresh the old one stops working at once",
)
TOKEN_EXPIRED = (
    2400,
    "user token error(user token expired invalid)",
    "token-expired",
    "the token has expired and cannot be refreshed: get a new one on the developer page",
)
WITH_SCHEME = (
    2400,
    "user token error(user token invalid)",
    "token-with-scheme",
    (
        'the token starts with "Bearer ": the Authorization header is the raw token, so take the '
        "word off"
    ),
)


def test_refresh_gives_a_token_and_ends_the_old_one(
    call: Call, success: Reply, refused: Reply
) -> None:
    assert call("market_state", {"market": "CN"}, authorization=FIRST, **TBHK) == success(CN)
    assert call("user_token_refresh", authorization=FIRST, **TBHK) == success({"token": SECOND})
    for method in ("market_state", "user_token_refresh"):
        assert call(method, authorization=FIRST, **TBHK) == refused(*TOKEN_INVALID)
    assert call("market_state", {"market": "CN"}, authorization=SECOND, **TBHK) == success(CN)
    assert call("user_token_refresh", authorization=SECOND, **TBHK) == success({"token": THIRD})


def test_the_refresh_reply_is_what_the_reference_reads(call: Call) -> None:
    reply = call("user_token_refresh", authorization=FIRST, **TBHK)
    read = parse_refresh(read_envelope(reply.status, reply.body))
    made = datetime(2027, 1, 15, 8, 0, 0, 123000, tzinfo=UTC)
    assert (read.generated_at, read.expires_at) == (made, made + timedelta(days=30))


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, TOKEN_EMPTY),
        ("", TOKEN_EMPTY),
        (" ", TOKEN_EMPTY),
        ("Bearer " + FIRST, WITH_SCHEME),
        ("bEARER " + FIRST, WITH_SCHEME),
        (SECOND, TOKEN_INVALID),
        (FIRST[:-4], TOKEN_INVALID),
        ("x", TOKEN_INVALID),
    ],
)
@pytest.mark.parametrize("method", ["market_state", "user_token_refresh", "unknown"])
def test_wrong_tokens(
    call: Call,
    refused: Reply,
    method: str,
    authorization: str | None,
    expected: tuple[int, str, str, str],
) -> None:
    assert call(method, authorization=authorization, **TBHK) == refused(*expected)


def test_two_tokens(mock: TigerMock, sign: Sign, refused: Reply) -> None:
    request = sign("market_state", authorization=FIRST, **TBHK)
    twice = replace(request, headers=request.headers * 2)
    assert mock.handle(twice) == refused(*TOKEN_INVALID)


@pytest.mark.parametrize(("after_ms", "code"), [(999_999, 0), (1_000_000, 2400)])
def test_expiry(call: Call, clock: SimpleNamespace, after_ms: int, code: int) -> None:
    clock.now = (NOW_MS + after_ms) / 1000
    for method in ("market_state", "user_token_refresh"):
        assert json.loads(call(method, authorization=FIRST, **TBHK).body)["code"] == code


def test_an_expired_token(call: Call, clock: SimpleNamespace, refused: Reply) -> None:
    clock.now += 1000
    reply = call("market_state", authorization=FIRST, **TBHK)
    stamp, first = b'"timestamp":1800001000123', b'"timestamp":1800000000123'
    assert replace(reply, body=reply.body.replace(stamp, first)) == refused(*TOKEN_EXPIRED)


def test_a_token_that_is_not_needed(call: Call, success: Reply, refused_call: Reply) -> None:
    assert call("market_state", {"market": "CN"}, authorization="Bearer x") == success(CN)
    assert call("user_token_refresh", authorization=FIRST) == refused_call(
        2400,
        "user token error(user token invalid)",
        "token-not-used",
        "this tiger_id has no token that could be refreshed: its licence needs none",
    )


INSTITUTION = {"tiger_id": "EXAMPLE-INSTITUTION", "key": "client-2048"}
ACCOUNT_INVALID = "biz param error(field 'secret_key' or 'account' invalid)"
ACCOUNT_CALLS = (
    *("assets", "prime_assets", "positions", "orders", "active_orders", "inactive_orders"),
    *("filled_orders", "preview_order", "place_order", "modify_order", "cancel_order"),
)


@pytest.mark.parametrize("method", ["accounts", *ACCOUNT_CALLS])
def test_secret_key(call: Call, refused: Reply, method: str) -> None:
    signed = " (the signature is right)"
    for biz in (None, {}, {"secret_key": None}, {"secret_key": ""}):
        assert call(method, biz, **INSTITUTION) == refused(
            4,
            "access forbidden",
            "secret-key-missing",
            "biz_content has no secret_key, which an institution's calls about accounts need"
            + signed,
        )
    for wrong in (SECRET_KEY.lower(), "x", " " + SECRET_KEY):
        assert call(method, {"secret_key": wrong}, **INSTITUTION) == refused(
            1010,
            ACCOUNT_INVALID,
            "secret-key-wrong",
            "the secret_key is not the one of this tiger_id: copy it from the Institutional Hub"
            + signed,
        )


def test_calls_that_need_no_secret_key(call: Call, success: Reply) -> None:
    assert call("market_state", {"market": "CN"}, **INSTITUTION) == success(CN)


def test_a_secret_key_that_is_not_needed(call: Call) -> None:
    assert json.loads(call("orders", {"secret_key": "x"}).body)["code"] == 0


@pytest.mark.parametrize("method", ["accounts", *ACCOUNT_CALLS])
def test_accounts_of_others(call: Call, refused_call: Reply, method: str) -> None:
    for account in ("51230321", "1", "12345678 ", "x"):
        assert call(method, {"account": account}) == refused_call(
            1010,
            ACCOUNT_INVALID,
            "unknown-account",
            "the account is none of this tiger_id's: check it against the developer page",
        )


NEEDS = {
    **dict.fromkeys(ACCOUNT_CALLS[:2], "assets"),
    **dict.fromkeys(ACCOUNT_CALLS[2:7], "view"),
    **dict.fromkeys(ACCOUNT_CALLS[7:], "trade"),
}
ROLES = {None: "", "51230321": "", "51230322": "view", "51230323": "trade", "51230324": "assets"}


@pytest.mark.parametrize("method", ACCOUNT_CALLS)
@pytest.mark.parametrize("account", ROLES)
def test_roles(call: Call, refused_call: Reply, method: str, account: str | None) -> None:
    reply = call(method, {"secret_key": SECRET_KEY, "account": account}, **INSTITUTION)
    needed = NEEDS[method]
    if ROLES[account] == needed:
        assert json.loads(reply.body)["code"] != 4000
    else:
        assert reply == refused_call(
            4000,
            "permission denied",
            "permission-denied",
            f"this tiger_id's role has no permission to {needed} with this account",
        )


def profile(account: str, kind: str) -> dict[str, str]:
    return {
        "account": account,
        "capability": "RegTMargin",
        "status": "Funded",
        "accountType": kind,
    }


PRIME = profile("12345678", "STANDARD")
PAPER = profile("20191106192858300", "PAPER")
GLOBAL = profile("U1234567", "GLOBAL")


@pytest.mark.parametrize(
    ("biz", "items"),
    [
        (None, [PRIME, PAPER, GLOBAL]),
        ("", [PRIME, PAPER, GLOBAL]),
        ("{}", [PRIME, PAPER, GLOBAL]),
        (' {"account": null} ', [PRIME, PAPER, GLOBAL]),
        ({"account": ""}, [PRIME, PAPER, GLOBAL]),
        ({"account": "20191106192858300", "lang": "en_US"}, [PAPER]),
    ],
)
def test_accounts(call: Call, success: Reply, biz: Any, items: list[dict[str, str]]) -> None:
    assert call("accounts", biz) == success({"items": items})


UNREADABLE = (
    1010,
    "biz param error(failed to parse parameters in 'biz_content')",
    "malformed-biz-content",
    "biz_content is not text that holds one JSON object with each name once",
)


@pytest.mark.parametrize(
    "biz",
    [
        *("x", "[]", "1", '"x"', "{", " ", "null", "account=12345678", "{'account': 1}"),
        *('{"a": NaN}', '{"a": 1, "a": 1}', '{"x": "\\ud800"}', "[" * 5000, '{"a":' * 5000),
    ],
)
def test_unreadable_biz_content(call: Call, refused_call: Reply, biz: str) -> None:
    for method in ("market_state", "accounts", "place_order"):
        assert call(method, biz) == refused_call(*UNREADABLE)


def test_biz_content_that_is_a_number(mock: TigerMock, sign: Sign, refused_call: Reply) -> None:
    request = sign("accounts", "1")
    unquoted = replace(request, body=request.body.replace(b': "1"', b": 1"))
    assert mock.handle(unquoted) == refused_call(*UNREADABLE)


def test_biz_content_that_is_true(mock: TigerMock, sign: Sign, refused_call: Reply) -> None:
    request = sign("accounts", "true")
    unquoted = replace(request, body=request.body.replace(b': "true"', b": true"))
    assert mock.handle(unquoted) == refused_call(*UNREADABLE)


def test_unknown_methods(call: Call, refused_call: Reply) -> None:
    for method in ("kline", "ORDERS", "orders ", "__class__"):
        assert call(method, "x") == refused_call(
            1000,
            "common param error(the current requested method does not support)",
            "unknown-method",
            "this mock does not have this method",
        )


US = {
    "market": "US",
    "marketStatus": "Trading",
    "status": "TRADING",
    "openTime": "01-15 09:30:00 EST",
}
HK = CN[0] | {"market": "HK"}


@pytest.mark.parametrize(
    ("biz", "states"),
    [
        (None, [US, HK, CN[0]]),
        ({"market": "ALL"}, [US, HK, CN[0]]),
        ({"market": None}, [US, HK, CN[0]]),
        ({"market": "US", "lang": "zh_CN"}, [US]),
    ],
)
def test_market_state(call: Call, success: Reply, biz: Any, states: list[dict[str, str]]) -> None:
    assert call("market_state", biz) == success(states)


@pytest.mark.parametrize(
    ("market", "reason", "message"),
    [
        ("us", "wrong-value", "market must be ALL or one of US, HK, CN"),
        ("MARS", "wrong-value", "market must be ALL or one of US, HK, CN"),
        ("U" * 65, "wrong-value", "market must have at most 64 characters"),
        (1, "wrong-type", "market must be a JSON string"),
        (True, "wrong-type", "market must be a JSON string"),
        (["US"], "wrong-type", "market must be a JSON string"),
    ],
)
def test_market_state_refused(
    call: Call, refused_call: Reply, market: Any, reason: str, message: str
) -> None:
    assert call("market_state", {"market": market}) == refused_call(
        1010, "biz param error(field 'market' invalid)", reason, message
    )


def test_assets(call: Call, success: Reply) -> None:
    # 10 at 110, bought at 100.5; 200 at 388.25, bought at 400.
    expected = {
        "account": "12345678",
        "capability": "RegTMargin",
        "currency": "USD",
        "buyingPower": 100000,
        "cashValue": 100000,
        "netLiquidation": 178750.00,
        "grossPositionValue": 78750.00,
        "realizedPnL": 0,
        "unrealizedPnL": -2255.00,
        "segments": [],
    }
    reply = call("assets")
    assert json.loads(reply.body)["data"] == {"items": [expected]}
    assert b'"netLiquidation":178750.00,' in reply.body
    empty = expected | {
        "account": "20191106192858300",
        **dict.fromkeys(("buyingPower", "cashValue", "netLiquidation"), 5),
        **dict.fromkeys(("grossPositionValue", "unrealizedPnL"), 0),
    }
    assert call("assets", {"account": "20191106192858300"}) == success({"items": [empty]})


def test_prime_assets(call: Call, success: Reply) -> None:
    segment = {
        "capability": "RegTMargin",
        "category": "S",
        "currency": "USD",
        "cashBalance": 5,
        "cashAvailableForTrade": 5,
        "grossPositionValue": 0,
        "equityWithLoan": 5,
        "netLiquidation": 5,
        "unrealizedPL": 0,
        "realizedPL": 0,
        "buyingPower": 5,
        "lockedFunds": 0,
        "currencyAssets": [
            {"currency": "USD", "cashBalance": 5, "cashAvailableForTrade": 5, "forexRate": 1}
        ],
    }
    assert call("prime_assets", {"account": "20191106192858300"}) == success(
        {
            "accountId": "20191106192858300",
            "updateTimestamp": NOW_MS,
            "segments": [segment],
        }
    )


APPLE = {
    "symbol": "AAPL",
    "market": "US",
    "secType": "STK",
    "account": "12345678",
    "position": 10,
    "positionScale": 0,
    "positionQty": 10,
    "salableQty": 10,
    "averageCost": 100.5,
    "unrealizedPnl": 95.0,
    "realizedPnl": 0,
    "marketValue": 1100,
    "currency": "USD",
    "multiplier": 1,
    "identifier": "AAPL",
    "latestPrice": 110,
}
TENCENT = APPLE | {
    "symbol": "00700",
    "market": "HK",
    "position": 200,
    "positionQty": 200,
    "salableQty": 200,
    "averageCost": 400,
    "unrealizedPnl": -2350.0,
    "marketValue": 77650.0,
    "currency": "HKD",
    "identifier": "00700",
    "latestPrice": 388.25,
}


@pytest.mark.parametrize(
    ("biz", "items"),
    [
        ({}, [APPLE, TENCENT]),
        ({"account": "12345678", "sec_type": "ALL", "market": "ALL"}, [APPLE, TENCENT]),
        ({"symbol": "AAPL"}, [APPLE]),
        ({"market": "HK", "sec_type": "STK"}, [TENCENT]),
        ({"currency": "USD"}, [APPLE]),
        ({"currency": "USD", "market": "HK"}, []),
        ({"sec_type": "OPT"}, []),
        ({"account": "U1234567"}, []),
    ],
)
def test_positions(
    call: Call, success: Reply, biz: dict[str, str], items: list[dict[str, Any]]
) -> None:
    reply = call("positions", biz)
    assert json.loads(reply.body)["data"] == {"items": items}
    assert reply.verdict == success(None).verdict
