"""The life of one CSS recording: status events, and a file per format and segment.

Source: https://www.tencentcloud.com/document/product/267/58590 (events), 267/37309 (segments)
"""

import asyncio
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sandbox import options
from sandbox.clock import wall_ms
from sandbox.css import bodies
from sandbox.css.bodies import File, Format, Session
from sandbox.life import SHORTEST_SEGMENT_SECONDS, Life, NotNow, State, Surroundings
from sandbox.options import BadOptions

SMALLEST_SESSION_ID = 10**18
LARGEST_SESSION_ID = 2**64
TASK_ID_LENGTH = 56
UNCUT: Format = "hls"  # one file from the push to its break


@dataclass(frozen=True, kw_only=True)
class CssOptions:
    """What the control API may ask for; seconds are the vendor's.

    Attributes:
        status_events: The application has an address for event 332 as well.
        api_task: Made by CreateRecordTask: it has a task id of its own and no stream_param.
        ends: `empty`: no files. `start_failed`: record_start_failed, and nothing else.
    """

    stream_id: str
    domain: str = "push.example.com"
    app_name: str = "live"
    formats: Sequence[Format] = ("flv",)
    status_events: bool = True
    api_task: bool = False
    ends: Literal["files", "empty", "start_failed"] = "files"
    segment_seconds: float = 1800.0
    start_seconds: float = 0.5
    upload_seconds: float = 3.0

    def __post_init__(self) -> None:
        if self.segment_seconds < SHORTEST_SEGMENT_SECONDS:
            raise BadOptions(f"segment_seconds is at least {SHORTEST_SEGMENT_SECONDS}")


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What event 341 tells."""

    type: int = -18
    level: Literal["info", "warning", "error"] = "warning"
    occurs: int = 1
    desc: str = "no video"


class CssLife(Life):
    """Recording, paused or not, in segments, until it is stopped."""

    family = "css"
    _options: CssOptions

    def __init__(self, values: Mapping[str, Any], world: Surroundings) -> None:
        given = options.read(CssOptions, values)
        session_id = str(SMALLEST_SESSION_ID + secrets.randbelow(LARGEST_SESSION_ID - SMALLEST_SESSION_ID))
        task_id = None
        if given.api_task:
            task_id = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(TASK_ID_LENGTH))
        super().__init__(task_id or session_id, given, world)
        self._session = Session(
            appid=self.target.appid,
            domain=given.domain,
            app_name=given.app_name,
            stream_id=given.stream_id,
            session_id=session_id,
            task_id=task_id,
            stream_param=None if task_id else bodies.make_stream_param(),
        )
        self._seq = 0
        self.actions = {
            "stop": self._stop,
            "pause": self._pause,
            "resume": self._resume,
            "error": self._error,
            "exception": self._exception,
        }

    def public(self) -> dict[str, Any]:
        return {**super().public(), "session_id": self._session.session_id}

    async def _run(self) -> None:
        await self._clock.sleep(self._options.start_seconds)
        if self._options.ends == "start_failed":
            self._say_status("record_start_failed")
            return
        self.state = State.RECORDING
        self._say_status("record_start_succeeded")
        began_ms = wall_ms()
        async with asyncio.TaskGroup() as uploads:
            while True:
                segment_ms = wall_ms()
                await self._record_segment()
                for file in self._cut(segment_ms=segment_ms, began_ms=began_ms):
                    uploads.create_task(self._upload(file))
                if self.is_stopping:
                    break
            self.state = State.UPLOADING
            self._say_status("record_ended")

    async def _record_segment(self) -> None:
        """Return at the segment's end or at the stop; a pause holds the segment open."""
        left = self._options.segment_seconds
        while left > 0 and not self.is_stopping:
            was_paused, since = self.state == State.PAUSED, self._clock.now()
            await self._wait_for_request(until=None if was_paused else since + left)
            if not was_paused:
                left -= self._clock.now() - since

    def _cut(self, *, segment_ms: int, began_ms: int) -> list[File]:
        """Return the files that end now."""
        if self._options.ends == "empty":
            return []
        starts = {
            file_format: began_ms if file_format == UNCUT else segment_ms
            for file_format in self._options.formats
            if file_format != UNCUT or self.is_stopping
        }
        return [File(file_format=name, start_ms=start_ms, end_ms=wall_ms()) for name, start_ms in starts.items()]

    async def _upload(self, file: File) -> None:
        await self._clock.sleep(self._options.upload_seconds)
        body = bodies.build_file(self._session, file)
        self.files.append({**asdict(file), "file_id": body["file_id"], "video_url": body["video_url"]})
        self._tell(bodies.FILE, body)

    def _pause(self, values: Mapping[str, Any]) -> None:
        super()._pause(values)
        self._say_status("record_paused")

    def _resume(self, values: Mapping[str, Any]) -> None:
        super()._resume(values)
        self._say_status("record_resumed")

    def _error(self, _values: Mapping[str, Any]) -> None:
        self._need_recording()
        self._say_status("record_error")

    def _exception(self, values: Mapping[str, Any]) -> None:
        given = asdict(options.read(Diagnosis, values))
        self._need_recording()
        level = given.pop("level")
        self._tell(bodies.EXCEPTION, bodies.build_exception(self._session, level=level, exception=given))

    def _need_recording(self) -> None:
        if self.state not in (State.RECORDING, State.PAUSED):
            raise NotNow("nothing is recorded now")

    def _say_status(self, record_event: str) -> None:
        if not self._options.status_events:
            return
        self._seq += 1
        first = self._options.formats[0] if self._options.formats else "flv"
        body = bodies.build_status(self._session, record_event, seq=self._seq, file_format=first)
        self._tell(bodies.STATUS, body)
