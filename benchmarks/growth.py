"""How cost grows with the body, the parameters, the vectors and the cores, as plots.

Run it as ``python -m benchmarks.growth FOLDER``; it writes an SVG each. Every curve of a plot is
measured in the same rounds, and a point is its fastest round: a shape shows better without noise.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from benchmarks import floors, published
from benchmarks.plots import Plot, draw
from benchmarks.test_longbridge import BODY, KEY, NOW, PATH, SECRET, TOKEN, canonical, query_of
from benchmarks.vectors import ADAPTER, cases_of, judged
from signers.longbridge import Signer
from signproof.corpus import Case
from signproof.implementations.reference import Reference
from signproof.implementations.stdio import Stdio
from signproof.timing import calls_for, rounds_of, seconds

ROUNDS = 15
AT_LEAST_S = 0.004
TIMES = {1e-6: "1 µs", 1e-5: "10 µs", 1e-4: "100 µs", 1e-3: "1 ms"}
BATCH = 20_000


def fastest(
    calls: dict[tuple[str, float], Callable[[], object]],
) -> dict[str, list[tuple[float, float]]]:
    """Return by name the points of a line: abscissa, and seconds of a call in the fastest round."""
    counts = {key: calls_for(call, AT_LEAST_S) for key, call in calls.items()}
    names = {f"{name} {x}": (name, x) for name, x in calls}
    measured = rounds_of(
        {text: partial(seconds, calls[key], counts[key]) for text, key in names.items()}, ROUNDS
    )
    lines: dict[str, list[tuple[float, float]]] = {}
    for text, (name, x) in names.items():
        lines.setdefault(name, []).append((x, min(measured[text])))
    return lines


def signing(query: str, body: bytes) -> dict[str, Callable[[], object]]:
    """Return ours, the floor and the broker's sample."""
    headers = {"Authorization": TOKEN, "X-Api-Key": KEY, "X-Timestamp": NOW}
    method = "POST" if body else "GET"
    signer = Signer(KEY, SECRET, TOKEN)
    return {
        "Signer.sign": partial(signer.sign, method, PATH, query, body, NOW),
        "floor": floors.longbridge_sign(SECRET.encode(), canonical(query, body), body),
        "the broker's sample": partial(
            published.longbridge, method, PATH, query, headers, body.decode(), SECRET
        ),
    }


def by_body() -> Plot:
    """Return the time of a signature by the size of its body."""
    sizes = (34, 256, 1_024, 8_192, 65_536, 1_048_576)
    calls = {
        (name, float(size)): call
        for size in sizes
        for name, call in signing("", (BODY * (size // len(BODY) + 1))[:size]).items()
    }
    ticks = {34.0: "34 B", 1_024.0: "1 kB", 65_536.0: "64 kB", 1_048_576.0: "1 MB"}
    return Plot("Longbridge: a signature by its body", "body", "time", fastest(calls), ticks, TIMES)


def by_parameters() -> Plot:
    """Return the time of a signature by the parameters in its query."""
    numbers = (1, 2, 5, 10, 20, 50, 100, 200)
    calls = {
        (name, float(number)): call
        for number in numbers
        for name, call in signing(query_of(number), b"").items()
    }
    ticks = {float(number): str(number) for number in (1, 5, 20, 100, 200)}
    title = "Longbridge: a signature by the parameters of its query"
    y_ticks = {1e-6: "1 µs", 2e-6: "2 µs", 5e-6: "5 µs", 1e-5: "10 µs", 2e-5: "20 µs"}
    return Plot(title, "parameters of 14 octets", "time", fastest(calls), ticks, y_ticks)


def by_vectors() -> Plot:
    """Return the time of a run by its vectors."""
    cases = cases_of(20_000)
    counts = (10, 100, 1_000, 5_000, 20_000)
    lines: dict[str, list[tuple[float, float]]] = {}
    for count in counts:
        things: dict[str, Callable[[], float]] = {
            "in this process": partial(judged_in_process, cases[:count]),
            "through one adapter": partial(judged_by_adapter, cases[:count]),
        }
        for name, took in rounds_of(things, 5).items():
            lines.setdefault(name, []).append((count, min(took)))
    x_ticks = {10.0: "10", 100.0: "100", 1_000.0: "1,000", 20_000.0: "20,000"}
    y_ticks = {1e-4: "0.1 ms", 1e-3: "1 ms", 1e-2: "10 ms", 1e-1: "0.1 s", 1.0: "1 s", 10.0: "10 s"}
    return Plot("HMAC vectors judged", "vectors", "time", lines, x_ticks, y_ticks)


def judged_in_process(cases: list[Case]) -> float:
    """Return the seconds of a run on the reference."""
    return judged(Reference(), cases)


def judged_by_adapter(cases: list[Case]) -> float:
    """Return the seconds of a run through the adapter, its start included."""
    return judged(Stdio([sys.executable, str(ADAPTER)]), cases)


def batch(count: int) -> None:
    """Sign *count* times."""
    sign = Signer(KEY, SECRET, TOKEN).sign
    for _ in range(count):
        sign("POST", PATH, None, BODY, NOW)


def by_cores() -> Plot:
    """Return the signatures a second by how many processes sign."""
    numbers = (1, 2, 4)
    with ProcessPoolExecutor(max(numbers), get_context("spawn")) as pool:

        def run(processes: int) -> float:
            started = perf_counter()
            [*pool.map(batch, [BATCH * 4 // processes] * processes)]
            return BATCH * 4 / (perf_counter() - started)

        things = {str(number): partial(run, number) for number in numbers}
        measured = rounds_of(things, 7)
    points = [(float(name), max(values)) for name, values in measured.items()]
    first = points[0][1]
    lines = {
        "signatures": points,
        "one times processes": [(float(number), first * number) for number in (1, 2)],
    }
    x_ticks = {1.0: "1", 2.0: "2", 4.0: "4"}
    y_ticks = {rate: f"{rate:,.0f}" for rate in (1e5, 2e5, 5e5, 1e6, 2e6)}
    title = "Longbridge: signatures a second on two cores"
    return Plot(title, "processes", "a second", lines, x_ticks, y_ticks)


def main() -> None:
    """Write the plots."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the folder
        sys.exit("usage: python -m benchmarks.growth FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, plot in (
        ("body", by_body),
        ("parameters", by_parameters),
        ("vectors", by_vectors),
        ("cores", by_cores),
    ):
        (folder / f"{name}.svg").write_bytes(draw(plot()))


if __name__ == "__main__":
    main()
