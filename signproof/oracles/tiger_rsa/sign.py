"""The vectors of `sign` about names, their order, and which fields are signed."""

from signproof.model import Choice, Expected, Importance, Vector
from signproof.oracles.tiger_rsa.common import (
    EMPTY_RULE,
    NOW,
    SDKS,
    Params,
    derived,
    fields_of,
    recorded,
    run,
    signed,
    stages_of,
    topic_of,
)
from signproof.oracles.tiger_rsa.credentials import TOKEN
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_MORE = recorded(SDKS.where, "SDKs send further top-level fields, and sign whatever they send")


def topics() -> list[Topic]:
    """Return the files about names and fields."""
    return [_order(), _fields(), _empty()]


def _order() -> Topic:
    topic = topic_of(
        "order",
        {
            "name-order": "Java and TypeScript sort by UTF-16 units, the others by code points or "
            "octets. All known names are ASCII, where these orders are one; which of them the "
            "gateway takes beyond that is unknown."
        },
    )
    usual = dict(fields_of('{"market":"US"}'))
    as_go = ("tiger_id", "method", "charset", "sign_type", "timestamp", "version", "biz_content")
    for name, comment, params in (
        ("as-python", "The fields in the order of the Python SDK.", tuple(usual.items())),
        ("as-map", "The fields in another order.", tuple((key, usual[key]) for key in as_go)),
        ("sorted", "Fields that are sorted already.", tuple(sorted(usual.items()))),
        ("reversed", "Fields in the reverse order.", tuple(sorted(usual.items(), reverse=True))),
    ):
        signed(topic, name, comment, SDKS, params)
    ascii_order = derived("names are sorted by their octets, with which every seen SDK agrees")
    for name, comment, more in (
        (
            "underscore-and-letters",
            "`_` sorts after capital and before small letters.",
            {"ab": "1", "a_b": "2", "aB": "3", "a": "4"},
        ),
        (
            "case",
            "Capital letters sort before small ones, names are not folded.",
            {"account_type": "small", "Account_type": "capital", "ACCOUNT_TYPE": "all"},
        ),
        (
            "digits",
            "Digits sort as characters, not as numbers.",
            {"leg2": "b", "leg10": "a", "leg1": "c"},
        ),
        (
            "hyphen",
            "`-` sorts before digits, letters and `_`.",
            {"sdk_version": "b", "sdk-version": "a", "sdk1version": "c", "sdkversion": "d"},
        ),
        (
            "prefixes",
            "A name sorts before those that it begins; only `sign` itself is left out.",
            {"sig": "1", "signature": "2", "sign_": "3", "signs": "4"},
        ),
        (
            "equals-in-name",
            "Names are sorted alone, not together with `=` and the value.",
            {"a": "2", "a-": "1", "a!": "0"},
        ),
    ):
        signed(topic, name, comment, ascii_order, fields_of(**more), importance=Importance.SHOULD)
    signed(
        topic,
        "unicode-names",
        "Names beyond ASCII; below U+D800 every order is the same.",
        derived("code points, UTF-8 octets and UTF-16 units sort alike there"),
        fields_of(備考="b", é="a", zz="c"),
        importance=Importance.MAY,
        flags=("name-order",),
    )
    topic.vectors.append(_beyond(topic))
    return topic


def _beyond(topic: Topic) -> Vector:
    wide, high = "\uff21", "\U0001f600"
    params = fields_of(**{high: "emoji", wide: "wide"})
    results = run("sign", "main", fields=params, charset="UTF-8")
    ordered = list(results["signed_values"])
    # By UTF-16 units the emoji's first half, U+D83D, comes before U+FF21.
    ordered[-2:] = reversed(ordered[-2:])
    other = run("sign", "main", fields=params, charset="UTF-8", signed_values=tuple(ordered))
    return Vector(
        id=topic.id("names-beyond-ffff"),
        comment="A name beyond U+FFFF beside one just below: the orders differ.",
        operation="sign",
        credential="main",
        input={"params": [list(pair) for pair in params], "charset": "UTF-8"},
        stages=stages_of(results, "sign_content"),
        expected=Expected(
            any_of=[
                Choice(label="code points", output={"sign": results["signature"].decode()}),
                Choice(label="UTF-16 units", output={"sign": other["signature"].decode()}),
            ]
        ),
        importance=Importance.MAY,
        flags=["name-order"],
        source=derived("languages sort text by code points or by UTF-16 units"),
    )


def _fields() -> Topic:
    topic = topic_of(
        "fields",
        {"value-form": "A value that no SDK was seen to send; signing it as it is follows."},
    )
    url = "https://example.invalid/notify?account=1&state=a%2Fb=c"
    rows: tuple[tuple[str, str, Params], ...] = (
        ("no-biz-content", "A call without parameters has no biz_content.", fields_of(None)),
        ("version-1", "The version that the Java SDK sends.", fields_of(version="1.0")),
        ("version-3", "The version that the C++ SDK sends.", fields_of(version="3.0")),
        ("device-id", "device_id, as the Python SDK sends it.", fields_of(device_id="02:00:00:00")),
        (
            "notify-url",
            "A callback URL with `&`, `=`, `%` and `?`, raw.",
            fields_of(notify_url=url),
        ),
        ("sdk-version", "A name with a hyphen.", fields_of(**{"sdk-version": "EXAMPLE-1.0"})),
        ("access-token", "access_token among the fields.", fields_of(access_token=TOKEN)),
        ("trade-token", "trade_token among the fields.", fields_of(trade_token=TOKEN)),
        ("account-type", "account_type among the fields.", fields_of(account_type="STANDARD")),
        ("account", "An account among the fields.", fields_of(account="12345678")),
        ("language", "language among the fields.", fields_of(language="zh_CN")),
        (
            "unknown-field",
            "A field that nobody knows is signed like the rest.",
            fields_of(example_field="made up"),
        ),
        (
            "all-together",
            "Every field that any SDK was seen to send.",
            fields_of(
                '{"account":"12345678","lang":"en_US"}',
                device_id="02:00:00:00:00:01",
                notify_url=url,
                **{"sdk-version": "EXAMPLE-1.0"},
                access_token=TOKEN,
                trade_token=TOKEN,
                account_type="STANDARD",
                language="en_US",
            ),
        ),
        (
            "method-only-name",
            "An API name of two words and digits.",
            fields_of("{}", method="user_token_refresh"),
        ),
        ("timestamp", "Another timestamp.", fields_of(timestamp="2025-12-31 23:59:59")),
        ("timestamp-leap", "29 February.", fields_of(timestamp="2028-02-29 00:00:00")),
        ("tiger-id", "Another tiger_id.", fields_of(tiger_id="20990002")),
    )
    for name, comment, params in rows:
        signed(topic, name, comment, _MORE if "token" in name else SDKS, params)
    rule = recorded(SDKS.where, "every top-level field but `sign` is signed")
    for name, comment, value in (
        ("sign-present", "A `sign` among the fields is not signed.", "EXAMPLE"),
        ("sign-empty", "An empty `sign` among the fields is not signed.", ""),
        ("sign-null", "A `sign` of null is not signed.", None),
    ):
        signed(
            topic,
            name,
            f"{comment} A client that never has one among them need not see to it.",
            rule,
            fields_of(sign=value),
            importance=Importance.MAY,
        )
    signed(
        topic,
        "sign-capital",
        "`Sign` is another name, and signed.",
        derived("names are not folded"),
        fields_of(Sign="EXAMPLE"),
        importance=Importance.SHOULD,
    )
    signed(topic, "one-field", "One field alone.", derived("nothing is joined"), [("method", "a")])
    odd = derived("a value is signed as the text it is")
    for name, comment, value in (
        ("number-as-text", "Digits in a text.", "15"),
        ("leading-zeros", "Digits with zeros before them.", "000123"),
        ("fraction-as-text", "A fraction in a text keeps its zeros.", "1.50"),
        ("boolean-as-text", "A word that JSON knows, in a text.", "true"),
        ("null-as-text", "The word null, in a text.", "null"),
        ("json-as-text", "JSON in a text, as biz_content is.", '{"a":[1,2]}'),
    ):
        params = fields_of(example_field=value)
        signed(topic, name, comment, odd, params, flags=("value-form",))
    return topic


def _empty() -> Topic:
    topic = topic_of(
        "empty-values",
        {
            "empty-values": "Whether empty and null values are signed is not documented, and "
            "official SDKs disagree: both conform, and the report says which."
        },
    )
    rows: tuple[tuple[str, str, Params], ...] = (
        ("empty-text", "An empty text.", fields_of(device_id="")),
        ("null", "null, as the Python SDK sends where it knows no device_id.",
         fields_of(device_id=None)),
        ("empty-and-null", "Both.", fields_of(device_id=None, notify_url="")),
        ("empty-biz-content", "A biz_content of no text.", fields_of("")),
        ("null-biz-content", "A biz_content of null.", (*fields_of(None), ("biz_content", None))),
        ("first-and-last", "Empty values at both ends of the order.", fields_of(a="", zz="")),
        ("several-neighbours", "Empty values side by side.", fields_of(x1="", x2=None, x3="")),
        ("empty-method", "An empty API name.", fields_of(method="")),
    )  # fmt: skip
    for name, comment, params in rows:
        signed(topic, name, comment, EMPTY_RULE, params, flags=("empty-values",))
    signed(
        topic,
        "white-space",
        "A value of one space is not empty.",
        derived("whether Java's rule takes white space for empty is unknown"),
        fields_of(device_id=" "),
        importance=Importance.MAY,
    )
    signed(
        topic,
        "zero",
        "The text 0 is not empty.",
        derived("it has a character"),
        fields_of(device_id="0"),
    )
    signed(
        topic,
        "false",
        "The text false is not empty.",
        derived("it has characters"),
        fields_of(device_id="false"),
    )
    signed(
        topic,
        "none-empty",
        "With a value in every field both rules give the same.",
        EMPTY_RULE,
        fields_of(device_id="02:00", timestamp=NOW),
    )
    return topic
