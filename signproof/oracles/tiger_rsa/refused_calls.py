"""The vectors of `request` with what no request must be made of."""

from signproof.model import Expected, Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import (
    CODES,
    NOW,
    SDKS,
    Params,
    derived,
    recorded,
    refused,
    topic_of,
)
from signproof.oracles.writing import Topic

__all__ = ["add_call", "refused_calls"]


def add_call(
    topic: Topic,
    name: str,
    comment: str,
    source: Source,
    api_method: str,
    biz_content: str | None,
    *,
    timestamp: str = NOW,
    charset: str = "UTF-8",
    more: Params = (),
    credential: str = "main",
    importance: Importance = Importance.MUST,
    flags: tuple[str, ...] = (),
    reason: str = "",
    baseline: str = "",
) -> None:
    """Add a vector of `request`; one with a *reason* must be refused."""
    members = {"baseline": baseline} if baseline else {}
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation="request",
            credential=credential,
            input={
                "api_method": api_method,
                "biz_content": biz_content,
                "timestamp": timestamp,
                "charset": charset,
                **({"more": [list(pair) for pair in more]} if more else {}),
            },
            expected=refused(reason) if reason else Expected(check="signed-request"),
            importance=importance,
            flags=list(flags),
            source=source,
            **members,  # type: ignore[arg-type]  # the one optional member
        )
    )


def refused_calls() -> Topic:
    """Return the file about refusals."""
    topic = topic_of(
        "refuse-request",
        {"guard": "No document asks for it; sending it would give a request that must fail."},
    )
    base = "tiger-rsa/request/market-state"

    def refuse(
        name: str,
        reason: str,
        comment: str,
        source: Source,
        *,
        api_method: str = "market_state",
        biz_content: str | None = '{"market":"US"}',
        timestamp: str = NOW,
        charset: str = "UTF-8",
        more: Params = (),
        credential: str = "main",
        baseline: str = base,
    ) -> None:
        add_call(
            topic,
            name,
            comment,
            source,
            api_method,
            biz_content,
            timestamp=timestamp,
            charset=charset,
            more=more,
            credential=credential,
            importance=Importance.SHOULD,
            flags=("guard",),
            reason=reason,
            baseline=baseline,
        )

    form = derived("the gateway names `yyyy-MM-dd HH:mm:ss` as the only form", CODES.where)
    for name, timestamp, comment in (
        ("timestamp-empty", "", "An empty timestamp."),
        ("timestamp-seconds", "1768440600", "Unix seconds."),
        ("timestamp-milliseconds", "1768440600000", "Unix milliseconds."),
        ("timestamp-iso", "2026-01-15T09:30:00", "A `T` in the middle."),
        ("timestamp-zone", "2026-01-15 09:30:00Z", "A zone at the end."),
        ("timestamp-fraction", "2026-01-15 09:30:00.000", "A fraction at the end."),
        ("timestamp-slashes", "2026/01/15 09:30:00", "Slashes."),
        ("timestamp-day-first", "15-01-2026 09:30:00", "The day first."),
        ("timestamp-no-seconds", "2026-01-15 09:30", "No seconds."),
        ("timestamp-short", "2026-1-15 9:30:00", "Parts without their zeros."),
        ("timestamp-month-13", "2026-13-15 09:30:00", "A month 13."),
        ("timestamp-hour-24", "2026-01-15 24:00:00", "An hour 24."),
        ("timestamp-space", "2026-01-15 09:30:00 ", "A space at the end."),
        ("timestamp-newline", "2026-01-15 09:30:00\n", "A newline at the end."),
        ("timestamp-wide-digits", "\uff12026-01-15 09:30:00", "A full-width digit."),
    ):
        refuse(name, "malformed-timestamp", comment, form, timestamp=timestamp)
    names = derived("the gateway names the empty field as an error", CODES.where)
    refuse("no-method", "missing-field", "No API name.", names, api_method="")
    refuse("no-version", "missing-field", "An empty version.", names, more=[("version", "")])
    refuse("null-version", "missing-field", "A version of null.", names, more=[("version", None)])
    twice = derived("a request has each field once")
    for field, value in (
        ("method", "assets"),
        ("biz_content", "{}"),
        ("timestamp", "2026-01-15 09:30:01"),
        ("tiger_id", "20990002"),
        ("charset", "GBK"),
        ("sign_type", "RSA2"),
    ):
        name = f"conflicting-{field.replace('_', '-')}"
        comment = f"Another {field} among the further fields."
        refuse(name, "conflicting-field", comment, twice, more=[(field, value)])
    octets = derived("the charset cannot write it, so that another text would be signed")
    for name, text in (("gbk-euro", '{"remark":"€"}'), ("gbk-emoji", '{"remark":"\U0001f600"}')):
        refuse(
            name,
            "unencodable-text",
            "A character that GBK does not have.",
            octets,
            api_method="place_order",
            biz_content=text,
            charset="GBK",
            baseline="tiger-rsa/request-fields/gbk",
        )
    token = recorded(SDKS.where, "the header Authorization is the token, without Bearer")
    refuse(
        "token-bearer",
        "token-with-scheme",
        "A token with `Bearer ` in front.",
        token,
        credential="token-bearer",
        baseline="tiger-rsa/request/token",
    )
    refuse(
        "token-malformed",
        "malformed-token",
        "What is no token.",
        recorded(SDKS.where, "a token is base64 that begins with two instants"),
        credential="token-malformed",
        baseline="tiger-rsa/request/token",
    )
    return topic
