"""Clients by other hands, each wrong in one catalogued way, under the whole harness."""

import subprocess
import sys
from pathlib import Path

import pytest

from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.implementations.stdio import Stdio
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.model import Outcome, Report
from signproof.verify import verify

pytestmark = pytest.mark.heavy

FOREIGN = Path(__file__).with_name("foreign.py")
SCHEME = schemes.get("longbridge-hmac")

# The first 19 tell every mistake from every other: no two give the same on all of them.
NAMES = """
request/post-params  request/get-list-of-three  refresh/timestamp-milliseconds
body/unicode-raw  query/tilde-encoded  body/indented  path/percent-2f  query/space-as-plus
request/fraction  request/after-refresh  body/empty-object  body/empty-string  body/leading-space
body/put  method/mixed  path/root  path/double-slash  query/empty-value  request/param-tilde
request/param-apostrophe

request/param-ampersand
"""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.open()


@pytest.fixture(scope="module")
def good(corpus: Corpus) -> list[Case]:
    """Every vector whose answer is an output of the operations that the client offers."""
    return [
        case
        for case in corpus.cases(SCHEME.id)
        if SCHEME.operations[case.vector.operation].replay is not None
        and not case.id.startswith(("longbridge-hmac/refuse/", "longbridge-hmac/recorded/"))
    ]


@pytest.fixture(scope="module")
def few(good: list[Case]) -> list[Case]:
    by_id = {case.id: case for case in good}
    return [by_id[f"longbridge-hmac/{name}"] for name in NAMES.split()]


def run(corpus: Corpus, cases: list[Case], mistake: str = "") -> Report:
    command = [sys.executable, "-I", "-S", str(FOREIGN), *([mistake] if mistake else [])]
    return verify(Stdio(command), corpus, cases)


def test_the_client_imports_only_the_standard_library() -> None:
    listing = subprocess.run(
        [sys.executable, "-I", "-S", str(FOREIGN), "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(listing.stdout.split()) == sorted(CATALOGUE)


def test_the_right_client_passes_everything_and_no_cause_is_named(
    corpus: Corpus, good: list[Case]
) -> None:
    report = run(corpus, good)
    assert {result.outcome for result in report.results} == {Outcome.PASS}
    assert report.counts == {"pass": len(good)}
    assert report.exit_code == 0
    assert report.causes == {}
    assert report.stderr == ""


@pytest.mark.parametrize("mistake", CATALOGUE)
def test_the_mistake_of_a_client_is_named(corpus: Corpus, few: list[Case], mistake: str) -> None:
    report = run(corpus, few, mistake)
    failing = [result for result in report.results if result.outcome is not Outcome.PASS]
    assert report.stderr == ""
    assert report.exit_code == 1
    assert {result.outcome for result in failing} == {Outcome.FAIL}
    # Every failure is reproduced by the mistake, and no other mistake is put before it, though
    # one may give the same octets on all of these cases.
    assert sorted(report.causes[mistake]) == sorted(result.id for result in failing)
    for result in failing:
        first = result.causes[0]
        assert mistake in {first.id, *first.also}, result
    assert next(iter(report.causes)) == mistake


@pytest.mark.parametrize(
    ("mistake", "text"),
    [
        ("separator-missing-after-header-block", "Put exactly one `|`"),
        ("secret-hex-decoded", "Use the app secret's text"),
        ("json-content-type-missing", "Send `Content-Type"),
    ],
)
def test_a_failure_has_the_fix_of_its_mistake_and_shows_where_it_parts(
    corpus: Corpus, few: list[Case], mistake: str, text: str
) -> None:
    report = run(corpus, few, mistake)
    failing = [result for result in report.results if result.outcome is Outcome.FAIL]
    assert failing
    for result in failing:
        assert result.causes[0].id == mistake
        assert result.causes[0].text == CATALOGUE[mistake].text
        assert result.causes[0].fix == CATALOGUE[mistake].fix
        assert text in result.causes[0].fix
