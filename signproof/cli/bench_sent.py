"""The part of `signproof bench` on SDKs that hide their signer: requests over the wire."""

import shlex
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from signproof.cli.bench_asked import Asked, NotRight
from signproof.cli.common import Problem, enter_sandbox, one_line
from signproof.cli.sdks import NotInstalled, chosen_sdks, installed, sendable_cases
from signproof.corpus import Case, CorpusError
from signproof.environments import Environment, Sdk
from signproof.implementations.base import NeverRan
from signproof.implementations.stdio import Stdio
from signproof.implementations.stdio_bench import StdioBench
from signproof.matrix import driver_environment, no_port
from signproof.measured import BenchReport, LeftOut
from signproof.model import Outcome, Report
from signproof.reports import terminal
from signproof.scheme import Measuring, Scheme, Sending
from signproof.sender import own_host, send, sendable
from signproof.sent_bench import UNSIGNED, Candidate, measure_sent, one_core, rows_of
from signproof.server import Server
from signproof.server.lean import Responder

__all__ = ["SentRun"]

_ALL = "all"


@dataclass(frozen=True, slots=True)
class _Under:
    """A program that sends, and how it is run."""

    command: Sequence[str]
    options: dict[str, Any]
    """Of Stdio."""
    port: int = 0
    sdk: str = ""


class SentRun:
    """Measures requests over the wire, after it has seen that they are right."""

    def __init__(self, asked: Asked) -> None:
        """Choose the vectors; raises Problem."""
        if asked.processes > 1:
            raise Problem("--processes is for what signs, and this sends: leave it out")
        self._asked = asked
        self._scheme = asked.scheme
        self._measuring = _measuring(asked.scheme)
        self._cases = [*_chosen(asked, self._measuring)]
        self._timeouts = {"timeout_s": asked.timeout_s, "start_timeout_s": asked.start_timeout_s}
        self._left_out: list[LeftOut] = []

    def program(self, command: Sequence[str]) -> BenchReport:
        """Measure a program; raises NotRight, NotPassed and NeverRan."""
        enter_sandbox("the command")
        under = _Under(command, dict(self._timeouts))
        with Server() as server:
            report = self._sent(under, server)
        again = f"signproof verify {self._scheme.id} --id {{id}} -- {shlex.join(command)}"
        self._check(report, again)
        with one_core(), ExitStack() as stack:
            return self._measured([self._candidate(under, stack, 0)])

    def sdks(self, ids: Sequence[str]) -> BenchReport:
        """Measure SDKs of `sdks/`, each installed where it is not; raises as `program` does.

        Those that cannot be run here are left out, and the report says so.
        """
        sdks = chosen_sdks(self._scheme, () if _ALL in ids else tuple(ids))
        built = [*self._built(sdks)]
        # All are installed before any is run: there is no way back to the network.
        enter_sandbox("the SDKs")
        with one_core(), ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signproof-")))
            unders = [self._under(sdk, environment, home) for sdk, environment in built]
            with Server() as server:
                unders = [under for under in unders if self._sends(under, server)]
            candidates = [*self._candidates(unders, stack)]
            if not candidates:
                why = "; ".join(f"{one.sdk}: {one.why}" for one in self._left_out)
                raise NeverRan(f"no SDK can be measured: {why}")
            report = self._measured(candidates)
        failed = any(one.state == "failed" for one in self._left_out)
        return msgspec.structs.replace(report, exit_code=report.exit_code or int(failed))

    def _built(self, sdks: Sequence[Sdk]) -> Iterator[tuple[Sdk, Environment]]:
        for number, sdk in enumerate(sdks, 1):
            try:
                yield sdk, installed(sdk, f"{number}/{len(sdks)} ")
            except NotInstalled as error:
                self._left_out.append(LeftOut(sdk=sdk.id, state=error.state, why=str(error)))

    def _under(self, sdk: Sdk, environment: Environment, home: Path) -> _Under:
        own = home / sdk.id
        own.mkdir()
        variables = driver_environment(self._scheme, own)
        options = {"environment": variables, "folder": environment.folder, **self._timeouts}
        return _Under(environment.run, options, sdk.manifest.port, sdk.id)

    def _sent(self, under: _Under, server: Server) -> Report:
        """Return what the mock broker says; raises NeverRan, and OSError where there is no port."""
        with closing(Stdio(under.command, **under.options)) as driver:
            return send(
                driver,
                server,
                self._asked.corpus,
                [case for case, _ in self._cases],
                scheme=self._scheme,
                clock=time.time,
                port=under.port,
                strict=True,
            ).report

    def _check(self, report: Report, again: str) -> None:
        if not report.complete or {one.outcome for one in report.results} != {Outcome.PASS}:
            raise NotRight(report, {case.id: case for case, _ in self._cases}, again)

    def _sends(self, under: _Under, server: Server) -> bool:
        """Tell whether an SDK can be measured; raises NotRight."""
        try:
            report = self._sent(under, server)
        except NeverRan as error:
            self._left_out.append(LeftOut(sdk=under.sdk, state="failed", why=str(error)))
            return False
        except OSError as error:
            self._leave_out_for_port(under, error)
            return False
        skipped = [one for one in report.results if one.outcome is Outcome.SKIP]
        if skipped:
            why = f"{skipped[0].id}: {skipped[0].message}"
            self._left_out.append(LeftOut(sdk=under.sdk, state="skipped", why=why))
            return False
        again = f"signproof matrix {self._scheme.id} --sdk {shlex.quote(under.sdk)} --id {{id}}"
        self._check(report, again)
        return True

    def _leave_out_for_port(self, under: _Under, error: OSError) -> None:
        if not under.port:
            raise error
        why = no_port(under.port, error)
        self._left_out.append(LeftOut(sdk=under.sdk, state="skipped", why=why))

    def _candidates(self, unders: Sequence[_Under], stack: ExitStack) -> Iterator[Candidate]:
        for number, under in enumerate(unders):
            try:
                yield self._candidate(under, stack, number)
            except NeverRan as error:  # it lacks the feature, mostly
                self._left_out.append(LeftOut(sdk=under.sdk, state="skipped", why=str(error)))
            except OSError as error:
                self._leave_out_for_port(under, error)

    def _candidate(self, under: _Under, stack: ExitStack, number: int) -> Candidate:
        host = own_host(number) if under.port else "127.0.0.1"
        measuring = self._measuring
        responder = stack.enter_context(
            Responder(
                measuring.success, measuring.mark, measuring.place, host=host, port=under.port
            )
        )
        driver = stack.enter_context(closing(StdioBench(under.command, **under.options)))
        unsigned = measuring.unsigned and UNSIGNED in driver.features
        return Candidate("sdk" if under.sdk else "command", driver, responder, unsigned, under.sdk)

    def _measured(self, candidates: Sequence[Candidate]) -> BenchReport:
        asked = 1 + len(self._cases) * sum(map(rows_of, candidates))
        with terminal.progress((self._asked.rounds + 1) * asked, "measuring") as advance:
            return measure_sent(
                self._asked.corpus,
                self._cases,
                candidates,
                rounds=self._asked.rounds,
                min_ms=self._asked.min_ms,
                left_out=self._left_out,
                progress=advance,
            )


def _measuring(scheme: Scheme) -> Measuring:
    if scheme.measuring is None:
        raise Problem(f"{scheme.id} has no request that SDKs are measured on")
    return scheme.measuring


def _chosen(asked: Asked, measuring: Measuring) -> Iterator[tuple[Case, Sending]]:
    with one_line(CorpusError):
        everything = asked.corpus.cases(asked.scheme.id)
    how, _ = sendable(asked.scheme, everything)
    for case in sendable_cases(asked.scheme, everything, asked.ids or (measuring.vector,)):
        if case.id not in how:
            raise Problem(f"{case.id} cannot be sent: an SDK is asked it as it stands")
        yield case, how[case.id]
