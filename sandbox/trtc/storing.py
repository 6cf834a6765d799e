"""What becomes of a recording once the robot has left: uploads, mp4, aac, VOD.

Source: https://trtc.io/document/45169 and the order of events in https://trtc.io/document/54914
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sandbox.clock import Clock
from sandbox.storage import Refused
from sandbox.trtc import events, outputs
from sandbox.trtc.no_camera import Filming
from sandbox.trtc.outputs import Output
from sandbox.trtc.tasks import State, Task

# Vendor seconds.
LAST_UPLOAD_SECONDS = 0.5
TRANSCODE_SECONDS = 2.6
VOD_SECONDS = 3.0

Emit = Callable[[int, Mapping[str, Any]], None]


class Strike(Protocol):
    """Asks whether a fault strikes; returns its options."""

    def __call__(
        self, kind: str, *, stage: str | None = None, operation: str | None = None
    ) -> dict[str, Any] | None: ...


class Storing:
    """Plays the end of one task."""

    def __init__(self, task: Task, *, clock: Clock, strike: Strike, emit: Emit, camera: Filming) -> None:
        self._task = task
        self._clock = clock
        self._strike = strike
        self._emit = emit
        self._camera = camera

    async def into_cloud(self, refusal: Refused | None, *, can_upload: bool) -> None:
        """Upload the rest, then make mp4 or aac.

        Args:
            refusal: Why the storage has refused from the beginning.
        """
        await self._clock.sleep(LAST_UPLOAD_SECONDS)
        broken = self._strike("fail_upload", stage="stop")
        if broken is None:
            refusal = await self._camera.finish() or refusal
        else:
            refusal = Refused(broken["code"], broken["message"])
        if refusal is not None:
            self._emit(events.UPLOAD_ERROR, {"Code": refusal.code, "Message": refusal.message})
        is_stored = refusal is None and can_upload
        self._emit(events.UPLOAD_STOP, {"Status": 0 if is_stored else 1})
        self._task.state = State.PROCESSING
        if broken is not None and broken["repair_after"] is not None:
            await self._clock.sleep(broken["repair_after"])
            await self._camera.finish()
            self._emit(events.UPLOAD_STOP, {"Status": 2})
            is_stored = True
        if self._task.record.get("OutputFormat") and self._task.files:
            await self._clock.sleep(TRANSCODE_SECONDS)
            await self._transcode(is_stored=is_stored and self._strike("refuse_storage", operation="read") is None)

    async def _transcode(self, *, is_stored: bool) -> None:
        made = outputs.for_storage(self._task)
        if not made:  # nothing to make the wanted format of, such as aac of pictures alone
            self._emit(events.MP4_STOP, {"Status": 2, "FileList": [], "FileMessage": []})
        late: list[tuple[float, Output]] = []
        for output in made:
            broken: dict[str, Any] | None = {"status": 2, "repair_after": None}
            if is_stored:
                broken = self._strike("fail_mp4")
            status: int = broken["status"] if broken else await self._camera.make(output)
            if broken and broken["repair_after"] is not None:
                late.append((broken["repair_after"], output))
            self._tell_output(output, status=status)
        for seconds, output in late:
            await self._clock.sleep(seconds)
            self._tell_output(output, status=await self._camera.make(output))

    def _tell_output(self, output: Output, *, status: int) -> None:
        listed = [output] if status != 2 else []
        self._task.outputs.append({"name": output.name, "status": status})
        names_listed = [item.name for item in listed]
        messages = [item.message() for item in listed]
        self._emit(events.MP4_STOP, {"Status": status, "FileList": names_listed, "FileMessage": messages})

    async def into_vod(self) -> None:
        """Hand everything to VOD, file by file."""
        has_failed = False
        made = outputs.for_vod(self._task)
        if made:
            await self._clock.sleep(VOD_SECONDS)
        for output in made:
            vod = output.vod(sub_app_id=self._task.vod.get("SubAppId") or self._task.room.sdk_app_id)
            payload: dict[str, Any] = {"Status": 0, "TencentVod": vod}
            if broken := self._strike("fail_vod"):
                has_failed = True
                kept = {name: vod[name] for name in ("UserId", "TrackType", "CacheFile")}
                payload = {"Status": broken["status"], "Errmsg": broken["message"], "TencentVod": kept}
            made_of = {"name": output.name, "status": payload["Status"], "vod": payload["TencentVod"]}
            if not broken and self._strike("lose_vod") is not None:
                made_of["lost"] = True
            self._task.outputs.append(made_of)
            self._emit(events.VOD_COMMIT, payload)
        self._emit(events.VOD_STOP, {"Status": 1 if has_failed else 0})
