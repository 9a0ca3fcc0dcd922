"""Read and validate what a client wants with an order.

Sources: Longbridge OpenAPI documentation, "Submit Order" and "Replace Order"; the order types that
these pages do not name are those of the official Rust SDK's enumeration. Members beyond the ones
read here (trigger prices, trailing amounts, expiry dates, trading outside regular hours) are
documented, too; this mock accepts and ignores them.
"""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from signproof.mocks.longbridge.envelope import Refused
from signproof.mocks.longbridge.parameters import decimal_value, invalid, text_value

__all__ = [
    "ORDER_ID",
    "PRICED",
    "OrderType",
    "Replacement",
    "Side",
    "Submission",
    "TimeInForce",
    "read_order_id",
    "read_replacement",
    "read_submission",
]

ORDER_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
"""Documented samples have 18 digits; that an id is digits only is inferred from them."""

_SYMBOL = re.compile(r"[0-9A-Za-z][0-9A-Za-z.&_-]{0,30}\.[A-Z]{2}", re.ASCII)
_LONGEST_REMARK = 64


class Side(enum.StrEnum):
    """What to do (documented)."""

    BUY = "Buy"
    SELL = "Sell"


class TimeInForce(enum.StrEnum):
    """How long the order holds (documented)."""

    DAY = "Day"
    """For the day."""
    GTC = "GTC"
    """Until it is cancelled."""
    GTD = "GTD"
    """Until a date."""


class OrderType(enum.StrEnum):
    """The kind of order."""

    LO = "LO"
    """Limit."""
    ELO = "ELO"
    """Enhanced limit."""
    MO = "MO"
    """Market."""
    AO = "AO"
    """At auction."""
    ALO = "ALO"
    """At auction, with a limit."""
    ODD = "ODD"
    """Odd lots."""
    LIT = "LIT"
    """Limit if touched."""
    MIT = "MIT"
    """Market if touched."""
    TSLPAMT = "TSLPAMT"
    """Trailing limit if touched, by an amount."""
    TSLPPCT = "TSLPPCT"
    """Trailing limit if touched, by a percentage."""
    TSMAMT = "TSMAMT"
    """Trailing market if touched, by an amount."""
    TSMPCT = "TSMPCT"
    """Trailing market if touched, by a percentage."""
    SLO = "SLO"
    """Special limit."""


PRICED = frozenset(
    (OrderType.LO, OrderType.ELO, OrderType.ALO, OrderType.ODD, OrderType.LIT),
)
"""The order types that need a price (documented)."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A new order as asked for."""

    symbol: str
    order_type: OrderType
    side: Side
    quantity: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    remark: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A change of quantity and price; None leaves a value as it is."""

    order_id: str
    quantity: Decimal
    price: Decimal | None
    remark: str | None


def read_submission(members: dict[str, Any]) -> Submission:
    """Validate a submission; raises Refused for the first parameter that is wrong."""
    symbol = _required(members, "symbol")
    if not _SYMBOL.fullmatch(symbol):
        raise invalid("wrong-value", "symbol must be ticker.region, such as 700.HK")
    order_type = OrderType(_choice(members, "order_type", OrderType))
    side = Side(_choice(members, "side", Side))
    quantity = _required_decimal(members, "submitted_quantity")
    price = (
        _required_decimal(members, "submitted_price")
        if order_type in PRICED
        else decimal_value(members, "submitted_price")
    )
    time_in_force = TimeInForce(_choice(members, "time_in_force", TimeInForce))
    remark = _remark(members) or ""
    return Submission(symbol, order_type, side, quantity, price, time_in_force, remark)


def read_replacement(members: dict[str, Any]) -> Replacement:
    """Validate a replacement; raises Refused for the first parameter that is wrong."""
    return Replacement(
        read_order_id(_required(members, "order_id")),
        _required_decimal(members, "quantity"),
        decimal_value(members, "price"),
        _remark(members),
    )


def read_order_id(text: str) -> str:
    """Return *text*; raises Refused where it cannot be an order id."""
    if not ORDER_ID.fullmatch(text):
        raise invalid("wrong-value", "order_id must be digits")
    return text


def _required(members: dict[str, Any], name: str) -> str:
    text = text_value(members, name)
    if text is None:
        raise _missing(name)
    return text


def _required_decimal(members: dict[str, Any], name: str) -> Decimal:
    number = decimal_value(members, name)
    if number is None:
        raise _missing(name)
    return number


def _missing(name: str) -> Refused:
    return invalid("missing-parameter", f"the body has no {name}: add it and sign it")


def _choice(members: dict[str, Any], name: str, choices: Iterable[str]) -> str:
    text = _required(members, name)
    allowed = tuple(choices)
    if text not in allowed:
        raise invalid("wrong-value", f"{name} must be one of {', '.join(allowed)}, spelled so")
    return text


def _remark(members: dict[str, Any]) -> str | None:
    remark = text_value(members, "remark")
    if remark is not None and len(remark) > _LONGEST_REMARK:
        raise invalid("wrong-value", f"remark must have at most {_LONGEST_REMARK} characters")
    return remark
