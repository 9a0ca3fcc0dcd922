"""How often a driver makes the SDK's call: once for `run`, for a while for `bench`."""
# ruff: noqa: INP001 - found by its folder, so that it needs no installation

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NS_PER_MS = 1_000_000


class Laps:
    """Goes round until its time has passed; what is between two rounds is all that it measures."""

    def __init__(self, min_ms: int = 0) -> None:
        """Go round once, or as often as *min_ms* milliseconds take."""
        self._least_ns = min_ms * _NS_PER_MS
        self.calls = 0
        self.elapsed_ns = 0

    def __iter__(self) -> Iterator[None]:
        """Start the clock; a call that raises is not counted."""
        started = time.perf_counter_ns()
        while True:
            yield
            self.elapsed_ns = time.perf_counter_ns() - started
            self.calls += 1
            if self.elapsed_ns >= self._least_ns:
                return

    def measured(self) -> dict[str, int]:
        """Return the members that the reply to a `bench` has besides."""
        return {"iterations": self.calls, "elapsed_ns": self.elapsed_ns}
