"""Read and validate what a client wants with an order.

Sources: the pages "Place Order" and "Modify & Cancel Order" (docs.itigerup.com) and the requests
that the official SDKs build. Members beyond the ones read here (option contracts, attached orders,
algorithms, amounts of money, expiry times) are documented, too; this mock accepts and ignores them.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal

from signproof.mocks.tiger.parameters import Parameters, invalid, missing

__all__ = [
    "Action",
    "OrderType",
    "Replacement",
    "SecType",
    "Submission",
    "TimeInForce",
    "read_order_id",
    "read_replacement",
    "read_submission",
]

_LARGEST_SCALE = 10


class Action(enum.StrEnum):
    """What to do (documented)."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(enum.StrEnum):
    """The kind of order (documented; there are more, which this mock does not take)."""

    MKT = "MKT"
    """Market."""
    LMT = "LMT"
    """Limit."""
    STP = "STP"
    """Stop."""
    STP_LMT = "STP_LMT"
    """Stop with a limit."""
    TRAIL = "TRAIL"
    """Trailing stop."""


class TimeInForce(enum.StrEnum):
    """How long the order holds (documented)."""

    DAY = "DAY"
    """For the day."""
    GTC = "GTC"
    """Until it is cancelled."""
    GTD = "GTD"
    """Until a date."""


class SecType(enum.StrEnum):
    """What is traded (documented)."""

    STK = "STK"
    """Stock."""
    OPT = "OPT"
    """Option."""
    WAR = "WAR"
    """Warrant."""
    IOPT = "IOPT"
    """Callable bull or bear contract."""
    FUT = "FUT"
    """Future."""
    FUND = "FUND"
    """Fund."""


_LIMITED = frozenset((OrderType.LMT, OrderType.STP_LMT))
_STOPPED = frozenset((OrderType.STP, OrderType.STP_LMT))


@dataclass(frozen=True, slots=True)
class Submission:
    """A new order as asked for."""

    symbol: str
    sec_type: SecType
    currency: str | None
    market: str | None
    action: Action
    order_type: OrderType
    total_quantity: int
    total_quantity_scale: int
    """The quantity is ``total_quantity`` times ten to the minus this (documented)."""
    limit_price: Decimal | None
    aux_price: Decimal | None
    """Where a stop order is set off, or by how much a trailing one trails."""
    trailing_percent: Decimal | None
    time_in_force: TimeInForce
    outside_rth: bool
    user_mark: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A change of an order; None leaves a value as it is (documented)."""

    total_quantity: int | None
    total_quantity_scale: int | None
    limit_price: Decimal | None
    aux_price: Decimal | None
    trailing_percent: Decimal | None
    time_in_force: TimeInForce | None
    outside_rth: bool | None
    order_type: OrderType | None
    """It cannot be changed (documented); SDKs send the whole order."""


def read_submission(parameters: Parameters) -> Submission:
    """Validate a submission; raises Refused for the first parameter that is wrong.

    Which prices an order type needs is documented; that an order without ``sec_type``,
    ``time_in_force`` or ``outside_rth`` is for a stock, the day and regular hours is inferred.
    """
    quantity = parameters.quantity("total_quantity")
    submission = Submission(
        symbol=parameters.required_text("symbol"),
        sec_type=parameters.choice("sec_type", SecType) or SecType.STK,
        currency=parameters.text("currency"),
        market=parameters.text("market"),
        action=parameters.required_choice("action", Action),
        order_type=parameters.required_choice("order_type", OrderType),
        total_quantity=0 if quantity is None else quantity,
        total_quantity_scale=_scale(parameters) or 0,
        limit_price=parameters.price("limit_price"),
        aux_price=parameters.price("aux_price"),
        trailing_percent=parameters.price("trailing_percent"),
        time_in_force=parameters.choice("time_in_force", TimeInForce) or TimeInForce.DAY,
        outside_rth=parameters.flag("outside_rth") or False,
        user_mark=parameters.text("user_mark") or "",
    )
    for name, absent in (
        ("total_quantity", quantity is None),
        ("limit_price", submission.order_type in _LIMITED and submission.limit_price is None),
        ("aux_price", submission.order_type in _STOPPED and submission.aux_price is None),
        (
            "trailing_percent",
            submission.order_type is OrderType.TRAIL
            and submission.aux_price is None
            and submission.trailing_percent is None,
        ),
    ):
        if absent:
            raise missing(name)
    return submission


def read_replacement(parameters: Parameters) -> Replacement:
    """Validate a replacement; raises Refused for the first parameter that is wrong."""
    return Replacement(
        total_quantity=parameters.quantity("total_quantity"),
        total_quantity_scale=_scale(parameters),
        limit_price=parameters.price("limit_price"),
        aux_price=parameters.price("aux_price"),
        trailing_percent=parameters.price("trailing_percent"),
        time_in_force=parameters.choice("time_in_force", TimeInForce),
        outside_rth=parameters.flag("outside_rth"),
        order_type=parameters.choice("order_type", OrderType),
    )


def read_order_id(parameters: Parameters) -> int:
    """Return the ``id`` that placing the order gave; raises Refused."""
    value = parameters.integer("id")
    if value is None:
        raise missing("id")
    return value


def _scale(parameters: Parameters) -> int | None:
    scale = parameters.integer("total_quantity_scale")
    if scale is not None and not 0 <= scale <= _LARGEST_SCALE:
        raise invalid("total_quantity_scale", f"total_quantity_scale must be 0 to {_LARGEST_SCALE}")
    return scale
