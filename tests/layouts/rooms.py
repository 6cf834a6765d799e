"""People for layouts."""

from layouts.geometry import Canvas, Participant

CANVASES = (
    Canvas(1920, 1080),
    Canvas(1280, 720),
    Canvas(640, 360),
    Canvas(720, 1280),
    Canvas(1000, 1000),
    Canvas(853, 479),
    Canvas(361, 641),
)


def room(count: int) -> list[Participant]:
    """Return *count* people with a camera, in order of entry."""
    return [Participant(f"user{number}") for number in range(1, count + 1)]
