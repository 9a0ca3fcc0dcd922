"""The inputs and outputs of the scheme's operations."""

from typing import Annotated

import msgspec
from msgspec import Meta

from signproof.model import Request

__all__ = [
    "Credential",
    "RefreshInput",
    "RefreshResponseOutput",
    "RequestInput",
    "ResponseInput",
    "ResponseOutput",
    "SignInput",
    "SignOutput",
    "VerifyInput",
    "VerifyOutput",
]

Query = Annotated[str | None, Meta(description="Without its `?`; null where the target has none.")]
Body = Annotated[str, Meta(description="The octets sent; empty where there is no body.")]
Timestamp = Annotated[
    str, Meta(description="The text of X-Timestamp; opaque, never read as a number.")
]


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """An API key of the developer page."""

    app_key: str
    app_secret: Annotated[str, Meta(description="UTF-8 text, not decoded from hex.")]
    access_token: Annotated[str, Meta(description="Raw, without `Bearer`.")]

    def __repr__(self) -> str:
        return f"Credential(app_key={self.app_key!r})"


class SignInput(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be sent, exactly as it will stand on the wire."""

    method: str
    path: Annotated[str, Meta(description="The request target up to its `?`.")]
    query: Query
    body_b64: Body
    timestamp: Timestamp


class SignOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The signature header."""

    x_api_signature: Annotated[str, Meta(description="The value of X-Api-Signature.")]


class RequestInput(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make: the implementation builds, encodes and signs the request."""

    method: str
    path: str
    params: Annotated[
        list[tuple[str, str]],
        Meta(description="Names and values, not encoded, in the order in which they are sent."),
    ]
    body_b64: Annotated[str, Meta(description="A JSON body to send as it is; empty for none.")]
    timestamp: Timestamp
    refresh_response_b64: Annotated[
        str, Meta(description="The answer to a refresh just made: its token is the one to use.")
    ] = ""


class RefreshInput(msgspec.Struct, frozen=True, kw_only=True):
    """A token refresh to make."""

    expired_at: Annotated[
        str, Meta(description="When the new token shall end: RFC 3339 in UTC, milliseconds, `Z`.")
    ]
    timestamp: Timestamp


class VerifyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A request as received."""

    request: Request


class VerifyOutput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The request is good."""

    valid: Annotated[bool, Meta(extra_json_schema={"const": True})]
    path_form: Annotated[
        str, Meta(description="`as-sent` or `percent-decoded`: which form of the path was signed.")
    ] = ""


class ResponseInput(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as received."""

    status: int
    body_b64: str


class ResponseOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer says."""

    code: int
    message: str
    meaning: Annotated[
        str,
        Meta(description="`success`, the code's name such as `token-expired`, or `api-error`."),
    ]


class RefreshResponseOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The new token; instants in UTC with milliseconds and `Z`."""

    token: str
    issued_at: str
    expired_at: str
    member_id: str
    aaid: str
    account_channel: str

    def __repr__(self) -> str:
        return f"RefreshResponseOutput(expired_at={self.expired_at!r})"
