"""What goes with which mode, and fields that have no effect."""

from collections.abc import Iterator

from layouts.lint.findings import Finding, Text, report
from layouts.lint.findings import gettext_noop as _
from layouts.lint.scene import Scene
from layouts.parameters import PREFIX_MARK

DEFAULT_COLOR = "#000000"

WINDOWS_MISSING = Text(
    "required",
    "error",
    _("A custom layout needs at least one window."),
    _("Add a window to mix_layout_list, or set mix_layout_mode to grid."),
)
WINDOWS_NOT_HERE = Text(
    "not_in_this_mode",
    "error",
    _("Only a custom layout takes windows."),
    _("Set mix_layout_mode to custom, or remove mix_layout_list."),
)
LARGE_NOT_HERE = Text(
    "not_in_this_mode",
    "error",
    _("Only floating and screen_share have a large window."),
    _("Remove max_resolution_user_id, or set mix_layout_mode to floating or screen_share."),
)
SIDE_NOT_HERE = Text(
    "not_in_this_mode",
    "error",
    _("Only screen_share lets the side of the large window be chosen."),
    _("Remove max_resolution_user_align, or set mix_layout_mode to screen_share."),
)
FIT_NOT_HERE = Text(
    "not_in_this_mode",
    "error",
    _("In a custom layout each window has a render_mode of its own."),
    _("Move render_mode into the entries of mix_layout_list."),
)
SILENT_NOT_HERE = Text(
    "not_in_this_mode",
    "error",
    _("A custom layout has windows for whom it names, whether they send a picture or not."),
    _("Remove pure_audio_disable_layout."),
)
STREAM_NOT_HERE = Text(
    "no_effect",
    "warning",
    _("media_id chooses the stream of the large window, and this mode has none."),
    _("Remove media_id here; in a custom layout set it in the window."),
)
STREAM_OF_NOBODY = Text(
    "no_effect",
    "warning",
    _("media_id chooses a stream of max_resolution_user_id, and nobody is named there."),
    _("Set max_resolution_user_id to the user whose screen is shown, or remove media_id."),
)
NOBODY_LARGE = Text(
    "no_large_user",
    "warning",
    _("Nobody is named for the large place, so it stays background."),
    _('Set max_resolution_user_id to the user who shows a screen, and media_id to "aux".'),
)
PATTERN = Text(
    "no_pattern",
    "warning",
    _("A layout takes whole user ids; only subscriptions know .*$ as the start of many."),
    _("Write one user's whole id."),
)
FIT_WITHOUT_IMAGE = Text(
    "no_effect",
    "warning",
    _("There is no background picture to fit."),
    _("Set background_image_url, or remove background_image_render_mode."),
)
COLOR_BEHIND_IMAGE = Text(
    "no_effect",
    "warning",
    _("The background picture covers the background colour."),
    _('Remove back_ground_color, or set background_image_render_mode to "letterbox".'),
)
NO_PLACEHOLDER = Text(
    "no_placeholder_image",
    "warning",
    _("place_holder_mode is on, and no picture is named to show in empty windows."),
    _("Set default_sub_background_image, or set place_holder_mode to false."),
)
PLACEHOLDER_OFF = Text(
    "no_effect",
    "warning",
    _("Placeholder pictures are shown only while place_holder_mode is on."),
    _("Set place_holder_mode to true, or remove the picture."),
)


def fields_of_other_modes(scene: Scene) -> Iterator[Finding]:
    """What this mode refuses."""
    mode, layout = scene.mode, scene.layout
    if mode is None:
        return
    if mode == "custom":
        if layout["render_mode"] is not None:
            yield report(FIT_NOT_HERE, "render_mode")
        if layout["pure_audio_disable_layout"]:
            yield report(SILENT_NOT_HERE, "pure_audio_disable_layout")
        if not scene.windows and "mix_layout_list" in layout.fields:
            yield report(WINDOWS_MISSING, "mix_layout_list")
    elif scene.windows:
        yield report(WINDOWS_NOT_HERE, "mix_layout_list")
    if mode not in ("floating", "screen_share") and layout["max_resolution_user_id"] is not None:
        yield report(LARGE_NOT_HERE, "max_resolution_user_id")
    if mode != "screen_share" and layout["max_resolution_user_align"] == "right":
        yield report(SIDE_NOT_HERE, "max_resolution_user_align")


def large_place(scene: Scene) -> Iterator[Finding]:
    """Who takes the large window, and with which stream."""
    mode, layout = scene.mode, scene.layout
    nobody = "max_resolution_user_id" in layout.fields and layout["max_resolution_user_id"] is None
    if mode in ("grid", "custom") and layout["media_id"] == "aux":
        yield report(STREAM_NOT_HERE, "media_id")
    if mode in ("floating", "screen_share") and nobody and layout["media_id"] == "aux":
        yield report(STREAM_OF_NOBODY, "media_id")
    if mode == "screen_share" and nobody:
        yield report(NOBODY_LARGE, "max_resolution_user_id")
    if str(scene.large_user).endswith(PREFIX_MARK):
        yield report(PATTERN, "max_resolution_user_id")


def background(scene: Scene) -> Iterator[Finding]:
    """Colour and picture behind everything."""
    layout = scene.layout
    image, fit = layout["background_image_url"], layout["background_image_render_mode"]
    if "background_image_url" in layout.fields and image is None and fit is not None:
        yield report(FIT_WITHOUT_IMAGE, "background_image_render_mode")
    # The default is what a layout has that says nothing about it.
    if image is not None and fit != "letterbox" and layout["back_ground_color"] not in (None, DEFAULT_COLOR):
        yield report(COLOR_BEHIND_IMAGE, "back_ground_color")


def placeholders(scene: Scene) -> Iterator[Finding]:
    """Pictures for empty windows."""
    layout = scene.layout
    images = [window for window in scene.windows if window["sub_background_image"] is not None]
    common = layout["default_sub_background_image"]
    if layout["place_holder_mode"] is True:
        unknown = "default_sub_background_image" not in layout.fields
        # The large place of a template and a window without a picture of its own need the common one.
        bare = scene.mode != "custom" or len(images) < len(scene.windows)
        if common is None and bare and not unknown:
            yield report(NO_PLACEHOLDER, "place_holder_mode")
    elif layout["place_holder_mode"] is False:
        if common is not None:
            yield report(PLACEHOLDER_OFF, "default_sub_background_image")
        for window in images:
            yield report(PLACEHOLDER_OFF, window.at("sub_background_image"))


RULES = (fields_of_other_modes, large_place, background, placeholders)
