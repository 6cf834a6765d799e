"""The vendor's tables once more, in exact fractions and by another way than the product's.

Written straight from the pages (https://trtc.io/document/45169, "Recording Layout") as shares of the canvas, so that
an index slip in the product does not repeat itself here.
"""

from collections.abc import Sequence
from fractions import Fraction

from layouts.geometry import Canvas

Share = tuple[Fraction, Fraction, Fraction, Fraction]  # left, top, right, bottom
Pixels = tuple[int, int, int, int]  # left, top, width, height

WHOLE: Share = (Fraction(0), Fraction(0), Fraction(1), Fraction(1))

# Small windows up to: their width and height, and the large place's.
SCREEN = {
    4: ("1/5", "1/4", "4/5", "1"),
    6: ("1/7", "1/6", "6/7", "1"),
    8: ("1/9", "1/8", "8/9", "1"),
    16: ("1/10", "1/8", "4/5", "1"),
    24: ("1/10", "1/8", "4/5", "7/8"),
}
# Small windows up to: size, gap and margin, in a row.
FLOATING = {16: ("0.235", "0.012", 4), 24: ("0.188", "0.01", 5)}


def grid(count: int) -> list[Share]:
    """Return the cells of *count* windows."""
    columns, rows = {1: (1, 1), 2: (2, 1)}.get(count) or next((k, k) for k in (2, 3, 4, 5) if count <= k * k)
    return [
        (
            Fraction(i % columns, columns),
            Fraction(i // columns, rows),
            Fraction(i % columns + 1, columns),
            Fraction(i // columns + 1, rows),
        )
        for i in range(count)
    ]


def floating(small: int) -> list[Share]:
    """Return the large window and *small* ones upon it."""
    size, gap, per_row = next((Fraction(s), Fraction(g), k) for most, (s, g, k) in FLOATING.items() if small <= most)
    shares = [WHOLE]
    for i in range(small):
        left = gap + i % per_row * (size + gap)
        top = 1 - (gap + size) - i // per_row * (size + gap)
        shares.append((left, top, left + size, top + size))
    return shares


def screen_share(small: int, *, mirrored: bool) -> list[Share]:
    """Return the large place and *small* windows beside it."""
    width, height, large_width, large_height = next(map(Fraction, row) for most, row in SCREEN.items() if small <= most)
    shares = [(Fraction(0), Fraction(0), large_width, large_height)]
    per_column = int(1 / height)
    for i in range(small):
        if i < 16:
            left, top = large_width + i // per_column * width, i % per_column * height
        else:
            left, top = (i - 16) * width, Fraction(7, 8)
        shares.append((left, top, left + width, top + height))
    return [(1 - right, top, 1 - left, bottom) for left, top, right, bottom in shares] if mirrored else shares


def to_pixels(shares: Sequence[Share], canvas: Canvas, *, align: int) -> list[Pixels]:
    """Return *shares* in pixels: each edge rounded once, half up, to whole or even pixels."""
    return [_box(share, canvas, align) for share in shares]


def _box(share: Share, canvas: Canvas, align: int) -> Pixels:
    left, right = (_round(edge * canvas.width, canvas.width, align) for edge in (share[0], share[2]))
    top, bottom = (_round(edge * canvas.height, canvas.height, align) for edge in (share[1], share[3]))
    return left, top, right - left, bottom - top


def _round(edge: Fraction, length: int, align: int) -> int:
    if edge == length:
        return length
    below = edge // align * align
    return int(below if edge - below < Fraction(align, 2) else below + align)
