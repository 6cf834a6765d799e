"""The life of one task: enter, record, leave.

Source: https://trtc.io/document/45169 and the order of events in https://trtc.io/document/54914
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import Clock, wall_ms
from sandbox.faults import FaultBook
from sandbox.storage import Refused
from sandbox.trtc import events, names
from sandbox.trtc.no_camera import Filming, NoCamera
from sandbox.trtc.rooms import Rooms
from sandbox.trtc.storing import Storing
from sandbox.trtc.subscription import Track, find_tracks
from sandbox.trtc.tasks import DEFAULT_IDLE_SECONDS, RecordedFile, State, Task

# Vendor seconds.
ENTER_SECONDS = 0.2
SLICE_SECONDS = 10.0  # until the first ts of a file is cut
FIRST_UPLOAD_SECONDS = 1.0  # from the cut until the index is in storage
LEAVE_SECONDS = 0.3

LEAVE_IDLE = 99
MOST_FAILOVERS = 3
MIXED_TRACKS = ("audio_video", "audio", "video")  # by StreamType

Emit = Callable[[int, Task, Mapping[str, Any]], None]
FileKey = tuple[str, str, str]  # user id, media, track


class Recorder:
    """Plays the robot of one task."""

    def __init__(
        self, task: Task, *, clock: Clock, rooms: Rooms, faults: FaultBook, emit: Emit, camera: Filming
    ) -> None:
        self._task = task
        self._camera = camera
        self._clock = clock
        self._rooms = rooms
        self._faults = faults
        self._emit_event = emit
        self._current: dict[FileKey, RecordedFile] = {}  # files of this machine; a failover starts new ones
        self._idle_since = 0.0
        self._had_anchors = False
        self._failover_at: float | None = None
        self._can_upload = task.storage is not None
        self._refusal: Refused | None = None  # of the storage, from the beginning

    async def run(self) -> None:
        """Live the whole life; returns when nothing more will happen."""
        if await self._enter():
            await self._record()
            await self._leave()
            storing = Storing(self._task, clock=self._clock, strike=self._strike, emit=self._emit, camera=self._camera)
            if self._task.storage is None:
                await storing.into_vod()
            else:
                await storing.into_cloud(self._refusal, can_upload=self._can_upload)
        self._task.state = State.ENDED
        self._task.ended_ms = wall_ms()

    def _emit(self, event_type: int, payload: Mapping[str, Any]) -> None:
        self._emit_event(event_type, self._task, payload)

    def _strike(self, kind: str, *, stage: str | None = None, operation: str | None = None) -> dict[str, Any] | None:
        fault = self._faults.take(kind, stage=stage, operation=operation, task_id=self._task.task_id)
        return fault.options if fault else None

    async def _enter(self) -> bool:
        await self._clock.sleep(ENTER_SECONDS)
        if self._strike("fail_start") is not None:
            self._emit(events.RECORDER_START, {"Status": 1})
            return False
        self._task.state = State.RECORDING
        self._task.started_ms = wall_ms()
        self._idle_since = self._clock.now()
        self._emit(events.RECORDER_START, {"Status": 0})
        if self._task.storage is not None:
            broken = self._strike("fail_upload", stage="start")
            refused = self._strike("refuse_storage", operation="write")
            if refused:
                self._refusal = Refused(refused["code"], refused["message"])
            if broken or refused:
                self._can_upload, self._camera = False, NoCamera()
            self._emit(events.UPLOAD_START, {"Status": 1 if broken else 0})
        if image := self._strike("image_error"):
            url = image["url"] or _first_image(self._task.layout or {})
            self._emit(events.DOWNLOAD_IMAGE_ERROR, {"Url": url})
        return True

    async def _record(self) -> None:
        task = self._task
        while task.leave_code is None:
            task.changed.clear()
            self._follow_room()
            self._camera.roll()
            self._move_files(now=self._clock.now())
            self._fail_over_if_due(now=self._clock.now())
            if not self._had_anchors and self._clock.now() >= self._idle_deadline():
                task.leave_code = LEAVE_IDLE
                return
            await self._clock.wait(task.changed, until=self._next_deadline())

    def _follow_room(self) -> None:
        """Open files for new streams, close those whose stream is gone, and watch for anchors."""
        task, now, now_ms = self._task, self._clock.now(), wall_ms()
        publishers = self._rooms.publishers(task.room)
        if publishers or self._had_anchors:
            self._idle_since = now
        self._had_anchors = bool(publishers)
        tracks = find_tracks(publishers, record_params=task.record, lists=task.lists)
        wanted = self._wanted_files(tracks)
        task.is_flowing = bool(wanted)
        if wanted and not self._current and self._failover_at is None:
            self._arm_failover()
        for key in wanted:
            if key not in self._current:
                self._current[key] = self._new_file(key)
                task.files.append(self._current[key])
        for key, file in self._current.items():
            if key in wanted:
                file.end_ms = file.end_at = None
            elif file.end_ms is None:
                file.end_ms, file.end_at = now_ms, now
        self._camera.follow(tracks, [self._current[key] for key in wanted], now_ms=now_ms)

    def _wanted_files(self, tracks: list[Track]) -> dict[FileKey, None]:
        record = self._task.record
        stream_type = record.get("StreamType") or 0
        if self._task.is_mixed:
            return {("", "mix", MIXED_TRACKS[stream_type]): None} if tracks else {}
        if record.get("AvMerge"):
            return {(track.user_id, track.media, MIXED_TRACKS[stream_type]): None for track in tracks}
        return {(track.user_id, track.media, track.track): None for track in tracks}

    def _new_file(self, key: FileKey) -> RecordedFile:
        user_id, media, track = key
        stem = self._task.room_part
        if media != "mix":
            stem = f"{names.user_part(room=stem, user_id=user_id, media=media)}_{track}"
        name = names.recovered(f"{stem}.m3u8", failovers=self._task.failovers)
        return RecordedFile(name, user_id, media, track, begin_ms=wall_ms(), begin_at=self._clock.now())

    def _move_files(self, *, now: float) -> None:
        """Report the files of cloud storage as they are cut and first uploaded."""
        for file in self._task.files if self._task.storage is not None else ():
            if file.stage == "open" and now >= file.begin_at + SLICE_SECONDS:
                file.stage = "cut"
                self._emit(events.FILE_SLICE, events.slice_payload(file))
            is_due = now >= file.begin_at + SLICE_SECONDS + FIRST_UPLOAD_SECONDS
            if file.stage == "cut" and self._can_upload and is_due and self._camera.is_stored(file):
                file.stage = "uploaded"
                self._emit(events.FILE_INFO, {"FileList": file.name})

    def _arm_failover(self) -> None:
        if self._task.failovers < MOST_FAILOVERS and (options := self._strike("failover")):
            self._failover_at = self._clock.now() + options["after"]

    def _fail_over_if_due(self, *, now: float) -> None:
        is_due = self._task.failover_asked or (self._failover_at is not None and now >= self._failover_at)
        if not is_due:
            return
        self._task.failover_asked, self._failover_at = False, None
        if self._task.failovers >= MOST_FAILOVERS:
            return
        self._close_files()
        self._camera.abandon()
        self._move_files(now=float("inf"))
        self._task.failovers += 1
        self._current = {}
        self._emit(events.FAILOVER, {"Status": 0})
        self._follow_room()

    def _idle_deadline(self) -> float:
        return self._idle_since + float(self._task.record.get("MaxIdleTime") or DEFAULT_IDLE_SECONDS)

    def _next_deadline(self) -> float | None:
        times = [time for time in (self._failover_at, self._camera.next_cut) if time is not None]
        if not self._had_anchors:
            times.append(self._idle_deadline())
        for file in self._task.files if self._task.storage is not None else ():
            if file.stage == "open":
                times.append(file.begin_at + SLICE_SECONDS)
            elif file.stage == "cut" and self._can_upload and self._camera.is_stored(file):
                times.append(file.begin_at + SLICE_SECONDS + FIRST_UPLOAD_SECONDS)
        return min(times, default=None)

    def _close_files(self) -> None:
        now, now_ms = self._clock.now(), wall_ms()
        for file in self._current.values():
            if file.end_ms is None:
                file.end_ms, file.end_at = now_ms, now

    async def _leave(self) -> None:
        self._task.state = State.EXITING
        self._close_files()
        await self._clock.sleep(LEAVE_SECONDS)
        self._camera.cut_unstored()
        await self._camera.settle()
        self._move_files(now=float("inf"))
        self._task.is_flowing = False
        self._task.state = State.UPLOADING if self._task.storage is not None else State.PROCESSING
        self._emit(events.RECORDER_STOP, {"LeaveCode": self._task.leave_code})


def _first_image(layout: Mapping[str, Any]) -> str:
    marks = [mark.get("WaterMarkImage") or {} for mark in layout.get("WaterMarkList") or []]
    urls = [layout.get("BackgroundImageUrl"), *(mark.get("WaterMarkUrl") for mark in marks)]
    return next((url for url in urls if url), "http://images.invalid/missing.png")
