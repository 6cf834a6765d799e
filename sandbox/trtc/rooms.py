"""Rooms and the people who publish in them, moved by the control API."""

from collections.abc import Iterator
from dataclasses import dataclass

ROOM_TYPES = ("string", "integer")  # by RoomIdType: 0 string, 1 32-bit integer


@dataclass(frozen=True)
class RoomKey:
    """Room 123 and room "123" are two rooms."""

    sdk_app_id: int
    room_type: str  # string | integer
    room_id: str


@dataclass(frozen=True)
class Publisher:
    """An anchor in a room; one with every flag off is present but sends nothing."""

    user_id: str
    audio: bool = True  # main stream's sound
    video: bool = True  # main stream's picture
    aux: bool = False  # second stream's picture (screen share)
    aux_audio: bool = False  # second stream's sound

    def tracks(self) -> list[tuple[str, str]]:
        """Return (media, track) of everything sent: main | aux, audio | video."""
        sent = (self.audio, self.video, self.aux_audio, self.aux)
        kinds = [("main", "audio"), ("main", "video"), ("aux", "audio"), ("aux", "video")]
        return [kind for kind, is_sent in zip(kinds, sent, strict=True) if is_sent]


class Rooms:
    """Who publishes where, in the order of entry."""

    def __init__(self) -> None:
        self._rooms: dict[RoomKey, dict[str, Publisher]] = {}

    def publishers(self, room: RoomKey) -> list[Publisher]:
        return list(self._rooms.get(room, {}).values())

    def put(self, room: RoomKey, publisher: Publisher) -> None:
        """Let somebody in, or change what they send; their place in the order is kept."""
        self._rooms.setdefault(room, {})[publisher.user_id] = publisher

    def remove(self, room: RoomKey, user_id: str) -> bool:
        """Let somebody leave; False if they were not there."""
        people = self._rooms.get(room, {})
        is_present = people.pop(user_id, None) is not None
        if not people:
            self._rooms.pop(room, None)
        return is_present

    def dissolve(self, room: RoomKey) -> None:
        self._rooms.pop(room, None)

    def __iter__(self) -> Iterator[RoomKey]:
        return iter(list(self._rooms))
