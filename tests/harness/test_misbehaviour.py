"""Adapters that are wrong on purpose: the whole verdict of each.

A row gives the adapter, what is not a pass with its message, and the exit code: every case that a
row does not name passes.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from signproof import cli
from signproof.corpus import Case
from signproof.implementations import child, stdio
from signproof.implementations.base import NeverRan
from signproof.model import Outcome, Report

pytestmark = pytest.mark.once

Run = Callable[..., Report]
Command = Callable[..., list[str]]
Verdict = tuple[dict[str, tuple[str, str]], int]

CLEAN: Verdict = ({}, 0)
NOT_A_REPLY = "it wrote to standard output what is not a reply: "
SILENT = "no reply within 0.3 s (does it flush its standard output after each line?)"
GONE = "no reply: it ended with exit code "


def verdict(report: Report) -> Verdict:
    """Return outcome and message of all that is not a pass, and the exit code."""
    bad = {
        result.id.removeprefix("longbridge-hmac/"): (result.outcome.value, result.message)
        for result in report.results
        if result.outcome is not Outcome.PASS
    }
    return bad, report.exit_code


def the_one(outcome: str, message: str) -> Verdict:
    return {"timestamp/6-decimals": (outcome, message)}, 1


def error(message: str) -> Verdict:
    return the_one("error", message)


@pytest.mark.parametrize(
    "name",
    [
        "Good",
        "NoStages",
        "MoreMembers",
        "HeadersSwapped",
        "LongestLine",
        "Crlf",
        "InPieces",
        "FloodsStderr",
        "OneAtATime",
    ],
)
def test_legal(name: str, run: Run, command: Command, many: list[Case], the_one: str) -> None:
    report = run(command(name, the_one), many)
    assert verdict(report) == CLEAN
    assert report.counts == {"pass": 36}
    assert [result.id for result in report.results] == [case.id for case in many]


@pytest.mark.parametrize(
    ("name", "held", "window"),
    [("Backwards", "4", None), ("Backwards", "3", 3), ("Backwards", "1", 1), ("Wide", "36", None)],
)
def test_order_is_free_and_the_window_is_filled(
    name: str, held: str, window: int | None, run: Run, command: Command, many: list[Case]
) -> None:
    # It answers only when it holds so many: with a window that is not filled it would hang.
    assert verdict(run(command(name, held), many, window=window)) == CLEAN


AT_ONE: dict[str, Verdict] = {
    "Errored": error("the SDK panicked"),
    "ErroredMutely": error("it gave no message"),
    "Chatty": error("x" * 1000 + "…"),
    "NoOutput": error(
        "its output is not as the schema says: Object missing required field `x_api_signature`"
    ),
    "WrongType": error(
        "its output is not as the schema says: Expected `str`, got `int` - at `$.x_api_signature`"
    ),
    "NoSuchStatus": error(
        NOT_A_REPLY
        + '\'{"seq": 26, "status": "maybe"}\' (Invalid enum value \'maybe\' - at `$.status`)'
    ),
    "Crash": error(GONE + "7; its standard error ends with: last words"),
    "Segfault": error("no reply: it was ended by SIGSEGV"),
    "DiesOfRealTimeSignal": error("no reply: it was ended by signal 37"),
    "CrashOnce": the_one(
        "flaky", GONE + "5 (while 15 cases were unanswered; alone each passes through)"
    ),
    "Babble": error(NOT_A_REPLY + "'DEBUG signing' (not JSON: Expecting value at line 1 column 1)"),
    "BlankLine": error(NOT_A_REPLY + "'' (not JSON: Expecting value at line 1 column 1)"),
    "NotUtf8": error(NOT_A_REPLY + r"'\\xff\\xfe' (not UTF-8 at octet 0 (line 1))"),
    "JsonText": error(NOT_A_REPLY + "'\"DEBUG\"' (Expected `object`, got `str`)"),
    "FloatInJson": error(
        NOT_A_REPLY
        + '\'{"seq": 1.0, "status": "output"}\' '
        + "(the number 1.0 is not an integer: write it as text)"
    ),
    "Duplicate": error(
        NOT_A_REPLY
        + '\'{"seq": 5, "seq": 5, "status": "output"}\' '
        + "(the name 'seq' stands twice in one object)"
    ),
    "LoneSurrogate": error(
        NOT_A_REPLY
        + r"""'{"seq": 5, "status": "errored", "message": "\\ud800"}' """
        + r"(a text holds a lone surrogate (an escape \ud800 to \udfff))"
    ),
    "WrongSeqType": error(
        NOT_A_REPLY
        + '\'{"seq": "5", "status": "output"}\' (Expected `int`, got `str` - at `$.seq`)'
    ),
    "Deep": error(
        NOT_A_REPLY
        + '\'{"seq": 5, "status": "output", "output": {"a": '
        + "[" * 73
        + "' (not usable JSON: nested too deeply)"
    ),
    "LongBadMember": error(
        NOT_A_REPLY
        + '\'{"seq": 5, "status": "'
        + "x" * 98
        + "' (Invalid enum value '"
        + "x" * 220
        + "…)"
    ),
    "UnknownSeq": error("it answered seq 99999, which awaits no answer"),
    "TooLong": error("it wrote a line longer than 8388608 octets"),
    "Endless": error("it wrote a line longer than 8388608 octets"),
    "Truncated": error(
        NOT_A_REPLY
        + '\'{"seq": 26, "status": "output", "output"\' '
        + "(not JSON: Expecting ':' delimiter at line 1 column 41)"
    ),
    "NoLastLineEnd": (
        {
            "timestamp/7-decimals": (
                "flaky",
                GONE + "0 (while 14 cases were unanswered; alone each passes through)",
            )
        },
        1,
    ),
    "Twice": error("it answered twice (seq 9)"),
    "TwiceLater": error("it answered twice (seq 9)"),
    "TwiceAtTheEnd": error("it answered twice (seq 9)"),
    "NoCredential": (
        {"refuse/empty-key": ("error", "it did not take the credential: bad key")},
        1,
    ),
    "NoCredentialMutely": (
        {"refuse/empty-key": ("error", "it did not take the credential: it gave no message")},
        1,
    ),
    "CrashInPrepare": ({"refuse/empty-key": ("error", GONE + "8")}, 1),
    "SaysGoodbye": (
        {
            "verify/path-percent-decoded": (
                "error",
                NOT_A_REPLY
                + "'bye' (not JSON: Expecting value at line 1 column 1) (after the last case)",
            )
        },
        1,
    ),
}


@pytest.mark.parametrize(("name", "expected"), AT_ONE.items(), ids=AT_ONE)
def test_one_case_is_to_blame(
    name: str,
    expected: Verdict,
    run: Run,
    command: Command,
    many: list[Case],
    the_one: str,
    tmp_path: Path,
) -> None:
    report = run(command(name, the_one, str(tmp_path / "marker")), many)
    assert verdict(report) == expected
    assert sum(report.counts.values()) == len(many) == report.counts["pass"] + 1


FLOODED = NOT_A_REPLY + "'' (not JSON: Expecting value at line 1 column 1) (after the last case)"
PATIENT: dict[str, Verdict] = {
    "IgnoresEndOfInput": CLEAN,
    "IgnoresSignals": CLEAN,
    "ClosesOutput": error("no reply: it closed its output but runs on"),
    "EndlessGoodbye": (
        {
            "verify/path-percent-decoded": (
                "error",
                "it wrote a line longer than 8388608 octets (after the last case)",
            )
        },
        1,
    ),
    "FloodsAtTheEnd": ({"verify/path-percent-decoded": ("error", FLOODED)}, 1),
}


@pytest.mark.parametrize(("name", "expected"), PATIENT.items(), ids=PATIENT)
def test_what_does_not_end_is_ended(
    name: str,
    expected: Verdict,
    run: Run,
    command: Command,
    many: list[Case],
    the_one: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "_GRACE_S", 0.4)
    assert verdict(run(command(name, the_one), many)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Hang", the_one("timeout", "no reply within 1 s")),
        (
            "TwiceForEver",
            (
                {
                    "timestamp/5-decimals": ("error", "it answered twice (seq 8)"),
                    "timestamp/6-decimals": ("timeout", "no reply within 1 s"),
                },
                1,
            ),
        ),
    ],
)
def test_one_case_hangs(
    name: str, expected: Verdict, run: Run, command: Command, many: list[Case], the_one: str
) -> None:
    assert verdict(run(command(name, the_one), many, timeout_s=1)) == expected


def test_a_prepare_that_hangs_is_the_fault_of_its_case(
    run: Run, command: Command, by_name: dict[str, Case]
) -> None:
    cases = [by_name[name] for name in ("timestamp/seconds", "refuse/empty-key")]
    assert verdict(run(command("HangInPrepare"), cases, timeout_s=1)) == (
        {"refuse/empty-key": ("timeout", "no reply within 1 s")},
        1,
    )


def test_a_crash_at_every_so_many_cases_is_flaky(
    run: Run, command: Command, many: list[Case]
) -> None:
    alone = "; alone it passes through)"
    each = "; alone each passes through)"
    assert verdict(run(command("CrashAt", "11"), many)) == (
        {
            "timestamp/milliseconds": (
                "flaky",
                GONE + "3 (while 10 cases were unanswered" + each,
            ),
            "tampered/method": ("flaky", GONE + "3 (while 14 cases were unanswered" + each),
            "tampered/body-removed": ("flaky", GONE + "3 (after 11 other cases" + alone),
        },
        1,
    )


def test_two_cases_break_in_one_window(
    run: Run, command: Command, many: list[Case], the_one: str, by_name: dict[str, Case]
) -> None:
    other = by_name["timestamp/milliseconds"].input["timestamp"]
    assert verdict(run(command("CrashAtEither", the_one, other), many)) == (
        {
            "timestamp/6-decimals": ("error", GONE + "7"),
            "timestamp/milliseconds": ("error", GONE + "7"),
        },
        1,
    )


def everywhere(outcome: str, message: str, *, but: Sequence[str] = ()) -> Verdict:
    names = [
        "timestamp/seconds",
        "timestamp/3-decimals",
        "timestamp/6-decimals",
        "timestamp/milliseconds",
        "tampered/method",
    ]
    return {name: (outcome, message) for name in names if name not in but}, 1


EVERYWHERE: dict[str, Verdict] = {
    "AlwaysWrong": (
        everywhere("fail", "x_api_signature is wrong")[0]
        | {"tampered/method": ("fail", "accepted what must be refused: wrong-signature")},
        1,
    ),
    "BareDigest": everywhere("fail", "x_api_signature is wrong", but=["tampered/method"]),
    "BareDigestNoStages": everywhere("fail", "x_api_signature is wrong", but=["tampered/method"]),
    "Skips": (everywhere("skip", "cannot")[0], 3),
    "Rejects": everywhere("fail", "refused a good input: wrong-signature", but=["tampered/method"]),
    "RejectsBare": everywhere(
        "fail", "refused a good input: no reason given", but=["tampered/method"]
    ),
    "HugeStages": CLEAN,
    "CrashAlways": everywhere("error", GONE + "9"),
    "HangAlways": everywhere("timeout", "no reply within 0.2 s"),
    "BabbleAlways": everywhere("error", AT_ONE["Babble"][0]["timestamp/6-decimals"][1]),
    "NothingOffered": (
        everywhere("skip", "it does not offer sign")[0]
        | {"tampered/method": ("skip", "it does not offer verify")},
        3,
    ),
    "OtherScheme": (
        everywhere("skip", "it does not offer sign")[0]
        | {"tampered/method": ("skip", "it does not offer verify")},
        3,
    ),
    "OnlySign": ({"tampered/method": ("skip", "it does not offer verify")}, 0),
}


@pytest.mark.parametrize(("name", "expected"), EVERYWHERE.items(), ids=EVERYWHERE)
def test_the_same_everywhere(
    name: str, expected: Verdict, run: Run, command: Command, few: list[Case]
) -> None:
    timeout_s = 0.2 if name == "HangAlways" else 60
    assert verdict(run(command(name), few, timeout_s=timeout_s)) == expected


def test_a_credential_answered_twice_spoils_every_case(
    run: Run, command: Command, few: list[Case]
) -> None:
    bad, exit_code = verdict(run(command("PreparesTwice"), few))
    assert exit_code == 1
    assert list(bad) == [case.id.removeprefix("longbridge-hmac/") for case in few]
    assert {outcome for outcome, _ in bad.values()} == {"error"}
    assert bad["timestamp/seconds"][1] == "it answered seq 9, which awaits no answer"


def test_a_refused_credential_is_offered_once_and_ends_no_child(
    run: Run,
    command: Command,
    by_name: dict[str, Case],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stdio, "_MOST_STARTS", 1)
    names = ["refuse/empty-key", "timestamp/seconds", "refuse/empty-secret", "refuse/empty-token"]
    refused = ("error", "it did not take the credential: bad key")
    assert verdict(run(command("NoCredential"), [by_name[name] for name in names])) == (
        {name: refused for name in names if name.startswith("refuse/")},
        1,
    )


@pytest.mark.parametrize(
    ("name", "outcome", "message"),
    [("RejectsCredential", Outcome.PASS, ""), ("SkipsCredential", Outcome.SKIP, "bad key")],
)
def test_a_credential_may_be_refused_where_it_is_handed_over(
    name: str,
    outcome: Outcome,
    message: str,
    run: Run,
    command: Command,
    by_name: dict[str, Case],
) -> None:
    names = ["refuse/empty-key", "timestamp/seconds", "refuse/empty-secret"]
    report = run(command(name), [by_name[name] for name in names])
    assert {result.id: (result.outcome, result.message) for result in report.results} == {
        "longbridge-hmac/refuse/empty-key": (outcome, message),
        "longbridge-hmac/refuse/empty-secret": (outcome, message),
        "longbridge-hmac/timestamp/seconds": (Outcome.PASS, ""),
    }
    assert report.exit_code == 0


def test_silence_is_borne_only_so_often(
    run: Run, command: Command, few: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdio, "_MOST_TIMEOUTS", 2)
    silent, left = ("timeout", "no reply within 0.2 s"), "not run: it did not reply in time 2 times"
    bad, exit_code = verdict(run(command("HangAlways"), few, timeout_s=0.2))
    assert (bad["timestamp/seconds"], exit_code) == (silent, 1)
    assert {case for case in bad.values() if case != silent} == {("error", left)}


def test_it_is_started_anew_only_so_often(
    run: Run, command: Command, few: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdio, "_MOST_STARTS", 3)
    gone, left = ("error", GONE + "9"), "not run: it broke and was started anew 3 times"
    assert verdict(run(command("CrashAlways"), few)) == (
        everywhere("error", left)[0] | {"timestamp/seconds": gone, "timestamp/3-decimals": gone},
        1,
    )


def test_a_child_that_cannot_be_started_again_leaves_the_rest_unrun(
    run: Run, command: Command, few: list[Case], the_one: str, tmp_path: Path
) -> None:
    program = command("CrashThenNoStart", the_one, str(tmp_path / "marker"))
    left = f"not run: {' '.join(program)}: {GONE}6"
    assert verdict(run(program, few)) == (
        {
            "timestamp/6-decimals": ("error", GONE + "5"),
            "timestamp/milliseconds": ("error", left),
            "tampered/method": ("error", left),
        },
        1,
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("HangInStart", SILENT),
        ("DeafInStart", SILENT),
        ("ExitAtOnce", GONE + "0"),
        (
            "ExitAtOnceBadly",
            GONE + "1; its standard error ends with: ImportError: no module named longport",
        ),
        (
            "Banner",
            NOT_A_REPLY + "'Welcome to the SDK!' (not JSON: Expecting value at line 1 column 1)",
        ),
        ("Protocol2", "it speaks protocol 2, this version 1"),
        ("OtherSeqInStart", "it answered `start` with the seq 77"),
        (
            "NoWindow",
            NOT_A_REPLY
            + '\'{"seq": 1, "protocol": 1, "implementation": {"name": "NoWindow", "version": "1"}, '
            + '"operations": {"longbridge-hmac": ["si\' (Expected `int` >= 1 - at `$.window`)',
        ),
        (
            "HugeName",
            NOT_A_REPLY
            + '\'{"seq": 1, "'
            + "x" * 108
            + "' (Object missing required field `protocol`)",
        ),
    ],
)
def test_it_never_ran(name: str, problem: str, run: Run, command: Command, few: list[Case]) -> None:
    start_timeout_s = 0.3 if "0.3" in problem else 60
    with pytest.raises(NeverRan) as caught:
        run(command(name), few, start_timeout_s=start_timeout_s)
    assert str(caught.value) == f"{' '.join(command(name))}: {problem}"


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        (["/no/such/adapter"], "/no/such/adapter: cannot be started: No such file or directory"),
        (["/"], "/: cannot be started: Permission denied"),
        (["{plain}"], "{plain}: cannot be started: Permission denied"),
        (["{no-format}", "a b"], "{no-format} 'a b': cannot be started: Exec format error"),
        (["true"], "true: " + GONE + "0"),
        (
            ["cat"],
            "cat: "
            + NOT_A_REPLY
            + '\'{"type":"start","seq":1,"protocols":[1]}\' '
            + "(Object missing required field `protocol`)",
        ),
        (
            ["yes"],
            "yes: " + NOT_A_REPLY + "'y' (not JSON: Expecting value at line 1 column 1)",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_program_that_is_no_adapter(
    program: list[str], problem: str, run: Run, few: list[Case], tmp_path: Path
) -> None:
    plain, no_format = tmp_path / "plain", tmp_path / "no-format"
    plain.write_text("not executable\n")
    no_format.write_text("no interpreter\n")
    no_format.chmod(0o755)
    paths = {"{plain}": str(plain), "{no-format}": str(no_format)}
    for name, path in paths.items():
        program = [path if word == name else word for word in program]
        problem = problem.replace(name, path)
    with pytest.raises(NeverRan) as caught:
        run(program, few)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("arguments", "exit_code", "err"),
    [
        (["--", "true"], 3, "Error: true: no reply: it ended with exit code 0\n"),
        (["--python", "no.such:Thing"], 3, None),
        (["--", sys.executable, "-I", "-S", "{adapter}", "Skips"], 3, ""),
        (["--", sys.executable, "-I", "-S", "{adapter}", "AlwaysWrong"], 1, ""),
        (["--", sys.executable, "-I", "-S", "{adapter}", "Good"], 0, ""),
    ],
    ids=["never-ran", "no-object", "all-skipped", "wrong", "good"],
)
def test_exit_codes_of_the_command(
    arguments: list[str],
    exit_code: int,
    err: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    adapter = str(Path(__file__).parent / "adapters" / "foreign.py")
    words = ["--id", "longbridge-hmac/timestamp/seconds", *arguments]
    words = ["verify", *(word.replace("{adapter}", adapter) for word in words)]
    monkeypatch.setattr(sys, "argv", ["signproof", *words])
    with pytest.raises(SystemExit) as caught:
        cli.signproof()
    assert caught.value.code == exit_code
    if err is not None:
        assert capsys.readouterr().err == err
