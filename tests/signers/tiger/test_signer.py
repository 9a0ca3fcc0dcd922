"""The prepared signer: what openssl signs, and the same as the stages in a row."""

import base64
import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given
from hypothesis import strategies as st

from signers import InvalidInput, SignedRequest
from signers.tiger import (
    Charset,
    ConflictingField,
    EmptyField,
    EmptyValues,
    InvalidTigerId,
    InvalidTimestamp,
    NaiveInstant,
    Signer,
    WrongKeyType,
    format_timestamp,
    is_timestamp,
    parse_token,
    stages,
)

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

ID = "20150001"
NOW = "2026-11-21 12:00:00"
TOKEN = parse_token(base64.b64encode(b"1700000000000,1702592000000rest").decode())
PAGE = "page-1024"

# printf 'a=1&b=2' | openssl dgst -sha1 -sign EXAMPLE-page-1024.pem | base64 -w0
A_AND_B = (
    "jZDHzVsHIWClOfa6XlQbcVfHHsrPnzNZgG4e+24tVZs/Epwm5LyT1u3D4feQVzcxtVXQqIDgcj+gkAc3n3qp9L"
    "mxBHuNtoVu2c9+RpfPtqXc5bmWTpC6g6VvzYzXNI4gGupogKg008Zl7GuE6y9vUFJx+rC99ngjt81AQ/e12To="
)


def test_a_signature_as_text(openssl: "Openssl") -> None:
    assert Signer(ID, openssl.key(PAGE)).sign({"b": "2", "a": "1"}) == A_AND_B


@pytest.mark.parametrize("key", [PAGE, "client-1025", "client-2048"])
@pytest.mark.parametrize(
    ("options", "fields", "content"),
    [
        ({}, {"b": "2", "a": "1"}, b"a=1&b=2"),
        ({}, {"a": "1"}, b"a=1"),
        ({}, {}, b""),
        ({}, {"b": "2", "sign": "old", "a": "1"}, b"a=1&b=2"),
        ({}, {"sign": "old"}, b""),
        ({}, {"sdk-version": "1", "sdk": "2"}, b"sdk=2&sdk-version=1"),
        ({}, {"b": None, "a": "", "c": 1, "d": b"x"}, b"a=&b=null&c=1&d=x"),
        ({"empty_values": EmptyValues.LEFT_OUT}, {"b": None, "a": "", "c": "1"}, b"c=1"),
        ({"empty_values": EmptyValues.LEFT_OUT}, {"a": "", "c": "1"}, b"c=1"),
        ({"empty_values": EmptyValues.LEFT_OUT}, {"b": "2", "c": "1"}, b"b=2&c=1"),
        ({"charset": Charset.GBK}, {"n": "港", "a": ""}, b"a=&n=\xb8\xdb"),
        ({}, {"n": "港", "a": ""}, b"a=&n=\xe6\xb8\xaf"),
        ({}, MappingProxyType({"b": "2", "a": "1"}), b"a=1&b=2"),
    ],
)
def test_signatures(
    openssl: "Openssl", key: str, options: dict[str, Any], fields: Mapping[str, Any], content: bytes
) -> None:
    signer = Signer(ID, openssl.key(key), **options)
    expected = openssl.line(key, content)
    # The second time the names are known.
    assert [signer.sign(fields), signer.sign(fields)] == [expected, expected]


def test_openssl_accepts_what_is_signed(openssl: "Openssl", tmp_path: Path) -> None:
    line = Signer(ID, openssl.key(PAGE)).sign({"b": "2", "a": "1"})
    signature = base64.b64decode(line)
    assert openssl.verifies(PAGE, b"a=1&b=2", signature, tmp_path)
    assert not openssl.verifies(PAGE, b"a=1&b=3", signature, tmp_path)


def test_push_login(openssl: "Openssl") -> None:
    assert Signer(ID, openssl.key(PAGE)).sign_push_login() == openssl.line(PAGE, b"20150001")


def test_a_key_that_somebody_else_keeps(openssl: "Openssl") -> None:
    """Such as a module's: of a class of its own, which knows digests alone."""
    key = openssl.key(PAGE)

    def sign(_: object, data: bytes, padding: PKCS1v15, algorithm: object) -> bytes:
        assert isinstance(algorithm, Prehashed)
        return key.sign(data, padding, algorithm)

    others = dict.fromkeys(RSAPrivateKey.__abstractmethods__)
    kept = type("Kept", (RSAPrivateKey,), {**others, "sign": sign})()
    signer = Signer(ID, kept)
    assert signer.sign({"b": "2", "a": "1"}) == A_AND_B
    assert signer.sign_push_login() == openssl.line(PAGE, b"20150001")


def test_many_layouts_are_not_kept(openssl: "Openssl") -> None:
    signer = Signer(ID, openssl.key(PAGE))
    for number in range(100):
        signer.sign({f"name{number}": "", "a": ""})
    assert len(signer._layouts) <= 32
    assert signer.sign({"b": "2", "a": "1"}) == A_AND_B


TEXTS = st.text(max_size=12)
VALUES = TEXTS | st.integers() | st.booleans() | st.none() | st.binary(max_size=6) | st.floats()
SURROGATES = st.text(st.characters(codec=None), max_size=4)
FIELDS = st.dictionaries(
    TEXTS | st.sampled_from(["sign", "sign_type", "biz_content"]), VALUES | SURROGATES, max_size=5
)


@given(
    FIELDS | st.dictionaries(TEXTS, TEXTS), st.sampled_from(Charset), st.sampled_from(EmptyValues)
)
def test_one_step_equals_the_stages(
    openssl: "Openssl", fields: dict[str, Any], charset: Charset, rule: EmptyValues
) -> None:
    key = openssl.key("tiny-512")  # the arithmetic does not depend on the size
    signer = Signer(ID, key, charset=charset, empty_values=rule)

    def stage_by_stage() -> str:
        content = stages.sign_content(fields, empty_values=rule, charset=charset)
        message = stages.encoded_message(stages.digest(content), 64)
        return stages.signature(message, key).decode()

    def outcome(call: Any) -> object:
        try:
            return call()
        except InvalidInput as error:
            return (type(error), str(error))

    expected = outcome(stage_by_stage)
    assert [outcome(lambda: signer.sign(fields)) for _ in range(2)] == [expected, expected]


def decoded(request: SignedRequest) -> dict[str, Any]:
    found = json.loads(request.body)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("method", "biz_content", "options", "content", "body"),
    [
        (
            "market_state",
            '{"market":"US"}',
            {},
            (
                b'biz_content={"market":"US"}&charset=UTF-8&method=market_state&sign_type=RSA&'
                b"tiger_id=20150001&timestamp=2026-11-21 12:00:00&version=2.0"
            ),
            (
                rb'{"version":"2.0","method":"market_state","biz_content":"{\"market\":\"US\"}",'
                rb'"timestamp":"2026-11-21 12:00:00","tiger_id":"20150001","charset":"UTF-8",'
                rb'"sign_type":"RSA","sign":"%s"}'
            ),
        ),
        (
            "accounts",
            None,
            {"more": {"version": "3.0", "device_id": None, "notify_url": "https://a/?b=c&d"}},
            (
                b"charset=UTF-8&device_id=null&method=accounts&notify_url=https://a/?b=c&d&"
                b"sign_type=RSA&tiger_id=20150001&timestamp=2026-11-21 12:00:00&version=3.0"
            ),
            (
                b'{"version":"3.0","method":"accounts","device_id":null,'
                b'"notify_url":"https://a/?b=c&d","timestamp":"2026-11-21 12:00:00",'
                b'"tiger_id":"20150001","charset":"UTF-8","sign_type":"RSA","sign":"%s"}'
            ),
        ),
    ],
)
def test_requests(
    openssl: "Openssl",
    method: str,
    biz_content: str | None,
    options: dict[str, Any],
    content: bytes,
    body: bytes,
) -> None:
    request = Signer(ID, openssl.key(PAGE)).request(method, biz_content, timestamp=NOW, **options)
    assert request == SignedRequest(
        b"POST",
        b"/gateway",
        ((b"Content-Type", b"application/json;charset=UTF-8"),),
        body % openssl.line(PAGE, content).encode(),
    )


def test_a_request_in_gbk_reads_the_same_in_both_charsets(openssl: "Openssl") -> None:
    signer = Signer(ID, openssl.key(PAGE), charset=Charset.GBK)
    request = signer.request("m", '{"n":"港"}', timestamp=NOW)
    content = (
        b'biz_content={"n":"\xb8\xdb"}&charset=GBK&method=m&sign_type=RSA&tiger_id=20150001&'
        b"timestamp=2026-11-21 12:00:00&version=2.0"
    )
    assert request.body.isascii()
    assert (decoded(request)["biz_content"], decoded(request)["sign"]) == (
        '{"n":"港"}',
        openssl.line(PAGE, content),
    )


def test_a_token_goes_into_authorization_raw(openssl: "Openssl") -> None:
    request = Signer(ID, openssl.key(PAGE)).request("m", timestamp=NOW, token=TOKEN)
    assert request.values(b"Authorization") == (TOKEN.secret.reveal(),)


@pytest.mark.parametrize(
    ("method", "options", "error", "message"),
    [
        ("", {}, EmptyField, "the field method is missing, empty or not text"),
        ("m", {"more": {"version": ""}}, EmptyField, "the field version is missing, empty or not"),
        ("m", {"more": {"version": None}}, EmptyField, "the field version is missing, empty or"),
        ("m", {"more": {"method": "m"}}, ConflictingField, "the field method was passed with"),
        ("m", {"more": {"biz_content": ""}}, ConflictingField, "the field biz_content was passed"),
        ("m", {"more": {"tiger_id": "1"}}, ConflictingField, "the field tiger_id was passed with"),
        ("m", {"more": {"charset": "GBK"}}, ConflictingField, "the field charset was passed with"),
        ("m", {"more": {"sign_type": "RSA2"}}, ConflictingField, "the field sign_type was passed"),
        ("m", {"more": {"timestamp": ""}}, ConflictingField, "the field timestamp was passed"),
        ("m", {"timestamp": "2026-11-21T12:00:00"}, InvalidTimestamp, "the timestamp is not text"),
    ],
)
def test_requests_refused(
    openssl: "Openssl",
    method: str,
    options: dict[str, Any],
    error: type[InvalidInput],
    message: str,
) -> None:
    with pytest.raises(error) as caught:
        Signer(ID, openssl.key(PAGE)).request(method, **{"timestamp": NOW, **options})
    assert str(caught.value).startswith(message)


def test_fields_with_the_signers_own_values_are_no_conflict(openssl: "Openssl") -> None:
    more = {"tiger_id": ID, "timestamp": NOW, "sign": "old"}
    signer = Signer(ID, openssl.key(PAGE))
    request = signer.request("m", timestamp=NOW, more=more)
    plain = signer.request("m", timestamp=NOW)
    assert decoded(request) == decoded(plain)


@pytest.mark.parametrize("tiger_id", ["", " 1", "1\n", "1 # mine", "\uff11", "1\ud800"])
def test_tiger_ids_refused(openssl: "Openssl", tiger_id: str) -> None:
    with pytest.raises(InvalidTigerId) as caught:
        Signer(tiger_id, openssl.key(PAGE))
    assert caught.value.reason == "invalid-tiger-id"


def test_keys_of_another_type(openssl: "Openssl") -> None:
    for key, found in (
        (openssl.key(PAGE).public_key(), "RSAPublicKey"),
        (ec.generate_private_key(ec.SECP256R1()), "ECPrivateKey"),
        ("MIICXgIBAAK", "str"),
    ):
        with pytest.raises(WrongKeyType) as caught:
            Signer(ID, key)  # type: ignore[arg-type]
        assert (caught.value.found, str(caught.value)) == (
            found,
            f"the key is a {found}: pass an RSA private key, loaded from the key's text",
        )


def test_what_a_signer_shows(openssl: "Openssl") -> None:
    signer = Signer(ID, openssl.key(PAGE), charset=Charset.GBK)
    assert (repr(signer), signer.tiger_id, signer.charset) == (
        "<Signer tiger tiger_id='20150001'>",
        ID,
        Charset.GBK,
    )
    with pytest.raises(TypeError):
        pickle.dumps(signer)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NOW, True),
        ("2026-02-30 23:59:59", True),  # a form, no calendar
        ("0000-01-01 00:00:00", True),
        ("", False),
        ("2026-11-21 12:00", False),
        ("2026-11-21T12:00:00", False),
        ("2026-11-21  12:00:00", False),
        ("2026-11-21 12:00:00\n", False),
        (" 2026-11-21 12:00:00", False),
        ("2026-11-21 12:00:00.0", False),
        ("2026-11-21 12:00:00Z", False),
        ("2026-1-21 12:00:00", False),
        ("26-11-21 12:00:00", False),
        ("2026-00-21 12:00:00", False),
        ("2026-13-21 12:00:00", False),
        ("2026-11-00 12:00:00", False),
        ("2026-11-32 12:00:00", False),
        ("2026-11-21 24:00:00", False),
        ("2026-11-21 12:60:00", False),
        ("2026-11-21 12:00:60", False),
        ("\uff12026-11-21 12:00:00", False),
        ("1763726400000", False),
    ],
)
def test_the_form_of_timestamps(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_timestamp(text) is expected


SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), UTC, NOW),
        (datetime(2026, 11, 21, 20, 0, 0, 999_999, SHANGHAI), UTC, NOW),
        (datetime(2026, 12, 31, 23, 0, 1, tzinfo=UTC), SHANGHAI, "2027-01-01 07:00:01"),
        (datetime(7, 1, 2, tzinfo=UTC), UTC, "0007-01-02 00:00:00"),
    ],
)
def test_format_timestamp(instant: datetime, zone: timezone, expected: str) -> None:
    assert format_timestamp(instant, zone) == expected


def test_an_instant_without_zone() -> None:
    with pytest.raises(NaiveInstant) as caught:
        format_timestamp(datetime(2026, 1, 1), UTC)  # noqa: DTZ001
    assert caught.value.reason == "naive-instant"
