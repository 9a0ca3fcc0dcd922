"""Silence for the library's warnings, which are about what a certificate's holder cannot change.

The filters of `warnings` belong to the whole process: two threads that set and restore them at the
same time could leave them set, so one waits for the other.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]

_LOCK = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore warnings while a file or a certificate is read."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
