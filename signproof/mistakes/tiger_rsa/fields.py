"""Mistakes in the fields that are sent and signed: missing, misspelt, or in another form."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, Fields, content, fields, sent, without

__all__: list[str] = []

_TIMESTAMP = "Send and sign the timestamp as `YYYY-MM-DD HH:MM:SS`."
_SIGN_TYPE = "Send and sign `sign_type` as `RSA`."
_SEVEN = "Send and sign method, version, timestamp, tiger_id, charset and sign_type."

_FORM = "%Y-%m-%d %H:%M:%S"


def _changed(name: str, change: Callable[[str], str]) -> Callable[[Fields], Fields]:
    """Return what changes the value of one field."""
    return lambda given: tuple(
        (each, change(value) if each == name and value is not None else value)
        for each, value in given
    )


def _constant(value: str, _: str) -> str:
    return value


# The timestamp


def _instant(write: Callable[[datetime], str]) -> Callable[[str], str]:
    """Return what writes a timestamp anew; one that is none stays as it is."""

    def change(text: str) -> str:
        try:
            return write(datetime.strptime(text, _FORM).replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return text

    return change


def _bare(instant: datetime, separator: str = " ") -> str:
    return instant.replace(tzinfo=None).isoformat(separator)


def _seconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _a_second(later: int) -> Callable[[str], str]:
    return _instant(lambda instant: _bare(instant + timedelta(seconds=later)))


def _add_timestamps() -> None:
    writings: tuple[tuple[str, str, Callable[[datetime], str]], ...] = (
        ("unix-seconds", "in Unix seconds", lambda instant: str(_seconds(instant))),
        (
            "unix-milliseconds",
            "in Unix milliseconds",
            lambda instant: str(_seconds(instant) * 1000),
        ),
        ("with-t", "with a `T` instead of its space", lambda instant: _bare(instant, "T")),
        ("with-zone", "with a zone behind it", lambda instant: instant.isoformat(" ")),
        (
            "with-fraction",
            "with a fraction of the second",
            lambda instant: _bare(instant) + ".000",
        ),
        (
            "without-separators",
            "in fourteen digits",
            lambda instant: re.sub(r"\D", "", _bare(instant)),
        ),
        (
            "with-slashes",
            "with `/` in its date",
            lambda instant: _bare(instant).replace("-", "/"),
        ),
    )
    for name, text, write in writings:
        CATALOGUE.add(
            f"timestamp-{name}",
            f"The timestamp is sent and signed {text}.",
            fields(_changed("timestamp", _instant(write))),
            fix=_TIMESTAMP,
            evidence="documented: the gateway's message `time parse error`",
            refusal="malformed-timestamp",
        )
    CATALOGUE.add(
        "timestamp-read-twice",
        "The clock is read again for sending: the timestamp sent is a second later than signed.",
        sent(_changed("timestamp", _a_second(1))),
        fix="Read the clock once and sign the timestamp that is sent.",
        hindsight=content(
            lambda made: made.revalue(_a_second(-1), "timestamp".__eq__),
        ),
    )


# Fields in another form, or not at all


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _add_fields() -> None:
    for name, named in (
        ("rsa2", "RSA2"),
        ("rsa1", "RSA1"),
        ("sha1withrsa", "SHA1withRSA"),
        ("lowercase", "rsa"),
    ):
        CATALOGUE.add(
            f"sign-type-{name}",
            f"`sign_type` is sent and signed as `{named}`.",
            fields(_changed("sign_type", partial(_constant, named))),
            fix=_SIGN_TYPE,
            refusal="wrong-sign-type",
        )
    CATALOGUE.add(
        "charset-without-hyphen",
        "`charset` is sent and signed as `UTF8`, without its hyphen.",
        fields(_changed("charset", lambda text: text.replace("-", ""))),
        fix="Send and sign `charset` as `UTF-8` or `GBK`.",
        refusal="unknown-charset",
    )
    for name in ("method", "version", "timestamp", "tiger_id", "charset", "sign_type"):
        CATALOGUE.add(
            f"{name.replace('_', '-')}-missing",
            f"The field `{name}` is neither sent nor signed.",
            fields(without(name)),
            fix=_SEVEN,
            evidence="documented: the gateway's message `field 'xxx' cannot be empty`",
            refusal="missing-field",
        )
    CATALOGUE.add(
        "names-in-camel-case",
        "The fields are named tigerId, bizContent and signType.",
        fields(lambda given: tuple((_camel_case(name), value) for name, value in given)),
        fix="Name the fields with underscores, such as tiger_id.",
        refusal="missing-field",
    )


_add_timestamps()
_add_fields()
