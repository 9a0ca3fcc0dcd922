"""The command `explain`, on requests signed by a plain signer that makes one mistake at a time."""

import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.request import SignedRequest
from signproof import schemes
from signproof.explain import explain
from signproof.mistakes.base import Catalogue
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.schemes.longbridge_hmac.sending import PROGRAM

pytestmark = [pytest.mark.once, pytest.mark.heavy]

Run = Callable[..., tuple[int, str, str]]

SCHEME = "longbridge-hmac"
KEY = "ExampleAppKey0001"
SECRET = "00112233445566778899aabbccddeeff" * 2
TOKEN = "m_ExampleToken.ABCdef-0123456789_made.up"
OLD_TOKEN = "m_ExampleTokenBeforeTheRefresh"
NAMES = "authorization;x-api-key;x-timestamp"
ORDER = b'{"symbol":"700.HK","side":"Buy"}'
RIGHT = "right: the signature belongs to this request\n"
MISMATCH = (
    "wrong (wrong-signature): the signature does not match the request as received: the secret "
    "differs, or what was signed is not what was sent\n"
)

TO_SIGN = (
    "POST|/v1/trade/order|z=1&at=03%3A04&a=two%20words|"
    "authorization:****************************************\nx-api-key:ExampleAppKey0001\n"
    "x-timestamp:1700000000\n|authorization;x-api-key;x-timestamp|"
    "3874f7df118132d9fc55286cb2a1632a6477158e"
)
"""The request of `Plain`, as it is to be signed, the token masked."""


def sha1(octets: bytes) -> str:
    return hashlib.sha1(octets).hexdigest()


def mac(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Plain:
    """A signer as somebody may write it: each member is one thing to get wrong."""

    method: str = "POST"
    path: str = "/v1/trade/order"
    query: str = "z=1&at=03%3A04&a=two%20words"
    body: bytes = ORDER
    token: str = TOKEN
    key: str = KEY
    timestamp: str = "1700000000"
    # What is signed where it is not what is sent.
    signed_method: Callable[[str], str] = str.upper
    signed_path: Callable[[str], str] = str
    signed_query: Callable[[str], str] = str
    signed_body: Callable[[bytes], bytes] = bytes
    signed_token: Callable[[str], str] = str
    signed_timestamp: Callable[[str], str] = str
    digest: Callable[[bytes], str] = lambda body: sha1(body) if body else ""
    block: str = "authorization:{token}\nx-api-key:{key}\nx-timestamp:{timestamp}\n"
    layout: str = "{method}|{path}|{query}|{block}|{names}|{digest}"
    canonical_digest: Callable[[bytes], str] = sha1
    to_sign: str = "HMAC-SHA256|{digest}"
    mac: Callable[[bytes, bytes], str] = mac
    value: str = "HMAC-SHA256 SignedHeaders={names}, Signature={signature}"
    headers: Callable[[dict[str, str]], dict[str, str]] = dict
    content_type: str = "application/json; charset=utf-8"
    secret: str = SECRET
    twice: tuple[str, ...] = field(default=())

    def canonical(self) -> str:
        return self.layout.format(
            method=self.signed_method(self.method),
            path=self.signed_path(self.path),
            query=self.signed_query(self.query),
            block=self.block.format(
                token=self.signed_token(self.token),
                key=self.key,
                timestamp=self.signed_timestamp(self.timestamp),
            ),
            names=NAMES,
            digest=self.digest(self.signed_body(self.body)),
        )

    def sent(self) -> dict[str, str]:
        digest = self.canonical_digest(self.canonical().encode())
        signature = self.mac(self.secret.encode(), self.to_sign.format(digest=digest).encode())
        headers = {
            "X-Api-Key": self.key,
            "Authorization": self.token,
            "X-Timestamp": self.timestamp,
            "X-Api-Signature": self.value.format(names=NAMES, signature=signature),
        }
        if self.body and self.content_type:
            headers["Content-Type"] = self.content_type
        return self.headers(headers)

    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def raw(self) -> bytes:
        sent = self.sent()
        lines = [f"{self.method} {self.target()} HTTP/1.1", "Host: openapi.longbridge.com"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        lines += [f"{name}: {sent[name]}" for name in self.twice]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda headers: {key: value for key, value in headers.items() if key != name}


MISTAKES: list[tuple[str, Plain]] = [
    ("method-lowercase", Plain(signed_method=str.lower)),
    ("path-without-leading-slash", Plain(signed_path=lambda path: path[1:])),
    ("path-with-trailing-slash", Plain(signed_path=lambda path: path + "/")),
    ("url-as-path", Plain(signed_path=lambda path: "https://openapi.longbridge.com" + path)),
    ("query-sorted", Plain(signed_query=lambda query: "&".join(sorted(query.split("&"))))),
    ("query-colon-signed-raw", Plain(query="at=03%3A04&b=%7E", signed_query=lambda query: (
        query.replace("%3A", ":")
    ))),
    ("query-signed-decoded", Plain(query="at=03%3A04&b=1+2", signed_query=lambda query: (
        unquote(query.replace("+", " "))
    ))),
    ("query-left-out", Plain(signed_query=lambda _: "")),
    ("question-mark-included", Plain(signed_query=lambda query: "?" + query)),
    ("query-cut-at-first-parameter", Plain(signed_query=lambda query: query.split("&")[0])),
    ("separator-missing-after-header-block", Plain(
        layout="{method}|{path}|{query}|{block}{names}|{digest}"
    )),
    ("separators-all-newline", Plain(
        layout="{method}\n{path}\n{query}\n{block}\n{names}\n{digest}"
    )),
    ("newline-after-body-digest", Plain(layout=Plain.layout + "\n")),
    ("header-block-final-newline-lost", Plain(
        block="authorization:{token}\nx-api-key:{key}\nx-timestamp:{timestamp}"
    )),
    ("header-block-crlf", Plain(
        block="authorization:{token}\r\nx-api-key:{key}\r\nx-timestamp:{timestamp}\r\n"
    )),
    ("header-colon-space", Plain(
        block="authorization: {token}\nx-api-key: {key}\nx-timestamp: {timestamp}\n"
    )),
    ("header-names-not-lowercase", Plain(
        block="Authorization:{token}\nX-Api-Key:{key}\nX-Timestamp:{timestamp}\n"
    )),
    ("headers-ordered-213", Plain(
        block="x-api-key:{key}\nauthorization:{token}\nx-timestamp:{timestamp}\n"
    )),
    ("body-signed-spaced", Plain(
        signed_body=lambda body: json.dumps(json.loads(body)).encode()
    )),
    ("body-signed-with-newline", Plain(signed_body=lambda body: body + b"\n")),
    ("body-digest-sha256", Plain(digest=lambda body: hashlib.sha256(body).hexdigest())),
    ("body-not-hashed", Plain(digest=bytes.decode)),
    ("empty-body-digest", Plain(method="GET", body=b"", digest=sha1)),
    ("last-separator-trimmed", Plain(
        method="GET", body=b"", layout="{method}|{path}|{query}|{block}|{names}"
    )),
    ("canonical-digest-sha256", Plain(
        canonical_digest=lambda octets: hashlib.sha256(octets).hexdigest()
    )),
    ("canonical-digest-hashed-again", Plain(
        canonical_digest=lambda octets: sha1(sha1(octets).encode())
    )),
    ("canonical-request-signed-directly", Plain(
        canonical_digest=bytes.decode, to_sign="{digest}"
    )),
    ("string-to-sign-label-missing", Plain(to_sign="{digest}")),
    ("string-to-sign-trailing-newline", Plain(to_sign="HMAC-SHA256|{digest}\n")),
    ("secret-hex-decoded", Plain(mac=lambda key, text: mac(bytes.fromhex(key.decode()), text))),
    ("secret-with-newline", Plain(mac=lambda key, text: mac(key + b"\n", text))),
    ("hmac-key-and-message-swapped", Plain(mac=lambda key, text: mac(text, key))),
    ("token-as-secret", Plain(secret=TOKEN)),
    ("hmac-sha1", Plain(mac=lambda key, text: hmac.new(key, text, "sha1").hexdigest())),
    ("signature-uppercase-hex", Plain(mac=lambda key, text: mac(key, text).upper())),
    ("signature-base64", Plain(
        mac=lambda key, text: base64.b64encode(bytes.fromhex(mac(key, text))).decode()
    )),
    ("value-bare", Plain(value="{signature}")),
    ("value-other-algorithm", Plain(
        value="HMAC-SHA1 SignedHeaders={names}, Signature={signature}"
    )),
    ("timestamp-signed-in-milliseconds", Plain(signed_timestamp=lambda text: text + "000")),
    ("timestamp-read-twice", Plain(signed_timestamp=lambda text: str(int(text) - 1))),
    ("bearer-prefix", Plain(token=f"Bearer {TOKEN}")),
    ("bearer-prefix-sent-only", Plain(
        token=f"Bearer {TOKEN}", signed_token=lambda token: token.removeprefix("Bearer ")
    )),
    ("header-not-sent-authorization", Plain(headers=without("Authorization"))),
    ("header-sent-twice-x-timestamp", Plain(twice=("X-Timestamp",))),
    ("header-named-x-api-sign", Plain(
        headers=lambda headers: {
            name.replace("X-Api-Signature", "X-Api-Sign"): value
            for name, value in headers.items()
        }
    )),
    ("signature-in-authorization", Plain(
        headers=lambda headers: without("X-Api-Signature")(
            headers | {"Authorization": headers["X-Api-Signature"]}
        )
    )),
    ("json-content-type-missing", Plain(content_type="")),
    ("form-content-type", Plain(content_type="application/x-www-form-urlencoded")),
]  # fmt: skip


def causes(output: str) -> list[str]:
    """Return the first cause and those that give the same octets."""
    named = []
    for line in output.splitlines():
        if line.startswith("  cause    "):
            named.append(line.split()[1].removesuffix(":"))
        elif line.startswith("  or       "):
            named += line.removeprefix("  or       ").split(", ")
    return named


@pytest.mark.parametrize(("mistake", "plain"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_the_mistake_is_named(run: Run, mistake: str, plain: Plain) -> None:
    code, output, error = run("explain", SCHEME, given=plain.raw())
    assert (code, error) == (1, "")
    assert mistake in causes(output)
    assert SECRET not in output
    assert TOKEN not in output


@pytest.mark.heavy
def test_two_mistakes_at_once_are_named(run: Run) -> None:
    plain = Plain(signed_method=str.lower, to_sign="{digest}")
    code, output, _ = run("explain", SCHEME, given=plain.raw())
    assert code == 1
    assert "method-lowercase + string-to-sign-label-missing" in output


@pytest.mark.parametrize(
    "plain",
    [
        Plain(),
        Plain(method="GET", query="", body=b""),
        Plain(query="q=%FF&r=%C3%A9&s=a+b&t"),
        Plain(path="/v1/%E9%A6%99", query=""),
        Plain(path="/v1/a%20b", signed_path=unquote),
        Plain(timestamp="1539095200.120"),
        Plain(query="expired_at=2027-02-19T01%3A50%3A56.859Z", method="GET", body=b""),
        Plain(body=bytes(range(256))),
    ],
)
def test_a_right_request(run: Run, plain: Plain) -> None:
    assert run("explain", SCHEME, given=plain.raw()) == (0, RIGHT, "")


def test_a_right_request_with_space_around_its_headers(run: Run) -> None:
    headers = [{"name": name, "value": f" {value}\t"} for name, value in Plain().sent().items()]
    request = {
        "method": "POST",
        "url": f"https://openapi.longbridge.com{Plain().target()}",
        "headers": headers,
        "postData": {"text": ORDER.decode()},
    }
    assert run("explain", SCHEME, given=json.dumps({"request": request})) == (0, RIGHT, "")


def test_a_file_and_an_entry(run: Run, tmp_path: Path) -> None:
    def entry(plain: Plain) -> Any:
        return {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 1.25,
            "request": {
                "method": plain.method,
                "url": f"https://openapi.longbridge.com{plain.target()}",
                "headers": [{"name": name, "value": text} for name, text in plain.sent().items()],
                "postData": {"text": plain.body.decode()},
            },
        }

    path = tmp_path / "kept.har"
    wrong = Plain(signed_query=lambda _: "")
    path.write_text(json.dumps({"log": {"entries": [entry(wrong), entry(Plain())]}}))
    code, output, _ = run("explain", SCHEME, str(path), "--entry", "0")
    assert (code, output.partition("\n")[0], causes(output)[0]) == (
        1,
        MISMATCH.rstrip("\n"),
        "query-left-out",
    )
    assert run("explain", SCHEME, str(path), "--entry", "1") == (0, RIGHT, "")
    assert run("explain", SCHEME, str(path), "--entry", "2") == (
        2,
        "",
        "Error: the HAR has 2 entries: there is no number 2\n",
    )
    code, _, error = run("explain", SCHEME, str(path), "--entry", "-1")
    assert (code, "-1 is not in the range x>=0" in error) == (2, True)
    # Without a choice all of them.
    target = Plain().target()
    one = f"entry 0, {target}: {output}"
    assert run("explain", SCHEME, str(path)) == (1, f"{one}entry 1, {target}: {RIGHT}", "")
    stage = tmp_path / "stage"
    stage.write_text(Plain().canonical())
    own = ("--stage", f"canonical_request={stage}")
    problem = "Error: --stage is of one request: choose it with --entry\n"
    assert run("explain", SCHEME, *own, str(path)) == (2, "", problem)
    assert run("explain", SCHEME, *own, "--entry", "1", str(path)) == (0, RIGHT, "")
    code, output, _ = run("explain", SCHEME, "--json", str(path))
    shown = json.loads(output)
    assert (code, [one["valid"] for one in shown]) == (1, [False, True])
    for number, one in enumerate(shown):
        alone = run("explain", SCHEME, "--json", "--entry", str(number), str(path))
        assert json.loads(alone[1]) == one
    # One entry alone is shown as any other request.
    path.write_text(json.dumps({"log": {"entries": [entry(Plain())]}}))
    assert run("explain", SCHEME, *own, str(path)) == (0, RIGHT, "")
    path.write_text(json.dumps({"log": {"entries": [entry(Plain()), entry(Plain())]}}))
    right = f"entry 0, {target}: {RIGHT}entry 1, {target}: {RIGHT}"
    assert run("explain", SCHEME, str(path)) == (0, right, "")


def har(*targets: str, **members: str) -> str:
    entries = [
        {"request": {"method": "GET", "url": f"https://x{target}", "headers": [], **members}}
        for target in targets
    ]
    return json.dumps({"log": {"entries": entries}})


def test_a_target_that_would_drive_the_terminal(run: Run) -> None:
    code, output, error = run("explain", SCHEME, given=har("/\x1b[1m\u00e9", "/b"))
    missing = "wrong (missing-header): X-Api-Key is missing or empty: send it exactly as it was"
    heads = [line for line in output.splitlines() if line.startswith("entry ")]
    assert (code, error) == (1, "")
    assert heads == [
        f"entry 0, /\\x1b[1m\\xc3\\xa9: {missing} signed",
        f"entry 1, /b: {missing} signed",
    ]


def test_an_entry_that_is_no_request(run: Run) -> None:
    """As `wire` writes it where the octets that arrived were none."""
    code, output, error = run("explain", SCHEME, given=har("", "/a", method=""))
    wrong = "wrong (no-request): what arrived is no request\n"
    assert (code, output, error) == (1, f"entry 0, /: {wrong}entry 1, /a: {wrong}", "")


def test_an_entry_that_cannot_be_read(run: Run) -> None:
    text = json.loads(har("/a", "/b"))
    del text["log"]["entries"][1]["request"]["url"]
    code, output, error = run("explain", SCHEME, given=json.dumps(text))
    assert (code, error[:25]) == (2, "Error: JSON, but no HAR: ")
    assert output.startswith("entry 0, /a: wrong (missing-header): ")


def test_the_made_up_credential(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = PROGRAM.credential
    plain = Plain(
        key=made_up["app_key"], secret=made_up["app_secret"], token=made_up["access_token"]
    )
    for name in ("APP_KEY", "APP_SECRET", "ACCESS_TOKEN"):
        monkeypatch.delenv(f"LONGBRIDGE_{name}")
    assert run("explain", SCHEME, "--made-up", given=plain.raw()) == (0, RIGHT, "")
    hexed = replace(plain, mac=lambda key, text: mac(bytes.fromhex(key.decode()), text))
    code, output, _ = run("explain", SCHEME, "--made-up", given=hexed.raw())
    assert (code, causes(output)) == (1, ["secret-hex-decoded"])
    path = tmp_path / "credential.json"
    path.write_text(json.dumps(dict(made_up)))
    assert run("explain", SCHEME, "--made-up", "--credentials", str(path), given=plain.raw()) == (
        2,
        "",
        "Error: give either --made-up or --credentials, not both\n",
    )


# Whole outputs.


@pytest.mark.parametrize(
    ("plain", "output"),
    [
        (
            Plain(signed_query=lambda _: ""),
            MISMATCH + "  cause    query-left-out: The query is sent but left out of the canonical "
            "request.\n"
            "  fix      Sign the query that is sent, between the second and the third `|`.\n"
            "  where    what was signed: canonical_request, octet 21\n"
            "  expected …trade/order|z=1&at=03%3A04&a=two%20w…\n"
            "  got      …trade/order||authorization:*********…\n",
        ),
        (
            Plain(secret="of-another-key"),
            MISMATCH + "  cause    none that is catalogued, with this credential: check that its "
            "app_secret is the right one\n"
            + f"  to sign  {TO_SIGN.encode('unicode_escape').decode()}\n",
        ),
        (
            Plain(key="OtherKey"),
            (
                "wrong (unknown-api-key): X-Api-Key is not a known key: check it against the "
                "developer "
                "page\n"
            ),
        ),
        (
            Plain(headers=without("X-Timestamp")),
            (
                "wrong (missing-header): X-Timestamp is missing or empty: send it exactly as it "
                "was "
                "signed\n"
            ),
        ),
        (
            Plain(headers=without("X-Api-Key")),
            (
                "wrong (missing-header): X-Api-Key is missing or empty: send it exactly as it was "
                "signed\n"
                "  cause    header-not-sent-x-api-key: X-Api-Key is not sent.\n"
                "  fix      Send X-Api-Key, Authorization, X-Timestamp and X-Api-Signature, each "
                "exactly once.\n"
            ),
        ),
        (
            Plain(token=OLD_TOKEN),
            "wrong (token): Authorization is not the access token\n",
        ),
        (
            Plain(content_type=""),
            (
                "wrong (content-type): a body was sent without `Content-Type: application/json`\n"
                "  cause    json-content-type-missing: A body is sent without a content type.\n"
                "  fix      Send `Content-Type: application/json; charset=utf-8` with every body.\n"
            ),
        ),
    ],
)
def test_the_whole_explanation(run: Run, plain: Plain, output: str) -> None:
    assert run("explain", SCHEME, given=plain.raw()) == (1, output, "")


def test_a_header_that_would_drive_the_terminal(run: Run) -> None:
    plain = Plain(method="\x1b[31mGET", signed_method=str.lower)
    code, output, _ = run("explain", SCHEME, given=plain.raw())
    assert code == 1
    assert "\x1b" not in output


def test_a_token_among_the_signed_headers_is_masked(run: Run) -> None:
    value = f"HMAC-SHA256 SignedHeaders={TOKEN}, Signature={{signature}}"
    code, output, _ = run("explain", SCHEME, given=Plain(value=value).raw())
    assert code == 1
    assert output.startswith("wrong (wrong-signed-headers): ")
    assert "*" * len(TOKEN) in output
    assert TOKEN not in output


def test_as_json(run: Run) -> None:
    code, output, error = run(
        "explain", SCHEME, "--json", given=Plain(signed_query=lambda _: "").raw()
    )
    assert (code, error) == (1, "")
    assert json.loads(output) == {
        "valid": False,
        "reason": "wrong-signature",
        "message": MISMATCH.partition(": ")[2].removesuffix("\n"),
        "causes": [
            {
                "id": "query-left-out",
                "text": "The query is sent but left out of the canonical request.",
                "fix": "Sign the query that is sent, between the second and the third `|`.",
            }
        ],
        "difference": {
            "stage": "canonical_request",
            "offset": 21,
            "expected": "…trade/order|z=1&at=03%3A04&a=two%20w…",
            "got": "…trade/order||authorization:*********…",
        },
        "own_difference": None,
        "opened": "",
        "expected": TO_SIGN,
    }
    code, output, _ = run("explain", SCHEME, "--json", given=Plain().raw())
    assert (code, json.loads(output)) == (
        0,
        {
            "valid": True,
            "reason": "",
            "message": "",
            "causes": [],
            "difference": None,
            "own_difference": None,
            "opened": "",
            "expected": "",
        },
    )


# The author's own stages.


@pytest.mark.parametrize(
    ("stage", "content", "output"),
    [
        ("canonical_request", Plain().canonical().encode(), ""),
        (
            "canonical_request",
            Plain().canonical().encode() + b"\n",
            (
                "  where    your own stages: canonical_request, octet 233\n"
                "  expected …632a6477158e\n"
                "  got      …632a6477158e\\n\n"
            ),
        ),
        (
            "canonical_headers",
            f"authorization:{TOKEN}\nx-api-key:{KEY}\x1b[1m\n".encode(),
            (
                "  where    your own stages: canonical_headers, octet 82\n"
                "  expected …leAppKey0001\\nx-timestamp:1700000000\\n\n"
                "  got      …leAppKey0001\\x1b[1m\\n\n"
            ),
        ),
        (
            "string_to_sign",
            b"",
            (
                "  where    your own stages: string_to_sign, octet 0\n"
                "  expected HMAC-SHA256|{digest}…\n"
                "  got      \n"
            ),
        ),
    ],
)
def test_ones_own_stages(run: Run, tmp_path: Path, stage: str, content: bytes, output: str) -> None:
    path = tmp_path / "stage"
    path.write_bytes(content)
    digest = sha1(Plain().canonical().encode())[:12]
    code, shown, error = run("explain", SCHEME, "--stage", f"{stage}={path}", given=Plain().raw())
    assert (code, error) == (0, "")
    assert shown == RIGHT + output.replace("{digest}", digest)


def test_ones_own_stages_hide_an_old_token_too(run: Run, tmp_path: Path) -> None:
    plain = Plain(token=OLD_TOKEN)
    path = tmp_path / "stage"
    path.write_text(f"authorization:x{OLD_TOKEN}\n")
    code, output, _ = run(
        "explain", SCHEME, "--stage", f"canonical_headers={path}", given=plain.raw()
    )
    assert code == 1
    assert "  where    your own stages: canonical_headers, octet 14\n" in output
    assert OLD_TOKEN[:10] not in output


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        (
            "canonical=/dev/null",
            (
                "--stage canonical=/dev/null: write NAME=FILE with one of canonical_headers, "
                "body_digest, canonical_request, canonical_digest, string_to_sign, signature, "
                "header"
            ),
        ),
        (
            "header",
            (
                "--stage header: write NAME=FILE with one of canonical_headers, body_digest, "
                "canonical_request, canonical_digest, string_to_sign, signature, header"
            ),
        ),
        ("header=/no/such/file", "/no/such/file: No such file or directory"),
        ("header=/", "/: Is a directory"),
    ],
)
def test_stages_that_cannot_be_read(run: Run, stage: str, error: str) -> None:
    arguments = ["explain", SCHEME, "--stage", stage]
    assert run(*arguments, given=Plain().raw()) == (2, "", f"Error: {error}\n")


# What cannot be explained.


@pytest.mark.parametrize(
    ("given_", "error"),
    [
        (
            b"",
            (
                "neither a curl line, a HAR entry nor a raw request: a request starts with a line "
                "such "
                "as `GET /v1/asset/stock HTTP/1.1`"
            ),
        ),
        (b"curl https://x -d @f", "curl's -d names a file: write the body out"),
        (
            b"curl https://x -\x1b",
            "curl's option -\\x1b is not understood: take it out if it can be",
        ),
    ],
)
def test_a_request_that_cannot_be_read(run: Run, given_: bytes, error: str) -> None:
    assert run("explain", SCHEME, given=given_) == (2, "", f"Error: {error}\n")


def test_a_request_that_is_too_large(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signproof.cli.explain._LARGEST", 10)
    expected = "Error: the request is larger than 10 octets\n"
    assert run("explain", SCHEME, given=Plain().raw()) == (2, "", expected)


@pytest.mark.parametrize(
    ("name", "value", "code", "shown"),
    [
        ("APP_SECRET", "", 2, "Error: LONGBRIDGE_APP_SECRET is empty: set it from the developer"),
        ("APP_KEY", "ExampleKey é", 1, "wrong (invalid-value): the app key holds white space"),
    ],
)
def test_a_credential_that_cannot_be_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int, shown: str
) -> None:
    monkeypatch.setenv(f"LONGBRIDGE_{name}", value)
    got, output, error = run("explain", SCHEME, given=Plain().raw())
    assert got == code
    assert (output + error).startswith(shown)


# Any request.

TOKENS = st.sampled_from(["x-api-key", "Authorization", "X-TIMESTAMP", "x-api-signature", "b"])
VALUES = st.binary(max_size=20) | st.sampled_from(
    [TOKEN, KEY, f"Bearer {TOKEN}", Plain().sent()["X-Api-Signature"], f"HMAC-X {TOKEN}"]
).map(str.encode)
REQUESTS = st.builds(
    SignedRequest,
    method=st.binary(min_size=1, max_size=8) | st.sampled_from([b"GET", b"post"]),
    target=st.binary(min_size=1, max_size=30).map(lambda octets: b"/" + octets),
    headers=st.lists(st.tuples(TOKENS.map(str.encode), VALUES), max_size=6).map(tuple),
    body=st.binary(max_size=20) | st.just(ORDER),
)


FEW = "tests_cli_few_mistakes"


@pytest.fixture(scope="module", autouse=True)
def _few_mistakes() -> Iterator[None]:
    """A part of the catalogue: to try all pairs of all mistakes takes seconds."""
    module = ModuleType(FEW)
    few = Catalogue(refusal="wrong-signature")
    for mistake in [*CATALOGUE.values()][::9]:
        few.add(mistake.id, mistake.text, mistake.edit, fix=mistake.fix, refusal=mistake.refusal)
    vars(module)["CATALOGUE"] = few
    sys.modules[FEW] = module
    yield
    del sys.modules[FEW]


@pytest.mark.heavy
@given(REQUESTS)
def test_any_request_is_explained(request: SignedRequest) -> None:
    scheme = replace(schemes.get(SCHEME), mistakes=FEW)
    assert scheme.http is not None
    credential = {"app_key": KEY, "app_secret": SECRET, "access_token": TOKEN}
    own = {"canonical_headers": request.body + TOKEN.encode(), "header": b"\xff"}
    explanation = explain(scheme, scheme.http, credential, request, own)
    assert not explanation.valid
    assert explanation.reason
    assert explanation.message
    shown = repr(explanation)
    assert TOKEN not in shown
    assert SECRET not in shown


def test_what_replaces_a_member_of_the_plain_signer_matters() -> None:
    # The signer itself: it gives a known answer, and the table's rows all differ from it.
    plain = Plain(method="GET", path="/v1/asset/stock", query="", body=b"", timestamp="1700000000")
    assert plain.sent()["X-Api-Signature"].endswith(
        "9db5abe51d80420e56f146714162f7608d79af8034755cbd5892393f6fcce2f2"
    )
    assert replace(plain, token="other").raw() != plain.raw()
    assert len({plain.raw() for _, plain in MISTAKES}) == len(MISTAKES)
