"""Requests a second: what is reported of a driver that is right, and what ends a measurement."""

import base64
import itertools
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from signproof import schemes, sent_bench
from signproof.bench import YARDSTICK, NotPassed
from signproof.corpus import Case, Corpus
from signproof.implementations.base import Benched
from signproof.implementations.stdio_bench import StdioBench
from signproof.measured import BenchReport, Kind, LeftOut, Measured, Spread, Timed
from signproof.model import Answer, Implementation, Outcome, Status
from signproof.scheme import Scheme, Sending
from signproof.sender import sendable
from signproof.sent_bench import Candidate, measure_sent, one_core, rows_of
from signproof.server.lean import Responder
from signproof.server.lean_program import Lean
from signproof.timing import Looped

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

USUAL, ONE = "longbridge-hmac/body/compact", "longbridge-hmac/request/get-one"
PATIENCE_S = 60


@pytest.fixture
def responder(scheme: Scheme) -> Iterator[Responder]:
    assert scheme.measuring
    about = scheme.measuring
    with Responder(about.success, about.mark, about.place) as responder:
        yield responder


@pytest.fixture(scope="session")
def how(scheme: Scheme, corpus: Corpus) -> dict[str, tuple[Case, Sending]]:
    """Every request that can be sent, by the vector's id."""
    cases = {case.id: case for case in corpus.cases("longbridge-hmac")}
    sendings, _ = sendable(scheme, cases.values())
    return {id_: (cases[id_], sending) for id_, sending in sendings.items()}


# What is reported.


def octets_of(case: Case, *, signed: bool) -> bytes:
    """Return the request of a vector of `sign` with the values that it expects."""
    credential, input_ = case.credential or {}, case.input
    body = base64.b64decode(input_["body_b64"])
    lines = [
        f"{input_['method']} {input_['path']} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {len(body)}",
        "Content-Type: application/json",
        f"Authorization: {credential['access_token']}",
        f"X-Api-Key: {credential['app_key']}",
        f"X-Timestamp: {input_['timestamp']}",
    ]
    if signed:
        output = cast("dict[str, str]", case.vector.expected.output)
        lines.append(f"X-Api-Signature: {output['x_api_signature']}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Told:
    """Sends requests of a vector, and says that it took as long as it is told."""

    case: Case
    signed_ns: Sequence[int]
    unsigned_ns: Sequence[int] = ()
    asked: list[Any] = field(default_factory=list)
    outside_ns: int | None = None
    connections: Sequence[int] = (3,)
    """How many requests it sends on each."""

    def __post_init__(self) -> None:
        self.implementation = Implementation(name="told", version="v1")
        self._signed, self._unsigned = map(itertools.cycle, (self.signed_ns, self.unsigned_ns))

    def bench(self, asked: Case, min_ms: int) -> Benched:
        unsigned = asked.input.get("unsigned", False)
        self.asked.append((unsigned, min_ms))
        host, _, port = asked.input["base_url"].removeprefix("http://").partition(":")
        octets = octets_of(self.case, signed=not unsigned)
        for requests in self.connections:
            with socket.create_connection((host, int(port)), PATIENCE_S) as client:
                for _ in range(requests):
                    client.sendall(octets)
                    assert b'"code":0' in client.recv(4096)
        calls = sum(self.connections)
        elapsed_ns = calls * next(self._unsigned if unsigned else self._signed)
        return Benched(Answer(status=Status.OUTPUT), calls, elapsed_ns, self.outside_ns)


def spread(value: int) -> Spread:
    return Spread(median=value, low=value, high=value, p10=value, p90=value)


@pytest.fixture
def told(
    how: dict[str, tuple[Case, Sending]],
    responder: Responder,
    corpus: Corpus,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., BenchReport]:
    """Measure a driver that is told; a bare exchange takes 100 ns, the yardstick 50."""

    def bare(call: Callable[[], object], at_least_ns: int) -> Looped[object]:
        call()
        call()
        return Looped(10, 1000, at_least_ns)

    monkeypatch.setattr(sent_bench, "looped", bare)

    def told(driver: Told, sdk: str = "", rounds: int = 2, **more: Any) -> BenchReport:
        kind: Kind = "sdk" if sdk else "command"
        unsigned = bool(driver.unsigned_ns)
        candidate = Candidate(kind, cast("StdioBench", driver), responder, unsigned, sdk)
        return measure_sent(
            corpus,
            [how[USUAL]],
            [candidate],
            rounds=rounds,
            min_ms=30,
            stick=lambda _: Timed(calls=1, elapsed_ns=50),
            **more,
        )

    return told


def test_what_is_reported(
    told: Callable[..., BenchReport], how: dict[str, tuple[Case, Sending]]
) -> None:
    """By hand, out of 50 ns for the yardstick, 100 bare, 400 unsigned and 500 signed."""
    driver = Told(how[USUAL][0], [500], [400], outside_ns=7)
    missing = LeftOut(sdk="other", state="skipped", why="this machine has no go")
    report = told(driver, "an-sdk", left_out=[missing])
    about: dict[str, Any] = {"kind": "sdk", "implementation": driver.implementation}
    about |= {"sdk": "an-sdk", "vector": USUAL, "operation": "send"}
    assert report.measured == [
        Measured(
            kind="yardstick",
            implementation=YARDSTICK,
            per_second=20_000_000,
            call_ps=spread(50_000),
            of_yardstick_ppm=spread(1_000_000),
            rounds=[Timed(calls=1, elapsed_ns=50)] * 2,
        ),
        Measured(
            **about,
            sent="signed",
            per_second=2_000_000,
            call_ps=spread(500_000),
            of_yardstick_ppm=spread(10_000_000),
            of_unsigned_ppm=spread(1_250_000),
            of_bare_ppm=spread(5_000_000),
            outside_ns=7,
            rounds=[Timed(calls=3, elapsed_ns=1500, outside_ns=7, connections=1)] * 2,
        ),
        Measured(
            **about,
            sent="unsigned",
            per_second=2_500_000,
            call_ps=spread(400_000),
            of_yardstick_ppm=spread(8_000_000),
            of_bare_ppm=spread(4_000_000),
            outside_ns=7,
            rounds=[Timed(calls=3, elapsed_ns=1200, outside_ns=7, connections=1)] * 2,
        ),
        Measured(
            **about,
            sent="bare",
            per_second=10_000_000,
            call_ps=spread(100_000),
            of_yardstick_ppm=spread(2_000_000),
            rounds=[
                # The first connection is that of the round before.
                Timed(calls=10, elapsed_ns=1000, connections=0),
                Timed(calls=10, elapsed_ns=1000, connections=0),
            ],
        ),
    ]
    assert (report.left_out, report.complete, report.exit_code) == ([missing], True, 0)
    assert (report.rounds, report.scheme) == (2, "longbridge-hmac")


def test_all_are_asked_in_turns(
    told: Callable[..., BenchReport], how: dict[str, tuple[Case, Sending]]
) -> None:
    """Signed first, for the bare exchange sends that; each round begins with another."""
    driver = Told(how[USUAL][0], [500], [400])
    told(driver, rounds=2, progress=lambda: driver.asked.append("."))
    signed, unsigned = (False, 30), (True, 30)
    whole = [".", signed, ".", unsigned, ".", "."]
    turned = [[signed, ".", unsigned, ".", ".", "."], [unsigned, ".", ".", ".", signed, "."]]
    assert driver.asked == [*whole, *turned[0], *turned[1]]


def test_one_that_cannot_send_unsigned_is_not_asked_to(
    told: Callable[..., BenchReport], how: dict[str, tuple[Case, Sending]]
) -> None:
    driver = Told(how[USUAL][0], [500])
    report = told(driver)
    assert [one.sent for one in report.measured] == ["", "signed", "bare"]
    assert [one.of_unsigned_ppm for one in report.measured] == [None] * 3
    assert set(driver.asked) == {(False, 30)}


@pytest.mark.parametrize(
    ("connections", "bare"),
    [
        ((1, 1, 1), [2, 2]),
        ((1, 2), [0, 0]),  # that of the round before
        ((3,), [0, 0]),
        ((1,), [0, 0]),  # which may be kept open, or not
    ],
)
def test_the_bare_exchange_opens_connections_as_the_sdk_does(
    connections: tuple[int, ...],
    bare: list[int],
    told: Callable[..., BenchReport],
    how: dict[str, tuple[Case, Sending]],
) -> None:
    """It is made twice a round here."""
    measured = told(Told(how[USUAL][0], [500], connections=connections)).measured
    opened = {one.sent: [timed.connections for timed in one.rounds] for one in measured[1:]}
    assert opened == {"signed": [len(connections)] * 2, "bare": bare}


def test_an_interrupt_leaves_whole_rounds(
    told: Callable[..., BenchReport], how: dict[str, tuple[Case, Sending]]
) -> None:
    driver = Told(how[USUAL][0], [500], [400])
    left = iter(range(9))

    def progress() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    report = told(driver, rounds=9, progress=progress)
    assert (report.rounds, report.complete, report.exit_code) == (1, False, 130)
    assert [len(one.rounds) for one in report.measured] == [1] * 4
    left = iter(range(2))
    report = told(driver, rounds=9, progress=progress)
    assert (report.rounds, report.measured) == (0, [])


@pytest.mark.parametrize("denied", [["set"], ["set", "set back"], ["set back"], []])
def test_where_the_cores_cannot_be_chosen(
    denied: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on, and what it is there for is done."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {2, 5}, raising=False)
    asked = []

    def set_(_: int, cores: set[int]) -> None:
        asked.append(cores)
        if ("set" if cores == {5} else "set back") in denied:
            raise PermissionError(1, "not permitted")

    monkeypatch.setattr("os.sched_setaffinity", set_, raising=False)
    with one_core():
        asked.append({0})
    assert asked == [{5}, {0}, {2, 5}]


# How a request without its signature is told.


def parts_of(request: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return head and body of a recorded request."""
    lines = [f"{name}: {value}" for name, value in request["headers"]]
    head = "\r\n".join([f"{request['method']} {request['path']} HTTP/1.1", *lines, "", ""])
    return head.encode(), base64.b64decode(request["body_b64"])


@pytest.mark.parametrize(
    ("id_", "signature"),
    [
        ("longbridge-hmac", rb"(?i)x-api-signature: [^\r]*\r\n"),
        ("tiger-rsa", rb',? ?"sign": ?"[^"]*"'),
    ],
)
def test_each_scheme_says_where_its_mark_stands(id_: str, signature: bytes, corpus: Corpus) -> None:
    """By what published SDKs were recorded to send, and the same without its signature."""
    about = schemes.get(id_).measuring
    assert about
    recorded = [
        parts_of(case.input["request"])
        for case in corpus.cases(id_)
        if "recorded" in case.vector.flags and case.vector.operation == "verify"
    ]
    bare = [tuple(re.sub(signature, b"", part) for part in both) for both in recorded]
    counted = []
    with socket.socket() as listener, socket.socket() as control:
        lean = Lean(listener, control, b"", about.mark, about.place)
        for head, body in [*recorded, *bare]:
            lean._take(head + body, head.lower())
            counted.append(lean._marked)
    number = len(recorded)
    assert number > 0
    assert counted == [*range(1, number + 1), *[number] * number]
    same = {signed[1] == unsigned[1] for signed, unsigned in zip(recorded, bare, strict=True)}
    assert same == {about.unsigned}


# What ends it.


def normal(text: str) -> str:
    """Return *text* with counts that depend on the machine as N."""
    return re.sub(r"\b\d+\b(?= (requests|arrived|of|and|\())|(?<=and )\d+", "N", text)


@pytest.mark.parametrize(
    ("fault", "outcome", "said"),
    [
        *(
            (
                fault,
                Outcome.FAIL,
                (
                    "the signature does not match the request as received: the secret differs, or "
                    "what was signed is not what was sent"
                ),
            )
            for fault in (
                "bench-wrong",
                "bench-wrong-but-last",
                "bench-wrong-first",
                "bench-wrong-between",
            )
        ),
        (
            "bench-lies",
            Outcome.ERROR,
            "it says that it sent N requests (iterations), and N arrived",
        ),
        (
            "bench-twice",
            Outcome.ERROR,
            "it says that it sent N requests (iterations), and N arrived",
        ),
        ("bench-forgets", Outcome.ERROR, "N of N requests that it sent carry no signature"),
        (
            "bench-signs",
            Outcome.ERROR,
            "N of N requests that it sent unsigned carry a signature",
        ),
        *(
            (fault, Outcome.ERROR, "what it sends unsigned is another request than the signed one")
            for fault in ("bench-other", "bench-other-first")
        ),
        ("bench-crash", Outcome.ERROR, "no reply: it ended with exit code 3"),
        (
            "bench-junk",
            Outcome.ERROR,
            "it sent what cannot be counted: its first line does not end in HTTP/1.1",
        ),
        ("bench-skips", Outcome.SKIP, "not so often"),
        ("bench-fails", Outcome.ERROR, "the SDK is tired"),
    ],
)
def test_what_is_not_right_ends_it(
    fault: str,
    outcome: Outcome,
    said: str,
    driver: Callable[..., list[str]],
    responder: Responder,
    how: dict[str, tuple[Case, Sending]],
    corpus: Corpus,
) -> None:
    with closing(StdioBench(driver(fault), timeout_s=PATIENCE_S)) as child:
        candidate = Candidate("command", child, responder, unsigned=True)
        with pytest.raises(NotPassed) as caught:
            measure_sent(corpus, [how[ONE]], [candidate], rounds=1, min_ms=1)
    assert normal(str(caught.value)) == f"a made-up SDK cannot be measured on {ONE}: {said}"
    assert caught.value.result.outcome is outcome


def test_a_request_that_only_looks_whole_is_none(
    how: dict[str, tuple[Case, Sending]],
    told: Callable[..., BenchReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What answers reads little; what judges reads all of it."""
    whole = octets_of(how[USUAL][0], signed=True)
    twice = whole.replace(b"Host: 127.0.0.1\r\n", b"Host: 127.0.0.1\r\n" * 2)
    monkeypatch.setitem(globals(), "octets_of", lambda *_, **__: twice)
    with pytest.raises(NotPassed) as caught:
        told(Told(how[USUAL][0], [500]), "an-sdk")
    assert str(caught.value) == (
        f"an-sdk cannot be measured on {USUAL}: it sent what is no request: there are several "
        "Host headers"
    )


def test_one_that_is_right(
    driver: Callable[..., list[str]],
    responder: Responder,
    how: dict[str, tuple[Case, Sending]],
    corpus: Corpus,
) -> None:
    with closing(StdioBench(driver("right"), timeout_s=PATIENCE_S)) as child:
        candidate = Candidate("command", child, responder, unsigned=True)
        # Long enough for more requests than one, each on a connection of its own.
        report = measure_sent(corpus, [how[ONE], how[USUAL]], [candidate], rounds=1, min_ms=40)
        assert rows_of(candidate) == 3
    assert [(one.vector, one.sent) for one in report.measured] == [
        ("", ""),
        *itertools.product((ONE, USUAL), ("signed", "unsigned", "bare")),
    ]
    assert [one.rounds[0].connections == one.rounds[0].calls for one in report.measured] == [
        *(False,),
        *(True, True, True),
        *(True, True, True),
    ]
