"""How fast implementations are, as a picture: horizontal bars with their intervals, in SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from signproof.measured import BenchReport, Spread
from signproof.reports.bench import count, duration, name
from signproof.reports.terminal import printable

__all__ = ["render"]

_WIDTH, _MARGIN = 860, 20
_LONGEST = _WIDTH - 2 * _MARGIN
_TITLE, _ROW, _BAR, _GAP = 34, 40, 14, 16
"""Heights: of a group's title, of a row, of its bar, and between groups."""
_BELOW_TEXT = 7
_BESIDE = "#c2cad3"
_STANDS_BESIDE = {"reference", "unsigned", "bare"}
_OWN = "#8db9e8"
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}"
    ".title{font-weight:600}.small{font-size:11px;fill:#57606a}"
    ".interval{stroke:#1b1f24;stroke-width:1.5}"
)


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    shown: str
    value: Spread
    colour: str


@dataclass(frozen=True, slots=True)
class _Group:
    title: str
    bars: Sequence[_Bar]

    @property
    def height(self) -> int:
        return _TITLE + _ROW * len(self.bars) + _GAP


def render(report: BenchReport) -> bytes:
    """Return the report: by vector the time of a call, and what several processes do together."""
    groups = [*_groups(report)]
    height = sum(group.height for group in groups) + 2 * _MARGIN
    svg = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH),
        height=str(height),
        role="img",
    )
    ET.SubElement(svg, "title").text = f"Signing speed, {report.scheme}"
    ET.SubElement(svg, "style").text = _STYLE
    ET.SubElement(svg, "rect", width="100%", height="100%", fill="#ffffff")
    at = _MARGIN
    for group in groups:
        _draw(svg, group, at)
        at += group.height
    about = f"{report.rounds} rounds of {report.min_ms} ms · {report.machine} · lines: 95 %"
    _text(svg, about, _MARGIN, at + _MARGIN // 2, "small")
    octets: bytes = ET.tostring(svg, encoding="utf-8")
    return octets + b"\n"


def _groups(report: BenchReport) -> Iterator[_Group]:
    for vector in dict.fromkeys(one.vector for one in report.measured if one.vector):
        bars = [
            _Bar(
                ", ".join(filter(None, (name(one.implementation, one.sdk), one.sent))),
                f"{duration(one.call_ps)} · {count(one.per_second)} a second",
                one.call_ps,
                _BESIDE if {one.kind, one.sent} & _STANDS_BESIDE else _OWN,
            )
            for one in report.measured
            if one.vector == vector
        ]
        yield _Group(f"{vector}: time of a call, shorter is faster", bars)
        together = [
            _Bar(
                f"{name(one.implementation)}, {one.processes} at once",
                f"{count(one.per_second.median)} a second",
                one.per_second,
                _BESIDE if one.kind in _STANDS_BESIDE else _OWN,
            )
            for one in report.scaled
            if one.vector == vector
        ]
        if together:
            yield _Group(f"{vector}: processes together, longer is faster", together)


def _draw(svg: ET.Element, group: _Group, top: int) -> None:
    _text(svg, group.title, _MARGIN, top + _BAR, "title")
    longest = max(bar.value.high for bar in group.bars)
    for number, bar in enumerate(group.bars):
        line = top + _TITLE + _ROW * number
        _text(svg, bar.label, _MARGIN, line)
        _text(svg, bar.shown, _WIDTH - _MARGIN, line, anchor="end")
        median, low, high = (
            _LONGEST * value / longest
            for value in (bar.value.median, bar.value.low, bar.value.high)
        )
        y = line + _BELOW_TEXT
        ET.SubElement(
            svg,
            "rect",
            x=str(_MARGIN),
            y=str(y),
            width=f"{median:.1f}",
            height=str(_BAR),
            fill=bar.colour,
        )
        _interval(svg, _MARGIN + low, _MARGIN + high, y)


def _interval(svg: ET.Element, low: float, high: float, top: int) -> None:
    """Draw a line from *low* to *high* with a stroke at either end."""
    middle, bottom = top + _BAR // 2, top + _BAR
    path = f"M{low:.1f} {top}V{bottom}M{low:.1f} {middle}H{high:.1f}M{high:.1f} {top}V{bottom}"
    ET.SubElement(svg, "path", {"class": "interval", "d": path})


def _text(
    svg: ET.Element, words: str, x: int, y: int, kind: str = "", anchor: str = "start"
) -> None:
    attributes = {"x": str(x), "y": str(y), "text-anchor": anchor}
    if kind:
        attributes["class"] = kind
    # What XML cannot hold, not even escaped, is not printable either.
    ET.SubElement(svg, "text", attributes).text = printable(words)
