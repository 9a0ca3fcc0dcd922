"""What a mistake is, and how a catalogue of them is built.

A catalogue serves three ends: diagnosis replays mistakes until one gives exactly the octets seen,
negative vectors are made from them, and each must be caught by at least one vector. It imports no
signer, so that vectors made from it share no code with what they test.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from signproof.pipeline import Pipeline

__all__ = ["Catalogue", "Edit", "Mistake"]

Edit = Callable[[Pipeline], Pipeline]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong signer, described as one change of the right one."""

    id: str
    text: str
    """What the signer does wrong, for its author."""
    fix: str
    """What to do instead, one sentence."""
    evidence: str
    """Where it was seen; ``derived`` for a member of a class that was seen."""
    edit: Edit
    refusal: str | None
    """Why a verifier must refuse the request; None where it is well signed but the wrong one."""
    hindsight: Edit
    """The edit that reproduces the signature from the request as received, when what was sent
    differs from what was signed; otherwise the same as `edit`."""


@dataclass(slots=True)
class Catalogue(Mapping[str, Mistake]):
    """The mistakes of one scheme by id; a duplicate id is an error when the module loads."""

    refusal: str
    """The reason for refusing a request with a wrong signature."""
    _mistakes: dict[str, Mistake] = field(default_factory=dict)

    def add(
        self,
        id_: str,
        text: str,
        edit: Edit,
        *,
        fix: str,
        evidence: str = "derived",
        refusal: str | None = "",
        hindsight: Edit | None = None,
    ) -> None:
        """Add one mistake; *refusal* stays away for a wrong signature."""
        if id_ in self._mistakes:
            raise ValueError(f"two mistakes have the id {id_}")
        reason = self.refusal if refusal == "" else refusal
        self._mistakes[id_] = Mistake(id_, text, fix, evidence, edit, reason, hindsight or edit)

    def mistake(
        self,
        *,
        fix: str,
        evidence: str = "derived",
        refusal: str | None = "",
        hindsight: Edit | None = None,
    ) -> Callable[[Edit], Edit]:
        """Add the decorated edit: its name is the id, its docstring the text."""

        def decorate(edit: Edit) -> Edit:
            self.add(
                edit.__name__.strip("_").replace("_", "-"),
                inspect.cleandoc(edit.__doc__ or ""),
                edit,
                fix=fix,
                evidence=evidence,
                refusal=refusal,
                hindsight=hindsight,
            )
            return edit

        return decorate

    def __getitem__(self, id_: str) -> Mistake:
        return self._mistakes[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mistakes)

    def __len__(self) -> int:
        return len(self._mistakes)
