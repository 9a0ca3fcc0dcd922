"""Memory: the same after a million verified requests as after the first, and for each signature."""

import gc
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from benchmarks.table import AtMost, Table
from signers import Secret
from signers.longbridge import Signer, Verifier
from signers.tiger import Signer as TigerSigner
from signproof.mocks.longbridge import Account, LongbridgeMock

KEY, SECRET, TOKEN, NOW = (
    "EXAMPLE-KEY",
    "EXAMPLE-SECRET-1",
    "EXAMPLE-INITIAL-TOKEN-1",
    1_800_000_000,
)
MILLION = 1_000_000
THROUGH_MOCK = 200_000
PAGE = 4096
MIB = 1024 * 1024


def resident() -> int:
    """Return the octets that this process has in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE


def grown(make: Callable[[], Callable[[int], None]], count: int) -> float:
    """Return by how many MiB a process grows from a tenth of the requests to the last.

    A new one: in this, what others have left free would hide a leak.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as child:
        return child.submit(_grown_here, make, count).result()


def _grown_here(make: Callable[[], Callable[[int], None]], count: int) -> float:
    request, before = make(), 0
    for number in range(count):
        if number == count // 10:
            before = resident()
        request(number)
    return (resident() - before) / MIB


def verified_requests() -> Callable[[int], None]:
    """Each with a path, a query and a body of its own; they are signed here, too."""
    signer, verifier = Signer(KEY, SECRET, TOKEN), Verifier(KEY, SECRET)

    def request(number: int) -> None:
        path, query = f"/v1/trade/order/{number}", f"symbol={number}" if number % 2 else None
        body = b'{"order_id":%d}' % number
        verifier.verify(signer.request("POST", path, query, body, timestamp=str(NOW + number)))

    return request


def requests_through_the_mock() -> Callable[[int], None]:
    account = Account(KEY, Secret(SECRET), Secret(TOKEN))
    mock = LongbridgeMock([account], clock=lambda: float(NOW))
    signer = Signer(KEY, SECRET, TOKEN)

    def request(number: int) -> None:
        signed = signer.request("GET", "/v1/asset/stock", f"symbol={number}", timestamp=str(NOW))
        assert mock.handle(signed).verdict.reason is None

    return request


def test_a_million_verified_requests(table: Table) -> None:
    what = f"growth from the {MILLION // 10:,}th verified request to the {MILLION:,}th"
    count = 1_000 if table.quick else MILLION
    table.figure("memory", what, "MiB", [grown(verified_requests, count)], AtMost(1))


def test_requests_through_the_mock(table: Table) -> None:
    what = f"growth of the mock from the {THROUGH_MOCK // 10:,}th request to the {THROUGH_MOCK:,}th"
    count = 1_000 if table.quick else THROUGH_MOCK
    table.figure("memory", what, "MiB", [grown(requests_through_the_mock, count)], AtMost(1))


@pytest.mark.parametrize("size", [34, 1_000_000])
def test_memory_of_a_signature(table: Table, size: int) -> None:
    """What signing takes at its peak, the body and the answer apart, and what it leaves."""
    body, timestamps = b"x" * size, [str(NOW + number) for number in range(500)]
    longbridge = Signer(KEY, SECRET, TOKEN)
    tiger = TigerSigner("20150001", generate_private_key(65537, 2048))
    fields = {"method": "place_order", "biz_content": "x" * size, "charset": "UTF-8"}
    signers: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("longbridge", lambda time: longbridge.sign("POST", "/v1/order", None, body, time)),
        ("tiger", lambda time: tiger.sign(fields | {"timestamp": time})),
    )
    for name, sign in signers:
        count = 500 if size < PAGE else 50
        # The library, too, keeps small objects to use them again: some hundred signatures, and it
        # has as many as it takes.
        for timestamp in timestamps:
            sign(timestamp)
        tracemalloc.start()
        taken, left = [], []
        for _ in range(10):
            gc.collect()  # empties what the interpreter keeps of small objects
            before, _ = tracemalloc.get_traced_memory()
            for timestamp in timestamps[:count]:
                sign(timestamp)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
            left.append((after - before) / 1024)
            tracemalloc.reset_peak()
            sign(timestamps[0])
            _, peak = tracemalloc.get_traced_memory()
            taken.append((peak - after) / 1024)
        tracemalloc.stop()
        # The first time round is for what is kept.
        table.figure("memory", f"{name}, {size:,} octets: peak", "KiB", taken[1:])
        what = f"{name}, {size:,} octets: left behind by {count} signatures"
        table.figure("memory", what, "KiB", left[1:], AtMost(2))
