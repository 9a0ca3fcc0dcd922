"""A mock of the local server, requests to it, whole replies, and pfx files made for it.

Person ids are made up (no Taiwanese id has ten times the same digit), as are keys and secrets.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from signers import SignedRequest
from signers.shioaji import (
    Account,
    AccountType,
    ApiKey,
    CertificateFacts,
    Credentials,
    Permission,
)
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.shioaji import ShioajiMock

KEY, SECRET = "EXAMPLEKEY", "4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"
PERSON, OTHER = "Z199999999", "Z299999999"
BEGIN = datetime(2025, 9, 13, 16, 0, 0, tzinfo=UTC)
END = datetime(2026, 9, 13, 15, 59, 59, tzinfo=UTC)
NOW = 1_788_000_000  # 2026-08-29T10:40:00Z
JSON = (b"Content-Type", b"application/json; charset=utf-8")
PASSWORD = "EXAMPLE-password"

NOT_ASKED = "here nobody is asked for key and secret: they were not compared"
PUBLIC = "this path asks nobody for key and secret"
RIGHT = "key and secret are right"

CERTIFICATE = CertificateFacts(PERSON, int(BEGIN.timestamp()), int(END.timestamp()))
ACCOUNTS = (
    Account(AccountType.STOCK, PERSON, "9A95", "0000001", signed=False, username="EXAMPLE 一"),
    Account(AccountType.STOCK, PERSON, "9A95", "0000002", signed=True),
    Account(AccountType.FUTURES, PERSON, "F002", "0000003", signed=True),
    Account(AccountType.STOCK, OTHER, "9A95", "0000004", signed=True),
)
KEY_OF_BROKER = ApiKey(KEY, frozenset(Permission), ACCOUNTS)


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _ask(
    method: str, target: str, body: Any = None, *, authorization: str | None = None
) -> SignedRequest:
    """Return a request; *body* is an object, or the octets themselves."""
    octets = body if isinstance(body, bytes) else b"" if body is None else compact(body)
    headers = () if authorization is None else ((b"authorization", authorization.encode()),)
    return SignedRequest(method.encode(), target.encode(), headers, octets)


def _success(answer: Any, message: str = NOT_ASKED) -> MockReply:
    return MockReply(
        200, (JSON,), compact(answer), Verdict(accepted=True, reason=None, message=message)
    )


def _refused(
    status: int,
    text: str,
    reason: str,
    message: str,
    *,
    passed: str | None = NOT_ASKED,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> MockReply:
    """Return a refusal; *passed* is why the request itself was let in, None where it was not."""
    body = compact({"code": status, "message": text, "details": None})
    detail = message if passed is None else f"{message} ({passed})"
    verdict = Verdict(accepted=passed is not None, reason=reason, message=detail)
    return MockReply(status, (JSON, *headers), body, verdict)


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    return Credentials.load(KEY, SECRET)


@pytest.fixture
def clock() -> SimpleNamespace:
    """Hold the mock's time in ``now``, Unix seconds."""
    return SimpleNamespace(now=NOW + 0.75)


@pytest.fixture
def build(credentials: Credentials, clock: SimpleNamespace) -> Callable[..., ShioajiMock]:
    """Build a mock with other settings, logged in if not told otherwise."""

    def build(
        *, key: ApiKey | None = KEY_OF_BROKER, logged_in: bool = True, **settings: Any
    ) -> ShioajiMock:
        mock = ShioajiMock(credentials, clock=lambda: clock.now, **settings)
        if logged_in:
            mock.log_in(key)
        return mock

    return build


@pytest.fixture(scope="session")
def ask() -> Callable[..., SignedRequest]:
    return _ask


@pytest.fixture(scope="session")
def success() -> Callable[..., MockReply]:
    return _success


@pytest.fixture(scope="session")
def refused() -> Callable[..., MockReply]:
    return _refused


@pytest.fixture(scope="session")
def make_pfx() -> Callable[..., bytes]:
    """Make a PKCS#12 file with a certificate of one key."""
    key = rsa.generate_private_key(65537, 2048)

    def make(
        cn: str | None = f"{PERSON}-01-001::EXAMPLE",
        begin: datetime = BEGIN,
        end: datetime = END,
        password: str = PASSWORD,
    ) -> bytes:
        kind = NameOID.ORGANIZATION_NAME if cn is None else NameOID.COMMON_NAME
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(kind, cn or "EXAMPLE")]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "EXAMPLE CA")]))
            .public_key(key.public_key())
            .serial_number(4711)
            .not_valid_before(begin)
            .not_valid_after(end)
            .sign(key, SHA256())
        )
        return pkcs12.serialize_key_and_certificates(
            b"EXAMPLE", key, certificate, None, BestAvailableEncryption(password.encode())
        )

    return make
