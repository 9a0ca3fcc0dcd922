"""The masked type."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import NotUtf8, Secret

MASK = "Secret('***')"


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ("made-up", b"made-up"),
        ("口令", b"\xe5\x8f\xa3\xe4\xbb\xa4"),
        (b"\xff\x00", b"\xff\x00"),
        (bytearray(b"made-up"), b"made-up"),
        (Secret("made-up"), b"made-up"),
        ("", b""),
        (b"", b""),
    ],
)
def test_octets(value: str | bytes | Secret, octets: bytes) -> None:
    secret = Secret(value)
    assert (secret.reveal(), type(secret.reveal()), len(secret), bool(secret)) == (
        octets,
        bytes,
        len(octets),
        bool(octets),
    )


def test_a_secret_does_not_follow_what_it_was_made_of() -> None:
    source = bytearray(b"made-up")
    secret = Secret(source)  # type: ignore[arg-type] # a bytearray is taken, but not promised
    source[:] = b"changed"
    assert secret.reveal() == b"made-up"


@given(st.text())
def test_text_comes_back(text: str) -> None:
    assert Secret(text).reveal_text() == text


@pytest.mark.parametrize(
    "call", [lambda: Secret("made-up\udcff"), lambda: Secret(b"made-up\xff").reveal_text()]
)
def test_what_is_not_utf_8(call: Callable[[], object]) -> None:
    with pytest.raises(NotUtf8) as caught:
        call()
    assert (caught.value.reason, str(caught.value), caught.value.__context__) == (
        "not-utf-8",
        "a secret is not UTF-8 text: copy it anew, and read its file or variable as UTF-8",
        None,
    )


@pytest.mark.parametrize("value", [None, 5, 5.0, ["made-up"], {"made-up": 1}, True])
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        Secret(value)
    assert caught.value.args == ("a Secret takes str, bytes or a Secret",)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        format,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r}",
        lambda secret: f"{secret:>40}",
        "%s".__mod__,
        "%r".__mod__,
    ],
)
def test_every_way_to_show_it_gives_the_mask(show: Callable[[Secret], str]) -> None:
    assert (show(Secret("made-up")), show(Secret(b"")), f"{[Secret('a')]}") == (
        MASK,
        MASK,
        f"[{MASK}]",
    )


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps({"nested": Secret("made-up")}, protocol)
    assert caught.value.args[0] == (
        "a Secret cannot be pickled: pass the credential by environment or file instead"
    )


def test_it_is_not_json_and_not_a_sequence() -> None:
    with pytest.raises(TypeError):
        json.dumps(Secret("made-up"))
    with pytest.raises(TypeError):
        bytes(Secret("made-up"))  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        vars(Secret("made-up"))


def test_copies_are_the_secret_itself() -> None:
    secret = Secret("made-up")
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (Secret("a"), Secret("a"), True),
        (Secret("a"), Secret(b"a"), True),
        (Secret("a"), Secret("b"), False),
        (Secret("a"), Secret("ab"), False),
        (Secret(""), Secret(""), True),
        (Secret("é"), Secret("é"), True),
        (Secret("a"), "a", False),
        (Secret("a"), b"a", False),
        (Secret("***"), MASK, False),
    ],
)
def test_equality(left: Secret, right: object, *, expected: bool) -> None:
    assert (left == right, left != right, right == left) == (expected, not expected, expected)


def test_it_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Secret("made-up"))
