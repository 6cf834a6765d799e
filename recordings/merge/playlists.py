"""What a recorded playlist says."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from m3u8.parser import parse

from recordings.files.names import FileName, read_stamp
from recordings.merge.media import Segment, Track, owner_of


class UnreadablePlaylist(Exception):
    """It is no playlist; the message says what is wrong with it."""


def read_track(text: str, *, name: FileName, path: str, is_there: Callable[[str], bool]) -> Track:
    """Return the track of a playlist.

    Args:
        text: Its content.
        path: Where it is, below the folder that is merged or as a storage key; its segments are beside it.
        is_there: Tells of a segment, by its path, whether it is there and holds something.

    Raises:
        UnreadablePlaylist: It cannot be parsed.

    Source: m3u8 file with TRTC tags, https://trtc.io/document/45169.
    """
    told, folder = _parse(text), path[: path.rfind("/") + 1]
    clock = _milliseconds(told["trtc"].get("START-REC-TIME")) or 0
    segments = []
    for entry in told["segments"]:
        if "uri" not in entry:  # a last line that was cut off
            continue
        begin_ms = _begin_of(entry, clock)
        duration_ms = round(entry["duration"] * 1000)
        file = _path_of(entry["uri"], folder=folder, is_there=is_there)
        segments.append(Segment(file, begin_ms, duration_ms, is_there(file)))
        clock = begin_ms + duration_ms
    return Track(
        name=path,
        owner=owner_of(name),
        media_id=name.media_id,
        track_type=name.track_type or "audio_video",
        recovery=name.recovery,
        segments=tuple(segments),
        has_ended=bool(told.get("is_endlist")),
        size=_size_of(told["trtc"].get("VIDEO-METADATA", "")),
    )


def _parse(text: str) -> dict[str, Any]:
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise UnreadablePlaylist("does not begin with #EXTM3U")
    tags: dict[str, str] = {}

    def take_tag(line: str, _number: int, _data: object, state: dict[str, Any]) -> bool:
        if not line.startswith(_TAG):
            return False
        tag, _, value = line.removeprefix(_TAG).partition(":")
        if tag == "FILE-ATTR":  # of the segment that follows
            state.setdefault("segment", {})[tag] = value
        else:
            tags.setdefault(tag, value)
        return True

    try:
        told: dict[str, Any] = parse(text, custom_tags_parser=take_tag)
    except Exception as error:  # the library raises whatever its parsing meets
        raise UnreadablePlaylist(str(error) or type(error).__name__) from error
    for entry in told["segments"]:
        if not 0 <= entry.get("duration", 0) < _LONGEST_SECONDS:  # no NaN either
            raise UnreadablePlaylist(f"a segment of {entry['duration']} seconds")
    return told | {"trtc": tags}


_TAG = "#EXT-X-TRTC-"
_LONGEST_SECONDS = 7 * 24 * 3600
_STAMP = re.compile(r"_([0-9]{17})\.[A-Za-z0-9]+$")


def _begin_of(entry: Mapping[str, Any], clock: int) -> int:
    """Return when a segment begins: by its name, else by its tag, else where the one before it ends."""
    found = _STAMP.search(entry["uri"].partition("?")[0])
    begin_ms = read_stamp(found[1]) if found else None
    if begin_ms is None:
        begin_ms = _milliseconds(entry.get("FILE-ATTR", "").partition(",")[0])
    return clock if begin_ms is None else begin_ms


def _milliseconds(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def _path_of(uri: str, *, folder: str, is_there: Callable[[str], bool]) -> str:
    """Return a segment's path: beside the playlist, wherever else its address may point."""
    file = folder + uri.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    quoted = folder + unquote(file.removeprefix(folder)).rsplit("/", 1)[-1]
    return quoted if quoted != file and not is_there(file) else file


def _size_of(metadata: str) -> tuple[int, int] | None:
    found = {key: int(value) for key, value in _DIMENSION.findall(metadata)}
    width, height = found.get("WIDTH", 0), found.get("HEIGHT", 0)
    return (width, height) if width and height and math.prod((width, height)) <= _MOST_PIXELS else None


_DIMENSION = re.compile(r"(WIDTH|HEIGHT)\s*:\s*([0-9]{1,5})")
_MOST_PIXELS = 8192 * 8192
