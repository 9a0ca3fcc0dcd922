"""No cause is named that does not give exactly the octets seen."""

import base64
import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.corpus import Case
from signproof.diagnose import Diagnosis, Seen, diagnose
from signproof.mistakes import rsa as arithmetic
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.pipeline import Pipeline
from tests.mistakes.shioaji import cases as own

pytestmark = pytest.mark.heavy

Json = dict[str, Any]
Values = dict[str, Any]

SCHEME = schemes.get("shioaji-ca")
ORDER, TEXT = "sign-pkcs1/order", "sign-pkcs1/text"

# Replaying over the other pipeline, written without diagnose.py and replay.py.

SUBJECT = (
    ("C", "TW"),
    ("O", "EXAMPLE"),
    ("OU", "EXAMPLE securities"),
    ("CN", "Z199999999-01-001::EXAMPLE"),
)
RUNS = {
    "sign-pkcs1": ("common_name", "person_id", "signed_text", "signature", "envelope"),
    "expire-time": ("expire_time",),
    "read-env": ("env", "stopped_at"),
}


def start(case: Case) -> Values:
    """What the pipeline starts from."""
    runs = RUNS[case.vector.operation]
    values: Values = {
        stage.name: None for stage in SCHEME.pipeline.stages if stage.name not in runs
    }
    given_ = dict(case.input)
    if "file_b64" in given_:
        given_["file"] = base64.b64decode(given_.pop("file_b64"))
        given_["environment"] = dict(given_["environment"])
    if case.credential is not None:
        given_ |= {"subject": SUBJECT, "key": own.key(), "certificate": own.certificate()}
    return values | given_


def output_of(case: Case, results: Values) -> Json:
    if case.vector.operation == "sign-pkcs1":
        return {"envelope": results["envelope"].decode("utf-8", "replace")}
    if case.vector.operation == "expire-time":
        return {"expire_time": results["expire_time"]}
    values = [list(pair) for pair in results["env"]]
    return {"values": values, "stopped_at": results["stopped_at"]}


def made(oracle: Pipeline, case: Case, ids: Iterable[str]) -> Json:
    for id_ in ids:
        oracle = CATALOGUE[id_].edit(oracle)
    return output_of(case, oracle.run(start(case)))


def diagnosed(case: Case, seen: Json) -> Diagnosis:
    return diagnose(SCHEME, [Seen(case, seen)], [])


def named(case: Case, seen: Json) -> list[list[str]]:
    """Return the mistakes of every cause that is named."""
    causes = diagnosed(case, seen).causes.get(case.id, [])
    ids = [id_ for cause in causes for id_ in (cause.id, *cause.also)]
    return [id_.split(" + ") for id_ in ids]


# Outputs that no mistake gives.


def with_parts(envelope: str, **parts: bytes) -> str:
    names = ("signature", "text", "certificate")
    prefix, *given_ = envelope.split(".")
    texts = [
        base64.b64encode(parts[name]).decode() if name in parts else text
        for name, text in zip(names, given_, strict=True)
    ]
    return ".".join((prefix, *texts))


@pytest.mark.parametrize(
    "parts",
    [
        {"signature": b""},
        {"signature": bytes(128)},
        {"signature": random.Random(1).randbytes(128)},
        {"signature": random.Random(2).randbytes(127)},
        {"text": b"Z199999999"},
        {"certificate": b"EXAMPLE"},
    ],
)
def test_an_envelope_with_a_part_of_no_mistakes_has_no_cause(
    oracle: Pipeline, good: dict[str, Case], parts: dict[str, bytes]
) -> None:
    envelope = with_parts(made(oracle, good[ORDER], [])["envelope"], **parts)
    diagnosis = diagnosed(good[ORDER], {"envelope": envelope})
    assert diagnosis.causes == {}
    assert diagnosis.explained == {}
    assert diagnosis.differences == {}


@pytest.mark.parametrize("envelope", ["", ".", "pkcs1.", "pkcs1.AAAA.AAAA.AAAA", "example"])
def test_what_is_no_envelope_of_a_mistake_has_no_cause(
    good: dict[str, Case], envelope: str
) -> None:
    assert named(good[ORDER], {"envelope": envelope}) == []


def test_the_signature_of_another_text_has_no_cause(
    oracle: Pipeline, good: dict[str, Case]
) -> None:
    assert named(good[ORDER], made(oracle, good[TEXT], [])) == []


@pytest.mark.parametrize(
    ("case", "output"),
    [
        ("expire-time/1789315199", {"expire_time": "2026-09-12T15:59:59"}),
        ("expire-time/1789315199", {"expire_time": ""}),
        ("person-id/0", {"person_id": "Z199999998"}),
        ("person-id/0", {"person_id": "Z19999999"}),
        ("read-env/plain", {"values": []}),
        ("read-env/plain", {"values": [["SJ_API_KEY", "BBB"]]}),
    ],
)
def test_an_output_that_no_mistake_gives_has_no_cause(
    good: dict[str, Case], case: str, output: Json
) -> None:
    assert named(good[case], output) == []


# Outputs of mistakes, on any input.

WORDS = st.text("aAbB09 ~/&=+%\"'\\\n\u00e9e\u0301香", max_size=12)
ROWS = st.sampled_from(
    [
        *("SJ_API_KEY=abc", "SJ_API_KEY = abc # key", "SJ_API_KEY=other", "#SJ_HTTP_ADDR=x"),
        *("export SJ_SEC_KEY='d e '", "SJ_SEC_KEY=two words", "SJ_CA_PASSWD=a#b$c="),
        *('SJ_CA_PATH="C:\\temp"', "SJ_CA_PATH=C:\\new", "SJ_CA_PASSWD=${SJ_API_KEY}"),
        *("SJ_PRODUCTION=", "sj_production=true"),
    ]
)
FILES = st.tuples(
    st.sampled_from(["", "\ufeff"]), st.lists(ROWS, max_size=5), st.sampled_from(["\n", "\r\n"])
).map(lambda made: (made[0] + made[2].join(made[1])).encode())


@st.composite
def asked(draw: st.DrawFn, good: dict[str, Case]) -> Case:
    """A case with an input of its own."""
    name = draw(st.sampled_from([ORDER, ORDER, "expire-time/1789315199", "read-env/plain"]))
    case = good[name]
    inputs: dict[str, Json] = {
        "sign-pkcs1": {
            "plain_text": draw(WORDS),
            "ip": draw(st.sampled_from(["192.0.2.7", "2001:db8::1", ""])),
            "seconds": draw(st.integers(10**9, 2 * 10**9)),
        },
        "expire-time": {"not_after": draw(st.integers(10**9, 2 * 10**9))},
        "read-env": {
            "file_b64": base64.b64encode(draw(FILES)).decode(),
            "dialect": draw(st.sampled_from(["python-dotenv", "server"])),
            "environment": draw(st.sampled_from([[], [["SJ_API_KEY", "of the environment"]]])),
        },
    }
    return replace(case, input=inputs[case.vector.operation])


def check(oracle: Pipeline, case: Case, ids: list[str]) -> None:
    """Every cause named for what these mistakes make reproduces it, and they are among them."""
    seen = made(oracle, case, ids)
    causes = named(case, seen)
    assert [each for each in causes if made(oracle, case, each) != seen] == []
    if seen == made(oracle, case, []):
        assert causes == []  # they do not show in this case: nothing is wrong with its output
    elif len(ids) == 1:
        assert ids in causes
    else:
        assert causes


# A failure is shown as it was found: looking for pairs takes seconds.
QUICKLY = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@settings(QUICKLY, max_examples=120)
@given(data=st.data(), mistake=st.sampled_from(list(CATALOGUE)))
def test_what_is_named_reproduces_the_output(
    oracle: Pipeline, good: dict[str, Case], data: st.DataObject, mistake: str
) -> None:
    check(oracle, data.draw(asked(good)), [mistake])


@settings(QUICKLY, max_examples=3)
@given(data=st.data(), pair=st.sampled_from(list(combinations(CATALOGUE, 2))))
def test_a_pair_that_is_named_reproduces_the_output(
    oracle: Pipeline, good: dict[str, Case], data: st.DataObject, pair: tuple[str, str]
) -> None:
    check(oracle, data.draw(asked(good)), list(pair))


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        (ORDER, ("digest-sha256", "text-joined-with-bars")),
        (ORDER, ("envelope-url-safe", "person-id-whole-cn")),
        ("expire-time/1789315199", ("expire-time-in-taipei", "expire-time-with-space")),
        ("read-env/spaces", ("env-space-after-equals-kept", "env-empty-values-left-out")),
    ],
)
def test_two_mistakes_at_once_are_named(
    oracle: Pipeline, good: dict[str, Case], name: str, pair: tuple[str, str]
) -> None:
    case = good[name]
    seen = made(oracle, case, sorted(pair, key=[*CATALOGUE].index))
    causes = named(case, seen)
    assert [ids for ids in causes if made(oracle, case, ids) != seen] == []
    assert sorted(pair) in [sorted(ids) for ids in causes]


def test_no_signature_is_made_to_look_for_a_pair(
    oracle: Pipeline, good: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = made(oracle, good[ORDER], ["digest-sha256", "text-joined-with-bars"])
    signed: list[bytes] = []

    def counted(message: bytes, key: bytes) -> bytes:
        signed.append(message)
        return signature(message, key)

    signature = arithmetic._signed
    monkeypatch.setattr(arithmetic, "_signed", counted)
    causes = named(good[ORDER], seen)
    assert ["digest-sha256", "text-joined-with-bars"] in [sorted(ids) for ids in causes]
    assert len(signed) <= 1  # the one that the difference is shown with


@pytest.mark.parametrize(
    ("output", "causes"),
    [
        ({"values": [["SJ_API_KEY", "AAA"]], "stopped_at": None}, []),
        ({"values": [["SJ_API_KEY", "AAA"]], "stopped_at": 3}, []),
        ({"values": [["SJ_API_KEY", "aaa"]], "stopped_at": 2}, []),
        (
            {
                "values": [
                    ["SJ_API_KEY", "AAA"],
                    ["SJ_CA_PATH", "/my files/ca.pfx"],
                    ["SJ_SEC_KEY", "BBB"],
                ],
                "stopped_at": None,
            },
            [["env-goes-on-after-a-bad-line"]],
        ),
        (
            {
                "values": [
                    ["SJ_API_KEY", "AAA"],
                    ["SJ_CA_PATH", "/my files/ca.pfx"],
                    ["SJ_SEC_KEY", "BBB"],
                ],
                "stopped_at": 2,
            },
            [],
        ),
    ],
)
def test_where_reading_stopped_has_to_fit_too(
    good: dict[str, Case], output: Json, causes: list[list[str]]
) -> None:
    assert named(good["read-env/stops"], output) == causes


@pytest.mark.parametrize(
    ("mistake", "stage"),
    [
        ("person-id-whole-cn", "signed_text"),
        ("text-joined-with-bars", "signed_text"),
        ("digest-sha256", "signature"),
        ("certificate-pem", "envelope"),
    ],
)
def test_a_failure_shows_where_it_parts_from_the_right_computation(
    oracle: Pipeline, good: dict[str, Case], mistake: str, stage: str
) -> None:
    case = good[ORDER]
    diagnosis = diagnosed(case, made(oracle, case, [mistake]))
    assert diagnosis.causes[case.id][0].id == mistake
    assert diagnosis.differences[case.id].stage == stage
