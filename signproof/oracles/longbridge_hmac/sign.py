"""The vectors of the operation `sign`."""

from hashlib import sha256

from signproof.model import Choice, Expected, Importance, Reject, Source, Vector
from signproof.oracles.longbridge_hmac.common import (
    CREDENTIALS,
    SCHEME,
    body_member,
    derived,
    document,
    recorded,
    signed,
    values_of,
)
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE
from signproof.oracles.writing import Topic

__all__ = ["LARGE_BODY", "LARGE_BODY_PATH", "topics"]

LARGE_BODY_PATH = f"{SCHEME}/fixtures/body-1-mib.json"
_LINE = b'{"remark":"made up, to fill a body of one mebibyte"},\n'
LARGE_BODY = b"[\n" + _LINE * ((2**20 - 8) // len(_LINE))
LARGE_BODY += b" " * (2**20 - len(LARGE_BODY) - 3) + b"{}]"

_RULES = document("Calculate signature")
_RUST = recorded("Rust-based SDKs, such as PyPI longport 3.0.18, seen on loopback")
_GO = recorded("Go SDKs, such as github.com/longportapp/openapi-go v0.16.4, seen on loopback")


def topics() -> list[Topic]:
    """Return the files of this operation."""
    return [
        _methods(),
        _paths(),
        _queries(),
        _bodies(),
        _timestamps(),
        _credentials(),
        _page(),
        _refusals(),
    ]


def _topic(name: str, notes: dict[str, str] | None = None) -> Topic:
    return Topic(SCHEME, name, CREDENTIALS, notes or {})


def _methods() -> Topic:
    topic = _topic("method")
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
            _RULES,
            method=method,
            path="/v1/trade/order",
            body=body,
        )
    for name, method in (("lowercase-get", "get"), ("lowercase-post", "post"), ("mixed", "Put")):
        signed(
            topic,
            name,
            f"The method is given as {method!r} and signed in upper case.",
            _RULES,
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


def _paths() -> Topic:
    topic = _topic(
        "path",
        {"path-form": "Rust-based SDKs sign the path as sent, Go SDKs percent-decoded; both pass."},
    )
    for name, path, comment in (
        ("root", "/", "The shortest path."),
        ("two-segments", "/v1/quote", "An ordinary path."),
        ("deep", "/v1/a/b/c/d/e/f/g/h", "Many segments."),
        ("trailing-slash", "/v1/trade/order/", "A trailing slash is part of the path."),
        ("double-slash", "//v1/trade/order", "A base address ending in `/` gives two slashes."),
        ("inner-double-slash", "/v1//trade///order", "Slashes inside are kept."),
        ("dot-segments", "/v1/./trade/../order", "Dot segments are signed as sent."),
        ("prefix", "/gateway/prefix/v1/trade/order", "A path prefix is part of the signed path."),
        ("mixed-case", "/v1/Trade/Order", "The path keeps its case."),
        ("unreserved", "/v1/A-Z_a-z.0~9", "Unreserved characters stand as they are."),
        ("sub-delimiters", "/v1/a!b$c&d'e(f)g*h+i,j;k=l:m@n", "Sub-delimiters stand as they are."),
        ("pipe", "/v1/a|b", "A `|` in the path is not escaped in the canonical request."),
        ("long", "/v1/" + "segment/" * 250, "A path of some 2,000 characters."),
    ):
        signed(topic, name, comment, derived("the path is signed as it is sent"), path=path)
    for name, path, decoded, comment in (
        ("percent-20", "/v1/a%20b", "/v1/a b", "A space, percent-encoded."),
        ("percent-2f", "/v1/a%2Fb", "/v1/a/b", "A slash, percent-encoded."),
        ("percent-2f-lowercase", "/v1/a%2fb", "/v1/a/b", "An escape in lower case."),
        ("percent-25", "/v1/100%25", "/v1/100%", "A percent sign, percent-encoded."),
        ("utf-8", "/v1/%E6%B8%AF%E8%82%A1", "/v1/港股", "Non-ASCII text, percent-encoded."),
        ("percent-41", "/v1/%41", "/v1/A", "A letter, percent-encoded without need."),
        ("percent-7c", "/v1/a%7Cb", "/v1/a|b", "A `|`, percent-encoded."),
    ):
        topic.vectors.append(_two_path_forms(topic, name, path, decoded, comment))
    return topic


def _two_path_forms(topic: Topic, name: str, path: str, decoded: str, comment: str) -> Vector:
    choices = []
    for label, form in (
        ("path signed as sent (Rust-based SDKs)", path),
        ("path signed percent-decoded (Go SDKs)", decoded),
    ):
        values = values_of(
            "main", method="GET", path=form, query=None, body=b"", timestamp="1700000000"
        )
        header = PIPELINE.run(values)["header"].decode()
        choices.append(Choice(label=label, output={"x_api_signature": header}))
    return Vector(
        id=topic.id(name),
        comment=comment,
        operation="sign",
        credential="main",
        input={
            "method": "GET",
            "path": path,
            "query": None,
            "body_b64": "",
            "timestamp": "1700000000",
        },
        expected=Expected(any_of=choices),
        flags=["path-form"],
        source=recorded("Rust-based and Go SDKs, seen on loopback", "they differ for such paths"),
    )


def _queries() -> Topic:
    topic = _topic(
        "query",
        {"empty-query": "Nothing and a bare `?` are signed alike: the third part is empty."},
    )
    signed(topic, "none", "No query at all.", _RULES, flags=("empty-query",))
    signed(
        topic,
        "bare-question-mark",
        "A bare `?`, as the page's own sample sends with empty params.",
        document("A code demo to call the API", "`uri + '?' + params` with empty params"),
        query="",
        flags=("empty-query",),
    )
    for name, query, comment, source in (
        ("one", "member_id=1", "One parameter.", _RULES),
        ("page-example", "member_id=1&account_channel=2", "The page's example.", _RULES),
        ("reverse-order", "z=1&m=2&a=3", "The order is kept, not sorted.", _RULES),
        (
            "many",
            "&".join(f"p{n}={n * 7}" for n in range(20, 0, -1)),
            "Twenty, descending.",
            _RULES,
        ),
        ("repeated", "symbol=700.HK&symbol=AAPL.US", "A list repeats its name.", _RUST),
        (
            "repeated-three",
            "symbol=700.HK&side=Buy&symbol=AAPL.US&symbol=9988.HK",
            "A repeated name with another between.",
            _RUST,
        ),
        ("repeated-same-value", "a=1&a=1", "The same pair twice is signed twice.", _RULES),
        ("space-as-plus", "remark=two+words", "A space sent as `+` is signed as `+`.", _GO),
        ("space-as-percent-20", "remark=two%20words", "A space sent as `%20`.", _RUST),
        ("both-spaces", "a=1+2&b=1%202", "Both spellings of a space in one query.", _RULES),
        ("plus-encoded", "sum=1%2B1", "A plus sign, percent-encoded.", _RULES),
        ("colon-encoded", "at=2026-01-02T03%3A04%3A05Z", "A colon sent as `%3A`.", _RULES),
        ("colon-raw", "at=2026-01-02T03:04:05Z", "A colon sent raw is signed raw.", _RULES),
        ("tilde-raw", "name=~example", "A raw `~`.", _GO),
        ("tilde-encoded", "name=%7Eexample", "A `~` sent as `%7E`, not normalised.", _RUST),
        ("star-encoded", "pattern=%2A", "A `*` sent as `%2A`.", _GO),
        ("star-raw", "pattern=*", "A raw `*`.", _RUST),
        ("slash-encoded", "path=a%2Fb", "A slash, percent-encoded.", _RULES),
        ("slash-encoded-lowercase", "path=a%2fb", "An escape in lower case is kept.", _RULES),
        ("slash-raw", "path=a/b", "A raw slash.", _RULES),
        ("apostrophe-encoded", "name=o%27clock", "An apostrophe, percent-encoded.", _RULES),
        ("ampersand-encoded", "name=a%26b", "An ampersand inside a value.", _RULES),
        ("equals-in-value", "token=abc==", "Equals signs inside a value.", _RULES),
        ("percent-encoded", "rate=100%25", "A percent sign, percent-encoded.", _RULES),
        ("unicode-encoded", "name=%E9%A6%99%E6%B8%AF", "Non-ASCII text, percent-encoded.", _RULES),
        ("empty-value", "a=&b=2", "An empty value.", _RULES),
        ("no-equals", "flag&b=2", "A name without `=`.", _RULES),
        ("empty-name", "=1&b=2", "An empty name.", _RULES),
        ("trailing-ampersand", "a=1&", "A trailing `&`.", _RULES),
        ("leading-ampersand", "&a=1", "A leading `&`.", _RULES),
        ("double-ampersand", "a=1&&b=2", "Two `&` in a row.", _RULES),
        ("question-mark-inside", "a=1?b=2", "A second `?` belongs to the query.", _RULES),
        ("only-question-mark", "?", "The query is a single `?`.", _RULES),
        ("brackets", "symbol[]=700.HK", "Raw brackets are signed as sent.", _RULES),
        ("brackets-encoded", "symbol%5B%5D=700.HK", "Encoded brackets.", _RULES),
        ("comma", "symbol=700.HK,AAPL.US", "A comma inside a value.", _RULES),
        ("semicolon", "a=1;b=2", "A semicolon does not separate.", _RULES),
        ("pipe", "a=1|2", "A `|` in the query is not escaped in the canonical request.", _RULES),
        ("mixed-case", "Symbol=Aapl.us", "Names and values keep their case.", _RULES),
        ("json", "filter=%7B%22a%22%3A1%7D", "JSON inside a value.", _RULES),
        ("long", "q=" + "x" * 4000, "A query of 4,000 characters.", _RULES),
    ):
        signed(topic, name, comment, source, query=query)
    return topic


def _bodies() -> Topic:
    topic = _topic("body", {"not-json": "The signature covers octets: the body need not be JSON."})

    def post(name: str, body: bytes, comment: str, *flags: str, source: Source = _RULES) -> None:
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
    post("compact", compact, "Compact JSON, as the Rust-based SDKs send it.", source=_RUST)
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
    post(
        "unicode-raw", '{"remark":"香港 é"}'.encode(), "Non-ASCII text in raw UTF-8.", source=_RUST
    )
    post("unicode-escaped", b'{"remark":"\\u9999\\u6e2f \\u00e9"}', "Non-ASCII text as `\\uXXXX`.")
    post("emoji-raw", '{"remark":"📈"}'.encode(), "A character beyond the BMP in raw UTF-8.")
    post("emoji-escaped", b'{"remark":"\\ud83d\\udcc8"}', "The same as a surrogate pair.")
    post(
        "html-escaped",
        b'{"remark":"\\u003ca\\u0026b\\u003e"}',
        "`<`, `&` and `>` escaped, as the Go SDKs write them.",
        source=_GO,
    )
    post("html-raw", b'{"remark":"<a&b>"}', "`<`, `&` and `>` raw.", source=_RUST)
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
            _RULES,
            method=method,
            path="/v1/trade/order",
            query="account_channel=lb",
            body=compact,
        )
    signed(
        topic,
        "1-mib",
        "A body of one mebibyte.",
        _RULES,
        method="POST",
        path="/v1/trade/order",
        body=LARGE_BODY,
        body_file={"path": LARGE_BODY_PATH, "sha256": sha256(LARGE_BODY).hexdigest()},
    )
    return topic


def _timestamps() -> Topic:
    topic = _topic("timestamp", {"opaque": "To the signature the timestamp is a text."})
    opaque = derived("X-Timestamp is signed as text; no documentation restricts its form")
    whole = "1539095200"
    signed(topic, "seconds", "Integer seconds.", _RUST, timestamp=whole)
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
    topic = _topic("credential")
    text = document("Calculate signature", "the secret is encoded as UTF-8 text")
    for name, credential, comment, source in (
        ("main", "main", "A secret that looks like hex is not decoded.", text),
        ("other-secret", "other-secret", "The same request with another secret.", text),
        ("long-token", "long-token", "A token of some 2,000 characters.", _RULES),
        ("short-secret", "short-secret", "A secret of one octet.", text),
        ("block-secret", "block-secret", "A secret of exactly one HMAC block.", text),
        ("long-secret", "long-secret", "A secret longer than an HMAC block is hashed.", text),
        ("unicode-secret", "unicode-secret", "A secret with non-ASCII text, in UTF-8.", text),
        ("one-letter", "one-letter", "The shortest credential.", _RULES),
        ("punctuation", "punctuation", "Separators inside key and token are kept.", _RULES),
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
    topic = _topic(
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


def _refusals() -> Topic:
    topic = _topic(
        "refuse",
        {"guard": "No document asks for it; signing it would give a request that must fail."},
    )
    base = {"method": "GET", "path": "/v1/asset/stock", "query": None, "timestamp": "1700000000"}
    arrives_changed = "the value would not arrive as it was signed"

    def refuse(
        name: str, reason: str, comment: str, note: str, credential: str = "main", **changed: str
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="sign",
                credential=credential,
                input={**base, **body_member(b""), **changed},
                expected=Expected(reject=Reject(reason=reason)),
                importance=Importance.SHOULD,
                flags=["guard"],
                baseline=f"{SCHEME}/query/none",
                source=derived(note),
            )
        )

    for part in ("key", "secret", "token"):
        refuse(
            f"empty-{part}",
            "empty-credential",
            f"An empty {part} is refused.",
            "an SDK was seen to sign with an empty secret, others to send no signature at all",
            f"empty-{part}",
        )
    for name in ("bearer-token", "bearer-token-lowercase"):
        refuse(
            name,
            "token-with-scheme",
            "A token with `Bearer ` in front is refused.",
            "with an API key Authorization is the raw token; users report 401004",
            name,
        )
    for name, comment in (
        ("secret-newline", "A secret read with its file's newline is refused."),
        ("secret-leading-space", "A secret pasted with a space in front is refused."),
    ):
        refuse(name, "secret-with-space", comment, "no secret has white space around it", name)
    for name, comment in (
        ("token-leading-space", "A token with a space in front is refused."),
        ("token-trailing-space", "A token with a space behind is refused."),
        ("token-newline", "A token read with its file's newline is refused."),
        ("token-header-injection", "A token that would add a header is refused."),
        ("token-unicode", "A token with a non-ASCII character is refused."),
        ("key-space", "An app key with a space inside is refused."),
        ("key-newline", "An app key read with its file's newline is refused."),
    ):
        refuse(name, "invalid-value", comment, arrives_changed, name)
    for name, timestamp, comment in (
        ("timestamp-empty", "", "An empty timestamp is refused."),
        ("timestamp-newline", "1700000000\n", "A timestamp with a newline is refused."),
        ("timestamp-space", "1700 000", "A timestamp with a space is refused."),
    ):
        refuse(name, "invalid-value", comment, arrives_changed, timestamp=timestamp)
    for name, method, comment in (
        ("method-empty", "", "An empty method is refused."),
        ("method-space", "GET ", "A method with a space is refused."),
        ("method-pipe", "GET|", "A method with a separator is refused."),
    ):
        refuse(name, "invalid-method", comment, "it cannot stand in a request line", method=method)
    for name, path, comment in (
        ("path-empty", "", "An empty path is refused."),
        ("path-relative", "v1/asset/stock", "A path without its slash is refused."),
        ("path-url", "https://openapi.longbridge.com/v1/asset/stock", "A whole URL is refused."),
        ("path-with-query", "/v1/asset/stock?symbol=700.HK", "A query in the path is refused."),
        ("path-fragment", "/v1/asset/stock#top", "A fragment is never sent: refused."),
        ("path-space", "/v1/asset stock", "A raw space is refused."),
        ("path-unicode", "/v1/港股", "Raw non-ASCII text is refused."),
        ("path-newline", "/v1/asset\n", "A newline is refused."),
    ):
        refuse(name, "invalid-target", comment, "it is not what a request line holds", path=path)
    for name, query, comment in (
        ("query-fragment", "a=1#top", "A fragment is never sent: refused."),
        ("query-space", "remark=two words", "A raw space is refused."),
        ("query-unicode", "name=香港", "Raw non-ASCII text is refused."),
        ("query-newline", "a=1\n", "A newline is refused."),
    ):
        refuse(name, "invalid-target", comment, "it is not what a request line holds", query=query)
    return topic
