"""The shapes of account numbers and keys, licences, and the addresses that they imply."""

import enum
import re
from dataclasses import dataclass

from signers.tiger.errors import UnknownEndpoint
from signers.tiger.evidence import Evidence

__all__ = [
    "AccountKind",
    "Endpoints",
    "Environment",
    "Licence",
    "account_kind",
    "endpoints",
    "has_secret_key_shape",
]


class AccountKind(enum.StrEnum):
    """What an account's shape says of it."""

    PRIME = "prime"
    """5 to 10 digits (doc: the page's "Developer Registration Information")."""
    PAPER = "paper"
    """17 digits (doc: as above)."""
    GLOBAL = "global"
    """U, DU, F or DF and digits (sdk; how many digits is unknown)."""


_SHAPES = {
    AccountKind.PRIME: re.compile(r"[0-9]{5,10}"),
    AccountKind.PAPER: re.compile(r"[0-9]{17}"),
    AccountKind.GLOBAL: re.compile(r"D?[UF][0-9]+"),
}
_SECRET_KEY = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def account_kind(account: str) -> AccountKind | None:
    """Return what kind the account's shape belongs to, None for a shape that is not known.

    Capital letters only: whether the gateway takes others is unknown.
    """
    for kind, shape in _SHAPES.items():
        if shape.fullmatch(account):
            return kind
    return None


def has_secret_key_shape(text: str) -> bool:
    """Tell whether *text* has the form of a UUID, as the page's institutional secret_key has.

    That every secret_key has it is inferred from that one example.
    """
    return _SECRET_KEY.fullmatch(text) is not None


class Licence(enum.StrEnum):
    """The values of ``license`` in the settings (sdk), by the licence's country."""

    TBNZ = "TBNZ"
    """New Zealand."""
    TBSG = "TBSG"
    """Singapore."""
    TBHK = "TBHK"
    """Hong Kong; needs a token beside the signature."""
    TBAU = "TBAU"
    """Australia."""
    TBUS = "TBUS"
    """United States."""


class Environment(enum.StrEnum):
    """The values of ``env`` in the settings."""

    PROD = "PROD"
    """The real one (doc: the page's example)."""
    SANDBOX = "SANDBOX"
    """For trials (sdk); its address is not known."""
    TEST = "TEST"
    """Named beside SANDBOX (sdk); its address is not known."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the gateway and the pushes are."""

    gateway: str
    push_host: str
    push_port: int
    evidence: Evidence
    """How it is known that this licence belongs to these addresses."""


_TIGER = ("https://openapi.tigerfintech.com/gateway", "openapi.tigerfintech.com", 9883)
_TRADEUP = ("https://openapi.tradeup.com/gateway", "openapi.tradeup.com", 9983)


def endpoints(licence: Licence, environment: Environment = Environment.PROD) -> Endpoints:
    """Return the addresses for a licence.

    The United States have their own (sdk); that all other licences share the common ones is
    inferred, as is that the push host is the gateway's. The broker's US page shows TBHK in its
    example, which therefore is no guide.

    Raises UnknownEndpoint for another environment than PROD.
    """
    if environment is not Environment.PROD:
        raise UnknownEndpoint(environment.value)
    if licence is Licence.TBUS:
        return Endpoints(*_TRADEUP, Evidence.SDK)
    return Endpoints(*_TIGER, Evidence.INFERRED)
