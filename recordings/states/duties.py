"""What is to be done for a recording, and when: the reconcile loop's decision, without its acts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from recordings.states.deadlines import DEADLINES, deadline_of
from recordings.states.facts import FactKind
from recordings.states.fold import Attempt, Snapshot
from recordings.states.policy import Policy, backoff_seconds
from recordings.states.steps import AssumeExit, Create, Delete, Describe, Modify, Settle, Step
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import State, is_terminal


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
    """Yield every duty with its time, the most urgent kind first: end what bills, then start, change, look, close."""
    for task in _unwanted(snapshot, policy):
        yield _delete_due(snapshot, task), Delete(task.task_id)
    if is_terminal(snapshot.state):
        return
    if snapshot.exited_at is None:
        if not snapshot.tasks and snapshot.stop_requested_at is None:
            yield from _create(snapshot, policy)
        yield from _attend(snapshot, looked_at, policy)
    elif snapshot.whole:
        since = max(snapshot.exited_at, snapshot.quiet_since or snapshot.exited_at)
        yield since + timedelta(seconds=policy.settle_seconds), Settle(snapshot.closing, "quiet")
    deadline = deadline_of(snapshot, policy=policy)
    if deadline is not None:
        step = DEADLINES[snapshot.state].step(snapshot)
        if not isinstance(step, AssumeExit) or _may_assume_exit(snapshot):
            yield deadline, step


def _unwanted(snapshot: Snapshot, policy: Policy) -> Iterator[TaskEvidence]:
    """Yield the tasks that may run and should not: superseded ones, and all of them after a stop or an end."""
    spacing = timedelta(seconds=policy.gone_spacing_seconds)
    end_all = snapshot.stop_requested_at is not None or is_terminal(snapshot.state)
    for task in snapshot.tasks:
        unwanted = end_all or task.task_id != snapshot.task_id
        if unwanted and not task.ended_at(spacing=spacing) and not task.delete_accepted_at and not task.seems_gone:
            yield task


def _delete_due(snapshot: Snapshot, task: TaskEvidence) -> datetime:
    if task.delete_failures:
        wait = backoff_seconds(len(task.delete_failures))
        return max(task.delete_failures) + timedelta(seconds=wait)
    if snapshot.stop_requested_at is not None:
        return snapshot.stop_requested_at
    return task.first_seen


def _may_assume_exit(snapshot: Snapshot) -> bool:
    """A stop that the vendor never took stays open, with its alarm; one that it took may be believed in the end."""
    task = snapshot.current
    return task is not None and (task.delete_accepted_at is not None or bool(task.gone_at) or _exiting(task))


def _exiting(task: TaskEvidence) -> bool:
    return task.described_status == "exited"


def _create(snapshot: Snapshot, policy: Policy) -> Iterator[tuple[datetime, Step]]:
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
    """
    wait = timedelta(seconds=backoff_seconds(last.number))
    match last.outcome:
        case None:  # the process died in the call, or is in it
            return last.sent_at + timedelta(seconds=policy.vendor_timeout_seconds) + wait
        case FactKind.CREATE_UNKNOWN if last.data.get("why") == "exists":
            return None  # our own task runs under this name: its callback tells its id
        case FactKind.CREATE_UNKNOWN | FactKind.CREATE_POSTPONED:
            return (last.answered_at or last.sent_at) + wait
        case _:
            return None


def _attend(snapshot: Snapshot, looked_at: datetime | None, policy: Policy) -> Iterator[tuple[datetime, Step]]:
    """Yield a change that waits to be sent, and the next look at the current task."""
    task = snapshot.current
    if task is None:
        return
    if snapshot.pending_revision is not None and snapshot.state in (State.STARTING, State.RECORDING):
        pending = snapshot.pending_revision
        yield snapshot.requested_at, Modify(task.task_id, pending["revision"], pending["parameters"])
    yield _look_due(snapshot, task, looked_at, policy), Describe(task.task_id)


def _look_due(snapshot: Snapshot, task: TaskEvidence, looked_at: datetime | None, policy: Policy) -> datetime:
    first = timedelta(seconds=policy.first_describe_seconds)
    if task.seems_gone:
        return task.gone_at[-1] + timedelta(seconds=policy.gone_spacing_seconds)
    if looked_at is None or looked_at < task.first_seen:
        return task.first_seen + first
    if task.delete_accepted_at is not None and looked_at < task.delete_accepted_at:
        return task.delete_accepted_at + first
    return looked_at + timedelta(seconds=policy.describe_seconds)
