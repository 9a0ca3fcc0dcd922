"""Edits run on any octets, alone and in pairs, and mean the same to reference and oracle."""

import hashlib
import hmac
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.mistakes.base import Mistake
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.oracles import openssl
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE as ORACLE
from signproof.pipeline import Pipeline, Stage

pytestmark = pytest.mark.heavy

Values = dict[str, Any]

REFERENCE = schemes.get("longbridge-hmac").pipeline


def sha1(octets: bytes) -> bytes:
    return hashlib.sha1(octets).hexdigest().encode()


def hmac_sha256(key: bytes, octets: bytes) -> bytes:
    return hmac.digest(key, octets, "sha256").hex().encode()


@pytest.fixture(scope="module")
def oracle() -> Pipeline:
    """The oracle with hashlib in the place of the openssl command, which a test compares below."""
    quick: dict[Any, Any] = {openssl.sha1: sha1, openssl.hmac_sha256: hmac_sha256}
    stages = (
        Stage(stage.name, stage.inputs, quick.get(stage.function, stage.function))
        for stage in ORACLE.stages
    )
    return Pipeline(tuple(stages))


TEXTS = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
BODIES = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            b"{}",
            b'""',
            b' {"z": "\xe9\xa6\x99", "a": "\\u00e9", "a": 1e999, "n": -0.0}\r\n',
            b'{"lone":"\\ud800"}',
            b"[" * 100_000,
            b"1" * 5_000,
            b"NaN",
            "\ufeff{}".encode(),
            "{}".encode("utf-16"),
        ]
    ),
)
QUERIES = st.one_of(
    st.none(),
    TEXTS,
    st.lists(
        st.sampled_from([b"a", b"=", b"&", b"%", b"%7E", b"%3a", b"%2f", b"+", b"~", b":", b"\xff"])
    ).map(b"".join),
)
TIMES = st.one_of(
    TEXTS,
    st.from_regex(rb"\A[0-9]{1,20}(\.[0-9]{0,10})?\Z"),
    st.just(b"9" * 5_000),
)
NAMES = st.one_of(TEXTS, st.just(b"expired_at"))
INSTANTS = st.one_of(
    TEXTS,
    st.datetimes().map(lambda instant: instant.isoformat().encode()),
    st.sampled_from(
        [b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"0001-01-01", b"20270219"]
    ),
)


@st.composite
def inputs(draw: st.DrawFn) -> Values:
    """What a pipeline starts from; as received, query and token are given and not made."""
    values: Values = {
        "app_key": draw(TEXTS),
        "app_secret": draw(TEXTS),
        "access_token": draw(TEXTS),
        "refreshed_token": draw(st.none() | st.binary(min_size=1, max_size=10)),
        "method": draw(st.sampled_from([b"GET", b"post", b"Put"]) | TEXTS),
        "path": draw(TEXTS),
        "params": draw(st.none() | st.lists(st.tuples(NAMES, INSTANTS), min_size=1).map(tuple)),
        "body": draw(BODIES),
        "timestamp": draw(TIMES),
    }
    if draw(st.booleans()):
        values["query"] = draw(QUERIES)
    if draw(st.booleans()):
        values["token"] = draw(TEXTS)
    return values


NASTY: Values = {
    "app_key": b"\x00|",
    "app_secret": b"\xff",
    "access_token": b"\r\n",
    "refreshed_token": None,
    "method": b"get",
    "path": b"//%",
    "params": ((b"expired_at", b"0001-01-01"), (b"a", b""), (b"a", b"\xff")),
    "body": b"{}",
    "timestamp": b"1.0",
}
PLAIN: Values = NASTY | {
    "app_secret": b"00" * 32,
    "path": b"/v1",
    "query": b"b=%7E&a=+",
    "token": b"Bearer t",
    "body": b"",
    "timestamp": b"1700000000123",
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(values=inputs())
@example(values=NASTY)
@example(values=PLAIN)
def test_reference_and_oracle_make_the_same_mistakes(oracle: Pipeline, values: Values) -> None:
    assert oracle.run(values) == REFERENCE.run(values)
    for mistake in CATALOGUE.values():
        for edit in {mistake.edit, mistake.hindsight}:
            assert edit(oracle).run(values) == edit(REFERENCE).run(values), mistake.id


@pytest.mark.parametrize("values", [NASTY, PLAIN], ids=["nasty", "plain"])
def test_any_two_mistakes_can_be_made_at_once(oracle: Pipeline, values: Values) -> None:
    def results(pipeline: Pipeline, first: Mistake, second: Mistake) -> Values:
        return second.edit(first.edit(pipeline)).run(values)

    for number, (first, second) in enumerate(combinations(CATALOGUE.values(), 2)):
        got = results(REFERENCE, first, second)
        assert all(isinstance(got[name], bytes) for name in ("header", "canonical_request"))
        second.hindsight(first.hindsight(REFERENCE)).run(values)
        if number % 7 == 0:
            assert results(oracle, first, second) == got, (first.id, second.id)


def test_the_stand_ins_are_what_openssl_says() -> None:
    for octets in (b"", b"a", bytes(range(256))):
        assert sha1(octets) == openssl.sha1(octets)
        for key in (b"", b"k", b"k" * 65):
            assert hmac_sha256(key, octets) == openssl.hmac_sha256(key, octets)
