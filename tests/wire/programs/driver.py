"""A driver as those in `sdks` are, whose SDK is this file's own signer; its argument is what is
wrong with it at the vector `get-one`, where it is not said otherwise. What begins with `bench-` is
wrong in a `bench` alone.
"""

import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

COMMON = Path(__file__).parents[1] / "common" / "python"
if not COMMON.is_dir():
    COMMON = Path(__file__).parents[3] / "sdks" / "common" / "python"
sys.path.insert(0, str(COMMON))
import signproof_driver  # type: ignore[import-not-found]  # noqa: E402
from signproof_driver import (  # noqa: E402
    UNSIGNED,
    Rejected,
    Request,
    Response,
    Skipped,
    serve,
)

NAMES = "authorization;x-api-key;x-timestamp"
TIMESTAMP = "1700000001"


def signed(credential: dict[str, str], request: Request, how: str = "") -> dict[str, str]:
    token, key = credential["access_token"], credential["app_key"]
    timestamp = "soon" if how == "odd-time" else TIMESTAMP
    block = f"authorization:{token}\nx-api-key:{key}\nx-timestamp:{timestamp}\n"
    digest = hashlib.sha1(request.body).hexdigest() if request.body else ""
    method = request.method.lower() if how == "wrong" else request.method.upper()
    query = request.query or ""
    canonical = f"{method}|{request.path}|{query}|{block}|{NAMES}|{digest}"
    text = f"HMAC-SHA256|{hashlib.sha1(canonical.encode()).hexdigest()}"
    secret = credential["app_secret"].encode()
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Api-Key": key, "Authorization": token, "X-Timestamp": timestamp}
    if not request.signed:
        return headers
    return headers | {
        "X-Api-Signature": f"HMAC-SHA256 SignedHeaders={NAMES}, Signature={signature}",
    }


def sent(credential: dict[str, str], request: Request, how: str = "") -> Response:
    address = urlsplit(request.base_url)
    headers = signed(credential, request, how) | dict(request.headers)
    if request.body:
        headers["Content-Type"] = "application/json; charset=utf-8"
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.putrequest(request.method.upper(), request.target)
    for name, value in headers.items():
        connection.putheader(name, value)
    if request.body:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body or None)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    parsed = json.loads(body) if body.startswith(b"{") else {"code": 1, "message": "no JSON"}
    return Response(answer.status, body, "" if parsed["code"] == 0 else str(parsed))


def other(request: Request, **changes: object) -> Request:
    return Request(**{**vars(request), **changes})


def junk(request: Request) -> Response:
    address = urlsplit(request.base_url)
    with socket.create_connection((str(address.hostname), address.port or 0), 60) as client:
        client.sendall(b"HELLO\r\n\r\n")
        while client.recv(4096):
            pass
    return Response()


def benched(  # noqa: C901, PLR0912 - a table
    credential: dict[str, str], request: Request, how: str
) -> Response:
    """What is wrong in a bench alone."""
    match how:
        case "bench-wrong" | "bench-wrong-but-last":
            return sent(credential, request, "wrong")
        case "bench-wrong-first" | "bench-wrong-between":
            is_first = request.laps.calls == 0
            return sent(credential, request, "wrong" if is_first == how.endswith("first") else "")
        case "bench-other-first" if not request.signed and request.laps.calls == 0:
            request = other(request, path="/v1/other")
        case "bench-forgets":
            request = other(request, signed=False)
        case "bench-signs":
            request = other(request, signed=True)
        case "bench-other" if not request.signed:
            request = other(request, path="/v1/other")
        case "bench-crash":
            os._exit(3)
        case "bench-junk":
            return junk(request)
        case "bench-skips":
            raise Skipped("not so often")
        case "bench-fails":
            return Response(error="the SDK is tired")
        case "bench-twice":
            sent(credential, request)
        case "bench-cores":
            file = Path(*sys.argv[2:]) if sys.argv[2:] else Path(__file__).with_name("cores")
            file.write_text(f"{os.sched_getaffinity(0)}")
        case "bench-waits":
            Path(sys.argv[2]).write_text(f"{os.getpid()} ")
            time.sleep(600)
    return sent(credential, request)


def send(credential: dict[str, str], request: Request) -> Response:
    how = sys.argv[1] if len(sys.argv) > 1 else ""
    in_bench = request.laps._least_ns > 0
    for _ in request.laps:
        response = (benched if in_bench else once)(credential, request, how)
    if in_bench:
        for fault in MORE.get(how, ()):
            sent(credential, request, fault)
            request.laps.calls += 1
    request.laps.calls += how == "bench-lies"
    return response


def once(  # noqa: C901, PLR0911, PLR0912 - a table
    credential: dict[str, str], request: Request, how: str
) -> Response:
    if how == "json" and request.body:
        return sent(credential, other(request, body=json.dumps(request.json_body()).encode()))
    if request.query != "symbol=700.HK" or request.method != "GET" or request.headers:
        return sent(credential, request)
    match how:
        case "wrong":
            return sent(credential, request, how)
        case "nothing":
            return Response()
        case "nothing-and-why":
            return Response(error="the SDK did not want to")
        case "skips":
            raise Skipped("the SDK cannot")
        case "skips-and-sends":
            sent(credential, request)
            raise Skipped("the SDK cannot")
        case "rejects":
            raise Rejected("the SDK refused")
        case "rejects-and-sends":
            sent(credential, request)
            raise Rejected("the SDK did not like the answer")
        case "errs":
            raise ValueError("of the SDK")
        case "junk":
            return junk(request)
        case "twice":
            sent(credential, request)
        case "then-wrong":
            sent(credential, request)
            return sent(credential, request, "wrong")
        case "odd-time":
            return sent(credential, request, how)
        case "other-path":
            request = other(request, path="/v1/other")
        case "crash":
            os._exit(3)
    return sent(credential, request)


MORE = {
    "bench-wrong-but-last": ("",),
    "bench-wrong-first": ("",),
    "bench-other-first": ("",),
    "bench-wrong-between": ("wrong", "wrong", ""),
}
"""What is wrong with the requests that are sent after the others of a bench."""


def without_bench(*message: object) -> object:
    reply = answer(*message)
    return reply | {"features": []} if "features" in reply else reply


if __name__ == "__main__":
    answer = signproof_driver._answer
    if "no-bench" in sys.argv:
        signproof_driver._answer = without_bench
    serve("a made-up SDK", "1.2.3", send, [] if "signs-always" in sys.argv else [UNSIGNED])
