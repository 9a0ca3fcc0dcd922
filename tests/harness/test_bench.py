"""Who is measured when, what comes of it, and what is said of a change."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from signproof.bench import YARDSTICK, Contender, NotPassed, compared, machine, measure, yardstick
from signproof.corpus import Case, Corpus
from signproof.implementations.base import Benched, Broken, Reply
from signproof.measured import BenchReport, Kind, Measured, Scaled, Sent, Spread, Timed
from signproof.model import Answer, Implementation, Outcome, Status

if TYPE_CHECKING:
    from signproof.implementations.stdio_bench import StdioBench

USUAL, OTHER = "longbridge-hmac/body/compact", "longbridge-hmac/path/root"


def spread(value: int) -> Spread:
    return Spread(median=value, low=value, high=value, p10=value, p90=value)


def right(case: Case) -> Reply:
    return Answer(status=Status.OUTPUT, output=dict(case.vector.expected.output or {}))


@dataclass
class Told:
    """Takes as long as it is told, one call after the other; says who was asked."""

    name: str
    call_ns: Sequence[int]
    asked: list[str] = field(default_factory=list)
    reply: Callable[[Case], Reply] = right
    outside_ns: int | None = None
    turn: int = 0

    def __post_init__(self) -> None:
        self.implementation = Implementation(name=self.name, version="1")

    def bench(self, case: Case, min_ms: int) -> Benched:
        self.asked.append(f"{self.name} {min_ms} ms")
        call_ns = self.call_ns[self.turn % len(self.call_ns)]
        self.turn += 1
        return Benched(self.reply(case), 10, 10 * call_ns, self.outside_ns)

    def ask(self, case: Case, min_ms: int) -> None:
        self.case = case
        self.asked.append(f"{self.name} asked {min_ms} ms")

    def answer(self) -> Benched:
        self.asked.append(f"{self.name} answers")
        return Benched(self.reply(self.case), 10, 10 * self.call_ns[0])


@pytest.fixture(scope="module")
def cases(corpus: Corpus) -> list[Case]:
    by_id = {case.id: case for case in corpus.cases("longbridge-hmac")}
    return [by_id[USUAL], by_id[OTHER]]


def contender(kind: Kind, told: Told, children: Sequence[Told] = ()) -> Contender:
    return Contender(kind, told, cast("Sequence[StdioBench]", children))


def stick(*call_ns: int) -> Callable[[int], Timed]:
    """Return a yardstick that takes so long, one question after the other."""
    instants = itertools.cycle(call_ns)
    return lambda _: Timed(calls=1, elapsed_ns=next(instants))


def test_everybody_is_asked_in_turns(corpus: Corpus, cases: list[Case]) -> None:
    asked: list[str] = []
    children = [Told(name, [5], asked) for name in ("first", "second")]

    def sticks(min_ms: int) -> Timed:
        asked.append(f"stick {min_ms} ms")
        return Timed(calls=1, elapsed_ns=5)

    report = measure(
        corpus,
        cases[:1],
        [
            contender("reference", Told("reference", [5], asked)),
            contender("command", Told("program", [5], asked), children),
        ],
        rounds=1,
        min_ms=30,
        stick=sticks,
        progress=lambda: asked.append("."),
    )
    alone = ["first asked 30 ms", "first answers"]
    both = ["first asked 30 ms", "second asked 30 ms", "first answers", "second answers"]
    one_each = [["reference 30 ms"], ["program 30 ms"], alone, both]
    rows = [["stick 30 ms"], *one_each]
    assert asked == [word for row in (*rows, *rows[1:], rows[0]) for word in (*row, ".")]
    assert (report.rounds, report.min_ms, report.complete, report.exit_code) == (1, 30, True, 0)


def test_what_is_reported(corpus: Corpus, cases: list[Case]) -> None:
    """By hand, out of 100 ns for the yardstick, 200 and 500 ns; the two children 250 and 500."""
    program = Told("program", [500], outside_ns=7)
    children = [Told("program", [250]), Told("program", [500])]
    contenders = [
        contender("reference", Told("reference", [200])),
        contender("command", program, children),
    ]
    report = measure(corpus, cases[:1], contenders, rounds=2, min_ms=30, stick=stick(100))
    reference, tested = (one.bencher.implementation for one in contenders)
    alone = Timed(calls=10, elapsed_ns=2500)
    assert report.measured == [
        Measured(
            kind="yardstick",
            implementation=YARDSTICK,
            per_second=10_000_000,
            call_ps=spread(100_000),
            of_yardstick_ppm=spread(1_000_000),
            rounds=[Timed(calls=1, elapsed_ns=100)] * 2,
        ),
        Measured(
            kind="reference",
            implementation=reference,
            vector=USUAL,
            operation="sign",
            per_second=5_000_000,
            call_ps=spread(200_000),
            of_yardstick_ppm=spread(2_000_000),
            rounds=[Timed(calls=10, elapsed_ns=2000)] * 2,
        ),
        Measured(
            kind="command",
            implementation=tested,
            vector=USUAL,
            operation="sign",
            per_second=2_000_000,
            call_ps=spread(500_000),
            of_yardstick_ppm=spread(5_000_000),
            of_reference_ppm=spread(2_500_000),
            outside_ns=7,
            rounds=[Timed(calls=10, elapsed_ns=5000, outside_ns=7)] * 2,
        ),
    ]
    assert report.scaled == [
        Scaled(
            kind="command",
            implementation=tested,
            vector=USUAL,
            processes=1,
            per_second=spread(4_000_000),
            of_one_ppm=spread(1_000_000),
            rounds=[[alone]] * 2,
        ),
        Scaled(
            kind="command",
            implementation=tested,
            vector=USUAL,
            processes=2,
            per_second=spread(6_000_000),
            of_one_ppm=spread(1_500_000),
            rounds=[[alone, Timed(calls=10, elapsed_ns=5000)]] * 2,
        ),
    ]
    assert (report.scheme, report.set_version) == ("longbridge-hmac", corpus.manifest.set_version)


def test_noise_that_meets_all_of_a_round_does_not_show(corpus: Corpus, cases: list[Case]) -> None:
    noise = (1, 9, 2, 30, 4, 7)
    contenders = [
        contender("reference", Told("reference", [200 * one for one in noise])),
        contender("python", Told("object", [300 * one for one in noise])),
    ]
    sticks = stick(*(100 * one for one in noise))
    report = measure(corpus, cases[:1], contenders, rounds=5, min_ms=1, stick=sticks)
    _, reference, tested = report.measured
    assert reference.call_ps == Spread(
        median=1_400_000, low=400_000, high=6_000_000, p10=400_000, p90=6_000_000
    )
    assert reference.of_yardstick_ppm == spread(2_000_000)
    assert tested.of_yardstick_ppm == spread(3_000_000)
    assert tested.of_reference_ppm == spread(1_500_000)


def test_each_vector_is_beside_the_reference_on_it(corpus: Corpus, cases: list[Case]) -> None:
    reference = Told("reference", [200, 100])  # on the first vector, on the second
    contenders = [contender("reference", reference), contender("command", Told("program", [400]))]
    # One round is not counted, and in the next the order is another one.
    report = measure(corpus, cases, contenders, rounds=1, min_ms=1, stick=stick(100))
    shown = [
        (one.vector, one.kind, one.of_reference_ppm and one.of_reference_ppm.median)
        for one in report.measured
    ]
    first, second = (case.id for case in cases)
    assert shown == [
        ("", "yardstick", None),
        (first, "reference", None),
        (first, "command", 2_000_000),
        (second, "reference", None),
        (second, "command", 4_000_000),
    ]


@pytest.mark.parametrize(
    ("asked", "rounds"),
    # Each round has two questions besides the yardstick, and the first round is not counted.
    [(1, 0), (3, 0), (4, 1), (5, 1), (6, 2)],
)
def test_an_interrupt_leaves_whole_rounds(
    asked: int, rounds: int, corpus: Corpus, cases: list[Case]
) -> None:
    left = iter(range(asked))

    def reply(case: Case) -> Reply:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return right(case)

    contenders = [
        contender("reference", Told("reference", [200], reply=reply)),
        contender("command", Told("program", [200], reply=reply)),
    ]
    report = measure(corpus, cases[:1], contenders, rounds=9, min_ms=1, stick=stick(100))
    assert (report.rounds, report.complete, report.exit_code) == (rounds, False, 130)
    assert [len(one.rounds) for one in report.measured] == ([rounds] * 3 if rounds else [])


@pytest.mark.parametrize(
    ("reply", "outcome", "said"),
    [
        (
            Answer(status=Status.OUTPUT, output={"x_api_signature": "fast"}),
            Outcome.FAIL,
            "x_api_signature is wrong",
        ),
        (Answer(status=Status.SKIPPED, message="not this"), Outcome.SKIP, "not this"),
        (Answer(status=Status.SKIPPED), Outcome.SKIP, "it ended in skip"),
        (Broken(Outcome.TIMEOUT, "no reply"), Outcome.TIMEOUT, "no reply"),
    ],
)
def test_what_is_not_right_ends_it(
    reply: Reply, outcome: Outcome, said: str, corpus: Corpus, cases: list[Case]
) -> None:
    told = Told("program", [200], reply=lambda _: reply)
    with pytest.raises(NotPassed) as caught:
        measure(corpus, cases[:1], [contender("command", told)], rounds=1, min_ms=1)
    assert str(caught.value) == f"program cannot be measured on {USUAL}: {said}"
    assert caught.value.result.outcome is outcome
    assert told.asked == ["program 1 ms"]


# What has changed.


def ran(corpus: Corpus, cases: list[Case], name: str, *call_ns: int) -> BenchReport:
    """Return the report on one implementation that took so long, round by round."""
    told = Told(name, [1, *call_ns])  # the first round is not counted
    contenders = [contender("reference", told)]
    return measure(corpus, cases[:1], contenders, rounds=len(call_ns), min_ms=1, stick=stick(100))


STEADY = (200, 201, 202, 203, 204, 205)


@pytest.mark.parametrize(
    ("earlier", "now", "verdict", "exit_code"),
    [
        ([STEADY], STEADY, "not told apart", 0),
        ([STEADY], [one + 5 for one in STEADY], "not told apart", 0),
        ([STEADY], [one + 6 for one in STEADY], "slower", 1),
        ([STEADY], [one - 5 for one in STEADY], "not told apart", 0),
        ([STEADY], [one - 6 for one in STEADY], "faster", 0),
        # One round in ten may be out of line, more may not.
        ([STEADY], [300] * 9 + [200], "slower", 1),
        ([STEADY], [300] * 8 + [200] * 2, "not told apart", 0),
        ([[200] * 9 + [500]], [300] * 10, "slower", 1),
        ([[200] * 8 + [500] * 2], [300] * 10, "not told apart", 0),
        ([STEADY], [300] * 18 + [200] * 2, "slower", 1),
        ([STEADY], [300] * 17 + [200] * 3, "not told apart", 0),
        ([[300] * 20], [200] * 18 + [300] * 2, "faster", 0),
        ([[300] * 20], [200] * 17 + [300] * 3, "not told apart", 0),
        # Runs of the same code that differ show how much means nothing.
        ([STEADY, [one + 50 for one in STEADY]], [one + 30 for one in STEADY], "not told apart", 0),
        ([STEADY, [one + 50 for one in STEADY]], [one + 60 for one in STEADY], "slower", 1),
        # Too few rounds tell nothing.
        ([STEADY], [900] * 5, "too few rounds", 0),
        ([STEADY[:5]], [900] * 6, "too few rounds", 0),
        ([STEADY], [50] * 5, "too few rounds", 0),
        ([STEADY[:3], STEADY[3:]], [900] * 6, "slower", 1),
    ],
)
def test_a_verdict_knows_the_noise(
    earlier: list[list[int]],
    now: list[int],
    verdict: str,
    exit_code: int,
    corpus: Corpus,
    cases: list[Case],
) -> None:
    reports = [ran(corpus, cases, "signer", *call_ns) for call_ns in earlier]
    report = compared(ran(corpus, cases, "signer", *now), reports)
    (change,) = report.changes
    assert (change.verdict, report.exit_code) == (verdict, exit_code)
    before = [10_000 * call_ns for call_ns in itertools.chain(*earlier)]
    assert (change.old_ppm, change.new_ppm) == (
        Spread.of(before),
        Spread.of([10_000 * call_ns for call_ns in now]),
    )
    assert (change.kind, change.implementation, change.vector) == ("reference", "signer", USUAL)


def test_what_was_not_measured_then_is_said(corpus: Corpus, cases: list[Case]) -> None:
    report = compared(ran(corpus, cases, "new", *STEADY), [ran(corpus, cases, "other", *STEADY)])
    (change,) = report.changes
    assert (change.verdict, change.old_ppm, report.exit_code) == ("not measured then", None, 0)


def test_what_was_sent_is_compared_with_the_same(corpus: Corpus, cases: list[Case]) -> None:
    """By the SDK's id, for packages have the same name in several languages, and what it sent."""
    report = ran(corpus, cases, "name of many", *STEADY)
    stick, row = report.measured
    sent: list[tuple[str, Sent]] = [("a", "signed"), ("a", "bare"), ("b", "signed"), ("b", "bare")]
    rows = [
        msgspec.structs.replace(
            row,
            kind="sdk",
            sdk=sdk,
            sent=what,
            of_yardstick_ppm=spread(1_000_000 * number),
            rounds=[Timed(calls=1, elapsed_ns=100 * number)] * len(STEADY),
        )
        for number, (sdk, what) in enumerate(sent, 1)
    ]
    report = msgspec.structs.replace(report, measured=[stick, *rows])
    changes = compared(report, [report]).changes
    assert [
        (one.implementation, one.sent, one.verdict, one.old_ppm, one.new_ppm) for one in changes
    ] == [
        (sdk, what, "not told apart", *[spread(1_000_000 * number)] * 2)
        for number, (sdk, what) in enumerate(sent, 1)
    ]


def test_an_interrupt_stays_one(corpus: Corpus, cases: list[Case]) -> None:
    old = ran(corpus, cases, "signer", *STEADY)
    new = msgspec.structs.replace(ran(corpus, cases, "signer", *([900] * 6)), exit_code=130)
    assert compared(new, [old]).exit_code == 130


# What depends on the machine.


def test_the_yardstick_takes_its_time() -> None:
    timed = yardstick(2)
    assert (timed.calls > 1, timed.elapsed_ns >= 2_000_000) == (True, True)


@pytest.mark.parametrize(
    ("cpuinfo", "shown"),
    [
        ("processor\t: 0\nmodel name\t: Example 9000\n", "Plan9, Example 9000, 3 CPUs"),
        ("nothing of the kind", "Plan9, pdp11, 3 CPUs"),
        (None, "Plan9, pdp11, 3 CPUs"),
    ],
)
def test_the_machine_is_described(
    cpuinfo: str | None, shown: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    monkeypatch.setattr("signproof.bench._CPUINFO", path)
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert machine() == shown
