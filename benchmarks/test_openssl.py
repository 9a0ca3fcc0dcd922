"""What `openssl speed` says of this machine, for orientation: no limit is held.

The command comes with another build of OpenSSL than the Python packages, so both versions are named
in the rows. Like the command, this takes the processor's time.
"""

import ssl
import subprocess
from functools import cache, partial
from hashlib import sha1
from time import process_time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.backends.openssl.backend import backend
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from benchmarks import floors
from benchmarks.required import tool
from benchmarks.table import AT_LEAST_S
from benchmarks.turns import Bench
from signproof.timing import calls_for, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 65_536


def version_of(text: str) -> str:
    """Return the first two words of *text*, the name and the version."""
    return " ".join(text.split()[:2])


def openssl(*arguments: str) -> str:
    """Return what the command prints."""
    command = [tool("openssl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    return done.stdout


@cache
def speed_of(what: str, *options: str) -> tuple[float, ...]:
    """Return the figures of the line for programs, each a second: signatures and verifications.

    Such a line is ``+F2:1:1024:SIGNATURES:VERIFICATIONS``, and later versions append figures; of a
    digest it is ``+F:25:sha1:OCTETS``.
    """
    lines = openssl("speed", "-seconds", "1", "-mr", *options, what).splitlines()
    last = next(line for line in reversed(lines) if line.startswith("+F"))
    return tuple(map(float, last.split(":")[3:]))


def figures(
    bench: Bench, what: str, call: "Callable[[], object]", ours: str, theirs: float
) -> None:
    """Add the row of the command's and the row of a package's."""
    clock = process_time
    calls = 1 if bench.disabled else calls_for(call, AT_LEAST_S, clock)
    took = bench.measure("openssl speed", {ours: partial(seconds, call, calls, clock)})[ours]
    command = f"the command, {version_of(openssl('version'))}"
    if bench.disabled:  # one call may take less than this clock shows
        return
    per_second = "a second of the processor"
    bench.figure("openssl speed", f"{what}: {command}", per_second, [theirs])
    bench.figure("openssl speed", f"{what}: {ours}", per_second, [1 / one for one in took])


@pytest.mark.parametrize("operation", ["sign", "verify"])
@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_rsa(bench: Bench, bits: int, operation: str) -> None:
    key = generate_private_key(65537, bits)
    sign = floors.rsa_sign_digest(key)
    verify = floors.rsa_verify_digest(key.public_key(), sign(), bytes(20))
    calls = {"sign": sign, "verify": verify}
    signs, verifies, *_ = speed_of(f"rsa{bits}")
    theirs = {"sign": signs, "verify": verifies}[operation]
    ours = f"cryptography, {version_of(backend.openssl_version_text())}"
    figures(bench, f"{bits} bits, {operation}", calls[operation], ours, theirs)


def test_sha1(bench: Bench) -> None:
    """What a large body costs: the octets of `SIZE`, as a package's function takes them."""
    octets_a_second, *_ = speed_of("sha1", "-bytes", str(SIZE), "-evp")
    body = bytes(SIZE)
    ours = f"hashlib, {version_of(ssl.OPENSSL_VERSION)}"
    call = partial(sha1, body, usedforsecurity=False)
    figures(bench, "SHA-1 of 64 kB", call, ours, octets_a_second / SIZE)
