"""docs/protocol.md says what the code does: its examples are real and its tables are whole."""

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from signers.shioaji.env import Trap as EnvTrap
from signers.tiger.settings import Trap
from signproof import schemes
from signproof.cli.verify import command
from signproof.corpus import Case, Corpus, default_root
from signproof.implementations.stdio import Stdio
from signproof.implementations.stdio_bench import StdioBench
from signproof.model import LINE_LIMIT, Outcome, SendInput, SendOutput, StartReply, Status
from signproof.scheme import Scheme
from signproof.schemes.tiger_rsa.model import TigerSendInput
from signproof.sent_bench import UNSIGNED
from signproof.verify import judge, verify

pytestmark = pytest.mark.once

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SCHEMA = json.loads((default_root() / "schemas" / "protocol.schema.json").read_bytes())

BLOCKS: list[dict[str, Any]] = [
    json.loads(text) for text in re.findall(r"(?ms)^```json\n(.*?)^```$", PAGE)
]
# A message is followed by its reply; the other blocks are replies on their own.
CONVERSATION = [(message, BLOCKS[at + 1]) for at, message in enumerate(BLOCKS) if "type" in message]
IN_IT = [block for pair in CONVERSATION for block in pair]
# What depends on a port or a clock is no part of the conversation.
ASIDE: list[dict[str, Any]] = [
    json.loads(text) for text in re.findall(r"(?ms)^```jsonc\n(.*?)^```$", PAGE)
]
BENCH, BENCH_REPLY = next(
    (message, ASIDE[at + 1]) for at, message in enumerate(ASIDE) if message.get("type") == "bench"
)

# The vectors whose cases the page shows, in its order.
SHOWN = (
    "longbridge-hmac/query/colon-raw",
    "longbridge-hmac/refuse/timestamp-space",
    "longbridge-hmac/request/param-space",
    "longbridge-hmac/refresh/milliseconds",
    "longbridge-hmac/verify/get-query",
    "longbridge-hmac/tampered/query-value",
    "longbridge-hmac/response/code-403201",
    "longbridge-hmac/refresh-response/new-token",
    "tiger-rsa/order/as-python",
    "tiger-rsa/request/market-state",
    "tiger-rsa/verify/plain",
    "tiger-rsa/not-a-key/public-base64",
    "shioaji-ca/person-id/cn-two",
    "shioaji-ca/read-env/dollar-server",
    "shioaji-ca/activate/ends-while-active",
    "shioaji-ca/sign-pkcs1/usual",
    "shioaji-ca/refuse-pkcs1/digest-sha256",
)

SEND_INPUTS: dict[str, type[msgspec.Struct]] = {
    "longbridge-hmac": SendInput,
    "tiger-rsa": TigerSendInput,
}

# An operation is given settings as octets: these are of files.
OF_FILES = {"file-missing", "file-unreadable", "folder", "folder-without-file"}


@pytest.fixture(params=schemes.ids())
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return schemes.get(str(request.param))


def _chapter(scheme: Scheme) -> str:
    """Return what the page says of one scheme alone."""
    found = re.search(rf"(?ms)^## The scheme `{re.escape(scheme.id)}`\n(.*?)(?=^## |\Z)", PAGE)
    assert found is not None, scheme.id
    return found[1]


def _section(heading: str, page: str = PAGE) -> str:
    """Return the text under a heading, up to the next one of whatever level."""
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page)
    assert found is not None, heading
    return found[1]


def _rows(heading: str, page: str = PAGE) -> list[list[str]]:
    """Return the cells of the rows whose first cell is code, without its backquotes."""
    lines = re.findall(r"(?m)^\| `.*$", _section(heading, page))
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [[row[0].strip("`| "), *row[1:]] for row in cells]


def _first(heading: str, page: str = PAGE) -> list[str]:
    return [row[0] for row in _rows(heading, page)]


def _valid(name: str, message: dict[str, Any]) -> None:
    jsonschema.validate(message, SCHEMA | {"$ref": f"#/$defs/{name}"})


def _cases() -> dict[str, Case]:
    return {case.id: case for case in Corpus.open().cases()}


@pytest.mark.parametrize(("message", "reply"), CONVERSATION)
def test_messages_are_as_the_schema_says(message: dict[str, Any], reply: dict[str, Any]) -> None:
    name = str(message["type"]).capitalize()
    _valid(name, message)
    _valid(f"{name}Reply", reply)
    assert message["seq"] == reply["seq"]


def test_lone_replies_are_as_the_schema_says() -> None:
    lone = [block for block in BLOCKS if block not in IN_IT]
    for reply in lone:
        _valid("RunReply", reply)
    assert [reply["status"] for reply in lone] == ["skipped", "errored"]


def test_the_conversation_is_what_is_really_said(tmp_path: Path) -> None:
    """signproof sends exactly these messages, and these replies pass."""
    pairs = tmp_path / "pairs.json"
    pairs.write_text(json.dumps(CONVERSATION), "utf-8")
    by_id = _cases()
    driver = Stdio([sys.executable, str(HERE / "replay.py"), str(pairs)])
    report = verify(driver, Corpus.open(), [by_id[id_] for id_ in SHOWN])
    assert report.stderr == ""
    assert [(result.outcome, result.note) for result in report.results] == [
        (Outcome.PASS, "") for _ in SHOWN
    ]
    assert len(CONVERSATION) == 1 + len(schemes.ids()) + len(SHOWN)


def test_the_replies_are_those_of_the_adapter_in_go(go_adapter: str) -> None:
    lines = "".join(json.dumps(message) + "\n" for message, _ in CONVERSATION)
    done = subprocess.run([go_adapter], input=lines, capture_output=True, text=True, check=True)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    expected = [reply for _, reply in CONVERSATION]
    replies[0]["implementation"]["runtime"] = expected[0]["implementation"]["runtime"]
    assert replies == expected


def test_the_examples_of_send_are_as_the_models_say() -> None:
    blocks = [block for block in ASIDE if block not in (BENCH, BENCH_REPLY)]
    messages = [block for block in blocks if "type" in block]
    (reply,) = (block for block in blocks if "type" not in block)
    assert [message["scheme"] for message in messages] == list(SEND_INPUTS)
    for message in messages:
        _valid("Run", message)
        model = SEND_INPUTS[message["scheme"]]
        msgspec.convert(message["input"], model)
        # What an SDK is asked for in a `bench` alone has a default, and is not in the example.
        always = {field.name for field in msgspec.structs.fields(model)} - {"unsigned"}
        assert set(message["input"]) == always
    _valid("RunReply", reply)
    _valid("SendOutput", reply["output"])
    assert set(reply["output"]) == {field.name for field in msgspec.structs.fields(SendOutput)}


def test_the_example_of_bench_is_what_is_really_said(tmp_path: Path) -> None:
    """signproof sends exactly this message, and the reply passes where the clock agrees."""
    case = _cases()["longbridge-hmac/body/empty-object"]
    pairs = tmp_path / "pairs.json"
    pairs.write_text(json.dumps([*CONVERSATION[:2], (BENCH, BENCH_REPLY)]), "utf-8")
    command = [sys.executable, str(HERE / "replay.py"), str(pairs)]
    instants = iter([0, BENCH_REPLY["elapsed_ns"] + 1234])
    with closing(StdioBench(command, clock=lambda: next(instants))) as driver:
        done = driver.bench(case, BENCH["min_ms"])
    assert (done.calls, done.elapsed_ns, done.outside_ns) == (
        BENCH_REPLY["iterations"],
        BENCH_REPLY["elapsed_ns"],
        1234,
    )
    result = judge(schemes.get(case.scheme), case, done.reply, states_reasons=True)
    assert (result.outcome, result.message) == (Outcome.PASS, "")
    _valid("Bench", BENCH)
    _valid("BenchReply", BENCH_REPLY)


def test_the_adapter_in_go_answers_bench(go_adapter: str) -> None:
    start, prepare = (message for message, _ in CONVERSATION[:2])
    lines = "".join(json.dumps(message) + "\n" for message in (start, prepare, BENCH))
    done = subprocess.run([go_adapter], input=lines, capture_output=True, text=True, check=True)
    reply = json.loads(done.stdout.splitlines()[2])
    _valid("BenchReply", reply)
    assert reply.pop("elapsed_ns") >= BENCH["min_ms"] * 1_000_000
    assert reply.pop("iterations") > 0
    assert reply == {name: BENCH_REPLY[name] for name in ("seq", "status", "output")}


def test_every_member_of_the_credential(scheme: Scheme) -> None:
    page = _chapter(scheme)
    for name in scheme.credential.__struct_encode_fields__:
        assert f"`{name}`" in page, name


def test_every_reason_that_can_be_given_and_no_other(scheme: Scheme) -> None:
    page = _chapter(scheme)
    traps = {trap.value for trap in Trap} if scheme.id == "tiger-rsa" else set()
    expected = {
        reason: meaning for reason, meaning in scheme.reasons.items() if reason not in traps
    }
    assert {row[0]: row[1] for row in _rows("Reasons", page)} == expected
    needed = {
        case.vector.expected.reject.reason
        for case in _cases().values()
        if case.scheme == scheme.id and case.vector.expected.reject is not msgspec.UNSET
    }
    assert needed <= set(expected) | (traps - OF_FILES)


@pytest.mark.parametrize(
    ("scheme_id", "heading", "traps"),
    [
        ("tiger-rsa", "`inspect-config`", [trap for trap in Trap if trap not in OF_FILES]),
        ("shioaji-ca", "`inspect-env`", list(EnvTrap)),
    ],
)
def test_every_trap_in_the_order_of_findings(
    scheme_id: str, heading: str, traps: list[str]
) -> None:
    assert _first(heading, _chapter(schemes.get(scheme_id))) == traps


def _names(value: Any) -> set[str]:
    """Return the names of all members in a JSON value."""
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set()


def test_every_state_event_member_and_fault_of_sessions() -> None:
    page = _chapter(schemes.get("shioaji-ca"))
    section = _section("`activate`", page)
    events, states = [], []
    for case in _cases().values():
        if (case.scheme, case.vector.operation) == ("shioaji-ca", "activate"):
            events += case.input["events"]
            states += (case.vector.expected.output or {})["states"]
    assert {state["state"] for state in states} | {event["event"] for event in events} == set(
        _first("`activate`", page)
    )
    said = set(re.findall(r"`([a-z_-]+)`", section))
    assert _names(events) | _names(states) <= said
    assert {state["fault"] for state in states if "fault" in state} <= said


def test_every_stage_in_order(scheme: Scheme) -> None:
    assert tuple(_first("Stages", _chapter(scheme))) == scheme.stages


def test_every_operation_with_its_members(scheme: Scheme) -> None:
    page = _chapter(scheme)
    assert _first("Operations", page) == list(scheme.operations)
    for name, _, credential in _rows("Operations", page):
        operation = scheme.operations[name]
        assert credential == ("yes" if operation.needs_credential else "null")
        text = _section(f"`{name}`", page)
        # Where another operation's input or output is the same, the section says so.
        as_of = [
            _section(f"`{other}`", page)
            for other in re.findall(r"as of `([a-z0-9-]+)`|`(request)` gives", text)
            for other in other
            if other
        ]
        for model in (operation.input, operation.output):
            for field in msgspec.structs.fields(model):
                assert any(f"`{field.encode_name}`" in part for part in (text, *as_of)), (
                    name,
                    field,
                )


def test_every_status_and_feature() -> None:
    assert set(_first("Statuses")) == {status.value for status in Status}
    own = [feature for id_ in schemes.ids() for feature in schemes.get(id_).features]
    assert _first("Features") == ["stages", "reasons", "bench", UNSIGNED, *own]


# What some signers do not use of a key.
UNUSED = (
    r"(?:pkcs[18]-)?(?:(?:public|even|first-crt|second-crt)-exponent|crt-coefficient|number-more|"
    r"factors-swapped|zero-coefficient|padded-number|no-parameters|stray-bits)"
)


# What the table under `load-key` says, held against the vectors.
@pytest.mark.parametrize(
    ("topic", "words", "importances"),
    [
        ("load-key", r"pkcs[18]-base64(?:-2048)?", {"must"}),
        ("load-key", r"pkcs[18]-pem(?:-no-newline|-2048)?", {"should"}),
        ("load-key", r"pkcs[18]-(?:der|(?:base64|pem|der)-(?:1025|3072|4096))", {"may"}),
        ("load-key", r"pkcs[18]-(?:base64|pem)-(?:bom|crlf|quoted|wrapped|wrong-label)", {"may"}),
        ("strict-keys", r".*", {"should"}),
        ("encrypted-key", r".*", {"may"}),
        ("altered-key", rf"(?!(?:{UNUSED})$).*", {"must"}),
        ("altered-key", UNUSED, {"should"}),
        ("not-a-key", r"public-.*|certificate.*|ec.*|ed25519.*|pss.*", {"must"}),
        ("not-a-key", r"(?!public-|certificate|ec|ed25519|pss|openssh-public).*", {"should"}),
    ],
)
def test_how_much_the_shape_of_a_key_matters(topic: str, words: str, importances: set[str]) -> None:
    found = {
        case.vector.importance.value
        for case in _cases().values()
        if re.fullmatch(rf"tiger-rsa/{topic}/(?:{words})", case.id)
    }
    assert found == importances


def test_every_member_of_the_replies() -> None:
    for heading, name, told in (
        ("`start`", "StartReply", ""),
        ("`run`", "RunReply", ""),
        ("`bench`", "BenchReply", "RunReply"),
    ):
        definition = SCHEMA["$defs"][name]
        before = SCHEMA["$defs"].get(told, {"properties": {}})["properties"]
        rows = {row[0]: row[1] for row in _rows(heading)}
        expected = {
            member: "required"
            if member in definition["required"]
            else f"`{json.dumps(schema['default'])}`"
            for member, schema in definition["properties"].items()
            if member not in before
        }
        assert rows == expected


def test_limits_and_defaults() -> None:
    defaults = {param.name: param.default for param in command.params}
    window = next(
        field.default for field in msgspec.structs.fields(StartReply) if field.name == "window"
    )
    for said in (
        f"({LINE_LIMIT:,} octets)",
        f"{defaults['timeout']:g} seconds (`--timeout`)",
        f"{defaults['start_timeout']:g} seconds (`--start-timeout`)",
        f"| `window` | `{window}` |",
    ):
        assert said in PAGE


def test_links_lead_somewhere() -> None:
    anchors: set[str] = set()
    for text in re.findall(r"(?m)^#+ (.*)$", PAGE):
        anchor = "#" + re.sub(r"[^a-z0-9 -]", "", text.lower()).replace(" ", "-")
        # A heading that stands again is counted.
        again = sum(1 for other in anchors if re.fullmatch(rf"{anchor}(?:-\d+)?", other))
        anchors.add(f"{anchor}-{again}" if again else anchor)
    for target in re.findall(r"\]\(([^)]*)\)", PAGE):
        assert target in anchors or (ROOT / "docs" / target).exists(), target
