"""Mistakes in the body's digest: another serialisation, digest or encoding than that sent."""

import base64
import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from signproof.mistakes.longbridge_hmac.catalogue import (
    CATALOGUE,
    CanonicalRequest,
    assembled,
    hex_decoded,
    output_changed,
    replaced,
)
from signproof.pipeline import Pipeline

__all__: list[str] = []

_AS_SENT = "Serialise once, hash these octets and send the same octets."
_DIGEST = "Hash the body with SHA-1 and write it as lower-case hex."


def _hashed(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The body is changed for hashing alone."""
    return pipeline.change_input("body_digest", "body", change)


def _written(body: bytes, **options: Any) -> bytes:
    """Return the JSON body written anew; one that is not JSON stays as it is."""
    try:
        return json.dumps(json.loads(body), **options).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return body


_COMPACT = (",", ":")


@CATALOGUE.mistake(
    fix=_AS_SENT,
    evidence="observed: the client httpx serialises `json=` compactly, unlike json.dumps",
)
def body_signed_spaced(pipeline: Pipeline) -> Pipeline:
    r"""The body is hashed as Python's json.dumps writes it, with spaces and `\uXXXX`."""
    return _hashed(pipeline, _written)


@CATALOGUE.mistake(
    fix=_AS_SENT,
    evidence="observed: the clients requests and aiohttp serialise `json=` with spaces",
)
def body_signed_compact(pipeline: Pipeline) -> Pipeline:
    """The body is hashed as compact JSON, its characters unescaped, but sent in another form."""
    return _hashed(pipeline, partial(_written, separators=_COMPACT, ensure_ascii=False))


@CATALOGUE.mistake(fix=_AS_SENT, evidence="observed in hand-written clients")
def body_signed_spaced_unescaped(pipeline: Pipeline) -> Pipeline:
    """The body is hashed with a space after each `,` and `:`, its characters unescaped."""
    return _hashed(pipeline, partial(_written, ensure_ascii=False))


@CATALOGUE.mistake(fix=_AS_SENT, evidence="observed in hand-written clients")
def body_signed_compact_escaped(pipeline: Pipeline) -> Pipeline:
    r"""The body is hashed as compact JSON with `\uXXXX`, but sent in another form."""
    return _hashed(pipeline, partial(_written, separators=_COMPACT))


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_indented(pipeline: Pipeline) -> Pipeline:
    """The body is hashed as pretty-printed JSON, two spaces a level."""
    return _hashed(pipeline, partial(_written, indent=2, ensure_ascii=False))


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_with_sorted_keys(pipeline: Pipeline) -> Pipeline:
    """The body is hashed as compact JSON with its keys sorted, but sent in another order."""
    return _hashed(
        pipeline, partial(_written, separators=_COMPACT, ensure_ascii=False, sort_keys=True)
    )


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_trimmed(pipeline: Pipeline) -> Pipeline:
    """White space around the body is sent but not hashed."""
    return _hashed(pipeline, bytes.strip)


@CATALOGUE.mistake(fix=_AS_SENT, evidence="observed: echo in a shell adds it")
def body_signed_with_newline(pipeline: Pipeline) -> Pipeline:
    """A newline that is not sent is hashed after the body."""
    return _hashed(pipeline, lambda body: body + b"\n" if body else body)


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_without_newlines(pipeline: Pipeline) -> Pipeline:
    """Line ends inside the body, LF or CRLF, are sent but not hashed."""
    return _hashed(pipeline, lambda body: body.replace(b"\r", b"").replace(b"\n", b""))


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_as_latin_1(pipeline: Pipeline) -> Pipeline:
    """The body's text is hashed in Latin-1, other characters as `?`, while UTF-8 is sent."""
    return _hashed(
        pipeline,
        lambda body: body.decode("utf-8", "replace").encode("latin-1", "replace"),
    )


@CATALOGUE.mistake(fix=_AS_SENT)
def body_signed_as_utf_16(pipeline: Pipeline) -> Pipeline:
    """The body's text is hashed in UTF-16 (little endian) while UTF-8 is sent."""
    return _hashed(pipeline, lambda body: body.decode("utf-8", "replace").encode("utf-16-le"))


@CATALOGUE.mistake(
    fix="Leave the last part empty when there is no body.",
    evidence="observed in hand-written clients",
)
def empty_body_digest(pipeline: Pipeline) -> Pipeline:
    """The SHA-1 of the empty text is signed for a request without a body."""
    return pipeline.change_output(
        "body_digest",
        lambda digest: digest or hashlib.sha1(b"").hexdigest().encode(),  # noqa: S324
    )


@CATALOGUE.mistake(fix="`{}` is a body of two octets: hash it.")
def empty_object_as_no_body(pipeline: Pipeline) -> Pipeline:
    """A body `{}` is sent but signed as if there were none."""
    return _hashed(pipeline, lambda body: b"" if body == b"{}" else body)


@CATALOGUE.mistake(fix='`""` is a body of two octets: hash it.')
def empty_string_as_no_body(pipeline: Pipeline) -> Pipeline:
    """A body of two quotes is sent but signed as if there were none."""
    return _hashed(pipeline, lambda body: b"" if body == b'""' else body)


@CATALOGUE.mistake(fix="Leave the last part empty when there is no body.")
def no_body_as_empty_object(pipeline: Pipeline) -> Pipeline:
    """The digest of `{}` is signed for a request without a body."""
    return _hashed(pipeline, lambda body: body or b"{}")


def _of_post_only(request: CanonicalRequest) -> None:
    if request.parts["method"] != b"POST":
        request.put("body-digest", b"")


@CATALOGUE.mistake(fix="Hash the body of every method that has one.")
def body_hashed_for_post_only(pipeline: Pipeline) -> Pipeline:
    """Only the body of a POST is hashed; that of a PUT or DELETE is not."""
    return assembled(_of_post_only)(pipeline)


def _digest(algorithm: str, body: bytes) -> bytes:
    return hashlib.new(algorithm, body).hexdigest().encode() if body else b""


def _add_digests() -> None:
    for name, title in (
        ("md5", "MD5"),
        ("sha224", "SHA-224"),
        ("sha256", "SHA-256"),
        ("sha384", "SHA-384"),
        ("sha512", "SHA-512"),
    ):
        CATALOGUE.add(
            f"body-digest-{name}",
            f"The body is hashed with {title} instead of SHA-1.",
            replaced("body_digest", partial(_digest, name)),
            fix=_DIGEST,
            evidence="observed in clients" if name == "sha256" else "derived",
        )
    encodings: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
        ("uppercase", "is written in upper-case hex", bytes.upper),
        ("base64", "is written in base64", lambda digest: base64.b64encode(hex_decoded(digest))),
        ("raw", "is written as 20 raw octets", hex_decoded),
        ("hashed-again", "is hashed with SHA-1 once more", partial(_digest, "sha1")),
    )
    for name, text, encode in encodings:
        CATALOGUE.add(
            f"body-digest-{name}",
            f"The body's digest {text}.",
            output_changed("body_digest", encode),
            fix=_DIGEST,
        )
    CATALOGUE.add(
        "body-not-hashed",
        "The body itself stands in the canonical request instead of its digest.",
        replaced("body_digest", lambda body: body),
        fix=_DIGEST,
    )


_add_digests()
