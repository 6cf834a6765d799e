"""The strokes that pictures of layouts are made of: safe text, numbers, stable colours, small signs."""

import colorsys
import re
import zlib
from functools import lru_cache
from html import escape

from layouts.text import shorten

# What a browser has; in a PNG the first of them that `layouts.png` brings along.
FONT_FAMILY = (
    "system-ui,-apple-system,'Segoe UI','Source Sans 3','Noto Sans','PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC','Source Han Sans SC',sans-serif"
)
INK = "#1b1f24"
PAPER = "#ffffff"
# In between: seen on light pages and on dark ones.
NEUTRAL = "#8a9099"
LONGEST_TITLE = 120

# What XML cannot hold, and characters that turn the direction of the text around them.
UNWRITABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)

# Signs on a field of 24 x 24.
SCREEN = "M2 4h20v13H2zM8 21h8M12 17v4"
MICROPHONE = "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6"
PICTURE = "M3 4h18v16H3zM3 17l6-6 4 4 3-3 5 5M16 9a1 1 0 1 0 0-.01z"
SIGN_SIZE = 24


def safe(text: str) -> str:
    """Return *text* as it may stand in an SVG, in an element or a quoted attribute."""
    return escape(UNWRITABLE.sub("�", text), quote=True)


def number(value: float) -> str:
    """Return *value* with at most one decimal, as short as it goes."""
    return f"{value:.1f}".removesuffix(".0")


@lru_cache(maxsize=1024)
def soft_color(user_id: str) -> tuple[str, str]:
    """Return a light colour and a darker one of its hue, the same for *user_id* in every picture."""
    hue = zlib.crc32(user_id.encode(errors="replace")) % 360 / 360
    return _hexadecimal(hue, 0.84, 0.55), _hexadecimal(hue, 0.38, 0.45)


def write_text(
    text: str, x: float, y: float, *, size: float, fill: str = INK, width: float | None = None,
    anchor: str = "middle", bold: bool = False, halo: str = "",
) -> str:  # fmt: skip
    """Return one line of text whose letters are centred on the height *y*.

    Args:
        width: Where given, a longer text is cut and ended with "…".
        halo: Colour around the letters, to be read on any background.
    """
    if width is not None:
        text = shorten(text, font_size=size, width=width)
    weight = ' font-weight="600"' if bold else ""
    around = (
        f' stroke="{halo}" stroke-width="{number(size / 8)}" stroke-linejoin="round" paint-order="stroke"'
        if halo
        else ""
    )
    return (
        f'<text x="{number(x)}" y="{number(y + size * 0.35)}" font-size="{number(size)}" text-anchor="{anchor}" '
        f'fill="{fill}"{weight}{around}>{safe(text)}</text>'
    )


def draw_sign(path: str, x: float, y: float, *, size: float, color: str = INK) -> str:
    """Return a sign whose upper left corner is at *x*, *y*."""
    return (
        f'<path d="{path}" transform="translate({number(x)} {number(y)}) scale({size / SIGN_SIZE:.3f})" '
        f'fill="none" stroke="{color}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>'
    )


@lru_cache(maxsize=256)
def hatch(width: float, height: float, *, step: float) -> str:
    """Return the path of diagonal lines that fill a rectangle, without a pattern and thus without an id."""
    lines = []
    at = step
    while at < width + height:
        x1, y1 = (at, 0.0) if at <= width else (width, at - width)
        x2, y2 = (0.0, at) if at <= height else (at - height, height)
        lines.append(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")
        at += step
    return "".join(lines)


def _hexadecimal(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
