# ruff: noqa: INP001, T201 -- a script as a user of the SDK writes it: no package, and it prints
"""Trade with the typed calls of PyPI `longbridge` 5; configured by LONGBRIDGE_* of the environment.

None of these calls opens a WebSocket connection. Refreshing comes last: it ends the access token
the program started with.
"""

from decimal import Decimal

from longbridge.openapi import (
    Config,
    Market,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForceType,
    TradeContext,
)


def main() -> None:
    """Look at the positions, place an order, find it, change it, cancel it."""
    config = Config.from_apikey_env()
    trade = TradeContext(config)

    print("all positions:", trade.stock_positions())
    print("two positions:", trade.stock_positions(["700.HK", "AAPL.US"]))

    order_id = trade.submit_order(
        "700.HK",
        OrderType.LO,
        OrderSide.Buy,
        Decimal(200),
        TimeInForceType.Day,
        submitted_price=Decimal("388.50"),
        remark="café <&> a+b",
    ).order_id
    print("submitted:", order_id)

    print("today's orders:", trade.today_orders())
    found = trade.today_orders(
        symbol="700.HK",
        status=[OrderStatus.New, OrderStatus.Filled],
        side=OrderSide.Buy,
        market=Market.HK,
    )
    print("open orders:", found)

    trade.replace_order(order_id, Decimal(100), price=Decimal(389), remark="smaller")
    print("replaced:", order_id)
    trade.cancel_order(order_id)
    print("cancelled:", order_id)

    token = config.refresh_access_token()
    print("refreshed: a token of", len(token), "characters")


if __name__ == "__main__":
    main()
