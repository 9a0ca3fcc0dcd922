"""What the vector files of this scheme share: sources, and small builders."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from signproof.codec import encode_octets
from signproof.model import Choice, Expected, Importance, Reject, Source, SourceKind, Vector
from signproof.oracles import openssl
from signproof.oracles.tiger_rsa.credentials import CREDENTIALS
from signproof.oracles.tiger_rsa.keys import pem_of
from signproof.oracles.tiger_rsa.pipeline import PIPELINE
from signproof.oracles.writing import Topic
from signproof.pipeline import Pipeline

__all__ = [
    "CODES",
    "EMPTY_RULE",
    "NOW",
    "PAGE",
    "SCHEME",
    "SDKS",
    "Params",
    "body_member",
    "derived",
    "document",
    "fields_of",
    "octets_member",
    "output",
    "recorded",
    "refused",
    "reported",
    "request_of",
    "request_values",
    "run",
    "signed",
    "stages_of",
    "topic_of",
]

SCHEME = "tiger-rsa"
NOW = "2026-01-15 09:30:00"
"""The timestamp of most requests."""

Params = Sequence[tuple[str, str | None]]

_READABLE = 300
"""Octets up to which a text is repeated for people."""

_FLOWS: dict[str, tuple[str, ...]] = {
    "sign": ("signed_values", "sign_content"),
    "request": (
        "fields",
        "signed_values",
        "sign_content",
        "sent_fields",
        "body",
        "headers",
        "target",
    ),
    "response": ("response_content",),
    "push-login": ("push_login_content",),
}
"""What runs beside digest, encoded message and signature."""

_IDLE: dict[str, Any] = {
    "fields": None,
    "signed_values": (),
    "sign_content": None,
    "response_content": None,
    "push_login_content": None,
    "sent_fields": (),
    "body": None,
    "headers": None,
    "target": b"/gateway",
    "seen_message": None,
}


# Sources


def document(where: str, note: str = "") -> Source:
    """Return a source in the broker's pages."""
    return Source(kind=SourceKind.DOCUMENT, where=where, note=note)


def recorded(where: str, note: str = "") -> Source:
    """Return a source in what official SDKs were seen to do."""
    return Source(kind=SourceKind.SDK_RECORDING, where=where, note=note)


def reported(where: str, note: str = "") -> Source:
    """Return a source in users' reports."""
    return Source(kind=SourceKind.REPORT, where=where, note=note)


def derived(note: str, where: str = "") -> Source:
    """Return a source that is reasoned from another."""
    return Source(kind=SourceKind.DERIVED, where=where or SDKS.where, note=note)


PAGE = document("TradeUP OpenAPI, Applying for API Service")
CODES = document("Tiger OpenAPI documentation, error codes")
SDKS = recorded(
    "official SDKs for Python (tigeropen 3.8.0), Java, Go, TypeScript and C++, seen on loopback",
    "identical octets for identical content",
)
EMPTY_RULE = recorded(
    SDKS.where, "Python, Go, TypeScript and C++ keep empty and null values, Java leaves them out"
)


# Values


def topic_of(name: str, notes: dict[str, str] | None = None) -> Topic:
    """Return a new file of this scheme; *notes* explain its flags."""
    return Topic(SCHEME, name, CREDENTIALS, notes or {})


def run(flow: str, credential: str, pipeline: Pipeline = PIPELINE, **values: Any) -> dict[str, Any]:
    """Return what *pipeline* gives in a flow; a right signature is held against openssl's own."""
    idle = {name: value for name, value in _IDLE.items() if name not in _FLOWS[flow]}
    keys = CREDENTIALS[credential]
    start = {"tiger_id": keys["tiger_id"], "token": keys.get("token", "")}
    results = pipeline.run({**idle, **start, "key": _line(keys["private_key"]), **values})
    if pipeline is PIPELINE:
        _confirm(results)
    return results


def _line(text: str) -> str:
    """Return the key of a credential as PKCS#1; two of them are given in another form."""
    octets = base64.b64decode(text)
    return base64.b64encode(openssl.key_shape(octets, "pkcs1", "der")).decode()


def _confirm(results: Mapping[str, Any]) -> None:
    """Hold the signature, made of encoded message and arithmetic, against `openssl dgst -sign`."""
    whole = openssl.sign_sha1(pem_of(results["key"]), results["content"])
    if base64.b64decode(results["signature"]) != whole:
        raise ValueError("the openssl command gives two signatures for one content")


def request_values(
    *,
    api_method: str,
    biz_content: str | None,
    timestamp: str = NOW,
    charset: str = "UTF-8",
    more: Params = (),
    **other: Any,
) -> dict[str, Any]:
    """Return what a request is made from."""
    return {
        "api_method": api_method,
        "biz_content": biz_content,
        "timestamp": timestamp,
        "charset": charset,
        "more": tuple(more),
        **other,
    }


def request_of(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON form of the request in *results*."""
    path, mark, query = results["target"].decode().partition("?")
    return {
        "method": "POST",
        "path": path,
        "query": query if mark else None,
        "headers": [[name.decode(), value.decode()] for name, value in results["headers"]],
        **body_member(results["body"]),
    }


def octets_member(name: str, octets: bytes, readable: int = _READABLE) -> dict[str, str]:
    """Return the member *name* with, where it is short text, its readable sibling."""
    member = {f"{name}_b64": encode_octets(octets)}
    if octets and len(octets) <= readable:
        try:
            member[f"{name}_text"] = octets.decode("utf-8")
        except UnicodeDecodeError:
            return member
    return member


def body_member(body: bytes) -> dict[str, str]:
    """Return the members of a request's body; the signature alone fills what else is readable."""
    return octets_member("body", body, 1000)


def stages_of(results: Mapping[str, Any], content: str) -> dict[str, str]:
    """Return the stages of a vector that signs the stage *content*."""
    return {
        **octets_member(content, results[content]),
        "digest_b64": encode_octets(results["digest"]),
        "encoded_message_b64": encode_octets(results["encoded_message"]),
        "signature": results["signature"].decode(),
    }


def fields_of(biz_content: str | None = "{}", /, **changed: str | None) -> Params:
    """Return the fields of a request as the Python SDK orders them; *changed* ones anew.

    An underscore at the end of a name is for names that Python has for itself.
    """
    fields: dict[str, str | None] = {
        "method": "market_state",
        "version": "2.0",
        "biz_content": biz_content,
        "timestamp": NOW,
        "tiger_id": "20990001",
        "charset": "UTF-8",
        "sign_type": "RSA",
    }
    if biz_content is None:
        del fields["biz_content"]
    return tuple((fields | changed).items())


# Vectors


def output(**members: Any) -> Expected:
    """Expect an output with these members."""
    return Expected(output=members)


def refused(reason: str) -> Expected:
    """Expect a refusal for this reason."""
    return Expected(reject=Reject(reason=reason))


def signed(
    topic: Topic,
    name: str,
    comment: str,
    source: Source,
    params: Params,
    *,
    charset: str = "UTF-8",
    credential: str = "main",
    importance: Importance = Importance.MUST,
    flags: tuple[str, ...] = (),
) -> None:
    """Add a vector of the operation `sign` with every stage.

    Where a value is empty or null, both observed rules conform; the stages are those of `kept`.
    """
    results = run("sign", credential, fields=tuple(params), charset=charset)
    expected = output(sign=results["signature"].decode())
    filled = tuple((field, value) for field, value in params if value or field == "sign")
    if filled != tuple(params):
        other = run("sign", credential, fields=filled, charset=charset)
        expected = Expected(
            any_of=[
                Choice(label="kept", output={"sign": results["signature"].decode()}),
                Choice(label="left-out", output={"sign": other["signature"].decode()}),
            ]
        )
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation="sign",
            credential=credential,
            input={"params": [list(pair) for pair in params], "charset": charset},
            stages=stages_of(results, "sign_content"),
            expected=expected,
            importance=importance,
            flags=list(flags),
            source=source,
        )
    )
