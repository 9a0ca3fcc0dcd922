"""Orders: who may place them, and what becomes of them."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from signers import SignedRequest
from signers.shioaji import ApiKey, CertificateFacts, Permission
from signers.shioaji.flow import Mode, Policy
from signproof.mocks.replies import MockReply
from signproof.mocks.shioaji import ShioajiMock
from tests.mocks.shioaji.conftest import ACCOUNTS, CERTIFICATE, KEY, KEY_OF_BROKER, NOW, PERSON

Build = Callable[..., ShioajiMock]
Ask = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]

PLACE = "/api/v1/order/place_order"
STOCK = {"security_type": "STK", "exchange": "TSE", "code": "2330"}
TERMS = {"action": "Buy", "price": 580, "quantity": 3, "price_type": "LMT", "order_type": "ROD"}
ORDER: dict[str, Any] = {"contract": STOCK, "stock_order": TERMS}
FUTURE: dict[str, Any] = {
    "contract": {"security_type": "FUT", "exchange": "TAIFEX", "code": "TXFF6"},
    "futures_order": TERMS | {"price": 17000.5, "action": "Sell", "octype": "New"},
}
CERTIFICATE_ADVICE = (
    "download the certificate with `Download Certificate` on the API management page, or with "
    "eleader"
)
NO_CA = (
    400,
    f"CA not activated for: {PERSON}",
    "ca-not-activated",
    f"activate the CA of this person before production orders; {CERTIFICATE_ADVICE}",
)
CA_EXPIRED = (
    400,
    "Ca has expired!",
    "ca-expired",
    f"the certificate has ended: {CERTIFICATE_ADVICE}, and activate it",
)
CA_EARLY = (
    400,
    "the certificate is not valid yet",
    "ca-not-yet-valid",
    "set this machine's clock, or wait until the certificate begins",
)
NOT_OURS = (
    406,
    "Account Not Acceptable.",
    "account-refused",
    (
        "complete the signature for API usage of this account and its test of login and order in "
        "simulation; where both are done, use an account that the key includes"
    ),
)
UNSIGNED = (
    406,
    "Please sign 9A950000001 first.",
    "account-unsigned",
    "complete the signature for API usage of this account, then wait for its audit",
)
NOT_AUTHENTICATED = (
    401,
    "Not authenticated",
    "not-authenticated",
    "log in first, then activate the CA",
)


def account(number: int) -> dict[str, Any]:
    chosen = ACCOUNTS[number]
    return {
        "account_type": chosen.account_type.value,
        "person_id": chosen.person_id,
        "broker_id": chosen.broker_id,
        "account_id": chosen.account_id,
        "signed": chosen.signed,
        "username": chosen.username,
    }


def trade(
    number: int = 1,
    *,
    owner: int = 1,
    status: str = "PendingSubmit",
    cancelled: int = 0,
    price: float = 580.0,
    modified: int = NOW,
) -> dict[str, Any]:
    """Return a trade of `ORDER`."""
    return {
        "contract": {
            "security_type": "STK",
            "code": "2330",
            "exchange": "TSE",
            "target_code": None,
        },
        "order": {
            "id": f"0000000{number}",
            "seqno": f"00000{number}",
            "ordno": "",
            "account": account(owner),
            "action": "Buy",
            "price": price,
            "quantity": 3,
            "price_type": "LMT",
            "order_type": "ROD",
            "order_lot": "Common",
            "order_cond": "Cash",
        },
        "status": {
            "id": f"0000000{number}",
            "status": status,
            "status_code": "00",
            "msg": "",
            "order_ts": NOW,
            "modified_ts": modified,
            "order_quantity": 3,
            "deal_quantity": 0,
            "cancel_quantity": cancelled,
            "deals": [],
        },
    }


@pytest.fixture
def ready(build: Build) -> ShioajiMock:
    """Return a mock in production with an active CA."""
    mock = build(mode=Mode.PRODUCTION)
    mock.activate(CERTIFICATE)
    return mock


def test_a_stock_order(ready: ShioajiMock, build: Build, ask: Ask, success: Reply) -> None:
    for mock in (ready, build()):
        assert mock.handle(ask("POST", PLACE, ORDER)) == success(trade())


@pytest.mark.parametrize("kind", ["FUT", "OPT"])
def test_a_futures_order(ready: ShioajiMock, ask: Ask, success: Reply, kind: str) -> None:
    wanted = FUTURE | {"contract": FUTURE["contract"] | {"security_type": kind}}
    expected = trade(owner=2)
    expected["contract"] = {
        "security_type": kind,
        "code": "TXFF6",
        "exchange": "TAIFEX",
        "target_code": None,
    }
    for name in ("order_lot", "order_cond"):
        del expected["order"][name]
    expected["order"] |= {"action": "Sell", "price": 17000.5, "octype": "New"}
    assert ready.handle(ask("POST", PLACE, wanted)) == success(expected)


def test_production_without_a_ca(build: Build, ask: Ask, refused: Reply) -> None:
    mock = build(mode=Mode.PRODUCTION)
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(*NO_CA)


def test_another_persons_ca(build: Build, ask: Ask, refused: Reply) -> None:
    mock = build(mode=Mode.PRODUCTION)
    mock.activate(replace(CERTIFICATE, person_id="Z399999999"))
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(*NO_CA)


def test_expiry_takes_effect_at_the_second(
    ready: ShioajiMock, ask: Ask, clock: SimpleNamespace, refused: Reply
) -> None:
    clock.now = CERTIFICATE.not_after - 60
    ready.log_in(KEY_OF_BROKER)
    ready.activate(CERTIFICATE)
    for now in (CERTIFICATE.not_after - 60, CERTIFICATE.not_after, CERTIFICATE.not_after + 0.999):
        clock.now = now
        assert ready.handle(ask("POST", PLACE, ORDER)).status == 200
    clock.now = CERTIFICATE.not_after + 1
    assert ready.handle(ask("POST", PLACE, ORDER)) == refused(*CA_EXPIRED)
    choice = {"trade_id": "00000001"}
    for path, body in (
        ("cancel_order", choice),
        ("update_price", choice | {"price": 1}),
        ("update_qty", choice | {"quantity": 1}),
    ):
        assert ready.handle(ask("POST", f"/api/v1/order/{path}", body)) == refused(*CA_EXPIRED)


def test_a_ca_that_has_not_begun(
    build: Build, ask: Ask, clock: SimpleNamespace, refused: Reply
) -> None:
    mock = build(mode=Mode.PRODUCTION, policy=Policy.SDK)
    mock.activate(CertificateFacts(PERSON, NOW + 60, NOW + 120))
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(*CA_EARLY)
    clock.now = NOW + 60
    assert mock.handle(ask("POST", PLACE, ORDER)).status == 200


def test_before_the_login(build: Build, ask: Ask, refused: Reply) -> None:
    for mode in Mode:
        mock = build(mode=mode, logged_in=False)
        for body in (ORDER, FUTURE):
            assert mock.handle(ask("POST", PLACE, body)) == refused(*NOT_AUTHENTICATED)


@pytest.mark.parametrize(
    ("named", "owner"),
    [
        (None, 1),
        ({"broker_id": "9A95", "account_id": "0000002"}, 1),
        ({"broker_id": "9A95", "account_id": "0000002", "person_id": "x", "signed": False}, 1),
    ],
)
def test_which_account(
    ready: ShioajiMock, ask: Ask, success: Reply, named: dict[str, Any] | None, owner: int
) -> None:
    body = {"contract": STOCK, "stock_order": TERMS | {"account": named}}
    assert ready.handle(ask("POST", PLACE, body)) == success(trade(owner=owner))


@pytest.mark.parametrize(
    "named",
    [
        {"broker_id": "F002", "account_id": "0000003"},
        {"broker_id": "9A95", "account_id": "0000009"},
        {"broker_id": "", "account_id": ""},
    ],
)
def test_accounts_of_others(
    ready: ShioajiMock, ask: Ask, refused: Reply, named: dict[str, str]
) -> None:
    body = {"contract": STOCK, "stock_order": TERMS | {"account": named}}
    assert ready.handle(ask("POST", PLACE, body)) == refused(*NOT_OURS)


def test_a_key_without_an_account_of_the_type(build: Build, ask: Ask, refused: Reply) -> None:
    mock = build(key=replace(KEY_OF_BROKER, accounts=ACCOUNTS[:1]))
    assert mock.handle(ask("POST", PLACE, FUTURE)) == refused(*NOT_OURS)


def test_accounts_that_are_not_signed(
    build: Build, ask: Ask, success: Reply, refused: Reply
) -> None:
    key = replace(KEY_OF_BROKER, accounts=ACCOUNTS[:1])
    mock = build(key=key, mode=Mode.PRODUCTION)
    mock.activate(CERTIFICATE)
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(*UNSIGNED)
    assert build(key=key).handle(ask("POST", PLACE, ORDER)) == success(trade(owner=0))


@pytest.mark.parametrize("mode", Mode)
def test_a_key_that_may_not_trade(build: Build, ask: Ask, refused: Reply, mode: Mode) -> None:
    key = ApiKey(KEY, frozenset(Permission) - {Permission.TRADING}, ACCOUNTS)
    mock = build(key=key, mode=mode)
    mock.activate(CERTIFICATE)
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(
        401,
        "Token doesn't have permission",
        "no-permission",
        "use a key with the permission that the call needs: Market / Data, Account or Trading",
    )


INVALID = "is missing or not what it takes"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, f"contract {INVALID}"),
        ({"contract": STOCK}, "stock_order is missing, which such a contract needs"),
        (
            {"contract": STOCK, "futures_order": TERMS},
            "stock_order is missing, which such a contract needs",
        ),
        (
            FUTURE | {"futures_order": None},
            "futures_order is missing, which such a contract needs",
        ),
        (
            ORDER | {"contract": STOCK | {"security_type": "IND"}},
            "an index cannot be traded",
        ),
        (
            ORDER | {"contract": STOCK | {"security_type": "WRT"}},
            f"contract.security_type {INVALID}",
        ),
        (ORDER | {"contract": {}}, f"contract.security_type {INVALID}"),
        (ORDER | {"contract": []}, f"contract {INVALID}"),
    ]
    + [
        ({"contract": STOCK, "stock_order": TERMS | change}, f"stock_order.{where} {INVALID}")
        for change, where in (
            ({"action": "buy"}, "action"),
            ({"price": "580"}, "price"),
            ({"price": -0.5}, "price"),
            ({"price": 1e9}, "price"),
            ({"price": None}, "price"),
            ({"quantity": 0}, "quantity"),
            ({"quantity": 1.5}, "quantity"),
            ({"quantity": "1"}, "quantity"),
            ({"quantity": 1_000_001}, "quantity"),
            ({"quantity": 10**30}, "quantity"),
            ({"price_type": "LIMIT"}, "price_type"),
            ({"order_type": "DAY"}, "order_type"),
            ({"order_lot": "common"}, "order_lot"),
            ({"order_cond": None}, "order_cond"),
            ({"account": {"broker_id": "9A95"}}, "account.account_id"),
            ({"account": {"broker_id": "9A95", "account_id": 1}}, "account.account_id"),
            ({"account": "9A95-0000002"}, "account"),
        )
    ],
)
def test_orders_that_are_wrong(
    ready: ShioajiMock, ask: Ask, refused: Reply, body: Any, message: str
) -> None:
    assert ready.handle(ask("POST", PLACE, body)) == refused(
        400, "invalid parameter", "wrong-value", message
    )


def test_what_may_be_absent_or_more(ready: ShioajiMock, ask: Ask, success: Reply) -> None:
    terms = TERMS | {"order_lot": "Odd", "order_cond": "MarginTrading", "custom_field": "x"}
    expected = trade()
    expected["order"] |= {"order_lot": "Odd", "order_cond": "MarginTrading"}
    reply = ready.handle(ask("POST", PLACE, {"contract": STOCK, "stock_order": terms}))
    assert reply == success(expected)


def test_the_life_of_an_order(
    ready: ShioajiMock, ask: Ask, clock: SimpleNamespace, success: Reply, refused: Reply
) -> None:
    def change(path: str, **body: Any) -> MockReply:
        return ready.handle(ask("POST", f"/api/v1/order/{path}", {"trade_id": "00000001"} | body))

    assert ready.handle(ask("POST", PLACE, ORDER)) == success(trade())
    clock.now = NOW + 5
    submitted = trade(status="Submitted")
    assert ready.handle(ask("POST", "/api/v1/order/trades", {})) == success([submitted])
    priced = trade(status="Submitted", price=585.5, modified=NOW + 5)
    assert change("update_price", price=585.5) == success(priced)
    reduced = trade(status="Submitted", price=585.5, modified=NOW + 5, cancelled=2)
    assert change("update_qty", quantity=2) == success(reduced)
    assert change("update_qty", quantity=2) == refused(
        400,
        "quantity can only be reduced",
        "wrong-quantity",
        "more is to be taken away than is left of the order",
    )
    clock.now = NOW + 6
    gone = trade(status="Cancelled", price=585.5, modified=NOW + 6, cancelled=3)
    assert change("cancel_order") == success(gone)
    closed = refused(
        400,
        "無法刪單/改量",
        "trade-closed",
        "the order is cancelled and cannot be changed or cancelled again",
    )
    assert change("cancel_order") == closed
    assert change("update_price", price=1) == closed
    assert change("update_qty", quantity=1) == closed
    assert ready.handle(ask("POST", "/api/v1/order/trades", {})) == success([gone])


def test_an_order_reduced_to_nothing(ready: ShioajiMock, ask: Ask, success: Reply) -> None:
    ready.handle(ask("POST", PLACE, ORDER))
    body = {"trade_id": "00000001", "quantity": 3}
    assert ready.handle(ask("POST", "/api/v1/order/update_qty", body)) == success(
        trade(status="Cancelled", cancelled=3)
    )


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"account_type": "S"}, [1, 2]),
        ({"account_type": "F"}, [3]),
        ({"account_type": "H"}, []),
        ({"broker_id": "9A95"}, [1, 2]),
        ({"broker_id": "9A95", "account_id": "0000001"}, [1]),
        ({"account_id": "0000003"}, [3]),
        ({"account_type": "S", "account_id": "0000003"}, []),
    ],
)
def test_listing(build: Build, ask: Ask, choice: dict[str, str], numbers: list[int]) -> None:
    mock = build()
    unsigned = TERMS | {"account": {"broker_id": "9A95", "account_id": "0000001"}}
    for body in ({"contract": STOCK, "stock_order": unsigned}, ORDER, FUTURE):
        assert mock.handle(ask("POST", PLACE, body)).status == 200
    reply = mock.handle(ask("POST", "/api/v1/order/trades", choice))
    assert reply.body.count(b'"seqno"') == len(numbers)
    assert all(f'"seqno":"00000{number}"'.encode() in reply.body for number in numbers)


@pytest.mark.parametrize("path", ["cancel_order", "update_price", "update_qty"])
def test_unknown_trades(ready: ShioajiMock, ask: Ask, refused: Reply, path: str) -> None:
    body = {"trade_id": "00000001", "price": 1, "quantity": 1}
    assert ready.handle(ask("POST", f"/api/v1/order/{path}", body)) == refused(
        400,
        "Trade 00000001 not found in cache",
        "unknown-trade",
        "this server placed no such order: send `order.id` of its own answer",
    )
    for wrong in ("", "a b", "x" * 41, 1, None):
        reply = ready.handle(ask("POST", f"/api/v1/order/{path}", body | {"trade_id": wrong}))
        assert reply == refused(400, "invalid parameter", "wrong-value", f"trade_id {INVALID}")
