"""The part of `signproof bench` on implementations that can be asked to sign."""

import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial

import msgspec

from signproof.bench import Contender, measure
from signproof.cli.bench_asked import Asked, NotRight
from signproof.cli.common import Problem, one_line
from signproof.corpus import Case, Corpus, CorpusError
from signproof.implementations import served
from signproof.implementations.base import Driver
from signproof.implementations.python_object import PythonObject
from signproof.implementations.reference import Reference
from signproof.implementations.stdio import Stdio
from signproof.implementations.stdio_bench import StdioBench
from signproof.measured import BenchReport
from signproof.model import Outcome
from signproof.reports import terminal
from signproof.scheme import Scheme
from signproof.verify import verify

__all__ = ["of_program", "of_python", "only_sends"]

_SEND = "send"


def only_sends(driver: Stdio, asked: Asked) -> bool:
    """Tell whether the vectors can only be sent by *driver*, whose SDK hides its signer."""
    scheme = asked.scheme
    with one_line(CorpusError):
        operations = {case.id: case.vector.operation for case in asked.corpus.cases(scheme.id)}
    wanted = {operations[id_] for id_ in asked.ids or (scheme.typical,) if id_ in operations}
    offered = {*driver.operations.get(scheme.id, ())}
    return _SEND in offered and not wanted <= offered


def of_python(asked: Asked, python_object: str | None) -> BenchReport:
    """Measure a Python object, or the reference alone; raises NotRight, NotPassed and NeverRan."""
    cases = _chosen(asked.scheme, asked.corpus, asked.ids)
    if python_object:
        _verify(PythonObject(python_object), asked, cases, ["--python", python_object])
    return _measured(asked, cases, [], python_object)


def of_program(asked: Asked, program: list[str], driver: Driver) -> BenchReport:
    """Measure a program, first verified as *driver*; raises as `of_python` does."""
    cases = _chosen(asked.scheme, asked.corpus, asked.ids)
    _verify(driver, asked, cases, ["--", *program])
    return _measured(asked, cases, program, None)


def _measured(
    asked: Asked, cases: list[Case], program: list[str], python_object: str | None
) -> BenchReport:
    with ExitStack() as stack:
        start = partial(_started, stack, asked.timeout_s, asked.start_timeout_s)
        contenders = _contenders(program, python_object, asked.processes, start)
        number = 1 + len(cases) * sum(1 + len(one.children) for one in contenders)
        with terminal.progress((asked.rounds + 1) * number, "measuring") as advance:
            return measure(
                asked.corpus,
                cases,
                contenders,
                rounds=asked.rounds,
                min_ms=asked.min_ms,
                progress=advance,
            )


_Start = Callable[[Sequence[str], int], list[StdioBench]]


def _started(
    stack: ExitStack, timeout: float, start_timeout: float, words: Sequence[str], number: int
) -> list[StdioBench]:
    """Start *number* processes of a command, which end with *stack*; raises NeverRan."""
    return [
        stack.enter_context(
            closing(StdioBench(words, timeout_s=timeout, start_timeout_s=start_timeout))
        )
        for _ in range(number)
    ]


def _contenders(
    program: list[str], python_object: str | None, processes: int, start: _Start
) -> list[Contender]:
    """Return the reference, then what is measured beside it."""
    together = processes if processes > 1 else 0
    contenders = [Contender("reference", Reference(), start(served.command(None), together))]
    if program:
        children = start(program, processes)
        contenders.append(Contender("command", children[0], children if together else ()))
    elif python_object:
        children = start(served.command(python_object), together)
        contenders.append(Contender("python", PythonObject(python_object), children))
    return contenders


def _verify(driver: Driver, asked: Asked, cases: list[Case], words: list[str]) -> None:
    """Go on where *driver* does all cases right; raises NotRight."""
    report = verify(driver, asked.corpus, cases, strict=True)
    if not report.complete or {result.outcome for result in report.results} != {Outcome.PASS}:
        again = f"signproof verify {asked.scheme.id} --id {{id}} {shlex.join(words)}"
        raise NotRight(report, {case.id: case for case in cases}, again)


def _chosen(scheme: Scheme, corpus: Corpus, ids: tuple[str, ...]) -> list[Case]:
    with one_line(CorpusError):
        by_id = {case.id: case for case in corpus.cases(scheme.id)}
    if not ids and not scheme.typical:
        raise Problem(f"{scheme.id} has no usual vector: name one with --id")
    chosen = []
    for id_ in dict.fromkeys(ids or (scheme.typical,)):
        if id_ not in by_id:
            raise Problem(f"there is no vector {id_}: `signproof list {scheme.id}` shows them all")
        vector = by_id[id_].vector
        if vector.operation not in scheme.hot:
            known = ", ".join(scheme.hot) or "none"
            raise Problem(
                f"{id_} is of the operation {vector.operation}, which is not measured: choose one "
                f"of these: {known}"
            )
        if vector.expected.reject is not msgspec.UNSET:
            raise Problem(f"{id_} expects a refusal: choose one that expects an output")
        chosen.append(by_id[id_])
    return chosen
