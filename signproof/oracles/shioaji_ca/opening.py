"""The vectors of `open-ca`: files that open, and what is no usable CA."""

from typing import Any

from signproof.model import Importance, Source
from signproof.oracles.shioaji_ca.common import (
    PYRSCA,
    add,
    derived,
    output,
    recorded,
    refused,
    topic_of,
)
from signproof.oracles.shioaji_ca.files import (
    PASSWORD,
    PASSWORDS,
    TOO_LARGE,
    opened,
    reference,
)
from signproof.oracles.shioaji_ca.pipeline import flow
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_MUST, _SHOULD, _MAY = Importance.MUST, Importance.SHOULD, Importance.MAY
_SEEN = recorded(PYRSCA.where, "it opens this encryption; so does the library cryptography")
_RULE = derived("PKCS#12 (RFC 7292) has it; pyrsca was not shown such a file")
_SUBJECT = recorded(PYRSCA.where, "the person id is the first CN up to its first hyphen")
_VALIDITY = recorded(PYRSCA.where, "it opens files whatever their validity")
_LAST_SECOND = derived(
    "RFC 5280 can write it; pyrsca opens the file and divides a time that late by 1,000",
    "openssl 3 and pyca/cryptography, which say when it ends",
)
_NO_CN = derived(
    "the file itself opens there; pyrsca opens it not: Cert Person ID Not Found",
    "openssl 3 and pyca/cryptography",
)
_LEGACY = ("rc2-40", "rc2-40-both", "rc2-128", "rc4-40", "rc4-128", "des-md5")
_MODERN = ("aes-256", "aes-128", "3des", "no-encryption")

_GOOD: tuple[tuple[str, str, Source, Importance, str], ...] = (
    *((name, f"Encrypted with {what}.", _SEEN, _MUST, "") for name, what in (
        ("aes-256", "AES-256 (PBES2), MAC SHA-256"),
        ("aes-128", "AES-128 (PBES2)"),
        ("3des", "3DES, MAC SHA-1"),
        ("rc2-40", "RC2-40, the key with 3DES"),
        ("rc2-40-both", "RC2-40 throughout"),
        ("rc2-128", "RC2-128"),
        ("rc4-40", "RC4-40"),
        ("rc4-128", "RC4-128"),
    )),
    *((name, what, _RULE, _SHOULD, "") for name, what in (
        ("aes-256-sha1", "AES-256, MAC SHA-1."),
        ("aes-256-sha384", "AES-256, MAC SHA-384."),
        ("aes-256-sha512", "AES-256, MAC SHA-512."),
        ("aes-192", "AES-192."),
        ("aes-128-sha1", "AES-128, MAC SHA-1."),
        ("aes-128-sha512", "AES-128, MAC SHA-512."),
        ("3des-sha256", "3DES, MAC SHA-256."),
        ("des-md5", "DES with MD5 (PBES1)."),
        ("no-encryption", "Not encrypted."),
        ("certificate-open", "The key alone is encrypted."),
        ("iterations-1", "One iteration."),
        ("iterations-100000", "100,000 iterations."),
        ("by-hand", "Not encrypted, assembled by hand."),
        ("rsa-2048", "An RSA key of 2048 bits."),
        ("rsa-4096", "An RSA key of 4096 bits."),
        ("ec-p-384", "An EC key on P-384."),
        ("chain", "With issuer and root."),
        ("chain-reversed", "With root and issuer."),
        ("issuer-only", "With the issuer."),
        ("certificate-twice", "The certificate stands twice."),
        ("password-spaces", "Spaces and a dollar sign in the password, one at its end."),
        ("password-unicode", "A password beyond ASCII."),
        ("empty-password", "An empty password, which is right."),
    )),
    ("ec-p-256", "An EC key.", recorded(PYRSCA.where, "it activates EC keys"), _MUST, ""),
    ("self-signed", "Its own issuer.", recorded(PYRSCA.where, "it activates it"), _MUST, ""),
    *((name, what, _VALIDITY, _MUST, "") for name, what in (
        ("expired", "Ended long ago."),
        ("not-yet-valid", "Not begun."),
        ("ends-15-59-59", "Ends with a day in Taipei."),
        ("ends-midnight", "Ends with the first second of a year."),
        ("ends-2050", "Ends in 2050, in another kind of time."),
    )),
    ("ends-9999", "Ends with the last second that can be written.", _LAST_SECOND, _SHOULD, ""),
    ("one-second", "Valid for one second.", _VALIDITY, _SHOULD, ""),
    ("backwards", "Ends before it begins.", _VALIDITY, _MAY, ""),
    *((name, what, _SUBJECT, _MUST, "") for name, what in (
        ("cn-plain", "No hyphen in the CN."),
        ("cn-one-hyphen", "A hyphen at the end of the CN."),
        ("cn-two", "Two CNs."),
        ("cn-two-other", "Two CNs, the id in the second."),
        ("serial-number-and-cn", "An id in serialNumber, another word in the CN."),
        ("cn-unicode", "A CN beyond ASCII."),
    )),
    *((name, what, derived("the same rule"), _SHOULD, "") for name, what in (
        ("cn-unicode-id", "A person id beyond ASCII."),
        ("cn-bmp", "A CN as BMPString."),
        ("cn-lowercase", "A small letter is kept."),
        ("cn-full-width-hyphen", "A full-width hyphen is none."),
    )),
    *((name, what, _NO_CN, _MAY, "no-id") for name, what in (
        ("cn-none", "No CN."),
        ("serial-number", "The id in serialNumber alone."),
        ("uid", "The id in UID alone."),
        ("ou", "The id in OU alone."),
    )),
    ("cn-leading-hyphen", "A CN that begins with a hyphen.", _SUBJECT, _MAY, "empty-id"),
    ("no-mac", "No MAC.", PYRSCA, _MAY, "no-mac"),
    ("neither", "Neither MAC nor encryption.", PYRSCA, _MAY, "no-mac"),
    ("trailing-newline", "A newline behind.", _RULE, _MAY, "trailing"),
    ("trailing-octets", "Zeros behind.", _RULE, _MAY, "trailing"),
    ("other-leaf", "Another person's certificate beside it.", _RULE, _MAY, "other"),
)  # fmt: skip

_BAD: tuple[tuple[str, str, str, str], ...] = (
    ("no-key.pfx", "no-key", "A certificate without key.", "pair"),
    ("no-certificate.pfx", "no-certificate", "A key without certificate.", "pair"),
    ("nothing-inside.pfx", "nothing-inside", "Nothing inside.", ""),
    ("foreign-key.pfx", "key-mismatch", "Another person's key.", ""),
    ("two-keys.pfx", "several-keys", "Two keys.", ""),
    ("two-certificates.pfx", "several-leaves", "Two persons' certificates for one key.", ""),
    ("unreadable-key.pfx", "damaged-contents", "A key that is none.", ""),
    ("cn-broken.pfx", "unreadable-certificate", "A CN in Big5.", ""),
    ("odd-curve.pfx", "unsupported-key", "A curve that nobody uses.", ""),
    ("unsupported-mac.pfx", "unsupported-mac", "A MAC with SM3.", ""),
    ("unsupported-encryption.pfx", "unsupported-encryption", "Encrypted with Camellia.", ""),
    ("public-key-integrity.pfx", "unsupported-protection", "Signed in the place of a MAC.", ""),
    ("public-key-privacy.pfx", "unsupported-protection", "Encrypted for a public key.", ""),
    ("wrong-version.pfx", "wrong-version", "Version 2.", ""),
    ("truncated-half.pfx", "truncated", "Half of a file.", "not-pfx"),
    ("truncated-last.pfx", "truncated", "The last octet is missing.", "not-pfx"),
    ("truncated-head.pfx", "truncated", "Twenty octets.", "not-pfx"),
    ("flipped-contents.pfx", "wrong-password", "A bit altered in what is encrypted.", "mac"),
    ("flipped-mac.pfx", "wrong-password", "A bit altered in the MAC.", "mac"),
    ("flipped-without-mac.pfx", "wrong-password", "No MAC, and a bit altered.", "mac"),
    ("flipped-length.pfx", "malformed-pfx", "A bit altered in a length.", "not-pfx"),
    ("text-mode.pfx", "malformed-pfx", "Carried over as text.", "not-pfx"),
    ("leading-newline.pfx", "not-a-pfx", "A newline in front.", "not-pfx"),
    ("iterations-mac-2000001.pfx", "costly-derivation", "2,000,001 iterations.", "bound"),
    ("iterations-mac-max.pfx", "costly-derivation", "2^31 - 1 iterations.", "bound"),
    ("iterations-key-5000000.pfx", "costly-derivation", "5,000,000 for the key.", "bound"),
    (TOO_LARGE, "input-too-large", "More than a mebibyte.", "bound"),
    ("empty.pfx", "empty", "Nothing.", "not-pfx"),
    ("white-space.pfx", "empty", "White space.", "not-pfx"),
    ("certificate.pem", "pem", "A certificate in PEM.", "not-pfx"),
    ("key.pem", "pem", "A key in PEM.", "not-pfx"),
    ("both.pem", "pem", "Key and certificate in PEM.", "not-pfx"),
    ("certificate.der", "certificate", "A certificate in DER.", "not-pfx"),
    ("key.der", "key", "A key in DER, PKCS#8.", "not-pfx"),
    ("key-pkcs1.der", "key", "A key in DER, PKCS#1.", "not-pfx"),
    ("certificate.p7b", "cms", "A certificate in PKCS#7.", "not-pfx"),
    ("usual.cms", "cms", "A signature in PKCS#7.", "not-pfx"),
    ("page.html", "web-page", "A web page.", "not-pfx"),
    ("utf-16-le.pfx", "utf-16", "Text in UTF-16.", "not-pfx"),
    ("utf-16-be.pfx", "utf-16", "Text in UTF-16, big-endian.", "not-pfx"),
    ("base64.txt", "base64", "The file in base64.", "not-pfx"),
    ("base64-lines.txt", "base64", "The file in base64, in lines.", "not-pfx"),
    ("path.txt", "path", "A path.", "not-pfx"),
    ("words.txt", "not-a-pfx", "Words.", "not-pfx"),
    ("octets.bin", "not-a-pfx", "Octets that mean nothing.", "not-pfx"),
    ("archive.zip", "zip", "A ZIP archive.", "not-pfx"),
    ("store.jks", "keystore", "A Java key store.", "not-pfx"),
)

_BAD_SOURCES = {
    "": (derived("no one can sign with it, or only by a guess"), _SHOULD),
    "pair": (recorded(PYRSCA.where, "Cert Not Found"), _MUST),
    "not-pfx": (recorded(PYRSCA.where, "OpenSSL Error, for whatever is no PKCS#12"), _MUST),
    "mac": (derived("what was altered cannot be told from a wrong password"), _SHOULD),
    "bound": (derived("load time grows with the count; the bound is this project's"), _SHOULD),
}

_PASSWORDS: tuple[tuple[str, str, str, str, Importance], ...] = (
    ("wrong", "wrong-password", "Another password.", "EXAMPLE-passwort", _MUST),
    ("case", "wrong-password", "Its letters in lower case.", "example-password", _MUST),
    ("newline", "wrong-password", "A newline behind it.", f"{PASSWORD}\n", _MUST),
    ("space", "wrong-password", "A space in front of it.", f" {PASSWORD}", _MUST),
    ("quoted", "wrong-password", "Quotation marks around it.", f'"{PASSWORD}"', _MUST),
    ("cut", "wrong-password", "Its last character is missing.", PASSWORD[:-1], _MUST),
    ("unicode", "wrong-password", "Another password, beyond ASCII.", "EXAMPLE-密碼", _MUST),
    ("empty", "empty-password", "An empty password.", "", _MUST),
    ("nul", "unusable-password", "A NUL in it.", "EXAMPLE\0password", _SHOULD),
    ("long", "unusable-password", "Longer than any.", "EXAMPLE" * 200, _SHOULD),
)


def topics() -> list[Topic]:
    """Return the files about opening."""
    return [_open(), _legacy(), _refuse(), _password()]


def _input(name: str) -> dict[str, Any]:
    return {"pfx_file": reference(name), "password": PASSWORDS.get(name, PASSWORD)}


def _open() -> Topic:
    topic = topic_of(
        "open-ca",
        {
            "no-id": "That it opens, with an empty id, is this project's way to write that there "
            "is none; pyrsca does not open it.",
            "empty-id": "That an empty id is none is inferred; pyrsca opens it.",
            "no-mac": "pyrsca refuses it as a wrong password, other libraries open it.",
            "trailing": "What a client makes of octets behind the end is unknown.",
            "other": "What a client makes of a further leaf is unknown; the key's own is meant.",
        },
    )
    for name, comment, source, importance, flag in _GOOD:
        file = f"{name}.pfx"
        expected = output(**_whose(file), not_before=opened(file).not_before)
        flags = (flag,) if flag else ()
        add(topic, name, comment, "open-ca", _input(file), expected, source,
            importance=importance, flags=flags)  # fmt: skip
    return topic


def _whose(name: str) -> dict[str, Any]:
    """Return what every output has: for whom a file is, and until when."""
    ca = opened(name)
    person_id = flow("common_name", "person_id", subject=ca.subject)["person_id"]
    return {"person_id": person_id, "not_after": ca.not_after}


def _legacy() -> Topic:
    topic = topic_of("legacy", {"openssl": "Whether the command of OpenSSL 3 opens it plainly."})
    source = recorded(
        "OpenSSL 3.0, the command", "RC2, RC4 and DES are in its legacy provider, 3DES is not"
    )
    for name in (*_MODERN, *_LEGACY):
        old = name in _LEGACY
        says = "wants `-legacy`" if old else "opens it"
        file = f"{name}.pfx"
        # Nobody has to tell `legacy`: without the others nothing might be compared.
        expected = output(**_whose(file), legacy=old)
        add(topic, name, f"OpenSSL 3 {says}.", "open-ca", _input(file), expected, source,
            importance=_SHOULD, flags=("openssl",))  # fmt: skip
    return topic


def _refuse() -> Topic:
    topic = topic_of(
        "refuse-open",
        {
            "judgement": "That it is refused is this project's judgement.",
            "bound": "How much is looked at is this project's own bound.",
        },
    )
    for name, reason, comment, kind in _BAD:
        source, importance = _BAD_SOURCES[kind]
        bare = "too-large" if name == TOO_LARGE else name.removesuffix(".pfx")
        flags = {"": ("judgement",), "bound": ("bound",)}.get(kind, ())
        add(topic, bare, comment, "open-ca", _input(name), refused(reason), source,
            importance=importance, flags=flags)  # fmt: skip
    return topic


def _password() -> Topic:
    topic = topic_of("password")
    source = recorded(PYRSCA.where, "Ca Password Incorrect")
    for name, reason, comment, password, importance in _PASSWORDS:
        input_ = {"pfx_file": reference("aes-256.pfx"), "password": password}
        add(topic, name, comment, "open-ca", input_, refused(reason), source,
            importance=importance, baseline="shioaji-ca/open-ca/aes-256")  # fmt: skip
    for name in ("rc2-40", "rc4-128", "3des", "no-encryption", "ec-p-256"):
        input_ = {"pfx_file": reference(f"{name}.pfx"), "password": "EXAMPLE-passwort"}
        add(topic, f"wrong-{name}", "Another password.", "open-ca", input_,
            refused("wrong-password"), source, baseline=f"shioaji-ca/open-ca/{name}")  # fmt: skip
    return topic
