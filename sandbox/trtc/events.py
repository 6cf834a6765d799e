"""Callback bodies of on-cloud recording, events 301-312.

Source: https://trtc.io/document/54914
"""

from collections.abc import Mapping
from typing import Any

from sandbox.clock import wall_ms
from sandbox.trtc.tasks import RecordedFile, Task

EVENT_GROUP_RECORDING = 3
RECORDER_START = 301
RECORDER_STOP = 302
UPLOAD_START = 303
FILE_INFO = 304
UPLOAD_STOP = 305
FAILOVER = 306
FILE_SLICE = 307
UPLOAD_ERROR = 308
DOWNLOAD_IMAGE_ERROR = 309
MP4_STOP = 310
VOD_COMMIT = 311
VOD_STOP = 312

# The vendor writes EventTs as a string in these and as a number in the others.
STRING_EVENT_TS = frozenset({RECORDER_START, RECORDER_STOP, FILE_SLICE})


def build(event_type: int, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body whose event happens now."""
    now_ms = wall_ms()
    seconds: int | str = now_ms // 1000
    return {
        "EventGroupId": EVENT_GROUP_RECORDING,
        "EventType": event_type,
        "CallbackTs": now_ms,
        "EventInfo": {
            "RoomId": task.room.room_id,
            "EventTs": str(seconds) if event_type in STRING_EVENT_TS else seconds,
            "EventMsTs": now_ms,
            "UserId": task.user_id,
            "TaskId": task.task_id,
            "Payload": dict(payload),
        },
    }


def slice_payload(file: RecordedFile) -> dict[str, Any]:
    """Return the payload of 307: the file exists on the recorder."""
    return {
        "FileName": file.name,
        "UserId": file.user_id,
        "TrackType": file.track,
        "BeginTimeStamp": file.begin_ms,
    }
