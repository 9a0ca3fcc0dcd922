"""What is wrong with a CA signature: one change to a good one, and the part that is named."""

import base64
import contextlib
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from signers.der import Tag, encode
from signers.shioaji.ca import (
    LARGEST,
    CaSigner,
    EnvelopeRefused,
    Expected,
    Flaw,
    Method,
    Part,
    cms,
    stages,
    verify,
)
from signers.shioaji.ca.keys import describe
from tests.signers.shioaji.composing import (
    NULL,
    Composed,
    algorithm,
    attribute,
    oid,
    utc_time,
)
from tests.signers.shioaji.conftest import CN, PERSON, Maker

if TYPE_CHECKING:
    from collections.abc import Sequence

MAKER = Maker()
KEY = MAKER.rsa(1024)
CERTIFICATE = MAKER.certificate(key=KEY)
DER = CERTIFICATE.public_bytes(Encoding.DER)
NOW = 1_789_300_000
IP, ORDER = "192.0.2.1", "buy"
TEXT = f"{PERSON}{IP}{ORDER}{NOW}".encode()
SIGNER = CaSigner(KEY, CERTIFICATE)
GOOD = {method: SIGNER.sign(method, ORDER, ip=IP, seconds=NOW) for method in Method}
PREFIX, SIGNATURE, SIGNED, LEAF = GOOD[Method.PKCS1].split(".")
EXPECTED = Expected(IP, ORDER)

Found = tuple[Flaw, Part, str | None]


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def refusal(envelope: str, **options: Any) -> Found:
    with pytest.raises(EnvelopeRefused) as caught:
        verify(envelope, **options)
    error = caught.value
    assert error.reason == error.flaw.value
    assert str(error).startswith(f"{error.part}: ")
    assert "{" not in str(error)
    return error.flaw, error.part, error.detail


def signed(text: bytes | str, *, method: Method = Method.PKCS1) -> str:
    """Return a good signature over any text."""
    octets = text.encode() if isinstance(text, str) else text
    if method is Method.PKCS1:
        return stages.join(method, stages.pkcs1_signature(KEY, octets), octets, DER)
    return stages.join(method, cms.build(KEY, DER, octets, NOW), octets, DER)


def other_digest(digest: SHA256 | SHA512) -> str:
    return stages.join(Method.PKCS1, KEY.sign(TEXT, PKCS1v15(), digest), TEXT, DER)


def by_certificate(key: Any, names: "Sequence[tuple[x509.ObjectIdentifier, str]]") -> str:
    leaf = MAKER.certificate(names, key=key).public_bytes(Encoding.DER)
    return stages.join(Method.PKCS1, KEY.sign(TEXT, PKCS1v15(), SHA1()), TEXT, leaf)


NAME = [(NameOID.COMMON_NAME, PERSON)]
BIT_STRING_CN = DER.replace(
    encode(0x0C, CN.encode()), encode(Tag.BIT_STRING, b"\0", CN.encode()[1:])
)
NEGATIVE = (
    MAKER.certificate(key=KEY, serial_number=0x1A2B3C)
    .public_bytes(Encoding.DER)
    .replace(bytes.fromhex("02031a2b3c"), bytes.fromhex("02039a2b3c"), 1)
)
TOP, FIRST, SECOND, THIRD = Part.ENVELOPE, Part.SIGNATURE, Part.TEXT, Part.CERTIFICATE

ENVELOPES: dict[str, tuple[str, Found]] = {
    "empty": ("", (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "no prefix": (f"{SIGNATURE}.{SIGNED}.{LEAF}", (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "other prefix": (f"pkcs8.{SIGNATURE}.{SIGNED}.{LEAF}", (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "prefix in capitals": (GOOD[Method.PKCS1].upper(), (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "base64 of no DER": ("aGVsbG8=", (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "too large": ("pkcs1." + "A" * LARGEST, (Flaw.TOO_LARGE, TOP, None)),
    "not ASCII": (GOOD[Method.PKCS1] + "王", (Flaw.NOT_ASCII, TOP, None)),
    "two parts": (f"pkcs1.{SIGNATURE}.{SIGNED}", (Flaw.WRONG_PART_COUNT, TOP, "2")),
    "four parts": (GOOD[Method.PKCS7] + ".", (Flaw.WRONG_PART_COUNT, TOP, "4")),
    "prefix alone": ("pkcs1.", (Flaw.WRONG_PART_COUNT, TOP, "1")),
    "empty signature": (f"pkcs1..{SIGNED}.{LEAF}", (Flaw.MALFORMED_BASE64, FIRST, "empty")),
    "empty text": (f"pkcs1.{SIGNATURE}..{LEAF}", (Flaw.MALFORMED_BASE64, SECOND, "empty")),
    "newline": (GOOD[Method.PKCS1] + "\n", (Flaw.MALFORMED_BASE64, THIRD, "white space")),
    "URL-safe": (
        f"pkcs1.-_{SIGNATURE[2:]}.{SIGNED}.{LEAF}",
        (Flaw.MALFORMED_BASE64, FIRST, "URL-safe alphabet"),
    ),
    "percent-encoded": (
        f"pkcs1.{SIGNATURE.replace('=', '%3D')}.{SIGNED}.{LEAF}",
        (Flaw.MALFORMED_BASE64, FIRST, "alphabet"),
    ),
    "no padding": (
        f"pkcs1.{SIGNATURE.rstrip('=')}.{SIGNED}.{LEAF}",
        (Flaw.MALFORMED_BASE64, FIRST, "padding"),
    ),
    "padding too long": (
        f"pkcs1.AAA==.{SIGNED}.{LEAF}",
        (Flaw.MALFORMED_BASE64, FIRST, "padding"),
    ),
    "padding alone": (f"pkcs1.A===.{SIGNED}.{LEAF}", (Flaw.MALFORMED_BASE64, FIRST, "alphabet")),
    "bits left over": (
        f"pkcs1.AB==.{SIGNED}.{LEAF}",
        (Flaw.MALFORMED_BASE64, FIRST, "superfluous bits"),
    ),
    "text in the clear": (
        f"pkcs1.{SIGNATURE}.{TEXT.decode().replace('.', ',')}.{LEAF}",
        (Flaw.MALFORMED_BASE64, SECOND, "alphabet"),
    ),
    "no certificate": (
        f"pkcs1.{SIGNATURE}.{SIGNED}.{b64(b'0')}",
        (Flaw.MALFORMED_CERTIFICATE, THIRD, None),
    ),
    "certificate in PEM": (
        f"pkcs1.{SIGNATURE}.{SIGNED}.{b64(CERTIFICATE.public_bytes(Encoding.PEM))}",
        (Flaw.MALFORMED_CERTIFICATE, THIRD, None),
    ),
    "certificate and more": (
        f"pkcs1.{SIGNATURE}.{SIGNED}.{b64(DER + b'0')}",
        (Flaw.MALFORMED_CERTIFICATE, THIRD, None),
    ),
    "certificate whose CN is a BIT STRING": (
        stages.join(Method.PKCS1, KEY.sign(TEXT, PKCS1v15(), SHA1()), TEXT, BIT_STRING_CN),
        (Flaw.MALFORMED_CERTIFICATE, THIRD, None),
    ),
    "EC certificate": (by_certificate(MAKER.ec(), NAME), (Flaw.UNSUPPORTED_KEY, THIRD, None)),
    "no person": (
        by_certificate(KEY, [(NameOID.SERIAL_NUMBER, PERSON)]),
        (Flaw.NO_PERSON_ID, THIRD, None),
    ),
    "other person's certificate": (
        by_certificate(KEY, [(NameOID.COMMON_NAME, "Z299999999-01")]),
        (Flaw.WRONG_PERSON, SECOND, None),
    ),
    "short signature": (
        f"pkcs1.{b64(bytes(127))}.{SIGNED}.{LEAF}",
        (Flaw.WRONG_SIGNATURE_LENGTH, FIRST, "127"),
    ),
    "long signature": (
        f"pkcs1.{b64(bytes(129))}.{SIGNED}.{LEAF}",
        (Flaw.WRONG_SIGNATURE_LENGTH, FIRST, "129"),
    ),
    "SHA-256": (other_digest(SHA256()), (Flaw.WRONG_DIGEST_ALGORITHM, FIRST, "sha256")),
    "SHA-512": (other_digest(SHA512()), (Flaw.WRONG_DIGEST_ALGORITHM, FIRST, "sha512")),
    "other text": (
        f"pkcs1.{SIGNATURE}.{b64(TEXT + b'0')}.{LEAF}",
        (Flaw.WRONG_SIGNATURE, FIRST, None),
    ),
    "other key": (
        by_certificate(MAKER.rsa(1024, "other"), NAME),
        (Flaw.WRONG_SIGNATURE, FIRST, None),
    ),
    "text not UTF-8": (signed(b"\xff"), (Flaw.TEXT_NOT_UTF8, SECOND, None)),
    "id last": (signed(f"{IP}{ORDER}{NOW}{PERSON}"), (Flaw.WRONG_PERSON, SECOND, None)),
    "whole CN": (signed(f"{PERSON}-01{IP}{ORDER}{NOW}"), (Flaw.WRONG_IP, SECOND, None)),
    "other ip": (signed(f"{PERSON}192.0.2.9{ORDER}{NOW}"), (Flaw.WRONG_IP, SECOND, None)),
    "separators": (
        signed(f"{PERSON}{IP}|{ORDER}|{NOW}"),
        (Flaw.WRONG_PLAIN_TEXT, SECOND, "a separator stands before it"),
    ),
    "time before text": (
        signed(f"{PERSON}{IP}{NOW}{ORDER}"),
        (Flaw.WRONG_PLAIN_TEXT, SECOND, "something else stands before it"),
    ),
    "other order": (
        signed(f"{PERSON}{IP}sell{NOW}"),
        (Flaw.WRONG_PLAIN_TEXT, SECOND, "it is not there"),
    ),
    "no time": (signed(f"{PERSON}{IP}{ORDER}"), (Flaw.MALFORMED_TIME, SECOND, "nothing")),
    "milliseconds": (
        signed(f"{PERSON}{IP}{ORDER}{NOW}000"),
        (Flaw.MALFORMED_TIME, SECOND, "milliseconds"),
    ),
    "separator before the time": (
        signed(f"{PERSON}{IP}{ORDER}|{NOW}"),
        (Flaw.MALFORMED_TIME, SECOND, "a separator before it"),
    ),
    "time as text": (
        signed(f"{PERSON}{IP}{ORDER}2026-09-13T15:59:59"),
        (Flaw.MALFORMED_TIME, SECOND, "something else"),
    ),
    "older, not encoded": (
        b64(cms.build(KEY, DER, TEXT + b"?", NOW)).rstrip("=") + "=",
        (Flaw.MALFORMED_PERCENT, TOP, None),
    ),
    "older, small letters": (
        GOOD[Method.OLDER] + "%3d",
        (Flaw.MALFORMED_PERCENT, TOP, None),
    ),
    "older, more encoded": ("%4D" + GOOD[Method.OLDER], (Flaw.UNKNOWN_PREFIX, TOP, None)),
    "older, cut off": ("MIIB", (Flaw.MALFORMED_CMS, FIRST, "cut-off")),
}


@pytest.mark.parametrize(("envelope", "expected"), ENVELOPES.values(), ids=ENVELOPES)
def test_the_part_is_named(envelope: str, expected: Found) -> None:
    assert refusal(envelope, expected=EXPECTED) == expected


def test_whole_text_of_an_error() -> None:
    with pytest.raises(EnvelopeRefused) as caught:
        verify(ENVELOPES["short signature"][0])
    assert str(caught.value) == (
        "signature: the signature has 127 octets, not the key's length: sign with the key of this "
        "certificate"
    )


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (Expected(earliest=NOW, latest=NOW), None),
        (Expected(earliest=NOW + 1), (Flaw.TIME_OUT_OF_WINDOW, SECOND, "early")),
        (Expected(latest=NOW - 1), (Flaw.TIME_OUT_OF_WINDOW, SECOND, "late")),
        (Expected(IP), None),
        (Expected(plain_text="not looked at without address"), None),
        (Expected("192.0.2.2"), (Flaw.WRONG_IP, SECOND, None)),
        (None, None),
    ],
)
@pytest.mark.parametrize("method", Method)
def test_what_is_expected(expected: Expected | None, found: Found | None, method: Method) -> None:
    if found is None:
        assert verify(GOOD[method], expected=expected).text.seconds == NOW
    else:
        assert refusal(GOOD[method], expected=expected) == found


def test_without_an_expected_text_the_end_is_the_time() -> None:
    """Milliseconds cannot be told from a text that ends in digits: that takes the text."""
    text = verify(signed(f"{PERSON}{IP}{ORDER}1789300000000")).text
    assert (text.rest, text.seconds) == (f"{IP}{ORDER}178", 9_300_000_000)
    found = refusal(signed(f"{PERSON}{IP}{ORDER}0000000000"))
    assert found == (Flaw.MALFORMED_TIME, SECOND, "something else")


@pytest.mark.parametrize("method", Method)
def test_another_certificate_than_the_one_asked_for(method: Method) -> None:
    other = MAKER.certificate(key=KEY, serial_number=4712)
    assert refusal(GOOD[method], certificate=other) == (Flaw.OTHER_CERTIFICATE, THIRD, None)


def good(**changes: Any) -> Composed:
    return Composed(KEY, CERTIFICATE, TEXT, NOW, **changes)


OTHER = MAKER.certificate(key=KEY, serial_number=4712).public_bytes(Encoding.DER)
WRONG_TIME = encode(0x17, b"260230000000Z")
EMPTY = b""
CAPABILITIES = attribute("smimeCapabilities", encode(Tag.SEQUENCE))

SOUND: dict[str, Composed] = {
    "as it is": good(),
    "no parameters": good(
        digests=(algorithm("sha256"),),
        signer_digest=algorithm("sha256"),
        signature_algorithm=algorithm("rsa"),
    ),
    "SHA-256 with RSA": good(signature_algorithm=algorithm("sha256WithRSA", NULL)),
    "capabilities": good(attributes={"smimeCapabilities": CAPABILITIES}),
    "generalized time": good(
        attributes={"signingTime": attribute("signingTime", encode(0x18, b"20260913114640Z"))}
    ),
}
CMS: dict[str, tuple[Composed, Flaw, str | None]] = {
    "other content": (good(content_type="envelopedData"), Flaw.CMS_NOT_SIGNED_DATA, None),
    "version 3": (good(version=3), Flaw.CMS_VERSION, None),
    "signer of version 3": (good(signer_version=3), Flaw.CMS_VERSION, None),
    "SHA-384": (
        good(digests=(algorithm("sha384", NULL),)),
        Flaw.CMS_DIGEST_ALGORITHM,
        None,
    ),
    "two digests": (
        good(digests=(algorithm("sha256", NULL), algorithm("sha384", NULL))),
        Flaw.CMS_DIGEST_ALGORITHM,
        None,
    ),
    "no digest": (good(digests=()), Flaw.MALFORMED_CMS, "missing"),
    "digest with parameters": (
        good(digests=(algorithm("sha256", encode(Tag.SEQUENCE)),)),
        Flaw.CMS_DIGEST_ALGORITHM,
        None,
    ),
    "digest with more": (
        good(digests=(algorithm("sha256", NULL, NULL),)),
        Flaw.MALFORMED_CMS,
        "trailing",
    ),
    "signer's digest": (
        good(signer_digest=algorithm("sha384", NULL)),
        Flaw.CMS_DIGEST_ALGORITHM,
        None,
    ),
    "content is no data": (good(inner_type="signedData"), Flaw.CMS_CONTENT_TYPE, None),
    "detached": (good(attached=False), Flaw.CMS_DETACHED, None),
    "no certificate": (good(certificates=()), Flaw.CMS_CERTIFICATES, "0"),
    "chain": (good(certificates=(DER, OTHER)), Flaw.CMS_CERTIFICATES, "2"),
    "many": (good(certificates=(DER,) * 20), Flaw.CMS_CERTIFICATES, "over 8"),
    "other certificate": (good(certificates=(OTHER,)), Flaw.CMS_CERTIFICATE_DIFFERS, None),
    "no signer": (good(signers=0), Flaw.CMS_SIGNERS, "0"),
    "two signers": (good(signers=2), Flaw.CMS_SIGNERS, "2"),
    "three signers": (good(signers=3), Flaw.CMS_SIGNERS, "3"),
    "other serial number": (good(serial_number=4712), Flaw.CMS_SIGNER_DIFFERS, None),
    "other issuer": (
        good(issuer=CERTIFICATE.subject.public_bytes()),
        Flaw.CMS_SIGNER_DIFFERS,
        None,
    ),
    "ECDSA": (
        good(signature_algorithm=algorithm("ecdsa")),
        Flaw.CMS_SIGNATURE_ALGORITHM,
        None,
    ),
    "no attributes": (good(without_attributes=True), Flaw.CMS_NO_SIGNED_ATTRIBUTES, None),
    "no contentType": (
        good(attributes={"contentType": EMPTY}),
        Flaw.CMS_MISSING_ATTRIBUTE,
        "contentType",
    ),
    "no messageDigest": (
        good(attributes={"messageDigest": EMPTY}),
        Flaw.CMS_MISSING_ATTRIBUTE,
        "messageDigest",
    ),
    "no signingTime": (
        good(attributes={"signingTime": EMPTY}),
        Flaw.CMS_MISSING_ATTRIBUTE,
        "signingTime",
    ),
    "unknown attribute": (
        good(attributes={"other": attribute("countersignature", NULL)}),
        Flaw.CMS_UNEXPECTED_ATTRIBUTE,
        None,
    ),
    "attribute twice": (
        good(attributes={"other": attribute("contentType", oid("signedData"))}),
        Flaw.CMS_UNEXPECTED_ATTRIBUTE,
        None,
    ),
    "two values": (
        good(attributes={"signingTime": attribute("signingTime", utc_time(1), utc_time(2))}),
        Flaw.CMS_UNEXPECTED_ATTRIBUTE,
        None,
    ),
    "no value": (
        good(attributes={"signingTime": attribute("signingTime")}),
        Flaw.MALFORMED_CMS,
        "missing",
    ),
    "attribute with more": (
        good(
            attributes={
                "contentType": encode(
                    Tag.SEQUENCE, oid("contentType"), encode(Tag.SET, oid("data")), NULL
                )
            }
        ),
        Flaw.MALFORMED_CMS,
        "trailing",
    ),
    "unsorted": (good(reverse=True), Flaw.CMS_UNSORTED_ATTRIBUTES, None),
    "contentType of signed-data": (
        good(attributes={"contentType": attribute("contentType", oid("signedData"))}),
        Flaw.CMS_ATTRIBUTE_CONTENT_TYPE,
        None,
    ),
    "SHA-1 in messageDigest": (
        good(
            attributes={
                "messageDigest": attribute(
                    "messageDigest", encode(Tag.OCTET_STRING, hashlib.sha1(TEXT).digest())
                )
            }
        ),
        Flaw.CMS_MESSAGE_DIGEST,
        None,
    ),
    **{
        f"signingTime {name}": (
            good(attributes={"signingTime": attribute("signingTime", value)}),
            Flaw.CMS_SIGNING_TIME,
            None,
        )
        for name, value in {
            "of text": encode(Tag.OCTET_STRING, b"260913114640Z"),
            "with offset": encode(0x17, b"260913194640+0800"),
            "without seconds": encode(0x17, b"2609131146Z"),
            "with a fraction": encode(0x18, b"20260913114640.5Z"),
            "on no day": WRONG_TIME,
        }.items()
    },
    **{
        f"more in {place}": (good(more={place: NULL}), Flaw.MALFORMED_CMS, "trailing")
        for place in ("whole", "outer", "explicit", "signed", "content", "text", "sid", "signer")
    },
}


def enveloped(composed: Composed) -> str:
    return stages.join(Method.PKCS7, composed.der(), TEXT, DER)


@pytest.mark.parametrize("composed", SOUND.values(), ids=SOUND)
def test_sound_cms(composed: Composed) -> None:
    found = verify(enveloped(composed), expected=EXPECTED)
    assert (found.text.seconds, found.signing_time) == (NOW, NOW)


def test_the_last_century() -> None:
    value = attribute("signingTime", encode(0x17, b"700101000000Z"))
    assert cms.read(good(attributes={"signingTime": value}).der()).signing_time == 0


@pytest.mark.parametrize(("composed", "flaw", "detail"), CMS.values(), ids=CMS)
def test_cms_rules(composed: Composed, flaw: Flaw, detail: str | None) -> None:
    assert refusal(enveloped(composed)) == (flaw, FIRST, detail)


def test_cms_against_the_other_parts() -> None:
    made = good().der()
    content = stages.join(Method.PKCS7, made, TEXT + b"0", DER)
    changed = bytearray(made)
    changed[-1] ^= 1
    signature = stages.join(Method.PKCS7, bytes(changed), TEXT, DER)
    assert [refusal(envelope) for envelope in (content, signature)] == [
        (Flaw.CMS_CONTENT_DIFFERS, FIRST, None),
        (Flaw.WRONG_SIGNATURE, FIRST, None),
    ]


def test_every_flaw_is_shown_above() -> None:
    shown = {found[0] for _, found in ENVELOPES.values()} | {flaw for _, flaw, _ in CMS.values()}
    elsewhere = {Flaw.OTHER_CERTIFICATE, Flaw.TIME_OUT_OF_WINDOW, Flaw.CMS_CONTENT_DIFFERS}
    assert shown | elsewhere == {*Flaw}


def test_keys_that_cannot_be_read() -> None:
    rsa = bytes.fromhex("06092a864886f70d010101")
    unknown = x509.load_der_x509_certificate(DER.replace(rsa, rsa[:-1] + b"\x63"))
    assert describe(unknown) == "unreadable"
    assert describe(CERTIFICATE) == "an RSA key of 1024 bits"
    envelope = stages.join(Method.PKCS1, b"0", TEXT, unknown.public_bytes(Encoding.DER))
    assert refusal(envelope) == (Flaw.UNSUPPORTED_KEY, THIRD, None)


@given(st.data())
def test_any_octet_changed_is_refused(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(Method))
    octets = bytearray(GOOD[method].encode())
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] = data.draw(st.integers(0, 127).filter(lambda new: new != octets[at]))
    with pytest.raises(EnvelopeRefused):
        verify(octets.decode(), certificate=CERTIFICATE)


def test_a_certificate_of_no_version() -> None:
    unknown = DER.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020153"), 1)
    envelope = stages.join(Method.PKCS1, bytes(128), TEXT, unknown)
    assert refusal(envelope) == (Flaw.MALFORMED_CERTIFICATE, THIRD, None)


def test_a_serial_number_below_zero_is_no_matter() -> None:
    """The library warns of it, and warnings are errors here."""
    envelope = stages.join(Method.PKCS1, KEY.sign(TEXT, PKCS1v15(), SHA1()), TEXT, NEGATIVE)
    assert verify(envelope, expected=EXPECTED).text.person_id == PERSON


@given(st.data())
def test_any_certificate_is_judged(data: st.DataObject) -> None:
    der = bytearray(DER)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(der) - 1))
        der[at] = data.draw(st.integers(0, 255))
    method = data.draw(st.sampled_from([Method.PKCS1, Method.PKCS7]))
    first = bytes(128)
    if method is Method.PKCS7:
        first = good(certificates=(bytes(der),)).der()
    with contextlib.suppress(EnvelopeRefused):
        verify(stages.join(method, first, TEXT, bytes(der)))


@given(st.binary(max_size=200))
def test_any_octets_as_cms(octets: bytes) -> None:
    with contextlib.suppress(EnvelopeRefused):
        cms.read(octets)
