"""What the mock lets in, and what it says to the client and to the report."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from signers import Secret, SignedRequest
from signers.longbridge import EmptyCredential
from signproof.mocks.longbridge import (
    Account,
    ErrorCode,
    Evidence,
    Limit,
    LongbridgeMock,
    RateLimit,
    gate,
)
from signproof.mocks.longbridge.accounts import DuplicateAppKey
from signproof.mocks.replies import MockReply, Verdict

Sign = Callable[..., SignedRequest]
Change = Callable[[SignedRequest], SignedRequest]

JSON = (b"Content-Type", b"application/json; charset=utf-8")
SIGNED = "the signature is right, over the path as sent"
STOCK = "/v1/asset/stock?symbol=NONE.HK"
EMPTY_STOCK = MockReply(
    200,
    (JSON,),
    b'{"code":0,"message":"success","data":{"list":[{"account_channel":"lb","stock_info":[]}]}}',
    Verdict(accepted=True, reason=None, message=SIGNED),
)


def refused(status: int, body: str, reason: str, message: str) -> MockReply:
    return MockReply(
        status,
        (JSON,),
        body.encode(),
        Verdict(accepted=False, reason=reason, message=message),
    )


def invalid(reason: str, message: str) -> MockReply:
    body = '{"code":403201,"message":"signature invalid","data":null}'
    return refused(403, body, reason, message)


DUPLICATE = refused(
    403,
    '{"code":403202,"message":"duplicate request","data":null}',
    "duplicate-request",
    "the same signature was seen before: sign each request with a new timestamp",
)
KEY_UNKNOWN = refused(
    403,
    '{"code":403203,"message":"apikey illegal","data":null}',
    "unknown-api-key",
    "X-Api-Key is no key of this mock: give the client the credential that it has",
)
API_LIMITED = refused(
    429,
    '{"code":429002,"message":"api request is limited","data":null}',
    "api-rate-limited",
    "too many requests of one API key",
)
IP_LIMITED = refused(
    429,
    '{"code":429001,"message":"ip request ratelimit","data":null}',
    "ip-rate-limited",
    "too many requests of one address",
)


def token_invalid(reason: str, message: str) -> MockReply:
    return refused(401, '{"code":401004,"message":"token invalid","data":null}', reason, message)


TOKEN_INVALID = token_invalid(
    "token-invalid",
    "the access token is not the one that holds now: after a refresh or a reset the old one stops "
    "working at once",
)


def without(name: bytes) -> Change:
    return lambda request: replace(
        request, headers=tuple(header for header in request.headers if header[0] != name)
    )


def with_value(name: bytes, change: Callable[[bytes], bytes]) -> Change:
    return lambda request: replace(
        request,
        headers=tuple(
            (key, change(value) if key == name else value) for key, value in request.headers
        ),
    )


MALFORMED = invalid(
    "malformed-signature",
    "X-Api-Signature is not `HMAC-SHA256 SignedHeaders=<names>, Signature=<64 lower-case hex "
    "digits>`: compare it character by character",
)
WRONG = invalid(
    "wrong-signature",
    "the signature does not match the request as received: the secret differs, or what was signed "
    "is not what was sent",
)
WRONG_HEADERS = invalid(
    "wrong-signed-headers",
    "SignedHeaders must be authorization;x-api-key;x-timestamp, in this order",
)


def missing(name: str) -> MockReply:
    message = f"{name} is missing or empty: send it exactly as it was signed"
    return invalid("missing-header", message)


CHANGES: list[tuple[str, Change, MockReply]] = [
    ("nothing", lambda request: request, EMPTY_STOCK),
    ("no key", without(b"x-api-key"), missing("X-Api-Key")),
    ("no token", without(b"authorization"), missing("Authorization")),
    ("no timestamp", without(b"x-timestamp"), missing("X-Timestamp")),
    ("no signature", without(b"x-api-signature"), missing("X-Api-Signature")),
    ("empty token", with_value(b"authorization", lambda _: b" "), missing("Authorization")),
    (
        "two timestamps",
        lambda request: request.with_headers([(b"X-Timestamp", b"1800000000")]),
        invalid("duplicate-header", "X-Timestamp was sent 2 times: send it once"),
    ),
    ("other key", with_value(b"x-api-key", lambda _: b"EXAMPLE-KEY-3"), KEY_UNKNOWN),
    ("weird key", with_value(b"x-api-key", lambda _: b"\xff\x00"), KEY_UNKNOWN),
    ("another's key", with_value(b"x-api-key", lambda _: b"EXAMPLE-KEY-2"), WRONG),
    ("signature cut", with_value(b"x-api-signature", lambda value: value[:-1]), MALFORMED),
    ("signature alone", with_value(b"x-api-signature", lambda value: value[-64:]), MALFORMED),
    (
        "SHA-1 named",
        with_value(b"x-api-signature", lambda value: value.replace(b"SHA256", b"SHA1")),
        invalid("wrong-algorithm", "X-Api-Signature names another algorithm: use HMAC-SHA256"),
    ),
    (
        "token in the names",
        with_value(
            b"x-api-signature",
            lambda value: value.replace(b"authorization", b"EXAMPLE-INITIAL-TOKEN-1"),
        ),
        WRONG_HEADERS,
    ),
    ("other timestamp", with_value(b"x-timestamp", lambda _: b"1800000001"), WRONG),
    ("other token", with_value(b"authorization", lambda _: b"x"), WRONG),
    ("other method", lambda request: replace(request, method=b"POST"), WRONG),
    ("other query", lambda request: replace(request, target=b"/v1/asset/stock"), WRONG),
    ("body added", lambda request: replace(request, body=b"{}"), WRONG),
]


@pytest.mark.parametrize(
    ("change", "expected"),
    [(change, expected) for _, change, expected in CHANGES],
    ids=[name for name, _, _ in CHANGES],
)
def test_one_change_to_a_good_request(
    mock: LongbridgeMock, sign: Sign, change: Change, expected: MockReply
) -> None:
    assert mock.handle(change(sign("GET", STOCK))) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"timestamp": "1539095200.123"}, EMPTY_STOCK),
        ({"timestamp": "any text"}, EMPTY_STOCK),
        ({"secret": "EXAMPLE-SECRET-2"}, WRONG),
        ({"token": "EXAMPLE-INITIAL-TOKEN-2"}, TOKEN_INVALID),
        (
            {"token": "bEARER EXAMPLE-INITIAL-TOKEN-1"},
            token_invalid(
                "token-with-scheme",
                'the access token starts with "Bearer ": with an API key the Authorization header '
                "is the raw token, so take the word off",
            ),
        ),
        (
            {
                "key": "EXAMPLE-KEY-2",
                "secret": "EXAMPLE-SECRET-2",
                "token": "EXAMPLE-INITIAL-TOKEN-2",
            },
            EMPTY_STOCK,
        ),
    ],
)
def test_other_credentials_signed_right(
    mock: LongbridgeMock, sign: Sign, parts: dict[str, str], expected: MockReply
) -> None:
    assert mock.handle(sign("GET", STOCK, **parts)) == expected


def not_found(message: str) -> MockReply:
    return MockReply(
        404,
        (JSON,),
        b'{"code":404000,"message":"not found","data":null}',
        Verdict(
            accepted=True,
            reason="unknown-path",
            message=f"this mock does not have this path ({message})",
        ),
    )


@pytest.mark.parametrize(
    ("target", "signed_path", "expected"),
    [
        ("/", None, not_found(SIGNED)),
        ("//v1/asset/stock", None, not_found(SIGNED)),
        ("/v1/asset/stock/", None, not_found(SIGNED)),
        ("", None, not_found(SIGNED)),
        (b"/caf\xc3\xa9", None, not_found(SIGNED)),
        ("/v1/a%20b?x=%20", None, not_found(SIGNED)),
        (
            "/v1/a%20b?x=%20",
            b"/v1/a b",
            not_found("the signature is right, over the percent-decoded path"),
        ),
        ("/v1/a%20b", b"/v1/a+b", WRONG),
    ],
)
def test_path_forms_and_unknown_paths(
    mock: LongbridgeMock,
    sign: Sign,
    target: str | bytes,
    signed_path: bytes | None,
    expected: MockReply,
) -> None:
    assert mock.handle(sign("GET", target, signed_path=signed_path)) == expected


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("POST", "/v1/token/refresh", "GET"),
        ("POST", "/v1/socket/token", "GET"),
        ("PUT", "/v2/socket/token", "GET"),
        ("HEAD", "/v1/asset/stock", "GET"),
        ("get", "/v1/asset/stock", "GET"),
        ("GET", "/v1/trade/order", "DELETE, POST, PUT"),
        ("GET", "/v1/trade/order/submit", "POST"),
        ("DELETE", "/v1/trade/order/today", "GET"),
        (b"\xff", "/v1/trade/order/today", "GET"),
    ],
)
def test_wrong_methods(
    mock: LongbridgeMock, sign: Sign, method: str | bytes, target: str, allow: str
) -> None:
    assert mock.handle(sign(method, target)) == MockReply(
        405,
        (JSON, (b"Allow", allow.encode())),
        b'{"code":405000,"message":"method not allowed","data":null}',
        Verdict(
            accepted=True,
            reason="method-not-allowed",
            message=f"this path takes {allow} only, in upper case ({SIGNED})",
        ),
    )


def test_an_unsigned_request_to_an_unknown_path_is_refused_for_its_signature(
    mock: LongbridgeMock,
) -> None:
    assert mock.handle(SignedRequest(b"GET", b"/nothing")) == missing("X-Api-Key")


def ip_refused(client_ip: str) -> MockReply:
    return refused(
        403,
        '{"code":403205,"message":"ip is not allowed","data":null}',
        "ip-not-allowed",
        f"the request came from {client_ip}, which is not in the list of allowed addresses",
    )


@pytest.mark.parametrize(
    ("client_ip", "expected"),
    [
        ("192.0.2.1", EMPTY_STOCK),
        ("2001:db8:0::1", EMPTY_STOCK),
        ("192.0.2.2", ip_refused("192.0.2.2")),
        ("2001:db8::2", ip_refused("2001:db8::2")),
        ("a pipe", ip_refused("a pipe")),
    ],
)
def test_allowed_addresses(
    accounts: tuple[Account, ...], sign: Sign, client_ip: str, expected: MockReply
) -> None:
    mock = LongbridgeMock(accounts, clock=lambda: 0, allowed_ips=["192.0.2.1", "2001:db8::1"])
    assert mock.handle(sign("GET", STOCK), client_ip) == expected


def test_an_empty_list_of_addresses_lets_nobody_in(
    accounts: tuple[Account, ...], sign: Sign
) -> None:
    mock = LongbridgeMock(accounts, clock=lambda: 0, allowed_ips=[])
    assert mock.handle(sign("GET", STOCK)) == ip_refused("127.0.0.1")


def test_duplicates_are_let_in_unless_asked_otherwise(mock: LongbridgeMock, sign: Sign) -> None:
    assert [mock.handle(sign("GET", STOCK)) for _ in range(2)] == [EMPTY_STOCK, EMPTY_STOCK]


def test_duplicates_refused(
    accounts: tuple[Account, ...], sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_SIGNATURES_REMEMBERED", 2)
    mock = LongbridgeMock(accounts, clock=lambda: 0, reject_duplicates=True)
    sequence = [
        ("1", EMPTY_STOCK),
        ("1", DUPLICATE),
        ("2", EMPTY_STOCK),
        ("1", DUPLICATE),
        ("3", EMPTY_STOCK),  # the oldest is forgotten
        ("2", DUPLICATE),
        ("1", EMPTY_STOCK),
    ]
    replies = [mock.handle(sign("GET", STOCK, timestamp=timestamp)) for timestamp, _ in sequence]
    assert replies == [expected for _, expected in sequence]


def test_rate_of_one_key(accounts: tuple[Account, ...], sign: Sign, clock: SimpleNamespace) -> None:
    mock = LongbridgeMock(
        accounts,
        clock=lambda: clock.now,
        reject_duplicates=True,
        rate_limit=RateLimit(per_api_key=Limit(2, 1.5)),
    )
    second = {
        "key": "EXAMPLE-KEY-2",
        "secret": "EXAMPLE-SECRET-2",
        "token": "EXAMPLE-INITIAL-TOKEN-2",
    }
    wrong = {"secret": "x"}
    steps: list[tuple[float, str, dict[str, str], MockReply]] = [
        (10.0, "1", wrong, WRONG),  # does not count
        (10.0, "1", {}, EMPTY_STOCK),
        (10.5, "2", {}, EMPTY_STOCK),
        (11.0, "3", {}, API_LIMITED),
        (11.0, "3", second, EMPTY_STOCK),
        (11.499, "3", {}, API_LIMITED),
        (11.5, "3", {}, EMPTY_STOCK),  # and was not remembered as a duplicate
        (11.6, "4", {}, API_LIMITED),
    ]
    replies = []
    for now, timestamp, parts, _ in steps:
        clock.now = now
        replies.append(mock.handle(sign("GET", STOCK, timestamp=timestamp, **parts)))
    assert replies == [expected for *_, expected in steps]


def test_rate_of_one_address(
    accounts: tuple[Account, ...], sign: Sign, clock: SimpleNamespace
) -> None:
    mock = LongbridgeMock(
        accounts, clock=lambda: clock.now, rate_limit=RateLimit(per_ip=Limit(1, 1))
    )
    steps = [
        (10, "192.0.2.1", "x", WRONG),  # counts
        (10, "192.0.2.1", "EXAMPLE-SECRET-1", IP_LIMITED),
        (10, "192.0.2.2", "EXAMPLE-SECRET-1", EMPTY_STOCK),
        (11, "192.0.2.1", "EXAMPLE-SECRET-1", EMPTY_STOCK),
    ]
    replies = []
    for now, client_ip, secret, _ in steps:
        clock.now = now
        replies.append(mock.handle(sign("GET", STOCK, secret=secret), client_ip))
    assert replies == [expected for *_, expected in steps]


@pytest.mark.parametrize(("calls", "seconds"), [(0, 1), (1, 0), (1, -1), (1, float("nan"))])
def test_limits_that_are_none(calls: int, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^a limit takes at least one call and a positive number"):
        Limit(calls, seconds)


def test_wrong_construction(accounts: tuple[Account, ...]) -> None:
    def build(*accounts: Account, allowed_ips: list[str] | None = None) -> LongbridgeMock:
        return LongbridgeMock(accounts, clock=lambda: 0, allowed_ips=allowed_ips)

    with pytest.raises(DuplicateAppKey) as duplicate:
        build(*accounts, accounts[0])
    assert str(duplicate.value) == (
        "the app key 'EXAMPLE-KEY' is given twice: give each account its own"
    )
    with pytest.raises(EmptyCredential, match="the access token is empty"):
        build(replace(accounts[0], access_token=Secret("")))
    with pytest.raises(EmptyCredential, match="the app secret is empty"):
        build(replace(accounts[0], app_secret=Secret("")))
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        build(allowed_ips=["192.0.2.0/24"])


def test_codes_and_how_they_are_known() -> None:
    table = {(code.status, code.code, code.message, code.evidence) for code in ErrorCode}
    assert table == {
        (403, 403201, "signature invalid", Evidence.DOCUMENTED),
        (403, 403202, "duplicate request", Evidence.DOCUMENTED),
        (403, 403203, "apikey illegal", Evidence.DOCUMENTED),
        (403, 403205, "ip is not allowed", Evidence.DOCUMENTED),
        (401, 401003, "token expired", Evidence.DOCUMENTED),
        (401, 401004, "token invalid", Evidence.REPORTED),
        (429, 429001, "ip request ratelimit", Evidence.DOCUMENTED),
        (429, 429002, "api request is limited", Evidence.DOCUMENTED),
        (400, 400000, "invalid parameter", Evidence.INVENTED),
        (400, 400001, "order not found", Evidence.INVENTED),
        (400, 400002, "order is closed", Evidence.INVENTED),
        (404, 404000, "not found", Evidence.INVENTED),
        (405, 405000, "method not allowed", Evidence.INVENTED),
    }


def test_no_repr_shows_a_secret(mock: LongbridgeMock, accounts: tuple[Account, ...]) -> None:
    assert repr(mock) == "<LongbridgeMock accounts=2>"
    assert repr(mock._accounts.find(b"EXAMPLE-KEY")) == "<KeyState 'EXAMPLE-KEY'>"
    assert "app_secret=Secret('***'), access_token=Secret('***')" in repr(accounts[0])
