"""Take a signed text apart again."""

import re
from dataclasses import dataclass, field

from signers.shioaji.ca.flaws import EnvelopeRefused, Flaw, Part

__all__ = ["Expected", "SignedText", "read_text"]

_SECONDS = re.compile(r"[1-9][0-9]{9}")
_MILLISECONDS = re.compile(r"[1-9][0-9]{12}")
_LENGTH = 10
_SEPARATORS = "|,;:&\n\t "


@dataclass(frozen=True, slots=True)
class Expected:
    """What a signed text must hold; what is None is not looked at.

    Nothing separates the parts of a signed text: without address and text, where one ends and the
    next begins cannot be told.
    """

    ip: str | None = None
    plain_text: str | None = field(default=None, repr=False)
    """Looked at only beside *ip*."""
    earliest: int | None = None
    """Unix seconds. The broker's own tolerance is unknown."""
    latest: int | None = None
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class SignedText:
    """The parts of a signed text, as far as they can be told apart."""

    person_id: str = field(repr=False)
    rest: str = field(repr=False)
    """What stands between the person id and the time: IP address and text, in a row."""
    seconds: int
    """Unix seconds: the last ten digits. That it is ten follows from the time of writing."""


def read_text(octets: bytes, person_id: str, expected: Expected) -> SignedText:
    """Return the parts of a signed text; raises EnvelopeRefused."""
    text = _decoded(octets)
    if text is None:
        raise EnvelopeRefused(Flaw.TEXT_NOT_UTF8, Part.TEXT)
    if not text.startswith(person_id):
        raise EnvelopeRefused(Flaw.WRONG_PERSON, Part.TEXT)
    rest = text.removeprefix(person_id)
    time = rest[-_LENGTH:]
    if expected.ip is not None:
        after = _after_ip(rest, expected.ip)
        if expected.plain_text is not None:
            time = _after_plain_text(after, expected.plain_text)
    if not _SECONDS.fullmatch(time):
        raise EnvelopeRefused(Flaw.MALFORMED_TIME, Part.TEXT, _kind(time))
    seconds = int(time)
    if expected.earliest is not None and seconds < expected.earliest:
        raise EnvelopeRefused(Flaw.TIME_OUT_OF_WINDOW, Part.TEXT, "early")
    if expected.latest is not None and seconds > expected.latest:
        raise EnvelopeRefused(Flaw.TIME_OUT_OF_WINDOW, Part.TEXT, "late")
    return SignedText(person_id, rest[: len(rest) - len(time)], seconds)


def _after_ip(rest: str, ip: str) -> str:
    if not rest.startswith(ip):
        raise EnvelopeRefused(Flaw.WRONG_IP, Part.TEXT)
    return rest.removeprefix(ip)


def _after_plain_text(rest: str, plain_text: str) -> str:
    if rest.startswith(plain_text):
        return rest.removeprefix(plain_text)
    at = rest.find(plain_text)
    if at < 0:
        detail = "it is not there"
    elif set(rest[:at]) <= set(_SEPARATORS):
        detail = "a separator stands before it"
    else:
        detail = "something else stands before it"
    raise EnvelopeRefused(Flaw.WRONG_PLAIN_TEXT, Part.TEXT, detail)


def _kind(time: str) -> str:
    """Say what stands where the time is due."""
    if not time:
        return "nothing"
    if _MILLISECONDS.fullmatch(time):
        return "milliseconds"
    bare = time.lstrip(_SEPARATORS)
    return "a separator before it" if _SECONDS.fullmatch(bare) else "something else"


def _decoded(octets: bytes) -> str | None:
    """Return the text; the codec's own error would hold all the octets."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
