"""Instructions of a signature, counted by valgrind: a second, quiet measure beside the time.

The same program runs with few calls and with many; what the many take more, divided by how many
more they are, is a call's. Valgrind shows programs a processor without the instructions for SHA, so
the hashes weigh more here than in time: what counts is how far ours is from the floor.

Run it as ``python -m benchmarks.instructions``.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from benchmarks import floors, published
from signers.longbridge import Signer, stages

KEY, SECRET, NOW = "EXAMPLE-KEY-0123456789abcdef", "EXAMPLE-SECRET-" * 4, "1800000000"
TOKEN = ("m_" + "EXAMPLE-TOKEN." * 46)[:640]
PATH = "/v1/trade/order/submit"
BODY = b'{"order_id": "683615454870679552"}'
FEW, MANY = 500, 2_500
COLLECTED = re.compile(r"Collected : (\d+)")


def calls() -> dict[str, Callable[[], object]]:
    """Return what is counted."""
    headers = stages.canonical_headers(TOKEN.encode(), KEY.encode(), NOW.encode())
    canonical = stages.canonical_request(
        b"POST", PATH.encode(), b"", headers, stages.body_digest(BODY)
    )
    named = {"Authorization": TOKEN, "X-Api-Key": KEY, "X-Timestamp": NOW}
    return {
        "floor": floors.longbridge_sign(SECRET.encode(), canonical, BODY),
        "Signer.sign": partial(Signer(KEY, SECRET, TOKEN).sign, "POST", PATH, "", BODY, NOW),
        "the broker's sample": partial(
            published.longbridge, "POST", PATH, "", named, BODY.decode(), SECRET
        ),
    }


def count(name: str, times: int) -> int:
    """Return the instructions of a process that calls so often."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    done = subprocess.run(  # noqa: S603 - a fixed command
        [*command, "-m", "benchmarks.instructions", name, str(times)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = COLLECTED.search(done.stderr)
    assert found is not None, done.stderr
    return int(found[1])


def main() -> None:
    """Print the instructions of a call of each, or call one for the counting."""
    if sys.argv[1:]:
        call = calls()[sys.argv[1]]
        for _ in range(int(sys.argv[2])):
            call()
        return
    for name in calls():
        per_call = (count(name, MANY) - count(name, FEW)) / (MANY - FEW)
        print(f"{name}: {per_call:,.0f} instructions")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
