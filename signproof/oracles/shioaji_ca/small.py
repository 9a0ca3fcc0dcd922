"""The vectors of `person-id`, `expire-time`, `read-expire-time` and `check-credentials`."""

import base64
import calendar

from signproof.codec import encode_octets
from signproof.model import Importance, Source
from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.base58 import API_KEY, SECRET, encoded
from signproof.oracles.shioaji_ca.common import (
    PAGE,
    PYRSCA,
    SHIOAJI,
    add,
    derived,
    document,
    output,
    recorded,
    refused,
    reported,
    topic_of,
)
from signproof.oracles.shioaji_ca.composing import issued
from signproof.oracles.shioaji_ca.files import fixture, opened, subject_of
from signproof.oracles.shioaji_ca.pipeline import flow
from signproof.oracles.shioaji_ca.x509 import IA5, PRINTABLE, Attribute
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_BIT_STRING = 0x03
_MUST, _SHOULD, _MAY = Importance.MUST, Importance.SHOULD, Importance.MAY


def topics() -> list[Topic]:
    """Return the files about these four."""
    return [_person_id(), _expire_time(), _read_expire_time(), _check_credentials()]


def _person_id() -> Topic:
    topic = topic_of(
        "person-id",
        {
            "no-id": "That an empty id is none is inferred from the rule.",
            "no-text": "What the broker makes of such a certificate is unknown; that it is taken "
            "for one that cannot be read is this project's judgement.",
        },
    )
    rule = recorded(PYRSCA.where, "the first CN up to its first hyphen, else the whole CN")
    none = recorded(PYRSCA.where, "Cert Person ID Not Found")
    inferred = derived("the same rule", PYRSCA.where)
    for file, comment, source, importance in (
        ("aes-256", "As the broker writes it.", rule, _MUST),
        ("ec-p-256", "The certificate of an EC key.", rule, _MUST),
        ("cn-plain", "No hyphen.", rule, _MUST),
        ("cn-one-hyphen", "A hyphen at the end.", rule, _MUST),
        ("cn-two", "Two CNs: the first counts.", rule, _MUST),
        ("cn-two-other", "Two CNs, the id in the second.", rule, _MUST),
        ("serial-number-and-cn", "serialNumber is not looked at.", rule, _MUST),
        ("cn-unicode", "A CN beyond ASCII.", rule, _MUST),
        ("cn-unicode-id", "A person id beyond ASCII.", inferred, _SHOULD),
        ("cn-bmp", "A CN as BMPString.", inferred, _SHOULD),
        ("cn-lowercase", "A small letter is kept.", inferred, _SHOULD),
        ("cn-full-width-hyphen", "A full-width hyphen is none.", inferred, _SHOULD),
    ):
        ca = opened(f"{file}.pfx")
        found = flow("common_name", "person_id", subject=ca.subject)["person_id"]
        add(topic, file, comment, "person-id",
            {"certificate_b64": encode_octets(ca.certificate)}, output(person_id=found), source,
            importance=importance)  # fmt: skip
    for label, comment, attributes in (
        ("printable", "A CN as PrintableString.",
         (Attribute("CN", "Z199999999-01-001 EXAMPLE", PRINTABLE),)),
        ("colons-first", "Colons do not end it.", (Attribute("CN", "Z199999999::EXAMPLE-01"),)),
        ("two-hyphens", "Two hyphens in a row.", (Attribute("CN", "Z199999999--EXAMPLE"),)),
        ("inner-space", "A space is kept.", (Attribute("CN", "EXAMPLE Z199999999-01"),)),
        ("company", "A company's number.", (Attribute("CN", "99999999-01-001::EXAMPLE"),)),
        ("after-others", "The CN after other attributes.",
         (Attribute("C", "TW", PRINTABLE), Attribute("OU", "EXAMPLE-1"),
          Attribute("UID", "EXAMPLE"), Attribute("CN", "Z199999999-01"))),
        ("e-mail", "An e-mail address before the CN.",
         (Attribute("emailAddress", "EXAMPLE-1@example.com", IA5),
          Attribute("CN", "Z199999999-01"))),
        ("before-others", "The CN before other attributes.",
         (Attribute("CN", "Z199999999-01"), Attribute("O", "EXAMPLE-1"))),
    ):  # fmt: skip
        der = issued(*attributes)
        found = flow("common_name", "person_id", subject=subject_of(der))["person_id"]
        add(topic, label, comment, "person-id", {"certificate_b64": encode_octets(der)},
            output(person_id=found), inferred, importance=_SHOULD)  # fmt: skip
    for file, comment, source, importance, flags in (
        ("cn-none", "No CN.", none, _MUST, ()),
        ("serial-number", "The id in serialNumber alone.", none, _MUST, ()),
        ("uid", "The id in UID alone.", none, _MUST, ()),
        ("ou", "The id in OU alone.", none, _MUST, ()),
        ("cn-leading-hyphen", "A CN that begins with a hyphen.", inferred, _MAY, ("no-id",)),
    ):
        ca = opened(f"{file}.pfx")
        add(topic, file, comment, "person-id",
            {"certificate_b64": encode_octets(ca.certificate)}, refused("person-id-not-found"),
            source, importance=importance, flags=flags)  # fmt: skip
    nameless: tuple[tuple[str, str, tuple[Attribute, ...]], ...] = (
        ("cn-empty", "An empty CN.", (Attribute("CN", ""),)),
        ("hyphen-alone", "A CN of a hyphen alone.", (Attribute("CN", "-"),)),
        ("no-subject", "An empty subject.", ()),
    )
    for label, comment, subject in nameless:
        add(topic, label, comment, "person-id",
            {"certificate_b64": encode_octets(issued(*subject))},
            refused("person-id-not-found"), inferred, importance=_MAY,
            flags=("no-id",))  # fmt: skip
    der = opened("aes-256.pfx").certificate
    for label, comment, octets in (
        ("nothing", "Nothing.", b""),
        ("half", "Half a certificate.", der[: len(der) // 2]),
        ("pem", "The certificate in PEM.", openssl.run(("x509", "-inform", "DER"), der)),
        ("pfx", "The whole file.", fixture("aes-256.pfx")),
    ):
        add(topic, label, comment, "person-id", {"certificate_b64": encode_octets(octets)},
            refused("malformed-certificate"), derived("it is no certificate in DER"),
            importance=_SHOULD)  # fmt: skip
    for label, comment, attribute in (
        ("cn-bit-string", "A CN that is a BIT STRING.",
         Attribute("CN", b"\0Z199999999-01-001::EXAMPLE", _BIT_STRING)),
        ("cn-broken", "A CN that is not UTF-8, as UTF8String.",
         Attribute("CN", b"Z199999999-\xb4\xfa-EXAMPLE")),
    ):  # fmt: skip
        add(topic, label, comment, "person-id",
            {"certificate_b64": encode_octets(issued(attribute))}, refused("malformed-certificate"),
            derived("such a CN is no text (RFC 5280, section 4.1.2.4)"), importance=_MAY,
            flags=("no-text",))  # fmt: skip
    return topic


_UTC = (
    "That the text is UTC is inferred: it is then the last second of a day in Taipei. The server's "
    "own answer was not seen; shioaji 1.3.3, asked in Python, gave local time."
)


def _expire_time() -> Topic:
    topic = topic_of("expire-time", {"utc": _UTC})
    form = derived("the page's form; its example is the end of a day in Taipei", PAGE.where)
    for label, comment, instant, text in (
        ("page", "The page's own example.", (2026, 9, 13, 15, 59, 59), "2026-09-13T15:59:59"),
        ("midnight", "The first second of a year.", (2026, 1, 1), "2026-01-01T00:00:00"),
        ("last-second", "The last second of a year.", (2025, 12, 31, 23, 59, 59),
         "2025-12-31T23:59:59"),
        ("leap-day", "A leap day.", (2028, 2, 29, 15, 59, 59), "2028-02-29T15:59:59"),
        ("single-digits", "Zeros in front.", (2027, 3, 4, 5, 6, 7), "2027-03-04T05:06:07"),
        ("beyond-2038", "Beyond 32 bits.", (2045, 1, 1), "2045-01-01T00:00:00"),
        ("beyond-2050", "Beyond UTCTime.", (2055, 9, 13, 15, 59, 59), "2055-09-13T15:59:59"),
        ("epoch", "The first second of Unix time.", (1970, 1, 1), "1970-01-01T00:00:00"),
        ("before-epoch", "Before Unix time.", (1969, 12, 31, 23, 59, 59), "1969-12-31T23:59:59"),
        ("year-9999", "RFC 5280's word for never.", (9999, 12, 31, 23, 59, 59),
         "9999-12-31T23:59:59"),
    ):  # fmt: skip
        year, month, day, *rest = (*instant, 0, 0, 0)[:6]
        seconds = calendar.timegm((year, month, day, *rest, 0, 0, 0))
        if flow("expire_time", not_after=seconds)["expire_time"] != text:
            raise ValueError(f"the table and the pipeline differ: {text}")
        add(topic, label, comment, "expire-time", {"not_after": seconds},
            output(expire_time=text), form, importance=_SHOULD, flags=("utc",))  # fmt: skip
    for label, comment, seconds in (
        ("year-10000", "The second after the last.", 253_402_300_800),
        ("milliseconds", "Milliseconds.", 1_789_315_199_000),
        ("year-0", "Before the year 1.", -62_135_596_801),
    ):
        add(topic, label, comment, "expire-time", {"not_after": seconds},
            refused("instant-out-of-range"), derived("the form has four digits for a year",
            PAGE.where), importance=_SHOULD, flags=("utc",))  # fmt: skip
    return topic


def _read_expire_time() -> Topic:
    topic = topic_of(
        "read-expire-time",
        {
            "utc": _UTC,
            "strict": "Only the page's form is documented; what another would mean is not known.",
        },
    )
    form = derived("the page's form, read as UTC", PAGE.where)
    for label, comment, text, instant in (
        ("page", "The page's own example.", "2026-09-13T15:59:59", (2026, 9, 13, 15, 59, 59)),
        ("midnight", "Midnight.", "2026-01-01T00:00:00", (2026, 1, 1, 0, 0, 0)),
        ("leap-day", "A leap day.", "2028-02-29T23:59:59", (2028, 2, 29, 23, 59, 59)),
        ("beyond-2038", "Beyond 32 bits.", "2045-09-13T15:59:59", (2045, 9, 13, 15, 59, 59)),
        ("year-9999", "The last second.", "9999-12-31T23:59:59", (9999, 12, 31, 23, 59, 59)),
    ):
        add(topic, label, comment, "read-expire-time", {"expire_time": text},
            output(not_after=calendar.timegm((*instant, 0, 0, 0))), form,
            importance=_SHOULD, flags=("utc",))  # fmt: skip
    source = derived("only one form is documented", PAGE.where)
    for label, comment, text in (
        ("z", "A Z behind it.", "2026-09-13T15:59:59Z"),
        ("offset", "An offset behind it.", "2026-09-13T23:59:59+08:00"),
        ("fraction", "A fraction of a second.", "2026-09-13T15:59:59.000"),
        ("space", "A space for the T.", "2026-09-13 15:59:59"),
        ("small-t", "A small t.", "2026-09-13t15:59:59"),
        ("date", "A date alone.", "2026-09-13"),
        ("no-seconds", "No seconds.", "2026-09-13T15:59"),
        ("unix-seconds", "Unix seconds.", "1789315199"),
        ("unix-milliseconds", "Milliseconds.", "1789315199000"),
        ("no-such-day", "A day that the month does not have.", "2026-02-29T15:59:59"),
        ("no-such-month", "A thirteenth month.", "2026-13-01T00:00:00"),
        ("hour-24", "An hour that does not exist.", "2026-09-13T24:00:00"),
        ("second-60", "A leap second.", "2026-12-31T23:59:60"),
        ("slashes", "Slashes.", "2026/09/13T15:59:59"),
        ("basic", "Without separators.", "20260913T155959"),
        ("short", "A month of one digit.", "2026-9-13T15:59:59"),
        ("newline", "A newline behind it.", "2026-09-13T15:59:59\n"),
        ("quoted", "Quotation marks around it.", '"2026-09-13T15:59:59"'),
        ("full-width", "Full-width digits.", "\uff12\uff10\uff12\uff16-09-13T15:59:59"),
        ("year-0", "The year 0.", "0000-01-01T00:00:00"),
        ("roc-year", "The year as it is counted in Taiwan.", "115-09-13T15:59:59"),
        ("empty", "Nothing.", ""),
        ("words", "A word.", "EXAMPLE"),
    ):
        add(topic, label, comment, "read-expire-time", {"expire_time": text},
            refused("malformed-expire-time"), source, importance=_SHOULD,
            flags=("strict",))  # fmt: skip
    return topic


def _check_credentials() -> Topic:
    topic = topic_of(
        "check-credentials",
        {
            "alphabet": "The SDK takes and refuses these texts so; that its base58 has the whole "
            "alphabet of Bitcoin is inferred.",
            "judgement": "The SDK takes it, or was not shown it; that it cannot be right is this "
            "project's judgement.",
            "name": "The SDK refuses it, with a message of its own; the reason named here says "
            "what was pasted.",
        },
    )
    short = recorded(SHIOAJI.where, "api_key must be at least 10 characters, got N")
    base58 = recorded(SHIOAJI.where, "invalid secret_key (base58 decode failed): …")
    length = recorded(SHIOAJI.where, "expected 32 bytes after base58 decode, got N")
    space = recorded(SHIOAJI.where, "a space or newline after the secret is refused")
    login = reported("Sinotrade/Shioaji#150", "national id and password as key and secret")
    good = recorded(SHIOAJI.where, "the three local checks pass")
    judged = derived("nobody can have meant it", SHIOAJI.where)
    page = document(PAGE.where, "the page's placeholders")
    for label, comment, key, secret in (
        ("usual", "Key and secret.", API_KEY, SECRET),
        ("ten-characters", "A key of ten characters.", "EXAMPLEKEY", SECRET),
        ("long-key", "A key of 200 characters.", "EXAMPLE" * 28 + "KEYS", SECRET),
        ("high-secret", "The largest secret.", API_KEY, encoded(b"\xff" * 32)),
        ("leading-zero", "A secret whose first octet is zero.", API_KEY,
         encoded(b"\0" + b"EXAMPLE made up" * 2 + b"!")),
        ("all-zeros", "A secret of zeros.", API_KEY, "1" * 32),
    ):  # fmt: skip
        add(topic, label, comment, "check-credentials", {"api_key": key, "secret_key": secret},
            output(valid=True), good, flags=("alphabet",))  # fmt: skip
    raw = b"EXAMPLE secret, made up: 32 byte"
    rows: tuple[tuple[str, str, str, str, str, Source, Importance, tuple[str, ...]], ...] = (
        ("key-nine", "A key of nine characters.", "EXAMPLEKE", SECRET, "key-too-short", short,
         _MUST, ()),
        ("key-one", "A key of one character.", "E", SECRET, "key-too-short", short, _MUST, ()),
        ("key-empty", "No key.", "", SECRET, "empty", short, _MUST, ("name",)),
        ("key-space", "A space behind the key.", f"{API_KEY} ", SECRET, "white-space", judged,
         _SHOULD, ("judgement",)),
        ("key-newline", "A newline behind the key.", f"{API_KEY}\n", SECRET, "white-space", judged,
         _SHOULD, ("judgement",)),
        ("key-quoted", "Quotation marks around the key.", f'"{API_KEY}"', SECRET, "quoted", judged,
         _SHOULD, ("judgement",)),
        ("key-colon", "A colon in the key.", f"{API_KEY}:x", SECRET, "key-characters", judged,
         _SHOULD, ("judgement",)),
        ("key-unicode", "A key beyond ASCII.", "EXAMPLE金鑰金鑰", SECRET, "key-characters", judged,
         _SHOULD, ("judgement",)),
        ("key-placeholder", "The page's words.", "<API Key from above>", SECRET, "placeholder",
         page, _SHOULD, ("judgement",)),
        ("key-your", "Other words of the page's kind.", "YOUR_API_KEY", SECRET, "placeholder",
         judged, _SHOULD, ("judgement",)),
        ("national-id", "A national id for the key.", "Z199999999", SECRET, "national-id", login,
         _SHOULD, ("judgement",)),
        ("national-id-and-password", "National id and password.", "Z199999999",
         "EXAMPLE-password", "secret-is-password", login, _SHOULD, ("name",)),
        ("national-id-and-base58", "National id, and a password that is base58.", "Z199999999",
         "EXAMPLEpassword", "secret-is-password", login, _SHOULD, ("name",)),
        ("national-id-and-hex", "A national id for the key, the secret in hexadecimal.",
         "Z199999999", raw.hex(), "national-id", base58, _SHOULD, ("name",)),
        ("secret-empty", "No secret.", API_KEY, "", "empty", length, _MUST, ("name",)),
        ("secret-space", "A space behind the secret.", API_KEY, f"{SECRET} ", "white-space", space,
         _MUST, ("name",)),
        ("secret-newline", "A newline behind the secret.", API_KEY, f"{SECRET}\n", "white-space",
         space, _MUST, ("name",)),
        ("secret-quoted", "Quotation marks around it.", API_KEY, f"'{SECRET}'", "quoted", base58,
         _MUST, ("name",)),
        ("secret-placeholder", "The page's words.", API_KEY, "<Secret Key from above>",
         "placeholder", page, _SHOULD, ("name",)),
        ("secret-zero", "A 0, which base58 lacks.", API_KEY, f"0{SECRET[1:]}", "secret-not-base58",
         base58, _MUST, ("alphabet",)),
        ("secret-letter-l", "An l, which base58 lacks.", API_KEY, f"l{SECRET[1:]}",
         "secret-not-base58", base58, _MUST, ("alphabet",)),
        ("secret-hyphen", "A hyphen.", API_KEY, f"{SECRET}-", "secret-not-base58", base58, _MUST,
         ()),
        ("secret-31", "Base58 of 31 octets.", API_KEY, encoded(b"\1" + raw[:30]), "secret-length",
         length, _MUST, ()),
        ("secret-33", "Base58 of 33 octets.", API_KEY, encoded(raw + b"!"), "secret-length",
         length, _MUST, ()),
        ("secret-64", "Base58 of 64 octets.", API_KEY, encoded(raw * 2), "secret-length", length,
         _MUST, ()),
        ("secret-cut", "Its last two characters are missing.", API_KEY, SECRET[:-2],
         "secret-length", length, _MUST, ()),
        ("secret-hex", "The secret in hexadecimal.", API_KEY, raw.hex(), "secret-in-hex", base58,
         _SHOULD, ("name",)),
        ("secret-base64", "The secret in base64.", API_KEY, base64.b64encode(raw).decode(),
         "secret-in-base64", base58, _SHOULD, ("name",)),
        ("same-twice", "The secret for both.", SECRET, SECRET, "same-twice", judged, _SHOULD,
         ("judgement",)),
    )  # fmt: skip
    for label, comment, key, secret, reason, source, importance, flags in rows:
        add(topic, label, comment, "check-credentials", {"api_key": key, "secret_key": secret},
            refused(reason), source, importance=importance, flags=flags,
            baseline="shioaji-ca/check-credentials/usual")  # fmt: skip
    return topic
