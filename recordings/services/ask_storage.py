"""Look into storage now, whenever the next look would be: somebody repaired what kept it from being read."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recordings.models import Recording
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.wake import wake
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.storage_duty import may_be_asked
from recordings.states.urgency import Urgency
from recordings.states.vocabulary import Reason

# Of a profile that works again, recordings that ended longer ago are left to whoever asks for one of them.
LONGEST_AGO = timedelta(days=30)
MOST_AT_ONCE = 1000


def ask_storage_again(recording: Recording, *, why: str) -> bool:
    """Let a worker look into storage for a recording at once; False when that could change nothing.

    Runs inside the caller's transaction with the row locked.
    """
    snapshot = apply_facts(recording=recording, facts=[])
    if not may_be_asked(snapshot):
        return False
    if not snapshot.storage.is_overdue_a_look:
        now = timezone.now()
        key = f"storage_asked:{now.isoformat()}"
        asked = Fact(
            kind=FactKind.STORAGE_ASKED, source=Source.API, key=key, occurred_at=now, received_at=now, data={"why": why}
        )
        apply_facts(recording=recording, facts=[asked])
    wake(recording.uuid, Urgency.LOOK)
    return True


def ask_storage_of_profile(profile_id: int) -> int:
    """Look again for recordings whose files could not be looked for, now that the profile works; return how many."""
    waits = Q(next_check_at__isnull=False) & Q(details__storage__has_key="problem")
    gave_up = Q(reason=Reason.STORAGE_UNREADABLE, ended_at__gt=timezone.now() - LONGEST_AGO)
    recordings = Recording.objects.filter(waits | gave_up, storage_profile=profile_id).order_by("-pk")
    return sum(_ask(recording_id) for recording_id in recordings.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _ask(recording_id: UUID) -> bool:
    with transaction.atomic():
        return ask_storage_again(lock_recording(recording_id), why="profile")
