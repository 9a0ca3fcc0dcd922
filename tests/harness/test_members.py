"""Members of an output that may be left out, and those that mean the same written out."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations.base import Progress, Reply
from signproof.model import Answer, Expected, Implementation, Status
from signproof.verify import verify

Json = dict[str, Any]

OPEN = {"person_id": "Z199999999", "not_after": 2, "not_before": 1}
STEP = {"state": "NEW", "accepted": False, "fault": "not-logged-in"}
QUIET = {"state": "LOGGED_IN", "accepted": True}


class Says:
    """Gives one output, whatever it is asked."""

    implementation = Implementation(name="says")
    features = frozenset[str]()
    stderr = ""

    def __init__(self, output: Json) -> None:
        self._output = output
        self.replies: dict[str, Reply] = {}

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        for case in cases:
            self.replies[case.id] = Answer(status=Status.OUTPUT, output=self._output)
            progress()
        return self.replies


@pytest.mark.parametrize(
    ("operation", "wanted", "told", "outcome", "message"),
    [
        ("open-ca", OPEN, OPEN, "pass", ""),
        ("open-ca", OPEN, {"person_id": "Z199999999", "not_after": 2}, "pass", ""),
        ("open-ca", OPEN, {**OPEN, "not_before": 0}, "fail", "not_before is wrong"),
        ("open-ca", OPEN, {**OPEN, "not_after": 3}, "fail", "not_after is wrong"),
        ("open-ca", OPEN, {**OPEN, "more": [1]}, "pass", ""),
        ("activate", {"states": [STEP, QUIET]}, {"states": [STEP, QUIET]}, "pass", ""),
        (
            "activate",
            {"states": [STEP, QUIET]},
            {"states": [{**STEP, "value": None}, {**QUIET, "fault": "", "more": 1}]},
            "pass",
            "",
        ),
        (
            "activate",
            {"states": [QUIET]},
            {"states": [{**QUIET, "fault": "ca-expired"}]},
            "fail",
            "states is wrong",
        ),
        ("activate", {"states": [QUIET]}, {"states": []}, "fail", "states is wrong"),
    ],
)
def test_what_is_compared(
    operation: str, wanted: Json, told: Json, outcome: str, message: str
) -> None:
    corpus = Corpus.open()
    case = next(one for one in corpus.cases("shioaji-ca") if one.vector.operation == operation)
    vector = msgspec.structs.replace(case.vector, expected=Expected(output=wanted), stages={})
    one = Case(case.scheme, vector, case.credential, case.input)
    (result,) = verify(Says(told), corpus, [one]).results
    assert (result.outcome.value, result.message) == (outcome, message)


def test_who_tells_nothing_that_is_compared_is_not_judged() -> None:
    corpus = Corpus.open()
    case = next(one for one in corpus.cases("shioaji-ca") if one.vector.operation == "open-ca")
    expected = Expected(output={"not_before": 1, "legacy": True})
    vector = msgspec.structs.replace(case.vector, expected=expected)
    one = Case(case.scheme, vector, case.credential, case.input)
    (result,) = verify(Says({"person_id": "nobody", "not_after": 0}), corpus, [one]).results
    assert (result.outcome.value, result.message) == ("skip", "it does not tell not_before, legacy")
