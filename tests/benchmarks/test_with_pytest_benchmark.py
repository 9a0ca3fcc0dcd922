"""One benchmark run as people run it, with the options of pytest-benchmark."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.heavy  # the session with the dependency group `bench`

ROOT = Path(__file__).parents[2]
TEST = "benchmarks/test_rsa_keys.py::test_load_by_size[1024]"
FIGURE = "benchmarks/test_memory.py::test_memory_of_a_signature[1000000]"


@pytest.fixture(autouse=True)
def _plugin() -> None:
    if importlib.util.find_spec("pytest_benchmark") is None:
        if os.environ.get("CI"):
            pytest.fail("pytest-benchmark is not installed, and CI must have it")
        pytest.skip("pytest-benchmark is not installed: it comes with the group `bench`")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run in a process that knows nothing of the one around it, nor of other workers."""
    ours = ("PYTEST_", "COVERAGE", "COV_")
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *options],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def last(done: subprocess.CompletedProcess[str]) -> str:
    """Return what the last line counts, without the time."""
    return done.stdout.splitlines()[-1].partition(" in ")[0]


def saved(folder: Path) -> tuple[Path, dict[str, Any]]:
    path = min(folder.glob("*/*.json"))
    return path, json.loads(path.read_text("utf-8"))


def test_what_it_stores_is_our_time_of_a_call(tmp_path: Path) -> None:
    stored, table = tmp_path / "stored.json", tmp_path / "table.json"
    done = run(TEST, "--rounds=6", f"--benchmark-json={stored}", f"--table={table}")
    assert (done.returncode, last(done)) == (0, "1 passed"), done.stdout + done.stderr
    (row,) = json.loads(table.read_text("utf-8"))["rows"]
    (one,) = json.loads(stored.read_text("utf-8"))["benchmarks"]
    extra, stats = one["extra_info"], one["stats"]
    assert (one["group"], one["fullname"], one["params"]) == ("key load", TEST, {"bits": 1024})
    assert (stats["rounds"], stats["iterations"], len(stats["data"])) == (9, 1, 9)
    assert stats["median"] == row["time_s"]
    assert extra == {"calls a round": extra["calls a round"], "rows": [row]}
    # Microseconds, that is, of a call and not of the milliseconds that a turn takes.
    assert stats["max"] * extra["calls a round"] > 0.001 > stats["min"]
    assert f"benchmark '{one['group']}': 1 tests" in done.stdout
    assert f"  {row['meaning']}" in done.stdout


def test_a_run_is_compared_with_one_before(tmp_path: Path) -> None:
    options = (TEST, "--rounds=6", f"--benchmark-storage={tmp_path}")
    assert run(*options, "--benchmark-autosave").returncode == 0
    path, report = saved(tmp_path)
    (one,) = report["benchmarks"]
    limited = ("--benchmark-compare", "--benchmark-compare-fail=min:50%")
    for factor, expected in ((100, 0), (0.01, 1)):
        stats = {name: one["stats"][name] for name in ("min", "max", "mean", "stddev", "median")}
        one["stats"] |= {name: value * factor for name, value in stats.items()}
        path.write_text(json.dumps(report), "utf-8")
        done = run(*options, *limited)
        assert done.returncode == expected, done.stdout + done.stderr
        one["stats"] |= stats
    assert "Performance has regressed" in done.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--benchmark-skip",), "1 passed, 1 skipped"),
        (("--benchmark-only",), "1 passed, 1 skipped"),
        (("--benchmark-disable",), "2 passed"),
        (("--benchmark-disable", "-n", "2"), "2 passed"),
        (("--benchmark-disable-gc",), "2 passed"),
        (("--benchmark-cprofile=tottime",), "2 passed"),
        (("--benchmark-histogram={folder}/drawn",), "2 passed"),
        (
            ("-k", "memory", "--benchmark-json={folder}/none.json"),
            "1 passed, 1 deselected",
        ),
    ],
)
def test_its_options(tmp_path: Path, options: tuple[str, ...], expected: str) -> None:
    asked = [option.format(folder=tmp_path) for option in options]
    done = run(TEST, FIGURE, "--rounds=6", *asked)
    assert (done.returncode, last(done)) == (0, expected), done.stdout + done.stderr
    assert ("Not saving anything" in done.stderr) == ("-k" in options)
    assert ("ratios: median" in done.stdout) == ("--benchmark-disable" not in options)
    drawn = [path.name for path in tmp_path.glob("*.svg")]
    assert drawn == ["drawn-key_load.svg"] * ("histogram" in options[0])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ("--table={folder}/table.json", "--benchmark-disable"),
            "ERROR: --table needs measures, and there are none: benchmarks are off",
        ),
        (("--table=no-folder/t.json",), "ERROR: --table no-folder/t.json: its folder is not there"),
        (("--rounds=5",), "ERROR: --rounds takes a number from 6"),
        (
            ("-p", "no:benchmark"),
            "ERROR: the benchmarks need pytest-benchmark: install the dependency group `bench`",
        ),
    ],
)
def test_what_cannot_be_asked_for(tmp_path: Path, options: tuple[str, ...], expected: str) -> None:
    done = run(TEST, *(option.format(folder=tmp_path) for option in options))
    assert (done.returncode, done.stdout, done.stderr.strip()) == (4, "", expected)
