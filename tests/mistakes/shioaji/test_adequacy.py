"""Every mistake is caught, by the tests' own cases and by the vectors."""

import pytest

from signproof import schemes
from signproof.adequacy import Row, catalogue, conforms, matrix
from signproof.corpus import Case, Corpus
from signproof.mistakes.shioaji_ca import CATALOGUE

pytestmark = pytest.mark.heavy

SCHEME = schemes.get("shioaji-ca")
CASES = Corpus.open().cases(SCHEME.id)


def assert_adequate(cases: list[Case]) -> dict[str, Row]:
    rows = {row.mistake.id: row for row in matrix(SCHEME, cases)}
    assert list(rows) == list(CATALOGUE)
    assert [id_ for id_, row in rows.items() if not row.killed] == []
    assert {id_: row.same_as for id_, row in rows.items() if row.same_as} == {}
    return rows


def test_the_catalogue_is_the_schemes() -> None:
    assert catalogue(SCHEME) is CATALOGUE


def test_every_mistake_shows_in_the_tests_own_cases(good: dict[str, Case]) -> None:
    assert_adequate(list(good.values()))


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


def test_every_mistake_is_killed_by_a_vector_and_no_two_are_the_same() -> None:
    assert_adequate(CASES)


@pytest.mark.parametrize("mistake", list(CATALOGUE)[::8])
def test_without_what_kills_it_a_mistake_survives(good: dict[str, Case], mistake: str) -> None:
    cases = list(good.values())
    (row,) = [row for row in matrix(SCHEME, cases) if row.mistake.id == mistake]
    others = [case for case in cases if case.id not in row.killed_by]
    (survivor,) = [row for row in matrix(SCHEME, others) if row.mistake.id == mistake]
    assert row.killed
    assert not survivor.killed
