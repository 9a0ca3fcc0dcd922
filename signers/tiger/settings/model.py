"""What settings are: their keys, the variables that beat them, and the values once read."""

import enum
from dataclasses import dataclass, field
from typing import NamedTuple

from signers.secret import Secret
from signers.tiger.accounts import Environment, Licence

__all__ = [
    "FILE_NAME",
    "KEYS",
    "PATH_VARIABLE",
    "PRIVATE_KEYS",
    "VARIABLES",
    "FoundKey",
    "Language",
    "Settings",
    "SocketAddress",
]

FILE_NAME = "tiger_openapi_config.properties"
"""The file's name (doc: the broker's page)."""

PRIVATE_KEYS = ("private_key", "private_key_pk8", "private_key_pk1")
"""The keys that hold a private key; the first that is not empty counts (source: Python 3.8.0)."""

KEYS = (
    *PRIVATE_KEYS,
    "tiger_id",
    "account",
    "license",
    "env",
    "secret_key",
    "token",
    "server_url",
    "timeout",
    "token_refresh_duration",
    "socket_host_port",
    "use_full_tick",
    "timezone",
    "language",
)
"""Every key that an SDK is known to read (seed, source)."""

VARIABLES = {
    f"TIGEROPEN_{key.upper()}": key
    for key in KEYS
    if key not in {"private_key_pk8", "private_key_pk1", "env"}
}
"""Environment variables and the settings that they beat (source: Python 3.8.0). None is known for
`env`; that of the private key beats all three."""

PATH_VARIABLE = "TIGEROPEN_PROPS_PATH"
"""The variable that says where the file is (source: Python 3.8.0)."""


class Language(enum.StrEnum):
    """The values of ``language`` (source: Python 3.8.0)."""

    ZH_CN = "zh_CN"
    """Simplified Chinese."""
    ZH_TW = "zh_TW"
    """Traditional Chinese."""
    EN_US = "en_US"
    """English."""


class SocketAddress(NamedTuple):
    """Where pushes come from, written ``ssl,host,port`` (source: Python 3.8.0)."""

    protocol: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, eq=False)
class FoundKey:
    """A private key as it stands in the file or in a variable, whatever is wrong with it."""

    name: str
    """The key or environment variable where it stands."""
    line: int | None
    """From 1; None for a variable."""
    text: Secret
    used: bool
    """Whether it counts, or another one beats it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What was read. What is absent, or was skipped with a finding, is None: nothing is made up."""

    tiger_id: str
    """Visible ASCII."""
    private_key: Secret = field(repr=False)
    """The key's text as it stands, without white space around it where it comes from the file;
    the lenient way of `signers.rsa_keys.load` takes it."""
    private_key_name: str
    """The key or environment variable that it came from."""
    account: str | None = field(default=None, repr=False)
    """The default account; visible ASCII, most likely of a shape that `account_kind` knows."""
    licence: Licence | None = None
    environment: Environment = Environment.PROD
    """PROD where it is absent, as with the Python SDK (source)."""
    secret_key: Secret | None = None
    """An institution's."""
    token: Secret | None = None
    """For `parse_token`. The SDKs also look into another file, which is not read here."""
    server_url: str | None = None
    """The gateway's whole address; None for the one that `endpoints` gives."""
    timeout: int | None = None
    """Seconds."""
    token_refresh_duration: int | None = None
    """Seconds."""
    socket_host_port: SocketAddress | None = None
    use_full_tick: bool | None = None
    timezone: str | None = None
    """An IANA name; whether it exists is not looked at."""
    language: Language | None = None
