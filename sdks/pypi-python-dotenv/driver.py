"""Reads a `.env` with the package python-dotenv, as the broker's page has a program do."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import os
import runpy
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "common" / "operations"))
from bounded import bounded
from protocol import Skipped, serve

_LIMIT_S = 5.0
_PROGRAM = "from dotenv import load_dotenv\n\nload_dotenv()\n"
_KNOWN = frozenset(
    f"SJ_{name}"
    for name in (
        *("API_KEY", "SEC_KEY", "CA_PATH", "CA_PASSWD"),
        *("PRODUCTION", "HTTP_ADDR", "HTTP_AUTH", "RECEIVE_WINDOW"),
    )
)
_MEMBERS = dict[str, Any]


def read_env(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Run a program beside a `.env` and see what is then in its environment."""
    if input_["dialect"] != "python-dotenv":
        raise Skipped("this is the library, not the server's reader")
    with tempfile.TemporaryDirectory() as folder:
        # The library looks for the file beside the program that calls it.
        program = Path(folder) / "program.py"
        program.write_text(_PROGRAM, "ascii")
        program.with_name(".env").write_bytes(base64.b64decode(input_["file_b64"]))

        def run() -> _MEMBERS:
            os.environ.clear()
            os.environ.update(input_.get("environment", []))
            with suppress(UnicodeDecodeError):
                runpy.run_path(str(program))
            return {"values": sorted(pair for pair in os.environ.items() if pair[0] in _KNOWN)}

        return bounded(run, _LIMIT_S)


serve("python-dotenv", version("python-dotenv"), "shioaji-ca", {"read-env": read_env})
