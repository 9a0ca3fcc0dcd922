"""The vectors of `verify` whose signature is another, or written otherwise."""

from base64 import b64decode, b64encode

from signproof.oracles import openssl
from signproof.oracles.tiger_rsa.baselines import Json, body_of, negative, request, setting
from signproof.oracles.tiger_rsa.common import (
    Params,
    derived,
    reported,
    request_of,
    request_values,
    run,
    topic_of,
)
from signproof.oracles.tiger_rsa.keys import SIGNING, fixture
from signproof.oracles.writing import Topic

__all__ = ["signatures"]


def signatures() -> Topic:
    """Return requests whose signature is another, or written otherwise."""
    topic = topic_of("signature")
    good = body_of(request("order"))["sign"]
    octets = b64decode(good)
    modulus = openssl.modulus(fixture(SIGNING["page"]))
    other = body_of(request("plain"))["sign"]
    padded = good.rstrip("=")
    wrong = "wrong-signature"
    malformed = "malformed-signature"
    rows: list[tuple[str, str, str, object]] = [
        ("first-character", "Its first character.", wrong, _swapped(good, 0)),
        ("middle-character", "A character in its middle.", wrong, _swapped(good, 80)),
        ("last-octet", "Its last octet.", wrong, _encoded(octets[:-1] + bytes([octets[-1] ^ 1]))),
        ("other-request", "That of another request.", wrong, other),
        ("zeros", "Zeros.", wrong, _encoded(bytes(128))),
        ("one", "The number one.", wrong, _encoded(bytes(127) + b"\1")),
        ("all-ones", "A number above the modulus.", wrong, _encoded(b"\xff" * 128)),
        ("minus-one", "The number one less than the modulus.", wrong,
         _encoded((modulus - 1).to_bytes(128))),
        ("negated", "Its negative modulo the modulus.", wrong,
         _encoded((modulus - int.from_bytes(octets)).to_bytes(128))),
        ("reversed-octets", "Its octets in the reverse order.", wrong, _encoded(octets[::-1])),
        ("octet-missing", "An octet less.", malformed, _encoded(octets[:-1])),
        ("octet-more", "An octet more.", malformed, _encoded(octets + b"\0")),
        ("zero-before", "A zero octet before it.", malformed, _encoded(b"\0" + octets)),
        ("twice", "Twice in a row.", malformed, _encoded(octets + octets)),
        ("key-2048", "As long as with 2048 bits.", malformed,
         body_of(request("key-2048"))["sign"]),
        ("url-safe", "In the URL-safe alphabet.", malformed,
         good.replace("+", "-").replace("/", "_")),
        ("unpadded", "Without its padding.", malformed, padded),
        ("padding-more", "With more padding.", malformed, good + "="),
        ("wrapped", "Wrapped at 76.", malformed, good[:76] + "\n" + good[76:]),
        ("wrapped-crlf", "Wrapped at 64, CRLF.", malformed, good[:64] + "\r\n" + good[64:]),
        ("final-newline", "With a newline behind.", malformed, good + "\n"),
        ("leading-space", "With a space before.", malformed, " " + good),
        ("quoted", "With quotation marks around.", malformed, f'"{good}"'),
        ("hex", "Hexadecimal.", malformed, octets.hex()),
        ("hex-capital", "Hexadecimal in capitals.", malformed, octets.hex().upper()),
        ("base64-twice", "Encoded twice.", malformed, _encoded(good.encode())),
        ("url-encoded", "URL-encoded.", malformed,
         good.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")),
        ("plus-as-space", "With spaces for `+`, as a form decodes it.", malformed,
         good.replace("+", " ")),
        ("stray-bits", "With bits before its padding that no encoder writes.", malformed,
         padded[:-1] + _next(padded[-1]) + "="),
        ("garbage", "No base64 at all.", malformed, "EXAMPLE!"),
        ("cut-off", "Its first half.", malformed, good[:86]),
        ("prefix", "With the algorithm before it.", malformed, f"RSA {good}"),
        ("empty", "Empty.", "missing-field", ""),
        ("null", "null.", "missing-field", None),
        ("number", "A number.", "malformed-field", 1),
        ("boolean", "true.", "malformed-field", True),
        ("list", "In a list.", "malformed-field", [good]),
        ("object", "In an object.", "malformed-field", {"value": good}),
    ]  # fmt: skip
    for name, comment, reason, sign in rows:
        source = derived("one change to a good request")
        negative(topic, name, comment, "order", setting("order", sign=sign), reason, source)
    negative(
        topic,
        "other-key",
        "Signed with another key.",
        "order",
        {"request": _signed_by("other-key")},
        wrong,
        reported(
            "github.com/tigerfintech/openapi-python-sdk, issue 31",
            "users sign with the key of another tiger_id",
        ),
    )
    negative(
        topic,
        "gateway-key",
        "Signed with the gateway's key.",
        "order",
        {"request": _signed_by("gateway")},
        wrong,
        derived("the gateway's key signs answers only"),
    )
    return topic


def _signed_by(credential: str) -> Json:
    results = run(
        "request",
        credential,
        **request_values(api_method="", biz_content=None),
        fields=_unsigned("order"),
    )
    return request_of(results)


def _unsigned(baseline: str) -> Params:
    body = body_of(request(baseline))
    return tuple((name, value) for name, value in body.items() if name != "sign")


def _swapped(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def _next(character: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return alphabet[alphabet.index(character) ^ 1]


def _encoded(octets: bytes) -> str:
    return b64encode(octets).decode()
