"""Wake a worker. Only ever a hint: the sweep finds what no worker was woken for."""

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recordings.states.urgency import Urgency


def wake(recording_id: UUID, urgency: Urgency = Urgency.LOOK) -> None:
    """Enqueue one `advance`, in the caller's transaction: a rollback leaves nothing."""
    _defer("recordings.advance", urgency, recording_id=str(recording_id))


def wake_once(recording_id: UUID, urgency: Urgency) -> None:
    """Enqueue one `advance` unless one that was enqueued in this way still waits; outside any transaction."""
    _defer_once("recordings.advance", urgency, recording_id=str(recording_id))


def wake_admission(application_id: int) -> None:
    """Enqueue one `admit`, in the caller's transaction."""
    _defer("recordings.admit", Urgency.STOP, application_id=application_id)


def wake_admission_once(application_id: int) -> None:
    """Enqueue one `admit` unless one that was enqueued in this way still waits; outside any transaction."""
    _defer_once("recordings.admit", Urgency.STOP, application_id=application_id)


def wake_storage(profile_id: int) -> None:
    """Enqueue a look into storage for all recordings of a profile that wait for one; outside any transaction."""
    _defer_once("recordings.ask_storage_again", Urgency.LOOK, profile_id=profile_id)


def wake_admission_later(application_id: int, *, seconds: float) -> None:
    """Enqueue one `admit` for when a pause is over, unless one waits for that already; outside any transaction."""
    _defer_once(
        "recordings.admit", Urgency.STOP, lock="recordings.admit:later", seconds=seconds, application_id=application_id
    )


def _defer(task: str, urgency: Urgency, **arguments: Any) -> None:
    app.configure_task(task, allow_unknown=False, priority=urgency).defer(**arguments)


def _defer_once(task: str, urgency: Urgency, *, lock: str = "", seconds: float = 0.0, **arguments: Any) -> None:
    lock = ":".join((lock or task, *map(str, arguments.values())))
    more: dict[str, Any] = {"schedule_in": {"seconds": seconds}} if seconds else {}
    try:
        app.configure_task(task, allow_unknown=False, priority=urgency, queueing_lock=lock, **more).defer(**arguments)
    except AlreadyEnqueued:
        return
