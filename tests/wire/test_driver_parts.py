"""The parts that drivers in `sdks/` share: the protocol's loop, and calls in a process each."""

import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

PROGRAM = Path(__file__).parent / "programs" / "operations.py"
Json = dict[str, Any]


def asked(*messages: Json) -> list[Json]:
    """Return what the driver replies; it has to end by itself, with nothing but replies."""
    lines = [
        json.dumps({"seq": number, "scheme": "toy", **message})
        for number, message in enumerate(messages, 1)
    ]
    done = subprocess.run(
        [sys.executable, PROGRAM],
        input="\n".join([*lines, ""]),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply.pop("seq") for reply in replies] == [*range(1, len(messages) + 1)]
    return replies


def run(operation: str, does: str = "", **more: Any) -> Json:
    return {
        "type": "run",
        "operation": operation,
        "credential": None,
        "input": {"does": does},
    } | more


def test_an_introduction() -> None:
    (reply,) = asked({"type": "start", "protocols": [1]})
    assert reply == {
        "protocol": 1,
        "implementation": {
            "name": "made-up",
            "version": "1",
            "language": "C",
            "runtime": "C 1",
        },
        "operations": {"toy": ["alone", "here", "often"]},
        "features": ["bench", "own-time"],
        "window": 1,
    }


@pytest.mark.parametrize("operation", ["here", "alone", "often"])
@pytest.mark.parametrize(
    ("does", "status", "message"),
    [
        ("reject", "rejected", "no"),
        ("skip", "skipped", "cannot"),
        ("raise", "errored", "KeyboardInterrupt: raised"),
        ("exit", "errored", "SystemExit: exited"),
    ],
)
def test_how_a_call_ends(operation: str, does: str, status: str, message: str) -> None:
    (reply,) = asked(run(operation, does))
    assert reply == {"status": status, "message": message}


@pytest.mark.parametrize(
    ("does", "reply"),
    [
        ("end", {"status": "errored", "message": "it ended the process (exit code 3)"}),
        ("kill", {"status": "errored", "message": "it ended the process (SIGKILL)"}),
        ("hang", {"status": "rejected", "message": "it did not end within 0.5 s"}),
    ],
)
def test_a_process_of_its_own_bears_it(does: str, reply: Json) -> None:
    start = time.monotonic()
    answers = asked(run("alone", does), run("alone"))
    assert answers == [reply, {"status": "output", "output": {"long": "", "credential": None}}]
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("operation", ["here", "alone"])
def test_a_long_answer_with_a_credential(operation: str) -> None:
    prepared = {"type": "prepare", "credential": "main", "values": {"credential": "EXAMPLE"}}
    input_ = {"does": "", "length": 200_000}
    replies = asked(prepared, run(operation, credential="main", input=input_))
    output = {"long": "x" * 200_000, "credential": "EXAMPLE"}
    assert replies == [{"status": "output"}, {"status": "output", "output": output}]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "later"},
        run("another"),
        {**run("here"), "scheme": "another"},
    ],
)
def test_what_it_does_not_know(message: Json) -> None:
    (reply,) = asked(message)
    assert reply == {"status": "skipped", "message": "this driver does not know it"}


def test_several_at_once() -> None:
    """Each in a process of its own, whole lines, in the order in which they end."""
    calls = [run("here", "wait"), *[run("here", input={"does": "", "length": 300_000})] * 3]
    calls += [run("here", "raise"), run("alone", "kill")]
    lines = [
        json.dumps({"seq": number, "scheme": "toy", **message})
        for number, message in enumerate([{"type": "start", "protocols": [1]}, *calls], 1)
    ]
    done = subprocess.run(
        [sys.executable, PROGRAM, "4"],
        input="\n".join([*lines, ""]),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert (replies[0]["window"], replies[-1]["seq"]) == (4, 2)
    long = {"status": "output", "output": {"long": "x" * 300_000, "credential": None}}
    assert {reply.pop("seq"): reply for reply in replies[1:]} == {
        2: {"status": "output", "output": {"long": "", "credential": None}},
        **dict.fromkeys((3, 4, 5), long),
        6: {"status": "errored", "message": "KeyboardInterrupt: raised"},
        7: {"status": "errored", "message": "it ended the process (SIGKILL)"},
    }


def test_the_runtime_is_this_python_where_nothing_is_said() -> None:
    program = PROGRAM.read_text().replace('    language="C",\n    runtime="C 1",\n', "")
    program = program.replace("__file__", repr(str(PROGRAM)))
    done = subprocess.run(
        [sys.executable, "-c", program],
        input='{"type": "start", "seq": 1, "protocols": [1]}\n',
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    implementation = json.loads(done.stdout)["implementation"]
    assert (implementation["language"], implementation["runtime"]) == (
        "Python",
        platform.python_version(),
    )


# Again and again.


def bench(operation: str, does: str = "", min_ms: int = 20, **more: Any) -> Json:
    return run(operation, type="bench", min_ms=min_ms) | {"input": {"does": does, **more}}


OUTPUT = {"long": "", "credential": None, "error": ""}


def test_a_call_is_made_until_its_time_has_passed() -> None:
    slow, quick, once = asked(bench("often", "wait"), bench("often"), run("often"))
    assert (slow.pop("iterations"), slow.pop("elapsed_ns") >= 1_000_000_000) == (1, True)
    assert (quick.pop("iterations") > 1, quick.pop("elapsed_ns") >= 20_000_000) == (True, True)
    assert [slow, quick, once] == [{"status": "output", "output": OUTPUT}] * 3


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (bench("often", "reject"), {"status": "rejected", "message": "no"}),
        (bench("often", "skip"), {"status": "skipped", "message": "cannot"}),
        (bench("often", "raise"), {"status": "errored", "message": "KeyboardInterrupt: raised"}),
        # The SDK's call may fail without an error of the language's.
        (bench("often", error="refused"), {"status": "errored", "message": "refused"}),
        (bench("often", error="refused") | {"type": "run"}, None),
        (bench("here"), {"status": "skipped", "message": "this driver does not know it"}),
    ],
)
def test_what_is_no_call_to_measure(message: Json, reply: Json | None) -> None:
    told = {"status": "output", "output": OUTPUT | {"error": "refused"}}  # to a `run`
    measured = {"iterations": 0, "elapsed_ns": 0}
    (found,) = asked(message)
    assert {**measured, **found} == {**measured, **(reply or told)}
