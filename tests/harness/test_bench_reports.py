"""How a measurement is shown: to a person, as a picture, and as JSON."""

import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest

from signproof import codec
from signproof.corpus import default_root
from signproof.measured import (
    BenchReport,
    Change,
    Kind,
    LeftOut,
    Measured,
    Scaled,
    Sent,
    Spread,
    Timed,
)
from signproof.model import Implementation
from signproof.reports import bench, bench_plot

Show = Callable[..., str]

VECTOR = "longbridge-hmac/body/compact"
TIMED = Timed(calls=1, elapsed_ns=1)


def spread(median: int, width: int) -> Spread:
    """Return a median, an interval of *width* on either side, and twice that for nine in ten."""
    low, high, p10, p90 = (median + one * width for one in (-1, 1, -2, 2))
    return Spread(median=median, low=low, high=high, p10=p10, p90=p90)


def measured(kind: Kind, name: str, per_second: int, call_ps: Spread, times: float) -> Measured:
    ppm = round(times * 1_000_000)
    beside = spread(2 * ppm, 10_000) if kind in {"command", "python"} else None
    return Measured(
        kind=kind,
        implementation=Implementation(name=name, version="" if kind == "yardstick" else "1.0"),
        vector="" if kind == "yardstick" else VECTOR,
        operation="" if kind == "yardstick" else "sign",
        per_second=per_second,
        call_ps=call_ps,
        of_yardstick_ppm=spread(ppm, 10_000),
        of_reference_ppm=beside,
        outside_ns=291_499 if kind == "command" else None,
        rounds=[TIMED],
    )


REPORT = BenchReport(
    format=1,
    signproof="0.1.0",
    set_version="1.0.0",
    scheme="longbridge-hmac",
    machine="Plan9, Example 9000, 3 CPUs",
    python="3.13.1",
    min_ms=100,
    rounds=15,
    complete=True,
    exit_code=0,
    measured=[
        measured("yardstick", "yardstick", 1_114_827, spread(897_000, 4_000), 1),
        measured("reference", "signproof reference", 392_157, spread(2_550_000, 12_000), 2.84),
        measured("command", "slow\x1bsdk", 499, spread(2_004_123_456, 9_000_000), 2234.25),
    ],
)


def changed(verdict: str, old: int | None, new: int) -> Change:
    return msgspec.convert(
        {
            "kind": "command",
            "implementation": "slow\x1bsdk",
            "vector": VECTOR,
            "verdict": verdict,
            "old_ppm": None if old is None else msgspec.to_builtins(spread(old, 10_000)),
            "new_ppm": msgspec.to_builtins(spread(new, 10_000)),
        },
        Change,
    )


def scaled(processes: int, per_second: int, times: int) -> Scaled:
    return Scaled(
        kind="command",
        implementation=REPORT.measured[2].implementation,
        vector=VECTOR,
        processes=processes,
        per_second=spread(per_second, 3),
        of_one_ppm=spread(times, 10_000),
        rounds=[[TIMED] * processes],
    )


SCALED = msgspec.structs.replace(
    REPORT, scaled=[scaled(1, 499, 1_000_000), scaled(2, 948, 1_900_000)]
)


def sent(
    sdk: str,
    how: Sent,
    call_ps: int,
    connections: int,
    of_unsigned_ppm: Spread | None = None,
    of_bare_ppm: Spread | None = None,
) -> Measured:
    """Return what an SDK took for five requests."""
    return Measured(
        kind="sdk",
        implementation=Implementation(name="name of many", version="v1.2"),
        sdk=sdk,
        vector=VECTOR,
        operation="send",
        sent=how,
        per_second=10**12 // call_ps,
        call_ps=spread(call_ps, call_ps // 100),
        of_yardstick_ppm=spread(call_ps, 1),
        of_unsigned_ppm=of_unsigned_ppm,
        of_bare_ppm=of_bare_ppm,
        rounds=[Timed(calls=5, elapsed_ns=1, connections=connections)],
    )


def times(hundredths: int) -> Spread:
    return spread(hundredths * 10_000, 20_000)


SENT = msgspec.structs.replace(
    REPORT,
    measured=[
        REPORT.measured[0],
        sent("a-sdk", "signed", 200_000_000, 1, of_unsigned_ppm=times(125), of_bare_ppm=times(800)),
        sent("a-sdk", "unsigned", 160_000_000, 1, of_bare_ppm=times(640)),
        sent("a-sdk", "bare", 25_000_000, 0),
        sent("b-sdk", "signed", 4_000_000_000, 5, of_bare_ppm=times(2000)),
        sent("b-sdk", "bare", 200_000_000, 5),
    ],
    left_out=[LeftOut(sdk="c-sdk", state="skipped", why="this machine has no go\x1b")],
)
SENT_TABLE = """
longbridge-hmac/body/compact (send)
           signed a second  a signed request (95 %)  unsigned a second    x unsigned (95 %)  bare a second        x bare (95 %)  x yardstick
a-sdk 1.2            5,000      200 µs (198 to 202)              6,250  1.25 (1.23 to 1.27)         40,000  8.00 (7.98 to 8.02)          200
b-sdk 1.2              250   4.00 ms (3.96 to 4.04)             cannot                               5,000  20.0 (20.0 to 20.0)        4,000
(cannot: its driver or the scheme lacks the feature `unsigned`)
(a connection for each request: b-sdk 1.2)
not measured: c-sdk: this machine has no go\\x1b
"""  # noqa: E501 - as wide as it is shown


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    def show(
        report: BenchReport, *, rounds: int = 15, earlier: tuple[BenchReport, ...] = ()
    ) -> str:
        bench.show(report, rounds=rounds, earlier=earlier)
        return capsys.readouterr().out

    return show


ABOUT = "15 rounds of 100 ms each · Plan9, Example 9000, 3 CPUs · Python 3.13.1 · vectors 1.0.0\n"
TABLE = r"""
longbridge-hmac/body/compact (sign)
                         per second           a call (95 %)      p10      p90      x reference (95 %)  x yardstick  asking
yardstick                 1,110,000     897 ns (893 to 901)   889 ns   905 ns                                    1
signproof reference 1.0     392,000  2.55 µs (2.54 to 2.56)  2.53 µs  2.57 µs                       1         2.84
slow\x1bsdk 1.0                 499  2.00 ms (2.00 to 2.01)  1.99 ms  2.02 ms  4,468 (4,468 to 4,469)        2,234  291 µs
"""  # noqa: E501 - as wide as it is shown
TOGETHER = r"""
processes        at once  per second, together (95 %)         x one (95 %)
slow\x1bsdk 1.0        1             499 (496 to 502)                    1
slow\x1bsdk 1.0        2             948 (945 to 951)  1.90 (1.89 to 1.91)
"""
SINCE = "\nSince then, in times of the yardstick (p10 to p90):\n"
WHO = rf"  slow\x1bsdk · {VECTOR}: "


def test_the_table(show: Show) -> None:
    assert show(REPORT) == ABOUT + TABLE


def test_without_a_program_nobody_is_asked(show: Show) -> None:
    report = msgspec.structs.replace(REPORT, measured=REPORT.measured[:2])
    head = show(report).splitlines()[3]
    assert head.split("  ")[-1] == "x yardstick"


def test_processes_together(show: Show) -> None:
    assert show(SCALED) == ABOUT + TABLE + TOGETHER


def test_what_was_sent_is_a_row_for_each_sdk(show: Show) -> None:
    assert show(SENT) == ABOUT + SENT_TABLE


@pytest.mark.parametrize(("calls", "connections", "lines"), [(5, 5, 1), (5, 4, 0), (1, 1, 0)])
def test_when_a_connection_is_one_for_each_request(
    calls: int,
    connections: int,
    lines: int,
    show: Show,
) -> None:
    timed = [Timed(calls=5, elapsed_ns=1, connections=5)]
    timed.append(Timed(calls=calls, elapsed_ns=1, connections=connections))
    row = msgspec.structs.replace(SENT.measured[4], rounds=timed)
    report = msgspec.structs.replace(SENT, measured=[row, SENT.measured[5]])
    assert show(report).count("(a connection for each request: b-sdk 1.2)\n") == lines


def test_several_vectors_have_a_table_each(show: Show) -> None:
    other = [
        msgspec.structs.replace(one, vector="longbridge-hmac/path/root")
        for one in REPORT.measured[1:]
    ]
    report = msgspec.structs.replace(REPORT, measured=[*REPORT.measured, *other])
    assert show(report) == ABOUT + TABLE + TABLE.replace("body/compact", "path/root")


@pytest.mark.parametrize(("rounds", "kept", "tables"), [(3, REPORT.measured, TABLE), (0, [], "")])
def test_an_interrupt_is_said(rounds: int, kept: list[Measured], tables: str, show: Show) -> None:
    report = msgspec.structs.replace(REPORT, rounds=rounds, complete=False, measured=kept)
    expected = f"interrupted: {rounds} of 15 rounds were measured whole\n"
    few = (
        "note: fewer than 6 rounds hold nothing with 95 %: in brackets are the least and the most\n"
    )
    about = ABOUT.replace("15", str(rounds), 1) + (few if rounds else "")
    assert show(report) == about + expected + tables


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            changed("slower", 2_000_000, 3_000_000),
            "slower: 3.00 (2.98 to 3.02), was 2.00 (1.98 to 2.02)",
        ),
        (
            changed("faster", 3_000_000, 2_000_000),
            "faster: 2.00 (1.98 to 2.02), was 3.00 (2.98 to 3.02)",
        ),
        (
            changed("not told apart", 2_000_000, 2_010_000),
            (
                "no difference that the noise allows to see: 2.01 (1.99 to 2.03), "
                "was 2.00 (1.98 to 2.02)"
            ),
        ),
        (
            changed("too few rounds", 2_000_000, 9_000_000),
            "too few rounds to tell, 6 are needed: 9.00 (8.98 to 9.02), was 2.00 (1.98 to 2.02)",
        ),
        (changed("not measured then", None, 2_000_000), "not measured then: 2.00 (1.98 to 2.02)"),
    ],
)
def test_a_change_is_said(change: Change, said: str, show: Show) -> None:
    report = msgspec.structs.replace(REPORT, changes=[change])
    assert show(report, earlier=(REPORT,)) == f"{ABOUT}{TABLE}{SINCE}{WHO}{said}\n"


def test_a_change_of_what_was_sent_is_said(show: Show) -> None:
    change = msgspec.structs.replace(
        changed("not measured then", None, 2_000_000), implementation="a-sdk", sent="unsigned"
    )
    shown = show(msgspec.structs.replace(SENT, changes=[change]), earlier=(REPORT,))
    said = "not measured then: 2.00 (1.98 to 2.02)"
    assert shown.partition(SINCE)[2] == f"  a-sdk · {VECTOR} · unsigned: {said}\n"


def test_another_machine_is_said_once(show: Show) -> None:
    others = [
        msgspec.structs.replace(REPORT, machine="Plan9, Example 1, 1 CPUs"),
        msgspec.structs.replace(REPORT, machine="Plan9, Example 1, 1 CPUs"),
        msgspec.structs.replace(REPORT, python="3.11.0"),
    ]
    shown = show(REPORT, earlier=(REPORT, *others)).partition(SINCE)[2]
    because = "a difference may come from there and not from the code\n"
    assert shown == (
        f"note: compared with a run on Plan9, Example 1, 1 CPUs, Python 3.13.1: {because}"
        f"note: compared with a run on Plan9, Example 9000, 3 CPUs, Python 3.11.0: {because}"
    )


@pytest.mark.parametrize(
    ("median", "shown"),
    [
        (950, "0.95 ns"),
        (9_994, "9.99 ns"),
        (99_940, "99.9 ns"),
        (999_400, "999 ns"),
        (1_000_000, "1.00 µs"),
        (551_000_000, "551 µs"),
        (1_230_000_000, "1.23 ms"),
        (59_100_000_000_000, "59.1 s"),
        (5_910_000_000_000_000, "5,910 s"),
    ],
)
def test_a_duration_has_three_digits(median: int, shown: str) -> None:
    assert bench.duration(spread(median, 0), median) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (7, "7"), (999, "999"), (1_234, "1,230"), (987_654, "988,000")]
)
def test_a_count_has_three_digits(number: int, shown: str) -> None:
    assert bench.count(number) == shown


# The picture.

SVG = "{http://www.w3.org/2000/svg}"


def drawn(report: BenchReport, name: str) -> list[ET.Element]:
    return list(ET.fromstring(bench_plot.render(report)).iter(f"{SVG}{name}"))


def test_the_picture_says_what_the_table_does() -> None:
    assert [text.text for text in drawn(SCALED, "text")] == [
        f"{VECTOR}: time of a call, shorter is faster",
        "signproof reference 1.0",
        "2.55 µs (2.54 to 2.56) · 392,000 a second",
        "slow\\x1bsdk 1.0",
        "2.00 ms (2.00 to 2.01) · 499 a second",
        f"{VECTOR}: processes together, longer is faster",
        "slow\\x1bsdk 1.0, 1 at once",
        "499 a second",
        "slow\\x1bsdk 1.0, 2 at once",
        "948 a second",
        "15 rounds of 100 ms · Plan9, Example 9000, 3 CPUs · lines: 95 %",
    ]


def test_the_picture_of_what_was_sent() -> None:
    labels = [text.text for text in drawn(SENT, "text")][1:-1:2]
    assert labels == [
        "a-sdk 1.2, signed",
        "a-sdk 1.2, unsigned",
        "a-sdk 1.2, bare",
        "b-sdk 1.2, signed",
        "b-sdk 1.2, bare",
    ]


def test_what_stands_beside_is_grey() -> None:
    """The reference, and what an SDK sends unsigned or a client sends that does nothing else."""
    own, beside = "#8db9e8", "#c2cad3"
    fills = [[bar.get("fill") for bar in drawn(one, "rect")[1:]] for one in (SCALED, SENT)]
    assert fills == [[beside, own, own, own], [own, beside, beside, own, beside]]


def test_bars_are_as_long_as_they_say() -> None:
    """The longest interval ends at the right margin: 820 of 860 are for it."""
    paper, *bars = drawn(SCALED, "rect")
    assert paper.get("width") == "100%"
    of_time, of_count = 820 / 2_013_123_456, 820 / 951
    expected = [2_550_000 * of_time, 2_004_123_456 * of_time, 499 * of_count, 948 * of_count]
    assert [bar.get("width") for bar in bars] == [f"{width:.1f}" for width in expected]
    ends = [
        (20 + low * scale, 20 + high * scale)
        for low, high, scale in (
            (2_538_000, 2_562_000, of_time),
            (1_995_123_456, 2_013_123_456, of_time),
            (496, 502, of_count),
            (945, 951, of_count),
        )
    ]
    lines = [re.findall(r"[MH]([0-9.]+)", path.get("d", "")) for path in drawn(SCALED, "path")]
    assert lines == [[f"{one:.1f}" for one in (low, low, high, high)] for low, high in ends]


def test_nothing_lies_over_another() -> None:
    svg = ET.fromstring(bench_plot.render(SCALED))
    bars = [
        (int(bar.get("y", "")), int(bar.get("y", "")) + int(bar.get("height", "")))
        for bar in drawn(SCALED, "rect")[1:]
    ]
    lines = {int(text.get("y", "")) for text in drawn(SCALED, "text")}
    assert [line for line in lines for top, bottom in bars if top < line < bottom + 10] == []
    assert max(lines) < int(svg.get("height", ""))


def test_what_xml_cannot_hold_is_replaced() -> None:
    name = Implementation(name="a<b>&\ufffe")
    odd = msgspec.structs.replace(REPORT.measured[2], implementation=name)
    report = msgspec.structs.replace(REPORT, measured=[REPORT.measured[0], odd])
    assert [text.text for text in drawn(report, "text")][1] == "a<b>&\\ufffe"


def test_an_interrupt_before_anything_is_an_empty_picture() -> None:
    report = msgspec.structs.replace(REPORT, measured=[], rounds=0, complete=False)
    assert len(drawn(report, "text")) == 1


# JSON.


@pytest.mark.parametrize("whole", [SCALED, SENT], ids=["signed", "sent"])
def test_the_json_is_as_the_schema_says_and_is_read_again(whole: BenchReport) -> None:
    report = msgspec.structs.replace(whole, changes=[changed("slower", 2_000_000, 3_000_000)])
    octets = codec.pretty(report)
    schema = json.loads((default_root() / "schemas" / "bench.schema.json").read_bytes())
    jsonschema.validate(json.loads(octets), schema)
    assert msgspec.convert(codec.read(octets), BenchReport) == report
