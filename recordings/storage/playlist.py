"""What an HLS playlist of the vendor says, held against what is in storage. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import m3u8

from recordings.files.names import parse_name

# Silence between segments below this is how encoders cut.
LEAST_GAP_MS = 1000
MOST_TOLD = 20
LARGEST_MS = 10**14
_TAGS = {
    "#EXT-X-TRTC-START-REC-TIME": "start_ms",
    "#EXT-X-TRTC-USER-ID": "user_id",
    "#EXT-X-TRTC-MEDIA-ID": "media_id",
}
_FILE_ATTR = "#EXT-X-TRTC-FILE-ATTR"


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece. Times in milliseconds; `begin_ms` is Unix, None where neither tag nor name tells it."""

    name: str
    duration_ms: int
    begin_ms: int | None


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist as written.

    Attributes:
        tags: What its TRTC tags say: start_ms, user_id, media_id; absent ones are left out.
        is_ended: It has #EXT-X-ENDLIST, so nothing will be added.
    """

    segments: Sequence[Segment]
    tags: Mapping[str, Any]
    is_ended: bool


class NoPlaylist(Exception):
    """The text is no playlist."""


def read_playlist(text: str) -> Playlist:
    """Read a playlist; the tags are those of the vendor's recorder (https://trtc.io/document/45169).

    Raises:
        NoPlaylist: It is none.
    """
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise NoPlaylist
    begins: list[int | None] = []
    tags: dict[str, Any] = {}

    def take_tag(line: str, _number: int, _data: Any, state: dict[str, Any]) -> bool:
        name, _colon, value = line.partition(":")
        if name == _FILE_ATTR:
            state["begin_ms"] = _whole(value.partition(",")[0])
        elif name in _TAGS and value:
            tags[_TAGS[name]] = _whole(value) if _TAGS[name] == "start_ms" else _text(value)
        elif line.startswith("#EXTINF"):
            begins.append(state.pop("begin_ms", None))
        return False  # the library goes on with the line

    try:
        read = m3u8.loads(text, custom_tags_parser=take_tag)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:  # it is told what anybody wrote
        raise NoPlaylist from error
    begins += [None] * (len(read.segments) - len(begins))
    segments = [
        _segment(piece.uri or "", piece.duration, begin) for piece, begin in zip(read.segments, begins, strict=False)
    ]
    return Playlist(segments, {name: value for name, value in tags.items() if value}, bool(read.is_endlist))


LONGEST_TEXT = 255
LONGEST_SEGMENT_SECONDS = 86_400.0


def check_playlist(playlist: Playlist, *, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what a fact keeps of a playlist: its length, its parts that are missing, its gaps.

    Args:
        sizes: Bytes of each object in the playlist's folder, by name.
    """
    segments = playlist.segments
    missing = [segment.name for segment in segments if not sizes.get(segment.name)]
    begin = playlist.tags.get("start_ms") or next((s.begin_ms for s in segments if s.begin_ms), None)
    duration = sum(segment.duration_ms for segment in segments)
    ends = [segment.begin_ms + segment.duration_ms for segment in segments if segment.begin_ms]
    return {
        "size": sum(sizes.get(segment.name, 0) for segment in segments),
        "duration_ms": duration,
        "begin_ms": begin,
        "end_ms": max(ends) if ends else (begin + duration if begin else None),
        "user_id": playlist.tags.get("user_id", ""),
        "media_id": playlist.tags.get("media_id", ""),
        "segments": len(segments),
        "missing": len(missing),
        "missing_names": missing[:MOST_TOLD],
        "gaps": find_gaps(segments)[:MOST_TOLD],
        "ended": playlist.is_ended,
    }


def find_gaps(segments: Sequence[Segment]) -> list[dict[str, int]]:
    """Return where nothing was recorded, as {at_ms, length_ms} in Unix milliseconds."""
    gaps = []
    for one, other in pairwise(segments):
        if one.begin_ms is None or other.begin_ms is None:
            continue
        end_ms = one.begin_ms + one.duration_ms
        if other.begin_ms - end_ms >= LEAST_GAP_MS:
            gaps.append({"at_ms": end_ms, "length_ms": other.begin_ms - end_ms})
    return gaps


def _segment(uri: str, seconds: float | None, begin_ms: int | None) -> Segment:
    if not 0 <= (seconds or 0.0) <= LONGEST_SEGMENT_SECONDS:  # no NaN either
        raise NoPlaylist
    name = unquote(uri.partition("?")[0]).rpartition("/")[2]
    if begin_ms is None and (told := parse_name(name)) is not None:
        begin_ms = told.started_ms
    return Segment(name, round((seconds or 0.0) * 1000), begin_ms)


def _text(value: str) -> str:
    return value.strip().replace("\0", "")[:LONGEST_TEXT]


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 and int(text) < LARGEST_MS else None
