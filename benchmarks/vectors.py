"""Vectors to judge, as many as a measurement takes."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import msgspec

from signproof.corpus import Case, Corpus
from signproof.implementations.base import Driver
from signproof.model import Outcome
from signproof.verify import verify

__all__ = ["ADAPTER", "cases_of", "judged"]

ADAPTER = Path(__file__).parent / "plain_adapter.py"
LARGEST = 16_384


def cases_of(count: int) -> list[Case]:
    """Return *count* cases to sign, those of the set over and over under ids of their own."""
    chosen = [
        case
        for case in Corpus.open().cases("longbridge-hmac")
        if case.vector.operation == "sign"
        and not case.id.startswith("longbridge-hmac/refuse/")
        and len(str(case.input)) < LARGEST
    ]
    return [
        Case(
            case.scheme,
            msgspec.structs.replace(case.vector, id=f"{case.id}.{number}"),
            case.credential,
            case.input,
        )
        for number, case in zip(range(count), chosen * (count // len(chosen) + 1), strict=False)
    ]


def judged(driver: Driver, cases: list[Case], clock: Callable[[], float] = perf_counter) -> float:
    """Judge *cases*, all of which pass, and return the seconds."""
    started = clock()
    report = verify(driver, Corpus.open(), cases)
    took = clock() - started
    assert report.counts == {Outcome.PASS.value: len(cases)}
    return took
