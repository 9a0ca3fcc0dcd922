"""Every mistake is caught, and a vector that is not what it says does not count."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from signproof import schemes
from signproof.adequacy import Row, catalogue, conforms, matrix
from signproof.corpus import Case, Corpus
from signproof.mistakes.longbridge_hmac import CATALOGUE

pytestmark = pytest.mark.heavy

SCHEME = schemes.get("longbridge-hmac")
CASES = Corpus.open().cases(SCHEME.id)
BY_ID = {case.id: case for case in CASES}
NEGATIVES = {
    str(case.vector.mistake): case for case in CASES if case.vector.mistake is not msgspec.UNSET
}


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.mistake.id: row for row in matrix(SCHEME, CASES)}


def row_of(mistake: str, cases: list[Case]) -> Row:
    return next(row for row in matrix(SCHEME, cases) if row.mistake.id == mistake)


def test_every_mistake_is_killed_and_no_two_are_the_same(rows: dict[str, Row]) -> None:
    assert list(rows) == list(CATALOGUE)
    assert [id_ for id_, row in rows.items() if not row.killed] == []
    assert {id_: row.same_as for id_, row in rows.items() if row.same_as} == {}


def test_every_mistake_that_a_verifier_can_see_has_one_negative_vector(
    rows: dict[str, Row],
) -> None:
    visible = {id_ for id_, mistake in CATALOGUE.items() if mistake.refusal is not None}
    assert set(NEGATIVES) == visible
    for id_, row in rows.items():
        wanted = (f"longbridge-hmac/mistakes/{id_}",) if id_ in visible else ()
        assert row.negatives == wanted
        for negative in row.negatives:
            expected = BY_ID[negative].vector.expected
            assert expected.reject is not msgspec.UNSET
            assert expected.reject.reason == row.mistake.refusal


@pytest.mark.parametrize("mistake", NEGATIVES)
def test_without_its_negative_vector_a_mistake_survives(rows: dict[str, Row], mistake: str) -> None:
    negative = NEGATIVES[mistake]
    needed = [
        BY_ID[rows[mistake].killed_by[0]],
        BY_ID[str(negative.vector.baseline)],
    ]
    assert row_of(mistake, [*needed, negative]).killed
    assert not row_of(mistake, needed).killed
    assert row_of(mistake, needed).killed_by == rows[mistake].killed_by[:1]


@pytest.mark.parametrize("mistake", [id_ for id_ in CATALOGUE if id_ not in NEGATIVES])
def test_without_a_signing_vector_a_mistake_survives(rows: dict[str, Row], mistake: str) -> None:
    killers = set(rows[mistake].killed_by)
    others = [BY_ID["longbridge-hmac/request/get"], BY_ID["longbridge-hmac/path/root"]]
    others = [case for case in others if case.id not in killers]
    assert row_of(mistake, [*others, BY_ID[rows[mistake].killed_by[0]]]).killed
    assert not row_of(mistake, others).killed


def altered(case: Case, **members: Any) -> Case:
    request = case.input["request"] | members
    return replace(case, input=case.input | {"request": request})


def with_vector(case: Case, **members: Any) -> Case:
    return replace(case, vector=msgspec.structs.replace(case.vector, **members))


NEGATIVE = NEGATIVES["separator-missing-after-method"]
BASELINE = BY_ID[str(NEGATIVE.vector.baseline)]
HEADERS = NEGATIVE.input["request"]["headers"]


@pytest.mark.parametrize(
    "case",
    [
        altered(NEGATIVE, method="PUT"),
        altered(NEGATIVE, path="/v1/trade/other"),
        altered(NEGATIVE, query=None),
        altered(NEGATIVE, body_b64="e30="),
        altered(NEGATIVE, headers=HEADERS[1:]),
        altered(NEGATIVE, headers=BASELINE.input["request"]["headers"]),
        altered(NEGATIVE, headers=[[name, value + "0"] for name, value in HEADERS]),
        with_vector(NEGATIVE, mistake="method-lowercase"),
        with_vector(NEGATIVE, baseline="longbridge-hmac/verify/get-bare"),
        with_vector(NEGATIVE, baseline="longbridge-hmac/verify/none"),
        with_vector(NEGATIVE, baseline=msgspec.UNSET),
        with_vector(NEGATIVE, expected=BASELINE.vector.expected),
        with_vector(NEGATIVE, operation="sign", expected=NEGATIVE.vector.expected),
    ],
)
def test_a_negative_vector_that_is_not_its_mistakes_own_does_not_count(case: Case) -> None:
    killer = BY_ID["longbridge-hmac/path/root"]
    bare = BY_ID["longbridge-hmac/verify/get-bare"]
    mistake = "separator-missing-after-method"
    assert row_of(mistake, [killer, bare, BASELINE, NEGATIVE]).killed
    row = row_of(mistake, [killer, bare, BASELINE, case])
    assert row.negatives == ()
    assert not row.killed


def test_too_few_vectors_leave_mistakes_that_cannot_be_told_apart() -> None:
    row = row_of("body-digest-md5", [BY_ID["longbridge-hmac/path/root"]])
    assert row.killed_by == ()
    assert "body-digest-sha256" in row.same_as
    assert "body-digest-md5" not in row.same_as


def test_the_right_outputs_conform_and_others_do_not() -> None:
    signing = BY_ID["longbridge-hmac/path/root"]
    either = BY_ID["longbridge-hmac/path/percent-20"]
    refused = BY_ID["longbridge-hmac/refuse/path-url"]
    output = signing.vector.expected.output
    assert output is not msgspec.UNSET
    assert conforms(SCHEME, signing, output)
    assert conforms(SCHEME, signing, output | {"more": 1})
    assert not conforms(SCHEME, signing, {"x_api_signature": "other"})
    assert not conforms(SCHEME, signing, {})
    choices = either.vector.expected.any_of
    assert choices is not msgspec.UNSET
    assert [conforms(SCHEME, either, choice.output) for choice in choices] == [True, True]
    assert not conforms(SCHEME, either, output)
    assert not conforms(SCHEME, refused, output)


def test_the_catalogue_of_a_scheme_is_checked() -> None:
    assert catalogue(SCHEME) is CATALOGUE
    with pytest.raises(AttributeError):
        catalogue(replace(SCHEME, mistakes="signproof.codec"))
