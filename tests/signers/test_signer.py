"""The prepared signer against an oracle of its own, and what it refuses.

The oracle is assembled from the documented rules with hashlib and hmac alone; one case is computed
by the `openssl` command as well.
"""

import hmac
import subprocess
from hashlib import sha1, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret, SignedRequest, SignerError
from signers.longbridge import (
    EmptyCredential,
    InvalidMethod,
    InvalidTarget,
    InvalidValue,
    Signer,
    TokenWithScheme,
)

KEY = "made-up-key"
SECRET = "made-up-secret"
TOKEN = "m_eyJ0b2tlbiI6MX0.made-up"
NOW = "1539095200.123"
BODY = b'{"symbol":"700.HK","quantity":"100"}'
PREFIX = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


def oracle(
    method: str,
    path: str,
    query: str,
    body: bytes,
    timestamp: str,
    *,
    key: str = KEY,
    secret: bytes = SECRET.encode(),
    token: str = TOKEN,
) -> str:
    digest = sha1(body).hexdigest() if body else ""
    canonical = (
        f"{method}|{path}|{query}|authorization:{token}\nx-api-key:{key}\nx-timestamp:{timestamp}\n"
        f"|authorization;x-api-key;x-timestamp|{digest}"
    )
    text = "HMAC-SHA256|" + sha1(canonical.encode()).hexdigest()
    return PREFIX + hmac.new(secret, text.encode(), sha256).hexdigest()


def openssl(octets: bytes, *arguments: str) -> str:
    """Return the hex digits that `openssl dgst` prints."""
    command = ["openssl", "dgst", "-r", *arguments]
    done = subprocess.run(command, input=octets, capture_output=True, check=True, timeout=30)
    return done.stdout.decode().split()[0]


def test_known_answer_of_the_openssl_command() -> None:
    canonical = (
        "POST|/v1/trade/order|from=app&side=Buy|authorization:m_eyJ0b2tlbiI6MX0.made-up\n"
        "x-api-key:made-up-key\nx-timestamp:1539095200.123\n"
        "|authorization;x-api-key;x-timestamp|" + openssl(BODY, "-sha1")
    )
    text = "HMAC-SHA256|" + openssl(canonical.encode(), "-sha1")
    digits = openssl(text.encode(), "-sha256", "-mac", "HMAC", "-macopt", f"key:{SECRET}")
    signed = Signer(KEY, SECRET, TOKEN).sign(
        "POST", "/v1/trade/order", "from=app&side=Buy", BODY, NOW
    )
    assert signed == PREFIX + digits
    # The same command's answer when this test was written, OpenSSL 3.0.19.
    assert digits == "cfa77fa80c158e4955794aa6508c7b30c079cb54725ad7ccf262a87142adda81"


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/v1/asset/stock", None, b""),
        ("GET", "/v1/asset/stock", "", b""),
        ("get", "/v1/asset/stock", "symbol=700.HK&symbol=AAPL.US", b""),
        ("DELETE", "/v1/trade/order", "order_id=1&b=%2f%2F~+*", b""),
        ("Put", "//v1//trade/%E6%B8%AF", "?a?b", b"{}"),
        ("POST", "/", None, b'""'),
        ("POST", '/!"$%&()*+,-./09:;<=>@AZ[]^_`az{|}~', '!"$?@{|}~', "港".encode()),
        ("POST", "/v1/x", None, bytes(range(256))),
    ],
)
def test_sign(method: str, path: str, query: str | None, body: bytes) -> None:
    signed = Signer(KEY, SECRET, TOKEN).sign(method, path, query, body, NOW)
    assert signed == oracle(method.upper(), path, query or "", body, NOW)


@pytest.mark.parametrize(
    ("given_secret", "octets"),
    [
        (SECRET, SECRET.encode()),
        (Secret(SECRET), SECRET.encode()),
        ("1c1ca804382e2d", b"1c1ca804382e2d"),  # looks like hex, is not decoded
        ("口令", b"\xe5\x8f\xa3\xe4\xbb\xa4"),
        ("in side", b"in side"),
        (b"\xff\x00", b"\xff\x00"),
        ("x" * 64, b"x" * 64),
        ("x" * 65, b"x" * 65),
    ],
)
def test_secret_forms(given_secret: str | bytes | Secret, octets: bytes) -> None:
    signed = Signer(KEY, given_secret, Secret(TOKEN)).sign("GET", "/v1/x", None, b"", NOW)
    assert signed == oracle("GET", "/v1/x", "", b"", NOW, secret=octets)


@given(
    method=st.text("abcxyzABCXYZ", min_size=1, max_size=8),
    path=st.text(VISIBLE.replace("#", "").replace("?", "")).map("/".__add__),
    query=st.none() | st.text(VISIBLE.replace("#", "")),
    body=st.binary(max_size=200),
    timestamp=st.text(VISIBLE, min_size=1),
    secret=st.binary(min_size=1, max_size=200).filter(lambda octets: octets.strip() == octets),
)
def test_sign_equals_the_oracle(
    *, method: str, path: str, query: str | None, body: bytes, timestamp: str, secret: bytes
) -> None:
    signed = Signer(KEY, secret, TOKEN).sign(method, path, query, body, timestamp)
    assert signed == oracle(method.upper(), path, query or "", body, timestamp, secret=secret)


def test_a_signer_keeps_no_state_between_requests() -> None:
    signer = Signer(KEY, SECRET, TOKEN)
    requests = [("GET", "/a", None, b"", "1"), ("POST", "/b", "q", b"{}", "2")] * 2
    assert [signer.sign(*request) for request in requests] == [
        oracle("GET", "/a", "", b"", "1"),
        oracle("POST", "/b", "q", b"{}", "2"),
    ] * 2


def test_headers() -> None:
    assert Signer(KEY, SECRET, TOKEN).headers("get", "/v1/x", "a=1", b"", NOW) == (
        ("X-Api-Key", KEY),
        ("Authorization", TOKEN),
        ("X-Timestamp", NOW),
        ("X-Api-Signature", oracle("GET", "/v1/x", "a=1", b"", NOW)),
    )


@pytest.mark.parametrize(
    ("query", "body", "target"),
    [
        (None, b"", b"/v1/x"),
        ("", b"", b"/v1/x?"),
        ("a=1", b"", b"/v1/x?a=1"),
        ("?", BODY, b"/v1/x??"),
    ],
)
def test_request(query: str | None, body: bytes, target: bytes) -> None:
    content_type = ((b"Content-Type", b"application/json; charset=utf-8"),) if body else ()
    assert Signer(KEY, SECRET, TOKEN).request(
        "post", "/v1/x", query, body, timestamp=NOW
    ) == SignedRequest(
        b"post",
        target,
        (
            (b"X-Api-Key", KEY.encode()),
            (b"Authorization", TOKEN.encode()),
            (b"X-Timestamp", NOW.encode()),
            (b"X-Api-Signature", oracle("POST", "/v1/x", query or "", body, NOW).encode()),
            *content_type,
        ),
        body,
    )


def test_request_without_query_and_body() -> None:
    assert Signer(KEY, SECRET, TOKEN).request("GET", "/v1/x", timestamp=NOW) == SignedRequest(
        b"GET",
        b"/v1/x",
        (
            (b"X-Api-Key", KEY.encode()),
            (b"Authorization", TOKEN.encode()),
            (b"X-Timestamp", NOW.encode()),
            (b"X-Api-Signature", oracle("GET", "/v1/x", "", b"", NOW).encode()),
        ),
        b"",
    )


def test_what_a_signer_shows() -> None:
    signer = Signer(KEY, SECRET, TOKEN)
    assert (signer.app_key, repr(signer), str(signer)) == (
        KEY,
        "<Signer longbridge app_key='made-up-key'>",
        "<Signer longbridge app_key='made-up-key'>",
    )


EMPTY = "{} is empty: set it from the developer page before signing"
SCHEME = (
    'the access token starts with "Bearer ": with an API key the Authorization header is the raw '
    "token, so take the word off"
)
VALUE = (
    "{} holds white space, a control or a non-ASCII character, which would not arrive as it was "
    "signed: take it out"
)
METHOD = "{!r} is not an HTTP method: pass letters only, such as GET"
PATH = (
    'the path {!r} must start with "/" and hold neither "?" nor "#", and be visible ASCII: '
    "percent-encode the rest and pass exactly what is sent"
)
QUERY = (
    'the query {!r} must hold no "#", and be visible ASCII: percent-encode the rest and pass '
    "exactly what is sent"
)
SPACE = "the app secret starts or ends with white space, a file's newline perhaps: take it off"
NOT_UTF8 = "a secret is not UTF-8 text: copy it anew, and read its file or variable as UTF-8"


def told(error: SignerError) -> tuple[str, str, str]:
    """Return everything that an error says: class, identifier and message."""
    return type(error).__name__, error.reason, str(error)


@pytest.mark.parametrize(
    ("key", "secret", "token", "expected"),
    [
        ("", SECRET, TOKEN, ("EmptyCredential", "empty-credential", EMPTY.format("the app key"))),
        (KEY, "", TOKEN, ("EmptyCredential", "empty-credential", EMPTY.format("the app secret"))),
        (KEY, b"", TOKEN, ("EmptyCredential", "empty-credential", EMPTY.format("the app secret"))),
        (
            KEY,
            SECRET,
            "",
            ("EmptyCredential", "empty-credential", EMPTY.format("the access token")),
        ),
        ("", "", "", ("EmptyCredential", "empty-credential", EMPTY.format("the app key"))),
        (KEY, SECRET, "Bearer x", ("TokenWithScheme", "token-with-scheme", SCHEME)),
        (KEY, SECRET, "bearer x", ("TokenWithScheme", "token-with-scheme", SCHEME)),
        (KEY, SECRET, "BEARER ", ("TokenWithScheme", "token-with-scheme", SCHEME)),
        ("k ", SECRET, TOKEN, ("InvalidValue", "invalid-value", VALUE.format("the app key"))),
        ("k\n", SECRET, TOKEN, ("InvalidValue", "invalid-value", VALUE.format("the app key"))),
        ("k\udc80", SECRET, TOKEN, ("InvalidValue", "invalid-value", VALUE.format("the app key"))),
        ("ключ", SECRET, TOKEN, ("InvalidValue", "invalid-value", VALUE.format("the app key"))),
        *(
            (
                KEY,
                SECRET,
                token,
                ("InvalidValue", "invalid-value", VALUE.format("the access token")),
            )
            for token in (
                " t",
                "t ",
                "t t",
                "t\n",
                "t\r\n",
                "t\tt",
                "t\0",
                "t\x7f",
                "té",
                "港",
                Secret(b"t\xff"),
                "Bearer\tx",
            )
        ),
        *(
            (KEY, secret, TOKEN, ("SecretWithSpace", "secret-with-space", SPACE))
            for secret in ("s\n", " s", "s\r\n", b"\ts", " ")
        ),
        (KEY, SECRET, "t\udcff", ("NotUtf8", "not-utf-8", NOT_UTF8)),
        (KEY, "s\udcff", TOKEN, ("NotUtf8", "not-utf-8", NOT_UTF8)),
    ],
)
def test_refused_credentials(
    key: str, secret: str | bytes, token: str | Secret, expected: tuple[str, str, str]
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole error is compared below
        Signer(key, secret, token)
    assert isinstance(caught.value, SignerError)
    assert told(caught.value) == expected


@pytest.mark.parametrize("token", ["Bearer", "Bearerx", "bearer-x", "!", "~"])
def test_tokens_that_only_look_odd_are_signed(token: str) -> None:
    signed = Signer(KEY, SECRET, token).sign("GET", "/", None, b"", NOW)
    assert signed == oracle("GET", "/", "", b"", NOW, token=token)


@pytest.mark.parametrize(
    ("method", "path", "query", "timestamp", "expected"),
    [
        *(
            (method, "/", None, NOW, ("InvalidMethod", "invalid-method", METHOD.format(method)))
            for method in (
                "",
                "GET ",
                "GET\n",
                "M-SEARCH",
                "G3T",
                "GËT",
                "GE\u017f",
                "GET|",
                "GE\udcff",
            )
        ),
        *(
            ("GET", path, None, NOW, ("InvalidTarget", "invalid-target", PATH.format(path)))
            for path in (
                "",
                "v1/x",
                "?a=1",
                "/v1/x?a=1",
                "/v1/x?",
                "/v1/x#top",
                "/v1/ x",
                "/v1/x\n",
                "/v1/x\t",
                "/v1/港",
                "/v1/x\x7f",
                "/\udcff",
                "*",
                "https://openapi.longbridge.com/v1/x",
            )
        ),
        *(
            ("GET", "/", query, NOW, ("InvalidTarget", "invalid-target", QUERY.format(query)))
            for query in ("a=1#top", "#", "a=b c", "a=1\n", "a=港", "\x00", " ", "a\x7f", "\udcff")
        ),
        *(
            (
                "GET",
                "/",
                None,
                timestamp,
                ("InvalidValue", "invalid-value", VALUE.format("the timestamp")),
            )
            for timestamp in ("", " 1", "1 ", "1\n", "1\r", "\u0661", "1\x00", "1\udcff")
        ),
        # The first fault of several is the one that is told.
        ("", "", "#", "", ("InvalidMethod", "invalid-method", METHOD.format(""))),
        ("GET", "", "#", "", ("InvalidTarget", "invalid-target", PATH.format(""))),
        ("GET", "/", "#", "", ("InvalidTarget", "invalid-target", QUERY.format("#"))),
    ],
)
def test_refused_requests(
    method: str, path: str, query: str | None, timestamp: str, expected: tuple[str, str, str]
) -> None:
    signer = Signer(KEY, SECRET, TOKEN)
    found = []
    for body in (b"", BODY):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole error is compared below
            signer.sign(method, path, query, body, timestamp)
        assert isinstance(caught.value, SignerError)
        found.append(told(caught.value))
    for call in (
        lambda: signer.headers(method, path, query, b"", timestamp),
        lambda: signer.request(method, path, query, timestamp=timestamp),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole error is compared below
            call()
        assert isinstance(caught.value, SignerError)
        found.append(told(caught.value))
    assert found == [expected] * 4


def test_errors_carry_the_values_they_speak_of() -> None:
    assert EmptyCredential("the app key").name == "the app key"
    assert InvalidValue("the timestamp").name == "the timestamp"
    assert InvalidMethod("G3T").method == "G3T"
    target = InvalidTarget("path", "x")
    assert (target.part, target.value) == ("path", "x")
    assert TokenWithScheme().args == (SCHEME,)


@pytest.mark.parametrize("query", [None, "a=1"])
def test_octets_for_a_timestamp_are_not_signed_as_text(query: str | None) -> None:
    with pytest.raises(TypeError):
        Signer(KEY, SECRET, TOKEN).sign("GET", "/v1/x", query, b"", b"1700000000")  # type: ignore[arg-type]


def test_what_a_signer_keeps_is_bounded() -> None:
    signer = Signer(KEY, SECRET, TOKEN)
    signer.sign("X" * 1024, "/", "", b"", NOW)
    assert signer._starts == {}
    for number in range(300):
        path = f"/{number}" + "x" * 1024 * (number % 2)
        method = "GETPOST"[: 1 + number % 7] + "X" * (number % 3)
        for _ in range(2):
            assert signer.sign(method, path, "", b"", NOW) == oracle(
                method.upper(), path, "", b"", NOW
            )
    kept = signer._starts
    assert len(kept) <= 8
    assert all(len(paths) <= 64 for paths in kept.values())
    assert all(len(method + path) <= 1024 for method, paths in kept.items() for path in paths)


@pytest.mark.parametrize("path", ["/v1/x", "no-slash"])
def test_a_signer_signs_as_if_it_had_signed_nothing_before(path: str) -> None:
    """A method that only looks like one of before, and what was refused before."""
    used = Signer(KEY, SECRET, TOKEN)
    for method in ("GET", "get", "po\u017ft"):
        for _ in range(2):
            found = []
            for signer in (used, Signer(KEY, SECRET, TOKEN)):
                try:
                    found.append(signer.sign(method, path, "a=1", BODY, NOW))
                except SignerError as error:
                    found.append(str(error))
            assert found[0] == found[1]
