"""What a benchmark lacks on this machine."""

import os
import shutil
from typing import NoReturn

import pytest

__all__ = ["lacking", "tool"]


def lacking(what: str) -> NoReturn:
    """Skip a test, and say why; fail it in CI and in a session of nox, which leave nothing out."""
    for name in ("CI", "NOX_CURRENT_SESSION"):
        if os.environ.get(name):
            pytest.fail(f"{what}; where {name} is set, nothing may be missing")
    pytest.skip(what)


def tool(name: str) -> str:
    """Return the path of a program."""
    return shutil.which(name) or lacking(f"{name} is not on the PATH")
