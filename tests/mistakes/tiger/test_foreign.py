"""Clients by other hands, each wrong in one catalogued way, under the whole harness."""

import subprocess
import sys
from pathlib import Path

import pytest

from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.implementations.stdio import Stdio
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.model import Outcome, Report
from signproof.verify import verify

pytestmark = pytest.mark.heavy

FOREIGN = Path(__file__).with_name("foreign.py")
SCHEME = schemes.get("tiger-rsa")

# These tell every mistake from every other, the first ones most of them.
SIGNING = """
request/place-order  empty-values/empty-and-null  push-login/usual  request/token-refresh
request-content/slash-raw  sign-response/usual
"""
SUBTLE = """
request-content/indented-crlf  order/equals-in-name  request-content/go-escaped
request-content/separators  request-content/slash-escaped  text/quotes  fields/account
text/decomposed  charset/gbk-pipe  fields/sign-capital  biz-content/null-member
biz-content/spaced  biz-content/unicode-escaped  biz-content/slash-escaped
biz-content/slash-raw  biz-content/go-escaped  biz-content/unicode-raw
"""
SHOWN_BY_SUBTLE = (
    *("biz-content-", "values-", "names-", "pairs-", "account-"),
    *("undocumented-", "content-normalised-", "utf-8-"),
)
LOADING = """
load-key/pkcs1-pem  load-key/pkcs1-der  load-key/pkcs8-pem  load-key/pkcs1-base64
load-key/pkcs1-pem-76  load-key/pkcs1-pem-crlf  load-key/pkcs1-base64-bom
load-key/pkcs1-pem-no-end  load-key/pkcs1-base64-quoted  load-key/pkcs1-base64-utf-16
load-key/pkcs1-base64-newline  load-key/pkcs1-base64-wrapped  load-key/pkcs1-pem-wrong-label
load-key/pkcs1-base64-url-safe  load-key/pkcs1-pem-leading-text  load-key/pkcs1-pem-trailing-text
load-key/pkcs1-base64-no-padding  load-key/pkcs1-base64-inner-space
load-key/pkcs1-der-trailing-octets  load-key/pkcs1-pem-literal-newlines
load-key/pkcs1-base64-leading-space  load-key/pkcs1-base64-trailing-space
encrypted-key/pkcs8-pem-encrypted
"""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.open()


@pytest.fixture(scope="module")
def good(corpus: Corpus) -> dict[str, Case]:
    """Every vector whose answer is an output of the operations that the client offers."""
    return {
        case.id.partition("/")[2]: case
        for case in corpus.cases(SCHEME.id)
        if SCHEME.operations[case.vector.operation].replay is not None
        and not case.vector.expected.reject
        and not case.id.startswith("tiger-rsa/recorded/")
    }


def run(corpus: Corpus, cases: list[Case], mistake: str = "") -> Report:
    command = [sys.executable, "-I", "-S", str(FOREIGN), *([mistake] if mistake else [])]
    return verify(Stdio(command), corpus, cases)


def run_few(corpus: Corpus, good: dict[str, Case], mistake: str) -> Report:
    names = LOADING if mistake.startswith("key-loader-") else SIGNING
    if mistake.startswith(SHOWN_BY_SUBTLE):
        names += SUBTLE
    return run(corpus, [good[name] for name in names.split()], mistake)


def test_the_client_imports_only_the_standard_library() -> None:
    listing = subprocess.run(
        [sys.executable, "-I", "-S", str(FOREIGN), "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(listing.stdout.split()) == sorted(CATALOGUE)


def test_the_right_client_passes_everything_and_no_cause_is_named(
    corpus: Corpus, good: dict[str, Case]
) -> None:
    report = run(corpus, list(good.values()))
    skipped = [result.id for result in report.results if result.outcome is Outcome.SKIP]
    assert [
        id_
        for id_ in skipped
        if not id_.startswith(("tiger-rsa/encrypted-key/", "tiger-rsa/strict-keys/"))
    ] == []
    assert report.counts == {"pass": len(good) - len(skipped), "skip": len(skipped)}
    assert report.exit_code == 0
    assert report.causes == {}
    assert report.stderr == ""


@pytest.mark.parametrize("mistake", CATALOGUE)
def test_the_mistake_of_a_client_is_named(
    corpus: Corpus, good: dict[str, Case], mistake: str
) -> None:
    report = run_few(corpus, good, mistake)
    failing = [result for result in report.results if result.outcome is Outcome.FAIL]
    assert report.stderr == ""
    assert failing
    assert set(report.counts) <= {"pass", "fail", "skip"}
    # Every failure is reproduced by the mistake, and no other mistake is put before it, though
    # one may give the same octets on all of these cases.
    assert sorted(report.causes[mistake]) == sorted(result.id for result in failing)
    for result in failing:
        first = result.causes[0]
        assert mistake in {first.id, *first.also}, result
    assert next(iter(report.causes)) == mistake


@pytest.mark.parametrize(
    ("mistake", "stage", "text"),
    [
        ("names-unsorted", "sign_content", "Sort the fields by name"),
        ("digest-sha256", "digest", "Sign with SHA-1"),
        ("pss", "encoded_message", "Sign with RSASSA-PKCS1-v1_5"),
        ("signature-hex", "signature", "Write the signature in standard base64"),
    ],
)
def test_a_failure_has_the_fix_of_its_mistake_and_shows_where_it_parts(
    corpus: Corpus, good: dict[str, Case], mistake: str, stage: str, text: str
) -> None:
    report = run(corpus, [good["text/quotes"]], mistake)
    (result,) = report.results
    assert result.outcome is Outcome.FAIL
    assert result.causes[0].id == mistake
    assert result.causes[0].text == CATALOGUE[mistake].text
    assert result.causes[0].fix == CATALOGUE[mistake].fix
    assert text in result.causes[0].fix
    assert result.difference is not None
    assert result.difference.stage == stage
