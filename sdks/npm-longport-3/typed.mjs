// Trades with the typed calls of npm longport 3; configured by LONGPORT_* of the environment.
//
// Making the TradeContext opens and authenticates a WebSocket connection to LONGPORT_TRADE_WS_URL.
// Refreshing comes last: it ends the access token the program started with.

import {
  Config,
  Decimal,
  Market,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForceType,
  TradeContext,
} from 'longport';

const config = Config.fromEnv();
const trade = await TradeContext.new(config);

const all = await trade.stockPositions();
console.log('all positions:', all.channels.length, 'accounts');
const two = await trade.stockPositions(['700.HK', 'AAPL.US']);
console.log('two positions:', two.channels.length, 'accounts');

const { orderId } = await trade.submitOrder({
  symbol: '700.HK',
  orderType: OrderType.LO,
  side: OrderSide.Buy,
  submittedQuantity: new Decimal(200),
  timeInForce: TimeInForceType.Day,
  submittedPrice: new Decimal('388.50'),
  remark: 'café <&> a+b',
});
console.log('submitted:', orderId);

const today = await trade.todayOrders();
console.log("today's orders:", today.length);
const open = await trade.todayOrders({
  symbol: '700.HK',
  status: [OrderStatus.New, OrderStatus.Filled],
  side: OrderSide.Buy,
  market: Market.HK,
});
console.log('open orders:', open.length);

await trade.replaceOrder({
  orderId,
  quantity: new Decimal(100),
  price: new Decimal(389),
  remark: 'smaller',
});
console.log('replaced:', orderId);
await trade.cancelOrder(orderId);
console.log('cancelled:', orderId);

const token = await config.refreshAccessToken();
console.log('refreshed: a token of', token.length, 'characters');
