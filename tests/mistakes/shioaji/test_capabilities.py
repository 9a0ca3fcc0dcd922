"""Mistakes in capability tokens: each shows, is named, and is made alike by both pipelines."""

import base64
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.adequacy import matrix
from signproof.corpus import Case, Corpus
from signproof.diagnose import Seen, diagnose
from signproof.implementations.stdio import Stdio
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.model import Expected, Outcome, Report, Source, SourceKind, Vector
from signproof.oracles.shioaji_ca.pipeline import PIPELINE as ORACLE
from signproof.verify import verify
from tests.mistakes.shioaji.foreign_capability import CLIENTS, OPERATIONS, Client

Json = dict[str, Any]

FOREIGN = Path(__file__).with_name("foreign_capability.py")
SCHEME = schemes.get("shioaji-ca")
REFERENCE = SCHEME.pipeline
STAGES = (
    *("capability_key", "body_digest", "capability_record", "capability_tag"),
    "capability_token",
)
MISTAKES = {id_: one for id_, one in CATALOGUE.items() if id_.startswith("capability-")}


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def asked(number: int, environment: str, operation: str, body: str) -> Json:
    """Return an input; its secret is made up, and has letters among its digits."""
    return {
        "secret": f"{number}EXAMPLEsecretEXAMPLEsecretXXXXX".encode().hex(),
        "environment": environment,
        "operation": operation,
        "issued_at": 1_768_469_400 + number,
        "expires_at": 1_768_469_430 + number,
        "audience_b64": b64(f"EXAMPLE audience, made up: 32 b{number}".encode()),
        "nonce_b64": b64(f"EXAMPLE nonce, {number}".encode()),
        "body_b64": b64(body.encode()),
    }


BODY = '{"symbol": "EXAMPLE \u9999", "quantity": 1,  "note":"made up"}'
ASKED = [
    asked(1, "simulation", "place_order", BODY),
    asked(2, "production", "update_agent_harness", "[]"),
    asked(3, "production", "cancel_order", BODY * 40),
]


def case_of(name: str, given_: Json) -> Case:
    vector = Vector(
        id=f"shioaji-ca/capability/{name}",
        comment="Made for the tests.",
        operation="capability",
        credential=None,
        input=given_,
        expected=Expected(output={"token": Client().token(given_)}),
        source=Source(kind=SourceKind.DERIVED, where="the tests", note="by another client"),
    )
    return Case("shioaji-ca", vector, None, given_)


CASES = [case_of(str(number), given_) for number, given_ in enumerate(ASKED[:2])]


def run(cases: list[Case], mistake: str = "") -> Report:
    command = [sys.executable, str(FOREIGN), *([mistake] if mistake else [])]
    return verify(Stdio(command), Corpus.open(), cases)


def values_of(given_: Json) -> Json:
    """Return what a pipeline starts from, written without replay.py."""
    octets = {name: base64.b64decode(given_[f"{name}_b64"]) for name in ("audience", "nonce")}
    return {
        **{stage.name: None for stage in REFERENCE.stages if stage.name not in STAGES},
        **octets,
        "secret": given_["secret"].encode(),
        "context": Client.context,
        "server": given_["environment"],
        "operation": given_["operation"],
        "issued_at": given_["issued_at"],
        "expires_at": given_["expires_at"],
        "body": base64.b64decode(given_["body_b64"]),
    }


@pytest.mark.once
def test_the_client_makes_every_mistake() -> None:
    command = [sys.executable, str(FOREIGN), "--list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    assert sorted(listing.stdout.split()) == sorted(MISTAKES)


@pytest.mark.heavy
def test_the_right_client_passes_the_vectors_and_no_cause_is_named() -> None:
    cases = [
        case
        for case in Corpus.open().cases("shioaji-ca")
        if case.vector.operation == "capability" and not case.vector.expected.reject
    ]
    report = run([*cases, *CASES])
    assert report.counts == {"pass": len(cases) + len(CASES)}
    assert (report.causes, report.stderr) == ({}, "")


@pytest.mark.once
@pytest.mark.parametrize("given_", ASKED[:2])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_catalogue_and_the_client_mean_the_same(mistake: str, given_: Json) -> None:
    results = MISTAKES[mistake].edit(ORACLE).run(values_of(given_))
    assert results["capability_token"].decode() == CLIENTS[mistake]().token(given_)


@pytest.mark.heavy
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_of_a_client_is_named(mistake: str) -> None:
    report = run(CASES, mistake)
    failing = [result for result in report.results if result.outcome is Outcome.FAIL]
    assert report.stderr == ""
    assert failing
    # Of several that give the same token, the one that fits all cases stands first.
    assert next(iter(report.causes)) == mistake
    assert sorted(report.causes[mistake]) == sorted(result.id for result in failing)
    for result in failing:
        assert (result.causes[0].id, result.causes[0].also) == (mistake, [])
        assert result.causes[0].text == MISTAKES[mistake].text
        assert result.causes[0].fix == MISTAKES[mistake].fix


@pytest.mark.heavy
def test_no_two_mistakes_are_the_same() -> None:
    rows = {row.mistake.id: row for row in matrix(SCHEME, CASES)}
    assert [id_ for id_ in MISTAKES if not rows[id_].killed_by] == []
    assert {id_: rows[id_].same_as for id_ in MISTAKES if rows[id_].same_as} == {}


@pytest.mark.once
@pytest.mark.parametrize("given_", ASKED)
@pytest.mark.parametrize("changed", [{}, {"issued_at": -1, "audience": b"", "secret": b""}])
def test_both_pipelines_make_the_same_mistakes(given_: Json, changed: Json) -> None:
    values = values_of(given_) | changed
    assert ORACLE.run(values) == REFERENCE.run(values)
    for id_, mistake in MISTAKES.items():
        assert mistake.edit(ORACLE).run(values) == mistake.edit(REFERENCE).run(values), id_


LENGTHS = st.integers(0, 40)


@pytest.mark.heavy
@settings(max_examples=60)
@given(
    pair=st.sampled_from(list(combinations(MISTAKES, 2))),
    changed=st.fixed_dictionaries(
        {
            "secret": st.binary(max_size=40),
            "server": st.sampled_from(["simulation", "production"]),
            "operation": st.sampled_from(OPERATIONS),
            "issued_at": st.integers(-(2**53), 2**53),
            "expires_at": st.integers(-(2**53), 2**53),
            "audience": st.binary(max_size=40),
            "nonce": st.binary(max_size=20),
            "body": st.binary(max_size=40) | st.just(BODY.encode()),
        }
    ),
)
def test_any_two_mistakes_can_be_made_on_any_input(pair: tuple[str, str], changed: Json) -> None:
    values = values_of(ASKED[0]) | changed
    for first, second in (pair, pair[::-1]):
        oracle, reference = (
            MISTAKES[second].edit(MISTAKES[first].edit(pipeline)).run(values)
            for pipeline in (ORACLE, REFERENCE)
        )
        assert oracle == reference
        assert all(isinstance(reference[stage], bytes) for stage in STAGES)


@pytest.mark.heavy
def test_any_two_mistakes_can_be_made_at_once() -> None:
    values = values_of(ASKED[1])
    for first, second in combinations(MISTAKES.values(), 2):
        results = second.edit(first.edit(REFERENCE)).run(values)
        assert isinstance(results["capability_token"], bytes), (first.id, second.id)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "pair",
    [
        ("capability-times-big-endian", "capability-tag-not-keyed"),
        ("capability-secret-decoded", "capability-uppercase"),
        ("capability-body-reserialized", "capability-body-sha256"),
        ("capability-secret-decoded", "capability-secret-with-newline"),
        ("capability-tag-over-hex", "capability-tag-cut"),
        ("capability-environment-from-one", "capability-operation-as-digit"),
    ],
)
def test_two_mistakes_at_once_are_named(pair: tuple[str, str]) -> None:
    pipeline = REFERENCE
    for id_ in sorted(pair, key=[*CATALOGUE].index):
        pipeline = MISTAKES[id_].edit(pipeline)
    token = pipeline.run(values_of(ASKED[0]))["capability_token"].decode()
    causes = diagnose(SCHEME, [Seen(CASES[0], {"token": token})], []).causes[CASES[0].id]
    named = [id_ for cause in causes for id_ in (cause.id, *cause.also)]
    assert " + ".join(sorted(pair, key=[*CATALOGUE].index)) in named


@pytest.mark.once
@pytest.mark.parametrize("token", ["", "sj1_", "sj1_" + "00" * 131, Client().token(ASKED[1])])
def test_what_no_mistake_gives_has_no_cause(token: str) -> None:
    diagnosis = diagnose(SCHEME, [Seen(CASES[0], {"token": token})], [])
    assert diagnosis.causes == {}


@pytest.mark.once
@pytest.mark.parametrize(
    ("mistake", "stage"),
    [
        ("capability-secret-decoded", "capability_key"),
        ("capability-body-sha256", "body_digest"),
        ("capability-times-big-endian", "capability_record"),
        ("capability-tag-not-keyed", "capability_tag"),
        ("capability-uppercase", "capability_token"),
    ],
)
def test_a_failure_shows_where_it_parts_from_the_right_computation(
    mistake: str, stage: str
) -> None:
    token = CLIENTS[mistake]().token(ASKED[0])
    diagnosis = diagnose(SCHEME, [Seen(CASES[0], {"token": token})], [])
    assert diagnosis.differences[CASES[0].id].stage == stage
