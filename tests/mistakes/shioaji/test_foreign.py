"""Clients by other hands, each wrong in one catalogued way, under the whole harness."""

import subprocess
import sys
from pathlib import Path

import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations.stdio import Stdio
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.model import Outcome, Report
from signproof.verify import verify
from tests.mistakes.shioaji.cases import SHOWN

FOREIGN = Path(__file__).with_name("foreign.py")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.open()


def run(corpus: Corpus, cases: list[Case], mistake: str = "") -> Report:
    command = [sys.executable, "-I", "-S", str(FOREIGN), *([mistake] if mistake else [])]
    return verify(Stdio(command), corpus, cases)


@pytest.mark.heavy
def test_the_client_imports_only_the_standard_library() -> None:
    listing = subprocess.run(
        [sys.executable, "-I", "-S", str(FOREIGN), "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(listing.stdout.split()) == sorted(SHOWN)


@pytest.mark.heavy
def test_the_right_client_passes_everything_and_no_cause_is_named(
    corpus: Corpus, good: dict[str, Case]
) -> None:
    report = run(corpus, list(good.values()))
    assert report.counts == {"pass": len(good)}
    assert report.exit_code == 0
    assert report.causes == {}
    assert report.stderr == ""


@pytest.mark.heavy
def test_the_right_client_passes_the_vectors(corpus: Corpus) -> None:
    asked = {"sign-pkcs1", "person-id", "expire-time"}  # of a `.env` it reads the plainest only
    cases = [
        case
        for case in corpus.cases("shioaji-ca")
        if case.vector.operation in asked and not case.vector.expected.reject
    ]
    report = run(corpus, cases)
    assert report.counts == {"pass": len(cases)}
    assert report.stderr == ""


SHOWN_IN = {"env-": "read-env/", "expire-time-": "expire-time/"}
"""By the beginning of its id where a mistake shows; others do in the rest."""


def few(good: dict[str, Case], mistake: str) -> list[Case]:
    """Return the cases of the flow that the mistake is in."""
    own = [name for prefix, name in SHOWN_IN.items() if mistake.startswith(prefix)]
    return [
        case
        for id_, case in good.items()
        if (id_.startswith(own[0]) if own else not id_.startswith(tuple(SHOWN_IN.values())))
    ]


@pytest.mark.heavy
@pytest.mark.parametrize("mistake", SHOWN)
def test_the_mistake_of_a_client_is_named(
    corpus: Corpus, good: dict[str, Case], mistake: str
) -> None:
    report = run(corpus, few(good, mistake), mistake)
    failing = [result for result in report.results if result.outcome is Outcome.FAIL]
    assert report.stderr == ""
    assert failing
    assert set(report.counts) <= {"pass", "fail"}
    # Every failure is reproduced by the mistake, and no other mistake is put before it, though
    # one may give the same octets on all of these cases.
    assert sorted(report.causes[mistake]) == sorted(result.id for result in failing)
    for result in failing:
        first = result.causes[0]
        assert mistake in {first.id, *first.also}, result
    assert next(iter(report.causes)) == mistake


@pytest.mark.once
@pytest.mark.parametrize(
    ("mistake", "stage", "text"),
    [
        ("person-id-whole-cn", "signed_text", "Take the first CN of the certificate"),
        ("text-joined-with-bars", "signed_text", "Put nothing between person id"),
        ("digest-sha256", "signature", "Sign with SHA-1"),
        ("certificate-pem", "envelope", "Send the leaf's certificate in DER"),
    ],
)
def test_a_failure_has_the_fix_of_its_mistake_and_shows_where_it_parts(
    corpus: Corpus, good: dict[str, Case], mistake: str, stage: str, text: str
) -> None:
    report = run(corpus, [good["sign-pkcs1/order"]], mistake)
    (result,) = report.results
    assert result.outcome is Outcome.FAIL
    assert result.causes[0].id == mistake
    assert result.causes[0].text == CATALOGUE[mistake].text
    assert result.causes[0].fix == CATALOGUE[mistake].fix
    assert text in result.causes[0].fix
    assert result.difference is not None
    assert result.difference.stage == stage
    assert result.opened


@pytest.mark.once
def test_who_does_not_say_where_reading_stopped_is_told_what_else_is_wrong(
    corpus: Corpus, good: dict[str, Case]
) -> None:
    stopping = next(case for id_, case in good.items() if id_ == "read-env/stops")
    (result,) = run(corpus, [stopping], "env-goes-on-after-a-bad-line").results
    assert [cause.id for cause in result.causes] == ["env-goes-on-after-a-bad-line"]
