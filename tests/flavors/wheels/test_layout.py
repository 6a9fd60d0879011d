from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flavors.wheels.colors import contrast, ink_on, paler
from flavors.wheels.figures import UNNAMED, part_of, rows_of, wheel_of
from flavors.wheels.layout import (
    NARROW,
    RINGS,
    WIDE,
    Lettering,
    label_for,
    room_for,
    segments_of,
)
from flavors.wheels.lettering import width_of
from tests.flavors.wheels.made import anything, names, one_wheel, wheels

QUICK = settings(max_examples=30, deadline=None)
hues = st.from_regex(r"\A#[0-9a-f]{6}\Z")


@QUICK
@given(wheels)
def test_categories_fill_the_circle(data: Any) -> None:
    wheel = wheel_of(data)
    outer = [each for each in segments_of(wheel, {}) if each.level == 1]

    assert math.isclose(sum(each.span for each in outer), 360 if data["categories"] else 0)


@QUICK
@given(wheels)
def test_children_stand_within_their_parent_without_a_gap(data: Any) -> None:
    segments = segments_of(wheel_of(data), {})
    for parent in segments:
        children = [
            each
            for each in segments
            if each.path[:-1] == parent.path and parent.start <= each.middle <= parent.end
        ]
        if children:
            assert children[0].start == parent.start
            assert children[-1].end == parent.end
        for before, after in pairwise(children):
            assert math.isclose(before.end, after.start)


@QUICK
@given(wheels)
def test_angles_are_in_proportion_to_counts(data: Any) -> None:
    wheel = wheel_of(data)
    for segment in segments_of(wheel, {}):
        expected = 360 * segment.slice.count / wheel.count
        assert math.isclose(segment.span, expected, abs_tol=1e-6)


@QUICK
@given(wheels, st.sampled_from((WIDE, NARROW)))
def test_no_label_is_wider_than_its_segment(data: Any, lettering: Lettering) -> None:
    for segment in segments_of(wheel_of(data), {}):
        label = label_for(segment, lettering)
        if label:
            inner, outer = RINGS[segment.level]
            lines = len(label.lines)
            room = room_for(segment, label.way, label.size, lines)
            assert label.width <= room or math.isclose(label.width, room)
            if label.way == "ray":
                assert label.room < outer - inner
                edge = (inner + outer) / 2 - label.room / 2
                half = math.radians(min(segment.span, 180) / 2)
                assert edge * math.sin(half) >= label.size * lines / 2


def test_a_long_name_takes_two_lines() -> None:
    wheel = wheel_of(
        one_wheel(("Roast and smoke", "Smoked", "campfire", 1), ("Fruit", "A", "b", 9))
    )
    segment = next(each for each in segments_of(wheel, {}) if each.path == ("Roast and smoke",))

    label = label_for(segment, WIDE)

    assert label is not None
    assert label.lines == ("Roast and", "smoke")


@QUICK
@given(anything)
def test_what_is_no_wheel_is_left_out(data: Any) -> None:
    wheel = wheel_of(data)

    assert wheel.count == sum(each.count for each in wheel.children)
    assert all(row.slice.name and row.slice.count > 0 for row in rows_of(wheel))
    assert all(0 < row.share <= 1 for row in rows_of(wheel))
    segments_of(wheel, {})


@QUICK
@given(wheels)
def test_a_slice_holds_at_least_what_is_in_it(data: Any) -> None:
    for row in rows_of(wheel_of(data)):
        assert row.slice.count >= sum(each.count for each in row.slice.children)


def test_a_thousand_thin_terms_are_one_segment() -> None:
    thin = [("Fruit", "Berry", f"berry {number}", 1) for number in range(5_000)]
    wheel = wheel_of(one_wheel(*thin, ("Fruit", "Berry", "raspberry", 5_000)))

    drawn = [each for each in segments_of(wheel, {}) if each.level == 3]

    assert [each.slice.name for each in drawn] == ["raspberry", "5,000 others"]
    assert drawn[1].slice.count == 5_000
    assert len(list(rows_of(wheel))) == 5_003


def test_what_the_data_leave_out_is_drawn_as_others() -> None:
    data = one_wheel(("Fruit", "Berry", "raspberry", 10))
    data["categories"][0]["subcategories"][0]["count"] = 25

    drawn = segments_of(wheel_of(data), {})

    assert [(each.slice.name, each.slice.count) for each in drawn] == [
        ("Fruit", 25),
        ("Berry", 25),
        ("raspberry", 10),
        ("Others", 15),
    ]


def test_the_same_name_twice_is_one_slice() -> None:
    twice = {"name": "Fruit", "count": 2, "subcategories": [{"name": "Berry", "count": 2}]}
    wheel = wheel_of({"categories": [twice, twice]})

    assert [(row.path, row.slice.count) for row in rows_of(wheel)] == [
        (("Fruit",), 4),
        (("Fruit", "Berry"), 4),
    ]


def test_intensity_of_a_category_is_the_mean_of_its_descriptors() -> None:
    data = one_wheel(("Fruit", "Berry", "raspberry", 3), ("Fruit", "Citrus", "lemon", 1))
    data["categories"][0]["subcategories"][1]["descriptors"][0]["avgIntensity"] = 5

    assert wheel_of(data).children[0].intensity == 3.5


def test_a_name_of_nothing_says_so() -> None:
    assert wheel_of({"categories": [{"name": None, "count": 1}]}).children[0].name == UNNAMED


def test_a_wheel_of_one_category_alone() -> None:
    wheel = wheel_of(one_wheel(("Fruit", "Berry", "raspberry", 3), ("Sweet", "Sugar", "honey", 1)))
    part = part_of(wheel, "Sweet")

    assert part is not None
    assert [row.path[-1] for row in rows_of(part)] == ["Sweet", "Sugar", "honey"]
    assert part_of(wheel, "Nobody") is None


@QUICK
@given(hues)
def test_labels_can_be_read(color: str) -> None:
    assert contrast(ink_on(color), color) >= 4.5


@QUICK
@given(hues, st.floats(0, 1))
def test_shades_are_colors(color: str, share: float) -> None:
    assert contrast(paler(color, share), "#000000") >= contrast(color, "#000000") - 0.1


def test_colors_come_from_the_tree_then_from_the_parent() -> None:
    wheel = wheel_of(one_wheel(("Fruit", "Berry", "raspberry", 3), ("Fruit", "Citrus", "lemon", 1)))
    palette = {("fruit",): "#c0392f", ("fruit", "citrus"): "#e08a2c"}

    found = {each.path[-1]: each.fill for each in segments_of(wheel, palette)}

    assert found["Fruit"] == "#c0392f"
    assert found["Citrus"] == "#e08a2c"
    assert found["Berry"] == paler("#c0392f", 0.14)
    assert found["lemon"] == paler("#e08a2c", 0.30)


@QUICK
@given(names, st.floats(6, 60))
def test_width_grows_with_the_text(text: str, size: float) -> None:
    assert width_of(text + "a", size) > width_of(text, size) >= 0


@pytest.mark.parametrize(("text", "ems"), [("raspberry", 5.2), ("Chocolate", 5.1), ("WWW", 3.0)])
def test_width_is_close_to_that_of_common_fonts(text: str, ems: float) -> None:
    assert ems <= width_of(text, 1) <= ems * 1.15
