"""How long the harness takes: its start, a run from cold, vectors a second, beside cryptography.

The RSA and the pfx sets are held against the operations of the libraries in them: a profiler's hook
adds up what passes within these, in a run of its own between two plain ones.
"""

import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from benchmarks.table import AtLeast, AtMost
from benchmarks.turns import Bench
from benchmarks.vectors import ADAPTER, cases_of, judged
from signproof.corpus import Corpus
from signproof.implementations.reference import Reference
from signproof.implementations.stdio import Stdio

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 10_000
PROCESSES = 20
PFX_TOPICS = ("open-ca", "refuse-open", "legacy", "password")


@pytest.mark.parametrize(
    ("where", "limit"),
    [
        ("in this process", AtLeast(20_000)),
        ("through one pipelined adapter", AtLeast(8_000)),
        ("a process each", None),
    ],
)
def test_hmac_vectors_a_second(bench: Bench, where: str, limit: AtLeast | None) -> None:
    """In this process by the processor's time, which others do not lengthen; else by the clock."""
    cases = cases_of(COUNT)

    def adapter(count: int) -> float:
        return judged(Stdio([sys.executable, str(ADAPTER)]), cases[:count])

    ways: dict[str, Callable[[], float]] = {
        "in this process": lambda: judged(Reference(), cases, process_time) / COUNT,
        "through one pipelined adapter": lambda: adapter(COUNT) / COUNT,
        "a process each": lambda: sum(adapter(1) for _ in range(PROCESSES)) / PROCESSES,
    }
    took = bench.measure("harness", {where: ways[where]}, 7)[where]
    unit = f"vectors a second{' of the processor' if where == 'in this process' else ''}"
    bench.figure("harness", f"HMAC vectors {where}", unit, [1 / one for one in took], limit)


# The library's functions in Rust name their module by its last part.
_CRYPTOGRAPHY = ("cryptography", "_hashlib", "blake3", "pkcs12", "keys", "rsa", "x509")


class Within:
    """Adds up the time within the functions of the cryptographic libraries, and what they call."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began: list[float | None] = []
        self._inside = False

    def __call__(self, _frame: FrameType, event: str, function: object) -> None:
        """Take an event of the profiler."""
        if event == "c_call":
            outermost = not self._inside and _is_cryptography(function)
            self._inside = self._inside or outermost
            self._began.append(perf_counter() if outermost else None)
        elif event in ("c_return", "c_exception") and self._began:
            began = self._began.pop()
            if began is not None:
                self.seconds += perf_counter() - began
                self._inside = False


def _is_cryptography(function: object) -> bool:
    owner = getattr(function, "__self__", None)
    modules = (getattr(function, "__module__", None), type(owner).__module__)
    names = [*modules, getattr(owner, "__name__", None)]
    is_power = getattr(function, "__name__", "") == "pow"
    return is_power or any(str(name).startswith(_CRYPTOGRAPHY) for name in names)


@pytest.mark.parametrize(
    ("what", "scheme", "topics", "limit"),
    [
        ("the RSA set", "tiger-rsa", None, None),
        ("the RSA set's requests", "tiger-rsa", ("request", "order", "fields", "text"), None),
        ("the pfx set", "shioaji-ca", PFX_TOPICS, AtMost(1.2)),
    ],
)
def test_beside_the_cryptography(
    bench: Bench, what: str, scheme: str, topics: tuple[str, ...] | None, limit: AtMost | None
) -> None:
    """Judge a set whole, and add up what of it is within the libraries."""
    cases = [
        case
        for case in Corpus.open().cases(scheme)
        if topics is None or case.id.split("/")[1] in topics
    ]

    def within() -> float:
        hook = Within()
        sys.setprofile(hook)
        try:
            judged(Reference(), cases)
        finally:
            sys.setprofile(None)
        return hook.seconds

    things = {"whole": lambda: judged(Reference(), cases), "within": within}
    measured = bench.measure("harness", things, 7)
    pairs = [*zip(measured["whole"], measured["within"], strict=True)]
    ratios = [whole / part for whole, part in pairs]
    bench.figure("harness", f"{what} judged", "times its cryptography", ratios, limit)
    if limit is None:  # where the library takes nearly all, the rest is lost in the noise
        besides = [1e6 * (whole - part) / len(cases) for whole, part in pairs]
        bench.figure("harness", f"{what} judged", "µs a vector besides", besides)


def test_help(bench: Bench) -> None:
    """The help, beside the bare interpreter; the processor's time, which others do not lengthen."""
    command = str(Path(sys.executable).with_name("signproof"))

    def run(*words: str) -> float:
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=60)  # noqa: S603
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    things = {
        "signproof --help": lambda: run(command, "--help"),
        "the bare interpreter": lambda: run(sys.executable, "-c", "pass"),
    }
    for name, took in bench.measure("harness", things, 15).items():
        limit = AtMost(150) if name == "signproof --help" else None
        took_ms = [one * 1e3 for one in took]
        bench.figure("harness", name, "ms of the processor", took_ms, limit)


def test_a_thousand_vectors_from_cold(bench: Bench) -> None:
    script = (
        "import sys\n"
        "from benchmarks.vectors import ADAPTER, cases_of, judged\n"
        "from signproof.implementations.stdio import Stdio\n"
        "judged(Stdio([sys.executable, str(ADAPTER)]), cases_of(1_000))\n"
    )

    def run() -> float:
        started = perf_counter()
        subprocess.run([sys.executable, "-c", script], check=True, timeout=60)  # noqa: S603
        return perf_counter() - started

    took = bench.measure("harness", {"cold": run}, 6)["cold"]
    bench.figure("harness", "a thousand HMAC vectors from cold", "s", took, AtMost(1))
