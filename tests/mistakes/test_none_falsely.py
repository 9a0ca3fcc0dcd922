"""No cause is named that does not give exactly the octets seen."""

import hashlib
import hmac
import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.codec import encode_octets
from signproof.corpus import Case, Corpus
from signproof.diagnose import Seen, diagnose
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.oracles import openssl
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE as ORACLE
from signproof.pipeline import Pipeline, Stage

pytestmark = pytest.mark.heavy

Json = dict[str, Any]
Values = dict[str, Any]

SCHEME = schemes.get("longbridge-hmac")
CASES = {case.id.partition("/")[2]: case for case in Corpus.open().cases(SCHEME.id)}


def sha1(octets: bytes) -> bytes:
    return hashlib.sha1(octets).hexdigest().encode()


def hmac_sha256(key: bytes, octets: bytes) -> bytes:
    return hmac.digest(key, octets, "sha256").hex().encode()


QUICK: dict[Any, Any] = {openssl.sha1: sha1, openssl.hmac_sha256: hmac_sha256}
PIPELINE = Pipeline(
    tuple(
        Stage(stage.name, stage.inputs, QUICK.get(stage.function, stage.function))
        for stage in ORACLE.stages
    )
)
"""The oracle's: what the reference's stages give is not what is replayed against here."""


# Replaying, written without diagnose.py and replay.py.


def edited(ids: Iterable[str], *, hindsight: bool = False) -> Pipeline:
    pipeline = PIPELINE
    for id_ in ids:
        mistake = CATALOGUE[id_]
        pipeline = (mistake.hindsight if hindsight else mistake.edit)(pipeline)
    return pipeline


def start(case: Case) -> Values:
    """What the pipeline starts from, from credential and input."""
    given_, credential = case.input, dict(case.credential or {})
    values: Values = {name: text.encode() for name, text in credential.items()}
    values |= {
        "refreshed_token": None,
        "method": given_["method"].encode(),
        "path": given_["path"].encode(),
        "body": msgspec.json.decode(f'"{given_["body_b64"]}"', type=bytes),
        "timestamp": given_["timestamp"].encode(),
    }
    if "query" in given_:
        values["query"] = None if given_["query"] is None else given_["query"].encode()
    else:
        values["params"] = tuple((name.encode(), text.encode()) for name, text in given_["params"])
    return values


def output_of(case: Case, results: Values) -> Json:
    if case.vector.operation == "sign":
        return {"x_api_signature": results["header"].decode()}
    query = results["sent_query"]
    return {
        "method": results["method"].decode(),
        "path": results["path"].decode(),
        "query": None if query is None else query.decode(),
        "headers": [[name.decode(), value.decode()] for name, value in results["headers"]],
        "body_b64": encode_octets(results["sent_body"]),
    }


def comparable(output: Json) -> Json:
    """Headers in any order and with names in any case."""
    if "headers" not in output:
        return output
    return output | {"headers": sorted((name.lower(), value) for name, value in output["headers"])}


def extra_headers(seen: Json, replayed: Json) -> Json:
    """Drop from *seen* headers that have nothing to do with signing, which a client may add."""
    if "headers" not in seen:
        return seen
    names = {name.lower() for name, _ in replayed["headers"]}
    names |= {"x-api-key", "authorization", "x-timestamp", "x-api-signature", "content-type"}
    headers = [[name, value] for name, value in seen["headers"] if name.lower() in names]
    return seen | {"headers": headers}


def gives(case: Case, pipeline: Pipeline, values: Values, seen: Json) -> bool:
    replayed = output_of(case, pipeline.run(values))
    return comparable(replayed) == comparable(extra_headers(seen, replayed))


def as_received(case: Case, seen: Json) -> Values:
    """What the pipeline starts from, with what the client chose taken from its request."""
    values = start(case)
    del values["params"]
    values["query"] = None if seen["query"] is None else seen["query"].encode()
    values["body"] = msgspec.json.decode(f'"{seen["body_b64"]}"', type=bytes)
    headers = [(name.lower(), value) for name, value in seen["headers"]]
    times = [value for name, value in headers if name == "x-timestamp"]
    tokens = [value for name, value in headers if name == "authorization"]
    if len(times) == 1:
        values["timestamp"] = times[0].encode()
    if len(tokens) == 1 and not tokens[0].startswith("HMAC-"):
        values["token"] = tokens[0].encode()
    return values


def reproduces(case: Case, ids: list[str], seen: Json) -> bool:
    """Tell whether these mistakes give the output, and more of it than no mistake would."""
    if gives(case, edited(ids), start(case), seen):
        return True
    if case.vector.operation == "sign":
        return False
    values = as_received(case, seen)
    if gives(case, PIPELINE, values, seen):
        return False  # it is well signed as it stands: a mistake in signing explains nothing
    return gives(case, edited(ids, hindsight=True), values, seen)


def named(case: Case, seen: Json) -> list[list[str]]:
    """Return the mistakes of every cause that is named."""
    causes = diagnose(SCHEME, [Seen(case, seen)], []).causes.get(case.id, [])
    ids = [id_ for cause in causes for id_ in (cause.id, *cause.also)]
    return [id_.split(" + ") for id_ in ids]


# Outputs that no mistake gives.

PREFIX = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="


def right(name: str) -> str:
    output = CASES[name].vector.expected.output
    assert output is not msgspec.UNSET
    return str(output["x_api_signature"])


def with_a_random_key(name: str) -> str:
    key = random.Random(1).randbytes(32)
    text = CASES[name].vector.stages["string_to_sign"].encode()
    return PREFIX + hmac.digest(key, text, "sha256").hex()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body/compact", PREFIX + random.Random(2).randbytes(32).hex()),
        ("body/compact", PREFIX + "0" * 64),
        ("body/compact", PREFIX),
        ("body/compact", ""),
        ("body/compact", "example"),
        ("body/compact", right("query/one")),
        ("query/one", right("body/compact")),
        ("credential/main", right("credential/other-secret")),
        ("timestamp/seconds", right("timestamp/beyond-2038")),
        ("body/compact", with_a_random_key("body/compact")),
        ("body/compact", right("body/compact")[:-1]),
        ("body/compact", f" {right('body/compact')}"),
        ("body/compact", right("body/compact")[:-1] + "g"),
    ],
)
def test_a_value_that_no_mistake_gives_has_no_cause(name: str, value: str) -> None:
    case = CASES[name]
    diagnosis = diagnose(SCHEME, [Seen(case, {"x_api_signature": value})], [])
    assert diagnosis.causes == {}
    assert diagnosis.explained == {}
    assert diagnosis.differences == {}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("request/get", {"path": "/v1/asset/other"}),
        ("request/put", {"method": "PATCH"}),
        ("request/post", {"body_b64": "e30="}),
        ("request/get-one", {"query": "symbol=701.HK"}),
        ("request/get-one", {"query": "x=1&symbol=700.HK"}),
        ("request/get-one", {"headers": []}),
    ],
)
def test_a_request_changed_after_signing_as_no_mistake_does_has_no_cause(
    name: str, change: Json
) -> None:
    case = CASES[name]
    assert named(case, output_of(case, PIPELINE.run(start(case))) | change) == []


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("request/get-list", "list-with-commas"),
        ("request/get-list", "list-with-brackets"),
        ("request/get-list", "list-last-value-only"),
        ("request/param-ampersand", "params-joined-unencoded"),
        ("request/post", "form-content-type"),
        ("request/post", "json-content-type-missing"),
        ("request/get", "bearer-prefix"),
    ],
)
def test_a_request_that_is_well_signed_is_not_blamed_on_signing(name: str, mistake: str) -> None:
    """It is another request than the one asked for, and only mistakes that make it may be named."""
    case = CASES[name]
    seen = output_of(case, edited([mistake]).run(start(case)))
    causes = named(case, seen)
    assert [mistake] in causes
    assert [ids for ids in causes if not gives(case, edited(ids), start(case), seen)] == []


# Outputs of mistakes, on any input.

WORDS = st.text("abcXYZ019 ~:/+&=%'é香", max_size=8)
PARAMS = st.lists(st.tuples(st.sampled_from(["a", "symbol", "expired_at"]), WORDS), max_size=4)
BODIES = st.one_of(
    st.sampled_from([b"", b"{}", b'""', b"[1, 2]\n", b"\xff", "é".encode()]),
    st.dictionaries(st.sampled_from("abz"), WORDS | st.integers(), max_size=3).map(
        msgspec.json.encode
    ),
)
TIMES = st.from_regex(r"\A(1[0-9]{9}|1[0-9]{12})(\.[0-9]{1,3})?\Z")
PATHS = st.sampled_from(["/", "/v1/a", "/v1/Trade/", "//v1//a", "/v1/a%20b", "/v1/%2f"])
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "get"])


@st.composite
def signings(draw: st.DrawFn) -> Case:
    """A case of `sign` or `request` with an input of its own."""
    input_: Json = {
        "method": draw(METHODS),
        "path": draw(PATHS),
        "body_b64": encode_octets(draw(BODIES)),
        "timestamp": draw(TIMES),
    }
    if draw(st.booleans()):
        query = st.lists(
            st.sampled_from(["a=1", "b=", "a=%7E", "c=%3A", "d=%2f", "e=+", "f=%20", "B", "b=~"])
        )
        input_["query"] = draw(st.none() | query.map("&".join))
        case = CASES["path/root"]
    else:
        input_["params"] = [list(pair) for pair in draw(PARAMS)]
        case = CASES["request/get"]
    return replace(case, input=input_)


def check(case: Case, made: list[str]) -> None:
    """Every cause named for what these mistakes make reproduces it, and they are among them."""
    seen = output_of(case, edited(made).run(start(case)))
    causes = named(case, seen)
    assert [ids for ids in causes if not reproduces(case, ids, seen)] == []
    if gives(case, PIPELINE, start(case), seen):
        assert causes == []  # they do not show in this case: nothing is wrong with its signature
    elif len(made) == 1:
        assert made in causes
    else:
        assert causes


# Looking for pairs takes a second: a failure is shown as it was found.
QUICKLY = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@settings(QUICKLY, max_examples=80)
@given(case=signings(), mistake=st.sampled_from(list(CATALOGUE)))
def test_what_is_named_reproduces_the_output(case: Case, mistake: str) -> None:
    check(case, [mistake])


PAIRS = list(combinations(CATALOGUE, 2))


@settings(QUICKLY, max_examples=8)
@given(case=signings(), pair=st.sampled_from(PAIRS))
def test_a_pair_that_is_named_reproduces_the_output(case: Case, pair: tuple[str, str]) -> None:
    check(case, list(pair))


@pytest.mark.parametrize(
    "pair",
    [
        ("separator-missing-after-header-block", "header-names-list-commas"),
        ("header-names-not-lowercase", "headers-ordered-213"),
        ("path-uppercase", "header-names-list-reversed"),
        ("body-digest-sha256", "canonical-digest-sha256"),
        ("header-colon-space", "secret-hex-decoded"),
        ("body-digest-sha256", "body-digest-emptied"),
    ],
)
def test_two_mistakes_at_once_are_named(pair: tuple[str, str]) -> None:
    case = CASES["body/compact"]
    seen = output_of(case, edited(pair).run(start(case)))
    causes = named(case, seen)
    assert [ids for ids in causes if not reproduces(case, ids, seen)] == []
    if gives(case, edited(pair[1:]), start(case), seen):
        assert [pair[1]] in causes  # the second hides the first
    else:
        assert list(pair) in causes


@pytest.mark.parametrize(
    "mistake",
    [
        "timestamp-read-twice",
        "bearer-prefix-sent-only",
        "sent-tilde-decoded",
        "sent-escapes-uppercase",
        "sent-colon-decoded",
        "separator-missing-after-method",
    ],
)
def test_a_mistake_is_named_though_the_client_spells_its_query_in_its_own_way(mistake: str) -> None:
    """Spaces are `+` here, so that only what was received, looked at in hindsight, can tell."""
    given_ = CASES["request/get"].input | {"params": [["a", "x y"], ["b", "~/:"]]}
    case = replace(CASES["request/get"], input=given_)
    query = b"a=x+y&b=~%2F%3A"
    own = CATALOGUE[mistake].edit(PIPELINE.replace("query", lambda _: query))
    seen = output_of(case, own.run(start(case)))
    assert [mistake] in named(case, seen)
    assert [ids for ids in named(case, seen) if not reproduces(case, ids, seen)] == []
