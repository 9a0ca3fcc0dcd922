"""Outputs that no schema foresees: each is judged, none ends the run."""

from pathlib import Path
from typing import Any

import pytest

from signproof.corpus import Corpus
from signproof.implementations.python_object import PythonObject
from signproof.model import Outcome, Report
from signproof.verify import verify

pytestmark = pytest.mark.once

IDS = ("tiger-rsa/load-key/pkcs1-base64", "tiger-rsa/request/market-state")

MODULE = """
class Odd:
    def load_key(self, credential, input_):
        return {load_key!r}

    def request(self, credential, input_):
        return {request!r}
"""

REQUEST: dict[str, Any] = {
    "method": "POST",
    "path": "/gateway",
    "query": None,
    "headers": [],
    "body_b64": "",
}


@pytest.fixture(name="judged")
def _judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def judge(name: str, load_key: dict[str, Any], request: dict[str, Any]) -> Report:
        Path(f"{name}.py").write_text(MODULE.format(load_key=load_key, request=request))
        corpus = Corpus.open()
        by_id = {case.id: case for case in corpus.cases("tiger-rsa")}
        return verify(PythonObject(f"{name}:Odd"), corpus, [by_id[id_] for id_ in IDS])

    return judge


def test_a_member_that_the_schema_does_not_have_is_of_any_type(judged: Any) -> None:
    report = judged(
        "odd_members", {"sign": "AAAA", "body_b64": 5, "note": None}, {**REQUEST, "sign": ["AAAA"]}
    )
    assert [result.outcome for result in report.results] == [Outcome.FAIL, Outcome.FAIL]


def test_a_lone_surrogate_is_an_error_of_the_implementation(judged: Any) -> None:
    report = judged("odd_texts", {"sign": "\ud800"}, {**REQUEST, "path": "/\udfff"})
    assert [(result.outcome, result.message) for result in report.results] == [
        (Outcome.ERROR, "returned a text with a lone surrogate, which has no UTF-8")
    ] * 2
