"""What httpx sends with `LongbridgeAuth` is what was signed.

The transport of most tests keeps each request as httpx hands it over; one test reads the octets
off a loopback socket. The expected signature is computed from what arrived, with hashlib and hmac.
"""

import asyncio
import hmac
import socketserver
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha1, sha256
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.longbridge import InvalidMethod, InvalidTarget, Signer
from signers.longbridge.auth import LongbridgeAuth, TimestampForm
from signers.longbridge.errors import InsecureUrl, RedirectFollowed

KEY = "made-up-key"
SECRET = b"made-up-secret"
TOKEN = "made-up-token"
SIGNER = Signer(KEY, SECRET, TOKEN)
NANOSECONDS = 1_539_095_200_123_987_654
URL = "https://openapi.example.test/v1/x"
JSON_TYPE = "application/json; charset=utf-8"


def auth(form: TimestampForm = TimestampForm.SECONDS) -> LongbridgeAuth:
    return LongbridgeAuth(SIGNER, timestamp_form=form, clock=lambda: NANOSECONDS)


def oracle(method: str, raw_path: bytes, body: bytes, timestamp: str = "1539095200") -> str:
    path, _, query = raw_path.decode().partition("?")
    digest = sha1(body).hexdigest() if body else ""
    canonical = (
        f"{method}|{path}|{query}|authorization:{TOKEN}\nx-api-key:{KEY}\nx-timestamp:{timestamp}\n"
        f"|authorization;x-api-key;x-timestamp|{digest}"
    )
    text = "HMAC-SHA256|" + sha1(canonical.encode()).hexdigest()
    return (
        "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
        + hmac.new(SECRET, text.encode(), sha256).hexdigest()
    )


def auth_headers(signature: str, timestamp: str = "1539095200") -> dict[str, list[str]]:
    return {
        "x-api-key": [KEY],
        "authorization": [TOKEN],
        "x-timestamp": [timestamp],
        "x-api-signature": [signature],
    }


class Log:
    """A transport's handler that keeps what it receives and answers what it was told to."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers.pop(0) if self._answers else httpx.Response(200)

    def received(self, index: int = 0) -> dict[str, list[str]]:
        """Return every value of the four authentication headers of one request."""
        headers = self.requests[index].headers
        names = ("x-api-key", "authorization", "x-timestamp", "x-api-signature")
        return {name: headers.get_list(name) for name in names}


def send(method: str, url: str, log: Log | None = None, **options: Any) -> Log:
    """Send one request with a client of its own, and return what arrived."""
    log = log or Log()
    names = {"base_url", "follow_redirects"} & options.keys()
    client_options = {name: options.pop(name) for name in names}
    with httpx.Client(transport=httpx.MockTransport(log), auth=auth(), **client_options) as client:
        client.request(method, url, **options)
    return log


def send_async(method: str, url: str, **options: Any) -> Log:
    log = Log()

    async def run() -> None:
        transport = httpx.MockTransport(log)
        async with httpx.AsyncClient(transport=transport, auth=auth()) as client:
            await client.request(method, url, **options)

    asyncio.run(run())
    return log


def generated(*chunks: bytes) -> Callable[[], Iterator[bytes]]:
    def chunk_by_chunk() -> Iterator[bytes]:
        yield from chunks

    return chunk_by_chunk


def generated_async(*chunks: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def chunk_by_chunk() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return chunk_by_chunk


@pytest.mark.parametrize(
    ("method", "url", "options", "target", "body"),
    [
        ("GET", "/v1/x", {}, b"/v1/x", b""),
        ("get", "/v1/x?", {}, b"/v1/x?", b""),
        ("GET", "/v1/x?b=2&a=1", {}, b"/v1/x?b=2&a=1", b""),
        ("GET", "/v1/x??a", {}, b"/v1/x??a", b""),
        ("GET", "/v1/x#top", {}, b"/v1/x", b""),
        ("GET", "", {}, b"/", b""),
        ("GET", "//v1//x", {}, b"//v1//x", b""),
        (
            "GET",
            "/v1/x",
            {"params": {"symbol": ["700.HK", "AAPL.US"], "note": "港 ~*/:+"}},
            b"/v1/x?symbol=700.HK&symbol=AAPL.US&note=%E6%B8%AF+~%2A%2F%3A%2B",
            b"",
        ),
        ("GET", "/v1/港/%2f", {}, b"/v1/%E6%B8%AF/%2f", b""),
        ("POST", "/v1/x", {"json": {"b": "港", "a": [1]}}, b"/v1/x", '{"b":"港","a":[1]}'.encode()),
        ("PUT", "/v1/x", {"content": b'""'}, b"/v1/x", b'""'),
        ("POST", "/v1/x", {"content": b""}, b"/v1/x", b""),
        ("POST", "/v1/x", {"data": {"a": "1 2", "b": "é"}}, b"/v1/x", b"a=1+2&b=%C3%A9"),
        ("DELETE", "/v1/x?order_id=1", {}, b"/v1/x?order_id=1", b""),
    ],
)
def test_what_arrives_is_what_was_signed(
    method: str, url: str, options: dict[str, Any], target: bytes, body: bytes
) -> None:
    expected = (
        method.upper(),
        target,
        body,
        auth_headers(oracle(method.upper(), target, body)),
    )
    found = []
    for log in (
        send(method, "https://openapi.example.test" + url, **options),
        send_async(method, "https://openapi.example.test" + url, **options),
    ):
        (request,) = log.requests
        found.append((request.method, request.url.raw_path, request.content, log.received()))
    assert found == [expected, expected]


def test_a_path_prefix_of_the_base_url_is_signed() -> None:
    log = send("GET", "/v1/x", base_url="https://openapi.example.test/prefix/", params={"a": "1"})
    target = b"/prefix/v1/x?a=1"
    assert (log.requests[0].url.raw_path, log.received()) == (
        target,
        auth_headers(oracle("GET", target, b"")),
    )


@pytest.mark.parametrize("chunks", [(b'{"a":', b"", b"1}"), (), (b"",), (b"\x00\xff" * 70_000,)])
def test_streamed_bodies_are_signed_whole(chunks: tuple[bytes, ...]) -> None:
    body = b"".join(chunks)
    expected = (body, auth_headers(oracle("POST", b"/v1/x", body)))
    found = [
        (log.requests[0].content, log.received())
        for log in (
            send("POST", URL, content=generated(*chunks)()),
            send_async("POST", URL, content=generated_async(*chunks)()),
        )
    ]
    assert found == [expected, expected]


PRINTABLE = st.characters(exclude_categories=["C", "Z"])
TEXT = st.text(PRINTABLE | st.just(" "), max_size=12)
BODIES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"content": st.binary(max_size=40) | TEXT}),
    st.fixed_dictionaries({"data": st.dictionaries(TEXT, TEXT, max_size=3)}),
    st.fixed_dictionaries(
        {"json": st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3)}
    ),
    st.fixed_dictionaries({"files": st.dictionaries(TEXT, st.binary(max_size=9), max_size=2)}),
)
PARAMETERS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {
            "params": st.lists(st.tuples(TEXT, TEXT), max_size=3)
            | st.dictionaries(TEXT, TEXT | st.lists(TEXT, max_size=2), max_size=3)
        }
    ),
)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "patch"]),
    path=TEXT,
    query=st.just("") | TEXT.map("?".__add__),
    options=st.builds(dict.__or__, BODIES, PARAMETERS),
)
def test_whatever_httpx_builds_is_signed_as_sent(
    *, method: str, path: str, query: str, options: dict[str, Any]
) -> None:
    url = f"https://openapi.example.test/{path}{query}"
    for log in (send(method, url, **options), send_async(method, url, **options)):
        (request,) = log.requests
        assert log.received() == auth_headers(
            oracle(method.upper(), request.url.raw_path, request.content)
        )


@pytest.mark.parametrize(
    ("form", "nanoseconds", "expected"),
    [
        (TimestampForm.SECONDS, NANOSECONDS, "1539095200"),
        (TimestampForm.MILLISECONDS, NANOSECONDS, "1539095200123"),
        (TimestampForm.FRACTIONAL_SECONDS, NANOSECONDS, "1539095200.123"),
        (TimestampForm.SECONDS, 1_539_095_200_999_999_999, "1539095200"),
        (TimestampForm.MILLISECONDS, 1_539_095_200_999_999_999, "1539095200999"),
        (TimestampForm.FRACTIONAL_SECONDS, 1_539_095_200_999_999_999, "1539095200.999"),
        (TimestampForm.FRACTIONAL_SECONDS, 1_539_095_200_001_000_000, "1539095200.001"),
        (TimestampForm.FRACTIONAL_SECONDS, 1_539_095_200_000_000_000, "1539095200.000"),
    ],
)
def test_timestamp_forms(form: TimestampForm, nanoseconds: int, expected: str) -> None:
    log = Log()
    signing = LongbridgeAuth(SIGNER, timestamp_form=form, clock=lambda: nanoseconds)
    with httpx.Client(transport=httpx.MockTransport(log), auth=signing) as client:
        client.get(URL)
    assert (form.write(nanoseconds), log.received()) == (
        expected,
        auth_headers(oracle("GET", b"/v1/x", b"", expected), expected),
    )


def test_each_request_reads_the_clock_anew() -> None:
    log = Log()
    instants = iter([1_000_000_000, 2_000_000_000])
    signing = LongbridgeAuth(SIGNER, clock=lambda: next(instants))
    with httpx.Client(transport=httpx.MockTransport(log), auth=signing) as client:
        client.get(URL)
        client.get(URL)
    assert [log.received(0), log.received(1)] == [
        auth_headers(oracle("GET", b"/v1/x", b"", "1"), "1"),
        auth_headers(oracle("GET", b"/v1/x", b"", "2"), "2"),
    ]


def test_the_forms_have_names() -> None:
    assert [str(form) for form in TimestampForm] == [
        "seconds",
        "milliseconds",
        "fractional-seconds",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"content": b""}, []),
        ({"content": b"{}"}, [JSON_TYPE]),
        ({"content": generated(b"{", b"}")()}, [JSON_TYPE]),
        ({"content": generated()()}, []),
        ({"json": {}}, ["application/json"]),
        ({"data": {"a": "1"}}, ["application/x-www-form-urlencoded"]),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, ["text/plain"]),
        ({"headers": {"content-type": "text/plain"}}, ["text/plain"]),
    ],
)
def test_content_type(options: dict[str, Any], expected: list[str]) -> None:
    log = send("POST", URL, **options)
    assert log.requests[0].headers.get_list("Content-Type") == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Timestamp": "1"},
        [("x-timestamp", "1"), ("X-TIMESTAMP", "2")],
        [("X-Api-Key", "other"), ("authorization", "Bearer x"), ("X-Api-Signature", "old")],
    ],
)
def test_headers_that_the_caller_set_are_replaced(headers: Any) -> None:
    log = send("GET", URL, headers=headers)
    assert log.received() == auth_headers(oracle("GET", b"/v1/x", b""))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://openapi.example.test/v1/x?a=1", "http://openapi.example.test"),
        ("http://openapi.example.test:8080/", "http://openapi.example.test:8080"),
        ("http://user:pass@openapi.example.test/", "http://openapi.example.test"),
        ("http://localhost.example.test/", "http://localhost.example.test"),
        ("http://127.0.0.1.example.test/", "http://127.0.0.1.example.test"),
        ("http://192.0.2.1/", "http://192.0.2.1"),
        ("http://0.0.0.0/", "http://0.0.0.0"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]"),
        ("http://[::2]:80/", "http://[::2]"),
        ("ws://openapi.example.test/", "ws://openapi.example.test"),
        ("http://港.example.test/", "http://xn--j6w.example.test"),
    ],
)
def test_unencrypted_addresses_are_refused_before_sending(url: str, origin: str) -> None:
    log = Log()
    with pytest.raises(InsecureUrl) as caught:
        send("GET", url, log)
    assert (log.requests, caught.value.origin, caught.value.reason, str(caught.value)) == (
        [],
        origin,
        "insecure-url",
        (
            f"{origin} is not encrypted and not loopback: the access token would travel in the "
            "clear; use https"
        ),
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/v1/x",
        "http://LOCALHOST:8080/v1/x",
        "http://127.0.0.1/v1/x",
        "http://127.1.2.3:9/v1/x",
        "http://[::1]:8080/v1/x",
        "https://192.0.2.1/v1/x",
    ],
)
def test_loopback_and_https_are_signed(url: str) -> None:
    assert send("GET", url).received() == auth_headers(oracle("GET", b"/v1/x", b""))


def test_what_cannot_be_signed_is_not_sent() -> None:
    log = Log()
    with pytest.raises(InvalidMethod):
        send("M-SEARCH", URL, log)
    with pytest.raises(InvalidTarget):
        send("GET", URL, log, extensions={"target": "/港".encode()})
    assert log.requests == []


def redirect(location: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"Location": location})


@pytest.mark.parametrize(
    ("status", "location", "hops", "token_sent_on"),
    [
        (
            307,
            "https://other.example.test:444/v1/y?token=1",
            ("https://openapi.example.test", "https://other.example.test:444"),
            [],
        ),
        (
            302,
            "http://other.example.test/v1/y",
            ("https://openapi.example.test", "http://other.example.test"),
            [],
        ),
        (
            301,
            "/v1/y",
            ("https://openapi.example.test", "https://openapi.example.test"),
            [TOKEN],
        ),
    ],
)
def test_a_followed_redirect_is_an_error(
    status: int, location: str, hops: tuple[str, ...], token_sent_on: list[str]
) -> None:
    log = Log(redirect(location, status))
    with pytest.raises(RedirectFollowed) as caught:
        send("GET", URL, log, follow_redirects=True)
    error = caught.value
    assert (error.hops, error.reason, str(error)) == (
        hops,
        "redirect-followed",
        (
            f"the client followed a redirect ({hops[0]} -> {hops[1]}): the API key and a signature "
            "for another request went along; send with follow_redirects=False and call the final "
            "address"
        ),
    )
    # This is why: httpx takes off Authorization at most, the rest reached the second host.
    first, second = log.received(0), log.received(1)
    assert first == auth_headers(oracle("GET", b"/v1/x", b""))
    assert second == first | {"authorization": token_sent_on}


def test_several_redirects_are_told_in_order() -> None:
    log = Log(redirect("https://b.example.test/"), redirect("https://c.example.test/"))
    with pytest.raises(RedirectFollowed) as caught:
        send("GET", URL, log, follow_redirects=True)
    assert caught.value.hops == (
        "https://openapi.example.test",
        "https://b.example.test",
        "https://c.example.test",
    )


def test_a_redirect_followed_by_an_async_client_is_an_error() -> None:
    log = Log(redirect("https://other.example.test/"))

    async def run() -> None:
        transport = httpx.MockTransport(log)
        async with httpx.AsyncClient(transport=transport, auth=auth()) as client:
            await client.get(URL, follow_redirects=True)

    with pytest.raises(RedirectFollowed) as caught:
        asyncio.run(run())
    assert caught.value.hops == ("https://openapi.example.test", "https://other.example.test")


def test_a_redirect_that_is_not_followed_is_an_answer() -> None:
    log = Log(redirect("https://other.example.test/"))
    with httpx.Client(transport=httpx.MockTransport(log), auth=auth()) as client:
        answer = client.get(URL)
    assert (answer.status_code, answer.headers["Location"], len(log.requests)) == (
        307,
        "https://other.example.test/",
        1,
    )


class Recorder(socketserver.ThreadingTCPServer):
    """Keeps the octets of each request; each has a body and closes its connection."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.messages: list[tuple[bytes, list[bytes], bytes]] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(socketserver.StreamRequestHandler):
    """Reads one HTTP/1.1 request by hand and answers 200."""

    server: Recorder

    def handle(self) -> None:
        request_line = self.rfile.readline()
        headers = list(iter(self.rfile.readline, b"\r\n"))
        if any(line.lower() == b"transfer-encoding: chunked\r\n" for line in headers):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            sizes = [line for line in headers if line.lower().startswith(b"content-length:")]
            body = self.rfile.read(int(sizes[0].partition(b":")[2]))
        self.server.messages.append((request_line, headers, body))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("url", "options", "target", "body"),
    [
        ("/v1/x?", {"content": b"{}"}, b"/v1/x?", b"{}"),
        ("//v1/港?a=港&b=~*", {"json": "港"}, b"//v1/%E6%B8%AF?a=%E6%B8%AF&b=~*", '"港"'.encode()),
        ("/v1/x", {"content": generated(b"{", b"}")()}, b"/v1/x", b"{}"),
        # The extension of httpx that replaces what stands in the request line.
        (
            "/v1/x?a=1",
            {"content": b"{}", "extensions": {"target": b"/v1/y?b=|"}},
            b"/v1/y?b=|",
            b"{}",
        ),
    ],
)
def test_the_octets_on_the_wire(
    recorder: Recorder, url: str, options: dict[str, Any], target: bytes, body: bytes
) -> None:
    with httpx.Client(auth=auth(), trust_env=False) as client:
        client.post(recorder.origin + url, **options)
    ((request_line, headers, sent),) = recorder.messages
    wanted = ("x-api-key", "authorization", "x-timestamp", "x-api-signature")
    pairs = [line.decode().rstrip("\r\n").partition(": ")[::2] for line in headers]
    received = {name: [value for key, value in pairs if key.lower() == name] for name in wanted}
    assert (request_line, sent, received) == (
        b"POST " + target + b" HTTP/1.1\r\n",
        body,
        auth_headers(oracle("POST", target, body)),
    )
