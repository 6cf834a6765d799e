"""Small pictures of stored layouts, as text that a page can hold."""

from base64 import b64encode
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from pydantic import ValidationError

from layouts.geometry import Canvas
from layouts.parameters import MixLayoutParams, TimestampWaterMark
from layouts.room import fill_room, list_named
from layouts.svg import draw

# The first that holds everything is the one a layout was probably made for.
CANVASES = (Canvas(1280, 720), Canvas(1920, 1080), Canvas(640, 360), Canvas(720, 1280), Canvas(360, 640))
PEOPLE = 4


def read_stored(layout: object) -> MixLayoutParams | None:
    """Return a stored layout; None for one that today's rules refuse."""
    try:
        return MixLayoutParams.model_validate(layout)
    except ValidationError:
        return None


def list_said(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a stored layout whose windows and watermarks keep silent about what goes without saying."""
    layout = read_stored(stored)
    if layout is None:
        return stored
    lists = {"mix_layout_list": layout.mix_layout_list, "water_mark_list": layout.water_mark_list}
    short = {
        name: [entry.model_dump(mode="json", exclude_defaults=True) for entry in entries]
        for name, entries in lists.items()
    }
    return stored | short


def guess_canvas(layout: MixLayoutParams | None) -> Canvas:
    """Return a canvas that all windows and watermarks of *layout* lie in: a template does not tell its own."""
    if layout is None:
        return CANVASES[0]
    marks = [mark for mark in layout.water_mark_list if not isinstance(mark, TimestampWaterMark)]
    boxes = [(box.left + box.width, box.top + box.height) for box in (*layout.mix_layout_list, *marks)]
    right, bottom = (max(ends, default=0) for ends in ([x for x, _y in boxes], [y for _x, y in boxes]))
    for canvas in CANVASES:
        if right <= canvas.width and bottom <= canvas.height:
            return canvas
    try:
        return Canvas(right, bottom)
    except ValueError:
        return CANVASES[0]


def make_thumbnail(stored: Any) -> SafeString | str:
    """Return a small picture of a stored layout with four people, as an image that runs nothing and loads nothing."""
    layout = read_stored(stored)
    if layout is None:
        return "-"
    room = fill_room(list_named(layout), count=PEOPLE)[:PEOPLE]
    svg = draw(layout, participants=room, canvas=guess_canvas(layout), translate=_)
    return format_html(
        '<img class="lt-thumbnail" src="data:image/svg+xml;base64,{}" alt="{}" loading="lazy">',
        b64encode(svg.encode()).decode(),
        layout.mix_layout_mode,
    )
