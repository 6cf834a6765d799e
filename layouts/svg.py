"""Layouts as SVG pictures that need nothing else: no reference, no style sheet, no script, no id."""

from collections.abc import Sequence

from layouts.geometry import Align, Canvas, Participant, arrange, cast_custom, list_vacant
from layouts.ink import FONT_FAMILY, NEUTRAL, number, safe, write_text
from layouts.overlays import draw_background, draw_watermark
from layouts.parameters import MixLayoutParams
from layouts.room import make_newcomers
from layouts.tiles import Tile, Translate, draw_tiles

STRIP_COUNTS = (1, 2, 4, 9, 16, 25)
STRIP_COLUMNS = 3
STRIP_WIDTH_PX = 320
STRIP_GAP_PX = 16
STRIP_LABEL_PX = 28


def draw(
    layout: MixLayoutParams,
    *,
    participants: Sequence[Participant],
    canvas: Canvas,
    align: Align = 1,
    translate: Translate = str,
) -> str:
    """Return the recorded picture as a drawing, in canvas pixels.

    Every window has its user's colour, name and number in the order of entry; empty places are hatched, watermarks
    stand where they will be. Text is escaped and pictures are not fetched.

    Args:
        participants: In order of entry, each stream once.
        translate: For the few words in the picture, say Django's gettext.
    """
    body = _draw_body(layout, participants, canvas, align, translate)
    title = f"{layout.mix_layout_mode} {canvas.width}×{canvas.height}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{canvas.width}" height="{canvas.height}" '
        f'viewBox="0 0 {canvas.width} {canvas.height}" font-family="{FONT_FAMILY}" role="img" '
        f'aria-label="{safe(title)}">{body}</svg>'
    )


def draw_strip(
    layout: MixLayoutParams,
    *,
    participants: Sequence[Participant] = (),
    canvas: Canvas,
    align: Align = 1,
    counts: Sequence[int] = STRIP_COUNTS,
    translate: Translate = str,
) -> str:
    """Return one drawing of a growing room: a small picture for each number of people.

    Args:
        participants: The first to be there; strangers named +1, +2, … make up the number. Fewer are taken for a
            smaller number.
    """
    room = [*participants, *make_newcomers(participants, count=max(counts, default=0))]
    height = round(STRIP_WIDTH_PX * canvas.height / canvas.width)
    step_x, step_y = STRIP_WIDTH_PX + STRIP_GAP_PX, height + STRIP_LABEL_PX + STRIP_GAP_PX
    pictures = []
    for at, count in enumerate(counts):
        x, y = at % STRIP_COLUMNS * step_x, at // STRIP_COLUMNS * step_y
        body = _draw_body(layout, room[:count], canvas, align, translate)
        pictures.append(
            write_text(str(count), x + STRIP_WIDTH_PX / 2, y + STRIP_LABEL_PX / 2, size=20, fill=NEUTRAL, bold=True)
            + f'<svg x="{x}" y="{y + STRIP_LABEL_PX}" width="{STRIP_WIDTH_PX}" height="{height}" '
            f'viewBox="0 0 {canvas.width} {canvas.height}">{body}</svg>'
        )
    columns = min(STRIP_COLUMNS, len(counts))
    width = max(1, columns * step_x - STRIP_GAP_PX)
    full_height = max(1, -(-len(counts) // STRIP_COLUMNS) * step_y - STRIP_GAP_PX)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{full_height}" '
        f'viewBox="0 0 {width} {full_height}" font-family="{FONT_FAMILY}" role="img" '
        f'aria-label="{safe(layout.mix_layout_mode)}">{"".join(pictures)}</svg>'
    )


def list_tiles(
    layout: MixLayoutParams, *, participants: Sequence[Participant], canvas: Canvas, align: Align = 1
) -> list[Tile]:
    """Return every place of *layout*, taken and empty, with what a picture of it needs to know."""
    order = {(person.user_id, person.media_id): at for at, person in reversed(list(enumerate(participants, start=1)))}
    silent = {(person.user_id, person.media_id) for person in participants if person.audio_only}
    windows = arrange(layout, participants=participants, canvas=canvas, align=align)
    vacant = list_vacant(layout, participants=participants, canvas=canvas, align=align)
    taken, empty = _list_alphas(layout, participants)
    tiles = [Tile(window=window, alpha=alpha) for window, alpha in zip(vacant, empty or [0] * len(vacant), strict=True)]
    for window, alpha in zip(windows, taken or [0] * len(windows), strict=True):
        key = (window.user_id, window.media_id)
        tiles.append(Tile(window=window, order=order[key], audio_only=key in silent, alpha=alpha))
    return tiles


def _list_alphas(layout: MixLayoutParams, participants: Sequence[Participant]) -> tuple[list[int], list[int]]:
    """Return the transparency of the windows that are taken, and of those that are empty."""
    taken: list[int] = []
    empty: list[int] = []
    if layout.mix_layout_mode == "custom":
        cast = cast_custom(layout.mix_layout_list, participants)
        for entry, person in zip(layout.mix_layout_list, cast, strict=True):
            (empty if person is None else taken).append(entry.alpha)
    return taken, empty


def _draw_body(
    layout: MixLayoutParams, participants: Sequence[Participant], canvas: Canvas, align: Align, translate: Translate
) -> str:
    tiles = list_tiles(layout, participants=participants, canvas=canvas, align=align)
    url = layout.background_image_url
    edge = max(1.0, min(canvas.width, canvas.height) / 360)
    return (
        f'<rect width="{canvas.width}" height="{canvas.height}" fill="{layout.back_ground_color}"/>'
        + (draw_background(url, canvas=canvas) if url else "")
        + draw_tiles(tiles, canvas=canvas, translate=translate)
        + "".join(draw_watermark(mark, canvas=canvas) for mark in layout.water_mark_list)
        # So that a black picture ends somewhere on a dark page.
        + f'<rect x="{number(edge / 2)}" y="{number(edge / 2)}" width="{number(canvas.width - edge)}" '
        f'height="{number(canvas.height - edge)}" fill="none" stroke="{NEUTRAL}" stroke-width="{number(edge)}"/>'
    )
