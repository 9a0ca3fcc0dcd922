"""From login to an order: the activation flow as a state machine without clock and I/O.

    NEW --login--> LOGGED_IN --activate_ca--> CA_ACTIVE --notAfter passes--> CA_EXPIRED

`step` takes a `Session`, an `Event` and the time, and returns the next session, the `State` it is
in at that time, and an outcome: `Accepted` or `Refused`. `replay` does so for a list of events.

What the broker does after a login was never observed. The texts of refusals are documented or were
seen, that a token holds 24 hours is documented; in which order things are checked, and all that an
outcome marks so, is inferred. Unknown, and decided here to the safe side: a login begins a new
session, in which the CA must be activated anew; a failed login or activation changes nothing;
activating again replaces the same person's certificate; the certificate's person id counts,
whatever id was passed; a renewal of the token by the SDK is a new login; and no order leaves with
a CA that has ended or not begun.
"""

from signers.shioaji.flow.model import (
    RECEIVE_WINDOW,
    TOKEN_LIFETIME,
    Accepted,
    ActivateCa,
    Call,
    Event,
    GetCaExpiretime,
    Login,
    Mode,
    OpenFailure,
    Order,
    Outcome,
    Policy,
    Refused,
    Session,
    State,
    Step,
    Tick,
)
from signers.shioaji.flow.steps import replay, step

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
    "replay",
    "step",
]
