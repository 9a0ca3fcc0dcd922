"""The table that all benchmarks of a run write into, and what leads pytest-benchmark's clock."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.table import ROUNDS, Table
from benchmarks.turns import Bench, Clock, Fixture
from signproof.timing import FEWEST_ROUNDS

_TABLE = Table()
_CLOCK = Clock()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where the table goes, and how long it takes."""
    parser.addoption("--table", type=Path, help="write the table to this file, as JSON")
    parser.addoption("--rounds", type=int, default=ROUNDS, help="rounds of a comparison")


def pytest_configure(config: pytest.Config) -> None:
    """Take the options."""
    if not config.pluginmanager.hasplugin("benchmark"):
        raise pytest.UsageError(
            "the benchmarks need pytest-benchmark: install the dependency group `bench`"
        )
    if config.getoption("--rounds") < FEWEST_ROUNDS:
        raise pytest.UsageError(f"--rounds takes a number from {FEWEST_ROUNDS}")
    table = config.getoption("--table")
    if table is not None and not table.absolute().parent.is_dir():
        raise pytest.UsageError(f"--table {table}: its folder is not there")
    if config.getoption("--table") and _is_disabled(config):
        raise pytest.UsageError("--table needs measures, and there are none: benchmarks are off")
    _TABLE.rounds = config.getoption("--rounds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what is measured in turns the clock that shows it."""
    for item in items:
        if "bench" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.benchmark(timer=_CLOCK.read))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: "pytest.TerminalReporter", config: pytest.Config
) -> None:
    """Print the table, at the very end, and write it where it was asked for."""
    if _TABLE.rows:
        terminalreporter.section("ratios: median of the pairs, and where it lies (95 %)")
        for line in _TABLE.lines():
            terminalreporter.write_line(line)
    path = config.getoption("--table")
    if path is not None:
        _TABLE.write(path)


def _is_disabled(config: pytest.Config) -> bool:
    """Tell whether everything runs once only, as asked for or since several run at a time."""
    asked: bool = config.getoption("benchmark_disable") and not config.getoption("benchmark_enable")
    parallel = config.getoption("dist", "no") != "no" or "PYTEST_XDIST_WORKER" in os.environ
    return asked or parallel


@pytest.fixture
def table(pytestconfig: pytest.Config) -> Table:
    """Return the table of this run, for figures that are no time of a call."""
    return Table(quick=True) if _is_disabled(pytestconfig) else _TABLE


@pytest.fixture
def bench(benchmark: Fixture, pytestconfig: pytest.Config) -> Iterator[Bench]:
    """Return what measures in turns, through pytest-benchmark."""
    without = pytestconfig.getoption("benchmark_disable_gc") and gc.isenabled()
    if without:  # the plugin switches it off for ours alone
        gc.disable()
    yield Bench(_TABLE, benchmark, _CLOCK)
    if without:
        gc.enable()
