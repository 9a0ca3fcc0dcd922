"""What the adapters' tests share: the tools of other languages, and `signproof verify` as run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent

Verify = Callable[..., subprocess.CompletedProcess[str]]


def _tool(name: str) -> str:
    """Return the path of a program; without it the test is skipped, and fails in CI."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not on the PATH, and CI must have it")
        pytest.skip(f"{name} is not on the PATH")
    return path


@pytest.fixture(scope="session")
def node() -> str:
    return _tool("node")


@pytest.fixture(scope="session")
def go_adapter(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the adapter in Go, once, from the standard library alone: nothing is fetched."""
    program = tmp_path_factory.mktemp("go") / "adapter"
    offline = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    built = subprocess.run(
        [_tool("go"), "build", "-o", str(program), "."],
        cwd=HERE / "go",
        env=os.environ | offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return str(program)


@pytest.fixture(scope="session")
def gofmt() -> str:
    return _tool("gofmt")


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Return a function that runs `signproof verify` in a folder of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from signproof.cli import main; main()", "verify", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run
