"""Loading a key beside the library's own checked load.

Both are timed in turns, so that a slow moment of the machine meets both; the ratio is that of the
medians.
"""

import statistics
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signers.rsa_keys import Armour, Form, convert, generate, load

ROUNDS = 15
LOADS = 100
LEAST = 100
BITS = 2048


def _seconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times


@pytest.mark.parametrize("form", [Form.PKCS1, Form.PKCS8])
@pytest.mark.parametrize("armour", list(Armour))
def test_load_beside_the_checked_load(
    record_property: Callable[[str, object], None], form: Form, armour: Armour
) -> None:
    key = generate(BITS)
    shape, der = convert(key, form, armour), convert(key, form, Armour.DER)
    ours, checked = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: load(shape), LOADS))
        checked.append(_seconds(lambda: load_der_private_key(der, None), 1))
    ratio = statistics.median(checked) / statistics.median(ours)
    record_property("ratio", round(ratio))
    print(f"{form.value} {armour.value}: {ratio:.0f} times")  # noqa: T201 - the figure
    assert ratio >= LEAST
