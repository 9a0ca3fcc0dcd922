"""Capability tokens: what is signed, what is refused, and for which part.

Expected tokens are put together here by hand from the documented table, with BLAKE3 in plain Python
by the oracle, which test_blake3.py holds against published values.
"""

import traceback
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.secret import Secret
from signers.shioaji.capability import (
    CONTEXT,
    HEADER,
    Capability,
    CapabilityFlaw,
    CapabilityRefused,
    Environment,
    InvalidCapability,
    ProtectedOperation,
    parse,
    record,
    sign,
    verify,
)
from signproof.oracles.shioaji_ca import blake3

TEXT = "45584d504c45206d616465207570"
SECRET = Secret(TEXT)
AUDIENCE = b"EXAMPLE audience, made up: 32 by"
NONCE = b"EXAMPLE nonce 16"
BODY = b'{"note": "EXAMPLE order"}'
IAT, EXP = 1_768_440_600, 1_768_440_660
# The documented numbers, written by hand: 1768440600 is 0x69684318, and 60 more 0x69684354.
TIMES = "1843686900000000" + "5443686900000000"
KEY = blake3.derive_key(TEXT.encode(), CONTEXT)

GOOD: dict[str, Any] = {
    "environment": Environment.SIMULATION,
    "operation": ProtectedOperation.PLACE_ORDER,
    "issued_at": IAT,
    "expires_at": EXP,
    "audience": AUDIENCE,
    "nonce": NONCE,
    "body": BODY,
}


def tagged(octets: bytes) -> str:
    return f"sj1_{(octets + blake3.keyed(octets, KEY)).hex()}"


def token(head: str = "010001", times: str = TIMES, body: bytes = BODY) -> str:
    octets = bytes.fromhex(head + times) + AUDIENCE + NONCE + blake3.digest(body)
    return tagged(octets)


USUAL = token()
RECORD = bytes.fromhex(USUAL[4:-64])


def test_what_is_documented() -> None:
    assert HEADER == "X-Shioaji-Agent-Capability"
    assert CONTEXT == "shioaji-agent-harness compact capability v1"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, USUAL),
        ({"environment": Environment.PRODUCTION}, token("010101")),
        *(
            ({"operation": ProtectedOperation(name)}, token(f"01000{number}"))
            for number, name in enumerate(
                [
                    *("place_order", "cancel_order", "update_price", "update_qty"),
                    *("place_comboorder", "cancel_comboorder", "reserve_stock"),
                    *("reserve_earmarking", "update_agent_harness"),
                ],
                1,
            )
        ),
        ({"body": b""}, token(body=b"")),
        ({"issued_at": EXP}, token(times="5443686900000000" * 2)),
        (
            {"issued_at": 2**64 - 61, "expires_at": 2**64 - 1},
            token(times="c3ffffffffffffff" + "ff" * 8),
        ),
        ({"issued_at": 0, "expires_at": 1}, token(times="00" * 8 + "01" + "00" * 7)),
    ],
)
def test_a_token_is_the_documented_record(changed: dict[str, Any], expected: str) -> None:
    given_ = {**GOOD, **changed}
    assert sign(SECRET, **given_) == expected
    said = {name: given_[name] for name in given_ if name != "body"}
    digest = blake3.digest(given_["body"])
    assert parse(expected) == Capability(**said, body_digest=digest)
    found = verify(SECRET, expected, now=given_["issued_at"], body=given_["body"])
    assert found == parse(expected)
    assert f"sj1_{record(found).hex()}" == expected[:-64]


@pytest.mark.parametrize(
    ("changed", "part", "problem"),
    [
        ({"expires_at": EXP + 1}, "expires_at", "is 61 seconds after issued_at: pass at most 60"),
        ({"expires_at": IAT - 1}, "expires_at", "is -1 seconds after issued_at: pass at most 60"),
        ({"audience": b""}, "audience", "is 0 octets long: pass 32"),
        ({"audience": bytes(33)}, "audience", "is 33 octets long: pass 32"),
        ({"nonce": bytes(15)}, "nonce", "is 15 octets long: pass 16"),
        ({"issued_at": -1}, "issued_at", "does not fit into 64 bits: pass Unix seconds"),
        ({"expires_at": 2**64}, "expires_at", "does not fit into 64 bits: pass Unix seconds"),
    ],
)
def test_what_no_token_is_made_of(changed: dict[str, Any], part: str, problem: str) -> None:
    with pytest.raises(InvalidCapability) as caught:
        sign(SECRET, **{**GOOD, **changed})
    assert (caught.value.part, caught.value.problem) == (part, problem)
    assert str(caught.value) == f"{part} {problem}"
    assert caught.value.reason == "invalid-capability"


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(InvalidCapability, match=r"^secret is empty: pass the one that"):
        sign(Secret(""), **GOOD)


def test_a_digest_has_its_length() -> None:
    with pytest.raises(InvalidCapability, match=r"^body_digest is 20 octets long: pass 32$"):
        replace(parse(USUAL), body_digest=bytes(20))


Flaw = CapabilityFlaw


@pytest.mark.parametrize(
    ("wrong", "flaw", "detail"),
    [
        ("", Flaw.PREFIX, None),
        (USUAL[4:], Flaw.PREFIX, None),
        (USUAL.replace("sj1_", "sj2_"), Flaw.PREFIX, None),
        (f" {USUAL}", Flaw.PREFIX, None),
        (f"sj1_{USUAL[4:].upper()}", Flaw.HEXADECIMAL, "upper case"),
        (f"{USUAL[:-1]}g", Flaw.HEXADECIMAL, "other characters"),
        (f"{USUAL[:-1]}\u0661", Flaw.HEXADECIMAL, "other characters"),
        (f"{USUAL[:-1]}\u212a", Flaw.HEXADECIMAL, "other characters"),
        (f"{USUAL}\n", Flaw.HEXADECIMAL, "other characters"),
        (USUAL[:-1], Flaw.HEXADECIMAL, "an odd number of digits"),
        ("sj1_", Flaw.LENGTH, "0"),
        (USUAL[:-2], Flaw.LENGTH, "130"),
        (f"{USUAL}00", Flaw.LENGTH, "132"),
        (token("000001"), Flaw.FORMAT, "0"),
        (token("020001"), Flaw.FORMAT, "2"),
        (token("010201"), Flaw.UNKNOWN_ENVIRONMENT, "2"),
        (token("010000"), Flaw.UNKNOWN_OPERATION, "0"),
        (token("01000a"), Flaw.UNKNOWN_OPERATION, "10"),
    ],
)
def test_what_cannot_be_read(wrong: str, flaw: Flaw, detail: str | None) -> None:
    for read in (parse, lambda text: verify(SECRET, text, now=IAT, body=BODY)):
        with pytest.raises(CapabilityRefused) as caught:
            read(wrong)
        assert (caught.value.flaw, caught.value.detail) == (flaw, detail)
        assert caught.value.reason == flaw.value


@pytest.mark.parametrize(
    ("text", "asked", "flaw", "detail"),
    [
        (USUAL, {"body": BODY + b" "}, Flaw.BODY, None),
        (USUAL, {"body": b""}, Flaw.BODY, None),
        (USUAL, {"now": IAT - 1}, Flaw.NOT_YET_VALID, None),
        (USUAL, {"now": EXP + 1}, Flaw.EXPIRED, None),
        (USUAL, {"audience": bytes(32)}, Flaw.AUDIENCE, None),
        (USUAL, {"audience": AUDIENCE[:-1]}, Flaw.AUDIENCE, None),
        (USUAL, {"environment": Environment.PRODUCTION}, Flaw.ENVIRONMENT, "simulation"),
        (USUAL, {"operation": ProtectedOperation.UPDATE_QTY}, Flaw.OPERATION, "place_order"),
        (USUAL, {"secret": Secret(TEXT.upper())}, Flaw.TAG, None),
        (USUAL, {"secret": Secret(bytes.fromhex(TEXT))}, Flaw.TAG, None),
        (USUAL, {"secret": Secret("")}, Flaw.TAG, None),
        (token(times="1843686900000000" + "5543686900000000"), {}, Flaw.LIFETIME, "61"),
        (token(times="1843686900000000" + "1743686900000000"), {}, Flaw.LIFETIME, "-1"),
    ],
)
def test_what_is_not_this_requests(
    text: str, asked: dict[str, Any], flaw: Flaw, detail: str | None
) -> None:
    given_: dict[str, Any] = {
        "secret": SECRET,
        "now": IAT + 10,
        "body": BODY,
        "audience": AUDIENCE,
        "environment": Environment.SIMULATION,
        "operation": ProtectedOperation.PLACE_ORDER,
    }
    assert verify(token=USUAL, **given_) == parse(USUAL)
    with pytest.raises(CapabilityRefused) as caught:
        verify(token=text, **{**given_, **asked})
    assert (caught.value.flaw, caught.value.detail) == (flaw, detail)


def test_a_token_counts_from_its_first_to_its_last_second() -> None:
    for now in (IAT, EXP):
        assert verify(SECRET, USUAL, now=now, body=BODY).expires_at == EXP


@given(st.integers(0, 8 * 131 - 1))
def test_no_bit_can_be_altered(bit: int) -> None:
    octets = bytearray.fromhex(USUAL[4:])
    octets[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CapabilityRefused) as caught:
        verify(SECRET, f"sj1_{octets.hex()}", now=IAT, body=BODY)
    unread = {0: Flaw.FORMAT, 1: Flaw.UNKNOWN_ENVIRONMENT, 2: Flaw.UNKNOWN_OPERATION}
    assert caught.value.flaw in {Flaw.TAG, unread.get(bit // 8, Flaw.TAG)}


@given(st.text(max_size=20).map("sj1_{}".format) | st.text(max_size=20) | st.binary().map(tagged))
def test_anything_is_refused_and_nothing_crashes(text: str) -> None:
    with pytest.raises(CapabilityRefused):
        verify(SECRET, text, now=IAT, body=BODY)


@pytest.mark.parametrize("flaw", Flaw)
def test_every_flaw_says_what_to_do(flaw: Flaw) -> None:
    text = str(CapabilityRefused(flaw, "DETAIL"))
    assert ": " in text
    assert "{" not in text
    assert flaw.value.startswith("capability-")


@pytest.mark.parametrize(
    "asked", [{"now": EXP + 1, "body": BODY}, {"now": IAT, "body": b"EXAMPLE"}]
)
def test_neither_secret_nor_body_nor_token_is_shown(asked: dict[str, Any]) -> None:
    with pytest.raises(CapabilityRefused) as caught:
        verify(SECRET, USUAL, **asked)
    assert caught.value.__context__ is None
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in shown.stack if frame.name == "verify"]
    assert len(frames) == len(shown.stack) - 1  # the other one is this test's
    text = str([frame.locals for frame in frames])
    assert [secret for secret in (TEXT, "EXAMPLE", USUAL, repr(KEY)) if secret in text] == []


def test_a_token_is_described_without_its_octets() -> None:
    assert repr(parse(USUAL)) == (
        "Capability(environment=<Environment.SIMULATION: 'simulation'>, "
        "operation=<ProtectedOperation.PLACE_ORDER: 'place_order'>, issued_at=1768440600, "
        "expires_at=1768440660)"
    )
