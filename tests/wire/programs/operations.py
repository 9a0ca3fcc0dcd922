"""A driver made of the parts in `sdks/common/operations`, whose calls end in every way."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "sdks" / "common" / "operations"))
from bounded import Overdue, bounded  # type: ignore[import-not-found]
from laps import Laps  # type: ignore[import-not-found]
from protocol import Rejected, Skipped, serve  # type: ignore[import-not-found]


def _call(input_: dict[str, Any]) -> dict[str, Any]:
    os.write(1, b"what native code prints\n")
    match input_["does"]:
        case "reject":
            raise Rejected("no")
        case "skip":
            raise Skipped("cannot")
        case "raise":
            raise KeyboardInterrupt("raised")
        case "exit":
            sys.exit("exited")
        case "end":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(60)
        case "wait":
            time.sleep(1)
    return {"long": "x" * input_.get("length", 0), "credential": input_.get("credential")}


def _alone(credential: dict[str, str], input_: dict[str, Any]) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = bounded(lambda: _call({**input_, **credential}), 0.5)
    except Overdue as overdue:
        raise Rejected(str(overdue)) from None
    return reply


def _often(credential: dict[str, str], input_: dict[str, Any], laps: Laps) -> dict[str, Any]:
    for _ in laps:
        reply = _call({**input_, **credential})
    return reply | {"error": input_.get("error", "")}


serve(
    "made-up",
    "1",
    "toy",
    {"here": lambda credential, input_: _call({**input_, **credential}), "alone": _alone},
    repeated={"often": _often},
    features=["own-time"],
    language="C",
    runtime="C 1",
    at_once=int(sys.argv[1]) if sys.argv[1:] else 1,
)
