"""Adapters in Go and JavaScript pass all that they offer."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof.codec import decode_octets
from signproof.corpus import Case, Corpus

pytestmark = [pytest.mark.once, pytest.mark.unmeasured]

HERE = Path(__file__).parent
NODE_ADAPTER = str(HERE / "node" / "adapter.mjs")

Verify = Callable[..., subprocess.CompletedProcess[str]]


def _cases(scheme: str = "longbridge-hmac") -> list[Case]:
    return Corpus.open().cases(scheme)


def _outcomes(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return {result["id"]: result["outcome"] for result in report["results"]}


# Go's standard library has no BLAKE3.
CAPABILITIES = {"capability", "verify-capability"}


@pytest.mark.parametrize("scheme", ["longbridge-hmac", "shioaji-ca"])
def test_go_passes_everything(scheme: str, go_adapter: str, verify: Verify, tmp_path: Path) -> None:
    result = verify(scheme, "--strict", "--json", "report.json", "--", go_adapter)
    expected = {
        case.id: "skip" if case.vector.operation in CAPABILITIES else "pass"
        for case in _cases(scheme)
    }
    assert _outcomes(tmp_path) == expected, result.stdout
    assert result.returncode == 0


def _beyond_go(case: Case) -> bool:
    """Tell whether a case needs what Go's standard library lacks, or what is not offered."""
    operation, given = case.vector.operation, case.input
    if operation in {"read-config", "inspect-config"}:
        return True
    if operation == "load-key":
        octets = decode_octets(given["key_b64"])
        return bool(given.get("passphrase")) and b"ENCRYPTED" in octets
    if operation == "verify":
        text = decode_octets(given["request"]["body_b64"]).decode("utf-8", "replace")
        return '"GBK"' in text and not (text.isascii() and "\\u" not in text)
    return given.get("charset") == "GBK" and not json.dumps(given, ensure_ascii=False).isascii()


def test_go_passes_all_of_tiger_that_it_can_do(
    go_adapter: str, verify: Verify, tmp_path: Path
) -> None:
    result = verify("tiger-rsa", "--strict", "--json", "report.json", "--", go_adapter)
    expected = {case.id: "skip" if _beyond_go(case) else "pass" for case in _cases("tiger-rsa")}
    assert _outcomes(tmp_path) == expected, result.stdout
    assert (result.returncode, Counter(expected.values())["pass"] > 900) == (0, True)


@pytest.mark.parametrize("scheme", ["tiger-rsa", "shioaji-ca"])
def test_the_stages_of_go_are_all_right(
    scheme: str, go_adapter: str, verify: Verify, tmp_path: Path
) -> None:
    verify(scheme, "--json", "report.json", "--", go_adapter)
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    noted = {result["id"]: result["note"] for result in report["results"] if result.get("note")}
    assert noted == {}


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
        result = verify("longbridge-hmac", "--topic", "body", "--window", window, "--", *command)
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
