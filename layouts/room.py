"""Who is in a room that is drawn: those who are named, and strangers. Pure."""

from collections.abc import Sequence

from layouts.geometry import Participant
from layouts.parameters import PREFIX_MARK, MixLayoutParams

MOST_NEWCOMERS = 25


def make_newcomers(participants: Sequence[Participant], *, count: int = MOST_NEWCOMERS) -> list[Participant]:
    """Return *count* people with a camera, named +1, +2, … and unlike anybody who is there."""
    taken = {person.user_id for person in participants}
    sign = "+"
    while any(f"{sign}{number}" in taken for number in range(1, count + 1)):
        sign += "+"
    return [Participant(f"{sign}{number}") for number in range(1, count + 1)]


def fill_room(people: Sequence[Participant], *, count: int) -> list[Participant]:
    """Return *people*, and strangers named +1, +2, … until there are *count*."""
    return [*people, *make_newcomers(people, count=max(0, count - len(people)))]


def list_named(layout: MixLayoutParams) -> list[Participant]:
    """Return who *layout* keeps a place for, so that its picture shows it as it is meant."""
    if layout.mix_layout_mode == "custom":
        places = [(entry.user_id, entry.media_id) for entry in layout.mix_layout_list]
    elif layout.mix_layout_mode == "grid":
        places = []
    else:
        places = [(layout.max_resolution_user_id, layout.media_id)]
    named = [(user_id, media_id) for user_id, media_id in places if user_id and not user_id.endswith(PREFIX_MARK)]
    return [Participant(user_id, media_id) for user_id, media_id in dict.fromkeys(named)]
