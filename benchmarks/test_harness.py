"""How long the harness itself takes: its start, a run from cold, and a long run.

The gates are those that people feel: a help that is there at once, a CI step of a second. Each is
held by the median, beside what the bare interpreter takes in the same run.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from signproof.corpus import Case, Corpus
from signproof.implementations.stdio import Stdio
from signproof.model import Outcome
from signproof.verify import verify

ADAPTER = Path(__file__).parent / "plain_adapter.py"
SIGNPROOF = Path(sys.executable).with_name("signproof")
LARGEST = 16_384
HELP_S = 0.150
COLD_S = 1.0
SUSTAINED_PER_S = 8_000


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)  # noqa: S603


def _cases(count: int) -> list[Case]:
    """Return *count* cases to sign, those of the set over and over under ids of their own."""
    chosen = [
        case
        for case in Corpus.open().cases("longbridge-hmac")
        if case.vector.operation == "sign"
        and not case.id.startswith("longbridge-hmac/refuse/")
        and len(str(case.input)) < LARGEST
    ]
    return [
        Case(
            case.scheme,
            msgspec.structs.replace(case.vector, id=f"{case.id}.{number}"),
            case.credential,
            case.input,
        )
        for number, case in zip(range(count), chosen * (count // len(chosen) + 1), strict=False)
    ]


def _timed(
    benchmark: BenchmarkFixture, rounds: int, function: Callable[..., None], *arguments: object
) -> None:
    """Time *function* after one round that is not counted."""
    benchmark.pedantic(function, arguments, rounds=rounds, warmup_rounds=1)  # type: ignore[no-untyped-call]


def _median(benchmark: BenchmarkFixture) -> float:
    stats: Any = benchmark.stats
    return float(stats.stats.median)


def test_interpreter_start(benchmark: BenchmarkFixture) -> None:
    """For comparison: the bare interpreter."""
    _timed(benchmark, 10, _run, sys.executable, "-c", "pass")


def test_help(benchmark: BenchmarkFixture) -> None:
    _timed(benchmark, 10, _run, str(SIGNPROOF), "--help")
    assert _median(benchmark) < HELP_S


def test_thousand_vectors_from_cold(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    script = tmp_path / "cold.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_harness import ADAPTER, run_cases\n"
        "run_cases(1_000)\n"
    )
    _timed(benchmark, 5, _run, sys.executable, str(script))
    assert _median(benchmark) < COLD_S


def run_cases(count: int) -> None:
    """Judge *count* cases through the adapter; every one of them passes."""
    _judge(_cases(count))


def _judge(cases: list[Case]) -> None:
    report = verify(Stdio([sys.executable, str(ADAPTER)]), Corpus.open(), cases)
    assert report.counts == {Outcome.PASS.value: len(cases)}


def test_sustained_through_an_adapter(benchmark: BenchmarkFixture) -> None:
    cases = _cases(20_000)
    _timed(benchmark, 5, _judge, cases)
    per_second = len(cases) / _median(benchmark)
    benchmark.extra_info["vectors per second"] = round(per_second)
    assert per_second >= SUSTAINED_PER_S
