"""A mock gateway, and requests signed by the `openssl` command over plain assembly."""

import base64
import functools
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signers import Secret, SignedRequest
from signers.tiger import Signer
from signproof.mocks import tiger
from signproof.mocks.replies import MockReply, Verdict
from signproof.mocks.tiger import Account, Developer, Permission, Position, TigerMock

CLIENT_KEYS = Path(__file__).parents[2] / "signers" / "tiger" / "keys"
MOCK_KEYS = Path(tiger.__file__).parent / "keys"

TIMESTAMP = "2027-01-15 16:00:00"
NOW_MS = 1800000000123
JSON = (b"Content-Type", b"application/json;charset=UTF-8")
SIGNED = "the signature is right"
SECRET_KEY = "00000000-EXAM-PLE0-0000-000000000001"


@functools.cache
def openssl_sign(folder: Path, key: str, content: bytes) -> str:
    """Return base64 in one line, by the command."""
    done = subprocess.run(
        ["openssl", "dgst", "-sha1", "-sign", str(folder / f"EXAMPLE-{key}.pem")],
        input=content,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return base64.b64encode(done.stdout).decode()


@functools.cache
def private_key(folder: Path, name: str) -> RSAPrivateKey:
    loaded = load_pem_private_key((folder / f"EXAMPLE-{name}.pem").read_bytes(), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def public_key(name: str) -> RSAPublicKey:
    return private_key(CLIENT_KEYS, name).public_key()


def token(made_ms: int, ends_ms: int, rest: str) -> str:
    return base64.b64encode(f"{made_ms:013},{ends_ms:013},{rest}".encode()).decode()


FIRST_TOKEN = token(NOW_MS, NOW_MS + 1_000_000, "EXAMPLE-FIRST-TOKEN")


def content_of(fields: Mapping[str, Any]) -> bytes:
    """Assemble the sign content."""
    pairs = (
        f"{name}={'null' if value is None else value}"
        for name, value in sorted(fields.items())
        if name != "sign"
    )
    return "&".join(pairs).encode()


def fields_of(
    method: str, biz: Any = None, *, tiger_id: str = "EXAMPLE-1", **more: Any
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "method": method,
        "version": "2.0",
        "timestamp": TIMESTAMP,
        "tiger_id": tiger_id,
        "charset": "UTF-8",
        "sign_type": "RSA",
    }
    if biz is not None:
        fields["biz_content"] = biz if isinstance(biz, str) else json.dumps(biz)
    return fields | more


def _sign(
    method: str,
    biz: Any = None,
    *,
    key: str = "page-1024",
    authorization: str | None = None,
    **more: Any,
) -> SignedRequest:
    """Return a request that is signed right with *key*; *biz* is an object, or the text itself."""
    fields = fields_of(method, biz, **more)
    body = json.dumps(
        fields | {"sign": openssl_sign(CLIENT_KEYS, key, content_of(fields))}
    ).encode()
    headers = () if authorization is None else ((b"Authorization", authorization.encode()),)
    return SignedRequest(b"POST", b"/gateway", headers, body)


def body(code: int, message: str, data: Any, sign_key: str | None = "gateway-1024") -> bytes:
    """Return an answer's body, signed by the mock's own key over the request's timestamp."""
    envelope = {"code": code, "message": message, "timestamp": NOW_MS, "data": data}
    if sign_key is not None:
        envelope["sign"] = openssl_sign(MOCK_KEYS, sign_key, TIMESTAMP.encode())
    return json.dumps(envelope, separators=(",", ":")).encode()


def _success(data: Any, message: str = SIGNED) -> MockReply:
    verdict = Verdict(accepted=True, reason=None, message=message)
    return MockReply(200, (JSON,), body(0, "success", data), verdict)


def _refused(
    code: int,
    text: str,
    reason: str,
    message: str,
    *,
    status: int = 200,
    sign_key: str | None = "gateway-1024",
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> MockReply:
    """Return the refusal of a request whose authentication was not accepted."""
    verdict = Verdict(accepted=False, reason=reason, message=message)
    return MockReply(status, (JSON, *headers), body(code, text, None, sign_key), verdict)


def _refused_call(
    code: int, text: str, reason: str, message: str, signed: str = SIGNED
) -> MockReply:
    """Return the refusal of an authenticated request."""
    reply = _refused(code, text, reason, f"{message} ({signed})")
    return replace(reply, verdict=replace(reply.verdict, accepted=True))


APPLE = Position("AAPL", "US", "USD", 10, Decimal("100.5"), Decimal(110))
TENCENT = Position("00700", "HK", "HKD", 200, Decimal(400), Decimal("388.25"))

DEVELOPERS = (
    Developer(
        "EXAMPLE-1",
        public_key("page-1024"),
        (
            Account("12345678", positions=(APPLE, TENCENT)),
            Account("20191106192858300", Decimal(5)),
            Account("U1234567"),
        ),
    ),
    Developer(
        "EXAMPLE-INSTITUTION",
        public_key("client-2048"),
        (
            Account("51230321", permissions=frozenset()),
            Account("51230322", permissions=frozenset({Permission.VIEW})),
            Account("51230323", permissions=frozenset({Permission.TRADE})),
            Account("51230324", permissions=frozenset({Permission.ASSETS})),
        ),
        secret_key=Secret(SECRET_KEY),
    ),
    Developer(
        "EXAMPLE-TBHK",
        public_key("client-1025"),
        (Account("87654321"),),
        token=Secret(FIRST_TOKEN),
        allowed_ips=("127.0.0.1", "2001:db8::1"),
    ),
)


@pytest.fixture
def clock() -> SimpleNamespace:
    """Hold the mock's time in ``now``, Unix seconds: 2027-01-15T08:00:00.123Z at first."""
    return SimpleNamespace(now=NOW_MS / 1000)


@pytest.fixture
def build(clock: SimpleNamespace) -> Callable[..., TigerMock]:
    """Build a mock with other settings."""

    def build(*developers: Developer, **settings: Any) -> TigerMock:
        all_settings: dict[str, Any] = {
            "response_key": private_key(MOCK_KEYS, "gateway-1024"),
            "clock": lambda: clock.now,
        }
        all_settings |= settings
        return TigerMock(developers or DEVELOPERS, **all_settings)

    return build


@pytest.fixture
def mock(build: Callable[..., TigerMock]) -> TigerMock:
    return build()


@pytest.fixture
def call(mock: TigerMock) -> Callable[..., MockReply]:
    """Sign a request right and let the mock answer it."""
    return lambda *args, **parts: mock.handle(_sign(*args, **parts))


@pytest.fixture(scope="session")
def sign() -> Callable[..., SignedRequest]:
    return _sign


@pytest.fixture(scope="session")
def success() -> Callable[..., MockReply]:
    return _success


@pytest.fixture(scope="session")
def refused() -> Callable[..., MockReply]:
    return _refused


@pytest.fixture(scope="session")
def refused_call() -> Callable[..., MockReply]:
    return _refused_call


@pytest.fixture(scope="session")
def gateway_sign() -> Callable[[str, str], str]:
    """Sign a text with one of the mock's keys."""
    return lambda key, text: openssl_sign(MOCK_KEYS, key, text.encode())


@pytest.fixture(scope="session")
def client_sign() -> Callable[[str, str], str]:
    """Sign a text with one of the clients' keys."""
    return lambda key, text: openssl_sign(CLIENT_KEYS, key, text.encode())


@pytest.fixture(scope="session")
def client_key() -> Callable[[str], RSAPrivateKey]:
    return lambda name: private_key(CLIENT_KEYS, name)


@pytest.fixture(scope="session")
def fresh() -> Callable[..., TigerMock]:
    """Build a mock, as often as a property needs one."""
    key = private_key(MOCK_KEYS, "gateway-1024")
    return lambda: TigerMock(DEVELOPERS, response_key=key, clock=lambda: NOW_MS / 1000)


@pytest.fixture(scope="session")
def signer() -> Callable[..., Signer]:
    """Build the reference's signer of the first developer."""
    key = private_key(CLIENT_KEYS, "page-1024")
    return lambda **settings: Signer("EXAMPLE-1", key, **settings)
