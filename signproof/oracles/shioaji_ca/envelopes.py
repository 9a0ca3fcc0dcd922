"""The vectors of `verify-pkcs1` and `verify-pkcs7`."""

from typing import Any

from signproof.model import Importance
from signproof.oracles import openssl
from signproof.oracles.shioaji_ca import cms
from signproof.oracles.shioaji_ca.common import (
    IP,
    NOW,
    PYRSCA,
    TEXT,
    add,
    derived,
    output,
    recorded,
    refused,
    signed,
    topic_of,
)
from signproof.oracles.shioaji_ca.composing import (
    MAIN,
    PERSON,
    SIGNED,
    Row,
    b64,
    joined,
    of_kind,
    older,
    pkcs1,
    pkcs7,
)
from signproof.oracles.shioaji_ca.files import fixture, opened
from signproof.oracles.shioaji_ca.flawed_cms import by_openssl, shapes
from signproof.oracles.shioaji_ca.mistaken import (
    BASELINES,
    BOUND,
    BOUND_REASONS,
    judged,
    person_of,
)
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_MUST, _SHOULD = Importance.MUST, Importance.SHOULD
_ALL = {"ip": IP, "plain_text": TEXT, "earliest": NOW - 30, "latest": NOW + 30}
_SEEN = recorded(PYRSCA.where, "the form of the envelope, and what is signed")
_NOTES = {
    "bound": BOUND,
    "strict": "Only what pyrsca was seen to write is taken; what the broker takes is unknown.",
    "openssl": "Made by the openssl command, not by pyrsca.",
}


def topics() -> list[Topic]:
    """Return the files about verifying."""
    operations = ("verify-pkcs1", "verify-pkcs7")
    return [*map(_good, operations), *map(_bad, operations)]


def _good(operation: str) -> Topic:
    topic = topic_of(operation, _NOTES)
    if pkcs1() != signed(MAIN)["envelope"].decode():
        raise ValueError("the pipeline and this module make two envelopes of one text")
    rows: list[tuple[str, str, str, dict[str, Any], str, int]] = [
        ("usual", "Everything is expected.", of_kind(operation), _ALL, PERSON, NOW),
        ("nothing-expected", "Nothing is expected.", of_kind(operation), {}, PERSON, NOW),
        ("ip-expected", "The address alone is expected.", of_kind(operation), {"ip": IP}, PERSON,
         NOW),
        ("window-first", "The first second of the window.", of_kind(operation),
         {"earliest": NOW}, PERSON, NOW),
        ("window-last", "The last second of the window.", of_kind(operation),
         {"latest": NOW}, PERSON, NOW),
        ("2048-bits", "A key of 2048 bits.", of_kind(operation, file="rsa-2048.pfx"), _ALL, PERSON,
         NOW),
        ("4096-bits", "A key of 4096 bits.", of_kind(operation, file="rsa-4096.pfx"), _ALL, PERSON,
         NOW),
        ("expired", "A certificate that ended.", of_kind(operation, file="expired.pfx"), _ALL,
         PERSON, NOW),
        ("no-hyphen", "A CN without hyphen.", of_kind(operation, file="cn-plain.pfx"), _ALL, PERSON,
         NOW),
        ("no-text", "Neither address nor text.", of_kind(operation, f"{PERSON}{NOW}".encode()),
         {"ip": "", "plain_text": ""}, PERSON, NOW),
        ("unicode", "Characters beyond ASCII.",
         of_kind(operation, f"{PERSON}{IP}台積電{NOW}".encode()), {**_ALL, "plain_text": "台積電"},
         PERSON, NOW),
        ("ambiguous", "A text that ends in digits.",
         of_kind(operation, f"{PERSON}{IP}order 1234567890{NOW}".encode()),
         {**_ALL, "plain_text": "order 1234567890"}, PERSON, NOW),
    ]  # fmt: skip
    for name, comment, envelope, expected, person, seconds in rows:
        add(topic, name, comment, operation, {"envelope": envelope, **expected},
            output(person_id=person, seconds=seconds), _SEEN)  # fmt: skip
    if operation == "verify-pkcs1":
        for name, (comment, _, _) in BASELINES.items():
            if name != "usual":
                add(topic, name, comment, operation, judged(name),
                    output(person_id=person_of(name), seconds=NOW), _SEEN)  # fmt: skip
    if operation == "verify-pkcs7":
        lines = f"{PERSON}{IP}EXAMPLE\norder{NOW}".encode()
        for name, comment, envelope, text in (
            ("openssl", "As the command signs it.", joined("pkcs7", fixture("usual.cms")), TEXT),
            ("openssl-no-capabilities", "Without S/MIME capabilities.",
             joined("pkcs7", fixture("no-capabilities.cms")), TEXT),
            ("openssl-lines", "A line end in the text.",
             joined("pkcs7", fixture("lines.cms"), lines), "EXAMPLE\norder"),
            ("openssl-older", "The older envelope.", older(fixture("usual.cms")), TEXT),
        ):  # fmt: skip
            add(topic, name, comment, operation, {"envelope": envelope, **_ALL, "plain_text": text},
                output(person_id=PERSON, seconds=NOW), _SEEN, flags=("openssl",))  # fmt: skip
        made = cms.signed_data(opened(MAIN), SIGNED, NOW)
        add(topic, "older", "The older envelope.", operation, {"envelope": older(made), **_ALL},
            output(person_id=PERSON, seconds=NOW), _SEEN)  # fmt: skip
    return topic


def _bad(operation: str) -> Topic:
    kind = operation.removeprefix("verify-")
    topic = topic_of(f"refuse-{kind}", _NOTES)
    rows = [*_envelope(operation), *_text(operation)]
    rows += _signature() if kind == "pkcs1" else [*shapes(), *by_openssl()]
    for name, reason, comment, envelope, expected in rows:
        strict = reason.startswith(("cms-", "malformed-cms", "unsupported"))
        bound = reason in BOUND_REASONS
        flags = ("bound",) if bound else ("strict",) if strict else ()
        if name.startswith("openssl"):
            flags = (*flags, "openssl")
        add(topic, name, comment, operation, {"envelope": envelope, **expected}, refused(reason),
            derived("one change to what pyrsca was seen to write"),
            importance=_SHOULD if strict or bound else _MUST, flags=flags,
            baseline=f"shioaji-ca/{operation}/usual")  # fmt: skip
    return topic


def _envelope(operation: str) -> list[Row]:
    good = of_kind(operation)
    kind, first, text, certificate = good.split(".")

    def of(*parts: str) -> str:
        return ".".join((kind, *parts))

    pem = b64(openssl.run(("x509", "-inform", "DER"), opened(MAIN).certificate))
    rows = [
        ("prefix-missing", "unknown-prefix", "No prefix.", f"{first}.{text}.{certificate}"),
        ("prefix-unknown", "unknown-prefix", "Another prefix.", f"pkcs9.{first}.{text}"),
        ("prefix-case", "unknown-prefix", "The prefix in capitals.",
         good.replace(kind, kind.upper(), 1)),
        ("empty", "unknown-prefix", "Nothing.", ""),
        ("two-parts", "wrong-part-count", "No certificate.", of(first, text)),
        ("four-parts", "wrong-part-count", "A fourth part.", of(first, text, certificate, "")),
        ("not-ascii", "not-ascii", "A full-width dot.", good.replace(".", "\uff0e", 1)),
        ("newline", "malformed-base64", "A newline behind.", f"{good}\n"),
        ("no-padding", "malformed-base64", "No padding.",
         of(first, b64(SIGNED + b"0").rstrip("="), certificate)),
        ("url-safe", "malformed-base64", "The URL-safe alphabet.",
         of("-_" + first[2:], text, certificate)),
        ("lines", "malformed-base64", "Base64 in lines.",
         of(first[:64] + "\n" + first[64:], text, certificate)),
        ("text-empty", "malformed-base64", "An empty text part.", of(first, "", certificate)),
        ("text-plain", "malformed-base64", "The text not in base64.",
         of(first, "EXAMPLE", certificate)),
        ("certificate-pem", "malformed-certificate", "The certificate in PEM.",
         of(first, text, pem)),
        ("certificate-cut", "malformed-certificate", "Half a certificate.",
         of(first, text, b64(opened(MAIN).certificate[:300]))),
        ("ec", "unsupported-key", "The certificate of an EC key.",
         of(first, text, b64(opened("ec-p-256.pfx").certificate))),
    ]  # fmt: skip
    return [(*row, {}) for row in rows]


def _text(operation: str) -> list[Row]:
    def of(text: str) -> str:
        return of_kind(operation, text.encode())

    good = of_kind(operation)
    milliseconds = f"{PERSON}{IP}{TEXT}{NOW * 1000}"
    return [
        ("wrong-person", "wrong-person", "Another person's id.", of(f"Z188888888{IP}{TEXT}{NOW}"),
         {}),
        ("person-small", "wrong-person", "The id in small letters.",
         of(f"z199999999{IP}{TEXT}{NOW}"), {}),
        ("person-missing", "wrong-person", "No id.", of(f"{IP}{TEXT}{NOW}"), {}),
        ("whole-cn", "wrong-ip", "The whole CN in the place of the id.",
         of(f"{PERSON}-01-001::EXAMPLE{IP}{TEXT}{NOW}"), _ALL),
        ("no-id", "no-person-id", "A certificate without CN.",
         of_kind(operation, SIGNED, "cn-none.pfx"), {}),
        ("wrong-ip", "wrong-ip", "Another address.", good, {**_ALL, "ip": "192.0.2.2"}),
        ("separator-first", "wrong-ip", "A separator before the address.",
         of(f"{PERSON}|{IP}{TEXT}{NOW}"), _ALL),
        ("order", "wrong-ip", "Text and address exchanged.", of(f"{PERSON}{TEXT}{IP}{NOW}"), _ALL),
        ("wrong-text", "wrong-plain-text", "Another text.", good, {**_ALL, "plain_text": "other"}),
        ("separator-second", "wrong-plain-text", "A separator before the text.",
         of(f"{PERSON}{IP}|{TEXT}{NOW}"), _ALL),
        ("separator-third", "malformed-time", "A separator before the time.",
         of(f"{PERSON}{IP}{TEXT}|{NOW}"), _ALL),
        ("milliseconds", "malformed-time", "Milliseconds.", of(milliseconds), _ALL),
        ("no-time", "malformed-time", "No time.", of(f"{PERSON}{IP}{TEXT}"), _ALL),
        ("no-time-unknown", "malformed-time", "No time, and nothing expected.",
         of(f"{PERSON}{IP}{TEXT}"), {}),
        ("iso-time", "malformed-time", "A time in words.",
         of(f"{PERSON}{IP}{TEXT}2026-01-15T01:30:00"), _ALL),
        ("fraction", "malformed-time", "A fraction of a second.",
         of(f"{PERSON}{IP}{TEXT}{NOW}.5"), _ALL),
        ("early", "time-out-of-window", "A second before the window.", good,
         {**_ALL, "earliest": NOW + 1, "latest": NOW + 60}),
        ("late", "time-out-of-window", "A second after the window.", good,
         {**_ALL, "earliest": NOW - 60, "latest": NOW - 1}),
        ("big5", "text-not-utf-8", "The text in Big5.",
         of_kind(operation, PERSON.encode() + "台".encode("big5") + str(NOW).encode()), {}),
    ]  # fmt: skip


def _signature() -> list[Row]:
    key = opened(MAIN).key
    right = openssl.sign(key, SIGNED, "sha1")
    flipped = right[:-1] + bytes([right[-1] ^ 1])
    other_text = f"{PERSON}{IP}EXAMPLE other{NOW}".encode()
    rows = [
        (f"digest-{digest}", "wrong-digest-algorithm", f"Signed with {digest}.",
         pkcs1(digest=digest))
        for digest in ("sha256", "md5", "sha512")
    ]  # fmt: skip
    wrong = "wrong-signature"
    rows += [
        ("flipped", wrong, "A bit altered in the signature.", joined("pkcs1", flipped)),
        ("zeros", wrong, "A signature of zeros.", joined("pkcs1", bytes(128))),
        ("text-altered", wrong, "Another text than was signed.",
         joined("pkcs1", right, other_text)),
        ("certificate-other", wrong, "A certificate of another key of the same length.",
         joined("pkcs1", openssl.sign(opened("foreign-key.pfx").key, SIGNED, "sha1"))),
        ("reversed", wrong, "The signature's octets reversed.", joined("pkcs1", right[::-1])),
        ("certificate-longer", "wrong-signature-length", "A certificate of a longer key.",
         joined("pkcs1", right, file="rsa-2048.pfx")),
        ("cut", "wrong-signature-length", "The last octet is missing.",
         joined("pkcs1", right[:-1])),
        ("hex", "wrong-signature-length", "The signature in hexadecimal.",
         joined("pkcs1", right.hex().encode())),
        ("zero-in-front", "wrong-signature-length", "A zero in front.",
         joined("pkcs1", b"\0" + right)),
        ("cms-as-pkcs1", "wrong-signature-length", "CMS under the other prefix.",
         pkcs7().replace("pkcs7", "pkcs1", 1)),
    ]  # fmt: skip
    return [(*row, {}) for row in rows]
