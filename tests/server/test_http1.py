"""Octets in, messages or a refusal out: by tables, cut at every place, against h11, at random."""

from itertools import pairwise

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signers import SignedRequest
from signproof.server.head import read_head
from signproof.server.http1 import Message, Reader, Refusal
from signproof.server.limits import Limits

HOST = b"Host: x\r\n"
LIMITS = Limits(head_octets=120, body_octets=40)
BLANK = b"\r\n"


def read(*pieces: bytes, limits: Limits = LIMITS) -> list[Message | Refusal]:
    """Read *pieces*, and then the end of the connection."""
    reader = Reader(limits)
    found: list[Message | Refusal] = []
    for piece in pieces:
        reader.feed(piece)
        while (one := reader.next()) is not None:
            found.append(one)
    cut = reader.end()
    if cut is not None:
        found.append(cut)
    assert (reader.next(), reader.end(), reader.expire()) == (None, None, None)
    return found


def message(
    raw: bytes,
    method: bytes,
    target: bytes,
    headers: tuple[tuple[bytes, bytes], ...] = ((b"Host", b"x"),),
    body: bytes = b"",
    *,
    keep_alive: bool = True,
) -> Message:
    return Message(raw, SignedRequest(method, target, headers, body), keep_alive)


def plain(line: bytes) -> Message:
    method, target, _ = line.split(b" ")
    return message(line + b"\r\n" + HOST + BLANK, method, target)


CHUNKED = b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
CHUNKED_HEADERS = ((b"Host", b"x"), (b"Transfer-Encoding", b"Chunked"))

READ: dict[str, Message] = {
    "bare question mark": plain(b"GET /a? HTTP/1.1"),
    "slashes, dots, case of escapes": plain(b"GET //a/../b//./%7e%7E%zz HTTP/1.1"),
    "fragment": plain(b"GET /a?b#c?d HTTP/1.1"),
    "absolute form": plain(b"GET http://h:1//a? HTTP/1.1"),
    "asterisk": plain(b"OPTIONS * HTTP/1.1"),
    "authority form": plain(b"CONNECT h:443 HTTP/1.1"),
    "method in lower case": plain(b"get / HTTP/1.1"),
    "unusual method": plain(b"M-SEARCH! / HTTP/1.1"),
    "quotes and brackets": plain(b"GET /<\"{|}\\^`'> HTTP/1.1"),
    "headers": message(
        b"GET / HTTP/1.1\r\nX-b:1\r\nHOST:x\r\nx-B: \t2 \t\r\nx:\r\nX-b:\xe9\x01 \xff\r\n\r\n",
        b"GET",
        b"/",
        ((b"X-b", b"1"), (b"HOST", b"x"), (b"x-B", b"2"), (b"x", b""), (b"X-b", b"\xe9\x01 \xff")),
    ),
    "length": message(
        b"PUT / HTTP/1.1\r\ncontent-length: 007\r\nHost: x\r\n\r\n\r\n\x00\xffab\n",
        b"PUT",
        b"/",
        ((b"content-length", b"007"), (b"Host", b"x")),
        b"\r\n\x00\xffab\n",
    ),
    "length nought": message(
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"PUT",
        b"/",
        ((b"Host", b"x"), (b"Content-Length", b"0")),
    ),
    "largest body": message(
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n" + b"a" * 40,
        b"GET",
        b"/",
        ((b"Host", b"x"), (b"Content-Length", b"40")),
        b"a" * 40,
    ),
    "largest head": plain(b"GET /" + b"a" * 93 + b" HTTP/1.1"),
    "chunks": message(
        CHUNKED + b"3\r\na\r\n\r\n0A\r\n0123456789\r\n0\r\n\r\n",
        b"POST",
        b"/c",
        CHUNKED_HEADERS,
        b"a\r\n0123456789",
    ),
    "chunk extension and trailer": message(
        CHUNKED + b'2;a="b"\r\n\xff\x00\r\n000;z\r\nT: \xe9\r\nu:\r\n\r\n',
        b"POST",
        b"/c",
        CHUNKED_HEADERS,
        b"\xff\x00",
    ),
    "no chunk": message(CHUNKED + b"0\r\n\r\n", b"POST", b"/c", CHUNKED_HEADERS),
    "largest chunks": message(
        CHUNKED + b"1d\r\n" + b"b" * 29 + b"\r\n0\r\n\r\n",
        b"POST",
        b"/c",
        CHUNKED_HEADERS,
        b"b" * 29,
    ),
    "close": message(
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n",
        b"GET",
        b"/",
        ((b"Host", b"x"), (b"Connection", b"TE, Close")),
        keep_alive=False,
    ),
    "1.0": message(
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"GET",
        b"/",
        ((b"Connection", b"keep-alive"),),
        keep_alive=False,
    ),
}

CR = "the head has a CR that is not followed by LF"
LF = "the head has a line that ends in LF alone: end lines with CR LF"
FOLD = "the head has a line that begins with white space (obsolete folding)"
BLANK_LINE = "there is a blank line where a request line is due"
NOT_ASCII = "the request line has an octet that is not printable ASCII: percent-encode the target"
TLS = "this is TLS on a port without it: use http:// in the base URL"
VERSION = "the HTTP version is neither 1.1 nor 1.0"
CODING = "the transfer coding is another one than chunked"
LENGTHS = "there are several Content-Length headers"
NO_NUMBER = "Content-Length is not a number of octets"
HEAD_LARGE = "the head is larger than 120 octets"
CHUNK_END = "a line between the chunks does not end in CR LF"
TRAILER = "a trailer behind the chunks is malformed"
START = b"GET / HTTP/1.1\r\n"

REFUSED: dict[str, tuple[bytes, int, str]] = {
    "CR in a value": (START + b"Host: x\ry\r\n\r\n", 400, CR),
    "CR CR LF": (START[:-2] + b"\r\r\nHost: x\r\n\r\n", 400, CR),
    "LF throughout": (b"GET / HTTP/1.1\nHost: x\n\n", 400, LF),
    "LF at one line": (START + b"A: b\nHost: x\r\n\r\n", 400, LF),
    "LF as blank line": (START + b"Host: x\r\n\n", 400, LF),
    "folded by a space": (START + HOST + b"A: b\r\n c\r\n\r\n", 400, FOLD),
    "folded by a tab": (START + b"\tA: b\r\nHost: x\r\n\r\n", 400, FOLD),
    "blank line first": (b"\r\n", 400, BLANK_LINE),
    "LF first": (b"\n", 400, BLANK_LINE),
    "target not ASCII": (b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST + BLANK, 400, NOT_ASCII),
    "target with NUL": (b"GET /\0 HTTP/1.1\r\n" + HOST + BLANK, 400, NOT_ASCII),
    "target with a space": (b"GET /a b HTTP/1.1\r\n" + HOST + BLANK, 400, "illegal request line"),
    "no version": (b"GET /\r\n" + HOST + BLANK, 400, "illegal request line"),
    "version in lower case": (b"GET / http/1.1\r\n" + HOST + BLANK, 400, "illegal request line"),
    "method no token": (b"G(T / HTTP/1.1\r\n" + HOST + BLANK, 400, "illegal request line"),
    "version 2": (b"GET / HTTP/2.0\r\n" + HOST + BLANK, 505, VERSION),
    "version 1.2": (b"GET / HTTP/1.2\r\n" + HOST + BLANK, 505, VERSION),
    "version 0.9": (b"GET / HTTP/0.9\r\n\r\n", 505, VERSION),
    "version 3": (b"GET / HTTP/3\r\n\r\n", 505, VERSION),
    "preface of HTTP/2": (
        b"PRI * HTTP/2.0\r\n\r\n",
        505,
        "this is the preface of HTTP/2: let the client speak HTTP/1.1",
    ),
    "header without colon": (START + HOST + b"SECRET\r\n\r\n", 400, "illegal header line"),
    "space before colon": (START + HOST + b"A : SECRET\r\n\r\n", 400, "illegal header line"),
    "NUL in a value": (START + HOST + b"A: SECRET\0\r\n\r\n", 400, "illegal header line"),
    "name not ASCII": (START + HOST + b"\xe9: SECRET\r\n\r\n", 400, "illegal header line"),
    "no host": (START + BLANK, 400, "the Host header is missing"),
    "two hosts": (START + HOST + HOST + BLANK, 400, "there are several Host headers"),
    "two hosts in 1.0": (
        b"GET / HTTP/1.0\r\n" + HOST + HOST + BLANK,
        400,
        "there are several Host headers",
    ),
    "two lengths": (
        START + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
        LENGTHS,
    ),
    "two equal lengths": (
        START + HOST + b"Content-Length: 1\r\ncontent-length: 1\r\n\r\n",
        400,
        LENGTHS,
    ),
    "list of lengths": (START + HOST + b"Content-Length: 1, 1\r\n\r\n", 400, NO_NUMBER),
    "signed length": (START + HOST + b"Content-Length: +1\r\n\r\n", 400, NO_NUMBER),
    "empty length": (START + HOST + b"Content-Length:\r\n\r\n", 400, NO_NUMBER),
    "length and coding": (
        START + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        "there are both Content-Length and Transfer-Encoding",
    ),
    "coding in 1.0": (
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        "Transfer-Encoding came with a version that does not know it",
    ),
    "other coding": (START + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, CODING),
    "empty coding": (START + HOST + b"Transfer-Encoding:\r\n\r\n", 501, CODING),
    "two codings": (
        START + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        501,
        CODING,
    ),
    "head too large": (START + b"A: " + b"a" * 101, 431, HEAD_LARGE),
    "head one octet too large": (START + b"A: " + b"a" * 98 + b"\r\n\r", 431, HEAD_LARGE),
    "length too large": (
        START + HOST + b"Content-Length: 41\r\n\r\n",
        413,
        "the body is larger than 40 octets",
    ),
    "length of 21 digits": (
        START + HOST + b"Content-Length: 000000000000000000001\r\n\r\n",
        413,
        "Content-Length is beyond any body",
    ),
    "chunk too large": (CHUNKED + b"1\r\na\r\nff\r\n", 413, "the body is too large"),
    "chunk line too long": (CHUNKED + b"1;" + b"a" * 38, 413, "the body is too large"),
    "chunk of 17 digits": (
        CHUNKED + b"00000000000000001\r\n",
        400,
        "a chunk does not begin with its size",
    ),
    "chunk without size": (CHUNKED + b"\r\n", 400, "a chunk does not begin with its size"),
    "space behind size": (CHUNKED + b"1 \r\n", 400, "a chunk does not begin with its size"),
    "chunk line with LF": (CHUNKED + b"1\n", 400, CHUNK_END),
    "chunk line with CR": (CHUNKED + b"1;\r\r\n", 400, CHUNK_END),
    "chunk too short": (CHUNKED + b"1\r\nab\r", 400, "a chunk is not as long as its size says"),
    "trailer with LF": (CHUNKED + b"0\r\na: b\n", 400, CHUNK_END),
    "trailer folded": (CHUNKED + b"0\r\na: b\r\n c\r\n", 400, TRAILER),
    "trailer without colon": (CHUNKED + b"0\r\nSECRET\r\n", 400, TRAILER),
    "TLS": (b"\x16\x03\x01\x00\x04\x01SEC", 400, TLS),
    "long TLS": (b"\x16\x03\x01\xff\xff" + b"\0" * 115, 400, TLS),
}
# What lies behind the octet that decides: it is thrown away.
BEHIND = {
    "head too large": b"a",
    "chunk line too long": b"a",
    "TLS": b"RET",
    "two lengths": b"a",
    "head one octet too large": b"\n",
    "preface of HTTP/2": b"SM\r\n\r\n",
    "chunk without size": b"0\r\n\r\n",
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_wherever_it_is_cut(name: str) -> None:
    expected = READ[name]
    follower = READ["bare question mark"]
    octets = expected.raw + follower.raw
    for cut in range(len(octets) + 1):
        assert read(octets[:cut], octets[cut:]) == [expected, follower]
    assert read(*(octets[at : at + 1] for at in range(len(octets)))) == [expected, follower]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_wherever_it_is_cut(name: str) -> None:
    raw, status, text = REFUSED[name]
    first = READ["length"]
    octets = first.raw + raw + BEHIND.get(name, b"")
    expected = [first, Refusal(raw, status, text)]
    for cut in range(len(octets) + 1):
        assert read(octets[:cut], octets[cut:]) == expected
    assert "SECRET" not in repr(expected[1:])


def test_cut_off_messages() -> None:
    def cut_off(octets: bytes) -> tuple[list[Message | Refusal], Refusal | None]:
        reader = Reader(LIMITS)
        reader.feed(octets)
        assert reader.next() is None
        return read(octets), reader.expire()

    table = [
        (b"G", "after 1 octets of a head"),
        (START + HOST + b"\r", "after 26 octets of a head"),
        (START + HOST + b"Content-Length: 5\r\n\r\nab", "after 2 octets of a body of 5"),
        (CHUNKED + b"5\r\nabc", "after 6 octets of a body"),
        (
            b"\x16\x03\x01",
            "after 3 octets of a TLS record: use http:// in the base URL",
        ),
    ]
    for octets, where in table:
        assert cut_off(octets) == (
            [Refusal(octets, 400, f"the connection ended {where}")],
            Refusal(octets, 408, f"the message stopped {where}"),
        )
    assert read() == []


def test_continue_is_wanted_once_and_only_before_the_body() -> None:
    def wanted(*pieces: bytes) -> list[bool]:
        reader = Reader(LIMITS)
        seen = []
        for piece in pieces:
            reader.feed(piece)
            reader.next()
            seen += [reader.wants_continue(), reader.wants_continue()]
        return seen

    length = START + HOST + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n"
    chunked = CHUNKED[:-2] + b"expect: a, 100-continue\r\n\r\n"
    assert wanted(length[:-1], length[-1:], b"a") == [False, False, True, False, False, False]
    assert wanted(chunked, b"1") == [True, False, False, False]
    assert wanted(chunked + b"1", b"\r\n") == [False] * 4
    assert wanted(length.replace(b": 1\r", b": 0\r")) == [False, False]
    assert wanted(length.replace(b"/1.1", b"/1.0")) == [False, False]
    assert wanted(length.replace(b": 1\r", b": 99\r")) == [False, False]  # refused with 413
    assert wanted(START + HOST + b"Content-Length: 1\r\n\r\n") == [False, False]


def test_reprs_show_no_values() -> None:
    one = message(b"SECRET", b"GET", b"/", ((b"A", b"SECRET"),), b"SECRET")
    assert repr(one) == "<Message <SignedRequest GET / headers=[A] body=6 octets> raw=6 octets>"
    assert repr(Refusal(b"SECRET", 400, "bad")) == "<Refusal 400 'bad' raw=6 octets>"
    head = read_head(START + b"Host: SECRET\r\n\r\n")
    assert repr(head) == "<Head headers=1 length=0>"


FRAGMENTS = st.sampled_from(
    [
        *(b"GET ", b"/a?", b" HTTP/1.1", b" HTTP/1.0", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b" "),
        *(HOST, START, b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", CHUNKED),
        *(b"3\r\nabc\r\n", b"0\r\n\r\n", b"a: b\r\n", b"3;x\r\n", b"\x16\x03\x01\x00\x01", b"\0"),
        *(START + HOST + BLANK, b"Connection: close\r\n"),
    ]
)
OCTETS = st.lists(FRAGMENTS | st.binary(max_size=6), max_size=14).map(b"".join)


@given(octets=OCTETS, cuts=st.lists(st.integers(0, 200), max_size=5))
@example(octets=START + HOST + BLANK + b"G", cuts=[1])
def test_any_octets_however_cut(octets: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(octets), *(min(cut, len(octets)) for cut in cuts)})
    found = read(*(octets[start:stop] for start, stop in pairwise(places)))
    assert found == (read(octets) if octets else [])
    joined = b"".join(one.raw for one in found)
    assert octets.startswith(joined)
    last = found[-1] if found else None
    if not isinstance(last, Refusal) or last.message.startswith("the connection ended"):
        assert joined == octets
    assert not any(isinstance(one, Refusal) for one in found[:-1])


def by_h11(raw: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes]:
    """Read one whole request by h11, which needs no limits here."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(raw)
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    assert connection.trailing_data == (b"", False)
    return request.method, request.target, request.headers.raw_items(), body


def same_as_h11(one: Message) -> None:
    request = one.request
    headers = [
        (name, value.lower() if name.lower() == b"transfer-encoding" else value)
        for name, value in request.headers
    ]
    assert (request.method, request.target, headers, request.body) == by_h11(one.raw)


@pytest.mark.parametrize("name", [name for name in READ if READ[name].request.method != b"CONNECT"])
def test_h11_reads_the_same(name: str) -> None:
    same_as_h11(READ[name])


@given(
    tail=st.lists(
        st.sampled_from(
            [b"1\r\na\r\n", b'2;x="y"\r\n\r\n\r\n', b"A\r\n0123456789\r\n", b"0\r\n", b"t: u\r\n"]
        )
        | st.binary(max_size=3),
        max_size=8,
    ).map(b"".join)
)
def test_chunks_that_are_read_are_read_by_h11_the_same(tail: bytes) -> None:
    first = read(CHUNKED + tail + b"0\r\n\r\n")[0]
    if isinstance(first, Message):
        same_as_h11(first)
