"""signproof bench."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signproof.schemes import get

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
FOREIGN = ROOT / "tests" / "harness" / "adapters" / "foreign.py"
USUAL = "longbridge-hmac/body/compact"
QUICK = ("--rounds", "1", "--min-ms", "1")
PATIENCE_S = 60

MODULE = f'''
import importlib.util

spec = importlib.util.spec_from_file_location("foreign", {str(FOREIGN)!r})
foreign = importlib.util.module_from_spec(spec)
spec.loader.exec_module(foreign)


class Good:
    name = "my signer"
    times = 0

    def sign(self, credential, input_):
        print("noise")
        return {{"x_api_signature": foreign.sign(credential, input_)["header"]}}


class Spoils(Good):
    """Can be asked once with the same dict."""

    def sign(self, credential, input_):
        made = foreign.sign(credential, input_)
        input_.clear()
        return {{"x_api_signature": made["header"]}}


class Fast:
    """Saves time."""

    def sign(self, credential, input_):
        return {{"sign": "fast"}}


class Tires(Good):
    """Is right the first time."""

    def sign(self, credential, input_):
        self.times += 1
        if self.times > 1:
            return {{"x_api_signature": "fast"}}
        return super().sign(credential, input_)
'''


def program(name: str, *arguments: str) -> list[str]:
    return ["--", sys.executable, "-I", "-S", str(FOREIGN), name, *arguments]


def report_in(folder: Path) -> Any:
    return json.loads((folder / "bench.json").read_bytes())


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    (tmp_path / "mine.py").write_text(MODULE)


@pytest.mark.parametrize("scheme", ["longbridge-hmac", "shioaji-ca", "tiger-rsa"])
def test_the_reference_alone(scheme: str, run: Run, tmp_path: Path) -> None:
    code, output, error = run("bench", scheme, *QUICK, "--json", "bench.json")
    report = report_in(tmp_path)
    assert (code, error, report["exit_code"], report["rounds"]) == (0, "", 0, 1)
    assert [(one["kind"], one.get("vector", "")) for one in report["measured"]] == [
        ("yardstick", ""),
        ("reference", get(scheme).typical),
    ]
    assert "signproof reference" in output


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        (program("Benches"), "command", "Benches"),
        (["--python", "mine:Good"], "python", "my signer"),
    ],
)
def test_beside_the_reference_and_in_processes(
    words: list[str], kind: str, name: str, run: Run, tmp_path: Path
) -> None:
    files = ("--json", "bench.json", "--svg", "bench.svg")
    code, output, error = run(
        "bench", "longbridge-hmac", *QUICK, "--processes", "2", *files, *words
    )
    report = report_in(tmp_path)
    assert (code, error) == (0, "")
    assert [
        (one["kind"], one["implementation"]["name"], "of_reference_ppm" in one)
        for one in report["measured"][1:]
    ] == [("reference", "signproof reference", False), (kind, name, True)]
    assert [(one["kind"], one["processes"]) for one in report["scaled"]] == [
        ("reference", 1),
        ("reference", 2),
        (kind, 1),
        (kind, 2),
    ]
    assert [len(one["rounds"][0]) for one in report["scaled"]] == [1, 2, 1, 2]
    assert f"\n{name} " in output
    assert (tmp_path / "bench.svg").read_bytes().startswith(b"<svg ")


def test_vectors_are_chosen(run: Run, tmp_path: Path) -> None:
    ids = ["longbridge-hmac/path/root", "longbridge-hmac/verify/get-query"]
    chosen = [word for id_ in (*ids, ids[0]) for word in ("--id", id_)]
    code, _, error = run("bench", "longbridge-hmac", *QUICK, *chosen, "--json", "bench.json")
    assert (code, error) == (0, "")
    measured = report_in(tmp_path)["measured"]
    assert [(one.get("vector"), one.get("operation")) for one in measured[1:]] == [
        (ids[0], "sign"),
        (ids[1], "verify"),
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            program("BenchesWrong"),
            1,
            "BenchesWrong cannot be measured on {}: x_api_signature is wrong",
        ),
        (
            program("Benches", "0", "1000000"),
            1,
            (
                "Benches cannot be measured on {}: it says that it did the operation 0 times "
                "(iterations), and gives an output"
            ),
        ),
        (
            program("BenchDies"),
            1,
            (
                "BenchDies cannot be measured on {}: no reply: it ended with exit code 9; its "
                "standard error ends with: out of memory"
            ),
        ),
        (program("BenchSkips"), 3, "BenchSkips cannot be measured on {}: too slow"),
        (
            program("Good"),
            3,
            (
                "Good cannot be measured: it lacks the feature `bench` (`signproof show protocol` "
                "says what it has to answer)"
            ),
        ),
        (
            ["--", "./nothing"],
            3,
            "./nothing: cannot be started: No such file or directory",
        ),
        (
            ["--python", "mine:Tires"],
            1,
            "my signer cannot be measured on {}: x_api_signature is wrong",
        ),
        (
            ["--python", "mine:Spoils"],
            1,
            "my signer cannot be measured on {}: raised KeyError: 'timestamp'",
        ),
    ],
)
def test_who_cannot_be_measured(
    words: list[str], code: int, said: str, run: Run, tmp_path: Path
) -> None:
    found, output, error = run("bench", "longbridge-hmac", *QUICK, "--json", "bench.json", *words)
    assert (found, output.replace("noise\n", ""), error) == (
        code,
        "",
        f"Error: {said.format(USUAL)}\n",
    )
    assert not (tmp_path / "bench.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "first"),
    [
        (program("CrashAlways"), 1, f"ERROR {USUAL}"),
        (program("NothingOffered"), 3, "skipped 1: it does not offer sign"),
        (["--python", "mine:foreign"], 1, f"ERROR {USUAL}"),
        (["--python", "json:loads"], 3, "skipped 1: it has no such method"),
    ],
)
def test_what_is_not_right_is_shown_before_it_is_measured(
    words: list[str], code: int, first: str, run: Run
) -> None:
    found, output, error = run("bench", "longbridge-hmac", *QUICK, *words)
    assert (found, output.splitlines()[0], error) == (code, first, "")


def test_a_failure_that_only_warns_is_one(run: Run) -> None:
    words = ("--id", "tiger-rsa/key-size/key-1025-ascii", "--python", "mine:Fast")
    assert run("verify", "tiger-rsa", *words)[0] == 0
    code, output, error = run("bench", "tiger-rsa", *QUICK, *words)
    assert (code, "sign is wrong" in output, error) == (1, True, "")


# Comparing.


@pytest.fixture
def earlier(run: Run, tmp_path: Path) -> Path:
    words = ("--rounds", "6", "--min-ms", "1", "--json", "old.json")
    assert run("bench", "longbridge-hmac", *words)[0] == 0
    return tmp_path / "old.json"


def altered(path: Path, *call_ns: int) -> None:
    """Let a call of the yardstick, and of the reference, have taken so long then."""
    report = json.loads(path.read_bytes())
    for measured, elapsed_ns in zip(report["measured"], call_ns, strict=True):
        measured["rounds"] = [{"calls": 1, "elapsed_ns": elapsed_ns}] * 6
    path.write_text(json.dumps(report))


# So far apart that no moment of the machine comes between.
@pytest.mark.parametrize(
    ("call_ns", "code", "verdict"),
    [((10**12, 1), 1, "slower"), ((1, 10**12), 0, "faster")],
)
def test_what_has_changed(
    call_ns: tuple[int, int], code: int, verdict: str, earlier: Path, run: Run, tmp_path: Path
) -> None:
    altered(earlier, *call_ns)
    words = ("--rounds", "6", "--min-ms", "1", "--json", "bench.json", "--compare", "old.json")
    found, output, error = run("bench", "longbridge-hmac", *words)
    report = report_in(tmp_path)
    assert (found, error, report["exit_code"]) == (code, "", code)
    assert [change["verdict"] for change in report["changes"]] == [verdict]
    assert f"  signproof reference · {USUAL}: {verdict}: " in output


def edited(**members: Any) -> Callable[[Any], str]:
    return lambda report: json.dumps(report | members)


def without_a_round(report: Any) -> str:
    del report["measured"][0]["rounds"][0]
    return json.dumps(report)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda _: "{",
            (
                "not JSON: Expecting property name enclosed in double quotes at line 1 "
                "column 2: name what `signproof bench --json` has written"
            ),
        ),
        (
            lambda _: "[]",
            "Expected `object`, got `array`: name what `signproof bench --json` has written",
        ),
        (edited(format=2), "its format is 2, this version reads 1: measure anew"),
        (edited(scheme="tiger-rsa"), "it is of tiger-rsa and not of longbridge-hmac"),
        (
            edited(rounds=0, measured=[]),
            "it was interrupted before a round was whole: measure anew",
        ),
        (edited(measured=[]), "its rounds do not belong together: measure anew"),
        (without_a_round, "its rounds do not belong together: measure anew"),
    ],
)
def test_an_earlier_report_that_is_none(
    change: Callable[[Any], str], problem: str, earlier: Path, run: Run
) -> None:
    earlier.write_text(change(json.loads(earlier.read_bytes())))
    found = run("bench", "longbridge-hmac", *QUICK, "--compare", "old.json")
    assert found == (2, "", f"Error: old.json: {problem}\n")


@pytest.mark.usefixtures("earlier")
def test_too_few_rounds_to_compare(run: Run) -> None:
    """They would say for ever that nothing is slower."""
    words = ("bench", "longbridge-hmac", "--min-ms", "1")
    five = ("--rounds", "5")
    assert run(*words, *five, "--json", "few.json")[0] == 0
    problem = "Error: --compare takes at least 6 rounds, and --rounds is 5\n"
    assert run(*words, *five, "--compare", "old.json") == (2, "", problem)
    problem = "Error: few.json: too few rounds, 5: compare with at least 6\n"
    assert run(*words, "--compare", "few.json") == (2, "", problem)
    both = ("--compare", "few.json", "--compare", "old.json")
    assert run(*words, "--rounds", "6", *both)[0] in {0, 1}


@pytest.mark.usefixtures("earlier")
def test_what_was_not_measured_then_is_no_comparison(run: Run, tmp_path: Path) -> None:
    """As after a change of its name; what was measured is not lost."""
    words = ("bench", "longbridge-hmac", "--rounds", "6", "--min-ms", "1", "--json", "bench.json")
    code, output, error = run(*words, "--compare", "old.json", "--python", "mine:Good")
    problem = f"old.json: no measure of my signer on {USUAL}: compare with one of the same names"
    assert (code, error) == (2, f"Error: {problem}\n")
    assert f"my signer · {USUAL}: not measured then: " in output
    assert len(report_in(tmp_path)["measured"]) == 3


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["tiger"],
            "there is no scheme 'tiger': use one of longbridge-hmac, shioaji-ca, tiger-rsa",
        ),
        (
            ["longbridge-hmac", "--python", "mine:Good", *program("Benches")],
            "give one of a COMMAND, --python and --sdk, not several",
        ),
        (
            ["longbridge-hmac", "--id", "tiger-rsa/order/sorted"],
            (
                "there is no vector tiger-rsa/order/sorted: `signproof list longbridge-hmac` shows "
                "them all"
            ),
        ),
        (
            ["longbridge-hmac", "--id", "longbridge-hmac/request/param-space"],
            (
                "longbridge-hmac/request/param-space is of the operation request, which is not "
                "measured: choose one of these: sign, verify"
            ),
        ),
        (
            ["longbridge-hmac", "--id", "longbridge-hmac/refuse/path-space"],
            (
                "longbridge-hmac/refuse/path-space expects a refusal: choose one that expects an "
                "output"
            ),
        ),
        (["longbridge-hmac", "--compare", "none.json"], "none.json: No such file or directory"),
    ],
)
def test_wrong_usage(words: list[str], problem: str, run: Run) -> None:
    assert run("bench", *words) == (2, "", f"Error: {problem}\n")


def test_a_scheme_without_a_usual_vector(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = get("longbridge-hmac")
    monkeypatch.setattr(
        "signproof.cli.common.schemes.get", lambda _: replace(scheme, typical="", hot={})
    )
    problem = "longbridge-hmac has no usual vector: name one with --id"
    assert run("bench", "longbridge-hmac") == (2, "", f"Error: {problem}\n")
    problem = f"{USUAL} is of the operation sign, which is not measured: choose one of these: none"
    assert run("bench", "longbridge-hmac", "--id", USUAL) == (2, "", f"Error: {problem}\n")


# Interrupting.


def wait_for(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_the_program_and_says_how_far_it_was(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    words = ["bench", "longbridge-hmac", "--timeout", "600", "--json", "bench.json"]
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from signproof.cli import main; main()",
            *words,
            *program("BenchTellsItsPid", str(pid_file)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert wait_for(lambda: pid_file.exists() and pid_file.read_text())
            os.killpg(process.pid, number)
            output, error = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert (process.returncode, error) == (code, "")
    assert wait_for(lambda: not is_alive(int(pid_file.read_text())))
    if number is signal.SIGINT:
        report = report_in(tmp_path)
        assert (report["complete"], report["exit_code"], report["measured"]) == (False, 130, [])
        assert output.endswith("interrupted: 0 of 15 rounds were measured whole\n")
