"""The report on the terminal: whole outputs of small runs."""

import io
import sys

import pytest

from signproof.corpus import Case
from signproof.model import (
    Cause,
    Difference,
    Expected,
    Implementation,
    Importance,
    Outcome,
    Report,
    Result,
    Source,
    SourceKind,
    Vector,
)
from signproof.reports import terminal

AGAIN = "signproof verify --id {id}"
HOSTILE = "a\x1b[31mb\r\nc\x00\u202ed\ud800é"
SHOWN = "a\\x1b[31mb\\r\\nc\\x00\\u202ed\\ud800é"


def result(name: str, outcome: Outcome, **members: object) -> Result:
    defaults: dict[str, object] = {
        "id": f"s/t/{name}",
        "operation": "sign",
        "importance": Importance.MUST,
        "source": "document: the page",
    }
    return Result(outcome=outcome, **(defaults | members))  # type: ignore[arg-type]


def report(*results: Result, **members: object) -> Report:
    counts: dict[str, int] = {}
    for one in results:
        counts[one.outcome.value] = counts.get(one.outcome.value, 0) + 1
    defaults: dict[str, object] = {
        "format": 1,
        "signproof": "1",
        "set_version": "1.0.0",
        "scheme": "s",
        "implementation": Implementation(name="mine", version="2"),
        "complete": True,
        "exit_code": 1,
    }
    return Report(counts=counts, results=list(results), **(defaults | members))  # type: ignore[arg-type]


def shown(
    capsys: pytest.CaptureFixture[str], report: Report, *, verbose: bool = False, again: str = AGAIN
) -> str:
    cases = {one.id: Case("s", _vector(one.id), None, {}) for one in report.results}
    terminal.show(report, cases, again=again, verbose=verbose)
    output, error = capsys.readouterr()
    assert error == ""
    return output


def _vector(id_: str) -> Vector:
    return Vector(
        id=id_,
        comment=f"The case {id_}.",
        operation="sign",
        credential=None,
        input={},
        expected=Expected(output={}),
        source=Source(kind=SourceKind.DOCUMENT, where="the page", note=""),
    )


def cause(id_: str, *also: str) -> Cause:
    return Cause(id=id_, text="It does.", fix="Do not.", also=list(also))


END = "mine 2 · s · vectors 1.0.0\n"


def test_a_clean_run(capsys: pytest.CaptureFixture[str]) -> None:
    clean = report(result("a", Outcome.PASS), result("b", Outcome.PASS, label="form"), exit_code=0)
    assert shown(capsys, clean) == END + "2 pass\n"
    assert shown(capsys, clean, verbose=True) == (
        "pass  s/t/a\npass  s/t/b: form\n" + END + "2 pass\n"
    )


def test_a_failure_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    failure = result(
        "a",
        Outcome.FAIL,
        message="x is wrong",
        difference=Difference(stage="header", offset=3, expected="abc", got="abd"),
        causes=[cause("first", "twin", "other"), cause("second")],
    )
    assert shown(capsys, report(failure, causes={"first": ["s/t/a"], "second": ["s/t/a"]})) == (
        "FAIL s/t/a\n"
        "  case     The case s/t/a.\n"
        "  what     x is wrong\n"
        "  where    header, octet 3\n"
        "  expected abc\n"
        "  got      abd\n"
        "  cause    first: It does.\n"
        "  fix      Do not.\n"
        "  or       twin, other\n"
        "  source   document: the page\n"
        "  again    signproof verify --id s/t/a\n"
        "\n"
        "Failures by the mistake that reproduces them:\n"
        "     1  first\n"
        "\n" + END + "1 fail\n"
    )


def bare(name: str, word: str, what: str) -> str:
    return (
        f"{word} s/t/{name}\n"
        f"  case     The case s/t/{name}.\n"
        f"  what     {what}\n"
        "  source   document: the page\n"
        f"  again    signproof verify --id s/t/{name}\n"
        "\n"
    )


def test_the_worst_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        result(name, outcome, message=f"m {name}")
        for name, outcome in (
            ("a", Outcome.PASS),
            ("b", Outcome.FAIL),
            ("c", Outcome.XPASS),
            ("d", Outcome.FLAKY),
            ("e", Outcome.TIMEOUT),
            ("f", Outcome.ERROR),
            ("g", Outcome.SKIP),
        )
    ]
    results.append(result("h", Outcome.XFAIL, known="a known reason (link)"))
    end = (
        "skipped 1: m g\n\n"
        + END
        + "1 error · 1 timeout · 1 flaky · 1 xpass · 1 fail · 1 xfail · 1 skip · 1 pass\n"
    )
    failures = (
        bare("f", "ERROR", "m f")
        + bare("e", "TIMEOUT", "m e")
        + bare("d", "FLAKY", "m d")
        + bare("c", "XPASS", "m c")
        + bare("b", "FAIL", "m b")
    )
    xfail = "xfail s/t/h: a known reason (link)\n"
    assert shown(capsys, report(*results)) == failures + xfail + end
    assert shown(capsys, report(*results), verbose=True) == (
        failures + "pass  s/t/a\nskip  s/t/g: m g\n" + xfail + end
    )


def test_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        result(f"a{n}", Outcome.FAIL, message=f"m {n}", importance=Importance.SHOULD)
        for n in range(4)
    ]
    results.append(result("b", Outcome.FAIL, message="n", importance=Importance.MAY))
    end = END + "5 fail · (of the failures 5 only warn)\n"
    assert shown(capsys, report(*results, exit_code=0)) == (
        "warn s/t/a0: m 0\nwarn s/t/a1: m 1\nwarn s/t/a2: m 2\n"
        "… and 2 more to warn of: --verbose shows them\n\n" + end
    )
    assert shown(capsys, report(*results[3:], exit_code=0), verbose=True) == (
        bare("a3", "WARN", "m 3")
        + bare("b", "INFO", "n")
        + END
        + "2 fail · (of the failures 2 only warn)\n"
    )


def test_many_failures_of_one_cause_are_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    same = [result(f"a{n}", Outcome.FAIL, causes=[cause("first")]) for n in range(5)]
    other = [result("b", Outcome.FAIL, causes=[cause("second")])]
    ids = [one.id for one in same]
    output = shown(
        capsys,
        report(*same, *other, causes={"first": ids, "second": ["s/t/b", "s/t/a0"], "third": ids}),
    )
    assert [line for line in output.splitlines() if line[:1] not in {" ", ""}] == [
        "FAIL s/t/a0",
        "FAIL s/t/a1",
        "FAIL s/t/b",
        "… and 3 more: --verbose shows them here, --json writes them to a file",
        "Failures by the mistake that reproduces them:",
        "mine 2 · s · vectors 1.0.0",
        "6 fail",
    ]
    # Each failure is counted once.
    assert "     5  first\n     1  second\n\n" in output
    assert "third" not in output
    everything = shown(capsys, report(*same, *other), verbose=True)
    assert everything.count("FAIL ") == 6


def test_failures_without_a_cause_are_shortened_too(capsys: pytest.CaptureFixture[str]) -> None:
    output = shown(capsys, report(*[result(f"a{n}", Outcome.ERROR) for n in range(12)]))
    assert output.count("ERROR ") == 10
    assert "\n… and 2 more: --verbose" in output


def test_controls_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    failure = result(
        "a",
        Outcome.FAIL,
        message=HOSTILE,
        difference=Difference(stage=HOSTILE, offset=0, expected=HOSTILE, got=HOSTILE),
        source=HOSTILE,
    )
    warning = result("b", Outcome.FAIL, message=HOSTILE, importance=Importance.SHOULD)
    results = [
        failure,
        warning,
        result("c", Outcome.XFAIL, known=HOSTILE),
        result("d", Outcome.SKIP, message=HOSTILE),
        result("e", Outcome.PASS, note=HOSTILE),
    ]
    hostile = report(
        *results,
        implementation=Implementation(name=HOSTILE, version=HOSTILE),
        set_version=HOSTILE,
        stderr=f"\n{HOSTILE}\n",
    )
    for verbose in (False, True):
        output = shown(capsys, hostile, verbose=verbose, again=f"{HOSTILE} {{id}}")
        controls = {char for char in output if not char.isprintable()}
        assert controls == {"\n"}
        assert f"  what     {SHOWN}\n" in output
        assert f"  where    {SHOWN}, octet 0\n" in output
        assert f"{SHOWN} {SHOWN} · s · {'vectors ' + SHOWN}\n" in output


def test_standard_error_is_shown_where_it_may_help(capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"line {n}\n" for n in range(30))
    output = shown(capsys, report(result("a", Outcome.PASS), stderr=lines))
    assert output == (
        "The implementation's standard error ends with:\n"
        + "".join(f"  line {n}\n" for n in range(20, 30))
        + "\n"
        + END
        + "1 pass\n"
    )
    assert "line" not in shown(capsys, report(result("a", Outcome.PASS), stderr=lines, exit_code=0))


def test_what_else_the_summary_says(capsys: pytest.CaptureFixture[str]) -> None:
    unstated = report(
        result("a", Outcome.PASS, note="reason not stated"), complete=False, exit_code=130
    )
    assert shown(capsys, unstated) == (
        END + "1 pass · (refusals with their reason not stated: 1) · interrupted: the rest was not "
        "run\n"
    )
    nameless = report(implementation=Implementation(name="mine"), scheme="", exit_code=3)
    assert shown(capsys, nameless) == "mine · vectors 1.0.0\nnothing was run\n"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, shows in ((io.StringIO(), False), (_Terminal(), True)):
        monkeypatch.setattr(sys, "stderr", stream)
        with terminal.progress(2) as advance:
            advance()
            advance()
        assert bool(stream.getvalue()) == shows
        assert ("verifying" in stream.getvalue()) == shows


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        (
            False,
            (
                "warn s/t/guard: accepted\n\nmine 2 · s · vectors 1.0.0\n"
                "1 fail · (of the failures 1 only warn)\n"
            ),
        ),
        (
            True,
            (
                "FAIL s/t/guard\n  case     The case s/t/guard.\n  what     accepted\n"
                "  source   document: the page\n  again    signproof verify --id s/t/guard\n\n"
                "mine 2 · s · vectors 1.0.0\n1 fail\n"
            ),
        ),
    ],
)
def test_with_strict_a_warning_is_a_failure(
    capsys: pytest.CaptureFixture[str],
    strict: bool,  # noqa: FBT001 - a row of the table
    expected: str,
) -> None:
    guard = result("guard", Outcome.FAIL, importance=Importance.SHOULD, message="accepted")
    assert shown(capsys, report(guard, strict=strict)) == expected


def test_why_cases_were_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        *(result(f"a{n}", Outcome.SKIP, message="it does not offer verify") for n in range(3)),
        result("b", Outcome.SKIP),
        result("c", Outcome.PASS),
    ]
    assert shown(capsys, report(*results, exit_code=0)) == (
        "skipped 3: it does not offer verify\nskipped 1: no reason given\n\n"
        "mine 2 · s · vectors 1.0.0\n4 skip · 1 pass\n"
    )
