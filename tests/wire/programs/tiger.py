"""A Tiger client and, with the argument `driver`, a driver as those in `sdks` are.

The other argument is what is wrong with it.
"""

import base64
import http.client
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

TIMESTAMP = "2026-01-02 03:04:05"


def signature(key: str, content: str, how: str = "") -> str:
    private = load_der_private_key(base64.b64decode(key), None)
    if how == "other-key":
        private = generate_private_key(65537, 1024)
    assert isinstance(private, RSAPrivateKey)
    digest = SHA256() if how == "sha256" else SHA1()
    return base64.b64encode(private.sign(content.encode(), PKCS1v15(), digest)).decode()


def content(fields: dict[str, Any], how: str = "") -> str:
    names = list(fields) if how == "unsorted" else sorted(fields)
    return "&".join(f"{name}={fields[name]}" for name in names)


def call(
    url: str, credential: dict[str, str], method: str, biz_content: str | None, how: str = ""
) -> tuple[int, bytes]:
    fields = {"tiger_id": credential["tiger_id"], "method": method, "version": "2.0"}
    timestamp = time.strftime("%Y-%m-%d %H:%M:%S") if how == "local-time" else TIMESTAMP
    fields |= {"timestamp": timestamp, "charset": "UTF-8", "sign_type": "RSA"}
    if biz_content is not None and how == "spaced":
        biz_content = json.dumps(json.loads(biz_content), indent=1)
    if biz_content is not None:
        fields["biz_content"] = biz_content
    sign = signature(credential["private_key"], content(fields, how), how)
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 80, timeout=60)
    target = f"http://{address.netloc}{address.path}" if how == "absolute" else address.path
    kind = "x-www-form-urlencoded" if how == "form" else "json"
    headers = {"Content-Type": f"application/{kind}"}
    connection.request("POST", target, json.dumps(fields | {"sign": sign}), headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def drive(how: str) -> None:
    common = Path(__file__).parents[3] / "sdks" / "common" / "operations"
    sys.path.insert(0, str(common))
    from protocol import (  # type: ignore[import-not-found] # noqa: PLC0415 - the path is set now
        Rejected,
        Skipped,
        serve,
    )

    def load_key(_: object, input_: dict[str, Any]) -> dict[str, str]:
        if input_.get("passphrase"):
            raise Skipped("it takes no passphrase")
        octets = base64.b64decode(input_["key_b64"])
        try:
            return {"sign": signature(octets.decode(), input_["content"], how)}
        except Exception as error:  # noqa: BLE001 - whatever the library raises
            raise Rejected(type(error).__name__) from None

    def sign(credential: dict[str, str], input_: dict[str, Any]) -> dict[str, str]:
        return {"sign": signature(credential["private_key"], content(dict(input_["params"]), how))}

    def send(credential: dict[str, str], input_: dict[str, Any]) -> dict[str, Any]:
        url = f"{input_['base_url']}/gateway"
        status, body = call(url, credential, input_["api_method"], input_["biz_content"], how)
        return {"status": status, "body_b64": base64.b64encode(body).decode(), "error": ""}

    serve("tiger", "1.2.3", "tiger-rsa", {"load-key": load_key, "sign": sign, "send": send})


def main() -> None:
    how = sys.argv[-1]
    if "driver" in sys.argv:
        drive(how)
        return
    names = ("TIGER_ID", "PRIVATE_KEY", "ACCOUNT")
    credential = {name.lower(): os.environ[f"TIGEROPEN_{name}"] for name in names}
    parameters = json.dumps({"account": credential["account"]}, separators=(",", ":"))
    url = os.environ["TIGEROPEN_SERVER_URL"]
    call(url, credential, "accounts", parameters, how)


if __name__ == "__main__":
    main()
