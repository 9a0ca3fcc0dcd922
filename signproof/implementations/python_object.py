"""A Python object in this process: ``--python module:object``.

For each operation the object has a method of the same name (``-`` as ``_``) that takes credential
and input as dicts, as the scheme's schema describes them, and returns the output as a dict. It
raises an exception with an attribute ``reason`` to reject, and NotImplementedError to skip.
"""

import copy
import importlib
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from platform import python_version
from typing import Any

import msgspec

from signproof.corpus import Case
from signproof.implementations.base import Benched, Broken, NeverRan, Progress, Reply
from signproof.model import Answer, Implementation, Outcome, Status
from signproof.timing import NS_PER_MS, Looped, looped

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
            method = self._method(case.vector.operation)
            self.replies[case.id] = _called(method, case.credential, case.input)
            progress()
        return self.replies

    def bench(self, case: Case, min_ms: int) -> Benched:
        """Do *case* for at least *min_ms* milliseconds."""
        return self.repeat(case.scheme, case.vector.operation, case.credential, case.input, min_ms)

    def repeat(
        self,
        _scheme_id: str,
        operation: str,
        credential: Mapping[str, Any] | None,
        input_: dict[str, Any],
        min_ms: int,
    ) -> Benched:
        """Call a method for at least *min_ms* milliseconds, with the same two dicts each time."""
        method = self._method(operation)
        done: list[Looped[Any]] = []

        def again(credential: dict[str, Any], input_: dict[str, Any]) -> Any:
            done.append(looped(partial(method, credential, input_), min_ms * NS_PER_MS))
            return done[0].last

        reply = _called(again, credential, input_)
        return Benched(reply, done[0].calls, done[0].elapsed_ns) if done else Benched(reply)

    def _method(self, operation: str) -> Callable[..., Any]:
        """Return the method of an operation."""
        method: Callable[..., Any] = getattr(self._object, operation.replace("-", "_"), _missing)
        return method


def _missing(*_: object) -> None:
    raise NotImplementedError("it has no such method")


def _called(
    method: Callable[..., Any], credential: Mapping[str, Any] | None, input_: dict[str, Any]
) -> Reply:
    try:
        # Copies, for what the method changes or uses again must not change what is judged.
        output = copy.deepcopy(method(copy.deepcopy(dict(credential or {})), copy.deepcopy(input_)))
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
