"""A client as somebody may write it, signed with hashlib and hmac alone; its argument is what is
wrong with it. The timestamp is fixed, so that all it sends is the same each time.
"""

import hashlib
import hmac
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

NAMES = "authorization;x-api-key;x-timestamp"
TIMESTAMP = "1700000000"
ORDER = b'{"order_id":"1"}'


def headers(
    method: str,
    path: str,
    query: str = "",
    body: bytes = b"",
    *,
    token: str | None = None,
    sent_token: str | None = None,
) -> dict[str, str]:
    key, secret = os.environ["LONGBRIDGE_APP_KEY"], os.environ["LONGBRIDGE_APP_SECRET"]
    token = os.environ["LONGPORT_ACCESS_TOKEN"] if token is None else token
    block = f"authorization:{token}\nx-api-key:{key}\nx-timestamp:{TIMESTAMP}\n"
    digest = hashlib.sha1(body).hexdigest() if body else ""
    canonical = f"{method}|{path}|{query}|{block}|{NAMES}|{digest}"
    text = f"HMAC-SHA256|{hashlib.sha1(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    sent = {
        "X-Api-Key": key,
        "Authorization": token if sent_token is None else sent_token,
        "X-Timestamp": TIMESTAMP,
        "X-Api-Signature": f"HMAC-SHA256 SignedHeaders={NAMES}, Signature={signature}",
    }
    return sent | {"Content-Type": "application/json"} if body else sent


def send(method: str, target: str, sent: dict[str, str], body: bytes = b"") -> None:
    address = urlsplit(os.environ["LONGBRIDGE_HTTP_URL"])
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request(method, target, body or None, sent)
    connection.getresponse().read()
    connection.close()


def right() -> None:
    send("GET", "/v1/asset/stock?symbol=700.HK", headers("GET", "/v1/asset/stock", "symbol=700.HK"))
    post = headers("POST", "/v1/nowhere", body=ORDER)
    send("POST", "/v1/nowhere", post, ORDER)


def wrong() -> None:
    send("GET", "/v1/asset/stock", headers("get", "/v1/asset/stock"))


def octets(message: bytes) -> None:
    address = urlsplit(os.environ["LONGBRIDGE_HTTP_URL"])
    with socket.create_connection((str(address.hostname), address.port or 0), 60) as client:
        client.sendall(message)
        while client.recv(4096):
            pass


def wait(number: str) -> None:
    """Start a child that waits as this process does, say who both are, and wait."""
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
    Path(number).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)


def main(what: str, *more: str) -> None:  # noqa: C901, PLR0912 - a table
    token = os.environ["LONGBRIDGE_ACCESS_TOKEN"]
    match what:
        case "right":
            right()
        case "right-then-fails":
            right()
            sys.exit(7)
        case "right-then-waits":
            right()
            wait(*more)
        case "wrong":
            wrong()
        case "wrong-thrice":
            wrong()
            wrong()
            main("token-in-query")
            main("junk")
            main("right-post")
        case "right-post":
            send("POST", "/v1/nowhere", headers("POST", "/v1/nowhere", body=ORDER), ORDER)
        case "two-causes":
            send("GET", "/v1/a?b=c", headers("GET", "/v1/a"))
            wrong()
            wrong()
        case "nothing":
            pass
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "waits":
            wait(*more)
        case "junk":
            for _ in ["once", *more]:
                octets(b"HELLO\r\nAuthorization: " + token.encode() + b"\r\n\r\n")
        case "other-token":
            sent = headers("GET", "/v1/a", token="", sent_token="Bearer t0ken-of-the-users-own")
            send("GET", "/v1/a?t=t0ken-of-the-users-own", sent)
        case "token-in-query":
            send("GET", f"/v1/a?token={token}", headers("get", "/v1/a", f"token={token}"))
        case "unsigned-post":
            send("POST", "/v1/trade/order", {"X-Api-Key": "k"}, b"\xff" + b"a" * 500)
        case "told":
            print(  # noqa: T201 - that is what it is for
                *more,
                os.environ.get("TOLD", "not told"),
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
