"""Every mistake is caught, and a vector that is not what it says does not count."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from signproof import schemes
from signproof.adequacy import Row, catalogue, conforms, matrix
from signproof.corpus import Case, Corpus
from signproof.mistakes.shioaji_ca import CATALOGUE
from tests.mistakes.shioaji.cases import SHOWN

SCHEME = schemes.get("shioaji-ca")
CASES = Corpus.open().cases(SCHEME.id)
BY_ID = {case.id: case for case in CASES}
NEGATIVES = {
    str(case.vector.mistake): case for case in CASES if case.vector.mistake is not msgspec.UNSET
}
ANOTHER = next(case for case in CASES if case.vector.operation == "activate")


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.mistake.id: row for row in matrix(SCHEME, CASES)}


def row_of(mistake: str, cases: list[Case]) -> Row:
    return next(row for row in matrix(SCHEME, cases) if row.mistake.id == mistake)


@pytest.mark.heavy
def test_every_mistake_is_killed_and_no_two_are_the_same(rows: dict[str, Row]) -> None:
    assert catalogue(SCHEME) is CATALOGUE
    assert list(rows) == list(CATALOGUE)
    assert [id_ for id_, row in rows.items() if not row.killed] == []
    assert {id_: row.same_as for id_, row in rows.items() if row.same_as} == {}


@pytest.mark.heavy
def test_every_mistake_that_a_verifier_can_see_has_one_negative_vector(
    rows: dict[str, Row],
) -> None:
    visible = {id_ for id_, mistake in CATALOGUE.items() if mistake.refusal is not None}
    assert set(NEGATIVES) == visible
    for id_, row in rows.items():
        wanted = (NEGATIVES[id_].id,) if id_ in visible else ()
        assert row.negatives == wanted
        for negative in row.negatives:
            expected = BY_ID[negative].vector.expected
            assert expected.reject is not msgspec.UNSET
            assert expected.reject.reason == row.mistake.refusal


@pytest.mark.once
def test_the_right_pipeline_conforms_so_that_being_killed_means_something() -> None:
    wrong = []
    for case in CASES:
        replay = SCHEME.operations[case.vector.operation].replay
        if replay is not None and not case.vector.expected.reject:
            values = replay.values(dict(case.credential or {}), case.input)
            output = replay.output(SCHEME.pipeline.run(values))
            if not conforms(SCHEME, case, output):
                wrong.append(case.id)
    assert wrong == []


@pytest.mark.heavy
@pytest.mark.parametrize("mistake", NEGATIVES)
def test_the_reference_refuses_a_negative_vector_as_its_mistake_says(mistake: str) -> None:
    case = NEGATIVES[mistake]
    operation = SCHEME.operations[case.vector.operation]
    answer = operation.reference(None, msgspec.convert(case.input, operation.input))
    assert answer.reason == CATALOGUE[mistake].refusal


@pytest.mark.heavy
def test_every_mistake_shows_in_the_tests_own_cases(good: dict[str, Case]) -> None:
    rows = matrix(SCHEME, list(good.values()))
    assert [row.mistake.id for row in rows if row.killed_by] == SHOWN
    assert {row.mistake.id for row in rows if row.same_as} == set(CATALOGUE) - set(SHOWN)


@pytest.mark.heavy
@pytest.mark.parametrize("mistake", list(CATALOGUE)[::8])
def test_without_what_kills_it_a_mistake_survives(rows: dict[str, Row], mistake: str) -> None:
    killer = BY_ID[rows[mistake].killed_by[0]]
    negative = NEGATIVES.get(mistake)
    needed = [killer] if negative is None else [killer, BY_ID[str(negative.vector.baseline)]]
    whole = needed if negative is None else [*needed, negative]
    assert row_of(mistake, whole).killed
    assert not row_of(mistake, [ANOTHER, *whole[1:]]).killed_by
    if negative is not None:
        assert not row_of(mistake, needed).killed


def given(case: Case, **members: Any) -> Case:
    return replace(case, input=case.input | members)


def with_vector(case: Case, **members: Any) -> Case:
    return replace(case, vector=msgspec.structs.replace(case.vector, **members))


NEGATIVE = NEGATIVES["digest-sha256"]
BASELINE = BY_ID[str(NEGATIVE.vector.baseline)]
KILLER = BY_ID["shioaji-ca/sign-pkcs1/usual"]
TAMPERED = BY_ID["shioaji-ca/refuse-pkcs1/flipped"]


@pytest.mark.once
@pytest.mark.parametrize(
    "case",
    [
        given(NEGATIVE, envelope=BASELINE.input["envelope"]),
        given(NEGATIVE, envelope=TAMPERED.input["envelope"]),
        given(NEGATIVE, envelope=NEGATIVE.input["envelope"] + "."),
        given(NEGATIVE, envelope=""),
        given(NEGATIVE, ip="192.0.2.2"),
        given(NEGATIVE, earliest=0),
        with_vector(NEGATIVE, mistake="digest-sha512"),
        with_vector(NEGATIVE, baseline="shioaji-ca/verify-pkcs1/none"),
        with_vector(NEGATIVE, baseline="shioaji-ca/verify-pkcs1/mixed"),
        with_vector(NEGATIVE, baseline=msgspec.UNSET),
        with_vector(NEGATIVE, expected=BASELINE.vector.expected),
    ],
)
def test_a_negative_vector_that_is_not_its_mistakes_own_does_not_count(case: Case) -> None:
    others = [KILLER, BASELINE, BY_ID["shioaji-ca/verify-pkcs1/mixed"]]
    assert row_of("digest-sha256", [*others, NEGATIVE]).killed
    row = row_of("digest-sha256", [*others, case])
    assert row.negatives == ()
    assert not row.killed
