"""The vectors of `sign` about values: biz_content, and text in any field."""

import json

from signproof.model import Importance
from signproof.oracles.tiger_rsa.common import (
    SDKS,
    derived,
    fields_of,
    recorded,
    signed,
    topic_of,
)
from signproof.oracles.writing import Topic

__all__ = ["BIZ_CONTENTS", "topics"]

_AS_SENT = recorded(SDKS.where, "biz_content is signed as the text that is sent")

_LONG = json.dumps(
    {"symbols": [f"EX{number:04}" for number in range(1_130)], "lang": "en_US"},
    separators=(",", ":"),
)

BIZ_CONTENTS: dict[str, tuple[str, str]] = {
    "empty-object": ("No parameters, as Go and TypeScript write it.", "{}"),
    "one-member": ("One parameter.", '{"market":"US"}'),
    "sorted": (
        "Members sorted, as the Python SDK writes them.",
        '{"account":"12345678","lang":"en_US","market":"US"}',
    ),
    "unsorted": (
        "Members in another order stay in it.",
        '{"market":"US","account":"12345678","lang":"en_US"}',
    ),
    "spaced": (
        "White space in the JSON stays.",
        '{ "market": "US",  "lang": "en_US" }',
    ),
    "indented": ("Line breaks in the JSON stay.", '{\n  "market": "US"\n}'),
    "indented-crlf": ("CRLF in the JSON stays.", '{\r\n\t"market": "US"\r\n}\r\n'),
    "unicode-raw": ("Characters as they are.", '{"remark":"香港 é"}'),
    "unicode-escaped": (
        "The same characters as escapes are signed as escapes.",
        '{"remark":"\\u9999\\u6e2f \\u00e9"}',
    ),
    "unicode-escaped-capital": (
        "Escapes in capital digits stay so.",
        '{"remark":"\\u9999\\u6E2F \\u00E9"}',
    ),
    "emoji-raw": ("A character beyond U+FFFF.", '{"remark":"\U0001f600"}'),
    "emoji-escaped": ("The same as two escapes.", '{"remark":"\\ud83d\\ude00"}'),
    "go-escaped": (
        "`&`, `<` and `>` as Go's encoder writes them are signed so.",
        '{"remark":"a \\u0026 b \\u003c c \\u003e d"}',
    ),
    "ampersand-raw": ("`&`, `<` and `>` as they are.", '{"remark":"a & b < c > d"}'),
    "separators": ("What separates fields and URLs.", '{"remark":"a=1&b=2?c=%20#d;e|f+g"}'),
    "percent": ("`%` and what follows are not decoded.", '{"remark":"100%25 %E6%B8%AF +"}'),
    "slash-raw": ("Slashes as they are.", '{"url":"https://example.invalid/a/b"}'),
    "slash-escaped": (
        "A slash with a backslash before it.",
        '{"url":"https:\\/\\/example.invalid"}',
    ),
    "quotes": ("Quotation marks and backslashes.", '{"remark":"\\"a\\" \\\\ b"}'),
    "control-escapes": ("Escaped tab, newline and return.", '{"remark":"a\\tb\\nc\\rd"}'),
    "nested": (
        "Objects and lists inside.",
        '{"contract":{"legs":[{"symbol":"EX1","ratio":1},{"symbol":"EX2","ratio":2}]},"side":"BUY"}',
    ),
    "numbers": (
        "Numbers as they are written.",
        '{"limit_price":100.10,"quantity":1,"big":12345678901234567890,"small":1e-7}',
    ),
    "number-zeros": ("A fraction keeps its zeros.", '{"limit_price":100.00}'),
    "null-member": ("null inside.", '{"account":"12345678","secret_key":null}'),
    "empty-members": ("Empty text, list and object inside.", '{"a":"","b":[],"c":{}}'),
    "booleans": ("true and false.", '{"outside_rth":false,"include_greek":true}'),
    "single-quotes": ("A name with an apostrophe.", '{"name":"O\'EXAMPLE"}'),
    "institution": (
        "An institution's secret key stands inside.",
        '{"account":"12345678","lang":"en_US","secret_key":"00000000-0000-0000-0000-00000EXAMPLE"}',
    ),
    "long": ("Ten thousand octets.", _LONG),
    "same-words": ("Words that are names of fields.", '{"sign":"x","timestamp":"y","method":"z"}'),
    "decomposed": ("A letter and its accent apart are not put together.", '{"name":"e\u0301"}'),
}
"""Comment and text by name; the vectors of requests have the same."""


def topics() -> list[Topic]:
    """Return the files about values."""
    return [_biz_content(), _text()]


def _biz_content() -> Topic:
    topic = topic_of(
        "biz-content",
        {"not-an-object": "No SDK sends it: what the gateway makes of it is unknown."},
    )
    for name, (comment, text) in BIZ_CONTENTS.items():
        signed(topic, name, comment, _AS_SENT, fields_of(text, method="place_order"))
    for name, comment, text in (
        ("not-json", "Text that is no JSON is signed all the same.", "market=US"),
        ("list", "A list.", '["EX1","EX2"]'),
        ("duplicate-names", "A name that stands twice stays twice.", '{"a":1,"a":2}'),
        ("space-around", "Spaces around the JSON stay.", ' {"market":"US"} '),
    ):
        signed(
            topic,
            name,
            comment,
            derived("the text is not parsed in order to be signed"),
            fields_of(text),
            importance=Importance.SHOULD,
            flags=("not-an-object",) if name != "space-around" else (),
        )
    return topic


def _text() -> Topic:
    topic = topic_of("text")
    raw = recorded(SDKS.where, "values are not URL-encoded or escaped")
    rows = (
        ("ampersand", "`&` in a value is not escaped.", "a&b"),
        ("equals", "`=` in a value is not escaped.", "a=b"),
        ("percent", "`%` in a value is not decoded.", "100%25"),
        ("plus", "`+` stays `+`.", "a+b"),
        ("space", "A space stays a space.", "two words"),
        ("question-and-hash", "`?` and `#`.", "a?b#c"),
        ("angles", "`<` and `>` are not escaped.", "<a>"),
        ("quotes", "Quotation marks are not escaped.", "\"a\" 'b'"),
        ("backslash", "A backslash is not escaped.", "C:\\EXAMPLE\\n"),
        ("leading-space", "A space at the start stays.", " a"),
        ("trailing-space", "A space at the end stays.", "a "),
        ("tab", "A tab stays.", "a\tb"),
        ("newline", "A newline stays.", "a\nb"),
        ("crlf", "CR and LF stay.", "a\r\nb"),
        ("control", "A control character stays.", "a\u0001b"),
        ("delete", "U+007F stays.", "a\u007fb"),
        ("latin", "A letter beyond ASCII is UTF-8.", "é"),
        ("chinese", "Chinese is UTF-8.", "香港"),
        ("emoji", "A character beyond U+FFFF is UTF-8 of four octets.", "\U0001f600"),
        ("decomposed", "A letter and its accent apart are not put together.", "e\u0301"),
        ("no-break-space", "A no-break space stays.", "a\u00a0b"),
        ("line-separator", "U+2028 stays; some encoders of JSON escape it.", "a\u2028b"),
        ("bom-inside", "U+FEFF in a value stays.", "\ufeffa"),
        ("replacement", "U+FFFD is a character like others.", "\ufffd"),
    )
    for name, comment, value in rows:
        signed(topic, name, comment, raw, fields_of(device_id=value))
    signed(
        topic,
        "names-and-values",
        "A separator inside a value makes a content that two lists of fields have.",
        raw,
        fields_of(a="1&b=2", c="3"),
    )
    signed(
        topic,
        "names-and-values-split",
        "The other list with the same content.",
        raw,
        fields_of(a="1", b="2", c="3"),
    )
    return topic
