"""Mistakes in the parts of what is signed: which there are, in what order, the time among them."""

from collections.abc import Callable
from datetime import UTC, datetime

from signproof.mistakes.shioaji_ca.catalogue import COLLECTED, TAIPEI, Text, add, text

__all__: list[str] = []

_ALL = "Sign person id, IP address, plain text and Unix seconds in this order."
_NOTHING = "Put nothing between person id, IP address, plain text and Unix seconds."
_TIME = "Sign the time as whole Unix seconds, in decimal digits."
_NAMES = {
    "person_id": "the person id",
    "ip": "the IP address",
    "plain_text": "the plain text",
    "seconds": "the time",
}
_REFUSALS = {
    "person_id": "wrong-person",
    "ip": "wrong-ip",
    "plain_text": "wrong-plain-text",
    "seconds": "malformed-time",
}
"""By part what a verifier says where it is not in its place."""


def _joined(separator: str) -> Callable[[Text], None]:
    def change(made: Text) -> None:
        made.separator = separator

    return change


def _ordered(*order: str) -> Callable[[Text], None]:
    """Return what puts the parts into this order; what an earlier edit left out stays out."""

    def change(made: Text) -> None:
        made.order.sort(key=order.index)

    return change


def _add_separators() -> None:
    for name, separator in (
        ("bars", "|"),
        ("commas", ","),
        ("semicolons", ";"),
        ("newlines", "\n"),
        ("spaces", " "),
        ("colons", ":"),
        ("hyphens", "-"),
        ("ampersands", "&"),
    ):
        add(
            f"text-joined-with-{name}",
            f"The parts of the signed text are joined with {name}.",
            text(_joined(separator)),
            fix=_NOTHING,
            evidence=COLLECTED,
            refusal="wrong-ip",
        )


def _misplaced(order: tuple[str, ...]) -> str:
    """Return what a verifier says of the first part that is not in its place."""
    return next(_REFUSALS[due] for due, part in zip(_REFUSALS, order, strict=True) if due != part)


def _add_orders() -> None:
    orders = {
        "ip-first": ("the IP address first", ("ip", "person_id", "plain_text", "seconds")),
        "time-first": ("the time first", ("seconds", "person_id", "ip", "plain_text")),
        "text-first": ("the plain text first", ("plain_text", "person_id", "ip", "seconds")),
        "text-before-ip": (
            "the plain text before the IP address",
            ("person_id", "plain_text", "ip", "seconds"),
        ),
        "time-before-text": (
            "the time before the plain text",
            ("person_id", "ip", "seconds", "plain_text"),
        ),
        "time-before-ip": (
            "the time before the IP address",
            ("person_id", "seconds", "ip", "plain_text"),
        ),
        "ip-last": ("the IP address last", ("person_id", "plain_text", "seconds", "ip")),
        "person-id-last": ("the person id last", ("ip", "plain_text", "seconds", "person_id")),
        "reversed": ("all parts in reverse", ("seconds", "plain_text", "ip", "person_id")),
    }
    for name, (words, order) in orders.items():
        add(
            f"text-ordered-{name}",
            f"The text is signed with {words}.",
            text(_ordered(*order)),
            fix=_ALL,
            evidence=COLLECTED,
            refusal=_misplaced(order),
        )


def _leaving_out(part: str) -> Callable[[Text], None]:
    return lambda made: made.leave_out(part)


def _plain_alone(made: Text) -> None:
    made.order = ["plain_text"]


def _add_lacks() -> None:
    for part, words in _NAMES.items():
        add(
            f"{words.removeprefix('the ').replace(' address', '').replace(' ', '-').lower()}"
            "-not-signed",
            f"The text is signed without {words}.",
            text(_leaving_out(part)),
            fix=_ALL,
            evidence=COLLECTED if part == "seconds" else "derived",
            refusal=_REFUSALS[part],
        )
    add(
        "plain-text-alone",
        "The plain text alone is signed and sent, without person id, IP address and time.",
        text(_plain_alone),
        fix=_ALL,
        refusal=_REFUSALS["person_id"],
    )


def _instant(form: str, seconds: int) -> str:
    """Return an instant as strftime writes it; its digits where there is no such year."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime(form)
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _timed(write: Callable[[int], str]) -> Callable[[Text], None]:
    def change(made: Text) -> None:
        made.parts["seconds"] = write(made.now)

    return change


def _add_times() -> None:
    iso = "%Y-%m-%dT%H:%M:%S"
    times: tuple[tuple[str, str, Callable[[int], str]], ...] = (
        ("milliseconds", "in milliseconds", lambda now: str(now * 1_000)),
        ("microseconds", "in microseconds", lambda now: str(now * 1_000_000)),
        ("nanoseconds", "in nanoseconds", lambda now: str(now * 1_000_000_000)),
        ("float", "with a fraction, as Python's time.time() prints it", "{}.0".format),
        ("iso", "as `2026-01-15T09:30:00`", lambda now: _instant(iso, now)),
        ("iso-z", "as `2026-01-15T09:30:00Z`", lambda now: _instant(iso + "Z", now)),
        (
            "iso-taipei",
            "as `2026-01-15T17:30:00`, on a clock in Taipei",
            lambda now: _instant(iso, now + TAIPEI),
        ),
        (
            "digits-of-a-date",
            "as `20260115093000`",
            lambda now: _instant("%Y%m%d%H%M%S", now),
        ),
        (
            "local-seconds",
            "in seconds since 1970 on a clock in Taipei, eight hours ahead",
            lambda now: str(now + TAIPEI),
        ),
        (
            "local-seconds-behind",
            "in seconds, eight hours behind, as though UTC were the time of Taipei",
            lambda now: str(now - TAIPEI),
        ),
    )
    for name, words, write in times:
        add(
            f"time-as-{name}",
            f"The time is signed {words}.",
            text(_timed(write)),
            fix=_TIME,
            evidence=COLLECTED if name == "milliseconds" else "derived",
            # Ten digits still, of another hour.
            refusal="time-out-of-window" if name.startswith("local") else "malformed-time",
        )


_add_separators()
_add_orders()
_add_lacks()
_add_times()
