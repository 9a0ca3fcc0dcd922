"""Mistakes in the sign content: which fields, in which order, joined how."""

import json
from collections.abc import Callable

from signproof.mistakes.tiger_rsa.catalogue import (
    CATALOGUE,
    Content,
    content,
    content_with,
    finished,
)

__all__: list[str] = []

_SORT = "Sort the fields by name, by code points, `A` before `_` before `a`."
_EVERY = "Sign every field that is sent but `sign`, whether it is documented or not."
_JOIN = "Write each field as `name=value` and join them with `&`, with nothing before or after."

_DOCUMENTED = ("biz_content", "charset", "method", "sign_type", "tiger_id", "timestamp", "version")


def _unsorted(made: Content) -> None:
    places = {name: place for place, (name, _) in enumerate(made.fields)}
    made.sort(lambda pair: places.get(pair[0], len(places)))


def _add_orders() -> None:
    orders: tuple[tuple[str, str, Callable[[Content], None], str], ...] = (
        (
            "names-unsorted",
            "The fields are signed in the order in which they stand in the body.",
            _unsorted,
            "collected, without a report to link to",
        ),
        (
            "names-sorted-descending",
            "The fields are signed in descending order of their names.",
            lambda made: made.sort(lambda pair: pair[0], reverse=True),
            "derived",
        ),
        (
            "names-sorted-case-insensitively",
            "The fields are sorted as if their names were in lower case.",
            lambda made: made.sort(lambda pair: pair[0].lower()),
            "derived",
        ),
        (
            "fields-sorted-by-value",
            "The fields are sorted by their values.",
            lambda made: made.sort(lambda pair: pair[1]),
            "derived",
        ),
        (
            "pairs-sorted-as-text",
            "The finished pairs `name=value` are sorted, so that `sdk-version=` precedes `sdk=`.",
            lambda made: made.sort("=".join),
            "derived",
        ),
    )
    for id_, text, change, evidence in orders:
        CATALOGUE.add(id_, text, content(change), fix=_SORT, evidence=evidence)


def _without(name: str) -> Callable[[Content], None]:
    return lambda made: made.keep(lambda each: each != name)


def _add_left_out() -> None:
    for name in (*_DOCUMENTED, "device_id", "notify_url", "account"):
        CATALOGUE.add(
            f"{name.replace('_', '-')}-not-signed",
            f"The field `{name}` is sent but not signed.",
            content(_without(name)),
            fix=_EVERY,
        )
    CATALOGUE.add(
        "undocumented-fields-not-signed",
        "Of all that is sent only the seven documented fields are signed.",
        content(lambda made: made.keep(_DOCUMENTED.__contains__)),
        fix=_EVERY,
        evidence="observed: SDKs send `device_id`, `sdk-version` and others, all of them signed",
    )
    CATALOGUE.add(
        "sign-included",
        "The field `sign` is signed, too, while it is still empty: `sign=`.",
        content(lambda made: made.insert("sign", "")),
        fix="Leave the field `sign` out of what is signed.",
        evidence="collected, without a report to link to",
    )
    CATALOGUE.add(
        "sign-included-as-null",
        "The field `sign` is signed, too, while it is still null: `sign=null`.",
        content(lambda made: made.insert("sign", "null")),
        fix="Leave the field `sign` out of what is signed.",
    )


def _add_joints() -> None:
    for name, separator in (
        ("nothing", ""),
        ("commas", ","),
        ("semicolons", ";"),
        ("newlines", "\n"),
        ("bars", "|"),
    ):
        CATALOGUE.add(
            f"fields-joined-with-{name}",
            f"The fields are joined with {name} instead of `&`.",
            content_with(separator=separator),
            fix=_JOIN,
        )
    for id_, text, equals in (
        ("names-joined-with-colons", "A colon stands between name and value.", ":"),
        ("names-joined-with-nothing", "Nothing stands between name and value.", ""),
    ):
        CATALOGUE.add(
            id_,
            text,
            content_with(equals=equals),
            fix=_JOIN,
        )


def _values_only(made: Content) -> None:
    made.equals = ""
    made.rename(lambda _: "")


def _json(made: Content, *, sort: bool = False, compact: bool = True) -> str:
    return json.dumps(
        dict(made.fields),
        ensure_ascii=False,
        sort_keys=sort,
        separators=(",", ":") if compact else None,
    )


def _biz_content(made: Content) -> str:
    return dict(made.pairs).get("biz_content", "")


def _add_writings() -> None:
    whole = "Sign `name=value` of the sorted fields, not JSON."
    writings: tuple[tuple[str, str, Callable[[Content], str], str], ...] = (
        ("body-signed", "The body is signed, as compact JSON without `sign`.", _json, whole),
        (
            "body-signed-spaced",
            "The body is signed, as JSON with a space after each `,` and `:`, without `sign`.",
            lambda made: _json(made, compact=False),
            whole,
        ),
        (
            "body-signed-sorted",
            "The body is signed, as compact JSON with sorted names, without `sign`.",
            lambda made: _json(made, sort=True),
            whole,
        ),
        (
            "biz-content-signed-alone",
            "Nothing but the text of `biz_content` is signed.",
            _biz_content,
            _EVERY,
        ),
    )
    for id_, text, write, fix in writings:
        CATALOGUE.add(
            id_,
            text,
            content_with(write=write),
            fix=fix,
        )


def _key_appended(made: Content) -> None:
    made.finishes.append(lambda text: f"{text}&key={made.key}")


def _add_surroundings() -> None:
    surroundings: tuple[tuple[str, str, Callable[[str], str], str], ...] = (
        (
            "ampersand-behind",
            "An `&` is signed behind the last field.",
            lambda t: t + "&",
            "derived",
        ),
        ("ampersand-in-front", "An `&` is signed before the first field.", "&{}".format, "derived"),
        (
            "question-mark-in-front",
            "A `?` is signed before the first field.",
            "?{}".format,
            "derived",
        ),
        (
            "path-in-front",
            "The path and a `?` are signed before the first field: `/gateway?`.",
            "/gateway?{}".format,
            "derived",
        ),
        (
            "newline-behind",
            "A newline is signed behind the last field.",
            lambda t: t + "\n",
            "derived: echo in a shell adds it",
        ),
    )
    for id_, text, change, evidence in surroundings:
        CATALOGUE.add(
            id_,
            text,
            finished(change),
            fix=_JOIN,
            evidence=evidence,
        )
    CATALOGUE.add(
        "private-key-appended",
        "The private key's text is signed behind the last field as `&key=`, as with secrets.",
        content(_key_appended),
        fix="Use the private key to sign with, and do not sign its text.",
        evidence="derived: brokers and payment services with a shared secret do so",
    )


_add_orders()
_add_left_out()
_add_joints()
CATALOGUE.add(
    "values-only",
    "The values are signed without their names.",
    content(_values_only),
    fix=_JOIN,
)
_add_writings()
_add_surroundings()
