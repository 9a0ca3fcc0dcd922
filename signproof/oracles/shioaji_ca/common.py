"""What the vector files of this scheme share: sources, and small builders."""

import base64
from typing import Any

from signproof.codec import encode_octets
from signproof.model import Expected, Importance, Reject, Source, SourceKind, Vector
from signproof.oracles.shioaji_ca.credentials import CREDENTIALS
from signproof.oracles.shioaji_ca.files import opened
from signproof.oracles.shioaji_ca.pipeline import flow
from signproof.oracles.writing import Topic

__all__ = [
    "IP",
    "NOW",
    "PAGE",
    "PYRSCA",
    "SCHEME",
    "SHIOAJI",
    "TEXT",
    "add",
    "derived",
    "document",
    "octets_member",
    "output",
    "pkcs8",
    "recorded",
    "refused",
    "reported",
    "signed",
    "topic_of",
]

SCHEME = "shioaji-ca"
IP, TEXT, NOW = "192.0.2.1", "EXAMPLE order", 1_768_440_600
"""Address, text and Unix seconds of most signatures."""

_READABLE = 400
"""Octets up to which a text is repeated for people."""


def document(where: str, note: str = "") -> Source:
    """Return a source in the broker's pages."""
    return Source(kind=SourceKind.DOCUMENT, where=where, note=note)


def recorded(where: str, note: str = "") -> Source:
    """Return a source in what official packages were seen to do."""
    return Source(kind=SourceKind.SDK_RECORDING, where=where, note=note)


def reported(where: str, note: str = "") -> Source:
    """Return a source in users' reports."""
    return Source(kind=SourceKind.REPORT, where=where, note=note)


def derived(note: str, where: str = "") -> Source:
    """Return a source that is reasoned from another."""
    return Source(kind=SourceKind.DERIVED, where=where or PYRSCA.where, note=note)


PAGE = document("Shioaji documentation, Token & Certificate")
PYRSCA = recorded("pyrsca 0.4.0 (PyPI), the CA library under the SDK, seen offline")
SHIOAJI = recorded("shioaji 1.7.9 (PyPI), seen offline")


def topic_of(name: str, notes: dict[str, str] | None = None) -> Topic:
    """Return a new file of this scheme; *notes* explain its flags."""
    return Topic(SCHEME, name, CREDENTIALS, notes or {})


def output(**members: Any) -> Expected:
    """Expect an output with these members."""
    return Expected(output=members)


def refused(reason: str) -> Expected:
    """Expect a refusal for this reason."""
    return Expected(reject=Reject(reason=reason))


def octets_member(name: str, octets: bytes) -> dict[str, str]:
    """Return the member *name* with, where it is short text, its readable sibling."""
    member = {f"{name}_b64": encode_octets(octets)}
    if octets and len(octets) <= _READABLE:
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError:
            return member
        if not text.startswith("\ufeff"):
            member[f"{name}_text"] = text
    return member


def add(
    topic: Topic,
    name: str,
    comment: str,
    operation: str,
    input_: dict[str, Any],
    expected: Expected,
    source: Source,
    *,
    importance: Importance = Importance.MUST,
    flags: tuple[str, ...] = (),
    **more: Any,
) -> None:
    """Add a vector; *more* are the members credential, stages and baseline."""
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation=operation,
            credential=more.pop("credential", None),
            input=input_,
            expected=expected,
            importance=importance,
            flags=list(flags),
            source=source,
            **more,
        )
    )


def pkcs8(pem: bytes) -> bytes:
    """Return the octets of a key in PEM."""
    return base64.b64decode(pem.partition(b"-----END")[0].partition(b"\n")[2])


def signed(
    file: str, *, ip: str = IP, plain_text: str = TEXT, seconds: int = NOW, **edits: Any
) -> dict[str, Any]:
    """Return every value of a ``pkcs1.`` envelope by the key of a fixture; *edits* replace some."""
    ca = opened(file)
    return flow(
        "common_name",
        "person_id",
        "signed_text",
        "signature",
        "envelope",
        subject=ca.subject,
        key=pkcs8(ca.key),
        certificate=ca.certificate,
        ip=ip,
        plain_text=plain_text,
        seconds=seconds,
        **edits,
    )
