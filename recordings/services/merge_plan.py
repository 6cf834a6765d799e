"""How the pieces of a recording go together."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from recordings.files.names import FileName, RoomIdType, parse_name
from recordings.files.playlist import NoPlaylist
from recordings.merge.media import Segment, Track, owner_of
from recordings.merge.plan import Options, UserPlan, plan_merge
from recordings.merge.playlists import read_track
from recordings.models import Recording, RecordingFile
from recordings.services.places import place_of_recording
from recordings.states.vocabulary import FileKind, StorageProblem
from recordings.storage.client import AT_ONCE, Bucket
from recordings.storage.errors import NoSuchObject, StorageError
from recordings.storage.folder import MOST_PLAYLIST_BYTES

READING_SECONDS = 10.0  # a caller waits for it
# Why there is nothing to plan, beside what a storage may answer.
NO_PLAYLIST, DELETED = "no_playlist", "deleted"


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """The plan of a recording.

    Attributes:
        segments_known: The playlists were read. Where they were not, each stretch of a playlist stands for the
            segments in it, as far as a look into storage told of stretches.
        problem: Why they could not be read, as a `StorageProblem`; NO_PLAYLIST where none is known, DELETED where
            retention deleted them; empty where nobody failed.
        unplanned: Playlists that are not there, that nobody can read, or of which nobody knows how long they last.
    """

    segments_known: bool
    problem: str
    users: tuple[UserPlan, ...]
    unplanned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Playlist:
    """A playlist that the recording should have. `path` is `<TaskId>/<name>`."""

    row: RecordingFile
    path: str
    name: FileName

    @property
    def checked(self) -> dict[str, Any]:
        """What a look into storage found in it; nothing before the first."""
        return self.row.checked or {}


def plan_recording(recording: Recording, options: Options) -> RecordingPlan:
    """Return how the HLS files of *recording* would be merged. Reads its playlists from storage where it can."""
    rows = list(RecordingFile.objects.filter(recording=recording, kind=FileKind.HLS).exclude(name=""))
    playlists = list(_name_playlists(rows, room_id_type=recording.room_id_type))
    if recording.purged_at is not None or not playlists:
        why = NO_PLAYLIST if recording.purged_at is None else DELETED
        return RecordingPlan(segments_known=False, problem=why, users=(), unplanned=_names(rows))
    bucket, tracks, problem = open_bucket(recording), None, ""
    if bucket is not None:
        try:
            tracks = _read_tracks(bucket, playlists)
        except StorageError as error:
            problem = str(error.problem)
    used = tracks if tracks is not None else list(_guess_tracks(playlists))
    planned = {track.name.rpartition("/")[2] for track in used}
    return RecordingPlan(
        segments_known=tracks is not None,
        problem=problem,
        users=plan_merge(used, options),
        unplanned=_names(row for row in rows if row.name.rpartition("/")[2] not in planned),
    )


def _names(rows: Iterable[RecordingFile]) -> tuple[str, ...]:
    return tuple(sorted(row.name for row in rows))


def open_bucket(recording: Recording) -> Bucket | None:
    """Return the bucket that *recording* goes into; None where it is none of ours, or VOD."""
    place = place_of_recording(recording)
    return Bucket(place) if place is not None else None


def _name_playlists(rows: Sequence[RecordingFile], *, room_id_type: str) -> Iterator[_Playlist]:
    kind = cast(RoomIdType, room_id_type) if room_id_type else None
    for row in rows:
        path = f"{row.task_id}/{row.name.rpartition('/')[2]}"
        name = parse_name(path, room_id_type=kind)
        if name is not None:
            yield _Playlist(row, path, name)


def _read_tracks(bucket: Bucket, playlists: Sequence[_Playlist]) -> list[Track]:
    """Return the tracks of all playlists that can be read.

    Raises:
        StorageError: The storage did not give them, or not in time.
    """
    deadline = time.monotonic() + READING_SECONDS

    def read(playlist: _Playlist) -> Track | None:
        if time.monotonic() > deadline:
            raise StorageError(StorageProblem.TOO_SLOW)
        key = bucket.place.folder_of(playlist.row.task_id) + playlist.path.rpartition("/")[2]
        absent = {f"{playlist.row.task_id}/{name}" for name in playlist.checked.get("missing_names", ())}
        try:
            text = bucket.read_object(key, most_bytes=MOST_PLAYLIST_BYTES).decode("utf-8", "replace")
            return read_track(text, name=playlist.name, path=playlist.path, is_there=lambda name: name not in absent)
        except (NoSuchObject, NoPlaylist):
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [track for track in pool.map(read, playlists) if track is not None]


def _guess_tracks(playlists: Collection[_Playlist]) -> Iterator[Track]:
    """Yield tracks whose segments are the stretches between the gaps that a look into storage saw."""
    for playlist in playlists:
        begin_ms, end_ms = playlist.row.begin_ms, playlist.row.end_ms
        if begin_ms is None or end_ms is None:
            continue
        gaps = [(gap["at_ms"], gap["at_ms"] + gap["length_ms"]) for gap in playlist.checked.get("gaps", ())]
        edges = [begin_ms, *(moment for gap in sorted(gaps) for moment in gap), end_ms]
        stretches = zip(edges[::2], edges[1::2], strict=True)
        yield Track(
            name=playlist.path,
            owner=owner_of(playlist.name),
            media_id=playlist.name.media_id,
            track_type=playlist.name.track_type or "audio_video",
            recovery=playlist.name.recovery,
            segments=tuple(Segment(playlist.path, begin, end - begin) for begin, end in stretches if end > begin),
            has_ended=bool(playlist.checked.get("ended", True)),
        )
