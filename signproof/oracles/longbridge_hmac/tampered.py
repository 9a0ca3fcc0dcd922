"""The vectors of `verify` with one part of a good request changed."""

from collections.abc import Callable

from signproof.oracles.longbridge_hmac.baselines import (
    BASELINES,
    Request,
    baseline_values,
    negative,
)
from signproof.oracles.longbridge_hmac.common import derived, request_of, topic_of, values_of
from signproof.oracles.writing import Topic

__all__ = ["tampered"]


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


def tampered() -> Topic:
    """Return the file of tampered requests."""
    topic = topic_of("tampered")
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
        request = request_of(baseline_values("post-order"))
        change(request)
        topic.vectors.append(
            negative(
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
        negative(
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
