"""Developers (tiger_ids), their keys, tokens and accounts.

Source: the page "Applying for API Service": a tiger_id has one RSA key pair, which can be
regenerated; live and paper accounts, one of them the default; optionally a list of IP addresses;
an institution's user a secret key, and permissions per account by role. The token of the licence
TBHK was observed with official SDKs.
"""

import enum
import ipaddress
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from signers.secret import Secret
from signers.tiger import TbhkToken, Verifier, parse_token

__all__ = [
    "TOKEN_LIFE_DAYS",
    "Account",
    "Developer",
    "DeveloperState",
    "Developers",
    "DuplicateAccount",
    "DuplicateTigerId",
    "NoAccount",
    "Permission",
    "Position",
    "UnknownTigerId",
    "instant",
]

TOKEN_LIFE_DAYS = 30
"""How long a token holds (documented)."""

_TOKEN_LIFE_MS = TOKEN_LIFE_DAYS * 24 * 60 * 60 * 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DuplicateTigerId(ValueError):
    """Two developers share a tiger_id."""

    def __init__(self, tiger_id: str) -> None:
        self.tiger_id = tiger_id
        super().__init__(
            f"the tiger_id {tiger_id!r} is given twice: name all its accounts in one developer"
        )


class DuplicateAccount(ValueError):
    """A developer has an account twice."""

    def __init__(self, tiger_id: str) -> None:
        self.tiger_id = tiger_id
        super().__init__(f"the developer {tiger_id!r} has an account twice: name it once")


class NoAccount(ValueError):
    """A developer has no account, and so no default one."""

    def __init__(self, tiger_id: str) -> None:
        self.tiger_id = tiger_id
        super().__init__(f"the developer {tiger_id!r} has no account: give it at least one")


class UnknownTigerId(LookupError):
    """The mock has no developer of this tiger_id."""

    def __init__(self, tiger_id: str) -> None:
        self.tiger_id = tiger_id
        super().__init__(f"no developer is {tiger_id!r}: pass one the mock was given")


class Permission(enum.StrEnum):
    """What a role may do with an account.

    The page names view, trading, assets "and other permissions"; which calls each covers is
    unknown and chosen in `signproof.mocks.tiger.endpoints`.
    """

    VIEW = "view"
    """See positions and orders."""
    TRADE = "trade"
    """Preview, place, modify and cancel orders."""
    ASSETS = "assets"
    """See what the account is worth."""


@dataclass(frozen=True, slots=True)
class Position:
    """A position; the members are some of those that the official SDKs read."""

    symbol: str
    market: str
    currency: str
    quantity: int
    average_cost: Decimal
    latest_price: Decimal
    sec_type: str = "STK"


@dataclass(frozen=True, slots=True)
class Account:
    """An account and what it holds; nothing is ever executed, so that this does not change."""

    number: str
    """Of the documented shapes (`signers.tiger.account_kind`); others count as prime accounts."""
    cash: Decimal = Decimal(100_000)
    currency: str = "USD"
    permissions: frozenset[Permission] = frozenset(Permission)
    """What this tiger_id may do with it."""
    positions: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Developer:
    """A tiger_id as its owner knows it from the developer page, with what the gateway keeps."""

    tiger_id: str
    public_key: RSAPublicKey = field(repr=False)
    accounts: tuple[Account, ...]
    """The first is the default: it is meant where a request names none (inferred)."""
    secret_key: Secret | None = None
    """For institutions only; then every call about an account must have it."""
    token: Secret | None = None
    """For the licence TBHK only: the token that holds at first; then every call must have it."""
    allowed_ips: tuple[str, ...] | None = None
    """The only addresses that are let in; None for all."""


class DeveloperState:
    """What the mock knows of one tiger_id: key and token are those that hold now."""

    __slots__ = ("_addresses", "accounts", "developer", "public_key", "token")

    def __init__(self, developer: Developer) -> None:
        self.developer = developer
        self.public_key = developer.public_key
        self.token = None if developer.token is None else parse_token(developer.token)
        self.accounts = {account.number: account for account in developer.accounts}
        ips = developer.allowed_ips
        self._addresses = None if ips is None else frozenset(map(ipaddress.ip_address, ips))

    def __repr__(self) -> str:
        return f"<DeveloperState {self.developer.tiger_id!r}>"

    @property
    def default_account(self) -> Account:
        """The account that is meant where none is named."""
        return self.developer.accounts[0]

    def allows(self, client_ip: str) -> bool:
        """Tell whether requests may come from this address."""
        if self._addresses is None:
            return True
        try:
            return ipaddress.ip_address(client_ip) in self._addresses
        except ValueError:
            return False


class Developers:
    """All developers of a mock, and the only place that makes tokens."""

    __slots__ = ("_issued", "_states", "verifier")

    def __init__(self, developers: Iterable[Developer]) -> None:
        """Take *developers*.

        Raises DuplicateTigerId, DuplicateAccount, NoAccount, WrongKeyType, what
        `signers.tiger.parse_token` raises, or ValueError for an address that is none.
        """
        self._states: dict[str, DeveloperState] = {}
        self._issued = 0
        for developer in developers:
            if not developer.accounts:
                raise NoAccount(developer.tiger_id)
            state = DeveloperState(developer)
            if len(state.accounts) != len(developer.accounts):
                raise DuplicateAccount(developer.tiger_id)
            if self._states.setdefault(developer.tiger_id, state) is not state:
                raise DuplicateTigerId(developer.tiger_id)
        self.verifier = Verifier(self._public_keys())
        """Verifies requests with the keys that hold now."""

    def __len__(self) -> int:
        return len(self._states)

    def find(self, tiger_id: str) -> DeveloperState | None:
        """Return what belongs to a ``tiger_id``, None for an unknown one."""
        return self._states.get(tiger_id)

    def known(self, tiger_id: str) -> DeveloperState:
        """Return the same for one that must be known; raises UnknownTigerId."""
        state = self._states.get(tiger_id)
        if state is None:
            raise UnknownTigerId(tiger_id)
        return state

    def replace_key(self, tiger_id: str, public_key: RSAPublicKey) -> None:
        """Let *public_key* verify from now on, and the old one no more; raises UnknownTigerId.

        Raises WrongKeyType, too; the old key then goes on.
        """
        state = self.known(tiger_id)
        self.verifier = Verifier(self._public_keys() | {tiger_id: public_key})
        state.public_key = public_key

    def issue(self, state: DeveloperState, now_ms: int) -> TbhkToken:
        """Give *state* a new token of 30 days, which ends the old one (inferred); return it.

        The first 27 octets are as observed; what follows in real ones is unknown.
        """
        self._issued += 1
        head = f"{now_ms:013},{now_ms + _TOKEN_LIFE_MS:013}"
        text = b64encode(f"{head},EXAMPLE-TOKEN-{self._issued:06d}".encode()).decode()
        state.token = parse_token(text)
        return state.token

    def _public_keys(self) -> dict[str, RSAPublicKey]:
        return {tiger_id: state.public_key for tiger_id, state in self._states.items()}


def instant(now_ms: int) -> datetime:
    """Return Unix milliseconds as a datetime."""
    return _EPOCH + timedelta(milliseconds=now_ms)
