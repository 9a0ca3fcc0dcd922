"""The values of the activation flow: sessions, events, outcomes. All are frozen."""

import enum
from dataclasses import dataclass, field

from signers.evidence import Evidence
from signers.shioaji.accounts import Account, ApiKey, Operation
from signers.shioaji.certificate import CertificateFacts
from signers.shioaji.faults import Fault

__all__ = [
    "RECEIVE_WINDOW",
    "TOKEN_LIFETIME",
    "Accepted",
    "ActivateCa",
    "Call",
    "Event",
    "GetCaExpiretime",
    "Login",
    "Mode",
    "OpenFailure",
    "Order",
    "Outcome",
    "Policy",
    "Refused",
    "Session",
    "State",
    "Step",
    "Tick",
]

TOKEN_LIFETIME = 86_400
"""Seconds that a login holds (documented: 24 hours)."""

RECEIVE_WINDOW = 30
"""Seconds that the caller's clock may be off (documented: SJ_RECEIVE_WINDOW is 30000 ms where it is
not set; that the broker's own limit is the same is inferred)."""


class State(enum.StrEnum):
    """Where a session stands at a time."""

    NEW = "NEW"
    """Not logged in."""
    LOGGED_IN = "LOGGED_IN"
    """Logged in, no CA activated."""
    CA_ACTIVE = "CA_ACTIVE"
    """At least one activated certificate has not ended. With `Policy.SDK` it may not have begun."""
    CA_EXPIRED = "CA_EXPIRED"
    """Every activated certificate has ended."""


class Mode(enum.StrEnum):
    """Which environment a login is for."""

    SIMULATION = "simulation"
    """``simulation=True``; orders need no CA (documented)."""
    PRODUCTION = "production"
    """The real one; orders need the CA of the account's person."""


class Policy(enum.StrEnum):
    """What activation refuses."""

    SDK = "sdk"
    """What the CA library pyrsca does: it opens certificates that have ended or not begun like any
    other, and looks at no person id from outside (sdk). It has no session: that activation after a
    login does the same is inferred, and not of every version: shioaji 1.3.3, its state set by hand
    as after a login, refused a certificate that had ended, and took the others."""
    STRICT = "strict"
    """Such certificates, and a person id other than the certificate's, are refused. The default:
    what activates then also serves for an order."""


class OpenFailure(enum.Enum):
    """Why the CA file gave no certificate; the value is what the CA library says of it (sdk)."""

    WRONG_PASSWORD = Fault.CA_PASSWORD
    """The password is wrong or empty, or the file has no MAC."""
    FILE_MISSING = Fault.CA_FILE_MISSING
    """There is no such file."""
    NOT_PFX = Fault.CA_NOT_PFX
    """The file is no PKCS#12."""
    NO_PAIR = Fault.CA_NO_PAIR
    """A certificate without key, or a key without certificate."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a client and the broker remember between events; `Session()` is new."""

    mode: Mode | None = None
    key: ApiKey | None = None
    logged_in_at: int = 0
    """Unix seconds."""
    certificates: tuple[CertificateFacts, ...] = ()
    """Activated, one for each person, in the order of their first activation."""

    def state(self, now: int) -> State:
        """Return where the session stands at *now*, Unix seconds."""
        if self.key is None:
            return State.NEW
        if not self.certificates:
            return State.LOGGED_IN
        ended = all(certificate.has_ended(now) for certificate in self.certificates)
        return State.CA_EXPIRED if ended else State.CA_ACTIVE

    def certificate_of(self, person_id: str) -> CertificateFacts | None:
        """Return the activated certificate of a person."""
        found = (known for known in self.certificates if known.person_id == person_id)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Login:
    """Log in with a key, in simulation or production."""

    mode: Mode
    key: ApiKey | None
    """The key as the broker knows it; None where it knows none."""
    key_id: str = field(default="", repr=False)
    """What was sent, for the message where *key* is None."""
    secret_matches: bool = True
    """Whether the login's signature is by the key's secret."""
    address: str = "127.0.0.1"
    """Where the broker sees the caller, an IP address."""
    signed_at: int | None = None
    """Unix seconds by the caller's clock; None where it is right."""


@dataclass(frozen=True, slots=True)
class ActivateCa:
    """Load a CA file."""

    certificate: CertificateFacts | OpenFailure
    """What opening the file gave."""
    person_id: str | None = field(default=None, repr=False)
    """As passed by the caller, if it was."""


@dataclass(frozen=True, slots=True)
class GetCaExpiretime:
    """Ask until when a person's certificate holds."""

    person_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """Place an order."""

    account: Account | None = None
    """None for the key's first account."""


@dataclass(frozen=True, slots=True)
class Call:
    """Any other call; `Operation.ORDER` and `Operation.CA_EXPIRETIME` have events of their own."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing but time."""


Event = Login | ActivateCa | GetCaExpiretime | Order | Call | Tick


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event went well."""

    evidence: Evidence
    """How it is known that it goes well."""
    value: bool | str | None = None
    """What the call returns: True of activate_ca, an expire_time of get_ca_expiretime."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The event was refused."""

    fault: Fault
    message: str = field(repr=False)
    """The broker's or SDK's text, with its values."""
    evidence: Evidence
    """How it is known that this is refused here, and so."""


Outcome = Accepted | Refused


@dataclass(frozen=True, slots=True)
class Step:
    """What an event led to."""

    session: Session
    state: State
    """At the time of the event, after it."""
    outcome: Outcome
