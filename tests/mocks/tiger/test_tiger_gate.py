"""What the gateway lets in, and what it says to the client and to the report."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from signers import Secret, SignedRequest
from signers.tiger import ERROR_CODES, Charset, MalformedToken, Signer, WrongKeyType
from signproof.mocks.limits import Limit
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.tiger import (
    Account,
    Developer,
    DuplicateAccount,
    DuplicateTigerId,
    ErrorCode,
    Evidence,
    NoAccount,
    TigerMock,
    UnknownTigerId,
)

Sign = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]
Key = Callable[[str], RSAPrivateKey]

STATE = [
    {
        "market": "HK",
        "marketStatus": "Trading",
        "status": "TRADING",
        "openTime": "01-15 09:30:00",
    }
]
HK = {"market": "HK"}
ASK = ("market_state", HK)
KEPT = "the signature is right"
LEFT_OUT = "the signature is right, over the fields that are not empty or null"
COMMON = "common param error"
PLAIN = (1000, COMMON)
NOT_VERIFIED = (
    1000,
    (
        "common param error(failed to verify signature, please make sure you use the correct rsa "
        "private key)"
    ),
)
TIME = (
    1000,
    "common param error(time parse error, support time format is 'yyyy-MM-dd HH:mm:ss')",
)
NOBODY = (1000, "common param error(failed to get developer information)")
WRONG = (
    *NOT_VERIFIED,
    "wrong-signature",
    (
        "the signature does not match the request as received: the private key is not the one of "
        "this tiger_id, or what was signed is not what was sent"
    ),
)
MALFORMED = (
    "the field sign {}: send standard padded base64 in one line, of exactly the key's length"
)


def changed(request: SignedRequest, **members: Any) -> SignedRequest:
    """Change the body after it was signed; ... takes a member out."""
    fields = json.loads(request.body) | members
    kept = {name: value for name, value in fields.items() if value is not ...}
    return replace(request, body=json.dumps(kept).encode())


def signature(code: str, problem: str) -> tuple[int, str, str, str]:
    return (40013, "invalid signature", code, MALFORMED.format(problem))


def test_a_good_request(mock: TigerMock, sign: Sign, success: Reply) -> None:
    assert mock.handle(sign(*ASK)) == success(STATE)


@pytest.mark.parametrize(
    "target", [b"http://127.0.0.1:80/gateway", b"HTTPS://[::1]/gateway", b"http://a/gateway"]
)
def test_a_target_with_scheme_and_authority(
    mock: TigerMock, sign: Sign, success: Reply, target: bytes
) -> None:
    """A server has to take it (RFC 9112, section 3.2.2); an old SDK sends it."""
    assert mock.handle(replace(sign(*ASK), target=target)) == success(STATE)


AFTER_SIGNING: list[tuple[dict[str, Any], tuple[int, str, str, str]]] = [
    *[
        (
            {name: nothing},
            (
                1000,
                f"common param error(field '{name}' cannot be empty)",
                "missing-field",
                f"the field {name} is missing, null or empty: send it and sign it",
            ),
        )
        for name in ("method", "version", "tiger_id", "charset", "sign_type", "sign")
        for nothing in (..., None, "")
    ],
    (
        {"version": 2.0},
        (*PLAIN, "malformed-field", "the field version is not a JSON string: send it as text"),
    ),
    (
        {"charset": "EXAMPLE-TOKEN"},
        (*PLAIN, "unknown-charset", "the charset is neither UTF-8 nor GBK"),
    ),
    ({"sign_type": "RSA2"}, (*PLAIN, "wrong-sign-type", "another sign_type than RSA is named")),
    (
        {"x": {"EXAMPLE-TOKEN": 1}},
        (
            *PLAIN,
            "unsignable-value",
            (
                "a top-level field is an object, a list or a fraction, of which it is not known "
                "how it is signed: send it as JSON text"
            ),
        ),
    ),
    (
        {"x": "\ud800"},
        (
            *PLAIN,
            "unencodable-text",
            (
                "a top-level field holds a character that the charset cannot write: name the "
                "charset that was signed"
            ),
        ),
    ),
    (
        {"tiger_id": "EXAMPLE-3"},
        (
            *NOBODY,
            "unknown-tiger-id",
            "the tiger_id is not a known one: check it against the developer page",
        ),
    ),
    (
        {"sign": "ab"},
        signature(
            "malformed-signature",
            "is no whole number of groups of four (its padding is missing, or it was cut off)",
        ),
    ),
    ({"sign": "_-" * 86}, signature("malformed-signature", "is in the URL-safe alphabet")),
    ({"sign": "AAAA"}, signature("malformed-signature", "has 3 octets, the key 128")),
    ({"tiger_id": "EXAMPLE-TBHK"}, signature("malformed-signature", "has 128 octets, the key 129")),
    ({"biz_content": '{"market": "US"}'}, WRONG),
    ({"biz_content": '{"market":"HK"}'}, WRONG),
    ({"biz_content": ...}, WRONG),
    ({"method": "orders"}, WRONG),
    ({"lang": "en"}, WRONG),
    ({"sign": "A" * 171 + "="}, WRONG),
]


@pytest.mark.parametrize(("members", "expected"), AFTER_SIGNING)
def test_one_change_to_a_good_request(
    mock: TigerMock,
    sign: Sign,
    refused: Reply,
    members: dict[str, Any],
    expected: tuple[int, str, str, str],
) -> None:
    assert mock.handle(changed(sign(*ASK), **members)) == refused(*expected)


@pytest.mark.parametrize(
    "timestamp", ["1800000000000", "2027-01-15T16:00:00", "2027-1-15 16:00:00", "x", "\ud800", " "]
)
def test_answers_to_wrong_timestamps_are_signed_over_them_where_they_are_text(
    mock: TigerMock,
    sign: Sign,
    gateway_sign: Callable[[str, str], str],
    timestamp: str,
) -> None:
    reply = mock.handle(changed(sign(*ASK), timestamp=timestamp))
    envelope: dict[str, Any] = {
        "code": 1000,
        "message": TIME[1],
        "timestamp": 1800000000123,
        "data": None,
    }
    if timestamp != "\ud800":
        envelope["sign"] = gateway_sign("gateway-1024", timestamp)
    assert (reply.status, json.loads(reply.body)) == (200, envelope)
    assert reply.verdict == Verdict(
        accepted=False,
        reason="malformed-timestamp",
        message="the timestamp does not have the form YYYY-MM-DD HH:MM:SS: write it so",
    )


EMPTY = "common param error(request parameters cannot be empty)"
NO_JSON = "the body is {}: send one JSON object in UTF-8"
TWICE = "a name stands twice in one JSON object: send it once"
NO_TIME = (
    1000,
    "common param error(field 'timestamp' cannot be empty)",
    "missing-field",
    "the field timestamp is missing, null or empty: send it and sign it",
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (1000, EMPTY, "malformed-json", NO_JSON.format("empty"))),
        (b" \r\n", (1000, EMPTY, "malformed-json", NO_JSON.format("empty"))),
        (b"{", (*PLAIN, "malformed-json", NO_JSON.format("not JSON"))),
        (b"[" * 100_000, (*PLAIN, "malformed-json", NO_JSON.format("not JSON"))),
        (b"method=market_state", (*PLAIN, "malformed-json", NO_JSON.format("not JSON"))),
        (b"[]", (*PLAIN, "malformed-json", NO_JSON.format("JSON but not an object"))),
        (b"\xff", (*PLAIN, "malformed-json", NO_JSON.format("not GBK text"))),
        (b'{"EXAMPLE-TOKEN":1,"EXAMPLE-TOKEN":2}', (*PLAIN, "duplicate-field", TWICE)),
        (
            b"{}",
            (
                1000,
                "common param error(field 'method' cannot be empty)",
                "missing-field",
                "the field method is missing, null or empty: send it and sign it",
            ),
        ),
        (b'{"method":"x","version":"y"}', NO_TIME),
        (b'{"method":"x","version":"y","timestamp":null}', NO_TIME),
    ],
)
def test_bodies_without_a_timestamp_get_no_signature(
    mock: TigerMock, refused: Reply, body: bytes, expected: tuple[int, str, str, str]
) -> None:
    request = SignedRequest(b"POST", b"/gateway", (), body)
    assert mock.handle(request) == refused(*expected, sign_key=None)


def test_a_number_is_no_timestamp_and_a_huge_number_elsewhere_does_no_harm(
    mock: TigerMock, sign: Sign, refused: Reply
) -> None:
    malformed = "the field timestamp is not a JSON string: send it as text"
    assert mock.handle(changed(sign(*ASK), timestamp=1800000000)) == refused(
        *PLAIN, "malformed-field", malformed, sign_key=None
    )
    huge = sign(*ASK).body.replace(b'"sign_type"', b'"x": ' + b"9" * 5000 + b', "sign_type"')
    assert mock.handle(SignedRequest(b"POST", b"/gateway", (), huge)) == refused(*WRONG)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"sdk-version": "x", "trade_token": "y", "notify_url": "http://127.0.0.1/?a=b&c"}, KEPT),
        ({"device_id": None}, KEPT),
        ({"device_id": ""}, KEPT),
        ({"version": "9.9"}, KEPT),
        ({"device_id": "水 & <b>"}, KEPT),
        ({"timestamp": "1999-02-31 23:59:59"}, KEPT),
    ],
)
def test_other_fields_are_signed_like_the_rest(
    mock: TigerMock, sign: Sign, parts: dict[str, Any], message: str
) -> None:
    reply = mock.handle(sign(*ASK, **parts))
    assert json.loads(reply.body)["data"] == STATE
    assert reply.verdict == Verdict(accepted=True, reason=None, message=message)


def test_left_out_empty_values_are_told_in_the_verdict(
    mock: TigerMock, sign: Sign, success: Reply
) -> None:
    request = changed(sign(*ASK), device_id=None, notify_url="")
    assert mock.handle(request) == success(STATE, LEFT_OUT)


def test_gbk(mock: TigerMock, client_key: Key, success: Reply) -> None:
    signer = Signer("EXAMPLE-1", client_key("page-1024"), charset=Charset.GBK)
    request = signer.request(
        "market_state",
        '{"market":"HK"}',
        timestamp="2027-01-15 16:00:00",
        more={"device_id": "水"},
    )
    raw = replace(request, body=request.body.replace(rb"\u6c34", "水".encode("gbk")))
    for sent in (request, raw):
        expected = "the signature is right, in the charset GBK"
        assert mock.handle(sent) == success(STATE, expected)
    cut = replace(raw, body=raw.body.replace(b"market_state", b"market_stat"))
    assert json.loads(mock.handle(cut).body)["sign"]  # the timestamp is read from GBK, too


@pytest.mark.parametrize(
    ("method", "target", "status", "reason", "message", "headers"),
    [
        (b"POST", target, 404, "unknown-path", "the only path is /gateway, without a query", ())
        for target in (
            *(b"/", b"", b"/gateway/", b"/gateway?", b"//gateway", b"/GATEWAY", b"\xff"),
            *(b"http://127.0.0.1", b"http://127.0.0.1/", b"http://127.0.0.1/gateway?"),
            b"ftp://127.0.0.1/gateway",
        )
    ]
    + [
        (
            method,
            b"/gateway",
            405,
            "method-not-allowed",
            "/gateway takes POST only, in upper case",
            ((b"Allow", b"POST"),),
        )
        for method in (b"GET", b"post", b"", b"\xff")
    ],
)
def test_other_paths_and_methods(
    mock: TigerMock,
    sign: Sign,
    refused: Reply,
    method: bytes,
    target: bytes,
    status: int,
    reason: str,
    message: str,
    headers: tuple[tuple[bytes, bytes], ...],
) -> None:
    request = replace(sign(*ASK), method=method, target=target)
    assert mock.handle(request) == refused(*PLAIN, reason, message, status=status, headers=headers)


def test_octets_that_are_no_request(mock: TigerMock, refused: Reply) -> None:
    assert mock.unreadable(431, "the head is too long") == refused(
        *PLAIN, "unreadable-request", "the head is too long", status=431, sign_key=None
    )


def test_a_regenerated_key_ends_the_old_one_at_once(
    mock: TigerMock, sign: Sign, client_key: Key, success: Reply, refused: Reply
) -> None:
    old, new = sign(*ASK), sign(*ASK, key="client-2048")
    assert mock.handle(old) == success(STATE)
    assert mock.handle(new) == refused(
        *signature("malformed-signature", "has 256 octets, the key 128")
    )
    mock.replace_key("EXAMPLE-1", client_key("client-2048").public_key())
    assert mock.handle(new) == success(STATE)
    assert mock.handle(old) == refused(
        *signature("malformed-signature", "has 128 octets, the key 256")
    )
    elliptic: Any = generate_private_key(SECP256R1()).public_key()
    with pytest.raises(WrongKeyType):
        mock.replace_key("EXAMPLE-1", elliptic)
    mock.replace_key("EXAMPLE-TBHK", client_key("page-1024").public_key())
    assert mock.handle(new) == success(STATE)
    with pytest.raises(UnknownTigerId) as unknown:
        mock.replace_key("EXAMPLE-3", client_key("client-2048").public_key())
    assert str(unknown.value) == "no developer is 'EXAMPLE-3': pass one the mock was given"


def test_a_regenerated_key_of_the_same_length(
    mock: TigerMock, sign: Sign, client_key: Key, refused: Reply
) -> None:
    mock.replace_key("EXAMPLE-1", client_key("gateway-1024").public_key())
    assert mock.handle(sign(*ASK)) == refused(*WRONG)


@pytest.mark.parametrize(
    ("client_ip", "is_let_in"),
    [
        ("192.0.2.1", True),
        ("2001:db8:0::1", True),
        ("192.0.2.2", False),
        ("2001:db8::2", False),
        ("a pipe", False),
    ],
)
def test_allowed_addresses(
    build: Callable[..., TigerMock],
    sign: Sign,
    client_key: Key,
    success: Reply,
    refused: Reply,
    client_ip: str,
    is_let_in: bool,  # noqa: FBT001 - a column of the table
) -> None:
    developer = Developer(
        "EXAMPLE-1",
        client_key("page-1024").public_key(),
        (Account("12345678"),),
        allowed_ips=("192.0.2.1", "2001:db8::1"),
    )
    expected = (
        success(STATE)
        if is_let_in
        else refused(
            4,
            "access forbidden",
            "ip-not-allowed",
            f"the request came from {client_ip}, which is not in this tiger_id's list of addresses",
        )
    )
    assert build(developer).handle(sign(*ASK), client_ip) == expected


def test_rate_of_one_tiger_id(
    build: Callable[..., TigerMock], clock: Any, sign: Sign, success: Reply, refused: Reply
) -> None:
    mock = build(rate_limit=Limit(2, 1.5))
    wrong = changed(sign(*ASK), lang="en")
    other = sign(*ASK, tiger_id="EXAMPLE-INSTITUTION", key="client-2048")
    limited = refused(
        5, "rate limit error", "rate-limited", "too many requests of one tiger_id", status=429
    )
    steps = [
        (0.0, wrong, refused(*WRONG)),  # does not count
        (0.0, sign(*ASK), success(STATE)),
        (0.5, sign(*ASK), success(STATE)),
        (1.0, sign(*ASK), limited),
        (1.0, other, success(STATE)),
        (1.499, sign(*ASK), limited),
        (1.5, sign(*ASK), success(STATE)),
    ]
    start = clock.now
    replies = []
    for after, request, _ in steps:
        clock.now = start + after
        reply = mock.handle(request)
        stamp = f'"timestamp":{round(clock.now * 1000)}'.encode()
        replies.append(replace(reply, body=reply.body.replace(stamp, b'"timestamp":1800000000123')))
    assert replies == [expected for *_, expected in steps]


def test_wrong_construction(build: Callable[..., TigerMock], client_key: Key) -> None:
    key = client_key("page-1024").public_key()
    good = Developer("EXAMPLE-1", key, (Account("12345678"),))
    with pytest.raises(DuplicateTigerId) as twice:
        build(good, good)
    assert str(twice.value) == (
        "the tiger_id 'EXAMPLE-1' is given twice: name all its accounts in one developer"
    )
    with pytest.raises(DuplicateAccount) as double:
        build(replace(good, accounts=(Account("12345678"), Account("12345678"))))
    assert str(double.value) == "the developer 'EXAMPLE-1' has an account twice: name it once"
    with pytest.raises(NoAccount) as none:
        build(replace(good, accounts=()))
    assert str(none.value) == "the developer 'EXAMPLE-1' has no account: give it at least one"
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        build(replace(good, allowed_ips=("192.0.2.0/24",)))
    with pytest.raises(MalformedToken):
        build(replace(good, token=Secret("EXAMPLE")))
    elliptic: Any = generate_private_key(SECP256R1()).public_key()
    with pytest.raises(WrongKeyType):
        build(replace(good, public_key=elliptic))


def test_nothing_secret_is_shown(mock: TigerMock) -> None:
    assert repr(mock) == "<TigerMock developers=3>"
    states = list(mock._developers._states.values())
    assert repr(states) == (
        "[<DeveloperState 'EXAMPLE-1'>, <DeveloperState 'EXAMPLE-INSTITUTION'>, "
        "<DeveloperState 'EXAMPLE-TBHK'>]"
    )
    shown = repr([state.developer for state in states])
    assert "EXAM-PLE0" not in shown
    assert "RSAPublicKey" not in shown
    assert shown.count("Secret('***')") == 2


def test_every_documented_code_and_detail_is_among_the_answers() -> None:
    for code, known in ERROR_CODES.items():
        messages = [error.message for error in ErrorCode if error.code == code]
        assert any(known.message in message for message in messages), code
        for detail in known.details:
            assert any(detail in message for message in messages), detail


def test_codes_and_how_they_are_known() -> None:
    common, biz, tok = ("common param error", "biz param error", "user token error(user token ")
    table = {(code.status, code.code, code.message, code.evidence) for code in ErrorCode}
    assert table == {
        (200, 4, "access forbidden", Evidence.DOCUMENTED),
        (429, 5, "rate limit error", Evidence.DOCUMENTED),
        (200, 1000, common, Evidence.DOCUMENTED),
        (200, 1000, EMPTY, Evidence.DOCUMENTED),
        (200, 1000, f"{common}(field 'xxx' cannot be empty)", Evidence.DOCUMENTED),
        (200, *TIME, Evidence.DOCUMENTED),
        (200, *NOBODY, Evidence.DOCUMENTED),
        (200, *NOT_VERIFIED, Evidence.DOCUMENTED),
        (200, 1000, f"{common}(the current requested method does not support)", "documented"),
        (404, 1000, common, Evidence.INVENTED),
        (405, 1000, common, Evidence.INVENTED),
        (200, 40013, "invalid signature", Evidence.INVENTED),
        (200, 1010, f"{biz}(failed to parse parameters in 'biz_content')", Evidence.DOCUMENTED),
        (200, 1010, f"{biz}(field 'secret_key' or 'account' invalid)", Evidence.DOCUMENTED),
        (200, 1010, f"{biz}(field 'xxx' cannot be empty)", Evidence.INFERRED),
        (200, 1010, f"{biz}(field 'xxx' invalid)", Evidence.INFERRED),
        (200, 1100, "global account response error(xxx)", Evidence.INFERRED),
        (200, 1200, "prime account response error(xxx)", Evidence.INFERRED),
        (200, 1300, "paper account response error(xxx)", Evidence.INFERRED),
        (200, 2400, f"{tok}can not be empty)", Evidence.DOCUMENTED),
        (200, 2400, f"{tok}expired invalid)", Evidence.DOCUMENTED),
        (200, 2400, f"{tok}invalid)", Evidence.DOCUMENTED),
        (200, 4000, "permission denied", Evidence.DOCUMENTED),
        (200, 4001, "kick out by a new connection", Evidence.DOCUMENTED),
    }
