"""Key and secret: every trap with the SDK's own message; base58 against plain arithmetic."""

import base64
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import NotUtf8, Secret
from signers.shioaji import (
    CredentialFinding,
    Credentials,
    CredentialsRefused,
    CredentialTrap,
    Evidence,
    base58,
    check_credentials,
    is_national_id,
)

KEY = "EXAMPLEKEY"
OCTETS = bytes(range(1, 33))
SECRET = "4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"
"""Base58 of `OCTETS`: the arithmetic of `test_the_secret_used_here`."""
SHORT = "2VfUX"
NO_BASE58 = "invalid secret_key (base58 decode failed): "


def length(count: int) -> str:
    return f"invalid secret_key (expected 32 bytes after base58 decode, got {count})"


def key(
    trap: CredentialTrap,
    detail: str | None = None,
    message: str | None = None,
    evidence: Evidence = Evidence.INFERRED,
) -> CredentialFinding:
    return CredentialFinding(trap, "api_key", detail, message, evidence)


def secret(
    trap: CredentialTrap, detail: str | None = None, message: str | None = NO_BASE58
) -> CredentialFinding:
    return CredentialFinding(trap, "secret_key", detail, message)


def too_short(count: int) -> str:
    return f"api_key must be at least 10 characters, got {count}"


SAME = CredentialFinding(CredentialTrap.SAME_TWICE, "secret_key", evidence=Evidence.INFERRED)

FINDINGS: dict[str, tuple[str, str, list[CredentialFinding]]] = {
    "right": (KEY, SECRET, []),
    "ten characters": ("0123456789", SECRET, []),
    "nine characters": (
        "012345678",
        SECRET,
        [key(CredentialTrap.KEY_TOO_SHORT, "9", too_short(9), Evidence.SDK)],
    ),
    "no key": ("", SECRET, [key(CredentialTrap.EMPTY, None, too_short(0), Evidence.SDK)]),
    "no secret": (KEY, "", [secret(CredentialTrap.EMPTY, None, length(0))]),
    "page's key": ("<API Key from above>", SECRET, [key(CredentialTrap.PLACEHOLDER)]),
    "page's other key": ("YOUR_API_KEY", SECRET, [key(CredentialTrap.PLACEHOLDER)]),
    "page's secret": (KEY, "<Secret Key from above>", [secret(CredentialTrap.PLACEHOLDER)]),
    "quoted key": (f'"{KEY}"', SECRET, [key(CredentialTrap.QUOTED)]),
    "quoted secret": (KEY, f"'{SECRET}'", [secret(CredentialTrap.QUOTED)]),
    "space after the secret": (KEY, SECRET + " ", [secret(CredentialTrap.WHITE_SPACE)]),
    "newline after the secret": (KEY, SECRET + "\n", [secret(CredentialTrap.WHITE_SPACE)]),
    "space before the secret": (KEY, " " + SECRET, [secret(CredentialTrap.WHITE_SPACE)]),
    "newline in the secret": (
        KEY,
        SECRET[:20] + "\n" + SECRET[20:],
        [secret(CredentialTrap.WHITE_SPACE)],
    ),
    "space after the key": (KEY + " ", SECRET, [key(CredentialTrap.WHITE_SPACE)]),
    "only spaces": (" " * 10, SECRET, [key(CredentialTrap.WHITE_SPACE)]),
    "colon in the key": ("EXAMPLE:KEY", SECRET, [key(CredentialTrap.KEY_CHARACTERS)]),
    "key not ASCII": ("EXAMPLE王王王", SECRET, [key(CredentialTrap.KEY_CHARACTERS)]),
    "surrogate in the key": ("EXAMPLE\ud800\ud800K", SECRET, [key(CredentialTrap.KEY_CHARACTERS)]),
    "hex": (KEY, OCTETS.hex(), [secret(CredentialTrap.SECRET_IN_HEX)]),
    "hex with 0x": (KEY, "0x" + OCTETS.hex(), [secret(CredentialTrap.SECRET_IN_HEX)]),
    "hex that is base58": (
        KEY,
        "1a" * 32,
        [secret(CredentialTrap.SECRET_IN_HEX, None, length(48))],
    ),
    "base64": (
        KEY,
        base64.b64encode(OCTETS).decode(),
        [secret(CredentialTrap.SECRET_IN_BASE64)],
    ),
    "base64url without padding": (
        KEY,
        base64.urlsafe_b64encode(b"\xff" * 32).decode().rstrip("="),
        [secret(CredentialTrap.SECRET_IN_BASE64)],
    ),
    "not base58": (KEY, "0OIl", [secret(CredentialTrap.SECRET_NOT_BASE58)]),
    "too long to look at": (KEY, "2" * 1001, [secret(CredentialTrap.SECRET_NOT_BASE58)]),
    "four octets": (KEY, SHORT, [secret(CredentialTrap.SECRET_LENGTH, "4", length(4))]),
    "33 octets": (KEY, "1" + SECRET, [secret(CredentialTrap.SECRET_LENGTH, "33", length(33))]),
    "id and password": (
        "Z199999999",
        "EXAMPLE-password",
        [key(CredentialTrap.NATIONAL_ID), secret(CredentialTrap.SECRET_IS_PASSWORD)],
    ),
    "id and password in base58": (
        "z199999999",
        SHORT,
        [
            key(CredentialTrap.NATIONAL_ID),
            secret(CredentialTrap.SECRET_IS_PASSWORD, None, length(4)),
        ],
    ),
    "id and secret": ("Z199999999", SECRET, [key(CredentialTrap.NATIONAL_ID)]),
    "id and hex": (
        "Z199999999",
        OCTETS.hex(),
        [key(CredentialTrap.NATIONAL_ID), secret(CredentialTrap.SECRET_IN_HEX)],
    ),
    "the secret twice": (SECRET, SECRET, [SAME]),
    "the key twice": (
        KEY + "O",
        KEY + "O",
        [secret(CredentialTrap.SECRET_NOT_BASE58), SAME],
    ),
}


# The others are refused for their first finding.
OF_BOTH = dict.fromkeys(
    ("id and password", "id and password in base58"), CredentialTrap.SECRET_IS_PASSWORD
)


@pytest.mark.parametrize("name", FINDINGS)
def test_every_trap(name: str) -> None:
    api_key, secret_key, expected = FINDINGS[name]
    assert check_credentials(api_key, secret_key) == tuple(expected)
    assert check_credentials(api_key, Secret(secret_key)) == tuple(expected)
    if not expected:
        loaded = Credentials.load(api_key, secret_key)
        assert loaded == Credentials(api_key, Secret(secret_key))
        return
    with pytest.raises(CredentialsRefused) as caught:
        Credentials.load(api_key, secret_key)
    error = caught.value
    reason = OF_BOTH.get(name, expected[0].trap)
    assert (error.findings, error.reason) == (tuple(expected), reason.value)
    assert str(error) == "; ".join(finding.advice for finding in expected)


def test_the_whole_text_of_an_error() -> None:
    with pytest.raises(CredentialsRefused) as caught:
        Credentials.load("EXAMPLE", SECRET)
    assert str(caught.value) == (
        "api_key: an API key has at least 10 characters, this has 7: copy it whole"
    )


def test_every_trap_is_shown_above() -> None:
    shown = {finding.trap for _, _, found in FINDINGS.values() for finding in found}
    assert shown == {*CredentialTrap}


def test_the_secret_used_here() -> None:
    number = reduce(lambda sum_, c: sum_ * 58 + base58.ALPHABET.index(c), SECRET, 0)
    assert number.to_bytes(32, "big") == OCTETS
    assert Credentials.load(KEY, SECRET).secret_octets == Secret(OCTETS)


@pytest.mark.parametrize(
    ("text", "octets"),
    [  # draft-msporny-base58-03, section 5
        ("2NEpo7TZRRrLZSi2U", b"Hello World!"),
        (
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            b"The quick brown fox jumps over the lazy dog.",
        ),
        ("11233QC4", bytes.fromhex("0000287fb4cd")),
        ("", b""),
        ("1", b"\0"),
        ("0", None),
        ("a\n", None),
    ],
)
def test_base58(text: str, octets: bytes | None) -> None:
    assert base58.decode(text) == octets


@given(st.text(alphabet=base58.ALPHABET, max_size=60))
def test_base58_keeps_every_digit(text: str) -> None:
    octets = base58.decode(text)
    assert octets is not None
    number, digits = int.from_bytes(octets, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = base58.ALPHABET[digit] + digits
    zeros = len(octets) - len(octets.lstrip(b"\0"))
    assert "1" * zeros + digits == text


def test_a_surrogate_in_the_secret() -> None:
    with pytest.raises(NotUtf8):
        check_credentials(KEY, "\ud800")


def test_national_ids() -> None:
    texts = ["Z199999999", "z199999999", "Z19999999", "ZZ99999999", "1199999999", "Z199999999 "]
    assert [is_national_id(text) for text in texts] == [True, True, False, False, False, False]
