"""The table that all benchmarks of a run write into."""

from pathlib import Path

import pytest

from benchmarks.table import Table

_TABLE = Table()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where the table goes, and how long it takes."""
    parser.addoption("--table", type=Path, help="write the table to this file, as JSON")
    parser.addoption("--rounds", type=int, default=_TABLE.rounds, help="rounds of a comparison")


def pytest_configure(config: pytest.Config) -> None:
    """Take the options."""
    _TABLE.rounds = config.getoption("--rounds")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, and write it where it was asked for."""
    terminalreporter.section("ratios: median of the pairs, and where it lies (95 %)")
    for line in _TABLE.lines():
        terminalreporter.write_line(line)
    path = config.getoption("--table")
    if path is not None:
        _TABLE.write(path)


@pytest.fixture
def table() -> Table:
    """Return the table of this run."""
    return _TABLE
