"""Longbridge: signing and verifying beside their floors and the broker's published way."""

from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from benchmarks import floors, published
from benchmarks.table import AtLeast, AtMost, Limit
from benchmarks.turns import Bench
from signers.longbridge import Signer, Verifier, stages
from signers.longbridge.auth import LongbridgeAuth

if TYPE_CHECKING:
    from collections.abc import Callable

KEY, SECRET, NOW = "EXAMPLE-KEY-0123456789abcdef", "EXAMPLE-SECRET-" * 4, "1800000000"
# Tokens are JSON Web Tokens signed RS256, as samples in public show by their first characters; with
# 2048 bits the signature alone has 342, so a whole one is taken to have 640 (inferred).
TOKEN = ("m_" + "EXAMPLE-TOKEN." * 46)[:640]
SHORT = "EXAMPLE-TOKEN-1"
PATH = "/v1/trade/order/submit"
BODY = b'{"order_id": "683615454870679552"}'
BODIES = {"0": b"", "34 B": BODY, "1 kB": BODY * 30, "64 kB": BODY * 1_928, "1 MB": BODY * 30_841}


def query_of(parameters: int) -> str:
    return "&".join(f"symbol{number}=700.HK" for number in range(parameters))


def canonical(query: str, body: bytes, token: str = TOKEN) -> bytes:
    method = b"POST" if body else b"GET"
    return stages.canonical_request(
        method,
        PATH.encode(),
        query.encode(),
        stages.canonical_headers(token.encode(), KEY.encode(), NOW.encode()),
        stages.body_digest(body),
    )


def sign(
    bench: Bench, what: str, query: str, body: bytes, limits: dict[str, Limit], token: str = TOKEN
) -> None:
    method = "POST" if body else "GET"
    ours = partial(Signer(KEY, SECRET, token).sign, method, PATH, query, body, NOW)
    headers = {"Authorization": token, "X-Api-Key": KEY, "X-Timestamp": NOW}
    sample = partial(published.longbridge, method, PATH, query, headers, body.decode(), SECRET)
    assert ours() == sample()
    ready = (SECRET.encode(), canonical(query, body, token), body)
    beside: dict[str, Callable[[], object]] = {
        "floor": floors.longbridge_sign(*ready),
        "floor (SHA-1 states copied)": floors.longbridge_sign_copied(*ready),
        "the broker's sample": sample,
    }
    bench.compare("longbridge sign", what, ours, beside, limits)


@pytest.mark.parametrize("size", BODIES)
def test_sign_by_body(bench: Bench, size: str) -> None:
    small = size in {"0", "34 B", "1 kB"}
    limits: dict[str, Limit] = {"floor": AtMost(1.30 if small else 1.05)}
    if size == "34 B":
        limits["the broker's sample"] = AtLeast(1.7)
    sign(bench, f"body {size}", "", BODIES[size], limits)


@pytest.mark.parametrize(("parameters", "limit"), [(2, 1.5), (5, 1.5), (20, 1.6), (100, 1.8)])
def test_sign_by_parameters(bench: Bench, parameters: int, limit: float) -> None:
    sign(bench, f"{parameters} parameters", query_of(parameters), b"", {"floor": AtMost(limit)})


def test_sign_with_a_short_token(bench: Bench) -> None:
    sign(bench, "body 34 B, token of 15 characters", "", BODY, {"floor": AtMost(1.30)}, SHORT)


@pytest.mark.parametrize("size", ["0", "34 B", "1 kB", "64 kB", "1 MB"])
def test_verify_by_body(bench: Bench, size: str) -> None:
    verify(bench, f"body {size}", None, BODIES[size], 1.6)


@pytest.mark.parametrize("parameters", [5, 20, 100])
def test_verify_by_parameters(bench: Bench, parameters: int) -> None:
    verify(bench, f"{parameters} parameters", query_of(parameters), b"", 2.3)


def verify(bench: Bench, what: str, query: str | None, body: bytes, limit: float) -> None:
    method = "POST" if body else "GET"
    request = Signer(KEY, SECRET, TOKEN).request(method, PATH, query, body, timestamp=NOW)
    verifier = Verifier(KEY, SECRET)
    verifier.verify(request)
    floor = floors.longbridge_verify(SECRET.encode(), canonical(query or "", body), body)
    ours = partial(verifier.verify, request)
    bench.compare("longbridge verify", what, ours, {"floor": floor}, {"floor": AtMost(limit)})


def test_verify_the_first_of_its_kind(bench: Bench) -> None:
    """A verifier that has seen nothing yet."""
    request = Signer(KEY, SECRET, TOKEN).request("POST", PATH, None, BODY, timestamp=NOW)
    floor = floors.longbridge_verify(SECRET.encode(), canonical("", BODY), BODY)
    verifier = Verifier(KEY, SECRET)
    bench.compare(
        "longbridge verify",
        "body 34 B, header names not seen before",
        lambda: verifier._judged(request),  # noqa: SLF001 - what a first request takes
        {"floor": floor},
    )


STAGES = (
    "canonical_headers",
    "body_digest",
    "canonical_request",
    "canonical_digest",
    "string_to_sign",
    "signature",
    "header",
)


@pytest.mark.parametrize("stage", STAGES)
def test_stages(bench: Bench, stage: str) -> None:
    """What each stage takes of the whole, the stages as functions of their own."""
    headers = stages.canonical_headers(TOKEN.encode(), KEY.encode(), NOW.encode())
    request = canonical("", BODY)
    digest = stages.canonical_digest(request)
    text = stages.string_to_sign(digest)
    signature = stages.signature(SECRET.encode(), text)
    each = {
        "canonical_headers": partial(
            stages.canonical_headers, TOKEN.encode(), KEY.encode(), NOW.encode()
        ),
        "body_digest": partial(stages.body_digest, BODY),
        "canonical_request": partial(
            stages.canonical_request, b"POST", PATH.encode(), b"", headers, digest
        ),
        "canonical_digest": partial(stages.canonical_digest, request),
        "string_to_sign": partial(stages.string_to_sign, digest),
        "signature": partial(stages.signature, SECRET.encode(), text),
        "header": partial(stages.header, signature),
    }
    whole = partial(Signer(KEY, SECRET, TOKEN).sign, "POST", PATH, "", BODY, NOW)
    beside = {"floor: Signer.sign": whole}
    bench.compare("longbridge stage", stage, each[stage], beside, rounds=9)


def test_prepare(bench: Bench) -> None:
    whole = partial(Signer(KEY, SECRET, TOKEN).sign, "POST", PATH, "", BODY, NOW)
    prepare = partial(Signer, KEY, SECRET, TOKEN)
    bench.compare("longbridge", "make a Signer", prepare, {"floor: Signer.sign": whole})


URL = "https://api.example" + PATH


def test_httpx_auth_alone(bench: Bench) -> None:
    """A request made and signed, and not sent."""
    signer = Signer(KEY, SECRET, TOKEN)
    auth = LongbridgeAuth(signer)

    def flow() -> None:
        request = httpx.Request("POST", URL, content=BODY)
        steps = auth.auth_flow(request)
        next(steps)
        steps.close()

    bench.compare(
        "longbridge httpx",
        "make a request and sign it",
        flow,
        {
            "floor: the request alone": lambda: httpx.Request("POST", URL, content=BODY),
            "floor: Signer.headers": partial(signer.headers, "POST", PATH, None, BODY, NOW),
        },
    )


def test_httpx_client(bench: Bench) -> None:
    """A request through a client whose transport answers at once, signed and not."""
    answer = httpx.Response(200)
    auth = LongbridgeAuth(Signer(KEY, SECRET, TOKEN))
    client = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
    bench.compare(
        "longbridge httpx",
        "a call through a client, signed",
        lambda: client.post(URL, content=BODY, auth=auth),
        {"floor: the same unsigned": lambda: client.post(URL, content=BODY)},
    )
