"""Loading a key beside the library's own checked load."""

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

from benchmarks.table import AtLeast
from benchmarks.turns import Bench
from signers.rsa_keys import Armour, Form, convert, generate, load

LEAST = 100


@pytest.mark.parametrize("form", [Form.PKCS1, Form.PKCS8])
@pytest.mark.parametrize("armour", list(Armour))
def test_load_beside_the_checked_load(bench: Bench, form: Form, armour: Armour) -> None:
    key = generate(2048)
    shape, der = convert(key, form, armour), convert(key, form, Armour.DER)
    bench.compare(
        "key load",
        f"2048 bits, {form.value} {armour.value}",
        lambda: load(shape),
        {"the library's checked load": lambda: load_der_private_key(der, None)},
        {"the library's checked load": AtLeast(LEAST)},
        rounds=15,
    )


@pytest.mark.parametrize("bits", [1024, 4096])
def test_load_by_size(bench: Bench, bits: int) -> None:
    key = generate(bits)
    der = convert(key, Form.PKCS8, Armour.DER)
    bench.compare(
        "key load",
        f"{bits} bits, pkcs8 der",
        lambda: load(der),
        {"the library's checked load": lambda: load_der_private_key(der, None)},
        rounds=9,
    )
