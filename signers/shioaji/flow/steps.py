"""One step of the activation flow."""

from collections.abc import Iterable
from dataclasses import replace

from signers.evidence import Evidence
from signers.shioaji.accounts import ROUTES, Account, ApiKey, Operation, Permission
from signers.shioaji.certificate import CertificateFacts
from signers.shioaji.expire_time import format_expire_time
from signers.shioaji.faults import Fault
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
    Step,
)

__all__ = ["replay", "step"]

_DOCUMENTED, _SDK, _INFERRED = Evidence.DOCUMENTED, Evidence.SDK, Evidence.INFERRED


def step(session: Session, event: Event, *, now: int, policy: Policy = Policy.STRICT) -> Step:
    """Return what *event* leads to at *now*, Unix seconds.

    Raises InvalidAddress for an address that is none, at login; nothing else.
    """
    match event:
        case Login():
            after, outcome = _login(session, event, now)
        case ActivateCa():
            after, outcome = _activate(session, event, now, policy)
        case GetCaExpiretime():
            after, outcome = session, _expiretime(session, event)
        case Order():
            after, outcome = session, _order(session, event, now)
        case Call():
            after, outcome = session, _call(session, event.operation, now)
        case _:  # Tick
            after, outcome = session, Accepted(_INFERRED)
    return Step(after, after.state(now), outcome)


def replay(
    timeline: Iterable[tuple[int, Event]],
    *,
    policy: Policy = Policy.STRICT,
    session: Session | None = None,
) -> list[Step]:
    """Return one step for each (Unix seconds, event), from a new session or *session* on."""
    current = session or Session()
    steps = []
    for now, event in timeline:
        steps.append(step(current, event, now=now, policy=policy))
        current = steps[-1].session
    return steps


def _login(session: Session, event: Login, now: int) -> tuple[Session, Outcome]:
    key = event.key
    if key is None:
        return session, _refused(Fault.KEY_UNKNOWN, _INFERRED, key_id=event.key_id)
    signed_at = now if event.signed_at is None else event.signed_at
    if not event.secret_matches:
        return session, _refused(Fault.WRONG_SIGNATURE, _INFERRED, key_id=key.key_id)
    if abs(now - signed_at) > RECEIVE_WINDOW:
        return session, _refused(Fault.SIGN_TIMEOUT, _INFERRED)
    if not key.allows(event.address):
        return session, _refused(Fault.IP_REFUSED, _INFERRED, ip=event.address)
    if _has_ended(key, now):
        return session, _refused(Fault.KEY_EXPIRED, _INFERRED, key_id=key.key_id)
    if event.mode is Mode.PRODUCTION and Permission.PRODUCTION not in key.permissions:
        return session, _refused(Fault.NO_PRODUCTION, _INFERRED)
    return Session(event.mode, key, now), Accepted(_DOCUMENTED)


def _activate(
    session: Session, event: ActivateCa, now: int, policy: Policy
) -> tuple[Session, Outcome]:
    facts = event.certificate
    if session.key is None:
        return session, _refused(Fault.NOT_AUTHENTICATED, _SDK)
    if isinstance(facts, OpenFailure):
        return session, _refused(facts.value, _INFERRED)
    if facts.person_id is None:
        return session, _refused(Fault.CA_NO_PERSON, _INFERRED)
    fault = _unfit(facts, event.person_id, now)
    if fault is not None and policy is Policy.STRICT:
        return session, _refused(fault, _INFERRED)
    # A dictionary keeps the place of a key that is set again.
    persons = {known.person_id: known for known in session.certificates}
    persons[facts.person_id] = facts
    after = replace(session, certificates=tuple(persons.values()))
    return after, Accepted(_DOCUMENTED if fault is None else _INFERRED, value=True)


def _unfit(facts: CertificateFacts, person_id: str | None, now: int) -> Fault | None:
    """Return why a certificate does not serve for an order of the person that was passed."""
    if facts.has_ended(now):
        return Fault.CA_EXPIRED
    if not facts.has_begun(now):
        return Fault.CA_NOT_YET_VALID
    return Fault.PERSON_DIFFERS if person_id not in {None, facts.person_id} else None


def _expiretime(session: Session, event: GetCaExpiretime) -> Outcome:
    if session.key is None:
        return _refused(Fault.NOT_AUTHENTICATED, _SDK)
    found = session.certificate_of(event.person_id)
    if found is None:
        return _refused(Fault.CA_NOT_ACTIVATED, _DOCUMENTED, person_id=event.person_id)
    return Accepted(_DOCUMENTED, format_expire_time(found.not_after))


def _order(session: Session, event: Order, now: int) -> Outcome:
    """Judge an order: what the client can see for itself first, then what the broker sees."""
    key = session.key
    if key is None:
        return _refused(Fault.NOT_AUTHENTICATED, _INFERRED)
    account = event.account or next(iter(key.accounts), None)
    known = _known(key, account)
    if known is None:
        return _refused(Fault.ACCOUNT_REFUSED, _INFERRED)
    if session.mode is Mode.PRODUCTION:
        missing = _without_ca(session, known.person_id, now)
        if missing is not None:
            return missing
    refused = _call(session, Operation.ORDER, now)
    if isinstance(refused, Refused):
        return refused
    # In simulation the test orders for that very signature are placed.
    if session.mode is Mode.PRODUCTION and not known.signed:
        return _refused(
            Fault.ACCOUNT_UNSIGNED,
            _INFERRED,
            broker_id=known.broker_id,
            account_id=known.account_id,
        )
    return Accepted(_INFERRED)


def _known(key: ApiKey, account: Account | None) -> Account | None:
    """Return the key's own entry for an account: whether it is signed is the broker's to say."""
    if account is None:
        return None
    wanted = (account.account_type, account.broker_id, account.account_id)
    return next(
        (
            own
            for own in key.accounts
            if (own.account_type, own.broker_id, own.account_id) == wanted
        ),
        None,
    )


def _without_ca(session: Session, person_id: str, now: int) -> Refused | None:
    """Return why a person has no CA to sign with, None where there is one."""
    found = session.certificate_of(person_id)
    if found is None:
        return _refused(Fault.CA_NOT_ACTIVATED, _DOCUMENTED, person_id=person_id)
    if found.has_ended(now):
        return _refused(Fault.CA_EXPIRED, _INFERRED)
    return None if found.has_begun(now) else _refused(Fault.CA_NOT_YET_VALID, _INFERRED)


def _call(session: Session, operation: Operation, now: int) -> Outcome:
    """Judge what the broker checks at any call."""
    key, needed = session.key, ROUTES[operation].permission
    if operation in {Operation.HEALTH, Operation.INFO}:
        return Accepted(_INFERRED)
    if key is None:
        return _refused(Fault.TOKEN_MISSING, _INFERRED)
    if now - session.logged_in_at >= TOKEN_LIFETIME:
        return _refused(Fault.TOKEN_EXPIRED, _DOCUMENTED)
    if _has_ended(key, now):
        return _refused(Fault.KEY_EXPIRED, _INFERRED, key_id=key.key_id)
    if needed is not None and needed not in key.permissions:
        return _refused(Fault.NO_PERMISSION, _INFERRED)
    return Accepted(_INFERRED)


def _has_ended(key: ApiKey, now: int) -> bool:
    return key.expires is not None and now >= key.expires


def _refused(fault: Fault, evidence: Evidence, **values: str) -> Refused:
    return Refused(fault, fault.text(**values), evidence)
