"""Loading, converting and using RSA keys; the openssl command says what is right."""

import base64
import functools
import subprocess
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1

from signers import Secret
from signers.rsa_keys import (
    Armour,
    Description,
    Form,
    Kind,
    NeedsRepair,
    PrivateKey,
    PrivateKeyGiven,
    PublicKey,
    Repair,
    WrongSize,
    check_fully,
    convert,
    generate,
    is_pair,
    load,
    load_public,
    look,
    public_line,
    public_pem,
)
from signers.rsa_keys.sdks import OBSERVED, Answer, Sdk, answers

PAGE = dict(
    line.split("=", 1)
    for line in (Path(__file__).parent / "keys/page-EXAMPLE.properties").read_text().splitlines()
)
PK1, PK8 = PAGE["private_key_pk1"], PAGE["private_key_pk8"]
MESSAGE = b"biz_content={}&charset=UTF-8&tiger_id=20150001"


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


@functools.cache
def made(bits: int) -> bytes:
    """Return the PKCS#1 DER of a key that openssl made."""
    return openssl("rsa", "-traditional", "-outform", "DER", given=openssl("genrsa", str(bits)))


@functools.cache
def written(pkcs1: bytes, form: Form, armour: Armour) -> bytes:
    """Return the key in a shape, as openssl writes it."""
    outform = "PEM" if armour is Armour.PEM else "DER"
    command = ["rsa", "-traditional"] if form is Form.PKCS1 else ["pkcs8", "-topk8", "-nocrypt"]
    octets = openssl(*command, "-inform", "DER", "-outform", outform, given=pkcs1)
    return base64.b64encode(octets) if armour is Armour.BASE64 else octets


def signed(key: PrivateKey) -> bytes:
    return key.rsa.sign(sha1(MESSAGE).digest(), PKCS1v15(), Prehashed(SHA1()))


SHAPES = [(form, armour) for form in (Form.PKCS1, Form.PKCS8) for armour in Armour]
PAGE_PKCS1 = base64.b64decode(PK1)
BITS = [1024, 1536, 2048]


def pem(form: Form) -> str:
    return written(PAGE_PKCS1, form, Armour.PEM).decode()


def wrapped(line: str, width: int = 64) -> str:
    return "\n".join(line[at : at + width] for at in range(0, len(line), width))


def test_the_pages_two_keys_are_one() -> None:
    assert base64.b64encode(written(PAGE_PKCS1, Form.PKCS8, Armour.DER)).decode() == PK8


@functools.cache
def page_signature(folder: Path) -> bytes:
    path = folder / "EXAMPLE.pem"
    path.write_bytes(written(PAGE_PKCS1, Form.PKCS1, Armour.PEM))
    return openssl("dgst", "-sha1", "-sign", str(path), given=MESSAGE)


@pytest.fixture(scope="module")
def expected_signature(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return page_signature(tmp_path_factory.mktemp("page"))


@pytest.mark.parametrize("bits", [0, *BITS])
@pytest.mark.parametrize(("form", "armour"), SHAPES)
def test_well_formed_keys_load_and_convert_exactly(bits: int, form: Form, armour: Armour) -> None:
    pkcs1 = made(bits) if bits else PAGE_PKCS1
    octets = written(pkcs1, form, armour)
    key = load(octets)
    assert (key.bits, key.form, key.armour, key.encrypted, key.repairs, key.pkcs1.reveal()) == (
        bits or 1024,
        form,
        armour,
        False,
        (),
        pkcs1,
    )
    assert [convert(key, *shape) for shape in SHAPES] == [
        written(pkcs1, *shape) for shape in SHAPES
    ]


@pytest.mark.parametrize(("form", "armour"), SHAPES)
def test_every_well_formed_shape_signs_as_openssl(
    form: Form, armour: Armour, expected_signature: bytes
) -> None:
    octets = written(PAGE_PKCS1, form, armour)
    assert [signed(load(octets)), signed(load(Secret(octets)))] == [expected_signature] * 2
    if armour is not Armour.DER:
        assert signed(load(octets.decode())) == expected_signature


R = Repair
ENDLESS = pem(Form.PKCS1).partition("-----END")[0]
UNPADDED = PK1.rstrip("=")
REPAIRED: dict[str, tuple[str | bytes, tuple[Repair, ...]]] = {
    "final newline": (PK1 + "\n", (R.FINAL_NEWLINE,)),
    "two final newlines": (PK1 + "\n\n", (R.TRAILING_SPACE,)),
    "trailing space": (PK8 + " ", (R.TRAILING_SPACE,)),
    "leading space": ("\t " + PK8, (R.LEADING_SPACE,)),
    "wrapped": (wrapped(PK1), (R.WRAPPED,)),
    "wrapped, newline": (wrapped(PK8, 76) + "\n", (R.FINAL_NEWLINE, R.WRAPPED)),
    "wrapped CRLF": (wrapped(PK1).replace("\n", "\r\n"), (R.CARRIAGE_RETURNS, R.WRAPPED)),
    "wrapped before its padding": (
        f"{UNPADDED}\n" + "=" * (-len(UNPADDED) % 4),
        (R.WRAPPED,),
    ),
    "spaces inside": (PK1[:40] + " \t" + PK1[40:], (R.INNER_SPACE,)),
    "no-break space around": ("\u00a0" + PK1 + "\u200b", (R.LEADING_SPACE, R.TRAILING_SPACE)),
    "empty lines inside": (PK1[:64] + "\n\n" + PK1[64:], (R.WRAPPED, R.INNER_SPACE)),
    "byte order mark": (b"\xef\xbb\xbf" + PK1.encode(), (R.BYTE_ORDER_MARK,)),
    "byte order mark in text": ("\ufeff" + PK8, (R.BYTE_ORDER_MARK,)),
    "utf-16 little": (b"\xff\xfe" + PK1.encode("utf-16-le"), (R.UTF_16,)),
    "utf-16 big": (b"\xfe\xff" + PK1.encode("utf-16-be"), (R.UTF_16,)),
    "double quotes": (f'"{PK1}"', (R.QUOTES,)),
    "single quotes": (f"'{PK8}'", (R.QUOTES,)),
    "curly quotes": (f"\u201c{PK8}\u201d", (R.QUOTES,)),
    "spaces around quotes": (f' "{PK1}"\n', (R.LEADING_SPACE, R.TRAILING_SPACE, R.QUOTES)),
    "space before quotes": (f' "{PK1}"', (R.LEADING_SPACE, R.QUOTES)),
    "spaces in quotes": (f'" {PK1} "', (R.LEADING_SPACE, R.TRAILING_SPACE, R.QUOTES)),
    "no padding": (UNPADDED, (R.PADDING,)),
    "half the padding": (UNPADDED + "=", (R.PADDING,)),
    "url-safe": (PK1.replace("+", "-").replace("/", "_"), (R.URL_SAFE,)),
    "url-safe, no padding": (
        UNPADDED.replace("+", "-").replace("/", "_"),
        (R.URL_SAFE, R.PADDING),
    ),
    "text glued": (PK1 + "For Institutional Investors", (R.TRAILING_DATA,)),
    "text glued, no padding": (UNPADDED + "For", (R.TRAILING_DATA, R.PADDING)),
    "setting below": (PK8 + "\ntiger_id=20150001\n", (R.TRAILING_DATA,)),
    "text glued, not ASCII": (PK8 + "私钥", (R.TRAILING_DATA,)),
    "DER and more": (PAGE_PKCS1 + b"\n", (R.TRAILING_DATA,)),
    "literal newlines": (pem(Form.PKCS1).replace("\n", "\\n"), (R.LITERAL_NEWLINES,)),
    "literal CRLF": (pem(Form.PKCS1).replace("\n", "\\r\\n"), (R.LITERAL_NEWLINES,)),
    "literal, quoted": (
        '"' + pem(Form.PKCS8).replace("\n", "\\n") + '"',
        (R.LITERAL_NEWLINES, R.QUOTES),
    ),
    "PEM CRLF": (pem(Form.PKCS1).replace("\n", "\r\n"), (R.CARRIAGE_RETURNS,)),
    "PEM CR": (pem(Form.PKCS8).replace("\n", "\r"), (R.CARRIAGE_RETURNS,)),
    "PEM, byte order mark": (b"\xef\xbb\xbf" + pem(Form.PKCS1).encode(), (R.BYTE_ORDER_MARK,)),
    "PEM, text before": ("Bag Attributes\n" + pem(Form.PKCS8), (R.LEADING_TEXT,)),
    "PEM, space before": ("\n" + pem(Form.PKCS8), (R.LEADING_SPACE,)),
    "PEM, text after": (pem(Form.PKCS8) + "tiger_id=1", (R.TRAILING_DATA,)),
    "PEM, space after": (pem(Form.PKCS8) + " ", (R.TRAILING_SPACE,)),
    "PEM with its public key": (
        pem(Form.PKCS8) + "-----BEGIN PUBLIC KEY-----\nMI\n-----END PUBLIC KEY-----\n",
        (R.TRAILING_DATA,),
    ),
    "PEM without END": (ENDLESS, (R.HALF_ARMOUR,)),
    "PEM without END, text after": (ENDLESS + "and so on", (R.TRAILING_DATA, R.HALF_ARMOUR)),
    "PEM without BEGIN": (pem(Form.PKCS1).partition("KEY-----\n")[2], (R.HALF_ARMOUR,)),
    "pk8 labelled RSA": (
        pem(Form.PKCS8).replace(" PRIVATE", " RSA PRIVATE"),
        (R.WRONG_LABEL,),
    ),
    "pk1 labelled plain": (pem(Form.PKCS1).replace("RSA ", ""), (R.WRONG_LABEL,)),
    "pk1 labelled certificate": (
        pem(Form.PKCS1).replace("RSA PRIVATE KEY", "CERTIFICATE"),
        (R.WRONG_LABEL,),
    ),
    "labels that differ": (pem(Form.PKCS8).replace("END ", "END RSA "), (R.WRONG_LABEL,)),
    "PEM in lines of 76": (
        f"-----BEGIN PRIVATE KEY-----\n{wrapped(PK8, 76)}\n-----END PRIVATE KEY-----\n",
        (R.LINE_LENGTH,),
    ),
    "PEM in one line": (
        f"-----BEGIN PRIVATE KEY-----{PK8}-----END PRIVATE KEY-----",
        (R.LINE_LENGTH,),
    ),
    "PEM, newlines lost": (pem(Form.PKCS1).replace("\n", ""), (R.LINE_LENGTH,)),
    "PEM, newlines made spaces": (
        pem(Form.PKCS1).replace("\n", " "),
        (R.TRAILING_SPACE, R.INNER_SPACE, R.LINE_LENGTH),
    ),
    "PEM, empty line first": (
        pem(Form.PKCS1).replace("KEY-----\n", "KEY-----\n\n", 1),
        (R.INNER_SPACE,),
    ),
    "PEM, empty line last": (
        pem(Form.PKCS1).replace("\n-----END", "\n\n-----END"), (R.INNER_SPACE,),
    ),
    "PEM indented": (pem(Form.PKCS8).replace("\nM", "\n  M"), (R.INNER_SPACE,)),
    "PEM, no newline before END": (
        pem(Form.PKCS8).replace("\n-----END", "-----END"),
        (R.LINE_LENGTH,),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "repairs"), REPAIRED.values(), ids=REPAIRED)
def test_what_is_repaired(
    data: str | bytes, repairs: tuple[Repair, ...], expected_signature: bytes
) -> None:
    key = load(data, lenient=True)
    assert (key.repairs, key.pkcs1.reveal()) == (repairs, PAGE_PKCS1)
    assert signed(key) == expected_signature
    octets = data if isinstance(data, bytes) else data.encode()
    assert load(octets, lenient=True).repairs == repairs
    assert look(data).repairs == repairs
    with pytest.raises(NeedsRepair) as caught:
        load(data)
    assert (caught.value.reason, caught.value.kind, caught.value.repairs, str(caught.value)) == (
        "needs-repair",
        Kind.RSA_PRIVATE_KEY,
        repairs,
        f"the key is right but not well-formed ({', '.join(repairs)}): convert it to be clean",
    )


def test_every_repair_is_shown() -> None:
    assert {repair for _, repairs in REPAIRED.values() for repair in repairs} == set(Repair)


def test_a_pem_without_its_last_newline_is_well_formed() -> None:
    assert load(pem(Form.PKCS1).rstrip("\n")).repairs == ()


@functools.cache
def encrypted(name: str) -> bytes:
    commands: dict[str, list[str]] = {
        "aes": ["pkcs8", "-topk8"],
        "aes, DER": ["pkcs8", "-topk8", "-outform", "DER"],
        "scrypt": ["pkcs8", "-topk8", "-scrypt", "-scrypt_N", "16384"],
        "PKCS#12 scheme": ["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
        "legacy": ["rsa", "-traditional", "-aes128"],
    }
    return openssl(*commands[name], "-passout", "pass:made-up", given=pem(Form.PKCS8).encode())


ENCRYPTED = ["aes", "aes, DER", "scrypt", "PKCS#12 scheme", "legacy"]


@pytest.mark.parametrize("name", ENCRYPTED)
def test_encrypted_keys(name: str, expected_signature: bytes) -> None:
    octets = encrypted(name)
    key = load(octets, passphrase=Secret("made-up"))
    form = Form.PKCS1 if name == "legacy" else Form.PKCS8
    armour = Armour.DER if "DER" in name else Armour.PEM
    assert (key.form, key.armour, key.encrypted, key.repairs) == (form, armour, True, ())
    assert signed(key) == expected_signature
    shown = look(octets)
    assert (shown.kind, shown.form, shown.armour, shown.encrypted, shown.repairs, shown.bits) == (
        Kind.ENCRYPTED_KEY, form, armour, True, (), None,
    )  # fmt: skip
    assert look(octets, passphrase=Secret("made-up")).kind is Kind.RSA_PRIVATE_KEY


def test_an_encrypted_key_is_repaired_too() -> None:
    legacy = encrypted("legacy").decode()
    head, _, body = legacy.partition("\n\n")
    odd = head + "\n\n" + body.replace("\n", "", 1)
    crlf = legacy.replace("\n", "\r\n")
    keys = [load(one, lenient=True, passphrase=Secret("made-up")) for one in (odd, crlf)]
    assert [key.repairs for key in keys] == [(Repair.LINE_LENGTH,), (Repair.CARRIAGE_RETURNS,)]


def test_a_passphrase_that_is_not_needed_is_not_looked_at() -> None:
    assert load(PK1, passphrase=Secret("made-up")).encrypted is False


def test_attributes_of_pkcs8_are_read_over() -> None:
    """Key usage as Windows writes it; openssl, too, leaves it out when it writes the key."""
    usage = bytes.fromhex("a00d300b0603551d0f310403020410")
    plain = base64.b64decode(PK8)
    octets = b"\x30\x82" + (len(plain) - 4 + len(usage)).to_bytes(2, "big") + plain[4:] + usage
    assert openssl("pkey", "-inform", "DER", "-outform", "DER", given=octets) in (plain, PAGE_PKCS1)
    assert convert(load(octets), Form.PKCS8, Armour.DER) == plain


PUBLIC = {
    "spki": ["-pubout"],
    "pkcs1": ["-RSAPublicKey_out"],
}


@functools.cache
def public_of(pkcs1: bytes, option: str, outform: str) -> bytes:
    command = ["rsa", "-inform", "DER", option, "-outform", outform]
    return openssl(*command, given=pkcs1)


@pytest.mark.parametrize("bits", [1024, 2048])
def test_the_public_key(bits: int) -> None:
    pkcs1, other = made(bits), load(PK1)
    key = load(pkcs1)
    spki = public_of(pkcs1, "-pubout", "DER")
    assert public_line(key) == base64.b64encode(spki).decode()
    assert public_pem(key) == public_of(pkcs1, "-pubout", "PEM").decode()
    assert [public_line(key.public), public_pem(key.public)] == [public_line(key), public_pem(key)]
    shapes = [spki, base64.b64encode(spki), public_of(pkcs1, "-pubout", "PEM")]
    shapes += [public_of(pkcs1, "-RSAPublicKey_out", form) for form in ("DER", "PEM")]
    for octets in shapes:
        public = load_public(octets)
        assert (public.bits, public, is_pair(key, public), is_pair(other, public)) == (
            bits,
            key.public,
            True,
            False,
        )
        public.rsa.verify(signed(key), MESSAGE, PKCS1v15(), SHA1())
    assert (is_pair(key, key), is_pair(key, other)) == (True, False)
    assert repr(key.public) == f"<PublicKey RSA {bits} bits>"


def test_a_public_key_is_repaired_and_looked_at() -> None:
    octets = public_of(PAGE_PKCS1, "-pubout", "PEM") + b"."
    with pytest.raises(NeedsRepair) as caught:
        load_public(octets)
    assert (caught.value.kind, caught.value.repairs) == (Kind.PUBLIC_KEY, (Repair.TRAILING_DATA,))
    public = load_public(octets, lenient=True)
    shown = look(octets)
    assert public == load(PK1).public
    assert shown == Description(
        Kind.PUBLIC_KEY,
        Form.SPKI,
        Armour.PEM,
        encrypted=False,
        bits=1024,
        repairs=(Repair.TRAILING_DATA,),
        refusal=shown.refusal,
        public=public,
    )
    assert getattr(shown.refusal, "reason", "") == "public-key"


def test_looking_at_a_good_key() -> None:
    assert look(PK8) == Description(
        Kind.RSA_PRIVATE_KEY,
        Form.PKCS8,
        Armour.BASE64,
        encrypted=False,
        bits=1024,
        repairs=(),
        refusal=None,
        public=load(PK1).public,
    )


@pytest.mark.parametrize("data", [PK1, PK8, base64.b64decode(PK1)])
def test_a_private_key_is_no_public_one(data: str | bytes) -> None:
    with pytest.raises(PrivateKeyGiven) as caught:
        load_public(data)
    assert caught.value.reason == "private-key"


@pytest.mark.parametrize("bits", [1024, 2048])
def test_generated_keys(bits: int) -> None:
    key = generate(bits)
    assert (key.bits, key.public.bits, key.public.exponent, key.repairs) == (bits, bits, 65537, ())
    check = openssl("rsa", "-check", "-noout", given=convert(key, Form.PKCS8, Armour.PEM))
    assert check == b"RSA key ok\n"
    again = load(convert(key, Form.PKCS1, Armour.BASE64))
    assert (is_pair(again, key.public), signed(again) == signed(key)) == (True, True)
    check_fully(again)


@pytest.mark.parametrize("bits", [1023, 8193, 0])
def test_sizes_that_are_not_generated(bits: int) -> None:
    with pytest.raises(WrongSize) as caught:
        generate(bits)
    assert (caught.value.bits, caught.value.least, caught.value.most) == (bits, 1024, 8192)


def test_a_private_key_has_no_public_form() -> None:
    with pytest.raises(ValueError, match="a private key has the form PKCS1 or PKCS8"):
        convert(load(PK1), Form.SPKI, Armour.PEM)


T, N, U = Answer.TAKES, Answer.REFUSES, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("describe", "expected"),
    [
        (lambda: look(PK1), [T, T, N, T, T, T, T]),
        (lambda: load(PK8), [T, N, T, T, T, T, T]),
        (lambda: look(pem(Form.PKCS1)), [T, T, N, T, T, T, T]),
        (lambda: look(pem(Form.PKCS8)), [N, N, T, T, T, T, T]),
        (lambda: look(pem(Form.PKCS8).replace("\n", "\r\n")), [N, N, T, T, T, T, T]),
        (lambda: look(PK1 + "\n"), [T, T, N, T, U, N, T]),
        (lambda: look(wrapped(PK8)), [T, N, T, T, T, T, N]),
        (lambda: look("\ufeff" + PK8), [N, N, N, N, T, N, N]),
        (lambda: look(wrapped(PK8) + "\n"), [U, N, U, U, U, N, N]),
        (lambda: look(f'"{PK8} "'), [U, N, U, N, U, N, N]),
        (lambda: look(PK1 + "more"), [U, U, N, U, U, U, U]),
        (lambda: look(pem(Form.PKCS8).replace(" PRIVATE", " RSA PRIVATE")), [T, N, N, T, U, T, N]),
        (lambda: look(PAGE_PKCS1), [N, N, U, U, U, U, U]),
        (lambda: look("no key"), [U] * 7),
        (lambda: load(encrypted("aes"), passphrase=Secret("made-up")), [U] * 7),
    ],
    ids=range(15),
)
def test_what_each_sdk_does(
    describe: Callable[[], Description | PrivateKey], expected: list[Answer]
) -> None:
    assert answers(describe()) == dict(zip(Sdk, expected, strict=True))


def test_every_observation_covers_every_sdk() -> None:
    assert {tuple(row) for row in OBSERVED.values()} == {tuple(Sdk)}
    assert (Sdk.GO.label, Sdk.GO.version) == ("Go openapi-go-sdk", "0.5.1")


def test_a_public_key_of_numbers() -> None:
    assert PublicKey(15, 3) == PublicKey(15, 3) != PublicKey(15, 5)
