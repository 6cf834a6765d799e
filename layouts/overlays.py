"""Watermarks and the background picture as pieces of SVG. Nothing is fetched: a picture is a frame with its name."""

from urllib.parse import unquote, urlsplit

from layouts.boxes import Box
from layouts.colors import read_color
from layouts.geometry import Canvas
from layouts.ink import INK, LONGEST_TITLE, NEUTRAL, PAPER, PICTURE, draw_sign, number, safe, write_text
from layouts.parameters import ImageWaterMark, TextWaterMark, TimestampWaterMark, WaterMark
from layouts.watermarks import TIMESTAMP_SAMPLE, timestamp_box, timestamp_size


def draw_watermark(mark: WaterMark, *, canvas: Canvas) -> str:
    """Return *mark* at its place and size."""
    if isinstance(mark, TimestampWaterMark):
        return _draw_timestamp(mark, canvas)
    if isinstance(mark, TextWaterMark):
        return _draw_words(mark)
    return _draw_image(mark)


def draw_background(url: str, *, canvas: Canvas) -> str:
    """Return the place of the background picture: a sign and its file name in the middle of the canvas."""
    size = min(canvas.width, canvas.height) / 5
    x, y = canvas.width / 2, canvas.height / 2
    return (
        f'<g opacity=".6">{draw_sign(PICTURE, x - size / 2, y - size * 0.8, size=size, color=NEUTRAL)}'
        f"{write_text(_file_name(url), x, y + size * 0.5, size=size / 4, fill=NEUTRAL, width=canvas.width * 0.9)}</g>"
    )


def _draw_image(mark: ImageWaterMark) -> str:
    name = _file_name(mark.water_mark_url)
    sign = min(mark.width * 0.7, mark.height * 0.5)
    size = min(mark.height * 0.26, mark.width * 0.16)
    body = (
        _paper(mark.width, mark.height, opacity=0.82)
        + draw_sign(PICTURE, (mark.width - sign) / 2, mark.height * 0.36 - sign / 2, size=sign)
        + write_text(name, mark.width / 2, mark.height * 0.8, size=size, width=mark.width * 0.92)
    )
    return _viewport(Box(mark.left, mark.top, mark.width, mark.height), name, body)


def _draw_words(mark: TextWaterMark) -> str:
    fill = read_color(mark.font_color) or PAPER
    behind = mark.back_ground_color and read_color(mark.back_ground_color)
    # Where the vendor puts a short text in its box is not documented: from the left, in the middle of its height.
    ground = f'<rect width="{mark.width}" height="{mark.height}" fill="{behind}"/>' if behind else ""
    outline = (
        f'<rect width="{mark.width}" height="{mark.height}" fill="none" stroke="{NEUTRAL}" '
        f'stroke-dasharray="6 4" stroke-width="2"/>'
    )
    # No more letters than there is room for, were they the narrowest.
    chars = mark.chars[: 1 + 4 * mark.width // mark.font_size]
    text = write_text(chars, 0, mark.height / 2, size=mark.font_size, fill=fill, anchor="start")
    return _viewport(Box(mark.left, mark.top, mark.width, mark.height), mark.chars, ground + text + outline)


def _draw_timestamp(mark: TimestampWaterMark, canvas: Canvas) -> str:
    box, size = timestamp_box(mark.pos, canvas=canvas), timestamp_size(canvas)
    title = safe(f"{TIMESTAMP_SAMPLE} UTC{mark.time_zone:+d}")
    x, y = box.left + box.width / 2, box.top + box.height / 2
    return f"<g><title>{title}</title>{write_text(TIMESTAMP_SAMPLE, x, y, size=size, fill=PAPER, halo=INK)}</g>"


def _viewport(box: Box, title: str, body: str) -> str:
    return (
        f'<svg x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}">'
        f"<title>{safe(title[:LONGEST_TITLE])}</title>{body}</svg>"
    )


def _paper(width: int, height: int, *, opacity: float) -> str:
    return (
        f'<rect x="1" y="1" width="{number(max(0, width - 2))}" height="{number(max(0, height - 2))}" fill="{PAPER}" '
        f'fill-opacity="{opacity}" stroke="{INK}" stroke-width="2"/>'
    )


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])
