"""What every peer's program does: time one call as often as it is told. Standard library alone.

Lines on standard input and output are JSON: first the settings in, name, version and what the call
returned out; then a number of calls in, the seconds of one out.
"""

import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def main(prepare: "Callable[[dict[str, Any]], tuple[str, Callable[[], str]]]") -> None:
    """Answer until the input ends; *prepare* returns what it measures, and the call."""
    settings = json.loads(sys.stdin.readline())
    out = sys.stdout
    sys.stdout = sys.stderr  # what a package prints is no answer
    name, call = prepare(settings)
    print(json.dumps([name, call()]), file=out, flush=True)
    for line in sys.stdin:
        calls = int(line)
        started = time.perf_counter()
        for _ in range(calls):
            call()
        print((time.perf_counter() - started) / calls, file=out, flush=True)
