"""Loads keys, signs and sends with the package tigeropen."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import json
import logging
import os
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tigeropen.common.request import OpenApiRequest
from tigeropen.common.util.signature_utils import get_sign_content, read_private_key, sign_with_rsa
from tigeropen.tiger_open_client import TigerOpenClient
from tigeropen.tiger_open_config import TigerOpenClientConfig

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from laps import Laps
from protocol import Rejected, Skipped, serve

_VERSION = version("tigeropen")
_CLIPPED = 200
_MEMBERS = dict[str, Any]


class _Content:
    """Business parameters as the SDK's own models give them to a request."""

    def __init__(self, members: _MEMBERS) -> None:
        self._members = members

    def to_openapi_dict(self) -> _MEMBERS:
        return self._members


def load_key(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Give a key to the configuration and sign with it."""
    if input_.get("passphrase"):
        raise Skipped("the SDK takes no passphrase")
    octets = base64.b64decode(input_["key_b64"])
    config = _config()
    try:
        config.private_key = _as_value(octets)
        return {"sign": sign_with_rsa(config.private_key, input_["content"], config.charset)}
    except BaseException as error:  # noqa: BLE001 - tigeropen 3.0 ends the process for bad base64
        raise Rejected(_masked(f"{type(error).__name__}: {error}")) from None


def _as_value(octets: bytes) -> str:
    """Return a key as the configuration takes it; PEM and DER are read from a file by the SDK."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = ""
    if text and not ("-----BEGIN" in text and "\n" in text):
        return text
    with tempfile.NamedTemporaryFile() as file:
        file.write(octets)
        file.flush()
        return read_private_key(file.name)


def _masked(text: str) -> str:
    """Return *text* without what may be part of a key."""
    return re.sub(r"[\w+/=-]{32,}", "…", text)[:_CLIPPED]


def sign(credential: dict[str, str], input_: _MEMBERS, laps: Laps) -> _MEMBERS:
    """Sign top-level fields with the functions that the client calls."""
    key, charset, params = credential["private_key"], input_["charset"], _members(input_["params"])
    try:
        for _ in laps:
            made = sign_with_rsa(key, get_sign_content(params), charset)
    except BaseException as error:  # noqa: BLE001 - a key may be refused by ending the process
        raise Rejected(_masked(f"{type(error).__name__}: {error}")) from None
    return {"sign": made}


def send(credential: dict[str, str], input_: _MEMBERS, laps: Laps) -> _MEMBERS:
    """Call an API with the client's generic method, which writes `biz_content` itself."""
    base_url = input_["base_url"]
    if _VERSION.startswith("3.0.") and base_url.rpartition(":")[2].isdigit():
        raise Skipped("tigeropen 3.0 takes no port: it connects to 80, or 443 for https")
    config = _config()
    config.tiger_id = credential["tiger_id"]
    config.private_key = credential["private_key"]
    config.account = credential["account"]
    if credential.get("token"):
        config.token = credential["token"]  # without a licence, so that no thread refreshes it
    else:
        config.license = credential.get("license") or "TBSG"
    config.tiger_public_key = credential["tiger_public_key"]
    config.server_url = config.quote_server_url = f"{base_url}/gateway"
    text, model = input_["biz_content"], None
    if text is not None:
        try:
            model = _Content(json.loads(text, object_pairs_hook=_members))
        except ValueError:
            raise Skipped("the SDK writes JSON itself: this text cannot be sent") from None
    # Without a logger the client breaks in its constructor.
    client = TigerOpenClient(config, logging.getLogger("tigeropen"))
    method, body, error = input_["api_method"], b"", ""
    try:
        for _ in laps:
            answer = client.execute(OpenApiRequest(method, model))
        body = json.dumps(answer).encode()
    except Exception as raised:  # noqa: BLE001 - an answer that is no JSON raises what json raises
        error = f"{type(raised).__name__}: {raised}"
        if "request sign failed" in error:
            raise Rejected(_masked(error)) from None
    return {"status": 0, "body_b64": base64.b64encode(body).decode(), "error": error}


def _config() -> TigerOpenClientConfig:
    # A dynamic domain would be looked up on the network.
    config = TigerOpenClientConfig(enable_dynamic_domain=False)
    # The SDK sends this machine's network address, which is nobody's business.
    config._device_id = "02:00:5e:00:00:01"  # noqa: SLF001
    return config


def _members(pairs: list[tuple[str, Any]]) -> _MEMBERS:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Skipped("the SDK takes a dict: no name can stand twice")
    return members


# They may belong to a real account: a token would be sent.
for name in [name for name in os.environ if name.startswith("TIGEROPEN_")]:
    del os.environ[name]
serve(
    "tigeropen",
    _VERSION,
    "tiger-rsa",
    {"load-key": load_key},
    repeated={"sign": sign, "send": send},
)
