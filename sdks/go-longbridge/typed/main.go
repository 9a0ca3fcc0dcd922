// Trades with the typed calls of github.com/longbridge/openapi-go; configured by LONGBRIDGE_* of
// the environment.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/longbridge/openapi-go"
	"github.com/longbridge/openapi-go/config"
	"github.com/longbridge/openapi-go/trade"
	"github.com/shopspring/decimal"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// Looks at the positions, places an order, finds it, changes it, cancels it. The SDK has no call
// that refreshes the access token.
func run(ctx context.Context) error {
	conf, err := config.New()
	if err != nil {
		return err
	}
	// Opens and authenticates a WebSocket connection to LONGBRIDGE_TRADE_URL.
	account, err := trade.NewFromCfg(conf)
	if err != nil {
		return err
	}
	defer account.Close()

	all, err := account.StockPositions(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Println("all positions:", len(all), "accounts")
	two, err := account.StockPositions(ctx, []string{"700.HK", "AAPL.US"})
	if err != nil {
		return err
	}
	fmt.Println("two positions:", len(two), "accounts")

	orderID, err := account.SubmitOrder(ctx, &trade.SubmitOrder{
		Symbol:            "700.HK",
		OrderType:         trade.OrderTypeLO,
		Side:              trade.OrderSideBuy,
		SubmittedQuantity: 200,
		SubmittedPrice:    decimal.RequireFromString("388.50"),
		TimeInForce:       trade.TimeTypeDay,
		Remark:            "café <&> a+b",
	})
	if err != nil {
		return err
	}
	fmt.Println("submitted:", orderID)

	today, err := account.TodayOrders(ctx, &trade.GetTodayOrders{})
	if err != nil {
		return err
	}
	fmt.Println("today's orders:", len(today))
	open, err := account.TodayOrders(ctx, &trade.GetTodayOrders{
		Symbol: "700.HK",
		Status: []trade.OrderStatus{trade.OrderNewStatus, trade.OrderFilledStatus},
		Side:   trade.OrderSideBuy,
		Market: openapi.MarketHK,
	})
	if err != nil {
		return err
	}
	fmt.Println("open orders:", len(open))

	err = account.ReplaceOrder(ctx, &trade.ReplaceOrder{
		OrderId:  orderID,
		Quantity: 100,
		Price:    decimal.NewFromInt(389),
		Remark:   "smaller",
	})
	if err != nil {
		return err
	}
	fmt.Println("replaced:", orderID)
	if err = account.CancelOrder(ctx, orderID); err != nil {
		return err
	}
	fmt.Println("cancelled:", orderID)
	return nil
}
