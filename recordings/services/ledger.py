"""The one place where a recording changes: facts are stored, folded, and what follows is written."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from recordings.models import FactRow, Recording, RecordingFile, Task, Transition
from recordings.policy import current_policy
from recordings.services.wake import wake
from recordings.states.deadlines import deadline_of
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import Snapshot, fold
from recordings.states.inventory import FileView
from recordings.states.vocabulary import is_terminal, merit

logger = logging.getLogger(__name__)


def lock_recording(recording_id: UUID) -> Recording:
    """Return the recording, locked until the transaction ends.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    locked: Recording = Recording.objects.select_for_update().get(pk=recording_id)
    return locked


def load_facts(recording: Recording) -> list[Fact]:
    """Return every fact of *recording*, in no particular order."""
    return [row.fact for row in FactRow.objects.filter(recording=recording)]


def apply_facts(*, recording: Recording, facts: Sequence[Fact]) -> Snapshot:
    """Store what is new of *facts*, fold the ledger, and write what follows from it.

    Safe to repeat: facts already told change nothing. Runs inside the caller's transaction with the row locked.

    Args:
        recording: From `lock_recording`, or just created.

    Returns:
        What the whole ledger says now.
    """
    policy = current_policy()
    known = load_facts(recording)
    told = {fact.key for fact in known}
    new = list({fact.key: fact for fact in facts if fact.key not in told}.values())
    before = fold(known, policy=policy) if known else None
    if not new and before is not None:
        return before

    after = fold([*known, *new], policy=policy)
    if before is not None and is_terminal(before.state) and merit(after.state) < merit(before.state):
        new.append(_hold(before, at=new[-1].received_at))
        after = fold([*known, *new], policy=policy)

    FactRow.objects.bulk_create([FactRow.of(fact, recording=recording) for fact in new])
    _write_tasks(recording, before, after)
    _write_files(recording, before, after)
    _write_recording(recording, before, after, because=new[-1])
    return after


def _hold(before: Snapshot, *, at: datetime) -> Fact:
    """Return the fact that keeps a terminal state which a late fact would take back: such states only improve."""
    return Fact(
        kind=FactKind.SETTLED,
        source=Source.CLOCK,
        key=f"settled:{before.state}",
        occurred_at=at,
        received_at=at,
        data={"state": before.state, "reason": before.reason, "because": "terminal_states_only_improve"},
    )


def _write_tasks(recording: Recording, before: Snapshot | None, after: Snapshot) -> None:
    known = {task.task_id for task in before.tasks} if before else set()
    Task.objects.bulk_create(
        Task(
            application_id=recording.application_id,
            recording=recording,
            task_id=task.task_id,
            first_seen_at=task.first_seen,
        )
        for task in after.tasks
        if task.task_id not in known
    )


def _write_files(recording: Recording, before: Snapshot | None, after: Snapshot) -> None:
    known = {file.key: file for file in before.files} if before else {}
    wanted = {file.key: file for file in after.files}
    if gone := known.keys() - wanted.keys():
        RecordingFile.objects.filter(recording=recording, key__in=gone).delete()
    changed = [file for key, file in wanted.items() if known.get(key) != file]
    if changed:
        RecordingFile.objects.bulk_create(
            [_file_row(recording, file) for file in changed],
            update_conflicts=True,
            unique_fields=["recording", "key"],
            update_fields=FILE_COLUMNS,
        )


FILE_COLUMNS = [
    *("task_id", "kind", "status", "name", "user_id", "track_type", "media_id"),
    *("begin_ms", "end_ms", "file_id", "url", "reason"),
]


def _file_row(recording: Recording, file: FileView) -> RecordingFile:
    return RecordingFile(
        recording=recording, key=file.key, **{column: getattr(file, column) for column in FILE_COLUMNS}
    )


DERIVED_COLUMNS = [
    *("state", "media", "reason", "fault", "verified", "task_id"),
    *("vendor_code", "vendor_message", "vendor_request_id", "parameters"),
    *("started_at", "media_started_at", "ended_at", "deadline_at"),
]


def derived_columns(snapshot: Snapshot) -> dict[str, object]:
    """Return the columns of `Recording` that follow from the ledger, with their values."""
    values: dict[str, object] = {name: getattr(snapshot, name) for name in DERIVED_COLUMNS if name != "deadline_at"}
    values["deadline_at"] = deadline_of(snapshot, policy=current_policy())
    values["parameters"] = dict(snapshot.parameters)
    return values


def _write_recording(recording: Recording, before: Snapshot | None, after: Snapshot, *, because: Fact) -> None:
    old_state = recording.state if before is not None else ""
    changed = [name for name, value in derived_columns(after).items() if getattr(recording, name) != value]
    for name, value in derived_columns(after).items():
        setattr(recording, name, value)
    if before is not None and (changed or before.files != after.files):
        recording.version += 1
    schedule(recording, after)
    recording.save(update_fields=[*changed, "version", "next_check_at"])
    if old_state != after.state:
        Transition.objects.create(
            recording=recording,
            from_state=old_state,
            to_state=after.state,
            reason=after.reason or "",
            because=because.kind,
            at=because.received_at,
        )
        logger.info(
            "recording_moved",
            extra={"recording_id": recording.pk, "old": old_state, "new": after.state, "because": because.kind},
        )


def schedule(recording: Recording, snapshot: Snapshot) -> None:
    """Set when the recording is looked at again, and wake a worker if that is now."""
    now = timezone.now()
    step, look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
    backing_off = recording.failures and recording.next_check_at is not None and recording.next_check_at > now
    if step is None:
        recording.next_check_at = look_at
    elif not backing_off:
        recording.next_check_at = now
        if recording.lease_token is None:
            wake(recording.uuid)
