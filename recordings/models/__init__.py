"""Recordings with their tasks, facts, transitions and files."""

from recordings.models.fact import FactRow
from recordings.models.file import FILE_KIND_CHOICES, FILE_STATUS_CHOICES, RecordingFile
from recordings.models.idempotency import IdempotencyKey
from recordings.models.pace import Pace
from recordings.models.recording import STATE_CHOICES, Recording
from recordings.models.task import Task
from recordings.models.transition import Transition

__all__ = [
    "FILE_KIND_CHOICES",
    "FILE_STATUS_CHOICES",
    "STATE_CHOICES",
    "FactRow",
    "IdempotencyKey",
    "Pace",
    "Recording",
    "RecordingFile",
    "Task",
    "Transition",
]
