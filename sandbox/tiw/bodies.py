"""Callback bodies of TIW's real-time recording.

Source: https://cloud.tencent.com/document/product/876/40258, https://www.tencentcloud.com/document/product/1176/55568
"""

import secrets
from typing import Any

from sandbox.clock import wall_ms
from sandbox.family import STAMP_SECONDS, Body

STARTED = "OnlineRecordStarted"
STOPPED = "OnlineRecordStopped"
FINISHED = "OnlineRecordFinished"
PAUSE_WARNING = "OnlineRecordLongPauseWarning"
PAUSE_FORCE_STOPPED = "OnlineRecordLongPauseForceStopped"

CAMERA, WHITEBOARD, MIX = 0, 2, 3  # VideoType
MIX_LAYOUT = 101
BYTES_PER_MS = 33


def build(event_type: str, data: dict[str, Any], *, sdk_app_id: int) -> Body:
    """Return a body whose event happens now."""
    seconds = wall_ms() // 1000
    return {
        "EventData": data,
        "EventType": event_type,
        "ExpireTime": seconds + STAMP_SECONDS,
        "SdkAppId": sdk_app_id,
        "Timestamp": seconds,
    }


def failure(message: str) -> dict[str, str]:
    """Return Error of a recording that never began; the vendor escapes the line's end twice."""
    return {"Code": "FailedOperation.Record", "Message": f"code: 40001, msg: {message}\\n"}


def videos(task_id: str, *, room_id: int, users: list[str], duration_ms: int) -> list[dict[str, Any]]:
    """Return VideoInfos: one file per camera, one mix of all, and the whiteboard's."""
    owners = [(user, CAMERA) for user in users]
    owners += [(f"tic_mixstream_{room_id}_{MIX_LAYOUT}", MIX), ("", WHITEBOARD)]
    return [
        {
            "UserId": user_id,
            "VideoDuration": duration_ms,
            "VideoFormat": "mp4",
            "VideoId": secrets.token_hex(16),
            "VideoPlayTime": 0,
            "VideoSize": duration_ms * BYTES_PER_MS,
            "VideoType": video_type,
            # The last part is not the VideoId in the vendor's samples either.
            "VideoUrl": f"http://online-recording-1259648581.file.myqcloud.com/{task_id}/{secrets.token_hex(16)}.mp4",
        }
        for user_id, video_type in owners
    ]
