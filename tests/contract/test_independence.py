"""Oracle and mistakes share no code with the signers that their values test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import {module}
print(sorted(name for name in sys.modules if name.startswith({looked_for!r})))
"""


@pytest.mark.parametrize(
    ("module", "looked_for", "expected"),
    [
        ("signproof.oracles.longbridge_hmac", "signers", "[]"),
        ("signproof.oracles.longbridge_hmac", "signproof.schemes", "[]"),
        ("signproof.mistakes.longbridge_hmac", "signers", "[]"),
        ("signproof.mistakes.longbridge_hmac", "signproof.schemes", "[]"),
        ("signproof.oracles.tiger_rsa", "signers", "[]"),
        ("signproof.oracles.tiger_rsa", "signproof.schemes", "[]"),
        ("signproof.oracles.tiger_rsa", "signproof.requests", "[]"),
        ("signproof.oracles.tiger_rsa", "cryptography", "[]"),
        ("signproof.mistakes.tiger_rsa", "signers", "[]"),
        ("signproof.mistakes.tiger_rsa", "signproof.schemes", "[]"),
        ("signproof.mistakes.tiger_rsa", "cryptography", "[]"),
        ("signproof.oracles.shioaji_ca", "signers", "[]"),
        ("signproof.oracles.shioaji_ca", "signproof.schemes", "[]"),
        ("signproof.oracles.shioaji_ca", "signproof.requests", "[]"),
        ("signproof.oracles.shioaji_ca", "cryptography", "[]"),
        ("signproof.oracles.shioaji_ca", "blake3", "[]"),
        # The search finds what is there.
        ("signproof.oracles.openssl", "signproof.oracles.o", "['signproof.oracles.openssl']"),
    ],
)
def test_what_an_import_loads(module: str, looked_for: str, expected: str) -> None:
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
