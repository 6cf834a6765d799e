"""What recordings of TIW, GME and CSS have in common: they are asked for things and tell what happens."""

import asyncio
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from sandbox.clock import Clock, wall_ms
from sandbox.family import Body, EventType, Message
from sandbox.options import Dataclass
from sandbox.targets import Target

SHORTEST_SEGMENT_SECONDS = 1.0

Tell = Callable[[Message], None]
Action = Callable[[Mapping[str, Any]], None]


class State(StrEnum):
    STARTING = "starting"  # asked for; nothing is recorded yet
    RECORDING = "recording"
    PAUSED = "paused"
    UPLOADING = "uploading"  # recording is over; files are on their way
    ENDED = "ended"  # nothing will happen any more


STOPPABLE = frozenset({State.STARTING, State.RECORDING, State.PAUSED})


class NotNow(Exception):
    """The recording's state does not allow what was asked; the message says why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a recording needs of the world.

    Attributes:
        find_target: Where its callbacks go, as the application is set at this moment.
    """

    clock: Clock
    find_target: Callable[[], Target]
    tell: Tell


class Life(ABC):
    """One recording, from its first event to its last."""

    family: ClassVar[str]
    _options: Dataclass

    def __init__(self, task_id: str, options: Dataclass, world: Surroundings) -> None:
        self.task_id = task_id
        self.state = State.STARTING
        self.is_stopping = False
        self.files: list[dict[str, Any]] = []
        self._options = options
        self._world = world
        self._clock = world.clock
        self._asked = asyncio.Event()
        self._created_ms = wall_ms()
        self._ended_ms: int | None = None
        self.actions: Mapping[str, Action] = {"stop": self._stop}

    @property
    def target(self) -> Target:
        return self._world.find_target()

    async def live(self) -> None:
        """Live the whole life; returns when nothing more will happen."""
        await self._run()
        self.state = State.ENDED
        self._ended_ms = wall_ms()

    @abstractmethod
    async def _run(self) -> None:
        """Let happen what has to, in vendor time."""

    def public(self) -> dict[str, Any]:
        """Return everything known, for the control API."""
        return {
            "family": self.family,
            "sdk_app_id": self.target.sdk_app_id,
            "task_id": self.task_id,
            "state": self.state,
            "options": dataclasses.asdict(self._options),
            "files": self.files,
            "created_ms": self._created_ms,
            "ended_ms": self._ended_ms,
        }

    def _tell(self, event_type: EventType, body: Body) -> None:
        self._world.tell(Message(family=self.family, event_type=event_type, task_id=self.task_id, body=body))

    async def _wait_for_request(self, *, until: float | None) -> bool:
        """Return True as soon as something is asked, False at that moment of vendor time (None: never)."""
        await self._clock.wait(self._asked, until=until)
        was_asked = self._asked.is_set()
        self._asked.clear()
        return was_asked

    def _stop(self, _values: Mapping[str, Any]) -> None:
        if self.is_stopping or self.state not in STOPPABLE:
            raise NotNow("the recording is stopping or has ended")
        self.is_stopping = True
        self._asked.set()

    def _pause(self, _values: Mapping[str, Any]) -> None:
        self._move(State.RECORDING, State.PAUSED)

    def _resume(self, _values: Mapping[str, Any]) -> None:
        self._move(State.PAUSED, State.RECORDING)

    def _move(self, wanted: State, state: State) -> None:
        if self.is_stopping or self.state != wanted:
            raise NotNow(f"the recording is not {wanted}")
        self.state = state
        self._asked.set()


class Lives:
    """Every recording of these families ever, oldest first."""

    def __init__(self) -> None:
        self._lives: dict[tuple[str, int, str], Life] = {}

    def add(self, life: Life) -> None:
        self._lives[life.family, life.target.sdk_app_id, life.task_id] = life

    def get(self, family: str, sdk_app_id: int, task_id: str) -> Life | None:
        return self._lives.get((family, sdk_app_id, task_id))

    def of(self, family: str, sdk_app_id: int) -> list[Life]:
        return [life for key, life in self._lives.items() if key[:2] == (family, sdk_app_id)]
