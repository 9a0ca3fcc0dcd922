"""The registry: every module in this package is a scheme and has `SCHEME`.

The module's name is the scheme's id with `_` for `-`. A new scheme is a new module here; no list
has to be edited.
"""

import importlib
import pkgutil
from functools import cache

from signproof.scheme import Scheme

__all__ = ["UnknownScheme", "get", "ids"]


class UnknownScheme(ValueError):
    """There is no scheme of this id."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        super().__init__(f"there is no scheme {scheme!r}: use one of {', '.join(ids())}")


def ids() -> tuple[str, ...]:
    """Return the ids of all schemes, sorted."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


@cache
def get(scheme: str) -> Scheme:
    """Return a scheme by its id; raises UnknownScheme."""
    if scheme not in ids():
        raise UnknownScheme(scheme)
    module = importlib.import_module(f"{__name__}.{scheme.replace('-', '_')}")
    found = module.SCHEME
    if not isinstance(found, Scheme) or found.id != scheme:
        raise TypeError(f"{module.__name__}.SCHEME is not the scheme {scheme!r}")
    return found
