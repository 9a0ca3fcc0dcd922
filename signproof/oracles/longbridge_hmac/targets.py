"""The vectors of `sign` about paths and queries."""

from signproof.model import Choice, Expected, Vector
from signproof.oracles.longbridge_hmac.common import (
    GO,
    RULES,
    RUST,
    derived,
    document,
    recorded,
    signed,
    topic_of,
    values_of,
)
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE
from signproof.oracles.writing import Topic

__all__ = ["paths", "queries"]


def paths() -> Topic:
    """Return the file about paths."""
    topic = topic_of(
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


def queries() -> Topic:
    """Return the file about queries."""
    topic = topic_of(
        "query",
        {"empty-query": "Nothing and a bare `?` are signed alike: the third part is empty."},
    )
    signed(topic, "none", "No query at all.", RULES, flags=("empty-query",))
    signed(
        topic,
        "bare-question-mark",
        "A bare `?`, as the page's own sample sends with empty params.",
        document("A code demo to call the API", "`uri + '?' + params` with empty params"),
        query="",
        flags=("empty-query",),
    )
    for name, query, comment, source in (
        ("one", "member_id=1", "One parameter.", RULES),
        ("page-example", "member_id=1&account_channel=2", "The page's example.", RULES),
        ("reverse-order", "z=1&m=2&a=3", "The order is kept, not sorted.", RULES),
        (
            "many",
            "&".join(f"p{n}={n * 7}" for n in range(20, 0, -1)),
            "Twenty, descending.",
            RULES,
        ),
        ("repeated", "symbol=700.HK&symbol=AAPL.US", "A list repeats its name.", RUST),
        (
            "repeated-three",
            "symbol=700.HK&side=Buy&symbol=AAPL.US&symbol=9988.HK",
            "A repeated name with another between.",
            RUST,
        ),
        ("repeated-same-value", "a=1&a=1", "The same pair twice is signed twice.", RULES),
        ("space-as-plus", "remark=two+words", "A space sent as `+` is signed as `+`.", GO),
        ("space-as-percent-20", "remark=two%20words", "A space sent as `%20`.", RUST),
        ("both-spaces", "a=1+2&b=1%202", "Both spellings of a space in one query.", RULES),
        ("plus-encoded", "sum=1%2B1", "A plus sign, percent-encoded.", RULES),
        ("colon-encoded", "at=2026-01-02T03%3A04%3A05Z", "A colon sent as `%3A`.", RULES),
        ("colon-raw", "at=2026-01-02T03:04:05Z", "A colon sent raw is signed raw.", RULES),
        ("tilde-raw", "name=~example", "A raw `~`.", GO),
        ("tilde-encoded", "name=%7Eexample", "A `~` sent as `%7E`, not normalised.", RUST),
        ("star-encoded", "pattern=%2A", "A `*` sent as `%2A`.", GO),
        ("star-raw", "pattern=*", "A raw `*`.", RUST),
        ("slash-encoded", "path=a%2Fb", "A slash, percent-encoded.", RULES),
        ("slash-encoded-lowercase", "path=a%2fb", "An escape in lower case is kept.", RULES),
        ("slash-raw", "path=a/b", "A raw slash.", RULES),
        ("apostrophe-encoded", "name=o%27clock", "An apostrophe, percent-encoded.", RULES),
        ("ampersand-encoded", "name=a%26b", "An ampersand inside a value.", RULES),
        ("equals-in-value", "token=abc==", "Equals signs inside a value.", RULES),
        ("percent-encoded", "rate=100%25", "A percent sign, percent-encoded.", RULES),
        ("unicode-encoded", "name=%E9%A6%99%E6%B8%AF", "Non-ASCII text, percent-encoded.", RULES),
        ("empty-value", "a=&b=2", "An empty value.", RULES),
        ("no-equals", "flag&b=2", "A name without `=`.", RULES),
        ("empty-name", "=1&b=2", "An empty name.", RULES),
        ("trailing-ampersand", "a=1&", "A trailing `&`.", RULES),
        ("leading-ampersand", "&a=1", "A leading `&`.", RULES),
        ("double-ampersand", "a=1&&b=2", "Two `&` in a row.", RULES),
        ("question-mark-inside", "a=1?b=2", "A second `?` belongs to the query.", RULES),
        ("only-question-mark", "?", "The query is a single `?`.", RULES),
        ("brackets", "symbol[]=700.HK", "Raw brackets are signed as sent.", RULES),
        ("brackets-encoded", "symbol%5B%5D=700.HK", "Encoded brackets.", RULES),
        ("comma", "symbol=700.HK,AAPL.US", "A comma inside a value.", RULES),
        ("semicolon", "a=1;b=2", "A semicolon does not separate.", RULES),
        ("pipe", "a=1|2", "A `|` in the query is not escaped in the canonical request.", RULES),
        ("mixed-case", "Symbol=Aapl.us", "Names and values keep their case.", RULES),
        ("json", "filter=%7B%22a%22%3A1%7D", "JSON inside a value.", RULES),
        ("long", "q=" + "x" * 4000, "A query of 4,000 characters.", RULES),
    ):
        signed(topic, name, comment, source, query=query)
    return topic
