"""A mock Longbridge broker, and requests signed with hashlib and hmac alone."""

import hashlib
import hmac
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import pytest

from signers import Secret, SignedRequest
from signproof.mocks.longbridge import Account, LongbridgeMock, Position
from signproof.mocks.replies import MockReply

KEY = "EXAMPLE-KEY"
SECRET = "EXAMPLE-SECRET-1"
TOKEN = "EXAMPLE-INITIAL-TOKEN-1"


def _sign(
    method: str | bytes,
    target: str | bytes,
    body: bytes = b"",
    *,
    key: str = KEY,
    secret: str = SECRET,
    token: str = TOKEN,
    timestamp: str = "1800000000",
    signed_path: bytes | None = None,
) -> SignedRequest:
    """Assemble what the page describes; *signed_path* signs another path than the one sent."""
    method = method.encode() if isinstance(method, str) else method
    target = target.encode() if isinstance(target, str) else target
    path, _, query = target.partition(b"?")
    canonical = method.upper() + b"|" + (path if signed_path is None else signed_path) + b"|"
    canonical += query + b"|authorization:" + token.encode() + b"\nx-api-key:" + key.encode()
    canonical += b"\nx-timestamp:" + timestamp.encode() + b"\n"
    canonical += b"|authorization;x-api-key;x-timestamp|"
    if body:
        canonical += hashlib.sha1(body).hexdigest().encode()
    text = "HMAC-SHA256|" + hashlib.sha1(canonical).hexdigest()
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    header = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature=" + digest
    headers = (
        (b"x-api-key", key.encode()),
        (b"authorization", token.encode()),
        (b"x-timestamp", timestamp.encode()),
        (b"x-api-signature", header.encode()),
    )
    return SignedRequest(method, target, headers, body)


@pytest.fixture(scope="session")
def sign() -> Callable[..., SignedRequest]:
    return _sign


@pytest.fixture(scope="session")
def accounts() -> tuple[Account, Account]:
    tencent = Position(
        "700.HK",
        "TENCENT",
        "HKD",
        "HK",
        Decimal(650),
        Decimal(-450),
        Decimal("457.530"),
        Decimal(2000),
    )
    apple = Position(
        "AAPL.US", "APPLE", "USD", "US", Decimal(10), Decimal(10), Decimal("1E+2"), Decimal(0)
    )
    return (
        Account(KEY, Secret(SECRET), Secret(TOKEN), positions=(tencent, apple)),
        Account("EXAMPLE-KEY-2", Secret("EXAMPLE-SECRET-2"), Secret("EXAMPLE-INITIAL-TOKEN-2")),
    )


@pytest.fixture
def clock() -> SimpleNamespace:
    """Hold the mock's time in ``now``, Unix seconds: 2027-01-15T08:00:00.123Z at first."""
    return SimpleNamespace(now=1800000000.123)


@pytest.fixture
def mock(accounts: tuple[Account, ...], clock: SimpleNamespace) -> LongbridgeMock:
    return LongbridgeMock(accounts, clock=lambda: clock.now)


@pytest.fixture
def call(mock: LongbridgeMock) -> Callable[..., MockReply]:
    """Sign a request right and let the mock answer it."""
    return lambda *args, **parts: mock.handle(_sign(*args, **parts))
