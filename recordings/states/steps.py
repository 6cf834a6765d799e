"""The things that can be done for a recording, one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recordings.states.outcome import Outcome
from recordings.states.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Create:
    """Ask the vendor for a task. A repeated attempt takes the same robot name and so displaces a surviving twin."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Delete:
    """Ask the vendor to end a task: a stop, or a task that nobody wants any more."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Describe:
    """Ask the vendor how a task is."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Modify:
    """Send the wanted parameters whole."""

    task_id: str
    revision: int
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckStorage:
    """Look into the folders of tasks in the storage; always leaves a fact."""

    task_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestStop:
    """Ask for a stop in the clock's name."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class AssumeExit:
    """Conclude that a task has left, because its deletion was accepted long ago.

    Without a task: conclude that the creates which nobody heard of made none.
    """

    task_id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Close the recording with an outcome that no later fact takes back."""

    outcome: Outcome
    because: str


Step = Create | Delete | Describe | Modify | CheckStorage | RequestStop | AssumeExit | Settle
