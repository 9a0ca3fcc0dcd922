"""The calls that the mock answers, each a function of its parameters and the session.

Paths are compared octet for octet. What a call reads of its body comes first, then the activation
flow judges, then the call is done; the server's own order is unknown. Market data, the portfolio,
combined orders, reservations, streams, watch lists, the dashboard and CORS are not mocked.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signers.request import SignedRequest
from signers.shioaji import Account, AccountType, Fault, Operation
from signers.shioaji import flow as flows
from signproof.mocks.shioaji import status
from signproof.mocks.shioaji.bodies import (
    AccountChoice,
    AccountNumber,
    PlaceOrder,
    PriceUpdate,
    QuantityUpdate,
    Subscription,
    TradeChoice,
    read_body,
    read_person_id,
)
from signproof.mocks.shioaji.envelope import Evidence, NotAuthenticated, Problem, Refused
from signproof.mocks.shioaji.orders import Trade, Trades, account_members
from signproof.mocks.shioaji.routes import ROUTES, Route
from signproof.mocks.shioaji.session import LocalSession
from signproof.requests import origin_form

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Endpoints", "find_route"]

_LIMIT = 500 * 1024 * 1024
_BY_PATH = {route.path: route for route in ROUTES}
_TRADING = flows.Call(Operation.ORDER)
"""What the broker checks at any call that has to do with trading, and places no order."""


def find_route(request: SignedRequest) -> Route:
    """Return the route of *request*; raises NotAuthenticated, since nobody was looked at yet."""
    route = _BY_PATH.get(_path(request))
    if route is None:
        raise NotAuthenticated.by_problem(
            Problem.PATH_UNKNOWN, "unknown-path", "this mock does not have this path"
        )
    if request.method != route.method:
        raise NotAuthenticated.by_problem(
            Problem.METHOD_NOT_ALLOWED,
            "method-not-allowed",
            f"this path takes {route.method.decode()} only, in upper case",
            allow=route.method,
        )
    return route


@dataclass(frozen=True, slots=True)
class _Call:
    """An admitted request; the time is Unix seconds."""

    query: bytes | None
    body: bytes
    now: int


class Endpoints:
    """Finds the function of a route, and holds what they share."""

    def __init__(self, session: LocalSession, mode: flows.Mode) -> None:
        self._session = session
        self._mode = mode
        self._trades = Trades()
        self._functions: dict[bytes, Callable[[_Call], Any]] = {
            b"/api/v1/health": self._health,
            b"/api/v1/info": self._info,
            b"/api/v1/auth/ca_expiretime": self._ca_expiretime,
            b"/api/v1/auth/accounts": self._accounts,
            b"/api/v1/auth/usage": self._usage,
            b"/api/v1/auth/subscribe_trade": self._subscribe_trade,
            b"/api/v1/auth/unsubscribe_trade": self._unsubscribe_trade,
            b"/api/v1/stream/subscribe": self._subscribe,
            b"/api/v1/stream/unsubscribe": self._unsubscribe,
            b"/api/v1/order/place_order": self._place_order,
            b"/api/v1/order/cancel_order": self._cancel_order,
            b"/api/v1/order/update_price": self._update_price,
            b"/api/v1/order/update_qty": self._update_quantity,
            b"/api/v1/order/trades": self._list_trades,
        }

    def call(self, route: Route, request: SignedRequest, now: int) -> Any:
        """Return the answer at *now*, Unix seconds; raises Refused."""
        return self._functions[route.path](_Call(request.query, request.body, now))

    def _health(self, call: _Call) -> dict[str, Any]:
        self._session.judge(flows.Call(Operation.HEALTH), call.now)
        return status.health(self._session.current, call.now)

    def _info(self, call: _Call) -> dict[str, Any]:
        self._session.judge(flows.Call(Operation.INFO), call.now)
        return status.info(self._mode)

    def _ca_expiretime(self, call: _Call) -> dict[str, Any]:
        person_id = read_person_id(call.query)
        accepted = self._session.judge(flows.GetCaExpiretime(person_id), call.now)
        return {"person_id": person_id, "expire_time": accepted.value}

    def _accounts(self, call: _Call) -> list[dict[str, Any]]:
        self._session.judge(flows.Call(Operation.ACCOUNTS), call.now)
        return [account_members(account) for account in self._own()]

    def _usage(self, call: _Call) -> dict[str, int]:
        """Tell that nothing was used; the figures are invented."""
        self._session.judge(flows.Call(Operation.USAGE), call.now)
        return {"connections": 1, "bytes": 0, "limit_bytes": _LIMIT, "remaining_bytes": _LIMIT}

    def _subscribe_trade(self, call: _Call) -> dict[str, Any]:
        return self._trade_events(call, on=True)

    def _unsubscribe_trade(self, call: _Call) -> dict[str, Any]:
        return self._trade_events(call, on=False)

    def _trade_events(self, call: _Call, *, on: bool) -> dict[str, Any]:
        """Begin or end the reports of an account's orders, of which the mock sends none.

        Documented: without an account, the first of its type; nothing to be done in simulation,
        where ending may be refused. That the type is S where none is named is that of the command
        line tool (documented).
        """
        choice = read_body(call.body, AccountChoice)
        self._session.judge(_TRADING, call.now)
        account = self._chosen(choice)
        if self._mode is flows.Mode.SIMULATION and not on:
            raise Refused.by_problem(
                Problem.NOTHING_TO_UNSUBSCRIBE,
                "nothing-to-unsubscribe",
                "in simulation there is no subscription to end: do not call this there",
            )
        return {"account": account_members(account), "subscribe_trade": on, "ts": call.now}

    def _subscribe(self, call: _Call) -> dict[str, Any]:
        return self._quotes(call, Operation.SUBSCRIBE, "subscribed")

    def _unsubscribe(self, call: _Call) -> dict[str, Any]:
        return self._quotes(call, Operation.UNSUBSCRIBE, "unsubscribed")

    def _quotes(self, call: _Call, operation: Operation, message: str) -> dict[str, Any]:
        """Begin or end quotes, of which the mock sends none; so it remembers none, either."""
        wanted = read_body(call.body, Subscription)
        self._session.judge(flows.Call(operation), call.now)
        return {"success": True, "message": message, "subscription": wanted}

    def _place_order(self, call: _Call) -> dict[str, Any]:
        wanted = read_body(call.body, PlaceOrder)
        kind, terms = wanted.terms()
        account = self._account_for(kind, terms.account)
        self._session.judge(flows.Order(account), call.now)
        return self._trades.place(wanted.contract, terms, account, call.now).members()

    def _cancel_order(self, call: _Call) -> dict[str, Any]:
        choice = read_body(call.body, TradeChoice)
        return self._trades.cancel(self._trade(choice, call.now), call.now).members()

    def _update_price(self, call: _Call) -> dict[str, Any]:
        change = read_body(call.body, PriceUpdate)
        trade = self._trade(change, call.now)
        return self._trades.reprice(trade, change.price, call.now).members()

    def _update_quantity(self, call: _Call) -> dict[str, Any]:
        change = read_body(call.body, QuantityUpdate)
        trade = self._trade(change, call.now)
        return self._trades.reduce(trade, change.quantity, call.now).members()

    def _list_trades(self, call: _Call) -> list[dict[str, Any]]:
        choice = read_body(call.body, AccountChoice)
        self._session.judge(_TRADING, call.now)
        return [
            trade.members() for trade in self._trades.listed() if _matches(choice, trade.account)
        ]

    def _trade(self, choice: TradeChoice, now: int) -> Trade:
        """Return the trade that is to be changed, which needs what an order needs (inferred)."""
        trade = self._trades.find(choice.trade_id)
        event = _TRADING if trade is None else flows.Order(trade.account)
        self._session.judge(event, now)
        if trade is None:
            raise Refused.by_problem(
                Problem.TRADE_UNKNOWN,
                "unknown-trade",
                "this server placed no such order: send `order.id` of its own answer",
                trade_id=choice.trade_id,
            )
        return trade

    def _own(self) -> tuple[Account, ...]:
        key = self._session.current.key
        return () if key is None else key.accounts

    def _account_for(self, kind: AccountType, named: AccountNumber | None) -> Account:
        """Return the account of an order, for the flow to judge.

        Documented: where none is named, the first of the type that is signed. Where none is
        signed, the first one (inferred). One that the key does not have is made up, so that it is
        the flow that refuses it.
        """
        own = [account for account in self._own() if account.account_type is kind]
        if named is None:
            own.sort(key=lambda account: not account.signed)
        else:
            own = [
                account
                for account in own
                if (account.broker_id, account.account_id) == (named.broker_id, named.account_id)
            ]
        return next(iter(own), Account(kind, "", "", "", signed=False))

    def _chosen(self, choice: AccountChoice) -> Account:
        """Return the key's account for a call that places no order; raises Refused."""
        wanted = AccountChoice(
            choice.account_type or AccountType.STOCK, choice.broker_id, choice.account_id
        )
        found = next((account for account in self._own() if _matches(wanted, account)), None)
        if found is None:
            fault = Fault.ACCOUNT_REFUSED
            raise Refused.by_fault(fault, fault.text(), Evidence.INVENTED)
        return found


def _matches(choice: AccountChoice, account: Account) -> bool:
    return (
        choice.account_type in (None, account.account_type)
        and choice.broker_id in (None, account.broker_id)
        and choice.account_id in (None, account.account_id)
    )


def _path(request: SignedRequest) -> bytes:
    return origin_form(request.target).partition(b"?")[0]
