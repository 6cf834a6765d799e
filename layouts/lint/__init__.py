"""Every fault of a layout at once, before the vendor spoils a recording with it. Pure: nothing is fetched.

`error` blocks a start, `warning` does not. Sentences are English msgids with values beside them, for no Django is
imported here: `finding.translated(gettext)` says them in another language.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from layouts.geometry import LONGEST_SIDE, MOST_PIXELS, Canvas, Participant
from layouts.lint import marks, modes, people, windows
from layouts.lint.findings import Finding, Severity, Text, report
from layouts.lint.findings import gettext_noop as _
from layouts.lint.reading import read
from layouts.lint.scene import Scene
from layouts.parameters import MixLayoutParams

__all__ = ["Finding", "Severity", "Text", "lint", "list_image_urls"]

RULES = (*modes.RULES, *windows.RULES, *people.RULES, *marks.RULES)

CANVAS_LIMITS = Text(
    "canvas_limits",
    "error",
    _("A canvas has sides of 1 to %(longest)s whole pixels, and at most %(most)s pixels in all."),
    _("Use a common size, for instance 1280 x 720 or 1920 x 1080."),
)


def lint(
    layout: MixLayoutParams | object,
    *,
    canvas: Canvas | tuple[int, int],
    participants: Sequence[Participant] | None = None,
    subscriptions: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return everything that is wrong with *layout*, or likely not meant, in the order of its fields' checks.

    Args:
        layout: The parameters, or parsed JSON of any shape: what the models refuse is reported with its path, and the
            sound fields around it are still looked at. Nothing raises.
        canvas: Pixels of the recorded picture; a tuple outside the vendor's limits is reported.
        participants: Who is in the room, in order of entry. None: unknown, and names are not checked.
        subscriptions: JSON of `subscribe_stream_user_ids`.
    """
    measured = _read_canvas(canvas)
    reading = read(layout, canvas=measured)
    scene = Scene(
        layout=reading.layout,
        mode=reading.mode,
        windows=reading.windows,
        marks=reading.marks,
        canvas=measured,
        participants=participants,
        subscriptions=_read_subscriptions(subscriptions),
    )
    wrong_canvas = [] if measured else [report(CANVAS_LIMITS, "canvas", longest=LONGEST_SIDE, most=MOST_PIXELS)]
    return [*reading.findings, *wrong_canvas, *chain.from_iterable(rule(scene) for rule in RULES)]


def list_image_urls(layout: MixLayoutParams | object) -> Iterator[tuple[str, str]]:
    """Yield path and address of every picture that *layout* names, as far as it can be read."""
    reading = read(layout, canvas=None)
    return marks.list_urls(reading.layout, reading.windows, reading.marks)


def _read_canvas(canvas: Canvas | tuple[int, int]) -> Canvas | None:
    if isinstance(canvas, Canvas):
        return canvas
    try:
        width, height = canvas
        return Canvas(width, height) if type(width) is type(height) is int else None
    except (TypeError, ValueError):
        return None


def _read_subscriptions(subscriptions: Mapping[str, Any] | None) -> dict[str, list[str]]:
    if not isinstance(subscriptions, Mapping):
        return {}
    return {
        name: [user_id for user_id in users if isinstance(user_id, str)]
        for name, users in subscriptions.items()
        if isinstance(users, list | tuple)
    }
