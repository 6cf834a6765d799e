"""Wake a worker for a recording. Only ever a hint: the sweep finds what no worker was woken for."""

from uuid import UUID

from procrastinate.contrib.django import app


def wake(recording_id: UUID) -> None:
    """Enqueue one `advance`, in the caller's transaction: a rollback leaves nothing."""
    app.configure_task("recordings.advance", allow_unknown=False).defer(recording_id=str(recording_id))
