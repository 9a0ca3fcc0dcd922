"""The order book of one account, in memory.

Sources: the sample answers in the official Python SDK's tests for the members of an order, and the
pages "Modify & Cancel Order" and "Enumerations" for the statuses. Documented is that only an order
that is submitted or partly filled can be changed or cancelled, and that cancelling is asynchronous;
here it is done at once, and nothing is ever executed (invented). What the gateway says of an order
that is unknown or closed is unknown: the codes are those documented for the kind of account, the
words in parentheses are invented.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from signers.tiger import AccountKind, account_kind
from signproof.mocks.tiger.envelope import ErrorCode, Refused
from signproof.mocks.tiger.order_requests import Replacement, Submission
from signproof.mocks.tiger.parameters import Parameters, invalid

__all__ = ["FIRST_ORDER_ID", "Order", "OrderBook", "ReplaceStatus", "Selection", "Status"]

FIRST_ORDER_ID = 40_000_000_000_000_001
"""As long as real ids and odd: a client that reads it as a double shows another number."""

_MARKETS = {"USD": "US", "HKD": "HK", "CNH": "CN"}
_CURRENCIES = {market: currency for currency, market in _MARKETS.items()}
_DEFAULT_LIMIT = 100
_CODES = {
    AccountKind.GLOBAL: ErrorCode.GLOBAL_ORDER,
    AccountKind.PRIME: ErrorCode.PRIME_ORDER,
    AccountKind.PAPER: ErrorCode.PAPER_ORDER,
}


class Status(enum.StrEnum):
    """Where an order stands, of the documented statuses that this mock uses."""

    SUBMITTED = "Submitted"
    CANCELLED = "Cancelled"


class ReplaceStatus(enum.StrEnum):
    """Whether an order was changed, of the documented statuses that this mock uses."""

    NONE = "NONE"
    REPLACED = "REPLACED"


class Selection(enum.StrEnum):
    """Which orders are listed, by the name of the call."""

    ALL = "orders"
    ACTIVE = "active_orders"
    """Those that wait for their execution."""
    INACTIVE = "inactive_orders"
    """Those that were cancelled."""
    FILLED = "filled_orders"
    """None: nothing is ever executed."""


_SELECTED = {
    Selection.ALL: frozenset(Status),
    Selection.ACTIVE: frozenset({Status.SUBMITTED}),
    Selection.INACTIVE: frozenset({Status.CANCELLED}),
    Selection.FILLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands."""

    id: int
    """Its number among all orders."""
    order_id: int
    """Its number in the account."""
    account: str
    terms: Submission
    status: Status
    replace_status: ReplaceStatus
    opened_at_ms: int
    updated_at_ms: int

    @property
    def market(self) -> str:
        """As asked for, else that of the currency, else that of the United States (invented)."""
        return self.terms.market or _MARKETS.get(self.terms.currency or "", "US")

    def members(self) -> dict[str, Any]:
        """Return what the answers print; instants are Unix milliseconds."""
        terms = self.terms
        is_open = self.status is Status.SUBMITTED
        prices = {
            "limitPrice": terms.limit_price,
            "auxPrice": terms.aux_price,
            "trailingPercent": terms.trailing_percent,
        }
        return {
            "symbol": terms.symbol,
            "market": self.market,
            "secType": terms.sec_type.value,
            "currency": terms.currency or _CURRENCIES.get(self.market, "USD"),
            "identifier": terms.symbol,
            "id": self.id,
            "externalId": "",
            "orderId": self.order_id,
            "account": self.account,
            "action": terms.action.value,
            "orderType": terms.order_type.value,
            **{name: price for name, price in prices.items() if price is not None},
            "totalQuantity": terms.total_quantity,
            "totalQuantityScale": terms.total_quantity_scale,
            "filledQuantity": 0,
            "filledQuantityScale": 0,
            "filledCashAmount": 0,
            "avgFillPrice": 0,
            "timeInForce": terms.time_in_force.value,
            "outsideRth": terms.outside_rth,
            "commission": 0,
            "gst": 0,
            "realizedPnl": 0,
            "liquidation": False,
            "openTime": self.opened_at_ms,
            "updateTime": self.updated_at_ms,
            "latestTime": self.updated_at_ms,
            "name": terms.symbol,
            "attrDesc": "",
            "userMark": terms.user_mark,
            "attrList": [],
            "algoStrategy": terms.order_type.value,
            "status": self.status.value,
            "source": "OpenApi",
            "discount": 0,
            "replaceStatus": self.replace_status.value,
            "cancelStatus": "NONE" if is_open else "RECEIVED",
            "canModify": is_open,
            "canCancel": is_open,
            "isOpen": True,
            "orderDiscount": 0,
            "tradingSessionType": "RTH",
        }


class OrderBook:
    """Places, modifies, cancels and lists; *ids* gives each order its number."""

    __slots__ = ("_account", "_ids", "_orders")

    def __init__(self, account: str, ids: Iterator[int]) -> None:
        self._account = account
        self._ids = ids
        self._orders: dict[int, Order] = {}

    def place(self, terms: Submission, now_ms: int) -> Order:
        """Place a new order."""
        number = len(self._orders) + 1
        order = Order(
            next(self._ids),
            number,
            self._account,
            terms,
            Status.SUBMITTED,
            ReplaceStatus.NONE,
            now_ms,
            now_ms,
        )
        self._orders[order.id] = order
        return order

    def modify(self, order_id: int, change: Replacement, now_ms: int) -> None:
        """Change an open order; raises Refused."""
        order = self._open(order_id)
        if change.order_type not in (None, order.terms.order_type):
            raise invalid("order_type", "the type of an order cannot be changed: cancel it")
        given = {member.name: getattr(change, member.name) for member in fields(change)}
        terms = replace(
            order.terms, **{name: value for name, value in given.items() if value is not None}
        )
        self._orders[order_id] = replace(
            order, terms=terms, replace_status=ReplaceStatus.REPLACED, updated_at_ms=now_ms
        )

    def cancel(self, order_id: int, now_ms: int) -> None:
        """Close an open order; raises Refused."""
        order = self._open(order_id)
        self._orders[order_id] = replace(order, status=Status.CANCELLED, updated_at_ms=now_ms)

    def find(self, order_id: int) -> Order:
        """Return one order; raises Refused."""
        order = self._orders.get(order_id)
        if order is None:
            raise self._refused(
                "unknown-order", "order not found", "this account has no order of this id"
            )
        return order

    def select(self, selection: Selection, parameters: Parameters) -> list[Order]:
        """Return the orders of *selection* that pass all filters, newest first; raises Refused.

        The filters are symbol, market, sec_type and limit (documented); the others that are
        documented are ignored. The order is that of the sample answers.
        """
        wanted = {name: parameters.text(name) for name in ("symbol", "market", "sec_type")}
        limit = parameters.quantity("limit") or _DEFAULT_LIMIT
        found = [
            order
            for order in reversed(self._orders.values())
            if order.status in _SELECTED[selection]
            and wanted["symbol"] in (None, order.terms.symbol)
            and wanted["market"] in (None, "ALL", order.market)
            and wanted["sec_type"] in (None, "ALL", order.terms.sec_type)
        ]
        return found[:limit]

    def _open(self, order_id: int) -> Order:
        order = self.find(order_id)
        if order.status is not Status.SUBMITTED:
            raise self._refused(
                "order-closed",
                "order is closed",
                "the order is cancelled and cannot be changed or cancelled again",
            )
        return order

    def _refused(self, reason: str, fill: str, detail: str) -> Refused:
        code = _CODES[account_kind(self._account) or AccountKind.PRIME]
        return Refused(code, reason, detail, fill=fill)
