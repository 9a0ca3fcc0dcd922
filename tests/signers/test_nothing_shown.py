"""Secrets, tokens and right signatures are never shown: not by an object, not by an error.

An error is searched as crash reporters see it: its text, its attributes, its chain, and the local
variables of every frame it passed through, except for the frames of this file, which hold the
secrets because they make them up.
"""

import asyncio
import dataclasses
import json
import pickle
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from signers import Secret, SignedRequest
from signers.longbridge import (
    AccessToken,
    Envelope,
    Signer,
    Verifier,
    parse_envelope,
    parse_refresh,
)
from signers.longbridge.auth import LongbridgeAuth
from signers.longbridge.verify import read_auth_headers

KEY = "made-up-key"
SECRET = "hidden-secret"
TOKEN = "hidden-token"
NOW = "1539095200"
HIDDEN = "hidden-"

SIGNER = Signer(KEY, SECRET, TOKEN)
VERIFIER = Verifier(KEY, SECRET)
REQUEST = SIGNER.request("POST", "/v1/x", "a=1", b"{}", timestamp=NOW)
RIGHT = REQUEST.values(b"X-Api-Signature")[0].decode()[-64:]
REFRESHED = {
    "token": TOKEN,
    "issued_at": "2026-11-19T01:50:56.859Z",
    "expired_at": "2027-02-19T01:50:56.859Z",
    "account_info": {"member_id": "1", "aaid": "2", "account_channel": "lb"},
}


def envelope(data: Any, code: object = 0) -> bytes:
    return json.dumps({"code": code, "message": "told", "data": data}).encode()


@pytest.mark.parametrize(
    "shown",
    [
        Secret(SECRET),
        SIGNER,
        VERIFIER,
        REQUEST,
        LongbridgeAuth(SIGNER),
        read_auth_headers(REQUEST),
        dataclasses.asdict(read_auth_headers(REQUEST)) | {"signature_header": None},
        VERIFIER.verify(REQUEST),
        parse_refresh(200, envelope(REFRESHED)),
        dataclasses.astuple(parse_refresh(200, envelope(REFRESHED))),
        parse_envelope(200, envelope(REFRESHED)),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_no_object_shows_a_secret(shown: object) -> None:
    for text in (repr(shown), str(shown), f"{shown}", f"{[shown]}"):
        assert HIDDEN not in text


@pytest.mark.parametrize("holder", [SIGNER, VERIFIER, LongbridgeAuth(SIGNER)])
def test_what_holds_a_secret_cannot_be_pickled(holder: object) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(holder)


def changed(*drop: bytes, **values: bytes) -> SignedRequest:
    """Return the good request without some headers and with others appended."""
    kept = tuple(pair for pair in REQUEST.headers if pair[0] not in drop)
    added = tuple((name.replace("_", "-").encode(), value) for name, value in values.items())
    return SignedRequest(REQUEST.method, REQUEST.target, kept + added, REQUEST.body)


def send(url: str, *, asynchronous: bool = False, **options: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/last":
            return httpx.Response(200)
        return httpx.Response(307, headers={"Location": "/last"})

    transport = httpx.MockTransport(answer)
    auth = LongbridgeAuth(SIGNER, clock=lambda: 0)

    async def run() -> None:
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            await client.request("POST", url, follow_redirects=True, **options)

    if asynchronous:
        asyncio.run(run())
        return
    with httpx.Client(transport=transport, auth=auth) as client:
        client.request("POST", url, follow_redirects=True, **options)


def refresh(*drop: str, **changes: object) -> Callable[[], object]:
    data = {name: value for name, value in REFRESHED.items() if name not in drop} | changes
    return lambda: parse_refresh(200, envelope(data))


NOTHING: Any = None
LONE = "\udcff"
FAILURES: dict[str, tuple[Callable[[], object], str]] = {
    "secret: lone surrogate": (lambda: Secret(SECRET + LONE), "NotUtf8"),
    "secret: not text": (lambda: Secret(SECRET.encode() + b"\xff").reveal_text(), "NotUtf8"),
    "secret: list": (lambda: Secret([SECRET]), "TypeError"),  # type: ignore[arg-type]
    "secret: pickled": (lambda: pickle.dumps(Secret(SECRET)), "TypeError"),
    "signer: no key": (lambda: Signer("", SECRET, TOKEN), "EmptyCredential"),
    "signer: no secret": (lambda: Signer(KEY, "", TOKEN), "EmptyCredential"),
    "signer: no token": (lambda: Signer(KEY, SECRET, ""), "EmptyCredential"),
    "signer: key None": (lambda: Signer(NOTHING, SECRET, TOKEN), "EmptyCredential"),
    "signer: secret None": (lambda: Signer(KEY, NOTHING, TOKEN), "TypeError"),
    "signer: token None": (lambda: Signer(KEY, SECRET, NOTHING), "TypeError"),
    "signer: key of octets": (lambda: Signer(b"k", SECRET, TOKEN), "TypeError"),  # type: ignore[arg-type]
    "signer: lone surrogate in the secret": (
        lambda: Signer(KEY, SECRET + LONE, TOKEN),
        "NotUtf8",
    ),
    "signer: lone surrogate in the token": (
        lambda: Signer(KEY, SECRET, TOKEN + LONE),
        "NotUtf8",
    ),
    "signer: bad key": (lambda: Signer("k k", SECRET, TOKEN), "InvalidValue"),
    "signer: bad token": (lambda: Signer(KEY, SECRET, TOKEN + "\n"), "InvalidValue"),
    "signer: token with scheme": (
        lambda: Signer(KEY, SECRET, "Bearer " + TOKEN),
        "TokenWithScheme",
    ),
    "sign: bad method": (lambda: SIGNER.sign("", "/", None, b"", NOW), "InvalidMethod"),
    "sign: bad path": (lambda: SIGNER.headers("GET", "", None, b"", NOW), "InvalidTarget"),
    "sign: bad query": (lambda: SIGNER.request("GET", "/", "#", timestamp=NOW), "InvalidTarget"),
    "sign: bad timestamp": (lambda: SIGNER.sign("GET", "/", None, b"", ""), "InvalidValue"),
    "sign: body of text": (lambda: SIGNER.sign("GET", "/", "", "{}", NOW), "TypeError"),  # type: ignore[arg-type]
    "verifier: no key": (lambda: Verifier("", SECRET), "EmptyCredential"),
    "verifier: no secret": (lambda: Verifier(KEY, ""), "EmptyCredential"),
    "verifier: key None": (lambda: Verifier(NOTHING, SECRET), "AttributeError"),
    "verifier: lone surrogate in the key": (lambda: Verifier(LONE, SECRET), "InvalidValue"),
    "verifier: lone surrogate in the secret": (lambda: Verifier(KEY, SECRET + LONE), "NotUtf8"),
    "verifier: secret in a list": (lambda: Verifier(KEY, [SECRET]), "TypeError"),  # type: ignore[arg-type]
    **{
        f"verify: no {name.decode()}": (
            lambda name=name: VERIFIER.verify(changed(name)),  # type: ignore[misc]
            "MissingHeader",
        )
        for name, _ in REQUEST.headers[:4]
    },
    **{
        f"verify: {name.decode()} twice": (
            lambda name=name, value=value: VERIFIER.verify(  # type: ignore[misc]
                REQUEST.with_headers([(name, value)])
            ),
            "DuplicateHeader",
        )
        for name, value in REQUEST.headers[:4]
    },
    "verify: other key": (
        lambda: VERIFIER.verify(changed(b"X-Api-Key", X_Api_Key=b"other")),
        "UnknownApiKey",
    ),
    "verify: token as signature": (
        lambda: VERIFIER.verify(changed(b"X-Api-Signature", X_Api_Signature=b"0")),
        "MalformedSignature",
    ),
    "verify: wrong signature": (
        lambda: VERIFIER.verify(
            changed(
                b"X-Api-Signature",
                X_Api_Signature=(
                    b"HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="
                    + b"0" * 64
                ),
            )
        ),
        "WrongSignature",
    ),
    "envelope: cut off": (
        lambda: parse_envelope(200, envelope(REFRESHED)[:-1]),
        "MalformedEnvelope",
    ),
    "envelope: list": (
        lambda: parse_envelope(200, json.dumps([TOKEN]).encode()),
        "MalformedEnvelope",
    ),
    "envelope: no code": (
        lambda: parse_envelope(200, envelope(REFRESHED, None)),
        "MalformedEnvelope",
    ),
    "envelope: error": (
        lambda: parse_envelope(200, envelope(REFRESHED, 403201)),
        "SignatureInvalid",
    ),
    "refresh: cut off": (lambda: parse_refresh(200, envelope(REFRESHED)[:-1]), "MalformedEnvelope"),
    "refresh: error": (lambda: parse_refresh(401, envelope(REFRESHED, 401003)), "TokenExpired"),
    "refresh: data is text": (lambda: parse_refresh(200, envelope(TOKEN)), "MalformedRefresh"),
    "refresh: no issued_at": (refresh("issued_at"), "MalformedRefresh"),
    "refresh: naive": (refresh(expired_at="2027-02-19T01:50:56"), "MalformedRefresh"),
    "refresh: token as instant": (refresh(expired_at=TOKEN), "MalformedRefresh"),
    "refresh: no instant": (refresh("issued_at"), "MalformedRefresh"),
    "auth: redirect": (lambda: send("https://a.example.test/"), "RedirectFollowed"),
    "auth: redirect, async": (
        lambda: send("https://a.example.test/", asynchronous=True),
        "RedirectFollowed",
    ),
    "auth: http": (lambda: send("http://a.example.test/"), "InsecureUrl"),
    "auth: bad target": (
        lambda: send("https://a.example.test/", extensions={"target": b"*"}),
        "InvalidTarget",
    ),
}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def all_that_shows(error: BaseException) -> Iterator[str]:
    """Yield every text in which a crash reporter may show the error."""
    for one in chain(error):
        yield from (str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", {})))
        # Codec and JSON errors keep what they could not read in attributes of their own.
        yield from (repr(getattr(one, name, None)) for name in ("object", "doc"))
        report = traceback.TracebackException.from_exception(one, capture_locals=True)
        for frame in report.stack:
            if frame.filename != __file__:
                yield from (f"{name}={value}" for name, value in (frame.locals or {}).items())


@pytest.mark.parametrize(("call", "expected"), FAILURES.values(), ids=FAILURES)
def test_no_error_shows_a_secret(call: Callable[[], object], expected: str) -> None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - the class is compared below
        caught = error
    assert type(caught).__name__ == expected
    texts = list(all_that_shows(caught))
    assert [text for text in texts if HIDDEN in text or SECRET.encode().hex() in text] == []
    if expected == "WrongSignature":
        assert [text for text in texts if RIGHT in text] == []


def test_the_search_finds_what_a_frame_shows() -> None:
    """The search itself is no empty promise: the standard library's codec error fails it."""
    with pytest.raises(UnicodeEncodeError) as caught:
        (SECRET + LONE).encode()
    assert [text for text in all_that_shows(caught.value) if HIDDEN in text] != []
    with pytest.raises(json.JSONDecodeError) as undecodable:
        json.loads(envelope(REFRESHED)[:-1])
    locals_of_json = [text for text in all_that_shows(undecodable.value) if HIDDEN in text]
    assert any(text.startswith("s=") for text in locals_of_json)


def test_a_token_in_objects_made_by_hand() -> None:
    now = datetime(2026, 11, 19, tzinfo=UTC)
    token = AccessToken(Secret(TOKEN), now, now, "1", "2", "lb")
    assert HIDDEN not in f"{token} {Envelope(0, 'success', {'token': TOKEN})}"
