"""What each live state's deadline is and does: the table behind "nothing is ever stuck" (docs/states.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from recordings.states.facts import FactKind
from recordings.states.outcome import Outcome
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import AssumeExit, RequestStop, Settle, Step
from recordings.states.vocabulary import FileKind, FileStatus, Reason, State


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a state has lasted too long, and the step that ends it."""

    at: Callable[[Snapshot, Policy], datetime]
    step: Callable[[Snapshot], Step]


def deadline_of(snapshot: Snapshot, *, policy: Policy) -> datetime | None:
    """Return when *snapshot* runs out of time; None for a terminal state."""
    if snapshot.is_observed:
        return snapshot.closes_at
    rule = DEADLINES.get(snapshot.state)
    return rule.at(snapshot, policy) if rule else None


def last_step(snapshot: Snapshot) -> Step | None:
    """Return what is done when *snapshot* runs out of time; None for a terminal state."""
    if snapshot.is_observed:
        return Settle(snapshot.closing, "quiet" if snapshot.whole else "silence") if snapshot.closes_at else None
    rule = DEADLINES.get(snapshot.state)
    return rule.step(snapshot) if rule else None


def _later(*times: datetime | None) -> datetime:
    return max(at for at in times if at is not None)


def _queued_until(snapshot: Snapshot, policy: Policy) -> datetime:
    return snapshot.requested_at + timedelta(seconds=policy.queue_deadline_seconds)


def _starting_until(snapshot: Snapshot, policy: Policy) -> datetime:
    last = snapshot.attempts[-1] if snapshot.attempts else None
    alive = snapshot.current.alive_at if snapshot.current else None
    sent, answered = (last.sent_at, last.answered_at) if last else (None, None)
    since = _later(snapshot.requested_at, sent, answered, alive)
    return since + timedelta(seconds=policy.start_deadline_seconds)


def _recording_until(snapshot: Snapshot, policy: Policy) -> datetime:
    return snapshot.planned_end_at


def _stopping_until(snapshot: Snapshot, policy: Policy) -> datetime:
    asked = snapshot.stop_requested_at
    sent = snapshot.attempts[-1].sent_at if snapshot.attempts else None
    since = _later(snapshot.requested_at, asked, sent)
    task = snapshot.current
    if task is not None and task.exiting_since is not None:
        since = _later(since, task.exiting_since)
    elif task is not None:
        since = _later(since, task.delete_accepted_at, max(task.delete_failures, default=None))
    return since + timedelta(seconds=policy.stop_deadline_seconds)


def _finalizing_until(snapshot: Snapshot, policy: Policy) -> datetime:
    if snapshot.told_whole and snapshot.storage.is_wanted:
        # The vendor has said everything; what is left is for the storage to show.
        heard_at = _later(snapshot.exited_at, snapshot.quiet_since)
        return heard_at + timedelta(seconds=policy.storage_deadline_seconds)
    exited_at = snapshot.exited_at or snapshot.requested_at
    if any(file.kind != FileKind.HLS and file.status != FileStatus.FAILED for file in snapshot.files):
        return exited_at + timedelta(seconds=policy.transcode_deadline_seconds)
    until = exited_at + timedelta(seconds=policy.upload_deadline_seconds)
    if any(file.status == FileStatus.FAILED for file in snapshot.files):
        # Told late, perhaps: what was said with it is waited for.
        until = _later(until, (snapshot.quiet_since or exited_at) + timedelta(seconds=policy.settle_seconds))
    return until


def _give_up_queued(snapshot: Snapshot) -> Step:
    last = snapshot.attempts[-1] if snapshot.attempts else None
    refused = last is not None and last.data.get("why") == "credentials"
    reason = Reason.CREDENTIALS if refused else Reason.QUEUE_TIMEOUT
    return Settle(Outcome(State.FAILED, reason), "queue_deadline")


def _give_up_start(snapshot: Snapshot) -> Step:
    refused = [a for a in snapshot.attempts if a.outcome == FactKind.CREATE_REJECTED]
    if refused:
        return Settle(Outcome(State.FAILED, Reason(refused[-1].data["reason"])), "start_deadline")
    if any(attempt.may_have_acted for attempt in snapshot.attempts):
        return Settle(Outcome(State.LOST, Reason.UNKNOWN_OUTCOME), "start_deadline")
    return Settle(Outcome(State.FAILED, Reason.START_FAILED), "start_deadline")


def _give_up_starting(snapshot: Snapshot) -> Step:
    if snapshot.awaits_twin:
        return AssumeExit("")
    if snapshot.current is not None:
        # A task is there and shows no sign of life; its deletion stays due whatever is concluded here.
        return Settle(Outcome(State.LOST, Reason.VANISHED), "start_deadline")
    return _give_up_start(snapshot)


def _give_up_stopping(snapshot: Snapshot) -> Step:
    if snapshot.current is None:
        return _give_up_start(snapshot)
    return AssumeExit("" if snapshot.awaits_twin else snapshot.current.task_id)


def _give_up_files(snapshot: Snapshot) -> Step:
    awaits_storage = snapshot.told_whole and not snapshot.whole
    return Settle(snapshot.closing, "storage_deadline" if awaits_storage else "files_deadline")


DEADLINES: Mapping[State, Deadline] = {
    State.QUEUED: Deadline(_queued_until, _give_up_queued),
    State.STARTING: Deadline(_starting_until, _give_up_starting),
    State.RECORDING: Deadline(_recording_until, lambda _: RequestStop(Reason.MAX_DURATION)),
    State.PAUSED: Deadline(_recording_until, lambda _: RequestStop(Reason.MAX_DURATION)),
    State.STOPPING: Deadline(_stopping_until, _give_up_stopping),
    State.FINALIZING: Deadline(
        _finalizing_until,
        _give_up_files,
    ),
}
