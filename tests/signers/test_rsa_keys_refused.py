"""What is refused and why, that nothing of a key is shown, and that no altered key is loaded."""

import base64
import functools
import math
import pickle
import random
import subprocess
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret
from signers.rsa_keys import (
    FailsFullCheck,
    InconsistentKey,
    KeyRefused,
    Kind,
    PrivateKey,
    Repair,
    Rule,
    check_fully,
    encrypted,
    load,
    load_public,
    look,
    structure,
)

PAGE = dict(
    line.split("=", 1)
    for line in (Path(__file__).parent / "keys/page-EXAMPLE.properties").read_text().splitlines()
)
PK1, PK8 = PAGE["private_key_pk1"], PAGE["private_key_pk8"]
DER1, DER8 = base64.b64decode(PK1), base64.b64decode(PK8)
Numbers = tuple[int, ...]


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


# DER written by hand, apart from the code under test.


def tlv(tag: int, *contents: bytes) -> bytes:
    value = b"".join(contents)
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 128 + len(size)]) + size + value


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def sequence(*contents: bytes) -> bytes:
    return tlv(0x30, *contents)


def numbers_of(der: bytes) -> Numbers:
    """Read a key's integers: nothing but tags, lengths and numbers."""
    at, found = 4, []
    while at < len(der):
        size, at = der[at + 1], at + 2
        if size > 128:
            count = size - 128
            size, at = int.from_bytes(der[at : at + count], "big"), at + count
        found.append(int.from_bytes(der[at : at + size], "big"))
        at += size
    return tuple(found)


def key_of(numbers: Numbers) -> bytes:
    return sequence(*map(integer, numbers))


V, N, E, D, P, Q, DP, DQ, QI = GOOD = numbers_of(DER1)
RSA = sequence(tlv(6, bytes.fromhex("2a864886f70d010101")), b"\x05\x00")


def pkcs8(algorithm: bytes = RSA, key: bytes = DER1, version: int = 0, more: bytes = b"") -> bytes:
    return sequence(integer(version), algorithm, tlv(4, key), more)


def algorithm(oid: str, parameters: bytes = b"") -> bytes:
    return sequence(tlv(6, bytes.fromhex(oid)), parameters)


def pem(label: str, body: str) -> str:
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def test_the_hand_writes_what_the_page_prints() -> None:
    assert (key_of(GOOD), pkcs8()) == (DER1, DER8)


@functools.cache
def made(name: str) -> bytes:
    """Return what openssl makes, none of which is a plain RSA private key."""
    commands = {
        "ec": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "sec1": ["ecparam", "-name", "prime256v1", "-genkey"],
        "ed25519": ["genpkey", "-algorithm", "ED25519"],
        "x448": ["genpkey", "-algorithm", "X448"],
        "pss": ["genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:1024"],
        "small": ["genrsa", "-traditional", "512"],
    }
    if name in commands:
        return openssl(*commands[name])
    key = pem("RSA PRIVATE KEY", PK1).encode()
    given = {
        "request": ["req", "-new", "-subj", "/CN=EXAMPLE", "-key", "/dev/stdin"],
        "certificate": ["req", "-new", "-x509", "-subj", "/CN=EXAMPLE", "-key", "/dev/stdin"],
        "public": ["rsa", "-pubout"],
        "rsa public": ["rsa", "-RSAPublicKey_out"],
        "encrypted": ["pkcs8", "-topk8", "-passout", "pass:made-up"],
        "legacy": ["rsa", "-traditional", "-aes128", "-passout", "pass:made-up"],
    }
    return openssl(*given[name], given=key)


@functools.cache
def pfx() -> bytes:
    both = pem("RSA PRIVATE KEY", PK1).encode() + made("certificate")
    return openssl("pkcs12", "-export", "-passout", "pass:made-up", given=both)


def changed(**changes: int) -> bytes:
    names = ("v", "n", "e", "d", "p", "q", "dp", "dq", "qi")
    return key_of(tuple(changes.get(name, good) for name, good in zip(names, GOOD, strict=True)))


def pbes2(kdf: bytes) -> bytes:
    """Return an encrypted key whose derivation is *kdf* and whose cipher does not matter."""
    cipher = algorithm("60864801650304012a", tlv(4, bytes(16)))
    return sequence(algorithm("2a864886f70d01050d", sequence(kdf, cipher)), tlv(4, bytes(32)))


def pbkdf2(iterations: int, salt: bytes = bytes(8)) -> bytes:
    parameters = sequence(tlv(4, salt), integer(iterations))
    return algorithm("2a864886f70d01050c", parameters)


def scrypt(n: int, r: int, p: int) -> bytes:
    parameters = sequence(tlv(4, bytes(8)), integer(n), integer(r), integer(p))
    return algorithm("2b06010401da47040b", parameters)


def spki(name: bytes, *contents: bytes, bits: bytes | None = None) -> bytes:
    inner = sequence(*contents) if bits is None else bits
    return sequence(name, tlv(3, b"\0", inner))


BEGUN = "-----BEGIN RSA PRIVATE KEY-----\n"
EC_OID = "2a8648ce3d0201"
Given = str | bytes | Callable[[], str | bytes]
REFUSED: dict[str, tuple[Given, str, Kind]] = {
    "empty text": ("", "empty", Kind.EMPTY),
    "white space": (b" \r\n\t", "empty", Kind.EMPTY),
    "byte order mark only": ("\ufeff", "empty", Kind.EMPTY),
    "empty quotes": ('" "', "empty", Kind.EMPTY),
    "empty PEM": (BEGUN + "\n-----END RSA PRIVATE KEY-----", "empty", Kind.EMPTY),
    "too large": ("M" * 65_537, "input-too-large", Kind.UNKNOWN),
    "words": ("no key at all", "not-a-key", Kind.UNKNOWN),
    "quotation mark": ('"', "not-a-key", Kind.UNKNOWN),
    "lone surrogate": (PK1 + "\udcff", "not-a-key", Kind.UNKNOWN),
    "other octets": (b"\xff\x00\x01" + DER1, "not-a-key", Kind.UNKNOWN),
    "text with a control character": (b"0\x01", "truncated", Kind.UNKNOWN),
    "broken utf-16": (b"\xff\xfeM", "not-a-key", Kind.UNKNOWN),
    "base64 of something else": (base64.b64encode(b"1" * 99), "not-a-key", Kind.UNKNOWN),
    "M and something else": ("Mxxxxxxxxxxx", "not-a-key", Kind.UNKNOWN),
    "M and words": ("My key is this", "not-a-key", Kind.UNKNOWN),
    "indefinite length": (base64.b64encode(b"\x30\x80" + bytes(20)), "not-a-key", Kind.UNKNOWN),
    "HTML": ("<!DOCTYPE html><p>", "web-page", Kind.WEB_PAGE),
    "HTML in octets": (b"\n<html>", "web-page", Kind.WEB_PAGE),
    "path": ("/home/me/key.pem", "path", Kind.PATH),
    "path without suffix": ("~/keys/key", "path", Kind.PATH),
    "path in quotes": ('"C:\\new\\key"', "path", Kind.PATH),
    "name of a file": ("MyKey.pem", "path", Kind.PATH),
    "setting": (f"private_key_pk1={PK1}", "settings", Kind.SETTINGS),
    "exported setting": (f"export KEY='{PK1}'", "settings", Kind.SETTINGS),
    "settings": (f"tiger_id = 1\nprivate_key_pk1={PK1}", "settings", Kind.SETTINGS),
    "two keys": (
        pem("RSA PRIVATE KEY", PK1) + pem("PRIVATE KEY", PK8), "several-keys", Kind.UNKNOWN,
    ),
    "public key": (lambda: made("public"), "public-key", Kind.PUBLIC_KEY),
    "public key, PKCS#1": (lambda: made("rsa public"), "public-key", Kind.PUBLIC_KEY),
    "public key, EC": (
        spki(algorithm(EC_OID), bits=bytes(65)), "public-key", Kind.PUBLIC_KEY,
    ),
    "certificate": (lambda: made("certificate"), "certificate", Kind.CERTIFICATE),
    "request": (lambda: made("request"), "certificate", Kind.CERTIFICATE),
    "EC": (lambda: made("ec"), "not-rsa", Kind.OTHER_KEY),
    "EC, SEC 1": (lambda: made("sec1"), "not-rsa", Kind.OTHER_KEY),
    "Ed25519": (lambda: made("ed25519"), "not-rsa", Kind.OTHER_KEY),
    "X448": (lambda: made("x448"), "not-rsa", Kind.OTHER_KEY),
    "RSA-PSS": (lambda: made("pss"), "not-rsa", Kind.OTHER_KEY),
    "DSA": (key_of((0, 7, 3, 2, 4, 1)), "not-rsa", Kind.OTHER_KEY),
    "an unknown algorithm": (pkcs8(algorithm("2a03")), "not-rsa", Kind.OTHER_KEY),
    "PKCS#12": (pfx, "other-container", Kind.CONTAINER),
    "OpenSSH": (pem("OPENSSH PRIVATE KEY", "b3BlbnNzaA=="), "other-container", Kind.CONTAINER),
    "OpenSSH, public": ("ssh-rsa AAAAB3NzaC1yc2E", "other-container", Kind.CONTAINER),
    "PuTTY": ("PuTTY-User-Key-File-3: ssh-rsa", "other-container", Kind.CONTAINER),
    "encrypted": (lambda: made("encrypted"), "passphrase-needed", Kind.ENCRYPTED_KEY),
    "encrypted, legacy": (lambda: made("legacy"), "passphrase-needed", Kind.ENCRYPTED_KEY),
    "encrypted, endless": (pbes2(pbkdf2(2**31)), "unsupported-encryption", Kind.ENCRYPTED_KEY),
    "encrypted, no iteration": (pbes2(pbkdf2(0)), "unsupported-encryption", Kind.ENCRYPTED_KEY),
    "encrypted, huge": (pbes2(scrypt(2**30, 8, 1)), "unsupported-encryption", Kind.ENCRYPTED_KEY),
    "encrypted, negative": (pbes2(scrypt(2, -1, -1)), "unsupported-encryption", Kind.ENCRYPTED_KEY),
    "encrypted, unknown derivation": (
        pbes2(algorithm("2a03")), "unsupported-encryption", Kind.ENCRYPTED_KEY,
    ),
    "encrypted, unknown scheme": (
        sequence(algorithm("2a03"), tlv(4)), "unsupported-encryption", Kind.ENCRYPTED_KEY,
    ),
    "encrypted, broken": (
        sequence(algorithm("2a864886f70d01050d"), tlv(4)), "malformed-key", Kind.UNKNOWN,
    ),
    "no BEGIN, no END": ("-----\n" + PK1, "malformed-armour", Kind.UNKNOWN),
    "lower case armour": (pem("rsa private key", PK1), "malformed-armour", Kind.UNKNOWN),
    "hyphens lost": (
        pem("RSA PRIVATE KEY", PK1).replace("-----", "----"), "malformed-armour", Kind.UNKNOWN,
    ),
    "END line only, hyphens lost": (PK1 + "\n-END KEY-", "malformed-armour", Kind.UNKNOWN),
    "words in PEM": (pem("PRIVATE KEY", "no key"), "malformed-armour", Kind.UNKNOWN),
    "words after the key in PEM": (
        pem("RSA PRIVATE KEY", PK1 + "x"), "malformed-armour", Kind.UNKNOWN,
    ),
    "unknown PEM header": (
        pem("RSA PRIVATE KEY", "Comment: x\n\n" + PK1), "malformed-armour", Kind.UNKNOWN,
    ),
    "legacy without its body": (
        BEGUN + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n!\n"
        + "-----END RSA PRIVATE KEY-----",
        "malformed-armour", Kind.UNKNOWN,
    ),
    "bad character": (PK1[:50] + "!" + PK1[51:], "malformed-base64", Kind.UNKNOWN),
    "padding in the middle": (PK1[:50] + "=" + PK1[51:], "malformed-base64", Kind.UNKNOWN),
    "unused bits": (
        PK1.rstrip("=")[:-1] + chr(ord(PK1.rstrip("=")[-1]) + 1),
        "malformed-base64", Kind.UNKNOWN,
    ),
    "cut off": (PK1[:-20], "truncated", Kind.UNKNOWN),
    "cut off at once": ("MII", "truncated", Kind.UNKNOWN),
    "one character": ("M", "truncated", Kind.UNKNOWN),
    "cut off, padded": (PK1[:398] + "==", "truncated", Kind.UNKNOWN),
    "DER cut off": (DER8[:-1], "truncated", Kind.UNKNOWN),
    "DER cut off in its length": (b"\x30\x82\x02", "truncated", Kind.UNKNOWN),
    "DER cut off in a short length": (b"\x30\x05\x02\x01\x00", "truncated", Kind.UNKNOWN),
    "DER of huge length": (b"\x30\x84\x7f\xff\xff\xff", "truncated", Kind.UNKNOWN),
    "PEM cut off": (pem("PRIVATE KEY", PK8)[:400], "truncated", Kind.UNKNOWN),
    "other DER": (sequence(b"\x05\x00"), "malformed-key", Kind.UNKNOWN),
    "other DER, two": (sequence(sequence(), b"\x05\x00"), "malformed-key", Kind.UNKNOWN),
    "empty DER": (b"\x30\x00\x00", "malformed-key", Kind.UNKNOWN),
    "indefinite DER": (b"\x30\x80" + DER1[4:] + b"\0\0", "malformed-key", Kind.UNKNOWN),
    "number too few": (key_of(GOOD[:-1]), "malformed-key", Kind.UNKNOWN),
    "number too many": (key_of((*GOOD, 1)), "malformed-key", Kind.UNKNOWN),
    "padded number": (
        sequence(integer(0), tlv(2, b"\0\0" + b"\x7f"), *map(integer, GOOD[2:])),
        "malformed-key", Kind.UNKNOWN,
    ),
    "PKCS#8 without a key": (sequence(integer(0), RSA), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, key cut off": (pkcs8(key=DER1[:-1]), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, more in the key": (pkcs8(key=DER1 + b"\0"), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, no SEQUENCE": (pkcs8(key=b"\x05\x00"), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, more in the algorithm": (
        pkcs8(algorithm("2a864886f70d010101", b"\x05\x00\x05\x00")), "malformed-key", Kind.UNKNOWN,
    ),
    "PKCS#8, something after it": (pkcs8(more=b"\x05\x00"), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, broken attribute": (pkcs8(more=tlv(0xA0, sequence())), "malformed-key", Kind.UNKNOWN),
    "PKCS#8, no NULL": (pkcs8(algorithm("2a864886f70d010101")), "wrong-parameters", Kind.UNKNOWN),
    "PKCS#8, version 1": (pkcs8(version=1), "wrong-version", Kind.RSA_PRIVATE_KEY),
    "PKCS#8, version of a key": (pkcs8(version=P), "wrong-version", Kind.RSA_PRIVATE_KEY),
    "PKCS#1, version 2": (changed(v=2), "wrong-version", Kind.RSA_PRIVATE_KEY),
    "PKCS#1, negative version": (changed(v=-1), "wrong-version", Kind.RSA_PRIVATE_KEY),
    "three factors": (changed(v=1), "multi-prime", Kind.RSA_PRIVATE_KEY),
    "512 bits": (lambda: made("small"), "wrong-size", Kind.UNKNOWN),
    "16384 bits": (changed(n=1 << 16383), "wrong-size", Kind.UNKNOWN),
    "negative modulus": (changed(n=-1), "inconsistent-key", Kind.RSA_PRIVATE_KEY),
}  # fmt: skip


def given_of(given: Given) -> str | bytes:
    return given() if callable(given) else given


def refusal(call: Callable[[], object]) -> KeyRefused:
    with pytest.raises(KeyRefused) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(("given", "reason", "kind"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(given: Given, reason: str, kind: Kind, *, lenient: bool) -> None:
    data = given_of(given)
    found = refusal(lambda: load(data, lenient=lenient))
    assert (found.reason, found.kind) == (reason, kind)
    shown = look(data)
    assert (shown.kind, getattr(shown.refusal, "reason", None)) == (kind, reason)


def leaves(of: type[KeyRefused]) -> Iterator[type[KeyRefused]]:
    for one in of.__subclasses__():
        yield from leaves(one)
        if not one.__name__.startswith("_"):
            yield one


def test_every_reason_is_shown_and_has_one_class() -> None:
    reasons = [one.reason for one in leaves(KeyRefused)]
    assert len(reasons) == len(set(reasons))
    elsewhere = {"inconsistent-key", "fails-full-check", "needs-repair", "private-key"}
    assert set(reasons) == {reason for _, reason, _ in REFUSED.values()} | elsewhere | {
        "wrong-passphrase"
    }


ALTERED: dict[str, tuple[bytes, Rule]] = {
    "p is 1": (changed(p=1), Rule.FACTORS),
    "q is 0": (changed(q=0), Rule.FACTORS),
    "p is negative": (changed(p=-P), Rule.FACTORS),
    "p is even": (changed(p=P + 1), Rule.FACTORS),
    "q is even": (changed(q=Q - 1), Rule.FACTORS),
    "p": (changed(p=P + 2), Rule.MODULUS),
    "q": (changed(q=Q + 2), Rule.MODULUS),
    "n": (changed(n=N + 2), Rule.MODULUS),
    "e is even": (changed(e=E - 1), Rule.PUBLIC_EXPONENT),
    "e is 1": (changed(e=1), Rule.PUBLIC_EXPONENT),
    "e is negative": (changed(e=-E), Rule.PUBLIC_EXPONENT),
    "e is too large": (changed(e=E + 2 * N), Rule.PUBLIC_EXPONENT),
    "e": (changed(e=E + 2), Rule.EXPONENTS),
    "d is 0": (changed(d=0), Rule.EXPONENT_RANGE),
    "d is too large": (changed(d=D + (P - 1) * (Q - 1) * 16), Rule.EXPONENT_RANGE),
    "d is negative": (changed(d=-D), Rule.EXPONENT_RANGE),
    "d": (changed(d=D + 2), Rule.CRT_EXPONENTS),
    "d for p only": (changed(d=(D + P - 1) % N), Rule.CRT_EXPONENTS),
    "dp": (changed(dp=DP + 2 if DP + 2 < P - 1 else DP - 2), Rule.EXPONENTS),
    "dq": (changed(dq=DQ - 2), Rule.EXPONENTS),
    "dp is p - 1": (changed(dp=P - 1), Rule.CRT_RANGE),
    "dp is too large": (changed(dp=DP + P - 1), Rule.CRT_RANGE),
    "dq is 0": (changed(dq=0), Rule.CRT_RANGE),
    "dq is too large": (changed(dq=DQ + Q - 1), Rule.CRT_RANGE),
    "qi is too large": (changed(qi=QI + P), Rule.CRT_RANGE),
    "qi is negative": (changed(qi=-QI), Rule.CRT_RANGE),
    "qi": (changed(qi=QI - 1), Rule.COEFFICIENT),
    "factors exchanged": (changed(p=Q, q=P), Rule.EXPONENTS),
}


@pytest.mark.parametrize(("der", "rule"), ALTERED.values(), ids=ALTERED)
def test_a_field_that_is_altered(der: bytes, rule: Rule) -> None:
    for octets in (der, pkcs8(key=der)):
        found = refusal(lambda octets=octets: load(octets, lenient=True))  # type: ignore[misc]
        assert isinstance(found, InconsistentKey)
        assert (found.reason, found.rule) == ("inconsistent-key", rule)


def test_every_rule_is_shown() -> None:
    assert {rule for _, rule in ALTERED.values()} == set(Rule)


def test_factors_that_are_not_prime() -> None:
    """A key of fitting numbers that the fast checks take; only the full check sees through it."""
    for third in range((2**512 - 2**500) // 3 | 1, 2**511, 2):
        p = 3 * third
        common = math.gcd(p - 1, Q - 1)
        if math.gcd(E, p - 1) == math.gcd(p, Q) == 1 and common == 2:
            break
    dp, dq, qi = pow(E, -1, p - 1), pow(E, -1, Q - 1), pow(Q, -1, p)
    step = (dq - dp) // 2 * pow((p - 1) // 2, -1, (Q - 1) // 2) % ((Q - 1) // 2)
    d = dp + (p - 1) * step
    key = load(key_of((0, p * Q, E, d, p, Q, dp, dq, qi)))
    found = refusal(lambda: check_fully(key))
    assert isinstance(found, FailsFullCheck)
    check_fully(load(DER1))


def test_a_wrong_passphrase() -> None:
    for name in ("encrypted", "legacy"):
        for passphrase in ("wrong", ""):
            found = refusal(lambda n=name, p=passphrase: load(made(n), passphrase=Secret(p)))  # type: ignore[misc]
            assert found.reason == "wrong-passphrase"


def test_encrypted_in_a_way_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    legacy = made("legacy").replace(b"AES-128-CBC", b"XYZ-128-CBC")
    body = sequence(pbkdf2(1), algorithm("2a03", tlv(4, bytes(16))))
    cipher = sequence(algorithm("2a864886f70d01050d", body), tlv(4, bytes(32)))
    for octets in (legacy, cipher):
        found = refusal(lambda octets=octets: load(octets, passphrase=Secret("made-up")))  # type: ignore[misc]
        assert found.reason == "unsupported-encryption"

    def unsupported(*_: object, **__: object) -> None:
        raise UnsupportedAlgorithm("made up")

    monkeypatch.setattr(encrypted, "load_der_private_key", unsupported)
    found = refusal(lambda: load(pbes2(pbkdf2(1)), passphrase=Secret("made-up")))
    assert found.reason == "unsupported-encryption"


def test_a_structure_of_one_octet() -> None:
    found = refusal(lambda: structure.private(b"\x30"))
    assert (found.reason, str(found)) == (
        "truncated",
        "the key is cut off after 1 octets: copy the whole of it",
    )


def test_an_encrypted_key_of_another_algorithm() -> None:
    octets = openssl("pkcs8", "-topk8", "-passout", "pass:made-up", given=made("ec"))
    assert refusal(lambda: load(octets, passphrase=Secret("made-up"))).reason == "not-rsa"


PUBLIC_NUMBERS = (integer(N), integer(E))
REFUSED_PUBLIC: dict[str, tuple[bytes, str]] = {
    "certificate": (sequence(sequence(), sequence()), "certificate"),
    "private EC": (pkcs8(algorithm(EC_OID)), "not-rsa"),
    "EC": (spki(algorithm(EC_OID), bits=bytes(65)), "not-rsa"),
    "unknown": (spki(algorithm("2a03"), bits=bytes(65)), "not-rsa"),
    "encrypted": (pbes2(pbkdf2(1)), "private-key"),
    "no NULL": (spki(algorithm("2a864886f70d010101"), *PUBLIC_NUMBERS), "wrong-parameters"),
    "unused bits": (
        sequence(RSA, tlv(3, b"\1", sequence(*PUBLIC_NUMBERS) + b"\0")),
        "malformed-key",
    ),
    "cut off": (sequence(RSA, tlv(3, b"\0", sequence(*PUBLIC_NUMBERS)[:-1])), "malformed-key"),
    "whole cut off": (spki(RSA, *PUBLIC_NUMBERS)[:-1], "truncated"),
    "even modulus": (spki(RSA, integer(N + 1), integer(E)), "inconsistent-key"),
    "even exponent": (spki(RSA, integer(N), integer(E + 1)), "inconsistent-key"),
    "exponent 1": (spki(RSA, integer(N), integer(1)), "inconsistent-key"),
    "short": (spki(RSA, integer(15), integer(3)), "wrong-size"),
    "short, PKCS#1": (key_of((15, 3)), "wrong-size"),
}


@pytest.mark.parametrize(("der", "reason"), REFUSED_PUBLIC.values(), ids=REFUSED_PUBLIC)
def test_public_keys_that_are_refused(der: bytes, reason: str) -> None:
    assert refusal(lambda: load_public(der)).reason == reason
    assert look(der).public is None


@pytest.mark.parametrize("data", [None, 5, ["MII"], {}])
def test_other_types(data: object) -> None:
    calls: list[Callable[..., object]] = [load, load_public, look]
    for call in calls:
        with pytest.raises(TypeError):
            call(data)


# Nothing of a key is shown.

HIDDEN = [
    PK1[100:130], PK8[100:130], PK1[400:430], str(P), str(D), str(N)[:60], DER1[100:120].hex(),
    repr(DER1[100:110])[2:-1], "made-up",
]  # fmt: skip


def all_that_shows(error: BaseException) -> str:
    """Return what a crash reporter may show: texts, attributes, chain, and frames' variables."""
    texts = []
    one: BaseException | None = error
    while one is not None:
        texts += [str(one), repr(one), repr(one.args), repr(one.__dict__)]
        report = traceback.TracebackException.from_exception(one, capture_locals=True)
        for frame in report.stack:
            if frame.filename != __file__:
                texts += [f"{name}={value}" for name, value in (frame.locals or {}).items()]
        one = one.__cause__ or one.__context__
    return "\n".join(texts)


@pytest.mark.parametrize("call", [load, load_public])
@pytest.mark.parametrize(
    "given",
    [given for given, _, _ in REFUSED.values()]
    + [der for der, _ in ALTERED.values()]
    + [PK1 + "\n", [PK1]],
)
def test_no_error_shows_a_key(call: Callable[..., object], given: Given) -> None:
    data = given_of(given)
    try:
        call(data)
    except (KeyRefused, TypeError) as error:
        shown = all_that_shows(error)
        assert [text for text in HIDDEN if text in shown] == []


def test_no_error_shows_a_passphrase() -> None:
    found = refusal(lambda: load(made("legacy"), passphrase=Secret("made-up-wrong")))
    shown = all_that_shows(found)
    assert [text for text in HIDDEN if text in shown] == []


def test_no_object_shows_a_key() -> None:
    key = load(PK1)
    assert repr(key) == "<PrivateKey RSA 1024 bits pkcs1 base64>"
    shown = f"{key} {[key]} {look(PK8)} {key.public}"
    assert [text for text in HIDDEN if text in shown] == []
    with pytest.raises(TypeError):
        pickle.dumps(key)


# Altered keys: the same key or a reason.

PEM1, PEM8 = pem("RSA PRIVATE KEY", PK1).encode(), pem("PRIVATE KEY", PK8).encode()
SHAPES = (DER1, DER8, PK1.encode(), PK8.encode(), PEM1, PEM8)


def mutated(octets: bytes, rng: random.Random) -> bytes:
    """Return the octets with one to three changes of any sort."""
    changed_ = bytearray(octets)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(changed_))
        until = min(len(changed_), at + rng.randrange(1, 9))
        kind = rng.randrange(8)
        if kind == 0:
            changed_[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed_[at] = rng.randrange(256)
        elif kind == 2:
            changed_[at] = rng.choice(b'ABCMIQazm059+/-_= \n\r\\"')
        elif kind == 3:
            del changed_[at:until]
        elif kind == 4:
            changed_[at:at] = changed_[at:until]
        elif kind == 5:
            del changed_[max(at, 1) :]
        elif kind == 6:
            changed_[at:at] = rng.randbytes(until - at)
        else:
            changed_[at], changed_[until - 1] = changed_[until - 1], changed_[at]
    return bytes(changed_) or b"M"


def outcome(octets: bytes) -> str:
    """Return `same`, or the reason for which an altered key is refused."""
    shown = look(octets)
    try:
        key: PrivateKey = load(octets, lenient=True)
    except KeyRefused as refused:
        assert getattr(shown.refusal, "reason", None) == refused.reason  # noqa: PT017
        return refused.reason
    assert key.pkcs1.reveal() == DER1
    private = key.rsa.private_numbers()
    assert (private.p, private.q, private.d, private.dmp1, private.dmq1, private.iqmp) == (
        P, Q, D, DP, DQ, QI,
    )  # fmt: skip
    assert shown.repairs == key.repairs
    return "same"


@given(st.sampled_from(SHAPES), st.integers(0, 2**32))
def test_altered_keys(octets: bytes, seed: int) -> None:
    outcome(mutated(octets, random.Random(seed)))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_whatever_is_given(data: bytes | str) -> None:
    refused = look(data).refusal
    assert isinstance(refused, KeyRefused)


@pytest.mark.once
@pytest.mark.unmeasured
def test_twenty_thousand_altered_keys() -> None:
    rng = random.Random(20)
    seen: dict[str, int] = {}
    for number in range(20_000):
        reason = outcome(mutated(SHAPES[number % len(SHAPES)], rng))
        seen[reason] = seen.get(reason, 0) + 1
    assert sum(seen.values()) == 20_000
    assert seen.keys() >= {"same", "inconsistent-key", "malformed-key", "truncated"}


@pytest.mark.parametrize("index", range(0, len(PK1), 7))
def test_every_altered_character_is_noticed(index: int) -> None:
    """What python-rsa repairs is refused: one character altered, and it signs on."""
    other = "B" if PK1[index] != "B" else "C"
    altered = PK1[:index] + other + PK1[index + 1 :]
    shown = look(altered)
    assert shown.refusal is not None or shown.repairs == (Repair.PADDING,)
