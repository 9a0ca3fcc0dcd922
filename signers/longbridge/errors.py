"""What a Longbridge signer or verifier refuses, each with its reason's identifier."""

from signers.errors import InvalidInput, SignerError, VerificationError

__all__ = [
    "DuplicateHeader",
    "EmptyCredential",
    "InsecureUrl",
    "InvalidMethod",
    "InvalidTarget",
    "InvalidValue",
    "MalformedSignature",
    "MissingHeader",
    "RedirectFollowed",
    "SecretWithSpace",
    "TokenWithScheme",
    "UnknownApiKey",
    "WrongAlgorithm",
    "WrongSignature",
    "WrongSignedHeaders",
]


class EmptyCredential(InvalidInput):
    """A credential's part is empty."""

    reason = "empty-credential"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is empty: set it from the developer page before signing")


class TokenWithScheme(InvalidInput):
    """The access token starts with an authentication scheme."""

    reason = "token-with-scheme"

    def __init__(self) -> None:
        super().__init__(
            'the access token starts with "Bearer ": with an API key the Authorization header is '
            "the raw token, so take the word off"
        )


class InvalidValue(InvalidInput):
    """A header's value cannot travel unchanged."""

    reason = "invalid-value"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name} holds white space, a control or a non-ASCII character, which would not arrive "
            "as it was signed: take it out"
        )


class SecretWithSpace(InvalidInput):
    """The app secret has white space around it."""

    reason = "secret-with-space"

    def __init__(self) -> None:
        super().__init__(
            "the app secret starts or ends with white space, a file's newline perhaps: take it off"
        )


class InvalidMethod(InvalidInput):
    """The method is not an HTTP token."""

    reason = "invalid-method"

    def __init__(self, method: str) -> None:
        self.method = method
        super().__init__(f"{method!r} is not an HTTP method: pass letters only, such as GET")


class InvalidTarget(InvalidInput):
    """Path or query is not what would stand in the request line."""

    reason = "invalid-target"

    def __init__(self, part: str, value: str) -> None:
        self.part = part
        self.value = value
        what = {
            "path": 'must start with "/" and hold neither "?" nor "#"',
            "query": 'must hold no "#"',
        }[part]
        super().__init__(
            f"the {part} {value!r} {what}, and be visible ASCII: percent-encode the rest and pass "
            "exactly what is sent"
        )


class InsecureUrl(InvalidInput):
    """A credential would travel unencrypted."""

    reason = "insecure-url"

    def __init__(self, origin: str) -> None:
        self.origin = origin
        super().__init__(
            f"{origin} is not encrypted and not loopback: the access token would travel in the "
            "clear; use https"
        )


class RedirectFollowed(SignerError):
    """The HTTP client followed a redirect with an old signature."""

    reason = "redirect-followed"

    def __init__(self, hops: tuple[str, ...]) -> None:
        self.hops = hops
        super().__init__(
            f"the client followed a redirect ({' -> '.join(hops)}): the API key and a signature "
            "for another request went along; send with follow_redirects=False and call the final "
            "address"
        )


class MissingHeader(VerificationError):
    """A header that every signed request carries is absent or empty."""

    reason = "missing-header"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is missing or empty: send it exactly as it was signed")


class DuplicateHeader(VerificationError):
    """A header that must stand alone was sent more than once."""

    reason = "duplicate-header"

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.count = count
        super().__init__(f"{name} was sent {count} times: send it once")


class MalformedSignature(VerificationError):
    """The value of X-Api-Signature does not have the documented form."""

    reason = "malformed-signature"

    def __init__(self) -> None:
        super().__init__(
            "X-Api-Signature is not `HMAC-SHA256 SignedHeaders=<names>, Signature=<64 lower-case "
            "hex digits>`: compare it character by character"
        )


class WrongAlgorithm(VerificationError):
    """Another algorithm than the documented one is named."""

    reason = "wrong-algorithm"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"X-Api-Signature names the algorithm {found!r}: use HMAC-SHA256")


class WrongSignedHeaders(VerificationError):
    """Other signed headers than the documented three are named."""

    reason = "wrong-signed-headers"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"SignedHeaders is {found!r}: it must be authorization;x-api-key;x-timestamp, in this "
            "order"
        )


class UnknownApiKey(VerificationError):
    """The API key is not the one this verifier holds the secret of."""

    reason = "unknown-api-key"

    def __init__(self) -> None:
        super().__init__("X-Api-Key is not a known key: check it against the developer page")


class WrongSignature(VerificationError):
    """The signature does not belong to this request and secret."""

    reason = "wrong-signature"

    def __init__(self) -> None:
        super().__init__(
            "the signature does not match the request as received: the secret differs, or what "
            "was signed is not what was sent"
        )
