"""Mistakes in digest, string to sign, HMAC and in writing the signature."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from functools import partial

from signproof.mistakes.longbridge_hmac.catalogue import (
    CATALOGUE,
    NAMES,
    function_of,
    hex_decoded,
    input_changed,
    output_changed,
    replaced,
    value_of,
)
from signproof.pipeline import Pipeline

__all__: list[str] = []

_Change = Callable[[bytes], bytes]

_DIGEST = "Hash the canonical request with SHA-1 and write it as lower-case hex."
_STRING = "The string to sign is `HMAC-SHA256|` and the hex SHA-1 of the canonical request."
_HMAC = "Use HMAC-SHA256 with the app secret as key and the string to sign as message."
_KEY = "Use the app secret's text as it is, in UTF-8."
_HEX = "Write the signature as 64 lower-case hex digits."
_VALUE = "Send `HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature=<hex>`."


def _digest(algorithm: str, octets: bytes) -> bytes:
    return hashlib.new(algorithm, octets).hexdigest().encode()


def _mac(algorithm: str, secret: bytes, text: bytes) -> bytes:
    return hmac.digest(secret, text, algorithm).hex().encode()


def _add_canonical_digests() -> None:
    for name, title in (
        ("md5", "MD5"),
        ("sha224", "SHA-224"),
        ("sha256", "SHA-256"),
        ("sha384", "SHA-384"),
        ("sha512", "SHA-512"),
    ):
        CATALOGUE.add(
            f"canonical-digest-{name}",
            f"The canonical request is hashed with {title} instead of SHA-1.",
            replaced("canonical_digest", partial(_digest, name)),
            fix=_DIGEST,
            evidence="observed in clients" if name == "sha256" else "derived",
        )
    encodings: tuple[tuple[str, str, _Change], ...] = (
        ("uppercase", "is written in upper-case hex", bytes.upper),
        ("base64", "is written in base64", lambda digest: base64.b64encode(hex_decoded(digest))),
        ("raw", "is written as 20 raw octets", hex_decoded),
        ("hashed-again", "is hashed with SHA-1 once more", partial(_digest, "sha1")),
    )
    for name, text, encode in encodings:
        CATALOGUE.add(
            f"canonical-digest-{name}",
            f"The digest of the canonical request {text}.",
            output_changed("canonical_digest", encode),
            fix=_DIGEST,
        )
    CATALOGUE.add(
        "canonical-request-not-hashed",
        "The canonical request itself stands in the string to sign instead of its digest.",
        replaced("canonical_digest", lambda canonical: canonical),
        fix=_DIGEST,
    )


def _add_strings_to_sign() -> None:
    variants: tuple[tuple[str, str, _Change], ...] = (
        ("label-missing", "lacks `HMAC-SHA256|`", lambda digest: digest),
        ("label-lowercase", "starts with `hmac-sha256|`", lambda digest: b"hmac-sha256|" + digest),
        (
            "label-without-hyphen",
            "starts with `HMACSHA256|`",
            lambda digest: b"HMACSHA256|" + digest,
        ),
        ("label-sha1", "starts with `HMAC-SHA1|`", lambda digest: b"HMAC-SHA1|" + digest),
        ("separator-missing", "has no `|`", lambda digest: b"HMAC-SHA256" + digest),
        (
            "separator-newline",
            "has a newline instead of its `|`",
            lambda digest: b"HMAC-SHA256\n" + digest,
        ),
        (
            "separator-space",
            "has a space instead of its `|`",
            lambda digest: b"HMAC-SHA256 " + digest,
        ),
        (
            "trailing-newline",
            "ends with a newline",
            lambda digest: b"HMAC-SHA256|" + digest + b"\n",
        ),
        (
            "reversed",
            "has the digest before `HMAC-SHA256`",
            lambda digest: digest + b"|HMAC-SHA256",
        ),
        ("label-repeated", "has `HMAC-SHA256|` twice", lambda digest: b"HMAC-SHA256|" * 2 + digest),
    )
    for name, text, write in variants:
        CATALOGUE.add(
            f"string-to-sign-{name}",
            f"The string to sign {text}.",
            replaced("string_to_sign", write),
            fix=_STRING,
        )


@CATALOGUE.mistake(fix=_STRING, evidence="reported by authors of clients")
def string_to_sign_hashed_again(pipeline: Pipeline) -> Pipeline:
    """The string to sign is hashed and labelled a second time."""
    return pipeline.change_output(
        "string_to_sign",
        lambda text: b"HMAC-SHA256|" + hashlib.sha1(text).hexdigest().encode(),  # noqa: S324
    )


@CATALOGUE.mistake(fix=_STRING)
def string_to_sign_as_utf_16(pipeline: Pipeline) -> Pipeline:
    """The text of the string to sign goes into the HMAC in UTF-16 (little endian)."""
    return pipeline.change_output(
        "string_to_sign", lambda text: text.decode("utf-8", "replace").encode("utf-16-le")
    )


@CATALOGUE.mistake(fix=_STRING)
def canonical_request_signed_directly(pipeline: Pipeline) -> Pipeline:
    """The HMAC is made over the canonical request itself."""
    return pipeline.replace("string_to_sign", lambda canonical: canonical, ("canonical_request",))


def _add_macs() -> None:
    for name in ("md5", "sha1", "sha224", "sha384", "sha512"):
        CATALOGUE.add(
            f"hmac-{name}",
            f"The signature is HMAC-{name.upper()} instead of HMAC-SHA256.",
            replaced("signature", partial(_mac, name)),
            fix=_HMAC,
            evidence="documents of 2022 name HMAC-SHA1 and HMAC-MD5"
            if name in {"md5", "sha1"}
            else "derived",
            refusal="malformed-signature",
        )


@CATALOGUE.mistake(fix=_HMAC, evidence="observed where a library takes the message first")
def hmac_key_and_message_swapped(pipeline: Pipeline) -> Pipeline:
    """The string to sign is the HMAC's key and the secret its message."""
    return pipeline.replace(
        "signature", lambda secret, text: hmac.digest(text, secret, "sha256").hex().encode()
    )


@CATALOGUE.mistake(fix=_HMAC)
def plain_hash_secret_first(pipeline: Pipeline) -> Pipeline:
    """The signature is a plain SHA-256 of the secret followed by the string to sign."""
    return pipeline.replace(
        "signature", lambda secret, text: hashlib.sha256(secret + text).hexdigest().encode()
    )


@CATALOGUE.mistake(fix=_HMAC)
def plain_hash_secret_last(pipeline: Pipeline) -> Pipeline:
    """The signature is a plain SHA-256 of the string to sign followed by the secret."""
    return pipeline.replace(
        "signature", lambda secret, text: hashlib.sha256(text + secret).hexdigest().encode()
    )


@CATALOGUE.mistake(fix=_HMAC)
def plain_hash_without_secret(pipeline: Pipeline) -> Pipeline:
    """The signature is a plain SHA-256 of the string to sign."""
    return pipeline.replace(
        "signature", lambda _secret, text: hashlib.sha256(text).hexdigest().encode()
    )


def _base64_decoded(secret: bytes) -> bytes:
    try:
        return base64.b64decode(secret, validate=True)
    except binascii.Error:
        return secret


def _add_keys() -> None:
    variants: tuple[tuple[str, str, _Change, str], ...] = (
        (
            "hex-decoded",
            "The secret is decoded from hex before it is used as the key.",
            hex_decoded,
            "observed: the secret looks like hex",
        ),
        (
            "base64-decoded",
            "The secret is decoded from base64 before it is used as the key.",
            _base64_decoded,
            "derived",
        ),
        (
            "base64-encoded",
            "The secret is encoded in base64 before it is used as the key.",
            base64.b64encode,
            "derived",
        ),
        (
            "uppercase",
            "The secret is put into upper case before it is used as the key.",
            bytes.upper,
            "derived",
        ),
        (
            "with-newline",
            "The secret is used with the newline at the end of the file it was read from.",
            lambda key: key + b"\n",
            "derived",
        ),
        (
            "quoted",
            "The secret is used with the double quotes around it in a settings file.",
            lambda key: b'"' + key + b'"',
            "derived",
        ),
        (
            "hashed",
            "The secret is hashed with SHA-256, and the 32 raw octets are used as the key.",
            lambda key: hashlib.sha256(key).digest(),
            "derived",
        ),
        (
            "empty",
            "An empty key is used instead of the secret.",
            lambda _: b"",
            "observed: one SDK signs with an empty secret",
        ),
        (
            "cut-to-32",
            "Only the first 32 octets of the secret are used as the key.",
            lambda key: key[:32],
            "derived",
        ),
        (
            "as-utf-16",
            "The secret's text is used in UTF-16 (little endian) as the key.",
            lambda key: key.decode("utf-8", "replace").encode("utf-16-le"),
            "derived",
        ),
    )
    for name, text, change, evidence in variants:
        CATALOGUE.add(
            f"secret-{name}",
            text,
            input_changed("signature", "app_secret", change),
            fix=_KEY,
            evidence=evidence,
        )


@CATALOGUE.mistake(fix="Sign with the app secret, not with the access token.")
def token_as_secret(pipeline: Pipeline) -> Pipeline:
    """The access token is used as the HMAC's key."""
    return _keyed_with(pipeline, "token")


@CATALOGUE.mistake(fix="Sign with the app secret, not with the app key.")
def app_key_as_secret(pipeline: Pipeline) -> Pipeline:
    """The app key is used as the HMAC's key."""
    return _keyed_with(pipeline, "app_key")


def _keyed_with(pipeline: Pipeline, source: str) -> Pipeline:
    mac = function_of(pipeline, "signature")
    return pipeline.replace("signature", mac, (source, "string_to_sign"))


def _add_encodings() -> None:
    variants: tuple[tuple[str, str, _Change], ...] = (
        ("uppercase-hex", "written in upper-case hex", bytes.upper),
        ("base64", "written in base64", lambda digits: base64.b64encode(hex_decoded(digits))),
        (
            "base64url",
            "written in url-safe base64 without padding",
            lambda digits: base64.urlsafe_b64encode(hex_decoded(digits)).rstrip(b"="),
        ),
        ("base64-of-hex", "written in hex, and that again in base64", base64.b64encode),
        ("cut-to-32", "cut to its first 32 hex digits", lambda digits: digits[:32]),
        ("0x-prefixed", "written with `0x` in front", lambda digits: b"0x" + digits),
        (
            "colon-separated",
            "written with colons between its octets",
            lambda digits: hex_decoded(digits).hex(":").encode(),
        ),
    )
    for name, text, encode in variants:
        CATALOGUE.add(
            f"signature-{name}",
            f"The signature is {text}.",
            output_changed("signature", encode),
            fix=_HEX,
            evidence="observed in clients" if name in {"uppercase-hex", "base64"} else "derived",
            refusal="malformed-signature",
        )


def _add_values() -> None:
    prefix = b"HMAC-SHA256 SignedHeaders=" + NAMES
    malformed = "malformed-signature"
    variants: tuple[tuple[str, str, _Change, str], ...] = (
        ("bare", "is the bare signature without its prefix", lambda digits: digits, malformed),
        (
            "without-algorithm",
            "lacks the algorithm in front",
            lambda digits: b"SignedHeaders=" + NAMES + b", Signature=" + digits,
            malformed,
        ),
        (
            "without-names",
            "lacks SignedHeaders",
            lambda digits: b"HMAC-SHA256 Signature=" + digits,
            malformed,
        ),
        (
            "without-space",
            "has no space after its comma",
            lambda digits: prefix + b",Signature=" + digits,
            malformed,
        ),
        (
            "without-comma",
            "has no comma",
            lambda digits: prefix + b" Signature=" + digits,
            malformed,
        ),
        (
            "semicolon",
            "has `;` instead of its comma",
            lambda digits: prefix + b"; Signature=" + digits,
            malformed,
        ),
        (
            "quoted",
            "has quotes around the signature",
            lambda digits: prefix + b', Signature="' + digits + b'"',
            malformed,
        ),
        (
            "lowercase-names",
            "has `signedheaders` and `signature` in lower case",
            lambda digits: (
                (prefix + b", Signature=").lower().replace(b"hmac-sha256", b"HMAC-SHA256") + digits
            ),
            malformed,
        ),
        (
            "lowercase-algorithm",
            "has the algorithm in lower case",
            lambda digits: (
                prefix.replace(b"HMAC-SHA256", b"hmac-sha256") + b", Signature=" + digits
            ),
            malformed,
        ),
        (
            "other-algorithm",
            "names HMAC-SHA1 instead of HMAC-SHA256",
            lambda digits: prefix.replace(b"SHA256", b"SHA1") + b", Signature=" + digits,
            "wrong-algorithm",
        ),
        (
            "signature-first",
            "has Signature before SignedHeaders",
            lambda digits: b"HMAC-SHA256 Signature=" + digits + b", SignedHeaders=" + NAMES,
            malformed,
        ),
        (
            "names-reordered",
            "lists the header names in the order x-api-key, authorization, x-timestamp",
            lambda digits: (
                b"HMAC-SHA256 SignedHeaders=x-api-key;authorization;x-timestamp, Signature="
                + digits
            ),
            "wrong-signed-headers",
        ),
        (
            "names-title-case",
            "lists the header names as `Authorization;X-Api-Key;X-Timestamp`",
            lambda digits: b"HMAC-SHA256 SignedHeaders=" + NAMES.title() + b", Signature=" + digits,
            "wrong-signed-headers",
        ),
        (
            "names-commas",
            "joins the header names with commas",
            lambda digits: prefix.replace(b";", b",") + b", Signature=" + digits,
            malformed,
        ),
        *(
            (
                f"names-lack-{name.decode()}",
                f"does not list {name.decode()}",
                partial(
                    value_of, names=b";".join(each for each in NAMES.split(b";") if each != name)
                ),
                "wrong-signed-headers",
            )
            for name in NAMES.split(b";")
        ),
    )
    for name, text, write, refusal in variants:
        CATALOGUE.add(
            f"value-{name}",
            f"The value of X-Api-Signature {text}.",
            replaced("header", write),
            fix=_VALUE,
            evidence="observed in clients" if name == "bare" else "derived",
            refusal=refusal,
        )


_add_canonical_digests()
_add_strings_to_sign()
_add_macs()
_add_keys()
_add_encodings()
_add_values()
