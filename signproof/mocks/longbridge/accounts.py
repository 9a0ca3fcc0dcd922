"""API keys with their secrets, and access tokens with their lifetimes.

Source: Longbridge OpenAPI documentation, "How to access an API" (a token holds for three months,
can be refreshed before it has expired and must be reset on the developer page afterwards) and
"Refresh Access Token" (the old token stops working).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from signers.longbridge import EmptyCredential, Verifier
from signers.secret import Secret

__all__ = [
    "TOKEN_LIFE_DAYS",
    "Account",
    "Accounts",
    "DuplicateAppKey",
    "KeyState",
    "Position",
    "Token",
    "instant",
]

TOKEN_LIFE_DAYS = 90
"""The longest life of a token. Documented is "three months"; counting them as 90 days is inferred,
the broker's own day count is unknown."""

_TOKEN_LIFE_MS = TOKEN_LIFE_DAYS * 24 * 60 * 60 * 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DuplicateAppKey(ValueError):
    """Two accounts share an app key."""

    def __init__(self, app_key: str) -> None:
        self.app_key = app_key
        super().__init__(f"the app key {app_key!r} is given twice: give each account its own")


@dataclass(frozen=True, slots=True)
class Position:
    """A stock position, with the members that "Get Stock Positions" documents."""

    symbol: str
    symbol_name: str
    currency: str
    market: str
    quantity: Decimal
    available_quantity: Decimal
    cost_price: Decimal
    init_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """An API key as its owner knows it from the developer page, and whose it is."""

    app_key: str
    app_secret: Secret
    access_token: Secret
    expired_at: float | None = None
    """When the access token ends, Unix seconds; None is the longest life from the mock's start."""
    member_id: str = "100001"
    aaid: str = "200001"
    account_channel: str = "lb"
    positions: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; instants are Unix milliseconds."""

    value: Secret
    issued_at_ms: int
    expired_at_ms: int

    def is_expired(self, now_ms: int) -> bool:
        """Tell whether the token has ended: from its last instant itself on (inferred)."""
        return now_ms >= self.expired_at_ms


class KeyState:
    """What the mock knows of one API key; the token is the one that holds now."""

    __slots__ = ("account", "token", "verifier")

    def __init__(self, account: Account, token: Token) -> None:
        self.account = account
        self.token = token
        self.verifier = Verifier(account.app_key, account.app_secret)

    def __repr__(self) -> str:
        return f"<KeyState {self.account.app_key!r}>"


class Accounts:
    """All API keys of a mock, and the only place that makes tokens."""

    def __init__(self, accounts: Iterable[Account], now_ms: int) -> None:
        """Take *accounts* at *now_ms*; raises DuplicateAppKey or EmptyCredential."""
        self._keys: dict[bytes, KeyState] = {}
        self._issued = 0
        for account in accounts:
            if not len(account.access_token):
                raise EmptyCredential("the access token")
            expired_at_ms = (
                now_ms + _TOKEN_LIFE_MS
                if account.expired_at is None
                else round(account.expired_at * 1000)
            )
            state = KeyState(account, Token(account.access_token, now_ms, expired_at_ms))
            if self._keys.setdefault(account.app_key.encode(), state) is not state:
                raise DuplicateAppKey(account.app_key)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, app_key: bytes) -> KeyState | None:
        """Return what belongs to an ``X-Api-Key``, None for an unknown one."""
        return self._keys.get(app_key)

    def issue(self, state: KeyState, now_ms: int, until_ms: int | None = None) -> Token:
        """Give *state* a new token, which ends the old one; return the new one.

        It ends at *until_ms*, or earlier where that is beyond the longest life. Whether the broker
        shortens such a wish or refuses it is unknown.
        """
        longest = now_ms + _TOKEN_LIFE_MS
        until_ms = longest if until_ms is None else min(until_ms, longest)
        state.token = Token(self._new_value(), now_ms, until_ms)
        return state.token

    def _new_value(self) -> Secret:
        """Return a made-up token that no account started with: an old one must not come back."""
        while True:
            self._issued += 1
            value = Secret(f"EXAMPLE-TOKEN-{self._issued:06d}")
            if all(value != state.account.access_token for state in self._keys.values()):
                return value


def instant(unix_ms: int) -> str:
    """Write an instant as the refresh page prints it: UTC, milliseconds, ``Z``."""
    moment = _EPOCH + timedelta(milliseconds=unix_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
