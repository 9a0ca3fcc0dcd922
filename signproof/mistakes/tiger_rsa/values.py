"""Mistakes in the values that are signed: encoded, trimmed or put in other words."""

import unicodedata
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus

from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, Content, content

__all__: list[str] = []

_Change = Callable[[str], str]

_RAW = "Sign names and values as they are, without any encoding."
_NULL = "Sign null as `null`, or leave it out along with every empty value."
_AS_SENT = "Sign the text that is sent, character by character."


def quoted(text: str) -> str:
    """Return *text* percent-encoded, a space as `%20`."""
    return quote(text, safe="", errors="replace")


def _plus_quoted(text: str) -> str:
    return quote_plus(text, errors="replace")


def _component(text: str) -> str:
    """Encode as JavaScript's encodeURIComponent does."""
    return quote(text, safe="!'()*", errors="replace")


def _biz_content_quoted(made: Content) -> None:
    made.revalue(quoted, "biz_content".__eq__)


def _all_quoted(made: Content) -> None:
    made.rename(quoted)
    made.revalue(quoted)


def _add_encodings() -> None:
    encodings: tuple[tuple[str, str, Callable[[Content], None]], ...] = (
        (
            "values-url-encoded",
            "The values are URL-encoded for signing, a space as `%20`.",
            lambda made: made.revalue(quoted),
        ),
        (
            "values-form-encoded",
            "The values are URL-encoded for signing, a space as `+`.",
            lambda made: made.revalue(_plus_quoted),
        ),
        (
            "values-component-encoded",
            "The values are signed as encodeURIComponent gives them, with `!'()*` raw.",
            lambda made: made.revalue(_component),
        ),
        (
            "values-url-encoded-with-slashes",
            "The values are URL-encoded for signing, but for `/`.",
            lambda made: made.revalue(lambda text: quoted(text).replace("%2F", "/")),
        ),
        (
            "names-and-values-url-encoded",
            "Names and values alike are URL-encoded for signing.",
            _all_quoted,
        ),
        (
            "biz-content-url-encoded",
            "The text of `biz_content` alone is URL-encoded for signing.",
            _biz_content_quoted,
        ),
        (
            "content-url-encoded",
            "The finished sign content is URL-encoded, with its `=` and `&`.",
            lambda made: made.finishes.append(quoted),
        ),
        (
            "values-quoted",
            'The values stand between quotation marks: `name="value"`.',
            lambda made: made.revalue('"{}"'.format),
        ),
    )
    for id_, text, change in encodings:
        CATALOGUE.add(
            id_,
            text,
            content(change),
            fix=_RAW,
            evidence="collected, without a report to link to"
            if id_ == "values-url-encoded"
            else "derived",
        )


def _null_as(written: str) -> Callable[[Content], None]:
    return lambda made: made.revalue(lambda _: written, made.nulls().__contains__)


def _add_nulls() -> None:
    for name, written, language in (
        ("none", "None", "Python's str does"),
        ("nil", "<nil>", "Go's fmt does"),
        ("undefined", "undefined", "JavaScript does with an unset variable"),
        ("empty", "", "templates do"),
    ):
        CATALOGUE.add(
            f"null-as-{name}",
            f"Null is signed as `{written}`, as {language}."
            if written
            else f"Null is signed as the empty text, as {language}.",
            content(_null_as(written)),
            fix=_NULL,
        )
    CATALOGUE.add(
        "empty-as-null",
        "An empty value is signed as `null`.",
        content(lambda made: made.revalue(lambda text: text or "null")),
        fix="Sign an empty value as nothing after its `=`, or leave it out along with every null.",
    )


def _add_texts() -> None:
    case = "Sign the fields in the case in which they are sent."
    texts: tuple[tuple[str, str, Callable[[Content], None], str], ...] = (
        (
            "content-lowercase",
            "The sign content is put into lower case.",
            lambda made: made.finishes.append(str.lower),
            case,
        ),
        (
            "content-uppercase",
            "The sign content is put into upper case.",
            lambda made: made.finishes.append(str.upper),
            case,
        ),
        (
            "values-trimmed",
            "White space around a value is sent but not signed.",
            lambda made: made.revalue(str.strip),
            _AS_SENT,
        ),
        (
            "spaces-not-signed",
            "Spaces are sent but not signed, not even the timestamp's.",
            lambda made: made.finishes.append(lambda text: text.replace(" ", "")),
            _AS_SENT,
        ),
        (
            "content-normalised-nfc",
            "The sign content is put into the Unicode form NFC, its letters composed.",
            lambda made: made.finishes.append(partial(unicodedata.normalize, "NFC")),
            _AS_SENT,
        ),
        (
            "content-normalised-nfd",
            "The sign content is put into the Unicode form NFD, its letters taken apart.",
            lambda made: made.finishes.append(partial(unicodedata.normalize, "NFD")),
            _AS_SENT,
        ),
    )
    for id_, text, change, fix in texts:
        CATALOGUE.add(id_, text, content(change), fix=fix)


_add_encodings()
_add_nulls()
_add_texts()
