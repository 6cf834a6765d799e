"""The picture of a recording's layout, with the people that are known of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from layouts.geometry import Canvas, Participant
from layouts.growth import make_newcomers
from layouts.parameters import PREFIX_MARK, MixLayoutParams
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
    room = [*known, *make_newcomers(known, count=max(0, number - len(known)))][:number]
    canvas = Canvas(*canvas_size(read.mix_transcode_params))
    return draw(read.mix_layout_params or GRID, participants=room, canvas=canvas, translate=gettext)


def _named(parameters: RecordingParameters) -> Iterator[Participant]:
    """Yield each stream that layout and subscriptions name, once."""
    layout, subscribed = parameters.mix_layout_params, parameters.record_params.subscribe_stream_user_ids
    streams: list[tuple[str, Any]] = []
    if layout is not None:
        if layout.max_resolution_user_id:
            streams.append((layout.max_resolution_user_id, layout.media_id))
        streams += [(entry.user_id, entry.media_id) for entry in layout.mix_layout_list if entry.user_id]
    if subscribed is not None:
        streams += [(user, "main") for user in subscribed.subscribe_video_user_ids or ()]
    for user_id, media_id in dict.fromkeys(streams):
        if not user_id.endswith(PREFIX_MARK):  # stands for many
            yield Participant(user_id, media_id)
