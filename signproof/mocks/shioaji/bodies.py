"""Read a raw query and the JSON bodies that the calls take.

The bodies are those of the broker's samples (its pages HTTP_API, STREAMING and ORDERS). Members
beyond the ones here are documented, too; this mock accepts and ignores them, and any Content-Type.
What the server makes of values of another form is unknown: here each is refused with 400, which is
documented for wrong parameters.
"""

import enum
import re
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

import msgspec

from signers.shioaji import AccountType
from signproof.mocks.shioaji.envelope import Problem, Refused

__all__ = [
    "AccountChoice",
    "AccountNumber",
    "Action",
    "Contract",
    "FuturesOrder",
    "PlaceOrder",
    "PriceUpdate",
    "QuantityUpdate",
    "QuoteType",
    "SecurityType",
    "StockOrder",
    "Subscription",
    "TradeChoice",
    "read_body",
    "read_person_id",
]

_MOST_PARAMETERS = 100
_PLACE = re.compile(r" - at `\$\.([a-z_.]+)`\Z")
_ABSENT = re.compile(r"\AObject missing required field `([a-z_]+)`")

# Whatever else a client may put there is not repeated to it.
_Code = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9]{1,20}\Z")]
_Price = Annotated[float, msgspec.Meta(ge=0, lt=1e9)]
_Quantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class SecurityType(enum.StrEnum):
    """What is traded or watched (documented; warrants, which are contracts too, are not taken)."""

    STOCK = "STK"
    """Stock."""
    INDEX = "IND"
    """Index."""
    FUTURE = "FUT"
    """Future."""
    OPTION = "OPT"
    """Option."""


class Action(enum.StrEnum):
    """What to do (documented)."""

    BUY = "Buy"
    SELL = "Sell"


class PriceType(enum.StrEnum):
    """How the price is meant (documented)."""

    LMT = "LMT"
    """Limit."""
    MKT = "MKT"
    """Market."""
    MKP = "MKP"
    """Market within a range."""


class OrderType(enum.StrEnum):
    """How long the order holds (documented)."""

    ROD = "ROD"
    """For the rest of the day."""
    IOC = "IOC"
    """At once or not, also in part."""
    FOK = "FOK"
    """At once and whole, or not."""


class OrderLot(enum.StrEnum):
    """In which lots stocks are traded (documented)."""

    COMMON = "Common"
    BLOCK_TRADE = "BlockTrade"
    FIXING = "Fixing"
    ODD = "Odd"
    INTRADAY_ODD = "IntradayOdd"


class OrderCond(enum.StrEnum):
    """On whose money stocks are traded (documented)."""

    CASH = "Cash"
    NETTING = "Netting"
    MARGIN_TRADING = "MarginTrading"
    SHORT_SELLING = "ShortSelling"
    EMERGING = "Emerging"


class OpenClose(enum.StrEnum):
    """Whether a position is opened or closed (documented)."""

    AUTO = "Auto"
    NEW = "New"
    NEW_POSITION = "NewPosition"
    COVER = "Cover"
    DAY_TRADE = "DayTrade"


class QuoteType(enum.StrEnum):
    """What is watched (documented)."""

    TICK = "Tick"
    BID_ASK = "BidAsk"
    QUOTE = "Quote"


class Contract(msgspec.Struct, frozen=True):
    """What is to be traded."""

    security_type: SecurityType
    code: _Code
    exchange: _Code | None = None
    target_code: _Code | None = None
    """The contract that stands behind ``TXFR1`` and the like (documented)."""


class AccountNumber(msgspec.Struct, frozen=True):
    """Which account an order is for; the server knows the rest (documented)."""

    broker_id: str
    account_id: str


class StockOrder(msgspec.Struct, frozen=True):
    """An order for stocks. That lot and condition may be absent is documented by a sample."""

    action: Action
    price: _Price
    quantity: _Quantity
    price_type: PriceType
    order_type: OrderType
    order_lot: OrderLot = OrderLot.COMMON
    order_cond: OrderCond = OrderCond.CASH
    account: AccountNumber | None = None


class FuturesOrder(msgspec.Struct, frozen=True):
    """An order for futures or options."""

    action: Action
    price: _Price
    quantity: _Quantity
    price_type: PriceType
    order_type: OrderType
    octype: OpenClose = OpenClose.AUTO
    account: AccountNumber | None = None


class PlaceOrder(msgspec.Struct, frozen=True):
    """A new order; which of the two it must have follows from the contract (documented)."""

    contract: Contract
    stock_order: StockOrder | None = None
    futures_order: FuturesOrder | None = None

    def terms(self) -> tuple[AccountType, StockOrder | FuturesOrder]:
        """Return the order that goes with the contract; raises Refused."""
        order: StockOrder | FuturesOrder | None
        match self.contract.security_type:
            case SecurityType.STOCK:
                kind, name, order = AccountType.STOCK, "stock_order", self.stock_order
            case SecurityType.FUTURE | SecurityType.OPTION:
                kind, name, order = AccountType.FUTURES, "futures_order", self.futures_order
            case _:
                raise _invalid("an index cannot be traded")
        if order is None:
            raise _invalid(f"{name} is missing, which such a contract needs")
        return kind, order


class TradeChoice(msgspec.Struct, frozen=True):
    """A trade by ``order.id`` of an earlier answer (documented)."""

    trade_id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,40}\Z")]


class PriceUpdate(TradeChoice, frozen=True):
    """A new price for an order."""

    price: _Price


class QuantityUpdate(TradeChoice, frozen=True):
    """What is to be taken away from an order."""

    quantity: _Quantity


class AccountChoice(msgspec.Struct, frozen=True):
    """Which account a call is about; all members may be absent (documented)."""

    account_type: AccountType | None = None
    broker_id: str | None = None
    account_id: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """What quotes are wanted."""

    security_type: SecurityType
    code: _Code
    quote_type: QuoteType
    exchange: _Code | None = None
    target_code: _Code | None = None
    intraday_odd: bool = False


_Body = TypeVar("_Body", bound=msgspec.Struct)


def read_body(body: bytes, form: type[_Body]) -> _Body:
    """Return the members of a JSON body; raises Refused."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        # Its message may quote the body, where a client may have put anything.
        raise _invalid(f"{_where(str(error))} is missing or not what it takes") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        # What cannot be decoded is a ValueError in later versions of the library only.
        raise Refused.by_problem(
            Problem.BODY_UNREADABLE,
            "malformed-body",
            "the body is not JSON in UTF-8: send one JSON object",
        ) from None


def read_person_id(query: bytes | None) -> str:
    """Return the only ``person_id`` of a raw query, read as form data; raises Refused."""
    try:
        pairs = parse_qsl(
            (query or b"").decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise Refused.by_problem(
            Problem.QUERY_UNREADABLE,
            "malformed-query",
            "the query is not ASCII, or its percent-encoding is not UTF-8",
        ) from None
    values = [value for name, value in pairs if name == "person_id"]
    if not any(values):
        raise Refused.by_problem(
            Problem.PERSON_ID_MISSING, "missing-parameter", "the query has no person_id: add it"
        )
    if len(values) > 1:
        raise Refused.by_problem(
            Problem.QUERY_UNREADABLE, "repeated-parameter", "the query has person_id more than once"
        )
    return values[0]


def _where(message: str) -> str:
    """Return the names of the member that *message* of the library is about, which are ours."""
    found = [pattern.search(message) for pattern in (_PLACE, _ABSENT)]
    return ".".join(match[1] for match in found if match) or "the body"


def _invalid(detail: str) -> Refused:
    return Refused.by_problem(Problem.VALUE_INVALID, "wrong-value", detail)
