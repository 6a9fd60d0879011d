"""A wheel as SVG: for a page, whose stylesheet is wheel.css, or on its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element, SubElement, tostring

from flavors.wheels.colors import DARK, LIGHT, Palette
from flavors.wheels.figures import Slice, name_in
from flavors.wheels.layout import (
    LINE,
    NARROW,
    RINGS,
    WIDE,
    WIDEST_ARC,
    Label,
    Lettering,
    Segment,
    label_for,
    segments_of,
)
from flavors.wheels.lettering import shortened, width_of

EDGE = 500
FONTS = "Inter, 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
# Below the wheel, of the drawing on its own.
CAPTION = 60
NOTHING = "No descriptors"
FULL = 360 - 1e-6


@dataclass
class Drawing:
    """`key` tells wheels on one page apart: it begins the ids within. Letters and digits."""

    wheel: Slice
    title: str
    palette: Palette = field(default_factory=dict)
    key: str = "wheel"

    @cached_property
    def segments(self) -> list[Segment]:
        return segments_of(self.wheel, self.palette)

    def for_page(self) -> str:
        """Labels for wide and for narrow screens, keyboard focus; colours of lines by class."""
        svg = self.root("wheel", f"{-EDGE} {-EDGE} {2 * EDGE} {2 * EDGE}")
        svg.set("role", "tree" if self.wheel.children else "img")
        svg.set("aria-label", name_in(self.title))
        defs = SubElement(svg, "defs")
        for number, segment in enumerate(self.segments):
            group = self.segment(svg, segment)
            group.set("class", "wheel-slice")
            group.set("role", "treeitem")
            group.set("tabindex", "-1" if number else "0")
            group.set("aria-label", words_for(segment, self.wheel.count))
            group.set("aria-level", str(segment.level))
            group.set("aria-posinset", str(segment.place[0]))
            group.set("aria-setsize", str(segment.place[1]))
            self.label(group, defs, segment, WIDE, f"{number}w").set("class", "wheel-wide")
            self.label(group, defs, segment, NARROW, f"{number}n").set("class", "wheel-narrow")
        self.hub(svg, "currentColor")
        SubElement(svg, "path", {"class": "wheel-focus", "aria-hidden": "true", "d": ""})
        return written(svg)

    def alone(self) -> str:
        """With its title below, and every colour in an attribute."""
        height = 2 * EDGE + CAPTION
        svg = self.root("", f"{-EDGE} {-EDGE} {2 * EDGE} {height}")
        svg.set("width", str(2 * EDGE))
        svg.set("height", str(height))
        SubElement(svg, "title").text = name_in(self.title)
        paper = {"x": str(-EDGE), "y": str(-EDGE), "width": "100%", "height": "100%"}
        SubElement(svg, "rect", {**paper, "fill": LIGHT})
        defs = SubElement(svg, "defs")
        for number, segment in enumerate(self.segments):
            group = self.segment(svg, segment)
            group[1].set("stroke", LIGHT)
            group[1].set("stroke-width", "1.5")
            self.label(group, defs, segment, WIDE, str(number))
        self.hub(svg, DARK)
        self.caption(svg)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + written(svg)

    # --- Parts -------------------------------------------------------------------------------
    def root(self, name: str, box: str) -> Element:
        svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box})
        svg.set("font-family", FONTS)
        svg.set("text-anchor", "middle")
        if name:
            svg.set("class", name)
        return svg

    def segment(self, svg: Element, segment: Segment) -> Element:
        group = SubElement(svg, "g")
        SubElement(group, "title").text = words_for(segment, self.wheel.count)
        SubElement(group, "path", {"d": shape_of(segment), "fill": segment.fill})
        return group

    def label(
        self, group: Element, defs: Element, segment: Segment, lettering: Lettering, number: str
    ) -> Element:
        """Nothing in it, and not in the group, if there is no room."""
        label = label_for(segment, lettering)
        if not label:
            return Element("text")
        text = SubElement(group, "text", {"font-size": figure(label.size), "fill": segment.ink})
        text.set("aria-hidden", "true")
        if label.is_bold:
            text.set("font-weight", "600")
        if label.way == "ray":
            text.set("transform", turned(segment))
            write_lines(text, label)
            return text
        name = f"{self.key}-{number}"
        SubElement(defs, "path", {"id": name, "d": baseline_of(segment, label)})
        along = SubElement(text, "textPath", {"href": f"#{name}", "startOffset": "50%"})
        along.text = label.lines[0]
        return text

    def hub(self, svg: Element, ink: str) -> None:
        """How many, in the middle; of an empty wheel its rings."""
        if self.wheel.is_empty:
            for radius in (RINGS[1][0], *(outer for _, outer in RINGS.values())):
                ring = {"r": figure(radius), "fill": "none", "stroke": ink, "stroke-width": "1"}
                SubElement(svg, "circle", {**ring, "stroke-dasharray": "4 6", "opacity": "0.5"})
        big, small = {"font-size": "44", "y": "4"}, {"font-size": "19", "y": "36"}
        count = f"{self.wheel.count:,}" if self.wheel.count else NOTHING
        if width_of(count, 44) > 2 * RINGS[1][0] - 24:
            big["font-size"] = figure(44 * (2 * RINGS[1][0] - 24) / width_of(count, 44))
        hub = SubElement(svg, "g", {"fill": ink, "aria-hidden": "true"})
        SubElement(hub, "text", {**big, "font-weight": "600"}).text = count
        if self.wheel.count:
            unit = "descriptor" if self.wheel.count == 1 else "descriptors"
            SubElement(hub, "text", small).text = unit

    def caption(self, svg: Element) -> None:
        title = name_in(self.title)
        room = 2 * EDGE - 40
        fits = width_of(title, 20) <= room
        caption = {"font-size": "20", "y": str(EDGE + CAPTION // 2), "fill": DARK}
        SubElement(svg, "text", caption).text = title if fits else shortened(title, 20, room)


def write_lines(text: Element, label: Label) -> None:
    """Around the middle of the height."""
    first = 0.35 - LINE * (len(label.lines) - 1) / 2
    for number, words in enumerate(label.lines):
        line = SubElement(text, "tspan", {"x": "0", "y": f"{figure(first + LINE * number)}em"})
        line.text = words


# --- Words ---------------------------------------------------------------------------------------
def words_for(segment: Segment, total: int) -> str:
    """Fruit / Berry / raspberry: 12 descriptors, 3.4%, intensity 3.2 of 5."""
    piece = segment.slice
    unit = "descriptor" if piece.count == 1 else "descriptors"
    words = f"{' / '.join(segment.path)}: {piece.count:,} {unit}, {piece.count / total:.1%}"
    return words if piece.intensity is None else f"{words}, intensity {piece.intensity:.1f} of 5"


# --- Geometry ------------------------------------------------------------------------------------
def point(radius: float, degrees: float) -> str:
    turn = math.radians(degrees - 90)
    return f"{figure(radius * math.cos(turn))} {figure(radius * math.sin(turn))}"


def figure(value: float) -> str:
    """Two decimals are a hundredth of a pixel; no "-0", no locale."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shape_of(segment: Segment) -> str:
    inner, outer = RINGS[segment.level]
    if segment.span >= FULL:
        return f"{circle(outer, 1)}{circle(inner, 0)}"
    large = int(segment.span > 180)
    return (
        f"M{point(outer, segment.start)}"
        f"A{figure(outer)} {figure(outer)} 0 {large} 1 {point(outer, segment.end)}"
        f"L{point(inner, segment.end)}"
        f"A{figure(inner)} {figure(inner)} 0 {large} 0 {point(inner, segment.start)}Z"
    )


def circle(radius: float, sweep: int) -> str:
    """Two arcs: one that ends where it begins is none. The hole turns the other way round."""
    half = f"A{figure(radius)} {figure(radius)} 0 0 {sweep}"
    return f"M{point(radius, 0)}{half} {point(radius, 180)}{half} {point(radius, 0)}Z"


def turned(segment: Segment) -> str:
    """Readable from the side where it stands."""
    inner, outer = RINGS[segment.level]
    flip = 0 if segment.middle < 180 else 180
    return f"rotate({figure(segment.middle - 90)}) translate({figure((inner + outer) / 2)})" + (
        f" rotate({flip})" if flip else ""
    )


def baseline_of(segment: Segment, label: Label) -> str:
    """From left to right for the reader: below the middle of the wheel it turns around."""
    inner, outer = RINGS[segment.level]
    half = min(segment.span, WIDEST_ARC) / 2
    is_below = 90 < segment.middle < 270
    radius = (inner + outer) / 2 + label.size * (0.36 if is_below else -0.36)
    first, last = segment.middle - half, segment.middle + half
    if is_below:
        first, last = last, first
    size = figure(radius)
    return f"M{point(radius, first)}A{size} {size} 0 0 {int(not is_below)} {point(radius, last)}"


def written(svg: Element) -> str:
    return tostring(svg, encoding="unicode")
