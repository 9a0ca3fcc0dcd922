"""The catalogue holds what people get wrong, in words that they understand."""

import re
from itertools import pairwise

import pytest

from signproof.mistakes.base import Catalogue, Mistake
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.pipeline import Pipeline
from signproof.schemes.longbridge_hmac import SCHEME

pytestmark = pytest.mark.heavy

# The facts page, section "Mistakes people make": number -> ids.
FACTS = {
    1: ["query-colon-signed-raw", "query-signed-decoded"],
    2: [
        "sent-tilde-decoded",
        "sent-escapes-uppercase",
        "sent-reserved-decoded",
        "sent-colon-decoded",
    ],
    3: ["separator-missing-after-header-block"],
    4: ["header-block-final-newline-lost"],
    5: ["string-to-sign-hashed-again", "canonical-digest-hashed-again"],
    6: ["signature-in-authorization"],
    7: [
        "header-named-x-api-sign",
        "header-named-x-signature",
        "header-named-x-api-signatrue",
        "header-named-x-underscore-api-underscore-signature",
        "value-bare",
        "value-without-algorithm",
    ],
    8: ["refresh-without-expired-at"],
    9: ["refresh-expired-at-in-unix-seconds"],
    10: ["body-sent-spaced", "body-signed-spaced", "body-signed-compact"],
    11: ["list-with-commas", "list-with-brackets"],
    12: ["json-content-type-missing", "form-content-type"],
    13: ["bearer-prefix", "bearer-prefix-sent-only", "bearer-prefix-signed-only"],
    14: ["old-token-after-refresh", "old-token-sent-new-token-signed"],
    15: [
        "query-sorted",
        "query-reencoded-with-plus",
        "query-reencoded-with-percent-20",
        "query-encoded-twice",
    ],
    16: ["query-left-out", "question-mark-included", "url-as-path", "target-as-path"],
    17: ["secret-hex-decoded"],
    18: ["signature-base64", "signature-uppercase-hex"],
    19: ["body-digest-sha256", "canonical-digest-sha256"],
    20: ["empty-body-digest"],
    21: [
        "timestamp-read-twice",
        "timestamp-signed-in-milliseconds",
        "timestamp-signed-in-seconds",
        "timestamp-signed-as-float",
        "timestamp-signed-without-fraction",
    ],
    22: ["header-block-crlf"],
    23: [
        "headers-ordered-213",
        "signed-headers-ordered-213",
        "header-names-not-lowercase",
        "signed-headers-title-case",
    ],
    24: ["hmac-key-and-message-swapped"],
    25: ["method-lowercase"],
    26: ["body-signed-compact-escaped", "body-signed-spaced-unescaped"],
    27: ["newline-after-body-digest"],
}

PARTS = ["method", "path", "query", "header-block", "header-names", "body-digest"]
LINES = ["authorization", "x-api-key", "x-timestamp"]
ORDERS = ["132", "213", "231", "312", "321"]
DIGESTS = ["md5", "sha224", "sha256", "sha384", "sha512"]

# The classes of the facts page: each part changed in each way that shows.
CLASSES = {
    "separators": [
        f"separator-{kind}-after-{part}"
        for kind in ("missing", "newline", "space", "ampersand", "doubled")
        for part in PARTS[:-1]
    ]
    + [f"separators-all-{kind}" for kind in ("newline", "ampersand", "space")]
    + [f"string-to-sign-separator-{kind}" for kind in ("missing", "newline", "space")]
    + [f"header-names-list-{kind}" for kind in ("commas", "spaced", "colons")]
    + ["header-colon-space", "header-equals-sign", "header-block-semicolons"]
    + ["value-without-space", "value-without-comma", "value-semicolon", "value-names-commas"],
    "digests": [f"{what}-digest-{name}" for what in ("body", "canonical") for name in DIGESTS]
    + [f"{what}-digest-hashed-again" for what in ("body", "canonical")]
    + ["body-not-hashed", "canonical-request-not-hashed", "canonical-request-signed-directly"]
    + [f"hmac-{name}" for name in ("md5", "sha1", "sha224", "sha384", "sha512")]
    + [f"plain-hash-{how}" for how in ("secret-first", "secret-last", "without-secret")],
    "encodings": [
        f"{what}-digest-{form}"
        for what in ("body", "canonical")
        for form in ("uppercase", "base64", "raw")
    ]
    + ["signature-base64", "signature-base64url", "signature-base64-of-hex"]
    + ["body-signed-as-latin-1", "body-signed-as-utf-16", "canonical-request-as-utf-16"]
    + ["string-to-sign-as-utf-16", "secret-as-utf-16"]
    + ["secret-hex-decoded", "secret-base64-decoded", "secret-base64-encoded"]
    + ["path-encoded-twice", "query-encoded-twice", "query-encoded-as-a-whole"]
    + ["query-signed-decoded", "query-signed-unescaped", "query-escapes-signed-lowercase"],
    "missing": [f"{part}-dropped" for part in PARTS]
    + [f"{part}-emptied" for part in PARTS if part != "query"]
    + ["query-left-out", "string-to-sign-label-missing", "secret-empty"]
    + [
        f"{where}-{line}"
        for line in LINES
        for where in (
            "header-line-missing",
            "header-value-empty",
            "header-names-list-lacks",
            "signed-headers-lack",
            "value-names-lack",
        )
    ]
    + [f"header-not-sent-{name}" for name in ("authorization", "x-api-key", "x-timestamp")]
    + ["header-not-sent-x-api-signature", "value-without-names", "header-values-only"],
    "repeated": [f"{part}-repeated" for part in PARTS]
    + [f"header-line-repeated-{line}" for line in LINES]
    + [f"header-sent-twice-{name}" for name in (*LINES, "x-api-signature")]
    + ["string-to-sign-label-repeated", "header-block-final-newline-doubled"],
    "reordered": [f"{part}-before-{earlier}" for earlier, part in pairwise(PARTS)]
    + [f"headers-ordered-{order}" for order in ORDERS]
    + [f"signed-headers-ordered-{order}" for order in ORDERS]
    + [f"header-names-list-ordered-{order}" for order in ORDERS if order != "321"]
    + ["header-names-list-reversed", "string-to-sign-reversed", "value-signature-first"]
    + ["value-names-reordered", "query-sorted", "query-reversed", "body-signed-with-sorted-keys"],
    "trimmed": [
        "body-signed-trimmed",
        "header-block-final-newline-lost",
        "last-separator-trimmed",
        "path-without-leading-slash",
        "path-without-trailing-slash",
        "query-cut-at-first-parameter",
        "secret-cut-to-32",
        "signature-cut-to-32",
        "timestamp-signed-with-trailing-zeros-cut",
    ],
    "case": [
        "method-lowercase",
        "path-lowercase",
        "path-uppercase",
        "query-lowercase",
        "query-uppercase",
        "header-names-not-lowercase",
        "header-names-uppercase",
        "header-names-list-title-case",
        "header-names-list-uppercase",
        *(
            f"header-value-{case}-{line}"
            for case in ("lowercase", "uppercase")
            for line in LINES[:2]
        ),
        "body-digest-uppercase",
        "canonical-digest-uppercase",
        "canonical-request-lowercase",
        "string-to-sign-label-lowercase",
        "secret-uppercase",
        "signature-uppercase-hex",
        "value-lowercase-names",
        "value-lowercase-algorithm",
        "value-names-title-case",
    ],
}


def test_every_mistake_of_the_facts_page_is_there() -> None:
    assert list(FACTS) == list(range(1, 28))
    assert [id_ for ids in FACTS.values() for id_ in ids if id_ not in CATALOGUE] == []


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_of_mistakes_is_complete(kind: str) -> None:
    assert [id_ for id_ in CLASSES[kind] if id_ not in CATALOGUE] == []


@pytest.mark.parametrize("mistake", CATALOGUE.values(), ids=list(CATALOGUE))
def test_a_mistake_is_described(mistake: Mistake) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mistake.id)
    assert CATALOGUE[mistake.id] is mistake
    for sentence in (mistake.text, mistake.fix):
        assert re.fullmatch(r"[A-Z`].*\.", sentence), sentence
        assert sentence.count("`") % 2 == 0
        assert len(sentence) <= 160
        assert "  " not in sentence
        assert not re.search(
            r"\ba [aeio]|(?<!HMAC-)\bSHA\d|-block|header-names|body-digest", sentence
        )
    assert mistake.evidence.strip()
    assert mistake.refusal is None or mistake.refusal in SCHEME.reasons


def test_no_two_mistakes_have_the_same_text() -> None:
    texts = [mistake.text for mistake in CATALOGUE.values()]
    assert sorted(set(texts)) == sorted(texts)


def unchanged(pipeline: Pipeline) -> Pipeline:
    """Nothing is wrong."""
    return pipeline


def test_a_duplicate_id_is_an_error() -> None:
    catalogue = Catalogue(refusal="wrong-signature")
    catalogue.add("unchanged", "Nothing.", unchanged, fix="Nothing.")
    with pytest.raises(ValueError, match="two mistakes have the id unchanged"):
        catalogue.add("unchanged", "Nothing.", unchanged, fix="Nothing.")
    with pytest.raises(ValueError, match="two mistakes have the id unchanged"):
        catalogue.mistake(fix="Nothing.")(unchanged)
    assert list(catalogue) == ["unchanged"]


def test_a_decorated_edit_is_described_by_its_name_and_docstring() -> None:
    catalogue = Catalogue(refusal="wrong-signature")
    assert catalogue.mistake(fix="Do it right.", evidence="seen")(unchanged) is unchanged
    catalogue.add("other", "Text.", unchanged, fix="Fix.", refusal=None, hindsight=repr)  # type: ignore[arg-type]
    assert catalogue["unchanged"] == Mistake(
        id="unchanged",
        text="Nothing is wrong.",
        fix="Do it right.",
        evidence="seen",
        edit=unchanged,
        refusal="wrong-signature",
        hindsight=unchanged,
    )
    assert catalogue["other"].refusal is None
    assert catalogue["other"].hindsight is repr  # type: ignore[comparison-overlap]
    assert len(catalogue) == 2
