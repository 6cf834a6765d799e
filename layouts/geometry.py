"""Who is shown where: the windows of a layout for the people in a room. Pure.

The vendor's rules stand in `tiers`. Where it is silent:

- Edges are computed in exact fractions and rounded once, half up; sizes are differences of edges.
- A named large user who is absent leaves the large place empty, and everybody else is small. With nobody named,
  floating takes the first to enter and screen_share keeps the place empty.
- Named means exactly that id and that stream; the same user's other stream is small.
- Small windows lie one layer above the large one.
- In a custom layout a window that names a user waits for that stream. The others take, in order of entry, who has
  no window of their own. Nobody has two windows, and who finds none is not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from layouts.boxes import Box
from layouts.parameters import MediaId, MixLayout, MixLayoutParams
from layouts.tiers import MOST_CELLS, MOST_SMALL, floating_boxes, grid_boxes, screen_boxes

LONGEST_SIDE = 1920
MOST_PIXELS = 1920 * 1080
# How many pictures a mixed recording subscribes to, although layouts have 25 windows: SubscribeStreamUserIds in
# https://trtc.io/document/36760.
MOST_VIDEOS = 24

Role = Literal["large", "small", "cell", "custom"]
Align = Literal[1, 2]

BACK_LAYER = 0
SMALL_LAYER = 1


@dataclass(frozen=True, slots=True)
class Participant:
    """One stream in the room. A user who shows a camera and a screen is two of them.

    Args:
        media_id: Camera (main) or screen (aux).
        audio_only: Whether it sends sound and no picture.
    """

    user_id: str
    media_id: MediaId = "main"
    audio_only: bool = False


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture that is recorded, in pixels.

    Raises:
        ValueError: It is not within the vendor's limits: 1-1920 for each side, at most 1920 x 1080 in all.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if not (0 < self.width <= LONGEST_SIDE and 0 < self.height <= LONGEST_SIDE):
            raise ValueError(f"Each side of a canvas has 1 to {LONGEST_SIDE} pixels.")
        if self.width * self.height > MOST_PIXELS:
            raise ValueError(f"A canvas has at most {MOST_PIXELS} pixels in all.")


class Window(NamedTuple):
    """A place on the canvas and who is shown there, in canvas pixels from the top left.

    A tuple and not a dataclass: making 25 frozen dataclasses takes three times as long as everything else.

    Args:
        layer: Stacking order; smaller is further back.
        user_id: Who is shown. Of an empty place: for whom it is kept, or "" for nobody in particular.
        role: "large" and "small" in floating and screen_share, "cell" in grid, "custom" in custom.
    """

    left: int
    top: int
    width: int
    height: int
    layer: int
    user_id: str
    media_id: MediaId
    role: Role


def arrange(
    layout: MixLayoutParams, *, participants: Sequence[Participant], canvas: Canvas, align: Align = 1
) -> tuple[Window, ...]:
    """Return the windows that show somebody, the large one first, then in order of entry.

    Those of a custom layout come in the order of its list. A place that stays empty is not among them:
    see `list_vacant`.

    Args:
        participants: In order of entry, each stream once.
        align: 1 rounds edges to whole pixels, 2 to even ones (custom windows are taken as they are).
    """
    if layout.mix_layout_mode == "custom":
        cast = cast_custom(layout.mix_layout_list, participants)
        return tuple(
            Window(entry.left, entry.top, entry.width, entry.height, entry.image_layer,
                   person.user_id, person.media_id, "custom")
            for entry, person in zip(layout.mix_layout_list, cast, strict=True)
            if person is not None
        )  # fmt: skip
    large, small = _cast_template(layout, participants)
    place, boxes = _measure(layout, len(small), canvas, align)
    role: Role = "cell" if place is None else "small"
    layer = BACK_LAYER if place is None else SMALL_LAYER
    windows = [
        Window(*box, layer, person.user_id, person.media_id, role)
        for box, person in zip(boxes, small, strict=True)
    ]  # fmt: skip
    if place is not None and large is not None:
        windows.insert(0, Window(*place, BACK_LAYER, large.user_id, large.media_id, "large"))
    return tuple(windows)


def list_vacant(
    layout: MixLayoutParams, *, participants: Sequence[Participant], canvas: Canvas, align: Align = 1
) -> tuple[Window, ...]:
    """Return the places that are kept and show nobody: an empty large place, custom windows without anybody."""
    if layout.mix_layout_mode == "custom":
        cast = cast_custom(layout.mix_layout_list, participants)
        return tuple(
            Window(entry.left, entry.top, entry.width, entry.height, entry.image_layer,
                   entry.user_id or "", entry.media_id, "custom")
            for entry, person in zip(layout.mix_layout_list, cast, strict=True)
            if person is None
        )  # fmt: skip
    large, small = _cast_template(layout, participants)
    place, _ = _measure(layout, len(small), canvas, align)
    if place is None or large is not None:
        return ()
    return (Window(*place, BACK_LAYER, layout.max_resolution_user_id or "", layout.media_id, "large"),)


def cast_custom(entries: Sequence[MixLayout], participants: Sequence[Participant]) -> list[Participant | None]:
    """Return who is shown in each entry of a custom layout; None where nobody is."""
    waiting = {(person.user_id, person.media_id): person for person in participants}
    named = [None if entry.user_id is None else waiting.pop((entry.user_id, entry.media_id), None) for entry in entries]
    others = iter(waiting.values())
    return [
        next(others, None) if entry.user_id is None else person for entry, person in zip(entries, named, strict=True)
    ]


def _cast_template(
    layout: MixLayoutParams, participants: Sequence[Participant]
) -> tuple[Participant | None, Sequence[Participant]]:
    if layout.pure_audio_disable_layout:
        participants = [person for person in participants if not person.audio_only]
    if layout.mix_layout_mode == "grid":
        return None, participants[:MOST_CELLS]
    large = _choose_large(layout, participants)
    if large is None:
        return None, participants[:MOST_SMALL]
    return large, [person for person in participants if person is not large][:MOST_SMALL]


def _choose_large(layout: MixLayoutParams, participants: Sequence[Participant]) -> Participant | None:
    name, media_id = layout.max_resolution_user_id, layout.media_id
    if name is not None:
        named = (person for person in participants if person.user_id == name and person.media_id == media_id)
        return next(named, None)
    return participants[0] if participants and layout.mix_layout_mode == "floating" else None


def _measure(layout: MixLayoutParams, count: int, canvas: Canvas, align: int) -> tuple[Box | None, tuple[Box, ...]]:
    """Return the large place, if the template has one, and the boxes of *count* other windows."""
    width, height = canvas.width, canvas.height
    if layout.mix_layout_mode == "grid":
        return None, grid_boxes(count, width=width, height=height, align=align)
    if layout.mix_layout_mode == "floating":
        return Box(0, 0, width, height), floating_boxes(count, width=width, height=height, align=align)
    mirrored = layout.max_resolution_user_align == "right"
    return screen_boxes(count, width=width, height=height, align=align, mirrored=mirrored)
