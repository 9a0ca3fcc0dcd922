"""Mistakes in ``biz_content``: signed in another form than sent, or where there is none."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from signproof.mistakes.base import Edit
from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, Content, Fields, content, sent
from signproof.mistakes.tiger_rsa.json_text import (
    escaped,
    html_escaped,
    parsed,
    rewritten,
    slashes_escaped,
    slashes_unescaped,
    unescaped,
)

__all__: list[str] = []

_Change = Callable[[str], str]

_NAME = "biz_content"
_ONCE = "Serialise `biz_content` once, sign this text and send the same text."
_ABSENT = "Where there is no `biz_content` in the body, do not sign one, and the reverse."


_COMPACT = (",", ":")

_tight = partial(json.dumps, ensure_ascii=False, separators=_COMPACT)


def _dumped(text: str, **options: Any) -> str:
    return str(rewritten(text, partial(json.dumps, **options)))


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of JSON text."""

    id: str
    text: str
    """What it is like, as a sentence ends."""
    change: _Change
    evidence: str = "derived"


_SPACED = _Form(
    "spaced",
    "with a space after each `,` and `:`, its characters raw",
    partial(_dumped, ensure_ascii=False),
    "collected, without a report to link to",
)
_DUMPED = _Form(
    "spaced-escaped",
    r"as Python's json.dumps writes it, with spaces and `\uXXXX`",
    _dumped,
    "collected, without a report to link to",
)
_TIGHT = _Form(
    "compact",
    "as compact JSON, its characters raw",
    lambda text: str(rewritten(text, _tight)),
)
_SORTED = _Form(
    "sorted",
    "as compact JSON with sorted names",
    partial(_dumped, ensure_ascii=False, separators=_COMPACT, sort_keys=True),
    "collected, without a report to link to",
)
_INDENTED = _Form(
    "indented",
    "as JSON in lines, two spaces a level",
    partial(_dumped, ensure_ascii=False, indent=2),
)
_ESCAPED = _Form(
    "escaped",
    r"with each character beyond ASCII as `\uXXXX`",
    escaped,
    r"observed: the Python SDK's body holds `\uXXXX` where raw characters are signed",
)
_UNESCAPED = _Form("unescaped", r"with each `\uXXXX` as the character it stands for", unescaped)
_SLASHES = _Form(
    "slashes-escaped", r"with `\/` for each `/`", slashes_escaped, "derived: PHP escapes slashes"
)
_NO_SLASHES = _Form("slashes-unescaped", r"with `/` for each `\/`", slashes_unescaped)
_HTML = _Form(
    "html-escaped",
    r"with `&`, `<` and `>` as `\u0026`, `\u003c` and `\u003e`",
    html_escaped,
    "observed: the Go SDK escapes these characters, and signs them so",
)

_INVERSE: dict[_Form, _Form | None] = {
    _SPACED: _TIGHT,
    _DUMPED: _TIGHT,
    _TIGHT: _SPACED,
    _SORTED: None,
    _INDENTED: _TIGHT,
    _ESCAPED: _UNESCAPED,
    _UNESCAPED: _ESCAPED,
    _SLASHES: _NO_SLASHES,
    _NO_SLASHES: _SLASHES,
    _HTML: _UNESCAPED,
}
"""By the form sent, the one that was probably signed; None where that cannot be told."""


def _signed(change: _Change) -> Edit:
    return content(lambda made: made.revalue(change, _NAME.__eq__))


def _sent(change: _Change) -> Edit:
    return sent(
        lambda fields: tuple(
            (name, change(value) if name == _NAME and value is not None else value)
            for name, value in fields
        )
    )


def _before(form: _Form, inverse: _Form) -> _Change:
    """Return what tells the text signed from the one sent, where that has the form."""

    def change(text: str) -> str:
        signed = inverse.change(text)
        return signed if form.change(signed) == text else text

    return change


def _add_signed() -> None:
    for form in _INVERSE:
        CATALOGUE.add(
            f"biz-content-signed-{form.id}",
            f"`biz_content` is signed {form.text}, but sent in another form.",
            _signed(form.change),
            fix=_ONCE,
            evidence=form.evidence,
        )


def _add_sent() -> None:
    for form, inverse in _INVERSE.items():
        CATALOGUE.add(
            f"biz-content-sent-{form.id}",
            f"`biz_content` is sent {form.text}, but was signed in another form.",
            _sent(form.change),
            fix=_ONCE,
            evidence=form.evidence,
            hindsight=_signed(_before(form, inverse)) if inverse else lambda pipeline: pipeline,
        )


def _without_nulls(text: str) -> str:
    value = parsed(text)
    if not isinstance(value, dict):
        return text
    return _tight({name: member for name, member in value.items() if member is not None})


def _add_texts() -> None:
    texts: tuple[tuple[str, str, _Change, str], ...] = (
        (
            "as-python-repr",
            "`biz_content` is signed as Python's str gives a dict, with single quotes.",
            lambda text: rewritten(text, repr),
            "derived",
        ),
        (
            "without-nulls",
            "Members of `biz_content` that are null are sent but not signed.",
            _without_nulls,
            "derived: Java's JSON libraries leave null out",
        ),
        (
            "as-json-string",
            "`biz_content` is signed as it stands in the body, with quotation marks and escapes.",
            partial(json.dumps, ensure_ascii=False),
            "derived",
        ),
        (
            "with-backslashes",
            "`biz_content` is signed with the escapes that the body has, without quotation marks.",
            lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
            "derived",
        ),
    )
    for id_, text, change, evidence in texts:
        CATALOGUE.add(
            f"biz-content-signed-{id_}",
            text,
            _signed(change),
            fix="Sign the text of `biz_content` that a reader of the body gets.",
            evidence=evidence,
        )


def _flat(made: Content) -> None:
    value = parsed(dict(made.pairs).get(_NAME, ""))
    if not isinstance(value, dict):
        return
    made.keep(_NAME.__ne__)
    for name, member in value.items():
        made.insert(name, member if isinstance(member, str) else _tight(member))


def _if_absent(written: str) -> Callable[[Content], None]:
    def change(made: Content) -> None:
        if _NAME not in dict(made.fields):
            made.insert(_NAME, written)

    return change


def _empty_object_left_out(made: Content) -> None:
    if dict(made.pairs).get(_NAME) == "{}":
        made.keep(_NAME.__ne__)


def _empty_object_added(fields: Fields) -> Fields:
    return fields if _NAME in dict(fields) else (*fields, (_NAME, "{}"))


def _add_absent() -> None:
    CATALOGUE.add(
        "biz-content-flattened",
        "The members of `biz_content` are signed as if they were fields of their own.",
        content(_flat),
        fix="Sign `biz_content` as one field, whose value is its text.",
    )
    for name, written in (("an-empty-object", "{}"), ("null", "null"), ("empty-text", "")):
        CATALOGUE.add(
            f"absent-biz-content-signed-as-{name}",
            f"For a call without `biz_content`, `biz_content={written}` is signed.",
            content(_if_absent(written)),
            fix=_ABSENT,
            evidence="observed: the Go and TypeScript SDKs send and sign `{}`"
            if written == "{}"
            else "derived",
        )
    CATALOGUE.add(
        "empty-biz-content-not-signed",
        "`biz_content` is sent as `{}` but not signed.",
        content(_empty_object_left_out),
        fix=_ABSENT,
    )
    CATALOGUE.add(
        "empty-biz-content-added-when-sent",
        "For a call without `biz_content`, `{}` is added when the fields are signed already.",
        sent(_empty_object_added),
        fix=_ABSENT,
        hindsight=content(_empty_object_left_out),
    )


_add_signed()
_add_sent()
_add_texts()
_add_absent()
