"""A signing scheme as data: named stages, each a pure function of earlier values.

Because the pipeline is data, vectors can hold every intermediate, a difference can be traced to the
stage where it begins, and a mistake is an edit: a stage replaced, its output changed, or one of its
inputs seen differently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Pipeline", "Stage"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: *function* takes the values named in *inputs*, in this order."""

    name: str
    inputs: tuple[str, ...]
    function: Callable[..., Any]
    declared: tuple[str, ...] = ()
    """The scheme's own inputs, kept while an edit has given the stage others."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in the order in which they run."""

    stages: tuple[Stage, ...]

    def run(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return *values* and the output of every stage.

        A stage whose name *values* already holds is not run: this is how a raw query takes the
        place of one that would be built from parameters.
        """
        results = dict(values)
        for stage in self.stages:
            if stage.name not in values:
                results[stage.name] = stage.function(*[results[name] for name in stage.inputs])
        return results

    def replace(
        self, name: str, function: Callable[..., Any], inputs: tuple[str, ...] | None = None
    ) -> "Pipeline":
        """Return a pipeline in which the stage *name* has another function.

        It takes *inputs*, or the scheme's own inputs of this stage, whatever earlier edits did.
        """
        stage = self._stage(name)
        declared = stage.declared or stage.inputs
        return self._with(
            replace(stage, function=function, inputs=inputs or declared, declared=declared)
        )

    def change_output(self, name: str, change: Callable[[Any], Any]) -> "Pipeline":
        """Return a pipeline in which what the stage *name* gives is changed."""
        stage = self._stage(name)
        return self._with(replace(stage, function=lambda *inputs: change(stage.function(*inputs))))

    def change_input(self, name: str, source: str, change: Callable[[Any], Any]) -> "Pipeline":
        """Return a pipeline in which the stage *name*, and it alone, sees its *source* changed.

        Where an earlier edit made the stage take other inputs, nothing is left to change.
        """
        stage = self._stage(name)
        if source not in stage.inputs:
            return self
        position = stage.inputs.index(source)

        def function(*inputs: Any) -> Any:
            seen = change(inputs[position])
            return stage.function(*inputs[:position], seen, *inputs[position + 1 :])

        return self._with(replace(stage, function=function))

    def _stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)

    def _with(self, new: Stage) -> "Pipeline":
        return Pipeline(tuple(new if old.name == new.name else old for old in self.stages))
