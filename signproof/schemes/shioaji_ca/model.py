"""The inputs and outputs of the scheme's operations."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "ActivateInput",
    "ActivateOutput",
    "CapabilityInput",
    "CapabilityOutput",
    "CertificateInput",
    "Credential",
    "CredentialsInput",
    "EnvFinding",
    "EnvInput",
    "ExpireTimeInput",
    "ExpireTimeOutput",
    "InspectEnvInput",
    "InspectEnvOutput",
    "OpenInput",
    "OpenOutput",
    "PersonIdOutput",
    "ReadEnvOutput",
    "ReadExpireTimeInput",
    "ReadExpireTimeOutput",
    "SignInput",
    "SignOutput",
    "StateOutput",
    "ValidOutput",
    "VerifyCapabilityInput",
    "VerifyCapabilityOutput",
    "VerifyInput",
    "VerifyOutput",
]

UnixSeconds = Annotated[int, Meta(description="Unix time in seconds.")]
Environment = Annotated[
    list[tuple[str, str]], Meta(description="The process's own variables, which win.")
]
Server = Literal["simulation", "production"]
Protected = Literal[
    "place_order",
    "cancel_order",
    "update_price",
    "update_qty",
    "place_comboorder",
    "cancel_comboorder",
    "reserve_stock",
    "reserve_earmarking",
    "update_agent_harness",
]
HarnessSecret = Annotated[
    str, Meta(description="The local server's own, as it is written; not the API key's secret.")
]


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A CA: the certificate's file and its password."""

    pfx_b64: Annotated[str, Meta(description="PKCS#12, as it is downloaded.")]
    password: str

    def __repr__(self) -> str:
        return "Credential()"


class OpenInput(msgspec.Struct, frozen=True, kw_only=True):
    """A file that should be a CA, and a password."""

    pfx_b64: str
    password: str


class OpenOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Whose certificate it is, and until when."""

    person_id: Annotated[str, Meta(description="Empty where the certificate gives none.")]
    not_after: UnixSeconds
    not_before: UnixSeconds | UnsetType = UNSET
    legacy: Annotated[
        bool | UnsetType,
        Meta(description="Whether plain OpenSSL 3 refuses the file for its encryption."),
    ] = UNSET


class CertificateInput(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate."""

    certificate_b64: Annotated[str, Meta(description="X.509, DER.")]


class PersonIdOutput(msgspec.Struct, frozen=True, kw_only=True):
    """A person id."""

    person_id: str


class ExpireTimeInput(msgspec.Struct, frozen=True, kw_only=True):
    """When a certificate ends."""

    not_after: UnixSeconds


class ExpireTimeOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The same as the server writes it."""

    expire_time: Annotated[
        str, Meta(description="`2026-09-13T15:59:59`: UTC (inferred) without offset.")
    ]


class ReadExpireTimeInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the server wrote."""

    expire_time: str


class ReadExpireTimeOutput(msgspec.Struct, frozen=True, kw_only=True):
    """When the certificate ends."""

    not_after: UnixSeconds


class CredentialsInput(msgspec.Struct, frozen=True, kw_only=True):
    """What should be an API key and its secret."""

    api_key: str
    secret_key: str

    def __repr__(self) -> str:
        return "CredentialsInput()"


class ValidOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is wrong, as far as can be seen without the broker."""

    valid: Annotated[bool, Meta(extra_json_schema={"const": True})]


class EnvInput(msgspec.Struct, frozen=True, kw_only=True):
    """A `.env`, and who reads it."""

    file_b64: str
    dialect: Annotated[
        Literal["python-dotenv", "server"],
        Meta(description="The page's Python route, or `shioaji server start`."),
    ]
    environment: Environment = []


class ReadEnvOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What is read, of the keys that are known."""

    values: Annotated[list[tuple[str, str]], Meta(description="Keys and values, sorted by key.")]
    stopped_at: Annotated[
        int | UnsetType | None,
        Meta(description="The line at which reading ended silently, from 1; null for none."),
    ] = UNSET

    def __repr__(self) -> str:
        return "ReadEnvOutput()"


class InspectEnvInput(msgspec.Struct, frozen=True, kw_only=True):
    """A `.env`."""

    file_b64: str
    environment: Environment = []


class EnvFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong with it."""

    trap: str
    line: Annotated[int | None, Meta(description="From 1; null for what has no line.")]
    key: Annotated[str | None, Meta(description="Null where there is none, or an unknown one.")]


class InspectEnvOutput(msgspec.Struct, frozen=True, kw_only=True):
    """All traps, by line, what has no line at the end."""

    findings: list[EnvFinding]


class ActivateInput(msgspec.Struct, frozen=True, kw_only=True):
    """What happens, from a new session on."""

    events: Annotated[
        list[dict[str, Any]],
        Meta(
            description="Each with `now` (Unix seconds) and `event`: `login`, `activate_ca`, "
            "`get_ca_expiretime`, `order`, `call` or `tick`, and the members that the page on the "
            "protocol names."
        ),
    ]
    policy: Annotated[
        Literal["strict", "sdk"],
        Meta(
            description="`sdk` activates certificates that are not valid, as the CA library pyrsca "
            "opens them; shioaji 1.3.3 was seen to refuse one that has ended."
        ),
    ] = "strict"


class StateOutput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the session is after an event."""

    state: Literal["NEW", "LOGGED_IN", "CA_ACTIVE", "CA_EXPIRED"]
    accepted: bool
    fault: Annotated[str, Meta(description="Why it was refused; empty where it was not.")] = ""
    value: Annotated[
        bool | str | None, Meta(description="What the call returns; null for nothing.")
    ] = None


class ActivateOutput(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for each event."""

    states: list[StateOutput]


class SignInput(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be signed with the CA."""

    plain_text: str
    ip: str
    seconds: UnixSeconds


class SignOutput(msgspec.Struct, frozen=True, kw_only=True):
    """A CA signature."""

    envelope: str


class VerifyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A CA signature, and what it should hold."""

    envelope: str
    ip: Annotated[str | None, Meta(description="Null for any.")] = None
    plain_text: Annotated[str | None, Meta(description="Null for any.")] = None
    earliest: Annotated[int | None, Meta(description="Unix seconds; null for any.")] = None
    latest: Annotated[int | None, Meta(description="Unix seconds; null for any.")] = None


class VerifyOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The signature is good."""

    person_id: str
    seconds: Annotated[int, Meta(description="The time in the signed text.")]


class CapabilityInput(msgspec.Struct, frozen=True, kw_only=True):
    """One request that is approved."""

    secret: HarnessSecret
    environment: Server
    operation: Protected
    issued_at: UnixSeconds
    expires_at: UnixSeconds
    audience_b64: Annotated[str, Meta(description="32 octets.")]
    nonce_b64: Annotated[str, Meta(description="16 octets.")]
    body_b64: str

    def __repr__(self) -> str:
        return "CapabilityInput()"


class CapabilityOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The value of the header `X-Shioaji-Agent-Capability`."""

    token: str


class VerifyCapabilityInput(msgspec.Struct, frozen=True, kw_only=True):
    """A token, and the request that it came with."""

    secret: HarnessSecret
    token: str
    now: UnixSeconds
    body_b64: str
    audience_b64: Annotated[str | None, Meta(description="Null for any.")] = None
    environment: Annotated[Server | None, Meta(description="Null for any.")] = None
    operation: Annotated[Protected | None, Meta(description="Null for any.")] = None

    def __repr__(self) -> str:
        return "VerifyCapabilityInput()"


class VerifyCapabilityOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The token is good, if its nonce was not used before."""

    environment: Server
    operation: Protected
    issued_at: UnixSeconds
    expires_at: UnixSeconds
    nonce_b64: str
