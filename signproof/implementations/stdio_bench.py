"""A program over stdio, asked how fast it is (docs/protocol.md, `bench`)."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from signproof.corpus import Case
from signproof.implementations.base import Benched, Broken, NeverRan, Reply
from signproof.implementations.messages import Trouble, read_message
from signproof.implementations.stdio import Stdio
from signproof.model import Bench, BenchReply, Outcome, Status
from signproof.timing import NS_PER_MS

__all__ = ["StdioBench"]

FEATURE = "bench"

_TOLERANCE = 100
"""Two clocks may differ by one in so many."""


class StdioBench(Stdio):
    """Asks a child process to do cases again and again, one question at a time.

    A child that breaks is not started anew: what it said before would be all that is known of it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        clock: Callable[[], int] = time.perf_counter_ns,
        **options: Any,
    ) -> None:
        """Start *command*; *clock* gives nanoseconds, *options* are those of Stdio.

        Raises NeverRan, for a program that lacks the feature as well.
        """
        super().__init__(command, **options)
        self._clock = clock
        self._early: Reply | None = None
        if FEATURE not in self.features:
            self.close()
            name = self.implementation.name
            raise NeverRan(
                f"{name} cannot be measured: it lacks the feature `{FEATURE}` (`signproof show "
                "protocol` says what it has to answer)"
            )

    def bench(self, case: Case, min_ms: int) -> Benched:
        """Let the child do *case* for at least *min_ms* milliseconds."""
        self.ask(case, min_ms)
        return self.answer()

    def ask(self, case: Case, min_ms: int) -> None:
        """Put the question, without waiting for the answer: several children work at once then."""
        self._least_ms = min_ms
        name = None
        try:
            name = self._prepare(case)
            self._early = None if name is None else self._prepared[name]
        except Trouble as trouble:
            self._early = self._broken(trouble)
        if self._early is not None:
            return
        self._asked_at = self._clock()
        self._since = time.monotonic()
        self._send(
            Bench(
                seq=self._next(),
                scheme=case.scheme,
                operation=case.vector.operation,
                credential=name,
                input=case.input,
                min_ms=min_ms,
            )
        )

    def answer(self) -> Benched:
        """Return the answer to what was asked last."""
        if self._early is not None:
            return Benched(self._early)
        try:
            line = self._line(self._timeout_s + self._least_ms / 1000, self._since)
            wall_ns = self._clock() - self._asked_at
            reply = read_message(line, BenchReply)
        except Trouble as trouble:
            return Benched(self._broken(trouble))
        if reply.seq != self._seq:
            message = f"it answered `bench` with the seq {reply.seq} instead of {self._seq}"
            return Benched(Broken(Outcome.ERROR, message))
        if reply.status is not Status.OUTPUT:
            return Benched(reply)
        lie = _lie(reply, self._least_ms, wall_ns)
        if lie is not None:
            return Benched(Broken(Outcome.ERROR, lie))
        outside_ns = max(wall_ns - reply.elapsed_ns, 0)
        return Benched(reply, reply.iterations, reply.elapsed_ns, outside_ns)

    def _broken(self, trouble: Trouble) -> Broken:
        return Broken(trouble.outcome, trouble.message + self._last_words())


def _lie(reply: BenchReply, min_ms: int, wall_ns: int) -> str | None:
    """Return what cannot be true of what the child says; None where all of it can."""
    calls, elapsed_ns, least_ns = reply.iterations, reply.elapsed_ns, min_ms * NS_PER_MS
    if not calls:
        return "it says that it did the operation 0 times (iterations), and gives an output"
    if elapsed_ns < least_ns - least_ns // _TOLERANCE:
        return f"it was to go on for {least_ns} ns, and says that it took {elapsed_ns} (elapsed_ns)"
    if elapsed_ns > wall_ns + wall_ns // _TOLERANCE:
        return f"it says that it took {elapsed_ns} ns (elapsed_ns), and answered after {wall_ns}"
    if calls > elapsed_ns:
        return f"it says that it did the operation {calls} times (iterations) in {elapsed_ns} ns"
    return None
