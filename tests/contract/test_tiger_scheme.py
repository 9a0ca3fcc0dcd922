"""How tiger-rsa runs through the harness: its signature stage, credentials, requests and calls."""

import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_der_private_key
from hypothesis import given
from hypothesis import strategies as st

from signers.errors import SignerError
from signers.tiger import stages
from signers.tiger.errors import KeyTooSmall
from signproof import schemes
from signproof.codec import CodecError
from signproof.model import Answer, Status
from signproof.scheme import Asked, Sending
from signproof.schemes.tiger_rsa import pipeline
from signproof.schemes.tiger_rsa.model import Credential, SettingsOutput
from signproof.schemes.tiger_rsa.operations import OPERATIONS, prepare
from signproof.schemes.tiger_rsa.received import received_fields, received_input
from signproof.schemes.tiger_rsa.replay import (
    RECEIVED,
    REQUEST,
    SIGN,
    asked,
)
from signproof.schemes.tiger_rsa.sending import PROGRAM, recorded, sending

SCHEME = schemes.get("tiger-rsa")
PRIVATE_KEY = PROGRAM.credential["private_key"]
CREDENTIAL = {"tiger_id": "20990001", "private_key": PRIVATE_KEY}

Json = dict[str, Any]


def base64(octets: bytes) -> str:
    return b64encode(octets).decode()


def key() -> RSAPrivateKey:
    loaded = load_der_private_key(b64decode(PRIVATE_KEY), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


KEY = key()
MODULUS = KEY.private_numbers().public_numbers.n


def signed(content: str) -> str:
    return base64(KEY.sign(content.encode(), PKCS1v15(), SHA1()))


# The stage `signature`: by the library or by the factors, always what the reference's stage gives.


def by_pipeline(message: bytes | None, line: str | None = PRIVATE_KEY) -> bytes:
    results = pipeline.PIPELINE.run(
        {"fields": (), "key": line, "encoded_message": message, "target": b"", "body": b""}
        | dict.fromkeys(("digest", "content", "sign_content", "response_content", "headers"))
        | {"push_login_content": None, "signed_values": (), "sent_fields": ()}
    )
    found: bytes = results["signature"]
    return found


messages = st.one_of(
    st.binary(min_size=20, max_size=20).map(lambda digest: stages.encoded_message(digest, 128)),
    st.integers(0, MODULUS - 1).map(lambda number: number.to_bytes(128)),
    st.binary(min_size=128, max_size=128).map(lambda octets: b"\0" + octets[1:]),
    st.binary(max_size=128).map(lambda octets: b"\0" + octets),
    st.sampled_from([b"", b"\0", b"\1", b"\xff" * 16, MODULUS.to_bytes(128)]),
)


@given(messages)
def test_the_signature_is_that_of_the_reference_stage(message: bytes) -> None:
    try:
        wanted = stages.signature(message, KEY)
    except KeyTooSmall:
        wanted = b""
    assert by_pipeline(message) == wanted


@pytest.mark.once
def test_without_key_or_message_nothing_is_signed() -> None:
    assert by_pipeline(None) == b""
    assert by_pipeline(b"\0" * 128, None) == b""
    assert by_pipeline(b"\xff" * 128) == b""
    assert by_pipeline(MODULUS.to_bytes(128)) == b""


@pytest.mark.once
def test_what_the_charset_lacks_is_replaced_as_a_wrong_client_does() -> None:
    """Only a mistake comes here: the reference refuses it."""
    input_ = {"params": [["a", "\u20ac"]], "charset": "GBK"}
    results = pipeline.PIPELINE.run(SIGN.values(CREDENTIAL, input_))
    assert results["sign_content"] == b"a=?"
    asked_for = {"api_method": "m", "biz_content": "\u20ac", "timestamp": "t", "charset": "GBK"}
    results = pipeline.PIPELINE.run(REQUEST.values(CREDENTIAL, asked_for))
    assert b'"biz_content":"\\u20ac"' in results["body"]


# A credential.

NOT_A_KEY = (
    "this is not a key in any known shape: a private key is PEM, a base64 line that starts with "
    "MII, or DER; copy it anew from the developer page"
)
BAD_ID = (
    "the tiger_id is empty or holds something else than visible ASCII: copy it from the developer "
    "page, without quotes, spaces or comments"
)
INPUTS: dict[str, Json] = {
    "sign": {"params": [["a", "1"]]},
    "request": {
        "api_method": "accounts",
        "biz_content": None,
        "timestamp": "2026-01-02 03:04:05",
        "charset": "UTF-8",
        "more": [],
    },
    "sign-response": {"request_timestamp": "2026-01-02 03:04:05", "body_b64": base64(b"{}")},
    "push-login": {"now": 1},
    "verify": {
        "request": {
            "method": "POST",
            "path": "/gateway",
            "query": None,
            "headers": [],
            "body_b64": "",
        }
    },
}


def answer(operation: str, credential: Credential, input_: Json) -> Answer:
    one = OPERATIONS[operation]
    return one.reference(prepare(credential), msgspec.convert(input_, one.input))


def rejected(reason: str, message: str) -> Answer:
    return Answer(status=Status.REJECTED, reason=reason, message=message)


@pytest.mark.once
@pytest.mark.parametrize("operation", list(INPUTS))
def test_a_key_that_does_not_load_is_refused_when_it_is_needed(operation: str) -> None:
    credential = Credential(tiger_id="1", private_key="no key")
    assert answer(operation, credential, INPUTS[operation]) == rejected("not-a-key", NOT_A_KEY)


@pytest.mark.once
@pytest.mark.parametrize("operation", ["sign", "request", "push-login"])
def test_a_tiger_id_that_is_none_is_refused_when_it_is_needed(operation: str) -> None:
    credential = Credential(tiger_id="a b", private_key=PRIVATE_KEY)
    assert answer(operation, credential, INPUTS[operation]) == rejected("invalid-tiger-id", BAD_ID)


@pytest.mark.once
def test_an_answer_is_signed_and_verified_without_a_tiger_id() -> None:
    credential = Credential(tiger_id="a b", private_key=PRIVATE_KEY)
    assert answer("sign-response", credential, INPUTS["sign-response"]).output == {
        "sign": signed("2026-01-02 03:04:05")
    }
    empty = rejected("malformed-json", "the body is empty: send one JSON object in UTF-8")
    assert answer("verify", credential, INPUTS["verify"]) == empty


@pytest.mark.once
def test_a_token_is_sent_or_refused() -> None:
    token = base64(b"1700000000000,1702592000000" + b"x" * 20)
    credential = Credential(tiger_id="1", private_key=PRIVATE_KEY, token=token)
    made = answer("request", credential, INPUTS["request"]).output
    assert made["headers"] == [
        ("Content-Type", "application/json;charset=UTF-8"),
        ("Authorization", token),
    ]
    assert SCHEME.checks["signed-request"](
        {**CREDENTIAL, "tiger_id": "1", "token": token}, INPUTS["request"], made
    ) is None  # fmt: skip
    wrong = Credential(tiger_id="1", private_key=PRIVATE_KEY, token="Bearer x")
    assert answer("request", wrong, INPUTS["request"]) == rejected(
        "token-with-scheme",
        'the token starts with "Bearer ": the Authorization header is the raw token, so take the '
        "word off",
    )


@pytest.mark.once
def test_the_charset_is_the_one_signed_with() -> None:
    input_ = INPUTS["sign"] | {"params": [["a", "中"]]}
    credential = Credential(**CREDENTIAL)
    utf_8 = answer("sign", credential, input_)
    gbk = answer("sign", credential, input_ | {"charset": "GBK"})
    assert utf_8.stages["sign_content_b64"] == base64("a=中".encode())
    assert gbk.stages["sign_content_b64"] == base64("a=中".encode("gbk"))
    assert gbk.output == {"sign": base64(KEY.sign("a=中".encode("gbk"), PKCS1v15(), SHA1()))}
    assert answer("sign", credential, input_ | {"params": [["a", "€"]], "charset": "GBK"}) == (
        rejected(
            "unencodable-text", "the field 'a' has no GBK form: the character U+20AC; take it out"
        )
    )


@pytest.mark.once
def test_no_secret_in_a_repr() -> None:
    credential = Credential(**CREDENTIAL, token="a-token")
    settings = SettingsOutput(tiger_id="20990001", private_key=PRIVATE_KEY, secret_key="s")
    assert repr(credential) == "Credential(tiger_id='20990001')"
    assert repr(settings) == "SettingsOutput(tiger_id='20990001')"
    shown = repr(prepare(credential)) + repr(
        prepare(Credential(tiger_id="1", private_key="M" * 99))
    )
    assert PRIVATE_KEY[40:80] not in shown
    assert "M" * 40 not in shown


@pytest.mark.once
def test_no_secret_in_a_traceback() -> None:
    prepared = prepare(Credential(tiger_id="1", private_key=PRIVATE_KEY[:-8]))
    with pytest.raises(SignerError) as raised:
        prepared.signer("UTF-8")
    with pytest.raises(SignerError) as again:
        prepared.private_key()
    assert raised.value is again.value
    shown = "".join(map(str, (raised.getrepr(style="short"), again.value, repr(again.value))))
    assert PRIVATE_KEY[40:80] not in shown


# A request as received.


def received(body: bytes, **changes: object) -> Json:
    made: Json = {"method": "POST", "path": "/gateway", "query": None, "headers": []}
    return {**made, "body_b64": base64(body), **changes}


@pytest.mark.once
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"{}", ((), "UTF-8", None)),
        (b'{"b":"1","a":null,"sign":"s"}', ((("b", "1"), ("a", None)), "UTF-8", "s")),
        (
            b'{"a":1,"b":1.50,"c":true,"d":{"e":[1,"\xc3\xa9"]},"sign":1}',
            ((("a", "1"), ("b", "1.50"), ("c", "true"), ("d", '{"e":[1,"é"]}')), "UTF-8", "1"),
        ),
        (b'{"charset":"gbk"}', ((("charset", "gbk"),), "GBK", None)),
        (b'{"charset":"latin-1"}', ((("charset", "latin-1"),), "UTF-8", None)),
        (b'{"charset":8}', ((("charset", "8"),), "UTF-8", None)),
        (
            '{"charset":"GBK","a":"中"}'.encode("gbk"),
            ((("charset", "GBK"), ("a", "中")), "GBK", None),
        ),
        ('{"a":"中"}'.encode("gbk"), ((("a", "中"),), "UTF-8", None)),
        (b'{"a":"\\ud800"}', ((("a", "\ud800"),), "UTF-8", None)),
    ],
)
def test_the_fields_of_a_body(body: bytes, found: object) -> None:
    assert received_fields(body) == found


@pytest.mark.once
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the body is empty: send one JSON object in UTF-8"),
        (b"a=1&b=2", "the body is not JSON: send one JSON object in UTF-8"),
        (b"[]", "the body is JSON but not an object: send one JSON object in UTF-8"),
        (b"\xff\xff", "the body is not UTF-8 text: send one JSON object in UTF-8"),
        (b'{"a":NaN}', "the body is not JSON: send one JSON object in UTF-8"),
        (b"[" * 100_000, "the body is not JSON: send one JSON object in UTF-8"),
        (
            b'{"a":"1","a":"1"}',
            "the name 'a' stands twice in one JSON object: send it once",
        ),
    ],
)
def test_a_body_that_has_no_fields(body: bytes, problem: str) -> None:
    with pytest.raises(CodecError) as raised:
        received_fields(body)
    assert str(raised.value) == problem
    assert received_input(received(body)) == NOTHING


NOTHING: Json = {
    "api_method": "",
    "biz_content": None,
    "timestamp": "",
    "charset": "UTF-8",
    "more": [],
}


@pytest.mark.once
@pytest.mark.parametrize(
    ("request_", "input_"),
    [
        (received(b"{}"), NOTHING),
        (received(b"", body_b64="no base64"), NOTHING),
        (received(b'{"method":null,"timestamp":null,"biz_content":null}'), NOTHING),
        (
            received(
                b'{"tiger_id":"1","lang":null,"sign":"s","charset":"gbk","sign_type":"RSA",'
                b'"biz_content":"{}","timestamp":1,"method":"m","version":"2.0"}'
            ),
            {
                "api_method": "m",
                "biz_content": "{}",
                "timestamp": "1",
                "charset": "GBK",
                "more": [["lang", None], ["version", "2.0"]],
            },
        ),
    ],
)
def test_the_input_that_asks_for_a_request(request_: Json, input_: Json) -> None:
    assert received_input(request_) == input_


@pytest.mark.once
def test_requests_that_are_the_same() -> None:
    body = b'{"a":"1","n":1,"b":null}'
    made = received(body)

    def same(**changes: object) -> bool:
        return REQUEST.same({**made, **changes}, made)

    assert same()
    assert same(body_b64=base64(b'{ "n":1, "b":null, "a":"1" }'))
    assert same(headers=[["User-Agent", "x"]])
    assert not same(body_b64=base64(b'{"a":"1","n":"1","b":null}'))
    assert not same(body_b64=base64(b'{"a":"1","n":1,"b":""}'))
    assert not same(body_b64=base64(b"no JSON"))
    assert not same(path="/other")
    assert not same(query="")
    assert not same(method="GET")
    assert not same(headers=[["authorization", "x"]])
    assert RECEIVED.same({"request": made}, {"request": made})


# What a person asks for.


def ask(**changes: Any) -> Json:
    whole = {"target": None, "body": b"", "timestamp": None, "now": 1767323045.9, **changes}
    operation, input_ = asked(Asked(method="accounts", **whole))
    assert operation == "request"
    return input_


@pytest.fixture
def _zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.once
@pytest.mark.parametrize(
    ("_zone", "now", "timestamp"),
    [
        ("UTC0", 1767323045.9, "2026-01-02 03:04:05"),
        ("Asia/Shanghai", 1767323045.9, "2026-01-02 11:04:05"),
        ("America/New_York", 1767323045.9, "2026-01-01 22:04:05"),
        ("America/New_York", 1782961445.0, "2026-07-01 23:04:05"),
        ("Asia/Kolkata", 0.0, "1970-01-01 05:30:00"),
    ],
    indirect=["_zone"],
)
@pytest.mark.usefixtures("_zone")
def test_now_is_in_local_time(now: float, timestamp: str) -> None:
    assert ask(now=now)["timestamp"] == timestamp


@pytest.mark.once
def test_a_call_that_is_asked_for() -> None:
    assert ask(body='{"a":"é"}'.encode(), timestamp="2026-01-02 03:04:05") == {
        "api_method": "accounts",
        "biz_content": '{"a":"é"}',
        "timestamp": "2026-01-02 03:04:05",
        "charset": "UTF-8",
        "more": [],
    }
    assert ask()["biz_content"] is None
    assert ask(timestamp="")["timestamp"] == ""


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"target": "/gateway"},
            "leave out the TARGET: every call goes to /gateway, METHOD names the API",
        ),
        (
            {"target": ""},
            "leave out the TARGET: every call goes to /gateway, METHOD names the API",
        ),
        ({"body": b"\xff"}, "the body is the JSON text of biz_content: it is not UTF-8"),
    ],
)
def test_what_cannot_be_asked_for(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$") as raised:
        ask(**changes)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


# What is sent through SDKs.

CALL = {"api_method": "accounts", "biz_content": '{"a":1}'}


@pytest.mark.once
@pytest.mark.parametrize(
    ("operation", "changes", "why"),
    [
        ("sign", {}, None),
        ("verify", {}, None),
        (
            "request",
            {"more": [["lang", "en"]]},
            "a client's generic call takes no further top-level fields",
        ),
        ("request", {"charset": "GBK"}, "a client's generic call sends UTF-8"),
    ],
)
def test_what_is_not_sent(operation: str, changes: Json, why: str | None) -> None:
    assert sending(operation, INPUTS["request"] | changes) == why


@pytest.mark.once
def test_how_it_is_sent() -> None:
    input_ = {**CALL, "timestamp": "2026-01-02 03:04:05"}
    how = sending("request", input_)
    assert isinstance(how, Sending)
    assert how.call == CALL
    sent = received(b'{"timestamp":"2027-01-02 03:04:05","biz_content":"{\\"a\\":1}"}')
    assert how.asked(sent) == {**CALL, "timestamp": "2027-01-02 03:04:05"}
    assert how.rewritten(sent) == []
    assert how.rewritten(received(b'{"biz_content":"{\\"a\\": 1}"}')) == ["biz_content"]
    assert how.rewritten(received(b"{}")) == ["biz_content"]
    assert how.asked(received(b"no JSON")) == {**CALL, "timestamp": ""}


@pytest.mark.once
def test_what_a_request_shows() -> None:
    request = received(b'{"b":"1","charset":"GBK","a":null,"sign":"s"}')
    assert recorded(request) == [
        ("verify", {"request": request}, {"valid": True}),
        (
            "sign",
            {"params": [["b", "1"], ["charset", "GBK"], ["a", None]], "charset": "GBK"},
            {"sign": "s"},
        ),
    ]
