"""The trades that the server remembers.

Documented: an answer is a trade with ``contract``, ``order`` and ``status``; a new one may be
``PendingSubmit``, listing updates it; a trade is named by ``order.id``; a quantity can only be
reduced. Invented: ids, times as whole Unix seconds, and that nothing is ever executed.
"""

import enum
import itertools
from dataclasses import dataclass, replace
from typing import Any

from signers.shioaji import Account
from signproof.mocks.shioaji.bodies import Contract, FuturesOrder, StockOrder
from signproof.mocks.shioaji.envelope import Problem, Refused

__all__ = ["Status", "Trade", "Trades", "account_members"]


class Status(enum.StrEnum):
    """Where an order stands (documented; there are more)."""

    PENDING_SUBMIT = "PendingSubmit"
    """On its way."""
    SUBMITTED = "Submitted"
    """At the exchange."""
    CANCELLED = "Cancelled"
    """Cancelled, or reduced to nothing."""


@dataclass(frozen=True, slots=True)
class Trade:
    """An order and what became of it."""

    id: str
    seqno: str
    contract: Contract
    terms: StockOrder | FuturesOrder
    account: Account
    status: Status
    price: float
    cancelled: int
    """How much of the quantity was taken away."""
    placed_at: int
    """Unix seconds, as is the next."""
    modified_at: int

    def members(self) -> dict[str, Any]:
        """Return the trade as an answer has it."""
        terms = self.terms
        kind = (
            {"order_lot": terms.order_lot, "order_cond": terms.order_cond}
            if isinstance(terms, StockOrder)
            else {"octype": terms.octype}
        )
        return {
            "contract": self.contract,
            "order": {
                "id": self.id,
                "seqno": self.seqno,
                "ordno": "",
                "account": account_members(self.account),
                "action": terms.action,
                "price": self.price,
                "quantity": terms.quantity,
                "price_type": terms.price_type,
                "order_type": terms.order_type,
                **kind,
            },
            "status": {
                "id": self.id,
                "status": self.status,
                "status_code": "00",
                "msg": "",
                "order_ts": self.placed_at,
                "modified_ts": self.modified_at,
                "order_quantity": terms.quantity,
                "deal_quantity": 0,
                "cancel_quantity": self.cancelled,
                "deals": [],
            },
        }


class Trades:
    """All trades of a server, whichever account they are of."""

    __slots__ = ("_numbers", "_trades")

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._trades: dict[str, Trade] = {}

    def place(
        self, contract: Contract, terms: StockOrder | FuturesOrder, account: Account, now: int
    ) -> Trade:
        """Remember a new order, and return it while it is on its way."""
        number = next(self._numbers)
        trade = Trade(
            f"{number:08x}",
            f"{number:06}",
            contract,
            terms,
            account,
            Status.SUBMITTED,
            terms.price,
            0,
            now,
            now,
        )
        self._trades[trade.id] = trade
        return replace(trade, status=Status.PENDING_SUBMIT)

    def find(self, trade_id: str) -> Trade | None:
        """Return a trade by its order's id, None where there is none."""
        return self._trades.get(trade_id)

    def listed(self) -> tuple[Trade, ...]:
        """Return all trades, oldest first (invented)."""
        return tuple(self._trades.values())

    def reprice(self, trade: Trade, price: float, now: int) -> Trade:
        """Change the price of an open order; raises Refused."""
        _check_open(trade)
        return self._keep(replace(trade, price=price, modified_at=now))

    def reduce(self, trade: Trade, quantity: int, now: int) -> Trade:
        """Take *quantity* away from an open order; raises Refused."""
        _check_open(trade)
        left = trade.terms.quantity - trade.cancelled - quantity
        if left < 0:
            raise Refused.by_problem(
                Problem.QUANTITY_RAISED,
                "wrong-quantity",
                "more is to be taken away than is left of the order",
            )
        status = trade.status if left else Status.CANCELLED
        cancelled = trade.cancelled + quantity
        return self._keep(replace(trade, status=status, cancelled=cancelled, modified_at=now))

    def cancel(self, trade: Trade, now: int) -> Trade:
        """Cancel an open order at once; raises Refused."""
        _check_open(trade)
        return self._keep(
            replace(trade, status=Status.CANCELLED, cancelled=trade.terms.quantity, modified_at=now)
        )

    def _keep(self, trade: Trade) -> Trade:
        self._trades[trade.id] = trade
        return trade


def account_members(account: Account) -> dict[str, Any]:
    """Return the members of an account, as documented for the list of accounts."""
    return {
        "account_type": account.account_type,
        "person_id": account.person_id,
        "broker_id": account.broker_id,
        "account_id": account.account_id,
        "signed": account.signed,
        "username": account.username,
    }


def _check_open(trade: Trade) -> None:
    if trade.status is Status.CANCELLED:
        raise Refused.by_problem(
            Problem.TRADE_CLOSED,
            "trade-closed",
            "the order is cancelled and cannot be changed or cancelled again",
        )
