"""What every way of driving an implementation has in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from signproof.corpus import Case
from signproof.model import Answer, Implementation, Outcome

__all__ = ["Benched", "Bencher", "Broken", "Driver", "NeverRan", "Progress", "Reply"]


class NeverRan(RuntimeError):
    """The implementation could not be run at all: exit code 3."""


@dataclass(frozen=True, slots=True)
class Broken:
    """There is no usable answer: the implementation broke, hung, or broke once only."""

    outcome: Outcome
    """ERROR, TIMEOUT or FLAKY."""
    message: str


Reply = Answer | Broken
Progress = Callable[[], None]
"""Called after each case that has been answered."""


class Driver(Protocol):
    """Runs cases against one implementation."""

    implementation: Implementation
    features: frozenset[str]

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        """Return a reply for each case by its id, in the order in which they came.

        Raises NeverRan. On KeyboardInterrupt the replies so far stay in `replies`.
        """

    @property
    def replies(self) -> dict[str, Reply]:
        """The replies so far."""

    @property
    def stderr(self) -> str:
        """The end of what the implementation wrote there."""


@dataclass(frozen=True, slots=True)
class Benched:
    """One case, done again and again."""

    reply: Reply
    """With the last output."""
    calls: int = 0
    """How often it was done; 0 where the reply is no output."""
    elapsed_ns: int = 0
    """How long all calls took, and nothing besides."""
    outside_ns: int | None = None
    """What asking and answering took besides; None where nobody had to be asked."""


class Bencher(Protocol):
    """Does a case again and again."""

    implementation: Implementation

    def bench(self, case: Case, min_ms: int) -> Benched:
        """Do *case* for at least *min_ms* milliseconds."""
