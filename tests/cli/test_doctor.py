"""The command `doctor`: every output whole, and nothing secret in any of them."""

import base64
import functools
import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import msgspec
import pytest

from signers.rsa_keys import Repair
from signers.rsa_keys.sdks import Sdk
from signproof.doctor import (
    EXAMINERS,
    DoctorReport,
    Examination,
    Options,
    Source,
    SourceUnreadable,
    diagnose,
    examiner,
    read_source,
)
from signproof.doctor.conversions import SDKS, shape_for, takes
from signproof.doctor.keys import REPAIRS

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
PAGE = dict(
    line.split("=", 1)
    for line in (ROOT / "tests/signers/keys/page-EXAMPLE.properties").read_text().splitlines()
)
PK1, PK8 = PAGE["private_key_pk1"], PAGE["private_key_pk8"]
DER1, DER8 = base64.b64decode(PK1), base64.b64decode(PK8)
NAME = "tiger_openapi_config.properties"
ID, ACCOUNT, UUID = "20159876", "12345678", "0f0e0d0c-1111-2222-3333-444455556666"
PASSPHRASE = "made-up-passphrase"


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


def pem(label: str, line: str) -> str:
    body = "\n".join(line[at : at + 64] for at in range(0, len(line), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


PEM1, PEM8 = pem("RSA PRIVATE KEY", PK1), pem("PRIVATE KEY", PK8)
PUBLIC = openssl("pkey", "-pubout", "-outform", "DER", given=PEM8.encode())
SHA = hashlib.sha256(PUBLIC).hexdigest()
PUBLIC_LINE = base64.b64encode(PUBLIC).decode()


@functools.cache
def other() -> tuple[bytes, bytes, str]:
    """Return a second key, its public half in PEM and that one's fingerprint."""
    private = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
    public = openssl("pkey", "-pubout", "-outform", "DER", given=private)
    return (
        private,
        openssl("pkey", "-pubout", given=private),
        hashlib.sha256(public).hexdigest(),
    )


@functools.cache
def encrypted() -> bytes:
    return openssl("pkcs8", "-topk8", "-passout", f"pass:{PASSPHRASE}", given=PEM8.encode())


@functools.cache
def ec() -> bytes:
    return openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def numbers_of(der: bytes) -> list[int]:
    at, found = 4, []
    while at < len(der):
        size, at = der[at + 1], at + 2
        if size > 128:
            count = size - 128
            size, at = int.from_bytes(der[at : at + count], "big"), at + count
        found.append(int.from_bytes(der[at : at + size], "big"))
        at += size
    return found


def tlv(tag: int, value: bytes) -> bytes:
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    size = len(value).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 128 + len(size)]) + size + value


@functools.cache
def composite() -> bytes:
    """Return the DER of a key whose numbers fit and whose factor p is not prime."""
    _, _, e, _, _, q, *_ = numbers_of(DER1)
    for third in range((2**512 - 2**500) // 3 | 1, 2**511, 2):
        p = 3 * third
        if math.gcd(e, p - 1) == math.gcd(p, q) == 1 and math.gcd(p - 1, q - 1) == 2:
            break
    dp, dq, qi = pow(e, -1, p - 1), pow(e, -1, q - 1), pow(q, -1, p)
    step = (dq - dp) // 2 * pow((p - 1) // 2, -1, (q - 1) // 2) % ((q - 1) // 2)
    numbers = (0, p * q, e, dp + (p - 1) * step, p, q, dp, dq, qi)
    integers = [tlv(2, one.to_bytes(one.bit_length() // 8 + 1, "big")) for one in numbers]
    return tlv(0x30, b"".join(integers))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("TIGEROPEN_"):
            monkeypatch.delenv(name)


def placed(name: str, content: str | bytes, mode: int = 0o600) -> str:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return name


PYTHON = "Python tigeropen 3.8.0"
OLD = "Python tigeropen 3.0.0 and 2.0.9"
JAVA, GO = "Java openapi-java-sdk 2.2.4", "Go openapi-go-sdk 0.5.1"
TYPESCRIPT, CPP, RUST = "TypeScript", "C++", "Rust tigeropen 0.5.10"
CHECKED = (
    f"  checked  the numbers belong together and the factors are prime\n  public   sha256 {SHA}\n"
)
ALL_BUT_OLD = f"{PYTHON}, {JAVA}, {GO}, {TYPESCRIPT}, {CPP}, {RUST}"
ALL_BUT_JAVA = f"{PYTHON}, {OLD}, {GO}, {TYPESCRIPT}, {CPP}, {RUST}"
ALL_BUT_PYTHON = f"{JAVA}, {GO}, {TYPESCRIPT}, {CPP}, {RUST}"


def convert(name: str, form: str, sdks: str) -> str:
    out = f"{name.rpartition('.')[0] or name}-{form}.txt"
    return (
        f"  for      {sdks}:\n"
        f"  run      signproof convert-key {name} --form {form} --armour base64 --out {out}\n"
    )


KEYS: dict[str, tuple[str | bytes, int, str]] = {
    "good8.txt": (
        PK8,
        0,
        "right good8.txt: RSA private key, 1024 bits, PKCS#8 in one base64 line\n"
        + CHECKED
        + f"  takes it {ALL_BUT_OLD}\n"
        + f"  refuses  {OLD}\n"
        + convert("good8.txt", "pkcs1", OLD),
    ),
    "good1.txt": (
        PK1,
        0,
        "right good1.txt: RSA private key, 1024 bits, PKCS#1 in one base64 line\n"
        + CHECKED
        + f"  takes it {ALL_BUT_JAVA}\n"
        + f"  refuses  {JAVA}\n"
        + convert("good1.txt", "pkcs8", JAVA),
    ),
    "crlf.pem": (  # refused by those alone that refuse PKCS#8 in PEM at all: a note
        PEM8.replace("\n", "\r\n"),
        0,
        "right crlf.pem: RSA private key, 1024 bits, PKCS#8 in PEM\n"
        "  note     its lines end with CR or CRLF: save it with LF\n"
        + CHECKED
        + f"  takes it {ALL_BUT_PYTHON}\n"
        + f"  refuses  {PYTHON}, {OLD}\n"
        + convert("crlf.pem", "pkcs8", PYTHON)
        + convert("crlf.pem", "pkcs1", OLD),
    ),
    "crlf1.pem": (
        PEM1.replace("\n", "\r\n"),
        0,
        "right crlf1.pem: RSA private key, 1024 bits, PKCS#1 in PEM\n"
        "  note     its lines end with CR or CRLF: save it with LF\n"
        + CHECKED
        + f"  takes it {ALL_BUT_JAVA}\n"
        + f"  refuses  {JAVA}\n"
        + convert("crlf1.pem", "pkcs8", JAVA),
    ),
    "wrapped": (  # Rust takes one line alone
        PK8[:64] + "\n" + PK8[64:],
        1,
        "wrong wrapped: RSA private key, 1024 bits, PKCS#8 in base64 lines\n"
        "  wrong    its base64 is broken into lines: join them\n"
        + CHECKED
        + f"  takes it {PYTHON}, {JAVA}, {GO}, {TYPESCRIPT}, {CPP}\n"
        + f"  refuses  {OLD}, {RUST}\n"
        + convert("wrapped", "pkcs8", RUST)
        + convert("wrapped", "pkcs1", OLD),
    ),
    "space.txt": (
        f"{PK8} ",
        0,
        "right space.txt: RSA private key, 1024 bits, PKCS#8 in one base64 line\n"
        "  note     white space stands after it: take it away\n"
        + CHECKED
        + f"  takes it {PYTHON}, {JAVA}, {RUST}\n"
        + f"  refuses  {OLD}\n"
        + f"  not seen {GO}, {TYPESCRIPT}, {CPP}\n"
        + convert("space.txt", "pkcs8", f"{GO}, {TYPESCRIPT}, {CPP}")
        + convert("space.txt", "pkcs1", OLD),
    ),
    "signed.pem": (
        f"{PEM1}of EXAMPLE\n",
        1,
        "wrong signed.pem: RSA private key, 1024 bits, PKCS#1 in PEM\n"
        "  wrong    something stands after its end: take it away\n"
        + CHECKED
        + f"  takes it {PYTHON}, {OLD}\n"
        + f"  refuses  {JAVA}, {RUST}\n"
        + f"  not seen {GO}, {TYPESCRIPT}, {CPP}\n"
        + convert("signed.pem", "pkcs8", ALL_BUT_PYTHON),
    ),
    "labelled.pem": (
        pem("RSA PRIVATE KEY", PK8),
        1,
        "wrong labelled.pem: RSA private key, 1024 bits, PKCS#8 in PEM\n"
        "  wrong    its BEGIN or END line names another form than it has: convert it\n"
        + CHECKED
        + f"  takes it {PYTHON}, {GO}, {CPP}\n"
        + f"  refuses  {OLD}, {JAVA}, {RUST}\n"
        + f"  not seen {TYPESCRIPT}\n"
        + convert("labelled.pem", "pkcs8", f"{JAVA}, {TYPESCRIPT}, {RUST}")
        + convert("labelled.pem", "pkcs1", OLD),
    ),
    "one-line.pem": (  # what was observed has BEGIN and END on lines of their own
        PEM1.replace("\n", ""),
        1,
        "wrong one-line.pem: RSA private key, 1024 bits, PKCS#1 in PEM\n"
        "  wrong    its PEM lines do not have 64 characters each: wrap them anew\n"
        + CHECKED
        + f"  refuses  {JAVA}, {RUST}\n"
        + f"  not seen {PYTHON}, {OLD}, {GO}, {TYPESCRIPT}, {CPP}\n"
        + convert("one-line.pem", "pkcs8", ALL_BUT_OLD)
        + convert("one-line.pem", "pkcs1", OLD),
    ),
    "key.der": (
        DER1,
        0,
        "right key.der: RSA private key, 1024 bits, PKCS#1 in DER\n"
        + CHECKED
        + f"  refuses  {PYTHON}, {OLD}\n"
        + f"  not seen {ALL_BUT_PYTHON}\n"
        + convert("key.der", "pkcs8", ALL_BUT_OLD)
        + convert("key.der", "pkcs1", OLD),
    ),
    "longer.der": (  # nobody was seen to take it
        DER8 + b"more",
        1,
        "wrong longer.der: RSA private key, 1024 bits, PKCS#8 in DER\n"
        "  wrong    something stands after its end: take it away\n"
        + CHECKED
        + f"  refuses  {PYTHON}, {OLD}\n"
        + f"  not seen {ALL_BUT_PYTHON}\n"
        + convert("longer.der", "pkcs8", ALL_BUT_OLD)
        + convert("longer.der", "pkcs1", OLD),
    ),
    "cut.pem": (
        pem("RSA PRIVATE KEY", PK1[:400]),
        1,
        ("wrong cut.pem: no readable key\n"
        "  wrong    the key is cut off after 300 of 610 octets: copy the whole of it\n"),
    ),
    "altered.txt": (
        PK1[:300] + ("B" if PK1[300] == "A" else "A") + PK1[301:],
        1,
        ("wrong altered.txt: RSA private key\n"
        "  wrong    the key's numbers do not belong together (d = dp modulo p - 1 and d = dq "
        "modulo q - 1): it was altered and would sign wrongly; copy it anew\n"),
    ),
    "spoilt.txt": (
        PK1[:300] + "*" + PK1[301:],
        1,
        ("wrong spoilt.txt: no readable key\n"
        "  wrong    the base64 text is broken at character 300 (white space not counted): it was "
        "altered; copy it anew\n"),
    ),
    "public.pem": (
        pem("PUBLIC KEY", PUBLIC_LINE),
        0,
        ("right public.pem: RSA public key, 1024 bits, SPKI in PEM\n"
        "  note     a public key cannot sign; this prints it as the line that the developer page "
        "takes\n"
        "  run      signproof convert-key public.pem --public\n"
        f"  public   sha256 {SHA}\n"),
    ),
    "public quoted.txt": (
        f'"{PUBLIC_LINE}"',
        0,
        ("right public quoted.txt: RSA public key, 1024 bits, SPKI in one base64 line\n"
        "  note     a public key cannot sign; this prints it as the line that the developer page "
        "takes\n"
        "  run      signproof convert-key 'public quoted.txt' --public\n"
        "  note     quotation marks stand around it: take them away\n"
        f"  public   sha256 {SHA}\n"),
    ),
    "empty": (
        "",
        1,
        ("wrong empty: nothing\n"
        "  wrong    there is no key: the file, variable or setting is empty\n"),
    ),
    "page.html": (
        "<html>",
        1,
        ("wrong page.html: web page\n"
        "  wrong    this is a web page, not a key: the download was an error or a login page\n"),
    ),
    "path.txt": (
        "/home/me/key.pem",
        1,
        ("wrong path.txt: path of a file\n"
        "  wrong    this is a file's path, not a key: pass what is in the file\n"),
    ),
    "line.txt": (
        f"export KEY={PK1}",
        1,
        ("wrong line.txt: line of settings\n"
        "  wrong    this is a settings file or a line of one: pass the value after the `=` only\n"),
    ),
    "ssh": (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
        1,
        ("wrong ssh: container\n"
        "  wrong    this is an OpenSSH key: take the key out of it with "
        "`cp KEY COPY && ssh-keygen -p -m PEM -f COPY`\n"),
    ),
    "no-key.bin": (
        b"\x00\x01\x02",
        1,
        ("wrong no-key.bin: no readable key\n"
        "  wrong    this is not a key in any known shape: a private key is PEM, a base64 line that "
        "starts with MII, or DER; copy it anew from the developer page\n"),
    ),
    "ключ.pem": (
        PEM1,
        0,
        "right ключ.pem: RSA private key, 1024 bits, PKCS#1 in PEM\n"
        + CHECKED
        + f"  takes it {ALL_BUT_JAVA}\n"
        + f"  refuses  {JAVA}\n"
        + f"  for      {JAVA}:\n"
        + "  run      signproof convert-key 'ключ.pem' --form pkcs8 --armour base64 "
        "--out 'ключ-pkcs8.txt'\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_keys(run: Run, name: str) -> None:
    content, code, output = KEYS[name]
    assert run("doctor", placed(name, content)) == (code, f"{output}\n", "")


def test_what_openssl_makes_by_mistake_for_a_key(run: Run) -> None:
    private = placed("ec.pem", ec())
    public = placed("ec-public.pem", openssl("pkey", "-pubout", given=ec()))
    request = openssl("req", "-new", "-key", placed("p.pem", PEM8), "-subj", "/CN=EXAMPLE")
    not_rsa = "this is a key for EC: the API takes RSA keys (rsaEncryption) only; generate one"
    assert run(
        "doctor", private, public, placed("request.pem", request.replace(b"\n", b"\r\n"))
    ) == (
        1,
        (
            f"wrong ec.pem: key of another kind than RSA\n  wrong    {not_rsa}\n\n"
            f"wrong ec-public.pem: public key\n  wrong    {not_rsa}\n\n"
            "wrong request.pem: certificate, or a request for one\n"
            "  wrong    this is a certificate or a request for one, not a key: pass the key it was "
            "made for\n\n"
            "3 files · 3 wrong\n"
        ),
        "",
    )


def test_a_factor_that_is_not_prime(run: Run) -> None:
    report = json.loads(run("doctor", placed("bad.der", composite()), "--json")[1])
    found = report["examinations"][0]["keys"][0]
    assert (found["full_check"], len(found["public_sha256"])) == ("failed", 64)
    assert run("doctor", "bad.der") == (
        1,
        (
            "wrong bad.der: RSA private key, 1024 bits, PKCS#1 in DER\n"
            "  wrong    a factor of the key is not prime: the key is not safe and signs wrongly; "
            "replace it\n"
            f"  public   sha256 {found['public_sha256']}\n\n"
        ),
        "",
    )


def test_an_encrypted_key(run: Run) -> None:
    name = placed("enc.pem", encrypted())
    assert run("doctor", name) == (
        1,
        (
            "wrong enc.pem: encrypted private key, PKCS#8 in PEM\n"
            "  wrong    the key is encrypted: pass its passphrase, or decrypt it with "
            "`openssl pkey -in KEY -out PLAIN`\n"
            "  run      signproof doctor enc.pem --passphrase-file FILE\n\n"
        ),
        "",
    )
    command = "signproof convert-key enc.pem --passphrase-file pass --form"
    opened = (
        "right enc.pem: RSA private key, 1024 bits, PKCS#8 in PEM, encrypted\n"
        "  note     it is encrypted, and no SDK was seen to take such a key: convert it\n"
        + CHECKED
        + f"  not seen {PYTHON}, {OLD}, {ALL_BUT_PYTHON}\n"
        + f"  for      {ALL_BUT_OLD}:\n"
        + f"  run      {command} pkcs8 --armour base64 --out enc-pkcs8.txt\n"
        + f"  for      {OLD}:\n"
        + f"  run      {command} pkcs1 --armour base64 --out enc-pkcs1.txt\n\n"
    )
    for end in ("", "\n", "\r\n"):
        given = placed("pass", PASSPHRASE + end)
        assert run("doctor", name, "--passphrase-file", given) == (0, opened, "")
    for wrong in ("other", f"{PASSPHRASE}\n\n", f"{PASSPHRASE}\r"):
        given = placed("pass", wrong)
        assert run("doctor", name, "--passphrase-file", given) == (
            1,
            (
                "wrong enc.pem: encrypted private key, PKCS#8 in PEM\n"
                "  wrong    the passphrase does not open the key, or the key was altered or "
                "encrypted in an unusual way: try `openssl pkey -in KEY -out PLAIN`\n\n"
            ),
            "",
        )


@pytest.mark.parametrize(
    ("passphrase", "problem"),
    [
        (None, "No such file or directory"),
        ("", "it is empty"),
        ("\n", "it is empty"),
        ("x" * 70_000, "more than 65536 octets"),
    ],
    ids=["missing", "empty", "line end", "huge"],
)
def test_a_passphrase_file_that_is_none(run: Run, passphrase: str | None, problem: str) -> None:
    """The name is not repeated: it may be the passphrase."""
    name = "hunter2" if passphrase is None else placed("pass", passphrase)
    assert run("doctor", placed("good.txt", PK8), "--passphrase-file", name) == (
        2,
        "",
        f"Error: --passphrase-file: {problem}: name a file that holds the passphrase\n",
    )


REST = f"tiger_id={ID}\naccount={ACCOUNT}\nlicense=TBHK\nenv=PROD\n"
ONE = f"private_key_pk1={PK1}\n{REST}"
BOTH = f"private_key_pk8={PK8}\n{ONE}"
TAKEN = (
    f"  takes it {PYTHON} (private_key_pk8), {OLD} (private_key_pk1), {JAVA} (private_key_pk8), "
    f"{GO} (private_key_pk8), {TYPESCRIPT} (private_key_pk8), {RUST} (private_key_pk8)\n"
    f"  not seen {CPP}\n"
)
SAME = "same key: mine.properties private_key_pk8 = mine.properties private_key_pk1\n\n"


def line_for(sdks: str, source: str, target: str, form: str) -> str:
    return (
        f"  for      {sdks}, as {target}:\n"
        f"  run      signproof convert-key mine.properties --setting {source} --form {form} "
        f"--armour base64 --out {target}.txt\n"
    )


ADD_PK8 = line_for(JAVA, "private_key_pk1", "private_key_pk8", "pkcs8")
SETTINGS: dict[str, tuple[str | bytes, int, str]] = {
    "both": (
        BOTH,
        0,
        f"right mine.properties: Tiger settings, 2 private keys\n{CHECKED}{TAKEN}\n{SAME}",
    ),
    "one": (
        ONE,
        0,
        "right mine.properties: Tiger settings, 1 private key\n"
        + CHECKED
        + f"  takes it {PYTHON} (private_key_pk1), {OLD} (private_key_pk1), "
        + f"{GO} (private_key_pk1), {TYPESCRIPT} (private_key_pk1), {RUST} (private_key_pk1)\n"
        + f"  refuses  {JAVA}\n"
        + f"  not seen {CPP}\n"
        + ADD_PK8
        + "\n",
    ),
    "form and values": (
        f"tiger_id={ID}\naccount={ACCOUNT} # mine\nprivate_key_pk1={PK8}\nlicense=TBUX\n",
        1,
        "wrong mine.properties: Tiger settings, 1 private key\n"
        "  wrong    line 2, account: the comment is part of the value: put it on a line of its "
        "own\n"
        "  wrong    line 3, private_key_pk1: the key's form is pkcs8, not the one in this key's "
        "name, which some SDKs refuse: swap or convert it\n"
        "  wrong    line 4, license: the licence is none of TBNZ, TBSG, TBHK, TBAU, TBUS: copy it "
        "anew\n"
        + CHECKED
        + f"  takes it {PYTHON} (private_key_pk1), {GO} (private_key_pk1), "
        + f"{TYPESCRIPT} (private_key_pk1), {RUST} (private_key_pk1)\n"
        + f"  refuses  {OLD} (private_key_pk1), {JAVA}\n"
        + f"  not seen {CPP}\n"
        + line_for(OLD, "private_key_pk1", "private_key_pk1", "pkcs1")
        + ADD_PK8
        + "\n",
    ),
    "quoted": (
        f'private_key="{PK8}"\n{REST}',
        1,
        "wrong mine.properties: Tiger settings, 1 private key\n"
        "  wrong    line 1, private_key: quotation marks stand around it: take them away\n"
        + CHECKED
        + f"  takes it {PYTHON} (private_key), {TYPESCRIPT} (private_key)\n"
        + f"  refuses  {OLD}, {JAVA}, {GO} (private_key), {RUST} (private_key)\n"
        + f"  not seen {CPP}\n"
        + line_for(OLD, "private_key", "private_key_pk1", "pkcs1")
        + line_for(JAVA, "private_key", "private_key_pk8", "pkcs8")
        + line_for(f"{GO}, {RUST}", "private_key", "private_key", "pkcs8")
        + "\n",
    ),
    "PEM": (
        f"# mine\nprivate_key={PEM1}{REST}",
        1,
        ("wrong mine.properties: Tiger settings, 1 private key\n"
        "  wrong    line 2, private_key: PEM has several lines, of which a setting takes one: save "
        "the key in a file of its own and let `signproof convert-key` write it as one base64 line\n"
        "  note     lines 3 to 16: no SDK is known to read this key: correct or remove it\n\n"),
    ),
    "one of two is cut off": (
        BOTH.replace(PK8, PK8[:500]),
        1,
        "wrong mine.properties: Tiger settings, 2 private keys\n"
        "  wrong    line 1, private_key_pk8: the key is cut off after 375 of 636 octets: copy the "
        "whole of it\n"
        f"  public   sha256 {SHA}\n"
        f"  takes it {OLD} (private_key_pk1)\n"
        f"  not seen {PYTHON} (private_key_pk8), {JAVA} (private_key_pk8), {GO} (private_key_pk8), "
        f"{TYPESCRIPT} (private_key_pk8), {CPP}, {RUST} (private_key_pk8)\n"
        + line_for(
            f"{PYTHON}, {JAVA}, {GO}, {TYPESCRIPT}, {RUST}",
            "private_key_pk1",
            "private_key_pk8",
            "pkcs8",
        )
        + "\n",
    ),
    "a public key": (
        f"private_key={PUBLIC_LINE}\n{REST}",
        1,
        ("wrong mine.properties: Tiger settings, 1 private key\n"
        "  wrong    line 1, private_key: this is a public key, which cannot sign: pass the private "
        "key of the pair\n"
        f"  public   sha256 {SHA}\n\n"),
    ),
    "no key": (
        f"tiger_id={ID}\nprivate_key=\nacount={ACCOUNT}\nmore=1\n",
        1,
        ("wrong mine.properties: Tiger settings, no private keys\n"
        "  wrong    line 2, private_key: it is missing or empty: copy it from the developer page\n"
        "  wrong    line 3: no SDK is known to read this key, which resembles account: correct it\n"
        "  note     line 4: no SDK is known to read this key: correct or remove it\n"
        "  note     account: it is missing or empty: copy it from the developer page\n\n"),
    ),
    "UTF-16": (
        BOTH.encode("utf-16"),
        1,
        ("wrong mine.properties: Tiger settings, no private keys\n"
        "  wrong    this is not UTF-8, and the Python SDK then reads nothing: save it as "
        "UTF-8\n\n"),
    ),
    "too large": (
        BOTH + "#" * 40_000,
        1,
        ("wrong mine.properties: Tiger settings, no private keys\n"
        "  wrong    this is too large for settings: pass tiger_openapi_config.properties\n\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS)
def test_settings(run: Run, case: str) -> None:
    content, code, output = SETTINGS[case]
    assert run("doctor", placed("mine.properties", content)) == (code, output, "")


def test_a_folder_and_a_name_say_that_it_is_settings(run: Run) -> None:
    Path("conf").mkdir()
    placed(f"conf/{NAME}", "# nothing\n")
    expected = (
        f"wrong conf/{NAME}: Tiger settings, no private keys\n"
        "  wrong    tiger_id: it is missing or empty: copy it from the developer page\n"
        "  wrong    private_key: it is missing or empty: copy it from the developer page\n"
        "  note     account: it is missing or empty: copy it from the developer page\n\n"
    )
    assert run("doctor", "conf") == (1, expected, "")
    assert run("doctor", f"conf/{NAME}", "conf/") == (1, expected, "")


def test_a_key_with_settings_behind_it_is_a_key(run: Run) -> None:
    code, output, _ = run("doctor", placed("key.txt", f"{PK8}\n{REST}"))
    assert (code, output.splitlines()[:2]) == (
        1,
        [
            "wrong key.txt: RSA private key, 1024 bits, PKCS#8 in one base64 line",
            "  wrong    something stands after its end: take it away",
        ],
    )


def test_keys_that_differ(run: Run) -> None:
    """Which is meant would be a guess: no command is offered."""
    line = openssl("pkey", "-outform", "DER", given=other()[0])
    text = f"private_key_pk8={PK8}\nprivate_key={base64.b64encode(line).decode()}\n{REST}"
    output = run("doctor", placed("mine.properties", text))[1]
    wrong = "  wrong    line 2, private_key: this is not the same key as private_key_pk8, "
    assert wrong in output
    assert f"  public   sha256 {other()[2]}\n  public   sha256 {SHA}\n" in output
    assert "convert-key" not in output


def test_what_replaces_a_line_has_the_form_of_its_name(run: Run) -> None:
    settings = placed("mine.properties", f'private_key_pk1="{PK1}"\n{REST}')
    expected = line_for(f"{GO}, {RUST}", "private_key_pk1", "private_key_pk1", "pkcs1")
    assert expected in run("doctor", settings)[1]


def test_pem_in_one_line_is_a_key_like_others(run: Run) -> None:
    line = f"-----BEGIN PRIVATE KEY-----{PK8}-----END PRIVATE KEY-----"
    output = run("doctor", placed("mine.properties", f"private_key={line}\n{REST}"))[1]
    assert output.splitlines()[1:6] == [
        (
            "  wrong    line 1, private_key: its PEM lines do not have 64 characters each: wrap "
            "them anew"
        ),
        "  checked  the numbers belong together and the factors are prime",
        f"  public   sha256 {SHA}",
        f"  refuses  {PYTHON} (private_key), {OLD}, {JAVA}, {RUST} (private_key)",
        f"  not seen {GO} (private_key), {TYPESCRIPT} (private_key), {CPP}",
    ]


def test_an_encrypted_key_in_settings(run: Run) -> None:
    line = "".join(encrypted().decode().splitlines()[1:-1])
    settings = placed("mine.properties", f"private_key={line}\n{REST}")
    expected = "  wrong    line 1, private_key: "
    assert expected + "the key is encrypted" in run("doctor", settings)[1]
    given = placed("pass", PASSPHRASE)
    code, output, _ = run("doctor", settings, "--passphrase-file", given)
    assert (code, output.splitlines()[1]) == (
        1,
        f"{expected}it is encrypted, and no SDK was seen to take such a key: convert it",
    )


def test_institutions_need_a_secret_key(run: Run) -> None:
    settings = placed("mine.properties", BOTH)
    needed = "institutions need a secret_key: copy it from the Institutional Hub"
    code, output, _ = run("doctor", settings, "--institutional")
    assert (code, output.splitlines()[1]) == (1, f"  wrong    secret_key: {needed}")
    placed("mine.properties", f"{BOTH}secret_key={UUID}\n")
    assert run("doctor", settings, "--institutional")[0] == 0


def test_the_environment_counts_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = placed("mine.properties", BOTH)
    monkeypatch.setenv("TIGEROPEN_PRIVATE_KEY", placed("other.pem", other()[0]))
    monkeypatch.setenv("TIGEROPEN_ACCOUNT", "99999999")
    monkeypatch.setenv("TIGEROPEN_PROPS_PATH", "elsewhere")
    plain = SETTINGS["both"][2]
    assert run("doctor", settings) == (0, plain, "")
    beaten = "TIGEROPEN_PRIVATE_KEY has another value and is used instead: unset it or correct one"
    assert run("doctor", settings, "--environment") == (
        0,
        (
            "right mine.properties: Tiger settings, 3 private keys\n"
            f"  note     line 1, private_key_pk8: {beaten}\n"
            f"  note     line 2, private_key_pk1: {beaten}\n"
            "  note     line 4, account: TIGEROPEN_ACCOUNT has another value and is used instead: "
            "unset it or correct one\n"
            "  note     TIGEROPEN_PROPS_PATH: it names another file, which the Python SDK reads "
            "instead of this one\n"
            "  checked  the numbers belong together and the factors are prime\n"
            f"  public   sha256 {other()[2]}\n"
            f"  public   sha256 {SHA}\n"
            f"  takes it {OLD} (private_key_pk1), {JAVA} (private_key_pk8), "
            f"{GO} (private_key_pk8), {TYPESCRIPT} (private_key_pk8)\n"
            f"  refuses  {PYTHON} (TIGEROPEN_PRIVATE_KEY), {RUST} (TIGEROPEN_PRIVATE_KEY)\n"
            f"  not seen {CPP}\n\n{SAME}"
        ),
        "",
    )
    monkeypatch.setenv("TIGEROPEN_PRIVATE_KEY", other()[0].decode())
    rows = run("doctor", settings, "--environment")[1].splitlines()
    assert rows[-6:-3] == [
        (
            f"  takes it {OLD} (private_key_pk1), {JAVA} (private_key_pk8), "
            f"{GO} (private_key_pk8), {TYPESCRIPT} (private_key_pk8), "
            f"{RUST} (TIGEROPEN_PRIVATE_KEY)"
        ),
        f"  refuses  {PYTHON} (TIGEROPEN_PRIVATE_KEY)",
        f"  not seen {CPP}",
    ]
    monkeypatch.delenv("TIGEROPEN_PRIVATE_KEY")
    monkeypatch.delenv("TIGEROPEN_ACCOUNT")
    for same in ("mine.properties", str(Path("mine.properties").resolve())):
        monkeypatch.setenv("TIGEROPEN_PROPS_PATH", same)
        assert run("doctor", settings, "--environment") == (0, plain, "")
    monkeypatch.setenv("TIGEROPEN_PROPS_PATH", ".")
    assert "another file" in run("doctor", settings, "--environment")[1]
    code, output, _ = run("doctor", placed(NAME, BOTH), "--environment")
    assert (code, output) == (0, plain.replace("mine.properties", NAME))


def test_which_keys_belong_together(run: Run) -> None:
    private, public, _ = other()
    names = [
        placed("a.pem", PEM8),
        placed("a1.txt", PK1),
        placed("mine.properties", BOTH),
        placed("b.pem", private),
        placed("b.pub", public),
    ]
    code, output, error = run("doctor", *names)
    assert (code, error) == (0, "")
    assert output.partition(SHA)[0].startswith("right a.pem: ")
    same = "a.pem = a1.txt = mine.properties private_key_pk8 = mine.properties private_key_pk1"
    assert output.endswith(
        f"\n\nsame key: {same}\npair: b.pem (private) and b.pub (public)\n\n5 files · 5 right\n"
    )
    pair = f"pair: {same} (private) and a.pub (public)\n"
    placed("a.pub", PUBLIC_LINE)
    assert pair in run("doctor", *names, "a.pub")[1]
    assert "same key: a.pub = a.pem.pub" in run("doctor", "a.pub", placed("a.pem.pub", PUBLIC))[1]


def test_a_public_key_of_no_private_one(run: Run) -> None:
    placed("a.pem", PEM8)
    placed("b.pub", other()[1])
    code, output, _ = run("doctor", "a.pem", "b.pub")
    assert (code, output.splitlines()[:2]) == (
        1,
        [
            "wrong b.pub: RSA public key, 1024 bits, SPKI in PEM",
            (
                "  wrong    it is the public key of none of the private keys given: register the "
                "right one's"
            ),
        ],
    )
    assert output.endswith("\n2 files · 1 wrong · 1 right\n")
    placed("b2.pub", other()[1])
    assert run("doctor", "a.pem", "b.pub", "b2.pub")[1].count("none of the private keys") == 2
    # What is in a key that is not opened is not known.
    placed("enc.pem", encrypted())
    assert "none of the private keys" not in run("doctor", "a.pem", "b.pub", "enc.pem")[1]
    assert run("doctor", "b.pub")[0] == 0


def test_a_file_that_others_may_use(run: Run) -> None:
    for mode in (0o644, 0o640, 0o602):
        code, output, _ = run("doctor", placed("-x y", PK8, mode), "--", "-x y")
        assert code == 2  # `-x y` stood before the `--` as well
        code, output, _ = run("doctor", "--", "-x y")
        assert (code, output.splitlines()[1:3]) == (
            0,
            [
                (
                    "  note     others on this machine may use the file: a private key is its "
                    "owner's alone"
                ),
                "  run      chmod 600 './-x y'",
            ],
        )
    assert "chmod" in run("doctor", placed("mine.properties", BOTH, 0o644))[1]
    assert "chmod" not in run("doctor", placed("p.pub", PUBLIC, 0o644))[1]


def test_files_that_cannot_be_read(run: Run) -> None:
    os.mkfifo("fifo")
    Path("folder").mkdir()
    Path(NAME).mkdir()
    Path("loop").symlink_to("loop")
    placed("large", b"\0" * 1_048_577)
    names = ["missing.pem", "fifo", "/dev/zero", "folder", NAME, "loop", "large"]
    ordinary = "no ordinary file: name a file, or a folder with one"
    without = f"a folder without {NAME}, a .env with SJ_* settings or a pfx: name a file"
    expected = (
        "Error: missing.pem: No such file or directory\n"
        f"Error: fifo: {ordinary}\n"
        f"Error: /dev/zero: {ordinary}\n"
        f"Error: folder: {without}\n"
        f"Error: {NAME}: {without}\n"
        "Error: loop: Too many levels of symbolic links\n"
        "Error: large: more than 1048576 octets: no key, no pfx and no settings are so large\n"
    )
    assert run("doctor", *names) == (2, "", expected)
    code, output, error = run("doctor", *names, placed("good8.txt", PK8))
    assert (code, output, error) == (2, KEYS["good8.txt"][2] + "\n", expected)
    report = json.loads(run("doctor", "missing.pem", "--json")[1])
    assert report == {
        "format": 1,
        "examinations": [],
        "same": [],
        "unreadable": [{"path": "missing.pem", "message": "No such file or directory"}],
    }


def test_a_file_without_permission(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read anything: that the system refuses is played."""

    def refused(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    placed("good.txt", PK8)
    for name in ("signproof.doctor.files.os.open", "pathlib.Path.stat"):
        with monkeypatch.context() as patched:
            patched.setattr(name, refused)
            seen = run("doctor", "good.txt")
        assert seen == (2, "", "Error: good.txt: Permission denied\n")


def test_a_name_that_no_file_has() -> None:
    with pytest.raises(SourceUnreadable, match=r"^a\x00b: no file has such a name$"):
        read_source(Path("a\0b"))


def test_a_name_that_is_not_utf8(run: Run) -> None:
    name = os.fsdecode(b"key-\xff\n.pem")
    assert run("doctor", placed(name, "")) == (
        1,
        (
            "wrong key-\\xff\\n.pem: nothing\n"
            "  wrong    there is no key: the file, variable or setting is empty\n\n"
        ),
        "",
    )
    report = json.loads(run("doctor", name, "--json")[1])
    assert report["examinations"][0]["path"] == "key-\\xff\n.pem"


def test_a_file_given_twice_is_examined_once(run: Run) -> None:
    name = placed("good8.txt", PK8)
    assert run("doctor", name, name) == (0, KEYS["good8.txt"][2] + "\n", "")


@pytest.mark.parametrize(
    "word", [PK1, PEM1, f"private_key={PK8}", PK8[:64], f'"{PK8}"', ec().decode(), f" {PK1}"]
)
@pytest.mark.parametrize("command", ["doctor", "convert-key"])
def test_a_key_on_the_command_line_is_not_repeated(run: Run, command: str, word: str) -> None:
    expected = (
        "Error: a key itself stands on the command line, where other programs see it: save it in a "
        "file and name that\n"
    )
    assert run(command, word) == (2, "", expected)
    assert run(command, "good.txt", "--out", word) == (2, "", expected)


def test_a_file_may_be_named_like_a_key(run: Run) -> None:
    name = placed(PK8[:60].replace("/", "_") + "abcd", PK8)
    assert run("doctor", name)[0] == 0


JSON = {
    "format": 1,
    "examinations": [
        {
            "path": "mine.properties",
            "subject": "tiger-settings",
            "what": "Tiger settings, 1 private key",
            "matters": [
                {
                    "level": "wrong",
                    "id": "quotes",
                    "message": "quotation marks stand around it: take them away",
                    "setting": "private_key_pk8",
                    "line": 1,
                    "last_line": None,
                    "command": "",
                },
                {
                    "level": "note",
                    "id": "unknown-key",
                    "message": "no SDK is known to read this key: correct or remove it",
                    "setting": "",
                    "line": 6,
                    "last_line": 7,
                    "command": "",
                },
            ],
            "keys": [
                {
                    "kind": "rsa-private-key",
                    "form": "pkcs8",
                    "armour": "base64",
                    "bits": 1024,
                    "encrypted": False,
                    "repairs": ["quotes"],
                    "refusal": "",
                    "full_check": "passed",
                    "public_sha256": SHA,
                    "setting": "private_key_pk8",
                    "line": 1,
                }
            ],
            "sdks": [
                {"sdk": sdk, "label": label, "answer": answer, "setting": setting}
                for sdk, label, answer, setting in (
                    ("python", PYTHON, "takes", "private_key_pk8"),
                    ("python-old", OLD, "refuses", ""),
                    ("java", JAVA, "takes", "private_key_pk8"),
                    ("go", GO, "refuses", "private_key_pk8"),
                    ("typescript", TYPESCRIPT, "takes", "private_key_pk8"),
                    ("cpp", CPP, "unknown", ""),
                    ("rust", RUST, "refuses", "private_key_pk8"),
                )
            ],
            "pfx": None,
            "env": None,
            "conversions": [
                {
                    "sdks": sdks,
                    "command": "signproof convert-key mine.properties --setting private_key_pk8 "
                    f"--form {form} --armour base64 --out {setting}.txt",
                    "setting": setting,
                }
                for sdks, form, setting in (
                    (["python-old"], "pkcs1", "private_key_pk1"),
                    (["go", "rust"], "pkcs8", "private_key_pk8"),
                )
            ],
        },
        {
            "path": "public.txt",
            "subject": "key",
            "what": "RSA public key, 1024 bits, SPKI in one base64 line",
            "matters": [
                {
                    "level": "note",
                    "id": "public-key",
                    "message": "a public key cannot sign; this prints it as the line that the "
                    "developer page takes",
                    "setting": "",
                    "line": None,
                    "last_line": None,
                    "command": "signproof convert-key public.txt --public",
                }
            ],
            "keys": [
                {
                    "kind": "public-key",
                    "form": "spki",
                    "armour": "base64",
                    "bits": 1024,
                    "encrypted": False,
                    "repairs": [],
                    "refusal": "public-key",
                    "full_check": "not-made",
                    "public_sha256": SHA,
                    "setting": "",
                    "line": None,
                }
            ],
            "sdks": [],
            "conversions": [],
            "pfx": None,
            "env": None,
        },
    ],
    "same": [
        {
            "public_sha256": SHA,
            "members": [
                {"path": "mine.properties", "private": True, "setting": "private_key_pk8"},
                {"path": "public.txt", "private": False, "setting": ""},
            ],
        }
    ],
    "unreadable": [],
}


def test_the_examination_as_json(run: Run) -> None:
    placed("mine.properties", f'private_key_pk8="{PK8}"\n{REST}more=1\nand=2\n')
    placed("public.txt", PUBLIC_LINE)
    code, output, error = run("doctor", "mine.properties", "public.txt", "--json")
    assert (code, json.loads(output), error) == (1, JSON, "")
    report = msgspec.json.decode(output, type=DoctorReport)
    assert (report.exit_code, msgspec.json.format(msgspec.json.encode(report)).decode()) == (
        1,
        output.rstrip("\n"),
    )
    jsonschema.validate(JSON, msgspec.json.schema(DoctorReport))


def broken() -> Iterator[tuple[str, str | bytes]]:
    """Yield files of every kind, and whole ones cut and altered in many places."""
    yield from ((name, content) for name, (content, _, _) in KEYS.items())
    yield from ((f"{name}.properties", content) for name, (content, _, _) in SETTINGS.items())
    for at in range(0, len(PEM8), 37):
        yield f"cut-{at}.pem", PEM8[:at]
        yield f"rest-{at}.pem", PEM8[at:]
        yield f"altered-{at}.txt", PK1[:at] + "-" + PK1[at + 1 :]
        yield f"cut-{at}.properties", BOTH[: at * 2]
    yield "composite.der", composite()
    yield "encrypted.pem", encrypted()


def pieces() -> set[str]:
    """Return all that must not be seen: pieces of the private key, and the settings' values."""
    found = {ID, ACCOUNT, UUID, PASSPHRASE}
    for text in (PK1, PK8, DER1.hex()):
        found |= {text[at : at + 12] for at in range(len(text) - 12)}
    return found


def shows(output: str, hidden: set[str]) -> set[str]:
    seen = {output[at : at + 12] for at in range(len(output) - 11)}
    return (hidden & seen) | {one for one in (ID, ACCOUNT, UUID, PASSPHRASE) if one in output}


def test_nothing_secret_is_shown(run: Run) -> None:
    hidden = pieces()
    assert shows(PEM8.replace("\n", ""), hidden)
    names = [placed(name, content) for name, content in broken()]
    given = placed("pass", PASSPHRASE)
    for options in ([], ["--json"], ["--passphrase-file", given, "--institutional"]):
        code, output, error = run("doctor", *names, *options)
        assert (code, error, shows(output, hidden)) == (1, "", set())
    source = read_source(Path("good8.txt"))
    options_ = Options(environment={"TIGEROPEN_ACCOUNT": ACCOUNT})
    assert not shows(repr((source, options_, diagnose([source], options_))), hidden | {ACCOUNT})


def test_a_further_examiner_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def further(source: Source, options: Options) -> tuple[Examination, ...]:
        assert options is asked
        if source.path.suffix != ".more":
            return ()
        (found,) = examiner_of_keys(source, asked)
        return (
            msgspec.structs.replace(found, what="a made-up kind"),
            msgspec.structs.replace(found, what="what it names"),
        )

    asked, examiner_of_keys = Options(), EXAMINERS[-1]
    monkeypatch.setattr("signproof.doctor.EXAMINERS", [further, *EXAMINERS])
    sources = [read_source(Path(placed(name, PK8))) for name in ("a.more", "b.txt")]
    report = diagnose(sources, asked)
    assert [one.what for one in report.examinations] == [
        "a made-up kind",
        "what it names",
        "RSA private key, 1024 bits, PKCS#8 in one base64 line",
    ]


def test_every_repair_has_its_words_and_every_sdk_its_shape() -> None:
    assert set(REPAIRS) == set(Repair)
    assert list(SDKS.values()) == list(Sdk)
    assert all(takes(sdk, *shape_for(sdk)) for sdk in Sdk)
    assert examiner.wrong_first([]) == ()


def test_it_never_waits(tmp_path: Path) -> None:
    """In a process of its own, which a pipe without a writer would stop for ever."""
    os.mkfifo(tmp_path / "fifo")
    done = subprocess.run(
        [sys.executable, "-c", "from signproof.cli import main; main()", "doctor", "fifo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "Error: fifo: no ordinary file: name a file, or a folder with one\n",
    )
