"""What is refused about certificates, times and URLs, each with its reason's identifier.

What has many ways to be wrong has a list of them beside it: credentials, CA signatures, `.env`.
"""

from signers.errors import InvalidInput, SignerError

__all__ = [
    "InsecureUrl",
    "InstantOutOfRange",
    "InvalidSignedText",
    "KeyMismatch",
    "MalformedExpireTime",
    "NaiveInstant",
    "PersonIdNotFound",
    "RedirectFollowed",
    "UnsupportedKey",
]


class PersonIdNotFound(InvalidInput):
    """The certificate's subject has no CN to take a person id from."""

    reason = "person-id-not-found"

    def __init__(self) -> None:
        super().__init__(
            "the certificate has no person id in its CN: pass the leaf that the broker issued, "
            "downloaded from the API management page"
        )


class NaiveInstant(InvalidInput):
    """An instant without a time zone."""

    reason = "naive-instant"

    def __init__(self) -> None:
        super().__init__(
            "the instant has no time zone: pass an aware datetime, such as datetime.now(UTC)"
        )


class InstantOutOfRange(InvalidInput):
    """An instant that cannot be written."""

    reason = "instant-out-of-range"

    def __init__(self) -> None:
        super().__init__(
            "the instant is outside of the years 1 to 9999: pass Unix seconds, not milliseconds"
        )


class MalformedExpireTime(InvalidInput):
    """A text is no expire_time in the page's form."""

    reason = "malformed-expire-time"

    def __init__(self, form: str) -> None:
        self.form = form
        """The form it has instead, a value of `Form`."""
        super().__init__(
            f"the expire_time is not written YYYY-MM-DDTHH:MM:SS but otherwise ({form}): write "
            "it so, in UTC and without an offset"
        )


class UnsupportedKey(InvalidInput):
    """The key is not an RSA key of a usual size."""

    reason = "unsupported-key"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"the key is {found}: CA signatures are known for RSA keys of 1024 to 8192 bits only; "
            "use the certificate that the broker issued"
        )


class KeyMismatch(InvalidInput):
    """The private key is not the certificate's."""

    reason = "key-mismatch"

    def __init__(self) -> None:
        super().__init__(
            "the private key is not the one of this certificate: take both from the same file"
        )


class InvalidSignedText(InvalidInput):
    """A part of the text to be signed cannot be signed."""

    reason = "invalid-signed-text"

    def __init__(self, part: str, problem: str) -> None:
        self.part = part
        self.problem = problem
        super().__init__(f"the part {part} {problem}")


class InsecureUrl(InvalidInput):
    """Key and secret would travel unencrypted."""

    reason = "insecure-url"

    def __init__(self, origin: str) -> None:
        self.origin = origin
        super().__init__(
            f"{origin} would receive the key and its secret unencrypted: use https, or a server "
            "on loopback"
        )


class RedirectFollowed(SignerError):
    """The client followed a redirect of a request that carried the secret."""

    reason = "redirect-followed"

    def __init__(self, hops: tuple[str, ...]) -> None:
        self.hops = hops
        super().__init__(
            f"the client followed a redirect ({' -> '.join(hops)}), which the broker's server "
            "does not send: send with follow_redirects=False and call the final address"
        )
