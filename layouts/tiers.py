"""The vendor's templates as tables, and the boxes they come to on a canvas.

Sizes and thresholds: "Recording Layout" in https://trtc.io/document/45169 and MixLayoutMode in
https://trtc.io/document/36760. Where these contradict each other the thresholds count the small windows: only so do
1+4, 1+6, 1+8, 1+16 and 1+16+8 close exactly. Rounding and, where the vendor is silent, the order of filling are ours.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from layouts.boxes import Box, box_between, snap

MOST_CELLS = 25
MOST_SMALL = 24
# Boxes depend on numbers alone, and a room is drawn again and again on one canvas.
CANVASES_KEPT = 512


class GridTier(NamedTuple):
    """The whole set of equal cells that is laid out for up to *most* windows."""

    most: int
    columns: int
    rows: int


class FloatingTier(NamedTuple):
    """Small windows and the gaps between and around them, in thousandths of the canvas."""

    most: int
    per_row: int
    size: int
    gap: int


class ScreenTier(NamedTuple):
    """Small windows of 1/*across* by 1/*down* of the canvas, in columns beside the large one and a row below it."""

    most: int
    across: int
    down: int
    columns: int
    row_below: bool


GRID_TIERS = (GridTier(1, 1, 1), GridTier(2, 2, 1), GridTier(4, 2, 2), GridTier(9, 3, 3), GridTier(16, 4, 4),
              GridTier(25, 5, 5))  # fmt: skip
FLOATING_TIERS = (FloatingTier(16, 4, 235, 12), FloatingTier(24, 5, 188, 10))
SCREEN_TIERS = (
    ScreenTier(4, across=5, down=4, columns=1, row_below=False),
    ScreenTier(6, across=7, down=6, columns=1, row_below=False),
    ScreenTier(8, across=9, down=8, columns=1, row_below=False),
    ScreenTier(16, across=10, down=8, columns=2, row_below=False),
    ScreenTier(24, across=10, down=8, columns=2, row_below=True),
)


@lru_cache(maxsize=CANVASES_KEPT)
def grid_boxes(count: int, *, width: int, height: int, align: int) -> tuple[Box, ...]:
    """Return the cells of *count* windows, 0-25, row by row from the top left."""
    tier = next(tier for tier in GRID_TIERS if count <= tier.most)
    xs = [snap(column, tier.columns, length=width, align=align) for column in range(tier.columns + 1)]
    ys = [snap(row, tier.rows, length=height, align=align) for row in range(tier.rows + 1)]
    cells = [Box(left, top, right - left, bottom - top) for top, bottom in pairwise(ys) for left, right in pairwise(xs)]
    return tuple(cells[:count])


@lru_cache(maxsize=CANVASES_KEPT)
def floating_boxes(count: int, *, width: int, height: int, align: int) -> tuple[Box, ...]:
    """Return the boxes of *count* small windows, 0-24, from the bottom left to the right and then upwards."""
    tier = next(tier for tier in FLOATING_TIERS if count <= tier.most)
    spans = [(tier.gap + at * (tier.size + tier.gap), (at + 1) * (tier.size + tier.gap)) for at in range(tier.per_row)]
    xs = [_edges(start, end, 1000, width, align) for start, end in spans]
    ys = [_edges(1000 - end, 1000 - start, 1000, height, align) for start, end in spans]
    boxes = [Box(left, top, right - left, bottom - top) for top, bottom in ys for left, right in xs]
    return tuple(boxes[:count])


@lru_cache(maxsize=CANVASES_KEPT)
def screen_boxes(count: int, *, width: int, height: int, align: int, mirrored: bool) -> tuple[Box, tuple[Box, ...]]:
    """Return the box of the large place and those of *count* small windows, 0-24.

    The column nearest to the large place is filled first, from the top, then the one beside it, then the row below
    the large place from its outer end.

    Args:
        mirrored: The large place is on the right, and everything else is mirrored with it.
    """
    tier = next(tier for tier in SCREEN_TIERS if count <= tier.most)
    inner = tier.across - tier.columns
    xs = [snap(at, tier.across, length=width, align=align) for at in range(tier.across + 1)]
    ys = [snap(at, tier.down, length=height, align=align) for at in range(tier.down + 1)]
    large_bottom = ys[tier.down - tier.row_below]
    left, right = (xs[tier.columns], width) if mirrored else (0, xs[inner])
    large = box_between(left, 0, right, large_bottom)
    small: list[Box] = []
    for column, row in _screen_cells(tier, inner):
        if len(small) == count:
            break
        at = tier.across - 1 - column if mirrored else column
        small.append(Box(xs[at], ys[row], xs[at + 1] - xs[at], ys[row + 1] - ys[row]))
    return large, tuple(small)


def _screen_cells(tier: ScreenTier, inner: int) -> Iterator[tuple[int, int]]:
    for column in range(inner, tier.across):
        for row in range(tier.down):
            yield column, row
    for column in range(inner):
        yield column, tier.down - 1


def _edges(start: int, end: int, whole: int, length: int, align: int) -> tuple[int, int]:
    return snap(start, whole, length=length, align=align), snap(end, whole, length=length, align=align)
