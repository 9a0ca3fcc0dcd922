"""CMS in which one thing is wrong."""

from typing import Any

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca import cms
from signproof.oracles.shioaji_ca.common import IP, NOW
from signproof.oracles.shioaji_ca.composing import (
    MAIN,
    PERSON,
    SIGNED,
    Row,
    b64,
    joined,
    older,
    pkcs1,
    pkcs7,
)
from signproof.oracles.shioaji_ca.der import element, octet_string, oid
from signproof.oracles.shioaji_ca.files import fixture, opened

__all__ = ["by_openssl", "shapes"]


def shapes() -> list[Row]:
    """Return CMS assembled with one thing other than usual."""
    ca, other = opened(MAIN), opened("rsa-2048.pfx")
    made = cms.signed_data(ca, SIGNED, NOW)
    unsigned = cms.attribute("1.2.840.113549.1.9.16.2.47", oid("1.2.3"))
    twice = cms.attribute(cms.TIME, element(0x17, b"260115013000Z"))
    local = element(0x17, b"260115093000+0800")
    table: list[tuple[str, str, str, dict[str, Any]]] = [
        ("version-3", "cms-version", "Version 3.", {"version": 3}),
        ("signer-version-3", "cms-version", "A signer of version 3.", {"signer_version": 3}),
        ("content-type", "cms-content-type", "What is signed is no data.",
         {"content_type": "1.2.840.113549.1.9.16.1.4"}),
        ("content-differs", "cms-message-digest", "Another text attached.",
         {"content": SIGNED + b"0"}),
        ("two-certificates", "cms-certificates", "Another certificate beside it.",
         {"certificates": (ca.certificate, other.certificate)}),
        ("other-certificate", "cms-certificate-differs", "Another certificate inside.",
         {"certificates": (other.certificate,)}),
        ("no-signer", "cms-signers", "Nobody signed.", {"signers": 0}),
        ("two-signers", "cms-signers", "Two signers.", {"signers": 2}),
        ("signer-serial", "cms-signer-differs", "Another serial number.",
         {"signer": (element(0x30), 7)}),
        ("missing-time", "cms-missing-attribute", "No signingTime.",
         {"attributes": ((cms.TIME, b""),)}),
        ("missing-type", "cms-missing-attribute", "No contentType.",
         {"attributes": ((cms.CONTENT_TYPE, b""),)}),
        ("missing-digest", "cms-missing-attribute", "No messageDigest.",
         {"attributes": ((cms.DIGEST, b""),)}),
        ("further-attribute", "cms-unexpected-attribute", "An attribute more.",
         {"more": (unsigned,)}),
        ("time-twice", "cms-unexpected-attribute", "signingTime twice.", {"more": (twice,)}),
        ("unsorted", "cms-unsorted-attributes", "Attributes in another order.",
         {"is_sorted": False}),
        ("attribute-type", "cms-attribute-content-type", "contentType is not data.",
         {"attributes": ((cms.CONTENT_TYPE, oid("1.2.840.113549.1.7.2")),)}),
        ("digest", "cms-message-digest", "Another digest in messageDigest.",
         {"attributes": ((cms.DIGEST, octet_string(bytes(32))),)}),
        ("time-offset", "cms-signing-time", "A signingTime with an offset.",
         {"attributes": ((cms.TIME, local),)}),
        ("time-no-day", "cms-signing-time", "A signingTime of no such day.",
         {"attributes": ((cms.TIME, element(0x17, b"260230000000Z")),)}),
        ("signature-zeros", "wrong-signature", "A signature of zeros.", {"signature": bytes(128)}),
        ("signature-direct", "wrong-signature", "The text is signed, not the attributes.",
         {"signature": openssl.sign(ca.key, SIGNED, "sha256")}),
        ("signature-sha1", "wrong-signature", "Signed with SHA-1.",
         {"signature": openssl.sign(ca.key, SIGNED, "sha1")}),
    ]  # fmt: skip
    rows = [(name, reason, comment, pkcs7(**shape)) for name, reason, comment, shape in table]
    other_text = f"{PERSON}{IP}EXAMPLE other{NOW}".encode()
    rows += [
        ("text-altered", "cms-content-differs", "Another text part than was signed.",
         joined("pkcs7", made, other_text)),
        ("certificate-altered", "cms-certificate-differs", "Another certificate part.",
         joined("pkcs7", made, file="rsa-2048.pfx")),
        ("cut", "malformed-cms", "The last octet is missing.", joined("pkcs7", made[:-1])),
        ("trailing", "malformed-cms", "An octet behind.", joined("pkcs7", made + b"\0")),
        ("pkcs1-as-pkcs7", "malformed-cms", "A bare signature under the other prefix.",
         pkcs1().replace("pkcs1", "pkcs7", 1)),
        ("older-plain", "malformed-percent", "The older envelope, not percent-encoded.",
         b64(made)),
        ("older-lower", "malformed-percent", "The older envelope with small escapes.",
         older(made).replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")),
    ]  # fmt: skip
    return [(*row, {}) for row in rows]


def by_openssl() -> list[Row]:
    """Return CMS that the command signed with other options."""
    lines = f"{PERSON}{IP}EXAMPLE\norder{NOW}".encode()
    rows = [
        ("detached", "cms-detached", "Detached.", SIGNED),
        ("translated", "cms-content-differs", "Line ends translated.", lines),
        ("no-attributes", "cms-no-signed-attributes", "No signed attributes.", SIGNED),
        ("no-certificates", "cms-certificates", "No certificate inside.", SIGNED),
        ("chain", "cms-certificates", "The issuer's certificate inside.", SIGNED),
        ("cades", "cms-unexpected-attribute", "CAdES.", SIGNED),
        ("sha1", "cms-digest-algorithm", "SHA-1.", SIGNED),
        ("sha512", "cms-digest-algorithm", "SHA-512.", SIGNED),
        ("pss", "cms-signature-algorithm", "PSS padding.", SIGNED),
        ("digested", "cms-not-signed-data", "Digested, not signed.", SIGNED),
    ]
    return [
        (f"openssl-{name}", reason, comment, joined("pkcs7", fixture(f"{name}.cms"), text), {})
        for name, reason, comment, text in rows
    ]
