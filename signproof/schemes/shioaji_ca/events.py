"""The events of `activate`, between their JSON form and the flow's own."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from signers.shioaji import (
    Account,
    AccountType,
    ApiKey,
    CertificateFacts,
    Operation,
    Permission,
    flow,
)
from signproof.schemes.shioaji_ca.model import ActivateInput, StateOutput

__all__ = ["states"]


class _Event(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="event", forbid_unknown_fields=True
):
    now: int


class _Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    account_type: Literal["S", "F", "H"]
    person_id: str
    broker_id: str
    account_id: str
    signed: bool


class _Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key_id: str
    permissions: list[Literal["market-data", "account", "trading", "production"]]
    accounts: list[_Account] = []
    expires: int | None = None
    addresses: list[str] = []


class _Login(_Event, frozen=True, kw_only=True, tag="login"):
    mode: Literal["simulation", "production"]
    key: Annotated[_Key | None, Meta(description="Null where the broker knows none.")]
    key_id: str = ""
    secret_matches: bool = True
    address: str = "127.0.0.1"
    signed_at: int | None = None


class _Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    person_id: str | None
    not_before: int
    not_after: int


class _ActivateCa(_Event, frozen=True, kw_only=True, tag="activate_ca"):
    certificate: _Certificate | None = None
    failure: Literal["wrong-password", "file-missing", "not-pfx", "no-pair", ""] = ""
    person_id: str | None = None


class _GetCaExpiretime(_Event, frozen=True, kw_only=True, tag="get_ca_expiretime"):
    person_id: str


class _Order(_Event, frozen=True, kw_only=True, tag="order"):
    account: _Account | None = None


class _Call(_Event, frozen=True, kw_only=True, tag="call"):
    operation: Literal["health", "info", "accounts", "usage", "subscribe", "unsubscribe"]


class _Tick(_Event, frozen=True, kw_only=True, tag="tick"):
    pass


_Events = _Login | _ActivateCa | _GetCaExpiretime | _Order | _Call | _Tick


def states(input_: ActivateInput) -> list[StateOutput]:
    """Return what each event leads to; raises ValueError for an event that is none."""
    events = msgspec.convert(input_.events, list[_Events])
    timeline = [(event.now, _flow_event(event)) for event in events]
    policy = flow.Policy(input_.policy)
    return [_output(step) for step in flow.replay(timeline, policy=policy)]


def _flow_event(event: _Events) -> flow.Event:
    match event:
        case _Login():
            return flow.Login(
                flow.Mode(event.mode),
                None if event.key is None else _key(event.key),
                event.key_id,
                event.secret_matches,
                event.address,
                event.signed_at,
            )
        case _ActivateCa(certificate=None):
            name = (event.failure or "no-pair").upper().replace("-", "_")
            return flow.ActivateCa(flow.OpenFailure[name], event.person_id)
        case _ActivateCa(certificate=_Certificate() as seen):
            facts = CertificateFacts(seen.person_id, seen.not_before, seen.not_after)
            return flow.ActivateCa(facts, event.person_id)
        case _GetCaExpiretime():
            return flow.GetCaExpiretime(event.person_id)
        case _Order():
            return flow.Order(None if event.account is None else _account(event.account))
        case _Call():
            return flow.Call(Operation(event.operation))
        case _:
            return flow.Tick()


def _key(key: _Key) -> ApiKey:
    return ApiKey(
        key.key_id,
        frozenset(Permission(one) for one in key.permissions),
        tuple(_account(one) for one in key.accounts),
        key.expires,
        tuple(key.addresses),
    )


def _account(account: _Account) -> Account:
    return Account(
        AccountType(account.account_type),
        account.person_id,
        account.broker_id,
        account.account_id,
        account.signed,
    )


def _output(step: flow.Step) -> StateOutput:
    outcome = step.outcome
    if isinstance(outcome, flow.Refused):
        return StateOutput(state=step.state.value, accepted=False, fault=outcome.fault.value)
    return StateOutput(state=step.state.value, accepted=True, value=outcome.value)
