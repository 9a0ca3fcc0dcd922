"""The vectors of the operation `sign`."""

from hashlib import sha256

from signproof.model import Source
from signproof.oracles.longbridge_hmac.common import (
    GO,
    RULES,
    RUST,
    SCHEME,
    derived,
    document,
    signed,
    topic_of,
)
from signproof.oracles.longbridge_hmac.refusals import refusals
from signproof.oracles.longbridge_hmac.targets import paths, queries
from signproof.oracles.writing import Topic

__all__ = ["LARGE_BODY", "LARGE_BODY_PATH", "topics"]

LARGE_BODY_PATH = f"{SCHEME}/fixtures/body-1-mib.json"
_LINE = b'{"remark":"made up, to fill a body of one mebibyte"},\n'
LARGE_BODY = b"[\n" + _LINE * ((2**20 - 8) // len(_LINE))
LARGE_BODY += b" " * (2**20 - len(LARGE_BODY) - 3) + b"{}]"


def topics() -> list[Topic]:
    """Return the files of this operation."""
    return [
        _methods(),
        paths(),
        queries(),
        _bodies(),
        _timestamps(),
        _credentials(),
        _page(),
        refusals(),
    ]


def _methods() -> Topic:
    topic = topic_of("method")
    order = b'{"order_id":"701276261045858304"}'
    for method, body in (
        ("GET", b""),
        ("POST", order),
        ("PUT", order),
        ("DELETE", b""),
        ("PATCH", order),
        ("HEAD", b""),
        ("OPTIONS", b""),
    ):
        signed(
            topic,
            method.lower(),
            f"{method} {'with a body' if body else 'without a body'}.",
            RULES,
            method=method,
            path="/v1/trade/order",
            body=body,
        )
    for name, method in (("lowercase-get", "get"), ("lowercase-post", "post"), ("mixed", "Put")):
        signed(
            topic,
            name,
            f"The method is given as {method!r} and signed in upper case.",
            RULES,
            method=method,
            path="/v1/trade/order",
            body=b"" if name == "lowercase-get" else order,
        )
    signed(
        topic,
        "get-with-body",
        "A body is hashed whatever the method is, with GET as well.",
        derived("the page hashes a body that is not empty and makes no exception for a method"),
        body=order,
    )
    signed(
        topic,
        "delete-with-body",
        "A body is hashed with DELETE as well.",
        derived("the page hashes a body that is not empty and makes no exception for a method"),
        method="DELETE",
        path="/v1/trade/order",
        body=order,
    )
    signed(
        topic,
        "delete-with-query",
        "A cancellation names its order in the query.",
        derived("an ordinary signed call", "Longbridge OpenAPI documentation, Withdraw Order"),
        method="DELETE",
        path="/v1/trade/order",
        query="order_id=701276261045858304",
    )
    return topic


def _bodies() -> Topic:
    topic = topic_of(
        "body", {"not-json": "The signature covers octets: the body need not be JSON."}
    )

    def post(name: str, body: bytes, comment: str, *flags: str, source: Source = RULES) -> None:
        signed(
            topic,
            name,
            comment,
            source,
            method="POST",
            path="/v1/trade/order",
            body=body,
            flags=flags,
        )

    post("none", b"", "No body: the last part is empty, its `|` stays.")
    post("empty-object", b"{}", "`{}` is a body of two octets.")
    post("empty-string", b'""', "Two quotes are a body of two octets.")
    post("empty-array", b"[]", "An empty array.")
    post("null", b"null", "The JSON null.")
    post("zero", b"0", "One octet.")
    post("known-digest", b'{"foo":"bar"}', "SHA-1 a5e744d0164540d33b1d7ea616c28f2fa97e754a.")
    compact = b'{"symbol":"700.HK","side":"Buy","order_type":"LO","submitted_price":"50"}'
    post("compact", compact, "Compact JSON, as the Rust-based SDKs send it.", source=RUST)
    post(
        "spaced",
        b'{"symbol": "700.HK", "side": "Buy", "order_type": "LO", "submitted_price": "50"}',
        "JSON with a space behind `,` and `:`, as Python's json.dumps writes it.",
    )
    post("unsorted", b'{"z":1,"a":2,"m":3}', "The order of members is kept.")
    post("indented", b'{\n  "side": "Buy"\n}', "Indented JSON.")
    post("crlf", b'{\r\n"side":"Buy"\r\n}', "Line ends are hashed as sent.")
    post("leading-space", b' {"side":"Buy"}', "White space in front is hashed.")
    post("trailing-space", b'{"side":"Buy"} ', "White space behind is hashed.")
    post("trailing-newline", b'{"side":"Buy"}\n', "A newline behind is hashed.")
    post("only-space", b" ", "A single space is a body.")
    post("only-newline", b"\n", "A single newline is a body.")
    post("unicode-raw", '{"remark":"香港 é"}'.encode(), "Non-ASCII text in raw UTF-8.", source=RUST)
    post("unicode-escaped", b'{"remark":"\\u9999\\u6e2f \\u00e9"}', "Non-ASCII text as `\\uXXXX`.")
    post("emoji-raw", '{"remark":"📈"}'.encode(), "A character beyond the BMP in raw UTF-8.")
    post("emoji-escaped", b'{"remark":"\\ud83d\\udcc8"}', "The same as a surrogate pair.")
    post(
        "html-escaped",
        b'{"remark":"\\u003ca\\u0026b\\u003e"}',
        "`<`, `&` and `>` escaped, as the Go SDKs write them.",
        source=GO,
    )
    post("html-raw", b'{"remark":"<a&b>"}', "`<`, `&` and `>` raw.", source=RUST)
    post("decomposed", '{"remark":"e\u0301"}'.encode(), "Combining characters are not composed.")
    post("byte-order-mark", b'\xef\xbb\xbf{"side":"Buy"}', "A byte order mark is hashed.")
    post("pipe", b'{"remark":"a|b"}', "A `|` in the body.")
    post("text", b"side=Buy&symbol=700.HK", "A form is hashed like any octets.", "not-json")
    post("binary", bytes(range(256)), "All 256 octets.", "not-json")
    post("nul", b"\x00", "A NUL octet.", "not-json")
    post("one-block", b"x" * 64, "One SHA-1 block.", "not-json")
    post("padding-edge", b"x" * 55, "The longest body whose padding fits in one block.", "not-json")
    post("padding-over", b"x" * 56, "One octet more.", "not-json")
    for name, method in (("put", "PUT"), ("patch", "PATCH")):
        signed(
            topic,
            name,
            f"The body of a {method} is hashed.",
            RULES,
            method=method,
            path="/v1/trade/order",
            query="account_channel=lb",
            body=compact,
        )
    signed(
        topic,
        "1-mib",
        "A body of one mebibyte.",
        RULES,
        method="POST",
        path="/v1/trade/order",
        body=LARGE_BODY,
        body_file={"path": LARGE_BODY_PATH, "sha256": sha256(LARGE_BODY).hexdigest()},
    )
    return topic


def _timestamps() -> Topic:
    topic = topic_of("timestamp", {"opaque": "To the signature the timestamp is a text."})
    opaque = derived("X-Timestamp is signed as text; no documentation restricts its form")
    whole = "1539095200"
    signed(topic, "seconds", "Integer seconds.", RUST, timestamp=whole)
    for decimals in range(1, 8):
        signed(
            topic,
            f"{decimals}-decimals",
            f"Seconds with {decimals} decimals.",
            document("Calculate signature", "the page prints `1539095200.123`")
            if decimals == len("123")
            else opaque,
            timestamp=f"{whole}.{'1234567'[:decimals]}",
            flags=("opaque",),
        )
    for name, timestamp, comment in (
        ("trailing-zero", f"{whole}.120", "A trailing zero is kept."),
        ("trailing-zeros", f"{whole}.000", "A fraction of zeros is kept."),
        ("point-zero", f"{whole}.0", "`.0`, as a float prints a whole second."),
        ("milliseconds", f"{whole}123", "Integer milliseconds, as the Go SDKs send them."),
        ("fractional-milliseconds", f"{whole}123.456", "Milliseconds with a fraction."),
        ("microseconds", f"{whole}123456", "Integer microseconds."),
        ("nanoseconds", f"{whole}123456789", "Integer nanoseconds."),
        ("zero", "0", "The epoch itself."),
        ("leading-zero", "01539095200", "A leading zero is kept."),
        ("negative", "-1", "A time before the epoch."),
        ("beyond-2038", "4102444800", "A time that needs more than 31 bits."),
        ("exponent", "1.5390952e9", "A number with an exponent is text like any other."),
        ("iso-8601", "2018-10-09T14:26:40Z", "Not a number at all."),
    ):
        signed(topic, name, comment, opaque, timestamp=timestamp, flags=("opaque",))
    return topic


def _credentials() -> Topic:
    topic = topic_of("credential")
    text = document("Calculate signature", "the secret is encoded as UTF-8 text")
    for name, credential, comment, source in (
        ("main", "main", "A secret that looks like hex is not decoded.", text),
        ("other-secret", "other-secret", "The same request with another secret.", text),
        ("long-token", "long-token", "A token of some 2,000 characters.", RULES),
        ("short-secret", "short-secret", "A secret of one octet.", text),
        ("block-secret", "block-secret", "A secret of exactly one HMAC block.", text),
        ("long-secret", "long-secret", "A secret longer than an HMAC block is hashed.", text),
        ("unicode-secret", "unicode-secret", "A secret with non-ASCII text, in UTF-8.", text),
        ("one-letter", "one-letter", "The shortest credential.", RULES),
        ("punctuation", "punctuation", "Separators inside key and token are kept.", RULES),
    ):
        signed(
            topic,
            name,
            comment,
            source,
            method="POST",
            path="/v1/trade/order",
            query="a=1&b=2",
            body=b'{"side":"Buy"}',
            credential=credential,
        )
    return topic


def _page() -> Topic:
    topic = topic_of(
        "page",
        {
            "as-printed": "The page's sample has a slip; the octets are those that it prints.",
            "path-lost": "The page's copy at hand prints no address; the path is the call's own.",
        },
    )
    demo = b'{"order_id": "683615454870679552"}'
    section = "A code demo to call the API"
    signed(
        topic,
        "demo-post",
        "The page's demo: its json.dumps body has a space behind the colon; params are empty.",
        document(section),
        method="POST",
        path="/v1/trade/order/submit",
        query="",
        body=demo,
        timestamp="1539095200.123",
    )
    signed(
        topic,
        "demo-post-without-question-mark",
        "The same as HTTP clients send it that drop a bare `?`.",
        document(section, "requests, aiohttp, fetch and axios were seen to drop it"),
        method="POST",
        path="/v1/trade/order/submit",
        body=demo,
        timestamp="1539095200.123",
    )
    signed(
        topic,
        "demo-post-compact",
        "The demo's body as httpx sends it with `json=`: another body, another signature.",
        derived("the body is hashed as sent", f"{section}"),
        method="POST",
        path="/v1/trade/order/submit",
        body=demo.replace(b" ", b""),
        timestamp="1539095200.123",
    )
    signed(
        topic,
        "curl-stock-positions",
        "The page's curl line for stock positions.",
        document("API Request"),
        timestamp="1539095200.123",
        flags=("path-lost",),
    )
    signed(
        topic,
        "curl-submit-order-as-printed",
        "The page's curl line for an order: a quote before `symbol` is missing, and it stays so.",
        document("API Request", "not valid JSON; the signature covers octets all the same"),
        method="POST",
        path="/v1/trade/order",
        body=(
            b'{ "side": "Buy", symbol": "700.HK", "order_type": "LO", "submitted_price": "50", '
            b'"submitted_quantity": "200", "time_in_force": " Day", remark": "Hello from Shell"}'
        ),
        timestamp="1539095200.123",
        flags=("as-printed", "path-lost"),
    )
    return topic
