"""A scheme more, without editing a file of the project: everything takes it as it comes."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from signproof import schemas, schemes
from signproof.adequacy import catalogue, conforms, matrix
from signproof.cli import signproof
from signproof.corpus import Corpus
from signproof.diagnose import Seen, diagnose
from signproof.lint import lint
from signproof.oracles.writing import written
from signproof.schemes import longbridge_hmac

pytestmark = pytest.mark.once

SCHEME = '''
"""The signature is the exclusive or of all octets of text and key, in hex."""

from functools import reduce
from operator import xor

import msgspec

from signproof.model import Answer, Status
from signproof.pipeline import Pipeline, Stage
from signproof.scheme import Operation, Replay, Scheme


class Credential(msgspec.Struct):
    key: str


class Input(msgspec.Struct):
    text: str


class Output(msgspec.Struct):
    checksum: str


PIPELINE = Pipeline(
    (
        Stage("joined", ("text", "key"), lambda text, key: text + b"|" + key),
        Stage("sum", ("joined",), lambda joined: b"%02x" % reduce(xor, joined)),
    )
)


def _values(credential, input_):
    return {"text": input_["text"].encode(), "key": credential["key"].encode()}


def _output(results):
    return {"checksum": results["sum"].decode()}


def _checksum(credential, input_):
    if not input_.text:
        return Answer(status=Status.REJECTED, reason="no-text", message="there is no text")
    values = _values(msgspec.to_builtins(credential), msgspec.to_builtins(input_))
    results = PIPELINE.run(values)
    stages = {name: results[name].decode() for name in ("joined", "sum")}
    return Answer(status=Status.OUTPUT, output=_output(results), stages=stages)


SCHEME = Scheme(
    id="toy-xor",
    title="Exclusive or",
    credential=Credential,
    prepare=lambda credential: credential,
    operations={
        "checksum": Operation(
            "checksum",
            "Sum a text up.",
            Input,
            Output,
            _checksum,
            replay=Replay(_values, _output, lambda seen, produced: seen == produced),
        )
    },
    reasons={"no-text": "There is nothing to sum up."},
    stages=("joined", "sum"),
    pipeline=PIPELINE,
    mistakes="toy_xor_mistakes",
    oracle="toy_xor_oracle",
)
'''

MISTAKES = '''
from signproof.mistakes.base import Catalogue

CATALOGUE = Catalogue(refusal="wrong")


@CATALOGUE.mistake(fix="Put `|` between text and key.", refusal=None)
def separator_missing(pipeline):
    """Text and key are joined without `|`."""
    return pipeline.replace("joined", lambda text, key: text + key)


@CATALOGUE.mistake(fix="Write the sum in lower case.", refusal=None)
def sum_uppercase(pipeline):
    """The sum is written in upper case."""
    return pipeline.change_output("sum", bytes.upper)
'''

ORACLE = """
from signproof.model import Expected, Reject, Source, SourceKind, Vector
from signproof.oracles.writing import Topic

KEY = "key"


def files():
    topic = Topic("toy-xor", "text", {"main": {"key": KEY}})
    for name, text in (("letter", "a"), ("word", "word"), ("none", "")):
        total = 0
        for octet in f"{text}|{KEY}".encode():
            total ^= octet
        expected = Expected(output={"checksum": f"{total:02x}"})
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=f"The text {text!r}.",
                operation="checksum",
                credential="main",
                input={"text": text},
                stages={"joined": f"{text}|{KEY}", "sum": f"{total:02x}"} if text else {},
                expected=expected if text else Expected(reject=Reject(reason="no-text")),
                source=Source(kind=SourceKind.DERIVED, where="this test", note=""),
            )
        )
    return dict([topic.file()])
"""

WRONG = """
class Implementation:
    def checksum(self, credential, input_):
        if not input_["text"]:
            error = ValueError("empty")
            error.reason = "no-text"
            raise error
        total = 0
        for octet in (input_["text"] + credential["key"]).encode():
            total ^= octet
        return {"checksum": f"{total:02x}"}
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Corpus]:
    """Register the scheme for one test, and return a set with its vectors."""
    folder = tmp_path / "schemes"
    folder.mkdir()
    (folder / "toy_xor.py").write_text(SCHEME)
    (tmp_path / "toy_xor_mistakes.py").write_text(MISTAKES)
    (tmp_path / "toy_xor_oracle.py").write_text(ORACLE)
    (tmp_path / "toy_xor_wrong.py").write_text(WRONG)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(schemes, "__path__", [*schemes.__path__, str(folder)])
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "vectors"
    for path, octets in written(["toy_xor_oracle"], {}, {}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(octets)
    yield Corpus.open(root)
    schemes.get.cache_clear()
    for name in [name for name in sys.modules if "toy_xor" in name]:
        del sys.modules[name]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(signproof, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_it_is_registered(toy: Corpus) -> None:
    assert schemes.ids() == ("longbridge-hmac", "shioaji-ca", "tiger-rsa", "toy-xor")
    assert schemes.get("toy-xor").title == "Exclusive or"
    assert "schemas/toy-xor.schema.json" in schemas.files()
    assert [case.id for case in toy.cases()] == [
        "toy-xor/text/letter",
        "toy-xor/text/word",
        "toy-xor/text/none",
    ]


def test_lint_and_adequacy(toy: Corpus) -> None:
    assert lint(toy) == []
    refused = toy.cases("toy-xor")[2]
    assert not conforms(schemes.get("toy-xor"), refused, {"checksum": "00"})
    rows = matrix(schemes.get("toy-xor"), toy.cases("toy-xor"))
    assert [(row.mistake.id, row.killed_by, row.same_as) for row in rows] == [
        ("separator-missing", ("toy-xor/text/letter", "toy-xor/text/word"), ()),
        ("sum-uppercase", ("toy-xor/text/letter",), ()),
    ]
    assert run("vectors", "adequacy", "--vectors", str(toy.root)) == (
        0,
        "toy-xor: 2 of 2 mistakes are killed\n",
    )
    assert run("vectors", "lint", "--vectors", str(toy.root)) == (0, "the set is clean\n")


def test_the_reference_is_judged(toy: Corpus) -> None:
    code, output = run("verify", "--vectors", str(toy.root))
    assert (code, output.splitlines()[-1]) == (0, "3 pass")
    assert output.splitlines()[0].endswith(" · toy-xor · vectors 1.0.0")


def test_a_wrong_implementation_is_diagnosed(toy: Corpus) -> None:
    wrong = Seen(toy.cases("toy-xor")[0], {"checksum": "6d"})
    diagnosis = diagnose(schemes.get("toy-xor"), [wrong], [])
    assert diagnosis.explained == {}
    code, output = run(
        "verify", "toy-xor", "--python", "toy_xor_wrong:Implementation", "--vectors", str(toy.root)
    )
    assert code == 1
    assert "  cause    separator-missing: Text and key are joined without `|`." in output
    assert "  where    joined, octet 1" in output
    assert "     2  separator-missing\n" in output
    assert output.splitlines()[-1] == "2 fail · 1 pass"


def test_the_commands_take_it(toy: Corpus) -> None:
    root = str(toy.root)
    assert run("list", "toy-xor", "mistakes", "--vectors", root) == (
        0,
        (
            "separator-missing  Text and key are joined without `|`.\n"
            "sum-uppercase      The sum is written in upper case.\n"
        ),
    )
    code, output = run("show", "toy-xor/text/word", "--vectors", root)
    assert (code, json.loads(output)["credential"]) == (0, {"main": {"key": "key"}})
    for command in (("sign", "toy-xor", "GET", "/"), ("explain", "toy-xor")):
        assert run(*command) == (
            2,
            (
                "Error: toy-xor does not sign HTTP requests: `signproof verify toy-xor` judges "
                "what it signs\n"
            ),
        )


def test_a_module_that_has_another_scheme_is_a_mistake_in_the_project(toy: Corpus) -> None:
    assert toy.root.is_dir()
    module = importlib.import_module("signproof.schemes.toy_xor")
    schemes.get.cache_clear()
    vars(module)["SCHEME"] = longbridge_hmac.SCHEME
    with pytest.raises(TypeError) as caught:
        schemes.get("toy-xor")
    assert str(caught.value) == "signproof.schemes.toy_xor.SCHEME is not the scheme 'toy-xor'"


def test_a_module_without_a_catalogue_is_a_mistake_in_the_project(toy: Corpus) -> None:
    assert toy.root.is_dir()
    empty = ModuleType("toy_xor_mistakes")
    vars(empty)["CATALOGUE"] = {}
    sys.modules["toy_xor_mistakes"] = empty
    with pytest.raises(TypeError) as caught:
        catalogue(schemes.get("toy-xor"))
    assert str(caught.value) == "toy_xor_mistakes.CATALOGUE is not a catalogue"


def test_a_scheme_may_have_no_mistakes(toy: Corpus) -> None:
    scheme = replace(schemes.get("toy-xor"), mistakes="")
    wrong = Seen(toy.cases("toy-xor")[0], {"checksum": "6d"})
    assert dict(catalogue(scheme)) == {}
    assert diagnose(scheme, [wrong], []).causes == {}
    assert matrix(scheme, toy.cases("toy-xor")) == []


def test_an_unknown_scheme() -> None:
    with pytest.raises(schemes.UnknownScheme) as caught:
        schemes.get("other")
    assert caught.value.scheme == "other"
    assert str(caught.value) == f"there is no scheme 'other': use one of {', '.join(schemes.ids())}"
