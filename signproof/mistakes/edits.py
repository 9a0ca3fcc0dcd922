"""Edits of a pipeline that mistakes of every scheme are made of."""

from collections.abc import Callable
from typing import Any

from signproof.mistakes.base import Edit
from signproof.pipeline import Pipeline

__all__ = ["edits", "function_of", "input_changed", "output_changed", "replaced"]


def function_of(pipeline: Pipeline, stage: str) -> Callable[..., Any]:
    """Return the function of a stage."""
    return next(each.function for each in pipeline.stages if each.name == stage)


def replaced(
    stage: str, function: Callable[..., Any], inputs: tuple[str, ...] | None = None
) -> Edit:
    """Return the edit that gives a stage another function (and other inputs)."""
    return lambda pipeline: pipeline.replace(stage, function, inputs)


def output_changed(stage: str, change: Callable[[Any], Any]) -> Edit:
    """Return the edit that changes what a stage gives."""
    return lambda pipeline: pipeline.change_output(stage, change)


def input_changed(stage: str, source: str, change: Callable[[Any], Any]) -> Edit:
    """Return the edit after which a stage, and it alone, sees its *source* changed."""
    return lambda pipeline: pipeline.change_input(stage, source, change)


def edits(*several: Edit) -> Edit:
    """Return the edit that does several, one after the other."""

    def edit(pipeline: Pipeline) -> Pipeline:
        for each in several:
            pipeline = each(pipeline)
        return pipeline

    return edit
