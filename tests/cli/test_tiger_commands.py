"""`sign`, `explain`, `list` and `show` for tiger-rsa, as a person sees them."""

import hashlib
import json
import shlex
import time
import traceback
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from signproof import schemes
from signproof.cli import signproof
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.schemes.tiger_rsa.operations import OPERATIONS, REASONS
from signproof.schemes.tiger_rsa.sending import PROGRAM

pytestmark = [pytest.mark.once, pytest.mark.heavy]

Run = Callable[..., tuple[int, str, str]]

SCHEME = "tiger-rsa"
PRIVATE_KEY = PROGRAM.credential["private_key"]
TOKEN = b64encode(b"1700000000000,1702592000000" + b"x" * 20).decode()
WHEN = "2026-01-02 03:04:05"
AT = ("--timestamp", WHEN)
CALL = '{"account":"2150001","note":"it\'s é"}'


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGEROPEN_TIGER_ID", "20990001")
    monkeypatch.setenv("TIGEROPEN_PRIVATE_KEY", PRIVATE_KEY)
    for name in ("ACCOUNT", "TOKEN"):
        monkeypatch.delenv(f"TIGEROPEN_{name}", raising=False)


def key() -> RSAPrivateKey:
    loaded = load_der_private_key(b64decode(PRIVATE_KEY), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


KEY = key()


def has_key(text: str) -> bool:
    """Search for any piece of the private key, in base64, in hexadecimal and as a number."""
    numbers = KEY.private_numbers()
    # What comes before is the modulus, which is no secret.
    pieces = [PRIVATE_KEY[at : at + 24] for at in range(240, len(PRIVATE_KEY) - 24, 8)]
    pieces += [format(number, form)[8:40] for number in (numbers.d, numbers.p, numbers.q)
               for form in ("x", "d")]  # fmt: skip
    return any(piece.lower() in text.lower() for piece in pieces)


def fields(content: str | None = None, **changes: Any) -> dict[str, Any]:
    made = {"version": "2.0", "method": "accounts"}
    made |= {} if content is None else {"biz_content": content}
    return {
        **made,
        "timestamp": WHEN,
        "tiger_id": "20990001",
        "charset": "UTF-8",
        "sign_type": "RSA",
        **changes,
    }


def content_of(told: dict[str, Any]) -> str:
    return "&".join(f"{name}={told[name]}" for name in sorted(told))


def sign(text: str) -> str:
    return b64encode(KEY.sign(text.encode(), PKCS1v15(), SHA1())).decode()


def body(told: dict[str, Any], signature: str | None = None) -> str:
    made = {**told, "sign": sign(content_of(told)) if signature is None else signature}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


TYPE = "Content-Type: application/json;charset=UTF-8\n"


# `sign`.


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["accounts"], fields()),
        (["accounts", "--body", ""], fields()),
        (["accounts", "--body", CALL], fields(CALL)),
        (["place_order", "--body", '{"a":1 }'], fields('{"a":1 }', method="place_order")),
    ],
)
def test_headers_and_body(run: Run, words: list[str], told: dict[str, Any]) -> None:
    assert run("sign", SCHEME, *words, *AT) == (0, f"{TYPE}\n{body(told)}\n", "")


@pytest.mark.parametrize("reveal", [[], ["--reveal"]])
def test_a_token_is_masked(run: Run, monkeypatch: pytest.MonkeyPatch, reveal: list[str]) -> None:
    monkeypatch.setenv("TIGEROPEN_TOKEN", TOKEN)
    shown = TOKEN if reveal else "*" * len(TOKEN)
    expected = f"{TYPE}Authorization: {shown}\n\n{body(fields())}\n"
    assert run("sign", SCHEME, "accounts", *reveal, *AT) == (0, expected, "")
    line = run("sign", SCHEME, "accounts", "--curl", *reveal, *AT)[1].splitlines()[2]
    quoted = f"'Authorization: {TOKEN}'" if reveal else '"Authorization: $TIGEROPEN_TOKEN"'
    assert line == f"  -H {quoted} \\"


def test_now_is_in_local_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1767323045.9)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        told = fields(timestamp="2026-01-02 11:04:05")
        assert run("sign", SCHEME, "accounts") == (0, f"{TYPE}\n{body(told)}\n", "")
    time.tzset()


def test_every_stage(run: Run) -> None:
    told = fields(CALL)
    digest = hashlib.sha1(content_of(told).encode()).hexdigest()
    info = "3021300906052b0e03021a05000414"
    expected = (
        f"sign_content:\n{content_of(told)}\n\n"
        f"digest:\n{digest}\n\n"
        f"encoded_message:\n0001{'ff' * 90}00{info}{digest}\n\n"
        f"signature:\n{sign(content_of(told))}\n\n"
        f"{TYPE}\n{body(told)}\n"
    )
    words = ("accounts", "--body", CALL, "--stages")
    assert run("sign", SCHEME, *words, *AT) == (0, expected, "")


def test_a_curl_line_that_explain_finds_right(run: Run) -> None:
    told = fields(CALL)
    code, line, err = run("sign", SCHEME, "accounts", "--body", CALL, "--curl", *AT)
    data = shlex.quote(body(told))
    assert (code, line, err) == (
        0,
        (
            "curl -X POST --path-as-is -g https://openapi.tigerfintech.com/gateway \\\n"
            "  -H 'Content-Type: application/json;charset=UTF-8' \\\n"
            f"  --data-raw {data}\n"
        ),
        "",
    )
    assert run("explain", SCHEME, given=line) == (0, RIGHT, "")


NO_KEY = (
    "this is not a key in any known shape: a private key is PEM, a base64 line that starts with "
    "MII, or DER; copy it anew from the developer page"
)
TARGET = "leave out the TARGET: every call goes to /gateway, METHOD names the API"


@pytest.mark.parametrize(
    ("words", "variables", "error"),
    [
        (["accounts", "/gateway"], {}, TARGET),
        (["accounts", "https://example.invalid/gateway"], {}, TARGET),
        (["accounts", "http://example.invalid"], {}, TARGET),
        (
            ["accounts", "--body", "\udcff"],
            {},
            "the body is the JSON text of biz_content: it is not UTF-8",
        ),
        ([""], {}, "the field method is missing, empty or not text: every request names it"),
        *(
            (
                ["accounts", "--timestamp", text],
                {},
                (
                    "the timestamp is not text of the form YYYY-MM-DD HH:MM:SS: use "
                    "format_timestamp, or write the instant so"
                ),
            )
            for text in ("", "1767323045", "2026-01-02T03:04:05Z")
        ),
        (["accounts"], {"PRIVATE_KEY": "no key"}, f"TIGEROPEN_PRIVATE_KEY: {NO_KEY}"),
        (
            ["accounts"],
            {"PRIVATE_KEY": "/my/key.pem"},
            "TIGEROPEN_PRIVATE_KEY: this is a file's path, not a key: pass what is in the file",
        ),
        (
            ["accounts"],
            {"PRIVATE_KEY": ""},
            "TIGEROPEN_PRIVATE_KEY is empty: set it from the developer page",
        ),
        (
            ["accounts"],
            {"PRIVATE_KEY": None},
            "TIGEROPEN_PRIVATE_KEY is not set: set the environment, or pass --credentials FILE",
        ),
        (
            ["accounts"],
            {"TIGER_ID": "20990001 # mine"},
            (
                "the tiger_id is empty or holds something else than visible ASCII: copy it from "
                "the developer page, without quotes, spaces or comments"
            ),
        ),
        (
            ["accounts"],
            {"TOKEN": f"Bearer {TOKEN}"},
            (
                'the token starts with "Bearer ": the Authorization header is the raw token, so '
                "take the word off"
            ),
        ),
    ],
)
def test_what_cannot_be_signed(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    variables: dict[str, str | None],
    error: str,
) -> None:
    for name, text in variables.items():
        monkeypatch.delenv(f"TIGEROPEN_{name}", raising=False)
        if text is not None:
            monkeypatch.setenv(f"TIGEROPEN_{name}", text)
    assert run("sign", SCHEME, *words) == (2, "", f"Error: {error}\n")


# A credentials file.


def file(tmp_path: Path, **members: object) -> str:
    path = tmp_path / "credential.json"
    path.write_text(json.dumps(members))
    return str(path)


def test_a_file_needs_no_more_than_what_signs(run: Run, tmp_path: Path) -> None:
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    path = file(tmp_path, tiger_id="20990001", private_key=pem, note="mine")
    expected = (0, f"{TYPE}\n{body(fields())}\n", "")
    assert run("sign", SCHEME, "accounts", *AT, "--credentials", path) == expected


@pytest.mark.parametrize(
    ("members", "error"),
    [
        (
            {"tiger_id": "1"},
            (
                "Object missing required field `private_key`: a credential has the members "
                "tiger_id, private_key, account, token"
            ),
        ),
        (
            {"tiger_id": "1", "private_key": ""},
            "private_key is empty: set it from the developer page",
        ),
        (
            {"tiger_id": "1", "private_key": PRIVATE_KEY[:-40]},
            "private_key: the key is cut off after 582 of 610 octets: copy the whole of it",
        ),
    ],
)
@pytest.mark.parametrize("command", [("sign", SCHEME, "accounts"), ("explain", SCHEME)])
def test_a_file_that_cannot_be_used(
    run: Run, tmp_path: Path, command: tuple[str, ...], members: dict[str, str], error: str
) -> None:
    path = file(tmp_path, **members)
    code, out, err = run(*command, "--credentials", path, given="")
    assert (code, out) == (2, "")
    assert err == f"Error: {path}: {error}\n"
    assert not has_key(err)


# `explain`.

RIGHT = "right: the signature belongs to this request\n"
MISMATCH = (
    "wrong (wrong-signature): the signature does not match the request as received: the private "
    "key is not the one of this tiger_id, or what was signed is not what was sent\n"
)
NO_CAUSE = (
    "  cause    none that is catalogued, with this credential: check that its private_key is the "
    "right one\n"
)


def raw(text: str, *, target: str = "/gateway", headers: str = "") -> bytes:
    head = f"POST {target} HTTP/1.1\r\nHost: openapi.tigerfintech.com\r\n{headers}"
    return f"{head}Content-Type: application/json;charset=UTF-8\r\n\r\n{text}".encode()


TOLD = fields(CALL)
SIGNED = content_of(TOLD)
OTHER = fields('{"account":"2150002"}')
SHA256_SIGN = b64encode(KEY.sign(SIGNED.encode(), PKCS1v15(), SHA256())).decode()
OWN_DIGEST = hashlib.sha1(SIGNED.encode()).digest()
SHA256_DIGEST = hashlib.sha256(SIGNED.encode()).digest()
UNSORTED = "&".join(f"{name}={value}" for name, value in TOLD.items())


def over_another(content: str) -> str:
    digest = hashlib.sha1(content.encode()).hexdigest()
    right_key = "the key is right, what was signed is not what was sent"
    shown = f"over another content, whose digest is {digest}: {right_key}"
    return f"  opened   PKCS#1 v1.5, SHA-1, {shown}\n"


@pytest.mark.parametrize(
    ("request_", "code", "output"),
    [
        pytest.param(raw(body(TOLD)), 0, RIGHT, id="right"),
        pytest.param(
            raw(body(TOLD), target="http://127.0.0.1/gateway"), 0, RIGHT, id="absolute-target"
        ),
        pytest.param(
            raw(body(TOLD, SHA256_SIGN)),
            1,
            (
                f"{MISMATCH}"
                "  opened   PKCS#1 v1.5, SHA-256, over the right content\n"
                "  cause    digest-sha256: The sign content is digested with SHA-256 instead of "
                "SHA-1.\n"
                "  fix      Sign with SHA-1: give the library the sign content itself and let it "
                "digest it, once.\n"
                "  where    what was signed: digest, octet 0\n"
                f"  expected {OWN_DIGEST.hex(' ')}\n"
                f"  got      {SHA256_DIGEST[:24].hex(' ')} …\n"
            ),
            id="sha256",
        ),
        pytest.param(
            raw(body(TOLD, sign(UNSORTED))),
            1,
            (
                f"{MISMATCH}"
                f"{over_another(UNSORTED)}"
                "  cause    names-unsorted: The fields are signed in the order in which they stand "
                "in the body.\n"
                "  fix      Sort the fields by name, by code points, `A` before `_` before `a`.\n"
                "  where    what was signed: sign_content, octet 0\n"
                '  expected biz_content={"account":"…\n'
                "  got      version=2.0&method=accou…\n"
            ),
            id="unsorted",
        ),
        pytest.param(
            raw(body(OTHER, sign(SIGNED))),
            1,
            f"{MISMATCH}{over_another(SIGNED)}"
            "  cause    none that is catalogued: the body was changed after signing?\n"
            f"  to sign  {content_of(OTHER)}\n",
            id="altered",
        ),
        pytest.param(
            raw(body(TOLD, b64encode(bytes(128)).decode())),
            1,
            (f"{MISMATCH}  opened   no padding: nothing\n{NO_CAUSE}  to sign  {SIGNED}\n"),
            id="zeros",
        ),
        pytest.param(
            raw(body(TOLD, "!")),
            1,
            (
                "wrong (malformed-signature): the field sign is not base64: send standard padded "
                "base64 in one line, of exactly the key's length\n"
            ),
            id="no-base64",
        ),
        pytest.param(
            raw(body(fields(tiger_id="20990002"))),
            1,
            (
                "wrong (unknown-tiger-id): the tiger_id is not a known one: check it against the "
                "developer page\n"
            ),
            id="other-tiger-id",
        ),
        pytest.param(
            raw(""),
            1,
            "wrong (malformed-json): the body is empty: send one JSON object in UTF-8\n",
            id="no-body",
        ),
        pytest.param(
            raw(body(TOLD), target="/gateway/"),
            1,
            (
                "wrong (target): it is not sent with POST to /gateway: 'POST /gateway/'\n"
                "  cause    path-with-slash: The request is sent to `/gateway/`.\n"
                "  fix      Send every call to the path `/gateway`.\n"
            ),
            id="target",
        ),
        pytest.param(
            raw(body(TOLD), headers=f"Authorization: {TOKEN}\r\n"),
            1,
            "wrong (token): Authorization is sent, and this credential has no token\n",
            id="token",
        ),
    ],
)
def test_explain(run: Run, request_: bytes, code: int, output: str) -> None:
    assert run("explain", SCHEME, given=request_) == (code, output, "")


def test_a_har(run: Run) -> None:
    def entry(text: str) -> dict[str, Any]:
        headers = [{"name": "Content-Type", "value": "application/json"}]
        url = "https://openapi.tigerfintech.com/gateway"
        post = {"mimeType": "application/json", "text": text}
        made = {"method": "POST", "url": url, "headers": headers, "postData": post}
        return {"request": made}

    entries = [entry(body(TOLD)), entry(body(TOLD, sign(UNSORTED)))]
    har = json.dumps({"log": {"entries": entries}})
    code, output, error = run("explain", SCHEME, given=har)
    assert (code, error) == (1, "")
    assert output.startswith(f"entry 0, /gateway: {RIGHT}entry 1, /gateway: {MISMATCH}")
    assert over_another(UNSORTED) in output


def test_as_json(run: Run) -> None:
    given = raw(body(OTHER, sign(SIGNED)))
    code, output, error = run("explain", SCHEME, "--json", given=given)
    assert (code, error) == (1, "")
    assert json.loads(output) == {
        "valid": False,
        "reason": "wrong-signature",
        "message": MISMATCH.partition(": ")[2].removesuffix("\n"),
        "causes": [],
        "difference": None,
        "own_difference": None,
        "opened": over_another(SIGNED).strip().removeprefix("opened").strip(),
        "expected": content_of(OTHER),
    }


def test_a_token_of_the_credential(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGEROPEN_TOKEN", TOKEN)
    given = raw(body(TOLD), headers=f"Authorization: {TOKEN}\r\n")
    assert run("explain", SCHEME, given=given) == (0, RIGHT, "")
    bearer = raw(body(TOLD), headers=f"Authorization: Bearer {TOKEN}\r\n")
    code, output, _ = run("explain", SCHEME, given=bearer)
    first = "wrong (token): the token was sent with `Bearer ` in front: it is sent raw"
    assert (code, output.splitlines()[0]) == (1, first)
    assert TOKEN not in output


def test_a_key_that_does_not_load_is_no_fault_of_the_request(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIGEROPEN_PRIVATE_KEY", "no key")
    error = f"Error: TIGEROPEN_PRIVATE_KEY: {NO_KEY}\n"
    assert run("explain", SCHEME, given=raw(body(TOLD))) == (2, "", error)


def test_own_stages(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_text(SIGNED.replace("charset=UTF-8", "charset=utf-8"))
    words = ("--stage", f"sign_content={path}")
    at = SIGNED.encode().index(b"UTF-8")
    assert run("explain", SCHEME, *words, given=raw(body(TOLD))) == (
        0,
        (
            f"{RIGHT}  where    your own stages: sign_content, octet {at}\n"
            '  expected …é"}&charset=UTF-8&method=accounts&si…\n'
            '  got      …é"}&charset=utf-8&method=accounts&si…\n'
        ),
        "",
    )


# The private key stays out of all that is shown.


@pytest.mark.parametrize(
    "words",
    [
        ("sign", SCHEME, "accounts"),
        ("sign", SCHEME, "accounts", "--stages", "--curl"),
        ("sign", SCHEME, "accounts", "--stages", "--reveal"),
        ("sign", SCHEME, "accounts", "/x"),
        ("explain", SCHEME),
        ("explain", SCHEME, "--json"),
    ],
)
@pytest.mark.parametrize("cut", [None, -1, -40])
def test_no_piece_of_the_key_is_shown(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], cut: int | None
) -> None:
    monkeypatch.setenv("TIGEROPEN_PRIVATE_KEY", PRIVATE_KEY[:cut])
    given = raw(body(TOLD, sign(UNSORTED)))
    result = CliRunner().invoke(signproof, list(words), input=given)
    told = result.stdout + result.stderr
    if result.exc_info is not None:
        told += "".join(traceback.format_exception(*result.exc_info))
    assert isinstance(result.exception, SystemExit | None)
    assert not has_key(told)


def test_the_search_for_pieces_finds_them() -> None:
    assert has_key(f"x{PRIVATE_KEY[300:340]}y")
    assert has_key(format(KEY.private_numbers().d, "X"))
    assert not has_key(PRIVATE_KEY[:200])


# `list` and `show`.


@pytest.mark.parametrize(
    ("what", "names"),
    [("operations", list(OPERATIONS)), ("reasons", list(REASONS)), ("mistakes", list(CATALOGUE))],
)
def test_list(run: Run, what: str, names: list[str]) -> None:
    code, output, error = run("list", SCHEME, what)
    assert (code, error) == (0, "")
    assert [line.split()[0] for line in output.splitlines()] == names
    assert all(len(line.split()) > 1 for line in output.splitlines())


def test_show_a_mistake(run: Run) -> None:
    code, output, error = run("show", f"{SCHEME}/names-unsorted")
    assert run("show", "names-unsorted") == (code, output, error)
    assert (code, error) == (0, "")
    assert output.startswith(
        "mistake  names-unsorted\n"
        "text     The fields are signed in the order in which they stand in the body.\n"
        "fix      Sort the fields by name, by code points, `A` before `_` before `a`.\n"
    )


def test_each_reason_is_a_sentence() -> None:
    for reason, text in schemes.get(SCHEME).reasons.items():
        assert text.endswith((".", "`")), (reason, text)
        assert "{" not in text


def test_the_settings_file_is_a_credential(run: Run, tmp_path: Path) -> None:
    """The file that every developer has; a fault in it is said as the doctor says it."""
    path = tmp_path / "tiger_openapi_config.properties"
    key = PROGRAM.credential["private_key"]
    path.write_text(f"private_key_pk1={key}\ntiger_id=20990001\naccount=2150001\nenv=PROD\n")
    by_file = run("sign", SCHEME, "accounts", *AT, "--credentials", str(path))
    json_path = tmp_path / "credential.json"
    json_path.write_text(json.dumps(dict(PROGRAM.credential)))
    assert by_file == run("sign", SCHEME, "accounts", *AT, "--credentials", str(json_path))
    assert by_file[0] == 0
    path.write_text("tiger_id=20990001\n")
    code, out, err = run("sign", SCHEME, "accounts", *AT, "--credentials", str(path))
    assert (code, out) == (2, "")
    assert err == ("Error: private_key: it is missing or empty: copy it from the developer page\n")
