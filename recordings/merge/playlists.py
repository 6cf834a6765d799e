"""A recorded playlist as a track to merge."""

from collections.abc import Callable

from recordings.files.names import FileName
from recordings.files.playlist import read_playlist
from recordings.merge.media import Segment, Track, owner_of


def read_track(text: str, *, name: FileName, path: str, is_there: Callable[[str], bool]) -> Track:
    """Return the track of a playlist. A segment that tells no begin follows the one before it.

    Args:
        text: Its content.
        path: Where it is, below the folder that is merged or as a storage key; its segments are beside it.
        is_there: Tells of a segment, by its path, whether it is there and holds something.

    Raises:
        NoPlaylist: It cannot be parsed.
    """
    playlist, folder = read_playlist(text), path[: path.rfind("/") + 1]
    clock = playlist.start_ms or 0
    segments = []
    for piece in playlist.pieces:
        begin_ms = clock if piece.begin_ms is None else piece.begin_ms
        file = folder + piece.find(lambda beside: is_there(folder + beside))
        segments.append(Segment(file, begin_ms, piece.duration_ms, is_there(file)))
        clock = begin_ms + piece.duration_ms
    return Track(
        name=path,
        owner=owner_of(name),
        media_id=name.media_id,
        track_type=name.track_type or "audio_video",
        recovery=name.recovery,
        segments=tuple(segments),
        has_ended=playlist.is_ended,
        size=playlist.size,
    )
