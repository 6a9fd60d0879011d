from __future__ import annotations

from typing import Any

from defusedxml.ElementTree import fromstring
from hypothesis import given, settings

from flavors.wheels.comparing import differences_between, likeness
from flavors.wheels.figures import rows_of, wheel_of
from flavors.wheels.png import png_of
from flavors.wheels.svg import Drawing
from tests.flavors.wheels.made import anything, names, one_wheel, wheels

QUICK = settings(max_examples=30, deadline=None)
SVG = "{http://www.w3.org/2000/svg}"
FRUIT = one_wheel(("Fruit", "Berry", "raspberry", 3), ("Sweet", "Sugar", "honey", 1))


@QUICK
@given(wheels | anything, names)
def test_any_text_makes_a_sound_drawing(data: Any, title: str) -> None:
    drawing = Drawing(wheel_of(data), title)
    for svg in (drawing.for_page(), drawing.alone()):
        root = fromstring(svg.encode("utf-8"))
        allowed = {
            "svg",
            "defs",
            "g",
            "path",
            "text",
            "textPath",
            "tspan",
            "title",
            "circle",
            "rect",
        }
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= allowed
        assert not any(
            name in {"style", "onload"} or name.startswith("on")
            for each in root.iter()
            for name in each.attrib
        )


def test_markup_in_a_name_is_text() -> None:
    hostile = "</title><script>alert(1)</script>"
    svg = Drawing(wheel_of(one_wheel((hostile, "&<>", "\"'", 3))), hostile).for_page()

    assert "<script" not in svg
    assert fromstring(svg).attrib["aria-label"] == hostile


@QUICK
@given(wheels)
def test_every_slice_says_what_it_is(data: Any) -> None:
    root = fromstring(Drawing(wheel_of(data), "Wheel").for_page().encode("utf-8"))
    slices = [each for each in root.iter(f"{SVG}g") if each.get("role") == "treeitem"]

    assert all(each.find(f"{SVG}title").text == each.get("aria-label") for each in slices)
    assert [each.get("tabindex") for each in slices[:1]] == ["0"] * bool(slices)
    assert {each.get("tabindex") for each in slices[1:]} <= {"-1"}


def test_words_of_a_slice() -> None:
    svg = Drawing(wheel_of(FRUIT), "Wheel").for_page()

    assert "Fruit / Berry / raspberry: 3 descriptors, 75.0%, intensity 3.0 of 5" in svg
    assert "Sweet: 1 descriptor, 25.0%, intensity 3.0 of 5" in svg


def test_a_full_ring_is_drawn_as_two_arcs() -> None:
    svg = Drawing(wheel_of(one_wheel(("Fruit", "Berry", "raspberry", 1))), "One").alone()
    paths = [each.get("d") for each in fromstring(svg.encode()).iter(f"{SVG}path")]

    assert [path.count("A") for path in paths if path.endswith("Z")] == [4, 4, 4]


def test_an_empty_wheel_says_so() -> None:
    svg = Drawing(wheel_of({}), "Nothing").for_page()

    assert "No descriptors" in svg
    assert 'role="img"' in svg


def test_ids_of_two_wheels_on_one_page_differ() -> None:
    ids = [
        {each.get("id") for each in fromstring(svg).iter() if each.get("id")}
        for svg in (Drawing(wheel_of(FRUIT), "A", key=key).for_page() for key in ("one", "other"))
    ]

    assert ids[0]
    assert not ids[0] & ids[1]


def test_alone_it_needs_no_stylesheet() -> None:
    root = fromstring(Drawing(wheel_of(FRUIT), "Wheel of Ada").alone().encode())

    assert "class" not in {name for each in root.iter() for name in each.attrib}
    assert (root.get("width"), root.get("height")) == ("1000", "1060")
    assert root[-1].text == "Wheel of Ada"


def test_a_drawing_as_png() -> None:
    image = png_of(Drawing(wheel_of(FRUIT), "Wheel of Ada").alone(), 200)

    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[16:20]) == 200


def test_differences_come_by_size() -> None:
    other = one_wheel(("Fruit", "Berry", "raspberry", 1), ("Fruit", "Berry", "blueberry", 1))
    found = differences_between(wheel_of(FRUIT), wheel_of(other))

    assert [(each.path[-1], round(each.points)) for each in found] == [
        ("blueberry", 50),
        ("Fruit", 25),
        ("Berry", 25),
        ("raspberry", -25),
        ("Sweet", -25),
        ("Sugar", -25),
        ("honey", -25),
    ]
    assert found[0].one is None


@QUICK
@given(wheels, wheels)
def test_likeness_is_the_same_both_ways(one: Any, other: Any) -> None:
    first, second = wheel_of(one), wheel_of(other)
    found, back = likeness(first, second), likeness(second, first)

    assert (found is None) == (not list(rows_of(first)) or not list(rows_of(second)))
    if found is not None and back is not None:
        assert abs(found - back) < 1e-9
        assert -1e-9 <= found <= 1 + 1e-9


def test_a_wheel_is_like_itself() -> None:
    assert likeness(wheel_of(FRUIT), wheel_of(FRUIT)) == 1
