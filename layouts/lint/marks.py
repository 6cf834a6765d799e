"""Faults of watermarks, and addresses of pictures that the vendor cannot reach."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from layouts.addresses import is_public, read_literal
from layouts.boxes import Box, covers, overlap
from layouts.colors import contrast, read_color
from layouts.lint.findings import Finding, Text, report
from layouts.lint.findings import gettext_noop as _
from layouts.lint.letters import script_outside
from layouts.lint.reading import Part
from layouts.lint.scene import Scene
from layouts.lint.windows import box_findings
from layouts.text import text_width
from layouts.watermarks import timestamp_box

SMALLEST_LETTERS_PX = 8
LEAST_CONTRAST = 1.5
# https://www.iana.org/assignments/special-use-domain-names, and what companies use inside.
PRIVATE_DOMAINS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
LARGE_SHARE = 2  # of a watermark that takes more than 1/2 of the canvas

BLANK = Text("blank_text", "error", _("Holds nothing but spaces."), _("Write a text, or remove the watermark."))
TOO_WIDE = Text(
    "text_too_long",
    "warning",
    _("The text is about %(needed)s pixels wide at this size, and its box has %(width)s."),
    _("Make the box %(needed)s pixels wide, set font_size to %(font_size)s, or shorten the text."),
)
TOO_HIGH = Text(
    "text_too_high",
    "warning",
    _("Letters of %(font_size)s pixels do not fit into a box of %(height)s."),
    _("Make the box at least %(needed)s pixels high, or set font_size to %(fitting)s."),
)
TOO_SMALL = Text(
    "text_too_small",
    "warning",
    _("Letters of %(font_size)s pixels cannot be read after encoding."),
    _("Set font_size to at least %(least)s."),
)
INVISIBLE_TEXT = Text(
    "invisible_text",
    "error",
    _("Letters and background have the same colour."),
    _("Change font_color or back_ground_color, or remove back_ground_color."),
)
FAINT_TEXT = Text(
    "low_contrast",
    "warning",
    _("Letters and background are nearly the same colour (contrast %(ratio)s to 1)."),
    _("Make one of the two much lighter or darker, for instance #FFFFFF on #000000."),
)
WRONG_FONT = Text(
    "font",
    "warning",
    _("The vendor does not promise %(script)s letters (%(letters)s) in the font tencent."),
    _('Set font to "source_han_sans".'),
)
NO_FONT = Text(
    "font",
    "warning",
    _("Neither font is known to have %(script)s (%(letters)s), so boxes may be recorded instead."),
    _("Use an image watermark for this text."),
)
OVERLAPPING = Text(
    "watermarks_overlap",
    "warning",
    _("Lies over %(other)s."),
    _("Move one of them, for instance to another corner."),
)
HIDING = Text(
    "watermark_hidden",
    "warning",
    _("Covers %(other)s entirely."),
    _("Move or shrink one of them, or remove %(other)s."),
)
HUGE = Text(
    "large_watermark",
    "warning",
    _("Takes more than half of the canvas, on top of the people shown."),
    _("Make width and height smaller, say %(width)s x %(height)s."),
)
UNREACHABLE = Text(
    "unreachable_address",
    "warning",
    _("The vendor fetches this picture from the internet and cannot reach %(host)s."),
    _("Put the picture on a host with a public address."),
)

PASSWORD = Text(
    "password_in_address",
    "warning",
    _("The address holds a user name or password, which is stored and shown with the layout."),
    _("Publish the picture without a password, for its address goes to the vendor in any case."),
)


def marks_inside_the_canvas(scene: Scene) -> Iterator[Finding]:
    """Every watermark lies on the canvas and leaves room for the people."""
    for mark in scene.marks:
        yield from box_findings(mark, scene.canvas)
        box, canvas = mark.box, scene.canvas
        if box and canvas and LARGE_SHARE * box.width * box.height > canvas.width * canvas.height:
            yield report(HUGE, mark.path, width=canvas.width // 5, height=canvas.height // 5)


def texts_can_be_read(scene: Scene) -> Iterator[Finding]:
    """A text fits its box and stands out from its background."""
    for mark in _texts(scene):
        chars, size = mark["chars"], mark["font_size"]
        if chars is not None and not chars.strip():
            yield report(BLANK, mark.at("chars"))
        if size is not None:
            yield from _size_findings(mark, size)
        yield from _color_findings(mark)


def _size_findings(mark: Part, size: int) -> Iterator[Finding]:
    width, height = mark["width"], mark["height"]
    if size < SMALLEST_LETTERS_PX:
        yield report(TOO_SMALL, mark.at("font_size"), font_size=size, least=SMALLEST_LETTERS_PX)
    if height and size > height:
        yield report(TOO_HIGH, mark.at("font_size"), font_size=size, height=height, needed=size, fitting=height)
    needed = round(text_width(mark["chars"] or "", font_size=size))
    if width and needed > width:
        fitting = max(1, size * width // needed)
        yield report(TOO_WIDE, mark.at("chars"), needed=needed, width=width, font_size=fitting)


def _color_findings(mark: Part) -> Iterator[Finding]:
    if mark["font_color"] is None or mark["back_ground_color"] is None:
        return
    # Of a partly wrong watermark the colours stand as they came.
    letters, behind = read_color(mark["font_color"]), read_color(mark["back_ground_color"])
    if letters is None or behind is None:
        return
    ratio = contrast(letters, behind)
    if letters.lower() == behind.lower():
        yield report(INVISIBLE_TEXT, mark.at("font_color"))
    elif ratio < LEAST_CONTRAST:
        yield report(FAINT_TEXT, mark.at("font_color"), ratio=f"{ratio:.1f}")


def fonts_have_the_letters(scene: Scene) -> Iterator[Finding]:
    """The chosen font has what the text is written in."""
    for mark in _texts(scene):
        chars, font = mark["chars"], mark["font"]
        if chars is None or font is None:
            continue
        if missing := script_outside(chars, font="source_han_sans"):
            yield report(NO_FONT, mark.at("chars"), script=missing.script, letters=missing.letters)
        elif missing := script_outside(chars, font=font):
            yield report(WRONG_FONT, mark.at("font"), script=missing.script, letters=missing.letters)


def marks_do_not_hide_each_other(scene: Scene) -> Iterator[Finding]:
    """Watermarks have places of their own. Each is told of one other at most."""
    seen: list[tuple[Part, Box]] = []
    for mark in scene.marks:
        box = _box(scene, mark)
        if box is None:
            continue
        under = next((each for each in seen if overlap(box, each[1])), None)
        if under is not None:
            text = HIDING if covers(box, under[1]) else OVERLAPPING
            yield report(text, mark.path, other=under[0].path)
        seen.append((mark, box))


def pictures_can_be_reached(scene: Scene) -> Iterator[Finding]:
    """No address names a host of one's own network. Nothing is resolved or fetched: see `layouts.images`."""
    for path, url in list_urls(scene.layout, scene.windows, scene.marks):
        parts = urlsplit(url)
        if _is_private(parts.hostname or ""):
            yield report(UNREACHABLE, path, host=parts.hostname)
        if "@" in parts.netloc:
            yield report(PASSWORD, path)


def list_urls(layout: Part, windows: Any, marks: Any) -> Iterator[tuple[str, str]]:
    """Yield path and address of every picture that a layout names."""
    named = [layout.at("background_image_url"), layout.at("default_sub_background_image")]
    parts = [(layout, name) for name in named]
    parts += [(window, "sub_background_image") for window in windows]
    parts += [(mark, "water_mark_url") for mark in marks]
    for part, name in parts:
        if isinstance(part[name], str):
            yield part.at(name), part[name]


def _texts(scene: Scene) -> Iterator[Part]:
    return (mark for mark in scene.marks if mark["water_mark_type"] == "text")


def _box(scene: Scene, mark: Part) -> Box | None:
    if mark["water_mark_type"] == "timestamp" and scene.canvas is not None:
        return None if mark["pos"] is None else timestamp_box(mark["pos"], canvas=scene.canvas)
    box = mark.box
    return box if box and box.width and box.height else None


def _is_private(host: str) -> bool:
    try:
        literal = read_literal(host)
    except ValueError:
        return True
    if literal is not None:
        return not is_public(literal)
    name = host.rstrip(".")
    return "." not in name or name.endswith(PRIVATE_DOMAINS)


RULES = (
    marks_inside_the_canvas,
    texts_can_be_read,
    fonts_have_the_letters,
    marks_do_not_hide_each_other,
    pictures_can_be_reached,
)
