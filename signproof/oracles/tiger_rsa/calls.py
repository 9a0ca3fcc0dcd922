"""The vectors of `request`: calls to make."""

from signproof.model import Importance
from signproof.oracles.tiger_rsa.common import SDKS, Params, recorded, topic_of
from signproof.oracles.tiger_rsa.contents import BIZ_CONTENTS
from signproof.oracles.tiger_rsa.refused_calls import add_call, refused_calls
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_ENVELOPE = recorded(SDKS.where, "one POST to /gateway; biz_content is JSON text")
_ANY_FORM = recorded(SDKS.where, "biz_content is signed as the text that is sent")
_ORDER = (
    '{"account":"12345678","action":"BUY","order_type":"LMT","symbol":"EXMPL","sec_type":"STK",'
    '"currency":"USD","total_quantity":100,"limit_price":50.12,"time_in_force":"DAY",'
    '"user_mark":"备注 é","lang":"en_US"}'
)
_MADE_UP_KEY = "00000000-0000-4000-8000-00000e8a4b1e"


def topics() -> list[Topic]:
    """Return the files of this operation."""
    return [_calls(), _forms(), _more(), refused_calls()]


def _calls() -> Topic:
    topic = topic_of("request")
    account = '{"account":"12345678","lang":"en_US"}'
    rows: tuple[tuple[str, str, str, str | None], ...] = (
        ("market-state", "Whether markets are open.", "market_state", '{"market":"US"}'),
        ("accounts", "The accounts.", "accounts", account),
        ("assets", "The assets of an account.", "assets", account),
        ("prime-assets", "The assets of a prime account.", "prime_assets",
         '{"account":"12345678","base_currency":"USD","lang":"en_US"}'),
        ("positions", "The positions of an account.", "positions",
         '{"account":"12345678","sec_type":"STK","market":"ALL","lang":"en_US"}'),
        ("orders", "The orders of an account.", "orders",
         '{"account":"12345678","limit":100,"start_date":"2026-01-01 00:00:00","lang":"en_US"}'),
        ("active-orders", "The orders that are still open.", "active_orders", account),
        ("filled-orders", "The orders that were filled.", "filled_orders",
         '{"account":"12345678","start_date":"2026-01-01","end_date":"2026-01-15"}'),
        ("place-order", "An order with text beyond ASCII.", "place_order", _ORDER),
        ("preview-order", "The same order as a preview.", "preview_order", _ORDER),
        ("modify-order", "Another price for an order.", "modify_order",
         '{"account":"12345678","id":30000000000000001,"limit_price":49.5}'),
        ("cancel-order", "An order cancelled.", "cancel_order",
         '{"account":"12345678","id":30000000000000001}'),
        ("quote-permission", "A call without parameters.", "get_quote_permission", None),
        ("grab-quote-permission", "Another, which clients make when they start.",
         "grab_quote_permission", None),
        ("quotes", "Quotes of several symbols.", "quote_real_time",
         '{"symbols":["EXA","EXB","00700"],"include_hour_trading":false,"lang":"zh_CN"}'),
        ("bars", "Bars of a symbol.", "kline",
         '{"symbols":["EXA"],"period":"day","begin_time":-1,"end_time":-1,"limit":251}'),
        ("option-chain", "Parameters that are a list of objects.", "option_chain",
         '{"option_basic":[{"symbol":"EXA","expiry":1768435200000}],"market":"US"}'),
    )  # fmt: skip
    for name, comment, api_method, biz_content in rows:
        add_call(topic, name, comment, _ENVELOPE, api_method, biz_content)
    add_call(
        topic,
        "institution",
        "An institution's secret key goes into biz_content.",
        recorded(SDKS.where, "account, secret_key and lang stand inside biz_content"),
        "assets",
        f'{{"account":"12345678","lang":"en_US","secret_key":"{_MADE_UP_KEY}"}}',
    )
    for credential, comment, account_number in (
        ("second", "Another developer with a paper account.", "20191106192858300"),
        ("global", "A global account.", "U12300123"),
        ("key-2048", "A key of 2048 bits.", "12345678"),
    ):
        add_call(
            topic,
            f"assets-{credential}",
            comment,
            _ENVELOPE,
            "assets",
            f'{{"account":"{account_number}","lang":"en_US"}}',
            credential=credential,
        )
    raw = recorded(SDKS.where, "for TBHK the header Authorization is the token, without Bearer")
    for name, api_method, biz_content in (
        ("token", "assets", account),
        ("token-no-parameters", "get_quote_permission", None),
        ("token-refresh", "user_token_refresh", None),
    ):
        add_call(
            topic,
            name,
            "With a TBHK token in Authorization.",
            raw,
            api_method,
            biz_content,
            credential="hongkong",
        )
    for name, timestamp in (
        ("timestamp-midnight", "2026-01-01 00:00:00"),
        ("timestamp-last-second", "2025-12-31 23:59:59"),
        ("timestamp-leap-day", "2028-02-29 12:00:00"),
    ):
        add_call(
            topic,
            name,
            "Another timestamp.",
            _ENVELOPE,
            "market_state",
            '{"market":"HK"}',
            timestamp=timestamp,
        )
    return topic


def _forms() -> Topic:
    topic = topic_of(
        "request-content",
        {
            "inexact-number": "A program that reads the JSON before it signs may not keep a number "
            "of so many digits."
        },
    )
    for name, (comment, text) in BIZ_CONTENTS.items():
        inexact = name == "numbers"
        add_call(
            topic,
            name,
            comment,
            _ANY_FORM,
            "market_state" if text == "{}" else "place_order",
            text,
            importance=Importance.SHOULD if inexact else Importance.MUST,
            flags=("inexact-number",) if inexact else (),
        )
    return topic


def _more() -> Topic:
    topic = topic_of(
        "request-fields",
        {
            "gbk": "Signing in GBK was observed; that the gateway still takes it is unknown.",
            "empty-values": "Whether empty and null values are signed is not documented, and "
            "official SDKs disagree: a verifier takes both.",
        },
    )
    signed_too = recorded(SDKS.where, "SDKs sign whatever top-level fields they send")
    url = "https://example.invalid/notify?account=1&state=a%2Fb=c"
    rows: tuple[tuple[str, str, Params], ...] = (
        ("notify-url", "A callback URL.", [("notify_url", url)]),
        ("device-id", "A device_id.", [("device_id", "02:00:00:00:00:01")]),
        ("version", "Another version.", [("version", "3.0")]),
        ("sdk-version", "A name with a hyphen.", [("sdk-version", "EXAMPLE-1.0")]),
        (
            "several",
            "Several fields.",
            [("language", "en_US"), ("account_type", "STANDARD"), ("access_token", "EXAMPLE")],
        ),
        ("unknown", "A field that nobody knows.", [("example_field", "a&b=c é")]),
        ("same-value", "A field with the value it has anyway.", [("charset", "UTF-8")]),
    )
    for name, comment, more in rows:
        add_call(topic, name, comment, signed_too, "market_state", '{"market":"US"}', more=more)
    for name, value in (("device-id-null", None), ("device-id-empty", "")):
        add_call(
            topic,
            name,
            "A device_id that is not known.",
            signed_too,
            "market_state",
            '{"market":"US"}',
            more=[("device_id", value)],
            flags=("empty-values",),
        )
    gbk = recorded(SDKS.where, "the sign content is encoded with the charset, GBK observed too")
    for name, text in (("gbk", '{"remark":"香港"}'), ("gbk-ascii", '{"market":"HK"}')):
        add_call(
            topic,
            name,
            "In the charset GBK.",
            gbk,
            "place_order",
            text,
            charset="GBK",
            importance=Importance.SHOULD,
            flags=("gbk",),
        )
    return topic
