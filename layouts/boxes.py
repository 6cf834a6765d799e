"""Rectangles in canvas pixels, and where exact fractions of a canvas come to lie on them."""

from typing import NamedTuple, Protocol


class Rectangle(Protocol):
    """Anything with a place in canvas pixels, origin top left: a Box, a Window, a MixLayout, a watermark."""

    @property
    def left(self) -> int: ...
    @property
    def top(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


class Box(NamedTuple):
    """A rectangle in canvas pixels, origin top left."""

    left: int
    top: int
    width: int
    height: int


def snap(part: int, whole: int, *, length: int, align: int) -> int:
    """Return the pixel edge that stands *part*/*whole* along *length* pixels, rounded once, half up.

    The vendor is silent about rounding; this is our convention. Integers alone are used, so nothing is lost before
    the one rounding.

    Args:
        align: 1 for whole pixels; 2 for even ones, which 4:2:0 encoders want. The canvas's own edge stays where it
            is, odd or even.
    """
    if part == whole:
        return length
    return (2 * length * part + align * whole) // (2 * align * whole) * align


def box_between(left: int, top: int, right: int, bottom: int) -> Box:
    """Return the box between four edges: sizes are differences, so neighbours share their edge."""
    return Box(left, top, right - left, bottom - top)


def overlap(one: Rectangle, other: Rectangle) -> bool:
    """Tell whether two rectangles share at least one pixel."""
    return (
        max(one.left, other.left) < min(one.left + one.width, other.left + other.width)
        and max(one.top, other.top) < min(one.top + one.height, other.top + other.height)
    )  # fmt: skip


def covers(outer: Rectangle, inner: Rectangle) -> bool:
    """Tell whether every pixel of *inner* lies in *outer*."""
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.left + inner.width <= outer.left + outer.width
        and inner.top + inner.height <= outer.top + outer.height
    )
