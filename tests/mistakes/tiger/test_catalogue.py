"""The catalogue holds what people get wrong, in words that they understand."""

import re

import pytest

from signproof.mistakes.base import Mistake
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.schemes.tiger_rsa import SCHEME

pytestmark = pytest.mark.heavy

# The facts page, section "Mistakes people make".
FACTS = {
    "pk8 into a PKCS#1 loader": ["key-loader-refuses-pkcs8"],
    "corrupted or url-safe key": ["key-loader-refuses-url-safe", "key-loader-refuses-unpadded"],
    "pk1 into Java": ["key-loader-refuses-pkcs1"],
    "biz_content re-serialised": [
        "biz-content-signed-spaced",
        "biz-content-sent-spaced",
        "biz-content-signed-sorted",
        "biz-content-sent-sorted",
    ],
    "ASCII-escaped form signed": ["biz-content-signed-escaped", "biz-content-sent-escaped"],
    "values URL-encoded": ["values-url-encoded", "values-form-encoded", "biz-content-url-encoded"],
    "`sign` included": ["sign-included", "sign-included-as-null"],
    "keys unsorted": ["names-unsorted", "names-sorted-descending"],
    "SHA-256": ["digest-sha256", "pss-sha256"],
    "PSS padding": ["pss"],
    "url-safe, unpadded or wrapped base64": [
        "signature-url-safe",
        "signature-unpadded",
        "signature-url-safe-unpadded",
        "signature-wrapped-at-76",
        "signature-wrapped-at-76-crlf",
        "signature-wrapped-at-64",
    ],
    "hex": ["signature-hex", "signature-uppercase-hex"],
    "`Bearer` before a token": ["bearer-before-token"],
    "byte order mark": ["key-loader-refuses-byte-order-mark", "byte-order-mark-signed"],
    "CRLF PEM": ["key-loader-refuses-crlf"],
    "literal newlines": ["key-loader-refuses-literal-newlines"],
    "response signature over something else": [
        "response-signed-over-body",
        "response-signed-over-own-timestamp",
    ],
}

FIELDS = ["method", "version", "timestamp", "tiger-id", "charset", "sign-type"]
FORMS = ["spaced", "spaced-escaped", "compact", "sorted", "indented", "html-escaped"]
FORMS += ["escaped", "unescaped", "slashes-escaped", "slashes-unescaped"]

# Each part changed in each way that shows.
CLASSES = {
    "not signed": [
        f"{name}-not-signed"
        for name in (*FIELDS, "biz-content", "device-id", "notify-url", "account")
    ],
    "missing": [f"{name}-missing" for name in (*FIELDS, "sign")],
    "joined": [
        *(f"fields-joined-with-{name}" for name in ("nothing", "commas", "semicolons", "bars")),
        *("fields-joined-with-newlines", "names-joined-with-colons", "names-joined-with-nothing"),
        "values-only",
    ],
    "forms of biz_content": [
        f"biz-content-{way}-{form}" for way in ("signed", "sent") for form in FORMS
    ],
    "null": [f"null-as-{name}" for name in ("none", "nil", "undefined", "empty")],
    "digests": [
        *(f"digest-{name}" for name in ("md5", "sha224", "sha256", "sha384", "sha512")),
        *("digested-twice", "hex-digested", "uppercase-hex-digested", "md5-hex-digested"),
        *("hex-signed", "uppercase-hex-signed", "md5-named-sha1", "content-not-digested"),
        *("digest-info-missing", "digest-info-without-null"),
    ],
    "paddings": [
        *("pss", "pss-sha256", "padding-of-an-encryption", "padding-of-zeros", "padding-missing")
    ],
    "charsets": [
        *("utf-8-signed-for-gbk", "gbk-signed-for-utf-8", "utf-8-encoded-twice"),
        *("signed-as-utf-16", "signed-as-latin-1", "signed-as-ascii"),
    ],
}


@pytest.mark.parametrize("fact", FACTS)
def test_every_mistake_of_the_facts_page_is_there(fact: str) -> None:
    assert [id_ for id_ in FACTS[fact] if id_ not in CATALOGUE] == []


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
        assert not re.search(r"\ba [aeio]|(?<!`)\bSHA\d", sentence)
    assert mistake.evidence.strip()
    assert mistake.refusal is None or mistake.refusal in SCHEME.reasons


def test_no_two_mistakes_have_the_same_text() -> None:
    texts = [mistake.text for mistake in CATALOGUE.values()]
    assert sorted(set(texts)) == sorted(texts)
