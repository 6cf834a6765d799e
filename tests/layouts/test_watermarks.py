"""Watermarks by corner and per cent."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.boxes import Box
from layouts.geometry import Canvas
from layouts.lint import lint
from layouts.parameters import Position, TimestampWaterMark
from layouts.watermarks import place_box, place_image, place_text, timestamp_box, watermark_box
from tests.layouts.test_geometry_properties import canvases

CANVAS = Canvas(1000, 500)
URL = "https://example.com/logo.png"
positions = st.sampled_from(get_args(Position))


@pytest.mark.parametrize(
    ("position", "box"),
    [
        ("top_left", (20, 10, 100, 100)),
        ("top_right", (880, 10, 100, 100)),
        ("bottom_left", (20, 390, 100, 100)),
        ("bottom_right", (880, 390, 100, 100)),
        ("top_center", (450, 10, 100, 100)),
        ("bottom_center", (450, 390, 100, 100)),
        ("center", (450, 200, 100, 100)),
    ],
)
def test_margins_are_per_cent_of_width_and_height(position: Position, box: tuple[int, int, int, int]) -> None:
    assert place_box(position, canvas=CANVAS, width_percent=10, height_percent=20, margin_percent=2) == Box(*box)


@pytest.mark.parametrize("sizes", [{"width_percent": 20}, {"height_percent": 20}])
def test_the_other_side_follows_from_the_aspect_ratio(sizes: dict[str, int]) -> None:
    box = place_box("top_left", canvas=CANVAS, aspect_ratio=2, **sizes)

    assert box.width == 2 * box.height


def test_what_does_not_fit_is_made_smaller_and_keeps_its_shape() -> None:
    assert place_box("center", canvas=CANVAS, width_percent=100, aspect_ratio=1, margin_percent=10) == (
        300,
        50,
        400,
        400,
    )


def test_numbers_are_meant_as_they_are_written() -> None:
    """0.35 as a binary fraction lies below 0.35, and its edge would round the other way."""
    canvas = Canvas(1000, 1000)
    for margin in (0.35, Decimal("0.35"), Fraction(35, 10000) * 100):
        box = place_box("top_left", canvas=canvas, width_percent=10, height_percent=10, margin_percent=margin)
        assert box.left == 4


@given(positions, canvases(), st.integers(1, 100), st.integers(1, 300), st.integers(0, 49))
def test_every_watermark_is_inside_the_canvas(
    position: Position, canvas: Canvas, size: int, ratio: int, margin: int
) -> None:  # fmt: skip
    box = place_box(
        position, canvas=canvas, width_percent=size, aspect_ratio=Fraction(ratio, 100), margin_percent=margin
    )

    assert 0 <= box.left <= box.left + box.width <= canvas.width
    assert 0 <= box.top <= box.top + box.height <= canvas.height


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"width_percent": 10},
        {"width_percent": 10, "height_percent": 0},
        {"width_percent": 101, "height_percent": 10},
        {"width_percent": 10, "height_percent": 10, "aspect_ratio": 1},
        {"aspect_ratio": 1},
        {"width_percent": 10, "aspect_ratio": 0},
        {"width_percent": 10, "height_percent": 10, "margin_percent": 50},
        {"width_percent": 10, "height_percent": 10, "margin_percent": -1},
        {"width_percent": float("nan"), "height_percent": 10},
    ],
)
def test_numbers_out_of_range_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has a sentence of its own
        place_box("center", canvas=CANVAS, **numbers)


def test_an_image_has_the_vendors_fields() -> None:
    mark = place_image(URL, position="bottom_right", canvas=CANVAS, width_percent=10, aspect_ratio=Fraction(16, 9))

    assert mark.to_json() == {
        "water_mark_type": "image", "water_mark_url": URL, "left": 880, "top": 434, "width": 100, "height": 56,
    }  # fmt: skip


@given(
    st.text(st.characters(codec="gb2312", exclude_categories=["C"]), min_size=1, max_size=200), canvases(), positions
)
def test_a_text_gets_a_box_that_lint_is_content_with(text: str, canvas: Canvas, position: Position) -> None:
    mark = place_text(text, position=position, canvas=canvas, font="source_han_sans")

    codes = {
        found.code for found in lint({"mix_layout_mode": "grid", "water_mark_list": [mark.to_json()]}, canvas=canvas)
    }
    # A text of 200 letters on 50 pixels is small, and spaces are still spaces.
    assert codes <= {
        "odd_canvas",
        "small_canvas",
        "text_too_small",
        "blank_text",
        "text_too_long",
        "large_watermark",
        "zero_size",
    }
    assert "text_too_long" not in codes or mark.font_size == 1


@given(positions, canvases())
def test_a_timestamp_has_a_box_inside_the_canvas(position: Position, canvas: Canvas) -> None:
    box = watermark_box(TimestampWaterMark(water_mark_type="timestamp", pos=position), canvas=canvas)

    assert box == timestamp_box(position, canvas=canvas)
    assert box.left + box.width <= canvas.width
    assert box.top + box.height <= canvas.height
