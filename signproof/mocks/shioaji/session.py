"""The session of the local server: what `signers.shioaji.flow` remembers and judges."""

from signers.shioaji import flow as flows
from signers.shioaji.accounts import Account, AccountType, ApiKey, Permission
from signproof.mocks.shioaji.envelope import Refused

__all__ = ["EXAMPLE_PERSON", "LocalSession", "example_key"]

EXAMPLE_PERSON = "Z199999999"
"""A made-up person id, which belongs to nobody."""


class LocalSession:
    """Holds the state of the flow; nothing else in the mock decides what a state allows."""

    __slots__ = ("_current", "_policy")

    def __init__(self, policy: flows.Policy) -> None:
        self._current = flows.Session()
        self._policy = flows.Policy(policy)

    @property
    def current(self) -> flows.Session:
        """What the flow remembers."""
        return self._current

    def apply(self, event: flows.Event, now: int) -> flows.Outcome:
        """Take a step at *now*, Unix seconds, and return its outcome; raises InvalidAddress."""
        step = flows.step(self._current, event, now=now, policy=self._policy)
        self._current = step.session
        return step.outcome

    def judge(self, event: flows.Event, now: int) -> flows.Accepted:
        """Take a step that a client asks for; raises Refused where the flow does."""
        outcome = self.apply(event, now)
        if isinstance(outcome, flows.Refused):
            raise Refused.by_flow(outcome)
        return outcome


def example_key(key_id: str, person_id: str = EXAMPLE_PERSON) -> ApiKey:
    """Return a made-up key that may do everything, with an account of each kind for orders.

    *key_id* is the API key itself.
    """
    return ApiKey(
        key_id,
        frozenset(Permission),
        (
            Account(AccountType.STOCK, person_id, "9A95", "1234567", signed=True),
            Account(AccountType.FUTURES, person_id, "F002", "1234567", signed=True),
        ),
    )
