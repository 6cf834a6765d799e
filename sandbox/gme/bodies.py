"""Callback bodies of GME's voice recording, and the names of its files.

Source: https://cloud.tencent.com/document/product/607/87648
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from sandbox.clock import wall_ms
from sandbox.family import Body

FILE_STARTED = 1
FILE_ENDED = 2
FILE_UPLOADED = 3

SINGLE, MIXED = 0, 1  # RecordMode of callbacks; the API counts otherwise
MIXED_USER_ID = "0"
CHINA = timezone(timedelta(hours=8))  # names carry Beijing time


@dataclass(frozen=True, kw_only=True)
class Track:
    """One user of a room, or the mix of all: what a row of files is made of."""

    user_id: str
    mode: int


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What the bodies of one task have in common."""

    biz_id: int
    room_id: str
    task_id: int
    started_ms: int


def file_name(recording: Recording, track: Track, number: int) -> str:
    """Return the name of a segment; the number is the segment's, as the page says and its sample does not."""
    began = datetime.fromtimestamp(recording.started_ms / 1000, tz=UTC).astimezone(CHINA)
    room = f"{recording.biz_id}_{recording.room_id}"
    if track.mode == MIXED:
        return f"{room}/{recording.task_id}_{began:%Y-%m-%d-%H-%M-%S}_{number}_audio.mp3"
    return f"{room}_{track.user_id}/{began:%Y-%m-%d-%H-%M-%S}_{number}_audio.mp3"


def build(event_type: int, recording: Recording, track: Track, *, number: int, name: str) -> Body:
    """Return a body about one file."""
    return {
        "BizID": recording.biz_id,
        "RoomID": recording.room_id,
        "UserID": track.user_id,
        "TaskID": recording.task_id,
        "RecordMode": track.mode,
        "Timestamp": wall_ms() // 1000,
        "EventType": event_type,
        "Detail": {"SeqNo": number, "FileName": name},
    }
