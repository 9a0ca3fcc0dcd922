"""Tiger: signing and verifying beside the RSA operation alone, and beside other packages."""

from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC
from functools import cache, partial
from hashlib import sha256
from multiprocessing import get_context
from time import perf_counter

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from benchmarks import floors
from benchmarks.peers.process import PEERS, Peer, libraries, sdk_python
from benchmarks.table import AtLeast, Limit, Table, Thing
from signers.rsa_keys import Armour, Form, PrivateKey, convert, generate
from signers.tiger import Signer, Verifier, stages
from signers.tiger.auth import TigerAuth
from signers.tiger.stages import Fields
from signproof.timing import ratio, rounds_of

TIGER_ID, NOW = "20150001", "2026-01-02 03:04:05"
ORDER = (
    '{"account":"EXAMPLE","action":"BUY","limit_price":50.12,"order_type":"LMT",'
    '"sec_type":"STK","symbol":"00700","time_in_force":"DAY","total_quantity":100}'
)
SIZES = {"0": 0, "34 B": 34, "1 kB": 1_000, "64 kB": 64_000, "1 MB": 1_000_000}


@cache
def key_of(bits: int) -> RSAPrivateKey:
    return generate_private_key(65537, bits)


def fields_of(biz_content: str | None = ORDER, more: int = 0) -> Fields:
    fields: dict[str, str] = {
        "method": "place_order",
        "version": "2.0",
        "timestamp": NOW,
        "tiger_id": TIGER_ID,
        "charset": "UTF-8",
        "sign_type": "RSA",
    }
    if biz_content is not None:
        fields["biz_content"] = biz_content
    return fields | {f"extra_{number}": "EXAMPLE" for number in range(more)}


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_sign_by_key(table: Table, bits: int) -> None:
    ours = partial(Signer(TIGER_ID, key_of(bits)).sign, fields_of())
    limits: dict[str, Limit] = {"floor: key.sign": AtLeast(0.97)}
    table.compare(
        "tiger sign",
        f"{bits} bits, an order",
        ours,
        {"floor: key.sign": floors.rsa_sign_digest(key_of(bits))},
        limits,
        rounds=2 * table.rounds,
    )


@pytest.mark.parametrize("size", SIZES)
def test_sign_by_content(table: Table, size: str) -> None:
    ours = partial(Signer(TIGER_ID, key_of(2048)).sign, fields_of("x" * SIZES[size]))
    beside = {"floor: key.sign": floors.rsa_sign_digest(key_of(2048))}
    table.compare("tiger sign", f"2048 bits, biz_content of {size}", ours, beside)


@pytest.mark.parametrize("parameters", [5, 20, 100])
def test_sign_by_parameters(table: Table, parameters: int) -> None:
    fields = fields_of(None, parameters)
    ours = partial(Signer(TIGER_ID, key_of(2048)).sign, fields)
    beside = {"floor: key.sign": floors.rsa_sign_digest(key_of(2048))}
    table.compare("tiger sign", f"2048 bits, {parameters} parameters more", ours, beside)


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_verify_by_key(table: Table, bits: int) -> None:
    key = key_of(bits)
    request = Signer(TIGER_ID, key).request("place_order", ORDER, timestamp=NOW)
    ours = partial(Verifier({TIGER_ID: key.public_key()}).verify, request)
    verified = ours()
    digest = stages.digest(stages.sign_content(verified.fields))
    signature = b64decode(verified.fields["sign"])
    floor = floors.rsa_verify_digest(key.public_key(), signature, digest)
    table.compare("tiger verify", f"{bits} bits, an order", ours, {"floor: key.verify": floor})


def test_stages(table: Table) -> None:
    """What each step takes of signing with 2048 bits, the steps as functions of their own."""
    key = key_of(2048)
    fields = fields_of()
    content = stages.sign_content(fields)
    digest = stages.digest(content)
    length = key.key_size // 8
    message = stages.encoded_message(digest, length)
    each = {
        "sign_content": partial(stages.sign_content, fields),
        "digest": partial(stages.digest, content),
        "encoded_message": partial(stages.encoded_message, digest, length),
        "signature, by Python's own arithmetic": partial(stages.signature, message, key),
        "request_body": partial(stages.request_body, fields, b"0" * 344),
    }
    whole = {"floor: Signer.sign": partial(Signer(TIGER_ID, key).sign, fields)}
    for name, stage in each.items():
        table.compare("tiger stage", name, stage, whole, rounds=9)


def settings_of(key: PrivateKey, fields: Fields) -> dict[str, object]:
    pem = convert(key, Form.PKCS1, Armour.PEM).decode()
    return {
        "key_pem": pem,
        "key_line": convert(key, Form.PKCS1, Armour.BASE64).decode(),
        "fields": fields,
        "content": stages.sign_content(fields).decode(),
    }


@pytest.mark.parametrize("bits", [1024, 2048])
def test_sign_beside_other_packages(table: Table, bits: int) -> None:
    python = libraries()
    if python is None:
        pytest.skip(f"{PEERS} names no environment; `nox -s bench` makes one")
    key, fields = generate(bits), fields_of()
    ours = partial(Signer(TIGER_ID, key.rsa).sign, fields)
    settings = settings_of(key, fields)
    programs = [
        (sdk_python("pypi-tigeropen-3.8"), "tigeropen"),
        (sdk_python("pypi-tigeropen-3.0"), "tigeropen"),
        (python, "rsa"),
        (python, "pycryptodome"),
    ]
    with ExitStack() as stack:
        beside: dict[str, Thing] = {}
        for path, package in programs:
            peer = stack.enter_context(
                Peer(path, "rsa_program.py", settings | {"package": package})
            )
            assert peer.output == ours(), peer.name
            beside[peer.name] = peer
        limits: dict[str, Limit] = dict.fromkeys(beside, AtLeast(1))
        table.compare("tiger peers", f"{bits} bits, an order", ours, beside, limits)


BATCH = 400
HASHES = 60
FREE = 1.8
"""What two threads that hash gain where both cores are free."""
_BUFFER = bytes(1_000_000)


def _batch(signer: Signer, fields: Fields, count: int) -> None:
    for _ in range(count):
        signer.sign(fields)


_IN_CHILD: list[Signer] = []


def _prepare_child(pem: bytes) -> None:
    from signers.rsa_keys import load  # noqa: PLC0415 - in the child alone

    _IN_CHILD.append(Signer(TIGER_ID, load(pem).rsa))


def _batch_in_child(count: int) -> None:
    _batch(_IN_CHILD[0], fields_of(), count)


def _hash(count: int) -> None:
    for _ in range(count):
        sha256(_BUFFER).digest()


def _seconds(run: Callable[[], object]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_batch_on_two_cores(table: Table, bits: int) -> None:
    """One signer that two threads share, and two processes with a signer each.

    What the machine has to give is measured in the same rounds: two threads that hash, without a
    lock between them. Where others use its cores, that is less than two, and nothing is held.
    """
    key = generate(bits)
    sign = partial(_batch, Signer(TIGER_ID, key.rsa), fields_of())
    pem = convert(key, Form.PKCS8, Armour.PEM)
    halves = (BATCH // 2, BATCH // 2)
    spawn = get_context("spawn")  # not forked: threads are running
    with (
        ThreadPoolExecutor(2) as threads,
        ProcessPoolExecutor(2, spawn, _prepare_child, (pem,)) as processes,
    ):
        runs: dict[str, Callable[[], object]] = {
            "one": lambda: sign(BATCH),
            "two threads": lambda: [*threads.map(sign, halves)],
            "two processes": lambda: [*processes.map(_batch_in_child, halves)],
            "one that hashes": lambda: _hash(HASHES),
            "two that hash": lambda: [*threads.map(_hash, (HASHES // 2, HASHES // 2))],
        }
        measured = rounds_of({name: partial(_seconds, run) for name, run in runs.items()}, 15)
    group, times = "tiger batch", "times one thread's rate"
    given = ratio(measured["one that hashes"], measured["two that hash"])
    limit = AtLeast(1.7) if given.low >= FREE else None
    for name in ("two threads", "two processes"):
        values = [one / two for one, two in zip(measured["one"], measured[name], strict=True)]
        held = limit if name == "two threads" else None
        table.figure(group, f"{bits} bits, {name}", times, values, held)
    values = [
        one / two
        for one, two in zip(measured["one that hashes"], measured["two that hash"], strict=True)
    ]
    table.figure(group, "what the machine gave: two threads that hash", times, values)


def test_httpx_auth(table: Table) -> None:
    """A call through a client whose transport answers at once, signed and not."""
    answer = httpx.Response(200)
    auth = TigerAuth(Signer(TIGER_ID, key_of(1024)), zone=UTC)
    client = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
    url = "https://openapi.example/gateway"
    body = b'{"method":"place_order","biz_content":"{}"}'
    sign = partial(Signer(TIGER_ID, key_of(1024)).sign, fields_of())
    table.compare(
        "tiger httpx",
        "a call through a client, signed, 1024 bits",
        lambda: client.post(url, content=body, auth=auth),
        {
            "floor: the same unsigned": lambda: client.post(url, content=body),
            "floor: Signer.sign": sign,
        },
    )
