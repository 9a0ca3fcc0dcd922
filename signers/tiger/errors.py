"""What a Tiger signer or verifier refuses, each with its reason's identifier.

Whatever a message repeats of what was received is a field's name, printed as ASCII and cut short:
values may be account numbers, an institution's secret key or a token.
"""

from signers.errors import InvalidInput, ResponseError, SignerError, VerificationError

__all__ = [
    "ConflictingField",
    "DuplicateField",
    "EmptyField",
    "EmptyResponseSignature",
    "InsecureUrl",
    "InvalidBizContent",
    "InvalidTigerId",
    "InvalidTimestamp",
    "KeyTooSmall",
    "MalformedField",
    "MalformedJson",
    "MalformedResponseSignature",
    "MalformedSignature",
    "MalformedTimestamp",
    "MalformedToken",
    "MissingField",
    "MissingResponseSignature",
    "NaiveInstant",
    "NullResponseSignature",
    "OtherTimestampSigned",
    "RedirectFollowed",
    "TokenWithScheme",
    "Unencodable",
    "UnencodableField",
    "UnknownCharset",
    "UnknownEndpoint",
    "UnknownTigerId",
    "UnsignableBody",
    "UnsignableField",
    "UnsignableValue",
    "WrongKeyType",
    "WrongResponseSignature",
    "WrongSignType",
    "WrongSignature",
    "shown",
]

_LONGEST_SHOWN = 60


def shown(name: object) -> str:
    """Return a name for a message: in quotes, as ASCII, at most some 60 characters of it."""
    text = ascii(name)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


# What the caller passed.


class WrongKeyType(InvalidInput):
    """The key is not an RSA key of the expected half."""

    reason = "wrong-key-type"

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"the key is a {found}: pass an {expected}, loaded from the key's text")


class KeyTooSmall(InvalidInput):
    """The modulus has no room for the encoded message."""

    reason = "key-too-small"

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(
            f"an encoded message of SHA-1 does not fit {length} octets (at least 46, and below "
            "the modulus): use a key of 1024 bits or more"
        )


class InvalidTigerId(InvalidInput):
    """The tiger_id is empty or holds what no developer page gives."""

    reason = "invalid-tiger-id"

    def __init__(self) -> None:
        super().__init__(
            "the tiger_id is empty or holds something else than visible ASCII: copy it from the "
            "developer page, without quotes, spaces or comments"
        )


class InvalidTimestamp(InvalidInput):
    """The timestamp to be signed has another form than the documented one."""

    reason = "malformed-timestamp"

    def __init__(self) -> None:
        super().__init__(
            "the timestamp is not text of the form YYYY-MM-DD HH:MM:SS: use format_timestamp, or "
            "write the instant so"
        )


class NaiveInstant(InvalidInput):
    """An instant without a time zone."""

    reason = "naive-instant"

    def __init__(self) -> None:
        super().__init__(
            "the instant has no time zone: pass an aware datetime, such as datetime.now(UTC)"
        )


class EmptyField(InvalidInput):
    """A field that every request carries is empty or absent."""

    reason = "missing-field"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the field {name} is missing, empty or not text: every request names it")


class ConflictingField(InvalidInput):
    """A field that the signer sets was passed with another value."""

    reason = "conflicting-field"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"the field {name} was passed with another value than the signer's: leave it out"
        )


class Unencodable(InvalidInput):
    """A text holds a character that the charset cannot write, or octets it cannot read."""

    reason = "unencodable-text"

    def __init__(self, name: str, charset: str, what: str) -> None:
        self.name = name
        self.charset = charset
        self.what = what
        super().__init__(f"the field {shown(name)} has no {charset} form: {what}; take it out")


class UnsignableValue(InvalidInput):
    """A top-level value has no known text in the sign content."""

    reason = "unsignable-value"

    def __init__(self, name: object, found: str) -> None:
        self.name = name
        self.found = found
        super().__init__(
            f"the field {shown(name)} is a {found}, of which it is not known how it is signed: "
            "pass text (an object goes as JSON text, as biz_content does)"
        )


class InvalidBizContent(InvalidInput):
    """The parameters cannot be written as JSON."""

    reason = "invalid-biz-content"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"biz_content cannot be written: {problem}")


class TokenWithScheme(InvalidInput):
    """The token starts with an authentication scheme."""

    reason = "token-with-scheme"

    def __init__(self) -> None:
        super().__init__(
            'the token starts with "Bearer ": the Authorization header is the raw token, so take '
            "the word off"
        )


class MalformedToken(InvalidInput):
    """The token does not have the form of a TBHK token."""

    reason = "malformed-token"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}: copy the value of `token` anew from its file")


class UnknownEndpoint(InvalidInput):
    """No address is known for this environment."""

    reason = "unknown-endpoint"

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"no address of the environment {environment} is documented: set the address by hand"
        )


class UnsignableBody(InvalidInput):
    """What httpx is about to send is no request of this API."""

    reason = "unsignable-body"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"{problem}: POST a JSON object with `method`, and `biz_content` as JSON text"
        )


class InsecureUrl(InvalidInput):
    """A credential would travel unencrypted."""

    reason = "insecure-url"

    def __init__(self, origin: str) -> None:
        self.origin = origin
        super().__init__(
            f"{origin} is not encrypted and not loopback: account and token would travel in the "
            "clear; use https"
        )


class RedirectFollowed(SignerError):
    """The HTTP client followed a redirect with a signed request."""

    reason = "redirect-followed"

    def __init__(self, hops: tuple[str, ...]) -> None:
        self.hops = hops
        super().__init__(
            f"the client followed a redirect ({' -> '.join(hops)}): the signed request may have "
            "gone to another host; send with follow_redirects=False and call the final address"
        )


# What a client sent.


class MalformedJson(VerificationError):
    """The body is not a JSON object."""

    reason = "malformed-json"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the body is {problem}: send one JSON object in UTF-8")


class DuplicateField(VerificationError):
    """A name stands twice in one object."""

    reason = "duplicate-field"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the name {shown(name)} stands twice in one JSON object: send it once")


class MissingField(VerificationError):
    """A field that every SDK sends is absent, null or empty."""

    reason = "missing-field"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the field {name} is missing, null or empty: send it and sign it")


class MalformedField(VerificationError):
    """A field that every SDK sends as text is something else."""

    reason = "malformed-field"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the field {name} is not a JSON string: send it as text")


class UnknownCharset(VerificationError):
    """The charset is neither UTF-8 nor GBK."""

    reason = "unknown-charset"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"the charset is {shown(found)}: use UTF-8 or GBK")


class WrongSignType(VerificationError):
    """Another sign_type than RSA is named."""

    reason = "wrong-sign-type"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"the sign_type is {shown(found)}: use RSA")


class MalformedTimestamp(VerificationError):
    """The timestamp has another form than the documented one."""

    reason = "malformed-timestamp"

    def __init__(self) -> None:
        super().__init__("the timestamp does not have the form YYYY-MM-DD HH:MM:SS: write it so")


class UnknownTigerId(VerificationError):
    """No public key is known for this tiger_id."""

    reason = "unknown-tiger-id"

    def __init__(self) -> None:
        super().__init__("the tiger_id is not a known one: check it against the developer page")


class MalformedSignature(VerificationError):
    """The field sign is not a signature's base64."""

    reason = "malformed-signature"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"the field sign {problem}: send standard padded base64 in one line, of exactly the "
            "key's length"
        )


class UnencodableField(VerificationError):
    """A field holds a character that the request's charset cannot write."""

    reason = "unencodable-text"

    def __init__(self, name: str, charset: str, what: str) -> None:
        self.name = name
        self.charset = charset
        self.what = what
        super().__init__(
            f"the field {shown(name)} has no {charset} form: {what}; name the charset that was "
            "signed"
        )


class UnsignableField(VerificationError):
    """A top-level value is an object or a list."""

    reason = "unsignable-value"

    def __init__(self, name: str, found: str) -> None:
        self.name = name
        self.found = found
        super().__init__(
            f"the field {shown(name)} is a {found}, of which it is not known how it is signed: "
            "send it as JSON text"
        )


class WrongSignature(VerificationError):
    """The signature does not belong to this request and key."""

    reason = "wrong-signature"

    def __init__(self) -> None:
        super().__init__(
            "the signature does not match the request as received: the private key is not the one "
            "of this tiger_id, or what was signed is not what was sent"
        )


# What the gateway answered.


class MissingResponseSignature(ResponseError):
    """The answer has no member sign, and one was required."""

    reason = "missing-response-signature"

    def __init__(self) -> None:
        super().__init__(
            "the answer has no member `sign`: do not trust it, or accept unsigned answers as some "
            "SDKs do"
        )


class NullResponseSignature(ResponseError):
    """The member sign is null."""

    reason = "null-response-signature"

    def __init__(self) -> None:
        super().__init__(
            "the answer's `sign` is null: do not trust the answer; a server that does not sign "
            "leaves the member out"
        )


class EmptyResponseSignature(ResponseError):
    """The member sign is empty."""

    reason = "empty-response-signature"

    def __init__(self) -> None:
        super().__init__(
            "the answer's `sign` is empty: do not trust the answer; a server that does not sign "
            "leaves the member out"
        )


class MalformedResponseSignature(ResponseError):
    """The member sign is not a signature's base64."""

    reason = "malformed-response-signature"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"the answer's `sign` {problem}: do not trust the answer, and check that the public "
            "key is the gateway's, not your own"
        )


class OtherTimestampSigned(ResponseError):
    """The signature is good but for another timestamp than the request's."""

    reason = "other-timestamp"

    def __init__(self) -> None:
        super().__init__(
            "the answer's signature covers the answer's own timestamp: it must cover the timestamp "
            "of the request, as text"
        )


class WrongResponseSignature(ResponseError):
    """The signature is not one over the request's timestamp."""

    reason = "wrong-response-signature"

    def __init__(self) -> None:
        super().__init__(
            "the answer's signature does not match the request's timestamp: the answer belongs to "
            "another request, or the public key is not the gateway's"
        )
