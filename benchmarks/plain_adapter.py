"""A small adapter on the standard library, as an SDK author would write it; for timing only."""

import base64
import hashlib
import hmac
import json
import sys


def main() -> None:
    """Answer until the input ends."""
    credentials: dict[str, dict[str, str]] = {}
    write = sys.stdout.write
    for line in sys.stdin:
        message = json.loads(line)
        reply = {"seq": message["seq"]}
        if message["type"] == "start":
            reply |= {
                "protocol": 1,
                "implementation": {"name": "plain", "language": "Python"},
                "operations": {"longbridge-hmac": ["sign"]},
                "window": 64,
            }
        elif message["type"] == "prepare":
            credentials[message["credential"]] = message["values"]
        else:
            output = sign(credentials[message["credential"]], message["input"])
            reply |= {"status": "output", "output": {"x_api_signature": output}}
        write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def sign(keys: dict[str, str], call: dict[str, str]) -> str:
    """Return the value of X-Api-Signature."""
    body = base64.b64decode(call["body_b64"])
    canonical = (
        f"{call['method'].upper()}|{call['path']}|{call['query'] or ''}|"
        f"authorization:{keys['access_token']}\nx-api-key:{keys['app_key']}\n"
        f"x-timestamp:{call['timestamp']}\n|authorization;x-api-key;x-timestamp|"
    )
    if body:
        canonical += hashlib.sha1(body, usedforsecurity=False).hexdigest()
    digest = hashlib.sha1(canonical.encode(), usedforsecurity=False).hexdigest()
    text = f"HMAC-SHA256|{digest}"
    value = hmac.digest(keys["app_secret"].encode(), text.encode(), "sha256").hex()
    return f"HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature={value}"


if __name__ == "__main__":
    main()
