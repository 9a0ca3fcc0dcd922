"""One connection per tiger_id: sequences of what connections do and what they are told."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from signers.tiger import Signer
from signproof.mocks.replies import Verdict
from signproof.mocks.tiger import (
    ErrorCode,
    PushEvent,
    PushLogins,
    PushOutcome,
    PushState,
    TigerMock,
    UnknownConnection,
)

TextSign = Callable[[str, str], str]
Key = Callable[[str], RSAPrivateKey]

OPEN, LOGGED_IN, CLOSED = PushState.OPEN, PushState.LOGGED_IN, PushState.CLOSED
ONE, OTHER, TBHK = "EXAMPLE-1", "EXAMPLE-INSTITUTION", "EXAMPLE-TBHK"
KEYS = {ONE: "page-1024", OTHER: "client-2048", TBHK: "client-1025"}


def connected(connection: int) -> PushEvent:
    verdict = Verdict(accepted=True, reason=None, message="the login is right")
    return PushEvent(connection, PushOutcome.CONNECTED, None, verdict)


def kicked(connection: int) -> PushEvent:
    message = "another connection of the same tiger_id logged in: keep one"
    verdict = Verdict(accepted=True, reason="kicked-out", message=message)
    return PushEvent(connection, PushOutcome.KICKED, ErrorCode.KICKED_OUT, verdict)


def refused(connection: int, reason: str, message: str) -> PushEvent:
    verdict = Verdict(accepted=False, reason=reason, message=message)
    return PushEvent(connection, PushOutcome.REFUSED, ErrorCode.ACCESS_FORBIDDEN, verdict)


TWICE = ("logged-in-before", "this connection is logged in: log in once")
WRONG = (
    "wrong-signature",
    "the login's signature does not verify: sign exactly the tiger_id with its own key",
)
NO_ADDRESS = (
    "ip-not-allowed",
    "the login came from 192.0.2.1, not in this tiger_id's list of addresses",
)


@pytest.fixture
def push(mock: TigerMock) -> PushLogins:
    return mock.push


@pytest.fixture
def login(push: PushLogins, client_sign: TextSign) -> Callable[[int, str], tuple[PushEvent, ...]]:
    return lambda connection, tiger_id: push.login(
        connection, tiger_id, client_sign(KEYS[tiger_id], tiger_id)
    )


def states(push: PushLogins, count: int) -> list[PushState]:
    return [push.state(number) for number in range(1, count + 1)]


def test_the_older_connection_is_kicked(
    push: PushLogins, login: Callable[[int, str], tuple[PushEvent, ...]]
) -> None:
    assert [push.open() for _ in range(4)] == [1, 2, 3, 4]
    assert states(push, 5) == [OPEN, OPEN, OPEN, OPEN, CLOSED]
    assert push.connection_of(ONE) is None
    steps = [
        (2, ONE, (connected(2),), [OPEN, LOGGED_IN, OPEN, OPEN]),
        (3, OTHER, (connected(3),), [OPEN, LOGGED_IN, LOGGED_IN, OPEN]),
        (1, ONE, (kicked(2), connected(1)), [LOGGED_IN, CLOSED, LOGGED_IN, OPEN]),
        (4, ONE, (kicked(1), connected(4)), [CLOSED, CLOSED, LOGGED_IN, LOGGED_IN]),
    ]
    for connection, tiger_id, events, after in steps:
        assert login(connection, tiger_id) == events
        assert states(push, 4) == after
        assert push.connection_of(tiger_id) == connection
    assert push.connection_of(OTHER) == 3
    for gone in (1, 2, 5):
        with pytest.raises(UnknownConnection) as unknown:
            login(gone, ONE)
        assert str(unknown.value) == (
            f"the connection {gone} is not open: ask `open` for a new one"
        )
    assert push.connection_of(ONE) == 4


def test_a_connection_that_went_away_is_not_kicked(
    push: PushLogins, login: Callable[[int, str], tuple[PushEvent, ...]]
) -> None:
    first, second = push.open(), push.open()
    assert login(first, ONE) == (connected(first),)
    push.close(first)
    push.close(first)
    push.close(99)
    assert push.connection_of(ONE) is None
    assert login(second, ONE) == (connected(second),)


def test_a_refused_login_kicks_nobody(
    push: PushLogins, login: Callable[[int, str], tuple[PushEvent, ...]], client_sign: TextSign
) -> None:
    first, second = push.open(), push.open()
    login(first, ONE)
    sign = client_sign("client-2048", ONE)
    message = "the login's signature has 256 octets, the key 128"
    assert push.login(second, ONE, sign) == (refused(second, "malformed-signature", message),)
    assert (push.state(first), push.state(second)) == (LOGGED_IN, CLOSED)
    assert push.connection_of(ONE) == first


def test_a_second_login_ends_the_connection(
    push: PushLogins, login: Callable[[int, str], tuple[PushEvent, ...]]
) -> None:
    for again in (ONE, OTHER):
        connection = push.open()
        assert login(connection, ONE) == (connected(connection),)
        assert login(connection, again) == (refused(connection, *TWICE),)
        assert push.state(connection) is CLOSED
        assert push.connection_of(ONE) is None


@pytest.mark.parametrize(
    ("content", "sign", "expected"),
    [
        (ONE + " ", None, WRONG),
        (f"tiger_id={ONE}", None, WRONG),
        ("", None, WRONG),
        ("2027-01-15 16:00:00", None, WRONG),
        ("", "", ("malformed-signature", "the login's signature is not base64")),
        ("", "\ud800", ("malformed-signature", "the login's signature is not base64")),
        ("", "ab" * 128, ("malformed-signature", "the login's signature is hexadecimal")),
    ],
)
def test_wrong_logins(
    push: PushLogins,
    client_sign: TextSign,
    content: str,
    sign: str | None,
    expected: tuple[str, str],
) -> None:
    connection = push.open()
    if sign is None:
        sign = client_sign("page-1024", content)
    assert push.login(connection, ONE, sign) == (refused(connection, *expected),)


@pytest.mark.parametrize("tiger_id", ["EXAMPLE-3", "", "\ud800", ONE + " "])
def test_unknown_tiger_ids(push: PushLogins, client_sign: TextSign, tiger_id: str) -> None:
    connection = push.open()
    message = "the tiger_id is not a known one: check it against the developer page"
    assert push.login(connection, tiger_id, client_sign("page-1024", ONE)) == (
        refused(connection, "unknown-tiger-id", message),
    )


def test_addresses(push: PushLogins, login: Callable[[int, str], tuple[PushEvent, ...]]) -> None:
    first, second = push.open("192.0.2.1"), push.open("2001:db8::1")
    assert login(first, TBHK) == (refused(first, *NO_ADDRESS),)
    assert login(second, TBHK) == (connected(second),)


def test_a_regenerated_key_counts_for_the_next_login(
    mock: TigerMock, login: Callable[[int, str], tuple[PushEvent, ...]], client_key: Key
) -> None:
    push = mock.push
    first, second, third = (push.open() for _ in range(3))
    login(first, ONE)
    mock.replace_key(ONE, client_key("gateway-1024").public_key())
    assert push.state(first) is LOGGED_IN
    assert login(second, ONE) == (refused(second, *WRONG),)
    sign = Signer(ONE, client_key("gateway-1024")).sign_push_login()
    assert push.login(third, ONE, sign) == (kicked(first), connected(third))


def test_the_login_is_always_the_same(client_sign: TextSign, client_key: Key) -> None:
    sign = client_sign("page-1024", ONE)
    assert Signer(ONE, client_key("page-1024")).sign_push_login() == sign
    assert len(base64.b64decode(sign)) == 128
