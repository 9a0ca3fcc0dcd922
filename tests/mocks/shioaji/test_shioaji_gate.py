"""Who is let in, what the refused are told, and how all of it is known."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from signers import SignedRequest
from signers.shioaji import Fault, Operation
from signproof.mocks.replies import MockReply
from signproof.mocks.shioaji import ROUTES, Auth, Evidence, Problem, Route, ShioajiMock
from signproof.mocks.shioaji.gate import is_loopback
from tests.mocks.shioaji.conftest import KEY, NOT_ASKED, NOW, PUBLIC, RIGHT, SECRET

Build = Callable[..., ShioajiMock]
Ask = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]

USAGE = "/api/v1/auth/usage"
USED = {
    "connections": 1,
    "bytes": 0,
    "limit_bytes": 524_288_000,
    "remaining_bytes": 524_288_000,
}
MISSING = (
    401,
    "Missing Authorization header",
    "authorization-missing",
    "send `Authorization: Bearer <key>:<secret>`",
)
MALFORMED = (
    401,
    "Invalid Authorization format, expected: Bearer <api_key>:<secret_key>",
    "authorization-malformed",
    "begin the header's value with `Bearer` and one space",
)
TOKEN = (
    401,
    "Invalid token format, expected: <api_key>:<secret_key>",
    "bearer-malformed",
    "put one colon between key and secret, without spaces",
)
WRONG = (
    401,
    "Invalid API credentials",
    "wrong-credentials",
    "send the key and secret that the server itself was started with",
)


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, MISSING),
        ("", MALFORMED),
        (f"{KEY}:{SECRET}", MALFORMED),
        (f"bearer {KEY}:{SECRET}", MALFORMED),
        (f"Bearer\t{KEY}:{SECRET}", MALFORMED),
        (f"Basic {KEY}:{SECRET}", MALFORMED),
        ("Bearer", MALFORMED),
        (f"Bearer {KEY}", TOKEN),
        (f"Bearer {SECRET}", TOKEN),
        ("Bearer :", WRONG),
        (f"Bearer {KEY}:", WRONG),
        (f"Bearer :{SECRET}", WRONG),
        (f"Bearer  {KEY}:{SECRET}", WRONG),
        (f"Bearer {KEY}: {SECRET}", WRONG),
        (f"Bearer {KEY}:{SECRET}:", WRONG),
        (f"Bearer {SECRET}:{KEY}", WRONG),
        (f"Bearer {KEY.lower()}:{SECRET}", WRONG),
        (f"Bearer {KEY}:{SECRET[:-1]}", WRONG),
    ],
)
@pytest.mark.parametrize("target", [USAGE, "/api/v1/auth/ca_expiretime"])
def test_wrong_headers(
    build: Build,
    ask: Ask,
    refused: Reply,
    target: str,
    authorization: str | None,
    expected: tuple[int, str, str, str],
) -> None:
    reply = build(auth=Auth.ON).handle(ask("GET", target, authorization=authorization))
    assert reply == refused(*expected, passed=None)


@pytest.mark.parametrize("value", [f"Bearer {KEY}:{SECRET}", f" Bearer {KEY}:{SECRET}\t"])
def test_the_right_header(build: Build, ask: Ask, success: Reply, value: str) -> None:
    reply = build(auth=Auth.ON).handle(ask("GET", USAGE, authorization=value))
    assert reply == success(USED, RIGHT)


def test_a_header_that_stands_twice(build: Build, ask: Ask, refused: Reply) -> None:
    request = ask("GET", USAGE, authorization=f"Bearer {KEY}:{SECRET}")
    twice = request.with_headers(request.headers)
    assert build(auth=Auth.ON).handle(twice) == refused(*MALFORMED, passed=None)


LOOPBACK = ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost")
ELSEWHERE = ("192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "0.0.0.0", "", "x")


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_is_not_asked(build: Build, ask: Ask, success: Reply, host: str) -> None:
    assert is_loopback(host)
    for auth in (Auth.REMOTE, Auth.OFF):
        for header in (None, "x"):
            request = ask("GET", USAGE, authorization=header)
            assert build(auth=auth).handle(request, host) == success(USED)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_other_machines(build: Build, ask: Ask, success: Reply, refused: Reply, host: str) -> None:
    assert not is_loopback(host)
    mock = build()
    assert mock.handle(ask("GET", USAGE), host) == refused(*MISSING, passed=None)
    right = ask("GET", USAGE, authorization=f"Bearer {KEY}:{SECRET}")
    assert mock.handle(right, host) == success(USED, RIGHT)
    assert build(auth=Auth.OFF).handle(ask("GET", USAGE), host) == success(USED)


def test_public_paths_ask_nobody(build: Build, ask: Ask) -> None:
    public = [route for route in ROUTES if route.public]
    assert [route.path for route in public] == [b"/api/v1/health", b"/api/v1/info"]
    for route in public:
        for header in (None, "Bearer x"):
            request = ask("GET", route.path.decode(), authorization=header)
            reply = build(auth=Auth.ON, logged_in=False).handle(request, "192.0.2.1")
            assert (reply.status, reply.verdict.message) == (200, PUBLIC)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "",
        "*",
        "/api/v1",
        "/api/v1/auth/usage/",
        "//api/v1/auth/usage",
        "/API/v1/auth/usage",
        "/api/v1/auth/%75sage",
        "/api/v1/auth/login",
        "/api/v1/auth/activate_ca",
        "/api/v1/order/place",
        "/docs?x",
    ],
)
def test_unknown_paths(build: Build, ask: Ask, refused: Reply, target: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert build(auth=Auth.ON).handle(ask(method, target)) == refused(
            404, "not found", "unknown-path", "this mock does not have this path", passed=None
        )


@pytest.mark.parametrize(
    ("route", "method"),
    [
        (route, method)
        for route in ROUTES
        for method in ("GET", "POST", "get", "post", "HEAD", "PUT", "OPTIONS", "")
        if method.encode() != route.method
    ],
    ids=lambda part: part if isinstance(part, str) else part.path.decode(),
)
def test_methods(build: Build, ask: Ask, refused: Reply, route: Route, method: str) -> None:
    only = route.method.decode()
    assert build(auth=Auth.ON).handle(ask(method, route.path.decode())) == refused(
        405,
        "method not allowed",
        "method-not-allowed",
        f"this path takes {only} only, in upper case",
        passed=None,
        headers=((b"Allow", route.method),),
    )


@pytest.mark.parametrize(
    "target", [f"{USAGE}?", f"{USAGE}?person_id=x", f"http://localhost:8080{USAGE}"]
)
def test_other_targets_of_a_path(build: Build, ask: Ask, success: Reply, target: str) -> None:
    assert build().handle(ask("GET", target)) == success(USED)


def test_what_is_no_request(build: Build, refused: Reply) -> None:
    assert build().unreadable(431, "the head is too long") == refused(
        431, "bad request", "unreadable-request", "the head is too long", passed=None
    )


@pytest.mark.parametrize(
    ("route", "expected"),
    list(
        zip(
            ROUTES,
            [
                ("GET /api/v1/health", Operation.HEALTH, "documented", "sdk"),
                ("GET /api/v1/info", Operation.INFO, "documented", "documented"),
                (
                    "GET /api/v1/auth/ca_expiretime",
                    Operation.CA_EXPIRETIME,
                    "documented",
                    "documented",
                ),
                ("GET /api/v1/auth/accounts", Operation.ACCOUNTS, "documented", "documented"),
                ("GET /api/v1/auth/usage", Operation.USAGE, "documented", "documented"),
                ("POST /api/v1/auth/subscribe_trade", Operation.ORDER, "documented", "documented"),
                (
                    "POST /api/v1/auth/unsubscribe_trade",
                    Operation.ORDER,
                    "documented",
                    "documented",
                ),
                ("POST /api/v1/stream/subscribe", Operation.SUBSCRIBE, "documented", "invented"),
                (
                    "POST /api/v1/stream/unsubscribe",
                    Operation.UNSUBSCRIBE,
                    "documented",
                    "invented",
                ),
                ("POST /api/v1/order/place_order", Operation.ORDER, "documented", "invented"),
                ("POST /api/v1/order/cancel_order", Operation.ORDER, "documented", "invented"),
                ("POST /api/v1/order/update_price", Operation.ORDER, "documented", "invented"),
                ("POST /api/v1/order/update_qty", Operation.ORDER, "documented", "invented"),
                ("POST /api/v1/order/trades", Operation.ORDER, "documented", "invented"),
            ],
            strict=True,
        )
    ),
)
def test_how_routes_are_known(route: Route, expected: tuple[str, Operation, str, str]) -> None:
    name = f"{route.method.decode()} {route.path.decode()}"
    assert (name, route.operation, route.known, route.answer) == expected
    assert route.note


def test_how_problems_are_known() -> None:
    assert {problem.name: (problem.status, problem.evidence) for problem in Problem} == {
        "PERSON_ID_MISSING": (400, Evidence.INVENTED),
        "QUERY_UNREADABLE": (400, Evidence.INVENTED),
        "BODY_UNREADABLE": (400, Evidence.INVENTED),
        "VALUE_INVALID": (400, Evidence.INVENTED),
        "TRADE_UNKNOWN": (400, Evidence.INFERRED),
        "TRADE_CLOSED": (400, Evidence.DOCUMENTED),
        "QUANTITY_RAISED": (400, Evidence.INVENTED),
        "NOTHING_TO_UNSUBSCRIBE": (400, Evidence.INVENTED),
        "PATH_UNKNOWN": (404, Evidence.INVENTED),
        "METHOD_NOT_ALLOWED": (405, Evidence.INVENTED),
    }


def test_the_texts_of_401_are_those_of_the_signers() -> None:
    faults = (
        Fault.HEADER_MISSING,
        Fault.HEADER_MALFORMED,
        Fault.BEARER_MALFORMED,
        Fault.WRONG_CREDENTIALS,
    )
    assert [(fault.status, fault.text(), fault.value, fault.advice) for fault in faults] == [
        MISSING,
        MALFORMED,
        TOKEN,
        WRONG,
    ]


def test_a_fraction_of_a_second_is_dropped(build: Build, ask: Ask, clock: SimpleNamespace) -> None:
    clock.now = NOW + 0.999
    assert (
        b'"timestamp":"2026-08-29T10:40:00Z"' in build().handle(ask("GET", "/api/v1/health")).body
    )


def test_not_asked_is_said(build: Build, ask: Ask) -> None:
    assert build().handle(ask("GET", USAGE)).verdict.message == NOT_ASKED
    assert repr(build()) == "<ShioajiMock simulation>"
