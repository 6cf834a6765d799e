"""Faults of the canvas and of the windows of a custom layout."""

from collections.abc import Iterator

from layouts.boxes import Box, covers, overlap
from layouts.geometry import Canvas
from layouts.lint.findings import Finding, Text, report
from layouts.lint.findings import gettext_noop as _
from layouts.lint.reading import Part
from layouts.lint.scene import Scene
from layouts.parameters import PREFIX_MARK

Window = tuple[Part, Box]

INVISIBLE = 255
HARDLY_VISIBLE = 200
SMALLEST_WINDOW_PX = 16
SMALLEST_CANVAS_PX = 100

BEGINS_OUTSIDE = Text(
    "outside_the_canvas",
    "error",
    _("Begins outside the canvas, which is %(length)s pixels here."),
    _("Set %(field)s to at most %(most)s."),
)
ENDS_OUTSIDE = Text(
    "outside_the_canvas",
    "error",
    _("Ends at pixel %(end)s, outside the canvas, which is %(length)s pixels here."),
    _("Set %(field)s to at most %(most)s, or move it by %(surplus)s pixels."),
)
NO_SIZE = Text(
    "zero_size", "error", _("Has no size, so nothing is seen."), _("Set %(field)s to the pixels it shall have.")
)
TINY = Text(
    "tiny_window",
    "warning",
    _("Is so small that nothing can be made out in it."),
    _("Make width and height at least %(least)s pixels."),
)
SAME_LAYER = Text(
    "overlap",
    "warning",
    _("Overlaps %(other)s on the same layer, and the vendor does not tell which of them is in front."),
    _("Set image_layer of one of them above the other's, or move them apart."),
)
SWALLOWED = Text(
    "overlap",
    "error",
    _("Lies in the same place as %(other)s on the same layer, so one of the two may never be seen."),
    _("Set image_layer of the one that shall be in front above %(layer)s."),
)
COVERED = Text(
    "covered",
    "warning",
    _("Is covered entirely by %(other)s, which has a higher image_layer."),
    _("Set image_layer above %(layer)s, or move one of them."),
)
ALL_CLEAR = Text(
    "invisible",
    "error",
    _("Is entirely transparent: here alpha 0 is opaque and 255 invisible, the other way round than in CSS."),
    _("Set alpha to 0, or leave it out."),
)
NEARLY_CLEAR = Text(
    "nearly_invisible",
    "warning",
    _("Can hardly be seen: here alpha 0 is opaque and 255 invisible, the other way round than in CSS."),
    _("Set alpha to %(inverted)s if it was meant as in CSS, or to 0 for an opaque window."),
)
TWICE = Text(
    "duplicate_user",
    "error",
    _("This stream already has a window, %(other)s; only one of them will show it."),
    _('Name another user, or media_id "%(media_id)s", or remove the window.'),
)
STREAM_OF_ANYBODY = Text(
    "no_effect",
    "warning",
    _("Without a user_id the window takes the next person who enters, whichever stream that is."),
    _("Set user_id to the user whose screen is shown, or remove media_id."),
)
PATTERN = Text(
    "no_pattern",
    "warning",
    _("A window takes a whole user id; only subscriptions know .*$ as the start of many."),
    _("Write one user's whole id, or leave user_id out."),
)
ODD_CANVAS = Text(
    "odd_canvas",
    "warning",
    _("%(length)s pixels are odd; video encoders work in blocks of two and cut or stretch the rest."),
    _("Set it to %(even)s."),
)
SMALL_CANVAS = Text(
    "small_canvas",
    "warning",
    _("A picture of %(length)s pixels leaves nothing to see once several people are in it."),
    _("Set it to at least %(least)s."),
)


def canvas_fits_encoders(scene: Scene) -> Iterator[Finding]:
    """Even and not tiny."""
    if scene.canvas is None:
        return
    for name, length in (("width", scene.canvas.width), ("height", scene.canvas.height)):
        if length % 2:
            yield report(ODD_CANVAS, f"canvas.{name}", length=length, even=length - 1 or 2)
        if length < SMALLEST_CANVAS_PX:
            yield report(SMALL_CANVAS, f"canvas.{name}", length=length, least=SMALLEST_CANVAS_PX)


def windows_inside_the_canvas(scene: Scene) -> Iterator[Finding]:
    """Every window lies on the canvas and can be seen there."""
    for window in scene.windows:
        yield from box_findings(window, scene.canvas)
        box = window.box
        if box is not None and 0 < min(box.width, box.height) < SMALLEST_WINDOW_PX:
            yield report(TINY, window.path, least=SMALLEST_WINDOW_PX)


def box_findings(part: Part, canvas: Canvas | None) -> Iterator[Finding]:
    """What keeps a window or watermark from being on the canvas, side by side."""
    lengths = (None, None) if canvas is None else (canvas.width, canvas.height)
    for start_name, size_name, length in zip(("left", "top"), ("width", "height"), lengths, strict=True):
        start, size = part[start_name], part[size_name]
        if size == 0:
            yield report(NO_SIZE, part.at(size_name), field=size_name)
        if length is None or start is None:
            continue
        if start >= length:
            yield report(BEGINS_OUTSIDE, part.at(start_name), length=length, field=start_name, most=length - 1)
        elif size is not None and start + size > length:
            end = start + size
            yield report(
                ENDS_OUTSIDE, part.at(size_name), end=end, length=length, field=size_name, most=length - start,
                surplus=end - length,
            )  # fmt: skip


def windows_do_not_hide_each_other(scene: Scene) -> Iterator[Finding]:
    """Where windows overlap, layers say which is in front. Each window is told of one other at most."""
    seen: list[Window] = []
    for window in scene.windows:
        box, layer = window.box, window["image_layer"]
        if box is None or layer is None or not (box.width and box.height):
            continue
        faults = (_hiding((window, box), other) for other in seen)
        fault = next(filter(None, faults), None)
        if fault is not None:
            yield fault
        seen.append((window, box))


def _hiding(one: Window, other: Window) -> Finding | None:
    (part, box), (other_part, other_box) = one, other
    if not overlap(box, other_box):
        return None
    if part["image_layer"] == other_part["image_layer"]:
        if covers(box, other_box) or covers(other_box, box):
            return report(SWALLOWED, part.at("image_layer"), other=other_part.path, layer=part["image_layer"])
        return report(SAME_LAYER, part.at("image_layer"), other=other_part.path)
    (back, back_box), (front, front_box) = sorted((one, other), key=lambda each: int(each[0]["image_layer"]))
    if covers(front_box, back_box) and front["alpha"] == 0:
        return report(COVERED, back.path, other=front.path, layer=front["image_layer"])
    return None


def windows_can_be_seen(scene: Scene) -> Iterator[Finding]:
    """Transparency as the vendor counts it."""
    for window in scene.windows:
        alpha = window["alpha"]
        if alpha == INVISIBLE:
            yield report(ALL_CLEAR, window.at("alpha"))
        elif alpha is not None and alpha >= HARDLY_VISIBLE:
            yield report(NEARLY_CLEAR, window.at("alpha"), inverted=INVISIBLE - alpha)


def each_stream_once(scene: Scene) -> Iterator[Finding]:
    """No stream has two windows, and every name is one user's."""
    first: dict[tuple[str, str], str] = {}
    for window in scene.windows:
        user_id, media_id = window["user_id"], window["media_id"]
        if user_id is None:
            if "user_id" in window.fields and media_id == "aux":
                yield report(STREAM_OF_ANYBODY, window.at("media_id"))
            continue
        if user_id.endswith(PREFIX_MARK):
            yield report(PATTERN, window.at("user_id"))
        if media_id is None:
            continue
        if (user_id, media_id) in first:
            other = "aux" if media_id == "main" else "main"
            yield report(TWICE, window.at("user_id"), other=first[user_id, media_id], media_id=other)
        first.setdefault((user_id, media_id), window.path)


RULES = (
    canvas_fits_encoders,
    windows_inside_the_canvas,
    windows_do_not_hide_each_other,
    windows_can_be_seen,
    each_stream_once,
)
