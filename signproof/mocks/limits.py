"""How many calls are let through in a stretch of time."""

from collections import deque
from dataclasses import dataclass

__all__ = ["Limit", "SlidingWindow"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *calls* in any stretch of *seconds*; raises ValueError where either is not positive.

    The broker's figures differ from call to call and are not modelled: a test names its own.
    """

    calls: int
    seconds: float

    def __post_init__(self) -> None:
        if self.calls < 1 or not self.seconds > 0:
            raise ValueError("a limit takes at least one call and a positive number of seconds")


class SlidingWindow:
    """Counts calls against a limit; a call that is refused does not count."""

    __slots__ = ("_calls", "_length_ms", "_times")

    def __init__(self, limit: Limit) -> None:
        self._calls = limit.calls
        self._length_ms = limit.seconds * 1000
        self._times: deque[int] = deque()

    def admit(self, now_ms: int) -> bool:
        """Count a call at *now_ms* (Unix milliseconds) and tell whether it is within the limit."""
        while self._times and self._times[0] <= now_ms - self._length_ms:
            self._times.popleft()
        if len(self._times) >= self._calls:
            return False
        self._times.append(now_ms)
        return True
