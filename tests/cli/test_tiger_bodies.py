"""Bodies of tiger-rsa with secrets in them, that cannot be read, or that are large."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from signproof.cli import signproof
from signproof.schemes.tiger_rsa.sending import sent_secrets

pytestmark = [pytest.mark.once, pytest.mark.heavy]

SECRETS = ("an-access-token", "a-trade-token", "an-institutions-secret-key")
FIELDS = {
    "method": "accounts",
    "biz_content": json.dumps({"secret_key": SECRETS[2]}),
    "access_token": SECRETS[0],
    "trade_token": SECRETS[1],
}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (json.dumps(FIELDS), SECRETS),
        (json.dumps({"biz_content": "[" * 100_000}), ()),
        (json.dumps({"biz_content": "no JSON"}), ()),
        (json.dumps({"biz_content": '["secret_key"]'}), ()),
        (json.dumps({"biz_content": '{"secret_key":123456}', "access_token": 123456}), ("123456",)),
        ('{"access_token":"abc","trade_token":null}', ()),
        ("[]", ()),
        ("", ()),
    ],
)
def test_what_is_found(body: str, found: tuple[str, ...]) -> None:
    assert sent_secrets(body.encode()) == [text.encode() for text in found]


def _request(**changed: str) -> bytes:
    more = {
        "version": "2.0",
        "timestamp": "2026-01-02 03:04:05",
        "tiger_id": "20990001",
        "charset": "UTF-8",
        "sign_type": "RSA",
        "sign": "A" * 171 + "=",
    }
    body = json.dumps({**FIELDS, **more, **changed}).encode()
    head = "POST /gateway HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_explain_shows_none_of_it(form: tuple[str, ...]) -> None:
    words = ["explain", "tiger-rsa", "--made-up", *form]
    shown = CliRunner().invoke(signproof, words, input=_request())
    assert shown.exit_code == 1
    assert "*" * len(SECRETS[0]) in shown.output
    assert not [secret for secret in SECRETS if secret in shown.output]


def test_ones_own_stage_of_a_body_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "own"
    path.write_bytes(b"method=accounts")
    words = ["explain", "tiger-rsa", "--made-up", "--stage", f"sign_content={path}"]

    shown = CliRunner().invoke(signproof, words, input=b"POST /gateway HTTP/1.1\r\nHost: a\r\n\r\n")
    assert shown.output.startswith("wrong (malformed-json)")


def test_no_pairs_are_tried_on_a_large_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would take minutes; what one mistake alone explains is found all the same."""

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("signproof.diagnose.combinations", never)
    given = _request(biz_content=json.dumps({"note": "x" * 20_000}))
    shown = CliRunner().invoke(signproof, ["explain", "tiger-rsa", "--made-up"], input=given)
    assert (shown.exit_code, shown.exception.__class__) == (1, SystemExit)
