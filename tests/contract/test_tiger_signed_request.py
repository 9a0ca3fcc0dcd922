"""The checks `signed-request` and `sent-request` of tiger-rsa: each part of a request wrong by
itself, and what is left free.
"""

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signproof import schemes
from signproof.scheme import Finding
from signproof.schemes.tiger_rsa.sending import PROGRAM

pytestmark = pytest.mark.once

SCHEME = schemes.get("tiger-rsa")
SIGNED, SENT = SCHEME.checks["signed-request"], SCHEME.checks["sent-request"]
TOKEN = "made-up-token"
CREDENTIAL = {"tiger_id": "20990001", "private_key": PROGRAM.credential["private_key"]}
WITH_TOKEN = {**CREDENTIAL, "token": TOKEN}
ORDER = '{"symbol":"AAPL","price":1.50}'

Json = dict[str, Any]


def key() -> RSAPrivateKey:
    loaded = load_der_private_key(b64decode(CREDENTIAL["private_key"]), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


KEY = key()


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def request(
    biz_content: object = ORDER,
    *,
    method: str = "POST",
    path: str = "/gateway",
    query: str | None = None,
    content_type: str | None = "application/json;charset=UTF-8",
    headers: tuple[tuple[str, str], ...] = (),
    signed: Json | None = None,
    left_out: tuple[str, ...] = (),
    escaped: bool = False,
    charset: str = "UTF-8",
    more: tuple[tuple[str, object], ...] = (),
    **changes: object,
) -> Json:
    """Sign plainly, as official SDKs were seen to."""
    fields = {
        "tiger_id": "20990001",
        "method": "place_order",
        "version": "2.0",
        "timestamp": "2026-01-02 03:04:05",
        "charset": charset,
        "sign_type": "RSA",
        "biz_content": biz_content,
        **dict(more),
        **changes,
    }
    if biz_content is None:
        del fields["biz_content"]
    told = {**fields, **(signed or {})}
    content = "&".join(f"{name}={as_text(told[name])}" for name in sorted(told)
                       if name not in left_out)  # fmt: skip
    sign = b64encode(KEY.sign(content.encode(charset.lower()), PKCS1v15(), SHA1())).decode()
    body = json.dumps({**fields, "sign": sign}, ensure_ascii=escaped)
    named = (("Content-Type", content_type),) if content_type is not None else ()
    return {
        "method": method,
        "path": path,
        "query": query,
        "headers": [[name, value] for name, value in (*named, *headers)],
        "body_b64": b64encode(body.encode()).decode(),
    }


def call(biz_content: str | None = ORDER, **changes: Any) -> Json:
    return {
        "api_method": "place_order",
        "biz_content": biz_content,
        "timestamp": "2026-01-02 03:04:05",
        "charset": "UTF-8",
        "more": [],
        **changes,
    }


def changed(made: Json, **members: Any) -> Json:
    return made | members


def spoiled(made: Json, old: str, new: str) -> Json:
    body = b64decode(made["body_b64"]).decode()
    assert old in body
    return made | {"body_b64": b64encode(body.replace(old, new).encode()).decode()}


FREE = [
    pytest.param(call(), request(), id="plain"),
    pytest.param(call(), request(path="http://127.0.0.1:80/gateway"), id="absolute-target"),
    pytest.param(call(), request(path="HTTPS://[::1]/gateway"), id="absolute-target-in-capitals"),
    pytest.param(call(), request(content_type="Application/JSON"), id="content-type"),
    pytest.param(call(), request(headers=(("User-Agent", "x"),)), id="other-headers"),
    pytest.param(call(), request(version="3.0"), id="other-version"),
    pytest.param(call(), request(more=(("device_id", "x"),)), id="fields-of-its-own"),
    pytest.param(call(), request(more=(("device_id", None),)), id="null-field-signed-as-null"),
    pytest.param(
        call(), request(more=(("device_id", ""),), left_out=("device_id",)), id="empty-not-signed"
    ),
    pytest.param(call('{"a":"é"}'), request('{"a":"é"}', escaped=True), id="escapes-in-the-body"),
    pytest.param(call(None), request(None), id="no-biz-content"),
    pytest.param(
        call(more=[["notify_url", "https://x.invalid/?a=1&b"], ["lang", None]]),
        request(more=(("notify_url", "https://x.invalid/?a=1&b"), ("lang", None))),
        id="further-fields",
    ),
    pytest.param(call(more=[["lang", None]]), request(), id="null-field-left-out"),
    pytest.param(
        call(more=[["flag", "true"], ["count", "1.50"]]),
        spoiled(request(more=(("flag", True), ("count", "1.50"))), '"1.50"', "1.50"),
        id="further-fields-in-their-json-type",
    ),
    pytest.param(
        call('{"a":"中"}', charset="GBK"), request('{"a":"中"}', charset="GBK"), id="gbk-signed"
    ),
]


@pytest.mark.parametrize(("asked", "made"), FREE)
def test_what_conforms(asked: Json, made: Json) -> None:
    assert SIGNED(CREDENTIAL, asked, made) is None
    assert SENT(CREDENTIAL, asked, made) is None


def test_the_token_is_sent_raw() -> None:
    for value in (TOKEN, f" {TOKEN} "):  # what is around a header's value is no part of it
        made = request(headers=(("authorization", value),))
        assert SIGNED(WITH_TOKEN, call(), made) is None


MISMATCH = Finding(
    "wrong-signature",
    "the signature does not match the request as received: the private key is not the one of this "
    "tiger_id, or what was signed is not what was sent",
)
NO_JSON = Finding("content-type", "it is sent without `Content-Type: application/json`")


@pytest.mark.parametrize(
    ("asked", "made", "finding"),
    [
        pytest.param(
            call(),
            changed(request(), body_b64="e30"),
            Finding(
                "body_b64",
                "body_b64 is not base64: it must be padded, in one line, of A-Z a-z 0-9 + /",
            ),
            id="body-that-is-not-base64",
        ),
        pytest.param(
            call(),
            changed(request(), body_b64=""),
            Finding("malformed-json", "the body is empty: send one JSON object in UTF-8"),
            id="no-body",
        ),
        pytest.param(
            call(),
            spoiled(request(), '"sign": ', '"sign_": '),
            Finding(
                "missing-field", "the field sign is missing, null or empty: send it and sign it"
            ),
            id="no-signature",
        ),
        pytest.param(call(), request(signed={"version": "1.0"}), MISMATCH, id="other-content"),
        pytest.param(
            call(), spoiled(request(), "AAPL", "MSFT"), MISMATCH, id="altered-after-signing"
        ),
        pytest.param(
            call(),
            request(tiger_id="20990002"),
            Finding(
                "unknown-tiger-id",
                "the tiger_id is not a known one: check it against the developer page",
            ),
            id="other-tiger-id",
        ),
        pytest.param(
            call(),
            request(method="PUT"),
            Finding("target", "it is not sent with POST to /gateway: 'PUT /gateway'"),
            id="put",
        ),
        pytest.param(
            call(),
            request(method="post"),
            Finding("target", "it is not sent with POST to /gateway: 'post /gateway'"),
            id="method-in-lower-case",
        ),
        pytest.param(
            call(),
            request(path="/gateway/"),
            Finding("target", "it is not sent with POST to /gateway: 'POST /gateway/'"),
            id="other-path",
        ),
        pytest.param(
            call(),
            request(query=""),
            Finding("target", "it is not sent with POST to /gateway: 'POST /gateway?'"),
            id="bare-question-mark",
        ),
        pytest.param(
            call(),
            request(path="http://x", query="/gateway"),
            Finding("target", "it is not sent with POST to /gateway: 'POST http://x?/gateway'"),
            id="absolute-target-without-path",
        ),
        pytest.param(call(), request(content_type=None), NO_JSON, id="no-content-type"),
        pytest.param(call(), request(content_type="text/json"), NO_JSON, id="other-content-type"),
        pytest.param(
            call(),
            request(headers=(("content-type", "application/json"),)),
            NO_JSON,
            id="content-type-twice",
        ),
        pytest.param(
            call(),
            request(headers=(("Authorization", TOKEN),)),
            Finding("token", "Authorization is sent, and this credential has no token"),
            id="token-of-nobody",
        ),
        pytest.param(
            call(api_method="preview_order"),
            request(),
            Finding("method", "the field method is not the one asked for: 'place_order'"),
            id="other-api-method",
        ),
        pytest.param(
            call(charset="GBK"),
            request(),
            Finding("charset", "the field charset is not the one asked for: 'UTF-8'"),
            id="other-charset",
        ),
        pytest.param(
            call(more=[["notify_url", "https://x.invalid/"]]),
            request(),
            Finding("notify_url", "the field notify_url is not the one asked for: absent or null"),
            id="further-field-lost",
        ),
        pytest.param(
            call(more=[["lang", ""]]),
            request(more=(("lang", False),)),
            Finding("lang", "the field lang is not the one asked for: 'false'"),
            id="further-field-of-another-value",
        ),
        pytest.param(
            call(),
            request(None),
            Finding(
                "biz_content", "the field biz_content is not the one asked for: absent or null"
            ),
            id="biz-content-lost",
        ),
        pytest.param(
            call(),
            request("é" * 81),
            Finding(
                "biz_content", f"the field biz_content is not the one asked for: '{'é' * 80}…'"
            ),
            id="other-biz-content-shortened",
        ),
        pytest.param(
            call("true"),
            request(True),  # noqa: FBT003 - a JSON value
            Finding(
                "biz_content",
                "the field biz_content is not the one asked for: true, which is no text",
            ),
            id="biz-content-that-is-true",
        ),
        pytest.param(
            call("1.0"),
            spoiled(request("1.0"), '"biz_content": "1.0"', '"biz_content": 1.0'),
            Finding(
                "biz_content",
                "the field biz_content is not the one asked for: 1.0, which is no text",
            ),
            id="biz-content-that-is-a-number",
        ),
    ],
)
def test_what_does_not_conform(asked: Json, made: Json, finding: Finding) -> None:
    assert SIGNED(CREDENTIAL, asked, made) == finding
    assert SENT(CREDENTIAL, asked, made) == finding


LATER = Finding("timestamp", "the field timestamp is not the one asked for: '2026-01-02 03:04:06'")


def test_the_timestamp_is_the_one_asked_for() -> None:
    """Of what an SDK sent, too: it is asked for the one that the SDK chose."""
    made = request(timestamp="2026-01-02 03:04:06")
    assert SIGNED(CREDENTIAL, call(), made) == LATER
    assert SENT(CREDENTIAL, call(), made) == LATER


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ((), "the token is not sent: it stands in Authorization"),
        ((TOKEN, TOKEN), "Authorization is not the token"),
        (("other",), "Authorization is not the token"),
        ((f"Bearer {TOKEN}",), "the token was sent with `Bearer ` in front: it is sent raw"),
        ((f"bearer {TOKEN}",), "the token was sent with `Bearer ` in front: it is sent raw"),
    ],
)
def test_a_token_that_is_wrong(headers: tuple[str, ...], message: str) -> None:
    made = request(headers=tuple(("Authorization", value) for value in headers))
    assert SIGNED(WITH_TOKEN, call(), made) == Finding("token", message)


def test_a_key_that_does_not_load() -> None:
    credential = {**CREDENTIAL, "private_key": "no key"}
    message = (
        "this is not a key in any known shape: a private key is PEM, a base64 line that starts "
        "with MII, or DER; copy it anew from the developer page"
    )
    assert SIGNED(credential, call(), request()) == Finding("not-a-key", message)


def test_another_digest_is_wrong() -> None:
    made = request()
    body = json.loads(b64decode(made["body_b64"]))
    content = "&".join(f"{name}={body[name]}" for name in sorted(body) if name != "sign")
    sign = b64encode(KEY.sign(content.encode(), PKCS1v15(), SHA256())).decode()
    wrong = spoiled(made, body["sign"], sign)
    assert SIGNED(CREDENTIAL, call(), wrong) == MISMATCH


# biz_content, which an SDK writes in its own way.


@pytest.mark.parametrize(
    ("asked", "sent", "same"),
    [
        ('{"a":1,"b":[1.50]}', '{ "b": [1.50],"a":1 }', True),
        ('{"a":"é"}', '{"a":"\\u00e9"}', True),
        ('{"a":1.5}', '{"a":1.50}', True),
        ('{"a":1}', '{"a":1.0}', False),
        ('{"a":1}', '{"a":true}', False),
        ('{"a":0.1}', '{"a":0.10000000000000001}', False),
        ('{"a":[1,2]}', '{"a":[2,1]}', False),
        ('{"a":1}', '{"a":1,"b":null}', False),
        ('{"a":1}', "{a:1}", False),
        (None, "{}", True),
        (None, "", True),
        (None, " { } ", True),
        ("{}", None, True),
        (None, "[]", False),
        (None, '{"account":"1"}', False),
        ('{"account":"1"}', None, False),
    ],
)
def test_how_biz_content_is_written_is_free_when_sent(
    asked: str | None, sent: str | None, *, same: bool
) -> None:
    text = "absent or null" if sent is None else repr(sent)
    other = Finding("biz_content", f"the field biz_content is not the one asked for: {text}")
    made = request(sent)
    assert SENT(CREDENTIAL, call(asked), made) == (None if same else other)
    assert SIGNED(CREDENTIAL, call(asked), made) == other
