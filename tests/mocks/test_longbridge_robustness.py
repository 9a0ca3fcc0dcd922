"""Whatever octets arrive, and from however many threads: an envelope, and no secret in it."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from signers import SignedRequest
from signproof.mocks.longbridge import Account, LongbridgeMock
from signproof.mocks.replies import MockReply

Sign = Callable[..., SignedRequest]

PATHS = (
    b"/v1/token/refresh",
    b"/v1/socket/token",
    b"/v2/socket/token",
    b"/v1/asset/stock",
    b"/v1/trade/order",
    b"/v1/trade/order/submit",
    b"/v1/trade/order/today",
)
NAMES = (b"X-Api-Key", b"Authorization", b"X-Timestamp", b"X-Api-Signature", b"Content-Type")
PARAMETERS = (
    *("expired_at", "symbol", "status", "side", "market", "order_id", "order_type"),
    *("submitted_price", "submitted_quantity", "quantity", "price", "time_in_force", "remark"),
)
VALUES = (
    *("", "Buy", "700.HK", "LO", "50", "200", "Day", "700000000000000001", "NaN", "-1"),
    *("2027-02-19T01:50:56.859Z", "9999-12-31T23:59:59.999999999-23:59", "1800000000"),
)
SECRETS = re.compile(rb"EXAMPLE-(SECRET|INITIAL-TOKEN)-[12]")

methods = st.sampled_from((b"GET", b"POST", b"PUT", b"DELETE")) | st.binary(max_size=8)
texts = st.sampled_from(VALUES) | st.text(max_size=80)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(PARAMETERS) | texts, texts | json_values, max_size=8)
bodies = objects.map(lambda members: json.dumps(members).encode()) | st.binary(max_size=200)
pairs = st.tuples(
    st.sampled_from(PARAMETERS).map(str.encode) | st.binary(max_size=8),
    st.sampled_from(VALUES).map(str.encode) | st.binary(max_size=40),
)
queries = st.none() | st.lists(pairs, max_size=4).map(
    lambda all_pairs: b"&".join(name + b"=" + value for name, value in all_pairs)
)
targets = st.builds(
    lambda path, query: path if query is None else path + b"?" + query,
    st.sampled_from(PATHS) | st.binary(max_size=40),
    queries,
)
headers = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.binary(max_size=20), st.binary(max_size=40)), max_size=8
).map(tuple)


def check(reply: MockReply) -> None:
    envelope = json.loads(reply.body)
    assert list(envelope) == ["code", "message", "data"]
    assert (envelope["code"] == 0) == (reply.status == 200) == (reply.verdict.reason is None)
    assert reply.status == 200 or 400 <= reply.status < 500
    assert not SECRETS.search(reply.body + repr((reply, reply.headers)).encode())


def build(accounts: tuple[Account, ...]) -> LongbridgeMock:
    return LongbridgeMock(accounts, clock=lambda: 1800000000)


@given(request=st.builds(SignedRequest, methods, targets, headers, bodies))
def test_unsigned_octets(accounts: tuple[Account, ...], request: SignedRequest) -> None:
    reply = build(accounts).handle(request)
    check(reply)
    assert not reply.verdict.accepted


@given(method=methods, target=targets, body=bodies, more=headers, cut=st.integers(0, 3))
def test_damaged_signatures(
    accounts: tuple[Account, ...],
    sign: Sign,
    method: bytes,
    target: bytes,
    body: bytes,
    more: tuple[tuple[bytes, bytes], ...],
    cut: int,
) -> None:
    request = sign(method, target, body)
    kept = (*request.headers[:cut], *more, *request.headers[cut + 1 :])
    check(build(accounts).handle(replace(request, headers=kept)))


@given(calls=st.lists(st.tuples(methods, targets, bodies), min_size=1, max_size=5))
@example(calls=[(b"POST", b"/v1/trade/order", b"[" * 100_000)])
@example(calls=[(b"POST", b"/v1/trade/order", b'{"a":' * 100_000)])
@example(calls=[(b"PUT", b"/v1/trade/order", b"9" * 100_000)])
def test_signed_octets(
    accounts: tuple[Account, ...], sign: Sign, calls: list[tuple[bytes, bytes, bytes]]
) -> None:
    mock = build(accounts)
    token, issued = "EXAMPLE-INITIAL-TOKEN-1", 0
    for method, target, body in calls:
        reply = mock.handle(sign(method, target, body, token=token))
        check(reply)
        assert reply.verdict.accepted
        if b'"token":' in reply.body:
            issued += 1
            token = f"EXAMPLE-TOKEN-{issued:06d}"


ORDER = {
    "side": "Buy",
    "symbol": "700.HK",
    "order_type": "LO",
    "submitted_price": "50",
    "submitted_quantity": "200",
    "time_in_force": "Day",
}


def test_many_threads_share_a_mock(accounts: tuple[Account, ...], sign: Sign) -> None:
    mock = LongbridgeMock(accounts, clock=lambda: 1800000000, reject_duplicates=True)
    threads, each = 8, 50

    def submit_and_cancel(thread: int) -> list[tuple[int, int, int]]:
        statuses = []
        for number in range(each):
            timestamp = f"{thread}.{number}"
            submit = sign(
                "POST", "/v1/trade/order", json.dumps(ORDER).encode(), timestamp=timestamp
            )
            reply = mock.handle(submit)
            order_id = json.loads(reply.body)["data"]["order_id"]
            target = f"/v1/trade/order?order_id={order_id}"
            cancelled = mock.handle(sign("DELETE", target, timestamp=timestamp))
            repeated = mock.handle(submit)
            statuses.append((reply.status, cancelled.status, repeated.status))
        return statuses

    with ThreadPoolExecutor(threads) as pool:
        statuses = [
            status
            for future in [pool.submit(submit_and_cancel, thread) for thread in range(threads)]
            for status in future.result(timeout=60)
        ]
    assert statuses == [(200, 200, 403)] * (threads * each)
    reply = mock.handle(sign("GET", "/v1/trade/order/today"))
    orders = json.loads(reply.body)["data"]["orders"]
    assert [(order["order_id"], order["status"]) for order in orders] == [
        (str(700000000000000001 + number), "CanceledStatus") for number in range(threads * each)
    ]


def test_of_many_refreshes_with_one_token_only_one_succeeds(
    accounts: tuple[Account, ...], sign: Sign
) -> None:
    mock = build(accounts)
    request = sign("GET", "/v1/token/refresh?expired_at=2027-02-19T01%3A50%3A56.859Z")
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(mock.handle, request) for _ in range(64)]
        statuses = sorted(future.result(timeout=60).status for future in futures)
    assert statuses == [200] + [401] * 63


def test_one_request_is_answered_at_a_time(accounts: tuple[Account, ...], sign: Sign) -> None:
    inside = 0
    most = 0

    def clock() -> float:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)  # long enough for another thread to come in, if it can
        inside -= 1
        return 1800000000

    mock = LongbridgeMock(accounts, clock=clock)
    with ThreadPoolExecutor(8) as pool:
        requests = [sign("GET", "/v1/asset/stock", timestamp=str(number)) for number in range(40)]
        assert {reply.status for reply in pool.map(mock.handle, requests, timeout=60)} == {200}
    assert most == 1
