"""The queue as a caller sees it: which place a recording has in it, and what it waits for."""

from collections.abc import Sequence
from uuid import UUID

from applications.models import Application
from recordings.models import Pace, Recording
from recordings.services.admission import CREATE, count_places, list_waiting
from recordings.services.pacing import Waiting, is_out_of_room, is_refused
from recordings.states.vocabulary import State


def tell_queue(recordings: Sequence[Recording]) -> None:
    """Set `queue_position`, from 1, and `waiting_for` on those of one application's recordings that are queued.

    One that was let through has no position any more: only its moment has not come.
    """
    queued = [recording for recording in recordings if recording.state == State.QUEUED]
    if not queued:
        return
    application = queued[0].application
    places: dict[UUID, int] = {pk: place for place, pk in enumerate(list_waiting(application.pk), start=1)}
    why = _waiting_for(application)
    for recording in queued:
        recording.queue_position = places.get(recording.uuid)
        is_next = why == Waiting.QUOTA and recording.admitted_at is not None
        recording.waiting_for = Waiting.RATE if is_next else why


def _waiting_for(application: Application) -> Waiting:
    pace = Pace.objects.filter(application=application, action=CREATE).first()
    if pace is not None and is_refused(pace):
        return Waiting.CREDENTIALS
    is_full = count_places(application.pk).taken >= application.task_limit
    return Waiting.QUOTA if is_full or (pace is not None and is_out_of_room(pace)) else Waiting.RATE
