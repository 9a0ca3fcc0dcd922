"""The page's steps, and a `.env` as the server reads it: what starts, and what is said of it.

The page: "Confirm The API Key And Certificate" and "Activate CA".
"""

import math
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from signers import NotUtf8, Secret, SignedRequest
from signers.pfx import open_pfx
from signers.shioaji import CredentialsRefused, expire_time
from signers.shioaji.flow import Mode, Policy, State
from signproof.mocks.replies import MockReply
from signproof.mocks.shioaji import ShioajiMock
from signproof.mocks.shioaji.serving import SeveralCredentials, UnknownMode, served, served_from
from tests.mocks.shioaji.conftest import (
    END,
    KEY,
    NOT_ASKED,
    NOW,
    OTHER,
    PASSWORD,
    PERSON,
    RIGHT,
    SECRET,
)

pytestmark = pytest.mark.once

Ask = Callable[..., SignedRequest]
Reply = Callable[..., MockReply]
MakePfx = Callable[..., bytes]

PAGE = f"""\
SJ_API_KEY={KEY}
SJ_SEC_KEY={SECRET}
SJ_CA_PATH=Sinopac.pfx
SJ_CA_PASSWD={PASSWORD}
"""
CA = f"/api/v1/auth/ca_expiretime?person_id={PERSON}"
ORDER = {
    "contract": {"security_type": "STK", "exchange": "TSE", "code": "2330"},
    "stock_order": {
        "action": "Buy",
        "price": 600.0,
        "quantity": 1,
        "price_type": "LMT",
        "order_type": "ROD",
    },
}
PLACE = "/api/v1/order/place_order"
ADVICE = (
    "activate the CA of this person before production orders; download the certificate with "
    "`Download Certificate` on the API management page, or with eleader"
)
NO_CA = (400, f"CA not activated for: {PERSON}", "ca-not-activated", ADVICE)


@pytest.fixture
def folder(tmp_path: Path, make_pfx: MakePfx) -> Path:
    (tmp_path / "Sinopac.pfx").write_bytes(make_pfx())
    return tmp_path


@pytest.fixture
def start(folder: Path, clock: SimpleNamespace) -> Callable[..., tuple[ShioajiMock, Any]]:
    """Start from a `.env` with the page's lines and *more* of them."""

    def start(
        text: str = PAGE, more: str = "", environment: dict[str, str] | None = None, **settings: Any
    ) -> tuple[ShioajiMock, Any]:
        octets = (text + more).encode()
        return served_from(octets, folder, environment or {}, lambda: clock.now, **settings)

    return start


Start = Callable[..., tuple[ShioajiMock, Any]]


@pytest.mark.parametrize(
    ("more", "mode"),
    [
        ("", Mode.SIMULATION),
        ("SJ_PRODUCTION=false\n", Mode.SIMULATION),
        ("SJ_PRODUCTION=true\n", Mode.PRODUCTION),
    ],
)
def test_the_pages_steps(start: Start, ask: Ask, success: Reply, more: str, mode: Mode) -> None:
    mock, notes = start(more=more)
    assert (notes, mock.mode, mock.state) == ((), mode, State.CA_ACTIVE)
    answer = mock.handle(ask("GET", CA))
    assert answer == success({"person_id": PERSON, "expire_time": "2026-09-13T15:59:59"})
    assert (answer.status, answer.headers, answer.body) == (
        200,
        ((b"Content-Type", b"application/json; charset=utf-8"),),
        b'{"person_id":"Z199999999","expire_time":"2026-09-13T15:59:59"}',
    )
    told = b'"simulation":true' if mode is Mode.SIMULATION else b'"simulation":false'
    assert told in mock.handle(ask("GET", "/api/v1/info")).body
    accounts = mock.handle(ask("GET", "/api/v1/auth/accounts"))
    assert accounts == success(
        [
            {
                "account_type": kind,
                "person_id": PERSON,
                "broker_id": broker,
                "account_id": "1234567",
                "signed": True,
                "username": "",
            }
            for kind, broker in (("S", "9A95"), ("F", "F002"))
        ]
    )
    assert mock.handle(ask("POST", PLACE, ORDER)).status == 200


def test_the_certificate_ends(start: Start, ask: Ask, clock: SimpleNamespace) -> None:
    end = math.floor(END.timestamp())
    clock.now = end - 3600
    mock, _ = start(more="SJ_PRODUCTION=true\n")
    clock.now = end + 0.999
    assert mock.handle(ask("POST", PLACE, ORDER)).status == 200
    states = [mock.state]
    clock.now = end + 1
    assert [*states, mock.state] == [State.CA_ACTIVE, State.CA_EXPIRED]
    reply = mock.handle(ask("POST", PLACE, ORDER))
    assert (reply.status, reply.body, reply.verdict.reason) == (
        400,
        b'{"code":400,"message":"Ca has expired!","details":null}',
        "ca-expired",
    )
    assert mock.handle(ask("GET", CA)).body == (
        b'{"person_id":"Z199999999","expire_time":"2026-09-13T15:59:59"}'
    )


def test_a_path_from_elsewhere(
    folder: Path, clock: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    text = PAGE.replace("Sinopac.pfx", (folder / "Sinopac.pfx").as_posix())
    mock, notes = served_from(text.encode(), other, {}, lambda: clock.now)
    assert (notes, mock.state) == ((), State.CA_ACTIVE)
    octets = PAGE.encode()
    environment = {"SJ_CA_PATH": str(folder / "Sinopac.pfx")}
    mock, notes = served_from(octets, str(other), environment, lambda: clock.now)
    assert mock.state is State.CA_ACTIVE
    assert notes == (
        (
            "line 3, SJ_CA_PATH: an environment variable of this name has another value and "
            "is used instead: unset it or correct one"
        ),
    )


def test_without_a_file(folder: Path, clock: SimpleNamespace) -> None:
    environment = {
        "SJ_API_KEY": KEY,
        "SJ_SEC_KEY": SECRET,
        "SJ_CA_PATH": "Sinopac.pfx",
        "SJ_CA_PASSWD": PASSWORD,
        "SJ_PRODUCTION": "true",
    }
    mock, notes = served_from(b"", folder, environment, lambda: clock.now)
    assert (notes, mock.mode, mock.state) == ((), Mode.PRODUCTION, State.CA_ACTIVE)


NOT_READ = "SJ_CA_PATH is not read: no CA is activated, which production orders need"


@pytest.mark.parametrize("more", ["", "SJ_PRODUCTION=true\n"])
@pytest.mark.parametrize("line", ["", "SJ_CA_PATH=\n", "SJ_CA_PASSWD=x\n"])
def test_no_path(start: Start, ask: Ask, refused: Reply, line: str, more: str) -> None:
    mock, notes = start(f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={SECRET}\n{line}", more)
    assert (notes, mock.state) == ((NOT_READ,), State.LOGGED_IN)
    assert mock.handle(ask("GET", CA)) == refused(*NO_CA)
    reply = mock.handle(ask("POST", PLACE, ORDER))
    if more:
        assert reply == refused(*NO_CA)
    else:
        assert reply.status == 200


NO_MAC = Path(__file__).parents[2] / "signers" / "pfx" / "EXAMPLE-no-mac.pfx"
NO_KEY = NO_MAC.with_name("EXAMPLE-no-key.pfx")
NO_CERTIFICATE = NO_MAC.with_name("EXAMPLE-no-certificate.pfx")
INCORRECT = "the CA was not activated (Ca Password Incorrect): "


@pytest.mark.parametrize(
    ("file", "password", "note"),
    [
        (
            None,
            "EXAMPLE-wrong",
            INCORRECT + "the password does not open the pfx, or the file was altered: type the "
            "password anew",
        ),
        (
            None,
            "",
            INCORRECT + "the password given is empty and does not open the pfx: is the variable or "
            "the setting that should have it set?",
        ),
        (
            NO_MAC,
            PASSWORD,
            INCORRECT + "the pfx has no MAC: whether it was altered cannot be told, and the SDK's "
            "CA library refuses it as a wrong password; export it again, or open it leniently",
        ),
        (
            NO_KEY,
            PASSWORD,
            (
                "the CA was not activated (Cert Not Found): the pfx holds a certificate and "
                "no private key, so that it cannot sign: export it again with the private key"
            ),
        ),
        (
            NO_CERTIFICATE,
            PASSWORD,
            (
                "the CA was not activated (Cert Not Found): the pfx holds a private key and no "
                "certificate: export it again with the certificate"
            ),
        ),
        (
            b"",
            PASSWORD,
            (
                "the CA was not activated (OpenSSL Error): the file is empty: download or "
                "export the certificate anew"
            ),
        ),
        (
            b"<!doctype html><html>",
            PASSWORD,
            (
                "the CA was not activated (OpenSSL Error): this is a web page, not a pfx file: the "
                "download was an error or a login page; log in and download it again"
            ),
        ),
    ],
)
@pytest.mark.parametrize("more", ["", "SJ_PRODUCTION=true\n"])
def test_it_starts_all_the_same(
    start: Start,
    folder: Path,
    ask: Ask,
    refused: Reply,
    file: Path | bytes | None,
    password: str,
    note: str,
    more: str,
) -> None:
    if file is not None:
        octets = file.read_bytes() if isinstance(file, Path) else file
        (folder / "Sinopac.pfx").write_bytes(octets)
    mock, notes = start(PAGE.replace(PASSWORD, password), more)
    assert (notes, mock.state) == ((note,), State.LOGGED_IN)
    assert mock.handle(ask("GET", "/api/v1/health")).status == 200
    assert mock.handle(ask("GET", CA)) == refused(*NO_CA)
    reply = mock.handle(ask("POST", PLACE, ORDER))
    assert reply == refused(*NO_CA) if more else reply.status == 200


def test_no_password(start: Start) -> None:
    mock, notes = start(PAGE.replace(f"SJ_CA_PASSWD={PASSWORD}\n", ""))
    assert notes == (INCORRECT + "the pfx needs its password: pass it",)
    assert mock.state is State.LOGGED_IN


@pytest.mark.parametrize("path", ["missing.pfx", ".", "EXAMPLE\x01.pfx", "不.pfx"])
def test_no_file(start: Start, path: str) -> None:
    mock, notes = start(PAGE.replace("Sinopac.pfx", path))
    assert notes[-1].startswith(
        "the CA was not activated (ReadFile Error No such file or directory): "
    )
    assert mock.state is State.LOGGED_IN


def test_a_path_that_is_not_utf_8(folder: Path, clock: SimpleNamespace) -> None:
    environment = {"SJ_CA_PATH": os.fsdecode(b"\xff\xfe.pfx")}
    mock, notes = served_from(PAGE.encode(), folder, environment, lambda: clock.now)
    assert "ReadFile Error" in notes[-1]
    assert notes[-1].isascii()
    assert mock.state is State.LOGGED_IN


@pytest.mark.parametrize(
    ("made", "text", "advice"),
    [
        (
            {"end": datetime.fromtimestamp(NOW - 1, UTC)},
            "Ca has expired!",
            (
                "the certificate has ended: download the certificate with `Download "
                "Certificate` on the API management page, or with eleader, and activate it"
            ),
        ),
        (
            {"begin": datetime.fromtimestamp(NOW + 1, UTC)},
            "the certificate is not valid yet",
            "set this machine's clock, or wait until the certificate begins",
        ),
        (
            {"cn": None},
            "Cert Person ID Not Found",
            (
                "the certificate has no person id in its CN, so it is none of the broker's: "
                "download the certificate with `Download Certificate` on the API management "
                "page, or with "
                "eleader"
            ),
        ),
    ],
)
def test_certificates_that_are_not_activated(
    start: Start,
    folder: Path,
    ask: Ask,
    refused: Reply,
    make_pfx: MakePfx,
    made: dict[str, Any],
    text: str,
    advice: str,
) -> None:
    (folder / "Sinopac.pfx").write_bytes(make_pfx(**made))
    mock, notes = start(more="SJ_PRODUCTION=true\n")
    assert notes == (f"the CA was not activated ({text}): {advice}",)
    assert mock.handle(ask("POST", PLACE, ORDER)) == refused(*NO_CA)


def test_the_policy_of_the_sdk(start: Start, folder: Path, ask: Ask, make_pfx: MakePfx) -> None:
    (folder / "Sinopac.pfx").write_bytes(make_pfx(end=datetime.fromtimestamp(NOW - 1, UTC)))
    mock, notes = start(more="SJ_PRODUCTION=true\n", policy=Policy.SDK)
    assert (notes, mock.state) == ((), State.CA_EXPIRED)
    assert mock.handle(ask("GET", CA)).status == 200
    assert mock.handle(ask("POST", PLACE, ORDER)).verdict.reason == "ca-expired"


@pytest.mark.parametrize(
    ("cn", "person"),
    [
        (f"{OTHER}-01-001::EXAMPLE", OTHER),
        ("EXAMPLE without a dash", "EXAMPLE without a dash"),
        ("測試-1", "測試"),
    ],
)
def test_whose_certificate_it_is(
    start: Start, folder: Path, ask: Ask, make_pfx: MakePfx, cn: str, person: str
) -> None:
    (folder / "Sinopac.pfx").write_bytes(make_pfx(cn=cn))
    mock, notes = start(more="SJ_PRODUCTION=true\n")
    assert notes == ()
    octets = "".join(f"%{octet:02x}" for octet in person.encode())
    reply = mock.handle(ask("GET", f"/api/v1/auth/ca_expiretime?person_id={octets}"))
    assert reply.body.decode() == (
        f'{{"person_id":"{person}","expire_time":"2026-09-13T15:59:59"}}'
    )
    assert mock.handle(ask("POST", PLACE, ORDER)).status == 200


def test_the_servers_reader_stops(start: Start) -> None:
    mock, notes = start(PAGE.replace("Sinopac.pfx", r"C:\ca\Sinopac.pfx"))
    assert notes == (
        (
            "line 3, SJ_CA_PATH, server: the server stops reading here (backslash), "
            "silently: put the value in single quotes, write paths with forward slashes, save as "
            "UTF-8"
        ),
        (
            "line 4, SJ_CA_PASSWD, server: the server does not read this, since it stopped "
            "at line 3: correct that line"
        ),
        NOT_READ,
    )
    assert mock.state is State.LOGGED_IN


def test_an_auth_that_nobody_documents(start: Start) -> None:
    _, notes = start(more="SJ_HTTP_AUTH=1\n")
    assert notes == (
        (
            "line 5, SJ_HTTP_AUTH: no such value is documented for this key: SJ_PRODUCTION and "
            "SJ_HTTP_AUTH are true or false, SJ_RECEIVE_WINDOW milliseconds, 1 or more"
        ),
        (
            "SJ_HTTP_AUTH: whether the server takes this for true is not known; this mock goes by "
            "the address, as where nothing is set"
        ),
    )


def test_a_dollar_in_the_password(start: Start, folder: Path, make_pfx: MakePfx) -> None:
    (folder / "Sinopac.pfx").write_bytes(make_pfx(password="ab$cd"))
    mock, notes = start(PAGE.replace(PASSWORD, "ab$cd"))
    assert notes[-1].startswith(INCORRECT)
    assert mock.state is State.LOGGED_IN
    mock, notes = start(PAGE.replace(PASSWORD, "'ab$cd'"))
    assert (notes, mock.state) == ((), State.CA_ACTIVE)


@pytest.mark.parametrize(
    ("more", "environment", "where", "line"),
    [
        ("SJ_PRODUCTION=1\n", {}, "line 5", 5),
        ("\nSJ_PRODUCTION=True\n", {}, "line 6", 6),
        ("SJ_PRODUCTION=\n", {}, "line 5", 5),
        ("SJ_PRODUCTION=true\n", {"SJ_PRODUCTION": "yes"}, "in the environment", None),
    ],
)
def test_production_is_true_or_false(
    start: Start, more: str, environment: dict[str, str], where: str, line: int | None
) -> None:
    with pytest.raises(UnknownMode) as caught:
        start(more=more, environment=environment)
    assert (caught.value.reason, caught.value.line) == ("unknown-mode", line)
    assert str(caught.value) == (
        f"{where}, SJ_PRODUCTION: it is neither true nor false, with which the server does not "
        "start: write one of the two, or leave it out for simulation"
    )


@pytest.mark.parametrize(
    ("more", "here", "elsewhere"),
    [
        ("", True, False),
        ("SJ_HTTP_ADDR=127.0.0.1:8080\n", True, False),
        ("SJ_HTTP_ADDR=localhost:9000\n", True, False),
        ("SJ_HTTP_ADDR=[::1]:8080\n", True, False),
        ("SJ_HTTP_ADDR=0.0.0.0:8080\n", False, False),
        ("SJ_HTTP_ADDR=[::]:8080\n", False, False),
        ("SJ_HTTP_ADDR=:8080\n", False, False),
        ("SJ_HTTP_AUTH=true\n", False, False),
        ("SJ_HTTP_AUTH=false\n", True, True),
        ("SJ_HTTP_AUTH=false\nSJ_HTTP_ADDR=0.0.0.0:8080\n", True, True),
        ("SJ_HTTP_AUTH=on\n", True, False),
    ],
)
def test_who_is_asked(start: Start, ask: Ask, more: str, *, here: bool, elsewhere: bool) -> None:
    mock, _ = start(more=more)
    for address, free in (("127.0.0.1", here), ("192.0.2.1", elsewhere)):
        reply = mock.handle(ask("GET", "/api/v1/auth/usage"), address)
        assert (reply.status, reply.verdict.reason) == (
            (200, None) if free else (401, "authorization-missing")
        )
        assert (reply.verdict.message == NOT_ASKED) is free
        right = ask("GET", "/api/v1/auth/usage", authorization=f"Bearer {KEY}:{SECRET}")
        assert mock.handle(right, address).verdict.message == (NOT_ASKED if free else RIGHT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (f"SJ_API_KEY={KEY}\n", "empty"),
        (f"SJ_SEC_KEY={SECRET}\n", "empty"),
        ("SJ_API_KEY='<API Key from above>'\n", "placeholder"),
        (f"SJ_API_KEY=EXAMPLE\nSJ_SEC_KEY={SECRET}\n", "key-too-short"),
        (f"SJ_API_KEY={KEY}\nSJ_SEC_KEY=EXAMPLE\n", "secret-length"),
    ],
)
def test_key_and_secret_are_required(start: Start, text: str, reason: str) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        start(text)
    assert caught.value.reason == reason


def test_a_secret_that_is_no_text(start: Start) -> None:
    with pytest.raises(NotUtf8):
        start(environment={"SJ_SEC_KEY": "\udcff"})


def test_served(clock: SimpleNamespace, ask: Ask) -> None:
    credential = {"api_key": KEY, "secret_key": SECRET}
    mock = served([credential], lambda: clock.now)
    assert (mock.mode, mock.state) == (Mode.SIMULATION, State.LOGGED_IN)
    assert mock.handle(ask("GET", "/api/v1/auth/accounts")).status == 401
    right = ask("GET", "/api/v1/auth/accounts", authorization=f"Bearer {KEY}:{SECRET}")
    assert mock.handle(right).body.count(PERSON.encode()) == 2
    mock = served([credential | {"person_id": OTHER}], lambda: clock.now)
    assert mock.handle(right).body.count(OTHER.encode()) == 2
    order = ask("POST", PLACE, ORDER, authorization=f"Bearer {KEY}:{SECRET}")
    assert mock.handle(order).status == 200


@pytest.mark.parametrize("count", [0, 2])
def test_a_server_is_one_persons(count: int) -> None:
    with pytest.raises(SeveralCredentials) as caught:
        served([{"api_key": KEY, "secret_key": SECRET}] * count, lambda: NOW)
    assert (caught.value.count, str(caught.value)) == (
        count,
        f"the local server has one session, not {count}: start a mock for each credential",
    )


def test_the_certificate_is_the_pages(make_pfx: MakePfx) -> None:
    opened = open_pfx(make_pfx(), Secret(PASSWORD))
    assert expire_time(opened.leaf.x509) == "2026-09-13T15:59:59"
    assert opened.leaf.x509.not_valid_after_utc == END
