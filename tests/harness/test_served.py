"""What runs here, as a program that answers `bench`: message by message."""

import json
from typing import Any

import msgspec
import pytest

from signproof.corpus import Case
from signproof.implementations.python_object import PythonObject
from signproof.implementations.reference import Reference
from signproof.implementations.served import served

START = {"type": "start", "seq": 1, "protocols": [1]}


class Breaks:
    """Cannot sign."""

    name = "mine"
    version = "7"

    def sign(self, _credential: dict[str, Any], _input: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("no paper")


def said(repeater: Any, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [json.dumps(message).encode() for message in messages]
    return [json.loads(reply) for reply in served(repeater, lines)]


def conversation(case: Case) -> list[dict[str, Any]]:
    name = case.vector.credential
    prepare = {"type": "prepare", "seq": 2, "credential": name, "scheme": case.scheme}
    bench = {"type": "bench", "seq": 3, "scheme": case.scheme, "credential": name, "min_ms": 1}
    of = {"operation": case.vector.operation, "input": case.input}
    return [START, prepare | {"values": case.credential}, bench | of]


def test_the_reference(by_name: dict[str, Case]) -> None:
    case = by_name["body/compact"]
    introduction, prepared, done = said(Reference(), *conversation(case))
    assert introduction.pop("implementation")["name"] == "signproof reference"
    assert introduction == {"seq": 1, "protocol": 1, "operations": {}, "features": ["bench"]}
    assert prepared == {"seq": 2}
    assert (done.pop("iterations") >= 1, done.pop("elapsed_ns") >= 1_000_000) == (True, True)
    assert done == {"seq": 3, "status": "output", "output": case.vector.expected.output}


def test_a_refusal(by_name: dict[str, Case]) -> None:
    *_, done = said(Reference(), *conversation(by_name["refuse/empty-key"]))
    assert (done["status"], done["reason"], "iterations" in done) == (
        "rejected",
        "empty-credential",
        False,
    )


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("body/compact", {"status": "errored", "message": "raised RuntimeError: no paper"}),
        ("verify/get-query", {"status": "skipped", "message": "it has no such method"}),
    ],
)
def test_an_object(
    name: str, reply: dict[str, str], by_name: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json, "breaks", Breaks, raising=False)
    introduction, _, done = said(PythonObject("json:breaks"), *conversation(by_name[name]))
    implementation = introduction["implementation"]
    assert (implementation["name"], implementation["version"]) == ("mine", "7")
    assert done == {"seq": 3, **reply}


def test_without_a_credential(by_name: dict[str, Case], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Notes:
        def sign(self, credential: Any, input_: Any) -> dict[str, str]:
            seen.append((credential, input_))
            return {"x_api_signature": "example"}

    monkeypatch.setattr(json, "notes", Notes, raising=False)
    bench = conversation(by_name["body/compact"])[2] | {"credential": None, "input": {"a": 1}}
    (done,) = said(PythonObject("json:notes"), bench)
    assert (done["output"], seen[0]) == ({"x_api_signature": "example"}, ({}, {"a": 1}))


@pytest.mark.parametrize("message", [{"type": "run", "seq": 1}, {"type": "bench", "seq": 1}])
def test_what_the_harness_does_not_ask(message: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        said(Reference(), message)
