"""The life of one TIW recording.

Source: https://cloud.tencent.com/document/product/876/40258 (events), 1137/40067 (pauses and ends)
"""

import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox import options
from sandbox.clock import wall_ms
from sandbox.life import Life, State, Surroundings
from sandbox.tiw import bodies

TASK_ID_LENGTH = 20
EXCEPTION_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class TiwOptions:
    """What the control API may ask for; seconds are the vendor's.

    Attributes:
        users: Those whose cameras are recorded.
        concat: Leave pauses out of the videos, and list them in OmittedDurations.
        ends: `failed`: it never begins. `exception`: it breaks off by itself, with files. `empty`: no files.
        ends_after_seconds: Ends by itself after so long; None: only when it is stopped (`exception`: after 10).
        pause_stop_seconds: The pages say 30 minutes here and 90 there.
    """

    room_id: int
    group_id: str = ""  # empty: the room's id as text
    record_user_id: str = ""  # empty: made up from the room's id
    users: Sequence[str] = ("teacher",)
    concat: bool = False
    ends: Literal["files", "failed", "exception", "empty"] = "files"
    ends_after_seconds: float | None = None
    start_seconds: float = 0.5
    finish_seconds: float = 3.0
    pause_warning_seconds: float = 20 * 60
    pause_stop_seconds: float = 90 * 60


@dataclass
class Pause:
    """One pause, Unix milliseconds; `video_ms` is its place in the videos."""

    began_ms: int
    video_ms: int
    ended_ms: int | None = None

    @property
    def length_ms(self) -> int:
        return (self.ended_ms or wall_ms()) - self.began_ms


class TiwLife(Life):
    """Started, paused, stopped, finished."""

    family = "tiw"
    _options: TiwOptions

    def __init__(self, values: Mapping[str, Any], world: Surroundings) -> None:
        given = options.read(TiwOptions, values)
        task_id = "".join(random.choices(string.ascii_lowercase + string.digits, k=TASK_ID_LENGTH))
        super().__init__(task_id, given, world)
        self.actions = {"stop": self._stop, "pause": self._pause, "resume": self._resume}
        self._record_user_id = given.record_user_id or f"tic_record_user_{given.room_id}_{task_id[:4]}"
        self._started_ms = self._stopped_ms = 0
        self._reason = ""
        self._pauses: list[Pause] = []

    async def _run(self) -> None:
        await self._clock.sleep(self._options.start_seconds)
        if self._options.ends == "failed":
            self._reason, self._stopped_ms = "EXCEPTION", wall_ms()
            self._finish()
            return
        self.state, self._started_ms = State.RECORDING, wall_ms()
        self._say(bodies.STARTED)
        await self._record()
        self.state, self._stopped_ms = State.UPLOADING, wall_ms()
        self._end_pause()
        self._say(bodies.STOPPED)
        await self._clock.sleep(self._options.finish_seconds)
        self._finish()

    async def _record(self) -> None:
        """Return when there is a reason to stop."""
        has_exception = self._options.ends == "exception"
        lasts = self._options.ends_after_seconds
        if lasts is None and has_exception:
            lasts = EXCEPTION_SECONDS
        until = None if lasts is None else self._clock.now() + lasts
        while not self._reason:
            if self.is_stopping:
                self._reason = "EXCEPTION" if has_exception else "USER_CALL"
            elif self.state == State.PAUSED:
                await self._sit_out_pause(self._pauses[-1])
            elif not await self._wait_for_request(until=until):
                self._reason = "EXCEPTION" if has_exception else "AUTO"

    async def _sit_out_pause(self, pause: Pause) -> None:
        """Return when something is asked or the pause has been too long."""
        warning, stop = self._options.pause_warning_seconds, self._options.pause_stop_seconds
        began = self._clock.now()
        seconds = pause.began_ms // 1000
        if await self._wait_for_request(until=began + min(warning, stop)):
            return
        if warning < stop:
            estimate = (pause.began_ms + round(stop * 1000 / self._clock.speed)) // 1000
            self._say(bodies.PAUSE_WARNING, PauseTime=seconds, EstimateStopTime=estimate)
            if await self._wait_for_request(until=began + stop):
                return
        self._reason = "AUTO"
        self._say(bodies.PAUSE_FORCE_STOPPED, PauseTime=seconds, StopTime=wall_ms() // 1000)

    def _pause(self, values: Mapping[str, Any]) -> None:
        super()._pause(values)
        self._pauses.append(Pause(began_ms=wall_ms(), video_ms=self._total_ms()))

    def _resume(self, values: Mapping[str, Any]) -> None:
        super()._resume(values)
        self._end_pause()

    def _end_pause(self) -> None:
        if self._pauses and self._pauses[-1].ended_ms is None:
            self._pauses[-1].ended_ms = wall_ms()

    def _total_ms(self) -> int:
        """Return how much of the recording was not paused."""
        if not self._started_ms:
            return 0
        paused_ms = sum(pause.length_ms for pause in self._pauses)
        return max(0, (self._stopped_ms or wall_ms()) - self._started_ms - paused_ms)

    def _finish(self) -> None:
        given = self._options
        total_ms = self._total_ms()
        if given.ends not in ("failed", "empty"):
            self.files = bodies.videos(
                self.task_id, room_id=given.room_id, users=list(given.users), duration_ms=total_ms
            )
        result: dict[str, Any] = {
            "GroupId": given.group_id or str(given.room_id),
            "FinishReason": self._reason,
            "RecordStartTime": self._started_ms // 1000,
            "RecordStopTime": self._stopped_ms // 1000,
            "TotalTime": total_ms,
            "ExceptionCnt": 1 if given.ends == "exception" else 0,
            "OmittedDurations": [
                {"VideoTime": pause.video_ms, "PauseTime": pause.began_ms, "ResumeTime": pause.ended_ms}
                for pause in (self._pauses if given.concat else ())
            ],
            "VideoInfos": self.files,
        }
        if given.ends == "failed":
            result["Error"] = bodies.failure("invalid userid")
        self._say(bodies.FINISHED, **result)

    def _say(self, event_type: str, **data: Any) -> None:
        common = {
            "TaskId": self.task_id,
            "RoomId": self._options.room_id,
            "RecordUserId": self._record_user_id,
        }
        self._tell(event_type, bodies.build(event_type, {**common, **data}, sdk_app_id=self.target.sdk_app_id))
