"""Colours in the vendor's two ways of writing, and how well they stand out."""

import pytest

from layouts.colors import contrast, read_color, write_hexadecimal
from layouts.lint.css import hex_of_css


@pytest.mark.parametrize("color", ["#000000", "#FfA500", "#abcdef"])
def test_either_way_leads_to_the_other(color: str) -> None:
    assert read_color(write_hexadecimal(color)) == color
    assert read_color(color) == color


@pytest.mark.parametrize("text", ["", "#12345", "#1234567", "red", "0x12345", "#12345g", "#123456\n", " #123456"])
def test_nothing_else_is_a_colour(text: str) -> None:
    assert read_color(text) is None


def test_contrast_runs_from_1_to_21() -> None:
    assert contrast("#777777", "#777777") == 1
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#000000") == contrast("#000000", "#FFFFFF")


@pytest.mark.parametrize(
    ("css", "meant"),
    [
        ("#fff", "#FFFFFF"),
        ("Red", "#FF0000"),
        ("rgb(1, 2, 255)", "#0102FF"),
        ("rgba(1,2,3,0.5)", "#010203"),
        ("#11223344", "#112233"),
        ("112233", "#112233"),
        ("rgb(256,0,0)", None),
        ("very red", None),
        (7, None),
        (None, None),
    ],
)
def test_css_is_understood_for_a_remedy(css: object, meant: str | None) -> None:
    assert hex_of_css(css) == meant
