"""Mistakes in the record of a capability token ``sj1_``, and in how it is written."""

import base64
from collections.abc import Callable
from typing import Any

from signproof.mistakes.base import Edit
from signproof.mistakes.shioaji_ca.capability_making import Record, add, recording, u64, writing
from signproof.mistakes.shioaji_ca.catalogue import Change

__all__: list[str] = []

_RECORD = "Write format, environment, operation, times, audience, nonce and digest in this order."


def _timed(write: Callable[[int], bytes]) -> Edit:
    """Return the edit after which each time is written so."""

    def change(made: Record) -> None:
        made.write_time = write

    return recording(change)


def _milliseconds(made: Record) -> None:
    made.times = [time * 1000 for time in made.times]


def _lifetime(made: Record) -> None:
    made.times[1] -= made.times[0]


def _add_times() -> None:
    fix = "Write both times as Unix seconds in eight octets, the lowest first."
    for id_, text, edit, refusal in (
        (
            "big-endian",
            "The times are written with the highest octet first.",
            _timed(lambda time: u64(time, "big")),
            "lifetime",
        ),
        (
            "in-32-bits",
            "The times are written in four octets each.",
            _timed(lambda time: u64(time)[:4]),
            "length",
        ),
        (
            "as-text",
            "The times are written as decimal digits.",
            _timed(lambda time: str(time).encode()),
            "length",
        ),
        ("in-milliseconds", "The times are in milliseconds.", recording(_milliseconds), "lifetime"),
        (
            "with-duration",
            "In the place of the second time stands how long the token is valid.",
            recording(_lifetime),
            "lifetime",
        ),
        (
            "swapped",
            "The time at which the token expires stands first.",
            recording(lambda made: made.times.reverse()),
            "lifetime",
        ),
    ):
        add(f"times-{id_}", text, edit, fix=fix, refusal=refusal)


def _environment(change: Callable[[int], int]) -> Edit:
    def edit(made: Record) -> None:
        made.environment = change(made.environment)

    return recording(edit)


def _operation(change: Callable[[int], int]) -> Edit:
    def edit(made: Record) -> None:
        made.operation = change(made.operation)

    return recording(edit)


def _add_codes() -> None:
    fix = "Write 0 for simulation and 1 for production."
    codes: tuple[tuple[str, str, Callable[[int], int], str], ...] = (
        (
            "swapped",
            "The environment is 1 for simulation and 0 for production.",
            lambda code: 1 - code,
            "environment",
        ),
        (
            "from-one",
            "The environment is 1 for simulation and 2 for production.",
            lambda code: code + 1,
            "environment",
        ),
        (
            "as-digit",
            "The environment is the digit, the octet 48 or 49.",
            lambda code: code + ord("0"),
            "unknown-environment",
        ),
    )
    for id_, text, change, refusal in codes:
        add(f"environment-{id_}", text, _environment(change), fix=fix, refusal=refusal)
    fix = "Write 1 for place_order, and so on up to 9 for update_agent_harness."
    for id_, text, change, refusal in (
        (
            "from-zero",
            "The operations are numbered from 0.",
            lambda code: code - 1,
            "unknown-operation",
        ),
        (
            "as-digit",
            "The operation is the digit, an octet from 49 on.",
            lambda code: code + ord("0"),
            "unknown-operation",
        ),
    ):
        add(f"operation-{id_}", text, _operation(change), fix=fix, refusal=refusal)


def _rewritten(part: str, change: Change) -> Edit:
    """Return the edit after which a part of the record is written otherwise."""

    def edit(made: Record) -> None:
        made.octets[part] = change(made.octets[part])

    return recording(edit)


def _without(part: str) -> Edit:
    return recording(lambda made: made.leave_out(part))


def _moved(part: str, before: str) -> Edit:
    """Return the edit after which a part stands before another one, where both are there."""

    def edit(made: Record) -> None:
        if {part, before} <= {*made.order}:
            made.leave_out(part)
            made.order.insert(made.order.index(before), part)

    return recording(edit)


def _add_parts() -> None:
    parts: tuple[tuple[str, str, Edit, str], ...] = (
        ("format-missing", "The record has no format identifier.", _without("format"), "length"),
        (
            "format-as-digit",
            "The format identifier is the digit, the octet 49.",
            _rewritten("format", lambda _format: b"1"),
            "format",
        ),
        (
            "environment-missing",
            "The record has no environment.",
            _without("environment"),
            "length",
        ),
        ("operation-missing", "The record has no operation.", _without("operation"), "length"),
        ("audience-missing", "The record has no audience.", _without("audience"), "length"),
        (
            "audience-in-hex",
            "The audience is written as hexadecimal digits.",
            _rewritten("audience", lambda audience: audience.hex().encode()),
            "length",
        ),
        ("nonce-missing", "The record has no nonce.", _without("nonce"), "length"),
        (
            "nonce-in-hex",
            "The nonce is written as hexadecimal digits.",
            _rewritten("nonce", lambda nonce: nonce.hex().encode()),
            "length",
        ),
        (
            "body-missing",
            "The record has no digest of the body.",
            _without("body_digest"),
            "length",
        ),
        (
            "operation-first",
            "The operation stands before the environment.",
            _moved("operation", "environment"),
            "unknown-operation",
        ),
        (
            "nonce-first",
            "The nonce stands before the audience.",
            _moved("nonce", "audience"),
            "audience",
        ),
        (
            "audience-first",
            "The audience stands before the times.",
            _moved("audience", "times"),
            "lifetime",
        ),
        (
            "body-first",
            "The digest of the body stands before the audience.",
            _moved("body_digest", "audience"),
            "audience",
        ),
    )
    for id_, text, edit, refusal in parts:
        add(id_, text, edit, fix=_RECORD, refusal=refusal)


def _add_writings() -> None:
    fix = "Write `sj1_` and the octets of record and tag in a row, in lower-case hexadecimal."
    url_safe = base64.urlsafe_b64encode
    writings: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("prefix-missing", "The token has no prefix.", {"prefix": b""}, "prefix"),
        ("prefix-uppercase", "The prefix is `SJ1_`.", {"prefix": b"SJ1_"}, "prefix"),
        ("prefix-with-dot", "The prefix is `sj1.`.", {"prefix": b"sj1."}, "prefix"),
        ("prefix-twice", "The prefix stands twice.", {"prefix": b"sj1_sj1_"}, "hexadecimal"),
        (
            "with-scheme",
            "The token stands behind the word Bearer.",
            {"prefix": b"Bearer sj1_"},
            "prefix",
        ),
        (
            "uppercase",
            "The hexadecimal is in upper case.",
            {"write": lambda octets: octets.hex().upper().encode()},
            "hexadecimal",
        ),
        (
            "base64",
            "The octets are written in base64.",
            {"write": base64.b64encode},
            "hexadecimal",
        ),
        (
            "base64-url",
            "The octets are written in URL-safe base64 without padding.",
            {"write": lambda octets: url_safe(octets).rstrip(b"=")},
            "hexadecimal",
        ),
        (
            "with-colons",
            "A colon stands between the octets.",
            {"write": lambda octets: octets.hex(":").encode()},
            "hexadecimal",
        ),
        (
            "tag-apart",
            "A dot stands between record and tag.",
            {"between": b"."},
            "hexadecimal",
        ),
        (
            "with-newline",
            "The token has a newline behind it.",
            {"finish": lambda token: token + b"\n"},
            "hexadecimal",
        ),
    )
    for id_, text, members, refusal in writings:
        add(id_, text, writing(**members), fix=fix, refusal=refusal)


_add_times()
_add_codes()
_add_parts()
_add_writings()
