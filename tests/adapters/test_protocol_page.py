"""docs/protocol.md says what the code does: its examples are real and its tables are whole."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from signproof import schemes
from signproof.cli.verify import command
from signproof.corpus import Corpus, default_root
from signproof.implementations.stdio import Stdio
from signproof.model import LINE_LIMIT, Outcome, SendInput, SendOutput, StartReply, Status
from signproof.verify import verify

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")
SCHEMA = json.loads((default_root() / "schemas" / "protocol.schema.json").read_bytes())
SCHEME = schemes.get("longbridge-hmac")

BLOCKS: list[dict[str, Any]] = [
    json.loads(text) for text in re.findall(r"(?ms)^```json\n(.*?)^```$", PAGE)
]
# A message is followed by its reply; the other blocks are replies on their own.
CONVERSATION = [(message, BLOCKS[at + 1]) for at, message in enumerate(BLOCKS) if "type" in message]
IN_IT = [block for pair in CONVERSATION for block in pair]

# The vectors whose cases the page shows, in its order.
SHOWN = (
    "query/colon-raw",
    "refuse/timestamp-space",
    "request/param-space",
    "refresh/milliseconds",
    "verify/get-query",
    "tampered/query-value",
    "response/code-403201",
    "refresh-response/new-token",
)


def _section(heading: str) -> str:
    """Return the text under a heading, up to the next one of whatever level."""
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE)
    assert found is not None, heading
    return found[1]


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the rows whose first cell is code, without its backquotes."""
    lines = re.findall(r"(?m)^\| `.*$", _section(heading))
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [[row[0].strip("`| "), *row[1:]] for row in cells]


def _first(heading: str) -> list[str]:
    return [row[0] for row in _rows(heading)]


def _valid(name: str, message: dict[str, Any]) -> None:
    jsonschema.validate(message, SCHEMA | {"$ref": f"#/$defs/{name}"})


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
    corpus = Corpus.open()
    by_id = {case.id: case for case in corpus.cases("longbridge-hmac")}
    cases = [by_id[f"longbridge-hmac/{name}"] for name in SHOWN]
    driver = Stdio([sys.executable, str(HERE / "replay.py"), str(pairs)])
    report = verify(driver, corpus, cases)
    assert report.stderr == ""
    assert [(result.outcome, result.note) for result in report.results] == [
        (Outcome.PASS, "") for _ in SHOWN
    ]
    assert len(CONVERSATION) == 2 + len(SHOWN)


def test_the_replies_are_those_of_the_adapter_in_go(go_adapter: str) -> None:
    lines = "".join(json.dumps(message) + "\n" for message, _ in CONVERSATION)
    done = subprocess.run([go_adapter], input=lines, capture_output=True, text=True, check=True)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    expected = [reply for _, reply in CONVERSATION]
    replies[0]["implementation"]["runtime"] = expected[0]["implementation"]["runtime"]
    assert replies == expected


def test_the_example_of_send_is_as_the_schema_says() -> None:
    message, reply = (json.loads(text) for text in re.findall(r"(?ms)^```jsonc\n(.*?)^```$", PAGE))
    _valid("Run", message)
    _valid("SendInput", message["input"])
    assert set(message["input"]) == {field.name for field in msgspec.structs.fields(SendInput)}
    _valid("RunReply", reply)
    _valid("SendOutput", reply["output"])
    assert set(reply["output"]) == {field.name for field in msgspec.structs.fields(SendOutput)}


def test_every_reason_and_no_other() -> None:
    assert {row[0]: row[1] for row in _rows("Reasons")} == dict(SCHEME.reasons)


def test_every_stage_in_order() -> None:
    assert tuple(_first("Stages")) == SCHEME.stages


def test_every_operation_with_its_members() -> None:
    assert _first("Operations") == list(SCHEME.operations)
    for name, _, credential in _rows("Operations"):
        operation = SCHEME.operations[name]
        assert credential == ("yes" if operation.needs_credential else "null")
        text = _section(f"`{name}`")
        # Where another operation's input or output is the same, the section says so.
        as_of = [
            _section(f"`{other}`")
            for other in re.findall(r"as of `([a-z-]+)`|`(request)` gives", text)
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
    assert set(_first("Features")) == {"stages", "reasons", *SCHEME.features}


def test_every_member_of_the_replies() -> None:
    for heading, name in (("`start`", "StartReply"), ("`run`", "RunReply")):
        definition = SCHEMA["$defs"][name]
        rows = {row[0]: row[1] for row in _rows(heading)}
        expected = {
            member: "required"
            if member in definition["required"]
            else f"`{json.dumps(schema['default'])}`"
            for member, schema in definition["properties"].items()
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
    headings = re.findall(r"(?m)^#+ (.*)$", PAGE)
    anchors = {
        "#" + re.sub(r"[^a-z0-9 -]", "", text.lower()).replace(" ", "-") for text in headings
    }
    for target in re.findall(r"\]\(([^)]*)\)", PAGE):
        assert target in anchors or (ROOT / "docs" / target).exists(), target
