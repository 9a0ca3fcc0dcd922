"""Whatever octets arrive, and from however many threads: an envelope, and no secret in it."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signers import SignedRequest
from signers.tiger import Charset, EmptyValues, Signer, read_envelope
from signproof.mocks import tiger
from signproof.mocks.replies import MockReply
from signproof.mocks.tiger import ErrorCode, TigerMock, gateway_key

NOW_MS = 1800000000123
SECRET_KEY = "00000000-EXAM-PLE0-0000-000000000001"
METHODS = (
    *("user_token_refresh", "accounts", "grab_quote_permission", "market_state", "assets"),
    *("prime_assets", "positions", "preview_order", "place_order", "modify_order", "cancel_order"),
    *("orders", "active_orders", "inactive_orders", "filled_orders"),
)
FIELDS = (
    *("method", "version", "biz_content", "timestamp", "tiger_id", "charset", "sign_type", "sign"),
    *("device_id", "notify_url"),
)
PARAMETERS = (
    *("account", "secret_key", "symbol", "sec_type", "currency", "market", "action", "order_type"),
    *("total_quantity", "total_quantity_scale", "limit_price", "aux_price", "trailing_percent"),
    *("time_in_force", "outside_rth", "user_mark", "id", "limit"),
)
VALUES = (
    *("", "BUY", "AAPL", "LMT", "STK", "DAY", "UTF-8", "GBK", "RSA", "2.0", "12345678", "US"),
    *("2027-01-15 16:00:00", "EXAMPLE-1", "EXAMPLE-INSTITUTION", "40000000000000001", "\ud800"),
)
# Of texts that no answer and no verdict may hold: parts of keys, tokens, secrets, and of what a
# client put where none of them belongs.
HIDDEN = re.compile(
    rf"{SECRET_KEY}|EXAMPLE-FIRST-TOKEN|RVhBTVBMRS|PRIVATE KEY|EXAMPLE-LEAK".encode()
)

texts = (
    st.sampled_from(VALUES) | st.text(max_size=80) | st.text(alphabet="\ud800\udfffa", max_size=3)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
parameters = st.dictionaries(
    st.sampled_from(PARAMETERS) | texts, texts | json_values | st.integers(0, 300), max_size=10
)
biz_contents = parameters.map(json.dumps) | st.text(max_size=40)
bodies = (
    st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(FIELDS) | texts, texts | json_values | biz_contents, max_size=12
    ).map(lambda members: json.dumps(members).encode())
    | st.text(max_size=60).map(lambda text: text.encode("gbk", "ignore"))
)
headers = st.lists(
    st.tuples(st.sampled_from((b"Authorization", b"Content-Type")), st.binary(max_size=40)),
    max_size=3,
).map(tuple)
targets = st.sampled_from((b"/gateway",) * 5 + (b"/",)) | st.binary(max_size=20)


def check(reply: MockReply, *hidden: str) -> None:
    envelope = read_envelope(reply.status, reply.body)
    assert list(json.loads(reply.body))[:4] == ["code", "message", "timestamp", "data"]
    assert (envelope.code == 0) == (reply.verdict.reason is None)
    assert reply.status in (200, 404, 405)
    assert reply.body.isascii()
    verdict = repr((reply, reply.headers)).encode()
    assert not HIDDEN.search(verdict)
    assert all(text.encode() not in verdict for text in hidden)


Build = Callable[..., TigerMock]


@given(
    request_=st.builds(
        SignedRequest, st.sampled_from((b"POST",) * 5 + (b"GET",)), targets, headers, bodies
    )
)
@example(request_=SignedRequest(b"POST", b"/gateway", (), b"[" * 100_000))
@example(request_=SignedRequest(b"POST", b"/gateway", (), b'{"a":' * 100_000))
@example(request_=SignedRequest(b"POST", b"/gateway", (), b'{"timestamp":' + b"9" * 100_000 + b"}"))
@example(request_=SignedRequest(b"POST", b"/gateway", (), b'{"timestamp":"\\ud800"}'))
def test_unsigned_octets(fresh: Build, request_: SignedRequest) -> None:
    reply = fresh().handle(request_)
    check(reply)
    assert not reply.verdict.accepted


@given(
    calls=st.lists(
        st.tuples(st.sampled_from(METHODS), st.none() | biz_contents), min_size=1, max_size=6
    ),
    charset=st.sampled_from(Charset),
)
@example(calls=[("place_order", "[" * 100_000)], charset=Charset.UTF_8)
@example(calls=[("place_order", '{"limit_price":' + "9" * 100_000 + "}")], charset=Charset.UTF_8)
@example(calls=[("place_order", '{"limit_price":1e999999999}')], charset=Charset.UTF_8)
def test_signed_octets(
    fresh: Build,
    signer: Callable[..., Signer],
    calls: list[tuple[str, str | None]],
    charset: Charset,
) -> None:
    mock = fresh()
    own = signer(charset=charset)
    for method, biz in calls:
        text = None if biz is None else biz.encode(charset.codec, "ignore").decode(charset.codec)
        request = own.request(method, text, timestamp="2027-01-15 16:00:00")
        reply = mock.handle(request)
        check(reply, json.loads(request.body)["sign"])
        assert reply.verdict.accepted


@given(members=st.dictionaries(st.sampled_from(FIELDS), json_values | st.just("EXAMPLE-LEAK")))
def test_damaged_requests(
    fresh: Build, signer: Callable[..., Signer], members: dict[str, Any]
) -> None:
    request = signer(empty_values=EmptyValues.LEFT_OUT).request(
        "accounts", timestamp="2027-01-15 16:00:00"
    )
    right = json.loads(request.body)["sign"]
    damaged = json.dumps(json.loads(request.body) | members).encode()
    reply = fresh().handle(replace(request, body=damaged))
    verdict = repr(reply).encode()
    assert not HIDDEN.search(verdict)
    assert right.encode() not in verdict
    assert reply.status == 200


@pytest.mark.parametrize(
    "name", ["method", "charset", "sign_type", "tiger_id", "timestamp", "sign"]
)
def test_what_a_client_put_in_the_wrong_place_is_not_repeated(
    fresh: Build, signer: Callable[..., Signer], name: str
) -> None:
    request = signer().request("accounts", timestamp="2027-01-15 16:00:00")
    for members in ({name: "EXAMPLE-LEAK"}, {name: {"EXAMPLE-LEAK": 1}}, {"EXAMPLE-LEAK": [1]}):
        damaged = json.dumps(json.loads(request.body) | members).encode()
        reply = fresh().handle(replace(request, body=damaged))
        assert not HIDDEN.search(reply.body + repr(reply).encode())
        assert not reply.verdict.accepted
    twice = request.body[:-1] + b',"EXAMPLE-LEAK":1,"EXAMPLE-LEAK":2}'
    assert not HIDDEN.search(repr(fresh().handle(replace(request, body=twice))).encode())
    biz = json.dumps({"account": "EXAMPLE-LEAK", "secret_key": "EXAMPLE-LEAK"})
    signed = signer().request("assets", biz, timestamp="2027-01-15 16:00:00")
    assert not HIDDEN.search(repr(fresh().handle(signed)).encode())


def test_no_answer_holds_a_key(fresh: Build, signer: Callable[..., Signer]) -> None:
    folder = Path(tiger.__file__).parent / "keys"
    lines = {
        line
        for path in folder.glob("*.pem")
        for line in path.read_text("ascii").splitlines()
        if not line.startswith("-")
    }
    mock = fresh()
    numbers = gateway_key().rsa.private_numbers()
    for method in METHODS:
        reply = mock.handle(signer().request(method, "{}", timestamp="2027-01-15 16:00:00"))
        shown = (reply.body + repr(reply).encode()).decode()
        assert not any(line in shown for line in lines)
        assert str(numbers.d) not in shown
        assert str(numbers.p) not in shown
    assert repr(mock) == "<TigerMock developers=3>"
    assert str(numbers.d) not in repr([vars(mock), mock._developers, mock._gate, mock.push])


def test_every_message_can_be_sent() -> None:
    for error in ErrorCode:
        assert error.text("x").isascii()
        assert "xxx" not in error.text("x")


ORDER = {
    "symbol": "AAPL",
    "action": "BUY",
    "order_type": "LMT",
    "total_quantity": 1,
    "limit_price": 1,
}


def test_many_threads_share_a_mock(fresh: Build, signer: Callable[..., Signer]) -> None:
    mock, own = fresh(), signer()
    threads, each = 8, 25
    submit = own.request("place_order", json.dumps(ORDER), timestamp="2027-01-15 16:00:00")

    def submit_and_cancel(_: int) -> list[tuple[int, int]]:
        codes = []
        for _ in range(each):
            placed = json.loads(mock.handle(submit).body)
            biz = json.dumps({"id": placed["data"]["id"]})
            cancel = own.request("cancel_order", biz, timestamp="2027-01-15 16:00:00")
            codes.append((placed["code"], json.loads(mock.handle(cancel).body)["code"]))
        return codes

    with ThreadPoolExecutor(threads) as pool:
        codes = [code for found in pool.map(submit_and_cancel, range(threads)) for code in found]
    assert codes == [(0, 0)] * (threads * each)
    listed = own.request("orders", '{"limit": 1000}', timestamp="2027-01-15 16:00:00")
    orders = json.loads(mock.handle(listed).body)["data"]["items"]
    assert [(order["id"], order["status"]) for order in reversed(orders)] == [
        (40_000_000_000_000_001 + number, "Cancelled") for number in range(threads * each)
    ]


def test_one_request_is_answered_at_a_time(build: Build, signer: Callable[..., Signer]) -> None:
    inside = most = 0

    def clock() -> float:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)  # long enough for another thread to come in, if it can
        inside -= 1
        return 1800000000

    mock = build(clock=clock)
    request = signer().request("market_state", timestamp="2027-01-15 16:00:00")
    with ThreadPoolExecutor(8) as pool:
        assert {reply.status for reply in pool.map(mock.handle, [request] * 40)} == {200}
    assert most == 1


def test_of_many_logins_one_stays(fresh: Build, signer: Callable[..., Signer]) -> None:
    push, sign = fresh().push, signer().sign_push_login()

    def log_in(_: int) -> int:
        connection = push.open()
        push.login(connection, "EXAMPLE-1", sign)
        return connection

    with ThreadPoolExecutor(8) as pool:
        connections = list(pool.map(log_in, range(64)))
    logged_in = [number for number in connections if push.state(number) == "logged-in"]
    assert logged_in == [push.connection_of("EXAMPLE-1")]
