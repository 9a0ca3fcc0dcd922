"""What Shioaji packages do before a login, without a network, and towards a local server.

No login reaches the broker, so what follows one cannot be asked.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from signers.shioaji import CertificateFacts
from signproof.behaviours.base import Behaviour, Observed
from signproof.corpus import default_root
from signproof.mocks.replies import MockReply, ServedMock, Verdict
from signproof.mocks.shioaji.serving import served
from signproof.schemes.shioaji_ca.program import PROGRAM

__all__ = ["BEHAVIOURS"]

_API_KEY, _SECRET = PROGRAM.credential["api_key"], PROGRAM.credential["secret_key"]
_OTHER_SECRET = "11111111111111111111111111111111"  # noqa: S105 - 32 zeros in base58
_PASSWORD = "EXAMPLE-password"  # noqa: S105 - of a fixture
_CA = default_root() / "shioaji-ca" / "fixtures" / "EXAMPLE-aes-256.pfx"
_FROM, _UNTIL = 1735689600, 2073311999
_UNJUDGED = Verdict(accepted=False, reason=None, message="")
_BARE = MockReply(
    200, ((b"Content-Type", b"application/json"),), b'{"status":"healthy"}', _UNJUDGED
)
_ENV = f"SJ_API_KEY={_API_KEY}\nSJ_SEC_KEY={_SECRET}\n"
_LONGEST = 90
_LAST_WORDS = 3
_AT_ONCE_MS = 1000
_BINS_S = (1, 20)

Clock = Callable[[], float]


def _said(observed: Observed) -> str:
    """Return the error or, where there is none, what was returned."""
    if not observed.error:
        return f"`{observed.output.get('value', '')}`"
    if len(observed.error) <= _LONGEST:
        return observed.error
    # The SDK writes what it was given into the text.
    last = observed.error.partition(":")[2].split()[-_LAST_WORDS:]
    return f"{_class(observed)}: … {' '.join(last)}"


def _class(observed: Observed) -> str:
    return observed.error.partition(":")[0]


def _elapsed(observed: Observed) -> int | None:
    """Return how long the call took, in milliseconds; None where its driver ended it."""
    elapsed = observed.output.get("elapsed_ms")
    return elapsed if isinstance(elapsed, int) else None


def _gives_up(observed: Observed) -> str:
    """Say with what error, and when: not more exactly than a busy machine repeats it."""
    elapsed = _elapsed(observed)
    if elapsed is None:
        return observed.error
    within = next((bound for bound in _BINS_S if elapsed <= bound * 1000), None)
    when = f"within {within} s" if within else f"after more than {_BINS_S[-1]} s"
    shown = "; its text has the signed message" if "payload" in observed.error else ""
    return f"{_class(observed)} {when}{shown}"


def _takes_argument(observed: Observed) -> str:
    return "refused: TypeError" if _class(observed) == "TypeError" else "taken"


def _second(observed: Observed) -> str:
    elapsed = _elapsed(observed)
    if elapsed is None:
        return observed.error
    return "answered at once" if elapsed < _AT_ONCE_MS else "tried anew"


def _routes(observed: Observed) -> str:
    """Return what was requested, in its order, and whether key and secret went with it."""
    asked = [f"`{one.method.decode()} {one.target.decode()}`" for one in observed.requests]
    credential = f"Bearer {_API_KEY}:{_SECRET}".encode()
    carried = sum(one.values(b"Authorization") == (credential,) for one in observed.requests)
    how = {0: "without key and secret", len(asked): "with key and secret"}
    return f"{', '.join(asked)}; {how.get(carried, 'key and secret with some')}"


def _printed(observed: Observed) -> str:
    """Return the instant that was printed, as it was."""
    if observed.error:
        return _said(observed)
    found = re.search(r'"expire_time": "([^"]*)"', str(observed.output.get("value")))
    return f"`{found[1]}`" if found else "none"


def _start(observed: Observed) -> str:
    """Return how a start of the server ended."""
    code = observed.output.get("exit_code")
    return f"{_said(observed)} (exit code {code})"


def _active(credential: Mapping[str, str], clock: Clock) -> ServedMock:
    """Return a mock whose CA is active."""
    mock = served([credential], clock)
    mock.activate(CertificateFacts(credential["person_id"], _FROM, _UNTIL))
    return mock


def _asked(
    id_: str,
    question: str,
    call: str,
    read: Callable[[Observed], str] = _said,
    *,
    local: bool = True,
    more: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Behaviour:
    return Behaviour(id_, question, read, {"call": call, **(more or {})}, local=local, **changes)


def _activated(id_: str, how: str, password: str = _PASSWORD, *, there: bool = True) -> Behaviour:
    pfx_b64 = b64encode(_CA.read_bytes()).decode() if there else None
    more = {"pfx_b64": pfx_b64, "password": password}
    return _asked(id_, f"`activate_ca` before the login, with {how}", "activate-ca", more=more)


def _logged_in(id_: str, question: str, read: Callable[[Observed], str], **more: Any) -> Behaviour:
    return _asked(id_, question, "login", read, more={"arguments": {}, **more})


def _run(
    id_: str, question: str, call: str, read: Callable[[Observed], str] = _routes, **changes: Any
) -> Behaviour:
    """Ask for a command that speaks to the local server."""
    return _asked(id_, question, call, read, local=False, **changes)


def _started(id_: str, how: str, env: str) -> Behaviour:
    more = {"env_b64": b64encode(env.encode()).decode()}
    return _asked(id_, f"`shioaji server start` {how}", "server-start", _start, more=more)


BEHAVIOURS = (
    _activated("activate", "a good file"),
    _activated("activate-missing", "a file that is not there", there=False),
    _activated("activate-password", "a wrong password", "EXAMPLE-passwort"),
    _asked("expiretime", "`get_ca_expiretime` before the login", "ca-expiretime"),
    _asked(
        "expiretime-simulation",
        "The same in simulation, in the zone of New York",
        "ca-expiretime",
        more={"simulation": True},
    ),
    _asked("list-accounts", "`list_accounts` before the login", "list-accounts"),
    _asked("place-order", "`place_order` before the login", "place-order"),
    _logged_in("login", "`login` without a network", _gives_up),
    _logged_in(
        "login-page",
        "`login` with `fetch_contract=False`, as on the page",
        _takes_argument,
        arguments={"fetch_contract": False},
    ),
    _logged_in(
        "login-again", "A second `login` after the first found no network", _second, times=2
    ),
    _run("check", "What `shioaji server check` requests", "server-check"),
    _run(
        "check-bare",
        "`shioaji server check`, answered with a `status` alone",
        "server-check",
        _said,
        replies=(_BARE,),
    ),
    _run("status", "What `shioaji server status` requests", "server-status"),
    _run("accounts", "What `shioaji auth accounts` requests", "server-accounts"),
    _run("usage", "What `shioaji auth usage` requests", "server-usage"),
    _run(
        "other-secret",
        "`shioaji auth usage` with another secret than the server's",
        "server-usage",
        _said,
        credential={"secret_key": _OTHER_SECRET},
    ),
    _run("ca-expiretime", "What `shioaji auth ca-expiretime` requests", "server-ca-expiretime"),
    _run(
        "ca-expiretime-none",
        "`shioaji auth ca-expiretime` where no CA is active",
        "server-ca-expiretime",
        _printed,
    ),
    _run(
        "ca-expiretime-active",
        "What `shioaji auth ca-expiretime` makes of `2035-09-13T15:59:59`, in New York",
        "server-ca-expiretime",
        _printed,
        mock=_active,
    ),
    _started("start", "without a network", _ENV),
    _started(
        "start-ca",
        "with a CA file that is not there",
        f"{_ENV}SJ_CA_PATH=/EXAMPLE/nowhere.pfx\nSJ_CA_PASSWD=EXAMPLE\n",
    ),
    _started("start-production", "with `SJ_PRODUCTION=1`", f"{_ENV}SJ_PRODUCTION=1\n"),
    _started(
        "start-backslash",
        "with a backslash in the line before the secret's",
        _ENV.replace("SJ_SEC_KEY", "SJ_CA_PATH=C:\\EXAMPLE.pfx\nSJ_SEC_KEY"),
    ),
    _started("start-key", "with a key of nine characters", _ENV.replace(_API_KEY, "EXAMPLE00")),
)
