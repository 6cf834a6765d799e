"""Files made after a recording: MP4 and AAC for cloud storage, media for VOD.

Source: OutputFormat and MediaType in https://trtc.io/document/36760, events 310 and 311 in
https://trtc.io/document/54914, names in https://trtc.io/document/45169
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.trtc import names
from sandbox.trtc.tasks import RecordedFile, Task

STORAGE_SUFFIXES = ((), ("mp4",), ("aac",), ("mp4",), ("aac",))  # by OutputFormat
VOD_SUFFIXES = (("mp4",), ("m3u8",), ("aac",), ("m3u8", "mp4"), ("m3u8", "aac"))  # by MediaType
LONGEST_MINUTES = 1440


@dataclass(frozen=True)
class Output:
    """One file. `user_id` is empty and `media` is "mix" in mixed mode; times are Unix milliseconds."""

    name: str
    user_id: str
    media: str
    track: str
    start_ms: int
    end_ms: int

    def message(self) -> dict[str, Any]:
        """Return an entry of event 310's FileMessage."""
        return {
            "FileName": self.name,
            "UserId": self.user_id,
            "TrackType": self.track,
            "MediaId": self.media,
            "StartTimeStamp": self.start_ms,
            "EndTimeStamp": self.end_ms,
        }

    def vod(self, *, sub_app_id: int) -> dict[str, Any]:
        """Return event 311's TencentVod for a file that VOD has taken."""
        file_id = str(secrets.randbelow(9 * 10**18) + 10**18)
        folder = hashlib.md5(self.name.encode(), usedforsecurity=False).hexdigest()
        return {
            "UserId": self.user_id,
            "TrackType": self.track,
            "MediaId": self.media,
            "FileId": file_id,
            "VideoUrl": f"http://{sub_app_id}.vod2.myqcloud.com/{folder}/{file_id}/f0.{self.name.rsplit('.', 1)[-1]}",
            "CacheFile": self.name,
            "StartTimeStamp": self.start_ms,
            "EndTimeStamp": self.end_ms,
        }


def for_storage(task: Task) -> list[Output]:
    """Return the MP4 or AAC files: one in mixed mode, else one per user and main or aux."""
    minutes = task.record.get("MaxMediaFileDuration") or LONGEST_MINUTES
    return _make(task, STORAGE_SUFFIXES[task.record.get("OutputFormat") or 0], longest_seconds=minutes * 60)


def for_vod(task: Task) -> list[Output]:
    """Return the files that go to VOD."""
    prefix = task.vod.get("UserDefineRecordId")
    return _make(
        task,
        VOD_SUFFIXES[task.vod.get("MediaType") or 0],
        longest_seconds=LONGEST_MINUTES * 60,
        prefix=f"{prefix}__UserDefine_u_" if prefix else "",
    )


def _make(task: Task, suffixes: tuple[str, ...], *, longest_seconds: float, prefix: str = "") -> list[Output]:
    groups: dict[tuple[str, str], list[RecordedFile]] = {}
    for file in task.files:
        groups.setdefault((file.user_id, file.media), []).append(file)
    made = []
    for (user_id, media), files in groups.items():
        stem = task.room_part if media == "mix" else names.user_part(room=task.room_part, user_id=user_id, media=media)
        for suffix in suffixes:
            track = _track(files, suffix)
            if track:
                made += _parts(files, f"{prefix}{stem}", suffix, (user_id, media, track), longest_seconds)
    return made


def _track(files: list[RecordedFile], suffix: str) -> str | None:
    kinds = {kind for file in files for kind in file.track.split("_")}
    if suffix == "aac":
        return "audio" if "audio" in kinds else None
    return "_".join(sorted(kinds))


def _parts(
    files: list[RecordedFile], stem: str, suffix: str, who: tuple[str, str, str], longest_seconds: float
) -> list[Output]:
    first, last = min(files, key=lambda file: file.begin_at), max(files, key=lambda file: file.end_at or 0)
    start_ms, end_ms = first.begin_ms, last.end_ms or first.begin_ms
    vendor_seconds = (last.end_at or first.begin_at) - first.begin_at
    count = max(1, math.ceil(vendor_seconds / longest_seconds))
    step = (end_ms - start_ms) / count
    return [
        Output(
            f"{stem}_{index + 1}.{suffix}" if count > 1 else f"{stem}.{suffix}",
            *who,
            round(start_ms + index * step),
            round(start_ms + (index + 1) * step),
        )
        for index in range(count)
    ]
