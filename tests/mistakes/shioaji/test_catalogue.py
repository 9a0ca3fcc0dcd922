"""The catalogue holds what people get wrong, in words that they understand."""

import re

import pytest

from signproof.mistakes.base import Mistake
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.schemes.shioaji_ca import SCHEME

pytestmark = pytest.mark.heavy

# The facts page, section "Mistakes people make", as far as the pipeline has a place for them.
FACTS = {
    "expire_time read as local time": ["expire-time-in-taipei", "expire-time-converted-twice"],
    "password with `$` or a space unquoted": ["env-dollar-kept", "env-goes-on-after-a-bad-line"],
    "backslashes": ["env-backslashes-kept", "env-backslashes-read-outside-quotes"],
    "person_id taken from serialNumber": [
        "person-id-from-serial-number",
        "person-id-from-uid",
        "person-id-from-ou",
    ],
    "D built with separators": [
        f"text-joined-with-{name}"
        for name in ("bars", "commas", "semicolons", "newlines", "spaces", "colons")
    ],
    "wrong order": [
        f"text-ordered-{name}"
        for name in ("ip-first", "time-first", "text-before-ip", "time-before-text")
    ],
    "milliseconds": ["time-as-milliseconds"],
    "no time": ["time-not-signed"],
    "SHA-256 in pkcs1": ["digest-sha256", "sha256-digested"],
    "detached CMS": ["envelope-detached"],
}

# Each part changed in each way that shows.
CLASSES = {
    "not signed": [f"{name}-not-signed" for name in ("person-id", "ip", "plain-text", "time")],
    "times": [
        f"time-as-{name}"
        for name in ("milliseconds", "microseconds", "float", "iso", "local-seconds")
    ],
    "charsets": [f"text-in-{name}" for name in ("big5", "utf-16", "latin-1", "ascii")],
    "digests": [
        *(f"digest-{name}" for name in ("md5", "sha224", "sha256", "sha384", "sha512")),
        *("digested-twice", "hex-digested", "hex-signed", "md5-named-sha1"),
        *("content-not-digested", "digest-info-missing", "digest-info-without-null"),
    ],
    "parts of the envelope": [
        *(f"envelope-without-{name}" for name in ("signature", "text", "certificate")),
        *(f"envelope-{name}" for name in ("text-first", "certificate-first", "reversed")),
    ],
    "base64": [
        *(f"envelope-{name}" for name in ("url-safe", "unpadded", "wrapped-at-76")),
        *("signature-base64-twice", "signature-hex", "signed-text-raw", "certificate-pem"),
    ],
    "prefixes": [f"prefix-{name}" for name in ("missing", "uppercase", "pkcs7")],
    "expire times": [
        f"expire-time-{name}"
        for name in (
            *("in-taipei", "with-z", "with-zero-offset", "with-taipei-offset", "with-space"),
            *("as-date", "as-unix-seconds", "as-unix-milliseconds", "with-milliseconds"),
            "exclusive",
        )
    ],
    "settings": [
        f"env-{name}"
        for name in (
            *("comments-kept", "export-not-understood", "quotes-kept", "byte-order-mark-kept"),
            *("carriage-returns-kept", "file-beats-environment", "last-line-lost"),
            *("space-before-equals-kept", "space-after-equals-kept", "keys-uppercased"),
        )
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
        assert not re.search(r"\ba [aeio]|(?<![`-])\bSHA\d", sentence)
    assert mistake.evidence.strip()
    assert mistake.hindsight is mistake.edit


def test_no_two_mistakes_have_the_same_text() -> None:
    texts = [mistake.text for mistake in CATALOGUE.values()]
    assert sorted(set(texts)) == sorted(texts)


def test_what_a_verifier_can_see_is_refused_and_nothing_else() -> None:
    invisible = {id_ for id_, mistake in CATALOGUE.items() if mistake.refusal is None}
    assert invisible == {id_ for id_ in CATALOGUE if id_.startswith(("env-", "expire-time-"))}
    refusals = {mistake.refusal for mistake in CATALOGUE.values()} - {None}
    assert refusals <= set(SCHEME.reasons)
