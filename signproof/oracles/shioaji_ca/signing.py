"""The vectors of `sign-pkcs1` and `sign-pkcs7`."""

from typing import Any

from signproof.codec import encode_octets
from signproof.model import Expected, Importance
from signproof.oracles.shioaji_ca.common import (
    IP,
    NOW,
    PYRSCA,
    TEXT,
    add,
    derived,
    octets_member,
    output,
    recorded,
    refused,
    signed,
    topic_of,
)
from signproof.oracles.shioaji_ca.credentials import FILES
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_MUST, _SHOULD = Importance.MUST, Importance.SHOULD
_D = recorded(PYRSCA.where, "person id, ip, plain text and decimal seconds in a row, UTF-8; SHA-1")
_CMS = recorded(PYRSCA.where, "attached CMS, SHA-256, leaf only, four signed attributes")

_CASES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("usual", "A text.", "main", {}),
    ("empty-text", "An empty text.", "main", {"plain_text": ""}),
    ("empty-ip", "An empty address.", "main", {"ip": ""}),
    ("both-empty", "Neither address nor text.", "main", {"ip": "", "plain_text": ""}),
    ("unicode", "Characters beyond ASCII.", "main", {"plain_text": "EXAMPLE 台積電 é \U0001f600"}),
    ("not-normalised", "A letter and its accent apart.", "main", {"plain_text": "e\u0301"}),
    ("line-breaks", "Line breaks, which stay as they are.", "main",
     {"plain_text": "EXAMPLE\r\norder\n"}),
    ("separators", "Separators in the text.", "main", {"plain_text": "a|b,c;d&e=f.g"}),
    ("json", "JSON as text.", "main", {"plain_text": '{"code":"2330","price":100.5}'}),
    ("spaces", "Spaces around the text.", "main", {"plain_text": " EXAMPLE "}),
    ("digits-at-end", "Digits right before the time.", "main", {"plain_text": "order 1234567890"}),
    ("nul", "A NUL in the text.", "main", {"plain_text": "EXAMPLE\0order"}),
    ("long", "10,000 characters.", "main", {"plain_text": "EXAMPLE-10" * 1000}),
    ("ipv6", "An IPv6 address.", "main", {"ip": "2001:db8::1"}),
    ("loopback", "The address of loopback.", "main", {"ip": "127.0.0.1"}),
    ("later", "Another second.", "main", {"seconds": NOW + 1}),
    ("smallest-time", "The first second of ten digits.", "main", {"seconds": 1_000_000_000}),
    ("largest-time", "The last second of ten digits.", "main", {"seconds": 9_999_999_999}),
    ("2048-bits", "A key of 2048 bits.", "2048-bits", {}),
    ("4096-bits", "A key of 4096 bits.", "4096-bits", {}),
    ("rc2-40", "A file with RC2-40.", "rc2-40", {}),
    ("3des", "A file with 3DES.", "3des", {}),
    ("chain", "A file with a chain: the leaf alone goes out.", "chain", {}),
    ("expired", "A certificate that ended; the CA library signs.", "expired", {}),
    ("not-yet-valid", "A certificate that has not begun; it signs.", "not-yet-valid", {}),
    ("no-hyphen", "A CN without hyphen.", "no-hyphen", {}),
    ("two-names", "Two CNs: the first.", "two-names", {}),
    ("unicode-id", "A person id beyond ASCII.", "unicode-id", {}),
    ("bmp-name", "A CN as BMPString.", "bmp-name", {}),
    ("unicode-password", "A password beyond ASCII.", "unicode-password", {}),
)  # fmt: skip
_RARE = {"both-empty", "nul", "unicode-id", "bmp-name", "unicode-password", "largest-time"}
_LATE = {"largest-time"}
"""Where CMS would want another kind of time, which pyrsca was not seen to write."""

_REFUSED: tuple[tuple[str, str, str, str, dict[str, Any], Importance], ...] = (
    ("milliseconds", "invalid-signed-text", "Milliseconds.", "main",
     {"seconds": NOW * 1000}, _SHOULD),
    ("nine-digits", "invalid-signed-text", "A time of nine digits.", "main",
     {"seconds": 999_999_999}, _SHOULD),
    ("eleven-digits", "invalid-signed-text", "A time of eleven digits.", "main",
     {"seconds": 10_000_000_000}, _SHOULD),
    ("zero", "invalid-signed-text", "No time.", "main", {"seconds": 0}, _SHOULD),
    ("negative", "invalid-signed-text", "A time before 1970.", "main", {"seconds": -1}, _SHOULD),
    ("no-name", "person-id-not-found", "No CN.", "no-name", {}, _MUST),
    ("serial-number", "person-id-not-found", "The id in serialNumber.", "serial-number", {}, _MUST),
    ("ec", "unsupported-key", "An EC key.", "ec", {}, _SHOULD),
    ("wrong-password", "wrong-password", "A wrong password.", "wrong-password", {}, _MUST),
    ("no-password", "empty-password", "An empty password.", "no-password", {}, _MUST),
    ("no-key", "no-key", "A certificate without key.", "no-key", {}, _MUST),
    ("foreign-key", "key-mismatch", "Another person's key.", "foreign-key", {}, _SHOULD),
    ("two-keys", "several-keys", "Two keys.", "two-keys", {}, _SHOULD),
    ("truncated", "truncated", "Half a file.", "truncated", {}, _MUST),
    ("web-page", "web-page", "A web page.", "web-page", {}, _MUST),
    ("empty", "empty", "Nothing.", "empty", {}, _MUST),
)  # fmt: skip


def topics() -> list[Topic]:
    """Return the files about signing."""
    return [_sign("sign-pkcs1"), _sign("sign-pkcs7"), _refuse()]


def _input(changed: dict[str, Any]) -> dict[str, Any]:
    return {"plain_text": TEXT, "ip": IP, "seconds": NOW, **changed}


def _sign(operation: str) -> Topic:
    topic = topic_of(
        operation, {"rare": "The rule as it was seen, in a case that pyrsca was not shown."}
    )
    for name, comment, credential, changed in _CASES:
        if operation == "sign-pkcs7" and name in _LATE:
            continue
        expected, stages = Expected(check="signed-pkcs7"), {}
        if operation == "sign-pkcs1":
            found = signed(FILES[credential], **changed)
            envelope = found["envelope"].decode()
            expected = output(envelope=envelope)
            stages = {
                **octets_member("signed_text", found["signed_text"]),
                "signature_b64": encode_octets(found["signature"]),
                "envelope": envelope,
            }
        add(topic, name, comment, operation, _input(changed), expected,
            _D if operation == "sign-pkcs1" else _CMS, credential=credential, stages=stages,
            importance=_SHOULD if name in _RARE else _MUST,
            flags=("rare",) if name in _RARE else ())  # fmt: skip
    return topic


def _refuse() -> Topic:
    topic = topic_of(
        "refuse-sign",
        {
            "judgement": "The CA library was not seen to refuse it; what it would sign is of no "
            "use to anyone.",
        },
    )
    for operation in ("sign-pkcs1", "sign-pkcs7"):
        kind = operation.removeprefix("sign-")
        for name, reason, comment, credential, changed, importance in _REFUSED:
            judged = importance is _SHOULD
            source = derived("no broker can take it") if judged else PYRSCA
            add(topic, f"{kind}-{name}", comment, operation, _input(changed), refused(reason),
                source, importance=importance, flags=("judgement",) if judged else (),
                credential=credential, baseline=f"shioaji-ca/{operation}/usual")  # fmt: skip
    return topic
