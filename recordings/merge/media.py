"""What there is to merge: segments in tracks, each track of one owner."""

from dataclasses import dataclass, field

from recordings.files.encoding import encode_id
from recordings.files.names import FileName, RoomIdType

AUX = "aux"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Owner:
    """Whose a track is; tracks of different owners are never merged.

    Attributes:
        folder: The task's, with all folders above it as far as they are known.
        user_id: Plain; None for a picture of all.
    """

    folder: str
    sdk_app_id: int
    room_id: str
    room_id_type: RoomIdType
    user_id: str | None

    @property
    def label(self) -> str:
        """What names of merged files begin with: the encoded user, or the room where all are in one picture."""
        if self.user_id is not None:
            return encode_id(self.user_id)
        return f"{self.sdk_app_id}_{encode_id(self.room_id) if self.room_id_type == 'string' else self.room_id}"


@dataclass(frozen=True, slots=True)
class Segment:
    """One media file of a track.

    Attributes:
        name: Path below the folder that is merged, or storage key.
        begin_ms: Unix milliseconds.
        is_present: It is named and there; what is absent keeps its place in time.
    """

    name: str
    begin_ms: int
    duration_ms: int
    is_present: bool = True

    @property
    def end_ms(self) -> int:
        return self.begin_ms + self.duration_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What one playlist holds.

    Attributes:
        name: The playlist's.
        media_id: main, aux, or empty in a picture of all.
        track_type: audio, video or audio_video.
        recovery: Written after so many failovers.
        has_ended: The vendor closed the playlist; where it did not, the end may be missing.
        size: Of the picture as the playlist tells it, (width, height); None where it does not.
    """

    name: str
    owner: Owner
    media_id: str
    track_type: str
    recovery: int = 0
    segments: tuple[Segment, ...] = field(repr=False)
    has_ended: bool = True
    size: tuple[int, int] | None = None

    @property
    def has_picture(self) -> bool:
        return self.track_type != "audio"

    @property
    def has_sound(self) -> bool:
        return self.track_type != "video"

    @property
    def is_aux(self) -> bool:
        return self.media_id == AUX


def owner_of(name: FileName) -> Owner:
    """Return whose the file of a name is."""
    folder = "/".join([*name.prefix, name.task_id])
    return Owner(
        folder=folder,
        sdk_app_id=name.sdk_app_id,
        room_id=name.room_id,
        room_id_type=name.room_id_type,
        user_id=name.user_id,
    )
