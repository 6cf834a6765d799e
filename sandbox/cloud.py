"""The whole make-believe cloud in one place: what the API and the control API act upon."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from sandbox.apps import App, Apps
from sandbox.clock import Clock
from sandbox.delivery import Courier
from sandbox.family import Message
from sandbox.ledger import Ledger
from sandbox.life import Life, Lives, Surroundings
from sandbox.log import logger
from sandbox.studio import Studio
from sandbox.trtc import events
from sandbox.trtc.camera import Camera
from sandbox.trtc.no_camera import Filming, NoCamera
from sandbox.trtc.recorder import Recorder
from sandbox.trtc.rooms import Publisher, RoomKey, Rooms
from sandbox.trtc.tasks import Task, Tasks

LEAVE_ROOM_DISSOLVED = 2
LEAVE_SAME_USER_ENTERED = 101


class Cloud:
    """Applications, rooms, tasks, recordings of the other families, and the parts that move them."""

    def __init__(self, *, speed: float, studio: Studio | None = None) -> None:
        self.clock = Clock(speed)
        self.ledger = Ledger()
        self.apps = Apps(self.ledger)
        self.rooms = Rooms()
        self.tasks = Tasks()
        self.lives = Lives()
        self.studio = studio
        self.courier = Courier(self.clock, self.ledger, self.spawn)
        self._jobs: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        await self.courier.open()

    async def close(self) -> None:
        """Drop everything that is still under way."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self.courier.close()
        if self.studio:
            self.studio.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; a crash of it is logged with its traceback."""
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._forget)

    def _forget(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()):
            logger.error("crashed", exc_info=error)

    def start(self, app: App, task: Task) -> None:
        """Send a robot into its room; whoever is there under its name is thrown out."""
        self.rooms.remove(task.room, task.user_id)
        self.tasks.add(task)
        recorder = Recorder(
            task,
            clock=self.clock,
            rooms=self.rooms,
            faults=app.faults,
            emit=self.emit,
            camera=self._hire_camera(app, task),
        )
        self.spawn(recorder.run())
        self.wake(task.room)

    def _hire_camera(self, app: App, task: Task) -> Filming:
        if self.studio is None or task.storage is None:
            return NoCamera()
        return Camera(task, studio=self.studio, clock=self.clock, faults=app.faults, spawn=self.spawn)

    def begin(self, life: Life) -> None:
        """Let a recording of another family begin."""
        self.lives.add(life)
        self.spawn(life.live())

    def surround(self, app: App, family: str) -> Surroundings:
        """Return what a recording of this family lives in."""

        def tell(message: Message) -> None:
            self.tell(app.settings.sdk_app_id, message, payload=message.body)

        return Surroundings(clock=self.clock, find_target=lambda: app.settings.target(family), tell=tell)

    def emit(self, event_type: int, task: Task, payload: Mapping[str, Any]) -> None:
        """Let something happen to a TRTC task."""
        body = events.build(event_type, task, payload)
        message = Message(family="trtc", event_type=event_type, task_id=task.task_id, body=body)
        self.tell(task.room.sdk_app_id, message, payload=body["EventInfo"]["Payload"])

    def tell(self, sdk_app_id: int, message: Message, *, payload: Mapping[str, Any]) -> None:
        """Write down what happened and send its callback."""
        self.ledger.append(
            "event",
            family=message.family,
            sdk_app_id=sdk_app_id,
            event_type=message.event_type,
            task_id=message.task_id,
            payload=payload,
        )
        app = self.apps.get(sdk_app_id)
        if app:
            self.courier.send(app, message)

    def publish(self, room: RoomKey, publisher: Publisher) -> None:
        """Let an anchor in, or change what they send; a robot of that name is displaced."""
        self.rooms.put(room, publisher)
        for task in self.tasks.in_room(room):
            if task.user_id == publisher.user_id:
                task.exit(LEAVE_SAME_USER_ENTERED)
        self.wake(room)

    def unpublish(self, room: RoomKey, user_id: str) -> bool:
        """Let an anchor leave; False if they were not there."""
        is_gone = self.rooms.remove(room, user_id)
        self.wake(room)
        return is_gone

    def dissolve(self, room: RoomKey, *, leave_code: int = LEAVE_ROOM_DISSOLVED) -> list[str]:
        """End a room and return the ids of the tasks that leave because of it."""
        self.rooms.dissolve(room)
        return [task.task_id for task in self.tasks.in_room(room) if task.exit(leave_code)]

    def wake(self, room: RoomKey) -> None:
        for task in self.tasks.in_room(room):
            task.changed.set()
