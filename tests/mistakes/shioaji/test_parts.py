"""What the catalogue is built of, each part by itself."""

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signproof import schemes
from signproof.corpus import Case
from signproof.mistakes import emsa
from signproof.mistakes import rsa as arithmetic
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.mistakes.shioaji_ca.env import Line, lines
from tests.mistakes.shioaji import cases as own

SCHEME = schemes.get("shioaji-ca")
PIPELINE = SCHEME.pipeline
ENCODING = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("bits", [1024, 1025, 1031])
def test_arithmetic_signs_as_a_library_does(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits)
    der = key.private_bytes(*ENCODING)
    assert arithmetic.modulus_bits(der) == bits
    info = emsa.digest_info("sha1", hashlib.sha1(b"text").digest())
    message = emsa.type_1(emsa.Padded(info, b"", "sha1", bits, None))
    assert message is not None
    signed = key.sign(b"text", padding.PKCS1v15(), hashes.SHA1())
    assert arithmetic.signed(message, der) == signed


def test_what_is_no_rsa_key_signs_nothing() -> None:
    good = own.key()
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(*ENCODING)
    cuts = [good[:size] for size in range(0, len(good), 7)]
    for der in (b"", b"\x30", b"\x30\x00", b"\x04\x02\x05\x00", curve, good[::-1]):
        assert arithmetic.modulus_bits(der) == 0
        assert arithmetic.signed(b"\1", der) == b""
    for der in cuts:
        assert isinstance(arithmetic.signed(b"\1", der), bytes)
    assert arithmetic.signed(b"\xff" * 200, good) == b""
    assert len(arithmetic.signed(b"\1", good)) == 128


def test_a_key_that_is_only_shown_makes_the_signatures_that_are_known() -> None:
    _, n, *_ = arithmetic._numbers(own.key())
    shown = arithmetic.Shown(n, {b"\0\1known": b"its signature"})
    assert arithmetic.modulus_bits(shown) == 1024
    assert arithmetic.signed(b"\0\1known", shown) == b"its signature"
    others = {arithmetic.signed(bytes([number]), shown) for number in range(9)}
    assert len(others) == 9
    assert arithmetic.signed(b"\xff" * 128, shown) == b""


@pytest.mark.once
@pytest.mark.parametrize("mistake", [None, *own.SHOWN])
def test_what_an_envelope_shows_is_enough_to_recognise_it(
    good: dict[str, Case], mistake: str | None
) -> None:
    case = good["sign-pkcs1/order"]
    pipeline = PIPELINE if mistake is None else CATALOGUE[mistake].edit(PIPELINE)
    replay = SCHEME.operations["sign-pkcs1"].replay
    assert replay is not None
    values = replay.values(dict(case.credential or {}), case.input)
    seen = replay.output(pipeline.run(values))
    assert replay.output(pipeline.run(replay.recognised(values, seen))) == seen


def line(
    key: str, before: str, after: str, written: str, ending: str, *, export: bool = False
) -> Line:
    return Line(export, key, before, after, written, ending)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b"", []),
        (b"# SJ_API_KEY=x\nOTHER=x\nSJ_API_KEY", []),
        (b"SJ_API_KEY=x", [line("SJ_API_KEY", "", "", "x", "")]),
        (
            b"\xef\xbb\xbfexport  sj_api_key = ' a ' # b\r\n",
            [line("sj_api_key", " ", " ", "' a ' # b", "\r", export=True)],
        ),
        (b"SJ_CA_PATH=\xff ", [line("SJ_CA_PATH", "", "", "\ufffd", "")]),
    ],
)  # fmt: skip
def test_lines_hold_known_settings(file: bytes, expected: list[Line]) -> None:
    assert lines(file) == expected


@pytest.mark.parametrize(
    ("written", "mark", "bare", "comment"),
    [
        ("", "", "", ""),
        ("a", "", "a", ""),
        ("a#b  # c", "", "a#b", "  # c"),
        ("# c", "", "", "# c"),
        ("'a # b' # c", "'", "a # b", ""),
        ('"a', '"', "a", ""),
    ],
)
def test_a_value_is_told_from_its_comment(written: str, mark: str, bare: str, comment: str) -> None:
    found = line("SJ_API_KEY", "", "", written, "")
    assert (found.mark, found.bare, found.comment) == (mark, bare, comment)


SIGNS = ("common_name", "person_id", "signed_text", "signature", "envelope")
VALUES: dict[str, Any] = {
    **{stage.name: None for stage in PIPELINE.stages if stage.name not in SIGNS},
    "subject": (("CN", "Z199999999-01"),),
    "key": own.key(),
    "certificate": b"EXAMPLE",
    "ip": "192.0.2.7",
    "plain_text": "Buy 1",
    "seconds": 1_768_469_400,
}


@pytest.mark.parametrize(
    ("pair", "stage", "octets"),
    [
        (
            ("text-joined-with-bars", "time-as-milliseconds"),
            "signed_text",
            b"Z199999999|192.0.2.7|Buy 1|1768469400000",
        ),
        (
            ("text-ordered-ip-first", "person-id-not-signed"),
            "signed_text",
            b"192.0.2.7Buy 11768469400",
        ),
        (
            ("person-id-not-signed", "text-ordered-ip-first"),
            "signed_text",
            b"192.0.2.7Buy 11768469400",
        ),
        (
            ("text-with-newline", "text-in-utf-16"),
            "signed_text",
            "Z199999999192.0.2.7Buy 11768469400".encode("utf-16-le") + b"\n",
        ),
        (
            ("person-id-whole-cn", "person-id-lowercase"),
            "signed_text",
            b"z199999999-01192.0.2.7Buy 11768469400",
        ),
        (
            ("person-id-from-uid", "plain-text-alone"),
            "signed_text",
            b"Buy 1",
        ),
    ],
)
def test_two_mistakes_meet_in_the_text(pair: tuple[str, str], stage: str, octets: bytes) -> None:
    first, second = (CATALOGUE[id_].edit for id_ in pair)
    assert second(first(PIPELINE)).run(VALUES)[stage] == octets


def test_two_mistakes_meet_in_the_envelope() -> None:
    def envelope(*ids: str) -> bytes:
        pipeline = PIPELINE
        for id_ in ids:
            pipeline = CATALOGUE[id_].edit(pipeline)
        return bytes(pipeline.run(VALUES)["envelope"])

    right = envelope()
    assert envelope("prefix-missing", "envelope-with-newline") == right[6:] + b"\n"
    assert envelope("prefix-uppercase", "envelope-joined-with-bars") == right.replace(
        b".", b"|"
    ).replace(b"pkcs1", b"PKCS1")
    signature, text, certificate = right.split(b".")[1:]
    assert envelope("envelope-without-text", "envelope-reversed") == b".".join(
        [b"pkcs1", certificate, signature]
    )
    assert envelope("envelope-reversed", "envelope-without-text") == envelope(
        "envelope-without-text", "envelope-reversed"
    )
    assert text in envelope("signature-hex", "certificate-pem")
    assert signature not in envelope("signature-reversed", "prefix-missing")


def test_two_mistakes_meet_in_the_signature() -> None:
    def signature(*ids: str) -> bytes:
        pipeline = PIPELINE
        for id_ in ids:
            pipeline = CATALOGUE[id_].edit(pipeline)
        results = pipeline.run(VALUES)
        numbers = arithmetic._numbers(own.key())
        return pow(int.from_bytes(results["signature"]), numbers[2], numbers[1]).to_bytes(128)

    text = b"Z199999999192.0.2.7Buy 11768469400"
    assert signature()[-20:] == hashlib.sha1(text).digest()
    hashed = hashlib.sha256(text + b"\n").digest()
    assert signature("signed-over-newline", "digest-sha256")[-32:] == hashed
    assert signature("digest-sha256", "signed-over-newline")[-32:] == hashed
    bare = signature("digest-sha512", "digest-info-missing")
    assert bare[-65:] == b"\0" + hashlib.sha512(text).digest()
    twice = hashlib.sha1(hashlib.sha256(text).digest()).digest()
    assert signature("digested-twice", "sha256-digested")[-20:] == hashlib.sha1(twice).digest()


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        (("expire-time-in-taipei", "expire-time-with-space"), "2026-09-13 23:59:59"),
        (("expire-time-in-taipei", "expire-time-exclusive"), "2026-09-14T00:00:00"),
        (("expire-time-with-z", "expire-time-with-slashes"), "2026/09/13T15:59:59Z"),
        (("expire-time-exclusive", "expire-time-as-unix-seconds"), "1789315200"),
    ],
)
def test_two_mistakes_meet_in_the_time(pair: tuple[str, str], text: str) -> None:
    first, second = (CATALOGUE[id_].edit for id_ in pair)
    results = second(first(PIPELINE)).run(
        {stage.name: None for stage in PIPELINE.stages if stage.name != "expire_time"}
        | {"not_after": 1_789_315_199}
    )
    assert results["expire_time"] == text


def test_every_mistake_can_be_made_in_every_flow(good: dict[str, Case]) -> None:
    shown = set()
    for case in good.values():
        replay = SCHEME.operations[case.vector.operation].replay
        assert replay is not None
        values = replay.values(dict(case.credential or {}), case.input)
        right = replay.output(PIPELINE.run(values))
        assert replay.same(right, right)
        for mistake in CATALOGUE.values():
            output = replay.output(mistake.edit(PIPELINE).run(values))
            if not replay.same(output, right):
                shown.add(mistake.id)
    assert shown == set(own.SHOWN)


def test_what_cannot_be_written_stays_as_digits() -> None:
    def results(stage: str, id_: str, **values: Any) -> Any:
        idle = dict.fromkeys(each.name for each in PIPELINE.stages if each.name != stage)
        return CATALOGUE[id_].edit(PIPELINE).run(idle | values)[stage]

    assert results("expire_time", "expire-time-with-z", not_after=10**15) == str(10**15)
    parts = {"person_id": "Z", "ip": "", "plain_text": "", "seconds": 10**15}
    text = results("signed_text", "time-as-iso", **parts)
    assert text == b"Z" + str(10**15).encode()
