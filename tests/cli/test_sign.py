"""The command `sign`."""

import hashlib
import hmac
import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof import schemes

Run = Callable[..., tuple[int, str, str]]

KEY = "ExampleAppKey0001"
SECRET = "00112233445566778899aabbccddeeff" * 2
TOKEN = "m_ExampleToken.ABCdef-0123456789_made.up"
MASK = "*" * len(TOKEN)
NAMES = "authorization;x-api-key;x-timestamp"
SCHEME = "longbridge-hmac"


def canonical(method: str, path: str, query: str, body: bytes, timestamp: str) -> str:
    digest = hashlib.sha1(body).hexdigest() if body else ""
    block = f"authorization:{TOKEN}\nx-api-key:{KEY}\nx-timestamp:{timestamp}\n"
    return f"{method}|{path}|{query}|{block}|{NAMES}|{digest}"


def header(
    method: str = "GET",
    path: str = "/v1/quote",
    query: str = "",
    body: bytes = b"",
    timestamp: str = "1700000000",
) -> str:
    text = canonical(method, path, query, body, timestamp)
    to_sign = f"HMAC-SHA256|{hashlib.sha1(text.encode()).hexdigest()}"
    mac = hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"HMAC-SHA256 SignedHeaders={NAMES}, Signature={mac}"


def shown(signature: str, token: str = MASK, timestamp: str = "1700000000") -> str:
    return (
        f"X-Api-Key: {KEY}\nAuthorization: {token}\nX-Timestamp: {timestamp}\n"
        f"X-Api-Signature: {signature}\n"
    )


JSON = "Content-Type: application/json; charset=utf-8\n"
AT = ("--timestamp", "1700000000")


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["GET", "/v1/quote"], shown(header())),
        (["GET", "/v1/quote", "--reveal"], shown(header(), TOKEN)),
        (["get", "/v1/quote"], shown(header())),
        (["GET", "/v1/quote?a=1&b=%20"], shown(header(query="a=1&b=%20"))),
        (["GET", "/v1/quote?"], shown(header())),
        (["GET", "/v1/quote?a=?"], shown(header(query="a=?"))),
        (
            ["POST", "/v1/quote", "--body", '{"remark":"é"}'],
            shown(header("POST", body='{"remark":"é"}'.encode())) + JSON,
        ),
        (["POST", "/v1/quote", "--body", ""], shown(header("POST"))),
        (["GET", "https://example.invalid/v1/quote?a=1#part"], shown(header(query="a=1"))),
        (["GET", "https://example.invalid"], shown(header(path="/"))),
        (["GET", "http://example.invalid?a=1"], shown(header(path="/", query="a=1"))),
        (["GET", "https://example.invalid//v1/../x"], shown(header(path="//v1/../x"))),
    ],
)
def test_headers(run: Run, arguments: list[str], output: str) -> None:
    assert run("sign", SCHEME, *arguments, *AT) == (0, output, "")


def test_the_timestamp_is_now_in_seconds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1800000000.987)
    expected = shown(header(timestamp="1800000000"), timestamp="1800000000")
    assert run("sign", SCHEME, "GET", "/v1/quote") == (0, expected, "")


def test_every_stage_is_shown_masked(run: Run) -> None:
    text = canonical("POST", "/v1/quote", "a=1", b"{}", "1700000000")
    digest = hashlib.sha1(text.encode()).hexdigest()
    value = header("POST", query="a=1", body=b"{}")
    expected = "".join(
        f"{name}:\n{stage}\n\n"
        for name, stage in {
            "canonical_headers": text.split("|")[3],
            "body_digest": "bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f",
            "canonical_request": text,
            "canonical_digest": digest,
            "string_to_sign": f"HMAC-SHA256|{digest}",
            "signature": value[-64:],
            "header": value,
        }.items()
    )
    arguments = ["sign", SCHEME, "POST", "/v1/quote?a=1", "--body", "{}", "--stages", *AT]
    headers = shown(value) + JSON
    assert run(*arguments) == (0, expected.replace(TOKEN, MASK) + headers, "")
    assert run(*arguments, "--reveal") == (0, expected + shown(value, TOKEN) + JSON, "")


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        (
            ["GET", "/v1/quote?a=1&b=2"],
            "curl -X GET --path-as-is -g 'https://openapi.longbridge.com/v1/quote?a=1&b=2'",
            None,
        ),
        (
            ["head", "/v1/quote"],
            "curl -I --path-as-is -g https://openapi.longbridge.com/v1/quote",
            None,
        ),
        (
            ["POST", "http://127.0.0.1:8080/v1/quote", "--body", '{"a":"it\'s"}'],
            "curl -X POST --path-as-is -g http://127.0.0.1:8080/v1/quote",
            """--data-raw '{"a":"it'"'"'s"}'""",
        ),
    ],
)
def test_a_curl_line(run: Run, arguments: list[str], first: str, last: str | None) -> None:
    code, output, error = run("sign", SCHEME, *arguments, "--curl", *AT)
    lines = output.removesuffix("\n").split(" \\\n  ")
    assert (code, error) == (0, "")
    assert lines[0] == first
    assert lines[2] == '-H "Authorization: $LONGBRIDGE_ACCESS_TOKEN"'
    if last is not None:
        assert lines[-1] == last
    assert shlex.split(output)[0] == "curl"
    revealed = run("sign", SCHEME, *arguments, "--curl", "--reveal", *AT)[1]
    assert f"-H 'Authorization: {TOKEN}'" in revealed


def test_a_curl_line_takes_the_variable_that_is_set(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APP_KEY", "APP_SECRET", "ACCESS_TOKEN"):
        value = os.environ[f"LONGBRIDGE_{name}"]
        monkeypatch.delenv(f"LONGBRIDGE_{name}")
        monkeypatch.setenv(f"LONGPORT_{name}", value)
    assert run("sign", SCHEME, "GET", "/v1/quote", *AT) == (0, shown(header()), "")
    output = run("sign", SCHEME, "GET", "/v1/quote", "--curl", *AT)[1]
    assert '"Authorization: $LONGPORT_ACCESS_TOKEN"' in output


@pytest.mark.parametrize("options", [[], ["--curl"], ["--stages"], ["--curl", "--stages"]])
@pytest.mark.parametrize("body", [[], ["--body", "{}"]])
def test_no_secret_is_shown(run: Run, options: list[str], body: list[str]) -> None:
    code, output, error = run("sign", SCHEME, "POST", "/v1/x?a=1", *body, *options)
    assert (code, error) == (0, "")
    assert TOKEN not in output
    assert SECRET not in output


@pytest.mark.parametrize("reveal", [[], ["--reveal"]])
@pytest.mark.parametrize(
    "arguments",
    [
        ["GET", "/v1/quote"],
        ["GET", "/v1/quote?a=1&b=%20&c=[x]&d=$e"],
        ["GET", "/v1/./a/../b"],
        ["HEAD", "/v1/quote"],
        ["POST", "/v1/order", "--body", '{"a":"it\'s $HOME `x` \\\\ \\u00e9 é!"}'],
        ["DELETE", "/v1/order?order_id=1", "--body", "@file\n"],
        ["PUT", "http://127.0.0.1:1//v1/x", "--body", "[\n]"],
    ],
)
def test_explain_finds_the_printed_curl_line_right(
    run: Run, arguments: list[str], reveal: list[str]
) -> None:
    code, line, error = run("sign", SCHEME, *arguments, "--curl", *reveal)
    assert (code, error) == (0, "")
    assert run("explain", SCHEME, given=line) == (
        0,
        "right: the signature belongs to this request\n",
        "",
    )


# Credentials.


def test_a_credentials_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("APP_KEY", "APP_SECRET", "ACCESS_TOKEN"):
        monkeypatch.delenv(f"LONGBRIDGE_{name}")
    path = tmp_path / "credential.json"
    values = {"app_key": KEY, "app_secret": SECRET, "access_token": TOKEN, "note": "mine"}
    path.write_text(json.dumps(values))
    arguments = ["sign", SCHEME, "GET", "/v1/quote", "--credentials", str(path)]
    assert run(*arguments, *AT) == (0, shown(header()), "")
    # A line for the shell works where no variable is set, too: it names the first.
    assert '"Authorization: $LONGBRIDGE_ACCESS_TOKEN"' in run(*arguments, "--curl", *AT)[1]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, "{path}: No such file or directory"),
        (b"app_secret=" + SECRET.encode(), "{path}: not JSON: Expecting value at line 1 column 1"),
        (
            b'{"app_secret": "' + SECRET.encode() + b'\xff"}',
            "{path}: not UTF-8 at octet 80 (line 1)",
        ),
        (
            b'{"app_secret": "' + SECRET.encode() + b'"}',
            (
                "{path}: Object missing required field `app_key`: a credential has the members "
                "app_key, app_secret, access_token"
            ),
        ),
        (
            b'"' + SECRET.encode() + b'"',
            (
                "{path}: Expected `object`, got `str`: a credential has the members app_key, "
                "app_secret, access_token"
            ),
        ),
        (
            b'{"app_key":"k","app_secret":["' + SECRET.encode() + b'"],"access_token":"t"}',
            (
                "{path}: Expected `str`, got `array` - at `$.app_secret`: a credential has the "
                "members "
                "app_key, app_secret, access_token"
            ),
        ),
        (
            b'{"app_key":"k","app_secret":"","access_token":"' + TOKEN.encode() + b'"}',
            "{path}: app_secret is empty: set it from the developer page",
        ),
        (
            b'{"app_key":"k","app_secret":"\\ud800","access_token":"' + TOKEN.encode() + b'"}',
            "{path}: a text holds a lone surrogate (an escape \\\\ud800 to \\\\udfff)",
        ),
    ],
)
def test_a_credentials_file_that_cannot_be_used(
    run: Run, tmp_path: Path, content: bytes | None, error: str
) -> None:
    path = tmp_path / "credential.json"
    if content is not None:
        path.write_bytes(content)
    code, output, shown_error = run("sign", SCHEME, "GET", "/", "--credentials", str(path))
    assert (code, output) == (2, "")
    assert shown_error == f"Error: {error.format(path=path)}\n".replace("\\\\", "\\")
    assert SECRET not in shown_error
    assert TOKEN not in shown_error


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        (
            "APP_KEY",
            None,
            (
                "LONGBRIDGE_APP_KEY or LONGPORT_APP_KEY is not set: set the environment, or "
                "pass --credentials FILE"
            ),
        ),
        ("APP_SECRET", "", "LONGBRIDGE_APP_SECRET is empty: set it from the developer page"),
        (
            "APP_SECRET",
            "\udcff",
            "LONGBRIDGE_APP_SECRET is not UTF-8 text: copy it anew",
        ),
        (
            "ACCESS_TOKEN",
            "Bearer x",
            (
                'the access token starts with "Bearer ": with an API key the Authorization header '
                "is "
                "the raw token, so take the word off"
            ),
        ),
        (
            "APP_SECRET",
            f"{SECRET}\n",
            "the app secret starts or ends with white space, a file's newline perhaps: take it off",
        ),
    ],
)
def test_an_environment_that_cannot_be_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, error: str
) -> None:
    monkeypatch.delenv(f"LONGBRIDGE_{name}")
    if value is not None:
        monkeypatch.setenv(f"LONGBRIDGE_{name}", value)
    assert run("sign", SCHEME, "GET", "/") == (2, "", f"Error: {error}\n")


# What cannot be signed.

PATH_RULE = (
    'must start with "/" and hold neither "?" nor "#", and be visible ASCII: percent-encode the '
    "rest and pass exactly what is sent"
)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["GET", "v1/quote"], f"the path 'v1/quote' {PATH_RULE}"),
        (["GET", "/é"], f"the path '/é' {PATH_RULE}"),
        (["GET", "/\udcff"], f"the path '/\\udcff' {PATH_RULE}"),
        (["GET", "http://[/\udcff"], f"the path '/\\udcff' {PATH_RULE}"),
        (["GET", "/a b\x1b[31m"], f"the path '/a b\\x1b[31m' {PATH_RULE}"),
        (
            ["GET", "/?a b"],
            (
                "the query 'a b' must hold no \"#\", and be visible ASCII: percent-encode the "
                "rest and "
                "pass exactly what is sent"
            ),
        ),
        (["G T", "/"], "'G T' is not an HTTP method: pass letters only, such as GET"),
        (
            ["GET", "/", "--timestamp", "now please"],
            (
                "the timestamp holds white space, a control or a non-ASCII character, which would "
                "not "
                "arrive as it was signed: take it out"
            ),
        ),
        (
            ["POST", "/", "--body", "x", "--body-file", "x"],
            "give either --body or --body-file, not both",
        ),
        (["POST", "/", "--body-file", "/no/such/file"], "/no/such/file: No such file or directory"),
    ],
)
def test_what_cannot_be_signed(run: Run, arguments: list[str], error: str) -> None:
    assert run("sign", SCHEME, *arguments) == (2, "", f"Error: {error}\n")


def test_an_unknown_scheme(run: Run) -> None:
    expected = f"Error: there is no scheme 'other': use one of {', '.join(schemes.ids())}\n"
    assert run("sign", "other", "GET", "/") == (2, "", expected)


@pytest.mark.parametrize("octets", [b"\xff\x00", b"a\0b", b'{"a":1}\n', b"\r\n"])
def test_a_body_file(run: Run, tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "body"
    path.write_bytes(octets)
    arguments = ["sign", SCHEME, "POST", "/v1/quote", "--body-file", str(path), *AT]
    assert run(*arguments) == (0, shown(header("POST", body=octets)) + JSON, "")


@pytest.mark.parametrize("octets", [b"\xff", b"a\0b"])
def test_a_binary_body_has_no_curl_line(run: Run, tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "body"
    path.write_bytes(octets)
    arguments = ["sign", SCHEME, "POST", "/v1/quote", "--body-file", str(path), "--curl"]
    error = (
        "Error: the body is not text: a curl line cannot hold it; use the headers with "
        "--data-binary @FILE\n"
    )
    assert run(*arguments) == (2, "", error)


def test_a_body_of_octets_that_are_no_text(run: Run) -> None:
    # As Python hands over an argument that is not UTF-8.
    expected = shown(header("POST", body=b"\xff")) + JSON
    assert run("sign", SCHEME, "POST", "/v1/quote", "--body", "\udcff", *AT) == (0, expected, "")
