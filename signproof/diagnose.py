"""From a wrong output to the mistake that gives exactly these octets.

Mistakes are replayed, alone and, where none alone fits, in pairs. A cause is named only when its
replay reproduces the output seen; among several, the one that reproduces the most failures and
contradicts the fewest passes of the same run comes first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from signproof.adequacy import catalogue, conforms
from signproof.codec import CodecError
from signproof.corpus import Case
from signproof.mistakes.base import Mistake
from signproof.model import Cause, Difference
from signproof.pipeline import Pipeline
from signproof.scheme import Replay, Scheme

__all__ = ["Diagnosis", "Seen", "diagnose", "first_difference", "masked"]

Json = dict[str, Any]

_CONTEXT = 24
_LARGEST_FOR_PAIRS = 10_000
"""Characters of an input: some thousand pairs over a larger one would take minutes."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Failure:
    """A failure made ready for many replays."""

    case: Case
    output: Json
    replay: Replay
    starts: tuple["_Start", ...]
    """What the pipeline may have started from, the input first."""
    hopeless: bool
    """Whether it shows by itself that no pair of mistakes gives it."""

    def is_signed_right(self, pipeline: Pipeline) -> bool:
        """Tell whether the right computation gives this output: something else is wrong with it."""
        return any(
            self.replay.same(self.output, self.replay.output(pipeline.run(start.quick)))
            for start in self.starts
            if not start.in_hindsight
        )

    def fit(self, hypothesis: _Hypothesis, pipeline: Pipeline) -> "_Start | None":
        """Return from where the replay gives the output seen, None where it does from nowhere."""
        for start in self.starts:
            results = start.edited(hypothesis, pipeline).run(start.quick)
            if self.replay.same(self.output, self.replay.output(results)):
                return start
        return None

    def shows(self, hypothesis: _Hypothesis, pipeline: Pipeline) -> bool:
        """Tell whether the mistake has any effect on this case, from the input or in hindsight."""
        return any(
            self.replay.output(pipeline.run(start.quick))
            != self.replay.output(start.edited(hypothesis, pipeline).run(start.quick))
            for start in self.starts
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """Values that a pipeline starts from."""

    values: dict[str, Any]
    quick: dict[str, Any]
    """The same for telling whether a replay gives the output seen."""
    in_hindsight: bool
    """Whether they come from the output: what was chosen by the implementation is its own."""

    def edited(self, hypothesis: _Hypothesis, pipeline: Pipeline) -> Pipeline:
        """Return the mistaken pipeline for these values."""
        return (hypothesis.hindsight if self.in_hindsight else hypothesis.edit)(pipeline)


_Explained = dict[_Hypothesis, list[_Failure]]


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
    replayable = [_failure(scheme, seen, replay) for seen, replay in _replayable(scheme, failures)]
    # What a right signer gives is not explained by a mistake, even by one that shows nowhere.
    ready = [failure for failure in replayable if not failure.is_signed_right(scheme.pipeline)]
    explained = _explained(scheme, singles, ready)
    known = {failure for by in explained.values() for failure in by}
    unexplained = [failure for failure in ready if failure not in known and not failure.hopeless]
    if unexplained:
        explained |= _explained(scheme, _pairs(scheme, singles, unexplained), unexplained)
    ranked = dict(
        sorted(
            explained.items(),
            key=lambda item: (
                -len(item[1]),
                _contradictions(scheme, item[0], passes),
                len(item[0].mistakes),
            ),
        )
    )
    return Diagnosis(
        _causes(ready, ranked),
        {hypothesis.id: [one.case.id for one in by] for hypothesis, by in ranked.items()},
        _differences(scheme, ready, ranked, hide),
    )


def _replayable(scheme: Scheme, seen: Sequence[Seen]) -> Iterator[tuple[Seen, Replay]]:
    for one in seen:
        replay = scheme.operations[one.case.vector.operation].replay
        if replay is not None:
            yield one, replay


def _failure(scheme: Scheme, seen: Seen, replay: Replay) -> _Failure:
    credential = dict(seen.case.credential or {})

    def start(values: dict[str, Any], *, in_hindsight: bool) -> _Start:
        return _Start(values, replay.recognised(values, seen.output), in_hindsight)

    starts = [start(replay.values(credential, seen.case.input), in_hindsight=False)]
    if replay.hindsight is not None:
        # Where the output's own octets cannot be read there is no hindsight.
        with suppress(CodecError):
            values = replay.hindsight(credential, seen.case.input, seen.output)
            right = replay.output(scheme.pipeline.run(values))
            # Well signed as it stands: what made it another request is no mistake in signing, and
            # every mistake without effect on it would seem to fit.
            if not replay.same(seen.output, right):
                starts.append(start(values, in_hindsight=True))
    if replay.conforming is not None:
        starts += [
            start(values, in_hindsight=each.in_hindsight)
            for each in starts
            for values in replay.conforming(each.values)
        ]
    hopeless = replay.hopeless is not None and replay.hopeless(credential, seen.output)
    return _Failure(seen.case, seen.output, replay, tuple(starts), hopeless)


def _explained(
    scheme: Scheme, hypotheses: Iterable[_Hypothesis], failures: Sequence[_Failure]
) -> _Explained:
    """Return the failures that each hypothesis reproduces, where it reproduces any."""
    explained = {}
    for hypothesis in hypotheses:
        by = [failure for failure in failures if failure.fit(hypothesis, scheme.pipeline)]
        if by:
            explained[hypothesis] = by
    return explained


def _pairs(
    scheme: Scheme, singles: Sequence[_Hypothesis], unexplained: Sequence[_Failure]
) -> list[_Hypothesis]:
    """Return the pairs that fit the smallest unexplained failure."""
    # Were one of the two without effect on a case, the other alone would explain it: so any one
    # unexplained case shows both, and the smallest is the cheapest.
    smallest = min(unexplained, key=lambda failure: len(str(failure.case.input)))
    if len(str(smallest.case.input)) > _LARGEST_FOR_PAIRS:
        return []
    effective = [single for single in singles if smallest.shows(single, scheme.pipeline)]
    pairs = (
        _Hypothesis(f"{first.id} + {second.id}", (*first.mistakes, *second.mistakes))
        for first, second in combinations(effective, 2)
    )
    return [pair for pair in pairs if smallest.fit(pair, scheme.pipeline)]


def _contradictions(scheme: Scheme, hypothesis: _Hypothesis, passes: Sequence[Seen]) -> int:
    """Count the passes on which an implementation with this mistake would have failed."""
    pipeline = hypothesis.edit(scheme.pipeline)
    return sum(
        not conforms(
            scheme,
            seen.case,
            replay.output(
                pipeline.run(replay.values(dict(seen.case.credential or {}), seen.case.input))
            ),
        )
        for seen, replay in _replayable(scheme, passes)
    )


def _causes(failures: Sequence[_Failure], ranked: _Explained) -> dict[str, list[Cause]]:
    causes: dict[str, list[Cause]] = {}
    for failure in failures:
        fitting = [(hypothesis, by) for hypothesis, by in ranked.items() if failure in by]
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
            causes[failure.case.id] = merged
    return causes


def _differences(
    scheme: Scheme, failures: Sequence[_Failure], ranked: _Explained, hide: Sequence[bytes]
) -> dict[str, Difference]:
    """Return where the best cause of each failure first parts from the right computation."""
    differences = {}
    for failure in failures:
        best = next((hypothesis for hypothesis, by in ranked.items() if failure in by), None)
        if best is None or not failure.output:
            continue  # what was refused has no octets to compare
        start = failure.fit(best, scheme.pipeline)
        if start is None:
            raise AssertionError(best.id)  # it was found by this
        right = scheme.pipeline.run(start.values)
        wrong = start.edited(best, scheme.pipeline).run(start.values)
        found = first_difference(
            {name: right[name] for name in scheme.stages if right.get(name) is not None},
            {name: wrong[name] for name in scheme.stages if wrong.get(name) is not None},
            hide,
        )
        if found is not None:
            differences[failure.case.id] = found
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


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def masked(octets: bytes, hide: Sequence[bytes]) -> bytes:
    """Return *octets* with each occurrence of *hide*, in whatever case, as asterisks."""
    for secret in hide:
        if secret:
            octets = re.sub(
                re.escape(secret), lambda match: b"*" * len(match[0]), octets, flags=re.IGNORECASE
            )
    return octets


def _excerpt(octets: bytes, offset: int) -> str:
    """Return the octets around *offset*, printable, with `…` where more follows.

    What is text in no part, a digest for instance, is shown in hexadecimal.
    """
    start, end = max(offset - _CONTEXT // 2, 0), offset + _CONTEXT
    if b"\0" in octets or not _is_text(octets):
        shown = octets[start:end].hex(" ")
        return f"{'… ' if start else ''}{shown}{' …' if end < len(octets) else ''}"
    # No character is cut in two.
    while start and octets[start] & 0xC0 == 0x80:  # noqa: PLR2004 - a continuation octet
        start -= 1
    while end < len(octets) and octets[end] & 0xC0 == 0x80:  # noqa: PLR2004
        end += 1
    text = octets[start:end].decode("utf-8", "backslashreplace")
    shown = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'…' if start else ''}{shown}{'…' if end < len(octets) else ''}"
