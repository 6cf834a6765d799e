"""Rules between the fields of a layout, and between a layout and its canvas.

Source: https://trtc.io/document/36760 (MixLayoutParams, MixLayout, WaterMark).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from django.utils.translation import gettext as _

from layouts.parameters import FieldUnknown, ImageWaterMark, MixLayout, TextWaterMark
from layouts.problems import Problem
from recordings.parameters.recording import RecordingParameters
from recordings.parameters.transcode import canvas_size

Box = MixLayout | ImageWaterMark | TextWaterMark


def list_only_for_custom(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None:
        return
    if layout.mix_layout_mode == "custom" and not layout.mix_layout_list:
        yield _problem("mix_layout_list", "required", _("A custom layout needs at least one window."))
    if layout.mix_layout_mode != "custom" and layout.mix_layout_list:
        yield _problem("mix_layout_list", "not_in_this_mode", _("Only a custom layout takes windows."))


def large_window_only_where_there_is_one(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None or layout.mix_layout_mode in ("floating", "screen_share"):
        return
    if layout.max_resolution_user_id is not None:
        detail = _("Only floating and screen_share have a large window.")
        yield _problem("max_resolution_user_id", "not_in_this_mode", detail)


def side_only_for_screen_share(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None or layout.mix_layout_mode == "screen_share":
        return
    if layout.max_resolution_user_align == "right":
        detail = _("Only screen_share lets the side of the large window be chosen.")
        yield _problem("max_resolution_user_align", "not_in_this_mode", detail)


def fit_not_for_custom(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None or layout.mix_layout_mode != "custom":
        return
    if layout.render_mode is not None:
        detail = _("In a custom layout each window has a render_mode of its own.")
        yield _problem("render_mode", "not_in_this_mode", detail)


def silent_users_not_for_custom(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None or layout.mix_layout_mode != "custom":
        return
    if layout.pure_audio_disable_layout:
        detail = _("A custom layout has windows for whom it names.")
        yield _problem("pure_audio_disable_layout", "not_in_this_mode", detail)


def windows_inside_the_canvas(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None:
        return
    canvas = canvas_size(parameters.mix_transcode_params)
    for index, window in enumerate(layout.mix_layout_list):
        yield from _box_problems(f"mix_layout_list.{index}", window, canvas)


def watermarks_inside_the_canvas(parameters: RecordingParameters) -> Iterator[Problem]:
    layout = parameters.mix_layout_params
    if layout is None:
        return
    canvas = canvas_size(parameters.mix_transcode_params)
    for index, mark in enumerate(layout.water_mark_list):
        if isinstance(mark, ImageWaterMark | TextWaterMark):
            yield from _box_problems(f"water_mark_list.{index}", mark, canvas)


LAYOUT_RULES: Sequence[Callable[[RecordingParameters], Iterator[Problem]]] = (
    list_only_for_custom,
    large_window_only_where_there_is_one,
    side_only_for_screen_share,
    fit_not_for_custom,
    silent_users_not_for_custom,
    windows_inside_the_canvas,
    watermarks_inside_the_canvas,
)


def _box_problems(path: str, box: Box, canvas: tuple[int, int]) -> Iterator[Problem]:
    width_px, height_px = canvas
    # A half-known box is left alone, and the boxes after it are still looked at.
    with suppress(FieldUnknown):
        yield from _span_problems(box.left, box.width, limit=width_px, names=(f"{path}.left", f"{path}.width"))
    with suppress(FieldUnknown):
        yield from _span_problems(box.top, box.height, limit=height_px, names=(f"{path}.top", f"{path}.height"))


def _span_problems(start: int, size: int, *, limit: int, names: tuple[str, str]) -> Iterator[Problem]:
    start_name, size_name = names
    if start > limit:
        detail = _("Begins outside the canvas, which is %(limit)s pixels here.") % {"limit": limit}
        yield _problem(start_name, "outside_the_canvas", detail)
    elif start + size > limit:
        detail = _("Ends at pixel %(end)s, outside the canvas, which is %(limit)s pixels here.")
        detail %= {"end": start + size, "limit": limit}
        yield _problem(size_name, "outside_the_canvas", detail)


def _problem(field: str, code: str, detail: str) -> Problem:
    return Problem(attr=f"mix_layout_params.{field}", code=code, detail=detail)
