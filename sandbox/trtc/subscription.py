"""Whose streams a task records.

Source: SubscribeStreamUserIds in https://trtc.io/document/36760
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sandbox.trtc.rooms import Publisher

PREFIX_MARK = ".*$"
MOST_ANCHORS = 25
MEDIA = (("main", "aux"), ("main",), ("aux",))  # by RecordParams.MediaId
TRACKS = (("audio", "video"), ("audio",), ("video",))  # by RecordParams.StreamType


class Track(NamedTuple):
    """One stream that is recorded: of whom, main | aux, audio | video."""

    user_id: str
    media: str
    track: str


def find_tracks(
    publishers: Sequence[Publisher], *, record_params: Mapping[str, Any], lists: Mapping[str, Any]
) -> list[Track]:
    """Return what is recorded now: of the first 25 anchors, in the order of entry."""
    media = MEDIA[record_params.get("MediaId") or 0]
    kinds = TRACKS[record_params.get("StreamType") or 0]
    present = {publisher.user_id for publisher in publishers}
    found: dict[str, list[Track]] = {}
    for publisher in publishers:
        tracks = [
            Track(publisher.user_id, one, kind)
            for one, kind in publisher.tracks()
            if one in media and kind in kinds and _is_wanted(publisher.user_id, kind.title(), lists, present)
        ]
        if tracks and len(found) < MOST_ANCHORS:
            found[publisher.user_id] = tracks
    return [track for tracks in found.values() for track in tracks]


def _is_wanted(user_id: str, media: str, lists: Mapping[str, Any], present: Collection[str]) -> bool:
    allowed = lists.get(f"Subscribe{media}UserIds")
    if allowed:
        return matches(user_id, allowed, present)
    return not matches(user_id, lists.get(f"UnSubscribe{media}UserIds") or [], present)


def matches(user_id: str, entries: Sequence[str], present: Collection[str]) -> bool:
    """An entry is a user id, or a prefix when it ends in ".*$".

    If somebody in the room is literally named like the pattern, it means that person only.
    """
    return any(
        entry == user_id
        or (entry.endswith(PREFIX_MARK) and entry not in present and user_id.startswith(entry[: -len(PREFIX_MARK)]))
        for entry in entries
    )
