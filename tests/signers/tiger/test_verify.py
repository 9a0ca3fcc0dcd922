"""Requests as received: accepted when openssl signed what stands in the body, else refused."""

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signers import SignedRequest, VerificationError
from signers.tiger import (
    REQUIRED,
    Charset,
    EmptyValues,
    Signer,
    Verified,
    Verifier,
    WrongKeyType,
)

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

ID = "20150001"
PAGE, OTHER = "page-1024", "client-2048"
KEPT, LEFT_OUT = EmptyValues.KEPT, EmptyValues.LEFT_OUT
BASE = {
    "tiger_id": ID,
    "charset": "UTF-8",
    "sign_type": "RSA",
    "version": "2.0",
    "timestamp": "2026-11-21 12:00:00",
    "method": "m",
}
REST = "&sign_type=RSA&tiger_id=20150001&timestamp=2026-11-21 12:00:00&version=2.0"
BASE_CONTENT = ("charset=UTF-8&method=m" + REST).encode()


@pytest.fixture(scope="session")
def verifier(openssl: "Openssl") -> Verifier:
    return Verifier(
        {
            key: openssl.key(name).public_key()
            for key, name in ((ID, PAGE), ("2", OTHER), ("3", "client-1025"))
        }
    )


def post(body: bytes) -> SignedRequest:
    return SignedRequest(b"POST", b"/gateway", (), body)


def written(fields: dict[str, Any], **options: Any) -> bytes:
    return json.dumps(fields, **options).encode()


def refusal(verifier: Verifier, body: bytes) -> tuple[str, str, str]:
    with pytest.raises(VerificationError) as caught:
        verifier.verify(post(body))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return (type(caught.value).__name__, caught.value.reason, str(caught.value))


@pytest.mark.parametrize(
    ("more", "content", "rule"),
    [
        ({}, BASE_CONTENT, KEPT),
        (
            {"biz_content": '{"b": "&=%<>港", "a": 1}'},
            ('biz_content={"b": "&=%<>港", "a": 1}&charset=UTF-8&method=m' + REST).encode(),
            KEPT,
        ),
        (
            {"device_id": None, "lang": ""},
            ("charset=UTF-8&device_id=null&lang=&method=m" + REST).encode(),
            KEPT,
        ),
        ({"device_id": None, "lang": ""}, BASE_CONTENT, LEFT_OUT),
        (
            {"access_token": "t", "account_type": "a", "sdk-version": "1", "trade_token": "u"},
            (
                "access_token=t&account_type=a&charset=UTF-8&method=m&sdk-version=1"
                + REST.replace("&version", "&trade_token=u&version")
            ).encode(),
            KEPT,
        ),
        ({"flag": True, "n": 7}, ("charset=UTF-8&flag=true&method=m&n=7" + REST).encode(), KEPT),
    ],
)
def test_accepted(
    openssl: "Openssl",
    verifier: Verifier,
    more: dict[str, Any],
    content: bytes,
    rule: EmptyValues,
) -> None:
    fields = {**BASE, **more, "sign": openssl.line(PAGE, content)}
    expected = Verified(
        ID,
        "m",
        "2026-11-21 12:00:00",
        Charset.UTF_8,
        rule,
        {name: str(value) if type(value) is int else value for name, value in fields.items()},
    )
    for body in (
        written(fields),
        written(fields, ensure_ascii=False),
        written(fields, indent=2, sort_keys=True),
        b"\r\n\t " + written(fields) + b" ",
    ):
        assert verifier.verify(post(body)) == expected


def test_numbers_are_taken_as_written(openssl: "Openssl", verifier: Verifier) -> None:
    sign = openssl.line(
        PAGE,
        b"a=-0&b=1.50&c=1E400&"
        + BASE_CONTENT.replace(b"&method", b"&d=" + b"9" * 5000 + b"&method"),
    )
    body = (
        written({**BASE, "sign": sign})[:-1]
        + b',"a":-0,"b":1.50,"c":1E400,"d":'
        + b"9" * 5000
        + b"}"
    )
    assert verifier.verify(post(body)).fields["b"] == "1.50"


def gbk_fields(text: str, name: str = "GBK") -> dict[str, Any]:
    return {**BASE, "charset": name, "biz_content": text}


@pytest.mark.parametrize("text", ["港", "一", "ascii", "联通"])
@pytest.mark.parametrize(("name", "encoding"), [("GBK", "gbk"), ("gbk", "utf-8"), ("GBK", "ascii")])
def test_gbk(openssl: "Openssl", verifier: Verifier, text: str, name: str, encoding: str) -> None:
    fields = gbk_fields(text, name)
    content = b"biz_content=" + text.encode("gbk") + f"&charset={name}&method=m{REST}".encode()
    fields["sign"] = openssl.line(PAGE, content)
    body = json.dumps(fields, ensure_ascii=encoding == "ascii").encode(encoding)
    verified = verifier.verify(post(body))
    assert (verified.charset, verified.fields["biz_content"]) == (Charset.GBK, text)


def test_gbk_octets_that_are_utf_8_by_chance() -> None:
    assert "一".encode("gbk").decode() == "\u04bb"


def test_wrong_signatures_in_gbk(openssl: "Openssl", verifier: Verifier) -> None:
    fields = {**gbk_fields("港"), "sign": openssl.line(PAGE, b"")}
    raw = json.dumps(fields, ensure_ascii=False)
    assert [refusal(verifier, raw.encode(encoding))[1] for encoding in ("gbk", "utf-8")] == [
        "wrong-signature",
        "wrong-signature",
    ]
    fields["biz_content"] = "\u20ac"
    assert refusal(verifier, written(fields)) == (
        "UnencodableField",
        "unencodable-text",
        (
            "the field 'biz_content' has no GBK form: the character U+20AC; name the charset that "
            "was signed"
        ),
    )


JSON_ERROR = "malformed-json"


def json_error(problem: str) -> tuple[str, str, str]:
    return ("MalformedJson", JSON_ERROR, f"the body is {problem}: send one JSON object in UTF-8")


def duplicate(name: str) -> tuple[str, str, str]:
    return (
        "DuplicateField",
        "duplicate-field",
        f"the name {name} stands twice in one JSON object: send it once",
    )


NOT_GBK = json_error("not UTF-8, and does not name the charset GBK")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", json_error("empty")),
        (b" \r\n\t", json_error("empty")),
        (b"{", json_error("not JSON")),
        (b"{}x", json_error("not JSON")),
        (b"{'a':1}", json_error("not JSON")),
        (b'{"a":NaN}', json_error("not JSON")),
        (b'{"a":-Infinity}', json_error("not JSON")),
        (b'{"a":01}', json_error("not JSON")),
        (b'{"a":"\n"}', json_error("not JSON")),
        (b"[" * 100_000, json_error("not JSON")),
        (b'{"a":' * 100_000, json_error("not JSON")),
        (b"method=m&sign=x", json_error("not JSON")),
        (b"[]", json_error("JSON but not an object")),
        (b'"a"', json_error("JSON but not an object")),
        (b"null", json_error("JSON but not an object")),
        (b"1", json_error("JSON but not an object")),
        (b'{"a":"\xff\xff"}', json_error("not GBK text")),
        (b'{"a":"\xb8\xdb"}', NOT_GBK),
        (b'{"charset":1,"a":"\xb8\xdb"}', NOT_GBK),
        (b'{"charset":"UTF-8","a":"\xb8\xdb"}', NOT_GBK),
        (b"\xef\xbb\xbf{}", json_error("not JSON")),
        (b'{"a":1,"a":1}', duplicate("'a'")),
        (b'{"a":1,"\\u0061":2,"b":1,"b":2}', duplicate("'a'")),
        (b'{"x":[{"b":1,"c":1,"b":1}]}', duplicate("'b'")),
    ],
)
def test_bodies_refused(verifier: Verifier, body: bytes, expected: tuple[str, str, str]) -> None:
    assert refusal(verifier, body) == expected


def test_each_required_field(openssl: "Openssl", verifier: Verifier) -> None:
    good = {**BASE, "sign": openssl.line(PAGE, BASE_CONTENT)}
    for name in REQUIRED:
        absent = {key: value for key, value in good.items() if key != name}
        for fields in (absent, {**good, name: None}, {**good, name: ""}):
            assert refusal(verifier, written(fields)) == (
                "MissingField",
                "missing-field",
                f"the field {name} is missing, null or empty: send it and sign it",
            )
        values: list[object] = [0, 1.5, False, [], {}, ["a"]]
        for value in values:
            assert refusal(verifier, written({**good, name: value})) == (
                "MalformedField",
                "malformed-field",
                f"the field {name} is not a JSON string: send it as text",
            )


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"charset": "GB18030"}, "UnknownCharset", "the charset is 'GB18030': use UTF-8 or GBK"),
        ({"charset": "utf8"}, "UnknownCharset", "the charset is 'utf8': use UTF-8 or GBK"),
        ({"sign_type": "RSA2"}, "WrongSignType", "the sign_type is 'RSA2': use RSA"),
        ({"sign_type": "rsa"}, "WrongSignType", "the sign_type is 'rsa': use RSA"),
        (
            {"timestamp": "1763726400000"},
            "MalformedTimestamp",
            "the timestamp does not have the form YYYY-MM-DD HH:MM:SS: write it so",
        ),
        (
            {"tiger_id": "4"},
            "UnknownTigerId",
            "the tiger_id is not a known one: check it against the developer page",
        ),
        (
            {"x": {}},
            "UnsignableField",
            (
                "the field 'x' is a dict, of which it is not known how it is signed: send it as "
                "JSON text"
            ),
        ),
        (
            {"x": "\ud800"},
            "UnencodableField",
            (
                "the field 'x' has no UTF-8 form: the character U+D800; name the charset that was "
                "signed"
            ),
        ),
    ],
)
def test_fields_refused(
    openssl: "Openssl", verifier: Verifier, changes: dict[str, Any], name: str, message: str
) -> None:
    fields = {**BASE, "sign": openssl.line(PAGE, BASE_CONTENT), **changes}
    found = refusal(verifier, written(fields))
    assert (found[0], found[2]) == (name, message)


WRONG = (
    "the signature does not match the request as received: the private key is not the one of this "
    "tiger_id, or what was signed is not what was sent"
)


@pytest.mark.parametrize(
    ("changes", "content"),
    [
        ({"method": "n"}, BASE_CONTENT),
        ({"version": "2.1"}, BASE_CONTENT),
        ({"timestamp": "2026-11-21 12:00:01"}, BASE_CONTENT),
        ({"x": "1"}, BASE_CONTENT),
        ({}, BASE_CONTENT + b"\n"),
        ({}, b"&" + BASE_CONTENT),
        ({}, b"sign=&" + BASE_CONTENT),
        ({}, BASE_CONTENT.replace(b" ", b"%20")),
        ({}, b"&".join(reversed(BASE_CONTENT.split(b"&")))),
        ({"x": None}, BASE_CONTENT + b"&x="),
        ({"x": None, "y": ""}, BASE_CONTENT + b"&x=null"),  # neither rule alone
        ({"x": " "}, BASE_CONTENT),
        ({"biz_content": '{"a": 1}'}, b'biz_content={"a":1}&' + BASE_CONTENT),
        ({"n": "港"}, BASE_CONTENT.replace(b"&sign", rb"&n=\u6e2f&sign")),
    ],
)
def test_wrong_signatures(
    openssl: "Openssl", verifier: Verifier, changes: dict[str, Any], content: bytes
) -> None:
    fields = {**BASE, "sign": openssl.line(PAGE, content), **changes}
    assert refusal(verifier, written(fields)) == ("WrongSignature", "wrong-signature", WRONG)


@pytest.mark.parametrize("options", [("-sha256",), ("-sigopt", "rsa_padding_mode:pss")])
def test_other_digests_and_paddings(
    openssl: "Openssl", verifier: Verifier, options: tuple[str, ...]
) -> None:
    fields = {**BASE, "sign": openssl.line(PAGE, BASE_CONTENT, *options)}
    assert refusal(verifier, written(fields))[1] == "wrong-signature"


def test_another_key(openssl: "Openssl", verifier: Verifier) -> None:
    fields = {**BASE, "sign": openssl.line("gateway-1024", BASE_CONTENT)}
    assert refusal(verifier, written(fields))[1] == "wrong-signature"


def test_each_tiger_id_has_its_key(openssl: "Openssl", verifier: Verifier) -> None:
    for tiger_id, key in (("2", OTHER), ("3", "client-1025")):
        content = BASE_CONTENT.replace(b"20150001", tiger_id.encode())
        fields = {**BASE, "tiger_id": tiger_id, "sign": openssl.line(key, content)}
        assert verifier.verify(post(written(fields))).tiger_id == tiger_id


GROUPS = "is no whole number of groups of four (its padding is missing, or it was cut off)"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line, _: line[:-1], GROUPS),
        (lambda line, _: line.rstrip("="), GROUPS),
        (lambda line, _: line + "=", GROUPS),
        (lambda line, _: line[:76] + "\n" + line[76:], "holds white space or line breaks"),
        (lambda line, _: line + "\n", "holds white space or line breaks"),
        (lambda line, _: line.replace("/", "_"), "is in the URL-safe alphabet"),
        (lambda _, octets: octets.hex(), "is hexadecimal"),
        (lambda _, octets: octets.hex()[2:], GROUPS),
        (lambda _, octets: octets.hex()[4:], "has 189 octets, the key 128"),
        (
            lambda _, octets: base64.b64encode(octets[1:]).decode(),
            "has 127 octets, the key 128",
        ),
        (
            lambda _, octets: base64.b64encode(b"\0" + octets).decode(),
            "has 129 octets, the key 128",
        ),
        (lambda line, _: line[:-2] + "1=", "has stray bits before its padding"),
        (lambda _line, _octets: "=", "is not base64"),
        (lambda _line, _octets: "港", "is not base64"),
        (lambda _line, _octets: "\ud800", "is not base64"),
        (lambda line, _: "=" + line, "is not base64"),
        (lambda line, _: line[:9] + "-" + line[10:], "is in the URL-safe alphabet"),
    ],
)
def test_malformed_signatures(
    openssl: "Openssl", verifier: Verifier, change: Any, problem: str
) -> None:
    line = openssl.line(PAGE, BASE_CONTENT)
    assert "/" in line
    assert line.endswith("=")
    fields = {**BASE, "sign": change(line, openssl.sign(PAGE, BASE_CONTENT))}
    assert refusal(verifier, written(fields)) == (
        "MalformedSignature",
        "malformed-signature",
        (
            f"the field sign {problem}: send standard padded base64 in one line, of exactly the "
            "key's length"
        ),
    )


def test_the_order_of_the_checks(openssl: "Openssl", verifier: Verifier) -> None:
    """A request with every fault at once; each refusal's fault is mended before the next."""
    fields: dict[str, Any] = {
        **BASE,
        "method": None,
        "version": 2,
        "charset": "x",
        "sign_type": "x",
        "timestamp": "x",
        "tiger_id": "x",
        "sign": "x",
        "nested": [],
    }
    seen = []
    for name, value in (
        ("method", "m"),
        ("version", "2.0"),
        ("charset", "GBK"),
        ("sign_type", "RSA"),
        ("timestamp", BASE["timestamp"]),
        ("tiger_id", ID),
        ("sign", openssl.line(PAGE, b"")),
        ("nested", "\u20ac"),
        ("nested", ""),
    ):
        seen.append(refusal(verifier, written(fields))[1])
        fields[name] = value
    assert [*seen, refusal(verifier, written(fields))[1]] == [
        "missing-field",
        "malformed-field",
        "unknown-charset",
        "wrong-sign-type",
        "malformed-timestamp",
        "unknown-tiger-id",
        "malformed-signature",
        "unsignable-value",
        "unencodable-text",
        "wrong-signature",
    ]


def test_a_separator_can_move_between_fields(openssl: "Openssl", verifier: Verifier) -> None:
    # A weakness of the scheme itself: `&` and `=` are not escaped, so these are signed alike.
    sign = openssl.line(PAGE, b"a=1&b=2&" + BASE_CONTENT)
    for more in ({"a": "1", "b": "2"}, {"a": "1&b=2"}, {"a=1&b": "2"}):
        assert verifier.verify(post(written({**BASE, **more, "sign": sign}))).tiger_id == ID


def test_what_a_verifier_and_its_result_show(openssl: "Openssl", verifier: Verifier) -> None:
    assert repr(verifier) == "<Verifier tiger tiger_ids=['20150001', '2', '3']>"
    fields = {**BASE, "sign": openssl.line(PAGE, BASE_CONTENT)}
    assert repr(verifier.verify(post(written(fields)))) == (
        "Verified(tiger_id='20150001', method='m', timestamp='2026-11-21 12:00:00', "
        "charset=<Charset.UTF_8: 'UTF-8'>, empty_values=<EmptyValues.KEPT: 'kept'>)"
    )


def test_private_keys_are_not_for_verifying(openssl: "Openssl") -> None:
    with pytest.raises(WrongKeyType) as caught:
        Verifier({ID: openssl.key(PAGE)})  # type: ignore[dict-item]
    assert (caught.value.found, caught.value.expected) == ("RSAPrivateKey", "RSA public key")


NAMES = st.sampled_from([*REQUIRED, "biz_content", "device_id", "x"])
LEAVES = st.text(max_size=9) | st.integers() | st.floats() | st.booleans() | st.none()
JUNK = st.dictionaries(NAMES, LEAVES | st.lists(LEAVES, max_size=2))


@given(
    st.binary(max_size=60)
    | JUNK.map(lambda more: written({**BASE, "sign": "AA==", **more}))
    | st.text(max_size=40).map(lambda text: ("{" + text + "}").encode("utf-8", "surrogatepass"))
)
@example(b'{"charset":"GBK","\xb8\xdb":1,"\xb8\xdb":1}')
def test_any_octets(verifier: Verifier, body: bytes) -> None:
    with pytest.raises(VerificationError):
        verifier.verify(post(body))


TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
GBK_TEXTS = st.text(st.characters(codec="gbk"), max_size=9)


@given(st.data(), st.sampled_from(Charset), st.sampled_from(EmptyValues))
def test_round_trip(
    openssl: "Openssl", data: st.DataObject, charset: Charset, rule: EmptyValues
) -> None:
    texts = TEXTS if charset is Charset.UTF_8 else GBK_TEXTS
    own = {"sign", "tiger_id", "charset", "sign_type", "timestamp", "method", "biz_content"}
    names = texts.filter(lambda name: name not in own and name != "version")
    more = data.draw(st.dictionaries(names, texts | st.none() | st.booleans(), max_size=4))
    key = openssl.key(PAGE)
    signer = Signer(ID, key, charset=charset, empty_values=rule)
    request = signer.request("m", data.draw(texts), timestamp=BASE["timestamp"], more=more)
    verified = Verifier({ID: key.public_key()}).verify(request)
    assert {name: verified.fields[name] for name in more} == more
    assert verified.empty_values in (rule, KEPT)
