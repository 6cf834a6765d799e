"""In which order what is due is done: what ends billing first, looks last."""

from enum import IntEnum

from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import State, is_terminal


class Urgency(IntEnum):
    LOOK = 0
    MODIFY = 1
    START = 2
    STOP = 3


def urgency_of(snapshot: Snapshot) -> Urgency:
    """Return how urgent the next step of a recording is, when it is due."""
    is_unwanted = snapshot.stop_requested_at is not None or is_terminal(snapshot.state)
    if is_unwanted and not (snapshot.exited_at is not None and snapshot.live_tasks == 0):
        return Urgency.STOP  # a task that should not run may be due; after its exit, only a look can be
    if snapshot.state in (State.QUEUED, State.STARTING) and snapshot.current is None:
        return Urgency.START
    if snapshot.pending_revision is not None:
        return Urgency.MODIFY
    return Urgency.LOOK
