"""Exchanges as a HAR and on the terminal, and the two judgements that only a sent request needs."""

import base64
import json
import re
from datetime import UTC, datetime

import click
import pytest

from signers import SignedRequest
from signproof import schemes
from signproof.explain import explain
from signproof.mocks.replies import MockReply, Verdict
from signproof.received import read_request
from signproof.reports import har
from signproof.reports.exchanges import detail, hidden, line
from signproof.schemes.longbridge_hmac.sending import PROGRAM
from signproof.server import Exchange
from signproof.wire import judge_exchange

pytestmark = [pytest.mark.once, pytest.mark.unmeasured]

SCHEME = schemes.get("longbridge-hmac")
HTTP = SCHEME.signing()
URL = "http://127.0.0.1:8080"
AT = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC).timestamp()
ACCEPTED = Verdict(accepted=True, reason=None, message="right")
REFUSED = Verdict(accepted=False, reason="wrong-signature", message="wrong")
JSON = ((b"Content-Type", b"application/json"),)
POST = SignedRequest(b"POST", b"/a?b=1&c&=&d=%20", (*JSON, (b"x-a", b"1"), (b"X-A", b"2")), b"{}")


def exchange(
    request: SignedRequest | None,
    verdict: Verdict = ACCEPTED,
    *,
    headers: tuple[tuple[bytes, bytes], ...] = JSON,
    body: bytes = b"{}",
    raw: bytes = b"raw",
) -> Exchange:
    return Exchange(7, 8080, "127.0.0.1", AT, raw, request, MockReply(200, headers, body, verdict))


def test_a_whole_har() -> None:
    (entry, nothing) = json.loads(har.render([exchange(POST), exchange(None, REFUSED)], URL))[
        "log"
    ]["entries"]
    assert entry == {
        "startedDateTime": "2026-01-02T03:04:05.678Z",
        "time": 0,
        "request": {
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "x-a", "value": "1"},
                {"name": "X-A", "value": "2"},
            ],
            "headersSize": -1,
            "bodySize": 2,
            "method": "POST",
            "url": f"{URL}/a?b=1&c&=&d=%20",
            "queryString": [
                {"name": "b", "value": "1"},
                {"name": "c", "value": ""},
                {"name": "", "value": ""},
                {"name": "d", "value": "%20"},
            ],
            "postData": {"mimeType": "application/json", "text": "{}"},
        },
        "response": {
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "headersSize": -1,
            "bodySize": 2,
            "status": 200,
            "statusText": "",
            "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
            "redirectURL": "",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "serverIPAddress": "127.0.0.1",
        "_verdict": {"accepted": True, "reason": None, "message": "right"},
        "_raw_b64": base64.b64encode(b"raw").decode(),
    }
    assert nothing["request"] == {
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "headersSize": -1,
        "bodySize": 0,
        "method": "",
        "url": URL,
        "queryString": [],
    }
    assert nothing["_verdict"]["reason"] == "wrong-signature"


def test_a_response_without_a_type() -> None:
    (entry,) = json.loads(har.render([exchange(POST, headers=(), body=b"\xff")], URL))["log"][
        "entries"
    ]
    assert entry["response"]["content"] == {
        "size": 1,
        "mimeType": "",
        "text": "/w==",
        "encoding": "base64",
    }


@pytest.mark.parametrize(
    "request_",
    [
        POST,
        SignedRequest(b"GET", b"/a", (), b""),
        SignedRequest(b"GET", b"/a?", (), b""),
        SignedRequest(b"get", b"/%C3%BC?a=b?c", ((b"X", b""), (b"x", "ü".encode())), b""),
        SignedRequest(b"PUT", b"//a", (), b"\x00\xff"),
        SignedRequest(b"PUT", b"/", JSON, '{"a":"ü\u2028"}\r\n'.encode()),
    ],
)
def test_explain_reads_the_same_octets(request_: SignedRequest) -> None:
    rendered = har.render([exchange(None), exchange(request_)], URL)
    assert read_request(rendered, 1) == request_


# The terminal.


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (exchange(POST), "   7 right POST /a?b=1&c&=&d=%20 → 200"),
        (
            exchange(POST, Verdict(accepted=True, reason="unknown-path", message="no\x1bpath")),
            "   7 refused POST /a?b=1&c&=&d=%20 → 200: no\\x1bpath",
        ),
        (exchange(POST, REFUSED), "   7 WRONG POST /a?b=1&c&=&d=%20 → 200: wrong"),
        (exchange(None, REFUSED), "   7 WRONG (no request) raw → 200: wrong"),
        (
            exchange(SignedRequest(b"M" * 21, b"/" + b"a" * 100, (), b"")),
            f"   7 right {'M' * 20}… (21 octets) /{'a' * 99}… (101 octets) → 200",
        ),
        (
            exchange(SignedRequest(b"SECRET", b"/secret\xff", (), b"")),
            "   7 right ****** /******\\xff → 200",
        ),
        (
            exchange(None, REFUSED, raw=b"x" * 48 + b"secret"),
            f"   7 WRONG (no request) {'x' * 48}**… (54 octets) → 200: wrong",
        ),
    ],
)
def test_a_line(one: Exchange, text: str) -> None:
    assert click.unstyle(line(one, [b"secret"])) == text
    timed = click.unstyle(line(one, [b"secret"], timed=True))
    assert re.fullmatch(r"\d\d:\d\d:\d\d ", timed.removesuffix(text))


def test_what_is_hidden() -> None:
    raw = b"GET / HTTP/1.1\r\nAUTHORIZATION: Bearer t0ken\r\nauthorization:\r\n\r\n"
    secrets = [PROGRAM.credential[name].encode() for name in ("app_secret", "access_token")]
    assert hidden(SCHEME, PROGRAM.credential, exchange(None, raw=raw)) == [
        *secrets,
        b"Bearer t0ken",
        b"t0ken",
        b"",
    ]


def shown(capsys: pytest.CaptureFixture[str], one: Exchange) -> list[str]:
    judged = judge_exchange(SCHEME, HTTP, PROGRAM.credential, one)
    hide = hidden(SCHEME, PROGRAM.credential, one)
    detail(one, judged.result, hide, judged.expected)
    return capsys.readouterr().out.splitlines()


SIGNATURE = b"HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature=" + b"0" * 64


def signed(*without: bytes) -> SignedRequest:
    headers = (
        (b"X-Api-Key", PROGRAM.credential["app_key"].encode()),
        (b"Authorization", PROGRAM.credential["access_token"].encode()),
        (b"X-Timestamp", b"1700000000"),
        (b"X-Api-Signature", SIGNATURE),
    )
    return SignedRequest(b"GET", b"/a", tuple(one for one in headers if one[0] not in without), b"")


def test_without_a_cause_what_should_have_been_signed_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stars = "*" * len(PROGRAM.credential["access_token"])
    key = PROGRAM.credential["app_key"]
    block = f"authorization:{stars}\\nx-api-key:{key}\\nx-timestamp:1700000000\\n"
    assert shown(capsys, exchange(signed(), REFUSED)) == [
        "  received GET /a",
        f"           X-Api-Key: {key}",
        f"           Authorization: {stars}",
        "           X-Timestamp: 1700000000",
        f"           X-Api-Signature: {SIGNATURE.decode()}",
        f"  to sign  GET|/a||{block}|authorization;x-api-key;x-timestamp|",
        "",
    ]


@pytest.mark.parametrize(
    ("without", "cause"),
    [
        (b"X-Timestamp", []),
        (b"X-Api-Key", []),
        (b"Authorization", []),
        (
            b"X-Api-Signature",
            [
                "  cause    header-not-sent-x-api-signature: X-Api-Signature is not sent.",
                (
                    "  fix      Send X-Api-Key, Authorization, X-Timestamp and X-Api-Signature, "
                    "each exactly once."
                ),
            ],
        ),
    ],
)
def test_whatever_is_missing_is_explained(
    capsys: pytest.CaptureFixture[str], without: bytes, cause: list[str]
) -> None:
    request = signed(without)
    stars = "*" * len(PROGRAM.credential["access_token"])
    sent = [
        f"           {name.decode()}: {stars if name == b'Authorization' else value.decode()}"
        for name, value in request.headers
    ]
    assert len(sent) == 3
    assert shown(capsys, exchange(request, REFUSED)) == ["  received GET /a", *sent, *cause, ""]


def test_what_should_have_been_signed_is_in_the_explanation() -> None:
    explanation = explain(SCHEME, HTTP, PROGRAM.credential, signed())
    assert (explanation.valid, explanation.causes, explanation.difference) == (False, [], None)
    assert explanation.expected.startswith("GET|/a||authorization:*")
