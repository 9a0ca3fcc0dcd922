"""An implementation in any language, as a program that speaks JSON lines (docs/protocol.md)."""

import contextlib
import shlex
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from signproof import codec
from signproof.corpus import Case
from signproof.implementations.base import Broken, NeverRan, Progress, Reply
from signproof.implementations.child import Child, Ended, TooLong
from signproof.implementations.messages import SHOWN, Trouble, clipped, read_message, seq_of
from signproof.model import (
    LINE_LIMIT,
    PROTOCOL,
    Answer,
    Implementation,
    Outcome,
    Prepare,
    PrepareReply,
    Run,
    RunReply,
    Start,
    StartReply,
    Status,
)

__all__ = ["Stdio"]

_MOST_STARTS = 100
_MOST_TIMEOUTS = 20
_TOO_LONG = f"it wrote a line longer than {LINE_LIMIT} octets"


class Stdio:
    """Runs cases on a child process, several at a time.

    When the child breaks with several cases unanswered, it is started anew and these cases are run
    one at a time, so that the blame falls on the right one and all others are judged.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        timeout_s: float = 10.0,
        start_timeout_s: float = 30.0,
        window: int | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start *command* and let it introduce itself.

        *timeout_s* is how long the child may stay without any reply while one is due; *window*
        lowers the number of unanswered requests that the child asks for; *environment* and *folder*
        are by default those of this process. Raises NeverRan.
        """
        self._command = list(command)
        self._environment = environment
        self._folder = folder
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._starts = 0
        self._timeouts = 0
        self._stderr = ""
        self._seq = 0
        self._names: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self.replies: dict[str, Reply] = {}
        self._child, introduction = self._start()
        self.implementation: Implementation = introduction.implementation
        self.features = frozenset(introduction.features)
        self.operations: Mapping[str, Sequence[str]] = introduction.operations
        self._window = min(introduction.window, window or introduction.window)

    @property
    def stderr(self) -> str:
        """The end of what the last child wrote to its standard error."""
        return self._stderr

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        """Answer every case; the child and its whole process group have ended afterwards."""
        self._progress = progress
        waiting = deque(case for case in cases if self._offers(case))
        try:
            while waiting:
                try:
                    self._batch(waiting, self._window)
                except Trouble as trouble:
                    self._isolate(self._unanswered(), trouble)
            self._finish()
        except NeverRan as error:
            # The child ran before, so what is left counts as errors of the implementation.
            for case in cases:
                self.replies.setdefault(case.id, Broken(Outcome.ERROR, f"not run: {error}"))
        except KeyboardInterrupt:
            self._take_what_was_said()
            raise
        finally:
            self.close()
        return self.replies

    def close(self) -> None:
        """End the child and its whole process group, where no case is to be run any more."""
        self._child.kill()
        self._keep_stderr()

    def _take_what_was_said(self) -> None:
        """End the child and file the replies that it had written and nobody had read."""
        self._child.kill()
        with contextlib.suppress(Ended, TooLong, Trouble):
            while True:
                self._take_reply(self._child.receive(0))

    def _offers(self, case: Case) -> bool:
        if case.vector.operation in self.operations.get(case.scheme, ()):
            return True
        self.replies[case.id] = Answer(
            status=Status.SKIPPED, message=f"it does not offer {case.vector.operation}"
        )
        self._progress()
        return False

    # Starting and ending.

    def _start(self) -> tuple[Child, StartReply]:
        if self._starts >= _MOST_STARTS:
            raise NeverRan(f"it broke and was started anew {_MOST_STARTS} times")
        self._starts += 1
        self._in_flight: dict[int, Case] = {}
        self._answered: dict[int, str] = {}
        self._prepared: dict[str, Reply | None] = {}
        """By the credential's name, the answer to each of its cases; None where it was taken."""
        shown = shlex.join(self._command)
        try:
            child = Child(self._command, environment=self._environment, folder=self._folder)
        except OSError as error:
            raise NeverRan(f"{shown}: cannot be started: {error.strerror}") from None
        self._child = child
        try:
            self._send(Start(seq=self._next(), protocols=[PROTOCOL]))
            reply = read_message(self._line(self._start_timeout_s, time.monotonic()), StartReply)
            _expect_seq(reply.seq, self._seq)
        except Trouble as trouble:
            silent = trouble.outcome is Outcome.TIMEOUT
            hint = " (does it flush its standard output after each line?)" if silent else ""
            raise NeverRan(f"{shown}: {trouble.message}{hint}{self._last_words()}") from None
        except BaseException:
            child.kill()
            raise
        if reply.protocol != PROTOCOL:
            child.kill()
            raise NeverRan(f"{shown}: it speaks protocol {reply.protocol}, this version {PROTOCOL}")
        return child, reply

    def _restart(self) -> None:
        self._child.kill()
        self._keep_stderr()
        if self._timeouts >= _MOST_TIMEOUTS:
            raise NeverRan(f"it did not reply in time {_MOST_TIMEOUTS} times")
        self._child, _ = self._start()

    def _finish(self) -> None:
        """End the input and read what still comes: nothing may."""
        self._child.close()
        try:
            while True:
                self._take_reply(self._child.receive(0))
        except Ended:
            return
        except TooLong:
            message = _TOO_LONG
        except Trouble as trouble:
            message = trouble.message
        for last in [*self._answered.values()][-1:]:
            self.replies[last] = Broken(Outcome.ERROR, f"{message} (after the last case)")

    def _keep_stderr(self) -> None:
        self._stderr = self._child.stderr or self._stderr

    def _last_words(self) -> str:
        """End the child and return the last line that it wrote to its standard error."""
        self._child.kill()
        self._keep_stderr()
        lines = self._child.stderr.strip().splitlines()
        return f"; its standard error ends with: {lines[-1][:SHOWN]}" if lines else ""

    # Talking.

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _send(self, message: msgspec.Struct) -> None:
        self._child.send(codec.write_line(message))

    def _line(self, timeout_s: float, since: float) -> bytes:
        """Return the next line, due *timeout_s* seconds after the instant *since*."""
        left = since + timeout_s - time.monotonic()
        if left <= 0:
            raise self._late(timeout_s)
        try:
            return self._child.receive(left)
        except TimeoutError:
            raise self._late(timeout_s) from None
        except Ended:
            raise Trouble(Outcome.ERROR, f"no reply: {self._child.ending()}") from None
        except TooLong:
            raise Trouble(Outcome.ERROR, _TOO_LONG) from None

    def _late(self, timeout_s: float) -> Trouble:
        self._timeouts += 1
        return Trouble(Outcome.TIMEOUT, f"no reply within {timeout_s:g} s")

    def _await_answer(self) -> None:
        """Take what comes until a case is answered; raises Trouble.

        Only an answer buys time: an endless repetition of an earlier one does not.
        """
        since = time.monotonic()
        answered = False
        while not answered:
            answered = self._take_reply(self._line(self._timeout_s, since))

    def _take_reply(self, line: bytes) -> bool:
        """File the reply to a case and tell whether it was due; raises Trouble for the rest."""
        reply = read_message(line, RunReply)
        case = self._in_flight.pop(reply.seq, None)
        if case is not None:
            self._answered[reply.seq] = case.id
            self.replies[case.id] = reply
            self._progress()
            return True
        if reply.seq in self._answered:
            self.replies[self._answered[reply.seq]] = Broken(
                Outcome.ERROR, f"it answered twice (seq {reply.seq})"
            )
            return False
        raise Trouble(Outcome.ERROR, f"it answered seq {reply.seq}, which awaits no answer")

    def _prepare(self, case: Case) -> str | None:
        """Hand over the case's credential unless this child has it, and return its name."""
        if case.credential is None:
            return None
        name = self._name(case)
        if name not in self._prepared:
            seq = self._next()
            self._send(
                Prepare(seq=seq, credential=name, scheme=case.scheme, values=dict(case.credential))
            )
            since = time.monotonic()
            while seq_of(line := self._line(self._timeout_s, since)) != seq:
                if self._take_reply(line):
                    since = time.monotonic()
            reply = read_message(line, PrepareReply)
            self._prepared[name] = _without_credential(reply)
        return name

    def _name(self, case: Case) -> str:
        """Return a name that stands for these values in this run."""
        base = name = f"{case.scheme}/{case.vector.credential}"
        number = 1
        while name in self._names and self._names[name][1] != case.credential:
            number += 1
            name = f"{base}#{number}"
        self._names[name] = (base, case.credential or {})
        return name

    def _ask(self, case: Case) -> None:
        self._asking = case
        name = self._prepare(case)
        answer = None if name is None else self._prepared[name]
        if answer is not None:
            self.replies[case.id] = answer
            self._progress()
            return
        seq = self._next()
        self._in_flight[seq] = case
        self._send(
            Run(
                seq=seq,
                scheme=case.scheme,
                operation=case.vector.operation,
                credential=name,
                input=case.input,
            )
        )

    # Running.

    def _batch(self, waiting: deque[Case], window: int) -> None:
        """Run *waiting* with up to *window* cases unanswered; raises Trouble."""
        while waiting or self._in_flight:
            while waiting and len(self._in_flight) < window:
                self._ask(waiting.popleft())
            if self._in_flight:
                self._await_answer()

    def _unanswered(self) -> list[Case]:
        """Return the cases that the child owed an answer when it broke."""
        cases = list(self._in_flight.values())
        if self._asking not in cases and self._asking.id not in self.replies:
            cases.append(self._asking)  # it broke while it was handed a credential
        return cases

    def _isolate(self, suspects: list[Case], trouble: Trouble) -> None:
        """Run *suspects* one at a time on fresh children to see which one is to blame."""
        blamed = suspects[0].id if suspects else next(reversed(self._answered.values()))
        what = trouble.message + self._last_words()
        try:
            self._restart()
        except NeverRan:
            self.replies[blamed] = Broken(trouble.outcome, what)
            raise
        broken = [suspect for suspect in suspects if self._breaks_alone(suspect)]
        if not broken:
            self.replies[blamed] = Broken(
                Outcome.FLAKY,
                f"{what} (while {len(suspects)} cases were unanswered; alone each passes through)",
            )

    def _breaks_alone(self, suspect: Case) -> bool:
        """Tell whether a child breaks at this case when it has run nothing else before."""
        before = len(self._answered)
        try:
            self._batch(deque([suspect]), 1)
        except Trouble as trouble:
            what = trouble.message + self._last_words()
            self.replies[suspect.id] = Broken(trouble.outcome, what)
            self._restart()
            if not before:
                self._progress()
                return True
            if self._breaks_alone(suspect):
                return True
            self.replies[suspect.id] = Broken(
                Outcome.FLAKY, f"{what} (after {before} other cases; alone it passes through)"
            )
        return False


def _without_credential(reply: PrepareReply) -> Reply | None:
    """Return the answer to each case of a credential that was not taken; None where it was."""
    if reply.status is Status.OUTPUT:
        return None
    if reply.status is Status.ERRORED:
        message = clipped(reply.message) or "it gave no message"
        return Broken(Outcome.ERROR, f"it did not take the credential: {message}")
    return Answer(status=reply.status, reason=reply.reason, message=reply.message)


def _expect_seq(got: int, asked: int) -> None:
    if got != asked:
        raise Trouble(Outcome.ERROR, f"it answered `start` with the seq {got}")
