"""An operator confirms what a weak family told of a recording."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recordings.models import Recording
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source


def confirm_recording(*, recording_id: UUID, by: str) -> Recording:
    """Believe everything that is known of a recording by now; what a weak family tells later is provisional again.

    Args:
        by: Who confirms.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    with transaction.atomic():
        recording = lock_recording(recording_id)
        snapshot = apply_facts(recording=recording, facts=[])
        if snapshot.provisional_reason is not None:
            apply_facts(recording=recording, facts=[confirmation(by=by)])
    recording.refresh_from_db()
    return recording


def confirmation(*, by: str, source: Source = Source.OPERATOR) -> Fact:
    """Return the fact that what is known by now is so."""
    now = timezone.now()
    return Fact(
        kind=FactKind.CONFIRMED,
        source=source,
        key=f"confirmed:{now.isoformat()}",
        occurred_at=now,
        received_at=now,
        data={"by": by},
    )
