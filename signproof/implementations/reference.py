"""The reference signers, in this process."""

from collections.abc import Sequence
from importlib.metadata import version
from platform import python_version
from typing import Any

import msgspec

from signproof import schemes
from signproof.corpus import Case
from signproof.implementations.base import Progress, Reply
from signproof.model import Implementation

__all__ = ["Reference"]


class Reference:
    """Runs cases on the operations of the schemes themselves."""

    def __init__(self) -> None:
        self.implementation = Implementation(
            name="signproof reference",
            version=version("signproof"),
            language="Python",
            runtime=python_version(),
        )
        # The reference has every feature that a vector can require.
        self.features = frozenset({"stages", "reasons"}).union(
            *(schemes.get(scheme).features for scheme in schemes.ids())
        )
        self.replies: dict[str, Reply] = {}
        self.stderr = ""
        self._prepared: dict[tuple[str, int], tuple[Any, Any]] = {}

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        """Answer every case."""
        for case in cases:
            operation = schemes.get(case.scheme).operations[case.vector.operation]
            input_ = msgspec.convert(case.input, operation.input)
            self.replies[case.id] = operation.reference(self._credential(case), input_)
            progress()
        return self.replies

    def _credential(self, case: Case) -> Any:
        """Return the case's credential, prepared once for all cases that share its values."""
        if case.credential is None:
            return None
        # The values stay referenced beside what was prepared, so that the key stays unique.
        key = (case.scheme, id(case.credential))
        if key not in self._prepared:
            scheme = schemes.get(case.scheme)
            typed = msgspec.convert(case.credential, scheme.credential)
            self._prepared[key] = (case.credential, scheme.prepare(typed))
        return self._prepared[key][1]
