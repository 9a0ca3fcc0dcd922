"""Mistakes in what is sent around the body: another address, or other headers."""

from functools import partial

from signproof.mistakes.tiger_rsa.body import written_without_sign
from signproof.mistakes.tiger_rsa.catalogue import (
    CATALOGUE,
    edits,
    output_changed,
    replaced,
)

__all__: list[str] = []

_PATH = "Send every call to the path `/gateway`."
_TOKEN = "Send the token in Authorization as it is, where the account has one."  # noqa: S105

Headers = tuple[tuple[bytes, bytes], ...]


def _without_token(headers: Headers) -> Headers:
    return tuple(header for header in headers if header[0] != b"Authorization")


def _with_bearer(headers: Headers) -> Headers:
    return tuple(
        (name, b"Bearer " + value if name == b"Authorization" else value) for name, value in headers
    )


def _with_signature(signature: bytes) -> Headers:
    content_type = (b"Content-Type", b"application/json;charset=UTF-8")
    return (content_type, (b"Authorization", signature))


def _add_sending() -> None:
    for id_, text, path in (
        ("path-missing", "The request is sent to `/` instead of `/gateway`.", b"/"),
        ("path-doubled", "The request is sent to `/gateway/gateway`.", b"/gateway/gateway"),
        ("path-with-slash", "The request is sent to `/gateway/`.", b"/gateway/"),
    ):
        CATALOGUE.add(id_, text, replaced("target", partial(bytes, path)), fix=_PATH, refusal=None)
    CATALOGUE.add(
        "bearer-before-token",
        "The token is sent with `Bearer ` in front.",
        output_changed("headers", _with_bearer),
        fix=_TOKEN,
        evidence="collected, without a report to link to",
        refusal=None,
    )
    CATALOGUE.add(
        "token-not-sent",
        "The token is not sent, though the account has one.",
        output_changed("headers", _without_token),
        fix=_TOKEN,
        refusal=None,
    )
    CATALOGUE.add(
        "sign-sent-in-authorization",
        "The signature is sent in the header Authorization instead of the body.",
        edits(written_without_sign, replaced("headers", _with_signature, ("signature",))),
        fix="Send the signature in the field `sign`, and in Authorization only a token.",
        refusal="missing-field",
    )
    # Behind two mistakes of which this is true as well, but says less.
    CATALOGUE.add(
        "sign-missing",
        "The signature is not sent.",
        written_without_sign,
        fix="Send the signature in the field `sign`.",
        refusal="missing-field",
    )


_add_sending()
