"""Edits run on any fields and octets, alone and in pairs, and mean the same to both pipelines."""

import base64
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.mistakes.base import Mistake
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.oracles import openssl
from signproof.oracles.tiger_rsa.credentials import CREDENTIALS
from signproof.oracles.tiger_rsa.keys import pem_of, private_line
from signproof.oracles.tiger_rsa.pipeline import PIPELINE as ORACLE
from signproof.pipeline import Pipeline

pytestmark = pytest.mark.heavy

Values = dict[str, Any]

REFERENCE = schemes.get("tiger-rsa").pipeline
KEY = CREDENTIALS["main"]["private_key"]

# A body may hold lone surrogates, as escapes; what is asked for never does.
CLEAN = st.one_of(
    st.text(max_size=12),
    st.text("ab é\u0301香<&>/\\\"'\U0001f600 ", max_size=12),
    st.sampled_from(["2.0", "0", "1" * 400, "1e999", "NaN", "{}", "null", "[" * 5_000, "\x00"]),
)
ANY = st.one_of(CLEAN, st.text("a\ud800\udc00é", max_size=5))
NAMES = st.sampled_from(
    [
        *("version", "method", "tiger_id", "charset", "sign_type", "timestamp", "biz_content"),
        *("device_id", "notify_url", "account", "signature"),
    ]
)
BIZ_CONTENTS = st.sampled_from(
    [
        ' {"z": "\\u00e9\\u9999\\/", "a": "b", "a": 1e999, "n": -0.0, "o": null}\r\n',
        '{"a":{"b":[1,"é/&<>",null]},"\\"":"\\\\u0026\\u0026"}',
        '"\\"\\\\"',
        "[" * 100 + "]" * 100,
        "[" * 101 + "]" * 101,
        "1" * 5_000,
    ]
)
TIMESTAMPS = st.one_of(
    st.datetimes().map(lambda instant: str(instant)[:19]),
    st.sampled_from(["0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00"]),
)
OPENED = st.one_of(
    st.none(),
    st.binary(max_size=140),
    st.binary(min_size=127, max_size=127).map(lambda octets: octets + b"\xbc"),
    st.binary(min_size=126, max_size=126).map(lambda octets: b"\0\2" + octets),
)
RESPONSES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b'{"timestamp":1e5}', b'{"timestamp":"\\ud800"}', b"[1]", b'{"timestamp":null}', b"NaN"]
    ),
)
# The oracle knows the keys that vectors have and no others.
KEYS = st.one_of(
    st.binary(max_size=20),
    st.binary(max_size=8).map(lambda octets: b"\x30\x82" + octets),
    st.sampled_from(
        [
            b"-----BEGIN RSA PRIVATE KEY-----",
            b"-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
            b"\xff\xfe\x00",
            b"\xef\xbb\xbf-",
            b"MII=",
            KEY.encode(),
        ]
    ),
)

IDLE: Values = {
    "fields": None,
    "signed_values": (),
    "sign_content": None,
    "response_content": None,
    "push_login_content": None,
    "sent_fields": (),
    "body": None,
    "headers": None,
    "target": b"/gateway",
    "tiger_id": "20150001",
    "token": "",
    "key": KEY,
    "seen_message": None,
}


def flow(runs: tuple[str, ...], **values: Any) -> Values:
    return {name: value for name, value in IDLE.items() if name not in runs} | values


SIGNS = ("signed_values", "sign_content")
SENDS = (*SIGNS, "sent_fields", "body", "headers", "target")


@st.composite
def inputs(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Values:
    """What the pipeline starts from in one of its flows."""
    kind = draw(st.sampled_from(["sign", "request", "received", "response", "login", "key"]))
    chosen = {"tiger_id": draw(st.just("20150001") | CLEAN), "seen_message": draw(OPENED)}
    charset = draw(st.sampled_from(["UTF-8", "GBK"]))
    more = tuple(draw(st.dictionaries(NAMES | texts, st.none() | texts, max_size=6)).items())
    biz = draw(st.none() | BIZ_CONTENTS | texts)
    timestamp = draw(TIMESTAMPS | texts)
    if kind in {"sign", "received"}:
        fields = {**dict(more), "biz_content": biz, "timestamp": timestamp}
        runs = SIGNS if kind == "sign" else SENDS
        return flow(runs, fields=tuple(fields.items()), charset=charset, timestamp="", **chosen)
    if kind == "request":
        given_ = {"biz_content": biz, "more": more, "timestamp": timestamp, "charset": charset}
        token = draw(st.sampled_from(["", "VE9L"]))
        return flow(
            (*SENDS, "fields"), api_method=draw(texts), **given_, **chosen | {"token": token}
        )
    if kind == "response":
        answer = {"request_timestamp": draw(TIMESTAMPS | CLEAN), "response": draw(RESPONSES)}
        return flow(("response_content",), **answer, **chosen)
    if kind == "login":
        return flow(("push_login_content",), now=draw(st.integers()), **chosen)
    return flow(("key",), sign_content=b"x", key_octets=draw(KEYS), passphrase="", **chosen)


BIZ = '{"b":"a/b & <caf\u00e9 e\u0301 香>","A":null,"a":[1, 2],"c":"\\u9999 \\/"}'
NASTY = flow(
    (*SENDS, "fields"),
    api_method="\ud800",
    biz_content=BIZ,
    more=(("signature", None), ("sign", ""), ("biz_content", BIZ), ("\x00", " \ud800 ")),
    timestamp="9999-12-31 23:59:59",
    charset="GBK",
    token="VE9L",
)
PLAIN = flow(
    SENDS,
    fields=(
        ("version", "2.0"),
        ("biz_content", BIZ),
        ("device_id", None),
        ("notify_url", ""),
        ("timestamp", "2026-01-15 09:30:00"),
        ("charset", "UTF-8"),
        ("tiger_id", "20150001"),
    ),
    charset="UTF-8",
    timestamp="2026-01-15 09:30:00",
    seen_message=b"\0\2" + b"\x11" * 90 + b"\0" * 36,
)
EDITS: list[tuple[str, Callable[[Pipeline], Pipeline]]] = [
    (mistake.id, edit)
    for mistake in CATALOGUE.values()
    for edit in dict.fromkeys((mistake.edit, mistake.hindsight))
]


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(values=inputs(CLEAN))
@example(values=PLAIN)
def test_reference_and_oracle_make_the_same_mistakes(oracle: Pipeline, values: Values) -> None:
    assert oracle.run(values) == REFERENCE.run(values)
    for id_, edit in EDITS:
        assert edit(oracle).run(values) == edit(REFERENCE).run(values), id_


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(values=inputs(ANY))
@example(values=NASTY)
def test_every_mistake_can_be_made_on_any_input(values: Values) -> None:
    for id_, edit in EDITS:
        assert isinstance(edit(REFERENCE).run(values)["signature"], bytes), id_


@pytest.mark.parametrize("values", [NASTY, PLAIN], ids=["nasty", "plain"])
def test_any_two_mistakes_can_be_made_at_once(values: Values) -> None:
    def results(pipeline: Pipeline, first: Mistake, second: Mistake) -> Values:
        return second.edit(first.edit(pipeline)).run(values)

    for number, (first, second) in enumerate(combinations(CATALOGUE.values(), 2)):
        if number % 5 == 0:  # each mistake with a fifth of the others
            got = results(REFERENCE, first, second)
            assert all(isinstance(got[name], bytes) for name in ("signature", "body", "content"))
            second.hindsight(first.hindsight(REFERENCE)).run(values)


def test_the_stand_ins_are_what_openssl_says(oracle: Pipeline) -> None:
    for key in (KEY, private_line("1025"), private_line("2048")):
        values = flow((), sign_content=b"content") | {"key": key}
        assert oracle.run(values) == ORACLE.run(values)
        signed = oracle.run(values)["signature"]
        assert openssl.sign_sha1(pem_of(key), b"content") == base64.b64decode(signed)
