"""The one request type."""

import pytest

from signers import SignedRequest

HEADERS = (
    (b"X-Api-Key", b"made-up-key"),
    (b"authorization", b"made-up-token"),
    (b"AUTHORIZATION", b" \tsecond \t"),
    (b"X-Empty", b""),
    (b"X-Line", b"\na\r"),
)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/v1/x", b"/v1/x", None),
        (b"/v1/x?", b"/v1/x", b""),
        (b"/v1/x?a=1", b"/v1/x", b"a=1"),
        (b"/v1/x?a=1?b", b"/v1/x", b"a=1?b"),
        (b"/v1/x??", b"/v1/x", b"?"),
        (b"?", b"", b""),
        (b"", b"", None),
        (b"*", b"*", None),
        (b"http://a/b?c#d", b"http://a/b", b"c#d"),
        (b"/\xe6\xb8\xaf?\xff", b"/\xe6\xb8\xaf", b"\xff"),
    ],
)
def test_path_and_query(target: bytes, path: bytes, query: bytes | None) -> None:
    request = SignedRequest(b"GET", target)
    assert (request.path, request.query) == (path, query)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"x-api-key", (b"made-up-key",)),
        (b"Authorization", (b"made-up-token", b"second")),
        (b"x-empty", (b"",)),
        (b"x-line", (b"\na\r",)),  # no optional white space: a parser lets neither pass
        (b"x-api", ()),
    ],
)
def test_values(name: bytes, expected: tuple[bytes, ...]) -> None:
    assert SignedRequest(b"GET", b"/", HEADERS).values(name) == expected


def test_with_headers() -> None:
    bare = SignedRequest(b"POST", b"/v1/x?", HEADERS[:1], b"{}")
    assert bare.with_headers(iter(HEADERS[1:3])) == SignedRequest(
        b"POST", b"/v1/x?", HEADERS[:3], b"{}"
    )
    assert bare == SignedRequest(b"POST", b"/v1/x?", HEADERS[:1], b"{}")


def test_defaults() -> None:
    assert SignedRequest(b"GET", b"/") == SignedRequest(b"GET", b"/", (), b"")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            SignedRequest(b"POST", b"/v1/x?a=1", HEADERS, b"{}"),
            (
                "<SignedRequest POST /v1/x?a=1 headers=[X-Api-Key, authorization, AUTHORIZATION, "
                "X-Empty, X-Line] body=2 octets>"
            ),
        ),
        (SignedRequest(b"GET", b"/"), "<SignedRequest GET / headers=[] body=0 octets>"),
        (
            SignedRequest(b"G\nT", b"/\x1b[2J\xff\\", ((b"A\r\xe9", b"v"),)),
            "<SignedRequest G\\nT /\\x1b[2J\\xff\\\\ headers=[A\\r\\xe9] body=0 octets>",
        ),
    ],
)
def test_repr(request_: SignedRequest, expected: str) -> None:
    assert (repr(request_), str(request_), f"{request_}") == (expected,) * 3
