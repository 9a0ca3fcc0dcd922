"""Nothing secret is shown by an error's text, attributes or chain; importing loads no httpx."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from signers import SignedRequest, SignerError
from signers.tiger import (
    Signer,
    Verifier,
    parse_refresh,
    parse_response,
    parse_token,
    read_envelope,
    stages,
)

if TYPE_CHECKING:
    from tests.signers.tiger.conftest import Openssl

HIDDEN = "hidden-value"
TOKEN = base64.b64encode(b"1700000000000,1702592000000" + HIDDEN.encode()).decode()
NOW = "2026-11-21 12:00:00"

FAILURES: dict[str, Callable[[Signer, Verifier], object]] = {
    "biz_content": lambda _s, _v: stages.biz_content({"secret_key": HIDDEN, "a": "\ud800"}),
    "biz_content without JSON": lambda _s, _v: stages.biz_content({HIDDEN: b""}),
    "sign content": lambda _s, _v: stages.sign_content({"a": HIDDEN + "\ud800"}),
    "sign content, octets": lambda _s, _v: stages.sign_content({"a": HIDDEN.encode() + b"\xff"}),
    "signer": lambda s, _v: s.sign({"access_token": HIDDEN + "\ud800"}),
    "request": lambda s, _v: s.request("m", HIDDEN + "\ud800", timestamp=NOW),
    "timestamp": lambda s, _v: s.request("m", timestamp=HIDDEN),
    "tiger_id": lambda _s, _v: Signer(HIDDEN + " ", None),  # type: ignore[arg-type]
    "key as text": lambda _s, _v: Signer("1", HIDDEN),  # type: ignore[arg-type]
    "body": lambda _s, v: v.verify(post(f'{{"secret_key":"{HIDDEN}"'.encode())),
    "body, octets": lambda _s, v: v.verify(post(HIDDEN.encode() + b"\xff")),
    "fields": lambda _s, v: v.verify(post(json.dumps({"method": HIDDEN}).encode())),
    "token": lambda _s, _v: parse_token(HIDDEN),
    "token, surrogate": lambda _s, _v: parse_token(HIDDEN + "\ud800"),
    "token, Bearer": lambda _s, _v: parse_token("Bearer " + TOKEN),
    "envelope": lambda _s, _v: read_envelope(200, HIDDEN.encode()),
    "error": lambda _s, _v: parse_response(
        200, json.dumps({"code": 5, "data": {"token": HIDDEN}}).encode(), request_timestamp=NOW
    ),
    "refresh": lambda _s, _v: parse_refresh(
        read_envelope(200, json.dumps({"code": 0, "data": {"token": HIDDEN}}).encode())
    ),
}


def post(body: bytes) -> SignedRequest:
    return SignedRequest(b"POST", b"/gateway", (), body)


@pytest.mark.parametrize("call", FAILURES.values(), ids=FAILURES)
def test_no_error_shows_a_value(
    openssl: "Openssl", call: Callable[[Signer, Verifier], object]
) -> None:
    signer = Signer("1", openssl.key("page-1024"))
    verifier = Verifier({"1": openssl.key("page-1024").public_key()})
    with pytest.raises(SignerError) as caught:
        call(signer, verifier)
    error: BaseException | None = caught.value
    while error is not None:
        for text in (str(error), repr(error), repr(error.__dict__), repr(error.args)):
            assert HIDDEN not in text
        for name in ("object", "doc"):
            assert HIDDEN not in repr(getattr(error, name, ""))
        error = error.__cause__ or error.__context__


def test_no_object_shows_a_token(openssl: "Openssl") -> None:
    token = parse_token(TOKEN)
    envelope = read_envelope(200, json.dumps({"code": 0, "data": {"token": TOKEN}}).encode())
    request = Signer("1", openssl.key("page-1024")).request("m", HIDDEN, timestamp=NOW, token=token)
    for shown in (token, envelope, request, parse_refresh(envelope)):
        assert TOKEN not in repr(shown)
        assert HIDDEN not in repr(shown)


PROGRAM = """
import sys
import signers.tiger
print(sorted({"asyncio", "click", "httpx", "msgspec", "signproof", "socket"} & sys.modules.keys()))
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
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
