"""The inputs and outputs of the scheme's operations."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signproof.model import Request

__all__ = [
    "ConvertInput",
    "ConvertOutput",
    "Credential",
    "FindingOutput",
    "InspectConfigOutput",
    "LoadKeyInput",
    "PushLoginInput",
    "ReadConfigInput",
    "ReadTokenInput",
    "ReadTokenOutput",
    "RequestInput",
    "SettingsOutput",
    "SignInput",
    "SignOutput",
    "SignResponseInput",
    "TigerSendInput",
    "VerifyInput",
    "VerifyOutput",
    "VerifyResponseInput",
    "VerifyResponseOutput",
]

Charset = Annotated[
    Literal["UTF-8", "GBK"],
    Meta(description="What the sign content is encoded with, and the field `charset` says."),
]
Timestamp = Annotated[str, Meta(description="The field `timestamp`, `YYYY-MM-DD HH:MM:SS`.")]
Params = Annotated[
    list[tuple[str, str | None]],
    Meta(description="Names and values, not encoded, in the order of the body; null is null."),
]
BizContent = Annotated[
    str | None,
    Meta(description="The JSON text of the business parameters, exactly; null for a call without."),
]


class Credential(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the developer page gives out."""

    tiger_id: str
    private_key: Annotated[str, Meta(description="PKCS#1, DER in one base64 line.")]
    account: str = ""
    license: Annotated[str, Meta(description="Such as TBSG; no part of what is signed.")] = ""
    tiger_public_key: Annotated[
        str, Meta(description="The gateway's public key: SPKI, DER in one base64 line.")
    ] = ""
    token: Annotated[str, Meta(description="A TBHK token; empty where none is used.")] = ""

    def __repr__(self) -> str:
        return f"Credential(tiger_id={self.tiger_id!r})"


class SignInput(msgspec.Struct, frozen=True, kw_only=True):
    """The top-level fields of a request, all but `sign`."""

    params: Params
    charset: Charset = "UTF-8"


class SignOutput(msgspec.Struct, frozen=True, kw_only=True):
    """A signature."""

    sign: Annotated[str, Meta(description="Standard padded base64 in one line.")]


class RequestInput(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make: the implementation builds and signs the request."""

    api_method: Annotated[str, Meta(description="The field `method`, which names the API.")]
    biz_content: BizContent
    timestamp: Timestamp
    charset: Charset = "UTF-8"
    more: Annotated[
        Params, Meta(description="Further top-level fields, such as `notify_url`, signed as well.")
    ] = []


class TigerSendInput(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make through an SDK's public client, which signs and sends it."""

    base_url: Annotated[
        str,
        Meta(description="`http://127.0.0.1:PORT`, without `/gateway`; no port where it is 80."),
    ]
    api_method: Annotated[str, Meta(description="The field `method`.")]
    biz_content: BizContent


class VerifyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A request as received."""

    request: Request


class VerifyOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The request is good."""

    valid: Annotated[bool, Meta(extra_json_schema={"const": True})]
    empty_values: Annotated[
        str, Meta(description="`kept` or `left-out`: how empty and null fields were signed.")
    ] = ""


class VerifyResponseInput(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as received, and what was asked."""

    body_b64: str
    request_timestamp: Timestamp
    missing_sign: Annotated[
        Literal["accepted", "refused"],
        Meta(description="What to do with an answer that has no member `sign`."),
    ] = "accepted"


class VerifyResponseOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The answer is accepted."""

    signature: Annotated[Literal["verified", "absent"], Meta(description="What its signature was.")]


class SignResponseInput(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to sign, as the gateway does, here with the credential's private key."""

    request_timestamp: Timestamp
    body_b64: Annotated[str, Meta(description="The answer without its member `sign`.")]


class PushLoginInput(msgspec.Struct, frozen=True, kw_only=True):
    """A login for pushes."""

    now: Annotated[int, Meta(description="Unix time in seconds; the signature does not need it.")]


class LoadKeyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A private key as somebody holds it, and a text to sign with it."""

    key_b64: str
    content: Annotated[str, Meta(description="Signed as UTF-8.")]
    passphrase: Annotated[str, Meta(description="Of an encrypted key.")] = ""
    strict: Annotated[
        bool, Meta(description="Whether only well-formed keys are to be taken: `strict-keys`.")
    ] = False


class ConvertInput(msgspec.Struct, frozen=True, kw_only=True):
    """A private key, and the shape it is wanted in."""

    key_b64: str
    form: Annotated[
        Literal["pkcs1", "pkcs8", "spki"], Meta(description="`spki` is the public key.")
    ]
    armour: Literal["der", "pem", "base64"]


class ConvertOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The key in its new shape."""

    key_b64: Annotated[str, Meta(description="PEM ends with a newline, a base64 line without one.")]


class ReadConfigInput(msgspec.Struct, frozen=True, kw_only=True):
    """A file `tiger_openapi_config.properties`, and environment variables that beat it."""

    file_b64: str
    environment: list[tuple[str, str]] = []
    institutional: Annotated[bool, Meta(description="Whether a secret_key is needed.")] = False


class SettingsOutput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings; what is absent was not set."""

    tiger_id: str
    private_key: Annotated[str, Meta(description="As it stands in the file.")]
    account: str = ""
    license: str = ""
    env: str = ""
    secret_key: str = ""
    token: str = ""
    server_url: str = ""
    timeout: Annotated[int, Meta(description="Seconds; 0 where it is absent.")] = 0

    def __repr__(self) -> str:
        return f"SettingsOutput(tiger_id={self.tiger_id!r})"


class FindingOutput(msgspec.Struct, frozen=True, kw_only=True):
    """A trap in the settings."""

    trap: str
    line: Annotated[int | None, Meta(description="From 1; null for what has no line.")]


class InspectConfigOutput(msgspec.Struct, frozen=True, kw_only=True):
    """All traps, by line, what has no line at the end."""

    findings: list[FindingOutput]


class ReadTokenInput(msgspec.Struct, frozen=True, kw_only=True):
    """A TBHK token."""

    token: str


class ReadTokenOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The instants in a token, Unix milliseconds."""

    generated_ms: int
    expires_ms: int
