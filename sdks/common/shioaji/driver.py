"""Asks the packages shioaji and rshioaji what they say before anybody has logged in.

They have no address to change: what is asked is asked where there is no network, and a login ends
with the SDK's own error. Each call has a process, a client and a home folder of its own.
"""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import importlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from bounded import Overdue, bounded
from protocol import Broke, Rejected, Skipped, serve

_LIMIT_S = 27.0
"""Below the 30 s after which the harness gives a driver up; two logins of 1.3 take over ten."""
_AT_ONCE = 12
"""Calls at a time: a login does little but wait for a network that is not there."""
_MEMBERS = dict[str, Any]

(_NAME,) = packages_distributions()["shioaji"]
_VERSION = version(_NAME)


def _alone(call: Callable[[], _MEMBERS]) -> _MEMBERS:
    """Return what *call* returns in a process of its own, with a home folder of its own."""

    def at_home() -> _MEMBERS:
        os.environ["HOME"] = os.environ["SJ_HOME_PATH"] = home
        os.environ["SJ_LOG_PATH"] = str(Path(home) / "shioaji.log")
        # Otherwise an error is reported to the broker.
        os.environ["LOG_SENTRY"] = "False"
        return call()

    with tempfile.TemporaryDirectory() as home:
        try:
            return bounded(at_home, _LIMIT_S)
        except Overdue as overdue:
            raise Broke(str(overdue)) from None


def _client(*, simulation: bool = False) -> Any:
    # Imported in the child only: the SDK may start threads, and reads the environment.
    return importlib.import_module("shioaji").Shioaji(simulation=simulation)


def _told(error: BaseException) -> str:
    """Return the SDK's error, without the signed message that 1.3 shows in it."""
    return re.sub(r"[1-9A-HJ-NP-Za-km-z]{50,}", "…", f"{type(error).__name__}: {error}")


def check_credentials(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Log in; what is refused before the broker is looked for is refused by the SDK itself."""

    def checked() -> _MEMBERS:
        client = _client()
        try:
            client.login(input_["api_key"], input_["secret_key"])
        except (ConnectionError, TimeoutError):  # there is no network
            return {"valid": True}
        except BaseException as error:  # noqa: BLE001 - as the SDK would have it
            raise Rejected(_told(error)) from None
        raise Broke("it says that it has logged in")

    return _alone(checked)


def _activate_ca(client: Any, credential: dict[str, str], input_: _MEMBERS) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "EXAMPLE.pfx"
        if input_["pfx_b64"] is not None:
            path.write_bytes(base64.b64decode(input_["pfx_b64"]))
        return client.activate_ca(str(path), input_["password"], credential["person_id"])


def _place_order(client: Any, _credential: dict[str, str], _input: _MEMBERS) -> object:
    contracts = importlib.import_module("shioaji.contracts")
    orders = importlib.import_module("shioaji.order")
    contract = contracts.Stock(exchange="TSE", code="2330", symbol="TSE2330", name="EXAMPLE")
    order = orders.StockOrder(action="Buy", price=1, quantity=1, price_type="LMT", order_type="ROD")
    return client.place_order(contract, order)


def _login(client: Any, credential: dict[str, str], input_: _MEMBERS) -> object:
    return client.login(credential["api_key"], credential["secret_key"], **input_["arguments"])


_CALLS: dict[str, Callable[[Any, dict[str, str], _MEMBERS], object]] = {
    "activate-ca": _activate_ca,
    "ca-expiretime": lambda client, credential, _: client.get_ca_expiretime(
        credential["person_id"]
    ),
    "list-accounts": lambda client, _, __: client.list_accounts(),
    "login": _login,
    "place-order": _place_order,
}


def send(credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Make a call of a new client, or the same `times` times, and tell what the last one said."""
    call = _CALLS.get(input_["call"])
    if call is None:
        raise Skipped("the SDK has no such call")
    return _alone(partial(_asked, call, credential, input_))


def _asked(
    call: Callable[[Any, dict[str, str], _MEMBERS], object],
    credential: dict[str, str],
    input_: _MEMBERS,
) -> _MEMBERS:
    client = _client(simulation=input_.get("simulation", False))
    answer: _MEMBERS = {}
    for _ in range(input_.get("times", 1)):
        answer = {"error": "", "value": ""}
        start = time.monotonic()
        try:
            answer["value"] = str(call(client, credential, input_))
        except BaseException as error:  # noqa: BLE001 - what it raises is what is asked
            answer["error"] = _told(error)
        answer["elapsed_ms"] = round((time.monotonic() - start) * 1000)
    return answer


# They may belong to a real account: a login would be tried with them.
for name in [name for name in os.environ if name.startswith("SJ_")]:
    del os.environ[name]
serve(
    _NAME,
    _VERSION,
    "shioaji-ca",
    {"check-credentials": check_credentials, "send": send},
    at_once=_AT_ONCE,
)
