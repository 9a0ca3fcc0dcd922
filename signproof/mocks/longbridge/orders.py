"""The order book of one API key, in memory.

Sources: Longbridge OpenAPI documentation, "Get Today Order" and "Withdraw Order", for the members
of an order and three of its statuses; the other two statuses are those of the official Rust SDK's
enumeration. Inferred: that a replaced order may be replaced and cancelled again, that a cancelled
one may not, and the text of members that a new order has no value for. Nothing is ever executed,
and "today" is the whole life of the mock.
"""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from signproof.mocks.longbridge.envelope import ErrorCode, Refused
from signproof.mocks.longbridge.order_requests import PRICED, Replacement, Submission
from signproof.mocks.longbridge.parameters import Query, invalid

__all__ = ["FIRST_ORDER_ID", "Order", "OrderBook", "Status"]

FIRST_ORDER_ID = 700_000_000_000_000_001
"""As long as documented ids and odd: a client that reads it as a double shows another number."""

_CURRENCIES = {"HK": "HKD", "US": "USD"}


class Status(enum.StrEnum):
    """Where an order stands, of the statuses that this mock uses."""

    NEW = "NewStatus"
    """Placed (documented)."""
    REPLACED = "ReplacedStatus"
    """Placed and changed since (from the SDK)."""
    CANCELED = "CanceledStatus"
    """Closed by its owner (from the SDK)."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands."""

    order_id: str
    terms: Submission
    status: Status
    submitted_at_ms: int
    updated_at_ms: int

    @property
    def market(self) -> str:
        """The symbol's region."""
        return self.terms.symbol.rpartition(".")[2]

    def members(self) -> dict[str, str | int]:
        """Return what the answers print: numbers as decimal text, instants as Unix seconds."""
        terms = self.terms
        return {
            "currency": _CURRENCIES.get(self.market, ""),
            "executed_price": "0",
            "executed_quantity": "0",
            "expire_date": "",
            "last_done": "",
            "limit_depth_level": 0,
            "limit_offset": "",
            "monitor_price": "",
            "msg": "",
            "order_id": self.order_id,
            "order_type": terms.order_type.value,
            "outside_rth": "UnknownOutsideRth",
            "price": "" if terms.price is None else f"{terms.price:f}",
            "quantity": f"{terms.quantity:f}",
            "remark": terms.remark,
            "side": terms.side.value,
            "status": self.status.value,
            "stock_name": terms.symbol,
            "submitted_at": str(self.submitted_at_ms // 1000),
            "symbol": terms.symbol,
            "tag": "Normal",
            "time_in_force": terms.time_in_force.value,
            "trailing_amount": "",
            "trailing_percent": "",
            "trigger_at": "0",
            "trigger_count": 0,
            "trigger_price": "",
            "trigger_status": "NOT_USED",
            "updated_at": str(self.updated_at_ms // 1000),
        }


_FILTERS: dict[str, Callable[[Order], str]] = {
    "symbol": lambda order: order.terms.symbol,
    "status": lambda order: order.status,
    "side": lambda order: order.terms.side,
    "market": lambda order: order.market,
    "order_id": lambda order: order.order_id,
}


class OrderBook:
    """Submits, replaces, cancels and lists; *ids* gives each order its number."""

    __slots__ = ("_ids", "_orders")

    def __init__(self, ids: Iterator[int]) -> None:
        self._ids = ids
        self._orders: dict[str, Order] = {}

    def submit(self, submission: Submission, now_ms: int) -> Order:
        """Place a new order."""
        order = Order(str(next(self._ids)), submission, Status.NEW, now_ms, now_ms)
        self._orders[order.order_id] = order
        return order

    def replace(self, change: Replacement, now_ms: int) -> None:
        """Change an open order; raises Refused."""
        order = self._open(change.order_id)
        terms = order.terms
        if change.price is None and terms.order_type in PRICED:
            raise invalid(
                "missing-parameter", f"the body has no price: {terms.order_type} needs it"
            )
        terms = replace(
            terms,
            quantity=change.quantity,
            price=terms.price if change.price is None else change.price,
            remark=terms.remark if change.remark is None else change.remark,
        )
        self._orders[order.order_id] = replace(
            order, terms=terms, status=Status.REPLACED, updated_at_ms=now_ms
        )

    def cancel(self, order_id: str, now_ms: int) -> None:
        """Close an open order; raises Refused."""
        order = self._open(order_id)
        self._orders[order_id] = replace(order, status=Status.CANCELED, updated_at_ms=now_ms)

    def select(self, query: Query) -> list[Order]:
        """Return the orders that pass all filters, oldest first.

        The filters are symbol, status, side, market and order_id; a repeated one takes any of its
        values (documented for the status only). A value that no order has selects nothing.
        """
        wanted = {name: query.all(name) for name in _FILTERS}
        return [
            order
            for order in self._orders.values()
            if all(
                not wanted[name] or read(order) in wanted[name] for name, read in _FILTERS.items()
            )
        ]

    def _open(self, order_id: str) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise Refused(
                ErrorCode.ORDER_UNKNOWN, "unknown-order", "this API key has no order of this id"
            )
        if order.status is Status.CANCELED:
            raise Refused(
                ErrorCode.ORDER_CLOSED,
                "order-closed",
                "the order is cancelled and cannot be changed or cancelled again",
            )
        return order
