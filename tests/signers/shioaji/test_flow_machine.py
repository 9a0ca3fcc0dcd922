"""The flow's invariants, against a model that remembers only what was activated."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from signers.shioaji import (
    Account,
    AccountType,
    ApiKey,
    CertificateFacts,
    Operation,
    Permission,
)
from signers.shioaji.flow import (
    TOKEN_LIFETIME,
    Accepted,
    ActivateCa,
    Call,
    GetCaExpiretime,
    Login,
    Mode,
    OpenFailure,
    Order,
    Policy,
    Session,
    State,
    Step,
    Tick,
    step,
)

pytestmark = pytest.mark.once

PERSONS = ("Z199999999", "Z299999999")
ACCOUNTS = tuple(
    Account(AccountType.STOCK, person, "9A95", str(number), signed=signed)
    for number, (person, signed) in enumerate(
        (person, signed) for person in PERSONS for signed in (True, False)
    )
)
MOMENT = st.integers(0, 60)


class Flow(RuleBasedStateMachine):
    """Whatever is done in whatever order, at whatever time."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.now = 0
        self.mode: Mode | None = None
        self.active: dict[str, CertificateFacts] = {}
        self.permissions: frozenset[Permission] = frozenset()
        self.accounts: tuple[Account, ...] = ()
        self.since = 0

    @initialize(policy=st.sampled_from(Policy))
    def choose(self, policy: Policy) -> None:
        self.policy = policy

    def do(self, event: Login | ActivateCa | GetCaExpiretime | Order | Call | Tick) -> Step:
        before = self.session
        done = step(before, event, now=self.now, policy=self.policy)
        assert done == step(before, event, now=self.now, policy=self.policy)
        assert done.state is done.session.state(self.now)
        if not isinstance(done.outcome, Accepted):
            assert done.session == before
        self.session = done.session
        return done

    @rule(seconds=st.one_of(MOMENT, st.just(TOKEN_LIFETIME)))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds
        self.do(Tick())

    @rule(
        mode=st.sampled_from(Mode),
        permissions=st.sets(st.sampled_from(Permission)),
        accounts=st.sets(st.sampled_from(range(len(ACCOUNTS)))),
        matches=st.booleans(),
    )
    def login(
        self, mode: Mode, permissions: set[Permission], accounts: set[int], *, matches: bool
    ) -> None:
        chosen = tuple(ACCOUNTS[number] for number in sorted(accounts))
        key = ApiKey("EXAMPLEKEY", frozenset(permissions), chosen)
        done = self.do(Login(mode, key, secret_matches=matches))
        allowed = mode is Mode.SIMULATION or Permission.PRODUCTION in permissions
        assert isinstance(done.outcome, Accepted) is (matches and allowed)
        if isinstance(done.outcome, Accepted):
            self.mode, self.active, self.since = mode, {}, self.now
            self.permissions, self.accounts = frozenset(permissions), chosen

    @rule(
        person=st.sampled_from(PERSONS),
        given=st.none() | st.sampled_from(PERSONS),
        begin=st.integers(-60, 60),
        lasts=MOMENT,
    )
    def activate(self, person: str, given: str | None, begin: int, lasts: int) -> None:
        facts = CertificateFacts(person, self.now + begin, self.now + begin + lasts)
        done = self.do(ActivateCa(facts, given))
        sound = facts.not_before <= self.now <= facts.not_after and given in {None, person}
        expected = self.mode is not None and (sound or self.policy is Policy.SDK)
        assert isinstance(done.outcome, Accepted) is expected
        if expected:
            self.active[person] = facts

    @rule(failure=st.sampled_from(OpenFailure))
    def fail_to_open(self, failure: OpenFailure) -> None:
        assert not isinstance(self.do(ActivateCa(failure)).outcome, Accepted)

    @rule(person=st.sampled_from(PERSONS))
    def ask(self, person: str) -> None:
        done = self.do(GetCaExpiretime(person))
        assert isinstance(done.outcome, Accepted) is (person in self.active)

    @rule(account=st.none() | st.sampled_from(ACCOUNTS))
    def order(self, account: Account | None) -> None:
        accepted = isinstance(self.do(Order(account)).outcome, Accepted)
        used = account or (self.accounts[0] if self.accounts else None)
        fresh = self.now - self.since < TOKEN_LIFETIME and Permission.TRADING in self.permissions
        if self.mode is None or used not in self.accounts or not fresh:
            assert not accepted
            return
        assert used is not None
        facts = self.active.get(used.person_id)
        valid = facts is not None and facts.not_before <= self.now <= facts.not_after
        # In simulation neither CA nor signature is needed; in production both are.
        assert accepted is (self.mode is Mode.SIMULATION or (valid and used.signed))

    @rule(operation=st.sampled_from([Operation.ACCOUNTS, Operation.HEALTH, Operation.SUBSCRIBE]))
    def call(self, operation: Operation) -> None:
        self.do(Call(operation))

    @invariant()
    def the_state_is_what_the_clock_says(self) -> None:
        if self.mode is None:
            expected = State.NEW
        elif not self.active:
            expected = State.LOGGED_IN
        elif any(self.now <= facts.not_after for facts in self.active.values()):
            expected = State.CA_ACTIVE
        else:
            expected = State.CA_EXPIRED
        assert self.session.state(self.now) is expected


TestFlow = Flow.TestCase
TestFlow.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
