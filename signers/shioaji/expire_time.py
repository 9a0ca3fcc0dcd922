"""``expire_time``: when a certificate ends, as the broker writes it.

The page's form is ``2026-09-13T15:59:59`` (documented), with no offset. That it is UTC is
inferred: it is then the last second of a day in Taipei. Read as local time it is eight hours off.
"""

import enum
import re
from datetime import UTC, datetime, timedelta, timezone

from cryptography.x509 import Certificate

from signers.shioaji.errors import InstantOutOfRange, MalformedExpireTime, NaiveInstant

__all__ = [
    "TAIPEI",
    "Form",
    "expire_time",
    "form_of",
    "format_expire_time",
    "in_taipei",
    "parse_expire_time",
]

TAIPEI = timezone(timedelta(hours=8))
"""The offset of Taipei, all year round."""


class Form(enum.StrEnum):
    """How a text that should be an expire_time is written."""

    NAIVE = "naive"
    """``2026-09-13T15:59:59``: the page's form (documented)."""
    UTC = "utc"
    """The same with ``Z``."""
    OFFSET = "offset"
    """The same with an offset, such as ``+08:00``."""
    FRACTION = "fraction"
    """The same with a fraction of a second, with or without an offset."""
    SPACE = "space"
    """The same with a space where the ``T`` is due."""
    DATE = "date"
    """A date alone."""
    UNIX_SECONDS = "unix-seconds"
    """Ten digits."""
    UNIX_MILLISECONDS = "unix-milliseconds"
    """Thirteen digits."""
    NO_INSTANT = "no-instant"
    """The page's form, but of a day or hour that does not exist."""
    OTHER = "other"
    """Anything else."""


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_OFFSET = r"[+-][0-9]{2}:?[0-9]{2}"
_FORMS = {
    Form.NAIVE: re.compile(f"{_DAY}T{_TIME}"),
    Form.UTC: re.compile(f"{_DAY}T{_TIME}Z"),
    Form.OFFSET: re.compile(f"{_DAY}T{_TIME}{_OFFSET}"),
    Form.FRACTION: re.compile(rf"{_DAY}T{_TIME}\.[0-9]+(?:Z|{_OFFSET})?"),
    Form.SPACE: re.compile(f"{_DAY} {_TIME}"),
    Form.DATE: re.compile(_DAY),
    Form.UNIX_SECONDS: re.compile(r"[0-9]{10}"),
    Form.UNIX_MILLISECONDS: re.compile(r"[0-9]{13}"),
}
_NUMBERS = re.compile("[0-9]+")


def format_expire_time(instant: datetime | int) -> str:
    """Return the page's form of an aware datetime, or of Unix seconds; a fraction is dropped.

    Raises NaiveInstant, and InstantOutOfRange outside of the years 1 to 9999 in UTC.
    """
    return f"{_utc(instant):%Y-%m-%dT%H:%M:%S}".rjust(19, "0")


def in_taipei(instant: datetime | int) -> str:
    """Return the same instant in Taipei, with its offset; raises as `format_expire_time`."""
    try:
        return _utc(instant).astimezone(TAIPEI).isoformat(timespec="seconds")
    except OverflowError:
        raise InstantOutOfRange from None


def expire_time(certificate: Certificate) -> str:
    """Return the page's form of the certificate's notAfter."""
    return format_expire_time(certificate.not_valid_after_utc)


def form_of(text: str) -> Form:
    """Tell how *text* is written."""
    found = next((form for form, shape in _FORMS.items() if shape.fullmatch(text)), Form.OTHER)
    if found is Form.NAIVE and _seconds(text) is None:
        return Form.NO_INSTANT
    return found


def parse_expire_time(text: str) -> int:
    """Return Unix seconds of an expire_time in the page's form, taken as UTC (inferred).

    Raises MalformedExpireTime, with the `Form` found, for every other one: which zone and which
    unit it would mean is not documented.
    """
    seconds = _seconds(text)
    if seconds is None:
        raise MalformedExpireTime(form_of(text).value)
    return seconds


def _seconds(text: str) -> int | None:
    if not _FORMS[Form.NAIVE].fullmatch(text):
        return None
    try:
        # Not fromisoformat: newer Pythons take 24:00:00 for an hour.
        year, month, day, hour, minute, second = map(int, _NUMBERS.findall(text))
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _utc(instant: datetime | int) -> datetime:
    try:
        if not isinstance(instant, datetime):
            return datetime.fromtimestamp(instant, UTC)
        if instant.utcoffset() is not None:
            return instant.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise InstantOutOfRange from None
    raise NaiveInstant
