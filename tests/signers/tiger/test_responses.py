"""What the gateway answers: envelope, signature, error codes, a new token."""

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import ResponseError
from signers.tiger import (
    ERROR_CODES,
    ApiError,
    Charset,
    Envelope,
    Evidence,
    MalformedEnvelope,
    MalformedRefresh,
    MissingSign,
    ResponseSignature,
    ResponseVerifier,
    Unencodable,
    WrongKeyType,
    parse_refresh,
    parse_response,
    parse_token,
    read_envelope,
    sign_response,
)

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

GATEWAY = "gateway-1024"
NOW = "2026-11-21 12:00:00"
ABSENT = object()
TOKEN = base64.b64encode(b"1700000000000,1702592000000hidden").decode()


def answer(sign: object = ABSENT, **members: Any) -> bytes:
    body = {"code": 0, "message": "success", "data": {"a": 1}, "timestamp": 1763726400123}
    return json.dumps(body | members | ({} if sign is ABSENT else {"sign": sign})).encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (answer(), Envelope(200, 0, "success", {"a": 1}, "1763726400123", has_sign=False)),
        (
            answer("x", code=1000, timestamp="t"),
            Envelope(200, 1000, "success", {"a": 1}, "t", has_sign=True, sign="x"),
        ),
        (answer(None), Envelope(200, 0, "success", {"a": 1}, "1763726400123", has_sign=True)),
        (b'{"code":0}', Envelope(200, 0, "", None, "", has_sign=False)),
        (
            b' {"code":-1,"message":null,"data":[1.5],"timestamp":null}\n',
            Envelope(200, -1, "", [1.5], "", has_sign=False),
        ),
        (
            '{"code":0,"message":"成功"}'.encode(),
            Envelope(200, 0, "成功", None, "", has_sign=False),
        ),
    ],
)
def test_envelopes(body: bytes, expected: Envelope) -> None:
    assert read_envelope(200, body) == expected


def test_an_answer_in_gbk() -> None:
    body = '{"code":0,"message":"成功"}'.encode("gbk")
    assert read_envelope(200, body, charset=Charset.GBK).message == "成功"
    with pytest.raises(MalformedEnvelope):
        read_envelope(200, body)


NO_OBJECT = "the body is not a JSON object without duplicate names"
CODE = "the member `code` is missing or not an integer"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", NO_OBJECT),
        (b"<html>502</html>", NO_OBJECT),
        (b"[]", NO_OBJECT),
        (b'{"code":0,"code":0}', NO_OBJECT),
        (b'{"code":0,"message":"\xff"}', NO_OBJECT),
        (b'{"code":' + b"1" * 5000 + b"}", NO_OBJECT),
        (b"{}", CODE),
        (b'{"code":null}', CODE),
        (b'{"code":"0"}', CODE),
        (b'{"code":0.0}', CODE),
        (b'{"code":false}', CODE),
        (b'{"code":0,"message":1}', "the member `message` is not text"),
        (b'{"code":0,"timestamp":1.5}', "the member `timestamp` is neither integer nor text"),
        (b'{"code":0,"timestamp":true}', "the member `timestamp` is neither integer nor text"),
    ],
)
def test_no_envelopes(body: bytes, problem: str) -> None:
    with pytest.raises(MalformedEnvelope) as caught:
        read_envelope(502, body)
    assert (caught.value.status, caught.value.problem, caught.value.reason) == (
        502,
        problem,
        "malformed-envelope",
    )
    assert str(caught.value) == (
        f"HTTP 502: {problem}; an answer of this API is a JSON object with an integer `code`: "
        "check that the address is the API's and no proxy answered"
    )


@pytest.fixture
def verifier(openssl: "Openssl") -> ResponseVerifier:
    return ResponseVerifier(openssl.key(GATEWAY).public_key())


@pytest.mark.parametrize("code", [0, 1000])
@pytest.mark.parametrize("timestamp", [NOW, "", "港"])
def test_signed_answers(
    openssl: "Openssl", verifier: ResponseVerifier, code: int, timestamp: str
) -> None:
    body = answer(openssl.line(GATEWAY, timestamp.encode()), code=code)
    envelope = read_envelope(200, body)
    assert verifier.verify(envelope, timestamp) is ResponseSignature.VERIFIED


def test_the_body_is_not_covered(openssl: "Openssl", verifier: ResponseVerifier) -> None:
    # What the broker's "bidirectional" signature does not do.
    sign = openssl.line(GATEWAY, NOW.encode())
    for data in ({"cash": 1}, {"cash": 2}):
        assert verifier.verify(read_envelope(200, answer(sign, data=data)), NOW) == "verified"


def test_an_unsigned_answer(openssl: "Openssl", verifier: ResponseVerifier) -> None:
    envelope = read_envelope(200, answer())
    assert verifier.verify(envelope, NOW) is ResponseSignature.ABSENT
    strict = ResponseVerifier(openssl.key(GATEWAY).public_key(), missing_sign=MissingSign.REFUSED)
    with pytest.raises(ResponseError) as caught:
        strict.verify(envelope, NOW)
    assert (caught.value.reason, str(caught.value)) == (
        "missing-response-signature",
        (
            "the answer has no member `sign`: do not trust it, or accept unsigned answers as some "
            "SDKs do"
        ),
    )
    signed = read_envelope(200, answer(openssl.line(GATEWAY, NOW.encode())))
    assert strict.verify(signed, NOW) is ResponseSignature.VERIFIED


@pytest.mark.parametrize("missing", MissingSign)
@pytest.mark.parametrize(
    ("key", "signed", "change", "reason"),
    [
        (None, None, None, "null-response-signature"),
        (None, None, "", "empty-response-signature"),
        (None, None, 1, "malformed-response-signature"),
        (None, None, [], "malformed-response-signature"),
        (None, None, "x", "malformed-response-signature"),
        ("client-2048", NOW, None, "malformed-response-signature"),
        ("page-1024", NOW, None, "wrong-response-signature"),
        (GATEWAY, "2026-11-21 12:00:01", None, "wrong-response-signature"),
        (GATEWAY, "1763726400123", None, "other-timestamp"),
        (GATEWAY, '{"a":1}', None, "wrong-response-signature"),
    ],
)
def test_refused_answers(
    openssl: "Openssl",
    key: str | None,
    signed: str,
    change: object,
    reason: str,
    missing: MissingSign,
) -> None:
    sign = change if key is None else openssl.line(key, signed.encode())
    verifier = ResponseVerifier(openssl.key(GATEWAY).public_key(), missing_sign=missing)
    with pytest.raises(ResponseError) as caught:
        verifier.verify(read_envelope(200, answer(sign)), NOW)
    assert caught.value.reason == reason


def test_a_malformed_signature_says_how(verifier: ResponseVerifier) -> None:
    found = []
    for sign in (1, "x y", "QUFB"):
        with pytest.raises(ResponseError) as caught:
            verifier.verify(read_envelope(200, answer(sign)), NOW)
        found.append(str(caught.value).partition(": ")[0])
    assert found == [
        "the answer's `sign` is not text",
        "the answer's `sign` holds white space or line breaks",
        "the answer's `sign` has 3 octets, the key 128",
    ]


@pytest.mark.parametrize("timestamp", ["", "\ud800"])
def test_timestamps_of_answers_that_cannot_have_been_signed(
    openssl: "Openssl", verifier: ResponseVerifier, timestamp: str
) -> None:
    envelope = read_envelope(200, answer(openssl.line(GATEWAY, b""), timestamp=timestamp))
    with pytest.raises(ResponseError) as caught:
        verifier.verify(envelope, NOW)
    assert caught.value.reason == "wrong-response-signature"


def test_mocks_sign_what_openssl_accepts(openssl: "Openssl", tmp_path: Path) -> None:
    line = sign_response(NOW, openssl.key(GATEWAY))
    assert line == openssl.line(GATEWAY, NOW.encode())
    assert openssl.verifies(GATEWAY, NOW.encode(), base64.b64decode(line), tmp_path)
    with pytest.raises(Unencodable):
        sign_response("\ud800", openssl.key(GATEWAY))


def test_private_keys_are_not_for_verifying(openssl: "Openssl", verifier: ResponseVerifier) -> None:
    with pytest.raises(WrongKeyType) as caught:
        ResponseVerifier(openssl.key(GATEWAY))  # type: ignore[arg-type]
    assert caught.value.found == "RSAPrivateKey"
    assert repr(verifier) == "<ResponseVerifier tiger missing_sign='accepted'>"


def test_the_signature_is_looked_at_before_the_code(
    openssl: "Openssl", verifier: ResponseVerifier
) -> None:
    good = openssl.line(GATEWAY, NOW.encode())
    assert parse_response(
        200, answer(good), request_timestamp=NOW, verifier=verifier
    ) == read_envelope(200, answer(good))
    assert parse_response(200, answer(""), request_timestamp=NOW).code == 0
    reasons = []
    for sign, checked in ((good, verifier), ("", verifier), ("", None), (ABSENT, verifier)):
        with pytest.raises(ResponseError) as caught:
            parse_response(200, answer(sign, code=1000), request_timestamp=NOW, verifier=checked)
        reasons.append(caught.value.reason)
    assert reasons == [
        "common-param-error",
        "empty-response-signature",
        "common-param-error",
        "common-param-error",
    ]


@pytest.mark.parametrize(
    ("code", "reason", "message"),
    [
        (4, "access-forbidden", "access forbidden"),
        (5, "rate-limited", "rate limit error"),
        (1000, "common-param-error", "common param error"),
        (1010, "biz-param-error", "biz param error"),
        (2400, "user-token-error", "user token error"),
        (4000, "permission-denied", "permission denied"),
        (4001, "kicked-out", "kick out"),
        (40013, "invalid-signature", "invalid signature"),
    ],
)
def test_known_codes(code: int, reason: str, message: str) -> None:
    known = ERROR_CODES[code]
    assert (known.code, known.reason, known.message, known.evidence) == (
        code,
        reason,
        message,
        Evidence.DOCUMENTED,
    )
    error = ApiError(200, code, "told")
    assert (error.status, error.code, error.message, error.known, error.reason, str(error)) == (
        200,
        code,
        "told",
        known,
        reason,
        f"HTTP 200, code {code}: told; {known.advice}",
    )


def test_no_more_codes_are_known() -> None:
    assert list(ERROR_CODES) == [4, 5, 1000, 1010, 1100, 1200, 1300, 2400, 4000, 4001, 40013]
    error = ApiError(500, 7, "")
    assert (error.known, error.reason, str(error)) == (
        None,
        "api-error",
        "HTTP 500, code 7: no message; look the code up in the broker's list",
    )


@pytest.mark.parametrize("data", [{"token": TOKEN}, json.dumps({"token": TOKEN, "x": 1})])
def test_a_new_token(data: object) -> None:
    assert parse_refresh(read_envelope(200, answer(data=data))) == parse_token(TOKEN)


@pytest.mark.parametrize(
    "data", [None, [], {}, {"token": None}, {"token": ""}, {"token": "x"}, "x", "[]", "\ud800"]
)
def test_no_new_token(data: object) -> None:
    with pytest.raises(MalformedRefresh) as caught:
        parse_refresh(read_envelope(200, answer(data=data)))
    assert (caught.value.reason, str(caught.value)) == (
        "malformed-refresh",
        (
            "the answer has no usable `data.token`: keep the answer, since the old token may have "
            "stopped working; if it holds no new one, get a token on the developer page"
        ),
    )


def test_a_refused_refresh() -> None:
    with pytest.raises(ApiError) as caught:
        parse_refresh(read_envelope(200, answer(code=2400, data={"token": TOKEN})))
    assert caught.value.reason == "user-token-error"


@given(st.binary(max_size=40), st.sampled_from(Charset))
def test_any_octets(body: bytes, charset: Charset) -> None:
    """What is drawn is hardly ever an answer; one that is gives its own code."""
    try:
        code = read_envelope(200, body, charset=charset).code
    except MalformedEnvelope:
        return
    assert code == json.loads(body.decode(charset.value))["code"]


@pytest.mark.parametrize("charset", Charset)
@pytest.mark.parametrize("body", [b"", b"0", b"{}", b"[]", b'{"code":"0"}', b'{"code":0', b"\xff"])
def test_what_is_no_answer(body: bytes, charset: Charset) -> None:
    with pytest.raises(MalformedEnvelope):
        read_envelope(200, body, charset=charset)


@given(st.none() | st.text() | st.integers() | st.lists(st.none()))
def test_any_signature(openssl: "Openssl", sign: object) -> None:
    verifier = ResponseVerifier(openssl.key(GATEWAY).public_key())
    with pytest.raises(ResponseError):
        verifier.verify(read_envelope(200, answer(sign)), NOW)
