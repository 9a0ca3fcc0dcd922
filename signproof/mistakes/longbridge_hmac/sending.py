"""Mistakes in what is sent around a signature: headers lost, doubled, misspelt or misplaced."""

from collections.abc import Callable

from signproof.mistakes.base import Edit
from signproof.mistakes.longbridge_hmac.catalogue import CATALOGUE, function_of, output_changed
from signproof.pipeline import Pipeline

__all__: list[str] = []

Headers = tuple[tuple[bytes, bytes], ...]

_FOUR = "Send X-Api-Key, Authorization, X-Timestamp and X-Api-Signature, each exactly once."
_NAMES = (b"X-Api-Key", b"Authorization", b"X-Timestamp", b"X-Api-Signature")


def _with(headers: Headers, name: bytes, value: bytes) -> Headers:
    return tuple((key, value if key == name else old) for key, old in headers)


def _without(headers: Headers, name: bytes) -> Headers:
    return tuple(pair for pair in headers if pair[0] != name)


def _doubled(headers: Headers, name: bytes) -> Headers:
    return (*headers, *[pair for pair in headers if pair[0] == name])


def _renamed(headers: Headers, new: bytes) -> Headers:
    """Send the signature under another name, last."""
    signature = [(new, value) for name, value in headers if name == b"X-Api-Signature"]
    return (*_without(headers, b"X-Api-Signature"), *signature)


def _misplaced(headers: Headers) -> Headers:
    """Send the signature as Authorization, in the token's place."""
    others = _without(headers, b"X-Api-Signature")
    for name, value in headers:
        if name == b"X-Api-Signature":
            others = _with(others, b"Authorization", value)
    return others


def _sent(change: Callable[..., Headers], *values: bytes) -> Edit:
    """Return the edit that changes the headers, which *change* takes first."""
    return output_changed("headers", lambda headers: change(headers, *values))


def _add_missing_and_doubled() -> None:
    for name in _NAMES:
        text = name.decode()
        CATALOGUE.add(
            f"header-not-sent-{text.lower()}",
            f"{text} is not sent.",
            _sent(_without, name),
            fix=_FOUR,
            refusal="missing-header",
        )
        CATALOGUE.add(
            f"header-sent-twice-{text.lower()}",
            f"{text} is sent twice.",
            _sent(_doubled, name),
            fix=_FOUR,
            evidence="observed: some SDKs send a caller's X-Timestamp beside their own"
            if name == b"X-Timestamp"
            else "derived",
            refusal="duplicate-header",
        )


# Before "X-Api-Signature is not sent", which is true of these as well but says less.
for _name in (b"X-Api-Sign", b"X-Signature", b"X-Api-Signatrue", b"X_Api_Signature"):
    CATALOGUE.add(
        f"header-named-{_name.decode().lower().replace('_', '-underscore-')}",
        f"The signature is sent as {_name.decode()} instead of X-Api-Signature.",
        _sent(_renamed, _name),
        fix="Name the header X-Api-Signature.",
        evidence="observed in hand-written clients",
        refusal="missing-header",
    )

_add_missing_and_doubled()


@CATALOGUE.mistake(
    fix="Keep the access token in Authorization and send the signature as X-Api-Signature.",
    evidence="observed in hand-written clients",
    refusal="missing-header",
)
def signature_in_authorization(pipeline: Pipeline) -> Pipeline:
    """The signature is sent as Authorization, in place of the access token."""
    return _sent(_misplaced)(pipeline)


@CATALOGUE.mistake(
    fix="Send `Content-Type: application/json; charset=utf-8` with every body.",
    evidence="observed in hand-written clients",
    refusal=None,
)
def json_content_type_missing(pipeline: Pipeline) -> Pipeline:
    """A body is sent without a content type."""
    return _sent(_without, b"Content-Type")(pipeline)


@CATALOGUE.mistake(
    fix="Send `Content-Type: application/json; charset=utf-8` with every body.",
    evidence="observed: curl's -d sends it",
    refusal=None,
)
def form_content_type(pipeline: Pipeline) -> Pipeline:
    """A JSON body is sent with the content type of a form."""
    return _sent(_with, b"Content-Type", b"application/x-www-form-urlencoded")(pipeline)


@CATALOGUE.mistake(
    fix="From the refresh on, sign and send the new token: the old one stops working.",
    evidence="documented: a refresh ends the old token",
    refusal=None,
)
def old_token_after_refresh(pipeline: Pipeline) -> Pipeline:
    """The token from before the refresh is still used."""
    return pipeline.replace("token", lambda old, _new: old)


@CATALOGUE.mistake(
    fix="Send the token that was signed.",
    hindsight=lambda pipeline: pipeline,
)
def old_token_sent_new_token_signed(pipeline: Pipeline) -> Pipeline:
    """After a refresh the new token is signed, but the old one is still sent."""
    return pipeline.replace(
        "headers",
        function_of(pipeline, "headers"),
        ("app_key", "access_token", "timestamp", "header", "body"),
    )


@CATALOGUE.mistake(
    fix="Send the body that was hashed.",
    hindsight=lambda pipeline: pipeline,
    evidence="derived: clients drop the body of a GET or DELETE",
)
def body_not_sent(pipeline: Pipeline) -> Pipeline:
    """The body is signed but not sent."""
    return pipeline.change_output("sent_body", lambda _: b"")


@CATALOGUE.mistake(
    fix="Serialise once, hash these octets and send the same octets.",
    evidence="observed: the clients requests and aiohttp serialise `json=` with spaces",
    hindsight=lambda pipeline: pipeline,
)
def body_sent_spaced(pipeline: Pipeline) -> Pipeline:
    r"""A compact body is signed, and the HTTP client sends it with spaces and `\uXXXX`."""
    return pipeline.change_output("sent_body", _spaced)


def _spaced(body: bytes) -> bytes:
    import json  # noqa: PLC0415 - beside its only use

    try:
        return json.dumps(json.loads(body)).encode()
    except (ValueError, RecursionError):
        return body
