"""A change of a recording's ledger, and the rows that it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass

from recordings.models import Recording
from recordings.models.sql import Row
from recordings.policy import current_policy
from recordings.states.deadlines import deadline_of
from recordings.states.facts import Fact
from recordings.states.inventory import FileView
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import HOLDS_SLOT


@dataclass(frozen=True, slots=True)
class Change:
    """What a recording's new facts come to; `write_changes` makes it so.

    Attributes:
        recording: With its new values set, not yet written.
        facts: The new ones alone.
        before: None for a recording that has just been made.
    """

    recording: Recording
    facts: list[Fact]
    before: Snapshot | None
    after: Snapshot
    old_state: str

    @property
    def frees_place(self) -> bool:
        """True when fewer tasks may run at the vendor than before."""
        return self.before is not None and self.after.live_tasks < self.before.live_tasks

    @property
    def changed_documents(self) -> tuple[str, ...]:
        """The JSON columns that changed: the largest, and the ones that change the least."""
        names = ("parameters", "details")
        before = self.before
        return tuple(n for n in names if before is None or getattr(before, n) != getattr(self.after, n))


FILE_COLUMNS = (
    *("task_id", "kind", "status", "name", "user_id", "track_type", "media_id"),
    *("begin_ms", "end_ms", "file_id", "url", "size", "duration_ms", "offset_ms", "reason", "checked"),
)


DERIVED_COLUMNS = (
    *("state", "media", "reason", "fault", "verified", "provisional_reason", "task_id", "layout_template"),
    *("vendor_code", "vendor_message", "vendor_request_id"),
    *("started_at", "media_started_at", "ended_at", "live_tasks", "legal_hold", "purge_after", "purged_at"),
)


WRITTEN_COLUMNS = (
    *DERIVED_COLUMNS,
    *("deadline_at", "version", "ledger_length", "next_check_at", "urgency", "has_left_slot"),
)


def derived_columns(snapshot: Snapshot) -> dict[str, object]:
    """Return the columns of `Recording` that follow from the ledger, with their values."""
    values: dict[str, object] = {name: getattr(snapshot, name) for name in DERIVED_COLUMNS}
    values["deadline_at"] = deadline_of(snapshot, policy=current_policy())
    values["parameters"] = dict(snapshot.parameters)
    values["details"] = dict(snapshot.details)
    return values


def leaves_slot(recording: Recording, after: Snapshot) -> bool:
    """Tell whether *recording*, whose row does not say yet what *after* says, has left its slot by then.

    This is the one thing of a row that the ledger cannot say: it is about what others were allowed meanwhile.
    """
    return recording.has_left_slot or recording.state not in HOLDS_SLOT or after.state not in HOLDS_SLOT


def fact_row(recording: Recording, fact: Fact) -> Row:
    return {
        "recording_id": recording.pk,
        "kind": fact.kind,
        "source": fact.source,
        "key": fact.key,
        "occurred_at": fact.occurred_at,
        "received_at": fact.received_at,
        "task_id": fact.task_id,
        "data": fact.data,
    }


def recording_row(recording: Recording, columns: Iterable[str]) -> Row:
    return {"id": recording.pk} | {name: getattr(recording, name) for name in columns}


def new_tasks(change: Change) -> list[Row]:
    known = {task.task_id for task in change.before.tasks} if change.before else set()
    return [
        {
            "application_id": change.recording.application_id,
            "recording_id": change.recording.pk,
            "provider": change.after.observed_family or "trtc",
            "task_id": task.task_id,
            "first_seen_at": task.first_seen,
        }
        for task in change.after.tasks
        if task.task_id not in known
    ]


def gone_files(change: Change) -> list[Row]:
    """Return the files that were expected only until the real one was told of."""
    gone = _files(change.before).keys() - _files(change.after).keys()
    return [{"recording_id": change.recording.pk, "key": key} for key in gone]


def changed_files(change: Change) -> list[Row]:
    known = _files(change.before)
    return [
        {"recording_id": change.recording.pk, "key": key} | file_values(file)
        for key, file in _files(change.after).items()
        if known.get(key) != file
    ]


def file_values(file: FileView) -> dict[str, object]:
    """Return the columns of a file that follow from the ledger, with their values."""
    return {name: getattr(file, name) for name in FILE_COLUMNS}


def _files(snapshot: Snapshot | None) -> dict[str, FileView]:
    return {file.key: file for file in snapshot.files} if snapshot else {}


def transition_row(change: Change) -> Row:
    because = change.facts[-1]
    return {
        "recording_id": change.recording.pk,
        "from_state": change.old_state,
        "to_state": change.after.state,
        "reason": change.after.reason or "",
        "because": because.kind,
        "at": because.received_at,
    }
