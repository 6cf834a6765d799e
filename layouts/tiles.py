"""One window of a layout as a piece of SVG: who, in which order, how large, and whether anything hides it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from layouts.boxes import Box, overlap
from layouts.geometry import Canvas, Window
from layouts.ink import (
    LONGEST_TITLE,
    MICROPHONE,
    NEUTRAL,
    PAPER,
    SCREEN,
    draw_sign,
    hatch,
    number,
    safe,
    soft_color,
    write_text,
)
from layouts.lint.findings import gettext_noop as _
from layouts.text import shorten, text_width

INVISIBLE = 255
# Below this a line of small print is a smudge even at full size.
SMALL_PRINT_HEIGHT_PX = 110
# Of the canvas's shorter side: more than this would shout.
LARGEST_LABEL = 0.5
# Letters whose width `layouts.text` knows well enough.
TAME = re.compile("[\x20-\x7e\xa1-\u017f\u0400-\u045f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uff60]*")

# Roles that go without saying have no word.
WORDS = {
    "large": _("large"),
    "small": _("small"),
    "screen": _("screen"),
    "sound only": _("sound only"),
    "transparent": _("%(percent)s%% transparent"),
    "kept": _("kept for %(user_id)s"),
    "empty": _("empty"),
}

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A window, and what the geometry does not know of it.

    Args:
        order: Position in the order of entry, from 1; 0 for an empty place.
        alpha: 0 opaque to 255 invisible.
    """

    window: Window
    order: int = 0
    audio_only: bool = False
    alpha: int = 0

    @property
    def is_vacant(self) -> bool:
        return self.order == 0


def draw_tiles(tiles: Sequence[Tile], *, canvas: Canvas, translate: Translate) -> str:
    """Return *tiles* from back to front."""
    ordered = sorted(tiles, key=lambda tile: tile.window.layer)
    limit = min(canvas.width, canvas.height) * LARGEST_LABEL
    return "".join(
        _draw(tile, _label_area(tile.window, [other.window for other in ordered[at + 1 :]], limit), translate)
        for at, tile in enumerate(ordered)
        if tile.window.width and tile.window.height
    )


def free_area(window: Window, above: Sequence[Window]) -> Box:
    """Return a large part of *window* that nothing *above* it covers, for its label, in pixels from its corner.

    Looked for above, below and beside what lies over it, and to the right in the highest row of it. The whole window
    when there is nothing of use.
    """
    whole = Box(0, 0, window.width, window.height)
    over = [_inside(other, window) for other in above if overlap(other, window)]
    if not over:
        return whole
    left, top = min(box.left for box in over), min(box.top for box in over)
    right = max(box.left + box.width for box in over)
    bottom = max(box.top + box.height for box in over)
    row = [box for box in over if box.top == top]
    row_right = max(box.left + box.width for box in row)
    row_bottom = min((box.top for box in over if box.top > top), default=window.height)
    free = [
        Box(0, 0, window.width, top),
        Box(0, bottom, window.width, window.height - bottom),
        Box(0, 0, left, window.height),
        Box(right, 0, window.width - right, window.height),
        Box(row_right, 0, window.width - row_right, row_bottom),
    ]
    best = max(free, key=lambda box: min(box.width, 2 * box.height))
    return best if min(best.width, 2 * best.height) * 8 >= window.width else whole


def _inside(box: Window, window: Window) -> Box:
    return Box(box.left - window.left, box.top - window.top, box.width, box.height)


def _label_area(window: Window, above: Sequence[Window], limit: float) -> Box:
    """Return where the label goes: the middle of the free area, and no larger than *limit* pixels high."""
    area = free_area(window, above)
    if area.height <= limit:
        return area
    return Box(area.left, area.top + round((area.height - limit) / 2), area.width, round(limit))


def _draw(tile: Tile, area: Box, translate: Translate) -> str:
    window = tile.window
    body = _draw_vacant(window, area, translate) if tile.is_vacant else _draw_person(tile, area, translate)
    title = safe(_describe(tile, translate)[:LONGEST_TITLE])
    if TAME.fullmatch(window.user_id):
        return f'<g transform="translate({window.left} {window.top})"><title>{title}</title>{body}</g>'
    # Of other letters the width is a guess. A viewport cuts off what does not fit, which takes its time in a PNG.
    return (
        f'<svg x="{window.left}" y="{window.top}" width="{window.width}" height="{window.height}">'
        f"<title>{title}</title>{body}</svg>"
    )


def _draw_person(tile: Tile, area: Box, translate: Translate) -> str:
    window = tile.window
    light, dark = soft_color(window.user_id)
    opacity = f' fill-opacity="{1 - tile.alpha / INVISIBLE:.2f}"' if tile.alpha else ""
    edge = max(1.0, min(area.width, area.height) / 60)
    dashes = f' stroke-dasharray="{number(edge * 4)} {number(edge * 2)}"' if tile.alpha else ""
    frame = (
        f'<rect x="{number(edge / 2)}" y="{number(edge / 2)}" width="{number(window.width - edge)}" '
        f'height="{number(window.height - edge)}" fill="{light}"{opacity} stroke="{dark}" '
        f'stroke-width="{number(edge)}"{dashes}/>'
    )
    return frame + _draw_label(tile, area, dark, translate)


def _draw_label(tile: Tile, area: Box, dark: str, translate: Translate) -> str:
    window, x = tile.window, area.left + area.width / 2
    # On a window through which the background is seen, letters need a rim.
    halo = PAPER if tile.alpha else ""
    size = min(area.height * 0.44, area.width * 0.45)
    name_size = max(min(area.height * 0.15, area.width * 0.11), size * 0.34)
    has_print = min(area.height, area.width * 0.6) >= SMALL_PRINT_HEIGHT_PX
    block = size + name_size * (1.5 + (0.9 if has_print else 0))
    y = area.top + (area.height - block) / 2 + size / 2
    label = write_text(str(tile.order), x, y, size=size, fill=dark, bold=True, halo=halo)
    y += size / 2 + name_size * 0.75
    label += write_text(window.user_id, x, y, size=name_size, width=area.width * 0.9, halo=halo)
    if has_print:
        y += name_size * 1.05
        small_print = _small_print(tile, translate)
        label += write_text(small_print, x, y, size=name_size * 0.6, fill=dark, width=area.width * 0.9, halo=halo)
    return label + _draw_signs(tile, area, dark, gap=(area.width - size * (0.6 * len(str(tile.order)))) / 2)


def _draw_signs(tile: Tile, area: Box, dark: str, *, gap: float) -> str:
    """Return the signs for a screen and for sound alone, in the upper right, beside the number."""
    size = min(area.height * 0.28, area.width * 0.2, gap * 0.8)
    x = area.left + min(area.width - size * 1.25, area.width / 2 + area.height)
    drawn = ""
    for is_shown, path in ((tile.window.media_id == "aux", SCREEN), (tile.audio_only, MICROPHONE)):
        if is_shown:
            drawn += draw_sign(path, x, area.top + size * 0.25, size=size, color=dark)
            x -= size * 1.15
    return drawn


def _draw_vacant(window: Window, area: Box, translate: Translate) -> str:
    step = max(6.0, min(area.width, area.height) / 8)
    edge = max(1.0, step / 14)
    size = min(area.height * 0.22, area.width * 0.11)
    text = shorten(_vacant_words(window, translate), font_size=size, width=area.width * 0.84)
    # The background may have any colour, so the words stand on paper.
    paper_width = min(area.width * 0.94, text_width(text, font_size=size) + size)
    x, y = area.left + area.width / 2, area.top + area.height / 2
    return (
        f'<path d="{hatch(window.width, window.height, step=step)}" stroke="{NEUTRAL}" stroke-opacity=".5" '
        f'stroke-width="{number(edge)}" fill="none"/>'
        f'<rect x="{number(edge)}" y="{number(edge)}" width="{number(window.width - 2 * edge)}" '
        f'height="{number(window.height - 2 * edge)}" fill="none" stroke="{NEUTRAL}" stroke-width="{number(2 * edge)}" '
        f'stroke-dasharray="{number(step)} {number(step / 2)}"/>'
        f'<rect x="{number(x - paper_width / 2)}" y="{number(y - size * 0.8)}" width="{number(paper_width)}" '
        f'height="{number(size * 1.6)}" rx="{number(size * 0.3)}" fill="{PAPER}" stroke="{NEUTRAL}"/>'
        + write_text(text, x, y, size=size)
    )


def _vacant_words(window: Window, translate: Translate) -> str:
    if not window.user_id:
        return translate(WORDS["empty"])
    return translate(WORDS["kept"]) % {"user_id": window.user_id}


def _small_print(tile: Tile, translate: Translate) -> str:
    window = tile.window
    words = [translate(WORDS[window.role])] if window.role in WORDS else []
    words += [translate(WORDS["screen"])] if window.media_id == "aux" else []
    words += [translate(WORDS["sound only"])] if tile.audio_only else []
    if tile.alpha:
        words.append(translate(WORDS["transparent"]) % {"percent": round(100 * tile.alpha / INVISIBLE)})
    words.append(f"{window.width}×{window.height}")
    return " · ".join(words)


def _describe(tile: Tile, translate: Translate) -> str:
    window = tile.window
    where = f"{window.width}×{window.height} @ {window.left}, {window.top}"
    if tile.is_vacant:
        return f"{_vacant_words(window, translate)} · {where}"
    return f"{tile.order}. {window.user_id} · {_small_print(tile, translate)} @ {window.left}, {window.top}"
