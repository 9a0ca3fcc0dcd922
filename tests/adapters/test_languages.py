"""Adapters in Go and JavaScript, written from docs/protocol.md, pass all that they offer."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof.corpus import Case, Corpus

HERE = Path(__file__).parent
NODE_ADAPTER = str(HERE / "node" / "adapter.mjs")

Verify = Callable[..., subprocess.CompletedProcess[str]]


def _cases() -> list[Case]:
    return Corpus.open().cases("longbridge-hmac")


def _outcomes(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return {result["id"]: result["outcome"] for result in report["results"]}


def test_go_passes_everything(go_adapter: str, verify: Verify, tmp_path: Path) -> None:
    result = verify("longbridge-hmac", "--strict", "--json", "report.json", "--", go_adapter)
    assert _outcomes(tmp_path) == {case.id: "pass" for case in _cases()}, result.stdout
    assert result.returncode == 0


def test_node_passes_what_it_offers(node: str, verify: Verify, tmp_path: Path) -> None:
    offered = {"sign", "request", "response"}
    result = verify(
        "longbridge-hmac", "--strict", "--json", "report.json", "--", node, NODE_ADAPTER
    )
    expected = {
        case.id: "pass" if case.vector.operation in offered and not case.vector.requires else "skip"
        for case in _cases()
    }
    assert _outcomes(tmp_path) == expected, result.stdout
    assert (result.returncode, Counter(expected.values())["pass"] > 200) == (0, True)


@pytest.mark.parametrize("window", ["1", "3", "1024"])
def test_the_window_changes_nothing(
    window: str, go_adapter: str, node: str, verify: Verify
) -> None:
    for command in ([go_adapter], [node, NODE_ADAPTER]):
        result = verify("--topic", "body", "--window", window, "--", *command)
        assert result.returncode == 0, result.stdout


def test_what_is_yet_to_come_is_skipped(go_adapter: str, node: str) -> None:
    messages = [
        {"type": "start", "seq": 1, "protocols": [1, 2], "new": {}},
        {"type": "unknown", "seq": 2},
        {"type": "run", "seq": 3, "scheme": "longbridge-hmac", "operation": "unknown"}
        | {"credential": None, "input": {}},
        {"type": "run", "seq": 4, "scheme": "unknown", "operation": "sign"}
        | {"credential": None, "input": {}},
    ]
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    for command in ([go_adapter], [node, NODE_ADAPTER]):
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
        replies = [json.loads(line) for line in done.stdout.splitlines()]
        statuses = {reply["seq"]: reply.get("status") for reply in replies}
        assert statuses == {1: None, 2: "skipped", 3: "skipped", 4: "skipped"}


def test_go_is_formatted(gofmt: str) -> None:
    done = subprocess.run(
        [gofmt, "-l", str(HERE / "go")], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
