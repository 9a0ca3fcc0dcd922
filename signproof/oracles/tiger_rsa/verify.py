"""The vectors of the operation `verify` with good requests."""

import json
from collections.abc import Mapping
from typing import Any

from signproof.codec import decode_octets
from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.baselines import BASELINES, Json, body_of, request, with_body
from signproof.oracles.tiger_rsa.common import (
    EMPTY_RULE,
    SDKS,
    Params,
    derived,
    output,
    recorded,
    request_of,
    request_values,
    run,
    topic_of,
)
from signproof.oracles.writing import Topic

__all__ = ["resigned", "topics"]

_READ = "the body is decoded, and the strings in it are what is signed"


def resigned(
    baseline: str,
    changed: Mapping[str, str | None],
    *,
    signed: Params | None = None,
    without: str = "",
) -> Json:
    """Return a request with *changed* fields, which are signed; or signed over *signed* instead."""
    credential, _, values = BASELINES[baseline]
    start = request_values(**values)
    fields = dict(run("request", credential, **start)["fields"]) | dict(changed)
    fields.pop(without, None)
    other: dict[str, Any] = {} if signed is None else {"signed_values": tuple(sorted(signed))}
    results = run("request", credential, **start, fields=tuple(fields.items()), **other)
    return request_of(results)


def topics() -> list[Topic]:
    """Return the file of good requests."""
    topic = topic_of(
        "verify",
        {
            "empty-values": "Whether empty and null values are signed is not documented, and "
            "official SDKs disagree: both are accepted; an output may say which it was.",
            "unknown": "What the gateway does with it is unknown; no SDK sends it.",
        },
    )

    def add(
        name: str,
        comment: str,
        sent: Json,
        source: Source,
        *,
        credential: str = "main",
        importance: Importance = Importance.MUST,
        flags: tuple[str, ...] = (),
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="verify",
                credential=credential,
                input={"request": sent},
                expected=output(valid=True),
                importance=importance,
                flags=list(flags),
                source=source,
            )
        )

    for name, (credential, comment, _) in BASELINES.items():
        if name == "empty-values":
            add(name, comment, request(name), EMPTY_RULE, flags=("empty-values",))
        else:
            add(name, comment, request(name), SDKS, credential=credential)
    for name, comment, sent in _spellings():
        add(name, comment, sent, derived(_READ))
    for name, comment, sent in _heads():
        add(name, comment, sent, derived("the body alone is signed"), importance=Importance.SHOULD)
    more = recorded(SDKS.where, "SDKs sign whatever top-level fields they send")
    for name, comment, changed in _fields():
        add(name, comment, resigned("plain", changed), more)
    for name, comment, sent in _left_out():
        add(name, comment, sent, EMPTY_RULE, flags=("empty-values",))
    for name, comment, sent in _unknown():
        add(
            name,
            comment,
            sent,
            derived("no rule forbids it, and the signature is right"),
            importance=Importance.MAY,
            flags=("unknown",),
        )
    return [topic]


def _spellings() -> list[tuple[str, str, Json]]:
    """Return one request written in other ways, which a parser of JSON takes for the same."""
    good = request("order")
    members = body_of(good)
    octets = decode_octets(good["body_b64"])
    escaped = json.dumps(members, separators=(",", ":")).encode()
    whole = "{" + ",".join(f"{_escaped(k)}:{_escaped(v)}" for k, v in members.items()) + "}"
    backwards = dict(reversed(members.items()))
    moved = {"sign": members["sign"], **members}
    rows: list[tuple[str, str, Json | bytes]] = [
        ("escaped", "Characters beyond ASCII as escapes, as the Python SDK sends them.", escaped),
        ("all-escaped", "Every character as an escape.", whole.encode()),
        ("slashes-escaped", "Slashes with a backslash, as PHP writes them.",
         octets.replace(b"/", b"\\/")),
        ("html-escaped", "`&`, `<` and `>` as escapes, as Go writes them.",
         octets.replace(b"&", b"\\u0026").replace(b"<", b"\\u003c")),
        ("reversed", "The fields in the reverse order.", backwards),
        ("sign-first", "The signature first.", moved),
        ("indented", "Indented.", json.dumps(members, indent=2, ensure_ascii=False).encode()),
        ("white-space", "White space around.", b" \r\n\t" + octets + b"\n"),
    ]  # fmt: skip
    return [(name, comment, with_body(good, body)) for name, comment, body in rows]


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + '"'


def _heads() -> list[tuple[str, str, Json]]:
    good = request("plain")
    extra = [
        ["Host", "example.invalid"],
        ["User-Agent", "EXAMPLE/1.0"],
        *good["headers"],
        ["X-Request-Id", "EXAMPLE"],
    ]
    lower = [[name.lower(), value] for name, value in good["headers"]]
    token = [*good["headers"], ["Authorization", "EXAMPLE"]]
    return [
        ("headers-more", "Other headers are not signed.", good | {"headers": extra}),
        ("headers-lowercase", "Header names in lower case.", good | {"headers": lower}),
        ("headers-none", "No header at all.", good | {"headers": []}),
        ("token-not-signed", "A token in a header is not signed.", good | {"headers": token}),
        ("query-not-signed", "A query is not signed.", good | {"query": "a=1"}),
    ]


def _fields() -> list[tuple[str, str, dict[str, str | None]]]:
    return [
        ("version-1", "The version that the Java SDK sends.", {"version": "1.0"}),
        ("version-3", "The version that the C++ SDK sends.", {"version": "3.0"}),
        ("access-token", "access_token among the fields.", {"access_token": "EXAMPLE"}),
        ("trade-token", "trade_token among the fields.", {"trade_token": "EXAMPLE"}),
        ("notify-url", "A callback URL.", {"notify_url": "https://example.invalid/?a=%2F&b=c d"}),
        ("unknown-field", "A field that nobody knows.", {"example_field": "é 香港 \U0001f600"}),
        ("line-breaks", "Line breaks in a value.", {"example_field": "a\r\nb\n"}),
        ("separators", "Separators in a value.", {"example_field": "a=1&b=2"}),
        ("spaces", "Spaces around a value.", {"example_field": " a "}),
        ("go-escaped", "biz_content as Go writes it.", {"biz_content": '{"a":"\\u0026\\u003c"}'}),
        ("biz-content-spaced", "biz_content with white space.", {"biz_content": '{ "a": 1 }'}),
        ("biz-content-empty-object", "biz_content of `{}`.", {"biz_content": "{}"}),
    ]


def _left_out() -> list[tuple[str, str, Json]]:
    """Return requests signed as the Java SDK does it: without empty and null values."""
    fields = dict(run("request", "main", **request_values(**BASELINES["plain"][2]))["fields"])
    filled = tuple((name, str(value)) for name, value in fields.items())
    return [
        (
            "empty-text-left-out",
            "An empty field, signed without it.",
            resigned("plain", {"notify_url": ""}, signed=filled),
        ),
        (
            "null-left-out",
            "A field of null, signed without it.",
            resigned("plain", {"device_id": None}, signed=filled),
        ),
        (
            "several-left-out",
            "Empty and null fields, signed without them.",
            resigned("plain", {"device_id": None, "notify_url": "", "a": ""}, signed=filled),
        ),
    ]


def _unknown() -> list[tuple[str, str, Json]]:
    good = request("gbk")
    octets = json.dumps(body_of(good), ensure_ascii=False, separators=(",", ":")).encode("gbk")
    plain = request("plain")
    rows: list[tuple[str, str, Json]] = [
        ("gbk-body", "The body itself in GBK.", with_body(good, octets)),
        (
            "charset-lowercase",
            "The charset in small letters.",
            resigned("plain", {"charset": "utf-8"}),
        ),
        (
            "timestamp-no-such-day",
            "A day that the month does not have: the form is right.",
            resigned("plain", {"timestamp": "2026-02-31 09:30:00"}),
        ),
    ]
    for name, text in (("number", "15"), ("fraction", "1.50"), ("boolean", "true")):
        sent = resigned("plain", {"example_field": text})
        raw = decode_octets(sent["body_b64"]).replace(f'"{text}"'.encode(), text.encode())
        comment = f"A top-level {name}, signed as it is written."
        rows.append((f"{name}-field", comment, with_body(plain, raw)))
    return rows
