"""What is read out of what a Shioaji package said or requested."""

from base64 import b64decode
from collections.abc import Sequence

import pytest

from signers.request import SignedRequest
from signproof import schemes
from signproof.behaviours.shioaji_ca import BEHAVIOURS
from signproof.implementations.base import Broken, Reply
from signproof.matrix import questions
from signproof.mocks.replies import MockReply, Verdict
from signproof.model import Answer, Outcome, Status
from signproof.schemes.shioaji_ca.program import PROGRAM
from signproof.server import Exchange

pytestmark = pytest.mark.once

BY_ID = {one.id: one for one in BEHAVIOURS}
NOW = 1767323045.5  # 2026-01-02 03:04:05 UTC
REPLY = MockReply(200, (), b"", Verdict(accepted=True, reason=None, message=""))
BEARER = "Bearer {api_key}:{secret_key}".format_map(PROGRAM.credential)


def get(target: str, authorization: str | None = BEARER) -> SignedRequest:
    headers = () if authorization is None else ((b"authorization", authorization.encode()),)
    return SignedRequest(b"GET", target.encode(), headers, b"")


HEALTH, USAGE = get("/api/v1/health"), get("/api/v1/auth/usage")
OPEN = get("/api/v1/health", None)


def came(requests: Sequence[SignedRequest | None]) -> list[Exchange]:
    return [
        Exchange(number, 8080, "127.0.0.1", NOW, b"", request, REPLY)
        for number, request in enumerate(requests, 1)
    ]


def said(error: str = "", value: str = "", elapsed_ms: int = 0, exit_code: int = 0) -> Answer:
    output = {
        "error": error,
        "value": value,
        "elapsed_ms": elapsed_ms,
        "exit_code": exit_code,
    }
    return Answer(status=Status.OUTPUT, output=output)


LONG = (
    "ValueError: action=<Action.Buy: 'Buy'> price=1 quantity=1 price_type=<LMT: 'LMT'> no account."
)
SIGNED = "TimeoutError: Topic: api/v1/auth/token_login, payload: {'msg': '…', 'sign': '…'}"


@pytest.mark.parametrize(
    ("id_", "reply", "observation"),
    [
        ("activate", said("AuthError: Not authenticated"), "AuthError: Not authenticated"),
        ("activate", said(value="True"), "`True`"),
        ("activate", said("E: " + "x" * 87), "E: " + "x" * 87),
        ("activate", said("E: " + "x" * 88), "E: … " + "x" * 88),
        ("place-order", said(LONG), "ValueError: … 'LMT'> no account."),
        ("list-accounts", said(value="[]"), "`[]`"),
        ("list-accounts", Answer(status=Status.OUTPUT), "``"),
        ("login", said("Refused: no", elapsed_ms=1000), "Refused within 1 s"),
        ("login", said("Refused: no", elapsed_ms=1001), "Refused within 20 s"),
        ("login", said("Refused: no", elapsed_ms=20001), "Refused after more than 20 s"),
        (
            "login",
            said(SIGNED, elapsed_ms=5003),
            "TimeoutError within 20 s; its text has the signed message",
        ),
        ("login", Answer(status=Status.ERRORED, message="not in 18 s"), "not in 18 s"),
        ("login-page", said("TypeError: unexpected keyword argument"), "refused: TypeError"),
        ("login-page", said("ShioajiConnectionError: login"), "taken"),
        ("login-again", said("Refused: no", elapsed_ms=999), "answered at once"),
        ("login-again", said("Refused: no", elapsed_ms=1000), "tried anew"),
        ("login-again", Answer(status=Status.ERRORED, message="not in 18 s"), "not in 18 s"),
        ("start", said("connect error", exit_code=1), "connect error (exit code 1)"),
        ("start", Answer(status=Status.SKIPPED, message="no"), "cannot be asked"),
        ("start", Answer(status=Status.ERRORED, message="panic"), "panic (exit code None)"),
        ("start", Broken(Outcome.TIMEOUT, "no reply"), "broke: no reply"),
    ],
)
def test_what_was_said(id_: str, reply: Reply, observation: str) -> None:
    assert BY_ID[id_].observe(reply, []) == observation


@pytest.mark.parametrize(
    ("id_", "requests", "reply", "observation"),
    [
        ("check", [HEALTH], said(), "`GET /api/v1/health`; with key and secret"),
        ("check", [OPEN], said(), "`GET /api/v1/health`; without key and secret"),
        (
            "check",
            [get("/api/v1/health", "Bearer other")],
            said(),
            "`GET /api/v1/health`; without key and secret",
        ),
        (
            "usage",
            [HEALTH, USAGE],
            said(),
            "`GET /api/v1/health`, `GET /api/v1/auth/usage`; with key and secret",
        ),
        (
            "usage",
            [OPEN, None, USAGE],
            said(),
            "`GET /api/v1/health`, `GET /api/v1/auth/usage`; key and secret with some",
        ),
        ("usage", [], said(), "sends nothing"),
        ("usage", [None], said(), "sends what is no request"),
        ("other-secret", [USAGE], said("Invalid API credentials"), "Invalid API credentials"),
        (
            "ca-expiretime-active",
            [USAGE],
            said(value='{\n  "expire_time": "2035-09-13T15:59:59"\n}'),
            "`2035-09-13T15:59:59`",
        ),
        ("ca-expiretime-active", [USAGE], said(value="{}"), "none"),
        ("ca-expiretime-none", [USAGE], said("CA not activated"), "CA not activated"),
        ("list-accounts", [HEALTH], said(value="[]"), "`[]`"),
    ],
)
def test_what_was_requested(
    id_: str, requests: list[SignedRequest | None], reply: Reply, observation: str
) -> None:
    assert BY_ID[id_].observe(reply, came(requests)) == observation


def test_each_question_is_put_once() -> None:
    assert questions(schemes.get("shioaji-ca")) == BEHAVIOURS
    assert len(BY_ID) == len(BEHAVIOURS)
    assert len({one.question for one in BEHAVIOURS}) == len(BEHAVIOURS)


@pytest.mark.parametrize(
    ("id_", "input_"),
    [
        ("login", {"call": "login", "arguments": {}}),
        ("login-page", {"call": "login", "arguments": {"fetch_contract": False}}),
        ("login-again", {"call": "login", "arguments": {}, "times": 2}),
        ("expiretime-simulation", {"call": "ca-expiretime", "simulation": True}),
        ("check", {"call": "server-check"}),
        (
            "activate-missing",
            {"call": "activate-ca", "pfx_b64": None, "password": "EXAMPLE-password"},
        ),
    ],
)
def test_a_question_as_a_case(id_: str, input_: dict[str, object]) -> None:
    case = BY_ID[id_].case("shioaji-ca", PROGRAM.credential, "http://127.0.0.1:1")
    assert (case.vector.operation, case.credential) == ("send", PROGRAM.credential)
    assert case.input == {"base_url": "http://127.0.0.1:1", **input_}


@pytest.mark.parametrize(
    ("id_", "env"),
    [
        ("start", ""),
        ("start-production", "SJ_PRODUCTION=1\n"),
        ("start-ca", "SJ_CA_PATH=/EXAMPLE/nowhere.pfx\nSJ_CA_PASSWD=EXAMPLE\n"),
    ],
)
def test_the_env_of_a_start(id_: str, env: str) -> None:
    of_key = "SJ_API_KEY={api_key}\nSJ_SEC_KEY={secret_key}\n".format_map(PROGRAM.credential)
    assert b64decode(BY_ID[id_].call["env_b64"]).decode() == of_key + env


def test_the_line_with_a_backslash_stands_before_the_secret() -> None:
    env = b64decode(BY_ID["start-backslash"].call["env_b64"]).decode().splitlines()
    assert [line.partition("=")[0] for line in env] == ["SJ_API_KEY", "SJ_CA_PATH", "SJ_SEC_KEY"]


def test_the_mock_whose_ca_is_active() -> None:
    make = BY_ID["ca-expiretime-active"].mock
    assert make is not None
    asked = get("/api/v1/auth/ca_expiretime?person_id=Z199999999")
    reply = make(PROGRAM.credential, lambda: NOW).handle(asked, "127.0.0.1")
    body = b'{"person_id":"Z199999999","expire_time":"2035-09-13T15:59:59"}'
    assert (reply.status, reply.body) == (200, body)
