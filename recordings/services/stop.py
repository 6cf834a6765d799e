"""Stop a recording."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recordings.models import Recording
from recordings.services.advance import advance
from recordings.services.errors import StartedElsewhere
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.vocabulary import Reason, is_terminal
from recordings.trtc.gateway import Gateway


def stop_recording(*, recording_id: UUID, gateway: Gateway, source: Source = Source.API) -> Recording:
    """Ask for a stop and tell the vendor at once; repeating it changes nothing.

    The recording is over only when its exit was seen. A stop before the outcome of a create is known waits for it.
    A TRTC recording that was started elsewhere can be stopped too: its task belongs to the application.

    Raises:
        StartedElsewhere: It runs in a product that we do not call.
    """
    now = timezone.now()
    with transaction.atomic():
        recording = lock_recording(recording_id)
        snapshot = apply_facts(recording=recording, facts=[])
        if snapshot.is_out_of_reach and not is_terminal(snapshot.state):
            raise StartedElsewhere
        if snapshot.ended_at is None and snapshot.stop_requested_at is None:
            asked = Fact(
                kind=FactKind.STOP_REQUESTED,
                source=source,
                key=f"stop:{Reason.STOPPED}",
                occurred_at=now,
                received_at=now,
                data={"reason": Reason.STOPPED},
            )
            apply_facts(recording=recording, facts=[asked])
    advance(recording_id, gateway=gateway)
    recording.refresh_from_db()
    return recording
