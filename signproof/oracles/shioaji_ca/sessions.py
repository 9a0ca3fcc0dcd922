"""The vectors of `activate`: what happens to a session, a state for each event, by hand."""

from typing import Any

from signproof.model import Importance, Source
from signproof.oracles.shioaji_ca.common import (
    PAGE,
    PYRSCA,
    SHIOAJI,
    add,
    derived,
    document,
    output,
    topic_of,
)
from signproof.oracles.writing import Topic

__all__ = ["topics"]

Json = dict[str, Any]
_T = 1_789_228_800
"""2026-09-12T16:00:00Z: midnight in Taipei, a day before the certificate ends."""
_END = 1_789_315_199
"""2026-09-13T15:59:59Z, the page's own expire_time."""
_PERSON, _OTHER = "Z199999999", "Z188888888"
_ENDS = "2026-09-13T15:59:59"
_ACCOUNT = {
    "account_type": "S",
    "person_id": _PERSON,
    "broker_id": "9A95",
    "account_id": "0000001",
    "signed": True,
}
_KEY = {
    "key_id": "EXAMPLEkeyMadeUp99",
    "permissions": ["market-data", "account", "trading", "production"],
    "accounts": [_ACCOUNT],
}
_CERTIFICATE = {"person_id": _PERSON, "not_before": _T - 86_400, "not_after": _END}

Step = tuple[Json, str, Any]
"""An event, the state after it, and `!fault` or what the call returns; None for nothing."""


def _event(name: str, now: int = _T, **members: Any) -> Json:
    return {"now": now, "event": name, **members}


def _login(now: int = _T, mode: str = "production", **members: Any) -> Json:
    return _event("login", now, mode=mode, **{"key": _KEY, **members})


def _activate(now: int = _T, **members: Any) -> Json:
    return _event("activate_ca", now, **{"certificate": _CERTIFICATE, **members})


def _ask(now: int = _T, person: str = _PERSON) -> Json:
    return _event("get_ca_expiretime", now, person_id=person)


def _order(now: int = _T, **members: Any) -> Json:
    return _event("order", now, **members)


def _call(operation: str, now: int = _T) -> Json:
    return _event("call", now, operation=operation)


_LOGGED: Step = (_login(), "LOGGED_IN", None)
_SIMULATED: Step = (_login(mode="simulation"), "LOGGED_IN", None)
_ACTIVE: Step = (_activate(), "CA_ACTIVE", True)
_IN, _ON, _OFF, _NEW = "LOGGED_IN", "CA_ACTIVE", "CA_EXPIRED", "NEW"

_ERRORS = document("Shioaji documentation, error codes and exceptions")
_INFERRED = derived("the texts are documented; that this is checked here, and in this order, "
                    "is inferred", _ERRORS.where)  # fmt: skip
_PASSED_ON = derived(
    "the library says so when it opens the file; that an activation after a login "
    "passes it on, and leaves the session as it was, is inferred",
    PYRSCA.where,
)
_NOT_ACTIVATED = document(_ERRORS.where, "CA not activated for: {id}")
_STRICT = derived("what cannot serve for an order is refused when it is activated", PYRSCA.where)
_SECOND = derived("RFC 5280, section 4.1.2.5: notAfter itself still counts", PAGE.where)
_DAY = derived(
    "text and 24 hours are documented; that they end with the second before is inferred",
    "Sinotrade/Shioaji, plugins/shioaji/skills/shioaji/references/ERROR_CODES.md, section 2.2",
)
_TAKEN = derived(
    "pyrsca 0.4.0 opens it like any other, and shioaji 1.3.3, its state set by hand as "
    "after a login, activates it; what 1.7.9 does was not seen",
    PYRSCA.where,
)


def _with(base: Json, **changed: Any) -> Json:
    return {**base, **changed}


def _login_refused(name: str, comment: str, fault: str, **members: Any) -> tuple[Any, ...]:
    steps = [(_login(**members), _NEW, f"!{fault}"), (_activate(), _NEW, "!not-authenticated")]
    return name, comment, steps, _INFERRED


_MUST: tuple[tuple[str, str, list[Step], Source], ...] = (
    ("person-id", "The person id is passed.",
     [_LOGGED, (_activate(person_id=_PERSON), _ON, True)], PAGE),
    ("simulation", "Activation in simulation.", [_SIMULATED, _ACTIVE], PAGE),
    ("no-person-id", "No person id is passed.", [_LOGGED, _ACTIVE], PAGE),
    ("simulation-without-ca", "Simulation needs no CA.", [_SIMULATED, (_order(), _IN, None)], PAGE),
    ("order", "An order in production.", [_LOGGED, _ACTIVE, (_order(), _ON, None)], PAGE),
    ("order-without-ca", "An order in production, no CA.",
     [_LOGGED, (_order(), _IN, "!ca-not-activated")], _NOT_ACTIVATED),
    ("activate-first", "Activation before login.", [(_activate(), _NEW, "!not-authenticated")],
     SHIOAJI),
    ("activate-first-wrong-password", "The same, whatever the file.",
     [(_activate(certificate=None, failure="wrong-password"), _NEW, "!not-authenticated")],
     SHIOAJI),
    ("ask-first", "Asked before login.", [(_ask(), _NEW, "!not-authenticated")], SHIOAJI),
    ("ask-without-ca", "Asked before activation.", [_LOGGED, (_ask(), _IN, "!ca-not-activated")],
     _NOT_ACTIVATED),
)  # fmt: skip

_TEXTS: tuple[tuple[str, str, list[Step], Source], ...] = (
    ("page", "The page's steps in production.",
     [_LOGGED, (_activate(person_id=_PERSON), _ON, True), (_ask(), _ON, _ENDS)], PAGE),
    ("page-simulation", "The page's steps in simulation.",
     [_SIMULATED, _ACTIVE, (_ask(), _ON, _ENDS)], PAGE),
)  # fmt: skip

_ENDED = _with(_CERTIFICATE, not_after=_T - 1)
_EARLY = _with(_CERTIFICATE, not_before=_T + 1)
_FOREIGN = _with(_CERTIFICATE, person_id=_OTHER)
_UNSIGNED = _with(_ACCOUNT, signed=False)
_SHOULD: tuple[tuple[Any, ...], ...] = (
    ("ask-other", "Asked for another person.",
     [_LOGGED, _ACTIVE, (_ask(person=_OTHER), _ON, "!ca-not-activated")],
     derived("the documented text names one person, so each is asked for alone: CA not activated "
             "for: {id}", _ERRORS.where)),
    *((f"file-{failure}", "The CA file gives no certificate.",
       [_LOGGED, (_activate(certificate=None, failure=failure), _IN, f"!{fault}"),
        (_order(), _IN, "!ca-not-activated")], _PASSED_ON)
      for failure, fault in (
        ("wrong-password", "ca-password"),
        ("file-missing", "ca-file-missing"),
        ("not-pfx", "ca-not-pfx"),
        ("no-pair", "ca-no-pair"),
    )),
    ("no-cn", "A certificate without CN.",
     [_LOGGED, (_activate(certificate=_with(_CERTIFICATE, person_id=None)), _IN,
                "!ca-no-person")], _PASSED_ON),
    ("again-after-failure", "A wrong password, then the right one.",
     [_LOGGED, (_activate(certificate=None, failure="wrong-password"), _IN, "!ca-password"),
      _ACTIVE, (_order(), _ON, None)],
     derived("a failed activation is taken to leave nothing behind, so that the page's step after "
             "it goes as it does without", PAGE.where)),
    ("last-second", "The certificate's last second.",
     [_LOGGED, _ACTIVE, (_order(_END), _ON, None), (_event("tick", _END), _ON, None)], _SECOND),
    ("ends-while-active", "The second after it.",
     [_LOGGED, _ACTIVE, (_event("tick", _END + 1), _OFF, None),
      (_order(_END + 1), _OFF, "!ca-expired")], _SECOND),
    ("ask-after-end", "Asked after the end.",
     [_LOGGED, _ACTIVE, (_ask(_END + 1), _OFF, _ENDS)], _SECOND),
    ("activate-last-second", "Activated in the last second.",
     [(_login(_END), _IN, None), (_activate(_END), _ON, True)], _SECOND),
    ("first-second", "Activated in the first second.",
     [_LOGGED, (_activate(certificate=_with(_CERTIFICATE, not_before=_T)), _ON, True)], _SECOND),
    ("expired", "A certificate that ended.",
     [_LOGGED, (_activate(certificate=_ENDED), _IN, "!ca-expired")], _STRICT),
    ("not-yet-valid", "A certificate that has not begun.",
     [_LOGGED, (_activate(certificate=_EARLY), _IN, "!ca-not-yet-valid")], _STRICT),
    ("person-differs", "Another person id is passed.",
     [_LOGGED, (_activate(person_id=_OTHER), _IN, "!person-differs")], _STRICT),
    ("renewed", "A new certificate of the same person.",
     [_LOGGED, _ACTIVE, (_activate(certificate=_with(_CERTIFICATE, not_after=_END + 86_400)), _ON,
      True), (_ask(), _ON, "2026-09-14T15:59:59"), (_event("tick", _END + 1), _ON, None)],
     derived("the last activation counts", PAGE.where)),
    ("two-persons", "Two persons.",
     [_LOGGED, _ACTIVE, (_activate(certificate=_FOREIGN), _ON, True), (_ask(person=_OTHER), _ON,
      _ENDS), (_ask(), _ON, _ENDS)], derived("each person has a certificate", PAGE.where)),
    ("other-person", "The CA of another person does not serve for this account.",
     [_LOGGED, (_activate(certificate=_FOREIGN), _ON, True), (_order(), _ON, "!ca-not-activated")],
     _INFERRED),
    ("failure-keeps", "A failed activation takes nothing away.",
     [_LOGGED, _ACTIVE, (_activate(certificate=None, failure="not-pfx"), _ON, "!ca-not-pfx"),
      (_order(), _ON, None)], _INFERRED),
    ("login-again", "A second login begins anew.",
     [_LOGGED, _ACTIVE, _LOGGED, (_order(), _IN, "!ca-not-activated")], _INFERRED),
    ("failed-login-keeps", "A failed second login takes nothing away.",
     [_LOGGED, _ACTIVE, (_login(secret_matches=False), _ON, "!wrong-signature"),
      (_order(), _ON, None)], _INFERRED),
    _login_refused("unknown-key", "An unknown key.", "key-unknown", key=None, key_id="EXAMPLE"),
    _login_refused("wrong-secret", "Another secret.", "wrong-signature", secret_matches=False),
    _login_refused("clock-slow", "A clock 31 seconds slow.", "sign-timeout", signed_at=_T - 31),
    _login_refused("clock-fast", "A clock 31 seconds fast.", "sign-timeout", signed_at=_T + 31),
    _login_refused("address", "An address that is not listed.", "ip-refused",
                   key=_with(_KEY, addresses=["192.0.2.1"]), address="192.0.2.2"),
    _login_refused("key-expired", "A key that ended this second.", "key-expired",
                   key=_with(_KEY, expires=_T)),
    _login_refused("no-production", "A key for simulation alone.", "no-production-permission",
                   key=_with(_KEY, permissions=["market-data", "account", "trading"])),
    ("clock-30", "A clock 30 seconds slow.", [(_login(signed_at=_T - 30), _IN, None)], _INFERRED),
    ("address-listed", "A listed address.",
     [(_login(key=_with(_KEY, addresses=["192.0.2.1"]), address="192.0.2.1"), _IN, None)],
     _INFERRED),
    ("address-network", "An address of a listed network.",
     [(_login(key=_with(_KEY, addresses=["192.0.2.0/24"]), address="192.0.2.9"), _IN, None)],
     _INFERRED),
    ("simulation-key", "A key for simulation alone, in simulation.",
     [(_login(mode="simulation", key=_with(_KEY, permissions=["trading"])), _IN, None),
      (_order(), _IN, None)], _INFERRED),
    ("no-trading", "A key that may not trade.",
     [(_login(key=_with(_KEY, permissions=["account", "production"])), _IN, None), _ACTIVE,
      (_order(), _ON, "!no-permission")], _INFERRED),
    ("no-account-permission", "Calls that the key may not make, and others.",
     [(_login(key=_with(_KEY, permissions=["production"])), _IN, None),
      (_call("accounts"), _IN, "!no-permission"), (_call("subscribe"), _IN, "!no-permission"),
      (_call("usage"), _IN, None), (_call("health"), _IN, None)], _INFERRED),
    ("calls", "Calls that need no CA.",
     [_LOGGED, (_call("accounts"), _IN, None), (_call("subscribe"), _IN, None),
      (_call("unsubscribe"), _IN, None), (_call("usage"), _IN, None)], _INFERRED),
    ("calls-before-login", "Calls before login.",
     [(_call("health"), _NEW, None), (_call("info"), _NEW, None),
      (_call("accounts"), _NEW, "!token-missing"), (_order(), _NEW, "!not-authenticated")],
     _INFERRED),
    ("token-old", "A login over a day ago.",
     [_LOGGED, (_call("usage", _T + 86_399), _IN, None),
      (_call("usage", _T + 86_400), _IN, "!token-expired")], _DAY),
    ("key-ends-later", "A key that ends while logged in.",
     [(_login(key=_with(_KEY, expires=_T + 60)), _IN, None), (_call("usage", _T + 59), _IN, None),
      (_call("usage", _T + 60), _IN, "!key-expired")], _INFERRED),
    ("account-other", "An account that the key does not have.",
     [_LOGGED, _ACTIVE, (_order(account=_with(_ACCOUNT, account_id="0000002")), _ON,
      "!account-refused")], _INFERRED),
    ("account-none", "A key without accounts.",
     [(_login(key=_with(_KEY, accounts=[])), _IN, None), _ACTIVE,
      (_order(), _ON, "!account-refused")], _INFERRED),
    ("account-unsigned", "An account without the signature for API usage.",
     [(_login(key=_with(_KEY, accounts=[_UNSIGNED])), _IN, None), _ACTIVE,
      (_order(), _ON, "!account-unsigned")], _INFERRED),
    ("account-unsigned-simulation", "The same in simulation.",
     [(_login(mode="simulation", key=_with(_KEY, accounts=[_UNSIGNED])), _IN, None),
      (_order(), _IN, None)], _INFERRED),
    ("nothing", "Nothing happens.", [], PAGE),
    ("tick-new", "Time passes before login.", [(_event("tick"), _NEW, None)], PAGE),
)  # fmt: skip

_SDK: tuple[tuple[str, str, list[Step], Source, Importance], ...] = (
    ("sdk-expired", "A certificate that ended, as pyrsca takes it.",
     [_LOGGED, (_activate(certificate=_ENDED), _OFF, True)],
     derived("pyrsca 0.4.0 opens it like any other; shioaji 1.3.3, its state set by hand as after "
             "a login, refuses it (Ca has expired!); what 1.7.9 does was not seen", PYRSCA.where),
     Importance.MAY),
    ("sdk-not-yet-valid", "A certificate that has not begun, as pyrsca takes it.",
     [_LOGGED, (_activate(certificate=_EARLY), _ON, True)], _TAKEN, Importance.SHOULD),
    ("sdk-person-differs", "Another person id is passed, at which pyrsca does not look.",
     [_LOGGED, (_activate(person_id=_OTHER), _ON, True), (_ask(), _ON, _ENDS)], _TAKEN,
     Importance.SHOULD),
    ("sdk-valid", "A usual certificate.", [_LOGGED, _ACTIVE], PAGE, Importance.MUST),
)  # fmt: skip


def topics() -> list[Topic]:
    """Return the file of sessions."""
    topic = topic_of(
        "activate",
        {
            "inferred": "What the broker does after a login was never observed: when this is "
            "checked, and in which order, is inferred.",
            "lax": "The policy `sdk`: what the CA library pyrsca takes, which has no session; that "
            "an activation after a login does the same is inferred.",
            "utc": "That an expire_time is UTC is inferred: it is then the last second of a day in "
            "Taipei.",
        },
    )
    for name, comment, steps, source in _MUST:
        _add(topic, name, comment, steps, source, Importance.MUST)
    for name, comment, steps, source in _TEXTS:
        _add(topic, name, comment, steps, source, Importance.SHOULD)
    for name, comment, steps, source in _SHOULD:
        _add(topic, name, comment, steps, source, Importance.SHOULD, ("inferred",))
    for name, comment, steps, source, importance in _SDK:
        flags = () if importance is Importance.MUST else ("lax",)
        _add(topic, name, comment, steps, source, importance, flags, policy="sdk")
    return [topic]


def _add(
    topic: Topic,
    name: str,
    comment: str,
    steps: list[Step],
    source: Source,
    importance: Importance,
    flags: tuple[str, ...] = (),
    **more: Any,
) -> None:
    states = [_state(after, outcome) for _, after, outcome in steps]
    events = [event for event, _, _ in steps]
    if any(isinstance(state.get("value"), str) for state in states):
        flags = (*flags, "utc")
    add(topic, name, comment, "activate", {"events": events, **more}, output(states=states),
        source, importance=importance, flags=flags)  # fmt: skip


def _state(after: str, outcome: Any) -> Json:
    if isinstance(outcome, str) and outcome.startswith("!"):
        return {"state": after, "accepted": False, "fault": outcome[1:]}
    value = {} if outcome is None else {"value": outcome}
    return {"state": after, "accepted": True, **value}
