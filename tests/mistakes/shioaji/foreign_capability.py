"""A maker of capability tokens by other hands, right or wrong in one way, over stdio.

It was written from the broker's page, not from signproof's pipeline, and has BLAKE3 from the
library. A class has a method for each step, and for each mistake there is a subclass in which a
step is done the wrong way. The mistake is named by its id in the first argument; `--list` prints
the ids.
"""
# ruff: noqa: ARG002, ARG005 - many a step does not look at all that it is given

import base64
import hashlib
import hmac
import json
import sys
from typing import Any

from blake3 import blake3

OPERATIONS = [
    *("place_order", "cancel_order", "update_price", "update_qty", "place_comboorder"),
    *("cancel_comboorder", "reserve_stock", "reserve_earmarking", "update_agent_harness"),
]
Parts = dict[str, bytes]


def plain(octets: bytes) -> bytes:
    return blake3(octets).digest()


def keyed(octets: bytes, key: bytes) -> bytes:
    return blake3(octets, key=key).digest()


class Client:
    """The client without a mistake."""

    context = "shioaji-agent-harness compact capability v1"
    prefix = "sj1_"
    dot = ""

    # The key.

    def secret(self, text: str) -> bytes:
        return text.encode()

    def key(self, secret: bytes) -> bytes:
        return blake3(secret, derive_key_context=self.context).digest()

    # The record.

    def digest(self, body: bytes) -> bytes:
        return plain(body)

    def environment(self, number: int) -> int:
        return number

    def operation(self, number: int) -> int:
        return number

    def time(self, seconds: int) -> bytes:
        return bytes(seconds >> 8 * at & 255 for at in range(8))

    def times(self, begin: int, end: int) -> tuple[int, int]:
        return begin, end

    def parts(self, parts: Parts) -> Parts:
        return parts

    # The tag, and the whole.

    def tagged(self, record: bytes, body: bytes) -> bytes:
        return record

    def tag(self, record: bytes, key: bytes, secret: bytes) -> bytes:
        return keyed(record, key)

    def finished(self, tag: bytes) -> bytes:
        return tag

    def write(self, octets: bytes) -> str:
        return "".join(f"{octet:02x}" for octet in octets)

    def whole(self, token: str) -> str:
        return token

    def token(self, given: dict[str, Any]) -> str:
        body = base64.b64decode(given["body_b64"])
        begin, end = self.times(given["issued_at"], given["expires_at"])
        parts = self.parts(
            {
                "format": b"\1",
                "environment": bytes([self.environment(int(given["environment"] == "production"))]),
                "operation": bytes([self.operation(1 + OPERATIONS.index(given["operation"]))]),
                "begin": self.time(begin),
                "end": self.time(end),
                "audience": base64.b64decode(given["audience_b64"]),
                "nonce": base64.b64decode(given["nonce_b64"]),
                "digest": self.digest(body),
            }
        )
        record = b"".join(parts.values())
        secret = self.secret(given["secret"])
        tag = self.finished(self.tag(self.tagged(record, body), self.key(secret), secret))
        if self.dot:
            return self.whole(self.prefix + self.write(record) + self.dot + self.write(tag))
        return self.whole(self.prefix + self.write(record + tag))


CLIENTS: dict[str, type[Client]] = {"": Client}
RIGHT = Client()

act: Any


def wrong(id_: str, **steps: Any) -> None:
    """Register a client with these steps done the wrong way."""
    assert id_ not in CLIENTS, id_
    assert all(hasattr(Client, step) for step in steps), id_
    CLIENTS[f"capability-{id_}"] = type(id_, (Client,), steps)


def step(name: str, **ways: Any) -> None:
    """Register a client for each way to do a step that takes and returns one thing."""
    for id_, act in ways.items():
        wrong(id_.replace("_", "-"), **{name: lambda self, given, act=act: act(given)})


# --- Body and key.


def rewritten(body: bytes, **how: Any) -> bytes:
    return plain(json.dumps(json.loads(body), ensure_ascii=False, **how).encode())


step(
    "digest",
    body_reserialized=lambda body: rewritten(body, separators=(",", ":")),
    body_sorted=lambda body: rewritten(body, sort_keys=True),
    body_with_newline=lambda body: plain(body + b"\n"),
    body_not_digested=lambda body: plain(b""),
    body_in_hex=lambda body: plain(body.hex().encode()),
    body_sha256=lambda body: hashlib.sha256(body).digest(),
    body_blake2s=lambda body: hashlib.blake2s(body).digest(),
)
step(
    "secret",
    secret_decoded=bytes.fromhex,
    secret_with_newline=lambda text: f"{text}\n".encode(),
    secret_with_zero=lambda text: f"{text}\0".encode(),
    secret_uppercase=lambda text: text.upper().encode(),
    secret_base64=lambda text: base64.b64encode(text.encode()),
    secret_encoded=lambda text: text.encode().hex().encode(),
)
for name, context in {
    "empty": "",
    "without-version": "shioaji-agent-harness compact capability",
    "with-zero": "shioaji-agent-harness compact capability v1\0",
    "with-hyphens": "shioaji-agent-harness-compact-capability-v1",
}.items():
    wrong(f"context-{name}", context=context)
step(
    "key",
    key_hashed=plain,
    key_context_hashed=lambda secret: plain(Client.context.encode() + secret),
    key_keyed=lambda secret: keyed(Client.context.encode(), bytes.fromhex(secret.decode())),
    key_not_derived=lambda secret: bytes.fromhex(secret.decode()),
    key_swapped=lambda secret: blake3(
        Client.context.encode(), derive_key_context=secret.decode()
    ).digest(),
    key_sha256=lambda secret: hashlib.sha256(secret).digest(),
)

# --- The record.

step(
    "time",
    times_big_endian=lambda time: time.to_bytes(8, "big"),
    times_in_32_bits=lambda time: (time % 2**32).to_bytes(4, "little"),
    times_as_text=lambda time: str(time).encode(),
    times_in_milliseconds=lambda time: RIGHT.time(time * 1000),
)
wrong("times-with-duration", times=lambda self, begin, end: (begin, (end - begin) % 2**64))
wrong("times-swapped", times=lambda self, begin, end: (end, begin))
step(
    "environment",
    environment_swapped=lambda number: {0: 1, 1: 0}[number],
    environment_from_one=lambda number: {0: 1, 1: 2}[number],
    environment_as_digit=lambda number: b"01"[number],
)
step(
    "operation",
    operation_from_zero=lambda number: number - 1,
    operation_as_digit=lambda number: b"0123456789"[number],
)


def ordered(*names: str, **changed: bytes) -> Any:
    """Return the step that writes these parts, in this order."""
    return lambda self, parts: {name: (parts | changed)[name] for name in names}


HEAD, TIMES = ("format", "environment", "operation"), ("begin", "end")
ALL = (*HEAD, *TIMES, "audience", "nonce", "digest")
for id_, part in {
    "format-missing": "format",
    "environment-missing": "environment",
    "operation-missing": "operation",
    "audience-missing": "audience",
    "nonce-missing": "nonce",
    "body-missing": "digest",
}.items():
    wrong(id_, parts=ordered(*(name for name in ALL if name != part)))
wrong("format-as-digit", parts=ordered(*ALL, format=b"1"))
for part in ("audience", "nonce"):
    wrong(
        f"{part}-in-hex",
        parts=lambda self, parts, part=part: {**parts, part: parts[part].hex().encode()},
    )
wrong(
    "operation-first",
    parts=ordered("format", "operation", "environment", *ALL[3:]),
)
wrong("nonce-first", parts=ordered(*HEAD, *TIMES, "nonce", "audience", "digest"))
wrong("audience-first", parts=ordered(*HEAD, "audience", *TIMES, "nonce", "digest"))
wrong("body-first", parts=ordered(*HEAD, *TIMES, "digest", "audience", "nonce"))

# --- The tag.

for id_, act in {
    "prefix": lambda record, body: b"sj1_" + record,
    "hex": lambda record, body: record.hex().encode(),
    "text": lambda record, body: f"sj1_{record.hex()}".encode(),
    "zeros": lambda record, body: record + b"\0" * 32,
    "all-but-format": lambda record, body: record[1:],
    "body": lambda record, body: record[:67] + body,
    "digest": lambda record, body: record[67:],
}.items():
    wrong(f"tag-over-{id_}", tagged=lambda self, record, body, act=act: act(record, body))
for id_, act in {
    "not-keyed": lambda record, key, secret: plain(record),
    "secret-first": lambda record, key, secret: plain(secret + record),
    "key-first": lambda record, key, secret: plain(key + record),
    "hmac-sha256": lambda record, key, secret: hmac.new(key, record, hashlib.sha256).digest(),
    "digested": lambda record, key, secret: keyed(plain(record), key),
}.items():
    wrong(f"tag-{id_}", tag=lambda self, *given, act=act: act(*given))
step(
    "finished",
    tag_cut=lambda tag: tag[:16],
    tag_missing=lambda tag: b"",
    tag_reversed=lambda tag: bytes(reversed(tag)),
)

# --- How it is written.

for id_, prefix in {
    "prefix-missing": "",
    "prefix-uppercase": "SJ1_",
    "prefix-with-dot": "sj1.",
    "prefix-twice": "sj1_sj1_",
    "with-scheme": "Bearer sj1_",
}.items():
    wrong(id_, prefix=prefix)
step(
    "write",
    uppercase=lambda octets: octets.hex().upper(),
    base64=lambda octets: base64.b64encode(octets).decode(),
    base64_url=lambda octets: base64.urlsafe_b64encode(octets).decode().strip("="),
    with_colons=lambda octets: ":".join(f"{octet:02x}" for octet in octets),
)
wrong("tag-apart", dot=".")
step("whole", with_newline="{}\n".format)


def main(mistake: str) -> None:
    client = CLIENTS[mistake]()
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"seq": message["seq"]}
        if message["type"] == "start":
            reply |= {
                "protocol": 1,
                "implementation": {"name": f"foreign {mistake}".strip()},
                "operations": {"shioaji-ca": ["capability"]},
                "features": [],
                "window": 256,
            }
        else:
            reply |= {"status": "output", "output": {"token": client.token(message["input"])}}
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(id_ for id_ in CLIENTS if id_))  # noqa: T201 - for a person
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
