"""Orders: submitted, replaced, cancelled, listed, and refused."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from signproof.mocks.longbridge.order_requests import PRICED, OrderType, Side, TimeInForce
from signproof.mocks.replies import MockReply, Verdict

Call = Callable[..., MockReply]

JSON = (b"Content-Type", b"application/json; charset=utf-8")
SIGNED = "the signature is right, over the path as sent"
ORDER = "/v1/trade/order"
SAMPLE = "/v1/trade/order/submit"
TODAY = "/v1/trade/order/today"
FIRST, SECOND, THIRD = ("70000000000000000" + digit for digit in "123")

GOOD = {
    "side": "Buy",
    "symbol": "700.HK",
    "order_type": "LO",
    "submitted_price": "50",
    "submitted_quantity": "200",
    "time_in_force": "Day",
    "remark": "Hello from Shell",
}
CHANGE = {"order_id": FIRST, "quantity": "100", "price": "50.50"}


def success(data: Any) -> MockReply:
    envelope = {"code": 0, "message": "success", "data": data}
    body = json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
    return MockReply(200, (JSON,), body, Verdict(accepted=True, reason=None, message=SIGNED))


def refused(code: int, text: str, reason: str, message: str) -> MockReply:
    return MockReply(
        400,
        (JSON,),
        f'{{"code":{code},"message":"{text}","data":null}}'.encode(),
        Verdict(accepted=True, reason=reason, message=f"{message} ({SIGNED})"),
    )


def invalid(reason: str, message: str) -> MockReply:
    return refused(400000, "invalid parameter", reason, message)


UNKNOWN = refused(
    400001, "order not found", "unknown-order", "this API key has no order of this id"
)
CLOSED = refused(
    400002,
    "order is closed",
    "order-closed",
    "the order is cancelled and cannot be changed or cancelled again",
)


def octets(members: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode()


def order(**members: Any) -> dict[str, Any]:
    """Return what is listed of the good order just submitted, but for *members*."""
    return {
        "currency": "HKD",
        "executed_price": "0",
        "executed_quantity": "0",
        "expire_date": "",
        "last_done": "",
        "limit_depth_level": 0,
        "limit_offset": "",
        "monitor_price": "",
        "msg": "",
        "order_id": FIRST,
        "order_type": "LO",
        "outside_rth": "UnknownOutsideRth",
        "price": "50",
        "quantity": "200",
        "remark": "Hello from Shell",
        "side": "Buy",
        "status": "NewStatus",
        "stock_name": "700.HK",
        "submitted_at": "1800000000",
        "symbol": "700.HK",
        "tag": "Normal",
        "time_in_force": "Day",
        "trailing_amount": "",
        "trailing_percent": "",
        "trigger_at": "0",
        "trigger_count": 0,
        "trigger_price": "",
        "trigger_status": "NOT_USED",
        "updated_at": "1800000000",
    } | members


def test_the_life_of_an_order(call: Call, clock: SimpleNamespace) -> None:
    assert call("GET", TODAY) == success({"orders": []})
    assert call("POST", ORDER, octets(GOOD)) == success({"order_id": FIRST})
    assert call("GET", TODAY) == success({"orders": [order()]})
    clock.now += 5
    assert call("PUT", ORDER, octets(CHANGE)) == success({})
    replaced = order(
        price="50.50", quantity="100", status="ReplacedStatus", updated_at="1800000005"
    )
    assert call("GET", TODAY) == success({"orders": [replaced]})
    clock.now += 5
    again = CHANGE | {"remark": "neu 💧", "quantity": "0.5"}
    assert call("PUT", ORDER, octets(again)) == success({})
    replaced |= {"quantity": "0.5", "remark": "neu 💧", "updated_at": "1800000010"}
    assert call("GET", TODAY) == success({"orders": [replaced]})
    clock.now += 5
    assert call("DELETE", f"{ORDER}?order_id={FIRST}") == success({})
    cancelled = replaced | {"status": "CanceledStatus", "updated_at": "1800000015"}
    clock.now += 5
    assert call("DELETE", f"{ORDER}?order_id={FIRST}") == CLOSED
    assert call("PUT", ORDER, octets(CHANGE)) == CLOSED
    assert call("GET", TODAY) == success({"orders": [cancelled]})
    assert call("POST", ORDER, octets(GOOD)) == success({"order_id": SECOND})


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({"side": "Sell"}, {"side": "Sell"}),
        ({"time_in_force": "GTC"}, {"time_in_force": "GTC"}),
        ({"remark": None}, {"remark": ""}),
        ({"remark": "é" * 64}, {"remark": "é" * 64}),
        ({"submitted_price": "0.001"}, {"price": "0.001"}),
        ({"submitted_price": "00050.00"}, {"price": "50.00"}),
        ({"submitted_price": "0.0000000001"}, {"price": "0.0000000001"}),
        (
            {"submitted_quantity": "12345678901234567890"},
            {"quantity": "12345678901234567890"},
        ),
        ({"order_type": "MO", "submitted_price": None}, {"order_type": "MO", "price": ""}),
        ({"order_type": "MO", "submitted_price": ""}, {"order_type": "MO", "price": ""}),
        ({"order_type": "MO"}, {"order_type": "MO"}),
        (
            {"symbol": "BRK.B.US"},
            {"symbol": "BRK.B.US", "stock_name": "BRK.B.US", "currency": "USD"},
        ),
        ({"symbol": "D05.SG"}, {"symbol": "D05.SG", "stock_name": "D05.SG", "currency": ""}),
        ({"unknown": [None, {"a": 1}]}, {}),
    ],
)
def test_orders_placed(call: Call, change: dict[str, Any], listed: dict[str, Any]) -> None:
    assert call("POST", ORDER, octets(GOOD | change)) == success({"order_id": FIRST})
    assert call("GET", TODAY) == success({"orders": [order(**listed)]})


def test_all_documented_choices_are_taken(call: Call) -> None:
    for order_type in OrderType:
        for side in Side:
            for time_in_force in TimeInForce:
                choices = {"order_type": order_type, "side": side, "time_in_force": time_in_force}
                assert call("POST", ORDER, octets(GOOD | choices)).status == 200


ORDER_TYPES = "LO, ELO, MO, AO, ALO, ODD, LIT, MIT, TSLPAMT, TSLPPCT, TSMAMT, TSMPCT, SLO"


def missing(name: str) -> MockReply:
    return invalid("missing-parameter", f"the body has no {name}: add it and sign it")


def not_text(name: str) -> MockReply:
    return invalid("wrong-type", f"{name} must be a JSON string")


def not_number(name: str) -> MockReply:
    message = f'{name} must be a plain decimal number, such as "388.5"'
    return invalid("wrong-number", message)


PRICE_ZERO = invalid("wrong-number", "submitted_price must be more than zero")
WRONG_SYMBOL = invalid("wrong-value", "symbol must be ticker.region, such as 700.HK")
WRONG_SIDE = invalid("wrong-value", "side must be one of Buy, Sell, spelled so")
WRONG_TYPE = invalid("wrong-value", f"order_type must be one of {ORDER_TYPES}, spelled so")
WRONG_TIME = invalid("wrong-value", "time_in_force must be one of Day, GTC, GTD, spelled so")
WRONG_ID = invalid("wrong-value", "order_id must be digits")

NO_TEXTS: tuple[Any, ...] = (50, True, False, [], {}, ["x"])
REFUSED: list[tuple[dict[str, Any], MockReply]] = [
    *[
        ({name: nothing}, missing(name))
        for name in GOOD
        if name != "remark"
        for nothing in (None, "")
    ],
    *[({name: value}, not_text(name)) for name in GOOD for value in NO_TEXTS],
    *[
        ({name: text}, not_number(name))
        for name in ("submitted_price", "submitted_quantity")
        for text in (
            *("NaN", "sNaN", "Infinity", "-inf", "-1", "+1", "1e3", "1E+3", " 1", "1 ", "1\n"),
            *(
                "1,000",
                "1_000",
                "0x10",
                ".5",
                "5.",
                "\N{ARABIC-INDIC DIGIT FIVE}",
                "1.2.3",
                "1" * 21,
                "1." + "0" * 21,
            ),
        )
    ],
    ({"submitted_price": "0"}, PRICE_ZERO),
    ({"submitted_price": "0.000"}, PRICE_ZERO),
    ({"order_type": "MO", "submitted_price": "0"}, PRICE_ZERO),
    (
        {"submitted_quantity": "0"},
        invalid("wrong-number", "submitted_quantity must be more than zero"),
    ),
    ({"symbol": "700"}, WRONG_SYMBOL),
    ({"symbol": "700.hk"}, WRONG_SYMBOL),
    ({"symbol": "700.HK\n"}, WRONG_SYMBOL),
    ({"symbol": ".HK"}, WRONG_SYMBOL),
    ({"symbol": "x" * 32 + ".HK"}, WRONG_SYMBOL),
    ({"side": "buy"}, WRONG_SIDE),
    ({"side": "SELL"}, WRONG_SIDE),
    ({"order_type": "lo"}, WRONG_TYPE),
    ({"time_in_force": " Day"}, WRONG_TIME),  # so the page's own curl sample prints it
    (
        {"remark": "x" * 65},
        invalid("wrong-value", "remark must have at most 64 characters"),
    ),
]


@pytest.mark.parametrize("path", [ORDER, SAMPLE])
@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_orders_refused(call: Call, path: str, change: dict[str, Any], expected: MockReply) -> None:
    assert call("POST", path, octets(GOOD | change)) == expected
    assert call("GET", TODAY) == success({"orders": []})


MALFORMED = invalid(
    "malformed-body",
    "the body is not JSON in UTF-8 with each name once and every fraction written as text",
)
NO_OBJECT = invalid("malformed-body", "the body is JSON but not an object")
NO_BODY = invalid("missing-body", "the body is empty: send the parameters as a JSON object")


@pytest.mark.parametrize(("method", "path"), [("POST", ORDER), ("PUT", ORDER), ("POST", SAMPLE)])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", NO_BODY),
        (b"{", MALFORMED),
        (b"{'side': 'Buy'}", MALFORMED),
        (b"side=Buy&symbol=700.HK", MALFORMED),
        (b'{"remark":"\xff"}', MALFORMED),
        ('{"remark":"é"}'.encode("utf-16"), MALFORMED),
        (b"\xef\xbb\xbf{}", MALFORMED),
        (b'{"remark":"\\ud800"}', MALFORMED),
        (b'{"side":"Buy","side":"Sell"}', MALFORMED),
        (b'{"submitted_price":NaN}', MALFORMED),
        (b'{"submitted_price":50.5}', MALFORMED),
        (b'{"submitted_price":1e999999999}', MALFORMED),
        (b'{"submitted_price":' + b"9" * 100_000 + b"}", MALFORMED),
        (b"[" * 100_000, MALFORMED),
        (b'{"a":' * 100_000, MALFORMED),
        (b"[]", NO_OBJECT),
        (b"null", NO_OBJECT),
        (b'"text"', NO_OBJECT),
        (b"1", NO_OBJECT),
    ],
)
def test_malformed_bodies(
    call: Call, method: str, path: str, body: bytes, expected: MockReply
) -> None:
    assert call(method, path, body) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"order_id": None}, missing("order_id")),
        ({"order_id": 700000000000000001}, MALFORMED),
        ({"order_id": 7}, not_text("order_id")),
        ({"order_id": "x"}, WRONG_ID),
        ({"order_id": "1" * 21}, WRONG_ID),
        ({"order_id": "700000000000000000"}, UNKNOWN),
        ({"quantity": None}, missing("quantity")),
        ({"quantity": "-1"}, not_number("quantity")),
        ({"price": "NaN"}, not_number("price")),
        (
            {"price": None},
            invalid("missing-parameter", "the body has no price: LO needs it"),
        ),
        ({"remark": 1}, not_text("remark")),
    ],
)
def test_replacements_refused(call: Call, change: dict[str, Any], expected: MockReply) -> None:
    call("POST", ORDER, octets(GOOD))
    assert call("PUT", ORDER, octets(CHANGE | change)) == expected
    assert call("GET", TODAY) == success({"orders": [order()]})


@pytest.mark.parametrize(("submitted", "listed_price"), [(None, ""), ("50", "50")])
def test_a_market_order_is_replaced_without_a_price(
    call: Call, submitted: str | None, listed_price: str
) -> None:
    assert OrderType.MO not in PRICED
    call("POST", ORDER, octets(GOOD | {"order_type": "MO", "submitted_price": submitted}))
    assert call("PUT", ORDER, octets(CHANGE | {"price": None})) == success({})
    listed = order(order_type="MO", price=listed_price, quantity="100", status="ReplacedStatus")
    assert call("GET", TODAY) == success({"orders": [listed]})


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        (
            "",
            b"",
            invalid("missing-parameter", "the query has no order_id: add it and sign it"),
        ),
        (
            "",
            octets({"order_id": FIRST}),
            invalid("missing-parameter", "the query has no order_id: add it and sign it"),
        ),
        (
            f"?order_id={FIRST}&order_id={FIRST}",
            b"",
            invalid("repeated-parameter", "the query has order_id 2 times"),
        ),
        ("?order_id=-1", b"", WRONG_ID),
        ("?order_id=%EF%BC%91", b"", WRONG_ID),
        ("?order_id=700000000000000002", b"", UNKNOWN),
        (
            "?order_id=%C3%28",
            b"",
            invalid(
                "malformed-query", "the query is not ASCII, or its percent-encoding is not UTF-8"
            ),
        ),
    ],
)
def test_cancellations_refused(call: Call, query: str, body: bytes, expected: MockReply) -> None:
    call("POST", ORDER, octets(GOOD))
    assert call("DELETE", ORDER + query, body) == expected
    assert call("GET", TODAY) == success({"orders": [order()]})


def test_orders_belong_to_their_key(call: Call) -> None:
    other = {
        "key": "EXAMPLE-KEY-2",
        "secret": "EXAMPLE-SECRET-2",
        "token": "EXAMPLE-INITIAL-TOKEN-2",
    }
    call("POST", ORDER, octets(GOOD))
    assert call("DELETE", f"{ORDER}?order_id={FIRST}", **other) == UNKNOWN
    assert call("PUT", ORDER, octets(CHANGE), **other) == UNKNOWN
    assert call("GET", TODAY, **other) == success({"orders": []})
    assert call("POST", ORDER, octets(GOOD), **other) == success({"order_id": SECOND})
    assert call("GET", TODAY) == success({"orders": [order()]})


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "123"),
        ("?", "123"),
        ("?unknown=x", "123"),
        ("?symbol=700.HK", "13"),
        ("?symbol=700.HK&symbol=AAPL.US", "123"),
        ("?symbol=700.HK&status=NewStatus", "1"),
        ("?symbol=", ""),
        ("?symbol=700.HK,AAPL.US", ""),
        ("?status=CanceledStatus", "3"),
        ("?status=CanceledStatus&status=NewStatus", "123"),
        ("?status=FilledStatus", ""),
        ("?side=Sell", "2"),
        ("?side=sell", ""),
        ("?market=US", "2"),
        ("?market=HK", "13"),
        (f"?order_id={THIRD}", "3"),
        (f"?order_id={THIRD}&market=US", ""),
    ],
)
def test_filters(call: Call, query: str, numbers: str) -> None:
    call("POST", ORDER, octets(GOOD))
    call("POST", ORDER, octets(GOOD | {"symbol": "AAPL.US", "side": "Sell"}))
    call("POST", ORDER, octets(GOOD))
    call("DELETE", f"{ORDER}?order_id={THIRD}")
    listed = {
        "1": order(),
        "2": order(
            order_id=SECOND,
            symbol="AAPL.US",
            stock_name="AAPL.US",
            currency="USD",
            side="Sell",
        ),
        "3": order(order_id=THIRD, status="CanceledStatus"),
    }
    expected = success({"orders": [listed[number] for number in numbers]})
    assert call("GET", TODAY + query) == expected


def test_the_sample_of_the_page_places_no_order(call: Call) -> None:
    body = b'{"order_id": "683615454870679552"}'
    assert call("POST", SAMPLE, body) == success({"order_id": "683615454870679552"})
    assert call("GET", TODAY) == success({"orders": []})
    assert call("POST", ORDER, body) == missing("symbol")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"order_id": "x"}, WRONG_ID),
        ({"order_id": 1}, not_text("order_id")),
        ({"order_id": ""}, missing("symbol")),
        ({"order_id": None}, missing("symbol")),
        ({"order_id": "1", "remark": "x"}, missing("symbol")),
        ({}, missing("symbol")),
        (GOOD, success({"order_id": FIRST})),
        (GOOD | {"order_id": "1"}, success({"order_id": FIRST})),
    ],
)
def test_other_bodies_at_the_sample_path(
    call: Call, members: dict[str, Any], expected: MockReply
) -> None:
    assert call("POST", SAMPLE, octets(members)) == expected
