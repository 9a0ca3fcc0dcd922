"""What is read out of what a Tiger SDK did: from requests as they could come, and answers."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signers.request import SignedRequest
from signproof import schemes
from signproof.behaviours.tiger_rsa import BEHAVIOURS
from signproof.implementations.base import Broken, Reply
from signproof.matrix import questions
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.tiger import response_public_key
from signproof.model import Answer, Outcome, Status
from signproof.schemes.tiger_rsa.sending import PROGRAM
from signproof.server import Exchange

pytestmark = pytest.mark.once

SCHEME = schemes.get("tiger-rsa")
BY_ID = {one.id: one for one in BEHAVIOURS}
NOW = 1767323045.5  # 2026-01-02 03:04:05 UTC
GOOD = Answer(status=Status.OUTPUT, output={"status": 200, "body_b64": "", "error": ""})
REPLY = MockReply(200, (), b"", Verdict(accepted=True, reason=None, message=""))


def sent(
    *,
    octets: bytes | None = None,
    method: str = "POST",
    without: Sequence[str] = (),
    **changes: Any,
) -> SignedRequest:
    fields = {
        "tiger_id": "20990001",
        "method": "market_state",
        "version": "2.0",
        "timestamp": "2026-01-02 03:04:05",
        "charset": "UTF-8",
        "sign_type": "RSA",
        "biz_content": '{"market":"US"}',
        "sign": "s",
        **changes,
    }
    kept = {name: value for name, value in fields.items() if name not in without}
    body = json.dumps(kept).encode() if octets is None else octets
    return SignedRequest(method.encode(), b"/gateway", (), body)


def came(*requests: SignedRequest | None) -> list[Exchange]:
    return [
        Exchange(number, 8080, "127.0.0.1", NOW, b"", request, REPLY)
        for number, request in enumerate(requests, 1)
    ]


def failed(error: str) -> Answer:
    return Answer(status=Status.OUTPUT, output={"error": error})


GIVEN = '{"b":"\u00fc&<>/","a": 1}'
SPACED = '{"a": 1, "b": "\u00fc&<>/"}'
FIRST, OTHER = sent(), sent(sign="t")


@pytest.mark.parametrize(
    ("id_", "requests", "observation"),
    [
        ("timestamp", [sent()], "UTC"),
        ("timestamp", [sent(timestamp="2026-01-02 03:33:00")], "UTC"),
        ("timestamp", [sent(timestamp="2026-01-02 11:04:04")], "UTC+8, as in Shanghai"),
        ("timestamp", [sent(timestamp="2026-01-01 22:04:05")], "local time"),
        ("timestamp", [sent(timestamp="2026-01-01 23:04:05")], "local time"),
        ("timestamp", [sent(timestamp="2026-01-02 12:04:05")], "UTC+9"),
        ("timestamp", [sent(timestamp="2026-01-01 17:04:05")], "UTC-10"),
        ("timestamp", [sent(timestamp="2026-01-02 17:04:05")], "UTC+14"),
        ("timestamp", [sent(timestamp="2026-01-02 18:04:05")], "another time"),
        ("timestamp", [sent(timestamp="1999-01-01 00:00:00")], "another time"),
        ("timestamp", [sent(timestamp="1767323045")], "another form"),
        ("timestamp", [sent(timestamp=1767323045)], "another form"),
        ("timestamp", [sent(without=["timestamp"])], "another form"),
        ("timestamp", [sent(octets=b"no JSON")], "another form"),
        ("timestamp", [sent(octets=b"\xff")], "another form"),
        ("timestamp", [sent(octets=b"[]")], "another form"),
        ("fields", [sent()], "`version` 2.0; none"),
        (
            "fields",
            [sent(version="3.0", lang="en", device_id=None)],
            "`version` 3.0; `device_id`, `lang`",
        ),
        ("fields", [sent(without=["version"])], "no `version`; none"),
        ("no-parameters", [sent(without=["biz_content"])], "left out"),
        ("no-parameters", [sent(biz_content="{}")], "`{}`"),
        ("no-parameters", [sent(biz_content=None)], "null"),
        ("no-parameters", [sent(octets=b"no JSON")], "no JSON object"),
        ("parameters", [sent(biz_content=GIVEN)], "sent as given"),
        ("parameters", [sent(biz_content=SPACED)], f"written anew: `{SPACED}`"),
        ("parameters", [sent(without=["biz_content"])], "left out"),
        ("parameters", [sent(biz_content={"a": 1})], 'as no text: `{"a": 1}`'),
        ("limited", [FIRST], "not tried again"),
        ("limited", [FIRST] * 2, "2 requests, with the same octets"),
        ("limited", [FIRST, FIRST, OTHER], "3 requests, signed anew"),
        ("redirect", [FIRST], "not followed"),
        ("redirect", [FIRST, FIRST], "followed, POST with the signed body"),
        ("redirect", [FIRST, OTHER], "followed, POST signed anew"),
        ("redirect", [FIRST, sent(octets=b"", method="GET")], "followed, GET without the body"),
        ("signed", [FIRST], "taken"),
        ("signed", [None, FIRST], "taken"),
        ("signed", [None], "sends what is no request"),
        ("signed", [], "sends nothing"),
    ],
)
def test_what_is_read(id_: str, requests: list[SignedRequest | None], observation: str) -> None:
    assert BY_ID[id_].observe(GOOD, came(*requests)) == observation


@pytest.mark.parametrize(
    ("reply", "requests", "observation"),
    [
        (GOOD, 1, "taken"),
        (Answer(status=Status.OUTPUT), 1, "taken"),
        (failed("response sign verify failed"), 1, "refused"),
        (failed("other words"), 3, "refused after 3 requests"),
        (Answer(status=Status.REJECTED), 1, "refused"),
        (Answer(status=Status.ERRORED, message="panic"), 1, "refused"),
        (Answer(status=Status.SKIPPED, message="no"), 1, "cannot be asked"),
        (Broken(Outcome.TIMEOUT, "no reply within 1 s"), 1, "broke: no reply within 1 s"),
    ],
)
def test_how_an_answer_is_taken(reply: Reply, requests: int, observation: str) -> None:
    assert BY_ID["answer-null"].observe(reply, came(*[FIRST] * requests)) == observation


def test_each_question_is_put_once() -> None:
    assert questions(SCHEME) == BEHAVIOURS
    assert len(BY_ID) == len(BEHAVIOURS)
    assert len({one.question for one in BEHAVIOURS}) == len(BEHAVIOURS)
    assert all(set(one.call) == {"api_method", "biz_content"} for one in BEHAVIOURS)


def test_a_question_as_a_case() -> None:
    case = BY_ID["no-parameters"].case("tiger-rsa", PROGRAM.credential, "http://127.1.0.2")
    assert (case.id, case.vector.operation) == ("tiger-rsa/behaviour/no-parameters", "send")
    assert case.credential == {
        **PROGRAM.credential,
        "tiger_public_key": response_public_key(),
    }
    assert case.input == {
        "base_url": "http://127.1.0.2",
        "api_method": "market_state",
        "biz_content": None,
    }


# What is answered: the questions about answers have a mock of their own.


def good() -> SignedRequest:
    """Sign plainly, as official SDKs were seen to."""
    key = load_der_private_key(b64decode(PROGRAM.credential["private_key"]), None)
    assert isinstance(key, RSAPrivateKey)
    fields: Mapping[str, str] = json.loads(sent(without=["sign"]).body)
    content = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    sign = b64encode(key.sign(content.encode(), PKCS1v15(), SHA1())).decode()
    headers = ((b"Content-Type", b"application/json"), (b"Host", b"127.1.0.2:1"))
    return SignedRequest(
        b"POST", b"/gateway", headers, json.dumps({**fields, "sign": sign}).encode()
    )


@pytest.mark.parametrize(
    ("id_", "sign"),
    [
        ("signed", "text"),
        ("timestamp", "text"),
        ("answer-unsigned", "absent"),
        ("answer-empty", "empty"),
        ("answer-null", "null"),
        ("answer-wrong-key", "text"),
        ("answer-other-timestamp", "text"),
    ],
)
def test_what_is_answered(id_: str, sign: str) -> None:
    make = BY_ID[id_].mock
    assert make is not None
    reply = make(PROGRAM.credential, lambda: NOW).handle(good(), "127.0.0.1")
    assert (reply.status, reply.verdict.accepted) == (200, True)
    body = json.loads(reply.body)
    value = body.get("sign", ...)
    kinds = {"absent": value is ..., "null": value is None, "empty": value == ""}
    assert [kind for kind, is_it in kinds.items() if is_it] == ([] if sign == "text" else [sign])
    assert (body["code"], body["message"]) == (0, "success")


def test_the_signatures_of_answers() -> None:
    """Right by the key and the timestamp of the question, and by no other."""
    verify = SCHEME.operations["verify-response"]
    credential = {**PROGRAM.credential, "tiger_public_key": response_public_key()}
    prepared = SCHEME.prepare(SCHEME.credential(**credential))
    found = {}
    for id_ in ("signed", "answer-wrong-key", "answer-other-timestamp"):
        make = BY_ID[id_].mock
        assert make is not None
        body = make(PROGRAM.credential, lambda: NOW).handle(good(), "127.0.0.1").body
        input_ = verify.input(
            body_b64=b64encode(body).decode(), request_timestamp="2026-01-02 03:04:05"
        )
        answer = verify.reference(prepared, input_)
        found[id_] = answer.output.get("signature") or answer.reason
    assert found == {
        "signed": "verified",
        "answer-wrong-key": "wrong-response-signature",
        "answer-other-timestamp": "other-timestamp",
    }


def test_what_is_answered_first() -> None:
    limited, redirect = BY_ID["limited"].replies, BY_ID["redirect"].replies
    json_ = ((b"Content-Type", b"application/json;charset=UTF-8"),)
    body = b'{"code":5,"message":"rate limit error","timestamp":1700000000000}'
    assert {(one.status, one.headers, one.body) for one in limited} == {(429, json_, body)}
    assert len(limited) == 10
    location = ((b"Location", b"http://localhost:{port}/gateway"),)
    assert [(one.status, one.headers, one.body) for one in redirect] == [(307, location, b"")]
