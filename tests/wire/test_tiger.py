"""tiger-rsa over the wire: a made-up client, and a made-up SDK, asked some cases directly."""

import base64
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signproof import environments, schemes
from signproof.behaviours.tiger_rsa import BEHAVIOURS
from signproof.cli import sdks as cli_sdks
from signproof.corpus import Case, Corpus
from signproof.environments import Sdk, read_sdks
from signproof.implementations.stdio import Stdio
from signproof.model import Expected, Importance, Reject, Result, Source, SourceKind, Vector
from signproof.scheme import Scheme
from signproof.schemes.tiger_rsa.sending import PROGRAM
from signproof.sender import Sent, is_direct, send, sendable
from signproof.server import Server

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]

SCHEME = "tiger-rsa"
TIGER = Path(__file__).parent / "programs" / "tiger.py"
PRIVATE_KEY = PROGRAM.credential["private_key"]
NOTE = "note: no sandbox, so the {} can reach the network: the tests keep it open\n"


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return schemes.get(SCHEME)


def signed(content: str) -> str:
    key = load_der_private_key(base64.b64decode(PRIVATE_KEY), None)
    assert isinstance(key, RSAPrivateKey)
    return base64.b64encode(key.sign(content.encode(), PKCS1v15(), SHA1())).decode()


def case(
    name: str, operation: str, input_: Json, *, importance: str = "must", **expected: Any
) -> Case:
    vector = Vector(
        id=f"{SCHEME}/{name}",
        comment="A case of these tests.",
        operation=operation,
        credential=None if operation == "load-key" else "main",
        input=input_,
        expected=Expected(**expected),
        importance=Importance(importance),
        source=Source(kind=SourceKind.DERIVED, where="tests", note=""),
    )
    return Case(SCHEME, vector, None if operation == "load-key" else PROGRAM.credential, input_)


def call(name: str, biz_content: str | None, **changes: Any) -> Case:
    input_ = {
        "api_method": "accounts",
        "biz_content": biz_content,
        "timestamp": "2026-01-01 00:00:00",
        "charset": "UTF-8",
        "more": [],
        **changes.pop("input", {}),
    }
    return case(name, "request", input_, **({"check": "signed-request"} | changes))


def loading(name: str, key: str, **changes: Any) -> Case:
    input_ = {
        "key_b64": base64.b64encode(key.encode()).decode(),
        "content": "abc",
        **changes.pop("input", {}),
    }
    expected = {"output": {"sign": signed("abc")}}
    if "reject" in changes:
        expected = {}
        changes["reject"] = Reject(reason=changes["reject"])
    return case(name, "load-key", input_, **(expected | changes))


SIGN = case(
    "sign/three",
    "sign",
    {"params": [["b", "2"], ["a", "1"], ["c", "3"]]},
    output={"sign": signed("a=1&b=2&c=3")},
)
CASES = {
    one.id.partition("/")[2]: one
    for one in (
        call("request/one", '{"account":"2150001"}'),
        call("request/none", None),
        call("request/later", None, input={"timestamp": "2026-01-01 00:00:01"}),
        call("request/gbk", "{}", input={"charset": "GBK"}),
        call("request/more", "{}", input={"more": [["lang", "en"]]}),
        call("refuse/no-method", "{}", reject=Reject(reason="missing-field"), check=msgspec.UNSET),
        SIGN,
        loading("load-key/pkcs1", PRIVATE_KEY),
        loading("load-key/in-words", f"my key: {PRIVATE_KEY}"),
        loading("load-key/path", "/my/key.pem", reject="path"),
        loading("load-key/locked", PRIVATE_KEY, input={"passphrase": "x"}),
        loading("load-key/not-allowed", PRIVATE_KEY, importance="should", reject="certificate"),
        loading("recorded/pkcs1", PRIVATE_KEY),
        case("verify/one", "verify", {"request": {}}, output={"valid": True}),
    )
}
SENT = ("request/one", "request/none")
DIRECT = (
    "sign/three",
    "load-key/pkcs1",
    "load-key/in-words",
    "load-key/path",
    "load-key/locked",
    "load-key/not-allowed",
)


# What is sent, and what is asked directly.


def test_what_is_sent_and_what_is_asked_directly(scheme: Scheme) -> None:
    how, excluded = sendable(scheme, CASES.values())
    assert {id_: sending.call for id_, sending in how.items()} == {
        f"{SCHEME}/request/one": {
            "api_method": "accounts",
            "biz_content": '{"account":"2150001"}',
        },
        f"{SCHEME}/request/none": {"api_method": "accounts", "biz_content": None},
    }
    assert excluded == {
        f"{SCHEME}/request/later": "only the timestamp, which an SDK chooses itself, is another "
        f"than in {SCHEME}/request/none",
        f"{SCHEME}/request/gbk": "a client's generic call sends UTF-8",
        f"{SCHEME}/request/more": "a client's generic call takes no further top-level fields",
        f"{SCHEME}/refuse/no-method": "it expects a refusal: no request to send",
    }
    assert tuple(name for name, one in CASES.items() if is_direct(scheme, one)) == DIRECT


@pytest.fixture
def sent(server: Server, corpus: Corpus, scheme: Scheme) -> Callable[..., Sent]:
    """Send cases through the driver that is wrong in the way named."""

    def sent(how: str, *names: str, **more: Any) -> Sent:
        command = [sys.executable, str(TIGER), "driver", how]
        stdio = Stdio(command, timeout_s=60, start_timeout_s=60)
        cases = [CASES[name] for name in names]
        more.setdefault("offered", {"load-key", "sign"})
        with closing(stdio):
            return send(stdio, server, corpus, cases, scheme=scheme, clock=lambda: 1.7e9, **more)

    return sent


def told(result: Result) -> Json:
    whole = msgspec.to_builtins(result)
    kept = {name: whole.get(name) for name in ("outcome", "message", "label", "opened")}
    kept["causes"] = [cause["id"] for cause in whole.get("causes", [])]
    return {name: value for name, value in kept.items() if value}


RIGHT = {
    "request/one": {"outcome": "pass", "label": "exact octets"},
    "request/none": {"outcome": "pass", "label": "exact octets"},
    "sign/three": {"outcome": "pass"},
    "load-key/pkcs1": {"outcome": "pass"},
    "load-key/in-words": {"outcome": "fail", "message": "refused a good input: ValueError"},
    "load-key/path": {"outcome": "pass"},
    "load-key/locked": {"outcome": "skip", "message": "it takes no passphrase"},
    "load-key/not-allowed": {
        "outcome": "fail",
        "message": "accepted what must be refused: certificate",
    },
}


def test_a_good_driver(sent: Callable[..., Sent]) -> None:
    came = sent("right", *SENT, *DIRECT)
    results = {one.id.partition("/")[2]: told(one) for one in came.report.results}
    assert results == RIGHT
    assert {id_: len(all_) for id_, all_ in came.exchanges.items()} == {
        f"{SCHEME}/{name}": 1 for name in SENT
    }
    assert (came.ended_at, came.observations) == (1.7e9, {})


UNSORTED = (
    "tiger_id=20990001&method=accounts&version=2.0&timestamp=2026-01-02 03:04:05&charset=UTF-8&"
    'sign_type=RSA&biz_content={"account":"2150001"}'
)


def over_another(content: str) -> str:
    digest = hashlib.sha1(content.encode()).hexdigest()
    right_key = "the key is right, what was signed is not what was sent"
    return f"PKCS#1 v1.5, SHA-1, over another content, whose digest is {digest}: {right_key}"


MISMATCH = (
    "the signature does not match the request as received: the private key is not the one of this "
    "tiger_id, or what was signed is not what was sent"
)


@pytest.mark.parametrize(
    ("how", "request_one", "sign"),
    [
        (
            "unsorted",
            {
                "outcome": "fail",
                "message": MISMATCH,
                "causes": ["names-unsorted"],
                "opened": over_another(UNSORTED),
            },
            {
                "outcome": "fail",
                "message": "sign is wrong",
                "causes": ["names-unsorted"],
                "opened": over_another("b=2&a=1&c=3"),
            },
        ),
        (
            "spaced",
            {"outcome": "pass", "label": "same request, biz_content written otherwise"},
            {"outcome": "pass"},
        ),
        ("absolute", {"outcome": "pass", "label": "exact octets"}, {"outcome": "pass"}),
    ],
)
def test_a_driver(sent: Callable[..., Sent], how: str, request_one: Json, sign: Json) -> None:
    results = {one.id: told(one) for one in sent(how, "request/one", "sign/three").report.results}
    assert results == {f"{SCHEME}/request/one": request_one, f"{SCHEME}/sign/three": sign}


def test_what_is_not_offered_is_not_asked(sent: Callable[..., Sent]) -> None:
    came = sent("right", "request/none", *DIRECT, offered=["load-key"])
    assert [one.id for one in came.report.results] == [
        f"{SCHEME}/{name}" for name in ("load-key/pkcs1", "load-key/in-words", "load-key/path",
                                        "load-key/locked", "load-key/not-allowed", "request/none")
    ]  # fmt: skip


OBSERVED = {
    "timestamp": "another time",
    "fields": "`version` 2.0; none",
    "no-parameters": "left out",
    "parameters": "sent as given",
    "signed": "taken",
    "answer-unsigned": "taken",
    "answer-empty": "taken",
    "answer-null": "taken",
    "answer-wrong-key": "taken",
    "answer-other-timestamp": "taken",
    "limited": "not tried again",
    "redirect": "not followed",
}


def test_the_questions(sent: Callable[..., Sent]) -> None:
    """Put to a driver that looks at no answer; each has a mock of its own."""
    came = sent("right", questions=BEHAVIOURS)
    assert came.observations == OBSERVED
    statuses = {id_: [one.reply.status for one in all_] for id_, all_ in came.exchanges.items()}
    assert statuses == {id_: [200] for id_ in OBSERVED} | {"limited": [429], "redirect": [307]}


# One port that it takes: each case on an address of its own.


@pytest.fixture
def port() -> int:
    """Return a port that is free on the first address that is used."""
    with socket.create_server(("127.1.0.2", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


def test_each_case_has_an_address_of_its_own(sent: Callable[..., Sent], port: int) -> None:
    came = sent("right", *SENT, port=port, questions=BEHAVIOURS[:1])
    hosts = [
        one.request.values(b"Host")
        for all_ in came.exchanges.values()
        for one in all_
        if one.request is not None
    ]
    assert hosts == [(f"127.1.0.{number}:{port}".encode(),) for number in (2, 3, 4)]
    assert came.report.exit_code == 0


def test_a_port_that_cannot_be_had(sent: Callable[..., Sent], port: int) -> None:
    with socket.create_server(("127.1.0.3", port)), pytest.raises(OSError, match="in use"):
        sent("right", *SENT, port=port)


# `matrix`.

MANIFEST = """\
package = "made-up"
version = "1.2.3"
ecosystem = "pypi"
language = "Python"
schemes = ["tiger-rsa"]
required = true
tools = []
install_budget_s = 60
disk_mib = 1
"""
LEGEND = (
    "(a number passed; k known to differ, s cannot be sent, w fails where that only warns, F fail, "
    "E error, T timeout, X known to differ yet passes, Y flaky; typed: requests of typed calls)\n"
)
MARKS = (
    "(✓ as the vector has it, ✗ refused where the vector does not, ! something else, - cannot be "
    "asked)\n"
)
EXCLUDED = """\
not asked of any, 1: only the timestamp, which an SDK chooses itself, is another
not asked of any, 1: a client's generic call sends UTF-8
not asked of any, 1: a client's generic call takes no further top-level fields
not asked of any, 1: it expects a refusal: no request to send
"""


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the set be these cases."""
    monkeypatch.setattr(Corpus, "cases", lambda *_: [*CASES.values()])


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _few: None) -> Callable[..., Sdk]:
    """Write a made-up SDK whose driver is wrong in the way named, and return it."""
    root = tmp_path / "sdks"
    monkeypatch.setattr(environments, "default_root", lambda: root)
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(environments, "_STEPS", {"pypi": lambda *_: []})
    for module in (cli_sdks.__name__, "signproof.matrix", "signproof.cli.matrix"):
        monkeypatch.setattr(f"{module}.questions", lambda _: BEHAVIOURS[:1])

    def make(id_: str, how: str = "right", lines: str = "") -> Sdk:
        folder = root / id_
        folder.mkdir(parents=True)
        run = f"run = {json.dumps([sys.executable, str(TIGER), 'driver', how])}\n"
        (folder / "sdk.toml").write_text(MANIFEST + run + lines)
        return next(sdk for sdk in read_sdks(root) if sdk.id == id_)

    return make


ONE = """\
load-key     a-right
pkcs1              ✓
in-words           ✗
path               ✓
locked             -
not-allowed        !
"""


def test_a_topic_one_by_one(run: Run, fake: Callable[..., Sdk]) -> None:
    """What fails is known, but for what only warns."""
    sdk = fake("a-right", "local-time")
    sdk.known.write_text(
        f'[[known]]\nid = "{SCHEME}/load-key/in-words"\nreason = "it guesses not"\n'
    )
    code, out, err = run("matrix", SCHEME, "--verbose")
    assert (code, out) == (
        0,
        (
            "SDK            vectors  request  sign\n"
            f"a-right 1.2.3        7        2     1\n{LEGEND}\n"
            f"{ONE}{MARKS}\n"
            "differs: it guesses not (`load-key/in-words`): a-right\n"
            "cannot send: it takes no passphrase (1): a-right\n"
            "timestamp: local time: a-right\n"
            f"{EXCLUDED}\n"
            "1 SDK judged without a sandbox, 0 skipped, 0 failed · vectors 1.0.0\n"
            "1 fail that only warns · 5 pass · 1 skip · 1 xfail\n"
        ),
    )
    assert err.endswith("judging a-right 1.2.3 (Python)\n")


PAGE = "<!-- from the run: begin -->\n<!-- from the run: end -->\n"
FINDINGS = """\
<!-- from the run: begin -->

### Vectors through each SDK

| SDK | vectors | request | sign |
|---|---|---|---|
| a-right 1.2.3 | 7 | 2 | 1 |
| b-unsorted 1.2.3 | 7 | 0 2k | 0 1k |

A number passed; k known to differ, s cannot be sent, w fails where that only warns, F fail, \
E error, T timeout, X known to differ yet passes, Y flaky.

### Each vector of `load-key` through each SDK

| load-key | a-right | b-unsorted |
|---|---|---|
| pkcs1 | ✓ | ✓ |
| in-words | ✗ | ✗ |
| path | ✓ | ✓ |
| locked | - | - |
| not-allowed | ! | ! |

✓ as the vector has it, ✗ refused where the vector does not, ! something else, - cannot be asked.

### Where they differ from the vectors

- it guesses not (`load-key/in-words`): all
- it sorts not (`sign/three`, `request/one`, `request/none`): b-unsorted

### What they do besides

|  | seen |
|---|---|
| The zone of `timestamp` | another time: all |

### What they cannot send

- it takes no passphrase (1): all

<!-- from the run: end -->
"""


def test_the_findings(run: Run, fake: Callable[..., Sdk], tmp_path: Path) -> None:
    guess = f'[[known]]\nid = "{SCHEME}/load-key/in-words"\nreason = "it guesses not"\n'
    sort = "".join(
        f'[[known]]\nid = "{SCHEME}/{name}"\nreason = "it sorts not"\n'
        for name in ("sign/three", "request/one", "request/none")
    )
    fake("a-right").known.write_text(guess)
    fake("b-unsorted", "unsorted").known.write_text(guess + sort)
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert run("matrix", SCHEME, "--findings", str(page))[0] == 0
    assert page.read_text() == FINDINGS


def test_a_vector_asked_directly_alone(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-right")
    code, out, _ = run("matrix", SCHEME, "--id", f"{SCHEME}/load-key/pkcs1")
    assert (code, out.partition("\n\n")[0].splitlines()[:2]) == (
        0,
        ["SDK            vectors", "a-right 1.2.3        1"],
    )
    assert "\nload-key  a-right\npkcs1           ✓\n(✓ as" in out


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("verify/one", "it is no request"),
        ("recorded/pkcs1", "it is no request"),
        ("request/gbk", "a client's generic call sends UTF-8"),
    ],
)
def test_what_cannot_be_asked(run: Run, fake: Callable[..., Sdk], name: str, why: str) -> None:
    fake("a-right")
    problem = f"Error: {SCHEME}/{name} cannot be sent: {why}\n"
    assert run("matrix", SCHEME, "--id", f"{SCHEME}/{name}") == (2, "", problem)


def test_an_sdk_that_takes_one_port_only(run: Run, fake: Callable[..., Sdk], port: int) -> None:
    fake("a-one-port", lines=f"port = {port}\n")
    words = ("matrix", SCHEME, "--id", f"{SCHEME}/request/none")
    code, out, _ = run(*words)
    assert (code, out.splitlines()[1].split()) == (0, ["a-one-port", "1.2.3", "1", "1"])
    with socket.create_server(("127.1.0.2", port)):
        code, out, _ = run(*words)
    why = f"port {port}, the only one that it takes, cannot be had: Address already in use"
    assert (code, out.splitlines()[0]) == (3, f"skipped a-one-port 1.2.3: {why}")


def test_what_else_the_system_refuses_is_no_matter_of_the_port(
    run: Run, fake: Callable[..., Sdk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    fake("a-right")
    monkeypatch.setattr("signproof.matrix.send", refused)
    with pytest.raises(OSError, match="Too many open files"):
        run("matrix", SCHEME)


# `record`.


def test_an_sdk_is_recorded_and_confirms(
    run: Run, fake: Callable[..., Sdk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk = fake("a-right")
    sdk.known.write_text(
        f'[[known]]\nid = "{SCHEME}/load-key/in-words"\nreason = "it guesses not"\n'
    )
    out = tmp_path / "seen"
    code, told_, _ = run("record", SCHEME, "--out", str(out), "--sdk", "a-right")
    again = f"`signproof verify {SCHEME} --vectors {out}`"
    assert (code, told_) == (0, f"2 vectors recorded in {out}: {again}\n")
    found = json.loads((out / SCHEME / "confirmations.json").read_bytes())["confirmations"]
    assert {len(one.pop("date")) for one in found} == {len("2026-01-02")}
    same = {"sdk": "pypi made-up", "version": "1.2.3", "agreement": "exact"}
    assert found == [
        {"vector": f"{SCHEME}/{name}", **same}
        for name in ("load-key/path", "load-key/pkcs1", "request/none", "request/one", "sign/three")
    ]
    vectors = json.loads((out / SCHEME / "recorded.json").read_bytes())["vectors"]
    assert [one["id"] for one in vectors] == [
        f"{SCHEME}/recorded/a-right.request.one.{name}" for name in ("sign", "verify")
    ]
    monkeypatch.undo()
    assert run("verify", "--vectors", str(out))[0] == 0


def test_a_command_is_recorded(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "seen"
    words = ("--out", str(out), "--client", "mine", "--", sys.executable, str(TIGER), "right")
    code, told_, err = run("record", SCHEME, *words)
    again = f"`signproof verify {SCHEME} --vectors {out}`"
    assert (code, told_) == (0, f"2 vectors recorded in {out}: {again}\n")
    assert err == NOTE.format("command")
    sign, verify = json.loads((out / SCHEME / "recorded.json").read_bytes())["vectors"]
    assert sign["expected"]["output"] == {"sign": signed(SORTED)}
    assert sign["input"] == {
        "params": [
            ["tiger_id", "20990001"],
            ["method", "accounts"],
            ["version", "2.0"],
            ["timestamp", "2026-01-02 03:04:05"],
            ["charset", "UTF-8"],
            ["sign_type", "RSA"],
            ["biz_content", '{"account":"2150001"}'],
        ],
        "charset": "UTF-8",
    }
    assert verify["expected"] == {"output": {"valid": True}}
    assert run("vectors", "lint", "--vectors", str(out)) == (0, "the set is clean\n", "")


SORTED = (
    'biz_content={"account":"2150001"}&charset=UTF-8&method=accounts&sign_type=RSA&'
    "tiger_id=20990001&timestamp=2026-01-02 03:04:05&version=2.0"
)


# `wire`.


def wired(run: Run, how: str) -> tuple[int, list[str]]:
    """Return exit code and lines; what is another each time is left out."""
    code, out, err = run("wire", SCHEME, "--no-sandbox", "--", sys.executable, str(TIGER), how)
    assert err == ""
    assert PRIVATE_KEY[30:70] not in out
    out = re.sub(r"127\.0\.0\.1:\d+", "HOST", out)
    return code, re.sub(r'"sign": "[^"]+"', '"sign": "…"', out).splitlines()


RECEIVED = [
    f"   1 WRONG POST /gateway → 200: {MISMATCH}",
    "  received POST /gateway",
    "           Host: HOST",
    "           Accept-Encoding: identity",
    "           Content-Length: 368",
    "           Content-Type: application/json",
    "           ",
    (
        '           {"tiger_id": "20990001", "method": "accounts", "version": "2.0", "timestamp": '
        '"2026-01-02 03:04:05", "charset": "UTF-8", "sign_type": "RSA", "biz_content": '
        '"{\\"account\\":\\"2150001\\"}", "sign": "…"}'
    ),
]
DIGEST = hashlib.sha1(SORTED.encode()).digest()
SHA256 = hashlib.sha256(SORTED.encode()).digest()


@pytest.mark.parametrize(
    ("how", "code", "lines"),
    [
        ("right", 0, ["   1 right POST /gateway → 200", "1 request · 1 right"]),
        ("absolute", 0, ["   1 right POST http://HOST/gateway → 200", "1 request · 1 right"]),
        (
            "form",  # signed right, and sent as what curl takes a body for
            1,
            [
                (
                    "   1 WRONG POST /gateway → 200: it is sent without `Content-Type: "
                    "application/json`"
                ),
                "  received POST /gateway",
                *RECEIVED[2:5],
                "           Content-Type: application/x-www-form-urlencoded",
                *RECEIVED[6:],
                "",
                "1 request · 1 wrong",
            ],
        ),
        (
            "unsorted",
            1,
            [
                *RECEIVED,
                "  where    sign_content, octet 0",
                '  expected biz_content={"account":"…',
                f"  got      {UNSORTED[:24]}…",
                f"  opened   {over_another(UNSORTED)}",
                (
                    "  cause    names-unsorted: The fields are signed in the order in which they "
                    "stand in the body."
                ),
                "  fix      Sort the fields by name, by code points, `A` before `_` before `a`.",
                "",
                "1 request · 1 wrong",
                "     1  names-unsorted",
            ],
        ),
        (
            "sha256",
            1,
            [
                *RECEIVED,
                "  where    digest, octet 0",
                f"  expected {DIGEST.hex(' ')}",
                f"  got      {SHA256[:24].hex(' ')} …",
                "  opened   PKCS#1 v1.5, SHA-256, over the right content",
                (
                    "  cause    digest-sha256: The sign content is digested with SHA-256 instead "
                    "of SHA-1."
                ),
                (
                    "  fix      Sign with SHA-1: give the library the sign content itself and let "
                    "it digest it, once."
                ),
                "",
                "1 request · 1 wrong",
                "     1  digest-sha256",
            ],
        ),
        (
            "other-key",
            1,
            [
                *RECEIVED,
                (
                    "  opened   this key does not open it: it was made with another private key, "
                    "or altered"
                ),
                f"  to sign  {SORTED}",
                "",
                "1 request · 1 wrong",
            ],
        ),
    ],
)
def test_wire(run: Run, how: str, code: int, lines: list[str]) -> None:
    assert wired(run, how) == (code, lines)


def test_wire_where_nothing_is_sent(run: Run) -> None:
    assert run("wire", SCHEME, "--no-sandbox", "--", "true") == (
        3,
        (
            "the command sent no request to the mock: it has the address in TIGEROPEN_SERVER_URL; "
            "give it by --env or {base_url} where it reads another\n"
        ),
        "",
    )


def test_the_users_own_credential_does_not_reach_the_program(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The made-up one has no token, so that none would take its place."""
    monkeypatch.setenv("TIGEROPEN_TOKEN", "a-real-token")
    monkeypatch.setenv("TIGEROPEN_ACCOUNT", "a-real-account")
    monkeypatch.setenv("TIGEROPEN_SECRET_KEY", "a-real-secret-key")
    monkeypatch.setenv("TIGEROPEN_PROPS_PATH", "a-real-file")
    code = "import os; print({n: t for n, t in os.environ.items() if 'TIGEROPEN' in n})"
    run("wire", SCHEME, "--no-sandbox", "--", sys.executable, "-c", code)
    told = "".join(capfd.readouterr())
    assert "'TIGEROPEN_ACCOUNT': '2150001'" in told
    assert "a-real" not in told


# `serve`.


def test_serve(start: Callable[..., Any]) -> None:
    process = start("serve", SCHEME, "--port", "0")
    head = ""
    while not head.endswith("Ctrl-C or SIGTERM ends it.\n"):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        head += line
    at = re.search(r"http://127\.0\.0\.1:\d+", head)
    assert at
    variables = {
        "TIGEROPEN_SERVER_URL": f"{at[0]}/gateway",
        "TIGEROPEN_TIGER_ID": "20990001",
        "TIGEROPEN_PRIVATE_KEY": PRIVATE_KEY,
        "TIGEROPEN_ACCOUNT": "2150001",
    }
    assert head == (
        "Tiger / TradeUP: RSA PKCS#1 v1.5 with SHA-1 over sorted parameters: a mock at "
        f"{at[0]}, which verifies every request\n"
        + "".join(f"export {name}={text}\n" for name, text in variables.items())
        + "(--write-env FILE writes these and the others that SDKs read)\n"
        "Ctrl-C or SIGTERM ends it.\n"
    )
    environment = {**os.environ, **variables}
    subprocess.run([sys.executable, str(TIGER), "right"], env=environment, check=True)
    assert process.stdout.readline()[9:] == "   1 right POST /gateway → 200\n"
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "\n", "")


def test_a_credential_without_account_and_with_a_token(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    """What is of the user stays out of the variables printed."""
    file = tmp_path / "credential.json"
    token = base64.b64encode(b"1700000000000,1702592000000" + b"x" * 20).decode()
    own: Mapping[str, str] = {"tiger_id": "1", "private_key": PRIVATE_KEY, "token": token}
    file.write_text(json.dumps(own))
    process = start("serve", SCHEME, "--port", "0", "--credentials", str(file))
    head = [process.stdout.readline() for _ in range(5)]
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert [line.partition("=")[0] for line in head[1:3]] == [
        "export TIGEROPEN_SERVER_URL",
        "export TIGEROPEN_TIGER_ID",
    ]
    assert head[3].startswith("(--write-env")
    assert token not in "".join(head)
    assert PRIVATE_KEY[30:70] not in "".join(head)
