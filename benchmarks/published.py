"""The broker's published way of signing, rewritten: the time that a user who follows it gets.

The same steps with the same library calls, one after another, as the oracle assembles them
(`signproof/oracles/longbridge_hmac/pipeline.py`): concatenation, a header table, `hmac.new`.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha1, sha256

__all__ = ["longbridge"]


def longbridge(
    method: str, path: str, query: str, headers: Mapping[str, str], body: str, secret: str
) -> str:
    """Return the value of ``X-Api-Signature``."""
    canonical = method.upper() + "|" + path + "|" + query + "|"
    canonical += "authorization:" + headers["Authorization"] + "\n"
    canonical += "x-api-key:" + headers["X-Api-Key"] + "\n"
    canonical += "x-timestamp:" + headers["X-Timestamp"] + "\n"
    canonical += "|authorization;x-api-key;x-timestamp|"
    if body != "":
        canonical += sha1(body.encode("utf-8")).hexdigest()  # noqa: S324 - the scheme's digest
    text = "HMAC-SHA256|" + sha1(canonical.encode("utf-8")).hexdigest()  # noqa: S324 - as above
    mac = hmac.new(secret.encode("utf-8"), text.encode("utf-8"), digestmod=sha256)
    value = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
    return value + mac.hexdigest()
