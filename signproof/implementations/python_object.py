"""A Python object in this process: ``--python module:object``.

For each operation the object has a method of the same name (``-`` as ``_``) that takes credential
and input as dicts, as the scheme's schema describes them, and returns the output as a dict. It
raises an exception with an attribute ``reason`` to reject, and NotImplementedError to skip.
"""

import copy
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from platform import python_version
from typing import Any

import msgspec

from signproof.corpus import Case
from signproof.implementations.base import Broken, NeverRan, Progress, Reply
from signproof.model import Answer, Implementation, Outcome, Status

__all__ = ["PythonObject"]


class PythonObject:
    """Runs cases on the methods of one object.

    It has no deadline and no protection: an implementation that may hang or crash belongs in a
    process of its own, over stdio.
    """

    def __init__(self, spec: str) -> None:
        """Import ``module:object``; raises NeverRan."""
        module_name, colon, attribute = spec.partition(":")
        if not colon or not module_name or not attribute:
            raise NeverRan(f"--python {spec}: write it as module:object")
        # It stays there, as with `python -m`: methods may import when they are called.
        sys.path.insert(0, str(Path.cwd()))
        try:
            target: Any = importlib.import_module(module_name)
            for part in attribute.split("."):
                target = getattr(target, part)
            self._object = target() if isinstance(target, type) else target
            self.implementation = Implementation(
                name=str(getattr(self._object, "name", "")) or spec,
                version=str(getattr(self._object, "version", "")),
                language="Python",
                runtime=python_version(),
            )
            self.features = frozenset(getattr(self._object, "features", ())) | {"reasons"}
        except BaseException as error:
            if _is_interrupt(error):
                raise
            raise NeverRan(f"--python {spec}: {type(error).__name__}: {error}") from None
        self.replies: dict[str, Reply] = {}
        self.stderr = ""

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        """Answer every case."""
        for case in cases:
            method = getattr(self._object, case.vector.operation.replace("-", "_"), None)
            self.replies[case.id] = (
                Answer(status=Status.SKIPPED, message="it has no such method")
                if method is None
                else _called(method, case)
            )
            progress()
        return self.replies


def _called(method: Callable[..., Any], case: Case) -> Reply:
    try:
        # Copies, for what the method changes or uses again must not change what is judged.
        output = copy.deepcopy(
            method(copy.deepcopy(dict(case.credential or {})), copy.deepcopy(case.input))
        )
    except NotImplementedError as error:
        return Answer(status=Status.SKIPPED, message=str(error) or "not implemented")
    except BaseException as error:  # extension modules and sys.exit raise no Exception
        if _is_interrupt(error):
            raise
        reason = getattr(error, "reason", None)
        # Python's own UnicodeError has a `reason` without being a refusal.
        if isinstance(reason, str) and not isinstance(error, UnicodeError):
            return Answer(status=Status.REJECTED, reason=reason, message=str(error))
        return Broken(Outcome.ERROR, f"raised {type(error).__name__}: {error}")
    if not isinstance(output, dict):
        return Broken(Outcome.ERROR, f"returned {type(output).__name__} instead of a dict")
    if _holds_lone_surrogate(output):
        return Broken(Outcome.ERROR, "returned a text with a lone surrogate, which has no UTF-8")
    return Answer(status=Status.OUTPUT, output=output)


def _holds_lone_surrogate(output: dict[Any, Any]) -> bool:
    try:
        msgspec.json.encode(output)
    except UnicodeEncodeError:
        return True
    except (TypeError, ValueError, RecursionError):
        pass  # what is no JSON otherwise is seen when it is held against the schema
    return False


def _is_interrupt(error: BaseException) -> bool:
    """Tell whether the run itself is to end: Ctrl-C, or the exit that SIGTERM becomes."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM
    )
