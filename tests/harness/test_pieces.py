"""Small pieces of the harness: JSON that says the same, request targets, excerpts of stages."""

import pytest

from signproof.diagnose import first_difference
from signproof.model import Difference
from signproof.requests import origin_form
from signproof.sameness import same_json, shown

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        (b"no JSON", b"no JSON", True),
        (b"", b"", True),
        (b"", b"{}", False),
        ("{}", " { } ", True),
        ('{"a":[1,{"b":null}]}', '{ "a" : [1, {"b":null}] }', True),
        ('{"a":1,"b":2}', '{"b":2,"a":1}', True),
        ("[1,2]", "[2,1]", False),
        ("[1]", "[1,1]", False),
        ("1", "1.0", False),
        ("1.5", "1.50", True),
        ("1.5", "15e-1", True),
        ("0.1", "0.1000000000000000055511151231257827", False),
        ("1", "true", False),
        ("0", "false", False),
        ("0", "null", False),
        ('{"a":0}', '{"a":false}', False),
        ('"1"', "1", False),
        ('"\\u00e9"', '"é"', True),
        ('"\\u00e9"', '"é"'.encode(), True),
        ("NaN", " NaN", False),
        ('{"a":1,"a":2}', '{"a":2}', False),
        ('{"a":1,"a":2}', '{"a":1,"a":2}', True),
        ("1e2", "100.0", True),
        ("null", "null ", True),
        (b"\xff", b"\xfe", False),
        ("{", "{}", False),
        ("{}", b"\xff", False),
        ("[" * 100_000, "{}", False),
    ],
)
def test_same_json(want: bytes | str, got: bytes | str, *, same: bool) -> None:
    assert same_json(want, got) is same
    assert same_json(got, want) is same


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", "''"),
        (b"a", "'a'"),
        (b"\xff\n\x1b", "'\\\\xff\\n\\x1b'"),
        (b"x" * 80, f"'{'x' * 80}'"),
        (b"x" * 81, f"'{'x' * 80}…'"),
        ("é".encode() * 81, f"'{'é' * 80}…'"),
    ],
)
def test_a_value_in_a_message(octets: bytes, text: str) -> None:
    assert shown(octets) == text


@pytest.mark.parametrize(
    ("target", "origin"),
    [
        (b"/gateway", b"/gateway"),
        (b"http://127.0.0.1:80/gateway", b"/gateway"),
        (b"HTTPS://[::1]:1/gateway?a=1", b"/gateway?a=1"),
        (b"http://a@b/", b"/"),
        (b"http://host", b""),
        (b"http://host?a=/b", b"?a=/b"),
        (b"http://host#/b", b"#/b"),
        (b"http:///gateway", b"/gateway"),
        (b"ftp://host/gateway", b"ftp://host/gateway"),
        (b"/http://host/gateway", b"/http://host/gateway"),
        (b"//host/gateway", b"//host/gateway"),
        (b"\nhttp://host/gateway", b"\nhttp://host/gateway"),
        (b"*", b"*"),
        (b"", b""),
    ],
)
def test_the_origin_form_of_a_target(target: bytes, origin: bytes) -> None:
    assert origin_form(target) == origin


LONG = bytes(range(256))


@pytest.mark.parametrize(
    ("right", "wrong", "offset", "expected", "got"),
    [
        (b"abc", b"abd", 2, "abc", "abd"),
        (b"a\\b\r\n", b"a", 1, "a\\\\b\\r\\n", "a"),
        ("é".encode(), "è".encode(), 1, "é", "è"),
        ("aé".encode() * 9, f"{'aé' * 8}aè".encode(), 26, "…éaéaéaéaé", "…éaéaéaéaè"),
        (f"{'é' * 13}a".encode(), "é".encode() * 13, 26, "…ééééééa", "…éééééé"),
        (f"e{'é' * 20}".encode(), b"", 0, f"e{'é' * 12}…", ""),
        (b"\0\1", b"\0\2", 1, "00 01", "00 02"),
        (b"a\0b", b"acb", 1, "61 00 62", "acb"),
        (b"\xff", b"", 0, "ff", ""),
        (
            b"\xff" * 20,
            b"\xff" * 19 + b"\0",
            19,
            "… " + "ff " * 12 + "ff",
            "… " + "ff " * 12 + "00",
        ),
        (
            LONG,
            LONG[:128],
            128,
            f"… {LONG[116:152].hex(' ')} …",
            f"… {LONG[116:128].hex(' ')}",
        ),
        (
            b"\0" * 40,
            b"\1" + b"\0" * 39,
            0,
            f"{bytes(24).hex(' ')} …",
            f"01 {bytes(23).hex(' ')} …",
        ),
    ],
)
def test_an_excerpt(right: bytes, wrong: bytes, offset: int, expected: str, got: str) -> None:
    stages = {"same": b"x", "digest": right, "later": b"1"}
    found = first_difference(stages, {"digest": wrong, "later": b"2"})
    assert found == Difference(stage="digest", offset=offset, expected=expected, got=got)


def test_no_difference() -> None:
    assert first_difference({"a": b"1", "b": b"2"}, {"b": b"2", "c": b"3"}) is None


def test_an_excerpt_in_which_a_secret_is_masked() -> None:
    found = first_difference({"a": b"key=SECRET\xff"}, {"a": b"key=secret"}, [b"secret", b""])
    masked = "6b 65 79 3d 2a 2a 2a 2a 2a 2a"
    assert found == Difference(stage="a", offset=4, expected=f"{masked} ff", got="key=******")
