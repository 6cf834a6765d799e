"""Recording tasks: what is known of each, and all of them together."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.clock import wall_ms
from sandbox.errors import not_found
from sandbox.ledger import redact
from sandbox.trtc import names
from sandbox.trtc.rooms import RoomKey
from sandbox.trtc.rules import is_string_room

DEFAULT_EXPIRED_HOURS = 72
SECONDS_PER_HOUR = 3600
DEFAULT_IDLE_SECONDS = 30


class State(StrEnum):
    STARTING = "starting"  # accepted; the robot is on its way
    RECORDING = "recording"  # the robot is in the room
    EXITING = "exiting"  # an exit was asked; the robot is leaving
    UPLOADING = "uploading"  # the robot has left; the last slices are on their way
    PROCESSING = "processing"  # gone for the API; mp4, aac or VOD files are being made
    ENDED = "ended"  # nothing will happen any more


IN_ROOM = frozenset({State.STARTING, State.RECORDING, State.EXITING})
STOPPABLE = frozenset({State.STARTING, State.RECORDING})
GONE = frozenset({State.PROCESSING, State.ENDED})


@dataclass
class RecordedFile:
    """One m3u8. Times: `*_ms` Unix milliseconds, `*_at` vendor seconds."""

    name: str
    user_id: str  # "" in mixed mode
    media: str  # main | aux | mix
    track: str  # audio | video | audio_video
    begin_ms: int
    begin_at: float
    end_ms: int | None = None
    end_at: float | None = None
    stage: str = "open"  # open | cut (event 307 sent) | uploaded (event 304 sent)


@dataclass
class Task:
    """One task; `changed` wakes its recorder."""

    task_id: str
    room: RoomKey
    params: dict[str, Any]
    region: str
    created_at: float  # vendor seconds
    created_ms: int = field(default_factory=wall_ms)
    state: State = State.STARTING
    started_ms: int | None = None
    ended_ms: int | None = None
    leave_code: int | None = None
    layout: dict[str, Any] | None = None
    lists: dict[str, Any] = field(default_factory=dict)
    files: list[RecordedFile] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    failovers: int = 0
    failover_asked: bool = False
    is_flowing: bool = False  # something is recorded right now
    cast: list[dict[str, Any]] = field(default_factory=list)  # who was filmed, with colour and tone
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def user_id(self) -> str:
        """The robot's."""
        return str(self.params["UserId"])

    @property
    def record(self) -> dict[str, Any]:
        value: dict[str, Any] = self.params["RecordParams"]
        return value

    @property
    def is_mixed(self) -> bool:
        return bool(self.record["RecordMode"] == 2)

    @property
    def storage(self) -> dict[str, Any] | None:
        """CloudStorage; None for a recording to VOD."""
        value: dict[str, Any] | None = self.params["StorageParams"].get("CloudStorage")
        return value

    @property
    def vod(self) -> dict[str, Any]:
        cloud_vod = self.params["StorageParams"].get("CloudVod") or {}
        value: dict[str, Any] = cloud_vod.get("TencentVod") or {}
        return value

    @property
    def room_part(self) -> str:
        return names.room_part(
            sdk_app_id=self.room.sdk_app_id, room_id=self.room.room_id, is_string_room=is_string_room(self.params)
        )

    @property
    def expires_at(self) -> float:
        """Vendor seconds after which the API knows the task no longer; the recording goes on."""
        hours = self.params.get("ResourceExpiredHour") or DEFAULT_EXPIRED_HOURS
        return self.created_at + float(hours) * SECONDS_PER_HOUR

    @property
    def is_stoppable(self) -> bool:
        """The robot is in the room, or on its way in, and nothing has made it leave."""
        return self.leave_code is None and self.state in STOPPABLE

    def exit(self, leave_code: int) -> bool:
        """Ask the robot to leave; False if it is leaving or gone."""
        if not self.is_stoppable:
            return False
        self.leave_code = leave_code
        self.changed.set()
        return True

    def public(self) -> dict[str, Any]:
        """Return everything known, secrets redacted, for the control API."""
        return {
            "task_id": self.task_id,
            "sdk_app_id": self.room.sdk_app_id,
            "state": self.state,
            "is_in_room": self.state in IN_ROOM,
            "is_recording": self.is_flowing and self.state == State.RECORDING,
            "robot_user_id": self.user_id,
            "room_id": self.room.room_id,
            "room_id_type": self.room.room_type,
            "region": self.region,
            "create_params": redact(self.params),
            "current": {"MixLayoutParams": self.layout, "SubscribeStreamUserIds": self.lists},
            "leave_code": self.leave_code,
            "failovers": self.failovers,
            "files": [
                {
                    "name": file.name,
                    "user_id": file.user_id,
                    "media": file.media,
                    "track": file.track,
                    "begin_ms": file.begin_ms,
                    "end_ms": file.end_ms,
                    "stage": file.stage,
                }
                for file in self.files
            ],
            "outputs": self.outputs,
            "cast": self.cast,
            "created_ms": self.created_ms,
            "started_ms": self.started_ms,
            "ended_ms": self.ended_ms,
        }


class Tasks:
    """Every task ever, oldest first."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._live: dict[str, Task] = {}  # those that may still be in their room

    def __iter__(self) -> Iterator[Task]:
        return iter(list(self._tasks.values()))

    def add(self, task: Task) -> None:
        self._tasks[task.task_id] = self._live[task.task_id] = task

    def get(self, task_id: str) -> Task | None:
        return self._tasks.get(task_id)

    def controllable(self, task_id: str, *, sdk_app_id: int, now: float) -> Task:
        """Return a task that Describe, Modify and Delete may speak to.

        Raises:
            VendorError: ResourceNotFound for an unknown, ended or expired task, or another application's.
        """
        task = self._tasks.get(task_id)
        if task is None or task.room.sdk_app_id != sdk_app_id or task.state in GONE or now >= task.expires_at:
            raise not_found(task_id)
        return task

    def running(self, sdk_app_id: int) -> list[Task]:
        """Return the application's tasks whose robot is in its room, or on its way in or out."""
        for task in list(self._live.values()):
            if task.state not in IN_ROOM:
                del self._live[task.task_id]
        return [task for task in self._live.values() if task.room.sdk_app_id == sdk_app_id]

    def in_room(self, room: RoomKey) -> list[Task]:
        return [task for task in self.running(room.sdk_app_id) if task.room == room]
