"""The picture of a recording's layout, with the people that are known of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from layouts.geometry import Canvas, Participant
from layouts.parameters import PREFIX_MARK, MixLayoutParams
from layouts.room import fill_room, list_named
from layouts.svg import draw
from recordings.parameters import RecordingParameters
from recordings.parameters.transcode import canvas_size

# So many are drawn where nobody is known by name.
STRANGERS = 4
GRID = MixLayoutParams(mix_layout_mode="grid")  # what the vendor takes when it is told of no layout


def draw_parameters(parameters: Mapping[str, Any], *, people: int | None = None) -> str | None:
    """Return the picture of stored parameters as SVG; None where every user is recorded apart.

    Args:
        people: How many to draw; strangers make up the number. None: those that the parameters name, or four.
    """
    read = RecordingParameters.model_validate(parameters)
    if read.record_params.record_mode != "mixed":
        return None
    known = list(_named(read))
    number = people if people is not None else len(known) or STRANGERS
    room = fill_room(known, count=number)[:number]
    canvas = Canvas(*canvas_size(read.mix_transcode_params))
    return draw(read.mix_layout_params or GRID, participants=room, canvas=canvas, translate=gettext)


def _named(parameters: RecordingParameters) -> Iterator[Participant]:
    """Yield each stream that layout and subscriptions name, once."""
    layout, subscribed = parameters.mix_layout_params, parameters.record_params.subscribe_stream_user_ids
    streams = list_named(layout) if layout is not None else []
    if subscribed is not None:
        users = (user for user in subscribed.subscribe_video_user_ids if not user.endswith(PREFIX_MARK))
        streams += [Participant(user) for user in users]
    yield from dict.fromkeys(streams)
