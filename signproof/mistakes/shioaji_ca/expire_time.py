"""Mistakes in how the end of a certificate is written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from signproof.mistakes.base import Edit
from signproof.mistakes.edits import function_of
from signproof.mistakes.shioaji_ca.catalogue import COLLECTED, TAIPEI, add
from signproof.pipeline import Pipeline

__all__: list[str] = []

_UTC = "Write notAfter in UTC, as the server does; a clock in Taipei is eight hours ahead of it."
_FORM = "Write `2026-09-13T15:59:59`: date, `T` and time, with nothing behind it."


@dataclass(frozen=True, slots=True)
class _Writing:
    """Stands for the stage `expire_time`, so that later edits can add to it."""

    shift: int = 0
    """Seconds added."""
    day: str = "%Y-%m-%d"
    between: str = "T"
    time: str = "%H:%M:%S"
    behind: str = ""
    number: Callable[[int], str] | None = None
    """In the place of date and time."""

    def __call__(self, not_after: int) -> str:
        shifted = not_after + self.shift
        if self.number is not None:
            return self.number(shifted)
        try:
            instant = datetime.fromtimestamp(shifted, UTC)
        except (OverflowError, ValueError, OSError):
            return str(shifted)
        day = instant.strftime(self.day.replace("%Y", f"{instant.year:04d}"))
        return day + self.between + instant.strftime(self.time) + self.behind


def _writing(**members: Any) -> Edit:
    """Return the edit after which the time is written with these members of `_Writing`."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "expire_time")
        earlier = current if isinstance(current, _Writing) else _Writing()
        moved = {"shift": earlier.shift + members.get("shift", 0)}
        return pipeline.replace("expire_time", replace(earlier, **members | moved))

    return edit


def _add_zones() -> None:
    for id_, text, edit, evidence in (
        (
            "in-taipei",
            "The certificate's end is written as a clock in Taipei shows it.",
            _writing(shift=TAIPEI),
            "observed: the SDK's own clients take the text for local time in places",
        ),
        (
            "with-taipei-offset",
            "The certificate's end is written as a clock in Taipei shows it, with `+08:00`.",
            _writing(shift=TAIPEI, behind="+08:00"),
            "derived",
        ),
        (
            "utc-labelled-taipei",
            "The certificate's end is written in UTC, but with the offset of Taipei, `+08:00`.",
            _writing(behind="+08:00"),
            "derived",
        ),
        (
            "converted-twice",
            "The certificate's end, already in UTC, is converted from Taipei's time once more.",
            _writing(shift=-TAIPEI),
            COLLECTED,
        ),
        (
            "exclusive",
            "The second after the certificate's last one is written.",
            _writing(shift=1),
            "derived",
        ),
        (
            "second-early",
            "The second before the certificate's last one is written.",
            _writing(shift=-1),
            "derived",
        ),
    ):
        add(f"expire-time-{id_}", text, edit, fix=_UTC, evidence=evidence, refusal=None)


def _add_forms() -> None:
    for id_, words, edit in (
        ("with-z", "with `Z` behind it", _writing(behind="Z")),
        ("with-zero-offset", "with `+00:00` behind it", _writing(behind="+00:00")),
        ("with-space", "with a space instead of `T`", _writing(between=" ")),
        ("with-slashes", "with `/` between year, month and day", _writing(day="%Y/%m/%d")),
        ("with-milliseconds", "with `.000` behind it", _writing(behind=".000")),
        ("with-microseconds", "with `.000000` behind it", _writing(behind=".000000")),
        ("without-seconds", "without its seconds", _writing(time="%H:%M")),
        (
            "on-a-twelve-hour-clock",
            "on a clock of twelve hours",
            _writing(time="%I:%M:%S"),
        ),
        ("as-date", "as a date alone", _writing(between="", time="")),
        (
            "without-punctuation",
            "without hyphens and colons",
            _writing(day="%Y%m%d", time="%H%M%S"),
        ),
        ("as-unix-seconds", "in Unix seconds", _writing(number=str)),
        (
            "as-unix-milliseconds",
            "in Unix milliseconds",
            _writing(number=lambda seconds: str(seconds * 1_000)),
        ),
    ):
        add(
            f"expire-time-{id_}",
            f"The certificate's end is written {words}.",
            edit,
            fix=_FORM,
            refusal=None,
        )


_add_zones()
_add_forms()
