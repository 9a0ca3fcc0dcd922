"""From a wrong output to the mistake that gives exactly these octets.

Mistakes are replayed, alone and, where none alone fits, in pairs. A cause is named only when its
replay reproduces the output seen; among several, the one that reproduces the most failures and
contradicts the fewest passes of the same run comes first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from signproof.adequacy import catalogue, conforms
from signproof.corpus import Case
from signproof.mistakes.base import Mistake
from signproof.model import Cause, Difference
from signproof.pipeline import Pipeline
from signproof.scheme import Replay, Scheme

__all__ = ["Diagnosis", "Seen", "diagnose", "first_difference", "masked"]

Json = dict[str, Any]

_CONTEXT = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """What an implementation gave for a case."""

    case: Case
    output: Json


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known about the failures of one scheme in one run."""

    causes: dict[str, list[Cause]]
    """By vector id, the best first."""
    explained: dict[str, list[str]]
    """By cause, the ids of the failures that it reproduces; the best first."""
    differences: dict[str, Difference]
    """By vector id, where the best cause first parts from the right computation."""


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """One mistake, or two at once."""

    id: str
    mistakes: tuple[Mistake, ...]

    def edit(self, pipeline: Pipeline) -> Pipeline:
        for mistake in self.mistakes:
            pipeline = mistake.edit(pipeline)
        return pipeline

    def hindsight(self, pipeline: Pipeline) -> Pipeline:
        for mistake in self.mistakes:
            pipeline = mistake.hindsight(pipeline)
        return pipeline


def diagnose(
    scheme: Scheme,
    failures: Sequence[Seen],
    passes: Sequence[Seen],
    hide: Sequence[bytes] = (),
) -> Diagnosis:
    """Name the causes of *failures*; *passes* are what the same implementation did right.

    The octets in *hide* are masked wherever a difference would show them.
    """
    singles = [_Hypothesis(id_, (mistake,)) for id_, mistake in catalogue(scheme).items()]
    replayable = [seen for seen in failures if _replay(scheme, seen.case) is not None]
    reproduced = _reproduced(scheme, singles, replayable)
    unexplained = [seen for seen in replayable if not any(seen in by for by in reproduced.values())]
    if unexplained:
        reproduced |= _reproduced(scheme, _pairs(scheme, singles, unexplained), unexplained)
    ranked = sorted(
        ((hypothesis, seen) for hypothesis, seen in reproduced.items() if seen),
        key=lambda item: (
            -len(item[1]),
            _contradictions(scheme, item[0], passes),
            len(item[0].mistakes),
        ),
    )
    return Diagnosis(
        _causes(replayable, ranked),
        {hypothesis.id: [one.case.id for one in seen] for hypothesis, seen in ranked},
        _differences(scheme, replayable, ranked, hide),
    )


_Ranked = list[tuple[_Hypothesis, list[Seen]]]


def _replay(scheme: Scheme, case: Case) -> Replay | None:
    return scheme.operations[case.vector.operation].replay


def _reproduced(
    scheme: Scheme, hypotheses: Iterable[_Hypothesis], failures: Sequence[Seen]
) -> dict[_Hypothesis, list[Seen]]:
    return {
        hypothesis: [seen for seen in failures if _fits(scheme, hypothesis, seen)]
        for hypothesis in hypotheses
    }


def _fits(scheme: Scheme, hypothesis: _Hypothesis, seen: Seen) -> bool:
    """Tell whether the replay gives the output seen, from the input or in hindsight."""
    replay = _replay(scheme, seen.case)
    if replay is None:
        return False
    credential = dict(seen.case.credential or {})
    results = hypothesis.edit(scheme.pipeline).run(replay.values(credential, seen.case.input))
    if replay.same(seen.output, replay.output(results)):
        return True
    if replay.hindsight is None:
        return False
    values = replay.hindsight(credential, seen.case.input, seen.output)
    results = hypothesis.hindsight(scheme.pipeline).run(values)
    return replay.same(seen.output, replay.output(results))


def _pairs(
    scheme: Scheme, singles: Sequence[_Hypothesis], unexplained: Sequence[Seen]
) -> list[_Hypothesis]:
    """Return the pairs that fit the smallest unexplained failure."""
    # Were one of the two without effect on a case, the other alone would explain it: so any one
    # unexplained case shows both, and the smallest is the cheapest.
    smallest = min(unexplained, key=lambda seen: len(str(seen.case.input)))
    pairs = (
        _Hypothesis(f"{first.id} + {second.id}", (*first.mistakes, *second.mistakes))
        for first, second in combinations(singles, 2)
    )
    return [pair for pair in pairs if _fits(scheme, pair, smallest)]


def _contradictions(scheme: Scheme, hypothesis: _Hypothesis, passes: Sequence[Seen]) -> int:
    """Count the passes on which an implementation with this mistake would have failed."""
    pipeline = hypothesis.edit(scheme.pipeline)
    count = 0
    for seen in passes:
        replay = _replay(scheme, seen.case)
        if replay is not None:
            values = replay.values(dict(seen.case.credential or {}), seen.case.input)
            count += not conforms(scheme, seen.case, replay.output(pipeline.run(values)))
    return count


def _causes(failures: Sequence[Seen], ranked: _Ranked) -> dict[str, list[Cause]]:
    causes: dict[str, list[Cause]] = {}
    for seen in failures:
        fitting = [(hypothesis, by) for hypothesis, by in ranked if seen in by]
        merged: list[Cause] = []
        taken: set[str] = set()
        for hypothesis, by in fitting:
            if hypothesis.id in taken:
                continue
            also = [other.id for other, its in fitting if its == by and other is not hypothesis]
            taken |= {hypothesis.id, *also}
            merged.append(
                Cause(
                    id=hypothesis.id,
                    text=" ".join(mistake.text for mistake in hypothesis.mistakes),
                    fix=" ".join(dict.fromkeys(mistake.fix for mistake in hypothesis.mistakes)),
                    also=also,
                )
            )
        if merged:
            causes[seen.case.id] = merged
    return causes


def _differences(
    scheme: Scheme, failures: Sequence[Seen], ranked: _Ranked, hide: Sequence[bytes]
) -> dict[str, Difference]:
    differences = {}
    for seen in failures:
        best = next((hypothesis for hypothesis, by in ranked if seen in by), None)
        replay = _replay(scheme, seen.case)
        if best is None or replay is None:
            continue
        values = replay.values(dict(seen.case.credential or {}), seen.case.input)
        right = scheme.pipeline.run(values)
        wrong = best.edit(scheme.pipeline).run(values)
        found = first_difference(
            {name: right[name] for name in scheme.stages},
            {name: wrong[name] for name in scheme.stages},
            hide,
        )
        if found is not None:
            differences[seen.case.id] = found
    return differences


def first_difference(
    expected: dict[str, bytes], got: dict[str, bytes], hide: Sequence[bytes] = ()
) -> Difference | None:
    """Return where the first of *expected*'s stages that *got* has, too, differs.

    The octets in *hide*, in whatever case, are shown as asterisks.
    """
    for stage, right in expected.items():
        wrong = got.get(stage, right)
        if wrong != right:
            offset = next(
                (
                    at
                    for at, pair in enumerate(zip(right, wrong, strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(right), len(wrong)),
            )
            return Difference(
                stage=stage,
                offset=offset,
                expected=_excerpt(masked(right, hide), offset),
                got=_excerpt(masked(wrong, hide), offset),
            )
    return None


def masked(octets: bytes, hide: Sequence[bytes]) -> bytes:
    """Return *octets* with each occurrence of *hide*, in whatever case, as asterisks."""
    for secret in hide:
        if secret:
            octets = re.sub(
                re.escape(secret), lambda match: b"*" * len(match[0]), octets, flags=re.IGNORECASE
            )
    return octets


def _excerpt(octets: bytes, offset: int) -> str:
    """Return the octets around *offset*, printable, with `…` where more follows."""
    start, end = max(offset - _CONTEXT // 2, 0), offset + _CONTEXT
    text = octets[start:end].decode("utf-8", "backslashreplace")
    shown = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'…' if start else ''}{shown}{'…' if end < len(octets) else ''}"
