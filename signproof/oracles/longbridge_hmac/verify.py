"""The vectors of the operation `verify` with good requests."""

from typing import Any

from signproof.model import Source, Vector
from signproof.oracles.longbridge_hmac.baselines import BASELINES, Request, baseline_values
from signproof.oracles.longbridge_hmac.common import (
    derived,
    document,
    expect_output,
    recorded,
    request_of,
    topic_of,
    values_of,
)
from signproof.oracles.longbridge_hmac.mistaken import mistakes
from signproof.oracles.longbridge_hmac.tampered import tampered
from signproof.oracles.writing import Topic

__all__ = ["topics"]


def topics() -> list[Topic]:
    """Return the files of this operation."""
    return [_good(), tampered(), mistakes()]


def _good() -> Topic:
    topic = topic_of(
        "verify",
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
        add(name, comment, request_of(baseline_values(name)), document("Calculate signature"))
    http = "RFC 9110, section 5.1"
    lowered = request_of(baseline_values("post-order"))
    lowered["headers"] = [[name.lower(), value] for name, value in lowered["headers"]]
    add(
        "header-names-lowercase",
        "Header names in lower case, as the Rust-based SDKs send them.",
        lowered,
        recorded("Rust-based SDKs, seen on loopback"),
    )
    upper = request_of(baseline_values("post-order"))
    upper["headers"] = [[name.upper(), value] for name, value in upper["headers"]]
    add("header-names-uppercase", "Header names in upper case.", upper, derived("case", http))
    reordered = request_of(baseline_values("post-order"))
    reordered["headers"] = list(reversed(reordered["headers"]))
    add(
        "headers-reordered",
        "The order in which headers are sent is free.",
        reordered,
        derived("the order of fields with different names is not significant", http),
    )
    extra = request_of(baseline_values("post-order"))
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
    lower_method = request_of(baseline_values("post-order"))
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
