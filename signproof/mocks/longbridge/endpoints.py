"""The calls that the mock answers, each a function of its parameters and the state in memory.

Sources: Longbridge OpenAPI documentation, the pages "Refresh Access Token", "Get OTP", "Get Stock
Positions", "Submit Order", "Replace Order", "Withdraw Order" and "Get Today Order". Paths are
compared octet for octet; what the broker makes of other spellings of them is unknown.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signers.longbridge import REFRESH_PATH
from signers.request import SignedRequest
from signproof.mocks.longbridge.accounts import Accounts, KeyState, Position, instant
from signproof.mocks.longbridge.envelope import ErrorCode, Refused
from signproof.mocks.longbridge.order_requests import (
    read_order_id,
    read_replacement,
    read_submission,
)
from signproof.mocks.longbridge.orders import FIRST_ORDER_ID, OrderBook
from signproof.mocks.longbridge.parameters import (
    instant_value,
    invalid,
    json_members,
    read_query,
    text_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Endpoints"]

_CONNECTION_LIMIT = 10


@dataclass(frozen=True, slots=True)
class _Call:
    """An authenticated request; the time is Unix milliseconds."""

    key: KeyState
    query: bytes | None
    body: bytes
    now_ms: int


class Endpoints:
    """Finds the function of a method and path, and holds what they share."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._one_time_passwords = itertools.count(1)
        order_ids = itertools.count(FIRST_ORDER_ID)
        self._books: defaultdict[str, OrderBook] = defaultdict(lambda: OrderBook(order_ids))
        self._routes: dict[bytes, dict[bytes, Callable[[_Call], dict[str, Any]]]] = {
            REFRESH_PATH.encode(): {b"GET": self._refresh_token},
            b"/v1/socket/token": {b"GET": self._socket_token},
            b"/v2/socket/token": {b"GET": self._socket_token},
            b"/v1/asset/stock": {b"GET": self._stock_positions},
            b"/v1/trade/order": {
                b"DELETE": self._cancel_order,
                b"POST": self._submit_order,
                b"PUT": self._replace_order,
            },
            b"/v1/trade/order/submit": {b"POST": self._submit_sample},
            b"/v1/trade/order/today": {b"GET": self._today_orders},
        }

    def call(self, request: SignedRequest, key: KeyState, now_ms: int) -> dict[str, Any]:
        """Return the answer's ``data``; raises Refused."""
        methods = self._routes.get(request.path)
        if methods is None:
            raise Refused(
                ErrorCode.PATH_UNKNOWN,
                "unknown-path",
                "this mock does not have this path",
            )
        function = methods.get(request.method)
        if function is None:
            allow = b", ".join(sorted(methods))
            raise Refused(
                ErrorCode.METHOD_NOT_ALLOWED,
                "method-not-allowed",
                f"this path takes {allow.decode()} only, in upper case",
                allow=allow,
            )
        return function(_Call(key, request.query, request.body, now_ms))

    def _refresh_token(self, call: _Call) -> dict[str, Any]:
        """Give a new token until ``expired_at``; the old one stops working at once."""
        until_ms = instant_value("expired_at", read_query(call.query).one("expired_at"))
        if until_ms <= call.now_ms:
            raise invalid("past-instant", "expired_at is not in the future")
        token = self._accounts.issue(call.key, call.now_ms, until_ms)
        account = call.key.account
        return {
            "token": token.value.reveal_text(),
            "expired_at": instant(token.expired_at_ms),
            "issued_at": instant(token.issued_at_ms),
            "account_info": {
                "member_id": account.member_id,
                "aaid": account.aaid,
                "account_channel": account.account_channel,
            },
        }

    def _socket_token(self, _call: _Call) -> dict[str, Any]:
        """Give a one-time password; there are no sockets, so none is online."""
        password = f"EXAMPLE-OTP-{next(self._one_time_passwords):06d}"
        return {"otp": password, "limit": _CONNECTION_LIMIT, "online": 0}

    def _stock_positions(self, call: _Call) -> dict[str, Any]:
        """List the account's positions, all or those of the symbols asked for."""
        symbols = read_query(call.query).all("symbol")
        account = call.key.account
        positions = [
            _position_members(position)
            for position in account.positions
            if not symbols or position.symbol in symbols
        ]
        return {"list": [{"account_channel": account.account_channel, "stock_info": positions}]}

    def _submit_order(self, call: _Call) -> dict[str, Any]:
        return self._submit(call, json_members(call.body))

    def _submit_sample(self, call: _Call) -> dict[str, Any]:
        """Answer the path that "How to access an API" signs as its sample.

        The sample's body is an order id alone, which is no order: for this one form the mock
        answers success with the same id and places nothing, so that the page's own program runs to
        its end. Any other body is a submission. What the broker answers here is unknown.
        """
        members = json_members(call.body)
        order_id = text_value(members, "order_id") if members.keys() == {"order_id"} else None
        if order_id is not None:
            return {"order_id": read_order_id(order_id)}
        return self._submit(call, members)

    def _submit(self, call: _Call, members: dict[str, Any]) -> dict[str, Any]:
        order = self._book(call).submit(read_submission(members), call.now_ms)
        return {"order_id": order.order_id}

    def _replace_order(self, call: _Call) -> dict[str, Any]:
        self._book(call).replace(read_replacement(json_members(call.body)), call.now_ms)
        return {}

    def _cancel_order(self, call: _Call) -> dict[str, Any]:
        """Cancel the order of the query's ``order_id``, where the official SDKs put it.

        "How to access an API" says that parameters of other methods than GET are in the body; its
        own pages and the SDKs disagree for DELETE, and this mock follows the SDKs.
        """
        order_id = read_order_id(read_query(call.query).one("order_id"))
        self._book(call).cancel(order_id, call.now_ms)
        return {}

    def _today_orders(self, call: _Call) -> dict[str, Any]:
        orders = self._book(call).select(read_query(call.query))
        return {"orders": [order.members() for order in orders]}

    def _book(self, call: _Call) -> OrderBook:
        return self._books[call.key.account.app_key]


def _position_members(position: Position) -> dict[str, str]:
    return {
        "symbol": position.symbol,
        "symbol_name": position.symbol_name,
        "currency": position.currency,
        "market": position.market,
        "quantity": f"{position.quantity:f}",
        "available_quantity": f"{position.available_quantity:f}",
        "cost_price": f"{position.cost_price:f}",
        "init_quantity": f"{position.init_quantity:f}",
    }
