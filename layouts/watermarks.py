"""Watermarks placed by corner and per cent instead of pixels, and where each of them lies.

Fields: WaterMark in https://trtc.io/document/36760. Margins follow the vendor's own templates: horizontal ones are
per cent of the canvas width, vertical ones of its height.
"""

from decimal import Decimal
from fractions import Fraction

from layouts.boxes import Box, box_between
from layouts.geometry import Canvas
from layouts.parameters import Font, ImageWaterMark, Position, TextWaterMark, TimestampWaterMark, WaterMark
from layouts.text import text_width

Percent = int | float | Decimal | Fraction

# Which share of the free space lies to the left, and which above.
SHARES: dict[Position, tuple[Fraction, Fraction]] = {
    "top_left": (Fraction(0), Fraction(0)),
    "top_right": (Fraction(1), Fraction(0)),
    "bottom_left": (Fraction(0), Fraction(1)),
    "bottom_right": (Fraction(1), Fraction(1)),
    "top_center": (Fraction(1, 2), Fraction(0)),
    "bottom_center": (Fraction(1, 2), Fraction(1)),
    "center": (Fraction(1, 2), Fraction(1, 2)),
}

# Room around letters, as a share of their size.
LINE_HEIGHT = Fraction(3, 2)
SIDE_ROOM = Fraction(1, 2)

# The vendor names neither size nor margin nor format of a timestamp: these are for the preview alone.
TIMESTAMP_SAMPLE = "2025-01-31 09:41:00"
TIMESTAMP_SHARE = 24
SMALLEST_TIMESTAMP_PX = 10
TIMESTAMP_MARGIN_PERCENT = 1
# Digits are wide in some fonts.
TIMESTAMP_WIDTH = 1.12


def place_box(
    position: Position,
    *,
    canvas: Canvas,
    width_percent: Percent | None = None,
    height_percent: Percent | None = None,
    aspect_ratio: Percent | None = None,
    margin_percent: Percent = 0,
) -> Box:
    """Return the box at *position*, in exact fractions rounded once, half up, at each edge.

    Args:
        width_percent: Of the canvas width, above 0 and at most 100.
        height_percent: Of the canvas height, likewise.
        aspect_ratio: Width divided by height. With it one of the two percentages is given and the other follows.
            What would not fit between the margins is made smaller, and keeps its shape.
        margin_percent: Distance to the edge, 0 to 49: of the width at the sides, of the height above and below.

    Raises:
        ValueError: A number is out of its range, or too few or too many are given.
    """
    margin = _exact(margin_percent) / 100
    if not 0 <= margin < Fraction(1, 2):
        raise ValueError("A margin is 0 to 49 per cent.")
    room_x, room_y = canvas.width * (1 - 2 * margin), canvas.height * (1 - 2 * margin)
    width, height = _size(canvas, width_percent, height_percent, aspect_ratio, (room_x, room_y))
    share_x, share_y = SHARES[position]
    left = canvas.width * margin + (room_x - width) * share_x
    top = canvas.height * margin + (room_y - height) * share_y
    return box_between(_round(left), _round(top), _round(left + width), _round(top + height))


def place_image(
    url: str,
    *,
    position: Position,
    canvas: Canvas,
    width_percent: Percent | None = None,
    height_percent: Percent | None = None,
    aspect_ratio: Percent | None = None,
    margin_percent: Percent = 2,
) -> ImageWaterMark:
    """Return a picture as a watermark at *position*. Args and errors: as of `place_box`."""
    box = place_box(
        position,
        canvas=canvas,
        width_percent=width_percent,
        height_percent=height_percent,
        aspect_ratio=aspect_ratio,
        margin_percent=margin_percent,
    )
    return ImageWaterMark(water_mark_type="image", water_mark_url=url, **box._asdict())


def place_text(
    chars: str,
    *,
    position: Position,
    canvas: Canvas,
    size_percent: Percent = 4,
    margin_percent: Percent = 2,
    font_color: str = "#FFFFFF",
    back_ground_color: str | None = None,
    font: Font = "tencent",
) -> TextWaterMark:
    """Return a text as a watermark at *position*, in a box that is large enough for it.

    Args:
        size_percent: Height of the letters, of the canvas height. Made smaller where the text would not fit.

    Raises:
        ValueError: The text is empty or too long, or a number is out of its range.
    """
    size = canvas.height * _exact(size_percent) / 100
    room = canvas.width * (1 - 2 * _exact(margin_percent) / 100)
    needed = Fraction(str(round(text_width(chars, font_size=1), 2))) + 2 * SIDE_ROOM
    font_size = max(1, int(min(size, room / needed, canvas.height / LINE_HEIGHT)))
    box = place_box(
        position,
        canvas=canvas,
        width_percent=min(Fraction(100), needed * font_size * 100 / canvas.width),
        height_percent=min(Fraction(100), LINE_HEIGHT * font_size * 100 / canvas.height),
        margin_percent=margin_percent,
    )
    return TextWaterMark(
        water_mark_type="text",
        chars=chars,
        font_size=font_size,
        font_color=font_color,
        back_ground_color=back_ground_color,
        font=font,
        **box._asdict(),
    )


def watermark_box(mark: WaterMark, *, canvas: Canvas) -> Box:
    """Return where *mark* lies; for a timestamp, whose size the vendor does not tell, about where."""
    if isinstance(mark, TimestampWaterMark):
        return timestamp_box(mark.pos, canvas=canvas)
    return Box(mark.left, mark.top, mark.width, mark.height)


def timestamp_box(position: Position, *, canvas: Canvas) -> Box:
    """Return about where a timestamp at *position* lies, for previews."""
    size = timestamp_size(canvas)
    width = min(canvas.width, round(text_width(TIMESTAMP_SAMPLE, font_size=size) * TIMESTAMP_WIDTH))
    return place_box(
        position,
        canvas=canvas,
        width_percent=Fraction(100 * width, canvas.width),
        height_percent=min(Fraction(100), Fraction(100 * size) * LINE_HEIGHT / canvas.height),
        margin_percent=TIMESTAMP_MARGIN_PERCENT,
    )


def timestamp_size(canvas: Canvas) -> int:
    """Return the height in pixels of a timestamp's letters in a preview."""
    return max(SMALLEST_TIMESTAMP_PX, min(canvas.width, canvas.height) // TIMESTAMP_SHARE)


def _size(
    canvas: Canvas,
    width_percent: Percent | None,
    height_percent: Percent | None,
    aspect_ratio: Percent | None,
    room: tuple[Fraction, Fraction],
) -> tuple[Fraction, Fraction]:
    width = None if width_percent is None else canvas.width * _share(width_percent)
    height = None if height_percent is None else canvas.height * _share(height_percent)
    if aspect_ratio is None:
        if width is None or height is None:
            raise ValueError("Without an aspect ratio both width and height are needed.")
        return min(width, room[0]), min(height, room[1])
    ratio = _exact(aspect_ratio)
    if ratio <= 0:
        raise ValueError("An aspect ratio is above 0.")
    if width is None and height is not None:
        width = height * ratio
    elif width is None or height is not None:
        raise ValueError("With an aspect ratio either width or height is needed.")
    width = min(width, room[0], room[1] * ratio)
    return width, width / ratio


def _share(percent: Percent) -> Fraction:
    share = _exact(percent) / 100
    if not 0 < share <= 1:
        raise ValueError("A size is above 0 and at most 100 per cent.")
    return share


def _exact(number: Percent) -> Fraction:
    # 2.5 is meant as it is written, not as the nearest binary fraction.
    return number if isinstance(number, Fraction) else Fraction(str(number))


def _round(edge: Fraction) -> int:
    return (2 * edge.numerator + edge.denominator) // (2 * edge.denominator)
