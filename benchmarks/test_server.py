"""What verification costs a served mock: at least 0.6 of the requests per second without it.

The same mock, server, routing and log either way; "without" is a verifier that accepts everything.
The two are measured in turn, and the median of the paired ratios is held, so that a noisy machine
disturbs both sides of a pair alike. The load comes from a process of its own over one kept
connection, with requests that were signed before.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from benchmarks.table import AtLeast
from benchmarks.turns import Bench
from signers import Secret, SignedRequest
from signers.longbridge import PathForm, Signer
from signproof.mocks.longbridge import Account, LongbridgeMock
from signproof.server import Endpoint, Exchange, Server

FLOOR = 0.6
PAIRS = 9
REQUESTS = 2_000
NOW = 1_800_000_000
KEY, SECRET, TOKEN = "EXAMPLE-KEY", "EXAMPLE-SECRET-1", "EXAMPLE-INITIAL-TOKEN-1"

# Reads {"port", "requests": [latin-1 text]} and, a line on standard input at a time, sends all of
# them one after another; writes the seconds it took.
LOAD = """
import json, socket, sys, time
load = json.loads(sys.stdin.readline())
requests = [text.encode("latin-1") for text in load["requests"]]
connections = {}
for line in sys.stdin:
    port = int(line)
    if port not in connections:
        connections[port] = socket.create_connection(("127.0.0.1", port))
        connections[port].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client = connections[port]
    start = time.perf_counter()
    for request in requests:
        client.sendall(request)
        answer = client.recv(65536)
        head, _, body = answer.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\\r")[0])
        while len(body) < length:
            body += client.recv(65536)
        assert head.startswith(b"HTTP/1.1 200"), head
    print(time.perf_counter() - start, flush=True)
"""


class AcceptsAll:
    """Stands where an account's verifier stands."""

    def verify(self, request: SignedRequest) -> SimpleNamespace:
        """Accept."""
        del request
        return SimpleNamespace(path_form=PathForm.AS_SENT)


def _mock(*, verifies: bool) -> LongbridgeMock:
    account = Account(KEY, Secret(SECRET), Secret(TOKEN))
    mock = LongbridgeMock([account], clock=lambda: float(NOW))
    if not verifies:
        state: Any = mock._accounts.find(KEY.encode())  # noqa: SLF001 - the product has no switch
        state.verifier = AcceptsAll()
    return mock


def _requests() -> list[str]:
    """Return signed requests as they go over the wire, each with a query of its own."""
    signer = Signer(KEY, SECRET, TOKEN)
    path, timestamp = "/v1/asset/stock", str(NOW)
    requests = []
    for number in range(REQUESTS):
        query = f"symbol={number}.HK"
        signature = signer.sign("GET", path, query, b"", timestamp)
        requests.append(
            f"GET {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: benchmark\r\n"
            f"Accept: */*\r\nX-Api-Key: {KEY}\r\nAuthorization: {TOKEN}\r\n"
            f"X-Timestamp: {timestamp}\r\nX-Api-Signature: {signature}\r\n\r\n"
        )
    return requests


class Load:
    """The process that asks."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", LOAD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._tell(json.dumps({"requests": _requests()}))

    def _tell(self, line: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def seconds(self, endpoint: Endpoint) -> float:
        """Send all requests and return the seconds that one of them takes."""
        assert self._child.stdout is not None
        self._tell(str(endpoint.port))
        return float(self._child.stdout.readline()) / REQUESTS

    def end(self) -> None:
        """Let the process end."""
        self._child.communicate(timeout=60)


def test_verification_costs_less_than_two_fifths(bench: Bench) -> None:
    log: list[Exchange] = []
    load = Load()
    with Server() as server:

        def served(*, verifies: bool) -> Callable[[], float]:
            endpoint = server.open(_mock(verifies=verifies), on_exchange=log.append)
            return lambda: load.seconds(endpoint)

        things = {
            "verifying": served(verifies=True),
            "without verification": served(verifies=False),
        }
        measured = bench.measure("mock", things, PAIRS)
        load.end()
    rounds = 1 if bench.disabled else PAIRS + 1
    assert len(log) == 2 * rounds * REQUESTS
    assert all(exchange.reply.verdict.reason is None for exchange in log)
    pairs = zip(measured["verifying"], measured["without verification"], strict=True)
    ratios = [without / verifying for verifying, without in pairs]
    times = "times itself without verification"
    bench.figure("mock", "verifying, over one connection", times, ratios, AtLeast(FLOOR))
    for name, took in measured.items():
        rates = [1 / one for one in took]
        bench.figure("mock", f"{name}, over one connection", "requests a second", rates)
