"""The vectors of the operation `verify`: good requests, tampered ones, and those of mistakes."""

from collections.abc import Callable
from typing import Any

from signproof.mistakes.base import Mistake
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.model import Expected, Reject, Source, Vector
from signproof.oracles.longbridge_hmac.common import (
    CREDENTIALS,
    NEW_TOKEN,
    SCHEME,
    derived,
    document,
    expect_output,
    recorded,
    request_of,
    values_of,
)
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE
from signproof.oracles.writing import Topic

__all__ = ["BASELINES", "topics"]

Request = dict[str, Any]

_ORDER = b'{"symbol":"700.HK","side":"Buy","order_type":"LO","submitted_price":"50.120"}'

# The good requests that negative vectors differ from: together they show every mistake.
BASELINES: dict[str, tuple[str, dict[str, Any]]] = {
    "post-order": (
        "A POST with query and body.",
        {
            "method": "POST",
            "path": "/v1/trade/Order",
            "query": "member_id=1&account_channel=Lb",
            "body": _ORDER,
            "timestamp": "1700000000",
        },
    ),
    "get-bare": (
        "A GET with neither query nor body.",
        {
            "method": "GET",
            "path": "/v1/asset/stock",
            "query": None,
            "body": b"",
            "timestamp": "1700000000",
        },
    ),
    "get-query": (
        "A GET whose query has every kind of spelling.",
        {
            "method": "GET",
            "path": "/v1/quote/Search",
            "query": "z=1&symbol=700.HK&symbol=AAPL.US&a=&at=2026-01-02T03%3A04%3A05Z"
            "&name=%7Ex+y%20z&path=a%2fb&quote=o%27clock",
            "body": b"",
            "timestamp": "1700000000",
        },
    ),
    "put-spaced": (
        "A PUT with a spaced, unsorted body with escapes and white space around.",
        {
            "method": "PUT",
            "path": "/v1/trade/order/",
            "query": None,
            "body": ' {"z": "香港", "a": "\\u00e9",\r\n "m": [1, 2]}\n'.encode(),
            "timestamp": "1539095200.120",
        },
    ),
    "post-compact-unicode": (
        "A compact body with raw non-ASCII text.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": '{"remark":"香港 é"}'.encode(),
            "timestamp": "1539095200123",
        },
    ),
    "post-empty-object": (
        "A body of `{}`.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": b"{}",
            "timestamp": "1700000000",
        },
    ),
    "post-empty-string": (
        "A body of two quotes.",
        {
            "method": "POST",
            "path": "/v1/trade/order",
            "query": None,
            "body": b'""',
            "timestamp": "1700000000",
        },
    ),
    "delete-escapes": (
        "A double slash and an escape in the path.",
        {
            "method": "DELETE",
            "path": "//v1/trade/a%20b",
            "query": "order_id=1",
            "body": b"",
            "timestamp": "1539095200.123",
        },
    ),
    "after-refresh": (
        "A request with the token of a refresh.",
        {
            "method": "GET",
            "path": "/v1/asset/stock",
            "query": None,
            "body": b"",
            "timestamp": "1700000000",
            "refreshed_token": NEW_TOKEN,
        },
    ),
}


def topics() -> list[Topic]:
    """Return the files of this operation."""
    return [_good(), _tampered(), _mistakes()]


def _values(baseline: str) -> dict[str, Any]:
    return values_of("main", **BASELINES[baseline][1])


def _good() -> Topic:
    topic = Topic(
        SCHEME,
        "verify",
        CREDENTIALS,
        {"path-form": "Rust-based SDKs sign the path as sent, Go SDKs percent-decoded."},
    )

    def add(name: str, comment: str, request: Request, source: Source, **output: Any) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="verify",
                credential="main",
                input={"request": request},
                expected=expect_output(valid=True, **output),
                flags=["path-form"] if "%" in request["path"] else [],
                source=source,
            )
        )

    for name, (comment, _) in BASELINES.items():
        add(name, comment, request_of(_values(name)), document("Calculate signature"))
    http = "RFC 9110, section 5.1"
    lowered = request_of(_values("post-order"))
    lowered["headers"] = [[name.lower(), value] for name, value in lowered["headers"]]
    add(
        "header-names-lowercase",
        "Header names in lower case, as the Rust-based SDKs send them.",
        lowered,
        recorded("Rust-based SDKs, seen on loopback"),
    )
    upper = request_of(_values("post-order"))
    upper["headers"] = [[name.upper(), value] for name, value in upper["headers"]]
    add("header-names-uppercase", "Header names in upper case.", upper, derived("case", http))
    reordered = request_of(_values("post-order"))
    reordered["headers"] = list(reversed(reordered["headers"]))
    add(
        "headers-reordered",
        "The order in which headers are sent is free.",
        reordered,
        derived("the order of fields with different names is not significant", http),
    )
    extra = request_of(_values("post-order"))
    extra["headers"] = [
        ["Host", "example.invalid"],
        ["User-Agent", "example/1"],
        *extra["headers"],
        ["X-Request-Id", "example"],
    ]
    add(
        "unsigned-headers",
        "Other headers are not signed.",
        extra,
        document("Calculate signature", "three headers are signed"),
    )
    bare = request_of(values_of("main", **BASELINES["get-bare"][1] | {"query": ""}))
    add(
        "bare-question-mark",
        "A bare `?` is signed as no query.",
        bare,
        document("A code demo to call the API"),
    )
    lower_method = request_of(_values("post-order"))
    lower_method["method"] = "post"
    add(
        "method-lowercase",
        "A method sent in lower case is signed in upper case.",
        lower_method,
        document("Calculate signature", "the sample folds the method's case"),
    )
    form: dict[str, Any] = {"method": "GET", "query": None, "body": b"", "timestamp": "1700000000"}
    for name, path, signed_path, path_form in (
        ("path-as-sent", "/v1/a%20b", "/v1/a%20b", "as-sent"),
        ("path-percent-decoded", "/v1/a%20b", "/v1/a b", "percent-decoded"),
        ("path-utf-8-as-sent", "/v1/%E6%B8%AF", "/v1/%E6%B8%AF", "as-sent"),
        ("path-utf-8-percent-decoded", "/v1/%E6%B8%AF", "/v1/港", "percent-decoded"),
    ):
        request = request_of(values_of("main", path=signed_path, **form))
        request["path"] = path
        add(
            name,
            f"A path with an escape, signed {path_form.replace('-', ' ')}.",
            request,
            recorded(
                "Rust-based SDKs, seen on loopback"
                if path_form == "as-sent"
                else "Go SDKs, seen on loopback"
            ),
        )
    return topic


def _header(change: Callable[[str, str], list[list[str]]], name: str) -> Callable[[Request], None]:
    """Return the change that replaces the header *name* by what *change* makes of it."""

    def apply(request: Request) -> None:
        request["headers"] = [
            new
            for old, value in request["headers"]
            for new in (change(old, value) if old == name else [[old, value]])
        ]

    return apply


def _value(change: Callable[[str], str], name: str) -> Callable[[Request], None]:
    return _header(lambda old, value: [[old, change(value)]], name)


def _set(member: str, value: str | None) -> Callable[[Request], None]:
    def apply(request: Request) -> None:
        request[member] = value
        if member == "body_b64":
            request.pop("body_text", None)

    return apply


def _flip(digits: str, at: int) -> str:
    at %= len(digits)
    return digits[:at] + ("0" if digits[at] != "0" else "1") + digits[at + 1 :]


_SIGNATURE = "X-Api-Signature"


def _tampered() -> Topic:
    topic = Topic(SCHEME, "tampered", CREDENTIALS)
    changes: list[tuple[str, str, str, Callable[[Request], None]]] = [
        ("method", "wrong-signature", "PUT instead of POST.", _set("method", "PUT")),
        ("path", "wrong-signature", "Another path.", _set("path", "/v1/trade/Order2")),
        (
            "path-case",
            "wrong-signature",
            "The path in another case.",
            _set("path", "/v1/trade/order"),
        ),
        ("path-slash", "wrong-signature", "A slash more.", _set("path", "/v1/trade/Order/")),
        (
            "path-escape",
            "wrong-signature",
            "The same path with an escape more.",
            _set("path", "/v1/trade%2fOrder2"),
        ),
        (
            "query-value",
            "wrong-signature",
            "Another value in the query.",
            _set("query", "member_id=2&account_channel=Lb"),
        ),
        (
            "query-order",
            "wrong-signature",
            "The parameters in another order.",
            _set("query", "account_channel=Lb&member_id=1"),
        ),
        (
            "query-added",
            "wrong-signature",
            "A parameter more.",
            _set("query", "member_id=1&account_channel=Lb&x=1"),
        ),
        ("query-removed", "wrong-signature", "No query.", _set("query", None)),
        (
            "query-escape",
            "wrong-signature",
            "The same value with an escape more.",
            _set("query", "member_id=%31&account_channel=Lb"),
        ),
        (
            "body-octet",
            "wrong-signature",
            "One digit of the body.",
            _set(
                "body_b64",
                "eyJzeW1ib2wiOiI3MDAuSEsiLCJzaWRlIjoiQnV5Iiwib3JkZXJfdHlwZSI6IkxPIiwic3VibWl0dGVkX3ByaWNlIjoiNTAuMTIxIn0=",
            ),
        ),
        ("body-removed", "wrong-signature", "No body.", _set("body_b64", "")),
        ("body-replaced", "wrong-signature", "Another body: `{}`.", _set("body_b64", "e30=")),
        (
            "token",
            "wrong-signature",
            "Another token.",
            _value(lambda value: _flip(value, -1), "Authorization"),
        ),
        (
            "token-case",
            "wrong-signature",
            "The token in lower case.",
            _value(str.lower, "Authorization"),
        ),
        (
            "token-bearer",
            "wrong-signature",
            "`Bearer ` in front of the token.",
            _value(lambda value: f"Bearer {value}", "Authorization"),
        ),
        (
            "timestamp",
            "wrong-signature",
            "A second later.",
            _value(lambda value: str(int(value) + 1), "X-Timestamp"),
        ),
        (
            "timestamp-fraction",
            "wrong-signature",
            "`.0` behind the timestamp.",
            _value(lambda value: f"{value}.0", "X-Timestamp"),
        ),
        (
            "key",
            "unknown-api-key",
            "Another API key.",
            _value(lambda value: _flip(value, -1), "X-Api-Key"),
        ),
        (
            "key-case",
            "unknown-api-key",
            "The API key in lower case.",
            _value(str.lower, "X-Api-Key"),
        ),
        (
            "signature-first-digit",
            "wrong-signature",
            "The signature's first digit.",
            _value(lambda value: _flip(value, -64), _SIGNATURE),
        ),
        (
            "signature-last-digit",
            "wrong-signature",
            "The signature's last digit.",
            _value(lambda value: _flip(value, -1), _SIGNATURE),
        ),
        (
            "signature-zeros",
            "wrong-signature",
            "A signature of zeros.",
            _value(lambda value: value[:-64] + "0" * 64, _SIGNATURE),
        ),
        (
            "signature-digit-missing",
            "malformed-signature",
            "63 digits.",
            _value(lambda value: value[:-1], _SIGNATURE),
        ),
        (
            "signature-digit-more",
            "malformed-signature",
            "65 digits.",
            _value(lambda value: value + "0", _SIGNATURE),
        ),
        (
            "signature-not-hex",
            "malformed-signature",
            "A letter that is no hex digit.",
            _value(lambda value: value[:-1] + "g", _SIGNATURE),
        ),
        (
            "signature-removed",
            "malformed-signature",
            "Nothing behind `Signature=`.",
            _value(lambda value: value[:-64], _SIGNATURE),
        ),
        (
            "signature-doubled",
            "malformed-signature",
            "The signature twice in one value.",
            _value(lambda value: f"{value}, {value}", _SIGNATURE),
        ),
        (
            "signature-trailing-text",
            "malformed-signature",
            "Text behind the signature.",
            _value(lambda value: value + ", x=1", _SIGNATURE),
        ),
        (
            "signature-inner-space",
            "malformed-signature",
            "A space behind `Signature=`.",
            _value(lambda value: value.replace("Signature=", "Signature= "), _SIGNATURE),
        ),
        (
            "signature-two-spaces",
            "malformed-signature",
            "Two spaces behind the algorithm.",
            _value(lambda value: value.replace(" Signed", "  Signed"), _SIGNATURE),
        ),
        (
            "signature-garbage",
            "malformed-signature",
            "Not a signature at all.",
            _value(lambda _: "example", _SIGNATURE),
        ),
        (
            "algorithm-md5",
            "wrong-algorithm",
            "HMAC-MD5, as documents of 2022 name it.",
            _value(lambda value: value.replace("SHA256", "MD5"), _SIGNATURE),
        ),
        (
            "algorithm-sha512",
            "wrong-algorithm",
            "HMAC-SHA512.",
            _value(lambda value: value.replace("SHA256", "SHA512"), _SIGNATURE),
        ),
        (
            "names-one",
            "wrong-signed-headers",
            "Only one signed header is named.",
            _value(lambda value: value.replace("authorization;x-api-key;", ""), _SIGNATURE),
        ),
        (
            "names-four",
            "wrong-signed-headers",
            "A fourth signed header is named.",
            _value(lambda value: value.replace("x-timestamp,", "x-timestamp;host,"), _SIGNATURE),
        ),
    ]
    for name in ("X-Api-Key", "Authorization", "X-Timestamp", _SIGNATURE):
        low = name.lower()
        changes += [
            (f"{low}-missing", "missing-header", f"No {name}.", _header(lambda *_: [], name)),
            (f"{low}-empty", "missing-header", f"An empty {name}.", _value(lambda _: "", name)),
            (
                f"{low}-twice",
                "duplicate-header",
                f"{name} twice, with the same value.",
                _header(lambda old, value: [[old, value], [old, value]], name),
            ),
            (
                f"{low}-twice-other",
                "duplicate-header",
                f"{name} twice, the second value another.",
                _header(lambda old, value: [[old, value], [old.lower(), value + "0"]], name),
            ),
            (
                f"{low}-misspelt",
                "missing-header",
                f"{name} with a letter too many.",
                _header(lambda old, value: [[old + "s", value]], name),
            ),
        ]
    for name, reason, comment, change in changes:
        request = request_of(_values("post-order"))
        change(request)
        topic.vectors.append(
            _negative(
                topic,
                name,
                comment,
                "post-order",
                request,
                reason,
                derived("one change to a good request"),
            )
        )
    topic.vectors.append(
        _negative(
            topic,
            "other-secret",
            "Signed with another secret.",
            "post-order",
            request_of(values_of("other-secret", **BASELINES["post-order"][1])),
            "wrong-signature",
            derived("one change to a good request"),
        )
    )
    return topic


def _negative(
    topic: Topic,
    name: str,
    comment: str,
    baseline: str,
    request: Request,
    reason: str,
    source: Source,
    mistake: Mistake | None = None,
) -> Vector:
    members: dict[str, Any] = {} if mistake is None else {"mistake": mistake.id}
    return Vector(
        id=topic.id(name),
        comment=comment,
        operation="verify",
        credential="main",
        input={"request": request},
        expected=Expected(reject=Reject(reason=reason)),
        baseline=f"{SCHEME}/verify/{baseline}",
        source=source,
        **members,
    )


def _mistakes() -> Topic:
    """Each catalogued mistake that a verifier can see, on the first baseline that shows it."""
    topic = Topic(SCHEME, "mistakes", CREDENTIALS)
    for mistake in CATALOGUE.values():
        if mistake.refusal is None:
            continue
        for baseline in BASELINES:
            values = _values(baseline)
            good, wrong = request_of(values), request_of(values, mistake.edit(PIPELINE))
            if good != wrong:
                topic.vectors.append(
                    _negative(
                        topic,
                        mistake.id,
                        mistake.text,
                        baseline,
                        wrong,
                        mistake.refusal,
                        derived(mistake.evidence),
                        mistake,
                    )
                )
                break
        else:
            raise ValueError(f"no baseline shows the mistake {mistake.id}")
    return topic
