"""Every mistake is caught, and a vector that is not what it says does not count."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from signproof import schemes
from signproof.adequacy import Row, catalogue, conforms, matrix
from signproof.corpus import Case, Corpus
from signproof.mistakes.tiger_rsa import CATALOGUE

pytestmark = pytest.mark.heavy

SCHEME = schemes.get("tiger-rsa")
CASES = Corpus.open().cases(SCHEME.id)
BY_ID = {case.id: case for case in CASES}
NEGATIVES = {
    str(case.vector.mistake): case for case in CASES if case.vector.mistake is not msgspec.UNSET
}
ANOTHER = BY_ID["tiger-rsa/text/quotes"]


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.mistake.id: row for row in matrix(SCHEME, CASES)}


def row_of(mistake: str, cases: list[Case]) -> Row:
    return next(row for row in matrix(SCHEME, cases) if row.mistake.id == mistake)


def test_every_mistake_is_killed_and_no_two_are_the_same(rows: dict[str, Row]) -> None:
    assert catalogue(SCHEME) is CATALOGUE
    assert list(rows) == list(CATALOGUE)
    assert [id_ for id_, row in rows.items() if not row.killed] == []
    assert {id_: row.same_as for id_, row in rows.items() if row.same_as} == {}


def test_every_mistake_that_a_verifier_can_see_has_one_negative_vector(
    rows: dict[str, Row],
) -> None:
    visible = {id_ for id_, mistake in CATALOGUE.items() if mistake.refusal is not None}
    assert set(NEGATIVES) == visible
    for id_, row in rows.items():
        wanted = (f"tiger-rsa/mistakes/{id_}",) if id_ in visible else ()
        assert row.negatives == wanted
        for negative in row.negatives:
            expected = BY_ID[negative].vector.expected
            assert expected.reject is not msgspec.UNSET
            assert expected.reject.reason == row.mistake.refusal


@pytest.mark.parametrize("mistake", NEGATIVES)
def test_the_reference_refuses_a_negative_vector_as_its_mistake_says(mistake: str) -> None:
    case = NEGATIVES[mistake]
    operation = SCHEME.operations[case.vector.operation]
    prepared = SCHEME.prepare(msgspec.convert(case.credential, SCHEME.credential))
    answer = operation.reference(prepared, msgspec.convert(case.input, operation.input))
    assert answer.reason == CATALOGUE[mistake].refusal


@pytest.mark.parametrize("mistake", list(NEGATIVES)[::10])
def test_without_its_negative_vector_a_mistake_survives(rows: dict[str, Row], mistake: str) -> None:
    negative = NEGATIVES[mistake]
    needed = [BY_ID[rows[mistake].killed_by[0]], BY_ID[str(negative.vector.baseline)]]
    assert row_of(mistake, [*needed, negative]).killed
    assert not row_of(mistake, needed).killed
    assert row_of(mistake, needed).killed_by == rows[mistake].killed_by[:1]


@pytest.mark.parametrize("mistake", [id_ for id_ in CATALOGUE if id_ not in NEGATIVES][::4])
def test_without_a_signing_vector_a_mistake_survives(rows: dict[str, Row], mistake: str) -> None:
    assert row_of(mistake, [ANOTHER, BY_ID[rows[mistake].killed_by[0]]]).killed
    assert not row_of(mistake, [ANOTHER]).killed


def altered(case: Case, **members: Any) -> Case:
    request = case.input["request"] | members
    return replace(case, input=case.input | {"request": request})


def with_vector(case: Case, **members: Any) -> Case:
    return replace(case, vector=msgspec.structs.replace(case.vector, **members))


NEGATIVE = NEGATIVES["names-unsorted"]
BASELINE = BY_ID[str(NEGATIVE.vector.baseline)]


@pytest.mark.parametrize(
    "case",
    [
        altered(NEGATIVE, path="/"),
        altered(NEGATIVE, query=""),
        altered(NEGATIVE, body_b64="e30="),
        altered(NEGATIVE, body_b64=BASELINE.input["request"]["body_b64"]),
        altered(NEGATIVE, headers=[["Authorization", "token"]]),
        with_vector(NEGATIVE, mistake="names-sorted-descending"),
        with_vector(NEGATIVE, baseline="tiger-rsa/verify/none"),
        with_vector(NEGATIVE, baseline=msgspec.UNSET),
        with_vector(NEGATIVE, expected=BASELINE.vector.expected),
    ],
)
def test_a_negative_vector_that_is_not_its_mistakes_own_does_not_count(case: Case) -> None:
    killer = BY_ID["tiger-rsa/request/place-order"]
    assert row_of("names-unsorted", [killer, BASELINE, NEGATIVE]).killed
    row = row_of("names-unsorted", [killer, BASELINE, case])
    assert row.negatives == ()
    assert not row.killed


def test_what_is_refused_does_not_conform() -> None:
    loading = BY_ID["tiger-rsa/load-key/pkcs1-pem"]
    output = loading.vector.expected.output
    assert output is not msgspec.UNSET
    assert conforms(SCHEME, loading, output)
    assert not conforms(SCHEME, loading, {})
