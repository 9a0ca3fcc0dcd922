"""What a wrong envelope of shioaji-ca shows by itself, as a person reads it."""

import base64
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signproof import schemes
from signproof.corpus import Case
from signproof.implementations.base import Progress, Reply
from signproof.model import Answer, Implementation, Outcome, Status
from signproof.schemes.shioaji_ca.opened import opened
from signproof.schemes.shioaji_ca.opened_text import Asked, text_words
from signproof.schemes.shioaji_ca.replay import EXPIRE_TIME, SIGN
from signproof.schemes.shioaji_ca.taken_apart import taken_apart
from signproof.verify import verify
from tests.contract.shioaji_envelopes import (
    ALTERED,
    ANOTHER,
    ASKED,
    CASES,
    CERTIFICATE,
    CORPUS,
    EC,
    LENGTHS,
    MAIN,
    NOTHING,
    SENT,
    SIGNATURE,
    STANDARD,
    TEXT,
    UNPADDED,
    Json,
    envelope_of,
)

pytestmark = pytest.mark.once


def signed(words: str) -> tuple[str, ...]:
    return f"signature: {words}", TEXT, CERTIFICATE


def sent(words: str) -> tuple[str, ...]:
    return SENT, f"text: {words}", CERTIFICATE


def right(*words: str) -> tuple[str, ...]:
    return *words, SIGNATURE, TEXT, CERTIFICATE


def written(how: str) -> tuple[str, ...]:
    """All but the text, which needs no padding and has none of the two characters."""
    words = f" ({how}, {STANDARD}): "
    return tuple(part.replace(": ", words, 1) if part != TEXT else part for part in right())


ROWS: dict[str, tuple[str, ...]] = {
    # form
    "mistakes/prefix-missing": right("no prefix, where `pkcs1` is right"),
    "mistakes/prefix-uppercase": right("the prefix `PKCS1`, where `pkcs1` is right"),
    "mistakes/prefix-with-hash": right("the prefix `pkcs#1`, where `pkcs1` is right"),
    "mistakes/envelope-joined-with-commas": right("joined with ','"),
    "mistakes/envelope-joined-with-newlines": right("joined with '\\n'"),
    "mistakes/envelope-text-first": right("its parts in the order text, signature, certificate"),
    "mistakes/envelope-reversed": right("its parts in the order certificate, text, signature"),
    "mistakes/envelope-percent-encoded": right("percent-encoded"),
    "mistakes/envelope-base64": right("in base64 as a whole"),
    "mistakes/envelope-with-newline": right("white space around it"),
    "mistakes/envelope-with-dot": right("a dot behind it"),
    "mistakes/envelope-quoted": right("between quotation marks"),
    "mistakes/envelope-as-bytes-literal": right("as Python prints octets"),
    "mistakes/envelope-without-signature": (
        "2 parts after the prefix, where 3 are right",
        *("signature: missing", TEXT, CERTIFICATE),
    ),
    "mistakes/envelope-without-text": (
        "2 parts after the prefix, where 3 are right",
        *(SIGNATURE, "text: missing", CERTIFICATE),
    ),
    "mistakes/envelope-without-certificate": (
        "2 parts after the prefix, where 3 are right",
        *(SIGNATURE, TEXT, "certificate: missing"),
    ),
    "refuse-pkcs1/empty": ("nothing in it",),
    # base64
    "mistakes/envelope-url-safe": written("base64 with the URL-safe alphabet"),
    "mistakes/envelope-plus-as-space": written("base64 with a space for each `+`"),
    "mistakes/signature-hex": (
        *(f"signature (hexadecimal, {STANDARD}): PKCS#1 v1.5, SHA-1, over the right text",),
        *(TEXT, CERTIFICATE),
    ),
    "mistakes/signature-base64-twice": (
        SIGNATURE.replace(":", f" (base64, and that in base64, {STANDARD}):"),
        *(TEXT, CERTIFICATE),
    ),
    "mistakes/signed-text-raw": (
        *(SIGNATURE, f"text (as it is, {STANDARD}): as asked", CERTIFICATE),
    ),
    "mistakes/signed-text-hex": (
        *(SIGNATURE, f"text (hexadecimal, {STANDARD}): as asked", CERTIFICATE),
    ),
    "mistakes/certificate-pem": (
        *(SIGNATURE, TEXT),
        f"certificate (PEM, and that in base64, {STANDARD}): the credential's",
    ),
    "mistakes/certificate-pem-raw": (
        *("white space around it", SIGNATURE, TEXT),
        f"certificate (PEM, {STANDARD}): the credential's",
    ),
    "refuse-pkcs1/text-plain": (
        SIGNATURE,
        f"text ({UNPADDED}, {STANDARD}): not UTF-8: {NOTHING}: `\\x11p\\x0c<\\\\xb1`",
        CERTIFICATE,
    ),
    # text
    "mistakes/envelope-detached": (SIGNATURE, "text: empty", CERTIFICATE),
    "mistakes/envelope-with-plain-text": (
        *(SIGNATURE, "text: without the person id, the IP address, the time", CERTIFICATE),
    ),
    "mistakes/person-id-whole-cn": sent("the person id as the whole CN"),
    "mistakes/person-id-lowercase": sent("the person id in lower case"),
    "mistakes/person-id-after-hyphen": sent("`01-001::EXAMPLE` in the place of the person id"),
    "mistakes/person-id-cut-at-last-hyphen": sent("`-01` between the person id and the IP address"),
    "mistakes/person-id-not-signed": sent("without the person id"),
    "mistakes/text-joined-with-bars": sent("joined with `|`"),
    "mistakes/text-joined-with-newlines": sent("joined with a newline"),
    "refuse-pkcs1/separator-second": sent("`|` between the IP address and the plain text"),
    "mistakes/text-ordered-reversed": sent("in the order time, plain text, IP address, person id"),
    "mistakes/text-with-byte-order-mark": sent("a byte order mark in front"),
    "mistakes/text-with-zero": sent("a zero behind"),
    "mistakes/text-in-utf-16": sent("in UTF-16, little endian, not UTF-8"),
    "mistakes/text-in-utf-16-big-endian": sent("in UTF-16, big endian, not UTF-8"),
    "mistakes/text-in-big5": sent(
        "in Big5, not UTF-8, ` EXAMPLE\\norder \\u9999 ? e? ` in the place of the plain text"
    ),
    "mistakes/text-in-latin-1": sent(
        "in Latin-1, not UTF-8, ` EXAMPLE\\norder ? \\xe9 e? ` in the place of the plain text"
    ),
    "refuse-pkcs1/big5": sent(
        "not UTF-8, without the IP address, the plain text, "
        "`\\xa5x` between the person id and the time"
    ),
    "mistakes/plain-text-trimmed": sent("the plain text without white space around it"),
    "mistakes/plain-text-with-crlf": sent("the plain text with CRLF for each newline"),
    "mistakes/plain-text-uppercase": sent("`EXAMPLE ORDER` in the place of the plain text"),
    "mistakes/plain-text-hex": sent("`4558414d504c45206f726465…` in the place of the plain text"),
    "mistakes/plain-text-alone": sent("without the person id, the IP address, the time"),
    "mistakes/time-not-signed": sent("without the time"),
    "mistakes/time-as-milliseconds": sent("the time in milliseconds"),
    "mistakes/time-as-float": sent("the time with a fraction"),
    "mistakes/time-as-iso-taipei": sent("the time as a date"),
    "mistakes/time-as-local-seconds": sent("the time eight hours late"),
    # certificate
    "refuse-pkcs1/certificate-cut": (
        *(SIGNATURE, TEXT, "certificate: 300 octets that are none in DER"),
    ),
    "verify-pkcs1/expired": (SIGNATURE, TEXT, f"{ANOTHER}the same key"),
    "verify-pkcs1/2048-bits": (SIGNATURE, TEXT, f"{ANOTHER}another key"),
    "refuse-pkcs1/ec": (SIGNATURE, TEXT, f"{ANOTHER}another key"),
    "refuse-pkcs1/no-id": (
        *(SIGNATURE, TEXT),
        "certificate: another than the credential's, of no person id, with the same key",
    ),
    "refuse-pkcs1/certificate-longer": (
        SIGNATURE.replace(":", ": the credential's key, not the certificate's:"),
        *(TEXT, f"{ANOTHER}another key"),
    ),
    # signature
    "mistakes/digest-sha256": signed("PKCS#1 v1.5, SHA-256, over the right text"),
    "mistakes/digested-twice": signed(
        "PKCS#1 v1.5, SHA-1, over the SHA-1 of the right text, which is digested once only"
    ),
    "mistakes/signed-over-plain-text": signed("PKCS#1 v1.5, SHA-1, over the plain text alone"),
    "mistakes/content-not-digested": signed(
        "PKCS#1 v1.5 without a DigestInfo: the text itself, not digested"
    ),
    "mistakes/padding-missing": signed("no padding: the SHA-1 of the right text"),
    "mistakes/signature-reversed": signed(
        "its octets in reverse order: PKCS#1 v1.5, SHA-1, over the right text"
    ),
    "refuse-pkcs1/flipped": signed(ALTERED),
    "refuse-pkcs1/cut": signed(f"127 {LENGTHS}"),
}


@pytest.mark.parametrize("name", ROWS)
def test_an_envelope_is_taken_apart(name: str) -> None:
    case = CASES[name]
    baseline = CASES.get(str(case.vector.baseline).partition("/")[2], case)
    text = baseline.input.get("plain_text") or ASKED["plain_text"]
    output = {"envelope": envelope_of(name)}
    assert opened(SIGN, MAIN, {**ASKED, "plain_text": text}, output) == "; ".join(ROWS[name])


GOOD = envelope_of("verify-pkcs1/usual")
STRAY = " and stray bits at its end"


def test_parts_in_lines_may_be_joined_with_lines() -> None:
    kind, *parts = GOOD.split(".")
    wrapped = [re.sub("(.{1,64})", r"\1\n", part) for part in parts]
    shown = opened(SIGN, MAIN, ASKED, {"envelope": "\n\n".join([kind, *parts])})
    assert shown == "; ".join(right("joined with '\\n\\n'"))
    assert [piece.text for piece in taken_apart("\n".join(wrapped)).pieces] == [
        part.strip() for part in wrapped
    ]


def test_armour_around_no_base64_is_none() -> None:
    armour = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"
    (piece,) = taken_apart(f"pkcs1.{armour}").pieces
    assert [reading.how for reading in piece.readings] == ["as it is"]


# What is no envelope, and what there is nothing to say of.


ONE = "1 part after the prefix, where 3 are right"
MISSING = ("text: missing", "certificate: missing")


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        ("", ["nothing in it"]),
        (" ", ["white space around it", "nothing in it"]),
        ("pkcs1.AAAA", [ONE, f"signature: 3 {LENGTHS}", *MISSING]),
        (
            "pkcs1.",
            [
                *("a dot behind it", "no prefix, where `pkcs1` is right", ONE),
                *(f"signature (as it is, {STANDARD}): 5 {LENGTHS}", *MISSING),
            ],
        ),
        (
            GOOD.split(".")[1],
            ["no prefix, where `pkcs1` is right", ONE, SIGNATURE, *MISSING],
        ),
        (
            "aa.bbb.c",
            [
                "no prefix, where `pkcs1` is right",
                f"signature ({UNPADDED}{STRAY}, {STANDARD}): 1 {LENGTHS}",
                f"text ({UNPADDED}{STRAY}, {STANDARD}): not UTF-8: {NOTHING}: `m\\xb6`",
                "certificate: 1 octets that are none in DER",
            ],
        ),
    ],
)
def test_what_is_no_envelope_is_said_to_be_none(envelope: str, words: list[str]) -> None:
    assert opened(SIGN, MAIN, ASKED, {"envelope": envelope}) == "; ".join(words)


def test_what_has_no_envelope_or_no_key_of_rsa_shows_nothing() -> None:
    assert opened(EXPIRE_TIME, {}, {"not_after": 0}, {"expire_time": "x"}) == ""
    seen = {"envelope": GOOD}
    assert opened(SIGN, EC, ASKED, seen) == ""
    values = SIGN.values(EC, ASKED)
    assert SIGN.recognised(values, seen) is values
    assert SIGN.hopeless is not None
    assert [SIGN.hopeless(ca, seen) for ca in (EC, MAIN)] == [False, False]


RIGHT = Asked("Z1", "Z1-01", "", "", 1_768_440_600)


@pytest.mark.parametrize(
    ("asked", "text", "words"),
    [
        (RIGHT, "Z11768440600", "as asked"),
        (RIGHT, "Z1|1768440600", "`|` between the person id and the time"),
        (RIGHT, "Z11768440601", "`1768440601` in the place of the time"),
        (RIGHT, "nothing", "nothing of what was asked: `nothing`"),
        (
            RIGHT,
            "Z1\n1768440600\n",
            "a newline between the person id and the time, a newline behind",
        ),
        (
            Asked("Z1", "", "192.0.2.1", "buy", 10**15),
            f"Z1192.0.2.1buy{10**18}",
            "the time in milliseconds",
        ),
        (
            Asked("Z1", "", "192.0.2.1", "192.0.2.1", 1_768_440_600),
            "192.0.2.1Z1192.0.2.11768440600",
            "in the order plain text, person id, IP address, time",
        ),
    ],
)
def test_a_text_is_told_from_what_was_asked(asked: Asked, text: str, words: str) -> None:
    assert text_words(text.encode(), asked) == words


OID_OF_RSA = bytes.fromhex("06092a864886f70d010101")
EXPONENT = bytes.fromhex("0203010001")
NAME = b"Z199999999-01-001::EXAMPLE"
UNREADABLE = f"{ANOTHER}a key that cannot be read"
NAMELESS = "certificate: another than the credential's, of no person id, with the same key"
ALTERATIONS = {
    "an unknown kind of key": (OID_OF_RSA, OID_OF_RSA[:-1] + b"\x7f", UNREADABLE),
    "exponent 0": (EXPONENT, bytes.fromhex("0203000000"), UNREADABLE),
    "an even exponent": (EXPONENT, bytes.fromhex("0203010002"), UNREADABLE),
    "a CN that is not UTF-8": (NAME, b"\xff" + NAME[1:], NAMELESS),
    "a CN that is a BIT STRING": (b"\x0c\x1a" + NAME, b"\x03\x1a\0" + NAME[1:], NAMELESS),
    "a serial number below zero": (
        bytes.fromhex("02031a2b3c"),
        bytes.fromhex("02039a2b3c"),
        f"{ANOTHER}the same key",
    ),
    "an unknown version": (
        bytes.fromhex("a003020102"),
        bytes.fromhex("a003020109"),
        "certificate: 552 octets that are none in DER",
    ),
}


def with_certificate(kind: str, der: bytes) -> str:
    parts = envelope_of(f"verify-{kind}/usual").split(".")[:3]
    return ".".join((*parts, base64.b64encode(der).decode()))


DER = base64.b64decode(GOOD.split(".")[3])


@pytest.mark.parametrize(("right", "wrong", "words"), ALTERATIONS.values(), ids=ALTERATIONS)
def test_a_certificate_may_be_unreadable_in_part(right: bytes, wrong: bytes, words: str) -> None:
    """A report is not lost for it, nor is anything said on the side: warnings are errors here."""
    assert DER.count(right) == 1
    altered = with_certificate("pkcs1", DER.replace(right, wrong))
    assert opened(SIGN, MAIN, ASKED, {"envelope": altered}) == f"{SIGNATURE}; {TEXT}; {words}"


@given(st.data())
def test_any_octets_of_certificate_and_cms_may_be_altered(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["pkcs1", "pkcs7"]))
    parts = envelope_of(f"verify-{kind}/usual").split(".")
    which = data.draw(st.sampled_from([1, 3]))
    octets = bytearray(base64.b64decode(parts[which]))
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    parts[which] = base64.b64encode(octets).decode()
    assert opened(SIGN if kind == "pkcs1" else None, MAIN, ASKED, {"envelope": ".".join(parts)})


PIECES = st.sampled_from([*GOOD.split("."), *envelope_of("verify-pkcs7/usual").split(".")])
SPLICED = st.lists(
    st.one_of(PIECES, st.text("pkcs17.,|\n%+=-AZ09{'\"é", max_size=30)), max_size=6
).map(".".join)


@given(envelope=st.one_of(st.text(max_size=60), SPLICED))
@example(envelope="." * 100_000)
@example(envelope='"' * 100_000)
@example(envelope="pkcs1." + "%41" * 50_000)
def test_whatever_was_given_is_told_apart(envelope: str) -> None:
    for replay in (SIGN, None):
        assert opened(replay, MAIN, ASKED, {"envelope": envelope})
    assert len(taken_apart(envelope).pieces) <= 20


# Under the whole harness.


class Answering:
    """An implementation that gives one output whatever it is asked."""

    implementation = Implementation(name="EXAMPLE")
    features = ("reasons",)
    stderr = ""

    def __init__(self, output: Json) -> None:
        self.output = output
        self.replies: dict[str, Reply] = {}

    def run(self, cases: list[Case], progress: Progress) -> None:
        for case in cases:
            self.replies[case.id] = Answer(status=Status.OUTPUT, output=self.output)
            progress()


@pytest.mark.parametrize("name", ["sign-pkcs1/usual", "sign-pkcs7/usual"])
def test_a_failure_says_what_its_envelope_shows(name: str) -> None:
    output = {"envelope": envelope_of("refuse-pkcs1/flipped")}
    (result,) = verify(Answering(output), CORPUS, [CASES[name]]).results  # type: ignore[arg-type]
    assert result.outcome is Outcome.FAIL
    expected = opened(
        schemes.get("shioaji-ca").operations[CASES[name].vector.operation].replay,
        MAIN,
        ASKED,
        output,
    )
    assert result.opened == expected
    assert ALTERED in result.opened
