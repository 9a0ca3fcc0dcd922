"""The vectors of `verify-response` with answers that are none."""

import json

from signproof.codec import decode_octets
from signproof.model import Importance, Source
from signproof.oracles.tiger_rsa.baselines import Json, answer, negative
from signproof.oracles.tiger_rsa.common import derived, octets_member, topic_of
from signproof.oracles.writing import Topic

__all__ = ["envelopes", "refuse_answer", "written_answer"]


def written_answer(input_: Json, members: Json | bytes) -> Json:
    """Return the input with another answer, given as octets or as its members."""
    octets = members
    if not isinstance(octets, bytes):
        octets = json.dumps(octets, ensure_ascii=False, separators=(",", ":")).encode()
    kept = {name: value for name, value in input_.items() if not name.startswith("body_")}
    return {**octets_member("body", octets, 1000), **kept}


def refuse_answer(
    topic: Topic,
    name: str,
    comment: str,
    input_: Json,
    reason: str,
    source: Source,
    *,
    credential: str = "gateway",
    importance: Importance = Importance.MUST,
) -> None:
    """Add the vector that an answer, one change away from a good one, must be refused."""
    negative(
        topic,
        name,
        comment,
        "signed",
        input_,
        reason,
        source,
        operation="verify-response",
        credential=credential,
        importance=importance,
    )


def envelopes() -> Topic:
    """Return the file about answers that are not the gateway's envelope."""
    topic = topic_of("envelope", {})
    good = answer("signed")
    octets = decode_octets(good["body_b64"])
    members = json.loads(octets)
    rows: list[tuple[str, str, Json | bytes]] = [
        ("empty", "No body.", b""),
        ("web-page", "A web page.", b"<html><title>502 Bad Gateway</title></html>"),
        ("text", "Text that is no JSON.", b"EXAMPLE"),
        ("cut-off", "Cut off.", octets[:-1]),
        ("list", "A list.", b"[" + octets + b"]"),
        ("json-text", "The answer in a text.", json.dumps(octets.decode()).encode()),
        ("null", "null.", b"null"),
        ("bom", "A byte order mark before it.", b"\xef\xbb\xbf" + octets),
        ("not-utf-8", "Octets that are not UTF-8.", octets.replace(b"success", b"\xb3\xc9")),
        ("no-code", "No code.", {name: value for name, value in members.items() if name != "code"}),
        ("code-text", "A code that is text.", members | {"code": "0"}),
        ("code-null", "A code of null.", members | {"code": None}),
        ("code-boolean", "A code that is false.", members | {"code": False}),
        ("code-fraction", "A code with a fraction.", octets.replace(b'"code":0', b'"code":0.0')),
        ("message-number", "A message that is a number.", members | {"message": 1}),
        ("timestamp-list", "A timestamp that is a list.", members | {"timestamp": []}),
        ("timestamp-fraction", "A timestamp with a fraction.",
         octets.replace(b"1768440601234", b"1768440601.234")),
        ("duplicate-sign", "The signature twice.", octets[:-1] + b',"sign":"EXAMPLE"}'),
        ("duplicate-code", "The code twice.", octets[:-1] + b',"code":1}'),
        ("nan", "A number that JSON does not have.", octets[:-1] + b',"a":NaN}'),
    ]  # fmt: skip
    for name, comment, body in rows:
        refuse_answer(
            topic,
            name,
            comment,
            written_answer(good, body),
            "malformed-envelope",
            derived("an answer is a JSON object with an integer code", "answers that SDKs parse"),
            importance=Importance.SHOULD,
        )
    return topic
