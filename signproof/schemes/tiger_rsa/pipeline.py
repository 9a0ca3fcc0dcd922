"""The scheme's pipeline, over the reference's stages.

One pipeline serves requests, answers and push logins: they differ in what is signed. What a flow
does not have is given as None, and the stage that would make it does not run.
"""

import json
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1

from signers import rsa_keys
from signers.rsa_keys import Armour, Form, KeyRefused
from signers.secret import Secret
from signers.tiger import PATH, Charset, stages
from signers.tiger.errors import Unencodable
from signers.tiger.signer import DEFAULT_VERSION
from signproof.codec import encode_octets
from signproof.pipeline import Pipeline, Stage

__all__ = ["PIPELINE", "STAGES", "Pairs", "loaded", "pkcs1_line"]

Pairs = tuple[tuple[str, str | None], ...]

STAGES: Final = (
    "sign_content",
    "response_content",
    "push_login_content",
    "digest",
    "encoded_message",
    "signature",
)
"""The stages that vectors hold; the others only connect them to inputs and requests."""


def _fields(
    api_method: str,
    biz_content: str | None,
    more: Pairs,
    timestamp: str,
    tiger_id: str,
    charset: str,
) -> Pairs:
    """Return the top-level fields of a request in their order, without ``sign``."""
    fields: dict[str, str | None] = {"version": DEFAULT_VERSION, "method": api_method}
    if biz_content is not None:
        fields["biz_content"] = biz_content
    fields.update(more)
    fields |= {
        "timestamp": timestamp,
        "tiger_id": tiger_id,
        "charset": charset,
        "sign_type": stages.SIGN_TYPE,
    }
    return tuple(fields.items())


def _signed_values(fields: Pairs) -> tuple[tuple[str, str], ...]:
    return stages.signed_values(dict(fields))


def _sign_content(signed_values: tuple[tuple[str, str], ...], charset: str) -> bytes:
    try:
        return stages.joined(signed_values, Charset(charset))
    except Unencodable:  # of a wrong client: Java signs `?` for what the charset lacks
        text = "&".join(f"{name}={value}" for name, value in signed_values)
        return text.encode(Charset(charset).codec, "replace")


def _response_content(request_timestamp: str, response: bytes) -> bytes:
    del response  # not covered by the signature; mistakes sign it
    try:
        return stages.response_content(request_timestamp)
    except Unencodable:  # a lone surrogate, which no gateway sends
        return request_timestamp.encode("utf-8", "replace")


def _push_login_content(tiger_id: str, now: int) -> bytes:
    del now  # as above
    return stages.push_login_content(tiger_id)


def _content(*contents: bytes | None) -> bytes:
    """Return the one that this flow has."""
    return next(content for content in contents if content is not None)


@lru_cache(maxsize=1024)
def pkcs1_line(key_octets: bytes, passphrase: str) -> str | None:
    """Return the key as one base64 line of PKCS#1; None where it is refused."""
    try:
        key = rsa_keys.load(
            key_octets, lenient=True, passphrase=Secret(passphrase) if passphrase else None
        )
    except KeyRefused:
        return None
    return rsa_keys.convert(key, Form.PKCS1, Armour.BASE64).decode()


def _key_length(key: str | None) -> int:
    """Return the length of the modulus in octets."""
    return 0 if key is None else (loaded(key).key_size + 7) // 8


def _encoded_message(digest: bytes, key_length: int) -> bytes | None:
    return stages.encoded_message(digest, key_length) if key_length else None


@lru_cache(maxsize=16384)
def _signature(encoded_message: bytes | None, key: str | None) -> bytes:
    """Return the signature as base64; nothing where nothing can be signed.

    A right message is signed by the library, any other by the plain arithmetic with the factors:
    both are faster than `signers.tiger.stages.signature`, whose result they have.
    """
    if encoded_message is None or key is None:
        return b""
    private = loaded(key)
    head, digest = encoded_message[:-20], encoded_message[-20:]
    if head == stages.encoded_message(digest, (private.key_size + 7) // 8)[:-20]:
        return _base64(private.sign(digest, PKCS1v15(), Prehashed(SHA1())))  # noqa: S303
    numbers = private.private_numbers()
    representative, modulus = int.from_bytes(encoded_message), numbers.public_numbers.n
    if representative >= modulus:
        return b""
    first = pow(representative, numbers.dmp1, numbers.p)
    second = pow(representative, numbers.dmq1, numbers.q)
    signed = second + numbers.q * ((numbers.iqmp * (first - second)) % numbers.p)
    return _base64(signed.to_bytes((modulus.bit_length() + 7) // 8))


def _base64(octets: bytes) -> bytes:
    return encode_octets(octets).encode()


@lru_cache(maxsize=64)
def loaded(key: str) -> RSAPrivateKey:
    """Return the key of a base64 line, checked once."""
    return rsa_keys.load(key).rsa


def _body(sent_fields: Pairs, signature: bytes, charset: str) -> bytes:
    try:
        return stages.request_body(dict(sent_fields), signature, charset=Charset(charset))
    except Unencodable:
        fields = {name: value for name, value in sent_fields if name != "sign"}
        fields["sign"] = signature.decode("latin-1")
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
        Stage("digest", ("content",), stages.digest),
        Stage("key", ("key_octets", "passphrase"), pkcs1_line),
        Stage("key_length", ("key",), _key_length),
        Stage("encoded_message", ("digest", "key_length"), _encoded_message),
        Stage("signature", ("encoded_message", "key"), _signature),
        Stage("sent_fields", ("fields",), lambda fields: fields),
        Stage("body", ("sent_fields", "signature", "charset"), _body),
        Stage("target", (), PATH.encode),
        Stage("headers", ("token",), _headers),
    )
)
