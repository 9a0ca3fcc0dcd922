"""The activation flow: timelines with a whole step for each event."""

import pytest

from signers.shioaji import (
    ROUTES,
    Account,
    AccountType,
    ApiKey,
    CertificateFacts,
    Evidence,
    Fault,
    InvalidAddress,
    Operation,
    Permission,
)
from signers.shioaji.flow import (
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
    Policy,
    Refused,
    Session,
    State,
    Step,
    Tick,
    replay,
    step,
)

NOW = 1_789_300_000
END = 1_789_315_199  # 2026-09-13T15:59:59Z
ID, OTHER = "Z199999999", "Z299999999"
KEY_ID = "EXAMPLEKEY"

STOCK = Account(AccountType.STOCK, ID, "9A95", "1234567", signed=True)
FUTURES = Account(AccountType.FUTURES, ID, "F002", "7654321", signed=False)
THEIRS = Account(AccountType.STOCK, OTHER, "9A95", "1111111", signed=True)
STRANGE = Account(AccountType.STOCK, ID, "9A95", "9999999", signed=True)

ALL = frozenset(Permission)
KEY = ApiKey(KEY_ID, ALL, (STOCK, FUTURES, THEIRS))
CA = CertificateFacts(ID, END - 365 * 86_400, END)
SECOND = CertificateFacts(OTHER, END - 86_400, END + 86_400)
RENEWED = CertificateFacts(ID, END - 60, END + 365 * 86_400)
OLD = CertificateFacts(ID, NOW - 100, NOW - 1)
FUTURE = CertificateFacts(ID, NOW + 1, NOW + 100)

REAL = Login(Mode.PRODUCTION, KEY)
TRIAL = Login(Mode.SIMULATION, KEY)
ACTIVATE = ActivateCa(CA)

DOCUMENTED, SDK, INFERRED = Evidence.DOCUMENTED, Evidence.SDK, Evidence.INFERRED
NEW, LOGGED_IN, ACTIVE, EXPIRED = (
    State.NEW,
    State.LOGGED_IN,
    State.CA_ACTIVE,
    State.CA_EXPIRED,
)
IN, TRUE, DONE = Accepted(DOCUMENTED), Accepted(DOCUMENTED, value=True), Accepted(INFERRED)
LAX = Accepted(INFERRED, value=True)
UNTIL = Accepted(DOCUMENTED, "2026-09-13T15:59:59")
NOT_AUTHENTICATED = Refused(Fault.NOT_AUTHENTICATED, "Not authenticated", SDK)
ENDED = Refused(Fault.CA_EXPIRED, "Ca has expired!", INFERRED)
TOO_EARLY = Refused(Fault.CA_NOT_YET_VALID, "the certificate is not valid yet", INFERRED)
NO_PERMISSION = Refused(Fault.NO_PERMISSION, "Token doesn't have permission", INFERRED)


def no_ca(person: str) -> Refused:
    return Refused(Fault.CA_NOT_ACTIVATED, f"CA not activated for: {person}", DOCUMENTED)


def key_with(*permissions: Permission) -> ApiKey:
    return ApiKey(KEY_ID, frozenset(permissions), (STOCK,))


Timeline = list[tuple[int, Event, State, Accepted | Refused]]

TIMELINES: dict[str, Timeline] = {
    "the page's steps, in production": [
        (NOW, Tick(), NEW, DONE),
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (NOW, GetCaExpiretime(ID), ACTIVE, UNTIL),
        (NOW, Order(), ACTIVE, DONE),
    ],
    "the page's steps, in simulation": [
        (NOW, TRIAL, LOGGED_IN, IN),
        (NOW, Order(), LOGGED_IN, DONE),
        (NOW, ActivateCa(CA, ID), ACTIVE, TRUE),
        (NOW, Order(FUTURES), ACTIVE, DONE),
    ],
    "everything before login": [
        (NOW, ACTIVATE, NEW, NOT_AUTHENTICATED),
        (NOW, ActivateCa(OpenFailure.WRONG_PASSWORD), NEW, NOT_AUTHENTICATED),
        (NOW, GetCaExpiretime(ID), NEW, NOT_AUTHENTICATED),
        (NOW, Order(), NEW, Refused(Fault.NOT_AUTHENTICATED, "Not authenticated", INFERRED)),
        (
            NOW,
            Call(Operation.ACCOUNTS),
            NEW,
            Refused(Fault.TOKEN_MISSING, "Not provided authenticated token", INFERRED),
        ),
        (NOW, Call(Operation.HEALTH), NEW, DONE),
        (NOW, Call(Operation.INFO), NEW, DONE),
    ],
    "logged in without CA": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, GetCaExpiretime(ID), LOGGED_IN, no_ca(ID)),
        (NOW, Order(), LOGGED_IN, no_ca(ID)),
        (NOW, Order(THEIRS), LOGGED_IN, no_ca(OTHER)),
    ],
    "expiry at the second": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (END - 1, Order(), ACTIVE, DONE),
        (END, Order(), ACTIVE, DONE),
        (END + 1, Tick(), EXPIRED, DONE),
        (END + 1, Order(), EXPIRED, ENDED),
        (END + 1, GetCaExpiretime(ID), EXPIRED, UNTIL),
        (END + 1, ACTIVATE, EXPIRED, ENDED),
        (END + 1, ActivateCa(RENEWED), ACTIVE, TRUE),
        (END + 1, Order(), ACTIVE, DONE),
        (END, Tick(), ACTIVE, DONE),
    ],
    "files that do not open": [
        (NOW, TRIAL, LOGGED_IN, IN),
        (
            NOW,
            ActivateCa(OpenFailure.WRONG_PASSWORD),
            LOGGED_IN,
            Refused(Fault.CA_PASSWORD, "Ca Password Incorrect", INFERRED),
        ),
        (
            NOW,
            ActivateCa(OpenFailure.FILE_MISSING),
            LOGGED_IN,
            Refused(Fault.CA_FILE_MISSING, "ReadFile Error No such file or directory", INFERRED),
        ),
        (
            NOW,
            ActivateCa(OpenFailure.NOT_PFX),
            LOGGED_IN,
            Refused(Fault.CA_NOT_PFX, "OpenSSL Error", INFERRED),
        ),
        (
            NOW,
            ActivateCa(OpenFailure.NO_PAIR),
            LOGGED_IN,
            Refused(Fault.CA_NO_PAIR, "Cert Not Found", INFERRED),
        ),
        (
            NOW,
            ActivateCa(CertificateFacts(None, 0, END)),
            LOGGED_IN,
            Refused(Fault.CA_NO_PERSON, "Cert Person ID Not Found", INFERRED),
        ),
    ],
    "strict: what activates serves": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ActivateCa(OLD), LOGGED_IN, ENDED),
        (NOW, ActivateCa(FUTURE), LOGGED_IN, TOO_EARLY),
        (
            NOW,
            ActivateCa(CA, OTHER),
            LOGGED_IN,
            Refused(Fault.PERSON_DIFFERS, "the certificate is another person's", INFERRED),
        ),
        (NOW + 1, ActivateCa(FUTURE), ACTIVE, TRUE),
        (NOW + 1, Order(), ACTIVE, DONE),
    ],
    "a failed activation leaves the old one": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (NOW, ActivateCa(OLD), ACTIVE, ENDED),
        (NOW, Order(), ACTIVE, DONE),
    ],
    "several persons": [
        (NOW, REAL, LOGGED_IN, IN),
        (END, ACTIVATE, ACTIVE, TRUE),
        (END, Order(THEIRS), ACTIVE, no_ca(OTHER)),
        (END, ActivateCa(SECOND, OTHER), ACTIVE, TRUE),
        (END, Order(THEIRS), ACTIVE, DONE),
        (END, GetCaExpiretime(OTHER), ACTIVE, Accepted(DOCUMENTED, "2026-09-14T15:59:59")),
        (END + 1, Order(), ACTIVE, ENDED),
        (END + 1, Order(THEIRS), ACTIVE, DONE),
        (END + 86_401, Tick(), EXPIRED, DONE),
    ],
    "a new login begins anew": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, Order(), LOGGED_IN, no_ca(ID)),
    ],
    "a failed login changes nothing": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (
            NOW,
            Login(Mode.PRODUCTION, None, "EXAMPLE"),
            ACTIVE,
            Refused(Fault.KEY_UNKNOWN, "key: EXAMPLE not exist.", INFERRED),
        ),
        (NOW, Order(), ACTIVE, DONE),
    ],
    "logins that fail": [
        (
            NOW,
            Login(Mode.SIMULATION, KEY, secret_matches=False),
            NEW,
            Refused(Fault.WRONG_SIGNATURE, f"key: {KEY_ID} not match signature.", INFERRED),
        ),
        (
            NOW,
            Login(Mode.SIMULATION, KEY, signed_at=NOW - RECEIVE_WINDOW - 1),
            NEW,
            Refused(Fault.SIGN_TIMEOUT, "Sign data is timeout.", INFERRED),
        ),
        (
            NOW,
            Login(Mode.SIMULATION, KEY, signed_at=NOW + RECEIVE_WINDOW + 1),
            NEW,
            Refused(Fault.SIGN_TIMEOUT, "Sign data is timeout.", INFERRED),
        ),
        (
            NOW,
            Login(Mode.PRODUCTION, key_with(Permission.TRADING)),
            NEW,
            Refused(Fault.NO_PRODUCTION, "Token doesn't have production permission.", INFERRED),
        ),
        (
            NOW,
            Login(Mode.SIMULATION, ApiKey(KEY_ID, ALL, addresses=("192.0.2.0/24",))),
            NEW,
            Refused(Fault.IP_REFUSED, "ip: 127.0.0.1 not allow.", INFERRED),
        ),
        (
            NOW,
            Login(Mode.SIMULATION, ApiKey(KEY_ID, ALL, expires=NOW)),
            NEW,
            Refused(Fault.KEY_EXPIRED, f"{KEY_ID} is expired.", INFERRED),
        ),
        (NOW, Login(Mode.SIMULATION, KEY, signed_at=NOW - RECEIVE_WINDOW), LOGGED_IN, IN),
    ],
    "a key that ends while logged in": [
        (NOW, Login(Mode.SIMULATION, ApiKey(KEY_ID, ALL, (STOCK,), NOW + 1)), LOGGED_IN, IN),
        (NOW, Order(), LOGGED_IN, DONE),
        (
            NOW + 1,
            Order(),
            LOGGED_IN,
            Refused(Fault.KEY_EXPIRED, f"{KEY_ID} is expired.", INFERRED),
        ),
    ],
    "a token over a day old": [
        (NOW, TRIAL, LOGGED_IN, IN),
        (NOW + TOKEN_LIFETIME - 1, Call(Operation.ACCOUNTS), LOGGED_IN, DONE),
        (
            NOW + TOKEN_LIFETIME,
            Call(Operation.ACCOUNTS),
            LOGGED_IN,
            Refused(Fault.TOKEN_EXPIRED, "Token is expired", DOCUMENTED),
        ),
    ],
    "a key for market data": [
        (NOW, Login(Mode.SIMULATION, key_with(Permission.MARKET_DATA)), LOGGED_IN, IN),
        (NOW, Call(Operation.SUBSCRIBE), LOGGED_IN, DONE),
        (NOW, Call(Operation.UNSUBSCRIBE), LOGGED_IN, DONE),
        (NOW, Call(Operation.USAGE), LOGGED_IN, DONE),
        (NOW, Call(Operation.ACCOUNTS), LOGGED_IN, NO_PERMISSION),
        (NOW, Order(), LOGGED_IN, NO_PERMISSION),
    ],
    "accounts": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ACTIVATE, ACTIVE, TRUE),
        (
            NOW,
            Order(STRANGE),
            ACTIVE,
            Refused(Fault.ACCOUNT_REFUSED, "Account Not Acceptable.", INFERRED),
        ),
        (
            NOW,
            Order(FUTURES),
            ACTIVE,
            Refused(Fault.ACCOUNT_UNSIGNED, "Please sign F0027654321 first.", INFERRED),
        ),
    ],
    "no account at all": [
        (NOW, Login(Mode.SIMULATION, ApiKey(KEY_ID, ALL)), LOGGED_IN, IN),
        (
            NOW,
            Order(),
            LOGGED_IN,
            Refused(Fault.ACCOUNT_REFUSED, "Account Not Acceptable.", INFERRED),
        ),
    ],
}

SDK_TIMELINES: dict[str, Timeline] = {
    "True is not ready to trade": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ActivateCa(OLD), EXPIRED, LAX),
        (NOW, Order(), EXPIRED, ENDED),
        (NOW, ActivateCa(FUTURE), ACTIVE, LAX),
        (NOW, Order(), ACTIVE, TOO_EARLY),
        (NOW + 1, Order(), ACTIVE, DONE),
    ],
    "the person id passed is not looked at": [
        (NOW, REAL, LOGGED_IN, IN),
        (NOW, ActivateCa(CA, OTHER), ACTIVE, LAX),
        (NOW, GetCaExpiretime(OTHER), ACTIVE, no_ca(OTHER)),
        (NOW, GetCaExpiretime(ID), ACTIVE, UNTIL),
        (NOW, Order(THEIRS), ACTIVE, no_ca(OTHER)),
    ],
}


@pytest.mark.parametrize(
    ("policy", "timeline"),
    [
        *((Policy.STRICT, timeline) for timeline in TIMELINES.values()),
        *((Policy.SDK, timeline) for timeline in SDK_TIMELINES.values()),
    ],
    ids=[*TIMELINES, *SDK_TIMELINES],
)
def test_timeline(policy: Policy, timeline: Timeline) -> None:
    steps = replay([(now, event) for now, event, _, _ in timeline], policy=policy)
    found = [(done.state, done.outcome) for done in steps]
    assert found == [(state, outcome) for _, _, state, outcome in timeline]


def test_the_default_is_strict() -> None:
    (done,) = replay([(NOW, ActivateCa(OLD))], session=Session(Mode.PRODUCTION, KEY, NOW))
    assert done.outcome == ENDED


def test_a_whole_step() -> None:
    session = Session(Mode.PRODUCTION, KEY, NOW, (CA, SECOND))
    done = step(session, ActivateCa(RENEWED), now=END)
    after = Session(Mode.PRODUCTION, KEY, NOW, (RENEWED, SECOND))
    assert done == Step(after, State.CA_ACTIVE, TRUE)


@pytest.mark.parametrize(
    ("listed", "address", "expected"),
    [
        ((), "192.0.2.1", True),
        (("192.0.2.1",), "192.0.2.1", True),
        (("192.0.2.1",), "192.0.2.2", False),
        (("192.0.2.1", "198.51.100.7/24"), "198.51.100.200", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("2001:db8::/32",), "192.0.2.1", False),
    ],
)
def test_addresses(listed: tuple[str, ...], address: str, *, expected: bool) -> None:
    assert ApiKey(KEY_ID, ALL, addresses=listed).allows(address) is expected


@pytest.mark.parametrize(("listed", "address"), [((), "localhost"), (("192.0.2",), "192.0.2.1")])
def test_no_address(listed: tuple[str, ...], address: str) -> None:
    with pytest.raises(InvalidAddress):
        ApiKey(KEY_ID, ALL, addresses=listed).allows(address)


def test_routes() -> None:
    found = {
        name.value: (route.permission, route.evidence.value, route.path)
        for name, route in ROUTES.items()
    }
    data = Permission.MARKET_DATA
    assert found == {
        "health": (None, "inferred", "/api/v1/health"),
        "info": (None, "inferred", None),
        "ca-expiretime": (None, "inferred", "/api/v1/auth/ca_expiretime"),
        "accounts": (Permission.ACCOUNT, "inferred", "/api/v1/auth/accounts"),
        "usage": (None, "inferred", "/api/v1/auth/usage"),
        "subscribe": (data, "inferred", None),
        "unsubscribe": (data, "inferred", None),
        "order": (Permission.TRADING, "inferred", None),
    }
