"""Programs that say how fast they are, the truth and otherwise."""

import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from signproof import schemes
from signproof.corpus import Case
from signproof.implementations.base import Benched, Broken, NeverRan
from signproof.implementations.stdio_bench import StdioBench
from signproof.model import Answer, Outcome, Status
from signproof.verify import judge

Command = Callable[..., list[str]]

MS = 1_000_000
MIN_MS = 20
"""What the tests ask for, unless they wait for the real time."""


@pytest.fixture
def usual(by_name: dict[str, Case]) -> Case:
    return by_name["body/compact"]


def asked(command: list[str], case: Case, wall_ns: int, *, timeout_s: float = 60) -> Benched:
    """Ask once, with a clock by which the answer is there after *wall_ns*."""
    instants = iter([1000, 1000 + wall_ns])
    with closing(StdioBench(command, clock=lambda: next(instants), timeout_s=timeout_s)) as driver:
        return driver.bench(case, MIN_MS)


def outcome(case: Case, done: Benched) -> tuple[Outcome, str]:
    result = judge(schemes.get(case.scheme), case, done.reply, states_reasons=True)
    return result.outcome, result.message


@pytest.mark.parametrize(
    ("calls", "elapsed_ns", "wall_ns", "outside_ns"),
    [
        (1, 20 * MS, 20 * MS, 0),
        (1, 900 * MS, 1000 * MS, 100 * MS),
        (400, 20 * MS, 21 * MS, MS),
        (20 * MS, 20 * MS, 20 * MS, 0),
        # Clocks differ by a hundredth at most.
        (400, 19_800_000, 20 * MS, 200_000),
        (400, 20_200_000, 20 * MS, 0),
    ],
)
def test_what_may_be_true_is_taken(
    calls: int, elapsed_ns: int, wall_ns: int, outside_ns: int, usual: Case, command: Command
) -> None:
    done = asked(command("Benches", str(calls), str(elapsed_ns)), usual, wall_ns)
    assert outcome(usual, done) == (Outcome.PASS, "")
    assert (done.calls, done.elapsed_ns, done.outside_ns) == (calls, elapsed_ns, outside_ns)


@pytest.mark.parametrize(
    ("calls", "elapsed_ns", "wall_ns", "message"),
    [
        (
            0,
            20 * MS,
            30 * MS,
            "it says that it did the operation 0 times (iterations), and gives an output",
        ),
        (
            400,
            19_799_999,
            30 * MS,
            "it was to go on for 20000000 ns, and says that it took 19799999 (elapsed_ns)",
        ),
        (
            400,
            0,
            30 * MS,
            "it was to go on for 20000000 ns, and says that it took 0 (elapsed_ns)",
        ),
        (
            400,
            20_200_001,
            20 * MS,
            "it says that it took 20200001 ns (elapsed_ns), and answered after 20000000",
        ),
        (
            20 * MS + 1,
            20 * MS,
            30 * MS,
            "it says that it did the operation 20000001 times (iterations) in 20000000 ns",
        ),
    ],
)
def test_what_cannot_be_true_is_an_error(
    calls: int, elapsed_ns: int, wall_ns: int, message: str, usual: Case, command: Command
) -> None:
    done = asked(command("Benches", str(calls), str(elapsed_ns)), usual, wall_ns)
    assert done == Benched(Broken(Outcome.ERROR, message))


@pytest.mark.parametrize(
    ("name", "expected", "message"),
    [
        (
            "BenchesWithoutNumbers",
            Outcome.ERROR,
            "it says that it did the operation 0 times (iterations), and gives an output",
        ),
        ("BenchesWrong", Outcome.FAIL, "x_api_signature is wrong"),
        (
            "BenchesBadly",
            Outcome.ERROR,
            "it wrote to standard output what is not a reply: '",
        ),
        ("BenchSkips", Outcome.SKIP, "too slow"),
        ("BenchBreaks", Outcome.ERROR, "stack overflow"),
        (
            "BenchDies",
            Outcome.ERROR,
            "no reply: it ended with exit code 9; its standard error ends with: out of memory",
        ),
        (
            "BenchBabbles",
            Outcome.ERROR,
            "it wrote to standard output what is not a reply: '12345 signatures a second' ",
        ),
    ],
)
def test_what_is_wrong_is_said(
    name: str, expected: Outcome, message: str, usual: Case, command: Command
) -> None:
    done = asked(command(name), usual, 1000 * MS)
    found, said = outcome(usual, done)
    assert (found, said[: len(message)]) == (expected, message)


@pytest.mark.parametrize("name", ["BenchHangs", "BenchHangsInPrepare"])
def test_silence_is_a_timeout(name: str, command: Command, by_name: dict[str, Case]) -> None:
    other = by_name["credential/other-secret"]
    done = asked(command(name), other, 1000 * MS, timeout_s=0.2)
    assert isinstance(done.reply, Broken)
    assert (done.reply.outcome, done.calls) == (Outcome.TIMEOUT, 0)
    assert done.reply.message.startswith("no reply within 0.2")


def test_a_credential_that_is_not_taken_is_the_answer(
    command: Command, by_name: dict[str, Case]
) -> None:
    done = asked(command("BenchNoCredential"), by_name["credential/other-secret"], 1000 * MS)
    refused = Answer(status=Status.REJECTED, reason="empty-credential", message="bad key")
    assert done == Benched(refused)


def test_a_second_answer_is_not_that_to_the_next_question(usual: Case, command: Command) -> None:
    with closing(StdioBench(command("BenchTwice"))) as driver:
        first, second = (driver.bench(usual, 1) for _ in range(2))
    assert outcome(usual, first) == (Outcome.PASS, "")
    assert outcome(usual, second) == (
        Outcome.ERROR,
        "it answered `bench` with the seq 3 instead of 4",
    )


def test_without_the_feature_nothing_is_asked(command: Command) -> None:
    with pytest.raises(NeverRan) as caught:
        StdioBench(command("Good"))
    assert str(caught.value) == (
        "Good cannot be measured: it lacks the feature `bench` (`signproof show protocol` says "
        "what it has to answer)"
    )


def test_it_goes_on_with_other_questions(usual: Case, command: Command) -> None:
    """One process answers as many as it is asked, each for as long as it is told."""
    with closing(StdioBench(command("Benches"))) as driver:
        done = [driver.bench(usual, min_ms) for min_ms in (1, 5, 1)]
    assert [outcome(usual, one) for one in done] == [(Outcome.PASS, "")] * 3
    assert [one.elapsed_ns >= least * MS for one, least in zip(done, (1, 5, 1), strict=True)] == [
        True
    ] * 3


def test_what_runs_here_is_served_to_several(by_name: dict[str, Case]) -> None:
    """The reference as a program; what it is not asked by the harness ends it."""
    command = [sys.executable, "-m", "signproof.implementations.served"]
    cases = [by_name[name] for name in ("body/compact", "verify/get-query", "refuse/path-space")]
    with closing(StdioBench(command)) as driver:
        done = [driver.bench(case, 1) for case in cases]
    assert [outcome(*one) for one in zip(cases, done, strict=True)] == [(Outcome.PASS, "")] * 3
    assert [one.calls > 0 for one in done] == [True, True, False]
