"""Orders: previewed, placed, modified, cancelled, listed, and refused."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from signproof.mocks.replies import MockReply

Call = Callable[..., MockReply]
Reply = Callable[..., MockReply]

NOW_MS = 1800000000123
FIRST, SECOND, THIRD = (40_000_000_000_000_000 + number for number in (1, 2, 3))
GOOD = {
    "account": "12345678",
    "symbol": "AAPL",
    "sec_type": "STK",
    "currency": "USD",
    "action": "BUY",
    "order_type": "LMT",
    "total_quantity": 100,
    "limit_price": 150.5,
    "time_in_force": "DAY",
    "outside_rth": False,
    "user_mark": "neu 💧",
}
CLOSED = "the order is cancelled and cannot be changed or cancelled again"
UNKNOWN = "this account has no order of this id"


def order(**members: Any) -> dict[str, Any]:
    """Return what is listed of the good order just placed, but for *members*."""
    listed = {
        "symbol": "AAPL",
        "market": "US",
        "secType": "STK",
        "currency": "USD",
        "identifier": "AAPL",
        "id": FIRST,
        "externalId": "",
        "orderId": 1,
        "account": "12345678",
        "action": "BUY",
        "orderType": "LMT",
        "limitPrice": 150.5,
        "auxPrice": None,
        "trailingPercent": None,
        "totalQuantity": 100,
        "totalQuantityScale": 0,
        "filledQuantity": 0,
        "filledQuantityScale": 0,
        "filledCashAmount": 0,
        "avgFillPrice": 0,
        "timeInForce": "DAY",
        "outsideRth": False,
        "commission": 0,
        "gst": 0,
        "realizedPnl": 0,
        "liquidation": False,
        "openTime": NOW_MS,
        "updateTime": NOW_MS,
        "latestTime": NOW_MS,
        "name": "AAPL",
        "attrDesc": "",
        "userMark": "neu 💧",
        "attrList": [],
        "algoStrategy": "LMT",
        "status": "Submitted",
        "source": "OpenApi",
        "discount": 0,
        "replaceStatus": "NONE",
        "cancelStatus": "NONE",
        "canModify": True,
        "canCancel": True,
        "isOpen": True,
        "orderDiscount": 0,
        "tradingSessionType": "RTH",
    } | members
    return {name: value for name, value in listed.items() if value is not None}


CANCELLED = {
    "status": "Cancelled",
    "cancelStatus": "RECEIVED",
    "canModify": False,
    "canCancel": False,
}


def placed(listed: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": listed["id"],
        "orderId": listed["orderId"],
        "subIds": [],
        "orders": [listed],
    }


def items(*orders: dict[str, Any]) -> dict[str, Any]:
    return {"nextPageToken": "", "items": list(orders)}


def data(reply: MockReply) -> Any:
    envelope = json.loads(reply.body)
    assert envelope["code"] == 0, envelope
    return envelope["data"]


def test_the_life_of_an_order(
    call: Call, clock: SimpleNamespace, success: Reply, refused_call: Reply
) -> None:
    assert call("orders") == success(items())
    assert call("place_order", GOOD) == success(placed(order()))
    assert call("orders") == success(items(order()))
    assert call("active_orders") == success(items(order()))
    assert call("inactive_orders") == success(items())
    assert call("filled_orders") == success(items())
    clock.now += 5
    change = {"id": FIRST, "limit_price": 151, "total_quantity": 7}
    assert data(call("modify_order", change)) == {"id": FIRST}
    changed = order(
        limitPrice=151,
        totalQuantity=7,
        replaceStatus="REPLACED",
        updateTime=NOW_MS + 5000,
        latestTime=NOW_MS + 5000,
    )
    assert data(call("orders")) == items(changed)
    clock.now += 5
    assert data(call("cancel_order", {"id": FIRST})) == {"id": FIRST}
    closed = changed | CANCELLED
    closed |= {"updateTime": NOW_MS + 10_000, "latestTime": NOW_MS + 10_000}
    assert data(call("orders")) == items(closed)
    assert data(call("active_orders")) == items()
    assert data(call("inactive_orders")) == items(closed)
    clock.now -= 10
    for method in ("modify_order", "cancel_order"):
        assert call(method, {"id": FIRST}) == refused_call(
            1200, "prime account response error(order is closed)", "order-closed", CLOSED
        )
    assert call("orders") == success(items(closed))
    assert call("place_order", GOOD) == success(placed(order(id=SECOND, orderId=2)))


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({"account": None}, {}),
        ({"account": ""}, {}),
        ({"action": "SELL"}, {"action": "SELL"}),
        ({"sec_type": None, "time_in_force": None, "outside_rth": None, "currency": None}, {}),
        ({"sec_type": "OPT", "expiry": "20270115"}, {"secType": "OPT"}),
        ({"time_in_force": "GTC", "outside_rth": True}, {"timeInForce": "GTC", "outsideRth": True}),
        ({"currency": "HKD"}, {"market": "HK", "currency": "HKD"}),
        ({"currency": "SGD"}, {"market": "US", "currency": "SGD"}),
        ({"currency": "", "market": "CN"}, {"market": "CN", "currency": "CNH"}),
        ({"currency": "", "market": "SG"}, {"market": "SG", "currency": "USD"}),
        ({"user_mark": None}, {"userMark": ""}),
        ({"user_mark": "é" * 64}, {"userMark": "é" * 64}),
        ({"user_mark": '"\\\n\x7f'}, {"userMark": '"\\\n\x7f'}),
        ({"total_quantity": "100"}, {}),
        ({"total_quantity": 10**17}, {"totalQuantity": 10**17}),
        (
            {"total_quantity": 111, "total_quantity_scale": 2},
            {"totalQuantity": 111, "totalQuantityScale": 2},
        ),
        ({"limit_price": 1e-7}, {"limitPrice": 1e-7}),
        ({"limit_price": 1e14}, {"limitPrice": 1e14}),
        (
            {"order_type": "MKT", "limit_price": None},
            {"orderType": "MKT", "algoStrategy": "MKT", "limitPrice": None},
        ),
        ({"order_type": "MKT"}, {"orderType": "MKT", "algoStrategy": "MKT"}),
        (
            {"order_type": "STP", "limit_price": None, "aux_price": 140},
            {"orderType": "STP", "algoStrategy": "STP", "limitPrice": None, "auxPrice": 140},
        ),
        (
            {"order_type": "STP_LMT", "aux_price": 140},
            {"orderType": "STP_LMT", "algoStrategy": "STP_LMT", "auxPrice": 140},
        ),
        (
            {"order_type": "TRAIL", "limit_price": None, "aux_price": 3},
            {"orderType": "TRAIL", "algoStrategy": "TRAIL", "limitPrice": None, "auxPrice": 3},
        ),
        (
            {"order_type": "TRAIL", "limit_price": None, "trailing_percent": 0.5},
            {
                "orderType": "TRAIL",
                "algoStrategy": "TRAIL",
                "limitPrice": None,
                "trailingPercent": 0.5,
            },
        ),
        ({"unknown": [None, {"a": 1}], "lang": "en_US"}, {}),
    ],
)
def test_orders_placed(
    call: Call, success: Reply, change: dict[str, Any], listed: dict[str, Any]
) -> None:
    reply = call("place_order", GOOD | change)
    assert data(reply) == placed(order(**listed))
    assert reply.body.isascii()
    assert reply.verdict == success(None).verdict
    assert data(call("orders", {"id": FIRST})) == order(**listed)


def test_numbers_are_printed_as_they_were_sent(call: Call) -> None:
    biz = json.dumps(GOOD).replace("150.5", "150.500")
    assert b'"limitPrice":150.500,' in call("place_order", biz).body


PREVIEW = {
    "account": "12345678",
    "isPass": True,
    "commission": 0,
    "commissionCurrency": "USD",
    "marginCurrency": "USD",
    "initMargin": 0,
    "initMarginBefore": 0,
    "maintMargin": 0,
    "maintMarginBefore": 0,
    "equityWithLoan": 178750,
    "equityWithLoanBefore": 178750,
    "gst": 0,
    "message": "",
}


def test_a_preview_places_nothing(call: Call) -> None:
    assert data(call("preview_order", GOOD)) == PREVIEW
    assert data(call("orders")) == items()


def empty(name: str) -> tuple[int, str, str, str]:
    return (
        1010,
        f"biz param error(field '{name}' cannot be empty)",
        "missing-parameter",
        f"biz_content has no {name}: add it and sign it",
    )


def wrong(name: str, what: str, reason: str = "wrong-value") -> tuple[int, str, str, str]:
    return (1010, f"biz param error(field '{name}' invalid)", reason, f"{name} must {what}")


def no_text(name: str) -> tuple[int, str, str, str]:
    return wrong(name, "be a JSON string", "wrong-type")


NUMBER = "be a JSON number without a sign"
RANGE = "be more than zero and less than 1000000000000000"
INTEGER = "be an integer of at most 18 digits"
TYPES = "be one of MKT, LMT, STP, STP_LMT, TRAIL, spelled so"
NO_TEXTS: tuple[Any, ...] = (50, True, False, [], {}, ["x"])
TEXTS = ("symbol", "sec_type", "currency", "action", "order_type", "time_in_force", "user_mark")

NO_NUMBERS: tuple[Any, ...] = (-1, -0.5, "150", "x", True, [], {}, 10**20, 1e-100)
NO_INTEGERS: tuple[Any, ...] = (
    *(1.0, 1.5, "1.0", " 1", "1 ", "1\n", "x", "1_0", "+1", "\N{ARABIC-INDIC DIGIT ONE}"),
    *(True, [], 10**18),
)
NO_FLAGS: tuple[Any, ...] = ("true", 1, [])
REFUSED: list[tuple[dict[str, Any], tuple[int, str, str, str]]] = [
    *[
        ({name: nothing}, empty(name))
        for name in ("symbol", "action", "order_type", "total_quantity", "limit_price")
        for nothing in (None, "")
    ],
    *[({name: value}, no_text(name)) for name in TEXTS for value in NO_TEXTS],
    *[({"limit_price": value}, wrong("limit_price", NUMBER)) for value in NO_NUMBERS],
    *[
        ({"limit_price": value}, wrong("limit_price", RANGE))
        for value in (0, 0.0, 1e15, 10**15, 10**19, 1e99)
    ],
    *[({"total_quantity": value}, wrong("total_quantity", INTEGER)) for value in NO_INTEGERS],
    *[
        ({"total_quantity": value}, wrong("total_quantity", "be more than zero"))
        for value in (0, -1, "0", "-100")
    ],
    *[
        ({"total_quantity_scale": value}, wrong("total_quantity_scale", "be 0 to 10"))
        for value in (-1, 11)
    ],
    *[
        ({"outside_rth": value}, wrong("outside_rth", "be true or false", "wrong-type"))
        for value in NO_FLAGS
    ],
    ({"symbol": "x" * 65}, wrong("symbol", "have at most 64 characters")),
    ({"user_mark": "x" * 65}, wrong("user_mark", "have at most 64 characters")),
    ({"action": "buy"}, wrong("action", "be one of BUY, SELL, spelled so")),
    ({"order_type": "lmt"}, wrong("order_type", TYPES)),
    ({"time_in_force": " DAY"}, wrong("time_in_force", "be one of DAY, GTC, GTD, spelled so")),
    ({"sec_type": "X"}, wrong("sec_type", "be one of STK, OPT, WAR, IOPT, FUT, FUND, spelled so")),
    ({"order_type": "STP_LMT", "limit_price": None, "aux_price": 1}, empty("limit_price")),
    ({"order_type": "STP_LMT"}, empty("aux_price")),
    ({"order_type": "STP"}, empty("aux_price")),
    ({"order_type": "TRAIL"}, empty("trailing_percent")),
]


@pytest.mark.parametrize("method", ["place_order", "preview_order"])
@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_orders_refused(
    call: Call,
    refused_call: Reply,
    method: str,
    change: dict[str, Any],
    expected: tuple[int, str, str, str],
) -> None:
    assert call(method, GOOD | change) == refused_call(*expected)
    assert data(call("orders")) == items()


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, {}),
        (GOOD, {}),
        ({"total_quantity": 1}, {"totalQuantity": 1}),
        ({"total_quantity_scale": 3}, {"totalQuantityScale": 3}),
        ({"limit_price": 1.25}, {"limitPrice": 1.25}),
        ({"aux_price": 2}, {"auxPrice": 2}),
        ({"trailing_percent": 3}, {"trailingPercent": 3}),
        ({"time_in_force": "GTC"}, {"timeInForce": "GTC"}),
        ({"outside_rth": True}, {"outsideRth": True}),
        ({"symbol": "MSFT", "action": "SELL", "user_mark": "x"}, {}),
        ({"id": str(FIRST)}, {}),
    ],
)
def test_modifications(call: Call, change: dict[str, Any], listed: dict[str, Any]) -> None:
    call("place_order", GOOD)
    assert data(call("modify_order", {"id": FIRST} | change)) == {"id": FIRST}
    assert data(call("orders")) == items(order(replaceStatus="REPLACED", **listed))


def test_false_is_a_change(call: Call) -> None:
    call("place_order", GOOD | {"outside_rth": True})
    call("modify_order", {"id": FIRST, "outside_rth": False})
    assert data(call("orders")) == items(order(replaceStatus="REPLACED"))


NOT_FOUND = (1200, "prime account response error(order not found)", "unknown-order", UNKNOWN)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": None}, empty("id")),
        ({"id": ""}, empty("id")),
        ({"id": "x"}, wrong("id", INTEGER)),
        ({"id": 1.5}, wrong("id", INTEGER)),
        ({"id": 10**18}, wrong("id", INTEGER)),
        ({"id": 0}, NOT_FOUND),
        ({"id": FIRST - 1}, NOT_FOUND),
        ({"id": 1}, NOT_FOUND),
    ],
)
@pytest.mark.parametrize("method", ["modify_order", "cancel_order"])
def test_wrong_ids(
    call: Call,
    refused_call: Reply,
    method: str,
    change: dict[str, Any],
    expected: tuple[int, str, str, str],
) -> None:
    call("place_order", GOOD)
    assert call(method, {"id": FIRST, "limit_price": 9} | change) == refused_call(*expected)
    assert data(call("orders")) == items(order())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"order_type": "MKT"},
            (
                1010,
                "biz param error(field 'order_type' invalid)",
                "wrong-value",
                "the type of an order cannot be changed: cancel it",
            ),
        ),
        ({"order_type": "x"}, wrong("order_type", TYPES)),
        ({"total_quantity": 0}, wrong("total_quantity", "be more than zero")),
        ({"total_quantity_scale": 11}, wrong("total_quantity_scale", "be 0 to 10")),
        ({"limit_price": "1"}, wrong("limit_price", NUMBER)),
        ({"outside_rth": "no"}, wrong("outside_rth", "be true or false", "wrong-type")),
    ],
)
def test_modifications_refused(
    call: Call, refused_call: Reply, change: dict[str, Any], expected: tuple[int, str, str, str]
) -> None:
    call("place_order", GOOD)
    assert call("modify_order", {"id": FIRST} | change) == refused_call(*expected)
    assert data(call("orders")) == items(order())


@pytest.mark.parametrize(
    ("account", "code", "kind"),
    [
        ("12345678", 1200, "prime"),
        ("20191106192858300", 1300, "paper"),
        ("U1234567", 1100, "global"),
    ],
)
def test_orders_belong_to_their_account(
    call: Call, refused_call: Reply, account: str, code: int, kind: str
) -> None:
    others = {"12345678", "20191106192858300", "U1234567"} - {account}
    for number, other in enumerate(sorted(others)):
        listed = data(call("place_order", GOOD | {"account": other}))
        assert (listed["id"], listed["orderId"]) == (FIRST + number, 1)
        for method in ("modify_order", "cancel_order", "orders"):
            assert call(method, {"id": listed["id"], "account": account}) == refused_call(
                code, f"{kind} account response error(order not found)", "unknown-order", UNKNOWN
            )
    assert data(call("orders", {"account": account})) == items()


@pytest.mark.parametrize(
    ("biz", "numbers"),
    [
        ({}, "321"),
        ({"unknown": 1, "start_date": "2027-01-01", "is_brief": True}, "321"),
        ({"symbol": "AAPL"}, "31"),
        ({"symbol": "aapl"}, ""),
        ({"market": "HK"}, "2"),
        ({"market": "ALL", "sec_type": "ALL"}, "321"),
        ({"sec_type": "OPT"}, "3"),
        ({"sec_type": "OPT", "symbol": "00700"}, ""),
        ({"limit": 2}, "32"),
        ({"limit": "1"}, "3"),
    ],
)
def test_filters(call: Call, biz: dict[str, Any], numbers: str) -> None:
    call("place_order", GOOD)
    call("place_order", GOOD | {"symbol": "00700", "currency": "HKD"})
    call("place_order", GOOD | {"sec_type": "OPT"})
    call("cancel_order", {"id": THIRD})
    found = {
        "1": order(),
        "2": order(
            id=SECOND,
            orderId=2,
            symbol="00700",
            identifier="00700",
            name="00700",
            market="HK",
            currency="HKD",
        ),
        "3": order(id=THIRD, orderId=3, secType="OPT", **CANCELLED),
    }
    assert data(call("orders", biz)) == items(*(found[number] for number in numbers))


@pytest.mark.parametrize(
    ("biz", "expected"),
    [
        ({"limit": 0}, wrong("limit", "be more than zero")),
        ({"limit": "x"}, wrong("limit", INTEGER)),
        ({"symbol": 700}, no_text("symbol")),
        ({"id": "x"}, wrong("id", INTEGER)),
    ],
)
def test_filters_refused(
    call: Call, refused_call: Reply, biz: dict[str, Any], expected: tuple[int, str, str, str]
) -> None:
    for method in ("orders", "active_orders", "inactive_orders", "filled_orders"):
        assert call(method, biz) == refused_call(*expected)
