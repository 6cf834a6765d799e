"""What is to be done for a recording, and when: the reconcile loop's decision, without its acts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from recordings.states.attempt import Attempt
from recordings.states.deadlines import deadline_of, last_step
from recordings.states.facts import FactKind
from recordings.states.policy import Policy, backoff_seconds
from recordings.states.snapshot import Snapshot
from recordings.states.steps import AssumeExit, Create, Delete, Describe, Modify, RequestStop, Settle, Step
from recordings.states.storage_duty import storage_duty
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import Reason, State, is_terminal


def next_step(
    snapshot: Snapshot, *, now: datetime, looked_at: datetime | None, policy: Policy
) -> tuple[Step | None, datetime | None]:
    """Return the step that is due, or None and the moment at which to look again.

    Args:
        looked_at: When the vendor was last asked about the current task; facts keep only what was new.

    Returns:
        `(step, None)` when something is due, `(None, when)` otherwise; `(None, None)` when nothing will ever be.
    """
    duties = list(_duties(snapshot, looked_at=looked_at, policy=policy))
    for due, step in duties:
        if due <= now:
            return step, None
    return None, min((due for due, _ in duties), default=None)


def _duties(snapshot: Snapshot, *, looked_at: datetime | None, policy: Policy) -> Iterator[tuple[datetime, Step]]:
    """Yield every duty with its time, the most urgent first: end what bills, keep the deadline, start, look, close.

    What asks the vendor and leaves no fact when it fails stays due, so nothing may wait behind it for ever.
    """
    if snapshot.is_observed:
        yield from _duties_to_observed(snapshot, looked_at, policy)
        return
    yield from _deletes(snapshot, looked_at, policy)
    if is_terminal(snapshot.state):
        if look := storage_duty(snapshot, policy=policy):
            yield look
        return
    deadline = _deadline(snapshot, looked_at, policy)
    if deadline is not None:
        # A last look first, while there is any hope of an answer: the vendor lists files as long as it knows the task.
        yield deadline[0] + _hope(snapshot.state, policy), deadline[1]
    if snapshot.exited_at is None:
        # After a stop, a create that may have made a task is repeated as well: it displaces what nobody can name, and
        # has a name itself, by which it is deleted.
        if snapshot.stop_requested_at is None or any(attempt.may_have_acted for attempt in snapshot.attempts):
            yield from _create(snapshot, policy)
        yield from _attend(snapshot, looked_at, policy)
    elif snapshot.whole:
        since = max(snapshot.exited_at, snapshot.quiet_since or snapshot.exited_at)
        yield since + timedelta(seconds=policy.settle_seconds), Settle(snapshot.closing, "quiet")
    if look := storage_duty(snapshot, policy=policy):
        yield look
    if deadline is not None:
        yield deadline


def _hope(state: State, policy: Policy) -> timedelta:
    """Return for how long a deadline waits for a last answer; a vendor that gives none holds nothing up for longer."""
    seconds = {State.STOPPING: policy.stop_deadline_seconds, State.STARTING: policy.first_describe_seconds}
    return timedelta(seconds=seconds.get(state, 0.0))


def _duties_to_observed(
    snapshot: Snapshot, looked_at: datetime | None, policy: Policy
) -> Iterator[tuple[datetime, Step]]:
    """Yield what is owed to a recording that was started elsewhere: it is watched, and stopped only on request."""
    task = snapshot.current
    if not snapshot.is_out_of_reach and task is not None:
        if snapshot.stop_requested_at is not None:
            yield from _deletes(snapshot, looked_at, policy)
        if snapshot.exited_at is None and not is_terminal(snapshot.state):
            spacing = policy.gone_spacing_seconds if task.seems_gone else policy.foreign_describe_seconds
            yield (looked_at or task.first_seen) + timedelta(seconds=spacing), Describe(task.task_id)
    step = last_step(snapshot)
    if snapshot.closes_at is not None and step is not None:
        yield snapshot.closes_at, step


def _deadline(snapshot: Snapshot, looked_at: datetime | None, policy: Policy) -> tuple[datetime, Step] | None:
    at = deadline_of(snapshot, policy=policy)
    if at is None:
        return None
    step = last_step(snapshot)
    if step is None:
        return None
    if isinstance(step, AssumeExit) and not _may_assume_exit(snapshot, looked_at, policy):
        return None
    return at, step


def _deletes(snapshot: Snapshot, looked_at: datetime | None, policy: Policy) -> Iterator[tuple[datetime, Step]]:
    """Yield the end of tasks that may run and should not: superseded ones, and all of them after a stop or an end."""
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    end_all = snapshot.stop_requested_at is not None or is_terminal(snapshot.state)
    for task in snapshot.tasks:
        is_unwanted = end_all or task.task_id != snapshot.task_id
        if is_unwanted and task.ended_at(spacing=spacing) is None and task.exiting_since is None:
            due = _delete_due(snapshot, task, looked_at, policy)
            if due is not None:
                yield due, Delete(task.task_id)


def _delete_due(snapshot: Snapshot, task: TaskEvidence, looked_at: datetime | None, policy: Policy) -> datetime | None:
    failed_at = max(task.delete_failures, default=None)
    if task.delete_accepted_at is not None and (failed_at is None or failed_at < task.delete_accepted_at):
        outlived = task.outlived_its_delete(looked_at=looked_at, patience=_patience(policy))
        return task.delete_accepted_at if outlived else None
    if task.seems_gone:
        return task.gone_at[-1] + timedelta(seconds=policy.gone_spacing_seconds)
    if failed_at is not None:
        return failed_at + timedelta(seconds=backoff_seconds(len(task.delete_failures)))
    return max(snapshot.stop_requested_at or task.first_seen, task.first_seen)


def _patience(policy: Policy) -> timedelta:
    return timedelta(seconds=policy.first_describe_seconds)


def _may_assume_exit(snapshot: Snapshot, looked_at: datetime | None, policy: Policy) -> bool:
    """A stop that the vendor never took stays open, with its alarm; one that it took may be believed in the end."""
    task = snapshot.current
    if task is None or snapshot.awaits_twin or task.exiting_since is not None:
        return True
    if task.outlived_its_delete(looked_at=looked_at, patience=_patience(policy)):
        return False
    return task.delete_accepted_at is not None or task.seems_gone


def _create(snapshot: Snapshot, policy: Policy) -> Iterator[tuple[datetime, Step]]:
    """Yield the next create: while no task is known, or when a task that nobody can name displaced the known one."""
    if snapshot.tasks and not (snapshot.displaced and snapshot.awaits_twin):
        return
    if not snapshot.attempts:
        yield snapshot.requested_at, Create(1)
        return
    last = snapshot.attempts[-1]
    due = _create_due(last, policy)
    if due is not None:
        yield due, Create(last.number + 1)


def _create_due(last: Attempt, policy: Policy) -> datetime | None:
    """Return when to try again after *last*; None when another try cannot help.

    An unknown outcome waits longer than the vendor may still be acting, so that its first callback can adopt the task.
    What waits for room, for its turn or for an operator is due at once: who lets it through decides when.
    """
    wait = timedelta(seconds=last.data.get("retry_in") or backoff_seconds(last.number))
    acted_by = last.sent_at + timedelta(seconds=policy.vendor_timeout_seconds)
    answered_at = last.answered_at or last.sent_at
    match last.outcome:
        case None:  # the process died in the call, or is in it
            return acted_by + wait
        case FactKind.CREATE_UNKNOWN if last.data.get("why") == "exists":
            return None  # our own task runs under this name: its callback tells its id
        case FactKind.CREATE_UNKNOWN:
            return max(answered_at + wait, acted_by)
        case FactKind.CREATE_POSTPONED:
            return answered_at if last.is_queued_again else answered_at + wait
        case _:
            return None


def _attend(snapshot: Snapshot, looked_at: datetime | None, policy: Policy) -> Iterator[tuple[datetime, Step]]:
    """Yield the planned end of a slow start, the next look at the current task, and a change that waits to be sent."""
    task = snapshot.current
    if task is None or snapshot.awaits_twin:
        return
    if snapshot.state == State.STARTING and snapshot.stop_requested_at is None:
        yield snapshot.planned_end_at, RequestStop(Reason.MAX_DURATION)
    yield _look_due(snapshot, task, looked_at, policy), Describe(task.task_id)
    if snapshot.pending_revision is not None and snapshot.state in (State.STARTING, State.RECORDING):
        pending = snapshot.pending_revision
        yield snapshot.requested_at, Modify(task.task_id, pending["revision"], pending["parameters"])


def _look_due(snapshot: Snapshot, task: TaskEvidence, looked_at: datetime | None, policy: Policy) -> datetime:
    first = timedelta(seconds=policy.first_describe_seconds)
    if task.seems_gone:
        return task.gone_at[-1] + timedelta(seconds=policy.gone_spacing_seconds)
    if looked_at is None or looked_at < task.first_seen:
        return task.first_seen + first
    if task.delete_accepted_at is not None and looked_at < task.delete_accepted_at:
        return task.delete_accepted_at + first
    return looked_at + timedelta(seconds=policy.describe_seconds)
