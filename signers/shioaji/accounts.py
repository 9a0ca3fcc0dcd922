"""Accounts, what a key may do, and which call needs which permission."""

import enum
import ipaddress
from dataclasses import dataclass, field

from signers.errors import InvalidInput
from signers.evidence import Evidence

__all__ = [
    "ROUTES",
    "Account",
    "AccountType",
    "ApiKey",
    "InvalidAddress",
    "Operation",
    "Permission",
    "Route",
]


class InvalidAddress(InvalidInput):
    """An address or network is none."""

    reason = "invalid-address"

    def __init__(self) -> None:
        super().__init__(
            "this is no IP address or network: write 192.0.2.1, 192.0.2.0/24 or their IPv6 kind"
        )


class AccountType(enum.StrEnum):
    """The values of ``account_type`` (documented); what they stand for is inferred."""

    STOCK = "S"
    """Stocks."""
    FUTURES = "F"
    """Futures and options."""
    FOREIGN = "H"
    """Stocks abroad."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account, with the members that ``GET /api/v1/auth/accounts`` gives (documented)."""

    account_type: AccountType
    person_id: str = field(repr=False)
    broker_id: str
    account_id: str = field(repr=False)
    signed: bool
    """Whether the signature for API usage is complete."""
    username: str = field(default="", repr=False)


class Permission(enum.StrEnum):
    """What can be ticked when a key is made (documented: the page's list)."""

    MARKET_DATA = "market-data"
    """Calls about market and data."""
    ACCOUNT = "account"
    """Calls about the account."""
    TRADING = "trading"
    """Calls that trade."""
    PRODUCTION = "production"
    """Use outside of simulation."""


class Operation(enum.StrEnum):
    """A call, by what it is for."""

    HEALTH = "health"
    """Is the local server alive."""
    INFO = "info"
    """What the local server is."""
    CA_EXPIRETIME = "ca-expiretime"
    """Until when a person's certificate holds."""
    ACCOUNTS = "accounts"
    """The accounts that the key may use."""
    USAGE = "usage"
    """Connections and octets used."""
    SUBSCRIBE = "subscribe"
    """Begin to receive quotes."""
    UNSUBSCRIBE = "unsubscribe"
    """Stop receiving quotes."""
    ORDER = "order"
    """Place, change or cancel an order."""


@dataclass(frozen=True, slots=True)
class Route:
    """What is known of a call."""

    operation: Operation
    permission: Permission | None
    """Needed beside PRODUCTION, which is asked for at login; None where none is."""
    evidence: Evidence
    """How it is known that this permission belongs to this call."""
    path: str | None = None
    """On the local server, with GET (documented); None where the path is not known here."""


ROUTES = {
    route.operation: route
    for route in (
        Route(Operation.HEALTH, None, Evidence.INFERRED, "/api/v1/health"),
        Route(Operation.INFO, None, Evidence.INFERRED),
        Route(Operation.CA_EXPIRETIME, None, Evidence.INFERRED, "/api/v1/auth/ca_expiretime"),
        Route(Operation.ACCOUNTS, Permission.ACCOUNT, Evidence.INFERRED, "/api/v1/auth/accounts"),
        Route(Operation.USAGE, None, Evidence.INFERRED, "/api/v1/auth/usage"),
        Route(Operation.SUBSCRIBE, Permission.MARKET_DATA, Evidence.INFERRED),
        Route(Operation.UNSUBSCRIBE, Permission.MARKET_DATA, Evidence.INFERRED),
        Route(Operation.ORDER, Permission.TRADING, Evidence.INFERRED),
    )
}
"""Which permission a call needs: the page names the permissions by the kind of call, and that is
all that is documented."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it was set up on the API management page (documented: what can be set)."""

    key_id: str = field(repr=False)
    """The API key itself, which the broker's messages repeat."""
    permissions: frozenset[Permission]
    accounts: tuple[Account, ...] = ()
    """The accounts that it may use; the first is taken where an order names none (inferred)."""
    expires: int | None = None
    """Unix seconds; from that second on it is expired (inferred: the page gives no hour)."""
    addresses: tuple[str, ...] = ()
    """IP addresses or networks that it may be used from; empty for all."""

    def allows(self, address: str) -> bool:
        """Tell whether *address* may use the key; raises InvalidAddress.

        That a list may hold networks is inferred.
        """
        try:
            found = ipaddress.ip_address(address)
            networks = [ipaddress.ip_network(listed, strict=False) for listed in self.addresses]
        except ValueError:
            raise InvalidAddress from None
        return not networks or any(found in network for network in networks)
