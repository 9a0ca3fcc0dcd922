"""The timestamp of a request: the text ``YYYY-MM-DD HH:MM:SS``, without a zone."""

import re
from datetime import datetime, tzinfo

from signers.tiger.errors import NaiveInstant

__all__ = ["format_timestamp", "is_timestamp"]

_FORM = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}"
)


def is_timestamp(text: str) -> bool:
    """Tell whether *text* has the documented form (doc: the message of error 1000).

    Only the form is checked, each part within its range: whether the gateway refuses a day that
    the month does not have, or an instant too far from its clock, is unknown.
    """
    return _FORM.fullmatch(text) is not None


def format_timestamp(instant: datetime, zone: tzinfo) -> str:
    """Return *instant*, an aware datetime, as wall-clock time in *zone*, seconds cut off.

    Which zone the gateway expects is not documented. Official SDKs differ (sdk): local time
    (Python, Go, C++), Asia/Shanghai (Java), UTC (TypeScript).

    Raises NaiveInstant.
    """
    if instant.utcoffset() is None:
        raise NaiveInstant
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
