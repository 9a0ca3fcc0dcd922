"""The vectors of `verify-response` and `sign-response`: the request's timestamp is signed."""

import json
from collections.abc import Iterator
from typing import Any

from signproof.codec import decode_octets, encode_octets
from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.baselines import ANSWERS, Json, answer
from signproof.oracles.tiger_rsa.common import (
    NOW,
    derived,
    octets_member,
    output,
    recorded,
    run,
    stages_of,
    topic_of,
)
from signproof.oracles.tiger_rsa.envelopes import envelopes, refuse_answer, written_answer
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_SEEN = recorded(
    "Python SDK (tigeropen 3.8.0), against a mock that signs with its own key",
    "what is signed is the request's own timestamp, with SHA-1 and PKCS#1 v1.5",
)
_MISSING = recorded(
    "official SDKs, against a mock",
    "an answer without sign is accepted by Python, Go, Java, Rust and C#, refused by TypeScript "
    "and C++",
)
_UNSIGNED = {"code": 0, "message": "success", "data": "[]", "timestamp": 1768440601234}


def topics() -> list[Topic]:
    """Return the files about answers."""
    return [_good(), _bad(), envelopes(), _sign()]


def _changed(input_: Json, **members: Any) -> Json:
    """Return the input with other members in the answer."""
    return written_answer(input_, json.loads(decode_octets(input_["body_b64"])) | members)


def _good() -> Topic:
    topic = topic_of(
        "verify-response",
        {
            "unsigned": "When the gateway leaves the signature out is unknown, and official SDKs "
            "disagree on what to do then: the input says what is asked for.",
            "not-covered": "The signature covers nothing of the answer itself.",
        },
    )

    def add(
        name: str,
        comment: str,
        input_: Json,
        source: Source = _SEEN,
        *,
        signature: str = "verified",
        credential: str = "gateway",
        importance: Importance = Importance.MUST,
        flags: tuple[str, ...] = (),
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="verify-response",
                credential=credential,
                input=input_,
                expected=output(signature=signature),
                importance=importance,
                flags=list(flags),
                source=source,
            )
        )

    for name, (comment, _) in ANSWERS.items():
        add(name, comment, answer(name))
    good = answer("signed")
    members = json.loads(decode_octets(good["body_b64"]))
    add(
        "key-2048",
        "A gateway's key of 2048 bits.",
        answer("signed", credential="gateway-2048"),
        credential="gateway-2048",
    )
    add(
        "refusal-required",
        "A signature is there, and one is required.",
        good | {"missing_sign": "refused"},
    )
    reader = derived("the body is read as JSON")
    add(
        "sign-first",
        "The signature first.",
        written_answer(good, {"sign": members["sign"]} | members),
        reader,
    )
    add(
        "indented",
        "Indented.",
        written_answer(good, json.dumps(members, indent=2).encode()),
        reader,
    )
    escaped = json.dumps(members).replace("/", "\\/").encode()
    add(
        "slashes-escaped",
        "Slashes with a backslash before them.",
        written_answer(good, escaped),
        reader,
    )
    for name, comment, changed in (
        ("other-data", "Other data under the same signature.", {"data": '["EXAMPLE"]'}),
        ("other-code", "Another code under the same signature.", {"code": 4, "message": "a"}),
        ("other-own-timestamp", "Another timestamp of the answer.", {"timestamp": 1}),
        ("more-members", "A member that nobody knows.", {"example": {"a": 1}}),
        ("no-message", "A message of null.", {"message": None}),
    ):
        add(name, comment, _changed(good, **changed), flags=("not-covered",))
    bare = {name: value for name, value in members.items() if name in {"code", "sign"}}
    add(
        "code-and-sign-only",
        "No other members.",
        written_answer(good, bare),
        flags=("not-covered",),
    )
    unsigned: dict[str, Any] = {
        "signature": "absent",
        "importance": Importance.MAY,
        "flags": ("unsigned",),
    }
    for name, comment, body in (
        ("unsigned", "An answer without signature, which is accepted.", _UNSIGNED),
        ("unsigned-error", "An error without signature.", {"code": 1000, "message": "a"}),
        ("unsigned-minimal", "A code alone.", {"code": 0}),
    ):
        input_ = written_answer(good, body)
        add(name, comment, input_ | {"missing_sign": "accepted"}, _MISSING, **unsigned)
    add(
        "unsigned-default",
        "Accepted unless told otherwise.",
        written_answer(good, _UNSIGNED),
        _MISSING,
        **unsigned,
    )
    for name, credential in (("other-timestamp-text", "gateway"),):
        results = run(
            "response", credential, request_timestamp="2025-12-31 23:59:59", response=b"{}"
        )
        input_ = _changed(good, sign=results["signature"].decode())
        add(name, "Another request.", input_ | {"request_timestamp": "2025-12-31 23:59:59"})
    return topic


def _bad() -> Topic:
    topic = topic_of("refuse-response")
    good = answer("signed")
    sign = json.loads(decode_octets(good["body_b64"]))["sign"]
    wrong, malformed = "wrong-response-signature", "malformed-response-signature"
    refused = good | {"missing_sign": "refused"}
    unsigned = {"importance": Importance.MAY}
    refuse_answer(
        topic,
        "missing",
        "No signature where one is required.",
        written_answer(refused, _UNSIGNED),
        "missing-response-signature",
        _MISSING,
        **unsigned,
    )
    refuse_answer(
        topic,
        "missing-error",
        "An error without signature where one is required.",
        written_answer(refused, {"code": 1000, "message": "a"}),
        "missing-response-signature",
        _MISSING,
        **unsigned,
    )
    failed = recorded("Python SDK (tigeropen 3.8.0), against a mock", "it refuses the answer")
    refuse_answer(
        topic,
        "null",
        "A signature of null.",
        _changed(good, sign=None),
        "null-response-signature",
        failed,
    )
    refuse_answer(
        topic,
        "empty",
        "An empty signature.",
        _changed(good, sign=""),
        "empty-response-signature",
        failed,
    )
    for name, comment, own in (
        ("own-timestamp", "Over the answer's own timestamp, a number.", 1768440601234),
        ("own-timestamp-text", "Over the answer's own timestamp, a text.", "2026-01-15 09:30:01"),
    ):
        results = run("response", "gateway", request_timestamp=str(own), response=b"")
        input_ = _changed(good, sign=results["signature"].decode(), timestamp=own)
        refuse_answer(topic, name, comment, input_, "other-timestamp", failed)
    for name, comment, content in _contents():
        results = run("response", "gateway", request_timestamp=content, response=b"")
        input_ = _changed(good, sign=results["signature"].decode())
        refuse_answer(topic, name, comment, input_, wrong, derived("it covers the timestamp alone"))
    other = derived("one change to a good answer")
    by_other = run("response", "main", request_timestamp=NOW, response=b"")
    refuse_answer(
        topic,
        "other-key",
        "Signed with another key.",
        _changed(good, sign=by_other["signature"].decode()),
        wrong,
        other,
    )
    refuse_answer(
        topic,
        "own-public-key",
        "The client's own public key in the place of the gateway's.",
        good,
        wrong,
        derived("users put their own key there"),
        credential="own-public-key",
    )
    refuse_answer(
        topic,
        "request-timestamp-later",
        "The answer to another request.",
        good | {"request_timestamp": "2026-01-15 09:30:01"},
        wrong,
        other,
    )
    for name, comment, reason, value in (
        ("first-character", "Its first character.", wrong, "A" + sign[1:]),
        ("zeros", "Zeros.", wrong, encode_octets(bytes(128))),
        ("garbage", "No base64.", malformed, "EXAMPLE!"),
        ("url-safe", "In the URL-safe alphabet.", malformed,
         sign.replace("+", "-").replace("/", "_")),
        ("unpadded", "Without its padding.", malformed, sign.rstrip("=")),
        ("wrapped", "Wrapped.", malformed, sign[:76] + "\n" + sign[76:]),
        ("hex", "Hexadecimal.", malformed, decode_octets(sign).hex()),
        ("octet-missing", "An octet less.", malformed, encode_octets(decode_octets(sign)[:-1])),
        ("octet-more", "An octet more.", malformed, encode_octets(decode_octets(sign) + b"\0")),
        ("space", "A space.", malformed, " "),
        ("number", "A number.", malformed, 1),
        ("boolean", "false.", malformed, False),
        ("list", "In a list.", malformed, [sign]),
        ("object", "In an object.", malformed, {"sign": sign}),
    ):  # fmt: skip
        refuse_answer(topic, name, comment, _changed(good, sign=value), reason, other)
    for credential, reason, comment in (
        ("private-as-public-key", "private-key", "A private key as the gateway's public key."),
        ("no-public-key", "empty", "No public key of the gateway."),
    ):
        refuse_answer(
            topic,
            credential,
            comment,
            good,
            reason,
            derived("nothing can be verified with it"),
            credential=credential,
            importance=Importance.SHOULD,
        )
    return topic


def _contents() -> Iterator[tuple[str, str, str]]:
    body = json.dumps(ANSWERS["signed"][1], separators=(",", ":"))
    yield "body-signed", "Over the body without its signature.", body
    yield "data-signed", "Over the data.", "[]"
    yield "nothing-signed", "Over nothing.", ""
    yield "timestamp-iso", "Over the timestamp with a `T`.", NOW.replace(" ", "T")
    yield "timestamp-newline", "Over the timestamp and a newline.", NOW + "\n"
    yield "timestamp-quoted", "Over the timestamp in quotation marks.", f'"{NOW}"'
    yield "timestamp-named", "Over name and value.", f"timestamp={NOW}"


def _sign() -> Topic:
    topic = topic_of("sign-response")
    body = json.dumps(_UNSIGNED, separators=(",", ":")).encode()
    rows = (
        ("usual", "An answer to a request.", NOW, body, "gateway"),
        ("error", "An error is signed alike.", NOW, b'{"code":1000,"message":"a"}', "gateway"),
        ("empty-body", "Nothing of the answer is covered.", NOW, b"", "gateway"),
        ("other-timestamp", "Another request.", "2025-12-31 23:59:59", body, "gateway"),
        (
            "text-as-it-is",
            "The timestamp is signed as the text it is.",
            "1768440600",
            body,
            "gateway",
        ),
        ("key-2048", "A key of 2048 bits.", NOW, body, "gateway-2048"),
    )
    for name, comment, timestamp, octets, credential in rows:
        results = run("response", credential, request_timestamp=timestamp, response=octets)
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="sign-response",
                credential=credential,
                input={"request_timestamp": timestamp, **octets_member("body", octets)},
                stages=stages_of(results, "response_content"),
                expected=output(sign=results["signature"].decode()),
                source=_SEEN,
            )
        )
    return topic
