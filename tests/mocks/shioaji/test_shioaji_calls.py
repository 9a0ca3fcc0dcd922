"""What the calls answer that place no order."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from signers import SignedRequest
from signers.shioaji import (
    ApiKey,
    CaExpireTime,
    CertificateFacts,
    InvalidAddress,
    Permission,
    Usage,
    parse_accounts,
    parse_ca_expiretime,
    parse_usage,
)
from signers.shioaji.flow import TOKEN_LIFETIME, Accepted, Mode, OpenFailure, Policy, Refused, State
from signproof.mocks.replies import MockReply
from signproof.mocks.shioaji import ShioajiMock, example_key
from tests.mocks.shioaji.conftest import (
    ACCOUNTS,
    CERTIFICATE,
    KEY,
    KEY_OF_BROKER,
    NOW,
    OTHER,
    PERSON,
    PUBLIC,
)

Build = Callable[..., ShioajiMock]
Ask = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]

CA = "/api/v1/auth/ca_expiretime"
ADVICE = (
    "activate the CA of this person before production orders; download the certificate with "
    "`Download Certificate` on the API management page, or with eleader"
)
NOT_AUTHENTICATED = (
    401,
    "Not authenticated",
    "not-authenticated",
    "log in first, then activate the CA",
)
NO_TOKEN = (
    401,
    "Not provided authenticated token",
    "token-missing",
    "log in before the call",
)
EXPIRED = (
    401,
    "Token is expired",
    "token-expired",
    (
        "log in again: a token holds 24 hours; where it ended sooner, a limit of use was passed: "
        "wait a minute before the login"
    ),
)
NO_PERMISSION = (
    401,
    "Token doesn't have permission",
    "no-permission",
    "use a key with the permission that the call needs: Market / Data, Account or Trading",
)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("named", [PERSON, "%5A199999999"])
def test_ca_expiretime(build: Build, ask: Ask, success: Reply, mode: Mode, named: str) -> None:
    mock = build(mode=mode)
    assert isinstance(mock.activate(CERTIFICATE), Accepted)
    reply = mock.handle(ask("GET", f"{CA}?person_id={named}"))
    assert reply == success({"person_id": PERSON, "expire_time": "2026-09-13T15:59:59"})
    assert reply.body == b'{"person_id":"Z199999999","expire_time":"2026-09-13T15:59:59"}'
    assert parse_ca_expiretime(200, reply.body) == CaExpireTime(PERSON, "2026-09-13T15:59:59")


@pytest.mark.parametrize(
    ("query", "person"),
    [
        (f"?person_id={OTHER}", OTHER),
        (f"?x=1&person_id={OTHER}&y", OTHER),
        (f"?person_id={PERSON.lower()}", PERSON.lower()),
        (f"?person_id=+{PERSON}", f" {PERSON}"),
        ("?person_id=%E4%B8%80%00%22", '一\0"'),
    ],
)
def test_unknown_persons(build: Build, ask: Ask, refused: Reply, query: str, person: str) -> None:
    mock = build()
    mock.activate(CERTIFICATE)
    reply = mock.handle(ask("GET", CA + query))
    expected = refused(400, "", "ca-not-activated", ADVICE)
    assert json.loads(reply.body) == {
        "code": 400,
        "message": f"CA not activated for: {person}",
        "details": None,
    }
    assert replace(reply, body=expected.body) == expected


@pytest.mark.parametrize(
    ("query", "text", "reason", "message"),
    [
        (query, "person_id is required", "missing-parameter", "the query has no person_id: add it")
        for query in ("", "?", "?person_id", "?person_id=", "?personid=x", "?PERSON_ID=x")
    ]
    + [
        (
            f"?person_id={PERSON}&person_id={PERSON}",
            "invalid query",
            "repeated-parameter",
            "the query has person_id more than once",
        )
    ]
    + [
        (
            query,
            "invalid query",
            "malformed-query",
            "the query is not ASCII, or its percent-encoding is not UTF-8",
        )
        for query in ("?person_id=%ff", "?person_id=一", "?" + "&".join("x" * 101))
    ],
)
def test_queries_that_are_refused(
    build: Build, ask: Ask, refused: Reply, query: str, text: str, reason: str, message: str
) -> None:
    mock = build()
    mock.activate(CERTIFICATE)
    assert mock.handle(ask("GET", CA + query)) == refused(400, text, reason, message)


def test_before_the_login(build: Build, ask: Ask, refused: Reply) -> None:
    mock = build(logged_in=False)
    assert mock.state is State.NEW
    outcome = mock.activate(CERTIFICATE)
    assert isinstance(outcome, Refused)
    assert outcome.message == "Not authenticated"
    assert mock.handle(ask("GET", f"{CA}?person_id={PERSON}")) == refused(*NOT_AUTHENTICATED)
    for path in ("accounts", "usage"):
        assert mock.handle(ask("GET", f"/api/v1/auth/{path}")) == refused(*NO_TOKEN)
    for path in ("auth/subscribe_trade", "order/trades"):
        assert mock.handle(ask("POST", f"/api/v1/{path}", {})) == refused(*NO_TOKEN)


def test_accounts(build: Build, ask: Ask, success: Reply) -> None:
    reply = build().handle(ask("GET", "/api/v1/auth/accounts"))
    assert reply == success(
        [
            {
                "account_type": kind,
                "person_id": person,
                "broker_id": broker,
                "account_id": number,
                "signed": signed,
                "username": name,
            }
            for kind, person, broker, number, signed, name in (
                ("S", PERSON, "9A95", "0000001", False, "EXAMPLE 一"),
                ("S", PERSON, "9A95", "0000002", True, ""),
                ("F", PERSON, "F002", "0000003", True, ""),
                ("S", OTHER, "9A95", "0000004", True, ""),
            )
        ]
    )
    assert parse_accounts(200, reply.body) == ACCOUNTS


def test_usage(build: Build, ask: Ask) -> None:
    reply = build().handle(ask("GET", "/api/v1/auth/usage"))
    assert parse_usage(200, reply.body) == Usage(1, 0, 524_288_000, 524_288_000)


def test_a_token_ends(build: Build, ask: Ask, clock: SimpleNamespace, refused: Reply) -> None:
    mock = build()
    request = ask("GET", "/api/v1/auth/usage")
    clock.now = NOW + TOKEN_LIFETIME - 0.001
    assert mock.handle(request).status == 200
    clock.now = NOW + TOKEN_LIFETIME
    assert mock.handle(request) == refused(*EXPIRED)
    assert isinstance(mock.log_in(KEY_OF_BROKER), Accepted)
    assert mock.handle(request).status == 200


def test_a_key_ends(build: Build, ask: Ask, clock: SimpleNamespace, refused: Reply) -> None:
    mock = build(key=replace(KEY_OF_BROKER, expires=NOW + 60))
    clock.now = NOW + 60
    assert mock.handle(ask("GET", "/api/v1/auth/usage")) == refused(
        406,
        f"{KEY} is expired.",
        "key-expired",
        "the API key has ended: make a new one on the API management page",
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "needed"),
    [
        ("GET", "auth/accounts", None, Permission.ACCOUNT),
        (
            "POST",
            "stream/subscribe",
            {"security_type": "STK", "code": "2330", "quote_type": "Tick"},
            Permission.MARKET_DATA,
        ),
        (
            "POST",
            "stream/unsubscribe",
            {"security_type": "STK", "code": "2330", "quote_type": "Tick"},
            Permission.MARKET_DATA,
        ),
        ("POST", "auth/subscribe_trade", {}, Permission.TRADING),
        ("POST", "order/trades", {}, Permission.TRADING),
        ("POST", "order/cancel_order", {"trade_id": "x"}, Permission.TRADING),
    ],
)
def test_permissions(
    build: Build,
    ask: Ask,
    refused: Reply,
    method: str,
    path: str,
    body: Any,
    needed: Permission,
) -> None:
    key = ApiKey(KEY, frozenset(Permission) - {needed}, ACCOUNTS)
    reply = build(key=key).handle(ask(method, f"/api/v1/{path}", body))
    assert reply == refused(*NO_PERMISSION)


HARNESS = {
    "enabled": False,
    "mode": "off",
    "capability_version": 1,
    "capability_header": "X-Shioaji-Agent-Capability",
    "digest_scheme": "compact_keyed_blake3",
    "max_ttl_seconds": 60,
}
TOKEN = {"token_expires_in_seconds": 86400, "token_stale": False}


def health_of(timestamp: str, token: dict[str, Any], ca: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": "healthy",
        "version": "1.7.9",
        "timestamp": timestamp,
        **token,
        "contract_count": 0,
        **ca,
        "session_recovering": False,
        "session_recovery_attempts": 0,
        "instance_id": "EXAMPLE-signproof-mock",
        "agent_harness": HARNESS,
    }


def test_health(build: Build, ask: Ask, clock: SimpleNamespace, success: Reply) -> None:
    request = ask("GET", "/api/v1/health")
    now = "2026-08-29T10:40:00Z"
    mock = build(logged_in=False)
    assert mock.handle(request) == success(health_of(now, {}, {}), PUBLIC)
    mock.log_in(KEY_OF_BROKER)
    assert mock.handle(request) == success(health_of(now, TOKEN, {}), PUBLIC)
    mock.activate(CERTIFICATE)
    mock.activate(CertificateFacts(OTHER, 0, CERTIFICATE.not_after + 1))
    ca = {"ca_expires_in_days": 15, "ca_expired": False}
    assert mock.handle(request) == success(health_of(now, TOKEN, ca), PUBLIC)
    clock.now = CERTIFICATE.not_after
    stale = {"token_expires_in_seconds": 0, "token_stale": True}
    ca["ca_expires_in_days"] = 0
    last = health_of("2026-09-13T15:59:59Z", stale, ca)
    assert mock.handle(request) == success(last, PUBLIC)
    clock.now += 1
    ca = {"ca_expires_in_days": -1, "ca_expired": True}
    after = health_of("2026-09-13T16:00:00Z", stale, ca)
    assert mock.handle(request) == success(after, PUBLIC)


@pytest.mark.parametrize(
    ("mode", "simulation"), [(Mode.SIMULATION, True), (Mode.PRODUCTION, False)]
)
@pytest.mark.parametrize("logged_in", [True, False])
def test_info(
    build: Build, ask: Ask, success: Reply, mode: Mode, *, simulation: bool, logged_in: bool
) -> None:
    mock = build(mode=mode, logged_in=logged_in)
    assert mock.mode is mode
    assert mock.handle(ask("GET", "/api/v1/info")) == success(
        {
            "name": "Shioaji API Server",
            "version": "1.7.9",
            "description": "signproof's mock of the local server",
            "protocols": ["HTTP"],
            "simulation": simulation,
            "agent_harness": HARNESS,
        },
        PUBLIC,
    )


def test_what_server_check_demands(build: Build, ask: Ask) -> None:
    answer = json.loads(build(logged_in=False).handle(ask("GET", "/api/v1/health")).body)
    demanded = "status version timestamp session_recovering session_recovery_attempts instance_id"
    assert set(demanded.split()) < answer.keys()
    demanded = "enabled mode capability_version capability_header digest_scheme max_ttl_seconds"
    assert answer["agent_harness"].keys() == set(demanded.split())


SUBSCRIPTION = {
    "security_type": "STK",
    "code": "2330",
    "quote_type": "Tick",
    "exchange": "TSE",
    "target_code": None,
    "intraday_odd": False,
}


@pytest.mark.parametrize("word", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize(
    ("body", "subscription"),
    [
        (SUBSCRIPTION, SUBSCRIPTION),
        (SUBSCRIPTION | {"region": "TW", "x": [None]}, SUBSCRIPTION),
        (
            {"security_type": "FUT", "code": "TXFR1", "quote_type": "BidAsk", "target_code": "TX"},
            {
                "security_type": "FUT",
                "code": "TXFR1",
                "quote_type": "BidAsk",
                "exchange": None,
                "target_code": "TX",
                "intraday_odd": False,
            },
        ),
    ],
)
def test_quotes(
    build: Build, ask: Ask, success: Reply, word: str, body: Any, subscription: Any
) -> None:
    assert build().handle(ask("POST", f"/api/v1/stream/{word}", body)) == success(
        {"success": True, "message": f"{word}d", "subscription": subscription}
    )


INVALID = "is missing or not what it takes"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ([], "the body"),
        ({}, "security_type"),
        ({"security_type": "STK"}, "code"),
        (SUBSCRIPTION | {"security_type": "stk"}, "security_type"),
        (SUBSCRIPTION | {"security_type": " - at `$.evil`"}, "security_type"),
        (SUBSCRIPTION | {"quote_type": "tick"}, "quote_type"),
        (SUBSCRIPTION | {"code": 2330}, "code"),
        (SUBSCRIPTION | {"code": ""}, "code"),
        (SUBSCRIPTION | {"code": "2330\n"}, "code"),
        (SUBSCRIPTION | {"code": "x" * 21}, "code"),
        (SUBSCRIPTION | {"exchange": "TSE "}, "exchange"),
        (SUBSCRIPTION | {"target_code": ""}, "target_code"),
        (SUBSCRIPTION | {"intraday_odd": 1}, "intraday_odd"),
    ],
)
def test_bodies_with_wrong_values(
    build: Build, ask: Ask, refused: Reply, body: Any, where: str
) -> None:
    reply = build().handle(ask("POST", "/api/v1/stream/subscribe", body))
    assert reply == refused(400, "invalid parameter", "wrong-value", f"{where} {INVALID}")


ANY_PATH = [b"", b"x", b"{", b"\xff", b"\xef\xbb\xbf{}", b'{"x":' + b"[" * 100_000]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *((path, body) for path in ("stream/subscribe", "order/trades") for body in ANY_PATH),
        ("stream/subscribe", b'{"security_type":"STK","code":"\\ud800"}'),
        ("order/trades", b'{"account_type":"S","broker_id":"\xff"}'),
    ],
)
def test_bodies_that_are_no_json(
    build: Build, ask: Ask, refused: Reply, path: str, body: bytes
) -> None:
    assert build().handle(ask("POST", f"/api/v1/{path}", body)) == refused(
        400,
        "invalid JSON body",
        "malformed-body",
        "the body is not JSON in UTF-8: send one JSON object",
    )


EVENTS = "/api/v1/auth/{}_trade"


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


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({}, 0),
        ({"account_type": None, "broker_id": None, "account_id": None}, 0),
        ({"account_type": "S"}, 0),
        ({"account_type": "F"}, 2),
        ({"account_id": "0000004"}, 3),
        ({"account_type": "S", "broker_id": "9A95", "account_id": "0000002"}, 1),
    ],
)
def test_trade_events(
    build: Build, ask: Ask, success: Reply, body: dict[str, str], number: int
) -> None:
    mock = build(mode=Mode.PRODUCTION)
    for word, on in (("subscribe", True), ("unsubscribe", False)):
        assert mock.handle(ask("POST", EVENTS.format(word), body)) == success(
            {"account": account(number), "subscribe_trade": on, "ts": NOW}
        )


@pytest.mark.parametrize(
    "body",
    [
        {"account_type": "H"},
        {"account_id": "0000003"},
        {"account_type": "F", "broker_id": "9A95"},
        {"broker_id": ""},
    ],
)
@pytest.mark.parametrize("word", ["subscribe", "unsubscribe"])
def test_trade_events_of_other_accounts(
    build: Build, ask: Ask, refused: Reply, word: str, body: dict[str, str]
) -> None:
    assert build().handle(ask("POST", EVENTS.format(word), body)) == refused(
        406,
        "Account Not Acceptable.",
        "account-refused",
        "complete the signature for API usage of this account and its test of login and order in "
        "simulation; where both are done, use an account that the key includes",
    )


def test_trade_events_in_simulation(build: Build, ask: Ask, success: Reply, refused: Reply) -> None:
    mock = build()
    assert mock.handle(ask("POST", EVENTS.format("subscribe"), {})) == success(
        {"account": account(0), "subscribe_trade": True, "ts": NOW}
    )
    assert mock.handle(ask("POST", EVENTS.format("unsubscribe"), {})) == refused(
        400,
        "no trade subscription in simulation",
        "nothing-to-unsubscribe",
        "in simulation there is no subscription to end: do not call this there",
    )


def test_logins_that_are_refused_change_nothing(build: Build, ask: Ask) -> None:
    mock = build(mode=Mode.PRODUCTION)
    mock.activate(CERTIFICATE)
    faults = []
    for key, more in (
        (None, {}),
        (KEY_OF_BROKER, {"secret_matches": False}),
        (KEY_OF_BROKER, {"signed_at": NOW - 31}),
        (replace(KEY_OF_BROKER, addresses=("192.0.2.0/24",)), {}),
        (replace(KEY_OF_BROKER, expires=NOW), {}),
        (ApiKey(KEY, frozenset({Permission.TRADING})), {}),
    ):
        outcome = mock.log_in(key, **more)
        assert isinstance(outcome, Refused)
        faults.append(outcome.message)
    assert faults == [
        f"key: {KEY} not exist.",
        f"key: {KEY} not match signature.",
        "Sign data is timeout.",
        "ip: 127.0.0.1 not allow.",
        f"{KEY} is expired.",
        "Token doesn't have production permission.",
    ]
    with pytest.raises(InvalidAddress):
        mock.log_in(KEY_OF_BROKER, address="x")
    assert mock.state is State.CA_ACTIVE
    assert mock.handle(ask("GET", f"{CA}?person_id={PERSON}")).status == 200


def test_activations_that_are_refused(build: Build, ask: Ask, refused: Reply) -> None:
    mock = build()
    texts = []
    for certificate, person in (
        (OpenFailure.WRONG_PASSWORD, None),
        (OpenFailure.FILE_MISSING, None),
        (OpenFailure.NOT_PFX, None),
        (OpenFailure.NO_PAIR, None),
        (CertificateFacts(None, 0, NOW), None),
        (CertificateFacts(PERSON, 0, NOW - 1), None),
        (CertificateFacts(PERSON, NOW + 1, NOW + 2), None),
        (CERTIFICATE, OTHER),
    ):
        outcome = mock.activate(certificate, person)
        assert isinstance(outcome, Refused)
        texts.append(outcome.message)
    assert texts == [
        "Ca Password Incorrect",
        "ReadFile Error No such file or directory",
        "OpenSSL Error",
        "Cert Not Found",
        "Cert Person ID Not Found",
        "Ca has expired!",
        "the certificate is not valid yet",
        "the certificate is another person's",
    ]
    assert mock.state is State.LOGGED_IN
    assert mock.handle(ask("GET", f"{CA}?person_id={PERSON}")) == refused(
        400, f"CA not activated for: {PERSON}", "ca-not-activated", ADVICE
    )


def test_the_policy_of_the_sdk(build: Build, ask: Ask, success: Reply) -> None:
    mock = build(policy=Policy.SDK)
    assert isinstance(mock.activate(CertificateFacts(PERSON, 0, NOW - 1), OTHER), Accepted)
    assert mock.state is State.CA_EXPIRED
    assert mock.handle(ask("GET", f"{CA}?person_id={PERSON}")) == success(
        {"person_id": PERSON, "expire_time": "2026-08-29T10:39:59"}
    )


def test_the_example_key() -> None:
    key = example_key(KEY)
    assert key.permissions == frozenset(Permission)
    assert [(known.account_type, known.person_id, known.signed) for known in key.accounts] == [
        ("S", PERSON, True),
        ("F", PERSON, True),
    ]
    assert {known.person_id for known in example_key(KEY, OTHER).accounts} == {OTHER}
