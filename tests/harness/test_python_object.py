"""``--python module:object``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signproof import cli
from signproof.corpus import Case, Corpus
from signproof.implementations.base import NeverRan
from signproof.implementations.python_object import PythonObject
from signproof.model import Implementation, Report
from signproof.verify import verify

MODULE = '''
import importlib
import sys

ADAPTER = {adapter!r}


def foreign():
    spec = importlib.util.spec_from_file_location("foreign", ADAPTER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


import importlib.util
FOREIGN = foreign()


class Refused(Exception):
    def __init__(self, reason):
        self.reason = reason
        super().__init__("refused: " + str(reason))


class Good:
    name = "my signer"
    version = 3
    features = ["moon"]

    def sign(self, credential, input_):
        try:
            return {{"x_api_signature": FOREIGN.sign(credential, input_)["header"]}}
        except FOREIGN.Rejection as error:
            raise Refused(str(error)) from None

    def verify(self, credential, input_):
        try:
            return FOREIGN.verify(credential, input_["request"])
        except FOREIGN.Rejection as error:
            raise Refused(str(error)) from None


class Spoils(Good):
    """Changes what it is given, and returns the same dict again and again."""

    def __init__(self):
        self.output = {{}}

    def sign(self, credential, input_):
        self.output.update(super().sign(credential, input_))
        credential.clear()
        input_.clear()
        return self.output

    def verify(self, credential, input_):
        try:
            return super().verify(credential, input_)
        finally:
            input_["request"]["headers"].clear()


class Panic(BaseException):
    """As extension modules raise."""


class Lazy(Good):
    def sign(self, credential, input_):
        import helper_that_lies_beside_it as helper

        return helper.same(super().sign(credential, input_))


class Nested:
    inner = Good()


class NoName(Good):
    name = ""


class NoInstance:
    def __init__(self):
        raise ValueError("needs a key")


class OddFeatures(Good):
    features = 1


class Does:
    def __init__(self, what):
        self.what = what

    def sign(self, credential, input_):
        return self.what()


def raises(error):
    def do():
        raise error
    return Does(do)


skips = raises(NotImplementedError("no HMAC here"))
skips_mutely = raises(NotImplementedError())
breaks = raises(KeyError("app_key"))
panics = raises(Panic("at src/sign.rs:1"))
exits = raises(SystemExit(0))
chokes = raises(UnicodeEncodeError("ascii", "x", 0, 1, "ordinal not in range(128)"))
odd_reason = raises(Refused(7))
bare = raises(Refused(""))
interrupts = raises(KeyboardInterrupt())
terminates = raises(SystemExit(143))
returns_text = Does(lambda: "HMAC-SHA256 …")
returns_none = Does(lambda: None)
returns_octets = Does(lambda: {{"x_api_signature": b"HMAC"}})
returns_uncopiable = Does(lambda: {{"x_api_signature": sys.stdin.fileno and (x for x in ())}})
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module in the current folder, away from where the tests run."""
    adapter = Path(__file__).parent / "adapters" / "foreign.py"
    (tmp_path / "implementation_under_test.py").write_text(MODULE.format(adapter=str(adapter)))
    (tmp_path / "helper_that_lies_beside_it.py").write_text("def same(value): return value\n")
    (tmp_path / "exits_while_imported.py").write_text("import sys\nsys.exit(0)\n")
    (tmp_path / "broken_module.py").write_text("def (:\n")
    (tmp_path / "moves_away.py").write_text("import os\nos.chdir('/')\nclass Here: pass\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield "implementation_under_test"
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def some(by_name: dict[str, Case]) -> list[Case]:
    names = ("timestamp/seconds", "refuse/empty-key", "tampered/method", "verify/post-order")
    return [by_name[name] for name in names]


def run(spec: str, corpus: Corpus, cases: list[Case]) -> Report:
    return verify(PythonObject(spec), corpus, cases)


@pytest.mark.parametrize("name", ["Good", "Spoils", "Lazy", "Nested.inner"])
def test_good(
    name: str, module: str, corpus: Corpus, some: list[Case], by_name: dict[str, Case]
) -> None:
    cases = [*some, by_name["timestamp/milliseconds"]]
    assert run(f"{module}:{name}", corpus, cases).counts == {"pass": 5}


def test_it_introduces_itself(module: str) -> None:
    driver = PythonObject(f"{module}:Good")
    assert driver.implementation == Implementation(
        name="my signer",
        version="3",
        language="Python",
        runtime=driver.implementation.runtime,
    )
    assert driver.features == {"moon", "reasons"}
    for name in ("NoName", "skips"):
        assert PythonObject(f"{module}:{name}").implementation.name == f"{module}:{name}"


def test_a_method_that_is_not_there(module: str, corpus: Corpus, some: list[Case]) -> None:
    report = run(f"{module}:bare", corpus, some)
    assert [(result.outcome.value, result.message, result.note) for result in report.results] == [
        ("fail", "refused a good input: refused: ", ""),
        ("pass", "", "reason not stated"),
        ("skip", "it has no such method", ""),
        ("skip", "it has no such method", ""),
    ]


@pytest.mark.parametrize(
    ("name", "outcome", "message"),
    [
        ("skips", "skip", "no HMAC here"),
        ("skips_mutely", "skip", "not implemented"),
        ("breaks", "error", "raised KeyError: 'app_key'"),
        ("panics", "error", "raised Panic: at src/sign.rs:1"),
        ("exits", "error", "raised SystemExit: 0"),
        (
            "chokes",
            "error",
            (
                "raised UnicodeEncodeError: 'ascii' codec can't encode character '\\x78' "
                "in position 0: ordinal not in range(128)"
            ),
        ),
        ("odd_reason", "error", "raised Refused: refused: 7"),
        ("returns_text", "error", "returned str instead of a dict"),
        ("returns_none", "error", "returned NoneType instead of a dict"),
        (
            "returns_octets",
            "error",
            (
                "its output is not as the schema says: "
                "Expected `str`, got `bytes` - at `$.x_api_signature`"
            ),
        ),
        (
            "returns_uncopiable",
            "error",
            "raised TypeError: cannot pickle 'generator' object",
        ),
    ],
)
def test_what_a_method_may_do(
    name: str, outcome: str, message: str, module: str, corpus: Corpus, some: list[Case]
) -> None:
    # For the second case, too, which must be refused: what breaks has refused nothing.
    report = run(f"{module}:{name}", corpus, some[:2])
    assert next((result.outcome.value, result.message) for result in report.results) == (
        outcome,
        message,
    )
    assert report.results[1].outcome.value != "pass"


def test_an_interrupt_ends_the_run(module: str, corpus: Corpus, some: list[Case]) -> None:
    assert run(f"{module}:interrupts", corpus, some).exit_code == 130


def test_a_termination_ends_the_run(module: str, corpus: Corpus, some: list[Case]) -> None:
    with pytest.raises(SystemExit):
        run(f"{module}:terminates", corpus, some)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("", "write it as module:object"),
        ("module", "write it as module:object"),
        (":object", "write it as module:object"),
        ("module:", "write it as module:object"),
        ("no_such_module:x", "ModuleNotFoundError: No module named 'no_such_module'"),
        (
            "implementation_under_test:missing",
            "AttributeError: module 'implementation_under_test' has no attribute 'missing'",
        ),
        (
            "implementation_under_test:Good.",
            "AttributeError: type object 'Good' has no attribute ''",
        ),
        ("implementation_under_test:NoInstance", "ValueError: needs a key"),
        ("implementation_under_test:OddFeatures", "TypeError: 'int' object is not iterable"),
        ("exits_while_imported:x", "SystemExit: 0"),
        ("broken_module:x", None),
        ("moves_away:gone", "AttributeError: module 'moves_away' has no attribute 'gone'"),
        (".relative:x", None),
    ],
)
@pytest.mark.usefixtures("module")
def test_bad_specs(
    spec: str, problem: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    if problem is not None:
        with pytest.raises(NeverRan) as caught:
            PythonObject(spec)
        assert str(caught.value) == f"--python {spec}: {problem}"
    words = ["signproof", "verify", "--id", "longbridge-hmac/timestamp/seconds", "--python", spec]
    monkeypatch.setattr(sys, "argv", words)
    if not spec:
        return
    with pytest.raises(SystemExit) as exited:
        cli.signproof()
    assert exited.value.code == 3
    err = capsys.readouterr().err
    assert err.startswith(f"Error: --python {spec}: ")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("module")
def test_an_interrupt_while_importing(
    tmp_path: Path,
) -> None:
    (tmp_path / "interrupted.py").write_text("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        PythonObject("interrupted:x")
