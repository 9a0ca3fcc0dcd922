"""What the vector files of this scheme share: credentials, sources and small builders."""

from collections.abc import Mapping
from typing import Any

from signproof.codec import encode_octets
from signproof.model import Expected, Importance, Source, SourceKind, Vector
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE, STAGES
from signproof.oracles.writing import Topic
from signproof.pipeline import Pipeline

__all__ = [
    "CREDENTIALS",
    "GO",
    "NEW_TOKEN",
    "PAGE",
    "RULES",
    "RUST",
    "SCHEME",
    "body_member",
    "derived",
    "document",
    "expect_output",
    "recorded",
    "reported",
    "request_of",
    "signed",
    "topic_of",
    "values_of",
]

SCHEME = "longbridge-hmac"

# All made up. The secret looks like hex, and is valid base64, as real ones do: decoding it is one
# of the mistakes.
_SECRET = "00112233445566778899aabbccddeeff" * 2
_MAIN = {
    "app_key": "ExampleAppKey0001",
    "app_secret": _SECRET,
    "access_token": "m_ExampleToken.ABCdef-0123456789_made.up",
}
NEW_TOKEN = "m_ExampleToken.after-the-Refresh_made.up"  # noqa: S105 - made up

CREDENTIALS: dict[str, dict[str, str]] = {
    "main": _MAIN,
    "other-secret": _MAIN | {"app_secret": "ffeeddccbbaa99887766554433221100" * 2},
    "long-token": _MAIN | {"access_token": "m_" + "ExampleLongToken." * 120},
    "short-secret": _MAIN | {"app_secret": "s"},
    "block-secret": _MAIN
    | {"app_secret": "example-secret-of-exactly-one-block-of-64-octets-" + "x" * 15},
    "long-secret": _MAIN | {"app_secret": "example-secret-longer-than-a-block-" * 6},
    "unicode-secret": _MAIN | {"app_secret": "пример-секрета-例"},
    "one-letter": {"app_key": "k", "app_secret": "s", "access_token": "t"},
    "punctuation": _MAIN | {"app_key": "Example:Key|;1", "access_token": 'ex=am;pl|e:To,k"en'},
    "empty-key": _MAIN | {"app_key": ""},
    "empty-secret": _MAIN | {"app_secret": ""},
    "empty-token": _MAIN | {"access_token": ""},
    "bearer-token": _MAIN | {"access_token": "Bearer m_ExampleToken"},
    "bearer-token-lowercase": _MAIN | {"access_token": "bearer m_ExampleToken"},
    "secret-newline": _MAIN | {"app_secret": _SECRET + "\n"},
    "secret-leading-space": _MAIN | {"app_secret": " " + _SECRET},
    "token-leading-space": _MAIN | {"access_token": " m_ExampleToken"},
    "token-trailing-space": _MAIN | {"access_token": "m_ExampleToken "},
    "token-newline": _MAIN | {"access_token": "m_ExampleToken\n"},
    "token-header-injection": _MAIN | {"access_token": "m_Example\r\nX-Evil: 1"},
    "token-unicode": _MAIN | {"access_token": "m_ExampleTokén"},
    "key-space": _MAIN | {"app_key": "Example Key"},
    "key-newline": _MAIN | {"app_key": "ExampleKey\n"},
}

PAGE = "Longbridge OpenAPI documentation, How to access an API"


def document(where: str, note: str = "") -> Source:
    """Return a source in the broker's page."""
    return Source(kind=SourceKind.DOCUMENT, where=f"{PAGE}, {where}", note=note)


def derived(note: str, where: str = f"{PAGE}, Calculate signature") -> Source:
    """Return a source that is reasoned from another."""
    return Source(kind=SourceKind.DERIVED, where=where, note=note)


def recorded(where: str, note: str = "") -> Source:
    """Return a source in what an official SDK was seen to do."""
    return Source(kind=SourceKind.SDK_RECORDING, where=where, note=note)


def reported(where: str, note: str = "") -> Source:
    """Return a source in users' reports."""
    return Source(kind=SourceKind.REPORT, where=where, note=note)


RULES = document("Calculate signature")
RUST = recorded("Rust-based SDKs, such as PyPI longport 3.0.18, seen on loopback")
GO = recorded("Go SDKs, such as github.com/longportapp/openapi-go v0.16.4, seen on loopback")


def topic_of(name: str, notes: dict[str, str] | None = None) -> Topic:
    """Return a new file of this scheme; *notes* explain its flags."""
    return Topic(SCHEME, name, CREDENTIALS, notes or {})


def expect_output(**members: Any) -> Expected:
    """Expect an output with these members."""
    return Expected(output=members)


def body_member(body: bytes) -> dict[str, str]:
    """Return the body's member and, where it is short text, its readable sibling."""
    member = {"body_b64": encode_octets(body)}
    if body and len(body) <= 200:  # noqa: PLR2004 - what a person reads at a glance
        try:
            member["body_text"] = body.decode("utf-8")
        except UnicodeDecodeError:
            return member
    return member


def values_of(
    credential: str,
    *,
    method: str,
    path: str,
    query: str | None,
    body: bytes,
    timestamp: str,
    refreshed_token: str | None = None,
) -> dict[str, Any]:
    """Return what the pipeline starts from."""
    keys = CREDENTIALS[credential]
    return {
        "app_key": keys["app_key"].encode(),
        "app_secret": keys["app_secret"].encode(),
        "access_token": keys["access_token"].encode(),
        "refreshed_token": None if refreshed_token is None else refreshed_token.encode(),
        "method": method.encode(),
        "path": path.encode(),
        "query": None if query is None else query.encode(),
        "body": body,
        "timestamp": timestamp.encode(),
    }


def request_of(values: Mapping[str, Any], pipeline: Pipeline = PIPELINE) -> dict[str, Any]:
    """Return the JSON form of the request that *pipeline* sends."""
    results = pipeline.run(values)
    query = results["sent_query"]
    return {
        "method": results["method"].decode(),
        "path": results["path"].decode(),
        "query": None if query is None else query.decode(),
        "headers": [[name.decode(), value.decode()] for name, value in results["headers"]],
        **body_member(results["sent_body"]),
    }


def signed(
    topic: Topic,
    name: str,
    comment: str,
    source: Source,
    *,
    method: str = "GET",
    path: str = "/v1/asset/stock",
    query: str | None = None,
    body: bytes = b"",
    body_file: Mapping[str, str] | None = None,
    timestamp: str = "1700000000",
    credential: str = "main",
    importance: Importance = Importance.MUST,
    flags: tuple[str, ...] = (),
) -> None:
    """Add a vector of the operation `sign` with every stage."""
    values = values_of(
        credential, method=method, path=path, query=query, body=body, timestamp=timestamp
    )
    results = PIPELINE.run(values)
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation="sign",
            credential=credential,
            input={
                "method": method,
                "path": path,
                "query": query,
                **({"body_file": dict(body_file)} if body_file else body_member(body)),
                "timestamp": timestamp,
            },
            stages={stage: results[stage].decode() for stage in STAGES},
            expected=expect_output(x_api_signature=results["header"].decode()),
            importance=importance,
            flags=list(flags),
            source=source,
        )
    )
