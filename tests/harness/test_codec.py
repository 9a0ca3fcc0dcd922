"""JSON and base64: what is written is read again, and what is refused says why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signproof import codec
from signproof.model import Implementation, Reject

LARGEST = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(JSON)
def test_what_is_written_is_read(value: Any) -> None:
    line, file = codec.write_line(value), codec.pretty(value)
    assert codec.read(line) == codec.read(file) == value
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert file.endswith(b"\n")
    assert codec.pretty(codec.read(file)) == file


@given(JSON)
def test_the_standard_library_agrees(value: Any) -> None:
    assert json.loads(codec.pretty(value)) == value
    assert codec.read(json.dumps(value).encode()) == value  # escapes, surrogate pairs among them


@given(st.binary())
def test_octets(octets: bytes) -> None:
    assert codec.decode_octets(codec.encode_octets(octets)) == octets


@given(st.text("ABab01+/=-_ \n") | st.text())
def test_base64_has_one_spelling(text: str) -> None:
    try:
        octets = codec.decode_octets(text)
    except codec.CodecError:
        return
    assert codec.encode_octets(octets) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}\n"),
        ([], "[]\n"),
        ([1, "a", None, True], '[1, "a", null, true]\n'),
        ({"é": "\u2028/\x7f"}, '{\n  "é": "\u2028/\x7f"\n}\n'),
        (
            {"a": [], "b": [{}, [1]], "c": {"d": {}}},
            '{\n  "a": [],\n  "b": [\n    {},\n    [1]\n  ],\n  "c": {\n    "d": {}\n  }\n}\n',
        ),
        (Reject(reason="x"), '{\n  "reason": "x"\n}\n'),
        (Implementation(name="n"), '{\n  "name": "n"\n}\n'),
    ],
)
def test_pretty(value: Any, text: str) -> None:
    assert codec.pretty(value) == text.encode()


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b" 1\r\n", 1),
        (b"9007199254740991", LARGEST),
        (b"-9007199254740991", -LARGEST),
        (b"-0", 0),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'{"a": {"b": 1}, "b": 1}', {"a": {"b": 1}, "b": 1}),
        (b'"\\u0000"', "\0"),
    ],
)
def test_read(octets: bytes, value: Any) -> None:
    assert codec.read(octets) == value


SURROGATE = "a text holds a lone surrogate (an escape \\ud800 to \\udfff)"


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"", "not JSON: Expecting value at line 1 column 1"),
        (b"\n", "not JSON: Expecting value at line 2 column 1"),
        (b"{}\n}", "not JSON: Extra data at line 2 column 1"),
        (b"1 2", "not JSON: Extra data at line 1 column 3"),
        (b'{"a" 1}', "not JSON: Expecting ':' delimiter at line 1 column 6"),
        (
            b"{'a':1}",
            "not JSON: Expecting property name enclosed in double quotes at line 1 column 2",
        ),
        (b'"\t"', "not JSON: Invalid control character at at line 1 column 2"),
        (b'"\\x"', "not JSON: Invalid \\escape at line 1 column 2"),
        (b"01", "not JSON: Extra data at line 1 column 2"),
        (b"\xef\xbb\xbf{}", "starts with a byte order mark: save it as plain UTF-8"),
        (b'{\n"\xff": 1}', "not UTF-8 at octet 3 (line 2)"),
        (b'"\xed\xa0\x80"', "not UTF-8 at octet 1 (line 1)"),
        ("[1]".encode("utf-16-le"), "not JSON: Expecting value at line 1 column 2"),
        (b'{"a":1,"b":2,"a":1}', "the name 'a' stands twice in one object"),
        (b'{"a":1,"\\u0061":2}', "the name 'a' stands twice in one object"),
        (b'[{"x":{"b":1,"b":1}}]', "the name 'b' stands twice in one object"),
        (
            b'{"' + b"n" * 500 + b'":1,"' + b"n" * 500 + b'":1}',
            f"the name '{'n' * 100}' stands twice in one object",
        ),
        (b"1.0", "the number 1.0 is not an integer: write it as text"),
        (b"[1e3]", "the number 1e3 is not an integer: write it as text"),
        (b"-0.0", "the number -0.0 is not an integer: write it as text"),
        (b"NaN", "the number NaN is not an integer: write it as text"),
        (b"-Infinity", "the number -Infinity is not an integer: write it as text"),
        (
            b"9007199254740992",
            "the integer 9007199254740992… is beyond 2^53 - 1: write it as text",
        ),
        (
            b"-9007199254740992",
            "the integer -9007199254740992… is beyond 2^53 - 1: write it as text",
        ),
        (
            b"9" * 1_000_000,
            "the integer 99999999999999999999… is beyond 2^53 - 1: write it as text",
        ),
        (
            b"0." + b"1" * 1_000_000,
            "the number 0.111111111111111111 is not an integer: write it as text",
        ),
        (b"[" * 200_000, "not usable JSON: nested too deeply"),
        (b'{"a":' * 200_000, "not usable JSON: nested too deeply"),
        (b"[" * 200_000 + b"]" * 200_000, "not usable JSON: nested too deeply"),
        (b'"\\ud800"', SURROGATE),
        (b'{"\\udfff": 1}', SURROGATE),
        (b'["\\ude00\\ud83d"]', SURROGATE),
    ],
    ids=range(32),
)
def test_refused(octets: bytes, problem: str) -> None:
    with pytest.raises(codec.CodecError) as caught:
        codec.read(octets)
    assert str(caught.value) == problem


@pytest.mark.parametrize("depth", range(960, 1000, 3))
def test_surrogates_at_the_edge_of_the_depth(depth: int) -> None:
    # The check for surrogates may run out of depth where reading did not.
    with pytest.raises(codec.CodecError):
        codec.read(b"[" * depth + b'"\\ud800"' + b"]" * depth)


def test_many_names_one_of_them_twice_take_no_quadratic_time() -> None:
    names = ",".join(f'"{number}":0' for number in [*range(200_000), 199_999])
    with pytest.raises(codec.CodecError, match="the name '199999' stands twice in one object"):
        codec.read(f"{{{names}}}".encode())


NOT_BASE64 = "not base64: it must be padded, in one line, of A-Z a-z 0-9 + /"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A", NOT_BASE64),
        ("AA", NOT_BASE64),
        ("AA=", NOT_BASE64),
        ("AAA", NOT_BASE64),
        ("A-__", NOT_BASE64),
        ("AAAA\n", NOT_BASE64),
        (" AAAA", NOT_BASE64),
        ("AA==AA==", NOT_BASE64),
        ("=", NOT_BASE64),
        ("é", NOT_BASE64),
        ("AB==", "not canonical base64: the last character has stray bits"),
        ("AAB=", "not canonical base64: the last character has stray bits"),
    ],
)
def test_base64_refused(text: str, problem: str) -> None:
    with pytest.raises(codec.CodecError) as caught:
        codec.decode_octets(text)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("stages", "octets"),
    [
        ({}, {}),
        ({"text": "é", "empty": ""}, {"text": "é".encode(), "empty": b""}),
        ({"digest_b64": "AP8=", "last": "x"}, {"digest": b"\0\xff", "last": b"x"}),
        ({"content_b64": "YQ==", "content_text": "a"}, {"content": b"a"}),
        ({"content_text": "b", "content_b64": "YQ=="}, {"content": b"a"}),
        ({"content_text": "a"}, {"content_text": b"a"}),
        ({"_b64": "YQ=="}, {"": b"a"}),
    ],
)
def test_the_octets_of_stages(stages: dict[str, str], octets: dict[str, bytes]) -> None:
    found = codec.stage_octets(stages)
    assert (found, list(found)) == (octets, list(octets))


@pytest.mark.parametrize("text", ["YQ", "YR==", "no base64", "YQ==\n"])
def test_a_stage_that_is_no_base64(text: str) -> None:
    with pytest.raises(codec.CodecError):
        codec.stage_octets({"first": "x", "digest_b64": text})
