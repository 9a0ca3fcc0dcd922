"""What is refused and why, what no tool makes, and that nothing else happens to any octets."""

import base64
import functools
import hashlib
import hmac
import io
import os
import pickle
import random
import subprocess
import sys
import time
import traceback
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret
from signers.der import Problem
from signers.pfx import (
    DEFAULT_LIMITS,
    Bag,
    BagKind,
    Certificate,
    Content,
    ContentKind,
    CostlyDerivation,
    Derivation,
    KeyMismatch,
    Kind,
    Limits,
    Mac,
    MalformedPfx,
    Note,
    PasswordProblem,
    Pfx,
    PfxRefused,
    SeveralKeys,
    SeveralLeaves,
    TrailingOctets,
    Truncated,
    UnreadableCertificate,
    UnsupportedEncryption,
    UnsupportedMac,
    UnusablePassword,
    Variant,
    WrongPassword,
    errors,
    look,
    open_file,
    open_pfx,
)
from signers.pfx import Encoding as Written
from signers.pfx import Encryption as Encrypted
from signers.pfx.certificates import public_key_info
from signers.pfx.tools import Answer, Tool, opens

FOLDER = Path(__file__).parent / "pfx"
TEXT = "EXAMPLE-password"
PASSWORD = Secret(TEXT)
Key = ec.EllipticCurvePrivateKey


def file(name: str) -> bytes:
    return (FOLDER / f"EXAMPLE-{name}.pfx").read_bytes()


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


# PKCS#12 written by hand (RFC 7292, RFC 9579), apart from the code under test.


def tlv(tag: int, *contents: bytes) -> bytes:
    value = b"".join(contents)
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 128 + len(size)]) + size + value


def open_ended(tag: int, *contents: bytes) -> bytes:
    """Return an element of indefinite length."""
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def seq(*contents: bytes) -> bytes:
    return tlv(0x30, *contents)


def octets(*contents: bytes) -> bytes:
    return tlv(4, *contents)


def set_of(*contents: bytes) -> bytes:
    return tlv(0x31, *contents)


def explicit(*contents: bytes) -> bytes:
    return tlv(0xA0, *contents)


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    value = b""
    for number in (40 * first + second, *rest):
        part, left = bytes([number & 127]), number >> 7
        while left:
            part, left = bytes([left & 127 | 128]) + part, left >> 7
        value += part
    return tlv(6, value)


NULL = b"\5\0"
PKCS7, PKCS12, PKCS9 = "1.2.840.113549.1.7", "1.2.840.113549.1.12", "1.2.840.113549.1.9"
PKCS5, HMACS = "1.2.840.113549.1.5", "1.2.840.113549.2"
DIGESTS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def content(number: int, inside: bytes) -> bytes:
    return seq(oid(f"{PKCS7}.{number}"), explicit(inside))


def data(*bags: bytes) -> bytes:
    return content(1, octets(seq(*bags)))


def bag(number: int, value: bytes, *attributes: bytes) -> bytes:
    more = set_of(*attributes) if attributes else b""
    return seq(oid(f"{PKCS12}.10.1.{number}"), explicit(value), more)


def attribute(number: int, *values: bytes) -> bytes:
    return seq(oid(f"{PKCS9}.{number}"), set_of(*values))


def key_id(name: bytes) -> bytes:
    return attribute(21, octets(name))


def certificate_bag(der: bytes, *attributes: bytes, kind: str = "22.1") -> bytes:
    return bag(3, seq(oid(f"{PKCS9}.{kind}"), explicit(octets(der))), *attributes)


def key_bag(pkcs8: bytes, *attributes: bytes) -> bytes:
    return bag(1, pkcs8, *attributes)


def wide(text: str) -> bytes:
    return text.encode("utf-16-be") + b"\0\0"


def derived(password: bytes, salt: bytes, iterations: int, name: str) -> bytes:
    block = hashlib.new(name).block_size
    salts = salt * block
    passwords = password * block
    value = b"\3" * block + salts[:block] + passwords[: -(-len(password) // block) * block]
    for _ in range(iterations):
        value = hashlib.new(name, value).digest()
    return value


def mac(
    password: bytes = wide(TEXT),
    name: str = "sha256",
    iterations: int = 1,
    *,
    written: bytes | None = None,
    algorithm: bytes | None = None,
) -> Callable[[bytes], bytes]:
    """Return what writes the MacData over a safe."""

    def write(safe: bytes) -> bytes:
        key = derived(password, b"saltsalt", iterations, name)
        info = seq(
            algorithm or seq(oid(DIGESTS[name]), NULL),
            octets(hmac.new(key, safe, name).digest()),
        )
        count = integer(iterations) if written is None else written
        return seq(info, octets(b"saltsalt"), count)

    return write


def pbkdf2(
    iterations: int = 1, length: bytes = b"", prf: bytes | None = None, salt: bytes = b"saltsalt"
) -> bytes:
    function = seq(oid(f"{HMACS}.9"), NULL) if prf is None else prf
    return seq(oid(f"{PKCS5}.12"), seq(octets(salt), integer(iterations), length, function))


HMAC_SHA512 = seq(oid(f"{HMACS}.11"), NULL)


def pbmac1(
    password: bytes = TEXT.encode(),
    derivation: bytes | None = None,
    scheme: bytes = HMAC_SHA512,
) -> Callable[[bytes], bytes]:
    """Return what writes a MacData of PBMAC1: PBKDF2 with SHA-256, HMAC with SHA-512."""
    function = pbkdf2(3, integer(32)) if derivation is None else derivation

    def write(safe: bytes) -> bytes:
        key = hashlib.pbkdf2_hmac("sha256", password, b"saltsalt", 3, 32)
        digest = hmac.new(key, safe, "sha512").digest()
        algorithm = seq(oid(f"{PKCS5}.14"), seq(function, scheme))
        return seq(seq(algorithm, octets(digest)), octets(b"unused"), integer(1))

    return write


def pfx(*contents: bytes, how: Callable[[bytes], bytes] | None = None, version: int = 3) -> bytes:
    safe = seq(*contents)
    return seq(integer(version), content(1, octets(safe)), how(safe) if how else b"")


def name(*attributes: tuple[str, int, bytes]) -> bytes:
    return seq(*(set_of(seq(oid(kind), tlv(tag, value))) for kind, tag, value in attributes))


CN = "2.5.4.3"
LEAF = name((CN, 12, b"Z199999999-EXAMPLE"))
ISSUER = name((CN, 12, b"EXAMPLE issuer"))
VALIDITY = seq(tlv(23, b"250101000000Z"), tlv(23, b"350913155959Z"))


def spki(key: Key | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pkcs8(key: Key | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def extensions(*parts: tuple[str, bytes]) -> bytes:
    return tlv(0xA3, seq(*(seq(oid(kind), octets(value)) for kind, value in parts)))


CA = extensions(("2.5.29.19", seq(b"\1\1\xff")))
NO_CA = extensions(("2.5.29.19", seq()))


def certificate(
    info: bytes,
    subject: bytes = LEAF,
    issuer: bytes = ISSUER,
    *,
    serial: int = 5,
    validity: bytes = VALIDITY,
    more: bytes = b"",
) -> bytes:
    """Return a certificate whose signature is made up: nothing here verifies one."""
    algorithm = seq(oid("1.2.840.10045.4.3.2"))
    version = tlv(0xA0, integer(2)) if more else b""
    body = seq(
        version, integer(serial), algorithm, issuer, validity, subject, info, more
    )  # fmt: skip
    return seq(body, algorithm, tlv(3, b"\0" + seq(integer(1), integer(1))))


K1, K2 = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12))
C1, C2 = certificate(spki(K1)), certificate(spki(K2), serial=6)
GOOD = data(certificate_bag(C1), key_bag(pkcs8(K1)))
SAFE = seq(GOOD)
PLAIN = pfx(GOOD, how=mac())


def of(*bags: bytes) -> bytes:
    return pfx(data(*bags), how=mac())


def refusal(call: Callable[[], object]) -> PfxRefused:
    with pytest.raises(PfxRefused) as caught:
        call()
    return caught.value


def refused(octets_: str | bytes | Secret, password: Secret | None = PASSWORD) -> PfxRefused:
    return refusal(lambda: open_pfx(octets_, password, lenient=True))


def test_what_is_written_by_hand_is_right() -> None:
    found = open_pfx(PLAIN, PASSWORD)
    assert (found.leaf.der, found.chain, found.others, found.notes) == (C1, (), (), ())
    assert pkcs8(found.key) == pkcs8(K1)  # type: ignore[arg-type]
    assert b"Z199999999-EXAMPLE" in openssl(
        "pkcs12", "-in", "/dev/stdin", "-passin", f"pass:{TEXT}", "-noenc", given=PLAIN
    )


# It is something else.


@functools.cache
def made(what: str) -> bytes:
    both = openssl(
        "pkcs12", "-in", str(FOLDER / "EXAMPLE-rsa-1024.pfx"), "-passin", f"pass:{TEXT}", "-noenc"
    )
    certificate_ = openssl("x509", given=both)
    key = openssl("pkey", given=both)
    results: dict[str, Callable[[], bytes]] = {
        "both": lambda: both,
        "certificate": lambda: certificate_,
        "key": lambda: key,
        "certificate DER": lambda: openssl("x509", "-outform", "DER", given=certificate_),
        "key DER": lambda: openssl("pkey", "-outform", "DER", given=key),
        "traditional": lambda: openssl("rsa", "-traditional", "-outform", "DER", given=key),
        "public": lambda: openssl("pkey", "-pubout", "-outform", "DER", given=key),
        "encrypted": lambda: openssl(
            "pkcs8", "-topk8", "-outform", "DER", "-passout", f"pass:{TEXT}", given=key
        ),
        "p7b": lambda: openssl(
            "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER", given=certificate_
        ),
    }
    return results[what]()


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as whole:
        whole.writestr("EXAMPLE.pfx", b"")
    return archive.getvalue()


OTHERS: dict[str, tuple[Callable[[], str | bytes], str, Kind]] = {
    "nothing": (lambda: b"", "empty", Kind.EMPTY),
    "spaces": (lambda: " \r\n\t", "empty", Kind.EMPTY),
    "zeros": (lambda: bytes(100), "empty", Kind.EMPTY),
    "web page": (lambda: "\ufeff\r\n<!DOCTYPE html>", "web-page", Kind.WEB_PAGE),
    "XML": (lambda: b"<?xml version='1.0'?>", "web-page", Kind.WEB_PAGE),
    "PEM certificate": (lambda: made("certificate"), "pem", Kind.PEM_CERTIFICATE),
    "PEM key": (lambda: made("key"), "pem", Kind.PEM_KEY),
    "PEM both": (lambda: made("both"), "pem", Kind.PEM_KEY),
    "PEM request": (lambda: "-----BEGIN CERTIFICATE REQUEST-----", "pem", Kind.PEM),
    "certificate": (lambda: made("certificate DER"), "certificate", Kind.CERTIFICATE),
    "PKCS#8": (lambda: made("key DER"), "key", Kind.KEY),
    "PKCS#1": (lambda: made("traditional"), "key", Kind.KEY),
    "SEC1": (lambda: seq(integer(1), octets(bytes(32))), "key", Kind.KEY),
    "SPKI": (lambda: made("public"), "key", Kind.KEY),
    "encrypted PKCS#8": (lambda: made("encrypted"), "key", Kind.KEY),
    "p7b": (lambda: made("p7b"), "cms", Kind.CMS),
    "Java": (lambda: b"\xfe\xed\xfe\xed\0\0\0\2", "keystore", Kind.KEYSTORE),
    "ZIP": (zipped, "zip", Kind.ZIP),
    "UTF-16": (lambda: "0x30 EXAMPLE".encode("utf-16"), "utf-16", Kind.UTF_16),
    "UTF-16 LE": (lambda: "EXAMPLE text".encode("utf-16-le"), "utf-16", Kind.UTF_16),
    "UTF-16 BE": (lambda: "EXAMPLE text".encode("utf-16-be"), "utf-16", Kind.UTF_16),
    "base64": (lambda: base64.b64encode(PLAIN), "base64", Kind.BASE64),
    "base64 lines": (lambda: base64.encodebytes(file("ec")), "base64", Kind.BASE64),
    "base64 BER": (lambda: base64.b64encode(b"0\x80" + bytes(30)), "base64", Kind.BASE64),
    "quoted": (lambda: '"' + base64.b64encode(PLAIN).decode() + '"', "base64", Kind.BASE64),
    "path": (lambda: "/home/EXAMPLE/Sinopac.pfx", "path", Kind.PATH),
    "Windows path": (lambda: b"C:\\ca\\Sinopac.p12\n", "path", Kind.PATH),
    "name": (lambda: "Sinopac.pfx", "path", Kind.PATH),
    "word": (lambda: "EXAMPLE", "not-a-pfx", Kind.UNKNOWN),
    "Mx": (lambda: "MMMMMMMMMMMMMMMM", "not-a-pfx", Kind.UNKNOWN),
    "settings": (lambda: "SJ_CA_PATH=Sinopac.pfx", "not-a-pfx", Kind.UNKNOWN),
    "lone surrogate": (lambda: "\udcff", "not-a-pfx", Kind.UNKNOWN),
    "number": (lambda: "0123456789", "not-a-pfx", Kind.UNKNOWN),
    "zero": (lambda: b"0", "not-a-pfx", Kind.UNKNOWN),
    "empty sequence": (seq, "not-a-pfx", Kind.UNKNOWN),
    "one number": (lambda: seq(integer(3)), "not-a-pfx", Kind.UNKNOWN),
    "another type": (lambda: seq(oid("1.2.3")), "not-a-pfx", Kind.UNKNOWN),
    "a set": (lambda: seq(set_of()), "not-a-pfx", Kind.UNKNOWN),
    "a sequence": (lambda: seq(seq()), "not-a-pfx", Kind.UNKNOWN),
    "a key's algorithm": (
        lambda: seq(integer(0), seq(oid("1.2.840.113549.1.1.1"))),
        "key",
        Kind.KEY,
    ),
    "BER of no use": (lambda: open_ended(0x30, open_ended(0x30)), "not-a-pfx", Kind.UNKNOWN),
    "version 4": (lambda: pfx(GOOD, version=4), "wrong-version", Kind.PFX),
    "signed": (
        lambda: seq(integer(3), content(2, seq())),
        "unsupported-protection",
        Kind.PFX,
    ),
}


@pytest.mark.parametrize(("given", "reason", "kind"), OTHERS.values(), ids=OTHERS)
def test_what_it_is_instead(given: Callable[[], str | bytes], reason: str, kind: Kind) -> None:
    found, seen = refused(given()), look(given())
    assert (found.reason, found.kind, seen.kind) == (reason, kind, kind)
    assert str(seen.refusal) == str(found)
    assert (seen.encoding, seen.contents, seen.mac) == (None, (), None)


def test_each_message_says_what_to_do() -> None:
    """Every class has its own reason, and a message of two parts."""
    classes = [getattr(errors, name_) for name_ in errors.__all__]
    assert len({one.reason for one in classes}) == len(classes)
    for one in classes:
        message = getattr(one, "message", "this: that")
        assert ":" in message or ";" in message


@pytest.mark.parametrize("data_", [None, 5, ["MII"], {}, object()])
def test_other_types(data_: object) -> None:
    with pytest.raises(TypeError):
        look(data_)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        open_pfx(data_, PASSWORD)  # type: ignore[arg-type]


# It is broken.


def shrouded(algorithm: bytes) -> bytes:
    return bag(2, seq(algorithm, octets(bytes(16))))


def pbes2(derivation: bytes, cipher: str = "2.16.840.1.101.3.4.1.42") -> bytes:
    return seq(oid(f"{PKCS5}.13"), seq(derivation, seq(oid(cipher), octets(bytes(16)))))


def encrypted(algorithm: bytes, *more: bytes) -> bytes:
    info = seq(oid(f"{PKCS7}.1"), algorithm, tlv(0x80, bytes(16)))
    return content(6, seq(integer(0), info, *more))


def scheme(number: int, iterations: int = 1) -> bytes:
    return seq(oid(f"{PKCS12}.1.{number}"), seq(octets(b"saltsalt"), integer(iterations)))


def scrypt(n: int, r: int = 8, p: int = 1, *more: bytes) -> bytes:
    body = seq(octets(b"salt"), integer(n), integer(r), integer(p), *more)
    return pbes2(seq(oid("1.3.6.1.4.1.11591.4.11"), body))


BROKEN: dict[str, tuple[bytes, Problem, bytes]] = {
    # what, the problem, and the octets at which it is seen
    "unknown content": (pfx(content(5, seq())), Problem.BAD_OID, oid(f"{PKCS7}.5")),
    "unknown certificate": (
        of(certificate_bag(C1, kind="22.2")),
        Problem.BAD_OID,
        oid(f"{PKCS9}.22.2"),
    ),
    "name of half a letter": (
        of(certificate_bag(C1, attribute(20, tlv(0x1E, b"abc")))),
        Problem.OVERRUN,
        tlv(0x1E, b"abc"),
    ),
    "name of another type": (
        of(certificate_bag(C1, attribute(20, tlv(12, b"abc")))),
        Problem.WRONG_TAG,
        tlv(12, b"abc"),
    ),
    "identifier of another type": (
        of(key_bag(pkcs8(K1), attribute(21, tlv(12, b"abc")))),
        Problem.WRONG_TAG,
        tlv(12, b"abc"),
    ),
    "no iterations": (
        pfx(data(shrouded(scheme(3, 0)))),
        Problem.BAD_INTEGER,
        seq(octets(b"saltsalt"), integer(0))[-3:],
    ),
    "negative iterations": (
        pfx(data(shrouded(pbes2(pbkdf2(-1))))),
        Problem.BAD_INTEGER,
        integer(-1) + seq(oid(f"{HMACS}.9"), NULL),
    ),
    "long key": (
        pfx(data(shrouded(pbes2(pbkdf2(1, integer(65)))))),
        Problem.BAD_INTEGER,
        integer(65) + seq(oid(f"{HMACS}.9"), NULL),
    ),
    "MAC of no iterations": (
        pfx(GOOD, how=mac(written=integer(0))),
        Problem.BAD_INTEGER,
        integer(0),
    ),
    "after the MAC": (
        seq(integer(3), content(1, octets(SAFE)), mac()(SAFE), NULL),
        Problem.TRAILING,
        NULL,
    ),
}


@pytest.mark.parametrize(("given", "problem", "place"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken(given: bytes, problem: Problem, place: bytes) -> None:
    found = refused(given)
    assert isinstance(found, MalformedPfx)
    offset = given.rindex(place)
    message = (
        f"the structure of the pfx is broken ({problem}, at octet {offset}): it was altered; "
        "download or export it again"
    )
    assert (found.problem, found.offset, str(found)) == (problem, offset, message)
    assert str(look(given).refusal) == str(found)


@pytest.mark.parametrize("size", [10, 100, 1000, -1])
def test_cut_off(size: int) -> None:
    whole = file("aes-256")
    found = refused(whole[:size])
    assert isinstance(found, Truncated)
    present, needed = len(whole[:size]), len(whole)
    message = f"the pfx is cut off after {present} of {needed} octets: download or copy it again"
    assert (found.reason, found.present, found.needed, str(found)) == (
        "truncated",
        present,
        needed,
        message,
    )


def test_a_short_one_cut_off() -> None:
    assert str(refused(pfx()[:-1])).startswith("the pfx is cut off after 23 of 24 octets")


def test_something_follows() -> None:
    given = PLAIN + b"\r\n"
    found = refusal(lambda: open_pfx(given, PASSWORD))
    assert isinstance(found, TrailingOctets)
    assert (found.count, str(found)) == (
        2,
        "2 octets follow the end of the pfx: copy it anew, or open it leniently",
    )
    opened = open_pfx(given, PASSWORD, lenient=True)
    assert (opened.notes, opened.description.trailing) == ((Note.TRAILING_OCTETS,), 2)


# Bounds.

PBKDF2_2M = pfx(data(shrouded(pbes2(pbkdf2(2_000_000)))), how=mac())
COSTLY = {
    "MAC": pfx(GOOD, how=mac(written=integer(2_000_000))),
    "PBMAC1": pfx(GOOD, how=pbmac1(derivation=pbkdf2(2_000_000, integer(32)))),
    "PBKDF2": PBKDF2_2M,
    "3DES": pfx(encrypted(scheme(3, 2_000_000))),
    "PBES1": pfx(encrypted(seq(oid(f"{PKCS5}.3"), seq(octets(b"saltsalt"), integer(2_000_000))))),
    "scrypt": pfx(encrypted(scrypt(250_000))),
}


@pytest.fixture
def no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would derive a key fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(pkcs12, "load_pkcs12", refuse)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", refuse)
    monkeypatch.setattr(hashlib, "sha256", refuse)


@pytest.mark.usefixtures("no_derivation")
@pytest.mark.parametrize("given", COSTLY.values(), ids=COSTLY)
def test_two_million_iterations_are_not_made(given: bytes) -> None:
    tracemalloc.start()
    try:
        found = refused(given)
        seen = look(given)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    message = (
        "the file wants the password hashed 2000000 times at once (at most 1000000), which would "
        "keep the machine busy: export it again, or raise the limit `iterations`"
    )
    assert (found.reason, str(found), str(seen.refusal)) == ("costly-derivation", message, message)
    assert isinstance(found, CostlyDerivation)
    assert (found.iterations, found.most, found.total) == (2_000_000, 1_000_000, False)
    assert seen.kind is Kind.PFX
    assert seen.iterations >= 2_000_000


@pytest.mark.usefixtures("no_derivation")
def test_many_derivations_are_too_many_in_sum() -> None:
    found = refused(pfx(encrypted(scheme(3, 700_000)), *[encrypted(scheme(6, 700_000))] * 2))
    assert isinstance(found, CostlyDerivation)
    message = (
        "the file wants the password hashed 2100000 times in sum (at most 2000000), which would "
        "keep the machine busy: export it again, or raise the limit `total`"
    )
    assert (found.iterations, found.total, str(found)) == (2_100_000, True, message)


def test_a_limit_can_be_raised() -> None:
    given = pfx(GOOD, how=mac(iterations=3))
    low = Limits(iterations=2)
    assert refusal(lambda: open_pfx(given, PASSWORD, limits=low)).reason == "costly-derivation"
    assert open_pfx(given, PASSWORD, limits=Limits(iterations=3)).leaf.der == C1
    scrypts = Limits(iterations=2**22, total=2**22)
    assert look(pfx(encrypted(scrypt(2**18))), limits=scrypts).iterations == 2**21


@pytest.mark.usefixtures("no_derivation")
def test_what_is_too_large() -> None:
    for whole in (bytes(1_048_577), "a" * 1_048_577, Secret(bytes(1_048_577))):
        found = refused(whole)
        assert (found.reason, look(whole).size) == ("input-too-large", 1_048_577)
    assert refused(bytes(1_048_576)).reason == "empty"
    # Characters are fewer than octets.
    assert refused("\u5bc6" * 400_000).reason == "input-too-large"


def nest(depth: int) -> bytes:
    inside = key_bag(pkcs8(K1))
    for _ in range(depth):
        inside = bag(6, seq(inside))
    return of(inside)


@pytest.mark.usefixtures("no_derivation")
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (nest(10), Problem.TOO_DEEP),
        (of(*[bag(5, NULL)] * 3000), Problem.TOO_MANY),
        (b"\x30\x80\x02\x01\x03" + b"\x30\x80" * 5000, Problem.TOO_DEEP),
        (
            open_ended(0x30, integer(3), open_ended(0x30, *[NULL] * 10_000)),
            Problem.TOO_MANY,
        ),
        (
            open_ended(0x30, integer(3), open_ended(0x30, octets(seq(*[NULL] * 10_000)))),
            Problem.TOO_MANY,
        ),
    ],
)
def test_what_is_too_much(given: bytes, problem: Problem) -> None:
    found = refused(given)
    assert isinstance(found, MalformedPfx)
    assert found.problem is problem


def test_no_input_takes_long() -> None:
    """The worst in size and nesting, all of it read: far from seconds even where it is slow."""
    started = time.process_time()
    for whole in (
        b"0\x80\x02\x01\x03" + b"$\x80" * 500_000,
        pfx(*[data(*[bag(5, NULL)] * 800)] * 2),
        seq(integer(3), octets(*[b"0\x80"] * 400_000)),
        b"-" * 1_000_000,
        b"/" + b"a" * 1_000_000,
        b"M" * 1_000_000,
        b" " * 1_000_000 + b"x",
    ):
        look(whole)
    assert time.process_time() - started < 30


# BER.


def in_pieces(value: bytes, size: int = 100) -> bytes:
    pieces = [octets(value[at : at + size]) for at in range(0, len(value), size)]
    return open_ended(0x24, *pieces)


def ber(part: bytes, *more: bytes) -> bytes:
    """Return a file of indefinite lengths and strings in pieces, inside and outside."""
    safe = open_ended(0x30, part)
    body = open_ended(0x30, oid(f"{PKCS7}.1"), open_ended(0xA0, in_pieces(safe)))
    return open_ended(0x30, integer(3), body, mac()(safe), *more)


BAGS = open_ended(0x30, certificate_bag(C1), key_bag(pkcs8(K1)))
BER_DATA = open_ended(0x30, oid(f"{PKCS7}.1"), open_ended(0xA0, in_pieces(BAGS)))
LONG_FORM = b"\x30\x83\x00" + PLAIN[2:4] + PLAIN[4:]


@pytest.mark.parametrize("given", [ber(BER_DATA), ber(GOOD), LONG_FORM])
def test_ber(given: bytes) -> None:
    """As it is, the newest library warns of it and says that it may refuse it one day."""
    opened = open_pfx(given, PASSWORD)
    assert (opened.leaf.der, opened.notes, opened.description.encoding) == (
        C1,
        (Note.BER,),
        Written.BER,
    )
    bags = (Bag(BagKind.CERTIFICATE), Bag(BagKind.KEY))
    assert look(given + b"xy").contents == (Content(ContentKind.DATA, bags, None),)
    assert look(given + b"xy").trailing == 2


def test_ber_with_a_wrong_password() -> None:
    assert refused(ber(BER_DATA), Secret("x")).reason == "wrong-password"


def test_ber_in_pieces_that_are_encrypted() -> None:
    info = open_ended(
        0x30, oid(f"{PKCS7}.1"), scheme(3), open_ended(0xA0, octets(b"0" * 8), octets(b"12345678"))
    )
    part = open_ended(0x30, oid(f"{PKCS7}.6"), open_ended(0xA0, open_ended(0x30, integer(0), info)))
    seen = look(ber(part))
    assert (seen.refusal, seen.contents[0].kind) == (None, ContentKind.ENCRYPTED)
    assert [str(one) for one in seen.encryptions] == ["pbeWithSHA1And3-KeyTripleDES-CBC"]


HEAD = b"\x30\x80\x02\x01\x03\x30\x80"


@pytest.mark.parametrize(
    ("given", "problem", "offset"),
    [
        (HEAD, Problem.CUT_OFF, 7),
        (HEAD + b"\x04", Problem.CUT_OFF, 7),
        (HEAD + b"\x04\x80\0\0", Problem.INDEFINITE_LENGTH, 7),
        (HEAD + b"\x04\x05a\0\0\0\0", Problem.CUT_OFF, 14),
        (HEAD + b"\x04\x84\xff\xff\xff\xff\0\0", Problem.CUT_OFF, 7),
        (HEAD + b"\x1f\x01\0\0\0\0\0", Problem.HIGH_TAG, 7),
        (HEAD + b"\x24\x80\x05\0\0\0\0\0\0\0", Problem.WRONG_TAG, 7),
        (HEAD + b"\x05\0\0\0\0\0", Problem.WRONG_TAG, 7),
    ],
)
def test_broken_ber(given: bytes, problem: Problem, offset: int) -> None:
    found = refused(given)
    assert isinstance(found, MalformedPfx)
    assert (found.problem, found.offset) == (problem, offset)


# Algorithms.

PBES2_CIPHERS = {
    "2.16.840.1.101.3.4.1.2": "AES-128-CBC",
    "2.16.840.1.101.3.4.1.22": "AES-192-CBC",
    "1.2.840.113549.3.7": "DES-EDE3-CBC",
    "1.3.14.3.2.7": "DES-CBC",
}


@pytest.mark.parametrize(("cipher", "shown"), PBES2_CIPHERS.items())
def test_ciphers_of_pbes2(cipher: str, shown: str) -> None:
    seen = look(pfx(encrypted(pbes2(pbkdf2(7, integer(32), prf=b""), cipher), tlv(0xA1))))
    assert seen.encryptions == (
        Encrypted(
            "PBES2",
            shown,
            Derivation.PBKDF2,
            "hmacWithSHA1",
            8,
            7,
            legacy=shown == "DES-CBC",
        ),
    )
    assert seen.refusal is None


def test_scrypt() -> None:
    seen = look(pfx(encrypted(scrypt(1024, 8, 1, integer(32)))))
    assert seen.encryptions == (
        Encrypted("PBES2", "AES-256-CBC", Derivation.SCRYPT, None, 4, 8192, legacy=False),
    )
    assert str(seen.encryptions[0]) == "PBES2, scrypt, AES-256-CBC"


ONE = "1.2.3.4"
UNKNOWN = {
    "scheme": (encrypted(seq(oid(ONE))), ONE),
    "cipher": (encrypted(pbes2(pbkdf2(), ONE)), f"PBES2 with {ONE}"),
    "derivation": (encrypted(pbes2(seq(oid(ONE)))), f"PBES2 with {ONE}"),
    "function": (encrypted(pbes2(pbkdf2(prf=seq(oid(ONE))))), f"PBES2 with {ONE}"),
    "of a key": (data(shrouded(seq(oid(ONE)))), ONE),
}


@pytest.mark.usefixtures("no_derivation")
@pytest.mark.parametrize(("part", "shown"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_encryption(part: bytes, shown: str) -> None:
    found, seen = refused(pfx(part)), look(pfx(part))
    assert isinstance(found, UnsupportedEncryption)
    message = (
        f"the encryption {shown} cannot be opened here: export the file again with AES-256, or "
        "convert it where it was made"
    )
    assert (found.name, str(found)) == (shown, message)
    assert (seen.kind, seen.encryptions, len(seen.contents)) == (Kind.PFX, (), 1)
    assert opens(seen)[Tool.CRYPTOGRAPHY].answer is Answer.UNKNOWN


MACS = {
    "digest": (pfx(GOOD, how=mac(algorithm=seq(oid(ONE)))), ONE),
    "derivation": (pfx(GOOD, how=pbmac1(derivation=seq(oid(ONE)))), f"PBMAC1 with {ONE}"),
    "scheme": (pfx(GOOD, how=pbmac1(scheme=seq(oid(ONE)))), f"PBMAC1 with {ONE}"),
    "function": (
        pfx(GOOD, how=pbmac1(derivation=pbkdf2(3, integer(32), seq(oid(ONE))))),
        f"PBMAC1 with {ONE}",
    ),
    "no length": (
        pfx(GOOD, how=pbmac1(derivation=pbkdf2(3))),
        "PBMAC1 with a key of None octets",
    ),
}


@pytest.mark.usefixtures("no_derivation")
@pytest.mark.parametrize(("whole", "shown"), MACS.values(), ids=MACS)
def test_unknown_mac(whole: bytes, shown: str) -> None:
    found, seen = refused(whole), look(whole)
    assert isinstance(found, UnsupportedMac)
    assert (found.name, seen.mac, str(found)) == (
        shown,
        None,
        f"the MAC {shown} cannot be checked here: export the file again with the MAC SHA-256",
    )


def test_pbmac1() -> None:
    """OpenSSL 3.4 and later know it, which the library has since 44.0."""
    given = pfx(GOOD, how=pbmac1())
    assert look(given).mac == Mac("PBMAC1", "sha512", Derivation.PBKDF2, "hmacWithSHA256", 8, 3)
    assert open_pfx(given, PASSWORD).leaf.der == C1
    assert refused(given, Secret("x")).reason == "wrong-password"
    found = refused(given, Secret(TEXT + " "))
    assert isinstance(found, WrongPassword)
    assert found.would_open is Variant.STRIPPED
    assert opens(look(given))[Tool.OPENSSL].answer is Answer.REFUSES


def test_enveloped() -> None:
    found, seen = refused(pfx(GOOD, content(3, seq()))), look(pfx(GOOD, content(3, seq())))
    assert found.reason == "unsupported-protection"
    assert [one.kind for one in seen.contents] == [ContentKind.DATA, ContentKind.ENVELOPED]


@pytest.mark.parametrize("digest", DIGESTS)
def test_macs(digest: str) -> None:
    for written in (None, b""):
        given = pfx(GOOD, how=mac(name=digest, written=written))
        assert open_pfx(given, PASSWORD).leaf.der == C1
        assert refused(given, Secret("x")).reason == "wrong-password"


def test_without_the_librarys_legacy_provider() -> None:
    """As a build of the library may be: the password is right, and the cipher not there."""
    code = (
        "import sys, pathlib; from signers import Secret; from signers.pfx import *\n"
        "for path, password in zip(sys.argv[1::2], sys.argv[2::2]):\n"
        "    try: open_file(path, Secret(password)); print('opened')\n"
        "    except PfxRefused as error: print(error.reason, getattr(error, 'name', ''))\n"
    )
    tries = [("aes-256", TEXT), ("rc2-40", TEXT), ("rc4-128", TEXT), ("rc2-40", "x")]
    arguments = [
        one for name_, password in tries for one in (str(FOLDER / f"EXAMPLE-{name_}.pfx"), password)
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.decode().splitlines() == [
        "opened",
        "unsupported-encryption pbeWithSHA1And40BitRC2-CBC",
        "unsupported-encryption pbeWithSHA1And128BitRC4",
        "wrong-password ",
    ]


def test_what_the_library_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("made up")

    monkeypatch.setattr(pkcs12, "load_pkcs12", refuse)
    assert refused(file("rc2-40")).reason == "unsupported-encryption"
    assert refused(file("aes-256")).reason == "damaged-contents"
    assert refused(file("neither")).reason == "damaged-contents"
    assert refused(file("no-mac")).reason == "wrong-password"


# Passwords.


@pytest.mark.parametrize("password", [None, Secret("")])
@pytest.mark.parametrize("written", [b"\0\0", b""])
def test_no_password_and_an_empty_one(password: Secret | None, written: bytes) -> None:
    """Programs write either as the password of a MAC; both open with both."""
    given = pfx(GOOD, how=mac(written))
    assert open_pfx(given, password).notes == (Note.EMPTY_PASSWORD,)
    damaged = pfx(data(key_bag(seq(integer(0)))), how=mac(written))
    assert refused(damaged, password).reason == "damaged-contents"


@pytest.mark.parametrize("text", ["\u5bc6\u78bc", "caf\u00e9", "\U0001f600x"])
def test_passwords_beyond_ascii(text: str) -> None:
    """UTF-16, with surrogates beyond the basic plane."""
    given = pfx(GOOD, how=mac(wide(text)))
    assert open_pfx(given, Secret(text)).notes == (Note.NON_ASCII_PASSWORD,)
    assert refused(given, Secret(text[:-1] or "x")).reason == "wrong-password"


def test_a_password_in_another_unicode_form() -> None:
    given = pfx(GOOD, how=mac(wide("caf\u00e9")))
    found = refused(given, Secret("cafe\u0301"))
    assert isinstance(found, WrongPassword)
    assert found.would_open is Variant.NFC


def test_other_passwords_are_tried_within_the_limit() -> None:
    given = pfx(GOOD, how=mac(iterations=2))
    found = refusal(lambda: open_pfx(given, Secret(TEXT + " "), limits=Limits(total=2)))
    assert isinstance(found, WrongPassword)
    assert found.would_open is Variant.STRIPPED
    found = refusal(lambda: open_pfx(given, Secret(f"'{TEXT}' "), limits=Limits(total=2)))
    assert isinstance(found, WrongPassword)
    assert found.would_open is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        (b"\xff", PasswordProblem.NOT_UTF8),
        (b"EXAMPLE\0", PasswordProblem.NUL),
        (b"x" * 1025, PasswordProblem.TOO_LONG),
    ],
)
@pytest.mark.usefixtures("no_derivation")
def test_what_cannot_be_a_password(password: bytes, problem: PasswordProblem) -> None:
    """On a NUL the library would panic and print the password."""
    found = refused(PLAIN, Secret(password))
    assert isinstance(found, UnusablePassword)
    assert (found.problem, found.reason) == (problem, "unusable-password")


# What is in it.

ID1, ID2 = key_id(b"1"), key_id(b"2")
E1 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
ROOT = certificate(spki(K2), ISSUER, ISSUER, serial=1, more=CA)
OLD_ROOT = certificate(spki(K2), ISSUER, ISSUER, serial=1)
OTHER_LEAF = certificate(spki(K2), serial=6, more=NO_CA)
RENEWED = certificate(spki(K1), serial=7)
KEY1 = key_bag(pkcs8(K1))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (of(), "nothing-inside"),
        (pfx(how=mac()), "nothing-inside"),
        (of(certificate_bag(C1)), "no-key"),
        (of(KEY1), "no-certificate"),
        (of(certificate_bag(C2), KEY1), "key-mismatch"),
        (of(certificate_bag(C2, ID1), key_bag(pkcs8(K1), ID1)), "key-mismatch"),
        (of(certificate_bag(C1), key_bag(pkcs8(E1))), "key-mismatch"),
        (of(certificate_bag(C1), KEY1, key_bag(pkcs8(K2))), "several-keys"),
        (of(certificate_bag(C1), KEY1, shrouded(scheme(3))), "several-keys"),
        (of(certificate_bag(C1), certificate_bag(RENEWED), KEY1), "several-leaves"),
        (of(certificate_bag(b"\x30\0"), KEY1), "damaged-contents"),
        (of(certificate_bag(C1), key_bag(seq(integer(0)))), "damaged-contents"),
        (of(certificate_bag(C1), bag(2, seq(scheme(3), octets(bytes(8))))), "damaged-contents"),
    ],
)
def test_what_is_wrong_inside(given: bytes, reason: str) -> None:
    assert refused(given).reason == reason


def test_the_numbers_in_refusals() -> None:
    found = refused(of(certificate_bag(C2), KEY1))
    assert isinstance(found, KeyMismatch)
    assert found.certificates == 1
    given = of(certificate_bag(C1), KEY1, key_bag(pkcs8(K2)))
    for one in (refused(given), look(given).refusal):
        assert isinstance(one, SeveralKeys)
        assert one.count == 2
    found = refused(of(certificate_bag(C1), certificate_bag(RENEWED), KEY1))
    assert isinstance(found, SeveralLeaves)
    message = (
        "the pfx holds 2 certificates of holders, 2 of them for its key: export the one that is "
        "meant by itself"
    )
    assert (found.count, found.matching, str(found)) == (2, 2, message)


@pytest.mark.parametrize("other", [C2, OTHER_LEAF])
def test_another_holders_certificate_only_leniently(other: bytes) -> None:
    given = of(certificate_bag(other, ID2), certificate_bag(C1, ID1), key_bag(pkcs8(K1), ID1))
    found = refusal(lambda: open_pfx(given, PASSWORD))
    assert isinstance(found, SeveralLeaves)
    assert (found.count, found.matching) == (2, 1)
    opened = open_pfx(given, PASSWORD, lenient=True)
    assert (opened.leaf.der, [one.der for one in opened.others], opened.notes) == (
        C1,
        [other],
        (Note.SEVERAL_LEAVES,),
    )


@pytest.mark.parametrize(
    ("more", "chain", "others"),
    [
        ([C1, C1], [], []),
        ([ROOT], [ROOT], []),
        ([OLD_ROOT, OLD_ROOT], [OLD_ROOT], []),
        ([certificate(spki(K2), name((CN, 12, b"x")), more=CA), ROOT], [ROOT], [0]),
    ],
)
def test_chains(more: list[bytes], chain: list[bytes], others: list[int]) -> None:
    given = of(certificate_bag(C1), KEY1, *map(certificate_bag, more))
    opened = open_pfx(given, PASSWORD)
    assert [one.der for one in opened.chain] == chain
    assert [one.der for one in opened.others] == [more[place] for place in others]


def test_issuers_that_issue_each_other() -> None:
    one, two = name((CN, 12, b"one")), name((CN, 12, b"two"))
    first = certificate(spki(K2), one, two, more=CA)
    second = certificate(spki(K2), two, one, more=CA)
    leaf = certificate(spki(K1), LEAF, one)
    given = of(certificate_bag(leaf), KEY1, certificate_bag(second), certificate_bag(first))
    assert [one.der for one in open_pfx(given, PASSWORD).chain] == [first, second]


def test_pem_within_a_file() -> None:
    """What is in a file does not make it something else."""
    secret = seq(oid(ONE), explicit(octets(b"-----BEGIN CERTIFICATE-----")))
    given = of(certificate_bag(C1), KEY1, bag(5, secret))
    assert open_pfx(given, PASSWORD).leaf.der == C1


def test_other_bags() -> None:
    """A list of revoked ones, a secret and one that is unknown; bags within bags."""
    secret = bag(5, seq(oid(ONE), explicit(octets(b"x"))))
    inside = bag(6, seq(key_bag(pkcs8(K1), attribute(99, NULL), ID1)))
    given = pfx(data(certificate_bag(C1), secret), data(inside), how=mac())
    assert open_pfx(given, PASSWORD).leaf.der == C1
    more = pfx(data(bag(4, seq()), bag(9, NULL), inside), how=mac())
    kinds = [one.kind for one in look(more).contents[0].bags or ()]
    assert kinds == [BagKind.CRL, BagKind.UNKNOWN, BagKind.SAFE, BagKind.KEY]


def leaf_of(der: bytes, key: bytes = KEY1) -> Certificate:
    return open_pfx(of(certificate_bag(der), key), PASSWORD).leaf


def test_a_leaf_that_the_library_warns_of() -> None:
    for serial in (0, -5):
        assert leaf_of(certificate(spki(K1), serial=serial)).serial == serial
    assert leaf_of(certificate(spki(K1), name(("2.5.4.6", 19, b"Taiwan")))).common_name is None


def test_names_of_many_kinds() -> None:
    subject = name(
        (CN, 0x1E, "\u738b".encode("utf-16-be")),
        (CN, 12, b"second"),
        ("2.5.4.45", 3, b"\0\xab"),
        (ONE, 12, b"x"),
        ("2.5.4.5", 19, b"A1"),
    )
    leaf = leaf_of(certificate(spki(K1), subject))
    assert (leaf.common_name, leaf.issuer_common_name) == ("\u738b", "EXAMPLE issuer")
    assert [(one.oid, one.value) for one in leaf.subject] == [
        (CN, "\u738b"),
        (CN, "second"),
        # With the count of unused bits before.
        ("2.5.4.45", "00ab"),
        (ONE, "x"),
        ("2.5.4.5", "A1"),
    ]


BAD_USAGE = extensions(("2.5.29.15", NULL))
TWICE = extensions(("2.5.29.15", b"\3\2\7\x80"), ("2.5.29.15", b"\3\2\7\x80"))


@pytest.mark.parametrize("more", [BAD_USAGE, TWICE])
def test_extensions_that_cannot_be_read(more: bytes) -> None:
    leaf = leaf_of(certificate(spki(K1), more=more))
    assert (leaf.extensions_readable, leaf.key_usage, leaf.is_issuer) == (False, None, None)


def test_a_name_that_cannot_be_read() -> None:
    """A T61 string in Big5, as old programs wrote it."""
    big5 = certificate(spki(K1), name((CN, 20, "\u738b".encode("big5"))))
    found = refused(of(certificate_bag(big5), KEY1))
    assert isinstance(found, UnreadableCertificate)
    message = (
        "the certificate's subject cannot be read: it was made wrongly; ask its issuer for "
        "another one"
    )
    assert (found.part, str(found)) == ("subject", message)


def test_keys_of_other_kinds() -> None:
    leaf = leaf_of(certificate(spki(E1)), key_bag(pkcs8(E1)))
    assert (leaf.key_type, leaf.key_bits, leaf.curve) == ("Ed25519", None, None)
    assert repr(open_pfx(of(certificate_bag(certificate(spki(E1))), key_bag(pkcs8(E1))), PASSWORD)
                ) == "<Pfx Ed25519, 1 certificates>"  # fmt: skip
    small = dsa.DSAParameterNumbers(p=2**1023 + 1155, q=2**159 + 1, g=2)
    info = dsa.DSAPublicNumbers(3, small).public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    unknown = seq(seq(oid(ONE)), tlv(3, b"\0x"))
    given = of(
        certificate_bag(C1),
        KEY1,
        *(certificate_bag(certificate(one, ISSUER, ISSUER, more=CA)) for one in (info, unknown)),
    )
    opened = open_pfx(given, PASSWORD)
    kinds = [(one.key_type, one.key_bits) for one in (*opened.chain, *opened.others)]
    assert kinds == [("DSA", 1024), ("unknown", None)]
    assert public_key_info(opened.others[0].x509) == unknown


def test_a_key_on_a_curve_that_the_library_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise UnsupportedAlgorithm("made up")

    monkeypatch.setattr(pkcs12, "load_pkcs12", unsupported)
    assert refused(PLAIN).reason == "unsupported-key"


# Nothing is shown.

HIDDEN = [
    TEXT, pkcs8(K1)[40:60].hex(), repr(pkcs8(K1)[40:50])[2:-1], repr(PLAIN[-30:-20])[2:-1],
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
                texts += [f"{key}={value}" for key, value in (frame.locals or {}).items()]
        one = one.__cause__ or one.__context__
    return "\n".join(texts)


SHOWN: list[tuple[object, object]] = [
    *((given(), PASSWORD) for given, _, _ in OTHERS.values()),
    *((given, PASSWORD) for given, _, _ in BROKEN.values()),
    *((given, PASSWORD) for given in COSTLY.values()),
    (PLAIN, Secret(TEXT + "x")),
    (PLAIN, Secret(TEXT + " ")),
    (PLAIN, Secret(TEXT + "\0")),
    (PLAIN, Secret(TEXT.encode() + b"\xff")),
    (PLAIN, Secret(TEXT * 100)),
    (PLAIN, None),
    (PLAIN[:-1], PASSWORD),
    (of(KEY1), PASSWORD),
    (of(certificate_bag(C2), KEY1), PASSWORD),
    (of(certificate_bag(b"\x30\0"), KEY1), PASSWORD),
    (ber(BER_DATA)[:-9], PASSWORD),
    ([PLAIN], PASSWORD),
    (PLAIN + bytes(2_000_000), PASSWORD),
]


@pytest.mark.parametrize(("given", "password"), SHOWN, ids=range(len(SHOWN)))
def test_no_error_shows_anything(given: object, password: Secret | None, tmp_path: Path) -> None:
    try:
        open_pfx(given, password, lenient=True)  # type: ignore[arg-type]
    except (PfxRefused, TypeError) as error:
        shown = all_that_shows(error)
        assert [text for text in HIDDEN if text in shown] == []
    if isinstance(given, bytes):
        path = tmp_path / "given.pfx"
        path.write_bytes(given)
        found = refusal(lambda: open_file(path, password, lenient=True))
        assert [text for text in HIDDEN if text in all_that_shows(found)] == []


def test_no_object_shows_anything() -> None:
    opened = open_pfx(PLAIN, PASSWORD)
    for one in (opened, opened.leaf, opened.description, look(PLAIN), look(PLAIN + b"x")):
        assert [text for text in HIDDEN if text in f"{one} {one!r} {[one]}"] == []
    with pytest.raises(TypeError):
        pickle.dumps(opened)


# Altered files: a result or a reason.

ONCE = file("iterations-1")
BARE = pfx(GOOD)
WITHIN = Limits(iterations=50, total=100)
SHAPES = (ONCE, PLAIN, BARE, BARE, ber(BER_DATA), pfx(GOOD, how=pbmac1()))


def mutated(given: bytes, rng: random.Random) -> bytes:
    """Return the octets with one to three changes of any sort."""
    changed = bytearray(given)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(changed))
        until = min(len(changed), at + rng.randrange(1, 9))
        kind = rng.randrange(8)
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed[at] = rng.randrange(256)
        elif kind == 2:
            changed[at] = rng.choice(b"\x00\x02\x04\x05\x06\x24\x30\x31\x80\x81\x82\x84\xa0\xff")
        elif kind == 3:
            del changed[at:until]
        elif kind == 4:
            changed[at:at] = changed[at:until]
        elif kind == 5:
            del changed[max(at, 1) :]
        elif kind == 6:
            changed[at:at] = rng.randbytes(until - at)
        else:
            changed[at], changed[until - 1] = changed[until - 1], changed[at]
    return bytes(changed) or b"0"


def outcome(given: bytes) -> str:
    """Return `opened`, or the reason for which an altered file is refused."""
    seen = look(given, limits=WITHIN)
    try:
        opened: Pfx = open_pfx(given, PASSWORD, limits=WITHIN, lenient=True)
    except PfxRefused as error:
        if seen.refusal is not None:
            assert (seen.refusal.reason, str(seen.refusal)) == (error.reason, str(error))  # noqa: PT017
        return error.reason
    assert seen.refusal is None
    assert opened.description == seen
    if seen.mac is not None:
        # Whatever was altered, it was not what the MAC protects.
        assert opened.leaf.der in {C1, open_pfx(ONCE, PASSWORD).leaf.der}
    return "opened"


@given(st.sampled_from(SHAPES), st.integers(0, 2**32))
def test_altered_files(given: bytes, seed: int) -> None:
    outcome(mutated(given, random.Random(seed)))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_whatever_is_given(given: bytes | str) -> None:
    assert isinstance(look(given).refusal, PfxRefused)
    assert isinstance(refused(given), PfxRefused)


@given(st.binary(max_size=100))
def test_whatever_begins_like_one(tail: bytes) -> None:
    for head in (PLAIN[:60], BARE[:40], ber(BER_DATA)[:30]):
        outcome(head + tail)


@pytest.mark.heavy
def test_twenty_thousand_altered_files() -> None:
    rng = random.Random(12)
    seen: dict[str, int] = {}
    for number in range(20_000):
        reason = outcome(mutated(SHAPES[number % len(SHAPES)], rng))
        seen[reason] = seen.get(reason, 0) + 1
    assert sum(seen.values()) == 20_000
    assert seen.keys() >= {
        "opened",
        "wrong-password",
        "malformed-pfx",
        "truncated",
        "not-a-pfx",
        "damaged-contents",
        "key-mismatch",
        "costly-derivation",
        "unsupported-encryption",
        "unsupported-mac",
    }


def test_warnings_stay_as_they_were() -> None:
    before = list(warnings.filters)
    open_pfx(PLAIN, PASSWORD)
    refused(b"0")
    assert list(warnings.filters) == before
    assert Limits() == DEFAULT_LIMITS
