"""Sign with pyrsca, which reads a CA file and takes the time of its own clock."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyrsca import PyTWCA

sys.path.insert(0, str(Path(__file__).parent))
from measuring import main


def _prepare(settings: dict[str, Any]) -> tuple[str, Callable[[], str]]:
    path, password, ip = settings["path"], settings["password"], settings["ip"]
    name = f"pyrsca {version('pyrsca')}"
    if settings["method"] == "open":
        return name, lambda: PyTWCA(path, password, ip).get_cert_person_id()
    sign = getattr(PyTWCA(path, password, ip), settings["method"])
    text = settings["plain_text"]
    return name, lambda: sign(text)


main(_prepare)
