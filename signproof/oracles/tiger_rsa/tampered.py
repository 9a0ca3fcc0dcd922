"""The vectors of `verify` with one part of a good request changed."""

import json
from collections.abc import Iterator

from signproof.codec import decode_octets
from signproof.model import Importance
from signproof.oracles.tiger_rsa.baselines import (
    Json,
    body_of,
    changed,
    negative,
    removing,
    request,
    setting,
    with_body,
)
from signproof.oracles.tiger_rsa.common import CODES, SDKS, derived, topic_of
from signproof.oracles.tiger_rsa.signatures import signatures
from signproof.oracles.tiger_rsa.verify import resigned
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_ONE_CHANGE = derived("one change to a good request")
_REQUIRED = ("method", "version", "timestamp", "tiger_id", "charset", "sign_type", "sign")


def topics() -> list[Topic]:
    """Return the files of tampered requests."""
    return [_fields(), signatures(), _bodies(), _forms()]


def _fields() -> Topic:
    """Return requests in which something was altered that is signed."""
    topic = topic_of("tampered")
    biz = body_of(request("order"))["biz_content"]
    rows: list[tuple[str, str, str, Json]] = [
        ("method", "Another API name.", "order", setting("order", method="cancel_order")),
        ("method-case", "The API name in capitals.", "order",
         setting("order", method="PLACE_ORDER")),
        ("version", "Another version.", "order", setting("order", version="1.0")),
        ("timestamp", "A second later.", "order",
         setting("order", timestamp="2026-01-15 09:30:01")),
        ("biz-content-value", "Another price.", "order",
         setting("order", biz_content=biz.replace("50.120", "50.121"))),
        ("biz-content-zero", "A zero less behind the price.", "order",
         setting("order", biz_content=biz.replace("50.120", "50.12"))),
        ("biz-content-space", "White space taken away.", "order",
         setting("order", biz_content=biz.replace(", ", ","))),
        ("biz-content-order", "Its members sorted.", "order",
         setting("order", biz_content=_again(biz, sort_keys=True))),
        ("biz-content-parsed", "Parsed and written again.", "order",
         setting("order", biz_content=_again(biz))),
        ("biz-content-unescaped", "An escape as its character.", "order",
         setting("order", biz_content=biz.replace("\\u00e9", "é"))),
        ("biz-content-escaped", "A character as its escape.", "order",
         setting("order", biz_content=biz.replace("香", "\\u9999"))),
        ("biz-content-capital-escape", "An escape in capital digits.", "order",
         setting("order", biz_content=biz.replace("\\u00e9", "\\u00E9"))),
        ("biz-content-slash", "A slash without its backslash.", "order",
         setting("order", biz_content=biz.replace("\\/", "/"))),
        ("biz-content-encoded", "URL-encoded.", "order",
         setting("order", biz_content=biz.replace("%", "%25").replace(" ", "%20"))),
        ("biz-content-removed", "biz_content taken away.", "order",
         removing("order", "biz_content")),
        ("biz-content-null", "biz_content of null.", "order",
         setting("order", biz_content=None)),
        ("biz-content-empty-object", "`{}` where there was nothing.", "no-parameters",
         setting("no-parameters", biz_content="{}")),
        ("biz-content-trailing-space", "A space behind biz_content.", "plain",
         setting("plain", biz_content='{"market":"US"} ')),
        ("charset", "Another charset named.", "plain", setting("plain", charset="GBK")),
        ("charset-case", "The charset in small letters.", "plain",
         setting("plain", charset="utf-8")),
        ("field-added", "A field more.", "plain", setting("plain", language="en_US")),
        ("field-added-first", "A field more, before the others.", "plain",
         setting("plain", a="1")),
        ("field-removed", "A field less.", "more-fields", removing("more-fields", "device_id")),
        ("field-value", "Another device_id.", "more-fields",
         setting("more-fields", device_id="02:00:00:00:00:02")),
        ("field-emptied", "An emptied device_id.", "more-fields",
         setting("more-fields", device_id="")),
        ("field-null", "A device_id of null.", "more-fields",
         setting("more-fields", device_id=None)),
        ("field-space", "A space before a value.", "more-fields",
         setting("more-fields", language=" en_US")),
        ("url-decoded", "A callback URL with an escape decoded.", "more-fields",
         setting("more-fields", notify_url="https://example.invalid/?a=1&b=~ c")),
        ("field-renamed", "A field under another name.", "more-fields",
         changed("more-fields", lambda body: body.update(lang=body.pop("language")))),
        ("field-name-case", "A field's name in small letters.", "more-fields",
         changed("more-fields", lambda body: body.update(trade_mode=body.pop("Trade_Mode")))),
        ("values-swapped", "Two fields with each other's value.", "more-fields",
         setting("more-fields", language="EXAMPLE", Trade_Mode="en_US")),
        ("empty-removed", "An empty field less, which was signed.", "empty-values",
         removing("empty-values", "notify_url")),
        ("null-emptied", "An empty text where null was signed.", "empty-values",
         setting("empty-values", device_id="")),
        ("gbk-text", "Another character.", "gbk",
         setting("gbk", biz_content='{"remark":"香巷 备注"}')),
    ]  # fmt: skip
    for name, comment, baseline, input_ in rows:
        negative(topic, name, comment, baseline, input_, "wrong-signature", _ONE_CHANGE)
    return topic


def _again(text: str, *, sort_keys: bool = False) -> str:
    parsed = json.loads(text)
    return json.dumps(parsed, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))


def _bodies() -> Topic:
    """Return requests whose body is no object of JSON that can be read in one way only."""
    topic = topic_of("body")
    good = request("order")
    octets = decode_octets(good["body_b64"])
    member = b'"version":"2.0",'
    no_json = "malformed-json"
    rows: list[tuple[str, str, str, bytes]] = [
        ("empty", "No body.", no_json, b""),
        ("white-space", "White space only.", no_json, b" \n"),
        ("not-json", "Text that is no JSON.", no_json, b"EXAMPLE"),
        ("form", "A form.", no_json, b"method=market_state&version=2.0&sign=EXAMPLE"),
        ("list", "The object in a list.", no_json, b"[" + octets + b"]"),
        ("text", "The object in a text.", no_json, json.dumps(octets.decode()).encode()),
        ("null", "null.", no_json, b"null"),
        ("cut-off", "Its last character missing.", no_json, octets[:-1]),
        ("two-objects", "Two objects.", no_json, octets + octets),
        ("trailing-comma", "A comma before the end.", no_json, octets[:-1] + b",}"),
        ("single-quotes", "Apostrophes for quotation marks.", no_json,
         octets.replace(b'"version"', b"'version'")),
        ("comment", "A comment.", no_json, octets.replace(member, member + b"/* EXAMPLE */")),
        ("nan", "A number that JSON does not have.", no_json, octets[:-1] + b',"a":NaN}'),
        ("raw-newline", "A raw line break in a text.", no_json,
         octets.replace(b'"2.0"', b'"2.0\n"')),
        ("bom", "A byte order mark before it.", no_json, b"\xef\xbb\xbf" + octets),
        ("utf-16", "In UTF-16.", no_json, octets.decode().encode("utf-16-le")),
        ("not-utf-8", "An octet that is not UTF-8.", no_json, octets.replace(b" ", b"\xff", 1)),
        ("gbk-not-named", "In GBK, and named UTF-8.", no_json, octets.decode().encode("gbk")),
        ("duplicate", "A field twice, with the same value.", "duplicate-field",
         octets.replace(member, member + member)),
        ("duplicate-other", "A field twice, the second value another.", "duplicate-field",
         octets[:-1] + b',"version":"3.0"}'),
        ("duplicate-sign", "The signature twice.", "duplicate-field",
         octets[:-1] + b',"sign":"EXAMPLE"}'),
        ("duplicate-escaped", "A field twice, once with an escape in its name.",
         "duplicate-field", octets[:-1] + b',"vers\\u0069on":"2.0"}'),
        ("lone-surrogate", "Half of a character.", "unencodable-text",
         octets.replace(b'"2.0"', b'"2.0\\ud800"')),
    ]  # fmt: skip
    for name, comment, reason, body in rows:
        negative(
            topic, name, comment, "order", {"request": with_body(good, body)}, reason, _ONE_CHANGE
        )
    for name, value in (
        ("object-value", {"market": "US"}),
        ("list-value", ["US"]),
        ("empty-object-value", {}),
    ):
        negative(
            topic,
            name,
            "biz_content is no text, but the JSON itself.",
            "plain",
            setting("plain", biz_content=value),
            "unsignable-value",
            derived("biz_content is a text; how anything else is signed is unknown"),
        )
    return topic


def _forms() -> Topic:
    """Return requests that are signed right, but whose fields are not what they must be."""
    topic = topic_of(
        "field-form",
        {
            "guard": "The signature is right; that the gateway refuses it is inferred from its "
            "error messages."
        },
    )
    for name, comment, reason, input_ in _wrong_forms():
        negative(
            topic,
            name,
            comment,
            "plain",
            input_,
            reason,
            derived("error 1000 is about common parameters", CODES.where),
            importance=Importance.SHOULD,
            flags=("guard",),
        )
    negative(
        topic,
        "gbk-euro",
        "A euro sign where GBK is named, signed as `?`.",
        "gbk",
        {"request": resigned("gbk", {"biz_content": '{"remark":"€"}'})},
        "unencodable-text",
        derived("two different texts would have one signature", SDKS.where),
        importance=Importance.SHOULD,
        flags=("guard",),
    )
    return topic


def _wrong_forms() -> Iterator[tuple[str, str, str, Json]]:
    for field in _REQUIRED:
        name = field.replace("_", "-")
        if field != "sign":
            yield (
                f"{name}-missing",
                f"No {field}, and signed so.",
                "missing-field",
                {"request": resigned("plain", {}, without=field)},
            )
            for what, value in (("empty", ""), ("null", None)):
                yield (
                    f"{name}-{what}",
                    f"A {field} that is {what}, and signed so.",
                    "missing-field",
                    {"request": resigned("plain", {field: value})},
                )
            yield (
                f"{name}-number",
                f"A {field} that is a number.",
                "malformed-field",
                setting("plain", **{field: 20990001}),
            )
        else:
            yield "sign-missing", "No sign.", "missing-field", removing("plain", "sign")
    for name, field, value, reason in (
        ("charset-latin", "charset", "ISO-8859-1", "unknown-charset"),
        ("charset-gb18030", "charset", "GB18030", "unknown-charset"),
        ("charset-no-hyphen", "charset", "UTF8", "unknown-charset"),
        ("charset-space", "charset", "UTF-8 ", "unknown-charset"),
        ("sign-type-rsa2", "sign_type", "RSA2", "wrong-sign-type"),
        ("sign-type-digest", "sign_type", "SHA1withRSA", "wrong-sign-type"),
        ("sign-type-lowercase", "sign_type", "rsa", "wrong-sign-type"),
        ("tiger-id-other", "tiger_id", "20990002", "unknown-tiger-id"),
        ("tiger-id-space", "tiger_id", "20990001 ", "unknown-tiger-id"),
        ("tiger-id-zero", "tiger_id", "020990001", "unknown-tiger-id"),
        ("timestamp-seconds", "timestamp", "1768440600", "malformed-timestamp"),
        ("timestamp-milliseconds", "timestamp", "1768440600000", "malformed-timestamp"),
        ("timestamp-iso", "timestamp", "2026-01-15T09:30:00", "malformed-timestamp"),
        ("timestamp-zone", "timestamp", "2026-01-15 09:30:00+08:00", "malformed-timestamp"),
        ("timestamp-fraction", "timestamp", "2026-01-15 09:30:00.5", "malformed-timestamp"),
        ("timestamp-slashes", "timestamp", "2026/01/15 09:30:00", "malformed-timestamp"),
        ("timestamp-short", "timestamp", "2026-1-5 9:30:00", "malformed-timestamp"),
        ("timestamp-month", "timestamp", "2026-00-15 09:30:00", "malformed-timestamp"),
        ("timestamp-second", "timestamp", "2026-01-15 09:30:60", "malformed-timestamp"),
        ("timestamp-date-only", "timestamp", "2026-01-15", "malformed-timestamp"),
    ):
        comment = f"A {field} that is not one, and signed so."
        yield name, comment, reason, {"request": resigned("plain", {field: value})}
