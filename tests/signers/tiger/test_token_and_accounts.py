"""The TBHK token; the shapes of accounts and keys; licences and addresses."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import InvalidInput, Secret
from signers.tiger import (
    AccountKind,
    Endpoints,
    Environment,
    Evidence,
    Licence,
    MalformedToken,
    NaiveInstant,
    TbhkToken,
    UnknownEndpoint,
    account_kind,
    endpoints,
    has_secret_key_shape,
    parse_token,
)

MADE, ENDS = 1_700_000_000_123, 1_702_592_000_123
DAY = timedelta(days=1)


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


TEXT = encoded(b"1700000000123,1702592000123hidden-rest..")
TOKEN = parse_token(TEXT)
START = datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)


def test_a_token() -> None:
    assert TbhkToken(Secret(TEXT), START, START + 30 * DAY) == TOKEN
    assert parse_token(Secret(TEXT)) == TOKEN
    assert parse_token(encoded(b"1700000000123,1702592000123")).generated_at == START
    assert TEXT not in repr(TOKEN)
    assert "Secret('***')" in repr(TOKEN)


@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        ("Bearer " + TEXT, "token-with-scheme", 'the token starts with "Bearer "'),
        ("bearer " + TEXT, "token-with-scheme", 'the token starts with "Bearer "'),
        ("", "malformed-token", "the token is not standard padded base64 in one line"),
        (TEXT + "\n", "malformed-token", "the token is not standard padded base64 in one line"),
        (TEXT.rstrip("="), "malformed-token", "the token is not standard padded base64"),
        (TEXT[:-1] + "-", "malformed-token", "the token is not standard padded base64"),
        ("港", "malformed-token", "the token is not standard padded base64"),
        (encoded(b"x"), "malformed-token", "the token does not begin with two instants"),
        (encoded(b"1700000000123,170259200012"), "malformed-token", "the token does not begin"),
        (encoded(b"1700000000123;1702592000123"), "malformed-token", "the token does not begin"),
        (encoded(b"1702592000123,1700000000123"), "malformed-token", "the token ends before it"),
        ("\ud800", "not-utf-8", "a secret is not UTF-8 text"),
    ],
)
def test_tokens_refused(text: str, reason: str, message: str) -> None:
    assert TEXT.endswith("=")
    with pytest.raises(InvalidInput) as caught:
        parse_token(text)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(message)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize(
    ("after_start", "age", "remaining", "expired", "due"),
    [
        (timedelta(0), timedelta(0), 30 * DAY, False, False),
        (-DAY, -DAY, 31 * DAY, False, False),
        (7 * DAY - timedelta.resolution, None, None, False, False),
        (7 * DAY, 7 * DAY, 23 * DAY, False, True),
        (30 * DAY - timedelta.resolution, None, timedelta.resolution, False, True),
        (30 * DAY, 30 * DAY, timedelta(0), True, True),
        (31 * DAY, 31 * DAY, -DAY, True, True),
    ],
)
def test_age(
    after_start: timedelta,
    age: timedelta | None,
    remaining: timedelta | None,
    expired: bool,  # noqa: FBT001
    due: bool,  # noqa: FBT001
) -> None:
    now = (START + after_start).astimezone(timezone(timedelta(hours=8)))
    assert TOKEN.age(now) == (after_start if age is None else age)
    assert TOKEN.remaining(now) == (30 * DAY - after_start if remaining is None else remaining)
    assert (TOKEN.is_expired(now), TOKEN.is_due(now, after=7 * DAY)) == (expired, due)


def test_an_ended_token_is_due_however_long_one_would_wait() -> None:
    assert TOKEN.is_due(START + 30 * DAY, after=99 * DAY)


def test_instants_have_a_zone() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    for call in (TOKEN.age, TOKEN.remaining, TOKEN.is_expired):
        with pytest.raises(NaiveInstant):
            call(naive)


@given(st.integers(10**12, 10**13 - 1), st.integers(0, 10**12), st.binary(max_size=20))
def test_any_token(made: int, lasts: int, rest: bytes) -> None:
    ends = min(made + lasts, 10**13 - 1)
    token = parse_token(encoded(f"{made},{ends}".encode() + rest))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    milliseconds = timedelta(milliseconds=1)
    assert (token.generated_at - epoch, token.expires_at - epoch) == (
        made * milliseconds,
        ends * milliseconds,
    )


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    with pytest.raises(MalformedToken):
        parse_token(text)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("51230321", AccountKind.PRIME),  # the page's
        ("12345678", AccountKind.PRIME),  # the page's
        ("12345", AccountKind.PRIME),
        ("1234567890", AccountKind.PRIME),
        ("20191106192858300", AccountKind.PAPER),  # the page's
        ("U1234567", AccountKind.GLOBAL),
        ("DU1234567", AccountKind.GLOBAL),
        ("F1", AccountKind.GLOBAL),
        ("DF1234567", AccountKind.GLOBAL),
        *(
            (account, None)
            for account in (
                "",
                "1234",
                "12345678901",
                "1234567890123456",
                "123456789012345678",
                "u1234567",
                "D1234567",
                "UD1234567",
                "U",
                "U12a",
                "12345678 ",
                "12345678\n",
                " 12345678",
                "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
                "12345678#mine",
            )
        ),
    ],
)
def test_account_kinds(account: str, expected: AccountKind | None) -> None:
    assert account_kind(account) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fcfca571-71db-35c1-9352-9a557cc8258d", True),  # the page's
        ("FCFCA571-71DB-35C1-9352-9A557CC8258D", True),
        ("", False),
        ("fcfca57171db35c193529a557cc8258d", False),
        ("{fcfca571-71db-35c1-9352-9a557cc8258d}", False),
        ("fcfca571-71db-35c1-9352-9a557cc8258d ", False),
        ("fcfca571-71db-35c1-9352-9a557cc8258d\n", False),
        ("fcfca571-71db-35c1-9352-9a557cc8258", False),
        ("gcfca571-71db-35c1-9352-9a557cc8258d", False),
    ],
)
def test_secret_keys(text: str, expected: bool) -> None:  # noqa: FBT001
    assert has_secret_key_shape(text) is expected


COMMON = Endpoints(
    "https://openapi.tigerfintech.com/gateway",
    "openapi.tigerfintech.com",
    9883,
    Evidence.INFERRED,
)
US = Endpoints("https://openapi.tradeup.com/gateway", "openapi.tradeup.com", 9983, Evidence.SDK)


def test_endpoints() -> None:
    assert {licence: endpoints(licence) for licence in Licence} == {
        Licence.TBNZ: COMMON,
        Licence.TBSG: COMMON,
        Licence.TBHK: COMMON,
        Licence.TBAU: COMMON,
        Licence.TBUS: US,
    }


@pytest.mark.parametrize("environment", [Environment.SANDBOX, Environment.TEST])
@pytest.mark.parametrize("licence", Licence)
def test_no_address_is_made_up(licence: Licence, environment: Environment) -> None:
    with pytest.raises(UnknownEndpoint) as caught:
        endpoints(licence, environment)
    assert (caught.value.reason, str(caught.value)) == (
        "unknown-endpoint",
        (
            f"no address of the environment {environment.value} is documented: set the address by "
            "hand"
        ),
    )
