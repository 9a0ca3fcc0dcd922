"""What httpx sends with `TigerAuth` is signed as openssl signs it, and answers are verified."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from signers import SignedRequest, SignerError
from signers.tiger import (
    InsecureUrl,
    MissingSign,
    RedirectFollowed,
    ResponseVerifier,
    Signer,
    TbhkToken,
    Verifier,
    parse_token,
)
from signers.tiger.auth import TigerAuth

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

ID = "20150001"
PAGE, GATEWAY = "page-1024", "gateway-1024"
URL = "https://openapi.example.test/gateway"
NOW = "2026-11-21 20:00:00"
CLOCK = datetime(2026, 11, 21, 12, 0, 0, 999_999, UTC)
SHANGHAI = timezone(timedelta(hours=8))
TOKEN = parse_token(base64.b64encode(b"1700000000000,1702592000000").decode())
CONTENT = (
    f'biz_content={{"n": "港"}}&charset=UTF-8&method=m&sign_type=RSA&tiger_id={ID}&timestamp={NOW}'
    "&version=2.0"
).encode()
CALL = {"method": "m", "biz_content": '{"n": "港"}'}


class Gateway:
    """A transport's handler that keeps what it receives and answers what it was told to."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0) if self._answers else httpx.Response(200, json={"code": 0})


def send(
    openssl: "Openssl",
    gateway: Gateway,
    *,
    asynchronous: bool = False,
    method: str = "POST",
    url: str = URL,
    auth: dict[str, Any] | None = None,
    **options: Any,
) -> httpx.Response:
    signing = TigerAuth(
        Signer(ID, openssl.key(PAGE)),
        **{"zone": SHANGHAI, "clock": lambda: CLOCK, **(auth or {})},
    )
    transport = httpx.MockTransport(gateway)

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, auth=signing) as client:
            return await client.request(method, url, **options)

    if asynchronous:
        return asyncio.run(run())
    with httpx.Client(transport=transport, auth=signing) as client:
        return client.request(method, url, **options)


def streamed() -> Iterator[bytes]:
    yield json.dumps(CALL).encode()


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"json": CALL},
        {"content": json.dumps(CALL, indent=2)},
        {"json": {**CALL, "sign": "old", "timestamp": "1999-01-01 00:00:00", "version": "2.0"}},
        {"json": {**CALL, "tiger_id": ID}, "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_what_arrives(openssl: "Openssl", options: dict[str, Any], *, asynchronous: bool) -> None:
    gateway = Gateway()
    send(openssl, gateway, asynchronous=asynchronous, **options)
    (request,) = gateway.requests
    body = request.content
    assert json.loads(body) == {
        **CALL,
        "charset": "UTF-8",
        "sign_type": "RSA",
        "tiger_id": ID,
        "timestamp": NOW,
        "version": "2.0",
        "sign": openssl.line(PAGE, CONTENT),
    }
    assert (
        request.method,
        str(request.url),
        request.headers.get_list("Content-Length"),
        request.headers.get_list("Content-Type"),
        "Authorization" in request.headers,
    ) == ("POST", URL, [str(len(body))], ["application/json;charset=UTF-8"], False)
    verifier = Verifier({ID: openssl.key(PAGE).public_key()})
    assert verifier.verify(SignedRequest(b"POST", b"/gateway", (), body)).timestamp == NOW


def test_a_streamed_body_loses_its_chunks(openssl: "Openssl") -> None:
    gateway = Gateway()
    send(openssl, gateway, content=streamed(), headers={"X-Mine": "1"}, timeout=7)
    headers = gateway.requests[0].headers
    assert (
        "Transfer-Encoding" in headers,
        headers["Content-Length"],
        headers["X-Mine"],
        headers["Host"],
        gateway.requests[0].extensions["timeout"]["read"],
    ) == (False, str(len(gateway.requests[0].content)), "1", "openapi.example.test", 7)


@pytest.mark.parametrize("token", [TOKEN, lambda: TOKEN])
def test_a_token(openssl: "Openssl", token: Any) -> None:
    gateway = Gateway()
    send(openssl, gateway, json=CALL, auth={"token": token}, headers={"Authorization": "x"})
    assert gateway.requests[0].headers.get_list("Authorization") == [TOKEN.secret.reveal_text()]


def test_a_token_that_is_asked_for_anew(openssl: "Openssl") -> None:
    gateway = Gateway()
    other = parse_token(base64.b64encode(b"1800000000000,1802592000000").decode())
    tokens: Iterator[TbhkToken] = iter((TOKEN, other))
    signing = TigerAuth(Signer(ID, openssl.key(PAGE)), zone=UTC, token=lambda: next(tokens))
    with httpx.Client(transport=httpx.MockTransport(gateway), auth=signing) as client:
        client.post(URL, json=CALL)
        client.post(URL, json=CALL)
    assert [request.headers["Authorization"] for request in gateway.requests] == [
        TOKEN.secret.reveal_text(),
        other.secret.reveal_text(),
    ]


def test_the_real_clock(openssl: "Openssl") -> None:
    gateway = Gateway()
    before = datetime.now(UTC).replace(microsecond=0)
    signing = TigerAuth(Signer(ID, openssl.key(PAGE)), zone=UTC)
    with httpx.Client(transport=httpx.MockTransport(gateway), auth=signing) as client:
        client.post(URL, json=CALL)
    text = json.loads(gateway.requests[0].content)["timestamp"]
    assert before <= datetime.fromisoformat(text).replace(tzinfo=UTC) <= datetime.now(UTC)


FORM = "POST a JSON object with `method`, and `biz_content` as JSON text"


@pytest.mark.parametrize(
    ("options", "reason", "message"),
    [
        ({"method": "GET"}, "unsignable-body", f"the method is GET: {FORM}"),
        ({}, "unsignable-body", f"the body is empty: {FORM}"),
        ({"content": b"[]"}, "unsignable-body", f"the body is JSON but not an object: {FORM}"),
        ({"content": b"\xff"}, "unsignable-body", f"the body is not UTF-8 text: {FORM}"),
        ({"data": {"method": "m"}}, "unsignable-body", f"the body is not JSON: {FORM}"),
        (
            {"content": b'{"a":1,"a":2}'},
            "unsignable-body",
            f"the name 'a' stands twice in one JSON object: {FORM}",
        ),
        (
            {"json": {}},
            "missing-field",
            "the field method is missing, empty or not text: every request names it",
        ),
        (
            {"json": {**CALL, "tiger_id": "1"}},
            "conflicting-field",
            ("the field tiger_id was passed with another value than the signer's: leave it out"),
        ),
        (
            {"json": {**CALL, "biz_content": {}}},
            "unsignable-value",
            (
                "the field 'biz_content' is a dict, of which it is not known how it is signed: "
                "pass text (an object goes as JSON text, as biz_content does)"
            ),
        ),
        (
            {"json": {**CALL, "x": 1.5}},
            "unsignable-value",
            (
                "the field 'x' is a float, of which it is not known how it is signed: "
                "pass text (an object goes as JSON text, as biz_content does)"
            ),
        ),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_refused_before_sending(
    openssl: "Openssl", options: dict[str, Any], reason: str, message: str, *, asynchronous: bool
) -> None:
    gateway = Gateway()
    with pytest.raises(SignerError) as caught:
        send(openssl, gateway, asynchronous=asynchronous, **options)
    assert (gateway.requests, caught.value.reason, str(caught.value)) == ([], reason, message)


@pytest.mark.parametrize(
    "origin",
    [
        "http://openapi.example.test",
        "http://localhost.example.test",
        "http://127.0.0.1.example.test",
        "http://192.0.2.1",
        "http://[2001:db8::1]",
        "ws://openapi.example.test",
    ],
)
def test_unencrypted_addresses(openssl: "Openssl", origin: str) -> None:
    gateway = Gateway()
    with pytest.raises(InsecureUrl) as caught:
        send(openssl, gateway, url=f"{origin}/gateway", json=CALL)
    assert (gateway.requests, caught.value.origin, str(caught.value)) == (
        [],
        origin,
        (
            f"{origin} is not encrypted and not loopback: account and token would travel in the "
            "clear; use https"
        ),
    )


@pytest.mark.parametrize("host", ["localhost:8080", "127.1.2.3", "[::1]:9"])
def test_loopback_needs_no_encryption(openssl: "Openssl", host: str) -> None:
    assert send(openssl, Gateway(), url=f"http://{host}/gateway", json=CALL).status_code == 200


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_redirect_followed(openssl: "Openssl", *, asynchronous: bool) -> None:
    gateway = Gateway(httpx.Response(307, headers={"Location": "https://b.example.test/gateway"}))
    with pytest.raises(RedirectFollowed) as caught:
        send(openssl, gateway, json=CALL, follow_redirects=True, asynchronous=asynchronous)
    hops = ("https://openapi.example.test", "https://b.example.test")
    assert (caught.value.hops, str(caught.value)) == (
        hops,
        (
            f"the client followed a redirect ({hops[0]} -> {hops[1]}): the signed request may have "
            "gone to another host; send with follow_redirects=False and call the final address"
        ),
    )
    # This is why: the second host received all of it.
    assert gateway.requests[1].content == gateway.requests[0].content


def test_a_redirect_that_is_not_followed_is_an_answer(openssl: "Openssl") -> None:
    gateway = Gateway(httpx.Response(307, headers={"Location": "https://b.example.test/"}))
    assert send(openssl, gateway, json=CALL).status_code == 307


GOOD, MISSING = "good", "missing"


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("sign", "missing_sign", "reason"),
    [
        (GOOD, MissingSign.ACCEPTED, None),
        (GOOD, MissingSign.REFUSED, None),
        (MISSING, MissingSign.ACCEPTED, None),
        (MISSING, MissingSign.REFUSED, "missing-response-signature"),
        (None, MissingSign.ACCEPTED, "null-response-signature"),
        ("", MissingSign.ACCEPTED, "empty-response-signature"),
        ("7", MissingSign.ACCEPTED, "other-timestamp"),
    ],
)
def test_answers_are_verified(
    openssl: "Openssl",
    sign: str | None,
    missing_sign: MissingSign,
    reason: str | None,
    *,
    asynchronous: bool,
) -> None:
    body: dict[str, Any] = {"code": 1000, "message": "told", "timestamp": 7, "sign": sign}
    if sign == GOOD:
        body["sign"] = openssl.line(GATEWAY, NOW.encode())
    if sign == MISSING:
        del body["sign"]
    if sign == "7":
        body["sign"] = openssl.line(GATEWAY, b"7")
    verifier = ResponseVerifier(openssl.key(GATEWAY).public_key(), missing_sign=missing_sign)
    found = None
    try:
        response = send(
            openssl,
            Gateway(httpx.Response(200, json=body)),
            asynchronous=asynchronous,
            auth={"verifier": verifier},
            json=CALL,
        )
    except SignerError as error:
        found = error.reason
    else:
        assert response.json() == body
    assert found == reason


def test_no_answer_of_the_gateway(openssl: "Openssl") -> None:
    auth = {"verifier": ResponseVerifier(openssl.key(GATEWAY).public_key())}
    with pytest.raises(SignerError) as caught:
        send(openssl, Gateway(httpx.Response(502, text="Bad")), auth=auth, json=CALL)
    assert caught.value.reason == "malformed-envelope"


def test_an_answer_nobody_verifies_is_not_read(openssl: "Openssl") -> None:
    signer = Signer(ID, openssl.key(PAGE))
    verifier = ResponseVerifier(openssl.key(GATEWAY).public_key())
    assert [
        TigerAuth(signer, zone=UTC, verifier=each).requires_response_body
        for each in (None, verifier)
    ] == [False, True]


def test_a_verifier_that_is_none_is_refused_before_anything_is_sent(openssl: "Openssl") -> None:
    wrong: Any = "the gateway's public key"
    with pytest.raises(TypeError, match=r"^verifier is a str, not a ResponseVerifier$"):
        TigerAuth(Signer(ID, openssl.key(PAGE)), zone=UTC, verifier=wrong)
