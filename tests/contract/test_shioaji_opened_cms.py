"""What the CMS in a wrong envelope of shioaji-ca shows by itself, as a person reads it."""

import base64
import subprocess
from pathlib import Path

import pytest

from signers.der import Tag, context, encode, encode_integer
from signproof.schemes.shioaji_ca.opened import opened
from signproof.schemes.shioaji_ca.opened_cms import attached_text, cms_words, is_cms
from tests.contract.shioaji_envelopes import (
    ANOTHER,
    ASKED,
    CERTIFICATE,
    LENGTHS,
    MAIN,
    STANDARD,
    TEXT,
    envelope_of,
)

pytestmark = pytest.mark.once

NAMES = "contentType and signingTime and S/MIME capabilities and messageDigest"
OF_OPENSSL = "contentType and signingTime and messageDigest and S/MIME capabilities"
TIME = "signingTime 260115013000Z"
BY_ATTRIBUTES = "signed with PKCS#1 v1.5, SHA-256, over the signed attributes"


def cms(
    attached: str = "the right text attached",
    certificates: str = "the credential's certificate in it",
    signer: str = "its signer the credential's certificate",
    digest: str = "digest SHA-256",
    attributes: str = f"signed attributes {NAMES}",
    time: str = TIME,
    of: str = "messageDigest the SHA-256 of the right text",
    by: str = BY_ATTRIBUTES,
) -> str:
    words = (attached, certificates, signer, digest, attributes, time, of, by)
    return ", ".join(("signature: CMS", *(one for one in words if one)))


def by_openssl(**words: str) -> str:
    return cms(**{"attributes": f"signed attributes {OF_OPENSSL}", "time": "…", **words})


CMS_ROWS: dict[str, tuple[str, ...]] = {
    "verify-pkcs7/usual": (cms(), TEXT, CERTIFICATE),
    "verify-pkcs7/older": (
        *("percent-encoded", "no `pkcs7.`, but the older form, of CMS alone", cms(), TEXT),
    ),
    "refuse-pkcs7/prefix-case": (
        *("the prefix `PKCS7`, where `pkcs7` is right", cms(), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/pkcs1-as-pkcs7": (
        "signature: no CMS, but PKCS#1 v1.5, SHA-1, over the right text",
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/url-safe": (
        f"signature (base64 with the URL-safe alphabet, {STANDARD}): no CMS, but 1020 {LENGTHS}",
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/cut": ("signature: CMS, then no DER (cut-off)", TEXT, CERTIFICATE),
    "refuse-pkcs7/trailing": (
        *(cms("with something behind it, the right text attached"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/version-3": (
        *(cms("version 3, not 1, the right text attached"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/signer-version-3": (
        cms(signer="its signer of version 3, not 1, its signer the credential's certificate"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/content-type": (
        cms("over the type 1.2.840.113549.1.9.16.1.4, not data, the right text attached"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/content-differs": (
        *(cms("another text of 43 octets attached"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/separator-first": (
        cms(
            "the text in the envelope attached",
            of="messageDigest the SHA-256 of the text in the envelope",
        ),
        "text: `|` between the person id and the IP address",
        CERTIFICATE,
    ),
    "refuse-pkcs7/two-certificates": (
        cms(certificates="2 certificates in it, the credential's among them"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/other-certificate": (
        *(cms(certificates="another certificate in it"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/no-signer": (
        "signature: CMS, the right text attached, the credential's certificate in it, no signer",
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/signer-serial": (
        cms(signer="its signer another certificate, with the serial number 7"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/missing-time": (
        cms(
            attributes="signed attributes contentType and S/MIME capabilities and messageDigest, "
            "without signingTime",
            time="",
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/missing-digest": (
        cms(
            attributes="signed attributes contentType and signingTime and S/MIME capabilities, "
            "without messageDigest",
            of="",
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/missing-type": (
        cms(
            attributes="signed attributes signingTime and S/MIME capabilities and messageDigest, "
            "without contentType"
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/unsorted": (
        cms(
            attributes="signed attributes messageDigest and S/MIME capabilities and signingTime "
            "and contentType, not sorted as DER has it"
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/attribute-type": (
        cms(attributes=f"signed attributes {NAMES}, contentType signed-data, not data"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/digest": (cms(of="messageDigest of another text"), TEXT, CERTIFICATE),
    "refuse-pkcs7/signature-direct": (
        *(cms(by="signed with PKCS#1 v1.5, SHA-256, over the right text"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/certificate-altered": (
        cms(
            by="signed with the credential's key, not the certificate's: PKCS#1 v1.5, SHA-256, "
            "over the signed attributes"
        ),
        *(TEXT, f"{ANOTHER}another key"),
    ),
    "refuse-pkcs7/openssl-detached": (
        *(by_openssl(attached="detached: the text is not in it"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/openssl-no-attributes": (
        by_openssl(
            attributes="no signed attributes",
            time="",
            of="",
            by="signed with PKCS#1 v1.5, SHA-256, over the right text",
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/openssl-no-certificates": (
        *(by_openssl(certificates="no certificate in it"), TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/openssl-sha1": (
        by_openssl(
            digest="digest SHA-1 where SHA-256 is right",
            of="messageDigest the SHA-1 of the right text",
            by="signed with PKCS#1 v1.5, SHA-1, over the signed attributes",
        ),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/openssl-pss": (
        by_openssl(by="signed with PSS padding with SHA-256, where PKCS#1 v1.5 is right"),
        *(TEXT, CERTIFICATE),
    ),
    "refuse-pkcs7/openssl-digested": (
        *("signature: CMS, of the type digested-data, not signed-data", TEXT, CERTIFICATE),
    ),
}


@pytest.mark.parametrize("name", CMS_ROWS)
def test_cms_is_taken_apart(name: str) -> None:
    shown = opened(None, MAIN, ASKED, {"envelope": envelope_of(name)})
    if "signingTime 26" in shown and "openssl" in name:  # the fixtures' own
        before, _, after = shown.partition("signingTime 26")
        shown = f"{before}…{after[after.index(',') :]}"
    assert shown == "; ".join(CMS_ROWS[name])


def test_two_signers_are_both_told_apart() -> None:
    shown = opened(None, MAIN, ASKED, {"envelope": envelope_of("refuse-pkcs7/two-signers")})
    assert "2 signers, its signer the credential's certificate, digest SHA-256" in shown
    assert shown.count(BY_ATTRIBUTES) == 2


def test_the_older_form_tells_the_text_in_it() -> None:
    detached, altered = (
        envelope_of(f"refuse-pkcs7/{name}").split(".")[1]
        for name in ("openssl-detached", "separator-first")
    )
    told = [opened(None, MAIN, ASKED, {"envelope": form}) for form in (detached, altered)]
    assert [words.rpartition("; ")[2] for words in told] == [
        "text: missing",
        "text: `|` between the person id and the IP address",
    ]


def key_id_cms(tmp_path: Path) -> bytes:
    """CMS by the openssl command that names its signer by a key identifier."""
    options = ("-x509", "-newkey", "rsa:1024", "-nodes", "-days", "9", "-subj", "/CN=EXAMPLE")
    files = ("-keyout", "key", "-out", "certificate")
    sign = ("-sign", "-binary", "-nodetach", "-keyid", "-outform", "DER", "-signer", "certificate")
    for command in (
        ["req", *options, *files],
        ["cms", *sign, "-inkey", "key", "-in", "text", "-out", "cms"],
    ):
        (tmp_path / "text").write_bytes(b"EXAMPLE")
        subprocess.run(["openssl", *command], cwd=tmp_path, check=True, capture_output=True)
    return bytes((tmp_path / "cms").read_bytes())


def test_a_signer_may_be_named_by_its_key(tmp_path: Path) -> None:
    octets = key_id_cms(tmp_path)
    words = cms_words(octets, [("the text", b"EXAMPLE")], b"", lambda *_: "a key")
    assert words.startswith(
        "CMS, version 3, not 1, the text attached, another certificate in it, its signer of "
        "version 3, not 1, its signer named by a key identifier, not by issuer and serial number, "
    )
    assert words.endswith(", signed with a key")
    assert is_cms(octets)
    assert attached_text(octets) == b"EXAMPLE"
    for end in range(0, len(octets), 9):
        assert attached_text(octets[:end]) is None
        assert cms_words(octets[:end], [], b"", lambda *_: "").endswith(
            "then no DER (cut-off)"
        ) or (end == 0)


HUGE = encode_integer(1 << 20_000)
ONE = encode_integer(1)
LARGEST = (1 << 159) - 1  # of twenty octets
SHA256 = encode(Tag.OID, bytes.fromhex("608648016503040201"))
RSA = encode(Tag.SEQUENCE, encode(Tag.OID, bytes.fromhex("2a864886f70d010101")))
LONG = b"\x2a" + b"\1" * 5_000


def bare_cms(
    version: bytes = ONE,
    signer_version: bytes = ONE,
    serial_number: bytes = ONE,
    digest: bytes = SHA256,
    attributes: bytes = b"",
) -> bytes:
    """CMS with nothing attached and a signer with an empty name and signature."""
    signer = (
        signer_version,
        encode(Tag.SEQUENCE, encode(Tag.SEQUENCE), serial_number),
        *(encode(Tag.SEQUENCE, digest), attributes, RSA, encode(Tag.OCTET_STRING)),
    )
    parts = (
        version,
        encode(Tag.SET),
        encode(Tag.SEQUENCE, encode(Tag.OID, bytes.fromhex("2a864886f70d010701"))),
        encode(Tag.SET, encode(Tag.SEQUENCE, *signer)),
    )
    signed_data = encode(Tag.OID, bytes.fromhex("2a864886f70d010702"))
    return encode(Tag.SEQUENCE, signed_data, encode(context(0), encode(Tag.SEQUENCE, *parts)))


def bare_words(
    version: str = "",
    signer_version: str = "",
    serial_number: str = "1",
    digest: str = "SHA-256",
    attributes: str = "no signed attributes",
) -> str:
    return (
        f"CMS, {version}detached: the text is not in it, no certificate in it, {signer_version}"
        f"its signer another certificate, with the serial number {serial_number}, "
        f"digest {digest}, {attributes}, signed with a key"
    )


def signing_time(value: bytes) -> bytes:
    name = encode(Tag.OID, bytes.fromhex("2a864886f70d010905"))
    return encode(context(0), encode(Tag.SEQUENCE, name, encode(Tag.SET, value)))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (bare_cms(HUGE), bare_words("version of 2501 octets, not 1, ")),
        (bare_cms(ONE, HUGE), bare_words("", "its signer of version of 2501 octets, not 1, ")),
        (bare_cms(ONE, ONE, HUGE), bare_words("", "", "of 2501 octets")),
        (bare_cms(serial_number=encode_integer(LARGEST)), bare_words("", "", f"{LARGEST}")),
        (bare_cms(serial_number=encode_integer(LARGEST + 1)), bare_words("", "", "of 21 octets")),
        (
            bare_cms(digest=encode(Tag.OID, LONG)),
            bare_words(digest=f"the digest 1.2{'.1' * 28}.… where SHA-256 is right"),
        ),
        (
            bare_cms(attributes=signing_time(encode(0x17, b"9" * 61))),
            bare_words(
                attributes="signed attributes signingTime, without contentType and messageDigest, "
                f"signingTime {'9' * 60}…"
            ),
        ),
    ],
    ids=["version", "signer", "number", "20 octets", "21 octets", "digest", "time"],
)
def test_what_is_too_long_is_not_written_out(made: bytes, words: str) -> None:
    """Python refuses to write a number of over 4,300 digits."""
    der = base64.b64decode(envelope_of("verify-pkcs7/usual").split(".")[3])
    assert cms_words(made, [], der, lambda *_: "a key") == words


def test_revocation_lists_are_passed_over() -> None:
    data = encode(Tag.OID, bytes.fromhex("2a864886f70d010701"))
    parts = (
        encode(Tag.INTEGER, b"\1"),
        encode(Tag.SET),
        encode(Tag.SEQUENCE, data),
        encode(context(1)),
        encode(Tag.SET),
    )
    signed_data = encode(Tag.OID, bytes.fromhex("2a864886f70d010702"))
    made = encode(Tag.SEQUENCE, signed_data, encode(context(0), encode(Tag.SEQUENCE, *parts)))
    words = "CMS, detached: the text is not in it, no certificate in it, no signer"
    assert cms_words(made, [], b"", lambda *_: "") == words
