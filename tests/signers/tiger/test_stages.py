"""Each stage against values assembled by hand and by the openssl command."""

import enum
import hashlib
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.tiger import (
    Charset,
    EmptyValues,
    InvalidBizContent,
    KeyTooSmall,
    Unencodable,
    UnsignableValue,
    stages,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.signers.tiger.conftest import Openssl

KEPT, LEFT_OUT = EmptyValues.KEPT, EmptyValues.LEFT_OUT
UTF_8, GBK = Charset.UTF_8, Charset.GBK


class Text(enum.StrEnum):
    A = "a"


class Mixed(str, enum.Enum):  # noqa: UP042 - the older form, whose str() is not its value
    A = "a"


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("parameters", "charset", "expected"),
    [
        ({}, UTF_8, b"{}"),
        (
            {"symbol": "AAPL", "account": "12345678", "legs": [{"b": 1, "a": None}]},
            UTF_8,
            b'{"account":"12345678","legs":[{"a":null,"b":1}],"symbol":"AAPL"}',
        ),
        ({"note": "港 & = % < > /"}, UTF_8, b'{"note":"\xe6\xb8\xaf & = % < > /"}'),
        ({"note": "港"}, GBK, b'{"note":"\xb8\xdb"}'),
        ({"note": '"\\\n\x7f'}, UTF_8, b'{"note":"\\"\\\\\\n\x7f"}'),
        ({"price": 1.5, "yes": True}, UTF_8, b'{"price":1.5,"yes":true}'),
    ],
)
def test_biz_content(parameters: dict[str, Any], charset: Charset, expected: bytes) -> None:
    assert stages.biz_content(parameters, charset=charset) == expected


LOOP: dict[str, Any] = {}
LOOP["a"] = LOOP


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"a": float("nan")}, "ValueError"),
        ({"a": float("inf")}, "ValueError"),
        ({"a": b""}, "TypeError"),
        ({"a": 1, 2: 3}, "TypeError"),
        (LOOP, "ValueError"),
    ],
)
def test_parameters_without_json(parameters: dict[str, Any], kind: str) -> None:
    with pytest.raises(InvalidBizContent) as caught:
        stages.biz_content(parameters)
    problem = (
        "it holds a value that JSON cannot express, names that are not all text, a reference to "
        f"itself, or too much depth ({kind})"
    )
    assert (caught.value.reason, str(caught.value), caught.value.problem) == (
        "invalid-biz-content",
        f"biz_content cannot be written: {problem}",
        problem,
    )
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("fields", "rule", "charset", "expected"),
    [
        ({}, KEPT, UTF_8, b""),
        ({"sign": "x"}, KEPT, UTF_8, b""),
        ({"a": "1"}, KEPT, UTF_8, b"a=1"),
        ({"b": "2", "sign": "x", "a": "1"}, KEPT, UTF_8, b"a=1&b=2"),
        # `-` stands before `=`: what is sorted is names, not pairs.
        ({"sdk-version": "1", "sdk": "2"}, KEPT, UTF_8, b"sdk=2&sdk-version=1"),
        ({"a_": "1", "aB": "2", "B": "3", "": "4"}, KEPT, UTF_8, b"=4&B=3&aB=2&a_=1"),
        ({"Sign": "1", "sign_type": "RSA"}, KEPT, UTF_8, b"Sign=1&sign_type=RSA"),
        ({"u": "http://a/?b=c&d=%20+ <>\r\n"}, KEPT, UTF_8, b"u=http://a/?b=c&d=%20+ <>\r\n"),
        ({"n": "港"}, KEPT, UTF_8, b"n=\xe6\xb8\xaf"),
        ({"n": "港"}, KEPT, GBK, b"n=\xb8\xdb"),
        ({"港": "1", "é": "2"}, KEPT, UTF_8, b"\xc3\xa9=2&\xe6\xb8\xaf=1"),
        # By code points, as UTF-8 octets; UTF-16 units would turn these round.
        ({"\U0001f600": "1", "\uffee": "2"}, KEPT, UTF_8, b"\xef\xbf\xae=2&\xf0\x9f\x98\x80=1"),
        # Octets are read with the charset, so that both kinds obey the same rules.
        ({"n": b"\xb8\xdb", "a": b""}, KEPT, GBK, b"a=&n=\xb8\xdb"),
        ({"n": b"\xe6\xb8\xaf"}, KEPT, UTF_8, b"n=\xe6\xb8\xaf"),
        # Empty and null.
        ({"a": "", "b": None, "c": " "}, KEPT, UTF_8, b"a=&b=null&c= "),
        ({"a": "", "b": None, "c": " "}, LEFT_OUT, UTF_8, b"c= "),
        ({"a": b"", "b": "null", "c": 0, "d": False}, LEFT_OUT, UTF_8, b"b=null&c=0&d=false"),
        ({"a": None}, LEFT_OUT, UTF_8, b""),
        # Not text.
        ({"a": 1, "b": -20, "c": True, "d": False}, KEPT, UTF_8, b"a=1&b=-20&c=true&d=false"),
        ({"a": 10**30}, KEPT, UTF_8, b"a=1" + b"0" * 30),
        ({Text.A: Text.A, "b": Mixed.A, "c": Number.ONE}, KEPT, UTF_8, b"a=a&b=a&c=1"),
        ({Mixed.A: "1"}, KEPT, UTF_8, b"a=1"),
    ],
)
def test_sign_content(
    fields: dict[str, Any], rule: EmptyValues, charset: Charset, expected: bytes
) -> None:
    assert stages.sign_content(fields, empty_values=rule, charset=charset) == expected


def test_empty_values_are_kept_unless_told_otherwise() -> None:
    assert stages.sign_content({"a": "", "b": None}) == b"a=&b=null"


def unencodable(name: str, charset: str, what: str) -> tuple[str, str]:
    return ("unencodable-text", f"the field {name} has no {charset} form: {what}; take it out")


@pytest.mark.parametrize(
    ("fields", "charset", "expected"),
    [
        ({"a": "\ud800"}, UTF_8, unencodable("'a'", "UTF-8", "the character U+D800")),
        ({"a": "\udcff"}, GBK, unencodable("'a'", "GBK", "the character U+DCFF")),
        ({"\ud800": ""}, UTF_8, unencodable("'\\ud800'", "UTF-8", "the character U+D800")),
        ({"a": "1", "b": "\u20ac"}, GBK, unencodable("'b'", "GBK", "the character U+20AC")),
        ({"b": "\U0001f600"}, GBK, unencodable("'b'", "GBK", "the character U+1F600")),
        ({"b": b"ab\xff"}, UTF_8, unencodable("'b'", "UTF-8", "the octet 0xFF at 2")),
        ({"b": b"\x81"}, GBK, unencodable("'b'", "GBK", "the octet 0x81 at 0")),
        ({"b": b"\xed\xa0\x80"}, UTF_8, unencodable("'b'", "UTF-8", "the octet 0xED at 0")),
    ],
)
def test_what_the_charset_lacks(
    fields: dict[str, Any], charset: Charset, expected: tuple[str, str]
) -> None:
    found = []
    calls: list[Callable[[], bytes]] = [
        lambda: stages.sign_content(fields, charset=charset),
        lambda: stages.request_body(fields, b"", charset=charset),
    ]
    for stage in calls:
        with pytest.raises(Unencodable) as caught:
            stage()
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        found.append((caught.value.reason, str(caught.value)))
    assert found == [expected] * 2


def test_unencodable_elsewhere() -> None:
    calls: list[Callable[[], bytes]] = [
        lambda: stages.biz_content({"a": "\ud800"}),
        lambda: stages.response_content("\ud800"),
        lambda: stages.push_login_content("\ud800"),
    ]
    for call in calls:
        with pytest.raises(Unencodable) as caught:
            call()
        assert caught.value.what == "the character U+D800"


@pytest.mark.parametrize(
    ("fields", "name", "found"),
    [
        ({"a": 1.5}, "a", "float"),
        ({"a": {}}, "a", "dict"),
        ({"a": []}, "a", "list"),
        ({"a": 10**5000}, "a", "int"),
        ({1: "a"}, 1, "field whose name is not text"),
        ({b"a": "a", "b": "c"}, b"a", "field whose name is not text"),
    ],
)
def test_values_without_a_known_text(fields: dict[Any, Any], name: object, found: str) -> None:
    with pytest.raises(UnsignableValue) as caught:
        stages.sign_content(fields)
    assert (caught.value.name, caught.value.found, caught.value.reason, str(caught.value)) == (
        name,
        found,
        "unsignable-value",
        (
            f"the field {name!r} is a {found}, of which it is not known how it is signed: "
            "pass text (an object goes as JSON text, as biz_content does)"
        ),
    )


def test_a_long_name_is_cut_in_messages() -> None:
    with pytest.raises(UnsignableValue) as caught:
        stages.sign_content({"n" * 10_000: []})  # type: ignore[dict-item]
    assert str(caught.value).startswith(f"the field '{'n' * 59}... is a list")


@pytest.mark.parametrize(
    ("content", "hexadecimal"),
    [  # FIPS 180-4's own examples
        (b"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ],
)
def test_digest(content: bytes, hexadecimal: str) -> None:
    assert stages.digest(content).hex() == hexadecimal


@pytest.mark.parametrize("key", ["page-1024", "client-1025", "client-2048", "tiny-512"])
@pytest.mark.parametrize("content", [b"", b"a=1&b=2", b"\x00\xff" * 999])
def test_encoded_message_and_signature(openssl: "Openssl", key: str, content: bytes) -> None:
    """The encoded message is what openssl's signature opens to; the signature is openssl's."""
    right = openssl.sign(key, content)
    message = stages.encoded_message(hashlib.sha1(content).digest(), len(right))
    assert message == openssl.opened(key, right)
    assert stages.signature(message, openssl.key(key)) == b64encode(right)


def test_the_smallest_encoded_message() -> None:
    assert stages.encoded_message(bytes(20), 46) == bytes.fromhex(
        "0001" + "ff" * 8 + "00" + "3021300906052b0e03021a05000414" + "00" * 20
    )
    for length in (45, 35, 0, -1):
        with pytest.raises(KeyTooSmall) as caught:
            stages.encoded_message(bytes(20), length)
        assert (caught.value.length, caught.value.reason) == (length, "key-too-small")


def test_a_message_beyond_the_modulus(openssl: "Openssl") -> None:
    key = openssl.key("page-1024")
    modulus = key.public_key().public_numbers().n
    with pytest.raises(KeyTooSmall) as caught:
        stages.signature(modulus.to_bytes(128), key)
    assert str(caught.value) == (
        "an encoded message of SHA-1 does not fit 128 octets (at least 46, and below the modulus): "
        "use a key of 1024 bits or more"
    )
    assert stages.signature(bytes(128), key) == b64encode(bytes(128))


@pytest.mark.parametrize(
    ("fields", "charset", "expected"),
    [
        ({}, UTF_8, b'{"sign":"c2ln"}'),
        (
            {
                "method": "m",
                "sign": "old",
                "a": None,
                "b": 1,
                "c": True,
                "n": "港",
                "o": b"\xc3\xa9",
            },
            UTF_8,
            (
                b'{"method":"m","a":null,"b":1,"c":true,"n":"\xe6\xb8\xaf","o":"\xc3\xa9",'
                b'"sign":"c2ln"}'
            ),
        ),
        ({"n": "港", "o": b"\xb8\xdb"}, GBK, rb'{"n":"\u6e2f","o":"\u6e2f","sign":"c2ln"}'),
        ({"a": '{"b":"&"}'}, UTF_8, rb'{"a":"{\"b\":\"&\"}","sign":"c2ln"}'),
    ],
)
def test_request_body(fields: dict[str, Any], charset: Charset, expected: bytes) -> None:
    assert stages.request_body(fields, b"c2ln", charset=charset) == expected


def test_contents_without_fields() -> None:
    assert stages.response_content("2026-11-21 12:00:00") == b"2026-11-21 12:00:00"
    assert stages.push_login_content("20150001") == b"20150001"


VALUES = st.text(max_size=9) | st.integers() | st.booleans() | st.none()


@given(st.dictionaries(st.text(max_size=9), VALUES, max_size=6), st.sampled_from(EmptyValues))
def test_any_fields(fields: dict[str, Any], rule: EmptyValues) -> None:
    """Against plain assembly: UTF-8 octets sorted, and the JSON encoder's text of what is none."""
    pairs = sorted(
        (name.encode(), value if isinstance(value, str) else json.dumps(value))
        for name, value in fields.items()
        if name != "sign" and not (rule is LEFT_OUT and (value is None or value == ""))
    )
    assembled = b"&".join(name + b"=" + text.encode() for name, text in pairs)
    assert stages.sign_content(fields, empty_values=rule) == assembled
