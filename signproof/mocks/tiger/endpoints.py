"""The calls that the mock answers, each a function of its parameters and the state in memory.

The names of the calls and the members of their answers are those of the official Python and Rust
SDKs (source, and the sample answers in their tests) and of the pages of single calls. What is
invented: every figure that does not follow from what the mock was given, the state of the markets,
and which permission which call needs, since the page names the permissions only.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from signers.secret import Secret
from signers.tiger import REFRESH_METHOD, AccountKind, account_kind
from signproof.mocks.tiger.developers import (
    Account,
    Developers,
    DeveloperState,
    Permission,
    Position,
)
from signproof.mocks.tiger.envelope import ErrorCode, NotAuthenticated, Refused
from signproof.mocks.tiger.gate import Admitted
from signproof.mocks.tiger.order_requests import read_order_id, read_replacement, read_submission
from signproof.mocks.tiger.orders import FIRST_ORDER_ID, OrderBook, Selection
from signproof.mocks.tiger.parameters import Parameters, invalid, read_parameters

__all__ = ["Endpoints"]

_ACCOUNT_TYPES = {
    AccountKind.GLOBAL: "GLOBAL",
    AccountKind.PRIME: "STANDARD",
    AccountKind.PAPER: "PAPER",
}

_CAPABILITY = "RegTMargin"

_MARKETS = {
    market: {
        "market": market,
        "marketStatus": "Trading",
        "status": "TRADING",
        "openTime": open_time,
    }
    for market, open_time in (
        ("US", "01-15 09:30:00 EST"),
        ("HK", "01-15 09:30:00"),
        ("CN", "01-15 09:30:00"),
    )
}

_QUOTE_PERMISSIONS: tuple[dict[str, str | int], ...] = (
    {"name": "usQuoteBasic", "expireAt": -1},
    {"name": "hkStockQuoteLv2", "expireAt": -1},
    {"name": "aStockQuoteLv1", "expireAt": -1},
)
"""The names are documented, as is -1 for what never ends."""


@dataclass(frozen=True, slots=True)
class _Call:
    """An authenticated request; the time is Unix milliseconds."""

    developer: DeveloperState
    parameters: Parameters
    now_ms: int


class Endpoints:
    """Finds the function of a call's name, and holds what they share."""

    def __init__(self, developers: Developers) -> None:
        self._developers = developers
        self._ids = itertools.count(FIRST_ORDER_ID)
        self._books: dict[str, OrderBook] = {}
        self._general: dict[str, Callable[[_Call], Any]] = {
            REFRESH_METHOD: self._refresh_token,
            "accounts": self._accounts,
            "get_quote_permission": self._quote_permissions,
            "grab_quote_permission": self._quote_permissions,
            "market_state": self._market_state,
        }
        self._of_account: dict[str, tuple[Permission, Callable[[_Call, Account], Any]]] = {
            "assets": (Permission.ASSETS, self._assets),
            "cancel_order": (Permission.TRADE, self._cancel_order),
            "modify_order": (Permission.TRADE, self._modify_order),
            "place_order": (Permission.TRADE, self._place_order),
            "positions": (Permission.VIEW, self._positions),
            "preview_order": (Permission.TRADE, self._preview_order),
            "prime_assets": (Permission.ASSETS, self._prime_assets),
            **{
                selection.value: (Permission.VIEW, self._listing(selection))
                for selection in Selection
            },
        }

    def call(self, admitted: Admitted, now_ms: int) -> Any:
        """Return the answer's ``data``; raises Refused.

        The order in which name, biz_content, secret key, account and permission are looked at is
        this method's and `_account`'s order of lines. The real gateway's is unknown.
        """
        method = admitted.verified.method
        general, of_account = self._general.get(method), self._of_account.get(method)
        if general is None and of_account is None:
            raise Refused(
                ErrorCode.METHOD_UNKNOWN, "unknown-method", "this mock does not have this method"
            )
        parameters = read_parameters(admitted.verified.fields)
        call = _Call(admitted.developer, parameters, now_ms)
        if of_account is not None:
            permission, function = of_account
            return function(call, _account(call, permission))
        assert general is not None  # noqa: S101 - one of the two is
        return general(call)

    def _refresh_token(self, call: _Call) -> dict[str, str]:
        """Give a new token; the old one, in the header Authorization, stops working at once.

        The member is as observed; that the old one ends, and what a developer without a token is
        told, is inferred.
        """
        if call.developer.token is None:
            raise Refused(
                ErrorCode.TOKEN_INVALID,
                "token-not-used",
                "this tiger_id has no token that could be refreshed: its licence needs none",
            )
        token = self._developers.issue(call.developer, call.now_ms)
        return {"token": token.secret.reveal_text()}

    def _accounts(self, call: _Call) -> dict[str, Any]:
        """List the accounts of the tiger_id, or the one that is named."""
        _check_secret_key(call)
        named = call.parameters.text("account")
        accounts = call.developer.accounts
        listed = accounts.values() if named is None else [_known(accounts, named)]
        return {
            "items": [
                {
                    "account": account.number,
                    "capability": _CAPABILITY,
                    "status": "Funded",
                    "accountType": _ACCOUNT_TYPES[
                        account_kind(account.number) or AccountKind.PRIME
                    ],
                }
                for account in listed
            ]
        }

    def _market_state(self, call: _Call) -> list[dict[str, str]]:
        """Tell of every market, or of the one that is named."""
        market = call.parameters.text("market")
        if market in (None, "ALL"):
            return list(_MARKETS.values())
        if market not in _MARKETS:
            raise invalid("market", f"market must be ALL or one of {', '.join(_MARKETS)}")
        return [_MARKETS[market]]

    def _quote_permissions(self, _call: _Call) -> list[dict[str, str | int]]:
        """List the quote permissions; taking them from another device has no effect here."""
        return list(_QUOTE_PERMISSIONS)

    def _assets(self, _call: _Call, account: Account) -> dict[str, Any]:
        value = _market_value(account)
        return {
            "items": [
                {
                    "account": account.number,
                    "capability": _CAPABILITY,
                    "currency": account.currency,
                    "buyingPower": account.cash,
                    "cashValue": account.cash,
                    "netLiquidation": account.cash + value,
                    "grossPositionValue": value,
                    "realizedPnL": 0,
                    "unrealizedPnL": _gain(account),
                    "segments": [],
                }
            ]
        }

    def _prime_assets(self, call: _Call, account: Account) -> dict[str, Any]:
        value = _market_value(account)
        segment = {
            "capability": _CAPABILITY,
            "category": "S",
            "currency": account.currency,
            "cashBalance": account.cash,
            "cashAvailableForTrade": account.cash,
            "grossPositionValue": value,
            "equityWithLoan": account.cash + value,
            "netLiquidation": account.cash + value,
            "unrealizedPL": _gain(account),
            "realizedPL": 0,
            "buyingPower": account.cash,
            "lockedFunds": 0,
            "currencyAssets": [
                {
                    "currency": account.currency,
                    "cashBalance": account.cash,
                    "cashAvailableForTrade": account.cash,
                    "forexRate": 1,
                }
            ],
        }
        return {
            "accountId": account.number,
            "updateTimestamp": call.now_ms,
            "segments": [segment],
        }

    def _positions(self, call: _Call, account: Account) -> dict[str, Any]:
        """List the positions that pass the filters, which are documented."""
        names = ("symbol", "market", "currency", "sec_type")
        wanted = {name: call.parameters.text(name) for name in names}
        return {
            "items": [
                _position_members(account.number, position)
                for position in account.positions
                if all(wanted[name] in (None, "ALL", getattr(position, name)) for name in names)
            ]
        }

    def _preview_order(self, call: _Call, account: Account) -> dict[str, Any]:
        """Validate the order as `place_order` does, and say that it costs nothing."""
        read_submission(call.parameters)
        equity = account.cash + _market_value(account)
        return {
            "account": account.number,
            "isPass": True,
            "commission": 0,
            "commissionCurrency": account.currency,
            "marginCurrency": account.currency,
            "initMargin": 0,
            "initMarginBefore": 0,
            "maintMargin": 0,
            "maintMarginBefore": 0,
            "equityWithLoan": equity,
            "equityWithLoanBefore": equity,
            "gst": 0,
            "message": "",
        }

    def _place_order(self, call: _Call, account: Account) -> dict[str, Any]:
        order = self._book(account).place(read_submission(call.parameters), call.now_ms)
        return {
            "id": order.id,
            "orderId": order.order_id,
            "subIds": [],
            "orders": [order.members()],
        }

    def _modify_order(self, call: _Call, account: Account) -> dict[str, int]:
        order_id = read_order_id(call.parameters)
        self._book(account).modify(order_id, read_replacement(call.parameters), call.now_ms)
        return {"id": order_id}

    def _cancel_order(self, call: _Call, account: Account) -> dict[str, int]:
        order_id = read_order_id(call.parameters)
        self._book(account).cancel(order_id, call.now_ms)
        return {"id": order_id}

    def _listing(self, selection: Selection) -> Callable[[_Call, Account], dict[str, Any]]:
        """Return the call that lists *selection*, or the one order whose ``id`` is given.

        The SDKs ask for one order with ``orders``, too, and take it without a list around it.
        """

        def listed(call: _Call, account: Account) -> dict[str, Any]:
            book = self._book(account)
            order_id = call.parameters.integer("id")
            if order_id is not None:
                return book.find(order_id).members()
            orders = book.select(selection, call.parameters)
            return {"nextPageToken": "", "items": [order.members() for order in orders]}

        return listed

    def _book(self, account: Account) -> OrderBook:
        """Return the account's orders, whichever developer asks."""
        return self._books.setdefault(account.number, OrderBook(account.number, self._ids))


def _account(call: _Call, permission: Permission) -> Account:
    """Return the account that the call is about; raises Refused.

    The page says that roles limit what may be done with each account, and the code 4000 is that of
    missing permissions; that it is the one for roles is inferred.
    """
    _check_secret_key(call)
    named = call.parameters.text("account")
    account = (
        call.developer.default_account if named is None else _known(call.developer.accounts, named)
    )
    if permission not in account.permissions:
        raise Refused(
            ErrorCode.PERMISSION_DENIED,
            "permission-denied",
            f"this tiger_id's role has no permission to {permission} with this account",
        )
    return account


def _known(accounts: dict[str, Account], number: str) -> Account:
    account = accounts.get(number)
    if account is None:
        raise Refused(
            ErrorCode.ACCOUNT_INVALID,
            "unknown-account",
            "the account is none of this tiger_id's: check it against the developer page",
        )
    return account


def _check_secret_key(call: _Call) -> None:
    """Compare an institution's key; where none is needed, one that is sent is ignored (unknown).

    Documented is the code 4 for a missing key and 1010 for a wrong one.
    """
    wanted = call.developer.developer.secret_key
    if wanted is None:
        return
    given = call.parameters.text("secret_key")
    if given is None:
        raise NotAuthenticated(
            ErrorCode.ACCESS_FORBIDDEN,
            "secret-key-missing",
            "biz_content has no secret_key, which an institution's calls about accounts need",
        )
    if Secret(given) != wanted:
        raise NotAuthenticated(
            ErrorCode.ACCOUNT_INVALID,
            "secret-key-wrong",
            "the secret_key is not the one of this tiger_id: copy it from the Institutional Hub",
        )


def _market_value(account: Account) -> Decimal:
    return sum(
        (position.latest_price * position.quantity for position in account.positions), Decimal(0)
    )


def _gain(account: Account) -> Decimal:
    return sum(
        (
            (position.latest_price - position.average_cost) * position.quantity
            for position in account.positions
        ),
        Decimal(0),
    )


def _position_members(account: str, position: Position) -> dict[str, Any]:
    gain = (position.latest_price - position.average_cost) * position.quantity
    return {
        "symbol": position.symbol,
        "market": position.market,
        "secType": position.sec_type,
        "account": account,
        "position": position.quantity,
        "positionScale": 0,
        "positionQty": position.quantity,
        "salableQty": position.quantity,
        "averageCost": position.average_cost,
        "unrealizedPnl": gain,
        "realizedPnl": 0,
        "marketValue": position.latest_price * position.quantity,
        "currency": position.currency,
        "multiplier": 1,
        "identifier": position.symbol,
        "latestPrice": position.latest_price,
    }
