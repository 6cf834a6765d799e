"""All that the rules look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layouts.geometry import Canvas, Participant
from layouts.lint.reading import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A layout as far as it could be read, and what is known around it.

    Args:
        mode: None when the mode is wrong; rules about modes are silent then.
        canvas: None when its size is wrong.
        participants: None when nobody knows who will come.
        subscriptions: Field names and lists of user ids, as far as they are sound.
    """

    layout: Part
    mode: str | None
    windows: Sequence[Part]
    marks: Sequence[Part]
    canvas: Canvas | None
    participants: Sequence[Participant] | None
    subscriptions: Mapping[str, Sequence[str]]

    @property
    def large_user(self) -> str | None:
        """Return who is named for the large place of this mode; None when it has none or nobody is named."""
        name: Any = self.layout["max_resolution_user_id"]
        return name if self.mode in ("floating", "screen_share") else None
