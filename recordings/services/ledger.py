"""The one place where a recording changes: facts are stored, folded, and what follows is written."""

import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recordings.failpoints import reach
from recordings.metrics import observe_change
from recordings.models import FactRow, Recording, RecordingFile, Task, Transition
from recordings.models.sql import Row, column_names, delete_rows, insert_rows, select_rows, select_values, update_rows
from recordings.policy import current_policy
from recordings.services.admission import admit_after
from recordings.services.change import (
    FILE_COLUMNS,
    WRITTEN_COLUMNS,
    Change,
    changed_files,
    derived_columns,
    fact_row,
    gone_files,
    leaves_slot,
    new_tasks,
    recording_row,
    transition_row,
)
from recordings.services.ledger_cache import Folded, recall, remember
from recordings.services.wake import wake
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.snapshot import Snapshot
from recordings.states.urgency import urgency_of
from recordings.states.vocabulary import is_terminal, merit

logger = logging.getLogger(__name__)


# What a callback's way through this module needs of a recording; the ledger says the rest.
CALLBACK_COLUMNS = (
    *("id", "application_id", "origin", "provider", "robot_user_id", "state", "version", "ledger_length"),
    *("next_check_at", "looked_at", "failures", "lease_token", "has_left_slot"),
)


def lock_recording(recording_id: UUID) -> Recording:
    """Return the recording, locked until the transaction ends, with its facts.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    for recording in _with_facts(select_rows(Recording, "id = %s FOR UPDATE", [recording_id])):
        return recording
    raise Recording.DoesNotExist(recording_id)


@dataclass(frozen=True, slots=True)
class TaskName:
    """A vendor task as a callback names it. `robot` is empty where the family has no robots of ours."""

    application_id: int
    family: str
    task_id: str
    robot: str = ""


def lock_recordings_of_tasks(named: Sequence[TaskName]) -> list[Recording]:
    """Return the recordings behind vendor tasks, locked, with their facts.

    A robot's name is of our making, so it finds the recording also when the answer that told the task was lost.
    """
    applications = [name.application_id for name in named]
    rows = select_rows(
        Recording,
        # In one order everywhere, so that two batches with the same recordings wait for each other.
        "id IN (SELECT recording_id FROM recordings_task "
        "JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS told (app, family, task) "
        "ON application_id = app AND provider = family AND task_id = task "
        "UNION SELECT id FROM recordings_recording JOIN unnest(%s::bigint[], %s::text[]) AS told (app, robot) "
        "ON application_id = app AND robot_user_id = robot AND origin = 'api' AND robot <> '') ORDER BY id FOR UPDATE",
        [
            *(applications, [name.family for name in named], [name.task_id for name in named]),
            *(applications, [name.robot for name in named]),
        ],
        only=CALLBACK_COLUMNS,
    )
    return _with_facts(rows)


def load_facts(recording: Recording) -> list[Fact]:
    """Return every fact of *recording*, in no particular order."""
    return list(_read_facts([recording.pk])[recording.pk])


def _with_facts(recordings: list[Recording]) -> list[Recording]:
    """Give each locked recording its ledger: one that this process folded lately, or as read now."""
    policy = current_policy()
    unknown = []
    for recording in recordings:
        folded = recall(recording.pk, length=recording.ledger_length, policy=policy)
        if folded is None:
            unknown.append(recording)
        else:
            recording.known_facts, recording.known_snapshot = folded.facts, folded.snapshot
    read = _read_facts([recording.pk for recording in unknown]) if unknown else {}
    for recording in unknown:
        recording.known_facts = read[recording.pk]
        recording.known_snapshot = fold(recording.known_facts, policy=policy) if recording.known_facts else None
    return recordings


def _read_facts(recording_ids: list[UUID]) -> dict[UUID, list[Fact]]:
    facts: dict[UUID, list[Fact]] = defaultdict(list)
    columns = "recording_id, kind, source, key, occurred_at, received_at, task_id, data"
    for pk, kind, source, key, occurred_at, received_at, task_id, data in select_values(
        FactRow, columns, "recording_id = ANY(%s)", [recording_ids]
    ):
        facts[pk].append(
            Fact(
                kind=FactKind(kind),
                source=Source(source),
                key=key,
                occurred_at=occurred_at,
                received_at=received_at,
                task_id=task_id,
                data=json.loads(data),
            )
        )
    return facts


def apply_facts(*, recording: Recording, facts: Sequence[Fact]) -> Snapshot:
    """Store what is new of *facts*, fold the ledger, and write what follows from it.

    Safe to repeat: facts already told change nothing. Runs inside the caller's transaction with the row locked.

    Args:
        recording: From `lock_recording`, or just created.

    Returns:
        What the whole ledger says now.
    """
    change = plan_change(recording=recording, facts=facts)
    if change.facts:
        write_changes([change])
    return change.after


def open_ledger(*, recording: Recording, facts: Sequence[Fact]) -> Snapshot:
    """Insert a recording that is not stored yet, with the facts that begin its ledger.

    Raises:
        IntegrityError: Its slot is taken.
    """
    recording.known_facts = []
    change = plan_change(recording=recording, facts=facts)
    insert_rows(Recording, [{name: getattr(recording, name) for name in column_names(Recording)}])
    write_changes([change], rows_are_new=True)
    return change.after


def plan_change(*, recording: Recording, facts: Sequence[Fact]) -> Change:
    """Return what *facts* change, with nothing written yet."""
    policy = current_policy()
    if recording.known_facts is None:
        _with_facts([recording])
    known, before = recording.known_facts or [], recording.known_snapshot
    told = {fact.key for fact in known}
    new = list({fact.key: fact for fact in facts if fact.key not in told}.values())
    old_state = recording.state if before is not None else ""
    if not new and before is not None:
        return Change(recording, [], before, before, old_state)

    after = fold([*known, *new], policy=policy)
    takes_back = before is not None and is_terminal(before.state) and merit(after.state) < merit(before.state)
    if takes_back and before is not None and not any("supersedes" in fact.data for fact in new):
        new.append(_hold(before, because=new[-1]))
        after = fold([*known, *new], policy=policy)
    recording.known_facts, recording.known_snapshot = [*known, *new], after
    recording.ledger_length = len(recording.known_facts)
    _set_derived(recording, before, after)
    return Change(recording, new, before, after, old_state)


def write_changes(changes: Sequence[Change], *, rows_are_new: bool = False) -> None:
    """Write what was planned for recordings that the transaction holds locked: few statements, however many.

    Args:
        rows_are_new: The recordings' own rows were inserted with their new values.
    """
    insert_rows(FactRow, [fact_row(change.recording, fact) for change in changes for fact in change.facts])
    # A task belongs to the recording that heard of it first.
    tasks = [row for change in changes for row in new_tasks(change)]
    insert_rows(Task, tasks, once=("application_id", "provider", "task_id"))
    if tasks and changes[0].facts[0].source == Source.CALLBACK:
        reach("adopt")
    delete_rows(RecordingFile, [row for change in changes for row in gone_files(change)])
    files = [row for change in changes for row in changed_files(change)]
    insert_rows(RecordingFile, files, once=("recording_id", "key"), update=FILE_COLUMNS)
    if not rows_are_new:
        _update_recordings(changes)
    _remember_after_commit(changes)
    for application_id in {c.recording.application_id for c in changes if c.frees_place}:
        admit_after(application_id)
    moved = [change for change in changes if change.old_state != change.after.state]
    insert_rows(Transition, [transition_row(change) for change in moved])
    for change in moved:
        logger.info(
            "recording_moved",
            extra={
                "recording_id": change.recording.pk,
                "application_id": change.recording.application_id,
                "old": change.old_state,
                "new": change.after.state,
                "because": change.facts[-1].kind,
            },
        )


def _update_recordings(changes: Sequence[Change]) -> None:
    by_columns: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for change in changes:
        columns = (*WRITTEN_COLUMNS, *change.changed_documents)
        by_columns[columns].append(recording_row(change.recording, columns))
    for rows in by_columns.values():
        update_rows(Recording, rows)


def _hold(before: Snapshot, *, because: Fact) -> Fact:
    """Return the fact that keeps a terminal state which a late fact would take back: such states only improve."""
    return Fact(
        kind=FactKind.SETTLED,
        source=Source.CLOCK,
        key=f"settled:{before.state}",
        occurred_at=because.received_at,
        received_at=because.received_at,
        data={"state": before.state, "reason": before.reason, "because": "terminal_states_only_improve"},
    )


def _remember_after_commit(changes: Sequence[Change]) -> None:
    policy = current_policy()
    ledgers = [(c.recording.pk, Folded(c.recording.known_facts or [], c.after, policy)) for c in changes]

    def remember_all() -> None:
        for c in changes:
            observe_change(c.before, c.after, at=c.facts[-1].received_at)
        for recording_id, folded in ledgers:
            remember(recording_id, folded)

    transaction.on_commit(remember_all)


def _set_derived(recording: Recording, before: Snapshot | None, after: Snapshot) -> None:
    values = derived_columns(after)
    recording.has_left_slot = leaves_slot(recording, after)
    for name, value in values.items():
        setattr(recording, name, value)
    if before is not None and (derived_columns(before) != values or before.files != after.files):
        recording.version += 1
    schedule(recording, after)


def schedule(recording: Recording, snapshot: Snapshot) -> None:
    """Set when the recording is looked at again, and wake a worker if that is now."""
    now = timezone.now()
    recording.urgency = urgency_of(snapshot)
    step, look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
    backing_off = recording.failures and recording.next_check_at is not None and recording.next_check_at > now
    if step is None:
        recording.next_check_at = look_at
    elif not backing_off:
        recording.next_check_at = now
        if recording.lease_token is None:
            wake(recording.uuid, urgency_of(snapshot))
