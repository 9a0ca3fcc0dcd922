"""How vectors are sent through official SDKs, and how programs are pointed at a mock.

The environment variables are those that the official SDKs were seen to read: the newer line has the
prefix `LONGBRIDGE_`, the older one `LONGPORT_`.
"""

import re
from typing import Any

from signproof.scheme import Program, Sending
from signproof.schemes.longbridge_hmac.replay import (
    REFRESH_PATH,
    encoded_query,
    received_input,
)

__all__ = ["PROGRAM", "recorded", "sending"]

Json = dict[str, Any]

_PLAIN_PATH = re.compile("/[^%#]*")
_PREFIXES = ("LONGBRIDGE", "LONGPORT")

PROGRAM = Program(
    mock="signproof.mocks.longbridge.serving",
    credential={
        "app_key": "0123456789abcdef0123456789abcdef",
        # Hex digits, as the broker gives out: who decodes them must get on and be found out.
        "app_secret": "00112233445566778899aabbccddeeff" * 2,
        "access_token": "m_ExampleToken.made-up.for-signproof",
    },
    address=tuple(f"{prefix}_HTTP_URL" for prefix in _PREFIXES),
    fixed={
        f"{prefix}_{name}": value
        for prefix in _PREFIXES
        for name, value in (
            # Without a region SDKs look for one on the network; with `cn` the Go SDK goes to the
            # broker in spite of the address.
            ("REGION", "hk"),
            # Rust-based SDKs read the first two of these, Go SDKs the others.
            ("QUOTE_WS_URL", "{socket_url}/v2"),
            ("TRADE_WS_URL", "{socket_url}/v2"),
            ("QUOTE_URL", "{socket_url}/v2"),
            ("TRADE_URL", "{socket_url}/v2"),
        )
    },
)


def sending(operation: str, input_: Json) -> Sending | str | None:
    """Return how an input of `sign`, `request` or `refresh-request` is sent, or why it cannot."""
    if operation == "sign":
        call = {name: input_[name] for name in ("method", "path", "query", "body_b64")}
        wanted = received_input(call | {"headers": []})
        return _sent(call | {"params": None}, wanted)
    if input_.get("refresh_response_b64"):
        return "a client's generic call takes no token of a refresh"
    if operation == "request":
        call = {name: input_[name] for name in ("method", "path", "params", "body_b64")}
    elif operation == "refresh-request":
        params = [["expired_at", input_["expired_at"]]]
        call = {"method": "GET", "path": REFRESH_PATH, "params": params, "body_b64": ""}
    else:
        return None
    query = encoded_query(tuple((name.encode(), value.encode()) for name, value in call["params"]))
    call["query"] = None if query is None else query.decode()
    return _sent(call, input_)


def _sent(call: Json, wanted: Json) -> Sending:
    """Send *call* and ask for *wanted* with the timestamp that the SDK chose."""
    return Sending(
        call,
        lambda received: wanted | {"timestamp": received_input(received)["timestamp"]},
        lambda received: [
            name.removesuffix("_b64")
            for name in ("method", "path", "query", "body_b64")
            if call[name] != received[name]
        ],
    )


def recorded(request: Json) -> list[tuple[str, Json, Json]]:
    """Return what a request shows: that it is to be accepted, and its signature.

    The signature is one over the octets as sent only where no SDK could have decoded the path, and
    one to ask for only where a signer need not refuse the method or the target.
    """
    shown: list[tuple[str, Json, Json]] = [("verify", {"request": request}, {"valid": True})]
    headers = {name.lower(): value for name, value in request["headers"]}
    plain = request["method"].isalpha() and _PLAIN_PATH.fullmatch(request["path"])
    if plain and "#" not in (request["query"] or ""):
        call = {name: request[name] for name in ("method", "path", "query", "body_b64")}
        sign_input = call | {"timestamp": headers["x-timestamp"]}
        shown.append(("sign", sign_input, {"x_api_signature": headers["x-api-signature"]}))
    return shown
