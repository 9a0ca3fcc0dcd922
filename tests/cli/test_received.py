"""Requests that somebody kept: every form, read whole, and what is refused."""

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.request import SignedRequest
from signproof.received import UnreadableRequest, entries, read_request, split_url

URL = "https://example.invalid/v1/x?a=1"
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
JSON = (b"Content-Type", b"application/json")
VARIABLES = {"TOKEN": "m_Example", "EMPTY": ""}


def get(target: bytes = b"/v1/x?a=1", *headers: tuple[bytes, bytes]) -> SignedRequest:
    return SignedRequest(b"GET", target, headers)


def post(
    body: bytes,
    *headers: tuple[bytes, bytes],
    target: bytes = b"/v1/x?a=1",
    method: bytes = b"POST",
) -> SignedRequest:
    return SignedRequest(method, target, headers, body)


CURL: list[tuple[str, SignedRequest]] = [
    # Addresses.
    (f"curl {URL}", get()),
    (f"  $ curl '{URL}'\n", get()),
    (f'curl.exe "{URL}"', get()),
    (f"$curl {URL}", get()),
    (f"\ufeffcurl {URL}", get()),
    (f"curl\v{URL}", get()),
    (f"curl --url {URL}", get()),
    (f"curl --url={URL}", get()),
    ("curl example.invalid/v1/x", get(b"/v1/x")),
    ("curl localhost:8080/v1/x", get(b"/v1/x")),
    ("curl https://example.invalid", get(b"/")),
    ("curl 'https://example.invalid?a=1&b=#part?'", get(b"/?a=1&b=")),
    ("curl 'https://example.invalid/?'", get(b"/?")),
    ("curl 'https://example.invalid/a?b=/../c'", get(b"/a?b=/../c")),
    ("curl https://example.invalid//v1//x", get(b"//v1//x")),
    ("curl https://example.invalid/é", get("/é".encode())),
    # Dot segments, as curl resolves them.
    ("curl https://example.invalid/a/./b/../c", get(b"/a/c")),
    ("curl https://example.invalid/../..", get(b"/")),
    ("curl https://example.invalid/a/b/.", get(b"/a/b/")),
    ("curl https://example.invalid/a/b/..", get(b"/a/")),
    ("curl --path-as-is https://example.invalid/a/./b/../c", get(b"/a/./b/../c")),
    # Methods.
    (f"curl -X DELETE {URL}", SignedRequest(b"DELETE", b"/v1/x?a=1")),
    (f"curl -XDELETE {URL}", SignedRequest(b"DELETE", b"/v1/x?a=1")),
    (f"curl --request put {URL}", SignedRequest(b"put", b"/v1/x?a=1")),
    (f"curl -I {URL}", SignedRequest(b"HEAD", b"/v1/x?a=1")),
    (f"curl --head {URL}", SignedRequest(b"HEAD", b"/v1/x?a=1")),
    # Headers.
    (
        f"curl {URL} -H 'X-Api-Key: k' -H \"A:b:c \" --header 'Empty;'",
        get(b"/v1/x?a=1", (b"X-Api-Key", b"k"), (b"A", b"b:c"), (b"Empty", b"")),
    ),
    (f"curl {URL} -H 'Host:' -H 'no header'", get()),
    (f"curl {URL} -HX-Api-Key:k", get(b"/v1/x?a=1", (b"X-Api-Key", b"k"))),
    (
        f"curl {URL} -A agent -e from --cookie a=b",
        get(b"/v1/x?a=1", (b"User-Agent", b"agent"), (b"Referer", b"from"), (b"Cookie", b"a=b")),
    ),
    # Bodies.
    (f"curl {URL} -d a=1", post(b"a=1", FORM)),
    (f"curl {URL} -da=1 --data b=2", post(b"a=1&b=2", FORM)),
    (f"curl {URL} --data-ascii a --data-binary b", post(b"a&b", FORM)),
    (f"curl {URL} --data-raw @name", post(b"@name", FORM)),
    (f"curl {URL} -d ''", post(b"", FORM)),
    (f"curl {URL} --json '{{}}'", post(b"{}", JSON)),
    (f"curl {URL} --json '[1' --json ',2]'", post(b"[1,2]", JSON)),
    (
        f"curl {URL} -H 'content-type: text/plain' -d a",
        post(b"a", (b"content-type", b"text/plain")),
    ),
    (f"curl {URL} -H 'content-type:' -d a", post(b"a")),
    (f"curl -X PUT {URL} -d a", post(b"a", FORM, method=b"PUT")),
    (
        f"curl {URL} -d $'a\\nb\\tc\\'d\\u00e9\\x41\\101\\\\\\q'",
        post("a\nb\tc'déAA\\q".encode(), FORM),
    ),
    (f"curl {URL} -d 'a\nb'", post(b"a\nb", FORM)),
    (f'curl {URL} -d "a\\"b\\\\c\\d\\\ne"', post(b'a"b\\c\\de', FORM)),
    # With -G the body becomes the query.
    (f"curl -G {URL} -d b=2 -d c=3", get(b"/v1/x?a=1&b=2&c=3")),
    ("curl --get https://example.invalid/x -d b=2", get(b"/x?b=2")),
    (f"curl -G {URL}", get()),
    (f"curl -GI {URL} -d b=2", SignedRequest(b"HEAD", b"/v1/x?a=1&b=2")),
    # Options that change nothing, alone and together.
    (f"curl -sS --compressed -k -o out -m 5 --max-time=5 -vLG {URL}", get()),
    (f"curl -sXPOST -o/dev/null {URL}", SignedRequest(b"POST", b"/v1/x?a=1")),
    # Lines, words and variables of the shell.
    (f"curl \\\n  -X PUT \\\r\n  {URL}", SignedRequest(b"PUT", b"/v1/x?a=1")),
    ("curl 'https://example.invalid'/a\\ \"b\"\\\nc", get(b"/a bc")),
    (
        f'curl {URL} -H "A: $TOKEN" -H B:${{TOKEN}}x -H "C: $EMPTY\\$TOKEN"',
        get(b"/v1/x?a=1", (b"A", b"m_Example"), (b"B", b"m_Examplex"), (b"C", b"$TOKEN")),
    ),
    (f"curl {URL} -H 'A: $TOKEN $x `y`'", get(b"/v1/x?a=1", (b"A", b"$TOKEN $x `y`"))),
    (f'curl {URL} -H "A: $ 5$"', get(b"/v1/x?a=1", (b"A", b"$ 5$"))),
    ("curl 'https://example.invalid/'$", get(b"/$")),
]


@pytest.mark.parametrize(("line", "expected"), CURL, ids=[row[0] for row in CURL])
def test_a_curl_line(line: str, expected: SignedRequest) -> None:
    assert read_request(line.encode(), variables=VARIABLES) == expected


QUOTE = "put quotes around the address, or take out what follows the request"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("curl -v", "the curl line has no addresses"),
        ("curl ", "the curl line has no addresses"),
        (
            "curl https://example.invalid -H Authorization: m_Secret",
            "the curl line has 2 addresses: put quotes around each header and the address",
        ),
        (
            'curl "https://example.invalid" ^\r\n -H "A: b"',
            "the curl line has 2 addresses: put quotes around each header and the address",
        ),
        (
            "curl https://example.invalid/?a=1&b=2",
            f"the curl line ends at an unquoted `&`: {QUOTE}",
        ),
        ("curl https://example.invalid | jq .", f"the curl line ends at an unquoted `|`: {QUOTE}"),
        ("curl https://example.invalid >out", f"the curl line ends at an unquoted `>`: {QUOTE}"),
        ("curl 'https://x", "the curl line ends inside quotes or behind a backslash"),
        ('curl "https://x', "the curl line ends inside quotes or behind a backslash"),
        ("curl $'https://x", "the curl line ends inside quotes or behind a backslash"),
        ("curl https://x \\", "the curl line ends inside quotes or behind a backslash"),
        ("curl https://x -d", "curl's option -d has no value"),
        ("curl https://x --request", "curl's option --request has no value"),
        ("curl https://x -d @order.json", "curl's -d names a file: write the body out"),
        ("curl https://x --json @-", "curl's --json names a file: write the body out"),
        (
            "curl https://x --data-binary @f",
            "curl's --data-binary names a file: write the body out",
        ),
        ("curl https://x -H @headers", "curl's -H names a file: write the headers out"),
        (
            "curl https://x -um_Key:m_Secret",
            "curl's option -u is not understood: take it out if it can be",
        ),
        (
            "curl https://x -svF a=b",
            "curl's option -F is not understood: take it out if it can be",
        ),
        (
            "curl https://x --oauth2-bearer=m_Secret",
            "curl's option --oauth2-bearer is not understood: take it out if it can be",
        ),
        (
            "curl https://x --data-urlencode a=b",
            "curl's option --data-urlencode is not understood: take it out if it can be",
        ),
        (
            'curl https://x -H "A: $OTHER"',
            (
                "the shell puts a value in the place of $OTHER: write that out, or put single "
                "quotes "
                "around a `$` that is meant"
            ),
        ),
        (
            "curl https://x -H A:$(cat token)",
            "the shell runs a command in the curl line: write its output out",
        ),
        (
            'curl https://x -H "A: `cat token`"',
            "the shell runs a command in the curl line: write its output out",
        ),
        (
            "curl https://x -d $'\\xe9'",
            "`\\x` beyond ASCII is not understood: write the text in UTF-8",
        ),
        (
            "curl https://x -d $'\\351'",
            "`\\x` beyond ASCII is not understood: write the text in UTF-8",
        ),
    ],
)
def test_a_curl_line_that_cannot_be_read(line: str, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(line.encode(), variables=VARIABLES)
    assert str(caught.value) == message


def test_a_curl_line_that_is_not_utf_8() -> None:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(b"curl https://x -d \xff")
    assert str(caught.value) == "the curl line is not UTF-8"


# HAR.


def har_request(**members: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "url": URL,
        "headers": [
            {"name": ":method", "value": "POST"},
            {"name": ":path", "value": "/v1/x?a=1"},
            {"name": "x-api-key", "value": "k"},
        ],
        "postData": {"mimeType": "application/json", "text": "{}"},
        **members,
    }


def log(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"entries": [{"request": request, "time": 1.5} for request in requests]}}


KEY = (b"x-api-key", b"k")


@pytest.mark.parametrize(
    ("value", "entry", "expected"),
    [
        (log(har_request()), 0, post(b"{}", KEY)),
        (log(har_request(), har_request(method="PUT")), 1, post(b"{}", KEY, method=b"PUT")),
        ({"request": har_request(), "time": 12.25}, 0, post(b"{}", KEY)),
        (har_request(), 7, post(b"{}", KEY)),
        (har_request(postData=None), 0, post(b"", KEY)),
        (har_request(postData={}), 0, post(b"", KEY)),
        (har_request(headers=[]), 0, post(b"{}")),
        (
            har_request(
                postData={"text": base64.b64encode(b"\xff\0").decode(), "encoding": "base64"}
            ),
            0,
            post(b"\xff\0", KEY),
        ),
        (har_request(url="https://example.invalid#part"), 0, post(b"{}", KEY, target=b"/")),
        (har_request(postData={"text": "é\ud800"}), 0, post(b"\xc3\xa9\xed\xa0\x80", KEY)),
        (har_request(url="https://[/\ud800"), 0, post(b"{}", KEY, target=b"/\xed\xa0\x80")),
    ],
)
@pytest.mark.parametrize("prefix", ["", " \r\n", "\ufeff"])
def test_a_har(value: Any, entry: int, prefix: str, expected: SignedRequest) -> None:
    assert read_request(prefix.encode() + json.dumps(value).encode(), entry) == expected


@pytest.mark.parametrize(
    ("octets", "count"),
    [
        (json.dumps(log(har_request())), 1),
        (json.dumps(log(har_request(), har_request())), 2),
        ("\ufeff \r\n" + json.dumps(log(*[har_request()] * 3)), 3),
        (json.dumps(log()), 1),
        (json.dumps({"request": har_request()}), 1),
        (json.dumps(har_request()), 1),
        ('{"log": []}', 1),
        ('{"log": {"entries": 7}}', 1),
        ("{", 1),
        ("[" * 3, 1),
        ("", 1),
        (f"curl {URL}", 1),
        ("GET / HTTP/1.1\n\n{}", 1),
    ],
)
def test_how_many_entries(octets: str, count: int) -> None:
    assert entries(octets.encode()) == count


NO_HAR = (
    "JSON, but no HAR: neither `log.entries` nor an entry with a `request` that has `method`, "
    "`url` and `headers`"
)


@pytest.mark.parametrize(
    ("value", "entry", "message"),
    [
        ({}, 0, NO_HAR),
        ({"log": {}}, 0, NO_HAR),
        ({"log": []}, 0, NO_HAR),
        ({"log": {"entries": {}}}, 0, "the HAR has 0 entries: there is no number 0"),
        ({"log": {"entries": ["m_Secret"]}}, 0, NO_HAR),
        ({"request": None}, 0, NO_HAR),
        (har_request(headers=None), 0, NO_HAR),
        (har_request(headers=[{"name": "m_Secret"}]), 0, NO_HAR),
        (har_request(headers=[{"name": 1, "value": "m_Secret"}]), 0, NO_HAR),
        (har_request(url=5), 0, NO_HAR),
        (har_request(url=None), 0, NO_HAR),
        (har_request(method=None), 0, NO_HAR),
        (har_request(postData=["m_Secret"]), 0, NO_HAR),
        (har_request(postData={"text": 5}), 0, NO_HAR),
        (har_request(postData={"text": 5, "encoding": "base64"}), 0, NO_HAR),
        (
            har_request(postData={"text": "é", "encoding": "base64"}),
            0,
            "the HAR's body is not base64",
        ),
        (
            har_request(postData={"text": "m_Secret", "encoding": "base64"}),
            0,
            "the HAR's body is not base64",
        ),
        (log(har_request()), 1, "the HAR has 1 entries: there is no number 1"),
        (log(har_request()), -1, "the HAR has 1 entries: there is no number -1"),
    ],
)
def test_json_that_is_no_har(value: Any, entry: int, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(json.dumps(value).encode(), entry)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2"),
        (b'{"m_Secret', "not JSON: Unterminated string starting at: line 1 column 2"),
        (b'{"a":' + b"[" * 100_000, "not JSON: maximum recursion depth exceeded"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit"),
    ],
)
def test_a_har_that_is_not_json(octets: bytes, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(octets)
    assert str(caught.value).startswith(message)


# Raw messages.

SIGNED = ((b"X-Api-Key", b"k"), (b"X-Timestamp", b"1"))


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"GET /v1/x?a=1 HTTP/1.1\r\n\r\n", get()),
        (b"GET /v1/x?a=1\n", get()),
        (b"GET /v1/x?a=1", get()),
        (b"\r\nGET /v1/x?a=1 HTTP/2\n\n", get()),
        (
            b"GET /v1/x?a=1 HTTP/1.1\r\nX-Api-Key:k\r\nX-Timestamp: \t1 \r\n\r\n",
            get(b"/v1/x?a=1", *SIGNED),
        ),
        (b"GET /v1/x?a=1 HTTP/1.1\nX-Api-Key: k\nX-Timestamp: 1\n", get(b"/v1/x?a=1", *SIGNED)),
        (b"POST /v1/x?a=1 HTTP/1.1\r\n\r\na\r\n\r\nb\n\nc", post(b"a\r\n\r\nb\n\nc")),
        (b"POST /v1/x?a=1 HTTP/1.1\nA: b\n\na\n\nb\r\n\r\n", post(b"a\n\nb\r\n\r\n", (b"A", b"b"))),
        (b"GET https://example.invalid/v1/x?a=1 HTTP/1.1\n\n", get()),
        (b"GET http://example.invalid HTTP/1.1\n\n", get(b"/")),
        (b"GET http://[\xff/\xff#x HTTP/1.1\n\n", get(b"/\xff")),
        (b"curly https://x", SignedRequest(b"curly", b"/")),  # a method of one's own
        (b"GET //v1/\xff? HTTP/1.1\nA:\xff\n\n", get(b"//v1/\xff?", (b"A", b"\xff"))),
        # What an editor adds to the file.
        (b"POST /v1/x?a=1\nContent-Length: 2\n\n{}\n", post(b"{}", (b"Content-Length", b"2"))),
        (b"POST /v1/x?a=1\nContent-Length: 2\n\n{}\r\n", post(b"{}", (b"Content-Length", b"2"))),
        (b"POST /v1/x?a=1\nContent-Length: 3\n\n{}\n", post(b"{}\n", (b"Content-Length", b"3"))),
        (b"POST /v1/x?a=1\nContent-Length: 1\n\n{}\n", post(b"{}\n", (b"Content-Length", b"1"))),
        (b"POST /v1/x?a=1\nContent-Length: x\n\n{}\n", post(b"{}\n", (b"Content-Length", b"x"))),
    ],
)
def test_a_raw_message(octets: bytes, expected: SignedRequest) -> None:
    assert read_request(octets) == expected


NO_REQUEST = (
    "neither a curl line, a HAR entry nor a raw request: a request starts with a line such as "
    "`GET /v1/asset/stock HTTP/1.1`"
)


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", NO_REQUEST),
        (b" \n\n ", NO_REQUEST),
        (b"curl", NO_REQUEST),
        (b"[]", NO_REQUEST),
        (b"\xff\xfe\x00", NO_REQUEST),
        (b"m_Secret", NO_REQUEST),
        (b"GET /a b HTTP/1.1", NO_REQUEST),
        (b"GET /x HTTP/1.1 \n\n", NO_REQUEST),
        (
            b"GET /x HTTP/1.1\r\nAuthorization:\r\n m_Secret\r\n\r\n",
            "line 3 has no colon: a header is `Name: value`",
        ),
    ],
)
def test_what_is_no_request(octets: bytes, message: str) -> None:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(octets)
    assert str(caught.value) == message


def test_a_huge_request_is_read() -> None:
    body = b"x" * (8 * 1024 * 1024)
    assert read_request(b"POST / HTTP/1.1\n\n" + body).body == body
    line = f"curl https://x -d '{'y' * (4 * 1024 * 1024)}'".encode()
    assert len(read_request(line).body) == 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.invalid/a?b#c", b"/a?b"),
        ("https://example.invalid", b"/"),
        ("https://user:word@example.invalid:1/a", b"/a"),
        ("https://[::1]:80/a\tb\n", b"/a\tb\n"),
        ("no address", b"/"),
    ],
)
def test_the_target_of_an_address(url: str, target: bytes) -> None:
    assert split_url(url) == target


# Nothing but UnreadableRequest is ever raised.


def read_or_refused(octets: bytes, entry: int = 0) -> None:
    with contextlib.suppress(UnreadableRequest):
        assert isinstance(read_request(octets, entry, VARIABLES), SignedRequest)


@given(st.binary(max_size=300), st.integers())
def test_any_octets(octets: bytes, entry: int) -> None:
    read_or_refused(octets, entry)


@given(st.sampled_from([b"curl ", b"$curl ", b"{", b'{"log":', b"GET "]), st.binary(max_size=200))
def test_any_octets_behind_a_good_start(start: bytes, octets: bytes) -> None:
    read_or_refused(start + octets)


@given(st.lists(st.sampled_from([*"curl -XHdGI'\"\\$`@:;=\n{}u0x/?#.", "--", "curl ", "http://"])))
def test_any_curl_line(pieces: list[str]) -> None:
    read_or_refused(("curl " + "".join(pieces)).encode())


EXAMPLES = [
    *(line.encode() for line, _ in CURL),
    json.dumps(log(har_request(), har_request())).encode(),
    json.dumps(har_request()).encode(),
    b"POST /v1/x HTTP/1.1\r\nX-Api-Key: k\r\nContent-Length: 2\r\n\r\n{}\n",
]


@given(st.data())
def test_mutated_examples(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(octets)))
        end = data.draw(st.integers(start, min(start + 4, len(octets))))
        octets[start:end] = data.draw(st.binary(max_size=4))
    read_or_refused(bytes(octets))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "log",
                    "entries",
                    "request",
                    "method",
                    "url",
                    "headers",
                    "name",
                    "value",
                    "postData",
                    "text",
                    "encoding",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["log", "request", "method", "url", "headers"]), JSON_VALUES)
)
def test_any_json(value: Any) -> None:
    read_or_refused(json.dumps(value).encode())
