"""The scheme as SDKs were seen to do it, assembled plainly; RSA and SHA-1 by the openssl command.

One pipeline serves requests, answers and push logins: they differ in what is signed.
"""

import base64
import json

from signproof.oracles import openssl
from signproof.oracles.tiger_rsa.keys import pem_of
from signproof.oracles.tiger_rsa.shapes import accepted_keys
from signproof.pipeline import Pipeline, Stage

__all__ = ["PIPELINE", "Pairs"]

Pairs = tuple[tuple[str, str | None], ...]

_CODECS = {"UTF-8": "utf-8", "GBK": "gbk"}
_SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")  # RFC 8017, section 9.2, note 1


def _fields(
    api_method: str,
    biz_content: str | None,
    more: Pairs,
    timestamp: str,
    tiger_id: str,
    charset: str,
) -> Pairs:
    fields: dict[str, str | None] = {"version": "2.0", "method": api_method}
    if biz_content is not None:
        fields["biz_content"] = biz_content
    fields.update(more)
    fields["timestamp"] = timestamp
    fields["tiger_id"] = tiger_id
    fields["charset"] = charset
    fields["sign_type"] = "RSA"
    return tuple(fields.items())


def _signed_values(fields: Pairs) -> tuple[tuple[str, str], ...]:
    values = dict(fields)
    signed = []
    for name in sorted(values):
        value = values[name]
        if name != "sign":
            signed.append((name, "null" if value is None else value))
    return tuple(signed)


def _sign_content(signed_values: tuple[tuple[str, str], ...], charset: str) -> bytes:
    text = "&".join(name + "=" + value for name, value in signed_values)
    return text.encode(_CODECS[charset], "replace")


def _response_content(request_timestamp: str, response: bytes) -> bytes:
    del response  # not covered by the signature
    return request_timestamp.encode("utf-8", "replace")


def _push_login_content(tiger_id: str, now: int) -> bytes:
    del now  # as above
    return tiger_id.encode("utf-8", "replace")


def _content(*contents: bytes | None) -> bytes:
    """Return the one that there is."""
    return next(content for content in contents if content is not None)


def _digest(content: bytes) -> bytes:
    return bytes.fromhex(openssl.sha1(content).decode())


def _key(key_octets: bytes, passphrase: str) -> str | None:
    """Look the octets up in the table of what is accepted."""
    return accepted_keys().get((key_octets, passphrase)) or accepted_keys().get((key_octets, None))


def _key_length(key: str | None) -> int:
    return 0 if key is None else (openssl.modulus(pem_of(key)).bit_length() + 7) // 8


def _encoded_message(digest: bytes, key_length: int) -> bytes | None:
    if key_length == 0:
        return None
    end = b"\x00" + _SHA1_INFO + digest
    start = b"\x00\x01"
    return start + b"\xff" * (key_length - len(start) - len(end)) + end


def _signature(encoded_message: bytes | None, key: str | None) -> bytes:
    if encoded_message is None or key is None:
        return b""
    pem = pem_of(key)
    if int.from_bytes(encoded_message) >= openssl.modulus(pem):
        return b""
    # The command takes a message of the modulus's length only; zeros before it change no number.
    length = (openssl.modulus(pem).bit_length() + 7) // 8
    message = encoded_message[-length:].rjust(length, b"\0")
    return base64.b64encode(openssl.raw_rsa(pem, message))


def _body(sent_fields: Pairs, signature: bytes, charset: str) -> bytes:
    fields = {name: value for name, value in sent_fields if name != "sign"}
    fields["sign"] = signature.decode("latin-1")
    try:
        return json.dumps(fields, ensure_ascii=charset != "UTF-8", separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a character, which only an escape can write
        return json.dumps(fields, separators=(",", ":")).encode()


def _headers(token: str) -> tuple[tuple[bytes, bytes], ...]:
    content = (b"Content-Type", b"application/json;charset=UTF-8")
    return (content, (b"Authorization", token.encode())) if token else (content,)


PIPELINE = Pipeline(
    (
        Stage(
            "fields",
            ("api_method", "biz_content", "more", "timestamp", "tiger_id", "charset"),
            _fields,
        ),
        Stage("signed_values", ("fields",), _signed_values),
        Stage("sign_content", ("signed_values", "charset"), _sign_content),
        Stage("response_content", ("request_timestamp", "response"), _response_content),
        Stage("push_login_content", ("tiger_id", "now"), _push_login_content),
        Stage("content", ("sign_content", "response_content", "push_login_content"), _content),
        Stage("digest", ("content",), _digest),
        Stage("key", ("key_octets", "passphrase"), _key),
        Stage("key_length", ("key",), _key_length),
        Stage("encoded_message", ("digest", "key_length"), _encoded_message),
        Stage("signature", ("encoded_message", "key"), _signature),
        Stage("sent_fields", ("fields",), lambda fields: fields),
        Stage("body", ("sent_fields", "signature", "charset"), _body),
        Stage("target", (), lambda: b"/gateway"),
        Stage("headers", ("token",), _headers),
    )
)
