"""When the storage is to be looked into: by the vendor's last word, and again while something is missing."""

from datetime import datetime, timedelta

from recordings.states.ending import is_unasked
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import CheckStorage
from recordings.states.vocabulary import Reason, State, is_terminal

# Between two looks, however much is heard meanwhile.
LEAST_SPACING = timedelta(seconds=15)
FIRST_LATE_SPACING = timedelta(seconds=300)
# Outcomes that files in storage would improve on.
_IMPROVABLE = {
    *(Reason.UPLOAD_FAILED, Reason.UPLOAD_UNCONFIRMED, Reason.TRANSCODE_FAILED, Reason.TRANSCODE_UNCONFIRMED),
    *(Reason.NOT_IN_STORAGE, Reason.INCOMPLETE, Reason.STORAGE_UNREADABLE, Reason.UNKNOWN_OUTCOME, Reason.VANISHED),
}


def storage_duty(snapshot: Snapshot, *, policy: Policy) -> tuple[datetime, CheckStorage] | None:
    """Return when the storage is to be asked next, and for which tasks; None when there is no use in it."""
    if not may_be_asked(snapshot):
        return None
    sight = snapshot.storage
    if sight.is_overdue_a_look:
        due = sight.wanted_at
    elif is_terminal(snapshot.state):
        due = _late_due(snapshot, policy)
    else:
        due = _due(snapshot, policy)
    return None if due is None else (due, CheckStorage(tuple(task.task_id for task in snapshot.tasks)))


def may_be_asked(snapshot: Snapshot) -> bool:
    """Tell whether a look into storage could change anything."""
    sight = snapshot.storage
    if not sight.is_wanted or not snapshot.tasks or sight.is_deleted:
        return False
    return _may_improve(snapshot) if is_terminal(snapshot.state) else _is_open(snapshot)


def _is_open(snapshot: Snapshot) -> bool:
    return snapshot.exited_at is not None and not snapshot.whole


def _due(snapshot: Snapshot, policy: Policy) -> datetime | None:
    if snapshot.exited_at is None:
        return None
    heard_at = max(snapshot.exited_at, snapshot.quiet_since or snapshot.exited_at)
    quiet_at = heard_at + timedelta(seconds=policy.settle_seconds)
    sight = snapshot.storage
    # What the vendor claims is looked for at once; where it claims nothing, its callbacks get their time first.
    first = heard_at if snapshot.told_whole and snapshot.files else quiet_at
    if sight.tried_at is None:
        return first
    again = sight.tried_at + max(timedelta(seconds=sight.retry_seconds), LEAST_SPACING)
    return min(again, max(first, sight.tried_at + LEAST_SPACING)) if sight.tried_at < first else again


def _late_due(snapshot: Snapshot, policy: Policy) -> datetime | None:
    """Return when to look again after the end: at growing distances, and soon after something was heard."""
    sight, ended_at = snapshot.storage, snapshot.ended_at
    if ended_at is None:
        return None
    last = max(sight.tried_at or ended_at, ended_at)
    dues = [last + max(last - ended_at, FIRST_LATE_SPACING)]
    if dues[0] > ended_at + timedelta(seconds=policy.storage_late_seconds):
        dues = []
    if snapshot.quiet_since is not None and snapshot.quiet_since > last:
        dues.append(max(snapshot.quiet_since, last + LEAST_SPACING))
    return min(dues, default=None)


def _may_improve(snapshot: Snapshot) -> bool:
    if snapshot.state in (State.COMPLETED, State.PARTIAL, State.LOST):
        return snapshot.state != State.COMPLETED or not snapshot.verified
    if snapshot.state in (State.EMPTY, State.CANCELED):
        return snapshot.exited_at is not None and not snapshot.whole
    return snapshot.state == State.FAILED and (snapshot.reason in _IMPROVABLE or any(map(is_unasked, snapshot.files)))
