"""Each stage alone, and the stages in a row against the prepared signer.

Digests in the tables were computed with `openssl dgst`, the HMACs are those of RFC 4231.
"""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret
from signers.longbridge import Signer, stages
from signers.longbridge.states import hmac_states

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
NAMES = b"authorization;x-api-key;x-timestamp"
HEADERS = b"authorization:T\nx-api-key:K\nx-timestamp:1\n"
DIGEST_OF_ABC = b"a9993e364706816aba3e25717850c26c9cd0d89d"


def test_constants() -> None:
    assert (stages.ALGORITHM, stages.SIGNED_HEADERS) == (b"HMAC-SHA256", NAMES)


@pytest.mark.parametrize(
    ("token", "key", "timestamp", "expected"),
    [
        (
            b"m_ey.J0",
            b"made-up-key",
            b"1539095200.123",
            b"authorization:m_ey.J0\nx-api-key:made-up-key\nx-timestamp:1539095200.123\n",
        ),
        (b"", b"", b"", b"authorization:\nx-api-key:\nx-timestamp:\n"),
        (b" t ", b"K", b"%b", b"authorization: t \nx-api-key:K\nx-timestamp:%b\n"),
        (b"\xff", b"\x00", b"\n", b"authorization:\xff\nx-api-key:\x00\nx-timestamp:\n\n"),
    ],
)
def test_canonical_headers(token: bytes, key: bytes, timestamp: bytes, expected: bytes) -> None:
    assert stages.canonical_headers(token, key, timestamp) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", b""),
        (b"{}", b"bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f"),
        (b'""', b"dd29ecf524b030a65261e3059c48ab9e1ecb2585"),
        (b"abc", DIGEST_OF_ABC),
        (b'{"foo":"bar"}', b"a5e744d0164540d33b1d7ea616c28f2fa97e754a"),
        ('{"note":"港"}'.encode(), b"981a2c59e6e732b7512a12b72ee70b0cb6d00348"),
    ],
)
def test_body_digest(body: bytes, expected: bytes) -> None:
    assert stages.body_digest(body) == expected


@pytest.mark.parametrize(
    ("method", "path", "query", "digest", "expected"),
    [
        (b"GET", b"/v1/x", None, b"", b"GET|/v1/x||" + HEADERS + b"|" + NAMES + b"|"),
        (b"GET", b"/v1/x", b"", b"", b"GET|/v1/x||" + HEADERS + b"|" + NAMES + b"|"),
        (
            b"get",
            b"/V1/x%2f",
            b"b=2&a=%2f~",
            b"",
            b"GET|/V1/x%2f|b=2&a=%2f~|" + HEADERS + b"|" + NAMES + b"|",
        ),
        (
            b"Post",
            b"/",
            b"?",
            DIGEST_OF_ABC,
            b"POST|/|?|" + HEADERS + b"|" + NAMES + b"|" + DIGEST_OF_ABC,
        ),
        (b"PUT", b"/\xc3\xa9", b"q", b"D", b"PUT|/\xc3\xa9|q|" + HEADERS + b"|" + NAMES + b"|D"),
    ],
)
def test_canonical_request(
    method: bytes, path: bytes, query: bytes | None, digest: bytes, expected: bytes
) -> None:
    assert stages.canonical_request(method, path, query, HEADERS, digest) == expected


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        (b"abc", DIGEST_OF_ABC),
        (b"", b"da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ],
)
def test_canonical_digest(canonical: bytes, expected: bytes) -> None:
    assert stages.canonical_digest(canonical) == expected


def test_string_to_sign() -> None:
    assert stages.string_to_sign(DIGEST_OF_ABC) == b"HMAC-SHA256|" + DIGEST_OF_ABC


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        pytest.param(
            b"\x0b" * 20,
            b"Hi There",
            b"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            id="RFC 4231 case 1",
        ),
        pytest.param(
            b"Jefe",
            b"what do ya want for nothing?",
            b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="RFC 4231 case 2",
        ),
        pytest.param(
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            b"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            id="RFC 4231 case 6",
        ),
    ],
)
def test_signature(secret: bytes, text: bytes, expected: bytes) -> None:
    assert stages.signature(secret, text) == expected


def test_header() -> None:
    assert stages.header(b"0f" * 32) == (
        b"HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature=" + b"0f" * 32
    )


@given(
    method=st.text("abcxyzABCXYZ", min_size=1, max_size=8),
    path=st.text(VISIBLE.replace("#", "").replace("?", "")).map("/".__add__),
    query=st.none() | st.text(VISIBLE.replace("#", "")),
    body=st.binary(max_size=200),
    timestamp=st.text(VISIBLE, min_size=1),
    key=st.text(VISIBLE, min_size=1),
    token=st.text(VISIBLE, min_size=1),
    secret=(st.binary(min_size=1, max_size=200) | st.text(min_size=1, max_size=90)).filter(
        lambda secret: Secret(secret).reveal().strip() == Secret(secret).reveal()
    ),
)
def test_the_prepared_signer_equals_the_stages_in_a_row(
    *,
    method: str,
    path: str,
    query: str | None,
    body: bytes,
    timestamp: str,
    key: str,
    token: str,
    secret: str | bytes,
) -> None:
    headers = stages.canonical_headers(token.encode(), key.encode(), timestamp.encode())
    canonical = stages.canonical_request(
        method.encode(),
        path.encode(),
        None if query is None else query.encode(),
        headers,
        stages.body_digest(body),
    )
    text = stages.string_to_sign(stages.canonical_digest(canonical))
    octets = secret.encode() if isinstance(secret, str) else secret
    expected = stages.header(stages.signature(octets, text)).decode()
    for form in (secret, Secret(secret)):
        assert Signer(key, form, token).sign(method, path, query, body, timestamp) == expected


def _hmac_of(key: bytes, start: bytes, rest: bytes) -> bytes:
    new_inner, new_outer = hmac_states(key, start)
    inner, outer = new_inner(), new_outer()
    inner.update(rest)
    outer.update(inner.digest())
    return outer.digest()


def test_the_hmac_equals_the_librarys_at_every_key_length() -> None:
    keys = [bytes((7 * length + i) % 256 for i in range(length)) for length in range(201)]
    assert [_hmac_of(key, b"te", b"xt") for key in keys] == [
        hmac.new(key, b"text", sha256).digest() for key in keys
    ]


@given(key=st.binary(max_size=200), start=st.binary(max_size=100), rest=st.binary(max_size=200))
def test_the_hmac_equals_the_librarys(key: bytes, start: bytes, rest: bytes) -> None:
    assert _hmac_of(key, start, rest) == hmac.new(key, start + rest, sha256).digest()
