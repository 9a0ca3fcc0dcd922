"""What the doctor shows of a PKCS#12 file, as types."""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta

from signers.pfx import Derivation, Encoding, Kind
from signers.pfx.tools import Answer, Evidence

__all__ = [
    "CertificateView",
    "EncryptionView",
    "MacView",
    "PasswordFrom",
    "PfxView",
    "ToolView",
    "Validity",
]

Utc = Annotated[str, Meta(description="`2035-09-13T15:59:59Z`.")]
Taipei = Annotated[
    str | None,
    Meta(description="`2035-09-13T23:59:59+08:00`; null where it is after the year 9999."),
]


class Validity(enum.StrEnum):
    """Whether a certificate is valid at the time of the examination."""

    VALID = "valid"
    NOT_YET = "not-yet"
    """It has not begun."""
    EXPIRED = "expired"
    NEVER = "never"
    """It ends before it begins."""


class PasswordFrom(enum.StrEnum):
    """Where the password that was tried came from."""

    FILE = "file"
    """``--password-file``."""
    TYPED = "typed"
    """``--ask-password``."""
    VARIABLE = "variable"
    """The environment's SJ_CA_PASSWD."""
    ENV = "env"
    """SJ_CA_PASSWD of the `.env` that names the file, as the server reads it."""


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable."""


class EncryptionView(_Model, frozen=True, kw_only=True):
    """How a part of the file is encrypted."""

    name: Annotated[str, Meta(description="Scheme, derivation, cipher and function.")]
    cipher: str
    derivation: Derivation
    iterations: Annotated[int, Meta(description="For scrypt the product N * r * p.")]
    legacy: Annotated[bool, Meta(description="Whether OpenSSL 3 needs its legacy provider.")]


class MacView(_Model, frozen=True, kw_only=True):
    """What shows whether the file was altered."""

    name: Annotated[str, Meta(description="`HMAC` or `PBMAC1`.")]
    digest: str
    derivation: Derivation
    iterations: int


class ToolView(_Model, frozen=True, kw_only=True):
    """What a program does with the file, given the right password."""

    tool: Annotated[str, Meta(description="What is run.")]
    version: Annotated[str, Meta(description="The version observed.")]
    answer: Answer
    evidence: Evidence
    because: Annotated[
        tuple[str, ...], Meta(description="What decides where it does not open; else empty.")
    ]


class CertificateView(_Model, frozen=True, kw_only=True):
    """The certificate of the key."""

    person_id: Annotated[str | None, Meta(description="Null where the CN gives none.")]
    common_name: Annotated[str | None, Meta(description="The first CN; null without one.")]
    issuer: Annotated[str | None, Meta(description="The first CN of the issuer.")]
    not_before: Utc
    not_before_taipei: Taipei
    not_after: Annotated[Utc, Meta(description="The last second at which it is valid.")]
    not_after_taipei: Taipei
    expire_time: Annotated[
        str, Meta(description="The same as the broker writes it: UTC (inferred), without offset.")
    ]
    validity: Validity
    key_type: str
    key_bits: int | None
    curve: str | None


class PfxView(_Model, frozen=True, kw_only=True):
    """A PKCS#12 file: without its password up to `refusal`, with it the rest."""

    kind: Annotated[Kind, Meta(description="`pfx`, or what it is instead.")]
    octets: int
    encoding: Annotated[
        Encoding | None,
        Meta(description="Null where the structure could not be read; what follows is empty then."),
    ]
    encryptions: Annotated[
        tuple[EncryptionView, ...], Meta(description="Those that can be seen, in their order.")
    ]
    mac: MacView | None
    iterations: Annotated[int, Meta(description="The sum over all derivations that can be seen.")]
    tools: tuple[ToolView, ...]
    refusal: Annotated[
        str,
        Meta(
            description="The reason why it was not opened, as in the vectors; empty where it was."
        ),
    ]
    password: Annotated[
        PasswordFrom | None, Meta(description="Null where none was tried but the empty one.")
    ]
    certificate: CertificateView | None
    chain: Annotated[
        tuple[str, ...],
        Meta(description="CNs from the issuer upwards, as far as the file has them, by name."),
    ]
    others: Annotated[int, Meta(description="Further certificates.")]
