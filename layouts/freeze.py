"""From a template to a custom layout that looks the same, to keep it as it is or to adjust it."""

from collections.abc import Sequence

from layouts.geometry import Align, Canvas, Participant, Window, arrange, cast_custom, list_vacant
from layouts.parameters import MixLayout, MixLayoutParams, RenderMode

# What a custom layout shares with the templates.
KEPT_FIELDS = (
    "back_ground_color",
    "background_image_url",
    "background_image_render_mode",
    "place_holder_mode",
    "default_sub_background_image",
    "water_mark_list",
)


def freeze(
    layout: MixLayoutParams, *, participants: Sequence[Participant], canvas: Canvas, align: Align = 1
) -> MixLayoutParams:
    """Return a custom layout whose windows are those of *layout* now, each kept for the stream that it shows.

    A large place that waits for a named user keeps waiting. One that is kept for nobody becomes plain background: a
    custom window without a name would take the next person who comes. Of a custom layout, windows for anybody that
    are empty stay open.

    Returns:
        The layout. Without anybody to show its list is empty, and the vendor would refuse it.

    Raises:
        ValueError: A participant's id is none that the vendor takes (1 to 32 bytes, no control characters).
    """
    if layout.mix_layout_mode == "custom":
        entries = _name_everybody(layout.mix_layout_list, participants)
    else:
        windows = arrange(layout, participants=participants, canvas=canvas, align=align)
        vacant = list_vacant(layout, participants=participants, canvas=canvas, align=align)
        kept = [*(place for place in vacant if place.user_id), *windows]
        entries = [write_window(window, render_mode=layout.render_mode or "crop") for window in kept]
    common = {name: getattr(layout, name) for name in KEPT_FIELDS}
    return MixLayoutParams(mix_layout_mode="custom", mix_layout_list=tuple(entries), **common)


def write_window(window: Window, *, render_mode: RenderMode = "crop") -> MixLayout:
    """Return *window* as an entry of `mix_layout_list`.

    Raises:
        ValueError: The user id is none that the vendor takes.
    """
    return MixLayout(
        top=window.top,
        left=window.left,
        width=window.width,
        height=window.height,
        image_layer=window.layer,
        user_id=window.user_id or None,
        media_id=window.media_id,
        render_mode=render_mode,
    )


def _name_everybody(entries: Sequence[MixLayout], participants: Sequence[Participant]) -> list[MixLayout]:
    cast = cast_custom(entries, participants)
    return [
        entry
        if person is None
        else MixLayout.model_validate(
            entry.to_json() | {"user_id": person.user_id, "media_id": person.media_id}
        )
        for entry, person in zip(entries, cast, strict=True)
    ]  # fmt: skip
