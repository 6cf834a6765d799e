"""The life of one GME recording: files that begin, end and are stored; nothing tells the task's own end.

Source: https://cloud.tencent.com/document/product/607/87648 (events), 607/87647 (segments)
"""

import asyncio
import itertools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox import options
from sandbox.clock import wall_ms
from sandbox.gme import bodies
from sandbox.gme.bodies import MIXED, MIXED_USER_ID, SINGLE, Recording, Track
from sandbox.life import SHORTEST_SEGMENT_SECONDS, Life, State, Surroundings
from sandbox.options import BadOptions

SMALLEST_TASK_ID = 10**17  # 18 digits


@dataclass(frozen=True, kw_only=True)
class GmeOptions:
    """What the control API may ask for; seconds are the vendor's."""

    room_id: str
    mode: Literal["single", "mixed", "both"] = "single"
    users: Sequence[str] = ("999",)
    segment_seconds: float = 2 * 3600
    start_seconds: float = 0.5
    upload_seconds: float = 3.0

    def __post_init__(self) -> None:
        if self.segment_seconds < SHORTEST_SEGMENT_SECONDS:
            raise BadOptions(f"segment_seconds is at least {SHORTEST_SEGMENT_SECONDS}")


class GmeLife(Life):
    """Segments of every track, one after another, until it is stopped."""

    family = "gme"
    _options: GmeOptions

    def __init__(self, values: Mapping[str, Any], world: Surroundings) -> None:
        given = options.read(GmeOptions, values)
        task_id = SMALLEST_TASK_ID + secrets.randbelow(9 * SMALLEST_TASK_ID)
        super().__init__(str(task_id), given, world)
        biz_id = self.target.biz_id or self.target.sdk_app_id
        self._recording = Recording(biz_id=biz_id, room_id=given.room_id, task_id=task_id, started_ms=wall_ms())
        self._tracks = [Track(user_id=user_id, mode=SINGLE) for user_id in given.users if given.mode != "mixed"]
        if given.mode != "single":
            self._tracks.append(Track(user_id=MIXED_USER_ID, mode=MIXED))

    async def _run(self) -> None:
        await self._clock.sleep(self._options.start_seconds)
        self.state = State.RECORDING
        async with asyncio.TaskGroup() as uploads:
            for number in itertools.count():
                self._say(bodies.FILE_STARTED, number)
                await self._wait_for_request(until=self._clock.now() + self._options.segment_seconds)
                self._say(bodies.FILE_ENDED, number)
                uploads.create_task(self._upload(number))
                if self.is_stopping:
                    break
            self.state = State.UPLOADING

    async def _upload(self, number: int) -> None:
        await self._clock.sleep(self._options.upload_seconds)
        self._say(bodies.FILE_UPLOADED, number)

    def _say(self, event_type: int, number: int) -> None:
        """Tell of this segment of every track."""
        for track in self._tracks:
            name = bodies.file_name(self._recording, track, number)
            if event_type == bodies.FILE_STARTED:
                self.files.append({"user_id": track.user_id, "record_mode": track.mode, "seq_no": number, "name": name})
            self._tell(event_type, bodies.build(event_type, self._recording, track, number=number, name=name))
