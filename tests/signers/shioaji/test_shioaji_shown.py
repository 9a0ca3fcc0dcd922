"""No secret, password or order is shown: not by an object, not by an error as a crash reporter
sees it, the local variables of the frames in the signers included; importing loads no httpx.
"""

import base64
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signers import SignerError
from signers.shioaji import (
    Account,
    AccountType,
    ApiKey,
    CaExpireTime,
    CertificateFacts,
    CredentialFinding,
    Credentials,
    CredentialTrap,
    check_credentials,
)
from signers.shioaji.auth import ShioajiAuth
from signers.shioaji.ca import CaSigner, Expected, Method, SignedText, stages, verify
from signers.shioaji.env import Dialect, inspect, read
from signers.shioaji.flow import GetCaExpiretime, Login, Mode, Order, Session, step
from tests.signers.shioaji.conftest import Maker

HIDDEN = "hiddenvalue"
KEY = "EXAMPLEKEY"
SECRET = "4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"
BAD = HIDDEN + "0OIl"
NOW = 1_789_300_000

MAKER = Maker()
CERTIFICATE = MAKER.certificate(key=MAKER.rsa(1024))
SIGNER = CaSigner(MAKER.rsa(1024), CERTIFICATE)
GOOD = {method: SIGNER.sign(method, HIDDEN, ip="192.0.2.1", seconds=NOW) for method in Method}
SHOWN_AS = (HIDDEN, SECRET, base64.b64encode(("x" + HIDDEN).encode()).decode()[4:-4])
CREDENTIALS = Credentials.load(KEY, SECRET)


def changed(method: Method, part: int, old: bytes, new: bytes) -> str:
    parts = GOOD[method].split(".")
    octets = base64.b64decode(parts[part]).replace(old, new)
    return ".".join((*parts[:part], base64.b64encode(octets).decode(), *parts[part + 1 :]))


def redirect(request: httpx.Request) -> httpx.Response:
    if request.url.host == "a.example.test":
        return httpx.Response(302, headers={"Location": "https://b.example.test/"})
    return httpx.Response(200)


def send(url: str) -> None:
    with httpx.Client(
        transport=httpx.MockTransport(redirect),
        auth=ShioajiAuth(CREDENTIALS),
        follow_redirects=True,
    ) as client:
        client.get(url)


FAILURES: dict[str, Callable[[], object]] = {
    "bad secret": lambda: Credentials.load(KEY, BAD),
    "good secret, bad key": lambda: Credentials.load("EXAMPLE", SECRET),
    "national id and password": lambda: Credentials.load("Z199999999", BAD),
    "surrogate in the secret": lambda: Credentials.load(KEY, HIDDEN + "\ud800"),
    "surrogate, checked": lambda: check_credentials(KEY, HIDDEN + "\ud800"),
    "octets that are no text": lambda: check_credentials(KEY, HIDDEN.encode() + b"\xff"),  # type: ignore[arg-type]
    "http": lambda: send("http://a.example.test/"),
    "redirect": lambda: send("https://a.example.test/"),
    "signature": lambda: verify(changed(Method.PKCS1, 2, b"hidden", b"hiddenvalue hidden")),
    "content": lambda: verify(changed(Method.PKCS7, 1, b"hidden", b"Hidden")),
    "text": lambda: verify(GOOD[Method.PKCS1], expected=Expected("192.0.2.1", HIDDEN + "x")),
    "time": lambda: verify(GOOD[Method.OLDER], expected=Expected(latest=NOW - 1)),
    "CMS": lambda: verify(changed(Method.PKCS7, 1, b"\x02\x01\x01", b"\x02\x01\x02")),
    "not UTF-8": lambda: verify(
        stages.join(
            Method.PKCS1,
            stages.pkcs1_signature(MAKER.rsa(1024), HIDDEN.encode() + b"\xff"),
            HIDDEN.encode() + b"\xff",
            CERTIFICATE.public_bytes(Encoding.DER),
        )
    ),
    "not base64": lambda: verify(f"pkcs1.{HIDDEN}.{HIDDEN}.!"),
}

ORDERS: dict[str, Callable[[], object]] = {
    "text of milliseconds": lambda: SIGNER.sign(Method.PKCS1, HIDDEN, ip="", seconds=NOW * 1000),
    "text with a surrogate": lambda: SIGNER.sign(
        Method.PKCS7, HIDDEN + "\ud800", ip="", seconds=NOW
    ),
}


def all_that_shows(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(error.__dict__))
        yield from (repr(getattr(error, name, None)) for name in ("object", "doc"))
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        for frame in report.stack:
            # httpx keeps the request, whose headers its own repr masks.
            if frame.filename != __file__:
                yield from (f"{name}={value}" for name, value in (frame.locals or {}).items())
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("call", FAILURES.values(), ids=FAILURES)
def test_no_error_shows_a_value(call: Callable[[], object]) -> None:
    with pytest.raises(SignerError) as caught:
        call()
    texts = list(all_that_shows(caught.value))
    assert [text for text in texts if any(hidden in text for hidden in SHOWN_AS)] == []


@pytest.mark.parametrize("call", ORDERS.values(), ids=ORDERS)
def test_no_error_repeats_an_order(call: Callable[[], object]) -> None:
    """The caller's own order stays in the frames of the call; the error itself does not hold it."""
    with pytest.raises(SignerError) as caught:
        call()
    caught.value.with_traceback(None)
    assert [text for text in all_that_shows(caught.value) if HIDDEN in text] == []


def test_the_search_finds_what_a_frame_shows() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(f"[{HIDDEN}")
    assert [text for text in all_that_shows(caught.value) if HIDDEN in text] != []


def test_no_object_shows_a_value() -> None:
    account = Account(AccountType.STOCK, HIDDEN, "9A95", HIDDEN, signed=True, username=HIDDEN)
    key = ApiKey(HIDDEN, frozenset(), (account,))
    octets = f"SJ_API_KEY={HIDDEN}\nSJ_SEC_KEY={BAD}\nSJ_CA_PASSWD='{HIDDEN}\n".encode()
    login = Login(Mode.SIMULATION, key, HIDDEN)
    objects: list[object] = [
        CREDENTIALS,
        CREDENTIALS.secret_octets,
        CredentialFinding(CredentialTrap.EMPTY, "secret_key"),
        ShioajiAuth(CREDENTIALS),
        SIGNER,
        verify(GOOD[Method.PKCS1]),
        SignedText(HIDDEN, HIDDEN, NOW),
        Expected(plain_text=HIDDEN),
        account,
        key,
        CaExpireTime(HIDDEN, "2026-09-13T15:59:59"),
        CertificateFacts(HIDDEN, 0, NOW),
        login,
        step(Session(), login, now=NOW),
        step(Session(Mode.PRODUCTION, key), Order(), now=NOW),
        step(Session(Mode.PRODUCTION, key), GetCaExpiretime(HIDDEN), now=NOW),
        *(read(octets, dialect) for dialect in Dialect),
        *read(octets, Dialect.SERVER).entries,
        inspect(octets, {"SJ_CA_PASSWD": HIDDEN}),
        [str(finding) for finding in inspect(octets)],
    ]
    assert [shown for shown in map(repr, objects) if HIDDEN in shown or SECRET in shown] == []


PROGRAM = """
import sys
import signers.shioaji, signers.shioaji.ca, signers.shioaji.flow
print(sorted({"click", "dotenv", "httpx", "msgspec", "signproof"} & sys.modules.keys()))
import signers.shioaji.env
print(sorted({"asyncio", "click", "httpx", "msgspec", "signproof"} & sys.modules.keys()))
"""


def test_what_an_import_loads() -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n[]\n", "")
