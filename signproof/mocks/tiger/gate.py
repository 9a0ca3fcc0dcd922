"""The checks that a request passes before any call sees it."""

from dataclasses import dataclass

from signers.errors import VerificationError
from signers.request import SignedRequest
from signers.tiger import (
    PATH,
    Charset,
    DuplicateField,
    EmptyValues,
    MalformedJson,
    MalformedSignature,
    MalformedTimestamp,
    MissingField,
    TokenWithScheme,
    UnencodableField,
    UnknownCharset,
    UnknownTigerId,
    UnsignableField,
    Verified,
    WrongSignature,
    WrongSignType,
)
from signers.tiger.body import read_object
from signproof.mocks.limits import Limit, SlidingWindow
from signproof.mocks.tiger.developers import Developers, DeveloperState, instant
from signproof.mocks.tiger.envelope import ErrorCode, NotAuthenticated
from signproof.requests import origin_form

__all__ = ["Admitted", "Gate", "request_timestamp"]

_BEARER = b"bearer "

_CODES: dict[type[VerificationError], ErrorCode] = {
    MissingField: ErrorCode.COMMON_EMPTY,
    MalformedTimestamp: ErrorCode.TIMESTAMP_INVALID,
    UnknownTigerId: ErrorCode.DEVELOPER_UNKNOWN,
    MalformedSignature: ErrorCode.SIGNATURE_MALFORMED,
    WrongSignature: ErrorCode.SIGNATURE_WRONG,
}
"""What the gateway calls each fault; every other one is COMMON_INVALID."""

# What these found is a piece of the request, where a client may have put anything.
_WITHOUT_ECHO: dict[type[VerificationError], str] = {
    DuplicateField: "a name stands twice in one JSON object: send it once",
    UnknownCharset: "the charset is neither UTF-8 nor GBK",
    WrongSignType: "another sign_type than RSA is named",
    UnsignableField: (
        "a top-level field is an object, a list or a fraction, of which it is not known how it is "
        "signed: send it as JSON text"
    ),
    UnencodableField: (
        "a top-level field holds a character that the charset cannot write: name the charset that "
        "was signed"
    ),
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request whose authentication was accepted, but for an institution's secret key."""

    developer: DeveloperState
    verified: Verified

    def __str__(self) -> str:
        """Say what was signed, for the verdict."""
        parts = ["the signature is right"]
        if self.verified.empty_values is EmptyValues.LEFT_OUT:
            parts.append("over the fields that are not empty or null")
        if self.verified.charset is not Charset.UTF_8:
            parts.append(f"in the charset {self.verified.charset}")
        return ", ".join(parts)


class Gate:
    """Authenticates requests; what it remembers are call times."""

    def __init__(self, developers: Developers, *, rate_limit: Limit | None) -> None:
        """Guard *developers*; *rate_limit* None lets any number of calls through."""
        self._developers = developers
        self._rate_limit = rate_limit
        self._windows: dict[str, SlidingWindow] = {}

    def admit(self, request: SignedRequest, client_ip: str, now_ms: int) -> Admitted:
        """Let *request* pass or raise NotAuthenticated.

        The order of the checks is this method's order of lines, and within the signature that of
        `signers.tiger.Verifier.verify`. The real gateway's is unknown.
        """
        _check_target(request)
        admitted = self._check_signature(request)
        _check_address(admitted.developer, client_ip)
        _check_token(request, admitted.developer, now_ms)
        self._check_rate(admitted.developer, now_ms)
        return admitted

    def _check_signature(self, request: SignedRequest) -> Admitted:
        try:
            verified = self._developers.verifier.verify(request)
        except VerificationError as error:
            raise _refusal(error, request.body) from None
        return Admitted(self._developers.known(verified.tiger_id), verified)

    def _check_rate(self, state: DeveloperState, now_ms: int) -> None:
        """Count the authenticated calls of one tiger_id; what the gateway counts is unknown."""
        if self._rate_limit is None:
            return
        window = self._windows.setdefault(state.developer.tiger_id, SlidingWindow(self._rate_limit))
        if not window.admit(now_ms):
            raise NotAuthenticated(
                ErrorCode.RATE_LIMITED, "rate-limited", "too many requests of one tiger_id"
            )


def request_timestamp(body: bytes) -> str | None:
    """Return the text that the answer to a refused body is signed over, None where there is none.

    Whatever else is wrong with the body: what the gateway does without a readable timestamp is
    unknown.
    """
    for charset in Charset:
        fields = read_object(body, charset, numbers_as_text=True)
        if not isinstance(fields, dict):
            continue
        timestamp = fields.get("timestamp")
        if type(timestamp) is not str:  # a NumberText was no JSON string
            return None
        try:
            timestamp.encode()
        except UnicodeEncodeError:  # a lone surrogate, written as an escape
            return None
        return timestamp
    return None


def _check_target(request: SignedRequest) -> None:
    """Compare octet for octet, with no query; what the gateway makes of others is unknown.

    That it takes a target with scheme and authority is the standard's rule: tigeropen 3.0 sends it.
    """
    if origin_form(request.target) != PATH.encode():
        raise NotAuthenticated(
            ErrorCode.PATH_UNKNOWN, "unknown-path", f"the only path is {PATH}, without a query"
        )
    if request.method != b"POST":
        raise NotAuthenticated(
            ErrorCode.NOT_POST,
            "method-not-allowed",
            f"{PATH} takes POST only, in upper case",
            allow=b"POST",
        )


def _refusal(error: VerificationError, body: bytes) -> NotAuthenticated:
    """Return what the gateway says of a request that does not verify."""
    code = _CODES.get(type(error), ErrorCode.COMMON_INVALID)
    if isinstance(error, MalformedJson) and not body.strip():
        code = ErrorCode.BODY_EMPTY
    detail = _WITHOUT_ECHO.get(type(error), str(error))
    # Only the names of required fields are named so.
    fill = error.name if isinstance(error, MissingField) else ""
    return NotAuthenticated(code, error.reason, detail, fill=fill)


def _check_address(state: DeveloperState, client_ip: str) -> None:
    if not state.allows(client_ip):
        raise NotAuthenticated(
            ErrorCode.ACCESS_FORBIDDEN,
            "ip-not-allowed",
            f"the request came from {client_ip}, which is not in this tiger_id's list of addresses",
        )


def _check_token(request: SignedRequest, state: DeveloperState, now_ms: int) -> None:
    """Compare with the token that holds now.

    The three messages are documented; that a replaced token is "invalid" is inferred, as is that
    an expired one cannot be refreshed and that other licences need no token for any call.
    """
    if state.token is None:
        return
    given = request.values(b"Authorization")
    if not any(given):
        raise NotAuthenticated(
            ErrorCode.TOKEN_EMPTY,
            "token-missing",
            "there is no token in the header Authorization, which this tiger_id's licence needs",
        )
    if given[0][: len(_BEARER)].lower() == _BEARER:
        problem = TokenWithScheme()
        raise NotAuthenticated(ErrorCode.TOKEN_INVALID, problem.reason, str(problem))
    if given != (state.token.secret.reveal(),):
        raise NotAuthenticated(
            ErrorCode.TOKEN_INVALID,
            "token-invalid",
            "the token is not the one that holds now: after a refresh the old one stops working at "
            "once",
        )
    if state.token.is_expired(instant(now_ms)):
        raise NotAuthenticated(
            ErrorCode.TOKEN_EXPIRED,
            "token-expired",
            "the token has expired and cannot be refreshed: get a new one on the developer page",
        )
