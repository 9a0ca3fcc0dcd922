"""Whatever octets arrive, and from however many threads: an answer, and no secret in it."""

import json
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signers import SignedRequest, SignerError
from signers.shioaji import Credentials
from signers.shioaji.flow import Mode
from signproof.mocks.replies import MockReply
from signproof.mocks.shioaji import ROUTES, Auth, Route, ShioajiMock, example_key
from signproof.mocks.shioaji.serving import served, served_from
from tests.mocks.shioaji.conftest import CERTIFICATE, KEY, NOW, PASSWORD, PERSON, SECRET

pytestmark = pytest.mark.once

CREDENTIALS = Credentials.load(KEY, SECRET)
HIDDEN = "hiddenvalue"
NAMES = (
    *("contract", "security_type", "exchange", "code", "target_code", "stock_order", "account"),
    *("futures_order", "action", "price", "quantity", "price_type", "order_type", "order_lot"),
    *("order_cond", "octype", "trade_id", "account_type", "broker_id", "account_id", "quote_type"),
)
VALUES = (
    *("STK", "FUT", "IND", "TSE", "2330", "Buy", "LMT", "ROD", "S", "F", "9A95", "1234567"),
    *("F002", "00000001", "Tick", "\ud800", "Common", "Cash", "Auto"),
)
CONTRACT = {"security_type": "STK", "code": "2330"}
TERMS = {"action": "Buy", "price": 1, "quantity": 5, "price_type": "LMT", "order_type": "ROD"}

texts = st.sampled_from(VALUES) | st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=6)
    ),
    max_leaves=20,
)
orders = st.builds(
    lambda contract, terms, kind: {"contract": CONTRACT | contract, kind: TERMS | terms},
    st.dictionaries(st.sampled_from(NAMES), json_values, max_size=1),
    st.dictionaries(st.sampled_from(NAMES), json_values | st.integers(0, 9), max_size=1),
    st.sampled_from(("stock_order", "futures_order")),
)
changes = st.fixed_dictionaries(
    {"trade_id": st.just("00000001")},
    optional={"price": json_values | st.integers(0, 9), "quantity": st.integers(-1, 9)},
)
bodies = st.binary(max_size=60) | (orders | changes | json_values).map(
    lambda value: json.dumps(value).encode()
)
targets = (
    st.sampled_from([route.path for route in ROUTES] * 2 + [b"/api/v1/auth/ca_expiretime?"])
    | st.builds(
        lambda query: b"/api/v1/auth/ca_expiretime?person_id=" + query,
        st.binary(max_size=20) | st.just(PERSON.encode()),
    )
    | st.binary(max_size=20)
)
headers = st.lists(
    st.tuples(
        st.sampled_from((b"Authorization", b"authorization", b"Content-Type")),
        st.binary(max_size=20)
        | st.sampled_from((b"Bearer ", f"Bearer {KEY}:".encode(), f"Bearer {KEY}:x".encode())),
    ),
    max_size=2,
).map(tuple)
requests = st.builds(
    SignedRequest, st.sampled_from((b"GET", b"POST", b"POST", b"PUT")), targets, headers, bodies
)


def fresh(**settings: Any) -> ShioajiMock:
    mock = ShioajiMock(CREDENTIALS, clock=lambda: NOW, **settings)
    mock.log_in(example_key(KEY))
    mock.activate(CERTIFICATE)
    return mock


def check(reply: MockReply) -> None:
    answer = json.loads(reply.body)
    assert (reply.status == 200) is (reply.verdict.reason is None)
    assert reply.status in (200, 400, 401, 404, 405, 406)
    if reply.status != 200:
        assert answer.keys() == {"code", "message", "details"}
        assert (answer["code"], answer["details"]) == (reply.status, None)
    shown = repr((reply, reply.headers)) + reply.body.decode()
    assert SECRET not in shown
    assert HIDDEN not in shown


@given(
    asked=st.lists(requests, min_size=1, max_size=6),
    mode=st.sampled_from(Mode),
    auth=st.sampled_from(Auth),
    address=st.sampled_from(["127.0.0.1", "192.0.2.1", "x"]),
)
@example(
    asked=[SignedRequest(b"POST", b"/api/v1/order/place_order", (), b"[" * 100_000)],
    mode=Mode.SIMULATION,
    auth=Auth.OFF,
    address="x",
)
@example(
    asked=[SignedRequest(b"POST", b"/api/v1/order/trades", (), b'{"x":' * 100_000)],
    mode=Mode.SIMULATION,
    auth=Auth.OFF,
    address="x",
)
@example(
    asked=[
        SignedRequest(
            b"POST",
            b"/api/v1/order/update_qty",
            (),
            b'{"trade_id":"1","quantity":' + b"9" * 100_000 + b"}",
        )
    ],
    mode=Mode.SIMULATION,
    auth=Auth.OFF,
    address="x",
)
def test_any_octets(asked: list[SignedRequest], mode: Mode, auth: Auth, address: str) -> None:
    mock, twin = fresh(mode=mode, auth=auth), fresh(mode=mode, auth=auth)
    for request in asked:
        reply = mock.handle(request, address)
        check(reply)
        assert reply == twin.handle(request, address)


@given(asked=st.lists(orders | changes, min_size=1, max_size=10))
def test_any_orders(asked: list[dict[str, Any]]) -> None:
    mock = fresh(mode=Mode.PRODUCTION)
    for body in asked:
        octets = json.dumps(body).encode()
        for name in ("place_order", "cancel_order", "update_price", "update_qty", "trades"):
            check(mock.handle(SignedRequest(b"POST", f"/api/v1/order/{name}".encode(), (), octets)))


LEAK = f"EXAMPLE {HIDDEN}"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path.decode())
@pytest.mark.parametrize("auth", Auth)
def test_what_a_client_put_in_the_wrong_place_is_not_repeated(route: Route, auth: Auth) -> None:
    mock = fresh(auth=auth)
    for body in (
        {LEAK: LEAK},
        dict.fromkeys(NAMES, LEAK),
        {"contract": CONTRACT | {"code": LEAK}, "stock_order": TERMS},
        {"contract": CONTRACT, "stock_order": TERMS | {"action": LEAK}},
        CONTRACT | {"quote_type": LEAK},
        LEAK,
    ):
        for header in ((), ((b"Authorization", f"Bearer {LEAK}:{SECRET}".encode()),)):
            octets = json.dumps(body).encode()
            check(mock.handle(SignedRequest(route.method, route.path, header, octets)))


def test_no_object_shows_a_secret(tmp_path: Path, make_pfx: Callable[..., bytes]) -> None:
    (tmp_path / "EXAMPLE.pfx").write_bytes(make_pfx())
    text = f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={SECRET}\nSJ_CA_PATH=EXAMPLE.pfx\n"
    shown = []
    for password in (PASSWORD, HIDDEN):
        octets = f"{text}SJ_CA_PASSWD={password}\nSJ_RECEIVE_WINDOW={HIDDEN}\n".encode()
        mock, notes = served_from(octets, tmp_path, {}, lambda: NOW)
        shown += [repr(mock), *notes, repr(vars(mock)), repr(mock._gate), repr(mock._session)]
    mock = served([{"api_key": KEY, "secret_key": SECRET}], lambda: NOW)
    shown += [repr(mock), repr(vars(mock))]
    assert [text for text in shown if any(one in text for one in (SECRET, PASSWORD, HIDDEN))] == []


def frames(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(error.__dict__))
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        for frame in report.stack:
            if frame.filename != __file__:
                yield from (f"{name}={value}" for name, value in (frame.locals or {}).items())
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("octets", "environment"),
    [
        (f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={HIDDEN}0OIl\n".encode(), {}),
        (f"SJ_API_KEY={HIDDEN} x\nSJ_SEC_KEY={SECRET}\n".encode(), {}),
        (f"SJ_API_KEY=EXAMPLE\nSJ_SEC_KEY={SECRET}\nSJ_CA_PASSWD={HIDDEN}\n".encode(), {}),
        (f"SJ_SEC_KEY={SECRET}\nSJ_PRODUCTION={HIDDEN}\n".encode(), {}),
        (b"", {"SJ_SEC_KEY": SECRET, "SJ_PRODUCTION": HIDDEN}),
        (b"", {"SJ_API_KEY": KEY, "SJ_SEC_KEY": HIDDEN, "OTHER": HIDDEN}),
        (b"", {"SJ_API_KEY": KEY, "SJ_SEC_KEY": f"{HIDDEN}\udcff"}),
    ],
)
def test_no_traceback_shows_a_secret(
    octets: bytes, environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(SignerError) as caught:
        served_from(octets, tmp_path, environment, lambda: NOW)
    assert [text for text in frames(caught.value) if HIDDEN in text or SECRET in text] == []


def test_no_traceback_of_a_credential_shows_its_secret() -> None:
    values = {"api_key": "EXAMPLE", "secret_key": HIDDEN}
    with pytest.raises(SignerError) as caught:
        served([values], lambda: NOW)
    assert [text for text in frames(caught.value) if HIDDEN in text] == []


def order(name: str, body: object) -> SignedRequest:
    return SignedRequest(b"POST", f"/api/v1/order/{name}".encode(), (), json.dumps(body).encode())


def test_many_threads_share_a_mock() -> None:
    mock = fresh(mode=Mode.PRODUCTION)
    threads, each = 8, 25
    place = order("place_order", {"contract": CONTRACT, "stock_order": TERMS})

    def place_and_cancel(_: int) -> list[tuple[int, int]]:
        statuses = []
        for _ in range(each):
            placed = mock.handle(place)
            number = json.loads(placed.body)["order"]["id"]
            cancelled = mock.handle(order("cancel_order", {"trade_id": number}))
            statuses.append((placed.status, cancelled.status))
        return statuses

    with ThreadPoolExecutor(threads) as pool:
        found = [one for some in pool.map(place_and_cancel, range(threads)) for one in some]
    assert found == [(200, 200)] * (threads * each)
    trades = json.loads(mock.handle(order("trades", {})).body)
    assert [(trade["order"]["id"], trade["status"]["status"]) for trade in trades] == [
        (f"{number:08x}", "Cancelled") for number in range(1, threads * each + 1)
    ]


def test_one_request_is_answered_at_a_time() -> None:
    inside = most = 0

    def clock() -> float:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)  # long enough for another thread to come in, if it can
        inside -= 1
        return NOW

    mock = ShioajiMock(CREDENTIALS, clock=clock)
    request = SignedRequest(b"GET", b"/api/v1/health")
    with ThreadPoolExecutor(8) as pool:
        assert {reply.status for reply in pool.map(mock.handle, [request] * 40)} == {200}
    assert most == 1
