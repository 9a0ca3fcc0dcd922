"""The paths that the mock answers, and how each and its answer is known.

Sources: the broker's pages HTTP_API, PREPARE, STREAMING and ORDERS (the folder of its skill in the
repository Sinotrade/Shioaji), which list methods, paths and sample requests, and name most members
of the answers. ``shioaji server check`` was observed to demand what `HEALTH` adds to them.
"""

from dataclasses import dataclass

from signers.shioaji import Operation
from signproof.mocks.shioaji.envelope import Evidence

__all__ = ["ROUTES", "Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """A path with its only method."""

    method: bytes
    path: bytes
    operation: Operation
    """What the activation flow judges it as."""
    answer: Evidence
    """How the members of a good answer are known, at worst."""
    note: str
    """What that is about."""
    known: Evidence = Evidence.DOCUMENTED
    """How method and path are known."""
    public: bool = False
    """Whether it never asks for the header Authorization (documented)."""


_TRADE = "contract, order.id, .seqno, .action, .price, .quantity, status.status, .deals, .order_ts"

ROUTES = (
    Route(
        b"GET",
        b"/api/v1/health",
        Operation.HEALTH,
        Evidence.SDK,
        "the members are documented or demanded by `shioaji server check`; what stands in "
        "instance_id, contract_count, and in agent_harness where it is off, is invented",
        public=True,
    ),
    Route(
        b"GET",
        b"/api/v1/info",
        Operation.INFO,
        Evidence.DOCUMENTED,
        "the description is this mock's own",
        public=True,
    ),
    Route(
        b"GET",
        b"/api/v1/auth/ca_expiretime",
        Operation.CA_EXPIRETIME,
        Evidence.DOCUMENTED,
        "octet for octet as on the page",
    ),
    Route(
        b"GET",
        b"/api/v1/auth/accounts",
        Operation.ACCOUNTS,
        Evidence.DOCUMENTED,
        "the order of the members is inferred",
    ),
    Route(
        b"GET",
        b"/api/v1/auth/usage",
        Operation.USAGE,
        Evidence.DOCUMENTED,
        "the figures are invented",
    ),
    Route(
        b"POST",
        b"/api/v1/auth/subscribe_trade",
        Operation.ORDER,
        Evidence.DOCUMENTED,
        "that the account has the members of the list of accounts is inferred",
    ),
    Route(
        b"POST",
        b"/api/v1/auth/unsubscribe_trade",
        Operation.ORDER,
        Evidence.DOCUMENTED,
        "as of subscribe_trade",
    ),
    Route(
        b"POST",
        b"/api/v1/stream/subscribe",
        Operation.SUBSCRIBE,
        Evidence.INVENTED,
        "success, message and subscription are documented; the text, and that subscription repeats "
        "the request, are invented",
    ),
    Route(
        b"POST",
        b"/api/v1/stream/unsubscribe",
        Operation.UNSUBSCRIBE,
        Evidence.INVENTED,
        "as of subscribe",
    ),
    Route(
        b"POST",
        b"/api/v1/order/place_order",
        Operation.ORDER,
        Evidence.INVENTED,
        f"documented are {_TRADE} and .modified_ts; the other members are invented",
    ),
    Route(
        b"POST",
        b"/api/v1/order/cancel_order",
        Operation.ORDER,
        Evidence.INVENTED,
        "as of place_order; that it is cancelled at once is invented",
    ),
    Route(
        b"POST",
        b"/api/v1/order/update_price",
        Operation.ORDER,
        Evidence.INVENTED,
        "as of place_order",
    ),
    Route(
        b"POST",
        b"/api/v1/order/update_qty",
        Operation.ORDER,
        Evidence.INVENTED,
        "as of place_order; that the quantity sent is what is taken away is inferred",
    ),
    Route(
        b"POST",
        b"/api/v1/order/trades",
        Operation.ORDER,
        Evidence.INVENTED,
        "a list of what place_order gives; that an empty request lists all accounts is invented",
    ),
)
