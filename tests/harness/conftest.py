"""A few cases of each kind, and a run of them on an adapter that is wrong on purpose."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations.stdio import Stdio
from signproof.model import Report
from signproof.verify import verify

ADAPTER = Path(__file__).parent / "adapters" / "foreign.py"
PREFIX = "longbridge-hmac/"
THE_ONE = "timestamp/6-decimals"
"""The case at which adapters misbehave that misbehave at one case."""
FEW = (
    "timestamp/seconds",
    "timestamp/3-decimals",
    THE_ONE,
    "timestamp/milliseconds",
    "tampered/method",
)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus.open()


@pytest.fixture(scope="session")
def by_name(corpus: Corpus) -> dict[str, Case]:
    """Every case by its id without the scheme."""
    return {case.id.removeprefix(PREFIX): case for case in corpus.cases("longbridge-hmac")}


@pytest.fixture(scope="session")
def many(by_name: dict[str, Case]) -> list[Case]:
    """Twenty signatures, two refusals, and requests to verify: more than two windows."""
    names = [name for name in by_name if name.startswith("timestamp/")][:20]
    names += ["refuse/empty-key", "refuse/path-space"]
    names += [name for name in by_name if name.startswith("tampered/")][:12]
    names += ["verify/post-order", "verify/path-percent-decoded"]
    return [by_name[name] for name in names]


@pytest.fixture(scope="session")
def few(by_name: dict[str, Case]) -> list[Case]:
    """Four signatures, and a request to refuse."""
    return [by_name[name] for name in FEW]


@pytest.fixture(scope="session")
def the_one(by_name: dict[str, Case]) -> str:
    """The timestamp of the case at which adapters misbehave."""
    timestamp = by_name[THE_ONE].input["timestamp"]
    assert isinstance(timestamp, str)
    return timestamp


@pytest.fixture(scope="session")
def command() -> Callable[..., list[str]]:
    """Return the command of an adapter that is wrong in the way named."""

    def build(name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-I", "-S", str(ADAPTER), name, *arguments]

    return build


@pytest.fixture(scope="session")
def run(corpus: Corpus) -> Callable[..., Report]:
    """Verify cases on a command; nothing here waits for the long timeouts."""

    def run(
        command: list[str],
        cases: Sequence[Case],
        *,
        timeout_s: float = 60,
        start_timeout_s: float = 60,
        window: int | None = None,
    ) -> Report:
        driver = Stdio(command, timeout_s=timeout_s, start_timeout_s=start_timeout_s, window=window)
        return verify(driver, corpus, cases)

    return run
