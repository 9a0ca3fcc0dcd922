"""The command `convert-key`: the openssl command says what is right, octet for octet."""

import base64
import functools
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from signers.rsa_keys import FailsFullCheck
from signproof.doctor import writing

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
PAGE = dict(
    line.split("=", 1)
    for line in (ROOT / "tests/signers/keys/page-EXAMPLE.properties").read_text().splitlines()
)
PK1, PK8 = PAGE["private_key_pk1"], PAGE["private_key_pk8"]
PASSPHRASE = "made-up-passphrase"
REST = "tiger_id=20159876\naccount=12345678\n"
SETTINGS = f"{REST}private_key_pk1={PK1}\nprivate_key_pk8={PK8}\n"
OLD = b"what stood here\n"

PYTHON = "Python tigeropen 3.8.0"
PYTHON_OLD = "Python tigeropen 3.0.0 and 2.0.9"
OTHERS = "Go openapi-go-sdk 0.5.1, TypeScript, C++, Rust tigeropen 0.5.10"
JAVA = "Java openapi-java-sdk 2.2.4"
TAKERS = {
    ("pkcs8", "base64"): f"  for      {PYTHON}, {JAVA}, {OTHERS}\n",
    ("pkcs1", "base64"): f"  for      {PYTHON}, {PYTHON_OLD}, {OTHERS}\n",
    ("pkcs8", "pem"): f"  for      {JAVA}, {OTHERS}\n",
    ("pkcs1", "pem"): f"  for      {PYTHON}, {PYTHON_OLD}, {OTHERS}\n",
    ("pkcs8", "der"): "",
    ("pkcs1", "der"): "",
}
SHAPES = [*TAKERS]
NAMES = {"pkcs1": "PKCS#1", "pkcs8": "PKCS#8"}
ARMOURS = {"base64": "one base64 line", "pem": "PEM", "der": "DER"}


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


@functools.cache
def key_of(bits: int) -> bytes:
    """Return a key in PEM, as openssl writes it: the page's (1024) or a new one."""
    if bits == 1024:
        return openssl("pkey", "-inform", "DER", given=base64.b64decode(PK8))
    return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}")


def written(bits: int, form: str, armour: str) -> bytes:
    """Return the key in a shape, as openssl writes it."""
    command = ["rsa", "-traditional"] if form == "pkcs1" else ["pkcs8", "-topk8", "-nocrypt"]
    outform = "PEM" if armour == "pem" else "DER"
    octets = openssl(*command, "-outform", outform, given=key_of(bits))
    return base64.b64encode(octets) if armour == "base64" else octets


def public(bits: int, armour: str) -> bytes:
    outform = "PEM" if armour == "pem" else "DER"
    octets = openssl("pkey", "-pubout", "-outform", outform, given=key_of(bits))
    return base64.b64encode(octets) if armour == "base64" else octets


@functools.cache
def encrypted() -> bytes:
    return openssl("pkcs8", "-topk8", "-passout", f"pass:{PASSPHRASE}", given=key_of(1024))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def placed(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def told(name: str, form: str = "pkcs8", armour: str = "base64", bits: int = 1024) -> str:
    return (
        f"wrote {name}: RSA private key, {bits} bits, {NAMES[form]} in {ARMOURS[armour]}\n"
        + TAKERS[form, armour]
    )


def here() -> set[str]:
    """Return what is in the folder: nothing half written may be left."""
    return {path.name for path in Path().iterdir()}


@pytest.mark.parametrize("bits", [1024, 2048])
@pytest.mark.parametrize(("form", "armour"), SHAPES)
@pytest.mark.parametrize("given", SHAPES, ids="-".join)
def test_the_file_is_openssl_s(
    run: Run, bits: int, form: str, armour: str, given: tuple[str, str]
) -> None:
    source = placed("key", written(bits, *given))
    expected = written(bits, form, armour)
    command = ["convert-key", source, "--form", form, "--armour", armour, "--out", "new"]
    umask = os.umask(0o277)
    try:
        assert run(*command) == (0, told("new", form, armour, bits), "")
    finally:
        os.umask(umask)
    status = Path("new").stat()
    assert (Path("new").read_bytes(), stat.S_IMODE(status.st_mode)) == (expected, 0o600)
    assert Path("key").read_bytes() == written(bits, *given)
    assert here() == {"key", "new"}


@pytest.mark.parametrize(
    ("sdk", "form"),
    [
        ("python", "pkcs8"),
        ("python-old", "pkcs1"),
        ("java", "pkcs8"),
        ("go", "pkcs8"),
        ("typescript", "pkcs8"),
        ("cpp", "pkcs8"),
        ("rust", "pkcs8"),
    ],
)
def test_the_shape_for_an_sdk(run: Run, sdk: str, form: str) -> None:
    command = ["convert-key", placed("key", key_of(1024)), "--for", sdk, "--out", "new"]
    assert run(*command) == (0, told("new", form), "")
    assert Path("new").read_bytes() == written(1024, form, "base64")


def test_pkcs8_in_one_line_is_the_default(run: Run) -> None:
    assert run("convert-key", placed("key", PK1), "--out", "new") == (0, told("new"), "")
    assert Path("new").read_text() == PK8


@pytest.mark.parametrize("armour", ["base64", "pem", "der"])
@pytest.mark.parametrize("given", ["private", "public", "settings"])
def test_the_public_key(run: Run, armour: str, given: str) -> None:
    contents: dict[str, str | bytes] = {
        "private": key_of(1024),
        "public": public(1024, "pem"),
        "settings": SETTINGS,
    }
    source = placed("key", contents[given])
    expected = public(1024, armour)
    command = ["convert-key", source, "--public", "--armour", armour]
    assert run(*command, "--out", "new") == (
        0,
        f"wrote new: RSA public key, 1024 bits, SPKI in {ARMOURS[armour]}\n",
        "",
    )
    assert Path("new").read_bytes() == expected
    if armour == "der":
        wrong = "Error: --armour der is octets, which are not printed: name a file with --out\n"
        assert run(*command) == (2, "", wrong)
    else:
        assert run(*command) == (0, expected.decode().rstrip("\n") + "\n", "")


def test_the_public_key_is_one_line_by_default(run: Run) -> None:
    expected = public(1024, "base64").decode() + "\n"
    assert run("convert-key", placed("key", PK1), "--public") == (0, expected, "")


@pytest.mark.parametrize(
    ("content", "repaired"),
    [
        (f'"{PK1}"', ["quotation marks stand around it"]),
        (f"{PK8}\n", ["a newline follows its base64"]),
        (
            f"\ufeff{PK1[:64]}\r\n{PK1[64:]}",
            [
                "a byte order mark stands before it",
                "its lines end with CR or CRLF",
                "its base64 is broken into lines",
            ],
        ),
    ],
    ids=["quotes", "newline", "three"],
)
def test_what_was_repaired_is_said(run: Run, content: str, repaired: list[str]) -> None:
    error = "".join(f"repaired: {what}\n" for what in repaired)
    source = placed("key", content)
    assert run("convert-key", source, "--out", "new") == (0, told("new"), error)
    assert Path("new").read_text() == PK8
    expected = public(1024, "base64").decode() + "\n"
    assert run("convert-key", source, "--public") == (0, expected, error)


def test_an_encrypted_key_is_written_plain(run: Run) -> None:
    source, given = placed("key", encrypted()), placed("pass", f"{PASSPHRASE}\n")
    command = ["convert-key", source, "--out", "new"]
    assert run(*command, "--passphrase-file", given) == (0, told("new"), "")
    assert Path("new").read_text() == PK8
    Path("new").unlink()
    assert run(*command) == (
        1,
        "",
        (
            "Error: key: the key is encrypted: pass its passphrase, or decrypt it with "
            "`openssl pkey -in KEY -out PLAIN` (--passphrase-file FILE)\n"
        ),
    )
    assert run(*command, "--passphrase-file", placed("pass", "other"))[::2] == (
        1,
        (
            "Error: key: the passphrase does not open the key, or the key was altered or encrypted "
            "in an unusual way: try `openssl pkey -in KEY -out PLAIN`\n"
        ),
    )
    assert here() == {"key", "pass"}


@pytest.mark.parametrize(
    ("content", "options", "why"),
    [
        (PK1[:400], [], "the key is cut off after 300 of 610 octets: copy the whole of it"),
        (
            public(1024, "pem"),
            [],
            "this is a public key, which cannot sign: pass the private key of the pair",
        ),
        (
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout"),
            ["--public"],
            "this is a key for EC: the API takes RSA keys (rsaEncryption) only; generate one",
        ),
        (REST, [], "there is no private key in these settings: run `signproof doctor`"),
        (
            f"{REST}private_key={PK1[:400]}\n",
            [],
            "private_key: the key is cut off after 300 of 610 octets: copy the whole of it",
        ),
    ],
    ids=["cut off", "public", "EC", "no key", "cut off in settings"],
)
def test_a_key_that_is_refused(
    run: Run, content: str | bytes, options: list[str], why: str
) -> None:
    source = placed("key", content)
    assert run("convert-key", source, "--out", "new", *options) == (1, "", f"Error: key: {why}\n")
    assert here() == {"key"}


def test_a_key_that_fails_the_full_check(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A factor that is not prime: `tests/cli/test_doctor.py` makes such a key."""

    def fails(_key: object) -> None:
        raise FailsFullCheck

    monkeypatch.setattr("signproof.cli.convert_key.check_fully", fails)
    assert run("convert-key", placed("key", PK1), "--out", "new") == (
        1,
        "",
        (
            "Error: key: a factor of the key is not prime: the key is not safe and signs wrongly; "
            "replace it\n"
        ),
    )
    assert here() == {"key"}


def test_the_key_of_a_settings_file(run: Run) -> None:
    Path("conf").mkdir()
    placed("conf/tiger_openapi_config.properties", SETTINGS)
    for options in ([], ["--setting", "private_key_pk1"], ["--setting", "private_key_pk8"]):
        assert run("convert-key", "conf", "--out", "new", *options) == (0, told("new"), "")
        assert Path("new").read_text() == PK8
        Path("new").unlink()


@pytest.mark.parametrize("other", ["another", "cut off"])
def test_keys_that_differ_are_chosen_from(run: Run, other: str) -> None:
    line = written(2048, "pkcs8", "base64").decode() if other == "another" else PK8[:400]
    source = placed("mine", f"{REST}private_key_pk1={PK1}\nprivate_key_pk8={line}\n")
    assert run("convert-key", source, "--out", "new") == (
        2,
        "",
        (
            "Error: mine holds keys that are not the same: choose --setting private_key_pk8 or "
            "--setting private_key_pk1\n"
        ),
    )
    command = ["convert-key", source, "--out", "new", "--setting"]
    assert run(*command, "private_key") == (
        2,
        "",
        "Error: mine has no private_key, but private_key_pk8, private_key_pk1\n",
    )
    assert run(*command, "private_key_pk1")[0] == 0
    assert Path("new").read_text() == PK8


TOGETHER = "Error: --for chooses the shape by itself: leave out --form, --armour, --public\n"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ([], "Error: name the file to write with --out: a private key is never printed\n"),
        (["--for", "go", "--form", "pkcs1", "--out", "new"], TOGETHER),
        (["--for", "go", "--armour", "pem", "--out", "new"], TOGETHER),
        (["--for", "go", "--public"], TOGETHER),
        (
            ["--public", "--form", "pkcs1"],
            "Error: --form is of private keys: a public key is always written as SPKI\n",
        ),
        (
            ["--setting", "private_key", "--out", "new"],
            "Error: --setting private_key: key is no settings file\n",
        ),
    ],
    ids=range(6),
)
def test_what_does_not_go_together(run: Run, options: list[str], error: str) -> None:
    assert run("convert-key", placed("key", PK8), *options) == (2, "", error)
    assert here() == {"key"}


def test_what_cannot_be_read(run: Run) -> None:
    os.mkfifo("fifo")
    for name, problem in (
        ("missing", "No such file or directory"),
        ("fifo", "no ordinary file: name a file, or a folder with one"),
    ):
        assert run("convert-key", name, "--out", "new") == (2, "", f"Error: {name}: {problem}\n")


def test_nothing_is_written_over(run: Run) -> None:
    """What stands there may be the only copy of another key."""
    command = ["convert-key", placed("key", PK1), "--out"]
    there = "Error: old: it exists already: name a new file, or replace it with --force\n"
    assert run(*command, placed("old", OLD)) == (2, "", there)
    assert Path("old").read_bytes() == OLD
    assert run(*command, "key") == (2, "", there.replace("old:", "key:"))
    assert run(*command, "./key")[0] == 2
    assert Path("key").read_text() == PK1
    Path("old").chmod(0o644)
    before = Path("old").stat().st_ino
    kept = Path("kept")
    kept.hardlink_to("old")
    assert run(*command, "old", "--force") == (0, told("old"), "")
    status = Path("old").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_ino == before) == (0o600, False)
    assert (Path("old").read_text(), kept.read_bytes()) == (PK8, OLD)
    assert run(*command, "key", "--force") == (0, told("key"), "")
    assert Path("key").read_text() == PK8
    assert run(*command, "new", "--force") == (0, told("new"), "")
    assert here() == {"key", "old", "kept", "new"}


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_is_written_through_a_link_or_over_what_is_no_file(
    run: Run, force: list[str]
) -> None:
    placed("old", OLD)
    Path("link").symlink_to("old")
    Path("dangling").symlink_to("nowhere")
    os.mkfifo("fifo")
    Path("folder").mkdir()
    command = ["convert-key", placed("key", PK1), *force, "--out"]
    before = here()
    for name, problem in (
        ("link", "it is a symbolic link: name a new file"),
        ("dangling", "it is a symbolic link: name a new file"),
        ("fifo", "it exists and is no ordinary file: name a new file"),
        ("folder", "it exists and is no ordinary file: name a new file"),
        ("/dev/null", "it exists and is no ordinary file: name a new file"),
    ):
        assert run(*command, name) == (2, "", f"Error: {name}: {problem}\n")
    assert (here(), Path("old").read_bytes()) == (before, OLD)
    assert Path("link").is_symlink()
    assert Path("/dev/null").is_char_device()


def test_a_link_that_appears_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look at what is there proves nothing: opening does."""
    placed("old", OLD)
    Path("link").symlink_to("old")
    Path("dangling").symlink_to("nowhere")
    monkeypatch.setattr(writing, "_is_free", lambda _path, *, force: not force)
    for name in ("link", "dangling", "old"):
        with pytest.raises(FileExistsError):
            writing.write_private(Path(name), b"secret", force=False)
    writing.write_private(Path("link"), b"secret", force=True)
    assert (Path("old").read_bytes(), Path("link").read_bytes()) == (OLD, b"secret")
    assert (Path("link").is_symlink(), here()) == (False, {"old", "link", "dangling"})


@pytest.mark.parametrize(
    ("options", "name"),
    [([], "mine"), (["--force"], "mine"), (["--force", "--public"], "mine"),
     (["--force", "--public"], "key"), (["--force"], "link")],
    ids=range(5),
)  # fmt: skip
def test_what_is_read_is_not_lost(run: Run, options: list[str], name: str) -> None:
    """One key instead of all settings, or a public key instead of the private one."""
    placed("mine", SETTINGS)
    placed("key", PK1)
    Path("link").hardlink_to("mine")
    source = "mine" if name == "link" else name
    assert run("convert-key", source, "--out", name, *options) == (
        2,
        "",
        f"Error: --out {name} is the file that is read: it would be lost\n",
    )
    assert (Path("mine").read_text(), Path("key").read_text()) == (SETTINGS, PK1)


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("call", ["fsync", "fchmod"])
def test_a_full_disk_loses_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, force: list[str], call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    name = placed("old", OLD) if force else "new"
    placed("key", PK1)
    before = here()
    monkeypatch.setattr(f"signproof.doctor.writing.os.{call}", full)
    assert run("convert-key", "key", "--out", name, *force) == (
        2,
        "",
        f"Error: {name}: No space left on device\n",
    )
    assert here() == before
    assert not force or Path("old").read_bytes() == OLD


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    def interrupted(*_: object) -> None:
        raise interrupt

    placed("old", OLD)
    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(interrupt):
        writing.write_private(Path("old"), b"secret", force=True)
    monkeypatch.setattr("signproof.doctor.writing.os.fsync", interrupted)
    for name, force in (("old", True), ("new", False)):
        with pytest.raises(interrupt):
            writing.write_private(Path(name), b"secret", force=force)
    assert (here(), Path("old").read_bytes()) == ({"old"}, OLD)


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_folder_that_takes_no_file(run: Run, force: list[str]) -> None:
    command = ["convert-key", placed("key", PK1), *force, "--out"]
    for name, problem in (
        ("nowhere/new", "No such file or directory"),
        ("key/new", "Not a directory"),
        ("x" * 300, "File name too long"),
    ):
        assert run(*command, name) == (2, "", f"Error: {name}: {problem}\n")
    assert here() == {"key"}


def test_the_private_key_is_in_no_output(run: Run) -> None:
    """Neither where it succeeds nor where it fails."""
    sources: dict[str, str | bytes] = {
        "pem": key_of(1024),
        "line": PK1,
        "quoted": f'"{PK8}"\n',
        "mine": SETTINGS,
        "cut": PK1[:700],
        "altered": PK1[:300] + "-" + PK1[301:],
        "enc": encrypted(),
        "der": base64.b64decode(PK1),
        "differ": f"private_key={PK1}\nprivate_key_pk8={PK8[:99]}\n",
    }
    options: list[list[str]] = [
        [],
        ["--public"],
        ["--public", "--out", "new"],
        ["--out", "new", "--force"],
        ["--passphrase-file", placed("pass", PASSPHRASE), "--out", "new", "--force"],
    ]
    outputs = []
    for name, content in sources.items():
        placed(name, content)
        outputs += [run("convert-key", name, *more)[1:] for more in options]
    shown = "".join(text for pair in outputs for text in pair)
    # What comes before is the modulus and the exponent, which are public.
    texts = [base64.b64decode(PK1)[150:].hex(), PK1[200:], PK8[240:], PASSPHRASE]
    pieces = {text[at : at + 12] for text in texts for at in range(len(text) - 11)}
    assert not {piece for piece in pieces if piece in shown}
    assert public(1024, "base64").decode() in shown
    assert [piece for piece in pieces if piece in Path("line").read_text()]
