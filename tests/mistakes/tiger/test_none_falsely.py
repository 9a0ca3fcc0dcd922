"""No cause is named that does not give exactly the octets seen."""

import base64
import json
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
from signproof.corpus import Case, Corpus
from signproof.diagnose import Seen, diagnose
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.pipeline import Pipeline

pytestmark = pytest.mark.heavy

Json = dict[str, Any]
Values = dict[str, Any]

SCHEME = schemes.get("tiger-rsa")
CASES = {case.id.partition("/")[2]: case for case in Corpus.open().cases(SCHEME.id)}
ORDER = CASES["request/place-order"]
SIGN = CASES["text/quotes"]


# Replaying over the oracle's pipeline, written without diagnose.py and replay.py.


def edited(pipeline: Pipeline, ids: Iterable[str], *, hindsight: bool = False) -> Pipeline:
    for id_ in ids:
        mistake = CATALOGUE[id_]
        pipeline = (mistake.hindsight if hindsight else mistake.edit)(pipeline)
    return pipeline


SIGNS = {"signed_values", "sign_content"}
RUNS = {
    "sign": SIGNS,
    "request": {*SIGNS, "fields", "sent_fields", "body", "headers", "target"},
    "sign-response": {"response_content"},
    "push-login": {"push_login_content"},
}
IDLE: Values = dict.fromkeys(
    ("fields", "sign_content", "response_content", "push_login_content", "body", "headers")
) | {"signed_values": (), "sent_fields": (), "target": b"/gateway"}


def flow(case: Case, seen: Json) -> Values:
    """What every flow has; the message seen is opened with the numbers of the key."""
    credential = dict(case.credential or {})
    runs = RUNS[case.vector.operation]
    return {name: value for name, value in IDLE.items() if name not in runs} | {
        "tiger_id": credential["tiger_id"],
        "key": credential["private_key"],
        "token": credential.get("token", ""),
        "seen_message": opened(credential["private_key"], sign_in(seen)),
    }


def sign_in(seen: Json) -> object:
    if "sign" in seen:
        return seen["sign"]
    try:
        return json.loads(base64.b64decode(seen["body_b64"]))["sign"]
    except (KeyError, TypeError, ValueError):
        return None


def opened(key: str, sign: object) -> bytes | None:
    der = base64.b64decode(key)
    size = int.from_bytes(der[9:11])
    n = int.from_bytes(der[11 : 11 + size])
    try:
        octets = base64.b64decode(str(sign), validate=True)
    except ValueError:
        return None
    if len(octets) != size - 1 or int.from_bytes(octets) >= n:
        return None
    return pow(int.from_bytes(octets), 65537, n).to_bytes(size - 1)


def start(case: Case, seen: Json) -> Values:
    """What the pipeline starts from, from credential and input."""
    given_ = dict(case.input)
    values = flow(case, seen)
    if "params" in given_:
        given_["fields"] = tuple((name, value) for name, value in given_.pop("params"))
    if "body_b64" in given_:
        given_["response"] = base64.b64decode(given_.pop("body_b64"))
    if case.vector.operation in {"sign", "request"}:
        given_.setdefault("charset", "UTF-8")
    if case.vector.operation == "request":
        given_["more"] = tuple((name, value) for name, value in given_.get("more", []))
    return values | given_


def as_received(case: Case, seen: Json) -> Values | None:
    """The same, with what the client chose taken from its request; None where that tells none."""
    try:
        fields = json.loads(base64.b64decode(seen["body_b64"]))
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    fields.pop("sign", None)
    values = flow(case, seen) | {
        "fields": tuple((name, as_text(value)) for name, value in fields.items()),
        "charset": "GBK" if fields.get("charset") == "GBK" else "UTF-8",
        "timestamp": fields.get("timestamp", ""),
        "target": seen["path"].encode() + (f"?{seen['query']}".encode() if seen["query"] else b""),
    }
    tokens = [value for name, value in seen["headers"] if name == "Authorization"]
    return values | {"token": tokens[0] if tokens else ""}


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def output_of(case: Case, results: Values) -> Json:
    if case.vector.operation != "request":
        return {"sign": results["signature"].decode()}
    path, mark, query = results["target"].decode().partition("?")
    return {
        "method": "POST",
        "path": path,
        "query": query if mark else None,
        "headers": [[name.decode(), value.decode()] for name, value in results["headers"]],
        "body_b64": base64.b64encode(results["body"]).decode(),
    }


def comparable(output: Json) -> Json:
    """How the body's JSON is written, and other headers than the token's, are free."""
    if "sign" in output:
        return output
    body = base64.b64decode(output["body_b64"])
    tokens = [value for name, value in output["headers"] if name.lower() == "authorization"]
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    shown = json.dumps(parsed, sort_keys=True) if isinstance(parsed, dict) else body
    return {"target": (output["path"], output["query"]), "tokens": tokens, "body": shown}


def gives(case: Case, pipeline: Pipeline, values: Values, seen: Json) -> bool:
    return comparable(output_of(case, pipeline.run(values))) == comparable(seen)


def reproduces(oracle: Pipeline, case: Case, ids: list[str], seen: Json) -> bool:
    """Tell whether these mistakes give the output, and more of it than no mistake would."""
    values = start(case, seen)
    if gives(case, edited(oracle, ids), values, seen):
        return True
    if case.vector.operation != "request":
        return gives(case, edited(oracle, ids, hindsight=True), values, seen)
    received = as_received(case, seen)
    if received is None or gives(case, oracle, received, seen):
        return False  # it is well signed as it stands: a mistake in signing explains nothing
    return gives(case, edited(oracle, ids, hindsight=True), received, seen)


def made(oracle: Pipeline, case: Case, ids: Iterable[str]) -> Json:
    return output_of(case, edited(oracle, ids).run(start(case, {"sign": None})))


def named(case: Case, seen: Json) -> list[list[str]]:
    """Return the mistakes of every cause that is named."""
    causes = diagnose(SCHEME, [Seen(case, seen)], []).causes.get(case.id, [])
    ids = [id_ for cause in causes for id_ in (cause.id, *cause.also)]
    return [id_.split(" + ") for id_ in ids]


# Outputs that no mistake gives.


def right(name: str) -> str:
    output = CASES[name].vector.expected.output
    assert output is not msgspec.UNSET
    return str(output["sign"])


def random_text(octets: int) -> str:
    return base64.b64encode(random.Random(octets).randbytes(octets)).decode()


@pytest.mark.parametrize(
    "sign",
    [
        "",
        "example",
        random_text(127),
        random_text(128),
        random_text(256),
        base64.b64encode(bytes(128)).decode(),
        base64.b64encode(b"\xff" * 128).decode(),
        right("text/decomposed"),
        right("push-login/usual"),
        right("text/quotes")[:-4],
        " " + right("text/quotes"),
        right("text/quotes").lower(),
    ],
)
def test_a_signature_that_no_mistake_gives_has_no_cause(sign: str) -> None:
    diagnosis = diagnose(SCHEME, [Seen(SIGN, {"sign": sign})], [])
    assert diagnosis.causes == {}
    assert diagnosis.explained == {}
    assert diagnosis.differences == {}


def with_body(seen: Json, **members: Any) -> Json:
    body = json.loads(base64.b64decode(seen["body_b64"])) | members
    return seen | {"body_b64": base64.b64encode(json.dumps(body).encode()).decode()}


@pytest.mark.parametrize(
    "change",
    [
        {"biz_content": '{"other":1}'},
        {"sign": random_text(128)},
    ],
)
def test_a_request_changed_after_signing_as_no_mistake_does_has_no_cause(
    oracle: Pipeline, change: Json
) -> None:
    assert named(ORDER, with_body(made(oracle, ORDER, []), **change)) == []


@pytest.mark.parametrize(
    "members", [{"path": "/other"}, {"headers": [["Authorization", "token"]]}, {"body_b64": ""}]
)
def test_a_request_sent_as_no_mistake_does_has_no_cause(oracle: Pipeline, members: Json) -> None:
    assert named(ORDER, made(oracle, ORDER, []) | members) == []


# Outputs of mistakes, on any input.

WORDS = st.text("abAB09 ~/&=+%<>'!é\u0301香\\\"", max_size=8)
BIZ_CONTENTS = st.dictionaries(
    st.sampled_from(["symbol", "account", "Lang", "é"]),
    WORDS | st.none() | st.integers() | st.lists(st.integers(), max_size=2),
    max_size=4,
)
DUMPS: list[Json] = [
    {},
    {"ensure_ascii": False},
    {"separators": (",", ":"), "ensure_ascii": False},
    {"indent": 2},
]
MORE = st.dictionaries(
    st.sampled_from(["device_id", "notify_url", "account", "sdk", "sdk-version", "Lang", "x[0]"]),
    st.none() | WORDS,
    max_size=3,
)
TIMES = st.datetimes().map(lambda instant: str(instant)[:19])
KINDS = [ORDER, SIGN, CASES["sign-response/usual"], CASES["push-login/usual"]]


@st.composite
def signings(draw: st.DrawFn) -> Case:
    """A case of an operation that signs, with an input of its own."""
    case = draw(st.sampled_from([ORDER, ORDER, *KINDS]))
    timestamp, charset = draw(TIMES), draw(st.sampled_from(["UTF-8", "UTF-8", "GBK"]))
    biz = draw(st.none() | BIZ_CONTENTS)
    text = None if biz is None else json.dumps(biz, **draw(st.sampled_from(DUMPS)))
    more = [list(pair) for pair in draw(MORE).items()]
    inputs: dict[str, Json] = {
        "request": {
            "api_method": "place_order",
            "biz_content": text,
            "timestamp": timestamp,
            "charset": charset,
            "more": more,
        },
        "sign": {
            "params": [["timestamp", timestamp], ["charset", charset], *more],
            "charset": charset,
        },
        "sign-response": case.input | {"request_timestamp": timestamp},
        "push-login": {"now": draw(st.integers(0, 2**31))},
    }
    return replace(case, input=inputs[case.vector.operation])


def check(oracle: Pipeline, case: Case, ids: list[str]) -> None:
    """Every cause named for what these mistakes make reproduces it, and they are among them."""
    seen = made(oracle, case, ids)
    causes = named(case, seen)
    assert [each for each in causes if not reproduces(oracle, case, each, seen)] == []
    if gives(case, oracle, start(case, seen), seen):
        assert causes == []  # they do not show in this case: nothing is wrong with its signature
    elif len(ids) == 1:
        assert ids in causes
    else:
        assert causes


LOADERS = {id_ for id_ in CATALOGUE if id_.startswith("key-loader-")}
SIGNERS = [id_ for id_ in CATALOGUE if id_ not in LOADERS]

# Looking for pairs takes seconds: a failure is shown as it was found.
QUICKLY = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@settings(QUICKLY, max_examples=120)
@given(case=signings(), mistake=st.sampled_from(SIGNERS))
def test_what_is_named_reproduces_the_output(oracle: Pipeline, case: Case, mistake: str) -> None:
    check(oracle, case, [mistake])


PAIRS = list(combinations(SIGNERS, 2))


@settings(QUICKLY, max_examples=4)
@given(case=signings(), pair=st.sampled_from(PAIRS))
def test_a_pair_that_is_named_reproduces_the_output(
    oracle: Pipeline, case: Case, pair: tuple[str, str]
) -> None:
    check(oracle, case, list(pair))


@pytest.mark.parametrize(
    "pair",
    [
        ("names-unsorted", "values-url-encoded"),
        ("digest-sha256", "signature-hex"),
        ("sign-type-rsa2", "digest-sha256"),
        ("names-joined-with-colons", "newline-behind"),
        ("digest-info-missing", "padding-of-an-encryption"),
    ],
)
def test_two_mistakes_at_once_are_named(oracle: Pipeline, pair: tuple[str, str]) -> None:
    seen = made(oracle, SIGN, pair)
    causes = named(SIGN, seen)
    assert [ids for ids in causes if not reproduces(oracle, SIGN, ids, seen)] == []
    assert sorted(pair) in [sorted(ids) for ids in causes]


@pytest.mark.parametrize(
    "mistake",
    [
        "names-unsorted",
        "body-signed",
        "timestamp-read-twice",
        "device-id-not-signed",
        "undocumented-fields-not-signed",
        "biz-content-sent-spaced",
        "biz-content-sent-escaped",
        "biz-content-sent-html-escaped",
        "biz-content-signed-sorted",
        "biz-content-sent-as-object",
        "sign-named-signature",
        "pss",
    ],
)
def test_a_mistake_is_named_though_the_client_adds_fields_of_its_own(
    oracle: Pipeline, mistake: str
) -> None:
    """So that only what was received, looked at in hindsight, can tell."""
    biz = '{"b":"香 & é","a":"1"}'
    case = replace(ORDER, input=ORDER.input | {"biz_content": biz})
    values = start(case, {"sign": None})
    values["more"] = (("device_id", "example"),)
    values["timestamp"] = "2026-02-01 01:02:03"
    seen = output_of(case, edited(oracle, [mistake]).run(values))
    assert [mistake] in named(case, seen)
    assert [ids for ids in named(case, seen) if not reproduces(oracle, case, ids, seen)] == []
