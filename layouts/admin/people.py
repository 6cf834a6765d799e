"""Who is in the room of a preview. Pure."""

from collections.abc import Sequence

from layouts.geometry import Participant
from layouts.growth import make_newcomers
from layouts.parameters import PREFIX_MARK, MediaId, MixLayoutParams


def read_people(text: str) -> list[Participant]:
    """Return who "alice, bob:aux, carol:audio" names, in order of entry; :aux is a screen, :audio sends no picture."""
    people: dict[tuple[str, str], Participant] = {}
    for entry in text.split(","):
        name, *marks = entry.strip().split(":")
        media_id: MediaId = "aux" if "aux" in marks else "main"
        if name:
            people.setdefault((name, media_id), Participant(name, media_id, "audio" in marks))
    return list(people.values())


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


def fill_room(people: Sequence[Participant], *, count: int) -> list[Participant]:
    """Return *count* people: the first of *people*, and strangers named +1, +2, …"""
    return [*people[:count], *make_newcomers(people, count=max(0, count - len(people)))]
