"""The flow against the mock, by its routes: whatever is done, in whatever order, at whatever time.

The model remembers what was activated and when, and knows nothing of the flow.
"""

import json
import math
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from signers import SignedRequest
from signers.shioaji import (
    Account,
    AccountType,
    ApiKey,
    CertificateFacts,
    Credentials,
    Permission,
    format_expire_time,
)
from signers.shioaji.flow import TOKEN_LIFETIME, Accepted, Mode, OpenFailure, Policy
from signproof.mocks.shioaji import ShioajiMock
from tests.mocks.shioaji.conftest import KEY, NOW, OTHER, PERSON, SECRET

pytestmark = pytest.mark.once

CREDENTIALS = Credentials.load(KEY, SECRET)
PERSONS = (PERSON, OTHER)
ACCOUNTS = tuple(
    Account(kind, person, "9A95", f"{number:07}", signed=signed)
    for number, (kind, person, signed) in enumerate(
        (kind, person, signed)
        for kind in (AccountType.STOCK, AccountType.FUTURES)
        for person in PERSONS
        for signed in (True, False)
    )
)
CONTRACTS = {
    AccountType.STOCK: ("STK", "stock_order"),
    AccountType.FUTURES: ("FUT", "futures_order"),
}
TERMS = {"action": "Buy", "price": 1, "quantity": 1, "price_type": "LMT", "order_type": "ROD"}
MOMENT = st.integers(0, 60)


class Server(RuleBasedStateMachine):
    """One server of either mode and policy."""

    def __init__(self) -> None:
        super().__init__()
        self.now = float(NOW)
        self.logged_in_at: int | None = None
        self.key = ApiKey(KEY, frozenset())
        self.active: dict[str, CertificateFacts] = {}
        self.trades: dict[str, Account] = {}

    @initialize(
        mode=st.sampled_from([Mode.PRODUCTION, Mode.PRODUCTION, Mode.SIMULATION]),
        policy=st.sampled_from(Policy),
        active=st.sampled_from([True, True, True, False]),
    )
    def start(self, mode: Mode, policy: Policy, *, active: bool) -> None:
        """Start as the original does most of the time: logged in, the CA activated."""
        self.mode, self.policy = mode, policy
        self.mock = ShioajiMock(CREDENTIALS, clock=lambda: self.now, mode=mode, policy=policy)
        if active:
            self.log_in(frozenset(Permission), list(ACCOUNTS), matches=True)
            self.activate(PERSON, None, -10, 60)

    @property
    def second(self) -> int:
        return math.floor(self.now)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        octets = b"" if body is None else json.dumps(body).encode()
        request = SignedRequest(method.encode(), f"/api/v1/{path}".encode(), (), octets)
        reply = self.mock.handle(request)
        assert reply.verdict.accepted
        assert (reply.status == 200) is (reply.verdict.reason is None)
        return reply.status, json.loads(reply.body)

    def may_trade(self) -> bool:
        """Tell whether the broker takes anything that has to do with trading."""
        return (
            self.logged_in_at is not None
            and self.second - self.logged_in_at < TOKEN_LIFETIME
            and Permission.TRADING in self.key.permissions
        )

    def may_order(self, account: Account) -> bool:
        """Tell whether an order of this account may leave now."""
        if not self.may_trade() or account not in self.key.accounts:
            return False
        facts = self.active.get(account.person_id)
        valid = facts is not None and facts.not_before <= self.second <= facts.not_after
        # In simulation neither CA nor signature is needed; in production both are.
        return self.mode is Mode.SIMULATION or (valid and account.signed)

    @rule(seconds=MOMENT, fraction=st.sampled_from([0, 0.999]))
    def pass_time(self, seconds: int, fraction: float) -> None:
        self.now = self.second + seconds + fraction

    @precondition(lambda self: self.logged_in_at is not None)
    @rule(after=st.sampled_from([-1, 0]))
    def go_to_the_end_of_the_token(self, after: int) -> None:
        assert self.logged_in_at is not None
        self.now = max(self.now, self.logged_in_at + TOKEN_LIFETIME + after)

    @precondition(lambda self: self.active)
    @rule(person=st.sampled_from(PERSONS), account=st.sampled_from(ACCOUNTS))
    def order_around_the_end(self, person: str, account: Account) -> None:
        """Order at the last moments of a certificate, and at the first one after it."""
        facts = self.active.get(person)
        if facts is None:
            return
        for moment in (0, 0.999, 1):
            self.now = max(self.now, facts.not_after + moment)
            self.place(account, named=True)

    @rule(
        permissions=st.sampled_from(
            [frozenset(Permission)] * 3
            + [frozenset(Permission) - {missing} for missing in Permission]
        ),
        accounts=st.just([*ACCOUNTS]) | st.lists(st.sampled_from(ACCOUNTS), unique=True),
        matches=st.sampled_from([True] * 4 + [False]),
    )
    def log_in(
        self, permissions: frozenset[Permission], accounts: list[Account], *, matches: bool
    ) -> None:
        key = ApiKey(KEY, permissions, tuple(accounts))
        outcome = self.mock.log_in(key, secret_matches=matches)
        allowed = self.mode is Mode.SIMULATION or Permission.PRODUCTION in permissions
        assert isinstance(outcome, Accepted) is (matches and allowed)
        if isinstance(outcome, Accepted):
            self.logged_in_at, self.key, self.active = self.second, key, {}

    @rule(
        person=st.sampled_from(PERSONS),
        named=st.sampled_from([None, None, None, *PERSONS]),
        begin=st.integers(-60, 0) | st.integers(-60, 10),
        lasts=st.just(60) | MOMENT,
    )
    def activate(self, person: str, named: str | None, begin: int, lasts: int) -> None:
        begins = self.second + begin
        facts = CertificateFacts(person, begins, begins + lasts)
        outcome = self.mock.activate(facts, named)
        sound = begins <= self.second <= begins + lasts and named in {None, person}
        expected = self.logged_in_at is not None and (sound or self.policy is Policy.SDK)
        assert isinstance(outcome, Accepted) is expected
        if expected:
            self.active[person] = facts

    @rule(failure=st.sampled_from(OpenFailure))
    def fail_to_open(self, failure: OpenFailure) -> None:
        assert not isinstance(self.mock.activate(failure), Accepted)

    @rule(person=st.sampled_from(PERSONS))
    def ask_for_the_end(self, person: str) -> None:
        status, answer = self.ask("GET", f"auth/ca_expiretime?person_id={person}")
        facts = self.active.get(person)
        if facts is not None:
            assert (status, answer) == (
                200,
                {"person_id": person, "expire_time": format_expire_time(facts.not_after)},
            )
        elif self.logged_in_at is None:
            assert (status, answer["message"]) == (401, "Not authenticated")
        else:
            assert (status, answer["message"]) == (400, f"CA not activated for: {person}")

    @rule(account=st.sampled_from(ACCOUNTS), named=st.booleans())
    def order(self, account: Account, *, named: bool) -> None:
        self.place(account, named=named)

    def place(self, account: Account, *, named: bool) -> None:
        kind, member = CONTRACTS[account.account_type]
        terms: dict[str, Any] = dict(TERMS)
        if named:
            terms["account"] = {"broker_id": account.broker_id, "account_id": account.account_id}
        else:
            own = [one for one in self.key.accounts if one.account_type is account.account_type]
            own = [one for one in own if one.signed] + own
            account = own[0] if own else account
        body = {"contract": {"security_type": kind, "code": "2330"}, member: terms}
        status, answer = self.ask("POST", "order/place_order", body)
        assert (status == 200) is self.may_order(account)
        if status == 200:
            assert answer["order"]["account"]["account_id"] == account.account_id
            self.trades[answer["order"]["id"]] = account

    @precondition(lambda self: self.trades)
    @rule(number=st.integers(0))
    def change_a_price(self, number: int) -> None:
        """Changing an order needs what placing it needs."""
        chosen = [*self.trades][number % len(self.trades)]
        body = {"trade_id": chosen, "price": 2}
        status, _ = self.ask("POST", "order/update_price", body)
        assert (status == 200) is self.may_order(self.trades[chosen])

    @rule()
    def list_trades(self) -> None:
        status, answer = self.ask("POST", "order/trades", {})
        assert (status == 200) is self.may_trade()
        if status == 200:
            assert [trade["order"]["id"] for trade in answer] == [*self.trades]

    @invariant()
    def health_says_what_the_clock_says(self) -> None:
        status, answer = self.ask("GET", "health")
        assert status == 200
        assert ("token_stale" in answer) is (self.logged_in_at is not None)
        ends = [facts.not_after for facts in self.active.values()]
        assert answer.get("ca_expired") is (min(ends) < self.second if ends else None)

    @invariant()
    def info_says_the_mode(self) -> None:
        assert self.ask("GET", "info")[1]["simulation"] is (self.mode is Mode.SIMULATION)


TestServer = Server.TestCase
TestServer.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
