"""Is every catalogued mistake caught? The kill matrix of a vector set.

A mistake in a signer is killed by a vector on which the mistaken pipeline does not conform. A
mistake that a verifier can see must besides stand in a negative vector, and the request in that
vector must really be the mistake's own.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from signproof.corpus import RECORDED, Case
from signproof.mistakes.base import Catalogue, Mistake
from signproof.scheme import Scheme

__all__ = ["Row", "catalogue", "conforms", "matrix"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What catches one mistake."""

    mistake: Mistake
    killed_by: tuple[str, ...]
    """The ids of the vectors on which a signer with this mistake fails."""
    negatives: tuple[str, ...]
    """The ids of the negative vectors that carry exactly this mistake."""
    same_as: tuple[str, ...]
    """Mistakes that cannot be told from this one by any vector."""

    @property
    def killed(self) -> bool:
        """Tell whether all is there that catching this mistake takes."""
        return bool(self.killed_by) and (self.mistake.refusal is None or bool(self.negatives))


def catalogue(scheme: Scheme) -> Catalogue:
    """Return the scheme's mistakes; none where it has no catalogue."""
    if not scheme.mistakes:
        return Catalogue(refusal="")
    found = importlib.import_module(scheme.mistakes).CATALOGUE
    if not isinstance(found, Catalogue):
        raise TypeError(f"{scheme.mistakes}.CATALOGUE is not a catalogue")
    return found


def conforms(scheme: Scheme, case: Case, output: Json) -> bool:
    """Tell whether *output* is what the vector expects."""
    expected = case.vector.expected
    if expected.output is not UNSET:
        return all(output.get(name) == value for name, value in expected.output.items())
    if expected.any_of is not UNSET:
        return any(output == choice.output for choice in expected.any_of)
    if expected.check is not UNSET:
        check = scheme.checks[expected.check]
        return check(dict(case.credential or {}), case.input, output) is None
    return False


def matrix(scheme: Scheme, cases: Sequence[Case]) -> list[Row]:
    """Return a row for each mistake, in the catalogue's order.

    Cases of operations that this version does not know are left out, and recordings: that a
    mistake is caught has to hold without what SDKs happened to send.
    """
    mistakes = catalogue(scheme)
    cases = [
        case
        for case in cases
        if case.vector.operation in scheme.operations and case.id.split("/")[1] != RECORDED
    ]
    signing = [
        (case, replay, replay.values(dict(case.credential or {}), case.input))
        for case in cases
        if case.vector.expected.reject is UNSET
        and (replay := scheme.operations[case.vector.operation].replay) is not None
    ]
    by_id = {case.id: case for case in cases}
    outputs: dict[str, tuple[str, ...]] = {}
    kills: dict[str, tuple[str, ...]] = {}
    for mistake in mistakes.values():
        pipeline = mistake.edit(scheme.pipeline)
        produced = [(case, replay.output(pipeline.run(values))) for case, replay, values in signing]
        kills[mistake.id] = tuple(
            case.id for case, output in produced if not conforms(scheme, case, output)
        )
        outputs[mistake.id] = tuple(repr(output) for _, output in produced)
    return [
        Row(
            mistake,
            kills[mistake.id],
            tuple(
                case.id
                for case in cases
                if case.vector.mistake == mistake.id
                and _is_negative_of(scheme, mistake, case, by_id)
            ),
            tuple(
                other
                for other in mistakes
                if other != mistake.id and outputs[other] == outputs[mistake.id]
            ),
        )
        for mistake in mistakes.values()
    ]


def _is_negative_of(scheme: Scheme, mistake: Mistake, case: Case, by_id: dict[str, Case]) -> bool:
    """Tell whether the case's input is what *mistake* makes of its baseline."""
    baseline = by_id.get(str(case.vector.baseline))
    rebuild = scheme.operations[case.vector.operation].rebuild
    if baseline is None or rebuild is None or case.vector.expected.reject is UNSET:
        return False
    values = rebuild.values(dict(baseline.credential or {}), baseline.input)
    values = rebuild.recognised(values, case.input)
    produced = rebuild.output(mistake.edit(scheme.pipeline).run(values))
    return rebuild.same(case.input, produced)
