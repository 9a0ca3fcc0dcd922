"""The oracle's pipeline on what no vector has, and where it refuses to write."""

import base64
from typing import Any

import pytest

from signproof.mistakes.base import Mistake
from signproof.oracles import openssl
from signproof.oracles.tiger_rsa import common, mistaken
from signproof.oracles.tiger_rsa.credentials import CREDENTIALS
from signproof.oracles.tiger_rsa.keys import PASSPHRASE, fixture
from signproof.oracles.tiger_rsa.pipeline import PIPELINE

KEY = CREDENTIALS["main"]["private_key"]
IDLE: dict[str, Any] = {
    "fields": None,
    "signed_values": (),
    "sign_content": b"EXAMPLE",
    "response_content": None,
    "push_login_content": None,
    "sent_fields": (),
    "charset": "UTF-8",
    "token": "",
}
ENCRYPTED = fixture("EXAMPLE-page-encrypted-pkcs8.pem")


@pytest.mark.parametrize(
    ("octets", "passphrase", "key"),
    [
        (KEY.encode(), "", KEY),
        (KEY.encode(), "not looked at", KEY),
        (ENCRYPTED, PASSPHRASE, KEY),
        (ENCRYPTED, "EXAMPLE", None),
        (b"EXAMPLE", "", None),
    ],
)
def test_a_key_is_looked_up(octets: bytes, passphrase: str, key: str | None) -> None:
    results = PIPELINE.run({**IDLE, "key_octets": octets, "passphrase": passphrase})
    assert results["key"] == key
    assert results["key_length"] == (128 if key else 0)
    assert (results["encoded_message"] is None) == (key is None)
    assert (results["signature"] == b"") == (key is None)


def test_a_known_signature() -> None:
    # printf EXAMPLE | openssl dgst -sha1 -sign EXAMPLE-page-1024.pem | base64 -w0
    results = PIPELINE.run({**IDLE, "key": KEY})
    assert results["digest"].hex() == openssl.sha1(b"EXAMPLE").decode()
    assert base64.b64decode(results["signature"]) == openssl.sign_sha1(
        fixture("EXAMPLE-page-1024.pem"), b"EXAMPLE"
    )
    assert results["headers"] == ((b"Content-Type", b"application/json;charset=UTF-8"),)


def test_a_number_that_is_not_below_the_modulus_is_not_signed() -> None:
    results = PIPELINE.run({**IDLE, "key": KEY, "encoded_message": b"\xff" * 128})
    assert results["signature"] == b""


def test_half_a_character_is_sent_as_an_escape_and_signed_as_a_question_mark() -> None:
    fields = (("a", "\ud800é"),)
    started = {name: value for name, value in IDLE.items() if name != "sign_content"}
    results = PIPELINE.run(
        {**started, "key": KEY, "sent_fields": fields, "signed_values": fields, "signature": b"s"}
    )
    assert results["body"] == b'{"a":"\\ud800\\u00e9","sign":"s"}'
    assert results["sign_content"] == "a=?é".encode()


def test_two_answers_of_the_command_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openssl, "sign_sha1", lambda _key, _content: b"another")
    with pytest.raises(ValueError, match=r"^the openssl command gives two signatures"):
        common.run("push-login", "main", now=0)


def test_a_mistake_that_no_baseline_shows_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harmless = Mistake(
        "harmless", "Nothing.", "None.", "derived", lambda one: one, "wrong-signature", lambda o: o
    )
    monkeypatch.setattr(mistaken, "CATALOGUE", {"harmless": harmless})
    with pytest.raises(ValueError, match=r"^no baseline shows the mistake harmless$"):
        mistaken.mistakes()
