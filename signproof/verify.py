"""Judge what an implementation answered, vector by vector."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import FieldInfo

from signproof import schemes
from signproof.codec import CodecError, stage_octets
from signproof.corpus import Case, Corpus
from signproof.diagnose import Diagnosis, Seen, diagnose, first_difference
from signproof.implementations.base import Broken, Driver, Progress, Reply
from signproof.known import Known
from signproof.model import (
    FORMAT,
    Answer,
    Difference,
    Outcome,
    Report,
    Result,
    Status,
)
from signproof.scheme import Scheme

__all__ = ["EXIT_INTERRUPTED", "EXIT_NEVER_RAN", "REFUSED", "judge", "report", "verify"]

EXIT_NEVER_RAN = 3
EXIT_INTERRUPTED = 130

REFUSED = "refused a good input"
"""How the message of such a failure begins."""

_LONGEST_SAID = 1000

_BROKEN = {Outcome.ERROR, Outcome.TIMEOUT, Outcome.XPASS, Outcome.FLAKY}
_FAILING = {Outcome.FAIL, Outcome.ERROR, Outcome.TIMEOUT, Outcome.FLAKY}


def verify(
    driver: Driver,
    corpus: Corpus,
    cases: Sequence[Case],
    *,
    known: Mapping[str, Known] | None = None,
    strict: bool = False,
    progress: Progress = lambda: None,
) -> Report:
    """Run *cases* on *driver* and report.

    *known* has a reason for each vector that may fail; *strict* lets warnings count. An interrupt
    ends the run early: what was answered is judged and the report says that it is incomplete.
    Raises NeverRan.
    """
    complete = True
    unsupported = {
        case.id: why for case in cases if (why := _unsupported(case, driver.features)) is not None
    }
    asked = [case for case in cases if case.id not in unsupported]
    try:
        driver.run(asked, progress)
    except KeyboardInterrupt:
        complete = False
    replies = dict(driver.replies)
    for id_, why in unsupported.items():
        replies[id_] = Answer(status=Status.SKIPPED, message=why)
    return report(driver, corpus, cases, replies, known=known, strict=strict, complete=complete)


def report(
    driver: Driver,
    corpus: Corpus,
    cases: Sequence[Case],
    replies: Mapping[str, Reply],
    *,
    known: Mapping[str, Known] | None = None,
    strict: bool = False,
    complete: bool = True,
) -> Report:
    """Judge and diagnose *replies*, by vector id; cases without a reply were not run."""
    answered = [case for case in cases if case.id in replies]
    reasons = "reasons" in driver.features
    results = {
        case.id: judge(schemes.get(case.scheme), case, replies[case.id], states_reasons=reasons)
        for case in answered
    }
    explained: dict[str, list[str]] = {}
    try:
        for scheme_id in dict.fromkeys(case.scheme for case in answered):
            diagnosis = _diagnosed(scheme_id, answered, replies, results)
            explained |= diagnosis.explained
            _add(diagnosis, replies, results)
        for case in answered:
            results[case.id] = _with_opened(case, replies[case.id], results[case.id])
    except KeyboardInterrupt:
        complete = False
    final = [_with_known(result, (known or {}).get(result.id)) for result in results.values()]
    return Report(
        format=FORMAT,
        signproof=version("signproof"),
        set_version=corpus.manifest.set_version,
        scheme=", ".join(dict.fromkeys(case.scheme for case in cases)),
        implementation=driver.implementation,
        complete=complete,
        strict=strict,
        counts=dict(Counter(result.outcome.value for result in final)),
        causes=explained,
        stderr=driver.stderr,
        exit_code=_exit_code(final, complete=complete, strict=strict),
        results=final,
    )


def _unsupported(case: Case, features: Collection[str]) -> str | None:
    """Return why the case is not run: vectors may be newer than this version, or ask for more."""
    scheme = schemes.get(case.scheme)
    check = case.vector.expected.check
    if case.vector.operation not in scheme.operations:
        return f"this version of signproof has no operation {case.vector.operation!r}"
    if check is not UNSET and check not in scheme.checks:
        return f"this version of signproof has no check {check!r}"
    missing = next((name for name in case.vector.requires if name not in features), None)
    return None if missing is None else f"it does not have the feature {missing!r}"


def judge(scheme: Scheme, case: Case, reply: Reply, *, states_reasons: bool) -> Result:
    """Return the judgement of one reply, without its diagnosis."""
    vector = case.vector
    result = Result(
        id=vector.id,
        operation=vector.operation,
        importance=vector.importance,
        outcome=Outcome.PASS,
        source=f"{vector.source.kind.value}: {vector.source.where}",
    )
    if isinstance(reply, Broken):
        return _change(result, outcome=reply.outcome, message=_said(reply.message))
    if reply.status is Status.SKIPPED:
        return _change(result, outcome=Outcome.SKIP, message=_said(reply.message))
    if reply.status is Status.ERRORED:
        message = _said(reply.message) or "it gave no message"
        if vector.expected.reject is not UNSET:
            message += " (a refusal is due here: answer it with `rejected`)"
        return _change(result, outcome=Outcome.ERROR, message=message)
    if vector.expected.reject is not UNSET:
        return _judge_rejection(
            scheme, result, vector.expected.reject.reason, reply, states_reasons=states_reasons
        )
    if reply.status is Status.REJECTED:
        why = _said(reply.reason or reply.message) or "no reason given"
        return _change(result, outcome=Outcome.FAIL, message=f"{REFUSED}: {why}")
    try:
        msgspec.convert(reply.output, scheme.operations[vector.operation].output)
    except msgspec.ValidationError as error:
        return _change(
            result, outcome=Outcome.ERROR, message=f"its output is not as the schema says: {error}"
        )
    return _judge_output(scheme, case, result, reply)


def _judge_rejection(
    scheme: Scheme, result: Result, reason: str, reply: Answer, *, states_reasons: bool
) -> Result:
    if reply.status is not Status.REJECTED:
        return _change(
            result, outcome=Outcome.FAIL, message=f"accepted what must be refused: {reason}"
        )
    if not states_reasons or not reply.reason:
        return _change(result, note="reason not stated")
    if reply.reason != reason:
        unlisted = "" if reply.reason in scheme.reasons else " (not in the scheme's list)"
        return _change(
            result,
            outcome=Outcome.FAIL,
            message=f"refused for the reason {_said(reply.reason)!r}{unlisted}, which should be "
            f"{reason!r}",
        )
    return result


def _judge_output(scheme: Scheme, case: Case, result: Result, reply: Answer) -> Result:
    expected = case.vector.expected
    if expected.check is not UNSET:
        finding = scheme.checks[expected.check](
            dict(case.credential or {}), case.input, reply.output
        )
        if finding is not None:
            return _change(result, outcome=Outcome.FAIL, message=finding.message)
        return result
    if expected.any_of is not UNSET:
        told, optional = _plain(scheme, case, reply.output), _optional(scheme, case)
        for choice in expected.any_of:
            if _agrees(told, _plain(scheme, case, choice.output), optional):
                return _change(result, label=choice.label)
        return _change(
            result, outcome=Outcome.FAIL, message="the output is none of the conforming forms"
        )
    right = expected.output if expected.output is not UNSET else {}
    stages = case.vector.stages
    if reply.output == right and (not stages or reply.stages == stages):
        return result  # as nearly every reply is: nothing need be decoded to compare it
    told, optional = _plain(scheme, case, reply.output), _optional(scheme, case)
    wanted = _plain(scheme, case, right)
    difference = _stage_difference(case, reply)
    if wanted and optional.issuperset(wanted) and not wanted.keys() & told.keys():
        return _change(
            result, outcome=Outcome.SKIP, message=f"it does not tell {', '.join(wanted)}"
        )
    if _agrees(told, wanted, optional):
        note = f"the output is right, but its stage {difference.stage} is not" if difference else ""
        return _change(result, note=note, difference=difference)
    wrong = next(name for name in wanted if not _agrees(told, {name: wanted[name]}, optional))
    if difference is None:
        difference = first_difference(
            {wrong: _octets(wanted[wrong])}, {wrong: _octets(told.get(wrong))}
        )
    return _change(result, outcome=Outcome.FAIL, message=f"{wrong} is wrong", difference=difference)


def _optional(scheme: Scheme, case: Case) -> set[str]:
    """Return the members of the output that an implementation need not tell."""
    fields = _fields(scheme.operations[case.vector.operation].output)
    return {name for name, field in fields.items() if field.default is UNSET}


@lru_cache(maxsize=64)
def _fields(output: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Return the members of an output by name; asked for each result."""
    return {one.name: one for one in msgspec.structs.fields(output)}


def _plain(scheme: Scheme, case: Case, output: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of an output that its schema has, inner ones too.

    Inside a member, what has a default is the same written out and left out. A vector may hold
    some of the members alone.
    """
    fields = _fields(scheme.operations[case.vector.operation].output)
    return {
        name: msgspec.to_builtins(msgspec.convert(value, fields[name].type))
        for name, value in output.items()
        if name in fields
    }


def _agrees(
    output: Mapping[str, Any], wanted: Mapping[str, Any], optional: Collection[str]
) -> bool:
    return all(
        output.get(name) == value or (name in optional and name not in output)
        for name, value in wanted.items()
    )


def _stage_difference(case: Case, reply: Answer) -> Difference | None:
    """Return where a stage that the implementation reports first differs from the vector's."""
    return first_difference(stage_octets(case.vector.stages), _reported(reply))


def _reported(reply: Answer) -> dict[str, bytes]:
    """Return the stages that the implementation reports."""
    try:
        return stage_octets(reply.stages)
    except CodecError:
        # What is no base64 is as wrong as a stage can be, and shown as it stands.
        return {name.removesuffix("_b64"): text.encode() for name, text in reply.stages.items()}


def _octets(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)


def _said(text: str) -> str:
    """Return what an implementation said, in a length that a report can bear."""
    return text if len(text) <= _LONGEST_SAID else text[:_LONGEST_SAID] + "…"


def _change(result: Result, **changes: Any) -> Result:
    return msgspec.structs.replace(result, **changes)


def _diagnosed(
    scheme_id: str,
    cases: Sequence[Case],
    replies: Mapping[str, Reply],
    results: Mapping[str, Result],
) -> Diagnosis:
    failures, passes = [], []
    for case in cases:
        reply = replies[case.id]
        if case.scheme != scheme_id or isinstance(reply, Broken):
            continue
        if _is_output(case, reply) and case.vector.expected.reject is UNSET:
            outcome = results[case.id].outcome
            if outcome is Outcome.FAIL:
                failures.append(Seen(case, _named(case, reply)))
            elif outcome is Outcome.PASS:
                passes.append(Seen(case, _named(case, reply)))
    return diagnose(schemes.get(scheme_id), failures, passes)


def _is_output(case: Case, reply: Answer) -> bool:
    """Tell whether a reply can be replayed: an output, or a refusal that a pipeline can give."""
    if reply.status is not Status.REJECTED:
        return reply.status is Status.OUTPUT
    replay = schemes.get(case.scheme).operations[case.vector.operation].replay
    return replay is not None and replay.refusals


def _with_opened(case: Case, reply: Reply, result: Result) -> Result:
    """Add what a wrong signature shows by itself."""
    scheme = schemes.get(case.scheme)
    if result.outcome is not Outcome.FAIL or scheme.opened is None or isinstance(reply, Broken):
        return result
    if reply.status is not Status.OUTPUT or case.vector.expected.reject is not UNSET:
        return result
    replay = scheme.operations[case.vector.operation].replay
    credential = dict(case.credential or {})
    return _change(
        result, opened=scheme.opened(replay, credential, case.input, _named(case, reply))
    )


def _named(case: Case, reply: Answer) -> dict[str, Any]:
    """Return the members of an output that its schema has: of others the types were not checked."""
    names = _fields(schemes.get(case.scheme).operations[case.vector.operation].output)
    return {name: value for name, value in reply.output.items() if name in names}


def _add(diagnosis: Diagnosis, replies: Mapping[str, Reply], results: dict[str, Result]) -> None:
    """Write causes into the results, and a difference where the implementation shows no stages."""
    for id_, causes in diagnosis.causes.items():
        result, reply = results[id_], replies[id_]
        # A member of the output may have a stage's name: what was reported tells the two apart.
        reported = {} if isinstance(reply, Broken) else _reported(reply)
        shown = result.difference
        if shown is None or shown.stage not in reported:
            shown = diagnosis.differences.get(id_, shown)
        results[id_] = _change(result, causes=causes, difference=shown)


def _with_known(result: Result, known: Known | None) -> Result:
    if known is None:
        return result
    if result.outcome in _FAILING:
        if known.says not in result.message:
            message = f"{result.message} (known to fail, but not so: {known.reason})"
            return _change(result, message=message)
        return _change(result, outcome=Outcome.XFAIL, known=known.reason)
    if result.outcome is Outcome.PASS:
        return _change(
            result,
            outcome=Outcome.XPASS,
            known=known.reason,
            message="it passes though it is listed as known failing: take the entry out",
        )
    return result


def _exit_code(results: Sequence[Result], *, complete: bool, strict: bool) -> int:
    if not complete:
        return EXIT_INTERRUPTED
    if all(result.outcome is Outcome.SKIP for result in results):
        return EXIT_NEVER_RAN
    return int(
        any(
            result.outcome in _BROKEN
            or (result.outcome is Outcome.FAIL and result.importance.counts(strict=strict))
            for result in results
        )
    )
