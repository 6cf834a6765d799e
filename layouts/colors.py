"""The two ways in which the vendor writes a colour.

The canvas takes #RRGGBB, text watermarks take 0xRRGGBB (https://trtc.io/document/36760). Here either is read, and
#RRGGBB is kept.
"""

import re

COLOR = re.compile(r"(?:#|0x)([0-9A-Fa-f]{6})")


def read_color(value: str) -> str | None:
    """Return *value*, #RRGGBB or 0xRRGGBB, as #RRGGBB; None when it is neither."""
    found = COLOR.fullmatch(value)
    return None if found is None else f"#{found[1]}"


def write_hexadecimal(color: str) -> str:
    """Return #RRGGBB as 0xRRGGBB."""
    return f"0x{color.removeprefix('#')}"


def split_color(color: str) -> tuple[int, int, int]:
    """Return red, green and blue of #RRGGBB, 0-255 each."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 (the same) to 21 (black on white).

    Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in split_color(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
