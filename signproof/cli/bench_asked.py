"""What `signproof bench` was asked for, and what ends it early."""

from collections.abc import Mapping
from dataclasses import dataclass

from signproof.corpus import Case, Corpus
from signproof.model import Outcome, Report
from signproof.scheme import Scheme
from signproof.verify import EXIT_NEVER_RAN

__all__ = ["Asked", "NotRight"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured, and for how long."""

    scheme: Scheme
    corpus: Corpus
    ids: tuple[str, ...]
    """Vectors; none for the usual."""
    rounds: int
    min_ms: int
    processes: int
    timeout_s: float
    start_timeout_s: float


class NotRight(Exception):
    """What is to be measured does not do all right: the report on it."""

    def __init__(self, report: Report, cases: Mapping[str, Case], again: str) -> None:
        """Take the report, the cases by id, and a command that repeats one, `{id}` in its place."""
        self.report = report
        self.cases = cases
        self.again = again
        super().__init__()

    @property
    def exit_code(self) -> int:
        """That of the report, or of one that is no reason to fail but to measure nothing."""
        skipped = {one.outcome for one in self.report.results} <= {Outcome.PASS, Outcome.SKIP}
        return self.report.exit_code or (EXIT_NEVER_RAN if skipped else 1)
