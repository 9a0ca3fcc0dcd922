"""What is measured of the reference gives what every vector expects."""

import pytest

from signproof import schemes
from signproof.corpus import Corpus
from signproof.implementations.reference import Reference
from signproof.model import Outcome
from signproof.verify import judge

pytestmark = pytest.mark.once


@pytest.mark.parametrize("scheme_id", schemes.ids())
def test_every_vector_of_what_is_measured(scheme_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signproof.implementations.reference.NS_PER_MS", 1)
    scheme, reference = schemes.get(scheme_id), Reference()
    cases = [case for case in Corpus.open().cases(scheme_id) if case.vector.operation in scheme.hot]
    done = {case.id: reference.bench(case, 1) for case in cases}
    results = [judge(scheme, case, done[case.id].reply, states_reasons=True) for case in cases]
    assert [result for result in results if result.outcome is not Outcome.PASS] == []
    assert {case.vector.operation for case in cases} == set(scheme.hot)
    assert [one.elapsed_ns > 0 for one in done.values()] == [one.calls > 0 for one in done.values()]


@pytest.mark.parametrize("scheme_id", schemes.ids())
def test_the_usual_vector_can_be_measured(scheme_id: str) -> None:
    scheme = schemes.get(scheme_id)
    by_id = {case.id: case.vector for case in Corpus.open().cases(scheme_id)}
    assert by_id[scheme.typical].operation in scheme.hot
