"""The envelope of every answer, its signature, and the codes of the refusals.

Sources: the Tiger OpenAPI page "Error Codes" (docs-en.itigerup.com/docs/error-codes) and the sample
answers on the pages of single calls, which print ``code``, ``message``, ``timestamp`` (Unix
milliseconds), ``data`` and ``sign``; what is signed was observed with the official SDKs. That a
detail stands in parentheses behind the message was reported by users for the code 1000 (``common
param error(failed to get developer information)``) and is inferred for the others.

Documented is HTTP 429 for the code 5 and no other status for any code: that the rest come with 200
is inferred.
"""

import enum
import json
import re
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from signers.tiger import SUCCESS, sign_response
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.tiger.example_keys import impostor_key

__all__ = [
    "DataForm",
    "ErrorCode",
    "Evidence",
    "NotAuthenticated",
    "Refused",
    "Replies",
    "ResponsePolicy",
]

_CONTENT_TYPE = (b"Content-Type", b"application/json;charset=UTF-8")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_PLACE = "xxx"

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Evidence(enum.StrEnum):
    """How a code and its message are known."""

    DOCUMENTED = "documented"
    """Both are on the broker's pages."""
    INFERRED = "inferred"
    """The code is documented, for such a case; the words in parentheses follow its siblings."""
    INVENTED = "invented"
    """The code is documented, but that it is sent in this case, or with this HTTP status, is this
    mock's own choice; what the gateway does is unknown."""


class ErrorCode(enum.Enum):
    """A refusal: HTTP status, code, message (``xxx`` is a place to fill) and how they are known."""

    ACCESS_FORBIDDEN = (200, 4, "access forbidden", Evidence.DOCUMENTED)
    RATE_LIMITED = (429, 5, "rate limit error", Evidence.DOCUMENTED)
    """Documented is also that the message tells the limit; in which words is unknown."""
    COMMON_INVALID = (200, 1000, "common param error", Evidence.DOCUMENTED)
    """Documented for what is no JSON, and for common parameters that are wrong in another way than
    those below."""
    BODY_EMPTY = (
        200,
        1000,
        "common param error(request parameters cannot be empty)",
        Evidence.DOCUMENTED,
    )
    COMMON_EMPTY = (
        200,
        1000,
        "common param error(field 'xxx' cannot be empty)",
        Evidence.DOCUMENTED,
    )
    TIMESTAMP_INVALID = (
        200,
        1000,
        "common param error(time parse error, support time format is 'yyyy-MM-dd HH:mm:ss')",
        Evidence.DOCUMENTED,
    )
    DEVELOPER_UNKNOWN = (
        200,
        1000,
        "common param error(failed to get developer information)",
        Evidence.DOCUMENTED,
    )
    SIGNATURE_WRONG = (
        200,
        1000,
        (
            "common param error(failed to verify signature, please make sure you use the correct "
            "rsa private key)"
        ),
        Evidence.DOCUMENTED,
    )
    METHOD_UNKNOWN = (
        200,
        1000,
        "common param error(the current requested method does not support)",
        Evidence.DOCUMENTED,
    )
    PATH_UNKNOWN = (404, 1000, "common param error", Evidence.INVENTED)
    """Documented is the code for a wrong address."""
    NOT_POST = (405, 1000, "common param error", Evidence.INVENTED)
    SIGNATURE_MALFORMED = (200, 40013, "invalid signature", Evidence.INVENTED)
    """Code and message are documented, not when they come. Here: for what cannot be a signature
    of the key at all, apart from one that does not verify, which is documented as 1000. The Java
    SDK's list has 40013 for its own check of an answer's signature."""
    BIZ_UNREADABLE = (
        200,
        1010,
        "biz param error(failed to parse parameters in 'biz_content')",
        Evidence.DOCUMENTED,
    )
    ACCOUNT_INVALID = (
        200,
        1010,
        "biz param error(field 'secret_key' or 'account' invalid)",
        Evidence.DOCUMENTED,
    )
    BIZ_EMPTY = (200, 1010, "biz param error(field 'xxx' cannot be empty)", Evidence.INFERRED)
    BIZ_INVALID = (200, 1010, "biz param error(field 'xxx' invalid)", Evidence.INFERRED)
    GLOBAL_ORDER = (200, 1100, "global account response error(xxx)", Evidence.INFERRED)
    PRIME_ORDER = (200, 1200, "prime account response error(xxx)", Evidence.INFERRED)
    PAPER_ORDER = (200, 1300, "paper account response error(xxx)", Evidence.INFERRED)
    TOKEN_EMPTY = (
        200,
        2400,
        "user token error(user token can not be empty)",
        Evidence.DOCUMENTED,
    )
    TOKEN_EXPIRED = (
        200,
        2400,
        "user token error(user token expired invalid)",
        Evidence.DOCUMENTED,
    )
    TOKEN_INVALID = (200, 2400, "user token error(user token invalid)", Evidence.DOCUMENTED)
    PERMISSION_DENIED = (200, 4000, "permission denied", Evidence.DOCUMENTED)
    """For missing quote permissions users report the code 4 with the message ``4000:permission
    denied(…)``; in which of the two forms the gateway denies what a role may not is unknown."""
    KICKED_OUT = (200, 4001, "kick out by a new connection", Evidence.DOCUMENTED)
    """Of the push connection, where there is no HTTP status."""

    def __init__(self, status: int, code: int, message: str, evidence: Evidence) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.evidence = evidence

    def text(self, fill: str = _PLACE) -> str:
        """Return the message with *fill* in its place, if it has one."""
        return self.message.replace(_PLACE, fill)


class Refused(Exception):
    """A request is refused: what the client is told, and what only the verdict tells."""

    def __init__(
        self,
        error: ErrorCode,
        reason: str,
        detail: str,
        *,
        fill: str = _PLACE,
        allow: bytes | None = None,
    ) -> None:
        """Refuse with *error*; *reason* and *detail* go to the verdict, *allow* to ``Allow``.

        *fill* goes into the message, to the client: a name of this mock's own, never the client's.
        """
        self.error = error
        self.reason = reason
        self.detail = detail
        self.message = error.text(fill)
        self.allow = allow
        super().__init__(f"{error.code} {self.message}: {detail}")


class NotAuthenticated(Refused):
    """Refused for what should show whose request it is, or before that was looked at."""


class ResponsePolicy(enum.StrEnum):
    """What stands in the answers' ``sign``."""

    SIGNED = "signed"
    """The mock's signature over the request's timestamp (observed: official SDKs accept it)."""
    UNSIGNED = "unsigned"
    """There is no ``sign`` (observed: most SDKs accept it)."""
    EMPTY = "empty"
    """The empty text (observed: the Python SDK refuses it)."""
    NULL = "null"
    """null (observed: the Python SDK refuses it)."""
    WRONG_KEY = "wrong-key"
    """A signature over the request's timestamp with another key."""
    OTHER_TIMESTAMP = "other-timestamp"
    """The mock's signature over the answer's own timestamp."""


class DataForm(enum.StrEnum):
    """How ``data`` is written."""

    JSON = "json"
    """As JSON, as every sample answer of the pages prints it."""
    TEXT = "text"
    """As text that holds JSON. Source: old versions of the Python SDK demand it for some calls,
    newer ones and the Rust SDK take both. For which calls the gateway writes it is unknown."""


class Replies:
    """Writes and signs answers.

    All are ASCII, other characters escaped: the Python SDK decodes answers with the request's
    charset (source), and ASCII is the same in all of them.
    """

    __slots__ = ("_data_form", "_key", "_policy")

    def __init__(self, key: RSAPrivateKey, policy: ResponsePolicy, data_form: DataForm) -> None:
        self._key = key
        self._policy = ResponsePolicy(policy)
        self._data_form = DataForm(data_form)

    def success(
        self, data: object, request_timestamp: str | None, now_ms: int, verdict: Verdict
    ) -> MockReply:
        """Return the answer with code 0."""
        if self._data_form is DataForm.TEXT:
            data = _ENCODER.encode(data).decode()
        return self._reply(200, SUCCESS, "success", data, request_timestamp, now_ms, verdict)

    def refusal(
        self, refused: Refused, request_timestamp: str | None, now_ms: int, verdict: Verdict
    ) -> MockReply:
        """Return the answer to a refused request, which says no more than the gateway's does.

        It is signed as others are where the request has a timestamp to sign: the Python SDK
        verifies before it looks at the code, so that the gateway must do so or leave ``sign`` out.
        """
        error = refused.error
        allow = () if refused.allow is None else ((b"Allow", refused.allow),)
        return self._reply(
            error.status,
            error.code,
            refused.message,
            None,
            request_timestamp,
            now_ms,
            verdict,
            allow,
        )

    def unreadable(self, status: int, message: str, now_ms: int) -> MockReply:
        """Return the answer to what is no request.

        The code is that of other faults of a request; that it is sent here is invented.
        """
        error = ErrorCode.COMMON_INVALID
        verdict = Verdict(accepted=False, reason="unreadable-request", message=message)
        return self._reply(status, error.code, error.message, None, None, now_ms, verdict)

    def _reply(
        self,
        status: int,
        code: int,
        message: str,
        data: object,
        request_timestamp: str | None,
        now_ms: int,
        verdict: Verdict,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> MockReply:
        envelope = {"code": code, "message": message, "timestamp": now_ms, "data": data}
        text = _ENCODER.encode(envelope | self._sign(request_timestamp, now_ms)).decode()
        # Outside of texts JSON is ASCII, so that whatever is beyond it may be escaped.
        body = _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text).encode("ascii")
        return MockReply(status, (_CONTENT_TYPE, *headers), body, verdict)

    def _sign(self, request_timestamp: str | None, now_ms: int) -> dict[str, Any]:
        """Return the member ``sign``, or none.

        A request whose timestamp could not be read leaves nothing to sign.
        """
        match self._policy:
            case ResponsePolicy.EMPTY:
                return {"sign": ""}
            case ResponsePolicy.NULL:
                return {"sign": None}
            case ResponsePolicy.OTHER_TIMESTAMP:
                return {"sign": sign_response(str(now_ms), self._key)}
            case ResponsePolicy.SIGNED if request_timestamp is not None:
                return {"sign": sign_response(request_timestamp, self._key)}
            case ResponsePolicy.WRONG_KEY if request_timestamp is not None:
                return {"sign": sign_response(request_timestamp, impostor_key().rsa)}
            case _:
                return {}
