"""Compute recordings anew from their ledgers."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from recordings.models import Recording, RecordingFile, Task
from recordings.models.sql import insert_rows, update_rows
from recordings.policy import current_policy
from recordings.services.change import (
    FILE_COLUMNS,
    Change,
    changed_files,
    derived_columns,
    file_values,
    leaves_slot,
    new_tasks,
)
from recordings.services.ledger import lock_recording
from recordings.states.fold import fold
from recordings.states.gathered import NoRequest
from recordings.states.snapshot import Snapshot


def rebuild_recording(recording_id: UUID, *, write: bool) -> list[str]:
    """Fold a ledger and return the names of what differs from the rows; with *write*, make the rows right.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    with transaction.atomic():
        recording = lock_recording(recording_id)
        try:
            snapshot = fold(recording.known_facts or [], policy=current_policy())
        except NoRequest:
            return ["no ledger"]
        differences = list(_differences(recording, snapshot))
        if differences and write:
            _write(recording, snapshot)
    return differences


def _differences(recording: Recording, snapshot: Snapshot) -> Iterator[str]:
    for name, value in derived_columns(snapshot).items():
        if getattr(recording, name) != value:
            yield name
    files = {row["key"]: row for row in RecordingFile.objects.filter(recording=recording).values("key", *FILE_COLUMNS)}
    if files != {file.key: file_values(file) | {"key": file.key} for file in snapshot.files}:
        yield "files"
    tasks = set(Task.objects.filter(recording=recording).values_list("task_id", flat=True))
    if tasks != {task.task_id for task in snapshot.tasks}:
        yield "tasks"


def _write(recording: Recording, snapshot: Snapshot) -> None:
    anew = Change(recording, facts=[], before=None, after=snapshot, old_state="")
    kept = {"id": recording.pk, "has_left_slot": leaves_slot(recording, snapshot)}
    update_rows(Recording, [kept | derived_columns(snapshot)])
    RecordingFile.objects.filter(recording=recording).delete()
    insert_rows(RecordingFile, changed_files(anew))
    Task.objects.filter(recording=recording).delete()
    insert_rows(Task, new_tasks(anew))
