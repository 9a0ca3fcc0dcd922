"""Measure how fast implementations do what vectors ask for.

Everything is measured in turns, round by round, each on its own clock: a program by itself, the
reference in this process. A yardstick that has nothing to do with signing is measured in the same
rounds, so that what was measured at another time, or elsewhere, can be compared.
"""

import contextlib
import os
import platform
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.implementations.base import Benched, Bencher, Progress, Reply
from signproof.implementations.stdio_bench import StdioBench
from signproof.measured import (
    PPM,
    BenchReport,
    Change,
    Kind,
    Measured,
    Scaled,
    Spread,
    Timed,
    Verdict,
)
from signproof.model import FORMAT, Implementation, Outcome, Result
from signproof.timing import FEWEST_ROUNDS, NS_PER_MS, looped, turns
from signproof.verify import EXIT_INTERRUPTED, judge

__all__ = [
    "YARDSTICK",
    "Contender",
    "NotPassed",
    "Row",
    "check_passed",
    "compared",
    "filled",
    "measure",
    "measured_of",
    "reported",
    "times",
    "yardstick",
]

YARDSTICK = Implementation(name="yardstick: SHA-256 of 1,024 octets", language="Python")
_OCTETS = bytes(1024)
_CPUINFO = Path("/proc/cpuinfo")
_NS_PER_S = 1_000_000_000

Judged = Callable[[Benched], Timed]


class NotPassed(Exception):
    """What was to be measured gave no right output."""

    def __init__(self, name: str, result: Result) -> None:
        self.result = result
        said = result.message or f"it ended in {result.outcome.value}"
        super().__init__(f"{name} cannot be measured on {result.id}: {said}")


@dataclass(frozen=True, slots=True)
class Contender:
    """Who is measured."""

    kind: Kind
    bencher: Bencher
    children: Sequence[StdioBench] = ()
    """The same in processes of their own, as many as are to work at once; none for one alone."""


@dataclass(slots=True)
class Row:
    """What is measured once a round."""

    measure: Callable[[], list[Timed]]
    """Returns what each process did."""
    rounds: list[list[Timed]] = field(default_factory=list)

    def alone(self) -> list[Timed]:
        """Return the rounds of what runs in one process."""
        return [processes[0] for processes in self.rounds]

    def per_second(self) -> list[float]:
        """Return by round the calls a second, of all processes together."""
        return [sum(_NS_PER_S / timed.call_ns for timed in processes) for processes in self.rounds]


_Key = tuple[int, str, int]
"""A contender's number, a vector, and how many processes; 0 where nobody else is asked."""
_YARDSTICK: _Key = (-1, "", 0)
_Which = TypeVar("_Which")


def yardstick(min_ms: int) -> Timed:
    """Measure a digest of the standard library."""
    done = looped(lambda: sha256(_OCTETS).digest(), min_ms * NS_PER_MS)
    return Timed(calls=done.calls, elapsed_ns=done.elapsed_ns)


def measure(
    corpus: Corpus,
    cases: Sequence[Case],
    contenders: Sequence[Contender],
    *,
    rounds: int,
    min_ms: int,
    stick: Callable[[int], Timed] = yardstick,
    progress: Progress = lambda: None,
) -> BenchReport:
    """Measure *contenders*, the reference first, on *cases* of one scheme.

    An interrupt ends it early: the rounds that were measured whole are reported. Raises NotPassed
    as soon as an output is not right.
    """
    rows: dict[_Key, Row] = {_YARDSTICK: Row(lambda: [stick(min_ms)])}
    for number, contender in enumerate(contenders):
        for case in cases:
            for count, row in _rows(contender, case, min_ms):
                rows[number, case.id, count] = row
    complete = filled(rows, rounds, progress)
    whole = len(rows[_YARDSTICK].rounds)
    return reported(
        corpus,
        cases[0].scheme,
        min_ms=min_ms,
        rounds=whole,
        complete=complete,
        measured=[*_measured(rows, contenders, cases)] if whole else [],
        scaled=[*_scaled(rows, contenders)] if whole else [],
    )


def reported(
    corpus: Corpus,
    scheme_id: str,
    *,
    min_ms: int,
    rounds: int,
    complete: bool,
    measured: list[Measured],
    **besides: Any,
) -> BenchReport:
    """Return the report of a measurement on this machine."""
    return BenchReport(
        format=FORMAT,
        signproof=version("signproof"),
        set_version=corpus.manifest.set_version,
        scheme=scheme_id,
        machine=machine(),
        python=platform.python_version(),
        min_ms=min_ms,
        rounds=rounds,
        complete=complete,
        exit_code=0 if complete else EXIT_INTERRUPTED,
        measured=measured,
        **besides,
    )


def _rows(contender: Contender, case: Case, min_ms: int) -> Iterator[tuple[int, Row]]:
    """Return what is measured of one contender on one case, by the number of processes."""
    judged = partial(_passed, contender.bencher.implementation.name, case)

    def alone() -> list[Timed]:
        return [judged(contender.bencher.bench(case, min_ms))]

    def together(children: Sequence[StdioBench]) -> list[Timed]:
        for child in children:
            child.ask(case, min_ms)
        return [judged(child.answer()) for child in children]

    yield 0, Row(alone)
    for count in range(1, len(contender.children) + 1):
        yield count, Row(partial(together, contender.children[:count]))


def check_passed(name: str, case: Case, reply: Reply) -> None:
    """Raise NotPassed unless the reply is right."""
    result = judge(schemes.get(case.scheme), case, reply, states_reasons=True)
    if result.outcome is not Outcome.PASS:
        raise NotPassed(name, result)


def _passed(name: str, case: Case, done: Benched) -> Timed:
    """Return what was measured, once its output has passed; raises NotPassed."""
    check_passed(name, case, done.reply)
    return Timed(calls=done.calls, elapsed_ns=done.elapsed_ns, outside_ns=done.outside_ns)


def filled(rows: dict[_Which, Row], rounds: int, progress: Progress) -> bool:
    """Measure all *rows* in turns; return whether nobody interrupted.

    The first is the first of the round that is not counted. All have whole rounds afterwards.
    """
    complete = True
    try:
        for number, key in turns(list(rows), rounds):
            measured = rows[key].measure()
            if number:
                rows[key].rounds.append(measured)
            progress()
    except KeyboardInterrupt:
        complete = False
    whole = min(len(row.rounds) for row in rows.values())
    for row in rows.values():
        del row.rounds[whole:]
    return complete


def _measured(
    rows: dict[_Key, Row], contenders: Sequence[Contender], cases: Sequence[Case]
) -> Iterator[Measured]:
    stick = rows[_YARDSTICK].alone()
    yield measured_of("yardstick", YARDSTICK, stick, stick)
    for case in cases:
        reference = rows[0, case.id, 0].alone()
        for number, contender in enumerate(contenders):
            beside = reference if number else None
            own = rows[number, case.id, 0].alone()
            implementation = contender.bencher.implementation
            yield msgspec.structs.replace(
                measured_of(contender.kind, implementation, own, stick, beside),
                vector=case.id,
                operation=case.vector.operation,
            )


def measured_of(
    kind: Kind,
    implementation: Implementation,
    own: list[Timed],
    stick: list[Timed],
    reference: list[Timed] | None = None,
) -> Measured:
    """Return what the rounds *own* give beside those of the yardstick and of the reference."""
    call_ps = Spread.of([1000 * timed.call_ns for timed in own])
    outside = [timed.outside_ns for timed in own if timed.outside_ns is not None]
    return Measured(
        kind=kind,
        implementation=implementation,
        per_second=round(1000 * _NS_PER_S / call_ps.median),
        call_ps=call_ps,
        of_yardstick_ppm=times(own, stick),
        of_reference_ppm=None if reference is None else times(own, reference),
        outside_ns=Spread.of(outside).median if outside else None,
        rounds=own,
    )


def times(own: list[Timed], beside: list[Timed]) -> Spread:
    """Return how many times as long a call of one took as that of the other, in millionths."""
    return Spread.of(_ratios(own, beside))


def _ratios(own: list[Timed], beside: list[Timed]) -> list[float]:
    """Return by round how many times as long a call of one took as that of the other."""
    pairs = zip(own, beside, strict=True)
    return [PPM * one.call_ns / other.call_ns for one, other in pairs]


def _scaled(rows: dict[_Key, Row], contenders: Sequence[Contender]) -> Iterator[Scaled]:
    for (number, vector, processes), row in rows.items():
        if processes:
            one = rows[number, vector, 1].per_second()
            together = row.per_second()
            yield Scaled(
                kind=contenders[number].kind,
                implementation=contenders[number].bencher.implementation,
                vector=vector,
                processes=processes,
                per_second=Spread.of(together),
                of_one_ppm=Spread.of(
                    [PPM * many / single for many, single in zip(together, one, strict=True)]
                ),
                rounds=row.rounds,
            )


def compared(new: BenchReport, earlier: Sequence[BenchReport]) -> BenchReport:
    """Return *new* with what has changed since; what has become slower makes exit code 1.

    What is compared is how many times as long as the yardstick of its own round each took. The
    interval of a median is too narrow for that: it knows how rounds differ that follow each other,
    and not how one minute differs from the next. So it has to be nine rounds in ten on either side.
    The rounds of several earlier reports count together, so that what differs between runs of the
    same code does not count as a change.
    """
    before: dict[tuple[str, ...], list[float]] = {}
    for report in earlier:
        stick = next(one.rounds for one in report.measured if one.kind == "yardstick")
        for measured in report.measured:
            before.setdefault(_who(measured), []).extend(_ratios(measured.rounds, stick))
    changes = [
        _change(measured, before.get(_who(measured), []))
        for measured in new.measured
        if measured.kind != "yardstick"
    ]
    slower = any(change.verdict == "slower" for change in changes)
    exit_code = new.exit_code or int(slower)
    return msgspec.structs.replace(new, changes=changes, exit_code=exit_code)


def _who(measured: Measured) -> tuple[str, ...]:
    """Return what stays the same from one version of an implementation to the next."""
    return measured.kind, _name(measured), measured.vector, measured.sent


def _name(measured: Measured) -> str:
    return measured.sdk or measured.implementation.name


def _change(measured: Measured, before: list[float]) -> Change:
    old = Spread.of(before) if before else None
    enough = min(len(measured.rounds), len(before)) >= FEWEST_ROUNDS
    return Change(
        kind=measured.kind,
        implementation=_name(measured),
        vector=measured.vector,
        sent=measured.sent,
        verdict=_verdict(old, measured.of_yardstick_ppm, enough=enough),
        old_ppm=old,
        new_ppm=measured.of_yardstick_ppm,
    )


def _verdict(old: Spread | None, new: Spread, *, enough: bool) -> Verdict:
    if old is None:
        return "not measured then"
    if not enough:
        return "too few rounds"
    if new.p10 > old.p90:
        return "slower"
    return "faster" if new.p90 < old.p10 else "not told apart"


def machine() -> str:
    """Return what kind of machine this is, without its name."""
    found = None
    with contextlib.suppress(OSError):
        found = re.search(r"(?m)^model name\s*: (.+)$", _CPUINFO.read_text("utf-8"))
    model = found[1].strip() if found else platform.machine()
    return f"{platform.system()}, {model}, {os.cpu_count()} CPUs"
