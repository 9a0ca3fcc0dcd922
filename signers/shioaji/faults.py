"""What the broker and its SDK answer when they refuse, and what to do.

The texts are the broker's own, as it documents them or as its SDK was seen to raise them; they
are what a mock must send. The identifiers and the advice are ours.
"""

import enum
import re
from dataclasses import dataclass

from signers.evidence import Evidence

__all__ = [
    "DETAIL",
    "HTTP_EXCEPTIONS",
    "OTHER_EXCEPTION",
    "Fault",
    "exception_for",
    "find_fault",
]

HTTP_EXCEPTIONS = {
    400: "BadRequestError",
    401: "TokenError",
    403: "ShioajiPermissionError",
    422: "ValidationError",
    503: "SystemMaintenance",
}
"""The Python SDK's exception by the status of the answer (documented)."""

OTHER_EXCEPTION = "ServerError"
"""The exception of every other status (documented)."""

DETAIL = "StatusCode: {status}, Detail: {message}"
"""The text of those exceptions (documented)."""

_NEW_KEY = "a lost secret cannot be shown again: make a new key on the API management page"
_CERTIFICATE = (
    "download the certificate with `Download Certificate` on the API management page, or with "
    "eleader"
)


def exception_for(status: int | None) -> str:
    """Return the name of the Python SDK's exception for an HTTP status."""
    return OTHER_EXCEPTION if status is None else HTTP_EXCEPTIONS.get(status, OTHER_EXCEPTION)


@dataclass(frozen=True, slots=True)
class _Row:
    template: str
    """The text, with names in braces."""
    status: int | None
    """The HTTP status of the broker's answer; None where the SDK refuses by itself."""
    advice: str
    evidence: Evidence = Evidence.DOCUMENTED
    exception: str | None = None
    """The SDK's exception; None for the one that belongs to the status."""


class Fault(enum.StrEnum):
    """A refusal; the value is its identifier."""

    # The broker's answers.
    KEY_UNKNOWN = "key-unknown"
    """No such API key."""
    CA_EMPTY = "ca-empty"
    """A production order without a CA signature."""
    WRONG_LOGIN = "wrong-login"
    """The login to the simulation went wrong (documented)."""
    WRONG_SIGNATURE = "wrong-signature"
    """The login's signature is not by the key's secret."""
    IP_REFUSED = "ip-refused"
    """The caller's address is not on the key's list."""
    NO_PRODUCTION = "no-production-permission"
    """The key is for simulation only."""
    NO_PERMISSION = "no-permission"
    """The key may not make this call."""
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - an identifier
    """The login is over 24 hours ago, or the broker ended it for too much use (documented)."""
    TOKEN_INVALID = "token-invalid"  # noqa: S105 - an identifier
    """The token is malformed, or of the other environment (documented)."""
    TOKEN_MISSING = "token-missing"  # noqa: S105 - an identifier
    """There is no token."""
    KEY_EXPIRED = "key-expired"
    """The API key has ended."""
    SIGN_TIMEOUT = "sign-timeout"
    """The login's time is not the broker's."""
    ACCOUNT_REFUSED = "account-refused"
    """The account's signature for API usage or its test in simulation is missing (documented).

    That an account which the key does not have is refused with it, too, is inferred.
    """
    ACCOUNT_UNSIGNED = "account-unsigned"
    """The account's signature for API usage is missing."""
    TOO_MANY_CONNECTIONS = "too-many-connections"
    """More sessions than are allowed."""

    # What the SDK says of the CA.
    NOT_AUTHENTICATED = "not-authenticated"
    """Not logged in."""
    CA_NOT_ACTIVATED = "ca-not-activated"
    """No CA of this person was activated."""
    CA_EXPIRED = "ca-expired"
    """The certificate has ended."""
    CA_PASSWORD = "ca-password"  # noqa: S105 - an identifier
    """The CA file's password is wrong, or seems so."""
    CA_FILE_MISSING = "ca-file-missing"
    """There is no CA file."""
    CA_NOT_PFX = "ca-not-pfx"
    """The CA file is no PKCS#12."""
    CA_NO_PAIR = "ca-no-pair"
    """The CA file lacks certificate or key."""
    CA_NO_PERSON = "ca-no-person"
    """The certificate has no CN."""

    # What the local server says of the header Authorization.
    HEADER_MISSING = "authorization-missing"
    """No header."""
    HEADER_MALFORMED = "authorization-malformed"
    """Not `Bearer`."""
    BEARER_MALFORMED = "bearer-malformed"
    """Not key and secret."""
    WRONG_CREDENTIALS = "wrong-credentials"
    """Another key or secret."""

    # What is refused here where the SDK was not seen to. The texts are ours.
    CA_NOT_YET_VALID = "ca-not-yet-valid"
    """The certificate has not begun."""
    PERSON_DIFFERS = "person-differs"
    """Another person id was passed than the certificate's."""

    @property
    def template(self) -> str:
        """The text, with names in braces where values stand."""
        return _ROWS[self].template

    @property
    def status(self) -> int | None:
        """The HTTP status; None where the SDK refuses by itself."""
        return _ROWS[self].status

    @property
    def exception(self) -> str:
        """The name of the Python SDK's exception.

        For what the CA library says of a file, and for the two texts of ours, it is inferred.
        """
        return _ROWS[self].exception or exception_for(_ROWS[self].status)

    @property
    def advice(self) -> str:
        """What to do."""
        return _ROWS[self].advice

    @property
    def evidence(self) -> Evidence:
        """How text and status are known; when they are sent is another matter."""
        return _ROWS[self].evidence

    def text(self, **values: str) -> str:
        """Return the text with the names in braces replaced; every one of them is needed."""
        return self.template.format(**values)


_ROWS = {
    # The broker's answers.
    Fault.KEY_UNKNOWN: _Row(
        "key: {key_id} not exist.",
        400,
        f"the API key is not known: check it against the API management page; {_NEW_KEY}",
    ),
    Fault.CA_EMPTY: _Row(
        "Ca is empty",
        400,
        "a production order came without a CA signature: activate the CA first",
    ),
    Fault.WRONG_LOGIN: _Row(
        "Incorrect userid or password",
        400,
        "the login to the simulation went wrong: check the API key and its secret; a person id "
        "and its password are not what to log in with",
    ),
    Fault.WRONG_SIGNATURE: _Row(
        "key: {key_id} not match signature.",
        401,
        f"the secret key is not the one of this API key: copy both from one place; {_NEW_KEY}",
    ),
    Fault.IP_REFUSED: _Row(
        "ip: {ip} not allow.",
        401,
        "add this machine's public address to the key's list on the API management page",
    ),
    Fault.NO_PRODUCTION: _Row(
        "Token doesn't have production permission.",
        401,
        "use simulation, or a key with the permission Production Environment",
    ),
    Fault.NO_PERMISSION: _Row(
        "Token doesn't have permission",
        401,
        "use a key with the permission that the call needs: Market / Data, Account or Trading",
    ),
    Fault.TOKEN_EXPIRED: _Row(
        "Token is expired",
        401,
        "log in again: a token holds 24 hours; where it ended sooner, a limit of use was passed: "
        "wait a minute before the login",
    ),
    Fault.TOKEN_INVALID: _Row(
        "Could not validate credentials",
        401,
        "log in again, to the environment that is called: simulation or production",
    ),
    Fault.TOKEN_MISSING: _Row("Not provided authenticated token", 401, "log in before the call"),
    Fault.KEY_EXPIRED: _Row(
        "{key_id} is expired.",
        406,
        "the API key has ended: make a new one on the API management page",
    ),
    Fault.SIGN_TIMEOUT: _Row(
        "Sign data is timeout.",
        406,
        "set this machine's clock: it may be off by no more than the receive window (30 s)",
    ),
    Fault.ACCOUNT_REFUSED: _Row(
        "Account Not Acceptable.",
        406,
        "complete the signature for API usage of this account and its test of login and order in "
        "simulation; where both are done, use an account that the key includes",
    ),
    Fault.ACCOUNT_UNSIGNED: _Row(
        "Please sign {broker_id}{account_id} first.",
        406,
        "complete the signature for API usage of this account, then wait for its audit",
    ),
    Fault.TOO_MANY_CONNECTIONS: _Row(
        "Too Many Connections.",
        451,
        "log out of sessions that are not needed, and do not retry a failed login in a loop: a "
        "person has 5 connections, and each login takes one",
    ),
    # What the SDK says of the CA.
    Fault.NOT_AUTHENTICATED: _Row(
        "Not authenticated",
        None,
        "log in first, then activate the CA",
        Evidence.SDK,
        exception="AuthError",
    ),
    Fault.CA_NOT_ACTIVATED: _Row(
        "CA not activated for: {person_id}",
        400,
        f"activate the CA of this person before production orders; {_CERTIFICATE}",
        exception="CaError",
    ),
    Fault.CA_EXPIRED: _Row(
        "Ca has expired!",
        None,
        f"the certificate has ended: {_CERTIFICATE}, and activate it",
        exception="CaExpiredError",
    ),
    Fault.CA_PASSWORD: _Row(
        "Ca Password Incorrect",
        None,
        "pass the CA file's own password: the national id where no other was set; the SDK says "
        "the same of a file without a MAC",
        exception="CaPasswordError",
    ),
    Fault.CA_FILE_MISSING: _Row(
        "ReadFile Error No such file or directory",
        None,
        "check the path: an absolute one, in ASCII, with forward slashes",
        Evidence.SDK,
        exception="CaError",
    ),
    Fault.CA_NOT_PFX: _Row(
        "OpenSSL Error",
        None,
        f"the file is no PKCS#12: {_CERTIFICATE}",
        Evidence.SDK,
        exception="CaError",
    ),
    Fault.CA_NO_PAIR: _Row(
        "Cert Not Found",
        None,
        f"the file lacks the certificate or its key: {_CERTIFICATE}",
        Evidence.SDK,
        exception="CaError",
    ),
    Fault.CA_NO_PERSON: _Row(
        "Cert Person ID Not Found",
        None,
        f"the certificate has no person id in its CN, so it is none of the broker's: "
        f"{_CERTIFICATE}",
        Evidence.SDK,
        exception="CaError",
    ),
    # What the local server says of the header Authorization.
    Fault.HEADER_MISSING: _Row(
        "Missing Authorization header", 401, "send `Authorization: Bearer <key>:<secret>`"
    ),
    Fault.HEADER_MALFORMED: _Row(
        "Invalid Authorization format, expected: Bearer <api_key>:<secret_key>",
        401,
        "begin the header's value with `Bearer` and one space",
    ),
    Fault.BEARER_MALFORMED: _Row(
        "Invalid token format, expected: <api_key>:<secret_key>",
        401,
        "put one colon between key and secret, without spaces",
    ),
    Fault.WRONG_CREDENTIALS: _Row(
        "Invalid API credentials",
        401,
        "send the key and secret that the server itself was started with",
    ),
    # What is refused here where the SDK was not seen to. The texts are ours.
    Fault.CA_NOT_YET_VALID: _Row(
        "the certificate is not valid yet",
        None,
        "set this machine's clock, or wait until the certificate begins",
        Evidence.INFERRED,
        exception="CaError",
    ),
    Fault.PERSON_DIFFERS: _Row(
        "the certificate is another person's",
        None,
        "pass the person id that the certificate has, or that person's certificate",
        Evidence.INFERRED,
        exception="CaError",
    ),
}


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(template))
    return re.compile(escaped)


_BY_TEXT = [(fault, _pattern(fault.template)) for fault in Fault if fault.status is not None]
_LONGEST = 1_000


def find_fault(status: int, message: str) -> Fault | None:
    """Return the documented fault with this HTTP status and text, None where there is none."""
    if len(message) > _LONGEST:
        return None
    matches = (fault for fault, shape in _BY_TEXT if shape.fullmatch(message))
    return next((fault for fault in matches if fault.status == status), None)
