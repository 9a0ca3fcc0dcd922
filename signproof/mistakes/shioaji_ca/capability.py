"""Mistakes in what of a capability token ``sj1_`` is hashed, and how: body, key and tag.

None was seen, as nobody's token was: some are what the broker's page warns of, the others are
derived.
"""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from signproof.mistakes.shioaji_ca.capability_making import (
    Hashing,
    add,
    digesting,
    keying,
    tagging,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from signproof.mistakes.shioaji_ca.catalogue import Change

__all__: list[str] = []

_DIGEST, _HALF = 32, 16


# The body.


def _as_json(octets: bytes, **how: Any) -> bytes:
    """Return JSON written anew, other octets as they are."""
    try:
        return json.dumps(json.loads(octets), **how).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return octets


def _add_bodies() -> None:
    fix = "Digest the octets of the body with BLAKE3, and send exactly these."
    bodies: tuple[tuple[str, str, Change], ...] = (
        (
            "reserialized",
            "The body is written anew without spaces before it is digested.",
            lambda body: _as_json(body, separators=(",", ":"), ensure_ascii=False),
        ),
        (
            "sorted",
            "The body is written anew with sorted keys before it is digested.",
            lambda body: _as_json(body, sort_keys=True, ensure_ascii=False),
        ),
        (
            "with-newline",
            "The body is digested with a newline behind it.",
            lambda body: body + b"\n",
        ),
        ("not-digested", "The digest is of nothing, whatever the body.", lambda _body: b""),
        ("in-hex", "The body is digested as hexadecimal.", lambda body: body.hex().encode()),
    )
    for id_, text, change in bodies:
        page = id_ in {"reserialized", "sorted"}
        edit = digesting(body=change)
        add(f"body-{id_}", text, edit, fix=fix, refusal="body", page=page)
    for id_, text, digest in (
        (
            "sha256",
            "The body is digested with SHA-256.",
            lambda body: hashlib.sha256(body).digest(),
        ),
        (
            "blake2s",
            "The body is digested with BLAKE2s.",
            lambda body: hashlib.blake2s(body).digest(),
        ),
    ):
        add(f"body-{id_}", text, digesting(digest=digest), fix=fix, refusal="body")


# The key.


def _from_hex(octets: bytes) -> bytes:
    """Return what hexadecimal stands for, other octets as they are."""
    try:
        return bytes.fromhex(octets.decode("ascii"))
    except ValueError:
        return octets


def _add_secrets() -> None:
    fix = "Give derive_key the octets of the secret as it is written, 64 for 64 digits."
    secrets: tuple[tuple[str, str, Change], ...] = (
        ("decoded", "The secret is decoded from hexadecimal.", _from_hex),
        ("with-newline", "The secret has a newline behind it.", lambda secret: secret + b"\n"),
        ("with-zero", "The secret has a zero behind it, as in C.", lambda secret: secret + b"\0"),
        ("uppercase", "The secret is put into upper case.", bytes.upper),
        ("base64", "The secret is put into base64.", base64.b64encode),
        (
            "encoded",
            "The secret is put into hexadecimal once more.",
            lambda one: one.hex().encode(),
        ),
    )
    for id_, text, change in secrets:
        edit = keying(secret=change)
        add(f"secret-{id_}", text, edit, fix=fix, refusal="tag", page=id_ == "decoded")


def _add_contexts() -> None:
    fix = "Derive the key with the context `shioaji-agent-harness compact capability v1`."
    contexts: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("empty", "The key is derived with an empty context.", lambda _context: ""),
        (
            "without-version",
            "The context has no ` v1` at its end.",
            lambda context: context.rpartition(" ")[0],
        ),
        ("with-zero", "The context has a zero behind it, as in C.", "{}\0".format),
        (
            "with-hyphens",
            "The context has hyphens for its spaces.",
            lambda context: context.replace(" ", "-"),
        ),
    )
    for id_, text, change in contexts:
        add(f"context-{id_}", text, keying(context=change), fix=fix, refusal="tag")


def _as_key(secret: bytes) -> bytes:
    """Return 32 octets: the secret decoded, cut or filled with zeros."""
    return _from_hex(secret)[:_DIGEST].ljust(_DIGEST, b"\0")


def _add_keys() -> None:
    fix = "Derive the key with BLAKE3's derive_key, from the context and the secret."
    keys: tuple[tuple[str, str, Callable[[Hashing], Callable[[bytes, str], bytes]]], ...] = (
        (
            "hashed",
            "The key is the plain hash of the secret.",
            lambda right: lambda secret, _: right.digest(secret),
        ),
        (
            "context-hashed",
            "The key is the plain hash of context and secret in a row.",
            lambda right: lambda secret, context: right.digest(context.encode() + secret),
        ),
        (
            "keyed",
            "The key is the keyed hash of the context, with the secret decoded as its key.",
            lambda right: lambda secret, context: right.keyed(context.encode(), _as_key(secret)),
        ),
        (
            "not-derived",
            "The key is the secret itself, decoded.",
            lambda _: lambda secret, _context: _as_key(secret),
        ),
        (
            "swapped",
            "The key is derived from the context, with the secret as its context.",
            lambda right: (
                lambda secret, context: right.derive(
                    context.encode(), secret.decode("utf-8", "replace")
                )
            ),
        ),
        (
            "sha256",
            "The key is the SHA-256 of the secret.",
            lambda _: lambda secret, _context: hashlib.sha256(secret).digest(),
        ),
    )
    for id_, text, derive in keys:
        add(f"key-{id_}", text, keying(derive=derive), fix=fix, refusal="tag")


# The tag.


def _add_tags() -> None:
    fix = "Make the tag with keyed BLAKE3 over the 99 octets before it."
    overs: tuple[tuple[str, str, Callable[[bytes, bytes], bytes]], ...] = (
        ("prefix", "The tag is over the prefix `sj1_`, too.", lambda record, _: b"sj1_" + record),
        (
            "hex",
            "The tag is over the record in hexadecimal.",
            lambda record, _: record.hex().encode(),
        ),
        (
            "text",
            "The tag is over the text that stands before it, `sj1_` and hexadecimal.",
            lambda record, _: b"sj1_" + record.hex().encode(),
        ),
        (
            "zeros",
            "The tag is over its own 32 octets as zeros, too.",
            lambda record, _: record + bytes(_DIGEST),
        ),
        (
            "all-but-format",
            "The tag is not over the format identifier.",
            lambda record, _: record[1:],
        ),
        (
            "body",
            "The tag is over the body instead of its digest.",
            lambda record, body: record[:-_DIGEST] + body,
        ),
        ("digest", "The tag is over the body's digest alone.", lambda record, _: record[-_DIGEST:]),
    )
    for id_, text, change in overs:
        add(f"tag-over-{id_}", text, tagging(record=change), fix=fix, refusal="tag")
    makes: tuple[
        tuple[str, str, Callable[[Hashing], Callable[[bytes, bytes, bytes], bytes]]], ...
    ] = (
        (
            "not-keyed",
            "The tag is the plain hash of the record.",
            lambda right: lambda record, _key, _secret: right.digest(record),
        ),
        (
            "secret-first",
            "The tag is the plain hash of secret and record in a row.",
            lambda right: lambda record, _key, secret: right.digest(secret + record),
        ),
        (
            "key-first",
            "The tag is the plain hash of key and record in a row.",
            lambda right: lambda record, key, _secret: right.digest(key + record),
        ),
        (
            "hmac-sha256",
            "The tag is HMAC-SHA256 with the derived key.",
            lambda _: lambda record, key, _secret: hmac.digest(key, record, "sha256"),
        ),
        (
            "digested",
            "The tag is over the hash of the record.",
            lambda right: lambda record, key, _secret: right.keyed(right.digest(record), key),
        ),
    )
    for id_, text, make in makes:
        add(f"tag-{id_}", text, tagging(make=make), fix=fix, refusal="tag")
    for id_, text, finish, refusal in (
        ("cut", "The tag is cut to 16 octets.", lambda made: made[:_HALF], "length"),
        ("missing", "The token has no tag.", lambda _made: b"", "length"),
        ("reversed", "The octets of the tag are turned round.", lambda made: made[::-1], "tag"),
    ):
        add(f"tag-{id_}", text, tagging(finish=finish), fix=fix, refusal=refusal)


_add_bodies()
_add_secrets()
_add_contexts()
_add_keys()
_add_tags()
