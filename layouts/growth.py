"""What a picture will look like when more people join."""

from collections.abc import Sequence
from dataclasses import dataclass

from layouts.geometry import Align, Canvas, Participant, Window, arrange
from layouts.parameters import MixLayoutParams
from layouts.room import make_newcomers


@dataclass(frozen=True, slots=True)
class Growth:
    """The picture after *joined* more people have come.

    Args:
        moved: User and stream of those whose window is another one than before the last of them came.
        unseen: How many people in the room have no window.
    """

    joined: int
    windows: tuple[Window, ...]
    moved: tuple[tuple[str, str], ...]
    unseen: int


def list_growth(
    layout: MixLayoutParams,
    *,
    participants: Sequence[Participant],
    canvas: Canvas,
    align: Align = 1,
    newcomers: Sequence[Participant] | None = None,
) -> tuple[Growth, ...]:
    """Return the picture as it is now, and after each newcomer.

    Args:
        newcomers: In order of entry. None: 25 people with a camera, named +1 to +25.

    Returns:
        One more than there are newcomers; position k is the picture with k of them.
    """
    room = [*participants, *(make_newcomers(participants) if newcomers is None else newcomers)]
    steps: list[Growth] = []
    before: tuple[Window, ...] = ()
    for joined in range(len(room) - len(participants) + 1):
        present = room[: len(participants) + joined]
        windows = arrange(layout, participants=present, canvas=canvas, align=align)
        places = {(window.user_id, window.media_id): window for window in windows}
        moved = tuple(
            (window.user_id, window.media_id)
            for window in before
            if places.get((window.user_id, window.media_id)) != window
        )
        steps.append(Growth(joined=joined, windows=windows, moved=moved, unseen=len(present) - len(windows)))
        before = windows
    return tuple(steps)
