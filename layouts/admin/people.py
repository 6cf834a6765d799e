"""Who is in the room of a preview. Pure."""

from layouts.geometry import Participant
from layouts.parameters import MediaId


def read_people(text: str) -> list[Participant]:
    """Return who "alice, bob:aux, carol:audio" names, in order of entry; :aux is a screen, :audio sends no picture."""
    people: dict[tuple[str, str], Participant] = {}
    for entry in text.split(","):
        name, *marks = entry.strip().split(":")
        media_id: MediaId = "aux" if "aux" in marks else "main"
        if name:
            people.setdefault((name, media_id), Participant(name, media_id, "audio" in marks))
    return list(people.values())
