"""PKCS#12 files as tools make them; the openssl command says what is in them and who opens them."""

import functools
import os
import socket
import subprocess
import tracemalloc
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from signers import Secret
from signers.pfx import (
    DEFAULT_LIMITS,
    Attribute,
    Bag,
    BagKind,
    Content,
    ContentKind,
    Derivation,
    Description,
    Encryption,
    FileMissing,
    FileUnreadable,
    Kind,
    Limits,
    Mac,
    NotAFile,
    Note,
    PathHint,
    Pfx,
    PfxRefused,
    Variant,
    WrongPassword,
    look,
    open_file,
    open_pfx,
    path_hints,
    read_file,
)
from signers.pfx.shapes import Encoding as Written
from signers.pfx.tools import Answer, Evidence, Tool, Verdict, opens

FOLDER = Path(__file__).parent / "pfx"
PASSWORD = Secret("EXAMPLE-password")
EMPTY = Secret("")
HMAC = Derivation.PKCS12


def file(name: str) -> bytes:
    return (FOLDER / f"EXAMPLE-{name}.pfx").read_bytes()


def pbes2(cipher: str, iterations: int = 2048) -> Encryption:
    return Encryption(
        "PBES2", cipher, Derivation.PBKDF2, "hmacWithSHA256", 8, iterations, legacy=False
    )


def old(name: str, cipher: str, *, legacy: bool = True) -> Encryption:
    return Encryption(name, cipher, Derivation.PKCS12, "sha1", 8, 2048, legacy=legacy)


AES_256, AES_128 = pbes2("AES-256-CBC"), pbes2("AES-128-CBC")
ONCE = pbes2("AES-256-CBC", 1)
TRIPLE = old("pbeWithSHA1And3-KeyTripleDES-CBC", "DES-EDE3-CBC", legacy=False)
RC2_40 = old("pbeWithSHA1And40BitRC2-CBC", "RC2-40-CBC")
RC2_128 = old("pbeWithSHA1And128BitRC2-CBC", "RC2-128-CBC")
RC4_40 = old("pbeWithSHA1And40BitRC4", "RC4-40")
RC4_128 = old("pbeWithSHA1And128BitRC4", "RC4-128")
DES = Encryption("pbeWithMD5AndDES-CBC", "DES-CBC", Derivation.PBKDF1, "md5", 8, 2048, legacy=True)


def mac(digest: str, iterations: int = 2048) -> Mac:
    return Mac("HMAC", digest, Derivation.PKCS12, digest, 8, iterations)


SHA1, SHA256, SHA512 = mac("sha1"), mac("sha256"), mac("sha512")


def encrypted(how: Encryption) -> Content:
    return Content(ContentKind.ENCRYPTED, None, how)


def data(*bags: Bag) -> Content:
    return Content(ContentKind.DATA, bags, None)


def shrouded(how: Encryption) -> Content:
    return data(Bag(BagKind.SHROUDED_KEY, how))


CERTIFICATE, KEY = data(Bag(BagKind.CERTIFICATE)), data(Bag(BagKind.KEY))
USUAL = ((encrypted(AES_256), shrouded(AES_256)), SHA256)


class Seen(NamedTuple):
    contents: tuple[Content, ...]
    mac: Mac | None


FILES: dict[str, Seen] = {
    "aes-256": Seen(*USUAL),
    "aes-128": Seen((encrypted(AES_128), shrouded(AES_128)), SHA512),
    "3des": Seen((encrypted(TRIPLE), shrouded(TRIPLE)), SHA1),
    "rc2-40": Seen((encrypted(RC2_40), shrouded(TRIPLE)), SHA1),
    "rc2-40-key": Seen((encrypted(RC2_40), shrouded(RC2_40)), SHA1),
    "rc2-128": Seen((encrypted(RC2_128), shrouded(RC2_128)), SHA1),
    "rc4-40": Seen((encrypted(RC4_40), shrouded(RC4_40)), SHA1),
    "rc4-128": Seen((encrypted(RC4_128), shrouded(RC4_128)), SHA1),
    "des-md5": Seen((encrypted(DES), shrouded(DES)), SHA1),
    "no-encryption": Seen((CERTIFICATE, KEY), SHA256),
    "no-mac": Seen((CERTIFICATE, shrouded(AES_256)), None),
    "neither": Seen((CERTIFICATE, KEY), None),
    "rsa-1024": Seen(*USUAL),
    "ec": Seen(*USUAL),
    "chain": Seen(*USUAL),
    "expired": Seen(*USUAL),
    "not-yet-valid": Seen(*USUAL),
    "self-signed": Seen(*USUAL),
    "iterations-1": Seen((encrypted(ONCE), shrouded(ONCE)), mac("sha256", 1)),
    "no-key": Seen((encrypted(AES_256),), SHA256),
    "no-certificate": Seen((shrouded(AES_256),), SHA256),
    "empty-password": Seen(*USUAL),
}
WHOLE = [name for name in FILES if name not in {"no-key", "no-certificate"}]


def password_of(name: str) -> Secret:
    return EMPTY if name == "empty-password" else PASSWORD


def openssl(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=False, timeout=60
    )


def pkcs12_command(name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    path = str(FOLDER / f"EXAMPLE-{name}.pfx")
    passin = f"pass:{password_of(name).reveal_text()}"
    return openssl("pkcs12", "-in", path, "-passin", passin, *arguments)


def test_every_file_is_tried() -> None:
    assert {path.name for path in FOLDER.glob("*.pfx")} == {f"EXAMPLE-{name}.pfx" for name in FILES}


@pytest.mark.parametrize(("name", "seen"), FILES.items())
def test_what_is_seen_without_the_password(name: str, seen: Seen) -> None:
    octets = file(name)
    encryptions = []
    for content in seen.contents:
        encryptions += [content.encryption, *(bag.encryption for bag in content.bags or ())]
    known = tuple(one for one in encryptions if one)
    expected = Description(
        Kind.PFX,
        len(octets),
        Written.DER,
        seen.contents,
        known,
        seen.mac,
        0,
        any(one.legacy for one in known),
        None,
    )
    assert look(octets) == look(Secret(octets)) == expected
    count = seen.mac.iterations if seen.mac else 0
    assert look(octets).iterations == count + sum(one.iterations for one in known)


def told(how: Encryption | None) -> str:
    """Return how the openssl command prints an encryption."""
    assert how is not None
    if how.scheme != "PBES2":
        return f"{how.scheme}, Iteration {how.iterations}"
    return f"PBES2, PBKDF2, {how.cipher}, Iteration {how.iterations}, PRF {how.prf}"


def info(name: str) -> list[str]:
    """Return what `openssl pkcs12 -info` should print, made of what is seen."""
    found = look(file(name))
    lines = [] if found.mac else ["Warning: MAC is absent!"]
    if found.mac:
        size = {"sha1": 20, "sha256": 32, "sha512": 64}[found.mac.digest]
        lines.append(f"MAC: {found.mac.digest}, Iteration {found.mac.iterations}")
        lines.append(f"MAC length: {size}, salt length: {found.mac.salt_length}")
    for content in found.contents:
        if content.bags is None:
            # What is in it is seen with the password only.
            lines += [f"PKCS7 Encrypted data: {told(content.encryption)}", "Certificate bag"]
            lines += ["Certificate bag"] * (2 if name == "chain" else 0)
            continue
        lines.append("PKCS7 Data")
        for bag in content.bags:
            lines.append(
                {
                    BagKind.CERTIFICATE: "Certificate bag",
                    BagKind.KEY: "Key bag",
                    BagKind.SHROUDED_KEY: "Shrouded Keybag: ",
                }[bag.kind]
                + (told(bag.encryption) if bag.encryption else "")
            )
    return lines


@pytest.mark.parametrize("name", FILES)
def test_openssl_sees_the_same(name: str) -> None:
    done = pkcs12_command(name, "-info", "-noout", "-legacy")
    assert done.stderr.decode().splitlines() == info(name)


@pytest.mark.parametrize("name", FILES)
def test_who_opens_it(name: str) -> None:
    found = opens(look(file(name)))
    for tool, options in ((Tool.OPENSSL, []), (Tool.OPENSSL_LEGACY, ["-legacy"])):
        done = pkcs12_command(name, "-noenc", *options)
        assert (done.returncode == 0) == (found[tool].answer is Answer.OPENS)
    password = password_of(name).reveal()
    pkcs12.load_pkcs12(file(name), password)
    assert found[Tool.CRYPTOGRAPHY] == Verdict(Answer.OPENS, Evidence.OBSERVED, ())


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("aes-256", Verdict(Answer.OPENS, Evidence.OBSERVED, ())),
        ("rc2-40", Verdict(Answer.OPENS, Evidence.OBSERVED, ())),
        ("rc4-40", Verdict(Answer.OPENS, Evidence.INFERRED, ())),
        ("no-mac", Verdict(Answer.REFUSES, Evidence.OBSERVED, ("no MAC",))),
        ("des-md5", Verdict(Answer.UNKNOWN, Evidence.OBSERVED, ("pbeWithMD5AndDES-CBC",))),
    ],
)
def test_what_is_known_of_the_sdk(name: str, verdict: Verdict) -> None:
    assert opens(look(file(name)))[Tool.PYRSCA] == verdict


def test_who_opens_what_is_refused() -> None:
    unknown = Verdict(Answer.UNKNOWN, Evidence.OBSERVED, ("empty",))
    assert opens(look(b"")) == dict.fromkeys(Tool, unknown)


def test_names_of_encryptions() -> None:
    assert (str(AES_256), str(RC2_40)) == (
        "PBES2, PBKDF2, AES-256-CBC, hmacWithSHA256",
        "pbeWithSHA1And40BitRC2-CBC",
    )


# Opening.

NOTES = {
    **dict.fromkeys(
        ["rc2-40", "rc2-40-key", "rc2-128", "rc4-40", "rc4-128", "des-md5"],
        (Note.LEGACY_ENCRYPTION,),
    ),
    "no-mac": (Note.NO_MAC,),
    "neither": (Note.NO_MAC, Note.PASSWORD_NOT_NEEDED),
    "empty-password": (Note.EMPTY_PASSWORD,),
}
STRICT = [name for name in WHOLE if name not in {"no-mac", "neither"}]


@functools.cache
def opened(name: str) -> Pfx:
    return open_pfx(file(name), password_of(name), lenient=name not in STRICT)


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_inside(name: str) -> None:
    found = opened(name)
    chain = [one.common_name for one in found.chain]
    assert (found.notes, found.others, found.description, chain) == (
        NOTES.get(name, ()),
        (),
        look(file(name)),
        ["EXAMPLE issuer", "EXAMPLE root"] if name == "chain" else [],
    )
    spki = found.leaf.x509.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert found.key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ) == spki  # fmt: skip
    done = pkcs12_command(name, "-nokeys", "-clcerts", "-legacy")
    assert openssl("x509", "-outform", "DER", given=done.stdout).stdout == found.leaf.der


@pytest.mark.parametrize("name", ["no-mac", "neither"])
def test_without_a_mac_only_leniently(name: str) -> None:
    with pytest.raises(PfxRefused) as caught:
        open_pfx(file(name), PASSWORD)
    assert caught.value.reason == "no-mac"


SUBJECT = (
    Attribute("2.5.4.6", "C", "TW"),
    Attribute("2.5.4.10", "O", "EXAMPLE"),
    Attribute("2.5.4.11", "OU", "EXAMPLE securities"),
    Attribute("2.5.4.3", "CN", "Z199999999-01-001::EXAMPLE"),
)
ISSUER = (*SUBJECT[:2], Attribute("2.5.4.3", "CN", "EXAMPLE issuer"))
FROM = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2035, 9, 13, 15, 59, 59, tzinfo=UTC)
USAGE = ("digital_signature", "content_commitment")
RSA = ("RSA", 2048, None)


@pytest.mark.parametrize(
    ("name", "serial", "validity", "key"),
    [
        ("aes-256", 0x1A2B3C, (FROM, UNTIL), RSA),
        (
            "expired",
            0x1A2B3D,
            (
                datetime(2020, 1, 1, tzinfo=UTC),
                datetime(2021, 9, 13, 15, 59, 59, tzinfo=UTC),
            ),
            RSA,
        ),
        (
            "not-yet-valid",
            0x1A2B3E,
            (datetime(2040, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)),
            RSA,
        ),
        ("rsa-1024", 0x1A2B3F, (FROM, UNTIL), ("RSA", 1024, None)),
        ("ec", 0x1A2B40, (FROM, UNTIL), ("EC", 256, "secp256r1")),
    ],
)
def test_what_the_leaf_says(
    name: str,
    serial: int,
    validity: tuple[datetime, datetime],
    key: tuple[str, int, str | None],
) -> None:
    leaf = opened(name).leaf
    assert (
        leaf.subject, leaf.issuer, leaf.serial, (leaf.not_before, leaf.not_after),
        (leaf.key_type, leaf.key_bits, leaf.curve), leaf.key_usage, leaf.is_issuer,
        leaf.extensions_readable, leaf.common_name, leaf.issuer_common_name,
    ) == (
        SUBJECT, ISSUER, serial, validity, key, USAGE, False, True,
        "Z199999999-01-001::EXAMPLE", "EXAMPLE issuer",
    )  # fmt: skip
    text = openssl("x509", "-inform", "DER", "-noout", "-serial", "-enddate", given=leaf.der)
    end = f"{validity[1]:%b} {validity[1].day:2} {validity[1]:%H:%M:%S %Y} GMT"
    assert text.stdout.decode().splitlines() == [f"serial={serial:X}", f"notAfter={end}"]


def test_a_leaf_without_extensions() -> None:
    leaf = opened("self-signed").leaf
    assert (leaf.key_usage, leaf.is_issuer, leaf.issuer) == (None, None, SUBJECT)


def test_issuers_say_that_they_are() -> None:
    assert [(one.is_issuer, one.key_usage) for one in opened("chain").chain] == [
        (True, ("key_cert_sign", "crl_sign"))
    ] * 2


def test_the_keys_are_the_librarys() -> None:
    assert isinstance(opened("aes-256").key, rsa.RSAPrivateKey)
    assert isinstance(opened("ec").key, ec.EllipticCurvePrivateKey)
    assert repr(opened("chain")) == "<Pfx RSA 2048, 3 certificates>"


@pytest.mark.parametrize("password", [None, EMPTY])
def test_an_empty_password_is_none_at_all(password: Secret | None) -> None:
    assert open_pfx(file("empty-password"), password).notes == (Note.EMPTY_PASSWORD,)


ENCRYPTED = [name for name in FILES if name not in {"neither", "empty-password"}]


@pytest.mark.parametrize("name", ENCRYPTED)
@pytest.mark.parametrize(
    ("password", "reason"),
    [(None, "password-needed"), (EMPTY, "empty-password"), (Secret("x"), "wrong-password")],
)
def test_another_password(name: str, password: Secret | None, reason: str) -> None:
    with pytest.raises(PfxRefused) as caught:
        open_pfx(file(name), password, lenient=True)
    assert caught.value.reason == reason


@pytest.mark.parametrize("password", [None, EMPTY, Secret("x")])
def test_where_no_password_is_needed(password: Secret | None) -> None:
    notes = open_pfx(file("neither"), password, lenient=True).notes
    assert notes == (Note.NO_MAC, Note.PASSWORD_NOT_NEEDED)


TYPE_ANEW = "the password does not open the pfx, or the file was altered: type the password anew"


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("aes-256", "example-password", TYPE_ANEW),
        ("empty-password", "x", TYPE_ANEW),
        (
            "aes-256",
            "EXAMPLE-password\n",
            "the password does not open the pfx: it is right without the white space around it",
        ),
        (
            "rc2-40",
            ' "EXAMPLE-password" ',
            "the password does not open the pfx: it is right without the quotation marks around it",
        ),
        (
            "aes-128",
            "\uff25XAMPLE-password",
            f"the password does not open the pfx: it is right {Variant.NFKC.value}",
        ),
        (
            "aes-128",
            "EXAMPL\u00c9",
            f"{TYPE_ANEW}; it has characters other than ASCII, which programs encode differently",
        ),
        (
            "no-mac",
            "EXAMPLE-password\n",
            f"{TYPE_ANEW}; the file has no MAC that would tell the two apart",
        ),
    ],
)
def test_what_is_said_of_a_wrong_password(name: str, password: str, message: str) -> None:
    with pytest.raises(WrongPassword) as caught:
        open_pfx(file(name), Secret(password), lenient=True)
    assert str(caught.value) == message


# The path.


def test_a_path() -> None:
    path = FOLDER / "EXAMPLE-aes-256.pfx"
    for one in (path, str(path)):
        assert open_file(one, PASSWORD).leaf == opened("aes-256").leaf
    assert read_file(path) == file("aes-256")
    with pytest.raises(PfxRefused) as caught:
        open_file(path, EMPTY)
    assert caught.value.reason == "empty-password"


def test_a_path_that_is_not_ascii(tmp_path: Path) -> None:
    path = tmp_path / "憑證.pfx"
    path.write_bytes(file("rc2-40"))
    notes = open_file(path, PASSWORD).notes
    assert notes == (Note.LEGACY_ENCRYPTION, Note.NON_ASCII_PATH)


@pytest.mark.parametrize(
    ("path", "hints"),
    [
        ("", [PathHint.EMPTY]),
        ("nothing.pfx", []),
        ("C:\\ca\\EXAMPLE.pfx", [PathHint.BACKSLASHES]),
        ("C:\temp\new.pfx", [PathHint.CONTROL_CHARACTERS]),
        ("EXAMPLE\0.pfx", [PathHint.CONTROL_CHARACTERS]),
        ("EXAMPLE.pfx\n", [PathHint.SPACE]),
        ("'EXAMPLE.pfx'", [PathHint.QUOTES]),
        ("~/EXAMPLE.pfx", [PathHint.HOME]),
        ("$HOME/EXAMPLE.pfx", [PathHint.VARIABLE]),
        ("${HOME}/EXAMPLE.pfx", [PathHint.VARIABLE]),
        ("%USERPROFILE%\\EXAMPLE.pfx", [PathHint.BACKSLASHES, PathHint.VARIABLE]),
        ("file:///EXAMPLE.pfx", [PathHint.URL]),
    ],
)
def test_a_path_at_which_nothing_is(path: str, hints: list[PathHint]) -> None:
    with pytest.raises(FileMissing) as caught:
        open_file(path, PASSWORD)
    found = caught.value
    assert (found.reason, found.path, list(found.hints)) == ("file-missing", path, hints)
    assert str(found) == "; ".join(
        [f"there is no file {path!r}: check the path", *(hint.value for hint in hints)]
    )


@pytest.mark.skipif(os.sep == "\\", reason="there they are right")
def test_backslashes_are_right_where_they_separate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    assert path_hints("C:\\ca\\EXAMPLE.pfx") == ()


def test_a_name_spelt_in_other_code_points(tmp_path: Path) -> None:
    composed = tmp_path / unicodedata.normalize("NFC", "cl\u00e9.pfx")
    composed.write_bytes(b"")
    if (decomposed := Path(unicodedata.normalize("NFD", str(composed)))).exists():
        pytest.skip("this file system takes both for one")
    with pytest.raises(FileMissing) as caught:
        read_file(decomposed)
    assert caught.value.hints == (PathHint.UNICODE_FORM,)


def test_what_is_no_file(tmp_path: Path) -> None:
    pipe, bound = tmp_path / "pipe", tmp_path / "socket"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(bound))
    expected = {
        tmp_path: "a folder",
        pipe: "a pipe",
        Path("/dev/null"): "a device",
        bound: "a socket",
    }
    for path, what in expected.items():
        with pytest.raises(NotAFile) as caught:
            open_file(path, PASSWORD)
        assert (caught.value.reason, caught.value.path, caught.value.what) == (
            "not-a-file",
            str(path),
            what,
        )
        assert str(caught.value) == (
            f"{str(path)!r} is {what}: pass the path of the pfx file itself"
        )


def test_a_pipe_that_takes_the_files_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes to the pipe, and to open it does not wait."""
    path, pipe = tmp_path / "EXAMPLE.pfx", tmp_path / "pipe"
    path.write_bytes(b"")
    os.mkfifo(pipe)
    open_it = os.open
    monkeypatch.setattr(os, "open", lambda _, flags: open_it(pipe, flags))
    with pytest.raises(NotAFile):
        read_file(path)


@pytest.mark.parametrize(
    ("error", "why"),
    [(PermissionError(13, "Permission denied"), "Permission denied"), (OSError(), "OSError")],
)
def test_a_file_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, error: OSError, why: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "open", refuse)
    path = str(FOLDER / "EXAMPLE-ec.pfx")
    with pytest.raises(FileUnreadable) as caught:
        open_file(path, PASSWORD)
    assert (caught.value.reason, caught.value.why, str(caught.value)) == (
        "file-unreadable",
        why,
        f"{path!r} cannot be read ({why}): check its owner and permissions",
    )


def test_a_folder_that_is_a_file() -> None:
    with pytest.raises(FileUnreadable):
        read_file(FOLDER / "README.md" / "EXAMPLE.pfx")


def test_200_megabytes_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by what the system says of its size; as octets, before they are looked at."""
    path = tmp_path / "EXAMPLE.pfx"
    with path.open("wb") as sparse:
        sparse.truncate(200_000_000)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(os, "read", refuse)
    monkeypatch.setattr(pkcs12, "load_pkcs12", refuse)
    tracemalloc.start()
    try:
        with pytest.raises(PfxRefused) as caught:
            open_file(path, PASSWORD)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    message = (
        "200000000 octets are too many for a pfx file (at most 1048576, a usual one has 3,000): "
        "is it the right file? Else raise the limit `octets`"
    )
    assert (caught.value.reason, str(caught.value)) == ("input-too-large", message)


def test_a_file_that_grows(tmp_path: Path) -> None:
    """Files below /proc say that they are empty."""
    path = tmp_path / "EXAMPLE.pfx"
    path.write_bytes(b"x" * 11)
    with pytest.raises(PfxRefused):
        read_file(path, limits=Limits(octets=10))
    assert read_file(path, limits=Limits(octets=11)) == b"x" * 11
    grown = Path("/proc/self/maps")
    if grown.exists():
        with pytest.raises(PfxRefused) as caught:
            read_file(grown, limits=Limits(octets=10))
        assert caught.value.reason == "input-too-large"


def test_the_usual_file_is_far_below_the_limits() -> None:
    found = look(file("chain"))
    assert found.size * 100 < DEFAULT_LIMITS.octets
    assert found.iterations * 100 < DEFAULT_LIMITS.total
