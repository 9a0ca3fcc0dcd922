"""The answers' signature and form, as asked for."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
import pytest

from signers import SignedRequest, rsa_keys
from signers.tiger import (
    EmptyResponseSignature,
    MissingResponseSignature,
    MissingSign,
    NullResponseSignature,
    OtherTimestampSigned,
    ResponseSignature,
    ResponseVerifier,
    Signer,
    WrongResponseSignature,
    read_envelope,
)
from signers.tiger.auth import TigerAuth
from signproof.mocks import tiger
from signproof.mocks.replies import MockReply, ServedMock
from signproof.mocks.tiger import (
    DataForm,
    ResponsePolicy,
    TigerMock,
    gateway_key,
    response_public_key,
)
from signproof.mocks.tiger.serving import served

Sign = Callable[..., SignedRequest]
TextSign = Callable[[str, str], str]
Build = Callable[..., TigerMock]

TIMESTAMP = "2027-01-15 16:00:00"
NOW_MS = 1800000000123
PERMISSIONS = [
    {"name": "usQuoteBasic", "expireAt": -1},
    {"name": "hkStockQuoteLv2", "expireAt": -1},
    {"name": "aStockQuoteLv1", "expireAt": -1},
]
ABSENT = object()

POLICIES: dict[ResponsePolicy, tuple[tuple[str, str] | object, type[Exception] | None]] = {
    ResponsePolicy.SIGNED: (("gateway-1024", TIMESTAMP), None),
    ResponsePolicy.UNSIGNED: (ABSENT, MissingResponseSignature),
    ResponsePolicy.EMPTY: ("", EmptyResponseSignature),
    ResponsePolicy.NULL: (None, NullResponseSignature),
    ResponsePolicy.WRONG_KEY: (("impostor-1024", TIMESTAMP), WrongResponseSignature),
    ResponsePolicy.OTHER_TIMESTAMP: (("gateway-1024", str(NOW_MS)), OtherTimestampSigned),
}


def expected(code: int, message: str, data: Any, sign: Any, gateway_sign: TextSign) -> bytes:
    envelope = {"code": code, "message": message, "timestamp": NOW_MS, "data": data}
    if sign is not ABSENT:
        envelope["sign"] = gateway_sign(*sign) if isinstance(sign, tuple) else sign
    return json.dumps(envelope, separators=(",", ":")).encode()


@pytest.mark.parametrize("policy", ResponsePolicy)
def test_policies(build: Build, sign: Sign, gateway_sign: TextSign, policy: ResponsePolicy) -> None:
    mock = build(responses=policy)
    what, problem = POLICIES[policy]
    verifier = ResponseVerifier(gateway_key().public.rsa, missing_sign=MissingSign.REFUSED)
    for name, code, message, data in (
        ("grab_quote_permission", 0, "success", PERMISSIONS),
        (
            "no_such_method",
            1000,
            "common param error(the current requested method does not support)",
            None,
        ),
    ):
        reply = mock.handle(sign(name))
        assert reply.body == expected(code, message, data, what, gateway_sign)
        envelope = read_envelope(reply.status, reply.body)
        if problem is None:
            assert verifier.verify(envelope, TIMESTAMP) is ResponseSignature.VERIFIED
        else:
            with pytest.raises(problem):
                verifier.verify(envelope, TIMESTAMP)


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        (ResponsePolicy.SIGNED, ABSENT),
        (ResponsePolicy.UNSIGNED, ABSENT),
        (ResponsePolicy.EMPTY, ""),
        (ResponsePolicy.NULL, None),
        (ResponsePolicy.WRONG_KEY, ABSENT),
        (ResponsePolicy.OTHER_TIMESTAMP, ("gateway-1024", str(NOW_MS))),
    ],
)
def test_policies_where_there_is_no_timestamp_to_sign(
    build: Build, gateway_sign: TextSign, policy: ResponsePolicy, what: Any
) -> None:
    mock = build(responses=policy)
    reply = mock.handle(SignedRequest(b"POST", b"/gateway", (), b"{"))
    assert reply.body == expected(1000, "common param error", None, what, gateway_sign)
    assert mock.unreadable(400, "x").body == reply.body


def test_data_as_text(build: Build, sign: Sign, gateway_sign: TextSign) -> None:
    mock = build(data_form=DataForm.TEXT)
    signed = ("gateway-1024", TIMESTAMP)
    text = json.dumps(PERMISSIONS, separators=(",", ":"))
    assert mock.handle(sign("get_quote_permission")).body == expected(
        0, "success", text, signed, gateway_sign
    )
    message = "common param error(the current requested method does not support)"
    assert mock.handle(sign("x")).body == expected(1000, message, None, signed, gateway_sign)


def test_each_answer_is_signed_over_its_own_request(
    build: Build, sign: Sign, gateway_sign: TextSign
) -> None:
    mock = build()
    for timestamp in ("2000-01-01 00:00:00", "2099-12-31 23:59:59"):
        reply = mock.handle(sign("market_state", timestamp=timestamp))
        assert json.loads(reply.body)["sign"] == gateway_sign("gateway-1024", timestamp)


def test_the_timestamp_of_an_answer_is_the_clock(build: Build, sign: Sign, clock: Any) -> None:
    mock = build()
    clock.now = 1800000001.9999
    assert json.loads(mock.handle(sign("market_state")).body)["timestamp"] == 1800000002000


@pytest.mark.parametrize("policy", ResponsePolicy)
def test_the_references_httpx_auth_through_the_mock(
    build: Build, signer: Callable[..., Signer], policy: ResponsePolicy
) -> None:
    mock = build(responses=policy)

    def answer(request: httpx.Request) -> httpx.Response:
        headers = tuple(request.headers.raw)
        reply = mock.handle(SignedRequest(b"POST", request.url.raw_path, headers, request.read()))
        return httpx.Response(reply.status, headers=reply.headers, content=reply.body)

    verifier = ResponseVerifier(gateway_key().public.rsa, missing_sign=MissingSign.REFUSED)
    auth = TigerAuth(signer(), zone=UTC, verifier=verifier)
    _, problem = POLICIES[policy]
    with httpx.Client(transport=httpx.MockTransport(answer), auth=auth) as client:

        def post() -> Any:
            return client.post(
                "https://127.0.0.1/gateway", json={"method": "get_quote_permission"}
            ).json()["data"]

        if problem is None:
            assert post() == PERMISSIONS
        else:
            with pytest.raises(problem):
                post()


def test_the_mocks_own_keys() -> None:
    folder = Path(tiger.__file__).parent / "keys"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "EXAMPLE-gateway-1024.pem",
        "EXAMPLE-impostor-1024.pem",
    }
    key = rsa_keys.load((folder / "EXAMPLE-gateway-1024.pem").read_bytes())
    assert response_public_key() == rsa_keys.public_line(key)
    rsa_keys.check_fully(key)


PAGE_KEY = Path(__file__).parents[2] / "signers" / "keys" / "page-EXAMPLE.properties"


def page_keys() -> dict[str, str]:
    lines = PAGE_KEY.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith("private_key_pk"))


@pytest.mark.parametrize("member", ["private_key_pk1", "private_key_pk8"])
def test_served(sign: Sign, gateway_sign: TextSign, member: str) -> None:
    credential = {
        "tiger_id": "EXAMPLE-1",
        "private_key": page_keys()[member],
        "account": "12345678",
        "token": "",
    }

    def clock() -> float:
        return NOW_MS / 1000

    told = {**credential, "tiger_public_key": response_public_key()}
    request = sign("accounts", "{}")
    reply = served([told], clock).handle(request, "192.0.2.1")
    # Who was not told the mock's key checks with the broker's, and takes unsigned answers only.
    for untold in ([credential], [{**credential, "tiger_public_key": "another"}]):
        unsigned: ServedMock = served(untold, clock)
        assert json.loads(unsigned.handle(request, "192.0.2.1").body).keys() == {
            "code",
            "message",
            "timestamp",
            "data",
        }
    wrong = served([told], clock, ResponsePolicy.NULL).handle(request, "192.0.2.1")
    assert json.loads(wrong.body)["sign"] is None
    data = {
        "items": [
            {
                "account": "12345678",
                "capability": "RegTMargin",
                "status": "Funded",
                "accountType": "STANDARD",
            }
        ]
    }
    signed = ("gateway-1024", TIMESTAMP)
    assert reply.body == expected(0, "success", data, signed, gateway_sign)


def test_served_institution_and_token(sign: Sign) -> None:
    token = "MTgwMDAwMDAwMDEyMywxODAwMDAwMDAwMTI0LEVYQU1QTEU="
    credential = {
        "tiger_id": "EXAMPLE-1",
        "private_key": page_keys()["private_key_pk8"],
        "account": "12345678",
        "secret_key": "00000000-EXAM-PLE0-0000-000000000001",
        "token": token,
    }
    mock = served([credential], lambda: NOW_MS / 1000)

    def code(reply: MockReply) -> Any:
        return json.loads(reply.body)["code"]

    good = sign("orders", {"secret_key": credential["secret_key"]}, authorization=token)
    assert code(mock.handle(good)) == 0
    assert code(mock.handle(replace(good, headers=()))) == 2400
    assert code(mock.handle(sign("orders", authorization=token))) == 4
    with pytest.raises(rsa_keys.KeyRefused):
        served([credential | {"private_key": "EXAMPLE"}], lambda: 0)
