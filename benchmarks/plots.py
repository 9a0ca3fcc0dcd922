"""Lines over logarithmic axes, as SVG."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

__all__ = ["Plot", "draw"]

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 190, 44, 52
_COLOURS = ("#1f6feb", "#bc4c00", "#57606a", "#8250df", "#1a7f37")
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600}"
    ".small{font-size:11px;fill:#57606a}.grid{stroke:#d8dee4}"
)
_APART = 16
"""Between the names at the ends of the lines."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Points]
    """Points with positive coordinates, by the name of the line."""
    x_ticks: Mapping[float, str]
    y_ticks: Mapping[float, str]


def draw(plot: Plot) -> bytes:
    """Return the picture."""
    svg = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=str(_WIDTH),
        height=str(_HEIGHT),
        role="img",
    )
    ET.SubElement(svg, "title").text = plot.title
    ET.SubElement(svg, "style").text = _STYLE
    ET.SubElement(svg, "rect", width="100%", height="100%", fill="#ffffff")
    _text(svg, plot.title, _LEFT, _TOP // 2, "title")
    across = _scale(plot.x_ticks, _LEFT, _WIDTH - _RIGHT)
    up = _scale(plot.y_ticks, _HEIGHT - _BOTTOM, _TOP)
    for value, name in plot.x_ticks.items():
        _line(svg, (across(value), _TOP), (across(value), _HEIGHT - _BOTTOM))
        _text(svg, name, across(value), _HEIGHT - _BOTTOM + 18, "small", "middle")
    for value, name in plot.y_ticks.items():
        _line(svg, (_LEFT, up(value)), (_WIDTH - _RIGHT, up(value)))
        _text(svg, name, _LEFT - 8, up(value) + 4, "small", "end")
    _text(svg, plot.x, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "small", "middle")
    _text(svg, plot.y, _LEFT, _TOP - 6, "small", "end")
    ends = sorted((up(points[-1][1]), name) for name, points in plot.lines.items())
    labels: dict[str, float] = {}
    lowest = 0.0
    for y, name in ends:
        lowest = labels[name] = max(y, lowest + _APART)
    for (name, points), colour in zip(plot.lines.items(), _COLOURS, strict=False):
        path = "".join(
            f"{'L' if number else 'M'}{across(x):.1f} {up(y):.1f}"
            for number, (x, y) in enumerate(points)
        )
        ET.SubElement(svg, "path", {"d": path, "fill": "none", "stroke": colour})
        for x, y in points:
            ET.SubElement(
                svg, "circle", cx=f"{across(x):.1f}", cy=f"{up(y):.1f}", r="3", fill=colour
            )
        _text(svg, name, _WIDTH - _RIGHT + 10, labels[name] + 4, "", "start", colour)
    octets: bytes = ET.tostring(svg, encoding="utf-8")
    return octets + b"\n"


def _scale(ticks: Mapping[float, str], start: float, end: float) -> Callable[[float], float]:
    """Return what places a value between *start* and *end* by its logarithm."""
    low, high = math.log(min(ticks)), math.log(max(ticks))
    return lambda value: start + (math.log(value) - low) / (high - low) * (end - start)


def _line(svg: ET.Element, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x1, y1), (x2, y2) = start, end
    ET.SubElement(svg, "path", {"class": "grid", "d": f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"})


def _text(
    svg: ET.Element,
    words: str,
    x: float,
    y: float,
    kind: str = "",
    anchor: str = "start",
    colour: str = "",
) -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    if kind:
        attributes["class"] = kind
    if colour:
        attributes["style"] = f"fill:{colour}"
    ET.SubElement(svg, "text", attributes).text = words
