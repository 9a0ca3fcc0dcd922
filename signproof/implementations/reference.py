"""The reference signers, in this process."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from platform import python_version
from typing import Any

import msgspec

from signers.errors import SignerError
from signproof import schemes
from signproof.corpus import Case
from signproof.implementations.base import Benched, Progress, Reply
from signproof.model import Answer, Implementation, Status
from signproof.timing import NS_PER_MS, looped

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
            self.replies[case.id] = operation.reference(
                self._credential(case.scheme, case.credential), input_
            )
            progress()
        return self.replies

    def bench(self, case: Case, min_ms: int) -> Benched:
        """Do *case* for at least *min_ms* milliseconds, as the scheme's `hot` has it."""
        return self.repeat(case.scheme, case.vector.operation, case.credential, case.input, min_ms)

    def repeat(
        self,
        scheme_id: str,
        operation: str,
        credential: Mapping[str, Any] | None,
        input_: dict[str, Any],
        min_ms: int,
    ) -> Benched:
        """Do an operation for at least *min_ms* milliseconds."""
        scheme = schemes.get(scheme_id)
        typed = msgspec.convert(input_, scheme.operations[operation].input)
        try:
            hot = scheme.hot[operation](self._credential(scheme_id, credential), typed)
            done = looped(hot.call, min_ms * NS_PER_MS)
        except SignerError as error:
            return Benched(Answer(status=Status.REJECTED, reason=error.reason, message=str(error)))
        output = hot.output(done.last)
        return Benched(Answer(status=Status.OUTPUT, output=output), done.calls, done.elapsed_ns)

    def _credential(self, scheme_id: str, credential: Mapping[str, Any] | None) -> Any:
        """Return a credential, prepared once for all cases that share its values."""
        if credential is None:
            return None
        # The values stay referenced beside what was prepared, so that the key stays unique.
        key = (scheme_id, id(credential))
        if key not in self._prepared:
            scheme = schemes.get(scheme_id)
            typed = msgspec.convert(credential, scheme.credential)
            self._prepared[key] = (credential, scheme.prepare(typed))
        return self._prepared[key][1]
