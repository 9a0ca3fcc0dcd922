"""Tiger: signing and verifying beside the RSA operation alone, and beside other packages."""

import sys
from base64 import b64decode
from contextlib import ExitStack
from datetime import UTC
from functools import cache, partial

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from benchmarks import floors
from benchmarks.peers.process import Peer, libraries, sdk_python
from benchmarks.table import AtLeast, Limit
from benchmarks.turns import Bench
from signers.rsa_keys import Armour, Form, PrivateKey, convert, generate
from signers.tiger import Signer, Verifier, stages
from signers.tiger.auth import TigerAuth
from signers.tiger.stages import Fields

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
def test_sign_by_key(bench: Bench, bits: int) -> None:
    ours = partial(Signer(TIGER_ID, key_of(bits)).sign, fields_of())
    limits: dict[str, Limit] = {"floor: key.sign": AtLeast(0.97)}
    beside = {"floor: key.sign": floors.rsa_sign_digest(key_of(bits))}
    bench.compare("tiger sign", f"{bits} bits, an order", ours, beside, limits, by_call=True)


@pytest.mark.parametrize("size", SIZES)
def test_sign_by_content(bench: Bench, size: str) -> None:
    ours = partial(Signer(TIGER_ID, key_of(2048)).sign, fields_of("x" * SIZES[size]))
    beside = {"floor: key.sign": floors.rsa_sign_digest(key_of(2048))}
    bench.compare("tiger sign", f"2048 bits, biz_content of {size}", ours, beside, by_call=True)


@pytest.mark.parametrize("parameters", [5, 20, 100])
def test_sign_by_parameters(bench: Bench, parameters: int) -> None:
    fields = fields_of(None, parameters)
    ours = partial(Signer(TIGER_ID, key_of(2048)).sign, fields)
    beside = {"floor: key.sign": floors.rsa_sign_digest(key_of(2048))}
    bench.compare(
        "tiger sign", f"2048 bits, {parameters} parameters more", ours, beside, by_call=True
    )


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_verify_by_key(bench: Bench, bits: int) -> None:
    key = key_of(bits)
    request = Signer(TIGER_ID, key).request("place_order", ORDER, timestamp=NOW)
    ours = partial(Verifier({TIGER_ID: key.public_key()}).verify, request)
    verified = ours()
    digest = stages.digest(stages.sign_content(verified.fields))
    signature = b64decode(verified.fields["sign"])
    floor = floors.rsa_verify_digest(key.public_key(), signature, digest)
    bench.compare("tiger verify", f"{bits} bits, an order", ours, {"floor: key.verify": floor})


@pytest.mark.parametrize(
    "stage",
    [
        "sign_content",
        "digest",
        "encoded_message",
        "signature, by Python's own arithmetic",
        "request_body",
    ],
)
def test_stages(bench: Bench, stage: str) -> None:
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
    bench.compare("tiger stage", stage, each[stage], whole, rounds=9)


def settings_of(key: PrivateKey, fields: Fields) -> dict[str, object]:
    pem = convert(key, Form.PKCS1, Armour.PEM).decode()
    return {
        "key_pem": pem,
        "key_line": convert(key, Form.PKCS1, Armour.BASE64).decode(),
        "fields": fields,
        "content": stages.sign_content(fields).decode(),
    }


@pytest.mark.parametrize("bits", [1024, 2048])
def test_sign_beside_other_packages(bench: Bench, bits: int) -> None:
    python = libraries()
    key, fields = generate(bits), fields_of()
    expected = Signer(TIGER_ID, key.rsa).sign(fields)
    settings = settings_of(key, fields)
    # Ours is a child like the others: what is woken by a pipe is not as fast as what never slept.
    programs = [
        (sys.executable, "signproof"),
        (sdk_python("pypi-tigeropen-3.8"), "tigeropen"),
        (sdk_python("pypi-tigeropen-3.0"), "tigeropen"),
        (python, "rsa"),
        (python, "pycryptodome"),
    ]
    with ExitStack() as stack:
        peers: list[Peer] = []
        for path, package in programs:
            peer = stack.enter_context(
                Peer(path, "rsa_program.py", settings | {"package": package})
            )
            assert peer.output == expected, peer.name
            peers.append(peer)
        ours, *others = peers
        beside = {peer.name: peer for peer in others}
        limits: dict[str, Limit] = dict.fromkeys(beside, AtLeast(1))
        bench.compare("tiger peers", f"{bits} bits, an order", ours, beside, limits)


def test_httpx_auth(bench: Bench) -> None:
    """A call through a client whose transport answers at once, signed and not."""
    answer = httpx.Response(200)
    auth = TigerAuth(Signer(TIGER_ID, key_of(1024)), zone=UTC)
    client = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
    url = "https://openapi.example/gateway"
    body = b'{"method":"place_order","biz_content":"{}"}'
    sign = partial(Signer(TIGER_ID, key_of(1024)).sign, fields_of())
    bench.compare(
        "tiger httpx",
        "a call through a client, signed, 1024 bits",
        lambda: client.post(url, content=body, auth=auth),
        {
            "floor: the same unsigned": lambda: client.post(url, content=body),
            "floor: Signer.sign": sign,
        },
    )
