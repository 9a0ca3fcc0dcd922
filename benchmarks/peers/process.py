"""A peer as the table times it: in turns with ours, in its own process.

SDKs come with `signproof.environments`, in the cache of `signproof matrix`; python-rsa and
PyCryptodome in the environment that the nox session makes and names in SIGNPROOF_BENCH_PEERS. All
run where they reach loopback alone, with a home folder of their own.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.required import lacking
from signproof.environments import build, cache_folder, default_root, read_sdks
from signproof.sandbox import quiet_environment

__all__ = ["PEERS", "Peer", "libraries", "sdk_python"]

PEERS = "SIGNPROOF_BENCH_PEERS"
"""The variable with the Python of the environment that has python-rsa and PyCryptodome."""

_IN_SANDBOX = (
    "import os, sys\n"
    "from signproof import sandbox\n"
    "sandbox.enter()\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


def sdk_python(sdk_id: str) -> str:
    """Return the Python of an SDK's environment, which is built where the cache has none."""
    sdk = next(one for one in read_sdks(default_root()) if one.id == sdk_id)
    return build(sdk, cache_folder()).run[0]


def libraries() -> str:
    """Return the Python that has python-rsa and PyCryptodome; a test that lacks it is skipped."""
    named = os.environ.get(PEERS)
    return named or lacking(f"{PEERS} names no Python; `nox -s bench` makes the environment")


class PeerEnded(Exception):
    """A program ended without an answer; what it says itself is on standard error."""

    def __init__(self, command: str, code: int) -> None:
        super().__init__(f"{command} ended with {code} before it answered")


class Peer:
    """A program of this folder under another Python; a `Thing` of the table."""

    def __init__(self, python: str, program: str, settings: dict[str, Any]) -> None:
        """Start the program with *settings*, and take what its first call returned."""
        self._home = tempfile.TemporaryDirectory()
        script = str(Path(__file__).with_name(program))
        self._command = f"{python} {program}"
        self._child = subprocess.Popen(  # noqa: S603 - a program of this folder
            [sys.executable, "-c", _IN_SANDBOX, python, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=quiet_environment(os.environ, Path(self._home.name)),
        )
        self.name, self.output = json.loads(self._asked(json.dumps(settings)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._child.communicate(timeout=60)
        self._home.cleanup()

    def _asked(self, line: str) -> str:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with suppress(BrokenPipeError):  # then there is no answer, either
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()
        answer = self._child.stdout.readline()
        if not answer:
            self._end()
            raise PeerEnded(self._command, self._child.returncode)
        return answer

    def seconds(self, calls: int) -> float:
        """Return the seconds that one of *calls* calls in a row takes."""
        return float(self._asked(str(calls)))

    def calls_for(self, at_least_s: float) -> int:
        """Return how many calls take about that long."""
        self.seconds(1)
        return max(1, math.ceil(at_least_s / self.seconds(3)))
