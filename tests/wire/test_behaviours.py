"""How what was observed of an SDK is put into words."""

import hashlib
import hmac
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from signers import SignedRequest
from signproof import schemes
from signproof.behaviours.base import Scripted
from signproof.behaviours.longbridge_hmac import BEHAVIOURS
from signproof.implementations.base import Broken, Reply
from signproof.matrix import questions
from signproof.mocks.replies import MockReply, Verdict
from signproof.model import Answer, Outcome, Status
from signproof.schemes.longbridge_hmac.sending import PROGRAM
from signproof.server import Exchange
from signproof.wire import mock_for

pytestmark = pytest.mark.once

Headers = tuple[tuple[bytes, bytes], ...]

BY_ID = {one.id: one for one in BEHAVIOURS}
SCHEME = schemes.get("longbridge-hmac")
KEY, SECRET, TOKEN = (
    PROGRAM.credential[name] for name in ("app_key", "app_secret", "access_token")
)
NAMES = "authorization;x-api-key;x-timestamp"
GIVEN = "1700000000"
OWN = "1700000009"
GOOD = Answer(status=Status.OUTPUT, output={"status": 200, "body_b64": "", "error": ""})


def signed(
    target: str = "/v1/asset/stock",
    *,
    timestamp: str = OWN,
    sent: Sequence[str] = (),
    path: str = "",
    secret: str = SECRET,
    without: Sequence[str] = (),
    more: Headers = (),
) -> SignedRequest:
    """Return a GET as an SDK could send it, signed over *path* and *timestamp*."""
    sent_path, _, query = target.partition("?")
    block = f"authorization:{TOKEN}\nx-api-key:{KEY}\nx-timestamp:{timestamp}\n"
    canonical = f"GET|{path or sent_path}|{query}|{block}|{NAMES}|"
    text = f"HMAC-SHA256|{hashlib.sha1(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = [
        ("Host", "127.0.0.1:8080"),
        ("Authorization", TOKEN),
        ("X-Api-Key", KEY),
        *(("X-Timestamp", one) for one in sent or [timestamp]),
        ("X-Api-Signature", f"HMAC-SHA256 SignedHeaders={NAMES}, Signature={signature}"),
    ]
    octets = tuple(
        (name.encode(), value.encode()) for name, value in headers if name not in without
    )
    return SignedRequest(b"GET", target.encode(), octets + more)


def came(*requests: SignedRequest | None) -> list[Exchange]:
    """Let the mock judge what arrived; None is what was no request."""
    mock = mock_for(SCHEME, [PROGRAM.credential], lambda: 1.7e9)
    replies = [
        mock.unreadable(400, "no") if one is None else mock.handle(one, "127.0.0.1")
        for one in requests
    ]
    return [
        Exchange(number, 8080, "127.0.0.1", 1.7e9, b"", request, reply)
        for number, (request, reply) in enumerate(zip(requests, replies, strict=True), 1)
    ]


def answered(error: str) -> Answer:
    return Answer(status=Status.OUTPUT, output={"error": error})


LOWER = SignedRequest(b"GET", b"/", ((b"host", b"x"), (b"x-b", b"1"), (b"x-a", b"1")))
HOP = "/v1/trade/order/today"
FIRST = signed()
SECOND = SignedRequest(b"GET", HOP.encode(), FIRST.headers)
NO_KEY = SignedRequest(b"GET", HOP.encode(), FIRST.headers[:2] + FIRST.headers[4:])
TOKEN_ALONE = SignedRequest(b"GET", HOP.encode(), FIRST.headers[:2])
BARE = SignedRequest(b"GET", HOP.encode(), FIRST.headers[:1])


@pytest.mark.parametrize(
    ("id_", "requests", "observation"),
    [
        ("timestamp", [signed(timestamp="1700000000")], "integer seconds"),
        ("timestamp", [signed(timestamp="1700000000123")], "integer milliseconds"),
        ("timestamp", [signed(timestamp="1700000000.1")], "fractional seconds"),
        ("timestamp", [signed(timestamp="1700000000123.45")], "fractional milliseconds"),
        ("timestamp", [signed(timestamp="2026-01-01T00:00:00Z")], "another form"),
        ("timestamp", [signed(without=["X-Timestamp"])], "0 values"),
        ("timestamp", [signed(sent=[OWN, OWN])], "2 values"),
        ("headers-get", [LOWER], "lower case; beside the signed ones: x-a, x-b"),
        ("headers-get", [signed()], "canonical case; beside the signed ones: none"),
        ("query-none", [signed("/a")], "no `?`"),
        ("query-none", [signed("/a?")], "a bare `?`"),
        ("query-encoding", [signed("/a?b=%20")], "`b=%20`"),
        ("path-escaped", [signed("/a%20b")], "`/a%20b`, signed as-sent"),
        ("path-escaped", [signed("/a%20b", path="/a b")], "`/a%20b`, signed percent-decoded"),
        ("path-escaped", [signed("/a", secret="x")], "`/a`, refused: wrong-signature"),
        ("url-slash", [signed("//a")], "`//a`, signed right"),
        ("url-path", [signed("/a", secret="x")], "`/a`, signed, refused: wrong-signature"),
        ("url-path", [signed("/a", without=["X-Api-Signature"])], "`/a`, sent unsigned"),
        ("own-timestamp", [signed()], "left out, signed right"),
        ("own-timestamp", [signed(timestamp=GIVEN)], "taken, signed right"),
        (
            "own-timestamp",
            [signed(timestamp=GIVEN, sent=[GIVEN, GIVEN])],
            "sent twice the same, signs the given one",
        ),
        (
            "own-timestamp",
            [signed(timestamp=GIVEN, sent=[OWN, GIVEN])],
            "sent beside its own, signs the given one",
        ),
        ("own-timestamp", [signed(sent=[GIVEN, OWN])], "sent beside its own, signs its own"),
        (
            "own-timestamp",
            [signed(sent=[GIVEN, OWN], secret="x")],
            "sent beside its own, signs neither",
        ),
        ("secret-empty", [signed()], "signed right"),
        ("limited-text", [signed()], "not tried again"),
        ("limited-text", [signed()] * 3, "tried again 2 times, with the same signature"),
        ("limited-json", [signed(), signed(timestamp=GIVEN)], "tried again once, signed anew"),
        ("redirect", [FIRST], "not followed"),
        (
            "redirect",
            [FIRST, SECOND],
            "followed, with the token, the API key, the old signature",
        ),
        ("redirect", [FIRST, NO_KEY], "followed, with the token, the old signature"),
        ("redirect", [FIRST, signed(HOP)], "followed, signed anew"),
        ("redirect-host", [FIRST, TOKEN_ALONE], "followed, unsigned, with the token"),
        ("redirect-host", [FIRST, BARE], "followed, unsigned"),
        ("secret-empty", [None, signed()], "signed right"),
        ("secret-empty", [None], "sends what is no request"),
        ("secret-empty", [], "sends nothing"),
    ],
)
def test_what_is_read(id_: str, requests: list[SignedRequest | None], observation: str) -> None:
    assert BY_ID[id_].observe(GOOD, came(*requests)) == observation


@pytest.mark.parametrize(
    ("reply", "observation"),
    [
        (GOOD, "taken as success"),
        (Answer(status=Status.OUTPUT), "taken as success"),
        (Answer(status=Status.OUTPUT, output={"error": None}), "taken as success"),
        (answered("401003: token expired"), "an error, with the answer's text"),
        (answered("unknown"), "an error, without the answer's text"),
        (Answer(status=Status.ERRORED, message="panic"), "an error, without the answer's text"),
        (Answer(status=Status.REJECTED), "an error, without the answer's text"),
        (Answer(status=Status.SKIPPED, message="no"), "cannot be asked"),
        (Broken(Outcome.TIMEOUT, "no reply within 1 s"), "broke: no reply within 1 s"),
    ],
)
def test_how_an_error_is_read(reply: Reply, observation: str) -> None:
    assert BY_ID["code-without-status"].observe(reply, came(signed())) == observation


def test_each_question_is_put_once() -> None:
    scheme = schemes.get("longbridge-hmac")
    assert questions(scheme) == BEHAVIOURS
    assert len(BY_ID) == len(BEHAVIOURS)
    members = {"method", "path", "query", "params", "body_b64", "headers"}
    assert all(set(one.call) <= members for one in BEHAVIOURS)
    no_questions = SimpleNamespace(behaviours="")
    assert questions(no_questions) == ()  # type: ignore[arg-type]


def test_a_question_as_a_case() -> None:
    case = BY_ID["token-space"].case("longbridge-hmac", PROGRAM.credential, "http://127.0.0.1:1")
    assert (case.id, case.vector.operation) == ("longbridge-hmac/behaviour/token-space", "send")
    assert case.credential == {**PROGRAM.credential, "access_token": f"{TOKEN} "}
    assert case.input == {
        "base_url": "http://127.0.0.1:1",
        "method": "GET",
        "path": "/v1/asset/stock",
        "query": None,
        "params": None,
        "body_b64": "",
    }
    behind = BY_ID["url-path"].case("longbridge-hmac", PROGRAM.credential, "http://127.0.0.1:1")
    assert behind.input["base_url"] == "http://127.0.0.1:1/proxy"


class Mock:
    """Refuses everything."""

    verdict = Verdict(accepted=False, reason="wrong-signature", message="wrong")

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        return MockReply(403, (), request.target + client_ip.encode(), self.verdict)

    def unreadable(self, status: int, message: str) -> MockReply:
        return MockReply(status, (), message.encode(), self.verdict)


def test_answers_as_told_with_the_mocks_verdict() -> None:
    told = Verdict(accepted=True, reason=None, message="")
    location = ((b"Location", b"http://localhost:{port}/"), (b"X-Other", b"{other}"))
    scripted = Scripted(Mock(), [MockReply(307, location, b"told", told)])
    at = SignedRequest(b"GET", b"/", ((b"Host", b"[::1]:8080"),))
    assert scripted.handle(at, "::1") == MockReply(
        307,
        ((b"Location", b"http://localhost:8080/"), (b"X-Other", b"{other}")),
        b"told",
        Mock.verdict,
    )
    assert scripted.handle(at, "::1") == MockReply(403, (), b"/::1", Mock.verdict)
    assert scripted.unreadable(400, "no") == MockReply(400, (), b"no", Mock.verdict)


def test_a_question_has_a_name_of_its_own() -> None:
    assert all(one.question for one in BEHAVIOURS)
    assert len({one.question for one in BEHAVIOURS}) == len(BEHAVIOURS)
