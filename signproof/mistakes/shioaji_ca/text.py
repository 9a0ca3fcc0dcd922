"""Mistakes in the octets of what is signed: its charset, and how the plain text is written."""

import base64
import json
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Literal
from urllib.parse import quote

from signproof.mistakes.base import Edit
from signproof.mistakes.shioaji_ca.catalogue import Change, Text, add, encoded, text

__all__: list[str] = []

_UTF8 = "Encode the text as UTF-8, without a byte order mark."
_AS_GIVEN = "Sign the plain text as it is given, character by character."
_REFUSALS = {
    "big5": "text-not-utf-8",
    "utf-16-le": "wrong-person",
    "utf-16-be": "wrong-person",
    "latin-1": "text-not-utf-8",
    "ascii": "wrong-plain-text",
}
"""By codec what a verifier says where it shows: most texts are UTF-8 in some of them."""


def _in(codec: str) -> Callable[[Text], None]:
    def change(made: Text) -> None:
        made.codec = codec

    return change


def _wrapped(change: Change) -> Edit:
    """Return the edit after which the octets of the text are changed."""
    return text(lambda made: made.wraps.append(change))


def _add_charsets() -> None:
    for id_, words, codec in (
        ("big5", "in Big5; `?` for what it lacks", "big5"),
        ("utf-16", "in UTF-16, little endian, without a byte order mark", "utf-16-le"),
        ("utf-16-big-endian", "in UTF-16, big endian", "utf-16-be"),
        ("latin-1", "in Latin-1; `?` for what it lacks", "latin-1"),
        ("ascii", "in ASCII; `?` for what it lacks", "ascii"),
    ):
        add(
            f"text-in-{id_}",
            f"The text is encoded {words}.",
            text(_in(codec)),
            fix=_UTF8,
            refusal=_REFUSALS[codec],
        )
    add(
        "text-encoded-twice",
        "The text is encoded as UTF-8, taken for Latin-1, and encoded again.",
        _wrapped(lambda octets: octets.decode("latin-1").encode()),
        fix=_UTF8,
        refusal="wrong-plain-text",
    )
    add(
        "text-with-byte-order-mark",
        "The text is signed with a byte order mark in front.",
        _wrapped(lambda octets: b"\xef\xbb\xbf" + octets),
        fix=_UTF8,
        refusal="wrong-person",
    )


def _escaped(given: str) -> str:
    return "".join(each if each.isascii() else json.dumps(each)[1:-1] for each in given)


def _add_writings() -> None:
    writings: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("trimmed", "without white space around it", str.strip),
        ("with-newline", "with a newline behind it", "{}\n".format),
        (
            "with-crlf",
            "with CRLF for each newline in it",
            lambda given: given.replace("\n", "\r\n"),
        ),
        ("without-spaces", "without its spaces", lambda given: given.replace(" ", "")),
        ("lowercase", "in lower case", str.lower),
        ("uppercase", "in upper case", str.upper),
        ("escaped", r"with each character beyond ASCII as `\uXXXX`", _escaped),
        ("quoted", "between quotation marks", '"{}"'.format),
        (
            "url-encoded",
            "percent-encoded, a space as `%20`",
            partial(quote, safe="", errors="replace"),
        ),
        (
            "base64",
            "in base64",
            lambda given: base64.b64encode(encoded(given)).decode(),
        ),
        ("hex", "in hex", lambda given: encoded(given).hex()),
        ("nfc", "in the Unicode form NFC, its letters composed", _form("NFC")),
        ("nfd", "in the Unicode form NFD, its letters taken apart", _form("NFD")),
    )
    for id_, words, change in writings:
        add(
            f"plain-text-{id_}",
            f"The plain text is signed {words}.",
            text(partial(Text.revalue, part="plain_text", change=change)),
            fix=_AS_GIVEN,
            # The newline is taken for what stands before the time.
            refusal="malformed-time" if id_ == "with-newline" else "wrong-plain-text",
        )


def _form(name: Literal["NFC", "NFD"]) -> Callable[[str], str]:
    return lambda given: unicodedata.normalize(name, given)


def _add_wholes() -> None:
    fix = "Sign the text with nothing before, behind or around it."
    wholes: tuple[tuple[str, str, Change], ...] = (
        ("with-newline", "The text is signed with a newline behind it.", lambda made: made + b"\n"),
        (
            "with-zero",
            "The text is signed with the zero that ends a C string.",
            lambda made: made + b"\0",
        ),
    )
    for id_, sentence, change in wholes:
        add(f"text-{id_}", sentence, _wrapped(change), fix=fix, refusal="malformed-time")


_add_charsets()
_add_writings()
_add_wholes()
