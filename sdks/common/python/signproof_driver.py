"""The stdio protocol for drivers of Python SDKs: docs/protocol.md, operation `send` alone.

Besides it, `bench` of that operation: a driver goes round the laps of a request.
"""
# ruff: noqa: INP001 - found by its folder, so that it needs no installation

from __future__ import annotations

import base64
import json
import os
import platform
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from laps import Laps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNSIGNED = "unsigned"
"""The feature of an SDK that can be made to send the same request without its signature."""

SCHEME = "longbridge-hmac"


class Skipped(Exception):
    """The SDK's public interface cannot express the request; the text says why."""


class Rejected(Exception):
    """The SDK refused the request before it sent anything."""


@dataclass(frozen=True)
class Request:
    """What is to be sent."""

    base_url: str
    method: str
    path: str
    query: str | None
    """The octets behind the "?"; None where there is none."""
    params: list[tuple[str, str]] | None
    """The same query for the SDK to encode; None where the octets of `query` must be sent."""
    headers: list[tuple[str, str]]
    body: bytes
    laps: Laps
    """The SDK's call, and nothing besides, is made once for each."""
    signed: bool
    """Always so without the feature `unsigned`."""

    @property
    def target(self) -> str:
        """Path and query as they shall stand in the request line."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    def header_map(self) -> dict[str, str]:
        """Return the headers for an SDK that takes each name once."""
        if len({name.lower() for name, _ in self.headers}) < len(self.headers):
            raise Skipped("the SDK takes a dict of headers: no name can stand twice")
        return dict(self.headers)

    def json_body(self) -> Any:
        """Return the body for an SDK that writes JSON itself; None where there is no body.

        The SDK chooses spaces, escapes and the order of members. What would be lost beyond that
        (a name that stands twice, a body of `null`, which reads like none) cannot be sent.
        """
        if not self.body:
            return None
        try:
            value = json.loads(self.body.decode(), object_pairs_hook=_members)
        except ValueError:
            raise Skipped("the SDK writes JSON itself: these octets cannot be sent") from None
        if value is None:
            raise Skipped("the SDK takes the body null for none")
        return value


@dataclass(frozen=True)
class Response:
    """What the SDK made of the answer; `status` is 0 where it does not tell."""

    status: int = 0
    body: bytes = b""
    error: str = ""


def serve(
    name: str,
    version: str,
    send: Callable[[dict[str, str], Request], Response],
    features: Sequence[str] = (),
) -> None:
    """Answer signproof until the input ends; *send* gets a credential and a request."""
    # Standard output belongs to the protocol: what native code prints goes to standard error, too.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    implementation = {
        "name": name,
        "version": version,
        "language": "Python",
        "runtime": platform.python_version(),
    }
    introduction = {
        "protocol": 1,
        "implementation": implementation,
        "operations": {SCHEME: ["send"]},
        "features": ["bench", *features],
        "window": 1,
    }
    credentials: dict[str, dict[str, str]] = {}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply = _answer(message, introduction, credentials, send)
        replies.write(json.dumps({"seq": message["seq"], **reply}).encode() + b"\n")
        replies.flush()


def _answer(
    message: dict[str, Any],
    introduction: dict[str, Any],
    credentials: dict[str, dict[str, str]],
    send: Callable[[dict[str, str], Request], Response],
) -> dict[str, Any]:
    match message:
        case {"type": "start"}:
            return introduction
        case {"type": "prepare", "credential": name, "values": values}:
            credentials[name] = values
            return {"status": "output"}
        case {"type": "run" | "bench" as type_, "scheme": scheme, "operation": "send"} if (
            scheme == SCHEME
        ):
            laps = Laps(message.get("min_ms", 0))
            request = _request(message["input"], laps)
            reply = _outcome(lambda: send(credentials[message["credential"]], request))
            return reply if type_ == "run" else _measured(reply, laps)
    return {"status": "skipped", "message": "this driver does not know it"}


def _outcome(send: Callable[[], Response]) -> dict[str, Any]:
    try:
        response = send()
    except Skipped as skipped:
        return {"status": "skipped", "message": str(skipped)}
    except Rejected as rejected:
        return {"status": "rejected", "message": str(rejected)}
    except BaseException as error:  # noqa: BLE001 - a panic in Rust arrives as a BaseException
        traceback.print_exc()
        return {"status": "errored", "message": f"{type(error).__name__}: {error}"}
    return {
        "status": "output",
        "output": {
            "status": response.status,
            "body_b64": base64.b64encode(response.body).decode(),
            "error": response.error,
        },
    }


def _measured(reply: dict[str, Any], laps: Laps) -> dict[str, Any]:
    """Return the reply to a `bench`: a call that failed is nothing to measure."""
    error = reply["output"]["error"] if reply["status"] == "output" else ""
    return {"status": "errored", "message": error} if error else reply | laps.measured()


def _request(input_: dict[str, Any], laps: Laps) -> Request:
    params = input_["params"]
    return Request(
        base_url=input_["base_url"],
        method=input_["method"],
        path=input_["path"],
        query=input_["query"],
        params=None if params is None else [(name, value) for name, value in params],
        headers=[(name, value) for name, value in input_.get("headers", [])],
        body=base64.b64decode(input_["body_b64"]),
        laps=laps,
        signed=not input_.get("unsigned", False),
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Skipped("the SDK takes a dict as body: no name can stand twice in an object")
    return members
