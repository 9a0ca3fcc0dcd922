"""Measure how many requests a second an SDK sends that hides its signer.

The SDK sends in its own process, again and again, to a responder at loopback that costs next to
nothing. In the same rounds it sends the same request unsigned, where it can be made to, and the
harness's own client sends the same octets: so one sees what of the time is the signature, and what
is HTTP at loopback and not the SDK.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

import msgspec

from signers.request import SignedRequest
from signproof import schemes
from signproof.bench import (
    YARDSTICK,
    NotPassed,
    Row,
    check_passed,
    filled,
    measured_of,
    reported,
    times,
    yardstick,
)
from signproof.corpus import Case, Corpus
from signproof.implementations.base import Benched, Broken, Progress, Reply
from signproof.implementations.stdio_bench import StdioBench
from signproof.measured import BenchReport, Kind, LeftOut, Measured, Sent, Timed
from signproof.model import Outcome, Status
from signproof.scheme import Sending
from signproof.sender import as_arrived, send_case
from signproof.server.http1 import Message, Reader
from signproof.server.lean import Arrived, BareClient, Responder
from signproof.server.limits import Limits
from signproof.timing import NS_PER_MS, looped
from signproof.verify import judge

__all__ = ["UNSIGNED", "Candidate", "measure_sent", "one_core", "rows_of"]

UNSIGNED = "unsigned"
"""The feature of a driver whose SDK can be made to send the same request without a signature."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and whatever it starts meanwhile, on one core where the system can.

    A client that waits for a server on another core has to wake that core for each request, which
    takes longer than many an SDK does, and now this long, now that.
    """
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    # Some containers deny it; the figures are then only less steady.
    with suppress(OSError):
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An SDK that is measured."""

    kind: Kind
    driver: StdioBench
    responder: Responder
    """Its own, so that what arrives is the SDK's."""
    unsigned: bool
    """Whether it is asked to send the same without a signature, too."""
    sdk: str = ""
    """Its id, where it is one of `sdks/`."""

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return self.sdk or self.driver.implementation.name


class _Course:
    """A candidate on one vector: what it sends, and what arrived of it."""

    def __init__(self, candidate: Candidate, case: Case, sending: Sending, min_ms: int) -> None:
        self._candidate = candidate
        self._case = case
        self._sending = sending
        self._asked = send_case(case, sending, candidate.responder.base_url)
        self._min_ms = min_ms
        self._bare = BareClient(candidate.responder)
        self._signed: SignedRequest | None = None

    def signed(self) -> list[Timed]:
        """Let the SDK send; what was kept of it is judged. Raises NotPassed."""
        timed, kept = self._sent(self._asked, signed=True)
        for one in kept:
            asked, received = as_arrived(self._case, self._sending, one.request)
            check_passed(self._candidate.name, asked, received)
        self._signed = kept[-1].request
        # To open a connection takes as long as many a request: both do it, or none.
        self._bare.load(kept[-1].raw, anew=timed.opens_each_time)
        return [timed]

    def unsigned(self) -> list[Timed]:
        """Let the SDK send the same without a signature; raises NotPassed."""
        input_ = {**self._asked.input, UNSIGNED: True}
        timed, kept = self._sent(replace(self._asked, input=input_), signed=False)
        signed = self._signed and _call(self._signed)
        if any(_call(one.request) != signed for one in kept):
            raise self._not_passed("what it sends unsigned is another request than the signed one")
        return [timed]

    def bare(self) -> list[Timed]:
        """Send again what the SDK sent last."""
        done = looped(self._bare.exchange, self._min_ms * NS_PER_MS)
        opened = self._candidate.responder.collect().connections
        return [Timed(calls=done.calls, elapsed_ns=done.elapsed_ns, connections=opened)]

    def close(self) -> None:
        """End the connection of the bare exchange."""
        self._bare.close()

    def _sent(self, asked: Case, *, signed: bool) -> tuple[Timed, list[Message]]:
        """Return how long it took by its own word, and the requests that were kept."""
        done = self._candidate.driver.bench(asked, self._min_ms)
        arrived = self._candidate.responder.collect()
        if isinstance(done.reply, Broken):
            raise self._not_passed(done.reply)
        if arrived.problem:  # which may be why the SDK failed
            raise self._not_passed(f"it sent what cannot be counted: {arrived.problem}")
        if done.reply.status is not Status.OUTPUT:
            raise self._not_passed(done.reply)
        untrue = _untrue(done, arrived, signed=signed)
        if untrue is not None:
            raise self._not_passed(untrue)
        timed = Timed(
            calls=done.calls,
            elapsed_ns=done.elapsed_ns,
            outside_ns=done.outside_ns,
            connections=arrived.connections,
        )
        return timed, [self._read(octets) for octets in arrived.kept]

    def _read(self, octets: bytes) -> Message:
        reader = Reader(Limits())
        reader.feed(octets)
        read = reader.next()
        if not isinstance(read, Message):
            why = read.message if read is not None else "it is not whole"
            raise self._not_passed(f"it sent what is no request: {why}")
        return read

    def _not_passed(self, why: Reply | str) -> NotPassed:
        reply = Broken(Outcome.ERROR, why) if isinstance(why, str) else why
        scheme = schemes.get(self._case.scheme)
        result = judge(scheme, self._case, reply, states_reasons=True)
        return NotPassed(self._candidate.name, result)


def _untrue(done: Benched, arrived: Arrived, *, signed: bool) -> str | None:
    """Return in what the driver and what arrived do not agree; None where they do."""
    count = arrived.requests
    if count != done.calls:
        return f"it says that it sent {done.calls} requests (iterations), and {count} arrived"
    if signed and arrived.marked < count:
        return f"{count - arrived.marked} of {count} requests that it sent carry no signature"
    if not signed and arrived.marked:
        return f"{arrived.marked} of {count} requests that it sent unsigned carry a signature"
    return None


def _call(request: SignedRequest) -> tuple[bytes, bytes, bytes]:
    return request.method, request.target, request.body


_Key = tuple[int, str, Sent]
"""A candidate's number, a vector, and what is sent."""
_YARDSTICK: _Key = (-1, "", "")


def measure_sent(
    corpus: Corpus,
    cases: Sequence[tuple[Case, Sending]],
    candidates: Sequence[Candidate],
    *,
    rounds: int,
    min_ms: int,
    left_out: Sequence[LeftOut] = (),
    stick: Callable[[int], Timed] = yardstick,
    progress: Progress = lambda: None,
) -> BenchReport:
    """Measure *candidates* on *cases* of one scheme; *left_out* is reported besides.

    An interrupt ends it early: the rounds that were measured whole are reported. Raises NotPassed
    as soon as a request is not right, and NeverRan where this side breaks.
    """
    rows: dict[_Key, Row] = {_YARDSTICK: Row(lambda: [stick(min_ms)])}
    with ExitStack() as stack:
        for number, candidate in enumerate(candidates):
            for case, sending in cases:
                course = _Course(candidate, case, sending, min_ms)
                stack.callback(course.close)
                rows[number, case.id, "signed"] = Row(course.signed)
                if candidate.unsigned:
                    rows[number, case.id, "unsigned"] = Row(course.unsigned)
                rows[number, case.id, "bare"] = Row(course.bare)
        complete = filled(rows, rounds, progress)
    whole = len(rows[_YARDSTICK].rounds)
    return reported(
        corpus,
        cases[0][0].scheme,
        min_ms=min_ms,
        rounds=whole,
        complete=complete,
        measured=[*_measured(rows, candidates, cases)] if whole else [],
        left_out=list(left_out),
    )


def rows_of(candidate: Candidate) -> int:
    """Return how often a candidate is asked in a round for each vector."""
    return 3 if candidate.unsigned else 2


def _measured(
    rows: Mapping[_Key, Row],
    candidates: Sequence[Candidate],
    cases: Sequence[tuple[Case, Sending]],
) -> Iterator[Measured]:
    stick = rows[_YARDSTICK].alone()
    yield measured_of("yardstick", YARDSTICK, stick, stick)
    for case, _ in cases:
        for number, candidate in enumerate(candidates):
            own: dict[Sent, list[Timed]] = {
                sent: row.alone()
                for (at, vector, sent), row in rows.items()
                if (at, vector) == (number, case.id)
            }
            for sent, rounds in own.items():
                beside = own.get("unsigned") if sent == "signed" else None
                yield msgspec.structs.replace(
                    measured_of(candidate.kind, candidate.driver.implementation, rounds, stick),
                    sdk=candidate.sdk,
                    vector=case.id,
                    operation="send",
                    sent=sent,
                    of_unsigned_ppm=None if beside is None else times(rounds, beside),
                    of_bare_ppm=None if sent == "bare" else times(rounds, own["bare"]),
                )
