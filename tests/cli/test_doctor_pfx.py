"""The command `doctor` on PKCS#12 files; what is expected is what the oracle and openssl say."""

import base64
import errno
import hashlib
import json
import os
import pty
import select
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import msgspec
import pytest

from signers.secret import Secret
from signproof.doctor import (
    DoctorReport,
    Examination,
    Options,
    SourceUnreadable,
    diagnose,
    read_source,
)
from signproof.doctor.files import read_file
from signproof.oracles.shioaji_ca.files import PASSWORD, PASSWORDS, opened

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "vectors/shioaji-ca"
FIXTURES = VECTORS / "fixtures"
NOW = 1_768_440_600
ID, CN = "Z199999999", "Z199999999-01-001::EXAMPLE"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SJ_CA_PASSWD", raising=False)
    monkeypatch.setattr("signproof.cli.doctor.time", SimpleNamespace(time=lambda: NOW))


def placed(name: str, content: str | bytes, mode: int = 0o600) -> str:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return name


def fixture(name: str, to: str = "") -> str:
    return placed(to or name, (FIXTURES / f"EXAMPLE-{name}").read_bytes())


def vectors(topic: str) -> dict[str, dict[str, Any]]:
    found = json.loads((VECTORS / f"{topic}.json").read_bytes())["vectors"]
    return {one["id"].removeprefix("shioaji-ca/"): one for one in found}


OPEN = vectors("open-ca") | vectors("legacy")
REFUSED = vectors("refuse-open") | vectors("password")


def openssl(*arguments: str, given: bytes) -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


def sha256_of(name: str) -> str:
    """Return the fingerprint of the public key in a fixture."""
    public = openssl("pkey", "-pubout", "-outform", "DER", given=opened(name).key)
    return hashlib.sha256(public).hexdigest()


FROM = "2025-01-01T00:00:00Z, in Taipei 2025-01-01T08:00:00+08:00"
UNTIL = (
    "2035-09-13T15:59:59Z, in Taipei 2035-09-13T23:59:59+08:00; as expire_time 2035-09-13T15:59:59"
)
AES = "PBES2, PBKDF2, AES-256-CBC, hmacWithSHA256, 2048 iterations"
CRYPTOGRAPHY = "cryptography 44.0.0 and 50.0.2, as published on PyPI"
LEGACY = "openssl pkcs12 -legacy 3.0.19"
LOCKED = (
    f"  cipher   {AES}, 2 times\n"
    "  MAC      HMAC, sha256, 2048 iterations\n"
    f"  opens it pyrsca 0.4.0; {CRYPTOGRAPHY}; openssl pkcs12 3.0.19; {LEGACY}\n"
)
OLD = (
    "it is encrypted with RC2, RC4 or DES, which OpenSSL 3 refuses without -legacy: export it "
    "again with AES-256 where such programs are to open it"
)
OPEN_KEY = (
    "the key lies in it without encryption: whoever has the file has the key; export it with a "
    "password"
)
NEEDED = (
    "its password is needed to see for whom and until when its certificate is, and whether the key "
    "is the certificate's"
)
TOO_LARGE = "more than 1048576 octets: no key, no pfx and no settings are so large"
WRONG = "the password does not open the pfx, or the file was altered: type the password anew"


def certificate(
    *, person: str = f"{ID}, of the CN {CN}", begins: str = FROM, until: str = UNTIL,
    key: str = "RSA, 1024 bits", issuer: str = "EXAMPLE issuer", by: str = "--password-file",
) -> str:  # fmt: skip
    who = f"  person   {person}\n" if person else ""
    return (
        f"  opened   with the password of {by}\n"
        f"{who}  from     {begins}\n  until    {until}\n"
        f"  key      {key}; it is the certificate's\n  issuer   {issuer}\n"
    )


def key_rows(name: str = "aes-256.pfx") -> str:
    return (
        "  checked  the numbers belong together and the factors are prime\n"
        f"  public   sha256 {sha256_of(name)}\n"
    )


def sized(output: str, name: str) -> str:
    return f"{output}\n".replace("SIZE", str(Path(name).stat().st_size))


OPENED: dict[str, tuple[int, str]] = {
    "aes-256": (
        0,
        "right aes-256.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        + certificate() + LOCKED + key_rows(),
    ),
    "rc2-40": (
        0,
        "right rc2-40.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        f"  note     {OLD}\n" + certificate() +
        "  cipher   pbeWithSHA1And40BitRC2-CBC, 2048 iterations\n"
        "  cipher   pbeWithSHA1And3-KeyTripleDES-CBC, 2048 iterations\n"
        "  MAC      HMAC, sha1, 2048 iterations\n"
        f"  opens it pyrsca 0.4.0; {CRYPTOGRAPHY}; {LEGACY}\n"
        "  refuses  openssl pkcs12 3.0.19: pbeWithSHA1And40BitRC2-CBC\n" + key_rows(),
    ),
    "rc4-40": (
        0,
        "right rc4-40.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        f"  note     {OLD}\n" + certificate() +
        "  cipher   pbeWithSHA1And40BitRC4, 2048 iterations, 2 times\n"
        "  MAC      HMAC, sha1, 2048 iterations\n"
        f"  opens it pyrsca 0.4.0 (inferred); {CRYPTOGRAPHY}; {LEGACY}\n"
        "  refuses  openssl pkcs12 3.0.19: pbeWithSHA1And40BitRC4\n" + key_rows(),
    ),
    "des-md5": (
        0,
        "right des-md5.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        f"  note     {OLD}\n" + certificate() +
        "  cipher   pbeWithMD5AndDES-CBC, 2048 iterations, 2 times\n"
        "  MAC      HMAC, sha1, 2048 iterations\n"
        f"  opens it {CRYPTOGRAPHY}; {LEGACY}\n"
        "  refuses  openssl pkcs12 3.0.19: pbeWithMD5AndDES-CBC\n"
        "  not seen pyrsca 0.4.0: pbeWithMD5AndDES-CBC\n" + key_rows(),
    ),
    "no-mac": (
        1,
        "wrong no-mac.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    it has no MAC, and the SDK's CA library refuses it as a wrong password: export "
        "it again\n" + certificate() +
        f"  cipher   {AES}\n"
        f"  opens it {CRYPTOGRAPHY}; openssl pkcs12 3.0.19; {LEGACY}\n"
        "  refuses  pyrsca 0.4.0: no MAC\n" + key_rows(),
    ),
    "expired": (
        1,
        "wrong expired.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    the certificate ended on 2021-09-13T15:59:59Z: get a new one from the broker; "
        "the SDK's CA library activates it all the same\n"
        + certificate(
            begins="2020-01-01T00:00:00Z, in Taipei 2020-01-01T08:00:00+08:00",
            until="2021-09-13T15:59:59Z, in Taipei 2021-09-13T23:59:59+08:00; as expire_time "
            "2021-09-13T15:59:59",
        ) + LOCKED + key_rows(),
    ),
    "not-yet-valid": (
        1,
        "wrong not-yet-valid.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    the certificate begins on 2040-01-01T00:00:00Z only: wait, or set this "
        "machine's clock; the SDK's CA library activates it all the same\n"
        + certificate(
            begins="2040-01-01T00:00:00Z, in Taipei 2040-01-01T08:00:00+08:00",
            until="2041-09-13T15:59:59Z, in Taipei 2041-09-13T23:59:59+08:00; as expire_time "
            "2041-09-13T15:59:59",
        ) + LOCKED + key_rows(),
    ),
    "backwards": (
        1,
        "wrong backwards.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    the certificate ends, on 2025-01-01T00:00:00Z, before it begins: get another "
        "from the broker\n"
        + certificate(
            begins="2030-01-01T00:00:00Z, in Taipei 2030-01-01T08:00:00+08:00",
            until="2025-01-01T00:00:00Z, in Taipei 2025-01-01T08:00:00+08:00; as expire_time "
            "2025-01-01T00:00:00",
        ) + LOCKED + key_rows(),
    ),
    "ends-9999": (
        0,
        "right ends-9999.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        + certificate(
            until="9999-12-31T23:59:59Z, in Taipei after the year 9999; as expire_time "
            "9999-12-31T23:59:59",
        ) + LOCKED + key_rows(),
    ),
    "cn-leading-hyphen": (
        1,
        "wrong cn-leading-hyphen.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    the certificate has no person id in its CN: pass the leaf that the broker "
        "issued, downloaded from the API management page; the SDK's CA library then says that the "
        "person id is not found\n"
        + certificate(person="").replace("  from ", "  CN       -01-001::EXAMPLE\n  from ")
        + LOCKED + key_rows(),
    ),
    "cn-none": (
        1,
        "wrong cn-none.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    the certificate has no person id in its CN: pass the leaf that the broker "
        "issued, downloaded from the API management page; the SDK's CA library then says that the "
        "person id is not found\n" + certificate(person="") + LOCKED + key_rows(),
    ),
    "ec-p-256": (
        0,
        "right ec-p-256.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  note     the key is EC and not RSA: the SDK's CA library activates it; whether the "
        "broker takes what it signs is not known\n" + certificate(key="EC, secp256r1") + LOCKED,
    ),
    "self-signed": (
        0,
        "right self-signed.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  note     the certificate is its own issuer: the SDK's CA library takes it; whether the "
        "broker does is not known\n" + certificate(issuer=CN) + LOCKED + key_rows(),
    ),
    "chain": (
        0,
        "right chain.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        + certificate() + "  chain    EXAMPLE issuer < EXAMPLE root\n" + LOCKED + key_rows(),
    ),
    "other-leaf": (
        0,
        "right other-leaf.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  note     it also holds a certificate of another holder, which some programs may take: "
        "export the one that is meant by itself\n"
        + certificate() + "  others   1 more certificate in the file\n" + LOCKED + key_rows(),
    ),
    "no-encryption": (
        0,
        "right no-encryption.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        f"  note     {OPEN_KEY}\n" + certificate() +
        "  MAC      HMAC, sha256, 2048 iterations\n"
        f"  opens it pyrsca 0.4.0; {CRYPTOGRAPHY}; openssl pkcs12 3.0.19; {LEGACY}\n" + key_rows(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPENED)
def test_with_the_password(run: Run, name: str) -> None:
    code, output = OPENED[name]
    given = placed("pass", f"{PASSWORD}\n")
    assert run("doctor", fixture(f"{name}.pfx"), "--password-file", given) == (
        code,
        sized(output, f"{name}.pfx"),
        "",
    )


UNOPENED: dict[str, tuple[str, int, str]] = {
    "a good one": (
        "aes-256.pfx",
        0,
        ("right x.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
        f"  note     {NEEDED}\n"
        f"  run      signproof doctor x.pfx --ask-password\n{LOCKED}"),
    ),
    "the empty password": (
        "empty-password.pfx",
        0,
        "right x.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  note     the empty password opens it: whoever has the file has the key; export it with "
        "a password\n"
        + certificate().replace("with the password of --password-file", "without a password")
        + LOCKED + key_rows(),
    ),
    "neither MAC nor encryption": (
        "neither.pfx",
        1,
        "wrong x.pfx: PKCS#12 (pfx), SIZE octets, opened\n"
        "  wrong    it has no MAC, and the SDK's CA library refuses it as a wrong password: export "
        "it again\n"
        "  note     it is not encrypted: whoever has the file has the key; export it with a "
        "password\n"
        + certificate().replace("with the password of --password-file", "without a password") +
        f"  opens it {CRYPTOGRAPHY}; openssl pkcs12 3.0.19; {LEGACY}\n"
        "  refuses  pyrsca 0.4.0: no MAC\n" + key_rows(),
    ),
    "something behind": (
        "trailing-newline.pfx",
        0,
        ("right x.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
        f"  note     {NEEDED}\n"
        "  run      signproof doctor x.pfx --ask-password\n"
        "  note     something follows its end, which some programs refuse: copy it anew\n"
        f"{LOCKED}"),
    ),
    "too costly": (
        "iterations-mac-max.pfx",
        1,
        ("wrong x.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
        "  wrong    the file wants the password hashed 2147483647 times at once (at most 1000000), "
        "which would keep the machine busy: export it again, or use --max-iterations 2147483647\n"
        f"  note     {OPEN_KEY}\n"
        "  MAC      HMAC, sha1, 2147483647 iterations\n"),
    ),
    "cut off": (
        "truncated-half.pfx",
        1,
        ("wrong x.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
        "  wrong    the pfx is cut off after 881 of 1762 octets: download or copy it again\n"),
    ),
    "a web page": (
        "page.html",
        1,
        ("wrong x.pfx: web page\n"
        "  wrong    this is a web page, not a pfx file: the download was an error or a login page; "
        "log in and download it again\n"),
    ),
    "a path": (
        "path.txt",
        1,
        ("wrong x.pfx: path of a file\n"
        "  wrong    this is a file's path, not what is in the file: name the file at that path\n"),
    ),
    "a certificate alone": (
        "certificate.der",
        1,
        ("wrong x.pfx: certificate, or a request for one\n"
        "  wrong    this is a certificate (.cer, .crt) without its key, not a pfx file: export it "
        "again with the private key\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNOPENED)
def test_without_a_password(run: Run, case: str) -> None:
    name, code, output = UNOPENED[case]
    assert run("doctor", fixture(name, "x.pfx")) == (code, sized(output, "x.pfx"), "")


def examined(name: str, password: str, now: int = NOW) -> Examination:
    options = Options(password=Secret(password), clock=lambda: now)
    return diagnose([read_source(Path(name))], options).examinations[0]


def unix(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


SAID: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("rc2-40", "rc2-40-both", "rc2-128", "rc4-40", "rc4-128", "des-md5"),
        ("note legacy-encryption",),
    ),
    **dict.fromkeys(("cn-none", "serial-number", "uid", "ou", "cn-leading-hyphen"),
                    ("wrong person-id-not-found",)),
    **dict.fromkeys(("no-encryption", "by-hand", "iterations-1-open"), ("note key-open",)),
    **dict.fromkeys(("trailing-newline", "trailing-octets"), ("note trailing-octets",)),
    **dict.fromkeys(("ec-p-256", "ec-p-384"), ("note not-rsa",)),
    **dict.fromkeys(("expired", "one-second", "ends-midnight"), ("wrong expired",)),
    "not-yet-valid": ("wrong not-yet",),
    "backwards": ("wrong never",),
    "self-signed": ("note self-signed",),
    "no-mac": ("wrong no-mac",),
    "neither": ("wrong no-mac", "note password-not-needed"),
    "other-leaf": ("note several-leaves",),
    "password-unicode": ("note non-ascii-password",),
    "empty-password": ("note empty-password",),
}  # fmt: skip
"""By fixture, at NOW; nothing of the others."""


@pytest.mark.parametrize("id_", OPEN)
def test_every_file_that_opens(id_: str) -> None:
    """Each says what the vector says, and what is wrong or to be known of it."""
    vector = OPEN[id_]
    path, expected = vector["input"]["pfx_file"]["path"], vector["expected"]["output"]
    name = path.removeprefix("shioaji-ca/fixtures/EXAMPLE-")
    found = examined(fixture(name), vector["input"]["password"])
    assert found.pfx is not None
    seen = found.pfx.certificate
    assert seen is not None
    all_ = {
        "person_id": seen.person_id or "",
        "not_before": unix(seen.not_before),
        "not_after": unix(seen.not_after),
        "legacy": any(one.legacy for one in found.pfx.encryptions),
    }
    assert {key: all_[key] for key in expected} == expected
    said = tuple(f"{matter.level} {matter.id}" for matter in found.matters)
    assert (found.pfx.refusal, said) == ("", SAID.get(name.removesuffix(".pfx"), ()))


@pytest.mark.parametrize("id_", REFUSED)
def test_every_file_and_password_that_is_refused(id_: str) -> None:
    """Each for the reason that the vector says."""
    vector = REFUSED[id_]
    path, reason = vector["input"]["pfx_file"]["path"], vector["expected"]["reject"]["reason"]
    if reason == "input-too-large":
        with pytest.raises(SourceUnreadable, match=f": {TOO_LARGE}$"):
            read_source(ROOT / "vectors" / path)
        return
    octets = (ROOT / "vectors" / path).read_bytes()
    found = examined(placed("x.pfx", octets), vector["input"]["password"])
    assert found.pfx is not None
    wrong = [matter.id for matter in found.matters if matter.level == "wrong"]
    more = ["no-mac"] if path.endswith("flipped-without-mac.pfx") else []
    assert (found.pfx.refusal, wrong, found.pfx.certificate) == (reason, [reason, *more], None)


def pieces() -> set[str]:
    """Return all that must not be seen: the passwords, and pieces of the keys."""
    found = {PASSWORD, *filter(None, PASSWORDS.values())}
    for name in ("aes-256", "rsa-2048", "rsa-4096", "ec-p-256", "ec-p-384"):  # the rest have one
        body = opened(f"{name}.pfx").key.partition(b"-----\n")[2].partition(b"-----END")[0]
        text = "".join(body.decode().split())
        # The head says the algorithm only, which every key has.
        for one in (text, base64.b64decode(text).hex()):
            found |= {one[at : at + 12] for at in range(80, len(one) - 12)}
    return found


def shows(output: str, hidden: set[str]) -> set[str]:
    seen = {output[at : at + 12] for at in range(len(output) - 11)}
    return (hidden & seen) | {one for one in hidden if len(one) != 12 and one in output}


def test_every_fixture_and_nothing_secret_in_what_is_said_of_them(run: Run) -> None:
    """By its own name and as a pfx; nothing breaks, and no password and no key is seen."""
    hidden = pieces()
    assert len(hidden) > 5_000
    key = opened("aes-256.pfx").key.decode().replace("\n", "")
    assert shows(key, hidden)
    names = []
    for path in sorted(FIXTURES.iterdir()):
        if path.stat().st_size <= 1_048_576:
            octets = path.read_bytes()
            name = path.name.removeprefix("EXAMPLE-")  # of which a password is made, too
            names.append(placed(name, octets))
            if path.suffix != ".pfx":
                names.append(placed(f"{name}.p12", octets))
    assert len(names) > 150
    given = placed("pass", PASSWORD)
    for options in ([], ["--password-file", given], ["--password-file", given, "--json"]):
        code, output, error = run("doctor", *names, *options)
        assert (code, error, shows(output, hidden)) == (1, "", set())
    options_ = Options(password=Secret(PASSWORD))
    assert not shows(repr(options_), hidden)


def test_what_is_a_pfx(run: Run) -> None:
    """By its octets whatever its name, in base64, too; and by its name whatever its octets."""
    key = placed("key.txt", opened("aes-256.pfx").key)
    names = [
        fixture("aes-256.pfx", "a.bin"), fixture("aes-256.pfx", "a.env"),
        fixture("aes-256.pfx", "tiger_openapi_config.properties"),
        fixture("base64.txt"), fixture("words.txt", "a.PFX"), placed("b.p12", "SJ_API_KEY=x\n"),
        placed("spoilt.txt", "MIIC" + "A" * 21), placed("c.txt", "words"), key,
    ]  # fmt: skip
    report = json.loads(run("doctor", *names, "--json")[1])
    assert {one["path"]: (one["subject"], one["what"]) for one in report["examinations"]} == {
        "a.bin": ("pfx", "PKCS#12 (pfx), 1762 octets, not opened"),
        "a.env": ("pfx", "PKCS#12 (pfx), 1762 octets, not opened"),
        "tiger_openapi_config.properties": ("pfx", "PKCS#12 (pfx), 1762 octets, not opened"),
        "base64.txt": ("pfx", "base64 text"),
        "a.PFX": ("pfx", "no readable pfx"),
        "b.p12": ("pfx", "no readable pfx"),
        "spoilt.txt": ("key", "no readable key"),
        "c.txt": ("key", "no readable key"),
        "key.txt": ("key", "RSA private key, 1024 bits, PKCS#8 in PEM"),
    }


def test_a_path_beyond_ascii_and_a_file_that_others_may_use(run: Run) -> None:
    octets = (FIXTURES / "EXAMPLE-aes-256.pfx").read_bytes()
    assert run("doctor", placed("憑證.pfx", octets, 0o644)) == (
        0,
        sized(
            "right 憑證.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
            f"  note     {NEEDED}\n"
            "  run      signproof doctor '憑證.pfx' --ask-password\n"
            "  note     users reported that the SDK does not open a path with other characters "
            "than ASCII: move the file\n"
            "  note     others on this machine may use the file: a private key is its owner's "
            f"alone\n  run      chmod 600 '憑證.pfx'\n{LOCKED}",
            "憑證.pfx",
        ),
        "",
    )
    # What is no pfx has something else wrong with it.
    assert "move the file" not in run("doctor", placed("憑證.pfx", "<html>"))[1]


def test_the_key_in_it_is_compared_with_others(run: Run) -> None:
    pfx, key = fixture("aes-256.pfx"), placed("key.pem", opened("aes-256.pfx").key)
    public = placed("a.pub", openssl("pkey", "-pubout", given=opened("aes-256.pfx").key))
    other = placed("b.pub", openssl("pkey", "-pubout", given=opened("rsa-2048.pfx").key))
    given = ("--password-file", placed("pass", PASSWORD))
    output = run("doctor", pfx, key, public, other, *given)[1]
    assert f"pair: {pfx} = {key} (private) and {public} (public)\n" in output
    assert output.count("it is the public key of none of the private keys given") == 1
    # What is in a file that is not opened is not known.
    assert "none of the private keys" not in run("doctor", pfx, key, other)[1]


SOURCES: dict[str, tuple[str | None, str | None, str]] = {
    "a file": (PASSWORD, None, "of --password-file"),
    "a line": (f"{PASSWORD}\n", None, "of --password-file"),
    "a line of Windows": (f"{PASSWORD}\r\n", None, "of --password-file"),
    "a variable": (None, PASSWORD, "in the variable SJ_CA_PASSWD"),
    "a file beside a variable": (PASSWORD, "other", "of --password-file"),
}


@pytest.mark.parametrize("case", SOURCES)
def test_where_the_password_comes_from(
    run: Run, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    file, variable, told = SOURCES[case]
    options = [] if file is None else ["--password-file", placed("pass", file)]
    if variable is not None:
        monkeypatch.setenv("SJ_CA_PASSWD", variable)
    code, output, error = run("doctor", fixture("aes-256.pfx"), *options)
    assert (code, output.splitlines()[1], error) == (
        0,
        f"  opened   with the password {told}",
        "",
    )


EMPTY = (
    "the password given is empty and does not open the pfx: is the variable or the setting that "
    "should have it set?"
)
BAD: dict[str, tuple[str, str, str]] = {
    "two line ends": ("--password-file", f"{PASSWORD}\n\n", ("the password does not open the pfx: "
                      "it is right without the white space around it")),
    "a wrong one": ("--password-file", "other", WRONG),
    "octets": ("--password-file", "\udcff", ("what was given cannot be a password (it is not UTF-8 "
               "text): was the file passed instead, or read in another charset?")),
    "a wrong variable": ("", "other", f"SJ_CA_PASSWD: {WRONG}"),
    "an empty variable": ("", "", f"SJ_CA_PASSWD: {EMPTY}"),
    "a variable of octets": ("", "\udcff", ("SJ_CA_PASSWD: what was given cannot be a password (it "
                             "is not UTF-8 text): was the file passed instead, or read in another "
                             "charset?")),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_password_that_does_not_open_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    option, password, told = BAD[case]
    options = []
    if option:
        options = [option, placed("pass", os.fsencode(password))]
    else:
        monkeypatch.setenv("SJ_CA_PASSWD", password)
    assert run("doctor", fixture("aes-256.pfx"), *options) == (
        1,
        sized(
            "wrong aes-256.pfx: PKCS#12 (pfx), SIZE octets, not opened\n"
            f"  wrong    {told}\n{LOCKED}",
            "aes-256.pfx",
        ),
        "",
    )


NO_FILE: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "No such file or directory"),
    "empty": (b"", "it is empty"),
    "a line end": (b"\n", "it is empty"),
    "too large": (b"x" * 65_537, "more than 65536 octets"),
}


@pytest.mark.parametrize("case", NO_FILE)
def test_a_password_file_that_is_none(run: Run, case: str) -> None:
    """The name is not repeated: it may be the password."""
    content, problem = NO_FILE[case]
    name = "hunter2" if content is None else placed("pass", content)
    assert run("doctor", fixture("aes-256.pfx"), "--password-file", name) == (
        2,
        "",
        f"Error: --password-file: {problem}: name a file that holds the password\n",
    )


def test_a_password_file_that_is_a_folder_or_cannot_be_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    Path("folder").mkdir()
    # A folder that `doctor` itself would look into.
    placed("folder/tiger_openapi_config.properties", PASSWORD)
    pfx, given = fixture("aes-256.pfx"), placed("pass", PASSWORD)
    expected = "Error: --password-file: {}: name a file that holds the password\n"
    assert run("doctor", pfx, "--password-file", "folder") == (
        2,
        "",
        expected.format("no ordinary file"),
    )
    monkeypatch.setattr("signproof.doctor.files.os.open", refused)
    assert run("doctor", pfx, "--password-file", given) == (
        2,
        "",
        expected.format("Permission denied"),
    )


def test_one_password_only(run: Run) -> None:
    assert run("doctor", "x.pfx", "--password-file", "pass", "--ask-password") == (
        2,
        "",
        "Error: --password-file and --ask-password: give one of them\n",
    )


def asked(typed: bytes, *, terminal: bool = True) -> tuple[int, str]:
    """Run the command in a process with a terminal of its own, or with none; return what is seen.

    The process has no other terminal, since a session of its own has none.
    """
    ours, theirs = pty.openpty()
    arguments = ["doctor", fixture("aes-256.pfx"), "--ask-password"]
    with subprocess.Popen(
        [sys.executable, "-c", "from signproof.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs if terminal else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs if terminal else subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        os.close(theirs)
        seen = b""
        try:
            while terminal and b"Password" not in seen:
                seen += heard(ours)
            os.write(ours, typed)
            output, error = child.communicate(timeout=60)
        finally:
            child.kill()
    while terminal:
        try:
            seen += heard(ours)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return child.returncode, (error or "") + seen.decode().replace("\r\n", "\n") + output


def heard(descriptor: int) -> bytes:
    """Return what comes next on the terminal, within seconds."""
    assert select.select([descriptor], [], [], 30)[0]
    return os.read(descriptor, 1024)


def test_the_password_is_asked_for_unseen() -> None:
    code, seen = asked(f"{PASSWORD}\n".encode())
    _, output = OPENED["aes-256"]
    told = output.replace("of --password-file", "that was typed")
    assert (code, seen) == (0, f"Password of the pfx: \n{sized(told, 'aes-256.pfx')}")


NOT_ASKED: dict[str, tuple[bytes, bool, str]] = {
    "nothing typed": (b"\x04", True, ("Password of the pfx: Error: --ask-password: nothing "
                      "was typed")),
    "no terminal": (b"", False, ("Error: --ask-password: there is no terminal to ask on without "
                    "showing it")),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_ASKED)
def test_nobody_answers(case: str) -> None:
    typed, terminal, told = NOT_ASKED[case]
    code, seen = asked(typed, terminal=terminal)
    assert (code, seen.replace(": \n", ": ")) == (2, f"{told}: use --password-file FILE\n")


def test_how_often_the_password_may_be_hashed(run: Run) -> None:
    """Three derivations of 2,048 each: one of them and the sum have their own limits."""
    name, given = fixture("aes-256.pfx"), ("--password-file", placed("pass", PASSWORD))
    expected = (
        "the file wants the password hashed {} (at most {}), which would keep the machine busy: "
        "export it again, or use --max-iterations 3072"
    )
    for most, told in {
        "2047": expected.format("2048 times at once", 2047),
        "2048": expected.format("6144 times in sum", 4096),
        "3071": expected.format("6144 times in sum", 6142),
    }.items():
        code, output, _ = run("doctor", name, *given, "--max-iterations", most)
        assert (code, output.splitlines()[1]) == (1, f"  wrong    {told}")
    assert run("doctor", name, *given, "--max-iterations", "3072")[0] == 0
    # The limit may be raised, too: this file's MAC is of no password.
    costly = fixture("iterations-mac-2000001.pfx")
    for most, id_ in {"1000000": "costly-derivation", "2000001": "wrong-password"}.items():
        output = run("doctor", costly, *given, "--max-iterations", most, "--json")[1]
        assert json.loads(output)["examinations"][0]["pfx"]["refusal"] == id_
    for most in ("0", "-1", "2147483648", "many"):
        assert run("doctor", name, "--max-iterations", most)[0] == 2


def test_what_is_too_large_or_too_costly_is_refused_at_once() -> None:
    """200 MB that are not read, and two million iterations that are not made."""
    fixture("aes-256.pfx", "large.pfx")
    os.truncate("large.pfx", 200_000_000)
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(SourceUnreadable, match=f": {TOO_LARGE}$"):
        read_source(Path("large.pfx"))
    took, (_, peak) = time.perf_counter() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (took < 0.05, peak < 1_000_000) == (True, True)
    name = fixture("iterations-mac-2000001.pfx")
    begun = time.perf_counter()
    found = examined(name, PASSWORD)
    assert (found.matters[0].id, time.perf_counter() - begun < 0.5) == ("costly-derivation", True)


def test_a_file_that_grows_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size that was right when it was asked for."""
    name = fixture("aes-256.pfx")
    seen = Path(name).stat()
    smaller = os.stat_result((*seen[:6], 1000, *seen[7:]))
    monkeypatch.setattr("signproof.doctor.files.os.fstat", lambda _: smaller)
    with pytest.raises(SourceUnreadable, match=r": more than 1000 octets: "):
        read_file(Path(name), 1000)


JSON = {
    "format": 1,
    "examinations": [
        {
            "path": "rc2-40.pfx",
            "subject": "pfx",
            "what": "PKCS#12 (pfx), 1628 octets, opened",
            "matters": [
                {
                    "level": "note",
                    "id": "legacy-encryption",
                    "message": OLD,
                    "setting": "",
                    "line": None,
                    "last_line": None,
                    "command": "",
                }
            ],
            "keys": [
                {
                    "kind": "rsa-private-key",
                    "form": None,
                    "armour": None,
                    "bits": 1024,
                    "encrypted": True,
                    "repairs": [],
                    "refusal": "",
                    "full_check": "passed",
                    "public_sha256": sha256_of("rc2-40.pfx"),
                    "setting": "",
                    "line": None,
                }
            ],
            "sdks": [],
            "conversions": [],
            "pfx": {
                "kind": "pfx",
                "octets": 1628,
                "encoding": "der",
                "encryptions": [
                    {
                        "name": "pbeWithSHA1And40BitRC2-CBC",
                        "cipher": "RC2-40-CBC",
                        "derivation": "PKCS#12",
                        "iterations": 2048,
                        "legacy": True,
                    },
                    {
                        "name": "pbeWithSHA1And3-KeyTripleDES-CBC",
                        "cipher": "DES-EDE3-CBC",
                        "derivation": "PKCS#12",
                        "iterations": 2048,
                        "legacy": False,
                    },
                ],
                "mac": {
                    "name": "HMAC",
                    "digest": "sha1",
                    "derivation": "PKCS#12",
                    "iterations": 2048,
                },
                "iterations": 6144,
                "tools": [
                    {
                        "tool": tool,
                        "version": version,
                        "answer": answer,
                        "evidence": "observed",
                        "because": because,
                    }
                    for tool, version, answer, because in (
                        ("pyrsca", "0.4.0", "opens", []),
                        ("cryptography", CRYPTOGRAPHY.partition(" ")[2], "opens", []),
                        ("openssl pkcs12", "3.0.19", "refuses", ["pbeWithSHA1And40BitRC2-CBC"]),
                        ("openssl pkcs12 -legacy", "3.0.19", "opens", []),
                    )
                ],
                "refusal": "",
                "password": "file",
                "certificate": {
                    "person_id": ID,
                    "common_name": CN,
                    "issuer": "EXAMPLE issuer",
                    "not_before": "2025-01-01T00:00:00Z",
                    "not_before_taipei": "2025-01-01T08:00:00+08:00",
                    "not_after": "2035-09-13T15:59:59Z",
                    "not_after_taipei": "2035-09-13T23:59:59+08:00",
                    "expire_time": "2035-09-13T15:59:59",
                    "validity": "valid",
                    "key_type": "RSA",
                    "key_bits": 1024,
                    "curve": None,
                },
                "chain": [],
                "others": 0,
            },
            "env": None,
        }
    ],
    "same": [],
    "unreadable": [],
}


def test_the_examination_as_json(run: Run) -> None:
    given = ("--password-file", placed("pass", PASSWORD))
    code, output, error = run("doctor", fixture("rc2-40.pfx"), *given, "--json")
    assert (code, json.loads(output), error) == (0, JSON, "")
    report = msgspec.json.decode(output, type=DoctorReport)
    assert msgspec.json.format(msgspec.json.encode(report)).decode() == output.rstrip("\n")
    jsonschema.validate(JSON, msgspec.json.schema(DoctorReport))


def test_when_a_certificate_begins_and_ends() -> None:
    """Both seconds belong to it."""
    begins, ends = opened("aes-256.pfx").not_before, opened("aes-256.pfx").not_after
    name = fixture("aes-256.pfx")
    reports = [examined(name, PASSWORD, now).pfx for now in (begins - 1, begins, ends, ends + 1)]
    assert [one and one.certificate and one.certificate.validity for one in reports] == [
        "not-yet",
        "valid",
        "valid",
        "expired",
    ]
