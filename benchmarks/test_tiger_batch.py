"""Tiger: a batch on two cores, by threads that share one signer and by processes.

Two cores are not always there: others use them, and a virtual one may be half of a real one. What
there is to gain is therefore measured in the same round: two processes that call `key.sign` and
nothing else, which is the same work, and between which there is no lock. The limit is held by the
rounds in which these gained what two cores give.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from time import perf_counter

import pytest

from benchmarks import floors
from benchmarks.table import AtLeast, Row
from benchmarks.test_tiger import TIGER_ID, fields_of
from benchmarks.turns import Bench
from signers.rsa_keys import Armour, Form, convert, generate, load
from signers.tiger import Signer
from signproof.timing import FEWEST_ROUNDS, calls_for, interval

AT_LEAST_S = 0.1
"""How long one thread signs: shorter, and to start the second shows."""
FREE = 1.8
"""What two processes with `key.sign` alone gain where both cores are free."""
LIMIT = AtLeast(1.7)
NOT_HELD = "not held: too few rounds had two cores"
GROUP, TIMES = "tiger batch", "times one thread's rate"

Batch = Callable[[int], None]


def repeated(call: Callable[[], object], count: int) -> None:
    for _ in range(count):
        call()


_CALLS: dict[str, Callable[[], object]] = {}
"""What a child process calls, by name."""


def _prepare_child(pem: bytes) -> None:
    key = load(pem).rsa
    _CALLS["Signer.sign"] = partial(Signer(TIGER_ID, key).sign, fields_of())
    _CALLS["key.sign"] = floors.rsa_sign_digest(key)


def _in_child(name: str, count: int) -> None:
    repeated(_CALLS[name], count)


@contextmanager
def batches(bits: int) -> Iterator[tuple[dict[str, tuple[Batch, Batch]], Callable[[], object]]]:
    """Give what signs so often, by name: alone, and shared among two; and a signature of ours."""
    key = generate(bits)
    sign = partial(Signer(TIGER_ID, key.rsa).sign, fields_of())
    spawn = get_context("spawn")  # not forked: threads are running
    pem = convert(key, Form.PKCS8, Armour.PEM)
    with (
        ThreadPoolExecutor(2) as threads,
        ProcessPoolExecutor(2, spawn, _prepare_child, (pem,)) as processes,
    ):

        def threaded(count: int) -> None:
            [*threads.map(repeated, [sign] * 2, [count // 2] * 2)]

        def forked(name: str) -> Batch:
            return lambda count: [*processes.map(_in_child, [name] * 2, [count // 2] * 2)].clear()

        alone = partial(repeated, sign)
        bare = partial(repeated, floors.rsa_sign_digest(key.rsa))
        yield (
            {
                "two threads": (alone, threaded),
                "two processes": (alone, forked("Signer.sign")),
                "key.sign alone, two processes": (bare, forked("key.sign")),
            },
            sign,
        )


class Flanked:
    """A batch of two between two of one: a machine that slows down meanwhile counts half."""

    def __init__(self, one: Batch, two: Batch, count: int) -> None:
        self._one, self._two, self._count = one, two, count
        self.gains: list[float] = []

    def _seconds(self, batch: Batch) -> float:
        started = perf_counter()
        batch(self._count)
        return perf_counter() - started

    def __call__(self) -> float:
        """Return the seconds that one signature of two takes, and keep what was gained."""
        before, two, after = map(self._seconds, (self._one, self._two, self._one))
        self.gains.append((before + after) / 2 / two)
        return two / self._count


def free_rounds(given: Sequence[float]) -> list[int]:
    """Return the rounds in which there were two cores."""
    return [number for number, gain in enumerate(given) if gain >= FREE]


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_batch_on_two_cores(bench: Bench, bits: int) -> None:
    with batches(bits) as (ways, sign):
        count = 2 if bench.disabled else calls_for(sign, AT_LEAST_S) // 2 * 2
        flanked = {name: Flanked(*way, count) for name, way in ways.items()}
        measured = bench.measure(GROUP, flanked)
    first = 0 if bench.disabled else 1  # the round that is not counted
    gains = {
        name: flanked[name].gains[first : first + len(took)] for name, took in measured.items()
    }
    for name, values in gains.items():
        bench.figure(GROUP, f"{bits} bits, {name}", TIMES, values)
    free = free_rounds(gains.pop("key.sign alone, two processes"))
    share = len(free) / len(gains["two threads"])
    bench.figure(GROUP, f"{bits} bits, rounds with two cores", "of all rounds", [share])
    bench.add(*rows_of(bits, gains, free))


def rows_of(bits: int, gains: Mapping[str, Sequence[float]], free: Sequence[int]) -> list[Row]:
    """Return a row for each way, of the free rounds; the better of them is held to the limit.

    Where these are too few for an interval, all rounds are shown and the verdict says so.
    """
    enough = len(free) >= FEWEST_ROUNDS
    chosen = {
        name: interval([values[number] for number in free] if enough else values)
        for name, values in gains.items()
    }
    better = max(chosen, key=lambda name: chosen[name].median)
    rows = []
    for name, found in chosen.items():
        what = f"{bits} bits, {name}, where there were two cores"
        row = Row.of(GROUP, what, None, TIMES, found, LIMIT if name == better else None)
        rows.append(row if enough or not row.limit else replace(row, verdict=NOT_HELD))
    return rows
