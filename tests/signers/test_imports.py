"""Signing alone does not load what only sending needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import {module}
print(sorted({looked_for} & sys.modules.keys()))
"""

HEAVY = {"asyncio", "click", "cryptography", "httpx", "msgspec", "signproof", "socket", "ssl"}


@pytest.mark.parametrize(
    ("module", "looked_for", "expected"),
    [
        ("signers", HEAVY, []),
        ("signers.longbridge", HEAVY, []),
        ("signers.der", HEAVY, []),
        ("signers.rsa_keys", {"click", "httpx", "msgspec", "signproof"}, []),
        ("signers.tiger", {"click", "httpx", "msgspec", "signproof"}, []),
        # The search finds what is there; what else httpx loads is its own affair.
        ("signers.longbridge.auth", {"httpx", "signproof"}, ["httpx"]),
    ],
)
def test_what_an_import_loads(module: str, looked_for: set[str], expected: list[str]) -> None:
    # Measuring coverage in the child would load more.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module, looked_for=looked_for)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{expected}\n", "")
