"""How vectors are sent through official SDKs, and how programs are pointed at a mock."""

import json
from pathlib import Path
from typing import Any

from signproof.codec import CodecError, decode_octets
from signproof.scheme import Program, Sending
from signproof.schemes.tiger_rsa.received import received_fields, received_input

__all__ = ["PROGRAM", "recorded", "sending", "sent_secrets"]

Json = dict[str, Any]

PROGRAM = Program(
    mock="signproof.mocks.tiger.serving",
    # Without the gateway's public key: a client that was not told it is answered unsigned.
    credential={
        "tiger_id": "20990001",
        "private_key": (Path(__file__).parent / "keys" / "EXAMPLE-client-pkcs1.txt").read_text(),
        "account": "2150001",
    },
    address=(),
    fixed={
        # What the Python SDK reads where a program does not set it (source: version 3.8.0).
        "TIGEROPEN_LICENSE": "TBSG",
        "TIGEROPEN_SERVER_URL": "{base_url}/gateway",
    },
    withheld=("TIGEROPEN_SECRET_KEY", "TIGEROPEN_PROPS_PATH"),
)
"""Only the Python SDK from 3.7 on reads variables; other programs are told in their own way."""


def sending(operation: str, input_: Json) -> Sending | str | None:
    """Return how an input of `request` is sent, or why it cannot."""
    if operation != "request":
        return None
    if input_.get("more"):
        return "a client's generic call takes no further top-level fields"
    if input_.get("charset", "UTF-8") != "UTF-8":
        return "a client's generic call sends UTF-8"
    call = {"api_method": input_["api_method"], "biz_content": input_["biz_content"]}
    return Sending(
        call,
        lambda received: input_ | {"timestamp": received_input(received)["timestamp"]},
        lambda received: _rewritten(call, received),
    )


def _rewritten(call: Json, received: Json) -> list[str]:
    fields, _, _ = received_fields(decode_octets(received["body_b64"]))
    return [] if dict(fields).get("biz_content") == call["biz_content"] else ["biz_content"]


def recorded(request: Json) -> list[tuple[str, Json, Json]]:
    """Return what a request shows: that it is to be accepted, and its signature."""
    fields, charset, sign = received_fields(decode_octets(request["body_b64"]))
    params = [[name, value] for name, value in fields]
    return [
        ("verify", {"request": request}, {"valid": True}),
        ("sign", {"params": params, "charset": charset}, {"sign": sign}),
    ]


_SHORTEST_SECRET = 4
"""What is shorter is no secret, and masking it would spoil whatever has the same letters."""


def sent_secrets(body: bytes) -> list[bytes]:
    """Return the tokens among a body's fields, and an institution's secret key in biz_content."""
    try:
        fields, _, _ = received_fields(body)
    except CodecError:
        return []
    named = dict(fields)
    found: list[object] = [named.get("access_token"), named.get("trade_token")]
    try:
        content = json.loads(named.get("biz_content") or "null")
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        found.append(content.get("secret_key"))
    return [
        text.encode("utf-8", "replace")
        for text in found
        if isinstance(text, str) and len(text) >= _SHORTEST_SECRET
    ]
